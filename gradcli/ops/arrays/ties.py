"""Arrays at which operations on arrays are special: equal elements, zeros.

What is 0 there is a function of the numbers along the axes.
"""

from __future__ import annotations

import math

from gradcli.ops.declaration.facts import KINK, REMOVABLE, special
from gradcli.typing import Any


def rows(values: Any, axis: Any) -> list[Any]:
    """The numbers along the axes of an operation, a row for each place along the others.

    Args:
        values: The array.
        axis: The setting of that name; None for all axes.
    """
    import numpy

    axes: list[int] = sorted({at % values.ndim for at in ([axis] if isinstance(axis, int) else axis or range(values.ndim))})
    length = math.prod(values.shape[at] for at in axes)
    moved = numpy.moveaxis(values, axes, range(-len(axes), 0)) if axes else values
    return list(moved.reshape(-1, length)) if length else []


def _gap(a: Any, first: int = 0, last: int | None = None) -> float:
    """The smallest step between elements in the order of their size, from one place of this order to another."""
    import numpy

    return float(numpy.min(numpy.diff(numpy.sort(a)[first:last]), initial=math.inf))


def _size(a: Any, place: int) -> float:
    """The absolute value of the element at a place in the order of these; infinite where there is none."""
    import numpy

    return float(numpy.sort(numpy.abs(a))[place]) if a.size >= max(place + 1, -place) else math.inf


def _middle_gap(a: Any) -> float:
    """The smallest step from the lower one of the elements in the middle to its neighbours."""
    middle = (a.size - 1) // 2
    return _gap(a, max(middle - 1, 0), middle + 2)


LARGEST = (special(KINK, lambda a: _gap(a, -2), 1, 1, 0),)
SMALLEST = (special(KINK, lambda a: _gap(a, 0, 2), 1, 0, 0),)
MIDDLE = (special(KINK, _middle_gap, 1, 1, 2),)
EQUAL = (special(KINK, _gap, 1, 1, 0),)
ALL_EQUAL = (special(KINK, lambda a: _gap(a[[a.argmin(), a.argmax()]]) if a.size > 1 else math.inf, 1, 1, 1),)
ALL_ZERO = (special(KINK, lambda a: _size(a, -1), 0, 0, 0),)
ZEROS = (special(REMOVABLE, lambda a: _size(a, 0), 0, 2, 3), special(REMOVABLE, lambda a: _size(a, 1), 0, 0, 3))
"""Products are smooth at zeros, where a rule that divides by a factor has no value."""
