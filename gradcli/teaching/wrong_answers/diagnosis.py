"""Why an answer is wrong: the mistakes that make exactly its numbers, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.teaching.mistakes import Slip, cost_of
from gradcli.teaching.question import Question
from gradcli.teaching.wrong_answers.variants import Table, close
from gradcli.teaching.wrong_answers.whole_answers import paths_of
from gradcli.typing import Any, NamedTuple

MARGIN = 1.0
"""Reasons that cost at most so much more than the cheapest one are named beside it."""

MOST_OF_PAIRS = 6.5
"""Two mistakes that cost more together are no reason: so many pairs there are that some fit any answer."""

_FIT = 1e-7

FACTORS = (2.0, 0.5)
_CONSTANTS = (1.0, -1.0)
"""By how much a right derivative is off after a slip of algebra; other amounts are as likely a sign of another answer."""


class Reason(NamedTuple):
    """Why an answer is wrong.

    Attributes:
        slips: The mistakes, of which there is mostly one.
        cost: How seldom they are made.
        amount: The factor or constant by which a term or the whole is off; None where the kind says all.
    """

    slips: tuple[Slip, ...]
    cost: float
    amount: float | None = None

    @property
    def kind(self) -> str:
        """The kinds, joined, each once."""
        return "+".join(dict.fromkeys(slip.kind for slip in self.slips))


def reason_of(mistake: str | Slip, *, cost: float | None = None, amount: float | None = None) -> Reason:
    """A reason that is one mistake, of the whole answer where it is a kind alone; with a cost of its own where there is one."""
    slips = (Slip(mistake) if isinstance(mistake, str) else mistake,)
    return Reason(slips, cost_of(slips) if cost is None else cost, amount)


def reasons(
    question: Question, table: Table, answer: Any, *, point: int | None = None, tolerance: float | None = None
) -> list[Reason]:
    """The reasons for a wrong answer: the likeliest one, then those that are nearly as likely; none where nothing fits.

    Args:
        question: The question.
        table: Its wrong answers.
        answer: The answer's value at each point.
        point: The only point at which the answer is to be compared, where it is a number there.
        tolerance: How far off it may be, beside its size, where numbers are rounded: of two mistakes is no talk then.
    """
    columns = slice(None) if point is None else slice(point, point + 1)
    usable = numpy.isfinite(answer[columns])
    if not usable.any():
        return []
    matrix, own = table.matrix[:, columns], answer[columns]
    if not usable.all():
        matrix, own = matrix[:, usable], own[usable]
    if point is None and not own.any():
        return []  # 0 is what many mistakes make of many functions
    rounded = tolerance is not None
    tolerance = max(tolerance or 0.0, 1e-8 if point is None else 1e-6)
    first, least = matrix[:, 0], max(abs(own[0]), 1e-6 * numpy.max(numpy.abs(own)))
    near = numpy.flatnonzero(numpy.abs(first - own[0]) <= 2 * tolerance * numpy.maximum(numpy.abs(first), least))
    hits: list[int] = near[close(matrix[near], own, tolerance)].tolist() if len(near) else []
    found = [Reason(table.slips[at], float(table.costs[at])) for at in hits]
    found = [reason for reason in found if len(reason.slips) < 2 or (reason.cost <= MOST_OF_PAIRS and not rounded)]
    if not found and point is None:
        with quiet():
            found = _fits(question, answer)
    return likeliest(found)


def likeliest(found: Sequence[Reason]) -> list[Reason]:
    """The likeliest of some reasons, then those that are nearly as likely; those of a kind at a node once."""
    found = sorted(found, key=lambda reason: reason.cost)
    kinds: dict[tuple[str, int | None], Reason] = {}
    for reason in found:
        if reason.cost <= found[0].cost + MARGIN:
            kinds.setdefault((reason.kind, reason.slips[0].node), reason)
    return list(kinds.values())


def unexplained(question: Question, table: Table, answers: Any) -> Any:
    """Which wrong answers, a row each, surely have no reason: none of the known ones has their first value, and nothing fits."""
    order = numpy.sort(table.matrix[:, 0])
    own = answers[:, 0]
    around = 4e-8 * numpy.maximum(numpy.abs(own), 1e-6 * numpy.max(numpy.abs(answers), axis=1, initial=0))
    hit = numpy.searchsorted(order, own + around, "right") > numpy.searchsorted(order, own - around)
    right, (_, terms) = question.right, _path_terms(question)
    with quiet():
        for rows in (*[(answers - right + term) / term for term in terms], answers / right, answers - right):
            hit |= _may_be_constant(rows)
    return ~hit


def _may_be_constant(rows: Any) -> Any:
    """Which rows may have the same number everywhere: their first and last one agree, or are none."""
    return ~(numpy.abs(rows[:, 0] - rows[:, -1]) > 10 * _FIT * numpy.abs(rows[:, 0]))


def _fits(question: Question, answer: Any) -> list[Reason]:
    """A path with a wrong factor; else the whole with one, or with a constant."""
    right, (places, terms) = question.right, _path_terms(question)
    found: list[Reason] = []
    numbers = [(answer - right + terms) / terms] if places else []
    rows = numpy.vstack([*numbers, answer / right, answer - right])
    for at in numpy.flatnonzero(_may_be_constant(rows)).tolist():
        if at < len(places):
            slip, usual = Slip("graph.path_scaled", *places[at]), FACTORS
        elif found and found[0].slips[0].kind == "graph.path_scaled":
            break
        else:
            kind, usual = ("answer.factor", FACTORS) if at == len(places) else ("answer.constant", _CONSTANTS)
            slip = Slip(kind)
        amount = _amount(rows[at], usual)
        if amount is not None:
            found.append(reason_of(slip, amount=amount))
    return found


@lru_cache(maxsize=500)
def _path_terms(question: Question) -> tuple[list[tuple[int, int]], Any]:
    """The paths, and a matrix of the terms that they add."""
    paths = paths_of(question)
    return [(node, consumer) for node, consumer, _ in paths], numpy.array([term for _, _, term in paths])


def _amount(numbers: Any, usual: tuple[float, ...]) -> float | None:
    """The one of the usual amounts that some numbers all are."""
    found: Any = numbers[numpy.isfinite(numbers)]
    if len(found) < 3:
        return None
    return next((amount for amount in usual if numpy.all(numpy.abs(found - amount) <= _FIT * abs(amount))), None)
