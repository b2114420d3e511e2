"""What the operations are, from elsewhere: each once more, in mpmath at any precision and by its textbook formula.

An operation that is not listed is what its declaration says, computed at high precision: by its definition, or by mpmath.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mpmath import libmp, mp, mpf

from gradcli.algebra.equality.high_precision import Numeric
from gradcli.algebra.equality.pair import pair_of
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.ops.declaration.operation import Operation


def stacked(*values: Any) -> Any:
    return mp.matrix(values)


def middle(*values: Any) -> Any:
    return sorted(values)[(len(values) - 1) // 2]


def variance(*values: Any) -> Any:
    average = mp.fsum(values) / len(values)
    return mp.fsum((x - average) ** 2 for x in values) / (len(values) - 1)


def normal_cdf(x: Any) -> Any:
    return (1 + mp.erf(x / mp.sqrt(2))) / 2


def logistic(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def hinge(x: Any) -> Any:
    return max(x, 0)


def bounded(x: Any, low: Any, high: Any) -> Any:
    return min(max(x, low), high)


def shrunk(x: Any, bound: Any) -> Any:
    return mp.sign(x) * max(abs(x) - bound, 0)


def truth(test: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: mpf(bool(test(*arguments)))


DEFINITIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: mp.exp(b * mp.log(a)),
    "square": lambda x: x**2,
    "reciprocal": lambda x: 1 / x,
    "abs": lambda x: mp.sqrt(x**2),
    "sign": mp.sign,
    "floor": mp.floor,
    "ceil": mp.ceil,
    "round": mp.nint,
    "trunc": lambda x: mp.sign(x) * mp.floor(abs(x)),
    "frac": lambda x: x - mp.sign(x) * mp.floor(abs(x)),
    "remainder": lambda a, b: a - b * mp.floor(a / b),
    "fmod": lambda a, b: a - b * mp.sign(a / b) * mp.floor(abs(a / b)),
    "floor_divide": lambda a, b: mp.floor(a / b),
    "lerp": lambda a, b, weight: (1 - weight) * a + weight * b,
    "addcmul": lambda x, a, b: x + a * b,
    "copysign": lambda a, b: abs(a) * (-1 if b < 0 else 1),
    "hypot": lambda a, b: mp.sqrt(a**2 + b**2),
    "exp": mp.exp,
    "exp2": lambda x: mpf(2) ** x,
    "expm1": mp.expm1,
    "log": mp.log,
    "log2": lambda x: mp.log(x, 2),
    "log10": mp.log10,
    "log1p": lambda x: mp.log(1 + x),
    "sqrt": mp.sqrt,
    "rsqrt": lambda x: 1 / mp.sqrt(x),
    "cbrt": mp.cbrt,
    "logaddexp": lambda a, b: mp.log(mp.exp(a) + mp.exp(b)),
    "xlogy": lambda a, b: a * mp.log(b),
    "logit": lambda x: mp.log(x / (1 - x)),
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "atan2": lambda a, b: 2 * mp.atan(a / (mp.sqrt(a**2 + b**2) + b)),
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "asinh": mp.asinh,
    "acosh": mp.acosh,
    "atanh": mp.atanh,
    "sinc": mp.sincpi,
    "usinc": mp.sinc,
    "sec": mp.sec,
    "csc": mp.csc,
    "cot": mp.cot,
    "asec": mp.asec,
    "acsc": mp.acsc,
    "acot": lambda x: mp.pi / 2 - mp.atan(x),
    "sech": mp.sech,
    "csch": mp.csch,
    "coth": mp.coth,
    "asech": mp.asech,
    "acsch": mp.acsch,
    "acoth": mp.acoth,
    "gamma": mp.gamma,
    "factorial": mp.factorial,
    "polygamma_growth": lambda n, x, d: mp.polygamma(int(n), x + d) - mp.polygamma(int(n), x),
    "binomial": mp.binomial,
    "beta": mp.beta,
    "ei": mp.ei,
    "expint": mp.e1,
    "root": lambda x, n: -((-x) ** (1 / n)) if x < 0 and n % 2 == 1 else x ** (1 / n),
    "log_base": lambda x, base: mp.log(x) / mp.log(base),
    "deg2rad": lambda x: x * mp.pi / 180,
    "rad2deg": lambda x: x * 180 / mp.pi,
    "maximum": max,
    "minimum": min,
    "max": max,
    "min": min,
    "fmax": max,
    "fmin": min,
    "clamp": bounded,
    "clamp_min": max,
    "clamp_max": min,
    "nan_to_num": lambda x: x,
    "lt": truth(lambda a, b: a < b),
    "le": truth(lambda a, b: a <= b),
    "gt": truth(lambda a, b: a > b),
    "ge": truth(lambda a, b: a >= b),
    "eq": truth(lambda a, b: a == b),
    "ne": truth(lambda a, b: a != b),
    "logical_and": truth(lambda a, b: a != 0 and b != 0),
    "logical_or": truth(lambda a, b: a != 0 or b != 0),
    "logical_not": truth(lambda a: a == 0),
    "where": lambda condition, a, b: a if condition != 0 else b,
    "masked_fill": lambda x, mask, value: value if mask != 0 else x,
    "kl_div": lambda x, target: target * (mp.log(target) - x),
    "clone": lambda x: x,
    "detach": lambda x: x,
    "relu": hinge,
    "leaky_relu": lambda x, slope: hinge(x) - slope * hinge(-x),
    "prelu": lambda x, weight: hinge(x) - weight * hinge(-x),
    "elu": lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
    "selu": lambda x: mpf("1.0507009873554805") * (x if x > 0 else mpf("1.6732632423543772") * mp.expm1(x)),
    "celu": lambda x, alpha: hinge(x) + min(0, alpha * mp.expm1(x / alpha)),
    "relu6": lambda x: bounded(x, 0, 6),
    "hardtanh": bounded,
    "softplus": lambda x, beta, threshold: x if beta * x > threshold else mp.log(1 + mp.exp(beta * x)) / beta,
    "softsign": lambda x: x / (1 + abs(x)),
    "sigmoid": logistic,
    "logsigmoid": lambda x: mp.log(logistic(x)),
    "silu": lambda x: x * logistic(x),
    "gelu": lambda x: x * normal_cdf(x),
    "gelu_tanh": lambda x: x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3))),
    "hardswish": lambda x: x * bounded(x + 3, 0, 6) / 6,
    "hardsigmoid": lambda x: bounded(x + 3, 0, 6) / 6,
    "mish": lambda x: x * mp.tanh(mp.log(1 + mp.exp(x))),
    "tanhshrink": lambda x: x - mp.tanh(x),
    "softshrink": shrunk,
    "hardshrink": lambda x, bound: x if abs(x) > bound else mpf(0),
    "threshold": lambda x, bound, value: x if x > bound else value,
    "erf": mp.erf,
    "erfc": mp.erfc,
    "erfinv": mp.erfinv,
    "lgamma": lambda x: mp.log(abs(mp.gamma(x))),
    "digamma": mp.digamma,
    "polygamma": lambda n, x: mp.polygamma(int(n), x),
    "i0": lambda x: mp.besseli(0, x),
    "i1": lambda x: mp.besseli(1, x),
    "iv": lambda n, x: mp.besseli(n, x),
    "sinc_derivative": lambda n, x: mp.diff(mp.sincpi, x, int(n)),
    "mse_loss": lambda x, target: (x - target) ** 2,
    "l1_loss": lambda x, target: abs(x - target),
    "smooth_l1_loss": lambda x, target, beta: (
        (x - target) ** 2 / (2 * beta) if abs(x - target) < beta else abs(x - target) - beta / 2
    ),
    "huber_loss": lambda x, target, delta: (
        (x - target) ** 2 / 2 if abs(x - target) < delta else delta * (abs(x - target) - delta / 2)
    ),
    "binary_cross_entropy": lambda p, target: -(target * mp.log(p) + (1 - target) * mp.log(1 - p)),
    "binary_cross_entropy_with_logits": lambda x, target: (
        -(target * mp.log(logistic(x)) + (1 - target) * mp.log(1 - logistic(x)))
    ),
    "sum": lambda *xs: mp.fsum(xs),
    "mean": lambda *xs: mp.fsum(xs) / len(xs),
    "prod": lambda *xs: mp.fprod(xs),
    "norm": lambda *xs: mp.norm(stacked(*xs)),
    "var": variance,
    "std": lambda *xs: mp.sqrt(variance(*xs)),
    "logsumexp": lambda *xs: mp.log(mp.fsum(map(mp.exp, xs))),
    "amax": max,
    "amin": min,
    "median": middle,
}


def definition_of(operation: Operation) -> Callable[..., Any]:
    """The function of numbers of mpmath that an operation computes."""
    listed = DEFINITIONS.get(operation.name)
    return declared(operation) if listed is None else listed


def declared(operation: Operation) -> Callable[..., Any]:
    """What the declaration of an operation says that it is, at the precision of mpmath."""
    names = [f"x{at}" for at in range(len(operation.samples))]
    text = f"{operation.name}({', '.join(names)})"
    pair = pair_of((parse(text), parse("0")), ((text, ""), ("0", "")), Graph(), {})
    numeric = Numeric(pair.steps, pair.ends)

    def value(*arguments: Any) -> Any:
        exact = {name: Fraction(*libmp.to_rational(mpf(argument)._mpf_)) for name, argument in zip(names, arguments, strict=True)}
        return mpf(numeric.values(exact, mp.dps + 10)[pair.ends[0][0]])

    return value
