"""How alike the directions of vectors are."""

from __future__ import annotations

from gradcli.graph.shapes import broadcast
from gradcli.ops.arrays.axes import axis_of
from gradcli.ops.arrays.reduce import reduce_norm, reduce_sum
from gradcli.ops.arrays.shape import expanded, summed_to, unsqueeze
from gradcli.ops.declaration.structural import Setting, Shape, shape_of, structural
from gradcli.ops.elementwise.extremes import clamp_min, maximum
from gradcli.ops.elementwise.logic import eq, where
from gradcli.typing import Any


def _cosine_shape(a: Shape, b: Shape, axis: Setting, eps: Setting) -> Shape:
    shape = broadcast(a, b)
    at = axis_of(axis, shape)
    return shape[:at] + shape[at + 1 :]


def _lengths(numpy: Any, a: Any, axis: int, eps: Any) -> Any:
    return numpy.maximum(numpy.sqrt(numpy.sum(a * a, axis=axis, keepdims=True)), eps)


def _cosine(numpy: Any, a: Any, b: Any, axis: int, eps: Any) -> Any:
    a, b = numpy.broadcast_arrays(a, b)
    return numpy.sum(a / _lengths(numpy, a, axis, eps) * (b / _lengths(numpy, b, axis, eps)), axis=axis)


def _cosine_defined(a: Any, b: Any, axis: Setting, eps: Any) -> Any:
    shape = broadcast(shape_of(a), shape_of(b))

    def direction(one: Any) -> Any:
        one = expanded(one, shape)
        return one / clamp_min(reduce_norm(one, axis=axis, keepdims=True), eps)

    return reduce_sum(direction(a) * direction(b), axis=axis)


def _cosine_pullback(g: Any, y: Any, a: Any, b: Any, axis: Setting, eps: Any) -> list[Any]:
    shape = broadcast(shape_of(a), shape_of(b))
    at = axis_of(axis, shape)
    adjoint = expanded(unsqueeze(g, axis=at), shape)

    def by(one: Any, other: Any) -> Any:
        """The adjoint of x/|x|, which the other direction is: that without its part along x."""
        one, other = expanded(one, shape), expanded(other, shape)
        norm, length = reduce_norm(one, axis=at, keepdims=True), reduce_norm(other, axis=at, keepdims=True)
        least = eps
        size = maximum(norm, least)
        direction = adjoint * (other / maximum(length, least))
        along = reduce_sum(direction * one, axis=at, keepdims=True) / (size * size)
        return direction / size - along * (one / where(eq(norm, 0), 1, norm))

    return [summed_to(by(a, b), shape_of(a)), summed_to(by(b, a), shape_of(b))]


def _cosine_function(a: Shape, b: Shape, axis: Setting, eps: Setting) -> str:
    wide = a != b

    def direction(at: int) -> str:
        operand = f"ExpandBackward0({at})" if wide else str(at)
        return f"DivBackward0({operand}, CloneBackward0(LinalgVectorNormBackward0({operand})))"

    return f"SumBackward1(MulBackward0({direction(0)}, {direction(1)}))"


cosine_similarity = structural(
    "cosine_similarity(a, b, axis=1, eps=1e-8)",
    _cosine,
    _cosine_shape,
    _cosine_pullback,
    grad_fn=_cosine_function,
    range=(-1, 1),
    torch="cosine_similarity: F",
    definition=_cosine_defined,
    doc="The cosine of the angle between vectors along an axis; lengths count as 1e-8 at least.",
)
