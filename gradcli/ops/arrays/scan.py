"""Sums and products of the elements up to each place of an axis, and the recurrence that differentiates products."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays import ties
from gradcli.ops.arrays.axes import same_shape
from gradcli.ops.arrays.index import shift
from gradcli.ops.declaration.facts import COUNT, SAME
from gradcli.ops.declaration.structural import Setting, Shape, Structural, structural
from gradcli.ops.elementwise.exponential import exp, log
from gradcli.typing import Any


def _scan(name: str) -> Callable[..., Any]:
    """A cumulative function of NumPy, also from the end to the front; float32 is rounded once, as in PyTorch."""

    def forward(numpy: Any, a: Any, axis: int, reverse: bool) -> Any:
        own = numpy.asarray(a).dtype
        found = getattr(numpy, name)(numpy.flip(a, axis) if reverse else a, axis, dtype="float64" if own == "float32" else None)
        return (numpy.flip(found, axis) if reverse else found).astype(own if own == "float32" else found.dtype, copy=False)

    return forward


def _scan_function(name: str) -> Callable[..., str]:
    return lambda a, axis, reverse: f"FlipBackward0({name}(FlipBackward0(0)))" if reverse else f"{name}(0)"


def _scan_call(name: str) -> Callable[..., str]:
    """PyTorch has no scan from the end: it turns the axis before and after."""
    back = f"torch.flip(torch.{name}(torch.flip({{0}}, ({{axis}},)), {{axis}}), ({{axis}},))"
    return lambda a, axis, reverse: back if reverse else ""


cumsum: Structural = structural(
    "cumsum(a, axis=-1, reverse=False)",
    _scan("cumsum"),
    same_shape,
    lambda g, y, a, axis, reverse: [cumsum(g, axis=axis, reverse=not reverse)],
    grad_fn=_scan_function("CumsumBackward0"),
    result=COUNT,
    linear="a",
    torch="cumsum(dim=axis): torch Tensor",
    torch_call=_scan_call("cumsum"),
    course="rises",
    doc="The sum of the elements up to each place of an axis.",
)


def _cumprod_pullback(g: Any, y: Any, a: Any, axis: Setting, reverse: Setting) -> list[Any]:
    """The factors before a place, times the adjoints of the products from there on, each with the factors since."""
    onward = -1 if reverse else 1
    before = shift(y, axis=axis, steps=onward, fill=1)
    after = recurrence(shift(a, axis=axis, steps=-onward), g, axis=axis, reverse=not reverse)
    return [before * after]


cumprod: Structural = structural(
    "cumprod(a, axis=-1, reverse=False)",
    _scan("cumprod"),
    same_shape,
    _cumprod_pullback,
    grad_fn=_scan_function("CumprodBackward0"),
    result=COUNT,
    torch="cumprod(dim=axis): torch Tensor",
    torch_call=_scan_call("cumprod"),
    multilinear=True,
    specials=ties.ZEROS,
    doc="The product of the elements up to each place of an axis; zeros among them are differentiated right.",
    backward="each product hands its adjoint, times its other factors, to each of its factors",
)


def products_of_others(a: Any, axis: int) -> Any:
    """For each element the product of the others of an axis: those before times those after, without a division."""
    before = shift(cumprod(a, axis=axis), axis=axis, steps=1, fill=1)
    after = shift(cumprod(a, axis=axis, reverse=True), axis=axis, steps=-1, fill=1)
    return before * after


def _recurrence(numpy: Any, a: Any, b: Any, axis: int, reverse: bool) -> Any:
    factors, terms = numpy.moveaxis(a, axis, 0), numpy.moveaxis(b, axis, 0)
    result = numpy.array(terms)
    places = range(len(terms))[::-1] if reverse else range(len(terms))
    for previous, place in itertools.pairwise(places):
        result[place] += factors[place] * result[previous]
    return numpy.moveaxis(result, 0, axis)


def _recurrence_shape(a: Shape, b: Shape, axis: Setting, reverse: Setting) -> Shape:
    if a != b:
        raise ShapeError(f"the factors have the shape {shape_text(a)}, and the terms {shape_text(b)}")
    return same_shape(a, axis)


def _recurrence_pullback(g: Any, y: Any, a: Any, b: Any, axis: Setting, reverse: Setting) -> list[Any]:
    """The adjoints follow the recurrence in the other direction."""
    onward = -1 if reverse else 1
    adjoint = recurrence(shift(a, axis=axis, steps=-onward), g, axis=axis, reverse=not reverse)
    return [lambda: adjoint * shift(y, axis=axis, steps=onward), adjoint]


recurrence: Structural = structural(
    "recurrence(a, b, axis=-1, reverse=False)",
    _recurrence,
    _recurrence_shape,
    _recurrence_pullback,
    grad_fn="RecurrenceBackward(0, 1)",  # PyTorch has none
    result=SAME,
    linear="b",
    doc="y with y[i] = b[i] + a[i]·y[i-1] along an axis; the first element is that of b.",
)


def _logcumsumexp_pullback(g: Any, y: Any, a: Any, axis: Setting) -> list[Any]:
    """The sum of g[j]·exp(a[i] - y[j]) over j from i on, by factors exp(y[j] - y[j + 1]), which are at most 1."""
    factors = exp(y - shift(y, axis=axis, steps=-1))
    onward = recurrence(factors, g, axis=axis, reverse=True)
    return [exp(a - y) * onward]


logcumsumexp = structural(
    "logcumsumexp(a, axis=-1)",
    lambda numpy, a, axis: numpy.logaddexp.accumulate(a, axis=axis),
    same_shape,
    _logcumsumexp_pullback,
    torch="logcumsumexp(dim=axis): torch Tensor",
    definition=lambda a, axis: log(cumsum(exp(a), axis=axis)),
    course="convex rises",
    doc="The logarithm of the sum of the exponentials up to each place of an axis, without overflow.",
)
