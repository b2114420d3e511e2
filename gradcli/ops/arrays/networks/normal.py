"""Normalisation over a batch, and the gated linear unit."""

from __future__ import annotations

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays.axes import axis_of
from gradcli.ops.arrays.index import cat, sliced
from gradcli.ops.arrays.networks.nn import affine_function, normalized, normalized_pullback
from gradcli.ops.arrays.reduce import reduce_sum
from gradcli.ops.arrays.shape import reshaped
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.ops.elementwise.activations import sigmoid
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
    return [first, *[reduce_sum(one, axis=axes) for one, _ in zip((g * normal, g), affine, strict=False)]]


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
