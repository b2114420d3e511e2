"""Exact values of operations on rational numbers; None where the value is not rational or would be too long to write."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

Rational = int | Fraction

_MAX_BITS = 4096
"""Exact powers stop at numbers of this length; 2^(10^9) stays a power."""


def quotient(a: Rational, b: Rational) -> Rational | None:
    """a/b, None for b = 0."""
    if b == 0:
        return None
    value = Fraction(a) / b
    return value.numerator if value.denominator == 1 else value


def power(a: Rational, b: Rational) -> Rational | None:
    """a^b for an integer b, and roots of perfect powers; None for 0 to a negative power and for very long results."""
    if isinstance(b, Fraction) and b.denominator != 1:
        if b.denominator == 2 and a >= 0:
            root = square_root(a)
            return None if root is None else power(root, b.numerator)
        return None
    exponent = int(b)
    if a == 0:
        return None if exponent < 0 else int(exponent == 0)
    bits = max(Fraction(a).numerator.bit_length(), Fraction(a).denominator.bit_length())
    if a not in (1, -1) and bits * abs(exponent) > _MAX_BITS:
        return None
    value = Fraction(a) ** exponent if a not in (1, -1) else Fraction(a if exponent % 2 else 1)
    return value.numerator if value.denominator == 1 else value


def square_root(a: Rational) -> Rational | None:
    """The root of the square of a rational number."""
    if a < 0:
        return None
    value = Fraction(a)
    if value.numerator.bit_length() > _MAX_BITS or value.denominator.bit_length() > _MAX_BITS:
        return None
    numerator, denominator = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if numerator * numerator != value.numerator or denominator * denominator != value.denominator:
        return None
    return quotient(numerator, denominator)


def only(argument: int, value: int) -> Callable[[Rational], Rational | None]:
    """The rational value of a function that has one at a single point that matters, as sin has at 0."""
    return lambda x: value if x == argument else None
