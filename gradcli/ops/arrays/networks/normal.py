"""Normalisation over a batch, the gated linear unit, and how alike the directions of vectors are."""

from __future__ import annotations

from gradcli.graph.shapes import ShapeError, broadcast, shape_text
from gradcli.ops.arrays.axes import axis_of
from gradcli.ops.arrays.index import cat, sliced
from gradcli.ops.arrays.networks.nn import affine_function, normalized, normalized_pullback
from gradcli.ops.arrays.reduce import reduce_norm, reduce_sum
from gradcli.ops.arrays.shape import expanded, reshaped, summed_to, unsqueeze
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.ops.elementwise.activations import sigmoid
from gradcli.ops.elementwise.extremes import clamp_min, maximum
from gradcli.ops.elementwise.logic import eq, where
from gradcli.typing import Any


def _batch_axes(a: Shape) -> Shape:
    """All axes but that of the channels, the second."""
    return tuple([at for at in range(len(a)) if at != 1])


def _channels(a: Shape) -> Shape:
    """The shape in which a vector of a number for each channel broadcasts."""
    return (a[1], *(1,) * (len(a) - 2))


def _batch_norm_shape(a: Shape, *affine: Shape, eps: Setting) -> Shape:
    if len(a) < 2 or any(shape != (a[1],) for shape in affine):
        shapes = ", ".join(map(shape_text, (a, *affine)))
        raise ShapeError(f"batch_norm takes (samples, channels, ...), and a weight and a bias (channels), not {shapes}")
    if a[0] * a[1] and all(a[at] == 1 for at in _batch_axes(a)):
        raise ShapeError(f"batch_norm takes more than one value for each channel, not the shape {shape_text(a)}")
    return a


def _batch_norm(numpy: Any, a: Any, *affine: Any, eps: float) -> Any:
    return normalized(numpy, a, _batch_axes(a.shape), eps, [one.reshape(_channels(a.shape)) for one in affine])


def _batch_norm_pullback(g: Any, y: Any, a: Any, *affine: Any, eps: Any) -> list[Any]:
    shape = shape_of(a)
    axes = _batch_axes(shape)
    first, normal = normalized_pullback(g, a, axes, eps, [reshaped(one, _channels(shape)) for one in affine[:1]])
    return [first, *[lambda: reduce_sum(g * normal(), axis=axes), lambda: reduce_sum(g, axis=axes)][: len(affine)]]


batch_norm = structural(
    "batch_norm(a, weight, bias, eps=1e-5)",
    _batch_norm,
    _batch_norm_shape,
    _batch_norm_pullback,
    grad_fn=affine_function("NativeBatchNormBackward0"),
    optional=2,
    torch_call=lambda a, *affine, eps: (
        f"F.batch_norm({', '.join(['{0}', 'None', 'None', *['{1}', '{2}'][: len(affine)]])}, training=True, eps={{eps}})"
    ),
    doc="Deviations from the mean of each channel over the batch in units of the standard deviation, as in training.",
)


def _half(a: Shape, axis: Setting) -> int:
    at = axis_of(axis, a)
    if a[at] % 2:
        raise ShapeError(f"glu halves an axis, and the shape {shape_text(a)} has an odd size along the axis {axis}")
    return a[at] // 2


def _glu_shape(a: Shape, axis: Setting) -> Shape:
    half, at = _half(a, axis), axis_of(axis, a)
    return (*a[:at], half, *a[at + 1 :])


def _glu(numpy: Any, a: Any, axis: Setting) -> Any:
    first, second = numpy.split(a, 2, axis)
    return first / (1 + numpy.exp(-second))


def _glu_pullback(g: Any, y: Any, a: Any, axis: Setting) -> list[Any]:
    shape = shape_of(a)
    half, at = _half(shape, axis), axis_of(axis, shape)
    gate = sigmoid(sliced(a, at, half, 2 * half))
    return [cat(g * gate, g * sliced(a, at, 0, half) * gate * (1 - gate), axis=at)]


glu: Structural = structural(
    "glu(a, axis=-1)",
    _glu,
    _glu_shape,
    _glu_pullback,
    torch="glu: F",
    doc="Gated linear unit: the first half of an axis times the sigmoid of the second.",
)


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

    return [lambda: summed_to(by(a, b), shape_of(a)), lambda: summed_to(by(b, a), shape_of(b))]


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
