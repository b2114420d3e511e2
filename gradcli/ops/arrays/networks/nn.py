"""Operations of neural networks along axes: softmax, normalisation, the losses of classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from math import prod

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays import torch_messages
from gradcli.ops.arrays.axes import as_shape, axis_of, same_shape, whole_numbers
from gradcli.ops.arrays.reduce import mean_of, reduce_mean, reduce_sum
from gradcli.ops.arrays.shape import spread, summed_to
from gradcli.ops.arrays.summation import total
from gradcli.ops.declaration.facts import DECIMALS, WHOLE, no_kernel
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.ops.elementwise.exponential import exp, log, sqrt
from gradcli.typing import Any


def _softmax(numpy: Any, a: Any, axis: int) -> Any:
    powers = numpy.exp(a - numpy.max(a, axis=axis, keepdims=True, initial=-numpy.inf))
    return powers / numpy.sum(powers, axis=axis, keepdims=True)


def _log_softmax(numpy: Any, a: Any, axis: int) -> Any:
    shifted = a - numpy.max(a, axis=axis, keepdims=True, initial=-numpy.inf)
    return shifted - numpy.log(numpy.sum(numpy.exp(shifted), axis=axis, keepdims=True))


def _total(a: Any, axis: Setting) -> Any:
    """The sum along an axis, which stays with size 1."""
    return reduce_sum(a, axis=axis, keepdims=True)


softmax: Structural = structural(
    "softmax(a, axis=-1)",
    _softmax,
    same_shape,
    lambda g, y, a, axis: [y * (g - _total(g * y, axis))],
    range=(0, 1),
    torch="softmax(dim=axis): torch Tensor F special",
    tensorflow="softmax(logits, axis=-1) Softmax: nn",
    takes=(DECIMALS, no_kernel("softmax_{last}kernel_impl")),
    definition=lambda a, axis: exp(a) / _total(exp(a), axis),
    doc="The exponentials, divided by their sum along an axis.",
)
log_softmax: Structural = structural(
    "log_softmax(a, axis=-1)",
    _log_softmax,
    same_shape,
    lambda g, y, a, axis: [g - exp(y) * _total(g, axis)],
    range=(-math.inf, 0),
    torch="log_softmax(dim=axis): torch Tensor F special",
    takes=(DECIMALS, no_kernel("log_softmax_{last}kernel_impl")),
    definition=lambda a, axis: a - log(_total(exp(a), axis)),
    course="concave",
    doc="The logarithm of softmax, without overflow.",
)


def _last_axes(a: Shape, affine: tuple[Shape, ...], normalized_shape: Setting) -> Shape:
    """The axes over which ``layer_norm`` normalises: the shape that is set, or that of the weight, or the last axis.

    Raises:
        ShapeError: They are not the last ones of the shape.
    """
    sizes = as_shape(normalized_shape) if normalized_shape is not None else affine[0] if affine else a[-1:]
    for shape in (sizes, *affine):
        if not shape or shape != sizes or a[-len(shape) :] != shape:
            raise ShapeError(
                f"layer_norm over {shape_text(sizes)}: {shape_text(shape)} is not the end of the shape {shape_text(a)}"
            )
    return tuple(range(len(a) - len(sizes), len(a)))


def normalized(numpy: Any, a: Any, axes: Shape, eps: float, affine: Sequence[Any]) -> Any:
    """Deviations from the mean along some axes in units of the standard deviation, times a weight, plus a bias."""
    deviations = a - numpy.mean(a, axis=axes, keepdims=True)
    result = deviations / numpy.sqrt(numpy.mean(deviations * deviations, axis=axes, keepdims=True) + eps)
    for weight in affine[:1]:
        result = result * weight
    for bias in affine[1:]:
        result = result + bias
    return result


def normalized_pullback(
    g: Any, a: Any, axes: Shape, eps: Any, weights: Sequence[Any]
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """What makes what a shift and a scaling of an array a cannot change of the adjoint of n = (a - mean)/deviation, and n."""

    def mean(value: Any) -> Any:
        return reduce_mean(value, axis=axes, keepdims=True)

    @cache
    def scaled() -> tuple[Any, Any]:
        deviations = a - mean(a)
        scale = 1 / sqrt(mean(deviations * deviations) + eps)
        return scale, deviations * scale

    def first() -> Any:
        scale, normal = scaled()
        adjoint = g * weights[0] if weights else g
        return scale * (adjoint - mean(adjoint) - normal * mean(adjoint * normal))

    return first, lambda: scaled()[1]


def _layer_norm(numpy: Any, a: Any, *affine: Any, normalized_shape: Setting, eps: float) -> Any:
    axes = _last_axes(numpy.shape(a), tuple(map(numpy.shape, affine)), normalized_shape)
    return normalized(numpy, a, axes, eps, affine)


def _layer_norm_pullback(g: Any, y: Any, a: Any, *affine: Any, normalized_shape: Setting, eps: Any) -> list[Any]:
    axes = _last_axes(shape_of(a), tuple(map(shape_of, affine)), normalized_shape)
    first, normal = normalized_pullback(g, a, axes, eps, affine[:1])
    others = [lambda: summed_to(g * normal(), shape_of(affine[0])), lambda: summed_to(g, shape_of(affine[1]))]
    return [first, *others[: len(affine)]]


def _layer_norm_shape(a: Shape, *affine: Shape, normalized_shape: Setting, eps: Setting) -> Shape:
    _last_axes(a, affine, normalized_shape)
    return a


def affine_function(name: str) -> Callable[..., str]:
    """PyTorch's function of an operation whose weight and bias may be left out."""
    inputs = ("0, None, None", "0, 1, None", "0, 1, 2")
    return lambda *shapes, **settings: f"{name}({inputs[len(shapes) - 1]})"


