"""Arrays that are made from settings alone; they carry no gradient."""

from __future__ import annotations

import math
from collections.abc import Callable

from gradcli.graph.shapes import ShapeError
from gradcli.ops.arrays.axes import new_shape
from gradcli.ops.declaration.facts import SAME
from gradcli.ops.declaration.structural import Setting, Shape, Structural, structural
from gradcli.typing import Any


def _creation(usage: str, forward: Callable[..., Any], shape: Callable[..., Shape], doc: str, **known: Any) -> Structural:
    torch = f"{usage.partition('(')[0]}: torch"
    return structural(usage, forward, shape, None, result=SAME, torch=torch, doc=doc, **known)


def _matrix_shape(rows: Setting, columns: Setting) -> Shape:
    return new_shape((rows, rows if columns is None else columns))


def _number(value: Setting, name: str) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ShapeError(f"{name} must be a number, not {value}")
    return value


def _range(start: Setting, stop: Setting, step: Setting) -> tuple[float, float, int]:
    """Where a range begins, its step, and how many numbers it has; one number is where it ends."""
    for one in (start, stop, step):
        if isinstance(one, bool):
            raise ShapeError(f"a range goes by numbers, not by {one}")
    first = 0.0 if stop is None else _number(start, "start")
    last = _number(start if stop is None else stop, "stop")
    width = _number(step, "step")
    if width == 0:
        raise ShapeError("the step of a range is not 0")
    count = (last - first) / width
    if not math.isfinite(count):
        raise ShapeError(f"a range from {first:g} to {last:g} in steps of {width:g} has more numbers than can be counted")
    return first, width, max(math.ceil(count), 0)


def _arange(numpy: Any, **settings: Setting) -> Any:
    first, width, count = _range(**settings)
    return first + width * numpy.arange(count, dtype=float)


zeros = _creation(
    "zeros(shape=None)",
    lambda numpy, shape: numpy.zeros(new_shape(shape)),
    lambda shape: new_shape(shape),
    "Zeros of a shape.",
    rational=True,
)
ones = _creation(
    "ones(shape=None)",
    lambda numpy, shape: numpy.ones(new_shape(shape)),
    lambda shape: new_shape(shape),
    "Ones of a shape.",
    rational=True,
)
eye = _creation(
    "eye(rows=None, columns=None)",
    lambda numpy, **sizes: numpy.eye(*_matrix_shape(**sizes)),
    _matrix_shape,
    "The matrix with ones on the diagonal and zeros elsewhere; square unless a number of columns is given.",
    rational=True,
)
arange = _creation(
    "arange(start=0, stop=None, step=1)",
    _arange,
    lambda **settings: (_range(**settings)[2],),
    "The numbers from start to stop, without stop, in steps; those from 0 where one number is given.",
    rational=True,
)


def _linspace(numpy: Any, start: Setting, stop: Setting, steps: Setting) -> Any:
    return numpy.linspace(_number(start, "start"), _number(stop, "stop"), *new_shape(steps))


linspace = _creation(
    "linspace(start=None, stop=None, steps=None)",
    _linspace,
    lambda start, stop, steps: new_shape(steps)[:1],
    "So many numbers from start to stop, both among them, at equal distances.",
)


zeros_like = _creation(
    "zeros_like(a)",
    lambda numpy, a: numpy.zeros_like(a),
    lambda a: a,
    "Zeros in the shape of an array; they carry no gradient.",
)
ones_like = _creation(
    "ones_like(a)",
    lambda numpy, a: numpy.ones_like(a),
    lambda a: a,
    "Ones in the shape of an array; they carry no gradient.",
)
full = _creation(
    "full(shape=None, value=0)",
    lambda numpy, shape, value: numpy.full(new_shape(shape), _number(value, "value"), dtype=float),
    lambda shape, value: new_shape(shape),
    "One number in all places of a shape.",
)
