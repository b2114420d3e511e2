"""Derivatives of single operations at high precision, from their values alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mpmath import mp

from gradcli.algebra.equality.operations import Computed, at_high_precision
from gradcli.algebra.equality.precise import MOST_BITS
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import REMOVABLE
from gradcli.ops.declaration.ieee import as_float
from gradcli.ops.declaration.operation import Operation
from gradcli.typing import Any

_CERTAIN = 30
"""Digits of the value of an operation, over the size of an operand, that a difference shows."""

_FAR = 2000
"""The power of 2 that no float has."""

_SHRINKS = 20
"""The power of 2 by which a difference at 0 shrinks that is the error of its step alone, when its step shrinks by 2 to the 30."""

_SPARE = 16
_PRECISIONS = (64, 256, 1024, 4096)
"""Bits at the end of a value that may be others with more digits, and by how many bits these are more."""

Places = tuple[int, ...]
"""Places of the operands of a node that are one node: they move together."""


def moving_together(inputs: Sequence[int], wanted: Sequence[bool]) -> list[Places]:
    """The places of each input of a node that is wanted.

    Args:
        inputs: The inputs of the node.
        wanted: For each node of the graph whether a derivative by it is wanted.
    """
    found: dict[int, Places] = {}
    for place, input in enumerate(inputs):
        if wanted[input]:
            found[input] = (*found.get(input, ()), place)
    return list(found.values())


def partials(operation: str, operands: Sequence[Any], wanted: Sequence[Places]) -> list[tuple[int, Any]]:
    """The derivatives of an operation, as pairs of the first of the places that move and a number; nan where there is none.

    Args:
        operation: Its name.
        operands: The operands, numbers of mpmath; floats where they are undefined.
        wanted: The places of the operands by which the derivatives are, those that move together.
    """
    declared = OPERATIONS[operation]
    compute = at_high_precision(operation, len(operands))
    near = min(map(mp.mag, _to_specials(declared, operands)), default=_FAR)
    found: list[tuple[int, Any]] = []
    for together in wanted:
        places = [place for place in together if declared.derivable(place)]
        if not places:
            continue
        groups = {0} if declared.variadic else set(places)
        group = next((group for group in declared.facts.linear if groups <= group), None)
        if group is not None:
            moved = [
                mp.mpf(at in places) if (declared.variadic or at in group) else operand for at, operand in enumerate(operands)
            ]
            found.append((places[0], compute(moved)))
        else:
            found.append((places[0], _difference(compute, declared.definition is not None, operands, places, near)))
    return found


def _to_specials(declared: Operation, operands: Sequence[Any]) -> Iterator[float]:
    """How far operands are from the special points of an operation."""
    if any(type(one) is float for one in operands):
        return
    point = list(map(as_float, operands))
    for special in declared.facts.specials:
        if special.kind == REMOVABLE:
            continue
        for some in pairwise(sorted(point)) if declared.variadic else [declared.complete(tuple(point))]:  # next to each other
            try:
                off = abs(float(special.zero(*some)))
            except (ArithmeticError, ValueError):
                continue  # nothing is known of it, as of the multiples of 0
            if 0 < off < math.inf:
                yield off


def _settled(compute: Computed, operands: Sequence[Any]) -> Any:
    """The value of an operation that is written in others, whose digits may cancel: with more until it stays as it is."""
    before = compute(operands)
    for more in _PRECISIONS:
        with mp.workprec(mp.prec + more):
            after = compute(operands)
        if type(before) is float or type(after) is float or abs(after - before) <= mp.ldexp(abs(after), _SPARE - mp.prec):
            return after
        before = after
    return after


def _difference(compute: Computed, is_written: bool, operands: Sequence[Any], places: Sequence[int], near: int) -> Any:
    """A central difference, whose error is as many digits below the scale on which the operation bends.

    An operation bends on the scale of 1 or of its operand, and beside a special point on that of its distance, given as a power
    of 2. Beside 0 it may bend on the scale of 1, as the cosine does: there are digits for that as well. At 0 the error is all
    that a difference has where the derivative is 0, as of x^3: it falls with the step.
    """
    operand = operands[places[0]]
    if any(type(one) is float for one in operands):
        return math.nan
    sizes = [mp.mag(one) for one in operands if one]
    large = max(sizes, default=0)
    size = min(mp.mag(operand) if operand else min(sizes, default=0), near, 0)
    if large > MOST_BITS:  # beyond them there is arithmetic alone, which bends on the scale of its operands
        size = mp.mag(operand) if operand else large
    if large - size > MOST_BITS:
        return math.nan
    finer = mp.prec // 2

    def central(step: Any) -> Any:
        sides = []
        for way in (-step, step):
            moved = [one + way if at in places else one for at, one in enumerate(operands)]
            sides.append(_settled(compute, moved) if is_written else compute(moved))
        low, high = sides
        return math.nan if type(low) is float or type(high) is float else (high - low) / (2 * step)

    with mp.workprec(mp.prec + finer + 2 * min(max(0, -size), _FAR) + max(0, large - size)):
        step = mp.ldexp(1, size - finer)
        found = central(step)
        if operand or not found or type(found) is float:
            return found
        nearer = central(mp.ldexp(step, -30))
        return mp.zero if type(nearer) is not float and abs(nearer) < mp.ldexp(abs(found), -_SHRINKS) else found


def uncertain(y: Any, operand: Any) -> float:
    """How far off the difference of an operation may be because its value has 50 digits only."""
    if type(y) is float or type(operand) is float:
        return 0.0
    return float(abs(y) / abs(operand or 1) * mp.mpf(10) ** -_CERTAIN)
