"""Reductions of an array along some axes, or to one number: sums, means, products, variances, norms."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from gradcli.graph.shapes import ShapeError, broadcast, shape_text
from gradcli.ops.arrays import ties
from gradcli.ops.arrays.axes import axes_of, count, reduced
from gradcli.ops.arrays.scan import products_of_others
from gradcli.ops.arrays.shape import spread, summed_to
from gradcli.ops.arrays.summation import total
from gradcli.ops.declaration.cancellation import without_factor
from gradcli.ops.declaration.constants import fraction
from gradcli.ops.declaration.facts import COUNT, DECIMALS, NO_MEAN, REDUCED
from gradcli.ops.declaration.structural import DECLARED, Setting, Shape, Structural, shape_of, structural
from gradcli.ops.declaration.symbol import masked
from gradcli.ops.elementwise.arithmetic import abs, sign
from gradcli.ops.elementwise.exponential import exp, log, sqrt
from gradcli.ops.elementwise.extremes import maximum
from gradcli.ops.elementwise.logic import eq, gt, ne, where
from gradcli.typing import Any


def _numbered(name: str) -> Callable[..., str]:
    """PyTorch's function of a reduction: the one with 0 for all axes, that with 1 where axes are named."""
    return lambda a, axis, keepdims: f"{name}{int(axis is not None or keepdims)}(0)"


def _mean(numpy: Any, a: Any, axis: Setting, keepdims: bool) -> Any:
    return total(numpy, a, axis, keepdims) / count(numpy.shape(a), axis)


reduce_sum: Structural = structural(
    "reduce_sum(a, axis=None, keepdims=False)",
    total,
    reduced,
    lambda g, y, a, axis, keepdims: [spread(g, shape_of(a), axis)],
    grad_fn=_numbered("SumBackward"),
    result=COUNT,
    linear="a",
    torch="sum: torch Tensor",
    tensorflow=f"reduce_sum{REDUCED} Sum: tf",
    course="rises",
    doc="Sum of the elements, of all or along some axes.",
)


def mean_of(a: Any, axis: Setting = None, keepdims: Setting = False) -> Any:
    """The sum over the number of its terms."""
    return reduce_sum(a, axis=axis, keepdims=keepdims) / max(count(shape_of(a), axis), 1)


reduce_mean: Structural = structural(
    "reduce_mean(a, axis=None, keepdims=False)",
    _mean,
    reduced,
    lambda g, y, a, axis, keepdims: [spread(g / max(count(shape_of(a), axis), 1), shape_of(a), axis)],
    grad_fn=_numbered("MeanBackward"),
    linear="a",
    torch="mean: torch Tensor",
    tensorflow=f"reduce_mean{REDUCED} Mean: tf",
    takes=(DECIMALS, NO_MEAN),
    definition=mean_of,
    course="rises",
    doc="Arithmetic mean of the elements, of all or along some axes.",
)


def _prod_pullback(g: Any, y: Any, a: Any, axis: Setting, keepdims: Setting) -> list[Any]:
    """The adjoint times the product of the other elements, axis after axis; 0, as PyTorch has it, where two of all are 0."""
    shape = shape_of(a)
    adjoint = spread(g, shape, axis)
    product = a
    for one in axes_of(axis, shape):
        adjoint = adjoint * products_of_others(product, one)
        product = reduce_prod(product, axis=one, keepdims=True)
    return [adjoint if axis is not None else masked(adjoint, lambda: gt(reduce_sum(eq(a, 0)), 1))]


