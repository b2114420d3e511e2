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


def logarithm(base: int) -> Callable[[Rational], Rational | None]:
    """The whole exponent to which the base is a number: 3 for 8 to the base 2."""

    def exponent(x: Rational) -> Rational | None:
        if x <= 0 or (x.numerator != 1 and x.denominator != 1):
            return None
        large = max(x.numerator, x.denominator)
        found = round(math.log(large, base))
        if base**found != large:
            return None
        return found if x.denominator == 1 else -found

    return exponent


def cube_root(a: Rational) -> Rational | None:
    """The root of the cube of a rational number."""
    parts: list[int] = []
    for part in (abs(a.numerator), a.denominator):
        if part.bit_length() > _MAX_BITS:
            return None
        root = 1 << -(-part.bit_length() // 3)  # Newton's method in whole numbers, from above
        while root**3 > part:
            root = (2 * root + part // root**2) // 3
        parts.append(root)
    if parts[0] ** 3 != abs(a.numerator) or parts[1] ** 3 != a.denominator:
        return None
    return quotient(parts[0] if a >= 0 else -parts[0], parts[1])
