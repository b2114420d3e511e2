"""Values of elementary functions as IEEE 754 has them, where Python's ``math`` raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from gradcli.ops.declaration.symbol import divide as divide
from gradcli.typing import Any

INF = math.inf
NAN = math.nan


def as_float(value: Any) -> float:
    """The float64 nearest to a real number of any kind; an infinity beyond their range."""
    try:
        return float(value)
    except OverflowError:
        return INF if value > 0 else -INF


def guarded(function: Callable[[float], float], elsewhere: Callable[[float], float] = lambda x: NAN) -> Callable[[float], float]:
    """A function of one float that never raises.

    Args:
        function: The function; ValueError and OverflowError mean that it has no finite value.
        elsewhere: The value there: an infinity at poles and on overflow, nan outside the domain.
    """

    def value(x: float) -> float:
        try:
            return function(x)
        except (ValueError, OverflowError):
            return NAN if x != x else elsewhere(x)

    return value


def overflow(x: float) -> float:
    """Too large for a float."""
    return INF


def odd_overflow(x: float) -> float:
    """Too large for a float, with the sign of the argument."""
    return math.copysign(INF, x)


def logarithm_outside(x: float) -> float:
    """-inf at 0, nan below."""
    return -INF if x == 0 else NAN


def exact_sum(values: Sequence[float]) -> float:
    """The sum, rounded once; as IEEE 754 has it where a term or the sum is not finite."""
    try:
        return math.fsum(values)
    except ValueError:  # inf - inf
        return NAN
    except OverflowError:  # of the sum, or on the way to it
        try:
            return math.ldexp(math.fsum(math.ldexp(value, -64) for value in values), 64)
        except OverflowError:
            return math.copysign(INF, math.fsum(math.ldexp(value, -64) for value in values))


def power(a: float, b: float) -> float:
    """a^b; pow(0, 0) is 1, a negative base with an exponent that is not an integer has no real value."""
    try:
        return math.pow(a, b)
    except OverflowError:
        return -INF if a < 0 and math.fmod(b, 2) else INF
    except ValueError:
        if a == 0:  # 0^-b
            return math.copysign(INF, a) if math.fmod(b, 2) in (1, -1) else INF
        return NAN


def remainder(a: float, b: float) -> float:
    """a - b·floor(a/b), with the sign of the divisor."""
    try:
        return a % b
    except ZeroDivisionError:
        return NAN


def floor_divide(a: float, b: float) -> float:
    """floor(a/b) of the exact quotient, not of the rounded one; nan for an infinite a."""
    try:
        return a // b
    except ZeroDivisionError:
        return divide(a, b)


def fmod(a: float, b: float) -> float:
    """a - b·trunc(a/b), with the sign of the dividend."""
    try:
        return math.fmod(a, b)
    except ValueError:
        return NAN


def whole(function: Callable[[float], int]) -> Callable[[float], float]:
    """A rounding of ``math`` that keeps infinities, nan and the sign of zero."""
    return lambda x: math.copysign(float(function(x)), x) if math.isfinite(x) else x


def cube_root(x: float) -> float:
    """The real cube root."""
    if x == 0 or not math.isfinite(x):
        return x
    y = math.copysign(abs(x) ** (1 / 3), x)
    return y - (y - x / (y * y)) / 3  # one step of Newton's method makes the last digit right


def exp2(x: float) -> float:
    """2^x."""
    return power(2.0, x)


def log(x: float) -> float:
    """The natural logarithm."""
    if x > 0:
        return math.log(x)
    return -INF if x == 0 else NAN


def sqrt(x: float) -> float:
    """The square root; of -0 it is -0."""
    return math.sqrt(x) if x >= 0 else NAN


def exp(x: float) -> float:
    """The exponential."""
    try:
        return math.exp(x)
    except OverflowError:
        return INF


def expm1(x: float) -> float:
    """exp(x) - 1."""
    try:
        return math.expm1(x)
    except OverflowError:
        return INF


def log1p(x: float) -> float:
    """log(1 + x)."""
    if x > -1:
        return math.log1p(x)
    return -INF if x == -1 else NAN


def sigmoid(x: float) -> float:
    """1/(1 + exp(-x)), without overflow on either side."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    z = exp(x)
    return z / (1 + z)


def logaddexp(a: float, b: float) -> float:
    """log(exp(a) + exp(b)), without overflow."""
    if a != a or b != b:
        return NAN
    high, low = max(a, b), min(a, b)
    return high if math.isinf(high) else high + math.log1p(math.exp(low - high))


def largest(*values: float) -> float:
    """The maximum; nan where any is nan."""
    return NAN if any(v != v for v in values) else max(values)


def smallest(*values: float) -> float:
    """The minimum; nan where any is nan."""
    return NAN if any(v != v for v in values) else min(values)