reduce_prod: Structural = structural(
    "reduce_prod(a, axis=None, keepdims=False)",
    lambda numpy, a, axis, keepdims: numpy.prod(a, axis=axis, keepdims=keepdims),
    reduced,
    _prod_pullback,
    grad_fn=_numbered("ProdBackward"),
    result=COUNT,
    torch="prod: torch Tensor",
    tensorflow=f"reduce_prod{REDUCED} Prod: tf",
    multilinear=True,
    specials=ties.ZEROS,
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
    """0 where the deviation is 0, of every order, as PyTorch has it; there is no second derivative there."""
    shape = shape_of(a)
    direction = _per_freedom(shape, axis, correction) * _deviations(a, axis)
    cancelled = without_factor(g, y)
    if cancelled is not None:
        return [direction * (spread(cancelled, shape, axis) if shape_of(cancelled) else cancelled)]
    quotient = where(eq(y, 0), 0, g / where(eq(y, 0), 1, y))
    return [direction * spread(quotient, shape, axis)]


def _variance_of(a: Any, axis: Setting, correction: Any, keepdims: Setting) -> Any:
    deviations = a - mean_of(a, axis, True)
    return reduce_sum(deviations * deviations, axis=axis, keepdims=keepdims) / (count(shape_of(a), axis) - correction)


reduce_var: Structural = structural(
    "reduce_var(a, axis=None, correction=1, keepdims=False)",
    _variance,
    lambda a, axis, correction, keepdims: reduced(a, axis, keepdims),
    _var_pullback,
    range=(0, math.inf),
    torch="var: torch Tensor",
    takes=(DECIMALS, "std and var only support floating point and complex dtypes"),
    definition=_variance_of,
    course=lambda correction=1, **settings: "convex; degree 2" if correction <= 1 else "",
    doc="Sample variance of the elements, the squared deviations divided by n - correction.",
)
reduce_std: Structural = structural(
    "reduce_std(a, axis=None, correction=1, keepdims=False)",
    lambda numpy, a, **settings: numpy.sqrt(_variance(numpy, a, **settings)),
    lambda a, axis, correction, keepdims: reduced(a, axis, keepdims),
    _std_pullback,
    range=(0, math.inf),
    torch="std: torch Tensor",
    takes=(DECIMALS, "std and var only support floating point and complex dtypes"),
    definition=lambda a, **settings: sqrt(_variance_of(a, **settings)),
    specials=ties.ALL_EQUAL,
    course=lambda correction=1, **settings: "convex" if correction <= 1 else "",
    doc="Sample standard deviation of the elements; where all are equal the gradient is 0.",
)


def _order(ord: Setting) -> float:
    """The order of a norm.

    Raises:
        ShapeError: It is no number.
    """
    if isinstance(ord, bool) or (not isinstance(ord, int | float) and ord not in ("inf", "-inf")):
        raise ShapeError(f"the order of a norm is a number, inf or -inf, not {ord}")
    return float(ord)


def norm_shape(a: Shape, axis: Setting, keepdims: Setting, ord: Setting) -> Shape:
    """The shape of a norm; one of the order inf or -inf takes an element at least."""
    if math.isinf(_order(ord)) and count(a, axis) == 0:
        raise ShapeError(f"an array of the shape {shape_text(a)} has no elements to compare")
    return reduced(a, axis, keepdims)


def norm_of(numpy: Any, a: Any, axis: Setting, keepdims: bool, ord: Setting) -> Any:
    """(Σ|a|^p)^(1/p); the largest or smallest |a| for p = ±inf, the number of elements that are not 0 for p = 0."""
    p = _order(ord)
    along = {"axis": axis, "keepdims": keepdims}
    if p == 2:
        return numpy.sqrt(numpy.sum(numpy.multiply(a, a), **along))
    if math.isinf(p):
        return (numpy.max if p > 0 else numpy.min)(numpy.abs(a), **along)
    if p == 0:
        return numpy.sum(numpy.not_equal(a, 0), dtype=numpy.asarray(a).dtype, **along)
    powers = numpy.sum(numpy.abs(a) ** p, **along)
    return powers if p == 1 else powers ** (1 / p)


def norm_pullback(g: Any, y: Any, a: Any, axis: Setting, keepdims: Setting, ord: Setting) -> list[Any]:
    """0 where the norm is 0. Equal largest or smallest elements share the gradient; one of order 0 carries none."""
    p, shape = _order(ord), shape_of(a)
    if p == 2:
        cancelled = without_factor(g, y)
        if cancelled is not None:
            return [a * (spread(cancelled, shape, axis) if shape_of(cancelled) else cancelled)]
        length = y if axis is None else spread(y, shape, axis)
        return [spread(g, shape, axis) * where(eq(length, 0), 0, a / length)]
    if p == 1:
        return [sign(a) * spread(g, shape, axis)]
    if p == 0:
        return [None]
    if math.isinf(p):
        hits = eq(abs(a), spread(y, shape, axis))
        ties = reduce_sum(hits, axis=axis, keepdims=keepdims)
        return [sign(a) * hits * spread(g / maximum(ties, 1), shape, axis)]
    powers = where(eq(a, 0), 0, abs(where(eq(a, 0), 1, a)) ** (p - 1))
    if p < 1:  # a norm of negative order is 0 where one element is: no other one changes it then
        return [sign(a) * powers * spread(g * y ** (1 - p), shape, axis)]
    shares = sign(a) * powers * spread(g / where(eq(y, 0), 1, y) ** (p - 1), shape, axis)
    return [where(spread(eq(y, 0), shape, axis), 0, shares)]


def _norm_defined(a: Any, axis: Setting, keepdims: Setting, ord: Any) -> Any:
    if ord == 2:
        return sqrt(reduce_sum(a * a, axis=axis, keepdims=keepdims))
    if ord in ("inf", "-inf"):
        return DECLARED["reduce_amax" if ord == "inf" else "reduce_amin"](abs(a), axis=axis, keepdims=keepdims)
    if ord == 0:
        return reduce_sum(ne(a, 0), axis=axis, keepdims=keepdims)
    order = Fraction(ord)
    return reduce_sum(abs(a) ** ord, axis=axis, keepdims=keepdims) ** fraction(order.denominator, order.numerator)


reduce_norm: Structural = structural(
    "reduce_norm(a, axis=None, keepdims=False, ord=2)",
    norm_of,
    norm_shape,
    norm_pullback,
    grad_fn="LinalgVectorNormBackward0(0)",
    spellings=("norm", "vector_norm"),
    range=(0, math.inf),
    torch="vector_norm(ord=ord): linalg; norm: torch Tensor linalg",
    takes=(DECIMALS, "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {}"),
    definition=_norm_defined,
    specials=ties.ALL_ZERO,
    degree=lambda a: 1,
    course=lambda **settings: "convex" if _order(settings["ord"]) >= 1 else "",
    doc="Length of the elements as a vector, Euclidean unless an order is given; where it is 0 the gradient is 0.",
    latex=r"\left\lVert {0} \right\rVert",
)


def _dist_pullback(g: Any, y: Any, a: Any, b: Any, ord: Setting) -> list[Any]:
    adjoint = norm_pullback(g, y, a - b, None, False, ord)[0]
    if adjoint is None:
        return [None, None]
    return [lambda: summed_to(adjoint, shape_of(a)), lambda: summed_to(-adjoint, shape_of(b))]


dist = structural(
    "dist(a, b, ord=2)",
    lambda numpy, a, b, **order: norm_of(numpy, a - b, None, False, **order),
    lambda a, b, **order: norm_shape(broadcast(a, b), None, False, **order),
    _dist_pullback,
    range=(0, math.inf),
    torch="dist: torch Tensor",
    takes=(DECIMALS, "norm(): input dtype should be either floating point or complex. Got {} instead."),
    definition=lambda a, b, **order: reduce_norm(a - b, **order),
    course=lambda **settings: "convex" if _order(settings["ord"]) >= 1 else "",
    doc="The norm of the difference of two arrays; where it is 0 the gradient is 0.",
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
    torch="logsumexp(dim=axis): torch Tensor",
    torch_call=lambda a, axis, keepdims: f"torch.logsumexp({{0}}, {tuple(range(len(a)))}, {{keepdims}})" if axis is None else "",
    definition=lambda a, axis, keepdims: log(reduce_sum(exp(a), axis=axis, keepdims=keepdims)),
    course="convex rises",
    doc="Logarithm of the sum of the exponentials of the elements, without overflow.",
)
