"""Factors of polynomials over the rationals.

One in several variables becomes one in a single variable by Kronecker's substitution: x, y, z are t, t^d, t^(d·d) for a d larger
than every exponent.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from math import gcd, inf, lcm
from operator import add

from gradcli.algebra.sums.integer_factors import Row, irreducible_factors, multiplied
from gradcli.algebra.sums.terms import Polynomial

_LONGEST = 400
"""The degree after the substitution beyond which no factors are looked for, each counted as often as it stands there."""

_MOST_PARTS = 12
"""Factors after the substitution beyond which they are not joined in all ways."""


def product(left: Polynomial, right: Polynomial) -> Polynomial:
    """The product of two polynomials; in whole numbers, as fractions would be reduced at every step."""
    total: dict[tuple[int, ...], int] = {}
    (firsts, below), (seconds, under) = _whole(left), _whole(right)
    for a, one in firsts:
        for b, other in seconds:
            at = tuple(map(add, a, b))
            total[at] = total.get(at, 0) + one * other
    return {at: Fraction(c, below * under) for at, c in total.items() if c}


def _whole(polynomial: Polynomial) -> tuple[list[tuple[tuple[int, ...], int]], int]:
    """A polynomial times the least number that makes its coefficients whole, and that number."""
    common = lcm(*[c.denominator for c in polynomial.values()])
    return [(at, c.numerator * (common // c.denominator)) for at, c in polynomial.items()], common


def quotient(polynomial: Polynomial, divisor: Polynomial, most: float = inf) -> Polynomial | None:
    """The quotient of two polynomials; None where something is left, or it has more terms than at most."""
    rest, found, leading = dict(polynomial), Polynomial(), max(divisor)
    while rest:
        at = max(rest)
        step = tuple([exponent - own for exponent, own in zip(at, leading, strict=True)])
        if min(step, default=0) < 0 or len(found) > most:
            return None
        found[step] = factor = rest[at] / divisor[leading]
        for exponents, coefficient in divisor.items():
            place = tuple([own + more for own, more in zip(exponents, step, strict=True)])
            left = rest.get(place, Fraction(0)) - factor * coefficient
            if left:
                rest[place] = left
            else:
                rest.pop(place, None)
    return found


def factors(polynomial: Polynomial) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
    """A number and irreducible polynomials with their exponents, whose product a polynomial is.

    Of a high degree, or with very many factors, it is left as it is.
    """
    content = _content(polynomial)
    left = {at: c / content for at, c in polynomial.items()}
    if is_linear(left) and any(map(sum, left)):
        return content, [(left, 1)]
    found: list[tuple[Polynomial, int]] = []
    count = len(next(iter(polynomial)))
    for place in range(count):  # x, y, ... themselves
        times = min(at[place] for at in left)
        if times:
            unit = tuple([int(index == place) for index in range(count)])
            found.append(({unit: Fraction(1)}, times))
            left = {tuple([e - times * one for e, one in zip(at, unit, strict=True)]): c for at, c in left.items()}
    base = max((e for at in left for e in at), default=0) + 1
    used = [place for place in range(count) if any(at[place] for at in left)]
    length = max(_folded(at, used, base) for at in left) + 1
    candidates = None
    if 1 < length <= _LONGEST:
        row = [0] * length
        for at, c in left.items():
            row[_folded(at, used, base)] = int(c)
        candidates = irreducible_factors(row)
    if candidates is None:
        return content, [*found, (left, 1)] if length > 1 else found
    if len(used) == 1:
        distinct = [_unfolded(one, used, base, count) for one in candidates]
        for one in distinct:
            left, times = _taken_out(left, one)
            found.append((one, times))
    else:
        left, several = _joined(left, candidates, used, base)
        found += several
    if max(map(sum, left)) > 0:
        found.append((left, 1))
    else:
        content *= next(iter(left.values()))
    return content, found


def is_linear(polynomial: Polynomial) -> bool:
    """Whether the degree of a polynomial is at most 1, in all variables together; then it has no factors."""
    return max(map(sum, polynomial)) <= 1


def _content(polynomial: Polynomial) -> Fraction:
    """The number that leaves coprime integers, the one of the highest power positive."""
    values = polynomial.values()
    size = Fraction(gcd(*[c.numerator for c in values]), lcm(*[c.denominator for c in values]))
    return size if polynomial[max(polynomial)] > 0 else -size


def _folded(exponents: Sequence[int], used: Sequence[int], base: int) -> int:
    return sum(exponents[place] * base**rank for rank, place in enumerate(used))


def _unfolded(row: Row, used: Sequence[int], base: int, count: int) -> Polynomial:
    found: Polynomial = {}
    for power, c in enumerate(row):
        if c:
            exponents = [0] * count
            for rank, place in enumerate(used):
                exponents[place] = power // base**rank % base if len(used) > 1 else power
            found[tuple(exponents)] = Fraction(c)
    content = _content(found)
    return {at: c / content for at, c in found.items()}


def _taken_out(polynomial: Polynomial, factor: Polynomial) -> tuple[Polynomial, int]:
    times = 0
    while (rest := quotient(polynomial, factor)) is not None:
        polynomial, times = rest, times + 1
    return polynomial, times


def _joined(
    left: Polynomial, candidates: Sequence[Row], used: Sequence[int], base: int
) -> tuple[Polynomial, list[tuple[Polynomial, int]]]:
    """Factors in several variables out of those after the substitution, each of which may stand there several times."""
    count = len(next(iter(left)))
    rows = [row for row in candidates for _ in range(_times(left, row, used, base))]
    found: list[tuple[Polynomial, int]] = []
    if len(rows) > _MOST_PARTS:
        return left, found
    size = 1
    while 2 * size <= len(rows):
        for chosen in itertools.combinations(range(len(rows)), size):
            whole = [1]
            for at in chosen:
                whole = multiplied(whole, rows[at])
            one = _unfolded(whole, used, base, count)
            rest, times = _taken_out(left, one) if max(map(sum, one)) > 0 else (left, 0)
            if times:
                left = rest
                found.append((one, times))
                for at in sorted(chosen, reverse=True):
                    rows.pop(at)
                rows = [row for row in candidates for _ in range(_times(left, row, used, base))]
                break
        else:
            size += 1
    return left, found


def _times(polynomial: Polynomial, row: Row, used: Sequence[int], base: int) -> int:
    """How often a polynomial in t is a factor after the substitution."""
    folded: Polynomial = {}
    for at, c in polynomial.items():
        folded[(_folded(at, used, base),)] = c
    return _taken_out(folded, {(power,): Fraction(c) for power, c in enumerate(row) if c})[1] if len(row) > 1 else 0
