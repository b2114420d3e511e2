"""Why an answer is wrong: the mistakes that make exactly its numbers, the likeliest first."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.teaching.question import Question
from gradcli.teaching.variants import Slip, Table, close, cost_of, paths_of

MARGIN = 1.0
"""Reasons that cost at most so much more than the cheapest one are named beside it."""

MOST_OF_PAIRS = 6.2
"""Two mistakes that cost more together are no reason: so many pairs there are that some fit any answer."""

_FIT = 1e-7


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


def reasons(question: Question, table: Table, answer: Any, *, point: int | None = None) -> list[Reason]:
    """The reasons for a wrong answer: the likeliest one, then those that are nearly as likely; none where nothing fits.

    Args:
        question: The question.
        table: Its wrong answers.
        answer: The answer's value at each point.
        point: The only point at which the answer is to be compared, where it is a number there.
    """
    columns = slice(None) if point is None else slice(point, point + 1)
    usable = numpy.isfinite(answer[columns])
    if not usable.any():
        return []
    matrix, own = table.matrix[:, columns], answer[columns]
    if not usable.all():
        matrix, own = matrix[:, usable], own[usable]
    tolerance = 1e-8 if point is None else 1e-6
    first, least = matrix[:, 0], max(abs(own[0]), 1e-6 * numpy.max(numpy.abs(own)))
    near = numpy.flatnonzero(numpy.abs(first - own[0]) <= 2 * tolerance * numpy.maximum(numpy.abs(first), least))
    hits: list[int] = near[close(matrix[near], own, tolerance)].tolist() if len(near) else []
    found = [Reason(table.slips[at], float(table.costs[at])) for at in hits]
    found = [reason for reason in found if len(reason.slips) < 2 or reason.cost <= MOST_OF_PAIRS]
    if not found and point is None:
        with quiet():
            found = _fits(question, answer)
    found.sort(key=lambda reason: reason.cost)
    kinds: dict[tuple[str, int | None], Reason] = {}
    for reason in found:
        if reason.cost <= found[0].cost + MARGIN:
            kinds.setdefault((reason.kind, reason.slips[0].node), reason)
    return list(kinds.values())


def _fits(question: Question, answer: Any) -> list[Reason]:
    """A path with a wrong factor; else the whole with one, or with a constant."""
    right = question.right
    found: list[Reason] = []
    for node, consumer, term in paths_of(question):
        factor = _constant((answer - right + term) / term)
        if factor is not None and factor > 0 and _simple(factor):
            slip = Slip("graph.path_scaled", node, consumer)
            found.append(Reason((slip,), cost_of((slip,)), factor))
    if found:
        return found
    for kind, amounts in (("answer.factor", answer / right), ("answer.constant", answer - right)):
        amount = _constant(amounts)
        if amount is not None and _simple(amount) and (amount > 0 or kind == "answer.constant"):
            slip = Slip(kind)
            found.append(Reason((slip,), cost_of((slip,)), amount))
    return found


def _constant(numbers: Any) -> float | None:
    """The number that some numbers all are."""
    usable: Any = numbers[numpy.isfinite(numbers)]
    if len(usable) < 3:
        return None
    first = float(usable[0])
    return first if numpy.all(numpy.abs(usable - first) <= _FIT * max(1e-12, abs(first))) else None


def _simple(number: float) -> bool:
    """Whether a number is a factor or a constant that is forgotten or added by mistake, and no sign of another answer."""
    near = (abs(number * below - round(number * below)) < 1e-6 and abs(number * below) <= 4 for below in (1, 2, 3, 4))
    return number != 0 and any(near)
