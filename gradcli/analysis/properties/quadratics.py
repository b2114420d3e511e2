"""Whether a function is convex or concave where composition rules say nothing: a polynomial of degree 2 by its Hessian, which is
constant, one in one variable by the zeros of its second derivative, both in rational numbers, and any by values beside chords."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from gradcli.algebra.derivatives import differentiate
from gradcli.algebra.polynomials import Polynomial, Zero, exact_zeros, primitive, square_free, value
from gradcli.algebra.rational_functions import polynomial_in
from gradcli.algebra.stationary import DIGITS
from gradcli.analysis.properties.composition import DOWN, UP, Run
from gradcli.derivation.notation.expressions import rational
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.numbers import short_text
from gradcli.ops.declaration.course import Interval
from gradcli.ops.declaration.ieee import as_float

_PLACES = 3
"""Places that are told."""

MOST = 12
"""Variables up to which a Hessian is looked at."""


def constant_hessian(graph: Graph, variables: Sequence[str]) -> list[list[Fraction]] | None:
    """The Hessian of the output where all its entries are rational numbers; None where they are not, or are too many.

    Args:
        graph: A graph of numbers.
        variables: The rows and columns.
    """
    if not 0 < len(variables) <= MOST:
        return None
    pairs = [(row, column) for row in range(len(variables)) for column in range(row + 1)]
    try:
        found = differentiate(graph, [(graph.output, (variables[row], variables[column])) for row, column in pairs])
    except GradcliError:
        return None
    matrix = [[Fraction(0)] * len(variables) for _ in variables]
    for (row, column), entry in zip(pairs, found.expressions, strict=True):
        number = rational(entry)
        if number is None:
            return None
        matrix[row][column] = matrix[column][row] = number
    return matrix


def _semidefinite(matrix: Sequence[Sequence[Fraction]]) -> bool:
    left = [list(row) for row in matrix]
    for at in range(len(left)):
        pivot = left[at][at]
        if pivot < 0 or (pivot == 0 and any(left[row][at] for row in range(at + 1, len(left)))):
            return False
        for row in range(at + 1, len(left)) if pivot else ():
            share = left[row][at] / pivot
            for column in range(at, len(left)):
                left[row][column] -= share * left[at][column]
    return True


def of_hessian(run: Run, matrix: Sequence[Sequence[Fraction]]) -> Run:
    """How a polynomial of degree 2 runs, of which composition rules say nothing."""
    upwards, downwards = _semidefinite(matrix), _semidefinite([[-entry for entry in row] for row in matrix])
    if upwards and downwards:  # it is affine, and what cancels is not seen by the rules
        return run
    word = "positive semidefinite" if upwards else "negative semidefinite" if downwards else "indefinite"
    bend = UP if upwards else DOWN if downwards else 0
    rule = f"its Hessian is constant and {word}"
    return run._replace(bend=bend, rule=rule, neither=not bend)


def second_derivative(graph: Graph, variable: str) -> Polynomial | None:
    """The second derivative of the output by a variable, where it is a polynomial in that one alone; None where it is not."""
    try:
        [expression] = differentiate(graph, [(graph.output, (variable, variable))]).expressions
    except GradcliError:
        return None
    return polynomial_in(expression, variable)


def of_second_derivative(
    run: Run, second: Polynomial, variable: str, low: Fraction | None = None, high: Fraction | None = None
) -> Run:
    """How a polynomial runs in one variable, of which composition rules say nothing.

    Args:
        run: What they say.
        second: Its second derivative.
        variable: The variable.
        low: Its lower bound; None where there is none.
        high: Its upper bound.
    """
    odd = [factor for factor, multiplicity in square_free(primitive(second)) if multiplicity % 2]
    places = [zero for factor in odd for zero, _ in exact_zeros(factor) if _is_inside(zero, low, high)]
    if places:
        for zero in places:
            zero.narrow(DIGITS * max(Fraction(1), abs(zero.middle)))
        told = sorted(as_float(zero.middle) for zero in places)
        more = f" and at {len(told) - _PLACES} more places" if len(told) > _PLACES else ""
        rule = f"its second derivative changes sign at {variable} = {', '.join(map(short_text, told[:_PLACES]))}{more}"
        return run._replace(rule=rule, neither=True)
    if not second:  # it is affine, and what cancels is not seen by the rules
        return run
    start = low + 1 if low is not None else high - 1 if high is not None else Fraction(0)
    start = (low + high) / 2 if low is not None and high is not None else start
    width = high - start if high is not None else Fraction(1)
    sign = next(found for share in range(len(second)) if (found := value(second, start + width * share / len(second))))
    return run._replace(bend=UP if sign > 0 else DOWN, rule="its second derivative keeps its sign")


_CHORDS, MOST_NODES = 60, 300
"""How many chords are looked at, and up to how many nodes of a graph."""

_SURE = 1e-9
"""How far beside a chord a value has to be, beside the largest of the three, to be there for certain."""


def by_chords(graph: Graph, run: Run, moving: Sequence[str], bounds: Mapping[str, Interval]) -> Run:
    """How a function runs that has a value above a chord and another one below one: it is neither convex nor concave.

    Args:
        graph: A graph of numbers, of not more than ``MOST_NODES``.
        run: What rules say.
        moving: The variables that move; the others stay at one point.
        bounds: The interval of each variable.
    """
    from gradcli.analysis.verification.judge import is_of_numbers, value_of

    if not is_of_numbers(graph):
        return run
    found: dict[bool, str] = {}
    for first, last in itertools.islice(_chords(moving, bounds), _CHORDS):
        middle = {name: (first[name] + last[name]) / 2 for name in first}
        low, value, high = [value_of(graph, point) for point in (first, middle, last)]
        beside = value - (low + high) / 2
        if abs(beside) > _SURE * max(map(abs, (low, value, high))) and math.isfinite(beside):
            where = ", ".join(
                [f"{name} = {short_text(middle[name])}" for name in moving[:_PLACES]] + ["..."] * (len(moving) > _PLACES)
            )
            found.setdefault(beside > 0, where)
        if len(found) == 2:
            rule = f"above the middle of a chord at {found[True]}, below that of another at {found[False]}"
            return run._replace(rule=rule, neither=True)
    return run


def _chords(moving: Sequence[str], bounds: Mapping[str, Interval]) -> Iterator[tuple[dict[str, float], dict[str, float]]]:
    """The ends of chords within bounds, farther and farther out."""
    source = random.Random(0)

    def within(low: float, high: float, width: float) -> float:
        """A number of few digits, at none of the bounds."""
        share = source.randint(1, 15) / 16
        if math.isfinite(low):
            return low + min(high - low, 2 * width) * share
        return high - 2 * width * share if math.isfinite(high) else width * (2 * share - 1)

    still = {name: within(*interval, 1.0) for name, interval in bounds.items()}
    for turn in itertools.count():
        width = 2.0 ** (turn % 5)
        first, last = [{**still, **{name: within(*bounds[name], width) for name in moving}} for _ in range(2)]
        yield first, last


def _is_inside(zero: Zero, low: Fraction | None, high: Fraction | None) -> bool:
    """Whether a zero is between two bounds, and at neither of them."""
    for bound in (low, high):
        if bound is not None:
            if not value(zero.polynomial, bound) and zero.low <= bound <= zero.high:
                return False
            while zero.low < bound < zero.high:
                zero.refine()
    return (low is None or zero.low >= low) and (high is None or zero.high <= high)
