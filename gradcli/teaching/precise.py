"""Values of many digits, where those of floats do not tell a difference from rounding."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Program
from gradcli.teaching.numbers import Vector

_POINTS = 3


def agree_precisely(first: Program, second: Program, points: Mapping[str, Vector]) -> bool:
    """Whether two programs have the same 45 digits at some points, and a value there.

    Args:
        first: A program of numbers.
        second: Another one.
        points: The points at which they agree as floats.
    """
    from gradcli.algebra.equality.high_precision import Numeric
    from gradcli.algebra.equality.pair import Kind, pair_of

    try:
        pair = pair_of((first, second), (("", "answer"), ("", "question")), Graph(), {})
        numeric = Numeric(pair.steps, pair.ends)
        count = min(_POINTS, *[len(vector) for vector in points.values()])
        found = [numeric.compare({name: Fraction(float(vector[at])) for name, vector in points.items()}) for at in range(count)]
    except GradcliError:
        return False
    return all(outcome.kind is Kind.AGREE for outcome in found)
