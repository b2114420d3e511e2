"""Where two expressions are compared: small integers first, then random points of many sizes; the same in every run."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.numbers import number_text

Rational = int | Fraction


class Irrational(Frozen, eq=False):
    """A coordinate that is no rational number, such as sqrt(2) or exp(30) + 1: known to as many digits as it takes.

    Attributes:
        text: How it is written; empty where that is long.
        near: A rational number that is nearly it.
        graph: The graph of the constant, which is the last node.
    """

    text: str
    near: Fraction
    graph: Graph

    def __float__(self) -> float:
        return float(self.near)

    def __str__(self) -> str:
        return self.text or number_text(float(self))


Coordinate = Rational | Irrational
Point = dict[str, Coordinate]


def rational(value: Coordinate) -> Rational:
    """A coordinate, or a rational number that is nearly it."""
    return value.near if isinstance(value, Irrational) else value


SIMPLE: tuple[Rational, ...] = (0, 1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2), 3, -3, 4, 10, -10)
"""From simple to less simple: a counterexample should be easy to check by hand."""

_MOST_SIMPLE = 60
_SEED = "gradcli equal"


def points(
    variables: Sequence[str], constants: Sequence[Rational] = (), more: Iterable[Point] = (), *, positive: bool = False
) -> Iterator[Point]:
    """Points without an end, the simple ones first; one point where there are no variables.

    Args:
        variables: The variables.
        constants: Numbers at which something may happen, such as those that the expressions name.
        more: Points to try once the simple ones are through.
        positive: Whether all values must be positive.
    """
    if not variables:
        yield {}
        return
    values = [value for value in dict.fromkeys((*SIMPLE, *constants)) if value > 0 or not positive]
    seen: set[tuple[Coordinate, ...]] = set()
    special = (
        tuple([point[name] for name in variables])
        for point in more
        if not positive or all(rational(value) > 0 for value in point.values())
    )
    point: tuple[Coordinate, ...]
    for point in itertools.chain(simple_points(len(variables), values), special, random_points(len(variables), positive)):
        if point not in seen:
            if len(seen) < 10_000:
                seen.add(point)
            yield dict(zip(variables, point, strict=True))


def simple_points(count: int, values: Sequence[Rational]) -> Iterator[tuple[Rational, ...]]:
    """Points of simple values: all combinations for few variables, else equal values, steps and single exceptions."""
    if count <= 3:
        ranks = sorted(itertools.product(range(len(values)), repeat=count), key=lambda rank: (sum(rank), max(rank), rank))
        for rank in ranks[: max(_MOST_SIMPLE, len(values))]:
            yield tuple([values[at] for at in rank])
        return
    for value in values:
        yield (value,) * count
    small = values[: min(len(values), 7)]
    for shift in range(len(small)):
        yield tuple([small[(at + shift) % len(small)] for at in range(count)])
    for at in range(min(count, 8)):
        for rest, one in ((values[0], values[1]), (values[1], values[2]), (values[1], values[3])):
            yield tuple([one if index == at else rest for index in range(count)])


def random_points(count: int, positive: bool = False) -> Iterator[tuple[Rational, ...]]:
    """Random points, in turn from regions in which functions are at home: anywhere, positive, inside (0, 1) and (-1, 1), above 1.

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
            for _ in range(count):
                value = sized(low, high) + shift
                point.append(-value if signed and not positive and source.random() < 0.5 else value)
            yield tuple(point)


def large_points(count: int, bits: int, positive: bool = False) -> Iterator[tuple[int, ...]]:
    """Random integers, each equally likely among 2^bits."""
    source = random.Random(_SEED)
    lowest = 1 if positive else -(2 ** (bits - 1))
    while True:
        yield tuple([source.getrandbits(bits) + lowest for _ in range(count)])


def _whole(value: Fraction) -> Rational:
    return value.numerator if value.denominator == 1 else value
