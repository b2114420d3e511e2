"""Verdicts on answers to one question, with reasons where an answer is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import Expression, Program
from gradcli.language.parser import parse
from gradcli.language.statements import expressions
from gradcli.language.text import to_text
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import JUMP, KINK, TRUTH
from gradcli.teaching.asked_forms import lacks_form
from gradcli.teaching.comparison import (
    EXACT,
    NEAR,
    WITHOUT_VALUE,
    OneNumber,
    compared,
    integrated,
    is_right_at,
    may_be_integral,
    off_by,
    one_number_off,
    rounding,
)
from gradcli.teaching.diagnosis import Reason, likeliest, reason_of, reasons, unexplained
from gradcli.teaching.numbers import node_values
from gradcli.teaching.patterns import Pattern, Skeleton, pattern_of, skeleton_of, with_places
from gradcli.teaching.question import Question, compile_question, graph_of, values_at, with_lines
from gradcli.teaching.reading.answers import Answer, number, read_answer, unknown_names, with_names
from gradcli.teaching.variants import FEW, Table, close, wrong_answers
from gradcli.teaching.verdicts import Marked, Verdict, read_otherwise, unreadable, with_note
from gradcli.typing import Any

_REMEMBERED = 10_000
_PATTERNS = 2_000
_TOGETHER = 4
_ROUNDED = 0.01
_FEW_OPERATIONS = 2
_OFTEN = 3.2
"""What a mistake costs at most that is named although the answer may be a slip in one number."""
_INTEGRAL = 2.9
"""What a whole antiderivative costs."""

_SMALLER = "it has no value at some points at which the right answer has one"


class Marker:
    """Marks answers to one question.

    Args:
        expression: The expression, or program, of the question.
        wrt: The variable by which its derivative is asked for.
        order: Which derivative is asked for; 0 is the value.
        at: The point at which a number is asked for; None where the derivative itself is.
        digits: Digits after the point to which a number has to be right; None for all.
        tolerance: How far off a number may be, beside the size of the right one.
        in_lines: Whether the question was posed with names for its intermediate values; None where the expression says it.
        form: The form that a right answer has to have, one of those of ``asked_forms``; empty for any.

    Raises:
        GradcliError: See :func:`gradcli.teaching.question.compile_question`.
    """

    def __init__(
        self,
        expression: str,
        wrt: str,
        *,
        order: int = 1,
        at: Mapping[str, float] | None = None,
        digits: int | None = None,
        tolerance: float | None = None,
        in_lines: bool | None = None,
        form: str = "",
    ) -> None:
        self.form = form
        self.tolerance = tolerance
        self.in_lines = in_lines
        self.question: Question = compile_question(expression, wrt, order=order, at=at)
        self.at = at
        self.digits = digits
        self._marked: dict[str, Marked] = {}
        self._others: dict[str, Question] = {}
        self._foreseen: dict[str, Marked] = {}
        self._patterns: dict[str, tuple[Pattern | None, bool]] = {}

    @property
    def table(self) -> Table:
        """The wrong answers that are known."""
        return self._table_of(self.question)

    def _table_of(self, question: Question) -> Table:
        return _table(question, bool(question.named) if self.in_lines is None else self.in_lines)

    @cached_property
    def _simple(self) -> Question | None:
        """The question at simple points, at which numbers are told where nothing else is."""
        return self.question.simple()

    @cached_property
    def names(self) -> Sequence[str]:
        """The names that answers may use."""
        return list(dict.fromkeys([*self.question.point, *[line.name for line in self.question.named]]))

    def mark_read(self, answer: str, value: Expression) -> Marked:
        """The verdict on an answer that has been read.

        Args:
            answer: Its text.
            value: What it says.
        """
        try:
            return replace(self._valued(answer, value, to_text(value)), question=self.question)
        except GradcliError as error:
            return unreadable(answer, error)

    def mark(self, answer: str) -> Marked:
        """The verdict on an answer. Equal texts are marked once.

        Args:
            answer: Text from outside, of any kind.
        """
        found = self._marked.get(answer)
        if found is None:
            found = self._mark(answer)
            if len(self._marked) < _REMEMBERED:
                self._marked[answer] = found
        return found

    def unread(self, answer: str, why: str) -> Marked:
        """An answer that is not marked, since it may not be what was answered."""
        return Marked(answer, Verdict.UNREADABLE, note=why)

    def hidden_at_the_point(self) -> list[Reason]:
        """The mistakes that give the right number at the point of the question."""
        if self.at is None:
            return []
        last = self.question.count - 1
        same = close(self.table.matrix[:, last:], self.question.right[last:], EXACT)
        return [Reason(self.table.slips[at], float(self.table.costs[at])) for at in numpy.flatnonzero(same).tolist()]

    def _mark(self, answer: str) -> Marked:
        """The verdict on an answer: by the pattern of one that differs in numbers alone, once that has agreed with a reading."""
        if (foreseen := self._foreseen.pop(answer, None)) is not None:
            return foreseen
        skeleton = skeleton_of(answer)
        pattern, trusted = self._patterns.get(skeleton.text, (None, False))
        quick = None if pattern is None else self._by_pattern(answer, skeleton, pattern)
        if quick is not None and trusted:
            return quick
        try:
            found = read_answer(answer, self.names)
            marked = self.mark_answer(answer, found)
        except GradcliError as error:
            return unreadable(answer, error)
        if quick is not None:
            same = (quick.verdict, quick.read_as, quick.values) == (marked.verdict, marked.read_as, marked.values)
            self._patterns[skeleton.text] = (pattern if same else None, same)
        elif skeleton.numbers and not self.form and skeleton.text not in self._patterns and len(self._patterns) < _PATTERNS:
            places = with_places(found, skeleton)
            graph = None if places is None else graph_of(with_lines(places, self.question.named))
            made = None if places is None or graph is None else pattern_of(found, places, graph, len(skeleton.numbers))
            self._patterns[skeleton.text] = (made, False)
        return marked

    def foresee(self, answers: Iterable[str]) -> None:
        """Mark answers ahead, together those that differ in numbers alone; :meth:`mark` then has them.

        Args:
            answers: Texts from outside, which are marked next.
        """
        self._foreseen.clear()
        groups: dict[str, dict[str, Skeleton]] = {}
        for answer in dict.fromkeys(answers) if self.at is None and not self.form else ():
            if answer in self._marked:
                continue
            skeleton = skeleton_of(answer)
            if self._patterns.get(skeleton.text, (None, False))[1]:
                groups.setdefault(skeleton.text, {})[answer] = skeleton
        for text, own in groups.items():
            pattern = self._patterns[text][0]
            if pattern is not None and len(own) >= _TOGETHER:
                self._together(pattern, own)

    def _together(self, pattern: Pattern, answers: Mapping[str, Skeleton]) -> None:
        """Mark answers of a pattern, as far as their values settle it: those that are right, and those without a reason."""
        question = self.question
        with quiet():
            numbers = numpy.array([skeleton.numbers for skeleton in answers.values()], float)
            values = pattern.values(list(numbers.T[..., None]), question.point)
            values = numpy.broadcast_to(values, (len(answers), question.count))
            off = off_by(values, question.right)
            known = numpy.isfinite(values).all(axis=1)
            right = known & (off <= EXACT).all(axis=1) & (not self._changes(pattern.graph))
            wrong = known & (off > NEAR).any(axis=1)
            wrong[wrong] = unexplained(question, self.table, values[wrong])
            if question.order == 1:
                wrong[wrong] = ~self._integrals(pattern, numbers[wrong], values[wrong])
            first = numpy.argmax(off > EXACT, axis=1)
            simple = self._simple
            if simple is not None:
                there = pattern.values(list(numbers.T[..., None]), simple.point)
                there = numpy.broadcast_to(there, (len(answers), simple.count))
        for at, (answer, skeleton) in enumerate(answers.items()):
            if right[at] or wrong[at]:
                read_as = pattern.read_as.format(*skeleton.numbers)
                marked = Marked(answer, Verdict.RIGHT, read_as)
                if not right[at]:
                    marked = _wrong(question, answer, read_as, values[at], int(first[at]), [])
                    marked = marked if simple is None else _simply(simple, marked, there[at])
                self._foreseen[answer] = with_note(marked, "; ".join(pattern.notes))

    def _integrals(self, pattern: Pattern, numbers: Any, values: Any) -> Any:
        """Which answers of a pattern, a row each, may be antiderivatives."""
        if self.question.area is not None or not len(numbers):
            return may_be_integral(self.question, values)
        return integrated(self.question, pattern.graph, pattern.given(list(numbers.T[..., None])))

    def _by_pattern(self, answer: str, skeleton: Skeleton, pattern: Pattern) -> Marked | None:
        """The verdict on an answer by its values; None where these do not settle it."""
        read_as = pattern.read_as.format(*skeleton.numbers)
        with quiet():
            values = pattern.values(list(map(float, skeleton.numbers)), self.question.point)
        numbers = pattern.given(list(map(float, skeleton.numbers)))
        marked = self._by_values(answer, read_as, pattern.graph, numpy.broadcast_to(values, (self.question.count,)), numbers)
        return marked and with_note(marked, "; ".join(pattern.notes))

    def mark_answer(self, answer: str, found: Answer) -> Marked:
        """The verdict on an answer that has been taken apart: the last of its equations is what counts, and of others that do not
        hold it is said.

        Raises:
            GradcliError: It has no value.
        """
        value, notes = found.value, list(found.notes)
        if found.constant:
            value = with_names(value, {found.constant: number("0")})
            notes.append(f"{found.constant} is read as a constant of integration, and a derivative has none")
        marked = self._valued(answer, value, found.read_as)
        marked = read_otherwise(marked, found.others, lambda other: self._valued(answer, other, found.read_as))
        if found.constant and marked.score:
            marked = replace(marked, verdict=Verdict.WRONG, reasons=(reason_of("answer.constant"),))
        if found.before:
            own = self._values(value)[2]
            for text, side in found.before:
                other = self._values(side)[2]
                if not self._equal(other, own):
                    if _depends(other) and not _depends(own) and self.at is None:
                        raise GradcliError(f"{text} is an equation that is solved, and an answer is one expression")
                    notes.append(f"{text} does not hold")
        return with_note(marked, "; ".join(notes))

    def _equal(self, left: Any, right: Any) -> bool:
        """Whether two sides of an equation are the same: at all points, or at that of a question for a number."""
        where = slice(None) if self.at is None else slice(-1, None)
        return bool((off_by(left[where], right[where]) <= NEAR).all())

    def _valued(self, answer: str, value: Expression, read_as: str) -> Marked:
        """The verdict on an answer that has been read; names of intermediate values stand for these.

        Raises:
            GradcliError: It has no value.
        """
        program, graph, values = self._values(value)
        marked = self._judged(answer, read_as, program, graph, values)
        if self.form and marked.verdict is Verdict.RIGHT and (lacking := lacks_form(value, self.form)):
            return with_note(replace(marked, verdict=Verdict.OTHER_FORM), lacking)
        return marked

    def _values(self, value: Expression) -> tuple[Program, Graph, Any]:
        """An expression as a program, its graph, and its values at the points.

        Raises:
            GradcliError: It has none.
        """
        program = with_lines(value, self.question.named)
        graph = graph_of(program)
        return program, graph, values_at(graph, self.question.point)

    def _judged(self, answer: str, read_as: str, program: Program, graph: Graph, values: Any) -> Marked:
        """The verdict on an answer that has been read."""
        marked = self._by_values(answer, read_as, graph, values)
        if marked is None and self.at is not None:
            right = is_right_at(self.question, program, self.at)
            return Marked(answer, Verdict.RIGHT if right else Verdict.WRONG, read_as, note="" if right else WITHOUT_VALUE)
        return marked or compared(self.question, answer, read_as, program, changes=self._changes(graph))

    def _by_values(
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
        off = off_by(values, question.right)
        wrong = known & ~(off <= EXACT)
        if not wrong.any():
            note = "" if known.all() else _SMALLER
            return None if self._changes(graph) else Marked(answer, Verdict.RIGHT, read_as, note=note)
        if not (known & ~(off <= NEAR)).any():
            return None
        found = reasons(question, self._table_of(question), values) if known.sum() >= min(FEW, len(known)) else []
        one_number = False
        known_kinds = {reason.kind for reason in found}
        unknown = question.order == 1 and "value.integrated" not in known_kinds
        if unknown and may_be_integral(question, values) and integrated(question, graph, numbers):
            found = likeliest([*found, reason_of("value.integrated", cost=_INTEGRAL)])
        if found:
            found, one_number = self._supported(found, question, graph, read_as)
        at = int(numpy.flatnonzero(wrong)[0])
        marked = _wrong(question, answer, read_as, values, at, found)
        if not found and self._simple is not None:
            with quiet():
                there = numpy.broadcast_to(node_values(graph, self._simple.point, numbers)[graph.output], (self._simple.count,))
            marked = _simply(self._simple, marked, there)
        return replace(marked, one_number=one_number)

    def _supported(self, found: list[Reason], question: Question, graph: Graph, read_as: str) -> tuple[list[Reason], bool]:
        """The reasons for which an answer is evidence enough, and whether another number in one place makes it right.

        Two mistakes are none for an answer of few operations, which very many give; and where it is as well a slip in one number,
        only single ones are that are often made, and none where that number would do nothing, as nobody writes it.
        """
        if sum(1 for inputs in graph.inputs if inputs) <= _FEW_OPERATIONS:
            found = [reason for reason in found if len(reason.slips) == 1]
        value = expressions(parse(read_as).statements[-1])[0]
        value = with_names(value, dict.fromkeys(unknown_names(value, self.names), number("0")))  # a constant of integration
        off = one_number_off(question, value) if found else OneNumber.NO
        if off is not OneNumber.NO:
            found = [reason for reason in found if len(reason.slips) == 1 and reason.cost <= _OFTEN and off is OneNumber.YES]
        return found, off is not OneNumber.NO

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
        tolerance = max(tolerance, (self.tolerance or 0.0) * max(1e-12, abs(right)))
        if abs(own - right) <= tolerance:
            return Marked(answer, Verdict.RIGHT, read_as)
        whole = _depends(values)
        exact = self.digits is None and self.tolerance is None
        rounded = None if whole or exact else min(_ROUNDED, tolerance / max(abs(own), 1e-300))
        found = reasons(question, self.table, values, point=None if whole else last, tolerance=rounded)
        note = "" if whole or self.digits is not None else rounding(read_as, own, right)
        return replace(_wrong(question, answer, read_as, values, last, found), at_one_point=not whole, note=note)

    def _changes(self, graph: Graph) -> bool:
        used = {*graph.operations} - {*self.question.graph.operations, CONSTANT, VARIABLE}
        facts = [OPERATIONS[name].facts for name in used if name in OPERATIONS]
        return any(own.result == TRUTH or any(special.kind in (KINK, JUMP) for special in own.specials) for own in facts)


def _wrong(question: Question, answer: str, read_as: str, values: Any, at: int, found: list[Reason]) -> Marked:
    point = {name: float(vector[at]) for name, vector in question.point.items()}
    numbers = (float(values[at]), float(question.right[at]))
    return Marked(answer, Verdict.WRONG, read_as, tuple(found), point, numbers, at_points=values)


def _simply(question: Question, marked: Marked, values: Any) -> Marked:
    """A wrong answer with its numbers at the first simple point at which it differs; as it is without one."""
    differs = numpy.isfinite(values) & (off_by(values, question.right) > NEAR)
    if not differs.any():
        return marked
    at = int(numpy.argmax(differs))
    point = {name: float(vector[at]) for name, vector in question.point.items()}
    return replace(marked, point=point, values=(float(values[at]), float(question.right[at])))


@lru_cache(maxsize=200)
def _table(question: Question, in_lines: bool) -> Table:
    """The wrong answers to a question: those of some questions are kept, since a quiz may have very many."""
    return wrong_answers(question, in_lines=in_lines)


def _depends(values: Any) -> bool:
    """Whether an answer that should be a number depends on the variables."""
    return bool(numpy.any(values != values[-1]))
