"""Verdicts on answers to one question, with reasons where an answer is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Program
from gradcli.language.text import to_text
from gradcli.teaching.marking.asked_forms import lacks_form
from gradcli.teaching.marking.comparison import (
    EXACT,
    NEAR,
    WITHOUT_VALUE,
    compared,
    integrated,
    is_right_at,
    may_be_integral,
    off_by,
    one_number_off,
)
from gradcli.teaching.marking.judging import Judge, depends, simply, wrong_answer
from gradcli.teaching.marking.patterns import Pattern, Skeleton, pattern_of, skeleton_of, with_places
from gradcli.teaching.marking.verdicts import Marked, Verdict, read_otherwise, unreadable, with_note
from gradcli.teaching.question import compile_question, graph_of, values_at, with_lines
from gradcli.teaching.reading.answers import Answer, number, read_answer, with_names
from gradcli.teaching.wrong_answers.diagnosis import reason_of, unexplained
from gradcli.typing import Any

_REMEMBERED = 10_000
_PATTERNS = 2_000
_TOGETHER = 4


class Marker(Judge):
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
        beside: Variables that the expression does not have, and answers may.

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
        beside: Sequence[str] = (),
    ) -> None:
        question = compile_question(expression, wrt, order=order, at=at, beside=beside)
        super().__init__(question, at=at, digits=digits, tolerance=tolerance, in_lines=in_lines)
        self.form = form
        self._marked: dict[str, Marked] = {}
        self._foreseen: dict[str, Marked] = {}
        self._patterns: dict[str, tuple[Pattern | None, bool]] = {}

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
            graph = None if places is None else graph_of(with_lines(places[0], self.question.named))
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
            off = off_by(values, question.right, question.terms)
            known = numpy.isfinite(values).all(axis=1)
            right = known & (off <= EXACT).all(axis=1) & (not self.changes(pattern.graph))
            wrong = known & (off > NEAR).any(axis=1)
            wrong[wrong] = unexplained(question, self.table, values[wrong])
            if question.order == 1:
                wrong[wrong] = ~self._integrals(pattern, numbers[wrong], values[wrong])
            first = numpy.argmax(off > EXACT, axis=1)
            slips = numpy.full(len(answers), -1)
            slips[wrong] = one_number_off(question, pattern.graph, pattern.given(list(numbers[wrong].T)), pattern.idle)
            simple = self.simple
            if simple is not None:
                there = pattern.values(list(numbers.T[..., None]), simple.point)
                there = numpy.broadcast_to(there, (len(answers), simple.count))
        for at, (answer, skeleton) in enumerate(answers.items()):
            if right[at] or wrong[at]:
                read_as = pattern.read_as.format(*skeleton.numbers)
                marked = Marked(answer, Verdict.RIGHT, read_as)
                if not right[at]:
                    marked = wrong_answer(question, answer, read_as, values[at], int(first[at]), [])
                    marked = replace(marked, one_number=bool(slips[at] >= 0))
                    marked = marked if simple is None else simply(simple, marked, there[at])
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
        marked = self.by_values(answer, read_as, pattern.graph, numpy.broadcast_to(values, (self.question.count,)), numbers)
        if marked is not None and marked.verdict is Verdict.WRONG and not marked.reasons and self.at is None:
            off = one_number_off(self.question, pattern.graph, numbers, pattern.idle)
            marked = replace(marked, one_number=bool(off[0] >= 0))
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
                    if depends(other) and not depends(own) and self.at is None:
                        raise GradcliError(f"{text} is an equation that is solved, and an answer is one expression")
                    is_function = self.question.order and self._equal(other, self.question.value)
                    notes.append(
                        f"in {text} the function is set equal to a derivative" if is_function else f"{text} does not hold"
                    )
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
        marked = self.by_values(answer, read_as, graph, values)
        if marked is None and self.at is not None:
            right = is_right_at(self.question, program, self.at)
            return Marked(answer, Verdict.RIGHT if right else Verdict.WRONG, read_as, note="" if right else WITHOUT_VALUE)
        return marked or compared(self.question, answer, read_as, program, changes=self.changes(graph))
