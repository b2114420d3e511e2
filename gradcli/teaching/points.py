"""Points at which answers are compared: real ones of several sizes and both signs, where question and derivative have values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy

from gradcli.graph.graph import Graph
from gradcli.language.ast import Program
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.declaration.ieee import as_float
from gradcli.teaching.numbers import Vector
from gradcli.typing import Any

POINTS = 8
"""Points at which answers are compared: so many that no two different derivatives of lessons agree at all of them by chance."""

_POOLS = ((0.3, 1.9), (-1.9, -0.3), (-0.93, 0.93), (1.1, 4.7), (-6.0, 6.0), (2.2, 11.0))
"""Intervals in which points are sought, of several sizes and both signs; logarithms, roots and arcs find theirs among them."""

_CANDIDATES = 40
_FEW = 4
"""So few points are not enough where more can be found."""

_LINES = 3
_BASES = (Fraction(13, 11), Fraction(-7, 9), Fraction(31, 13))
_BREAKS = (-1000, -100, -10, -1, 0, 1, 10, 100, 1000)
_SHARES = (0.137, 0.38, 0.61, 0.89)
_BUDGET = 2_000

Points = Mapping[str, Vector]


def chosen_points(program: Program, variables: Sequence[str], usable: Callable[[Points], Any]) -> dict[str, Vector]:
    """Points for a question; none where none was found.

    Args:
        program: What the question is about.
        variables: Its variables.
        usable: Tells at which of some points everything has a value.
    """
    pool = candidates(variables)
    chosen = _spread(usable(pool), _CANDIDATES)
    if len(chosen) < _FEW and (sought := _sought(program, variables)):
        pool = {name: numpy.concatenate([pool[name][chosen], sought[name]]) for name in variables}
        good = numpy.flatnonzero(usable(pool)).tolist()
        chosen = good[: len(chosen)] + good[len(chosen) :: max(1, (len(good) - len(chosen)) // POINTS)]
    return {name: vector[chosen[:POINTS]] for name, vector in pool.items()}


def others(pool: Points, good: Any) -> dict[str, Vector]:
    """Some of the candidates; none where none is good."""
    chosen = _spread(good, _CANDIDATES)
    return {name: vector[chosen] for name, vector in pool.items()}


def candidates(variables: Sequence[str]) -> dict[str, Vector]:
    """Points to choose from, a pool behind the other; a sequence of small discrepancy, so that they are the same everywhere."""
    golden = 0.6180339887498949
    steps = numpy.arange(1, _CANDIDATES + 1)
    found = {}
    for index, name in enumerate(variables):
        shares = [(0.137 + 0.71 * number + golden * (index + 1) * (steps + 7 * index)) % 1 for number in range(len(_POOLS))]
        found[name] = numpy.concatenate([low + (high - low) * share for (low, high), share in zip(_POOLS, shares, strict=True)])
    return found


def _spread(good: Any, size: int) -> list[int]:
    """Some of the good candidates: of each pool one after the other."""
    pools = [[at for at in range(start, start + size) if good[at]] for start in range(0, len(good), size)]
    turns = [pool[turn] for turn in range(size) for pool in pools if turn < len(pool)]
    return turns[:POINTS]


def _sought(program: Program, variables: Sequence[str]) -> dict[str, Vector]:
    """Points between the ends of the domain, which are solved for, however far out or near to each other they lie."""
    from gradcli.algebra.equality.pair import pair_of
    from gradcli.algebra.equality.points import rational
    from gradcli.algebra.equality.thresholds import Places

    pair = pair_of((program, program), (("", "question"),) * 2, Graph(), {})
    if any(step.operation in STRUCTURAL for step in pair.steps):  # on arrays, whose elements no inverse tells
        return {}
    places = Places(pair, _BREAKS, (), _BUDGET)
    rows: list[dict[str, float]] = []
    for variable in pair.variables[:_LINES]:
        for base in _BASES if len(pair.variables) > 1 else _BASES[:1]:
            rest = {name: base + Fraction(at, 7) for at, name in enumerate(pair.variables)}
            found = [as_float(rational(place)) for place in places.line(variable, dict(rest), named=True)]
            ends = sorted(filter(math.isfinite, found))
            for low, high in itertools.pairwise([2 * ends[0] - 1, *ends, 2 * ends[-1] + 1] if ends else []):
                rows += [{**{n: float(v) for n, v in rest.items()}, variable: low + (high - low) * share} for share in _SHARES]
    return {name: numpy.array([row.get(name, 1.0) for row in rows]) for name in variables} if rows else {}
