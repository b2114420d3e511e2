"""Factors of polynomials in one variable with integers as coefficients.

They are factored modulo small primes (Cantor and Zassenhaus 1981), of which the one with the fewest factors is kept; the degrees
that factors may have modulo all primes often show that there are none. Factors are lifted to a power of the prime beyond the
bound of Mignotte, and joined until they divide (Zassenhaus 1969; von zur Gathen and Gerhard, Modern Computer Algebra, chapters 14
and 15).
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from math import gcd, log2, prod

Row = list[int]
"""Coefficients of a polynomial, that of the highest power last and not 0."""

_HIGHEST = 70
"""The degree beyond which no factors are looked for, each factor counted once."""

_MOST_WORK = 10**7
"""The work of lifting beyond which none are looked for: the square of the degree for each step, more where numbers are long."""

_PRIMES = [prime for prime in range(3, 212, 2) if all(prime % divisor for divisor in range(3, prime, 2))]

_TRIED = 5
"""Primes modulo which a polynomial is factored."""

_MOST_JOINED = 20_000
"""Products of factors modulo a prime beyond which no more are tried."""


def irreducible_factors(row: Row) -> list[Row] | None:
    """The different irreducible factors of a polynomial; None where they are too many to find, or the work is too much."""
    if next(_good_primes(row, _PRIMES[:_TRIED]), None) is None:
        row = _square_free(row)
    degree = len(row) - 1
    if degree > _HIGHEST:
        return None
    parts: list[tuple[int, Row]] = []
    best, possible = 0, (1 << (degree + 1)) - 1  # the bits of the degrees that a factor may have
    for prime in itertools.islice(_good_primes(row, _PRIMES), _TRIED):
        found = _by_degrees(_monic(row, prime), prime)
        degrees = 1
        for own, together in found:
            for _ in range((len(together) - 1) // own):
                degrees |= degrees << own
        possible &= degrees
        if possible == 1 | 1 << degree:
            return [_primitive(row)]
        if not parts or _count(found) < _count(parts):
            best, parts = prime, found
    if not best:
        return None
    bound = 2 * row[-1] ** 2 * 2**degree * sum([c * c for c in row])  # beyond Mignotte's for a factor times the leading number
    steps = 1 + int(bound.bit_length() / log2(best))
    if degree**2 * steps * (1 + steps // 64) > _MOST_WORK:
        return None
    source = random.Random("factors")
    split = [one for own, together in parts for one in _of_one_degree(together, own, best, source)]
    return _joined(row, _lifted(row, split, best, steps), best**steps, possible)


def _count(parts: Sequence[tuple[int, Row]]) -> int:
    return sum((len(together) - 1) // own for own, together in parts)


def _good_primes(row: Row, primes: Sequence[int]) -> Iterator[int]:
    """Those primes modulo which a polynomial has its degree and no factor twice."""
    slope = [power * c for power, c in enumerate(row)][1:]
    for prime in primes:
        if row[-1] % prime and len(_modular_gcd(_reduced(row, prime), _reduced(slope, prime), prime)) == 1:
            yield prime


def _joined(row: Row, parts: Sequence[Row], modulus: int, possible: int) -> list[Row] | None:
    """Factors out of those modulo a power of a prime: the products of few of these that divide.

    Args:
        row: The polynomial.
        parts: Its factors modulo the power, with 1 before their highest powers.
        modulus: The power.
        possible: The degrees that a factor may have, as bits.
    """
    found: list[Row] = []
    left, size, tried = list(parts), 1, 0
    while 2 * size <= len(left):
        for chosen in itertools.combinations(range(len(left)), size):
            tried += 1
            if tried > _MOST_JOINED:
                return None
            if not possible >> sum([len(left[at]) - 1 for at in chosen]) & 1:
                continue
            last = _balanced(row[-1] * prod([left[at][0] for at in chosen]), modulus)
            if row[0] and (not last or row[-1] * row[0] % last):
                continue
            whole = [row[-1] % modulus]
            for at in chosen:
                whole = [c % modulus for c in multiplied(whole, left[at])]
            candidate = _primitive([_balanced(c, modulus) for c in whole])
            rest = _divided(row, candidate)
            if rest is not None:
                row = rest
                found.append(candidate)
                left = [part for at, part in enumerate(left) if at not in chosen]
                break
        else:
            size += 1
    return [*found, _primitive(row)] if len(row) > 1 else found


def _balanced(value: int, modulus: int) -> int:
    """The number nearest to 0 of those that are equal modulo another one."""
    value %= modulus
    return value - modulus if 2 * value > modulus else value


def _square_free(row: Row) -> Row:
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


def _trimmed(row: Row) -> Row:
    while row and not row[-1]:
        row = row[:-1]
    return row


def _primitive(row: Row) -> Row:
    size = gcd(*row)
    return [c // size if row[-1] > 0 else -c // size for c in row]


def multiplied(left: Row, right: Row) -> Row:
    """The product of two polynomials."""
    total = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right, i):
            total[j] += a * b
    return total


def _divided(row: Row, divisor: Row) -> Row | None:
    """The quotient where it has integers and nothing is left."""
    rest, found = list(row), [0] * max(len(row) - len(divisor) + 1, 0)
    for shift in range(len(row) - len(divisor), -1, -1):
        factor, left = divmod(rest[shift + len(divisor) - 1], divisor[-1])
        if left:
            return None
        found[shift] = factor
        for at, c in enumerate(divisor, shift):
            rest[at] -= factor * c
    return None if any(rest) or not found else found


# ---- modulo a prime ----


def _reduced(row: Row, prime: int) -> Row:
    return _trimmed([c % prime for c in row])


def _monic(row: Row, prime: int) -> Row:
    inverse = pow(row[-1], -1, prime)
    return [c * inverse % prime for c in row]


def _quotient(row: Row, divisor: Row, prime: int) -> tuple[Row, Row]:
    """Quotient and rest of a polynomial by one whose highest coefficient is 1, modulo a prime or its power."""
    rest, size = list(row), len(divisor) - 1
    found = [0] * max(len(row) - size, 0)
    below = divisor[:-1]
    for shift in range(len(row) - size - 1, -1, -1):
        found[shift] = factor = rest[shift + size] % prime
        if factor:
            for at, c in enumerate(below, shift):
                rest[at] -= factor * c
    return found, _reduced(rest[:size], prime)


def _modular_gcd(left: Row, right: Row, prime: int) -> Row:
    while right:
        right = _monic(right, prime)
        left, right = right, _quotient(left, right, prime)[1]
    return left


def _inverse(row: Row, modulus: Row, prime: int) -> Row:
    """The polynomial whose product with another one is 1 modulo a third one, by Euclid's algorithm."""
    left, right = modulus, _quotient(row, modulus, prime)[1]
    before, factor = list[int](), [1]
    while True:
        unit = pow(right[-1], -1, prime)
        right, factor = [[c * unit % prime for c in one] for one in (right, factor)]
        if len(right) == 1:
            return factor
        quotient, rest = _quotient(left, right, prime)
        product = multiplied(quotient, factor)
        shorter = before + [0] * (len(product) - len(before))
        left, right = right, rest
        before, factor = factor, _reduced([a - b for a, b in itertools.zip_longest(shorter, product, fillvalue=0)], prime)


