"""Named constants, and the constants of derivative rules with their symbolic forms."""

from __future__ import annotations

import math
from fractions import Fraction

from gradcli.graph.graph import Constant
from gradcli.ops.declaration.ieee import as_float
from gradcli.ops.declaration.symbol import Exact
from gradcli.typing import Any

VALUES = {
    "pi": math.pi,
    "e": math.e,
    "tau": math.tau,
    "inf": math.inf,
    "nan": math.nan,
}
"""The constants that an expression may name unless it binds or assigns the name."""

SPELLINGS = {"π": "pi", "τ": "tau", "∞": "inf"}


def is_constant(name: str) -> bool:
    """Whether a name that nothing binds is a constant, in any of its spellings."""
    return SPELLINGS.get(name, name) in VALUES


PI = Exact(math.pi, "", "pi")
HALF_PI = Exact(math.pi / 2, "div", PI, 2)
LN2 = Exact(math.log(2), "log", 2)
LN10 = Exact(math.log(10), "log", 10)
SQRT2 = Exact(math.sqrt(2), "sqrt", 2)
SQRT_PI = Exact(math.sqrt(math.pi), "sqrt", PI)
DEGREE = Exact(math.pi / 180, "div", PI, 180)
RADIAN = Exact(180 / math.pi, "div", 180, PI)
SQRT_2_OVER_PI = Exact(math.sqrt(2 / math.pi), "sqrt", Exact(2 / math.pi, "div", 2, PI))
SQRT_TAU = Exact(math.sqrt(math.tau), "sqrt", Exact(math.tau, "mul", 2, PI))


def fraction(numerator: int, denominator: int) -> Exact:
    """A rational constant of a rule, which no decimal literal could write: a third."""
    return Exact(numerator / denominator, "div", numerator, denominator)


def constant_value(value: Constant) -> Any:
    """The float64 nearest to a constant, infinite where it is beyond the range of float64; an array of them for an array."""
    if isinstance(value, tuple):
        import numpy

        try:
            return numpy.array(value, float)
        except (OverflowError, ValueError):  # an element beyond the range of float64, or the name of a constant
            return numpy.array([constant_value(item) for item in value])
    if isinstance(value, str):
        return VALUES[value]
    return as_float(value)


def exact(value: float | int | Fraction) -> int | Fraction | float:
    """The exact number that a literal of a rule stands for: 0.1 is one tenth. Infinite and nan stay floats."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return value
        value = Fraction(repr(float(value)))
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value
