"""Losses of one prediction, with PyTorch's names, defaults and derivatives."""

from __future__ import annotations

import builtins
import math

from gradcli.ops.declaration import ieee
from gradcli.ops.declaration.facts import END, KINK, POLE, SAME, special
from gradcli.ops.declaration.operation import operation
from gradcli.ops.elementwise.activations import hardtanh, logsigmoid, sigmoid
from gradcli.ops.elementwise.arithmetic import abs, sign, square
from gradcli.ops.elementwise.exponential import log, log1p, xlogy
from gradcli.ops.elementwise.extremes import clamp, clamp_min
from gradcli.ops.elementwise.logic import both, eq, ge, le, lt, ne, where
from gradcli.typing import Any

LOW = (-2.0, -0.6)
HIGH = (0.6, 2.0)
PROBABILITY = (0.1, 0.9)

LEAST_LOG = -100.0
"""PyTorch's least logarithm of a probability, so that a wrong certainty does not cost infinitely much."""

LEAST_VARIANCE = 9.999999960041972e-13
"""What PyTorch divides by at least in the derivative of the cross entropy: 1e-12 in single precision."""


def _smooth_l1(x: float, target: float, beta: float) -> float:
    if not beta >= 0:
        return math.nan
    distance = builtins.abs(x - target)
    return ieee.divide(distance * distance, 2 * beta) if distance < beta else distance - beta / 2


def _huber(x: float, target: float, delta: float) -> float:
    if not delta >= 0:
        return math.nan
    distance = builtins.abs(x - target)
    return distance * distance / 2 if distance <= delta else delta * (distance - delta / 2)


def _cross_entropy(p: float, target: float) -> float:
    return -(target * ieee.largest(ieee.log(p), LEAST_LOG) + (1 - target) * ieee.largest(ieee.log1p(-p), LEAST_LOG))


def _from_zero(scale: Any, value: Any) -> Any:
    """A loss or its derivative, nan where the scale is below 0: PyTorch refuses one."""
    return where(ge(scale, 0), value, math.nan)


