"""Where two expressions are compared: small integers first, then random points of many sizes; the same in every run."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

from gradcli.algebra.assumptions.facts import NOTHING, Assumptions, Fact
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.numbers import number_text
from gradcli.ops.declaration.ieee import as_float
from gradcli.typing import Any

Rational = int | Fraction


class Irrational(Frozen, eq=False):
    """A coordinate that is no rational number, such as sqrt(2) or exp(30) + 1: known to as many digits as it takes.

    Attributes:
        text: How it is written; empty where that is long.
        near: A rational number that is nearly it.
        source: The graph of the constant, which is the last node; or what gives it, a number of mpmath, to so many digits.
    """

    text: str
    near: Fraction
    source: Graph | Callable[[int], Any]

    def __float__(self) -> float:
        return as_float(self.near)

    def __str__(self) -> str:
        return self.text or f"{number_text(float(self))}..."


SIMPLEST = 10**12
"""The largest denominator of a zero that is taken for a rational number."""

Coordinate = Rational | Irrational
Point = dict[str, Coordinate]


def rational(value: Coordinate) -> Rational:
    """A coordinate, or a rational number that is nearly it."""
    return value.near if isinstance(value, Irrational) else value


SIMPLE: tuple[Rational, ...] = (0, 1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2), 3, -3, 4, 10, -10)
"""From simple to less simple: a counterexample should be easy to check by hand."""

_MOST_SIMPLE = 60

_FEWEST_SIMPLE = 6
"""Simple values that a variable has at least."""

_SEED = "gradcli equal"


def points(
    variables: Sequence[str], constants: Sequence[Rational] = (), more: Iterable[Point] = (), *, assume: Assumptions = NOTHING
) -> Iterator[Point]:
    """Points without an end, the simple ones first; one point where there are no variables.

    Args:
        variables: The variables.
        constants: Numbers at which something may happen, such as those that the expressions name.
        more: Points to try once the simple ones are through.
        assume: What is assumed of the variables: all values are such.
    """
    if not variables:
        yield {}
        return
    facts = [assume.of(name) for name in variables]
    values = [_simple(fact, list(dict.fromkeys((*SIMPLE, *constants)))) for fact in facts]
    seen: set[tuple[Coordinate, ...]] = set()
    special = (
        tuple([point[name] for name in variables])
        for point in more
        if not assume or all(_may_be(fact, point[name]) for name, fact in zip(variables, facts, strict=True))
    )
    point: tuple[Coordinate, ...]
    for point in itertools.chain(simple_points(values), special, random_points(facts)):
        if point not in seen:
            if len(seen) < 10_000:
                seen.add(point)
            yield dict(zip(variables, point, strict=True))


def _may_be(fact: Fact, value: Coordinate) -> bool:
    """Whether a coordinate is one that a variable may have."""
    return not (isinstance(value, Irrational) and fact.integer) and fact.has(rational(value))


def _simple(fact: Fact, values: Sequence[Rational]) -> list[Rational]:
    """Of some values those that a variable may have; what is found from them where these are few."""
    found = list(filter(fact.has, values))
    if len(found) < _FEWEST_SIMPLE:
        fitted = [fact.fitted(value) for value in values]
        numbers = [fact.nth(number) for number in range(1, _FEWEST_SIMPLE + 1)]
        found += [value for value in (*fitted, *numbers) if value is not None and fact.has(value)]
    return list(dict.fromkeys(found))


def simple_points(values: Sequence[Sequence[Rational]]) -> Iterator[tuple[Rational, ...]]:
    """Points of simple values: all combinations for few variables, else equal values, steps and single exceptions.

    Args:
        values: The simple values of each variable, at least four.
    """
    count, fewest = len(values), min(map(len, values))
    if count <= 3:
        ranks = sorted(itertools.product(*[range(len(own)) for own in values]), key=lambda rank: (sum(rank), max(rank), rank))
        for rank in ranks[: max(_MOST_SIMPLE, fewest)]:
            yield tuple([own[at] for own, at in zip(values, rank, strict=True)])
        return
    for at in range(fewest):
        yield tuple([own[at] for own in values])
    small = min(fewest, 7)
    for shift in range(small):
        yield tuple([own[(at + shift) % small] for at, own in enumerate(values)])
    for at in range(min(count, 8)):
        for rest, one in ((0, 1), (1, 2), (1, 3)):
            yield tuple([own[one if index == at else rest] for index, own in enumerate(values)])


def random_points(facts: Sequence[Fact]) -> Iterator[tuple[Rational, ...]]:
    """Random points of variables of which something is known.

    They are in turn from regions in which functions are at home: anywhere, positive, inside (0, 1) and (-1, 1), above 1.

    The numbers are short in binary, so that a float is exactly the number.
    """
    source = random.Random(_SEED)

    def sized(low: int, high: int) -> Rational:
        """A number between 2^low and 2^(high + 1)."""
        size = source.randint(low, high)
        return _whole(Fraction(source.randint(64, 127), 64) * Fraction(2) ** size)

    while True:
        for signed, low, high, shift in (
            (True, -8, 8, 0),
            (False, -8, 8, 0),
            (False, -6, -1, 0),
            (True, -6, -1, 0),
            (False, -3, 5, 1),
        ):
            point: list[Rational] = []
            for fact in facts:
                value = sized(low, high) + shift
                value = -value if signed and not fact.is_positive and source.random() < 0.5 else value
                fitted = fact.fitted(value)
                point.append(fact.nth(1) if fitted is None else fitted)
            yield tuple(point)


def large_points(facts: Sequence[Fact], bits: int) -> Iterator[tuple[Rational, ...]]:
    """Random numbers of variables of which something is known, each equally likely among 2^bits: integers where they may be."""
    source = random.Random(_SEED)
    lowest = -(2 ** (bits - 1))
    while True:
        numbers = [source.getrandbits(bits) for _ in facts]
        yield tuple(
            [
                number + lowest if fact.low is None and fact.high is None else fact.nth(number + 1)
                for fact, number in zip(facts, numbers, strict=True)
            ]
        )


def _whole(value: Fraction) -> Rational:
    return value.numerator if value.denominator == 1 else value
