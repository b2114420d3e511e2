"""Polynomials in one variable with rational coefficients: their real zeros, each with its multiplicity, exactly told apart.

A polynomial is the list of its coefficients, that of the highest power last; the zero polynomial is empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

Polynomial = list[Fraction]


def trimmed(p: Sequence[Fraction]) -> Polynomial:
    """The polynomial without zeros at its end."""
    found = list(p)
    while found and not found[-1]:
        found.pop()
    return found


def plus(a: Polynomial, b: Polynomial, factor: int = 1) -> Polynomial:
    """a + factor·b."""
    size = max(len(a), len(b))
    pairs = zip([*a, *[Fraction(0)] * (size - len(a))], [*b, *[Fraction(0)] * (size - len(b))], strict=True)
    return trimmed([x + factor * y for x, y in pairs])


def times(a: Polynomial, b: Polynomial) -> Polynomial:
    """The product."""
    found = [Fraction(0)] * max(len(a) + len(b) - 1, 0)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            found[i + j] += x * y
    return trimmed(found)


def divided(a: Polynomial, b: Polynomial) -> tuple[Polynomial, Polynomial]:
    """The quotient and the rest."""
    rest = list(a)
    quotient = [Fraction(0)] * max(len(a) - len(b) + 1, 0)
    for at in range(len(a) - len(b), -1, -1):
        quotient[at] = factor = rest[at + len(b) - 1] / b[-1]
        for index, coefficient in enumerate(b):
            rest[at + index] -= factor * coefficient
    return trimmed(quotient), trimmed(rest[: len(b) - 1])


def derivative(p: Polynomial) -> Polynomial:
    """The derivative."""
    return trimmed([k * c for k, c in enumerate(p)][1:])


def primitive(p: Polynomial) -> Polynomial:
    """The polynomial with whole coefficients that have nothing in common, of the same sign."""
    if not p:
        return p
    below = lcm(*[c.denominator for c in p])
    whole = [int(c * below) for c in p]
    common = gcd(*whole)
    return [Fraction(c, common) for c in whole]


def common(a: Polynomial, b: Polynomial) -> Polynomial:
    """The greatest common divisor, by Euclid's algorithm."""
    while b:
        a, b = b, primitive(divided(a, b)[1])
    return primitive(a)


def value(p: Polynomial, x: Fraction) -> Fraction:
    """The value, by Horner's scheme."""
    total = Fraction(0)
    for coefficient in reversed(p):
        total = total * x + coefficient
    return total


def square_free(p: Polynomial) -> list[tuple[Polynomial, int]]:
    """The factors whose zeros have the same multiplicity, and that multiplicity (Yun, 1976)."""
    found: list[tuple[Polynomial, int]] = []
    if len(p) < 2:
        return found
    slope = derivative(p)
    shared = common(p, slope)
    a, b = divided(p, shared)[0], divided(slope, shared)[0]
    rest = plus(b, derivative(a), -1)
    multiplicity = 1
    while len(a) > 1:
        factor = common(a, rest)
        if len(factor) > 1:
            found.append((primitive(factor), multiplicity))
        a, b = divided(a, factor)[0], divided(rest, factor)[0]
        rest = plus(b, derivative(a), -1)
        multiplicity += 1
    return found


class Zero:
    """A real zero of a polynomial without multiple zeros, in an interval that has no other one.

    Args:
        polynomial: The polynomial.
        low: The lower end; the zero itself where both ends are the same.
        high: The upper end.
    """

    def __init__(self, polynomial: Polynomial, low: Fraction, high: Fraction) -> None:
        self.polynomial, self.low, self.high = polynomial, low, high

    @property
    def middle(self) -> Fraction:
        """The middle of the interval."""
        return (self.low + self.high) / 2

    def refine(self) -> None:
        """Halve the interval."""
        if self.low == self.high:
            return
        middle = self.middle
        found = value(self.polynomial, middle)
        if not found:
            self.low = self.high = middle
        elif (found > 0) == (value(self.polynomial, self.low) > 0):
            self.low = middle
        else:
            self.high = middle

    def narrow(self, width: Fraction) -> None:
        """Refine it to an interval that is no wider."""
        while self.high - self.low > width:
            self.refine()


