"""Rational functions: exact values, values modulo a prime, and bounds of their degrees.

A nonzero polynomial of degree d is 0 at a random point of S^n with a probability of at most d/|S| (Schwartz 1980, Zippel 1979).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from gradcli.algebra.equality.pair import Step
from gradcli.algebra.equality.points import Coordinate, Point, Rational, rational
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.ops.declaration.rational import quotient, square_root
from gradcli.ops.elementwise import arithmetic
from gradcli.typing import NamedTuple

_RING = frozenset(
    one.name for one in (arithmetic.add, arithmetic.sub, arithmetic.mul, arithmetic.div, arithmetic.neg, arithmetic.pow)
)

MERSENNE_EXPONENTS = (127, 521, 1279, 2203, 4423)
"""2^k - 1 is prime for these k."""

_CRITICAL_WORK = 100_000
"""How much work one exact calculation of a critical point may be."""

_MAX_DEGREE_BITS = MERSENNE_EXPONENTS[-1]


class TooLongError(Exception):
    """An exact number would be too long."""


def is_rational(steps: Sequence[Step]) -> bool:
    """Whether the steps are + - * /, and powers with whole exponents, of variables and rational constants."""
    exponents = {step.inputs[1] for step in steps if step.operation == arithmetic.pow.name}
    for at, step in enumerate(steps):
        if step.operation == CONSTANT:
            if not isinstance(step.constant, int if at in exponents else int | Fraction):
                return False
        elif at in exponents or (step.operation != VARIABLE and step.operation not in _RING):
            return False
    return True


class Field(NamedTuple):
    """Numbers to compute with. ``divide`` and ``power`` raise ZeroDivisionError for a division by 0."""

    number: Callable[[Rational], Rational]
    operations: Mapping[str, Callable[..., Rational]]


def modular(prime: int) -> Field:
    """The residues modulo a prime."""

    def divide(a: int, b: int) -> int:
        if not b:
            raise ZeroDivisionError
        return a * pow(b, -1, prime) % prime

    def power(a: int, n: int) -> int:
        if not a and n < 0:
            raise ZeroDivisionError
        return pow(a, n, prime)

    def number(value: Rational) -> int:
        return divide(value.numerator % prime, value.denominator % prime)

    operations: dict[str, Callable[..., Rational]] = {
        arithmetic.add.name: lambda a, b: (a + b) % prime,
        arithmetic.sub.name: lambda a, b: (a - b) % prime,
        arithmetic.mul.name: lambda a, b: a * b % prime,
        arithmetic.neg.name: lambda a: -a % prime,
        arithmetic.div.name: divide,
        arithmetic.pow.name: power,
    }
    return Field(number, operations)


def exact(limit: int) -> Field:
    """The rational numbers; :class:`TooLongError` ends a calculation that would take too long.

    Args:
        limit: How much work may be done, in operations on short numbers.
    """
    work = 0

    def counted(value: Rational) -> Rational:
        nonlocal work
        words = (value.numerator.bit_length() + value.denominator.bit_length()) >> 8
        work += 1 + words * words
        if work > limit:
            raise TooLongError
        return value

    def power(a: Rational, n: int) -> Rational:
        if a == 0 and n < 0:
            raise ZeroDivisionError
        if a not in (0, 1, -1):
            bits = max(a.numerator.bit_length(), a.denominator.bit_length()) * abs(n)
            if bits > 1_000_000:
                raise TooLongError
            return counted(Fraction(a) ** n if n < 0 else a**n)
        return a ** (n % 2 if a == -1 else 1) if n else 1

    def divide(a: Rational, b: Rational) -> Rational:
        value = quotient(a, b)
        if value is None:
            raise ZeroDivisionError
        return counted(value)

    operations: dict[str, Callable[..., Rational]] = {
        arithmetic.add.name: lambda a, b: counted(a + b),
        arithmetic.sub.name: lambda a, b: counted(a - b),
        arithmetic.mul.name: lambda a, b: counted(a * b),
        arithmetic.neg.name: operator.neg,
        arithmetic.div.name: divide,
        arithmetic.pow.name: power,
    }
    return Field(lambda value: value, operations)


def values(steps: Sequence[Step], point: Mapping[str, Coordinate], field: Field) -> list[Rational | None]:
    """The value of each step; None where it is undefined, and of an operation that is not one of a field.

    Raises:
        TooLongError: A number would be too long.
    """
    found: list[Rational | None] = []
    number, operations = field
    for operation, inputs, constant, variable in steps:
        value: Rational | None = None
        if operation == VARIABLE:
            value = number(rational(point[variable]))
        elif operation == CONSTANT:
            if isinstance(constant, int | Fraction):
                value = number(constant)
        elif operation == arithmetic.pow.name:
            base, exponent = found[inputs[0]], steps[inputs[1]].constant
            if base is not None and steps[inputs[1]].operation == CONSTANT and isinstance(exponent, int):
                try:
                    value = operations[arithmetic.pow.name](base, exponent)
                except ZeroDivisionError:
                    value = None
        else:
            operands = [found[input] for input in inputs]
            if operation in operations and None not in operands:
                try:
                    value = operations[operation](*operands)
                except ZeroDivisionError:
                    value = None
        found.append(value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value)
    return found


def degree_of_difference(steps: Sequence[Step], ends: Sequence[tuple[int, int]]) -> int | None:
    """A bound of the degree of p·s - r·q where two results are p/q and r/s; None where it is astronomical.

    Args:
        steps: The steps.
        ends: The steps of both results, for each of their elements.
    """
    degrees: list[tuple[int, int]] = []
    for operation, inputs, _, _ in steps:
        if operation in (CONSTANT, VARIABLE):
            degrees.append((int(operation == VARIABLE), 0))
            continue
        (above, below), *rest = [degrees[input] for input in inputs]
        if operation in (arithmetic.add.name, arithmetic.sub.name):
            degrees.append(_sum((above, below), rest[0]))
        elif operation == arithmetic.mul.name:
            degrees.append((above + rest[0][0], below + rest[0][1]))
        elif operation == arithmetic.div.name:
            degrees.append((above + rest[0][1], below + rest[0][0]))
        elif operation == arithmetic.pow.name:
            exponent = steps[inputs[1]].constant
            assert isinstance(exponent, int)
            degrees.append((above * exponent, below * exponent) if exponent >= 0 else (-below * exponent, -above * exponent))
        else:
            degrees.append((above, below))
        if max(degrees[-1]).bit_length() > _MAX_DEGREE_BITS:
            return None
    return max(_sum(degrees[first], degrees[second])[0] for first, second in ends)


def _sum(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """p/q + r/s is (p·s + r·q)/(q·s)."""
    return max(left[0] + right[1], right[0] + left[1]), left[1] + right[1]


def critical_points(steps: Sequence[Step], singular: Sequence[int], variables: Sequence[str]) -> Iterator[Point]:
    """Points at which some steps, such as divisors, may be 0.

    Along the axis of one variable, with 1 or 2 for the others, a step is taken for a polynomial of degree 2, and the point for a
    root of that. A point that is none does no harm.

    Args:
        steps: The steps.
        singular: Those whose zeros are asked for.
        variables: The variables.
    """
    if not singular:
        return
    for variable in variables[:3]:
        for rest in (1, 2) if len(variables) > 1 else (1,):
            base: Point = dict.fromkeys(variables, rest)
            try:
                low, middle, high = (values(steps, {**base, variable: at}, exact(_CRITICAL_WORK)) for at in (-1, 0, 1))
            except TooLongError:
                return
            for at in singular[:20]:
                for root in _roots(low[at], middle[at], high[at]):
                    yield {**base, variable: root}


def _roots(low: Rational | None, middle: Rational | None, high: Rational | None) -> Iterator[Rational]:
    """The rational roots of the polynomial of degree 2 with these values at -1, 0 and 1."""
    if low is None or middle is None or high is None:
        return
    a, b, c = Fraction(high + low) / 2 - middle, Fraction(high - low) / 2, middle
    if a == 0:
        root = None if b == 0 else quotient(-c, b)
        if root is not None:
            yield root
        return
    width = square_root(b * b - 4 * a * c)
    if width is not None:
        for sign in (-1, 1):
            root = quotient(-b + sign * width, 2 * a)
            if root is not None:
                yield root