mse_loss = operation(
    "mse_loss(x, target)",
    lambda x, target: (x - target) * (x - target),
    (lambda y, x, target: 2 * (x - target), lambda y, x, target: 2 * (target - x)),
    exact=lambda x, target: (x - target) * (x - target),
    samples=(LOW, HIGH),
    definition=lambda x, target: square(x - target),
    range=(0, math.inf),
    torch="mse_loss: F",
    course="convex; degree 2",
    doc="Squared error.",
)
l1_loss = operation(
    "l1_loss(x, target)",
    lambda x, target: math.fabs(x - target),
    (lambda y, x, target: sign(x - target), lambda y, x, target: -sign(x - target)),
    exact=lambda x, target: builtins.abs(x - target),
    grad_fn="MeanBackward0(AbsBackward0(SubBackward0(0, 1)))",
    domain="x ≠ target",
    samples=(LOW, HIGH),
    definition=lambda x, target: abs(x - target),
    range=(0, math.inf),
    specials=(special(KINK, lambda x, target: x - target, 1, 1),),
    result=SAME,
    torch="l1_loss: F",
    course="convex",
    doc="Absolute error.",
)
smooth_l1_loss = operation(
    "smooth_l1_loss(x, target, beta=1)",
    _smooth_l1,
    (
        lambda y, x, target, beta: _from_zero(beta, clamp((x - target) / beta, -1, 1)),
        lambda y, x, target, beta: _from_zero(beta, clamp((target - x) / beta, -1, 1)),
        lambda y, x, target, beta: _from_zero(beta, where(lt(abs(x - target), beta), -y / beta, -1 / 2)),
    ),
    domain="|x - target| ≠ beta",
    samples=(LOW, HIGH, (4.5, 5.0)),
    steady=(
        lambda y, x, target, beta: _from_zero(beta, hardtanh((x - target) / beta)),
        lambda y, x, target, beta: _from_zero(beta, hardtanh((target - x) / beta)),
        lambda y, x, target, beta: _from_zero(beta, where(lt(abs(x - target), beta), -y / beta, -1 / 2)),
    ),
    definition=lambda x, target, beta: _from_zero(
        beta, where(lt(abs(x - target), beta), square(x - target) / (2 * beta), abs(x - target) - beta / 2)
    ),
    range=(0, math.inf),
    specials=(special(KINK, lambda x, target, beta: abs(x - target) - beta, 2, 1, 1),),
    torch="smooth_l1_loss: F",
    course=lambda x, target, beta: "convex" if beta and beta[0] >= 0 else "",
    doc="Squared error divided by 2·beta where it is small, else the absolute error less beta/2.",
)
huber_loss = operation(
    "huber_loss(x, target, delta=1)",
    _huber,
    (
        lambda y, x, target, delta: _from_zero(delta, clamp(x - target, -delta, delta)),
        lambda y, x, target, delta: _from_zero(delta, clamp(target - x, -delta, delta)),
        lambda y, x, target, delta: _from_zero(delta, where(le(abs(x - target), delta), 0, abs(x - target) - delta)),
    ),
    domain="|x - target| ≠ delta",
    samples=(LOW, HIGH, (0.5, 1.0)),
    steady=(
        lambda y, x, target, delta: _from_zero(delta, hardtanh(x - target, -delta, delta)),
        lambda y, x, target, delta: _from_zero(delta, hardtanh(target - x, -delta, delta)),
        lambda y, x, target, delta: _from_zero(delta, where(le(abs(x - target), delta), 0, abs(x - target) - delta)),
    ),
    definition=lambda x, target, delta: _from_zero(
        delta, where(le(abs(x - target), delta), square(x - target) / 2, delta * (abs(x - target) - delta / 2))
    ),
    specials=(special(KINK, lambda x, target, delta: abs(x - target) - delta, 2, 1, 1),),
    torch="huber_loss: F",
    course=lambda x, target, delta: "convex" if delta and delta[0] >= 0 else "",
    doc="Half the squared error where it is small, else a line that continues it.",
)
_ASIDE = "the end of its logarithms at -100"
_COURSE = f"convex; defined from 0 to 1; but 0 {_ASIDE}"
binary_cross_entropy = operation(
    "binary_cross_entropy(p, target)",
    _cross_entropy,
    (
        lambda y, p, target: (p - target) / clamp_min(p * (1 - p), LEAST_VARIANCE),
        lambda y, p, target: log1p(-p) - log(p),
    ),
    domain="0 < p < 1",
    samples=(PROBABILITY, PROBABILITY),
    definition=lambda p, target: -(target * clamp_min(log(p), LEAST_LOG) + (1 - target) * clamp_min(log1p(-p), LEAST_LOG)),
    specials=(special(POLE, lambda p, target: p, 0, 1), special(POLE, lambda p, target: p - 1, 1, 0)),
    torch="binary_cross_entropy: F",
    course=lambda p, target: _COURSE if target and 0 <= target[0] <= target[1] <= 1 else "",
    doc="-(target·log(p) + (1 - target)·log(1 - p)), each logarithm at least -100.",
)
binary_cross_entropy_with_logits = operation(
    "binary_cross_entropy_with_logits(x, target)",
    lambda x, target: (1 - target) * x - logsigmoid(x),
    (lambda y, x, target: sigmoid(x) - target, lambda y, x, target: -x),
    samples=((-2.0, 2.0), PROBABILITY),
    definition=lambda x, target: (1 - target) * x - logsigmoid(x),
    torch="binary_cross_entropy_with_logits: F torch",
    course=lambda x, target: "convex" if target else "",
    doc="Binary cross entropy of sigmoid(x), without overflow.",
)
kl_div = operation(
    "kl_div(x, target)",
    lambda x, target: (0.0 if target == 0 else target * ieee.log(target)) - target * x,
    (lambda y, x, target: -target, lambda y, x, target: log(target) + target / target - x),
    grad_fn="MeanBackward0(SubBackward0(XlogyBackward0(1, 1), MulBackward0(1, 0)))",
    domain="target > 0",
    samples=((-2.0, -0.1), PROBABILITY),
    definition=lambda x, target: xlogy(target, target) - target * x,
    masks={"target": lambda incoming, derivative, x, target: both(eq(incoming, 0), both(eq(target, target), ne(target, 0)))},
    specials=(special(END, lambda x, target: target, 1, 0),),
    torch="kl_div: F",
    course=lambda x, target: "convex; defined from 0" if x else "convex concave falls" if target and target[0] >= 0 else "",
    doc="Kullback-Leibler divergence target·(log(target) - x), where x is the logarithm of a probability.",
)
