"""Exact values of operations on rational numbers; None where the value is not rational or would be too long to write."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

Rational = int | Fraction

_MAX_BITS = 4096
"""Exact powers stop at numbers of this length; 2^(10^9) stays a power."""


_MOST_PARTS = 64
"""The largest denominator of a logarithm that is looked for."""

_MOST_FACTORS = 500
"""The largest number of which the factorial is written out."""


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


def logarithm_to(x: Rational, base: Rational) -> Rational | None:
    """The rational exponent p/q to which a base is a number, base^p = x^q: 3 for 8 to the base 2, 1/3 the other way round."""
    if x <= 0 or base <= 0 or base == 1 or max(_bits(x), _bits(base)) > _MAX_BITS:
        return None
    near = Fraction(_logarithm(x) / _logarithm(base)).limit_denominator(_MOST_PARTS)
    if max(_bits(x) * near.denominator, _bits(base) * abs(near.numerator)) > _MAX_BITS * _MOST_PARTS:
        return None
    found = Fraction(base) ** near.numerator == Fraction(x) ** near.denominator
    return (near.numerator if near.denominator == 1 else near) if found else None


def _bits(a: Rational) -> int:
    return max(abs(a.numerator).bit_length(), a.denominator.bit_length())


def _logarithm(a: Rational) -> float:
    return math.log(a.numerator) - math.log(a.denominator)


def root(a: Rational, n: Rational) -> Rational | None:
    """The n-th root of the n-th power of a rational number, which is negative for odd n alone."""
    if n.denominator != 1 or n == 0 or not -_MAX_BITS <= n <= _MAX_BITS or (a < 0 and n % 2 == 0) or (a == 0 and n < 0):
        return None
    degree = abs(int(n))
    parts: list[int] = []
    for part in (abs(a.numerator), a.denominator):
        if part.bit_length() > _MAX_BITS:
            return None
        found = 1 << -(-part.bit_length() // degree)  # Newton's method in whole numbers, from above
        while found**degree > part:
            found = ((degree - 1) * found + part // found ** (degree - 1)) // degree
        if found**degree != part:
            return None
        parts.append(found)
    value = quotient(parts[0] if a >= 0 else -parts[0], parts[1])
    return value if n > 0 or value is None else quotient(1, value)


def cube_root(a: Rational) -> Rational | None:
    """The root of the cube of a rational number."""
    return root(a, 3)


def factorial(x: Rational) -> Rational | None:
    """1·2·3···x for whole numbers."""
    return math.factorial(int(x)) if x.denominator == 1 and 0 <= x <= _MOST_FACTORS else None


def binomial(n: Rational, k: Rational) -> Rational | None:
    """n(n-1)···(n-k+1)/k! for whole k, and 0 where that is negative."""
    if k.denominator != 1 or k > _MOST_FACTORS:
        return None
    if k < 0:
        return 0
    if n.denominator == 1 and n >= 0:
        return math.comb(int(n), int(k)) if int(n).bit_length() * k <= 2 * _MAX_BITS else None
    if max(n.numerator.bit_length(), n.denominator.bit_length()) * k > _MAX_BITS:
        return None
    product = Fraction(1)
    for at in range(int(k)):
        product *= Fraction(n - at, at + 1)
    return product.numerator if product.denominator == 1 else product


def beta(a: Rational, b: Rational) -> Rational | None:
    """(a - 1)!(b - 1)!/(a + b - 1)! for whole numbers."""
    if a.denominator != 1 or b.denominator != 1 or a < 1 or b < 1 or a + b > _MOST_FACTORS:
        return None
    return quotient(1, int(a) * math.comb(int(a + b) - 1, int(a)))
