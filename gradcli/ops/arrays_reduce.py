"""Reductions of an array along some axes, or to one number: sums, means, products, variances, norms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from gradcli.ops.arrays_axes import axes_of, count, reduced
from gradcli.ops.arrays_scan import products_of_others
from gradcli.ops.arrays_shape import spread
from gradcli.ops.exponential import exp
from gradcli.ops.logic import eq, where
from gradcli.ops.structural import Setting, Shape, Structural, shape_of, structural


def _numbered(name: str) -> Callable[..., str]:
    """PyTorch's function of a reduction: the one with 0 for all axes, that with 1 where axes are named."""
    return lambda a, axis, keepdims: f"{name}{int(axis is not None or keepdims)}(0)"


def _mean(numpy: Any, a: Any, axis: Setting, keepdims: bool) -> Any:
    return numpy.sum(a, axis=axis, keepdims=keepdims) / count(numpy.shape(a), axis)


reduce_sum: Structural = structural(
    "reduce_sum(a, axis=None, keepdims=False)",
    lambda numpy, a, axis, keepdims: numpy.sum(a, axis=axis, keepdims=keepdims),
    reduced,
    lambda g, y, a, axis, keepdims: [spread(g, shape_of(a), axis)],
    grad_fn=_numbered("SumBackward"),
    spellings=("sum",),
    doc="Sum of the elements, of all or along some axes.",
)
reduce_mean: Structural = structural(
    "reduce_mean(a, axis=None, keepdims=False)",
    _mean,
    reduced,
    lambda g, y, a, axis, keepdims: [spread(g / max(count(shape_of(a), axis), 1), shape_of(a), axis)],
    grad_fn=_numbered("MeanBackward"),
    spellings=("mean",),
    doc="Arithmetic mean of the elements, of all or along some axes.",
)


def _prod_pullback(g: Any, y: Any, a: Any, axis: Setting, keepdims: Setting) -> list[Any]:
    """The adjoint times the product of the other elements, axis after axis."""
    shape = shape_of(a)
    adjoint = spread(g, shape, axis)
    for one in axes_of(axis, shape):
        adjoint = adjoint * products_of_others(a, one)
        a = reduce_prod(a, axis=one, keepdims=True)
    return [adjoint]


reduce_prod: Structural = structural(
    "reduce_prod(a, axis=None, keepdims=False)",
    lambda numpy, a, axis, keepdims: numpy.prod(a, axis=axis, keepdims=keepdims),
    reduced,
    _prod_pullback,
    grad_fn=_numbered("ProdBackward"),
    spellings=("prod",),
    doc="Product of the elements, of all or along some axes; zeros among them are differentiated right.",
    backward="each element gets the adjoint times the product of the others",
)


def _per_freedom(shape: Shape, axis: Setting, correction: Any) -> float:
    """1/(n - correction); infinite where that is not positive."""
    freedom = count(shape, axis) - correction
    return 1 / freedom if freedom > 0 else math.inf


def _deviations(a: Any, axis: Setting) -> Any:
    return a - reduce_mean(a, axis=axis, keepdims=True)


def _variance(numpy: Any, a: Any, axis: Setting, correction: Any, keepdims: bool) -> Any:
    deviations = a - _mean(numpy, a, axis, True)
    freedom = max(count(numpy.shape(a), axis) - correction, 0)
    return numpy.sum(deviations * deviations, axis=axis, keepdims=keepdims) / freedom


def _var_pullback(g: Any, y: Any, a: Any, axis: Setting, correction: Setting, keepdims: Setting) -> list[Any]:
    shape = shape_of(a)
    return [2 * _per_freedom(shape, axis, correction) * _deviations(a, axis) * spread(g, shape, axis)]


def _std_pullback(g: Any, y: Any, a: Any, axis: Setting, correction: Setting, keepdims: Setting) -> list[Any]:
    shape = shape_of(a)
    return [_per_freedom(shape, axis, correction) * _deviations(a, axis) * spread(_unless_zero(g, y), shape, axis)]


def _unless_zero(g: Any, y: Any) -> Any:
    """g/y, and g where y is 0, since what it multiplies is 0 there."""
    return g / where(eq(y, 0), 1, y)


reduce_var: Structural = structural(
    "reduce_var(a, axis=None, correction=1, keepdims=False)",
    _variance,
    lambda a, axis, correction, keepdims: reduced(a, axis, keepdims),
    _var_pullback,
    grad_fn="VarBackward0(0)",
    spellings=("var",),
    doc="Sample variance of the elements, the squared deviations divided by n - correction.",
)
reduce_std: Structural = structural(
    "reduce_std(a, axis=None, correction=1, keepdims=False)",
    lambda numpy, a, **settings: numpy.sqrt(_variance(numpy, a, **settings)),
    lambda a, axis, correction, keepdims: reduced(a, axis, keepdims),
    _std_pullback,
    grad_fn="StdBackward0(0)",
    spellings=("std",),
    doc="Sample standard deviation of the elements; where all are equal the gradient is 0.",
)


def _norm(numpy: Any, a: Any, axis: Setting, keepdims: bool) -> Any:
    return numpy.sqrt(numpy.sum(numpy.multiply(a, a), axis=axis, keepdims=keepdims))


reduce_norm: Structural = structural(
    "reduce_norm(a, axis=None, keepdims=False)",
    _norm,
    reduced,
    lambda g, y, a, axis, keepdims: [a * spread(_unless_zero(g, y), shape_of(a), axis)],
    grad_fn="LinalgVectorNormBackward0(0)",
    spellings=("norm",),
    doc="Euclidean length of the elements; at 0 the gradient is 0.",
    latex=r"\left\lVert {0} \right\rVert",
)


def _logsumexp(numpy: Any, a: Any, axis: Setting, keepdims: bool) -> Any:
    high = numpy.max(a, axis=axis, keepdims=True, initial=-math.inf)
    high = numpy.where(numpy.isfinite(high), high, high.dtype.type(0))
    total = numpy.sum(numpy.exp(a - high), axis=axis, keepdims=keepdims)
    return numpy.log(total) + numpy.reshape(high, total.shape)


reduce_logsumexp: Structural = structural(
    "reduce_logsumexp(a, axis=None, keepdims=False)",
    _logsumexp,
    reduced,
    lambda g, y, a, axis, keepdims: [spread(g, shape_of(a), axis) * exp(a - spread(y, shape_of(a), axis))],
    grad_fn="LogsumexpBackward0(0)",
    spellings=("logsumexp",),
    doc="Logarithm of the sum of the exponentials of the elements, without overflow.",
)
