"""Activation functions of neural networks, with PyTorch's defaults and its derivatives at the kinks."""

from __future__ import annotations

import math

from gradcli.ops.declaration import ieee, on_arrays
from gradcli.ops.declaration.constants import SQRT2, SQRT_2_OVER_PI, SQRT_TAU, fraction
from gradcli.ops.declaration.facts import DECIMALS, JUMP, KINK, NUMBERS, ODD, REMOVABLE, SAME, by_side, no_kernel, special
from gradcli.ops.declaration.operation import Operation, Undefined, operation
from gradcli.ops.elementwise.arithmetic import Bounds, abs, square
from gradcli.ops.elementwise.exponential import exp, expm1, log, log1p
from gradcli.ops.elementwise.extremes import clamp, maximum
from gradcli.ops.elementwise.logic import both, either, ge, gt, le, lt, where
from gradcli.ops.elementwise.special import erf
from gradcli.ops.elementwise.trigonometric import tanh, tanh_slope
from gradcli.typing import Any

SMOOTH = (-2.0, 2.0)
RIGHT = (0.2, 0.9)

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
"""Klambauer et al., Self-normalizing neural networks (2017), equation 2."""


def _softplus(x: float, beta: float, threshold: float) -> float:
    return x if x * beta > threshold else ieee.divide(math.log1p(ieee.exp(x * beta)), beta)


def _gelu_scaled(x: Any) -> Any:
    return SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)


def _gelu_inner(x: Any) -> Any:
    return tanh(_gelu_scaled(x))


def _softplus_course(x: Bounds, beta: Bounds, threshold: Bounds) -> str:
    """That of log(1 + exp(beta·x))/beta in x, and where what is computed jumps below it."""
    if not beta or not threshold or beta[0] != beta[1] or beta[0] == 0 or threshold[0] < 20 or threshold[0] != threshold[1]:
        return ""
    aside = f"a jump of {ieee.exp(-threshold[0]) / math.fabs(beta[0]):.0e} at its threshold"
    return f"rises {'convex' if beta[0] > 0 else 'concave'}; but {threshold[0] / beta[0]} {aside}"


def bent_at_0(x: Bounds, slope: Bounds) -> str:
    """The course of what is x above 0 and slope·x below."""
    if x is not None:
        return "convex concave falls" if slope is None and x[1] <= 0 else ""
    if slope is None or slope[0] < 0:
        return ""
    bend = "convex" if slope[1] <= 1 else "concave" if slope[0] >= 1 else "rises"
    return f"rises {bend}; convex concave to 0; convex concave from 0"


