"""Reductions of any number of arguments to one: sums, means, products, norms. To PyTorch the arguments are a stacked vector."""

from __future__ import annotations

import functools
import math
import operator

from gradcli.ops.declaration import ieee, on_arrays, rational
from gradcli.ops.declaration.constants import fraction
from gradcli.ops.declaration.facts import COUNT, DECIMALS, KINK, NO_MEAN, SAME, special
from gradcli.ops.declaration.operation import Operation, operation
from gradcli.ops.elementwise.arithmetic import POSITIVE, abs, square
from gradcli.ops.elementwise.exponential import exp, log, sqrt
from gradcli.ops.elementwise.extremes import extreme, shares
from gradcli.ops.elementwise.logic import eq, gt, where
from gradcli.typing import Any

SPREAD = ((-2.0, -0.5), (-0.3, 0.3), (0.5, 2.0))


def _total(*values: Any) -> Any:
    return functools.reduce(operator.add, values)


def _product(*values: Any) -> Any:
    return functools.reduce(operator.mul, values)


def _variance(*values: float) -> float:
    average = _total(*values) / len(values)
    return ieee.divide(_total(*[(x - average) * (x - average) for x in values]), len(values) - 1)


def _middle(*values: float) -> float:
    return math.nan if any(x != x for x in values) else sorted(values)[(len(values) - 1) // 2]


def _logsumexp(*values: float) -> float:
    high = ieee.largest(*values)
    return high + math.log(_total(*[math.exp(x - high) for x in values])) if math.isfinite(high) else high


def _products_of_others(y: Any, *factors: Any) -> list[Any]:
    """For each factor the product of the others, without a division: products from the left times products from the right."""
    last = len(factors) - 1
    left: list[Any] = [1]
    right: list[Any] = [1]
    for at in range(last):
        left.append(left[-1] * factors[at])
        right.append(right[-1] * factors[last - at])
    return [before * after for before, after in zip(left, reversed(right), strict=True)]


def _deviations(*arguments: Any) -> list[Any]:
    average = mean(*arguments)
    return [x - average for x in arguments]


sum_ = operation(
    "sum(x, ...)",
    _total,
    (lambda y, *xs: [1] * len(xs),),
    exact=_total,
    grad_fn="SumBackward0(StackBackward0(*))",
    samples=SPREAD,
    definition=_total,
    result=COUNT,
    linear="x",
    torch="sum: torch Tensor",
    course="rises",
    doc="Sum of any number of arguments.",
)
mean = operation(
    "mean(x, ...)",
    lambda *xs: _total(*xs) / len(xs),
    (lambda y, *xs: [fraction(1, len(xs))] * len(xs),),
    exact=lambda *xs: rational.quotient(_total(*xs), len(xs)),
    grad_fn="MeanBackward0(StackBackward0(*))",
    samples=SPREAD,
    definition=lambda *xs: _total(*xs) / len(xs),
    linear="x",
    torch="mean: torch Tensor",
    takes=(DECIMALS, NO_MEAN),
    course="rises",
    doc="Arithmetic mean of any number of arguments.",
)
prod = operation(
    "prod(x, ...)",
    _product,
    (_products_of_others,),
    exact=_product,
    grad_fn="ProdBackward0(StackBackward0(*))",
    samples=SPREAD,
    definition=_product,
    result=COUNT,
    masks={"x": lambda incoming, derivative, *xs: gt(_total(*[eq(x, 0) for x in xs]), 1)},
    torch="prod: torch Tensor",
    course=lambda *xs: f"degree {xs.count(None)}",
    doc="Product of any number of arguments.",
)
norm: Operation = operation(
    "norm(x, ...)",
    math.hypot,
    (lambda y, *xs: [where(eq(y, 0), 0, x / y) for x in xs],),
    grad_fn="LinalgVectorNormBackward0(StackBackward0(*))",
    javascript="Math.hypot({*})",
    array=lambda numpy, *xs: on_arrays.folded("hypot")(numpy, 0, *xs),
    domain="not all arguments 0",
    samples=SPREAD,
    definition=lambda *xs: sqrt(_total(*[x * x for x in xs])),
    range=(0, math.inf),
    radial=True,
    specials=(special(KINK, lambda *xs: norm(*xs), 0, 0),),
    torch="norm: torch Tensor linalg",
    course="convex; falls to 0; rises from 0",
    doc="Euclidean length of the vector of the arguments; at 0 the derivative is 0.",
)
var = operation(
    "var(x, ...)",
    _variance,
    (lambda y, *xs: [2 * d / (len(xs) - 1) for d in _deviations(*xs)],),
    grad_fn="VarBackward0(StackBackward0(*))",
    samples=SPREAD,
    definition=lambda *xs: _total(*[square(d) for d in _deviations(*xs)]) / (len(xs) - 1),
    range=(0, math.inf),
    torch="var: torch Tensor",
    course="convex; degree 2",
    doc="Sample variance of the arguments, the squared deviations divided by n - 1.",
)
std: Operation = operation(
    "std(x, ...)",
    lambda *xs: ieee.sqrt(_variance(*xs)),
    (lambda y, *xs: [where(eq(y, 0), 0, d / (where(eq(y, 0), 1, y) * (len(xs) - 1))) for d in _deviations(*xs)],),
    grad_fn="StdBackward0(StackBackward0(*))",
    domain="two arguments or more, not all equal",
    samples=SPREAD,
    definition=lambda *xs: sqrt(var(*xs)),
    masks="x",
    range=(0, math.inf),
    specials=(special(KINK, lambda *xs: std(*xs), 1, 1),),
    torch="std: torch Tensor",
    course="convex",
    doc="Sample standard deviation of the arguments; where all are equal the derivative is 0.",
)
logsumexp = operation(
    "logsumexp(x, ...)",
    _logsumexp,
    (lambda y, *xs: [exp(x - y) for x in xs],),
    grad_fn="LogsumexpBackward0(StackBackward0(*))",
    javascript="logSumExp({*})",
    array=on_arrays.logsumexp,
    samples=SPREAD,
    definition=lambda *xs: log(_total(*[exp(x) for x in xs])),
    torch="logsumexp: torch Tensor",
    torch_call="torch.logsumexp({stacked}, 0)",
    course="convex rises",
    doc="Logarithm of the sum of the exponentials of the arguments, without overflow.",
)
amax = extreme("amax", "max", SPREAD, "The largest of the arguments; equal ones share the gradient.")
amin = extreme("amin", "min", SPREAD, "The smallest of the arguments; equal ones share the gradient.")
median = operation(
    "median(x, ...)",
    _middle,
    (shares,),
    exact=lambda *xs: sorted(xs)[(len(xs) - 1) // 2],
    grad_fn="MedianBackward0(StackBackward0(*))",
    javascript="median({*})",
    array=on_arrays.middle,
    domain="one argument in the middle",
    samples=SPREAD,
    precise=_middle,
    result=SAME,
    masks="x",
    specials=(special(KINK, lambda a, b: a - b, 1, 1),),
    torch="median: torch Tensor",
    course="rises",
    chooses="x",
    doc="The argument in the middle, the lower one of two; equal ones share the gradient.",
)
hypot = operation(
    "hypot(a, b)",
    math.hypot,
    (lambda y, a, b: a / y, lambda y, a, b: b / y),
    latex=r"\sqrt{{{{\left({0}\right)}}^{{2}} + {{\left({1}\right)}}^{{2}}}}",
    javascript="Math.hypot({0}, {1})",
    array="hypot",
    domain="(a, b) ≠ (0, 0)",
    samples=(POSITIVE, POSITIVE),
    definition=lambda a, b: sqrt(a * a + b * b),
    range=(0, math.inf),
    radial=True,
    specials=(special(KINK, lambda a, b: abs(a) + abs(b), 0, 0),),
    torch="hypot: torch Tensor",
    course="convex; falls to 0; rises from 0",
    doc="Length of the vector (a, b).",
)
