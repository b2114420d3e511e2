"""Factors of polynomials over the rationals.

A polynomial in one variable is factored modulo one large prime, and factors are joined until they divide it (Zassenhaus 1969; the
prime is beyond the bound of Mignotte, so that nothing need be lifted). One in several variables becomes one in a single variable
by Kronecker's substitution: x, y, z are t, t^d, t^(d·d) for a d larger than every exponent.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from operator import add

Polynomial = dict[tuple[int, ...], Fraction]
"""Coefficients, none of them 0, by the exponents of the variables."""

_Row = list[int]
"""Coefficients of a polynomial in one variable, that of the highest power last and not 0."""

_PRIMES = (127, 521, 1279)
"""The k of primes 2^k - 1."""

_HIGHEST = 70
"""The degree beyond which no factors are looked for, each factor counted once."""

_MOST_WORK = 8 * 10**7
"""The square of the degree times that of the bits of the prime, beyond which none are looked for: of large coefficients these
are many."""

_LONGEST = 400
"""The same, each as often as it stands there."""

_MOST_PARTS = 12
"""Factors modulo the prime beyond which they are not joined in all ways."""


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


def quotient(polynomial: Polynomial, divisor: Polynomial) -> Polynomial | None:
    """The quotient of two polynomials; None where something is left."""
    rest, found, leading = dict(polynomial), Polynomial(), max(divisor)
    while rest:
        at = max(rest)
        step = tuple([exponent - own for exponent, own in zip(at, leading, strict=True)])
        if min(step, default=0) < 0:
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
        candidates = _irreducible(row)
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


def _content(polynomial: Polynomial) -> Fraction:
    """The number that leaves coprime integers, the one of the highest power positive."""
    values = polynomial.values()
    size = Fraction(gcd(*[c.numerator for c in values]), lcm(*[c.denominator for c in values]))
    return size if polynomial[max(polynomial)] > 0 else -size


def _folded(exponents: Sequence[int], used: Sequence[int], base: int) -> int:
    return sum(exponents[place] * base**rank for rank, place in enumerate(used))


def _unfolded(row: _Row, used: Sequence[int], base: int, count: int) -> Polynomial:
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
    left: Polynomial, candidates: Sequence[_Row], used: Sequence[int], base: int
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
                whole = _times_row(whole, rows[at])
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


def _times(polynomial: Polynomial, row: _Row, used: Sequence[int], base: int) -> int:
    """How often a polynomial in t is a factor after the substitution."""
    folded: Polynomial = {}
    for at, c in polynomial.items():
        folded[(_folded(at, used, base),)] = c
    return _taken_out(folded, {(power,): Fraction(c) for power, c in enumerate(row) if c})[1] if len(row) > 1 else 0


# ---- in one variable ----


def _irreducible(row: _Row) -> list[_Row] | None:
    """The different irreducible factors of a polynomial with integers; None where they are too many to find."""
    row = _square_free(row)
    degree = len(row) - 1
    if degree > _HIGHEST:
        return None
    if degree == 1:
        return [row]
    bound = 2 * abs(row[-1]) * 2**degree * sum(c * c for c in row) * 2  # beyond Mignotte's for a factor times the leading number
    prime = next((2**k - 1 for k in _PRIMES if 2**k - 1 > bound and row[-1] % (2**k - 1)), None)
    if prime is None or (degree * prime.bit_length()) ** 2 > _MOST_WORK:
        return None
    parts = _modular_factors(_monic(row, prime), prime)
    if len(parts) > _MOST_PARTS:
        return None
    found: list[_Row] = []
    size = 1
    while 2 * size <= len(parts):
        for chosen in itertools.combinations(range(len(parts)), size):
            whole = [row[-1] % prime]
            for at in chosen:
                whole = [c % prime for c in _times_row(whole, parts[at])]
            candidate = _primitive([c - prime if 2 * c > prime else c for c in whole])
            rest = _divided(row, candidate)
            if rest is not None:
                row = rest
                found.append(candidate)
                parts = [part for at, part in enumerate(parts) if at not in chosen]
                break
        else:
            size += 1
    return [*found, _primitive(row)] if len(row) > 1 else found


def _square_free(row: _Row) -> _Row:
    """A polynomial over the greatest common divisor of it and its derivative: each factor once."""
    left, right = row, _trimmed([power * c for power, c in enumerate(row)][1:])
    while right:
        rest = list(left)
        while len(rest) >= len(right):
            factor, shift = rest[-1], len(rest) - len(right)
            rest = [c * right[-1] for c in rest]
            for at, c in enumerate(right):
                rest[at + shift] -= factor * c
            rest = _trimmed(rest)
        left, right = right, _primitive(rest) if rest else []
    divided = _divided(_primitive(row), _primitive(left))
    assert divided is not None
    return divided


def _trimmed(row: _Row) -> _Row:
    while row and not row[-1]:
        row = row[:-1]
    return row


def _primitive(row: _Row) -> _Row:
    size = gcd(*row)
    return [c // size if row[-1] > 0 else -c // size for c in row]


def _times_row(left: _Row, right: _Row) -> _Row:
    total = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            total[i + j] += a * b
    return total


def _divided(row: _Row, divisor: _Row) -> _Row | None:
    """The quotient where it has integers and nothing is left."""
    rest, found = list(row), [0] * max(len(row) - len(divisor) + 1, 0)
    for shift in range(len(row) - len(divisor), -1, -1):
        factor, left = divmod(rest[shift + len(divisor) - 1], divisor[-1])
        if left:
            return None
        found[shift] = factor
        for at, c in enumerate(divisor):
            rest[shift + at] -= factor * c
    return None if any(rest) or not found else found


def _monic(row: _Row, prime: int) -> _Row:
    inverse = pow(row[-1], -1, prime)
    return [c * inverse % prime for c in row]


def _rest(row: _Row, divisor: _Row, prime: int) -> _Row:
    """What is left of a polynomial after division by one whose highest coefficient is 1, modulo a prime."""
    rest, size = list(row), len(divisor) - 1
    for shift in range(len(rest) - size - 1, -1, -1):
        factor = rest[shift + size] % prime
        if factor:
            for at, c in enumerate(divisor):
                rest[shift + at] -= factor * c
    return _trimmed([c % prime for c in rest[:size]])


def _modular_gcd(left: _Row, right: _Row, prime: int) -> _Row:
    while right:
        right = _monic(right, prime)
        left, right = right, _rest(left, right, prime)
    return left


def _power(base: _Row, exponent: int, modulus: _Row, prime: int) -> _Row:
    found = [1]
    for bit in bin(exponent)[2:]:
        found = _rest(_times_row(found, found), modulus, prime) if found else []
        if bit == "1":
            found = _rest(_times_row(found, base), modulus, prime) if found else []
    return found


def _modular_factors(row: _Row, prime: int) -> list[_Row]:
    """The irreducible factors modulo a prime of a polynomial with 1 before its highest power (Cantor and Zassenhaus 1981)."""
    source = random.Random("factors")
    found: list[_Row] = []
    degree, power = 1, [0, 1]
    while len(row) - 1 >= 2 * degree:
        power = _power(power, prime, row, prime)
        difference = [*power, *[0] * (2 - len(power))]
        difference[1] -= 1
        common = _modular_gcd(row, _trimmed([c % prime for c in difference]), prime)
        if len(common) > 1:
            work = [common]
            while work:
                part = work.pop()
                if len(part) - 1 == degree:
                    found.append(part)
                    continue
                chosen = [source.randrange(prime) for _ in range(len(part) - 1)]
                raised = _power(_trimmed(chosen), (prime**degree - 1) // 2, part, prime) or [0]
                raised[0] -= 1
                split = _modular_gcd(part, _trimmed([c % prime for c in raised]), prime)
                if 1 < len(split) < len(part):
                    work += [split, _modular_quotient(part, split, prime)]
                else:
                    work.append(part)
            row = _modular_quotient(row, common, prime)
            power = _rest(power, row, prime) if len(row) > 1 else []
        degree += 1
    return [*found, row] if len(row) > 1 else found


def _modular_quotient(row: _Row, divisor: _Row, prime: int) -> _Row:
    rest, size = list(row), len(divisor) - 1
    found = [0] * (len(row) - size)
    for shift in range(len(row) - size - 1, -1, -1):
        found[shift] = factor = rest[shift + size] % prime
        for at, c in enumerate(divisor):
            rest[shift + at] -= factor * c
    return found