def _affine_call(a: Shape, affine: tuple[Shape, ...]) -> str:
    """PyTorch's call where the axes follow from the weight, or are the last one."""
    axes = affine[0] if affine else a[-1:]
    return f"F.layer_norm({', '.join(['{0}', str(axes), *['{1}', '{2}'][: len(affine)]])}, eps={{eps}})"


layer_norm: Structural = structural(
    "layer_norm(a, weight, bias, normalized_shape=None, eps=1e-5)",
    _layer_norm,
    _layer_norm_shape,
    _layer_norm_pullback,
    grad_fn=affine_function("NativeLayerNormBackward0"),
    optional=2,
    torch="layer_norm(normalized_shape=normalized_shape, weight=weight, bias=bias): F torch",
    torch_call=lambda a, *affine, normalized_shape, eps: "" if normalized_shape is not None else _affine_call(a, affine),
    total=False,
    doc="Deviations from the mean over the last axes in units of the standard deviation, times a weight, plus a bias.",
)


def _class_axis(a: Shape) -> int:
    """The axis of the classes: the second, or that of a vector of one sample."""
    return min(len(a) - 1, 1)


def _one_hot(numpy: Any, a: Any, classes: int, axis: int) -> Any:
    dtype = numpy.asarray(a).dtype
    marks = whole_numbers(numpy, a, classes, "classes")[..., None] == numpy.arange(classes)
    return numpy.moveaxis(marks.astype(dtype), -1, axis)


def _one_hot_shape(a: Shape, classes: Setting, axis: Setting) -> Shape:
    if not isinstance(classes, int) or classes < 1:
        raise ShapeError(f"the number of classes is positive, not {classes}")
    at = axis_of(axis, (*a, classes))
    return (*a[:at], classes, *a[at:])


one_hot = structural(
    "one_hot(a, classes=None, axis=-1)",
    _one_hot,
    _one_hot_shape,
    None,
    whole=(0,),
    result=WHOLE,
    range=(0, 1),
    torch="one_hot(num_classes=classes): F",
    torch_call=lambda a, classes, axis: "" if axis == -1 else "F.one_hot({0}, {classes}).movedim(-1, {axis})",
    adds_axis=True,
    doc="For each class a vector with 1 in its place and 0 elsewhere, along a new axis; it carries no gradient.",
)


REDUCTIONS = ("mean", "sum", None)
"""What the setting ``reduction`` of losses may be; with None the loss of each sample stays."""


def reduced_loss(shape: Shape, reduction: Setting) -> Shape:
    """The shape of a loss of samples in a shape.

    Raises:
        ShapeError: There is no such reduction.
    """
    if reduction not in REDUCTIONS:
        raise ShapeError(f"the reduction of a loss is mean, sum or none, not {reduction}")
    return shape if reduction is None else ()


def share_of(g: Any, count: int, reduction: Setting) -> Any:
    """What of the adjoint of a loss goes to that of each of ``count`` samples."""
    return g / max(count, 1) if reduction == "mean" else g


def _loss_shape(a: Shape, target: Shape, reduction: Setting) -> Shape:
    at = _class_axis(a) if a else 0
    if not a or target != a[:at] + a[at + 1 :]:
        raise ShapeError(f"an input of the shape {shape_text(a)} and classes of the shape {shape_text(target)} do not fit")
    return reduced_loss(target, reduction)


def reduce_losses(numpy: Any, losses: Any, count: int, reduction: Setting) -> Any:
    """Losses as they are, their sum, or their sum divided by the number of samples."""
    if reduction is None:
        return losses
    return total(numpy, losses, None) / (count if reduction == "mean" else 1)


