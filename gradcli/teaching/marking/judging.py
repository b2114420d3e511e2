"""Verdicts on answers to one question by their values at its points, with the reasons that these are evidence enough for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import cached_property, lru_cache

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import Number, postorder
from gradcli.language.parser import parse
from gradcli.language.statements import expressions
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import JUMP, KINK, TRUTH
from gradcli.teaching.marking.comparison import (
    DECIMALS,
    EXACT,
    NEAR,
    has_decimals,
    integrated,
    may_be_integral,
    off_by,
    one_number_off,
    rounding,
)
from gradcli.teaching.marking.patterns import nodes_of, numbers_apart
from gradcli.teaching.marking.verdicts import Marked, Verdict
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.numbers import node_values
from gradcli.teaching.question import Question, graph_of, with_lines
from gradcli.teaching.reading.answers import number, unknown_names, with_names
from gradcli.teaching.wrong_answers.diagnosis import Reason, likeliest, reason_of, reasons
from gradcli.teaching.wrong_answers.rules import by_kind
from gradcli.teaching.wrong_answers.variants import FEW, Table, close, wrong_answers
from gradcli.teaching.wrong_answers.whole_answers import of_evaluations
from gradcli.typing import Any

_FEW_OPERATIONS = 2
_OFTEN = 2.8
"""What a mistake costs at most that is named although the answer may be a slip in one number."""
_AGAIN = 0.35
"""What it costs then beyond it for each other place where it could have been made."""
_ROUNDED = 0.01
_INTEGRAL = 2.8
"""What a whole antiderivative costs."""

_SMALLER = "it has no value at some points at which the right answer has one"


class Judge:
    """Judges answers to one question by their values.

    Args:
        question: The question.
        at: The point at which a number is asked for; None where the derivative itself is.
        digits: Digits after the point to which a number has to be right; None for all.
        tolerance: How far off a number may be, beside the size of the right one.
        in_lines: Whether the question was posed with names for its intermediate values; None where the expression says it.
    """

    def __init__(
        self,
        question: Question,
        *,
        at: Mapping[str, float] | None,
        digits: int | None,
        tolerance: float | None,
        in_lines: bool | None,
    ) -> None:
        self.question = question
        self.at = at
        self.digits = digits
        self.tolerance = tolerance
        self.in_lines = in_lines
        self._others: dict[str, Question] = {}

    @property
    def table(self) -> Table:
        """The wrong answers that are known."""
        return self._table_of(self.question)

    def _table_of(self, question: Question) -> Table:
        return _table(question, bool(question.named) if self.in_lines is None else self.in_lines)

    @cached_property
    def simple(self) -> Question | None:
        """The question at simple points, at which numbers are told where nothing else is."""
        return self.question.simple()

    def hidden_at_the_point(self) -> list[Reason]:
        """The mistakes that give the right number at the point of the question."""
        if self.at is None:
            return []
        last = self.question.count - 1
        same = close(self.table.matrix[:, last:], self.question.right[last:], EXACT)
        return [Reason(self.table.slips[at], float(self.table.costs[at])) for at in numpy.flatnonzero(same).tolist()]

    def by_values(
        self, answer: str, read_as: str, graph: Graph, values: Any, numbers: Mapping[int, Any] | None = None
    ) -> Marked | None:
        """The verdict that the values at the points give; None where it takes a whole comparison: since they are right but for
        rounding, or since the answer may change between the points."""
        question = self.question
        if self.at is not None:
            return self._number(answer, read_as, values)
        numbers = numbers or {}
        known = numpy.isfinite(values)
        if known.sum() < min(FEW, len(known)) and (other := self._elsewhere(graph, numbers)) is not None:
            with quiet():
                there = numpy.broadcast_to(node_values(graph, other.point, numbers)[graph.output], (other.count,))
            found = self._at_points(other, answer, read_as, graph, there, numbers)
            return found and replace(found, question=other, note=found.note or _SMALLER)
        return self._at_points(question, answer, read_as, graph, values, numbers)

    def _at_points(
        self, question: Question, answer: str, read_as: str, graph: Graph, values: Any, numbers: Mapping[int, Any]
    ) -> Marked | None:
        """The verdict that the values at the points of a question give."""
        known = numpy.isfinite(values)
        if not known.any():
            return None
        off = off_by(values, question.right, question.terms)
        wrong = known & ~(off <= EXACT)
        if not wrong.any():
            note = "" if known.all() else _SMALLER
            return None if self.changes(graph) else Marked(answer, Verdict.RIGHT, read_as, note=note)
        if not (known & ~(off <= NEAR)).any():
            return None
        found = reasons(question, self._table_of(question), values) if known.sum() >= min(FEW, len(known)) else []
        known_kinds = {reason.kind for reason in found}
        unknown = question.order == 1 and "value.integrated" not in known_kinds
        if unknown and may_be_integral(question, values) and integrated(question, graph, numbers):
            found = likeliest([*found, reason_of("value.integrated", cost=_INTEGRAL)])
        one_number = False
        if found or not numbers:  # of an answer that has the numbers of a pattern the pattern tells
            found, one_number = self._supported(found, question, graph, read_as)
        at = int(numpy.flatnonzero(wrong)[0])
        marked = wrong_answer(question, answer, read_as, values, at, found)
        if not found and self.simple is not None:
            with quiet():
                there = numpy.broadcast_to(node_values(graph, self.simple.point, numbers)[graph.output], (self.simple.count,))
            marked = simply(self.simple, marked, there)
        return replace(marked, one_number=one_number)

    def _supported(self, found: list[Reason], question: Question, graph: Graph, read_as: str) -> tuple[list[Reason], bool]:
        """The reasons for which an answer is evidence enough, and whether another number in one place makes it right.

        Two mistakes are none for an answer of few operations, which very many give; and where it is as well a slip in one number,
        only single ones are that are often made: none where that number would do nothing, as nobody writes it, and of those that
        leave what stands in the question none where it does not stand there.
        """
        if sum(1 for inputs in graph.inputs if inputs) <= _FEW_OPERATIONS:
            found = [reason for reason in found if len(reason.slips) == 1]
        value = expressions(parse(read_as).statements[-1])[0]
        value = with_names(
            value, dict.fromkeys(unknown_names(value, [*question.point, *[line.name for line in question.named]]), number("0"))
        )  # a constant of integration
        numbers = [node for node in postorder(value) if isinstance(node, Number)]
        count = itertools.count()
        apart, ones = numbers_apart(value, lambda node: next(count))
        graph = graph_of(with_lines(apart, question.named))
        ids = nodes_of(graph)
        given = {id: sign * float(numbers[place].value) for place, (id, sign) in ids.items()}
        idle = {ids[place][0] for place in ones if place in ids}
        (off,) = one_number_off(question, graph, given, idle).tolist()
        if off < 0:
            return found, False
        nothing = abs(given[off]) in ((0, 1) if off in idle else (0,))
        known = {abs(float(numpy.ravel(question.values[id])[0])) for id in question.graph.constants}
        places = by_kind(question.places)
        again = {reason.kind: _AGAIN * (len(places.get(reason.kind, (0,))) - 1) for reason in found}  # there it was made right
        single = [reason for reason in found if len(reason.slips) == 1 and not nothing]
        often = [reason for reason in single if reason.cost + again[reason.kind] <= _OFTEN]
        return [one for one in often if not MISTAKES[one.kind].stays or abs(given[off]) in known], True

    def _elsewhere(self, graph: Graph, numbers: Mapping[int, Any]) -> Question | None:
        """The question at points at which an answer has values; None where none are found."""

        def usable(pool: Mapping[str, Any]) -> Any:
            return numpy.isfinite(node_values(graph, pool, numbers)[graph.output])

        found = self.question.where(usable)
        return found and self._others.setdefault(str([vector.tolist() for vector in found.point.values()]), found)

    def _number(self, answer: str, read_as: str, values: Any) -> Marked | None:
        """The verdict on a number at the point of the question; None where no float holds it."""
        question = self.question
        last = question.count - 1
        own, right = float(values[last]), float(question.right[last])
        if not numpy.isfinite(own):
            return None
        tolerance = EXACT * max(1.0, abs(right)) if self.digits is None else 0.5000001 * 10.0**-self.digits
        exact = self.digits is None and self.tolerance is None and not has_decimals(read_as)
        default = DECIMALS if self.digits is None and not exact else 0.0
        relative = default if self.tolerance is None else self.tolerance
        tolerance = max(tolerance, relative * max(1e-12, abs(right)))
        if abs(own - right) <= tolerance:
            return Marked(answer, Verdict.RIGHT, read_as)
        whole = depends(values)
        rounded = None if whole or exact else min(_ROUNDED, tolerance / max(abs(own), 1e-300))
        found = reasons(question, self.table, values, point=None if whole else last, tolerance=rounded)
        if not found and not whole:
            near = max(tolerance, EXACT * abs(own))
            found = likeliest([reason_of(kind) for kind, value in self._evaluations if abs(value - own) <= near])
        note = "" if whole or self.digits is not None else rounding(read_as, own, right)
        return replace(wrong_answer(question, answer, read_as, values, last, found), at_one_point=not whole, note=note)

    @cached_property
    def _evaluations(self) -> list[tuple[str, float]]:
        """What mistakes make of the right derivative where its number at the point is computed, each with its kind."""
        with quiet():
            return [(kind, float(row[-1])) for kind, row in of_evaluations(self.question)]

    def changes(self, graph: Graph) -> bool:
        used = {*graph.operations} - {*self.question.graph.operations, CONSTANT, VARIABLE}
        facts = [OPERATIONS[name].facts for name in used if name in OPERATIONS]
        return any(own.result == TRUTH or any(special.kind in (KINK, JUMP) for special in own.specials) for own in facts)


def wrong_answer(question: Question, answer: str, read_as: str, values: Any, at: int, found: list[Reason]) -> Marked:
    point = {name: float(vector[at]) for name, vector in question.point.items()}
    numbers = (float(values[at]), float(question.right[at]))
    return Marked(answer, Verdict.WRONG, read_as, tuple(found), point, numbers, at_points=values)


def simply(question: Question, marked: Marked, values: Any) -> Marked:
    """A wrong answer with its numbers at the first simple point at which it differs; as it is without one."""
    differs = numpy.isfinite(values) & (off_by(values, question.right, question.terms) > NEAR)
    if not differs.any():
        return marked
    at = int(numpy.argmax(differs))
    point = {name: float(vector[at]) for name, vector in question.point.items()}
    return replace(marked, point=point, values=(float(values[at]), float(question.right[at])))


@lru_cache(maxsize=200)
def _table(question: Question, in_lines: bool) -> Table:
    """The wrong answers to a question: those of some questions are kept, since a quiz may have very many."""
    return wrong_answers(question, in_lines=in_lines)


def depends(values: Any) -> bool:
    """Whether an answer that should be a number depends on the variables."""
    return bool(numpy.any(values != values[-1]))