relu = operation(
    "relu(x)",
    lambda x: 0.0 if x < 0 else x,
    (lambda y, x: where(le(x, 0), 0, 1),),
    array=lambda numpy, x: numpy.maximum(x, 0),
    domain="x ≠ 0",
    samples=(RIGHT,),
    definition=lambda x: maximum(x, 0),
    result=SAME,
    masks="x",
    range=(0, math.inf),
    specials=(special(KINK, lambda x: x, 0),),
    torch="relu: torch Tensor F",
    tensorflow="relu(features) Relu: nn",
    takes=(NUMBERS, "Boolean inputs not supported for relu"),
    course="convex rises; concave to 0; concave from 0",
    doc="Rectified linear unit, max(x, 0); at 0 the derivative is 0.",
)
leaky_relu = operation(
    "leaky_relu(x, negative_slope=0.01)",
    lambda x, slope: x if x > 0 else slope * x,
    (lambda y, x, slope: where(gt(x, 0), 1, slope), lambda y, x, slope: where(gt(x, 0), 0, x)),
    array=lambda numpy, x, slope: numpy.where(x > 0, x, slope * x),
    domain="x ≠ 0",
    samples=((-2.0, -0.2), (0.1, 0.5)),
    definition=lambda x, slope: where(gt(x, 0), x, slope * x),
    specials=(special(KINK, lambda x, slope: x, 0, 0.01),),
    torch="leaky_relu: F",
    tensorflow="leaky_relu(features, alpha=0.2) LeakyRelu: nn",
    takes=(DECIMALS, no_kernel("leaky_relu_cpu")),
    course=bent_at_0,
    doc="x, or a small multiple of it where it is negative.",
)
prelu = operation(
    "prelu(x, weight)",
    lambda x, weight: x if x > 0 else weight * x,
    (lambda y, x, weight: where(gt(x, 0), 1, weight), lambda y, x, weight: where(gt(x, 0), 0, x)),
    grad_fn={"": "PreluKernelBackward0(0, 1)", "array": "PreluKernelBackward0(0, ViewBackward0(1))"},
    array=lambda numpy, x, weight: numpy.where(x > 0, x, weight * x),
    domain="x ≠ 0",
    samples=((-2.0, -0.2), (0.1, 0.5)),
    definition=lambda x, weight: where(gt(x, 0), x, weight * x),
    masks={"weight": lambda incoming, derivative, x, weight: gt(x, 0)},
    specials=(special(KINK, lambda x, weight: x, 0, 0.25),),
    torch="prelu: torch Tensor F",
    course=bent_at_0,
    doc="x, or a learned multiple of it where it is negative.",
)
elu = operation(
    "elu(x, alpha=1)",
    lambda x, alpha: x if x > 0 else alpha * math.expm1(x),
    (lambda y, x, alpha: where(le(x, 0), alpha * exp(x), 1), lambda y, x, alpha: where(le(x, 0), expm1(x), 0)),
    javascript="{0} > 0 ? {0} : {1} * Math.expm1({0})",
    array=lambda numpy, x, alpha: numpy.where(x > 0, x, alpha * numpy.expm1(x)),
    domain="x ≠ 0",
    samples=((-2.0, -0.2), (0.5, 1.5)),
    definition=lambda x, alpha: where(gt(x, 0), x, alpha * (exp(x) - 1)),
    steady=(
        lambda y, x, alpha: where(le(x, 0), alpha * exp(-relu(-x)), 1),
        lambda y, x, alpha: where(le(x, 0), expm1(-relu(-x)), 0),
    ),
    specials=(special(KINK, lambda x, alpha: x, 0, 1),),
    torch="elu: F",
    tensorflow="elu(features) Elu: nn",
    course=lambda x, alpha: (
        f"rises; {'convex' if alpha[1] <= 1 else 'convex to 0'}; concave from 0" if alpha and alpha[0] >= 0 else ""
    ),
    doc="Exponential linear unit.",
)
selu = operation(
    "selu(x)",
    lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * math.expm1(x)),
    (lambda y, x: SELU_SCALE * where(le(x, 0), SELU_ALPHA * exp(x), 1),),
    grad_fn="EluBackward0",
    javascript=f"{SELU_SCALE} * ({{0}} > 0 ? {{0}} : {SELU_ALPHA} * Math.expm1({{0}}))",
    array=lambda numpy, x: SELU_SCALE * numpy.where(x > 0, x, SELU_ALPHA * numpy.expm1(x)),
    domain="x ≠ 0",
    samples=((-2.0, -0.2),),
    definition=lambda x: SELU_SCALE * elu(x, SELU_ALPHA),
    steady=(lambda y, x: SELU_SCALE * where(le(x, 0), SELU_ALPHA * exp(-relu(-x)), 1),),
    specials=(special(KINK, lambda x: x, 0),),
    torch="selu: torch F",
    course="rises; convex to 0; concave from 0",
    doc="Scaled exponential linear unit.",
)
celu = operation(
    "celu(x, alpha=1)",
    lambda x, alpha: x if x > 0 else alpha * ieee.expm1(ieee.divide(x, alpha)),
    (
        lambda y, x, alpha: where(le(x, 0), exp(x / alpha), 1),
        lambda y, x, alpha: where(le(x, 0), exp(x / alpha) * (1 - x / alpha) - 1, 0),
    ),
    javascript="{0} > 0 ? {0} : {1} * Math.expm1({0} / {1})",
    array=lambda numpy, x, alpha: numpy.where(x > 0, x, alpha * numpy.expm1(x / alpha)),
    domain="x ≠ 0",
    samples=((-2.0, -0.2), (0.5, 1.5)),
    definition=lambda x, alpha: where(gt(x, 0), x, alpha * (exp(x / alpha) - 1)),
    steady=(
        lambda y, x, alpha: where(le(x, 0), exp(-relu(-x) / alpha), 1),
        lambda y, x, alpha: where(le(x, 0), exp(-relu(-x) / alpha) * (1 + relu(-x) / alpha) - 1, 0),
    ),
    specials=(special(KINK, lambda x, alpha: x, 0, 1),),
    torch="celu: torch F",
    course=lambda x, alpha: by_side(alpha, "rises convex; concave from 0"),
    doc="Continuously differentiable exponential linear unit.",
)
relu6 = operation(
    "relu6(x)",
    lambda x: min(max(x, 0.0), 6.0) if x == x else x,
    (lambda y, x: where(either(le(x, 0), ge(x, 6)), 0, 1),),
    grad_fn="HardtanhBackward0",
    array=lambda numpy, x: numpy.clip(x, 0, 6),
    domain="x ≠ 0, x ≠ 6",
    samples=(RIGHT,),
    definition=lambda x: clamp(x, 0, 6),
    result=SAME,
    masks="x",
    range=(0, 6),
    specials=(special(KINK, lambda x: x, 0), special(KINK, lambda x: x - 6, 6)),
    torch="relu6: F",
    tensorflow="relu6(features) Relu6: nn",
    course="rises; convex to 6; concave from 0",
    doc="Rectified linear unit that stops at 6.",
)
hardtanh = operation(
    "hardtanh(x, min_val=-1, max_val=1)",
    lambda x, low, high: min(max(x, low), high) if x == x else x,
    (
        lambda y, x, low, high: where(either(le(x, low), ge(x, high)), 0, 1),
        lambda y, x, low, high: where(le(x, low), 1, 0),
        lambda y, x, low, high: where(ge(x, high), 1, 0),
    ),
    javascript="bounded({0}, {1}, {2})",
    array=on_arrays.between,
    domain="x ≠ min_val, x ≠ max_val",
    samples=(RIGHT, (-2.0, -1.0), (1.0, 2.0)),
    definition=lambda x, low, high: clamp(x, low, high),
    result=SAME,
    masks="x",
    specials=(
        special(KINK, lambda x, low, high: x - low, -1, -1, 1),
        special(KINK, lambda x, low, high: x - high, 1, -1, 1),
    ),
    torch="hardtanh: F",
    course=clamp.known["course"],
    doc="x between two bounds.",
)
softplus = operation(
    "softplus(x, beta=1, threshold=20)",
    _softplus,
    (
        lambda y, x, beta, threshold: where(gt(x * beta, threshold), 1, sigmoid(x * beta)),
        lambda y, x, beta, threshold: where(gt(x * beta, threshold), 0, (x * sigmoid(x * beta) - y) / beta),
        Undefined("softplus", "threshold"),
    ),
    javascript="softplus({0}, {1}, {2})",
    array=on_arrays.softplus,
    samples=(SMOOTH, (0.5, 1.5), (20.0, 21.0)),
    definition=lambda x, beta, threshold: where(gt(x * beta, threshold), x, log(1 + exp(x * beta)) / beta),
    specials=(special(KINK, lambda x, beta, threshold: x * beta - threshold, 20, 1, 20),),
    torch="softplus: F",
    tensorflow="softplus(features) Softplus: nn",
    course=_softplus_course,
    doc="log(1 + exp(beta·x))/beta, a smooth relu; x itself where beta·x is above the threshold.",
)
softsign = operation(
    "softsign(x)",
    lambda x: x / (1 + math.fabs(x)),
    (lambda y, x: 1 / square(1 + abs(x)),),
    grad_fn="DivBackward0(0, AddBackward0(AbsBackward0(0), None))",
    samples=((0.2, 2.0),),
    definition=lambda x: x / (1 + abs(x)),
    parity=ODD,
    range=(-1, 1),
    specials=(special(REMOVABLE, lambda x: x, 0),),
    torch="softsign: F",
    tensorflow="softsign(features) Softsign: nn",
    course="rises; convex to 0; concave from 0",
    doc="x/(1 + |x|).",
)
sigmoid: Operation = operation(
    "sigmoid(x)",
    ieee.sigmoid,
    (lambda y, x: y * (1 - y),),
    spellings=("expit",),
    latex=r"\sigma\left({0}\right)",
    javascript="sigmoid({0})",
    array=on_arrays.sigmoid,
    samples=(SMOOTH,),
    definition=lambda x: 1 / (1 + exp(-x)),
    tails=(lambda y, x: sigmoid(x) * sigmoid(-x),),
    inverse="logit",
    range=(0, 1),
    torch="sigmoid: torch Tensor F; expit: special",
    tensorflow="sigmoid Sigmoid: tf nn",
    course="rises; convex to 0; concave from 0",
    doc="Logistic function 1/(1 + exp(-x)).",
)
logsigmoid: Operation = operation(
    "logsigmoid(x)",
    lambda x: min(x, 0.0) - math.log1p(ieee.exp(-math.fabs(x))) if x == x else x,
    (lambda y, x: sigmoid(-x),),
    grad_fn="LogSigmoidBackward0",
    javascript="logSigmoid({0})",
    array=on_arrays.logsigmoid,
    samples=(SMOOTH,),
    definition=lambda x: -log(1 + exp(-x)),
    steady=(lambda y, x: exp(logsigmoid(-x)),),
    range=(-math.inf, 0),
    torch="logsigmoid: F",
    course="concave rises",
    doc="Logarithm of the sigmoid.",
)
silu = operation(
    "silu(x)",
    lambda x: x * ieee.sigmoid(x),
    (lambda y, x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),),
    spellings=("swish",),
    array=lambda numpy, x: x / (1 + numpy.exp(-x)),
    range=(-0.278464542761074, math.inf),
    course="falls to -1.28; rises from -1.27; convex from -2.39 to 2.39; concave to -2.4; concave from 2.4",
    samples=(SMOOTH,),
    definition=lambda x: x * sigmoid(x),
    tails=(lambda y, x: sigmoid(x) * (1 + x * sigmoid(-x)),),
    torch="silu: F",
    takes=(DECIMALS, no_kernel("silu_cpu")),
    doc="x·sigmoid(x).",
)
gelu = operation(
    "gelu(x)",
    lambda x: x / 2 * (1 + math.erf(x / math.sqrt(2))),
    (lambda y, x: (1 + erf(x / SQRT2)) / 2 + x * exp(-x * x / 2) / SQRT_TAU,),
    javascript="({0} / 2) * (1 + erf({0} / Math.SQRT2))",
    array=lambda numpy, x: x / 2 * (1 + erf(x / SQRT2)),
    range=(-0.169971207479904, math.inf),
    course="falls to -0.76; rises from -0.75; convex from -1.41 to 1.41; concave to -1.42; concave from 1.42",
    samples=(SMOOTH,),
    definition=lambda x: x * (1 + erf(x / SQRT2)) / 2,
    torch="gelu: F",
    takes=(DECIMALS, no_kernel("GeluKernelImpl")),
    doc="Gaussian error linear unit: x times the normal distribution function.",
)
gelu_tanh = operation(
    "gelu_tanh(x)",
    lambda x: x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))),
    (lambda y, x: (1 + _gelu_inner(x)) / 2 + x * (1 - square(_gelu_inner(x))) * SQRT_2_OVER_PI * (1 + 0.134145 * x * x) / 2,),
    grad_fn="GeluBackward0",
    javascript="({0} / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * ({0} + 0.044715 * {0} * {0} * {0})))",
    array=lambda numpy, x: x / 2 * (1 + _gelu_inner(x)),
    range=(-0.170040750571255, math.inf),
    course="falls to -0.76; rises from -0.75; convex from -1.41 to 1.41; concave to -1.42; concave from 1.42",
    samples=(SMOOTH,),
    definition=lambda x: x * (1 + _gelu_inner(x)) / 2,
    tails=(
        lambda y, x: sigmoid(2 * _gelu_scaled(x)) + x * tanh_slope(_gelu_scaled(x)) * SQRT_2_OVER_PI * (1 + 0.134145 * x * x) / 2,
    ),
    torch_call="F.gelu({0}, approximate='tanh')",
    doc="The approximation of gelu by tanh, torch's gelu(x, approximate='tanh').",
)
hardswish = operation(
    "hardswish(x)",
    lambda x: x * min(max(x + 3, 0.0), 6.0) / 6 if x == x else x,
    (lambda y, x: where(le(x, -3), 0, where(lt(x, 3), x / 3 + 1 / 2, 1)),),
    array=lambda numpy, x: x * numpy.clip(x + 3, 0, 6) / 6,
    domain="x ≠ ±3",
    range=(-0.375, math.inf),
    course="falls to -1.5; rises from -1.5; convex from -3 to 3",
    samples=(SMOOTH,),
    definition=lambda x: x * relu6(x + 3) / 6,
    masks="x",
    specials=(special(KINK, lambda x: x + 3, -3), special(KINK, lambda x: x - 3, 3)),
    torch="hardswish: F",
    doc="x·relu6(x + 3)/6.",
)
hardsigmoid = operation(
    "hardsigmoid(x)",
    lambda x: min(max(x + 3, 0.0), 6.0) / 6 if x == x else x,
    (lambda y, x: where(either(le(x, -3), ge(x, 3)), 0, fraction(1, 6)),),
    array=lambda numpy, x: numpy.clip(x + 3, 0, 6) / 6,
    domain="x ≠ ±3",
    samples=(SMOOTH,),
    definition=lambda x: relu6(x + 3) / 6,
    masks="x",
    range=(0, 1),
    specials=(special(KINK, lambda x: x + 3, -3), special(KINK, lambda x: x - 3, 3)),
    torch="hardsigmoid: F",
    course="rises; convex to 3; concave from -3",
    doc="relu6(x + 3)/6.",
)
mish = operation(
    "mish(x)",
    lambda x: x * math.tanh(_softplus(x, 1.0, 20.0)),
    (lambda y, x: tanh(softplus(x)) + x * (1 - square(tanh(softplus(x)))) * sigmoid(x),),
    range=(-0.308843413017251, math.inf),
    course="falls to -1.2; rises from -1.19; convex from -2.25 to 1.49; concave to -2.26; concave from 1.5",
    samples=(SMOOTH,),
    definition=lambda x: x * tanh(log1p(exp(x))),  # from 20 on the same in floats as with softplus, which jumps there
    tails=(lambda y, x: tanh(softplus(x)) + x * tanh_slope(softplus(x)) * sigmoid(x),),
    torch="mish: F",
    doc="x·tanh(softplus(x)).",
)
tanhshrink = operation(
    "tanhshrink(x)",
    lambda x: x - math.tanh(x),
    (lambda y, x: square(tanh(x)),),
    grad_fn="SubBackward0(0, TanhBackward0(0))",
    samples=(SMOOTH,),
    definition=lambda x: x - tanh(x),
    parity=ODD,
    torch="tanhshrink: F",
    course="rises; concave to 0; convex from 0",
    doc="x - tanh(x).",
)
softshrink = operation(
    "softshrink(x, lambd=0.5)",
    lambda x, bound: x - bound if x > bound else x + bound if x < -bound else x * 0.0,
    (
        lambda y, x, bound: where(both(ge(x, -bound), le(x, bound)), 0, 1),
        lambda y, x, bound: where(gt(x, bound), -1, where(gt(-bound, x), 1, 0)),
    ),
    domain="x ≠ ±lambd",
    samples=((1.0, 2.0), (0.2, 0.8)),
    definition=lambda x, bound: where(gt(x, bound), x - bound, where(lt(x, -bound), x + bound, x * 0)),
    masks="x",
    parity=ODD,
    specials=(special(KINK, lambda x, bound: x - bound, 0.5, 0.5), special(KINK, lambda x, bound: x + bound, -0.5, 0.5)),
    torch="softshrink: F",
    course=lambda x, bound: f"rises; convex from {-bound[0]}; concave to {bound[0]}" if bound and bound[0] >= 0 else "",
    doc="x moved towards 0 by lambd, and 0 where that would cross it.",
)
hardshrink = operation(
    "hardshrink(x, lambd=0.5)",
    lambda x, bound: 0.0 if -bound <= x <= bound else x,
    (lambda y, x, bound: where(both(ge(x, -bound), le(x, bound)), 0, 1), lambda y, x, bound: 0),
    domain="x ≠ ±lambd",
    samples=((1.0, 2.0), (0.2, 0.8)),
    definition=lambda x, bound: where(both(ge(x, -bound), le(x, bound)), 0, x),
    masks="x",
    parity=ODD,
    specials=(special(JUMP, lambda x, bound: x - bound, 0.5, 0.5), special(JUMP, lambda x, bound: x + bound, -0.5, 0.5)),
    torch="hardshrink: torch Tensor F",
    course=lambda x, bound: "rises" if bound and bound[0] >= 0 else "",
    doc="x, or 0 where it lies between -lambd and lambd.",
)
threshold = operation(
    "threshold(x, threshold, value)",
    lambda x, bound, value: value if x <= bound else x,
    (
        lambda y, x, bound, value: where(le(x, bound), 0, 1),
        Undefined("threshold", "threshold"),
        lambda y, x, bound, value: where(le(x, bound), 1, 0),
    ),
    grad_fn="ThresholdBackward0(0)",
    domain="x ≠ threshold",
    samples=((1.0, 2.0), (0.2, 0.8), SMOOTH),
    definition=lambda x, bound, value: where(le(x, bound), value, x),
    result=SAME,
    masks="x",
    specials=(special(JUMP, lambda x, bound, value: x - bound, 1, 1, 0.5),),
    torch="threshold: torch F",
    course=lambda x, bound, value: "rises" if bound and value and value[1] <= bound[0] else "",
    doc="x where it is above a threshold, else a value.",
)
