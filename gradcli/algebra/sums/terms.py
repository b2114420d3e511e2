"""Terms of sums: rational coefficients and monomials, what they have in common, how long they are."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd, lcm

from gradcli.language.numbers import HALF, LARGEST_DENOMINATOR, SPELLED
from gradcli.typing import NamedTuple

Rational = int | Fraction
Monomial = tuple[tuple[int, Rational], ...]
"""Pairs of an atom and its exponent, by ascending atom; the empty monomial is 1."""

Terms = tuple[tuple[Monomial, Rational], ...]
"""Pairs of a monomial and its coefficient, which is not 0; the empty sum is 0."""

Polynomial = dict[tuple[int, ...], Fraction]
"""Coefficients, none of them 0, by the exponents of what it is a polynomial in."""


class Common(NamedTuple):
    """Two polynomials as the products of a common divisor and the rest, as forms."""

    divisor: int
    above: int
    below: int


ONE: Monomial = ()

LONG_NUMBER = 64
"""The bits of a number that count as much as an operation."""

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31)
"""Whose roots numbers are written by: sqrt(12) is 2·sqrt(3)."""


def whole(value: Rational) -> Rational:
    """The rational number as an integer where it is one."""
    if type(value) is int:
        return value
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def number_length(value: Rational) -> int:
    """The bits of a rational number."""
    numerator, denominator = value.as_integer_ratio()
    return numerator.bit_length() + denominator.bit_length()


def coefficient_parts(coefficient: Rational) -> tuple[Rational, int]:
    """What stands above and below a fraction line for the size of a coefficient: 3 and 2 for -3/2, 0.0001 and 1 for 0.0001."""
    size: Rational = coefficient if coefficient > 0 else -coefficient
    return (size, 1) if is_decimal(size.denominator) else size.as_integer_ratio()


def content_of(terms: Terms) -> Fraction:
    """The rational factor that leaves coprime integers, not all negative, as coefficients; for long decimals its sign alone."""
    sign = -1 if all(coefficient < 0 for _, coefficient in terms) else 1
    denominator = lcm(*[c.denominator for _, c in terms])
    if is_decimal(denominator):
        return Fraction(sign)
    return Fraction(sign * gcd(*[c.numerator for _, c in terms]), denominator)


def is_decimal(denominator: int) -> bool:
    """Whether fractions are better written as decimals: 0.044715 rather than 8943/200000, but 1/4 rather than 0.25.

    Where the text that is answered writes decimals, they all are.
    """
    if denominator == 1 or (denominator <= LARGEST_DENOMINATOR and SPELLED.get(HALF, HALF) == HALF):
        return False
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


def common_monomial(terms: Terms) -> dict[int, Rational]:
    """The least power of each atom that all terms have: of x^2 and x it is x, of sqrt(x) and 1/sqrt(x) the latter."""
    common = dict(terms[0][0]) if terms else {}
    for monomial, _ in terms[1:]:
        powers = dict(monomial)
        common = {atom: min(exponent, powers[atom]) for atom, exponent in common.items() if atom in powers}
    return common


def divided(monomial: Monomial, common: Mapping[int, Rational]) -> Monomial:
    """A monomial without a factor that it has."""
    powers = [(atom, whole(exponent - common[atom]) if atom in common else exponent) for atom, exponent in monomial]
    return tuple([power for power in powers if power[1]])


def prime_powers(value: int) -> list[tuple[int, int]]:
    """A positive integer as powers of small primes, and of what is left."""
    found: list[tuple[int, int]] = []
    for prime in _PRIMES:
        times = 0
        while value % prime == 0:
            value, times = value // prime, times + 1
        if times:
            found.append((prime, times))
    return found if value == 1 else [*found, (value, 1)]