def _power(base: Row, exponent: int, modulus: Row, prime: int) -> Row:
    found = [1]
    for bit in bin(exponent)[2:]:
        found = _quotient(multiplied(found, found), modulus, prime)[1] if found else []
        if bit == "1":
            found = _quotient(multiplied(found, base), modulus, prime)[1] if found else []
    return found


def _minus(row: Row, power: int, prime: int) -> Row:
    """A polynomial less a power of the variable."""
    difference = [*row, *[0] * (power + 1 - len(row))]
    difference[power] -= 1
    return _reduced(difference, prime)


def _by_degrees(row: Row, prime: int) -> list[tuple[int, Row]]:
    """Degrees, each with the product of the irreducible factors of that degree; x^(p^k) - x has all whose degree divides k."""
    found: list[tuple[int, Row]] = []
    degree, power = 1, [0, 1]
    while len(row) - 1 >= 2 * degree:
        power = _power(power, prime, row, prime)
        common = _modular_gcd(row, _minus(power, 1, prime), prime)
        if len(common) > 1:
            found.append((degree, common))
            row, _ = _quotient(row, common, prime)
            power = _quotient(power, row, prime)[1]
        degree += 1
    return [*found, (len(row) - 1, row)] if len(row) > 1 else found


def _of_one_degree(row: Row, degree: int, prime: int, source: random.Random) -> list[Row]:
    """The irreducible factors of a product of such of one degree."""
    found: list[Row] = []
    work = [row]
    while work:
        part = work.pop()
        if len(part) - 1 == degree:
            found.append(part)
            continue
        chosen = _trimmed([source.randrange(prime) for _ in range(len(part) - 1)])
        raised = _power(chosen, (prime**degree - 1) // 2, part, prime)
        split = _modular_gcd(part, _minus(raised, 0, prime), prime)
        work += [split, _quotient(part, split, prime)[0]] if 1 < len(split) < len(part) else [part]
    return found


def _lifted(row: Row, parts: Sequence[Row], prime: int, steps: int) -> list[Row]:
    """Factors modulo a prime as factors modulo its power, one more power in each step (Hensel's lemma).

    With f = g·h + p^k·e, the factor g gets p^k·(e/h modulo g).
    """
    modulus = prime**steps
    whole, found = _monic(row, modulus), [list(part) for part in parts]
    inverses: list[Row] = []
    for at, part in enumerate(parts):
        others = [1]
        for other in (*parts[:at], *parts[at + 1 :]):
            others = _quotient(multiplied(others, other), part, prime)[1]
        inverses.append(_inverse(others, part, prime))
    power = prime
    while power < modulus:
        product = [1]
        for one in found:
            product = [c % modulus for c in multiplied(product, one)]
        error = _reduced([(a - b) // power for a, b in zip(whole, product, strict=True)], prime)
        for at, part in enumerate(parts):
            step = _quotient(multiplied(error, inverses[at]), part, prime)[1] if error else []
            for place, c in enumerate(step):
                found[at][place] += power * c
        power *= prime
    return found
