"""The largest and the smallest elements of an array, and where they are.

Equal elements share the gradient, but for ``max(a, axis)`` and ``min(a, axis)`` of one axis, where the first of them has it all.
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays import in_elements, ties
from gradcli.ops.arrays.axes import count, reduced
from gradcli.ops.arrays.reduce import reduce_sum
from gradcli.ops.arrays.scan import cumsum
from gradcli.ops.arrays.shape import spread
from gradcli.ops.declaration.facts import NUMBERS, REDUCED, SAME, WHOLE
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.ops.elementwise.arithmetic import div
from gradcli.ops.elementwise.extremes import is_result
from gradcli.ops.elementwise.logic import both, eq, where
from gradcli.ops.elementwise.reductions import amax, amin
from gradcli.typing import Any


def _hits(y: Any, a: Any, axis: Setting) -> Any:
    """1 for each element that is the result, 0 for the others."""
    return is_result(a, spread(y, shape_of(a), axis))


def shared(g: Any, y: Any, a: Any, axis: Setting = None, keepdims: Setting = False) -> list[Any]:
    """1/k of the adjoint for each of k equal elements."""
    hits = _hits(y, a, axis)
    return [where(hits, spread(div(g, reduce_sum(hits, axis=axis, keepdims=keepdims)), shape_of(a), axis), 0)]


def evenly(g: Any, y: Any, a: Any, axis: Setting = None, keepdims: Setting = False) -> list[Any]:
    """As ``shared``, but where the result is nan no element is equal to it, and the gradient is nan, as in PyTorch."""
    hits = eq(a, spread(y, shape_of(a), axis))
    return [hits * spread(div(g, reduce_sum(hits, axis=axis, keepdims=keepdims)), shape_of(a), axis)]


def first(g: Any, y: Any, a: Any, axis: Setting = None, keepdims: Setting = False) -> list[Any]:
    """The adjoint for the first of equal elements along an axis; elements of several axes share it."""
    if not isinstance(axis, int):
        return shared(g, y, a, axis, keepdims)
    hits = _hits(y, a, axis)
    return [where(both(hits, eq(cumsum(hits, axis=axis), 1)), spread(g, shape_of(a), axis), 0)]


def _nonempty(a: Shape, axis: Setting = None, keepdims: Setting = False) -> Shape:
    if count(a, axis) == 0:
        raise ShapeError(f"an array of the shape {shape_text(a)} has no elements to compare")
    return reduced(a, axis, keepdims)


def _by_axis(name: str, several: str) -> Callable[..., str]:
    """PyTorch's function: numbered 1 for all axes, 0 for one; several axes are named to another."""
    return lambda a, axis, keepdims: (
        f"{name}1(0)" if axis is None else f"{name}0(0)" if isinstance(axis, int) else f"{several}(0)"
    )


def _call_by_axis(name: str) -> Callable[..., str]:
    """PyTorch's call: along one axis it gives the places as well, along several it has another name."""
    return lambda a, axis, keepdims: (
        ""
        if axis is None
        else f"torch.{'' if isinstance(axis, int) else 'a'}{name}({{0}}, {{axis}}, keepdim={{keepdims}})"
        f"{'.values' if isinstance(axis, int) else ''}"
    )


def _extreme(name: str, numpy_name: str, pullback: Callable[..., Any], grad_fn: str | Callable[..., str], doc: str) -> Structural:
    return structural(
        f"{name}(a, axis=None, keepdims=False)",
        lambda numpy, a, axis, keepdims: getattr(numpy, numpy_name)(a, axis=axis, keepdims=keepdims),
        _nonempty,
        pullback,
        grad_fn=grad_fn,
        result=SAME,
        torch=f"{name.removeprefix('reduce_')}: torch Tensor",
        torch_call=_call_by_axis(name.removeprefix("reduce_")) if callable(grad_fn) else "",
        tensorflow=f"{name}{REDUCED} {numpy_name.title()}: tf" if name == f"reduce_{numpy_name}" else "",
        in_elements=in_elements.folded(amax if "max" in name else amin),
        specials=ties.LARGEST if "max" in name else ties.SMALLEST,
        course=amax.facts.course if "max" in name else amin.facts.course,
        doc=doc,
    )


reduce_max = _extreme(
    "reduce_max",
    "max",
    first,
    _by_axis("MaxBackward", "AmaxBackward0"),
    "The largest of the elements; of equal ones along one axis the first has the gradient, else they share it.",
)
reduce_min = _extreme(
    "reduce_min",
    "min",
    first,
    _by_axis("MinBackward", "AminBackward0"),
    "The smallest of the elements; of equal ones along one axis the first has the gradient, else they share it.",
)
reduce_amax = _extreme(
    "reduce_amax", "max", evenly, "AmaxBackward0(0)", "The largest of the elements; equal ones share the gradient."
)
reduce_amin = _extreme(
    "reduce_amin", "min", evenly, "AminBackward0(0)", "The smallest of the elements; equal ones share the gradient."
)


def _place_shape(a: Shape, axis: Setting, keepdims: Setting) -> Shape:
    if isinstance(axis, tuple):
        raise ShapeError(f"a place is looked for along one axis or in all elements, not along {axis}")
    return _nonempty(a, axis, keepdims)


def _place(name: str, doc: str) -> Structural:
    return structural(
        f"{name}(a, axis=None, keepdims=False)",
        lambda numpy, a, axis, keepdims: getattr(numpy, name)(a, axis=axis, keepdims=keepdims).astype(a.dtype),
        _place_shape,
        None,
        result=WHOLE,
        takes=(NUMBERS, f"{name}(): does not support bool input"),
        torch=f"{name}: torch Tensor",
        tensorflow="argmax(input, axis=0) ArgMax: top" if name == "argmax" else "",
        doc=doc,
    )


argmax = _place("argmax", "The place of the largest element, the first of equal ones; it carries no gradient.")
argmin = _place("argmin", "The place of the smallest element, the first of equal ones; it carries no gradient.")