def real_zeros(p: Polynomial) -> list[Zero]:
    """The real zeros of a polynomial without multiple ones, in ascending order, by Sturm's theorem."""
    if len(p) < 2:
        return []
    chain = _chain(p)
    bound = _bound(p)
    found: list[Zero] = []
    work = [(-bound, bound, _changes(chain, -bound), _changes(chain, bound))]
    while work:
        low, high, left, right = work.pop()
        if left - right == 1 and value(p, low) and value(p, high):
            found.append(Zero(p, low, high))
        elif left > right:
            middle = (low + high) / 2
            while not value(p, middle):  # a zero is no end of an interval
                middle = (middle + high) / 2
            at = _changes(chain, middle)
            work += [(middle, high, at, right), (low, middle, left, at)]
    return found


def _bound(p: Polynomial) -> Fraction:
    """A power of 2 above all zeros: twice the greatest k-th root of the k-th coefficient from the highest (Fujiwara, 1916)."""
    ratios = [(k, c / p[-1]) for k, c in enumerate(reversed(p)) if c and k]
    bits = [-(-(abs(c.numerator).bit_length() - c.denominator.bit_length() + 1) // k) for k, c in ratios]
    return Fraction(2) ** (1 + max(bits, default=0))


def count_zeros(p: Polynomial, low: Fraction, high: Fraction) -> int:
    """How many real zeros a polynomial without multiple ones has between two places that are none."""
    chain = _chain(p)
    return _changes(chain, low) - _changes(chain, high)


def _chain(p: Polynomial) -> list[Polynomial]:
    """Sturm's chain of a polynomial without multiple zeros."""
    chain = [p, derivative(p)]
    while len(chain[-1]) > 1:
        rest = divided(chain[-2], chain[-1])[1]
        chain.append([-c for c in primitive(rest)])
    return chain


def _changes(chain: Sequence[Polynomial], x: Fraction) -> int:
    """How often the sign changes along a chain at a place."""
    signs = [found > 0 for one in chain if (found := value(one, x))]
    return sum(a != b for a, b in pairwise(signs))


def exact_zeros(p: Polynomial) -> list[tuple[Zero, Fraction | Polynomial | None]]:
    """The real zeros of a polynomial without multiple ones, each with what it is exactly.

    That is a rational number, or the quadratic polynomial that it is a zero of, or nothing. A rational zero of a polynomial with
    whole coefficients has a denominator that divides the leading one, so that a narrow interval leaves one candidate; so have
    the coefficients of a quadratic factor.
    """
    p = primitive(p)
    zeros = real_zeros(p)
    leading = abs(p[-1])
    found: dict[int, Fraction | Polynomial | None] = {}
    rest = p
    for at, zero in enumerate(zeros):
        zero.narrow(Fraction(1, 4) / leading)
        candidate = Fraction(round(zero.middle * leading)) / leading
        if not value(p, candidate):
            zero.low = zero.high = found[at] = candidate
            rest = divided(rest, [-candidate, Fraction(1)])[0]
    left = [at for at in range(len(zeros)) if at not in found]
    for index, at in enumerate(left):
        if at in found:
            continue
        for other in left[index + 1 :]:
            if other not in found and (factor := _quadratic(rest, zeros[at], zeros[other], leading)):
                found[at] = found[other] = factor
                break
    return [(zero, found.get(at)) for at, zero in enumerate(zeros)]


def _quadratic(p: Polynomial, one: Zero, other: Zero, leading: Fraction) -> Polynomial | None:
    """The factor of two zeros, where its coefficients are rational."""
    width = Fraction(1, 16) / leading / (1 + abs(one.middle) + abs(other.middle))
    one.narrow(width)
    other.narrow(width)
    total = Fraction(round((one.middle + other.middle) * leading)) / leading
    product = Fraction(round(one.middle * other.middle * leading)) / leading
    factor = [product, -total, Fraction(1)]
    return factor if not divided(p, factor)[1] else None
