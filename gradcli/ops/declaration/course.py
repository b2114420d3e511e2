"""How an operation runs: where it bends upwards or downwards, where it rises or falls, as its declaration says it.

A declaration says it in clauses: ``"rises; convex to 0; concave from 0"`` of the hyperbolic tangent. Words before ``from`` and
``to`` hold between these numbers, others everywhere; ``defined from 0`` says where there is a value at all, and ``degree 2`` that
it is a polynomial all of whose terms have this degree; ``but 20 a jump of 2e-09`` is what the others leave aside at 20. Of
several arguments it bends so in all of them together, and rises or falls in each alone, where that argument is between the
numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from gradcli.frozen import Frozen

Interval = tuple[float, float]

EVERYWHERE: Interval = (-math.inf, math.inf)

_WORDS = ("convex", "concave", "rises", "falls", "defined")


class Course(Frozen):
    """How an operation runs.

    Attributes:
        convex: The intervals of the arguments in which it is convex.
        concave: Those in which it is concave.
        rises: Those of an argument in which it nowhere falls, the others held fixed.
        falls: Those in which it nowhere rises.
        defined: Where the arguments are if it has a value.
        degree: The degree of all terms of a polynomial; None where it is none, or nothing is known.
        aside: What the others leave aside, by the argument where it is.
    """

    convex: tuple[Interval, ...] = ()
    concave: tuple[Interval, ...] = ()
    rises: tuple[Interval, ...] = ()
    falls: tuple[Interval, ...] = ()
    defined: Interval = EVERYWHERE
    degree: int | None = None
    aside: tuple[tuple[float, str], ...] = ()


@lru_cache(maxsize=1024)
def course(text: str) -> Course:
    """The course that a declaration says, see above."""
    found: dict[str, list[Interval]] = {word: [] for word in _WORDS}
    degree = None
    aside: list[tuple[float, str]] = []
    for clause in filter(None, text.split(";")):
        words = clause.split()
        low, high = -math.inf, math.inf
        names: list[str] = []
        rest = iter(words)
        for word in rest:
            if word == "from":
                low = float(next(rest))
            elif word == "to":
                high = float(next(rest))
            elif word == "degree":
                degree = int(next(rest))
            elif word == "but":
                aside.append((float(next(rest)), " ".join(rest)))
            else:
                names.append(word)
        for name in names:
            found[name].append((low, high))
    [defined] = found.pop("defined") or [EVERYWHERE]
    return Course(
        **{name: tuple(intervals) for name, intervals in found.items()}, defined=defined, degree=degree, aside=tuple(aside)
    )


def inside(interval: Interval, pieces: Sequence[Interval]) -> bool:
    """Whether an interval lies in one of several."""
    return any(low <= interval[0] and interval[1] <= high for low, high in pieces)