def reduced_losses(losses: Any, reduction: Setting) -> Any:
    """The same in operations."""
    return losses if reduction is None else (mean_of if reduction == "mean" else reduce_sum)(losses)


def _nll_loss(numpy: Any, a: Any, target: Any, reduction: Setting) -> Any:
    at = _class_axis(a.shape)
    places = numpy.expand_dims(whole_numbers(numpy, target, a.shape[at], "classes"), at)
    chosen = numpy.take_along_axis(a, places, at).squeeze(at)
    return reduce_losses(numpy, -chosen, chosen.size, reduction)


def _marks(a: Any, target: Any) -> Any:
    """1 for the class of each sample, 0 for the others, in the shape of the input."""
    at = _class_axis(shape_of(a))
    return one_hot(target, classes=shape_of(a)[at], axis=at)


def _for_each(g: Any, shape: Shape, reduction: Setting) -> Any:
    """The adjoint of the loss of each sample, in the shape of the input."""
    at = _class_axis(shape)
    samples = shape[:at] + shape[at + 1 :]
    if reduction is not None:
        return spread(share_of(g, prod(samples), reduction), shape, None)
    return spread(g, shape, at)


def _nll_function(a: Shape, target: Shape, reduction: Setting) -> str:
    if len(a) < 3:
        return "NllLossBackward0(0)"
    if len(a) > 3:
        return "NllLoss2DBackward0(0)"
    function = "NllLoss2DBackward0(ViewBackward0(0))"
    return f"ViewBackward0({function})" if reduction is None else function


nll_loss: Structural = structural(
    "nll_loss(a, target, reduction=mean)",
    _nll_loss,
    _loss_shape,
    lambda g, y, a, target, reduction: [-_for_each(g, shape_of(a), reduction) * _marks(a, target), None],
    grad_fn=_nll_function,
    whole=(1,),
    linear="a",
    course="falls",
    torch="nll_loss: F",
    torch_message=torch_messages.classes,
    doc="Negative log likelihood: minus the mean of what the input holds for the class of each sample.",
)


def _cross_entropy(numpy: Any, a: Any, target: Any, reduction: Setting) -> Any:
    at = _class_axis(a.shape)
    logarithms = _log_softmax(numpy, a, at)
    if numpy.shape(target) != a.shape:
        return _nll_loss(numpy, logarithms, target, reduction)
    losses = -numpy.sum(logarithms * target, axis=at)
    return reduce_losses(numpy, losses, losses.size, reduction)


def _cross_entropy_pullback(g: Any, y: Any, a: Any, target: Any, reduction: Setting) -> list[Any]:
    shape = shape_of(a)
    at = _class_axis(shape)
    share = _for_each(g, shape, reduction)
    if shape_of(target) != shape:
        return [share * (softmax(a, axis=at) - _marks(a, target)), None]
    return [
        lambda: share * (softmax(a, axis=at) * _total(target, at) - target),
        lambda: -share * log_softmax(a, axis=at),
    ]


def _cross_entropy_function(a: Shape, target: Shape, reduction: Setting) -> str:
    if a != target:
        return _nll_function(a, target, reduction).replace("(0)", "(LogSoftmaxBackward0(0))")
    total = f"NegBackward0(SumBackward{int(reduction is None)}(MulBackward0(LogSoftmaxBackward0(0), 1)))"
    return f"DivBackward1({total})" if reduction == "mean" else total


def _cross_entropy_shape(a: Shape, target: Shape, reduction: Setting) -> Shape:
    if not a or a != target:
        return _loss_shape(a, target, reduction)
    at = _class_axis(a)
    return reduced_loss(a[:at] + a[at + 1 :], reduction)


def _cross_entropy_defined(a: Any, target: Any, reduction: Setting) -> Any:
    at = _class_axis(shape_of(a))
    logarithms = log_softmax(a, axis=at)
    if shape_of(target) != shape_of(a):
        return nll_loss(logarithms, target, reduction=reduction)
    return reduced_losses(-reduce_sum(logarithms * target, axis=at), reduction)


cross_entropy: Structural = structural(
    "cross_entropy(a, target, reduction=mean)",
    _cross_entropy,
    _cross_entropy_shape,
    _cross_entropy_pullback,
    grad_fn=_cross_entropy_function,
    whole=lambda a, target: () if a == target else (1,),
    torch="cross_entropy: F",
    torch_message=torch_messages.classes,
    definition=_cross_entropy_defined,
    doc="Mean of minus the log softmax of the class of each sample, or weighted by probabilities in the shape of the input.",
)
