"""Verdicts on answers to one question, with reasons where an answer is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Any

import numpy

from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import Assignment, Expression, Output, Program
from gradcli.language.free_names import free_names
from gradcli.language.numbers import short_text
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import JUMP, KINK, TRUTH
from gradcli.teaching.diagnosis import Reason, reasons
from gradcli.teaching.question import Question, compile_question, graph_of, values_at, values_of
from gradcli.teaching.reading.answers import Answer, number, read_answer, with_names
from gradcli.teaching.variants import Slip, Table, close, cost_of, wrong_answers

_EXACT = 1e-9
_NEAR = 1e-6
_REMEMBERED = 100_000


class Verdict(Enum):
    """What an answer is."""

    RIGHT = "right"
    WRONG = "wrong"
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"


class Marked(Frozen, eq=False):
    """An answer with its verdict.

    Attributes:
        answer: The answer as it was given.
        verdict: What it is.
        read_as: How it was read; None where it could not be.
        reasons: Why it is wrong, the likeliest reason first; empty where none was found.
        point: Where it is wrong the first point at which it differs: the value of each variable; None else.
        values: The value of the answer and the right one there.
        note: Why it is unreadable or undecided, where it is not defined, or how else it could be read; empty for nothing.
        at_one_point: Whether it was compared as a number at one point alone.
        question: The question that the reasons are about; None for that of the marker.
        part: Which part of an answer of several they are about; empty for the whole.
        right: The right answer as a line of its own, where it is not that of the question; empty else.
    """

    answer: str
    verdict: Verdict
    read_as: str | None = None
    reasons: tuple[Reason, ...] = ()
    point: Mapping[str, float] | None = None
    values: tuple[float, float] | None = None
    note: str = ""
    at_one_point: bool = False
    question: Question | None = None
    part: str = ""
    right: str = ""

    @property
    def score(self) -> int:
        """1 for a right answer, 0 for any other."""
        return int(self.verdict is Verdict.RIGHT)


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
    ) -> None:
        self.tolerance = tolerance
        self.in_lines = in_lines
        self.question: Question = compile_question(expression, wrt, order=order, at=at)
        self.at = at
        self.digits = digits
        self._marked: dict[str, Marked] = {}

    @cached_property
    def table(self) -> Table:
        """The wrong answers that are known."""
        return wrong_answers(self.question, in_lines=bool(self.question.named) if self.in_lines is None else self.in_lines)

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
        same = close(self.table.matrix[:, last:], self.question.right[last:], _EXACT)
        return [Reason(self.table.slips[at], float(self.table.costs[at])) for at in numpy.flatnonzero(same).tolist()]

    def _mark(self, answer: str) -> Marked:
        try:
            return self.mark_answer(answer, read_answer(answer, self.names))
        except GradcliError as error:
            return unreadable(answer, error)

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
        if found.constant and marked.verdict is Verdict.RIGHT:
            slips = (Slip("answer.constant"),)
            marked = replace(marked, verdict=Verdict.WRONG, reasons=(Reason(slips, cost_of(slips)),))
        if found.before:
            own = self._values(value)[2]
            notes += [f"{text} does not hold" for text, side in found.before if not self._equal(self._values(side)[2], own)]
        return with_note(marked, "; ".join(notes))

    def _equal(self, left: Any, right: Any) -> bool:
        """Whether two sides of an equation are the same: at all points, or at that of a question for a number."""
        where = slice(None) if self.at is None else slice(-1, None)
        return bool((_off(left[where], right[where]) <= _NEAR).all())

    def _valued(self, answer: str, value: Expression, read_as: str) -> Marked:
        """The verdict on an answer that has been read; names of intermediate values stand for these.

        Raises:
            GradcliError: It has no value.
        """
        program, graph, values = self._values(value)
        return self._judged(answer, read_as, program, graph, values)

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
        question = self.question
        if self.at is not None:
            return self._number(answer, read_as, values)
        known = numpy.isfinite(values)
        if not known.any():
            return Marked(answer, Verdict.UNDECIDED, read_as, note="it has no value at any of the points that were tried")
        off = _off(values, question.right)
        wrong = known & ~(off <= _EXACT)
        if not wrong.any():
            return self._right(answer, read_as, program, graph, known)
        if not (known & ~(off <= _NEAR)).any():
            return self._compared(answer, read_as, program)
        found = reasons(question, self.table, values) if known.all() else []
        return self._wrong(answer, read_as, values, int(numpy.flatnonzero(wrong)[0]), found)

    def _number(self, answer: str, read_as: str, values: Any) -> Marked:
        """The verdict on a number at the point of the question."""
        question = self.question
        last = question.count - 1
        own, right = float(values[last]), float(question.right[last])
        if not numpy.isfinite(own):
            return Marked(answer, Verdict.UNDECIDED, read_as, note="it has no value at the point")
        tolerance = _EXACT * max(1.0, abs(right)) if self.digits is None else 0.5000001 * 10.0**-self.digits
        tolerance = max(tolerance, (self.tolerance or 0.0) * max(1e-12, abs(right)))
        if abs(own - right) <= tolerance:
            return Marked(answer, Verdict.RIGHT, read_as)
        whole = _depends(values)
        found = reasons(question, self.table, values, point=None if whole else last)
        return replace(self._wrong(answer, read_as, values, last, found), at_one_point=not whole)

    def _wrong(self, answer: str, read_as: str, values: Any, at: int, found: list[Reason]) -> Marked:
        question = self.question
        point = {name: float(vector[at]) for name, vector in question.point.items()}
        return Marked(answer, Verdict.WRONG, read_as, tuple(found), point, (float(values[at]), float(question.right[at])))

    def _right(self, answer: str, read_as: str, program: Program, graph: Graph, known: Any) -> Marked:
        """An answer that agrees at all points; where it, or the question, may change between them it is compared as a whole."""
        if self._changes(graph):
            return self._compared(answer, read_as, program)
        note = "" if known.all() else "it has no value at some points at which the right answer has one"
        return Marked(answer, Verdict.RIGHT, read_as, note=note)

    def _changes(self, graph: Graph) -> bool:
        used = {*graph.operations} - {*self.question.graph.operations, CONSTANT, VARIABLE}
        facts = [OPERATIONS[name].facts for name in used if name in OPERATIONS]
        return any(own.result == TRUTH or any(special.kind in (KINK, JUMP) for special in own.specials) for own in facts)

    def _different_at(self, answer: str, read_as: str, program: Program, point: Mapping[str, float]) -> Marked:
        """The verdict on an answer that was right at all points but one that was searched for."""
        around = _around({**dict.fromkeys(self.question.point, 1.0), **point})
        own, right = values_of(program, around), values_of(parse(self._right_text), around)
        values = (float(own[0]), float(right[0]))
        if not all(map(numpy.isfinite, values)):
            return Marked(answer, Verdict.WRONG, read_as, point=point)
        if not (_off(own[1:], right[1:]) <= _NEAR).all():
            return Marked(answer, Verdict.WRONG, read_as, point=point, values=values)
        if numpy.ptp(right[1:]) > 1e-3 * max(
            1e-3, numpy.max(numpy.abs(right))
        ):  # a kink: there is no derivative there, but a convention
            at = ", ".join(f"{name} = {short_text(value)}" for name, value in point.items())
            own, usual = map(short_text, values)
            note = f"at {at}, where there is a kink, it is {own}, and {usual} is what programs take"
            return Marked(answer, Verdict.RIGHT, read_as, note=note)
        slips = (Slip("answer.single_point"),)
        return Marked(answer, Verdict.WRONG, read_as, (Reason(slips, cost_of(slips)),), point, values)

    def _compared(self, answer: str, read_as: str, program: Program) -> Marked:
        """The verdict of a whole comparison, for answers that points do not settle."""
        from gradcli.algebra.equality.equal import equal
        from gradcli.algebra.equality.verdict import Verdict as Equal

        found = equal(self._right_text, "\n".join(map(_text_of, program.statements)))
        if found.verdict is Equal.DIFFERENT:
            witness = found.counterexample
            if witness is None:
                return Marked(answer, Verdict.WRONG, read_as)
            point = {name: float(value) for name, value in witness.point.items()}
            return self._different_at(answer, read_as, program, point)
        return Marked(answer, Verdict.RIGHT if found else Verdict.UNDECIDED, read_as, note="" if found else found.verdict.value)

    @cached_property
    def _right_text(self) -> str:
        from gradcli.teaching.question import derivative_of

        function = self.question.function
        program = derivative_of(function, self.question.wrt) if self.question.order else function
        return "\n".join(map(_text_of, program.statements))


def with_lines(value: Expression, named: Sequence[Assignment]) -> Program:
    """An expression as a program, behind the lines that give their names to values as far as it uses them."""
    program = Program((Output(value),), may_differentiate=False)
    if named and (used := {line.name for line in named} & set(free_names(program))):
        last = max(at for at, line in enumerate(named) if line.name in used)
        return Program((*named[: last + 1], *program.statements))
    return program


def with_note(marked: Marked, note: str) -> Marked:
    """A marked answer of which something more is to be said."""
    return replace(marked, note="; ".join(filter(None, [marked.note, note]))) if note else marked


def unreadable(answer: str, error: GradcliError) -> Marked:
    """What cannot be read, or has no value that can be compared."""
    note = "it is too large" if error.exit_code == ExitCode.LIMIT else error.message
    return Marked(answer, Verdict.UNREADABLE, note=note)


def _text_of(statement: Any) -> str:
    return to_text(statement.value) if isinstance(statement, Output) else f"{statement.name} = {to_text(statement.value)}"


def _off(values: Any, right: Any) -> Any:
    """How far off values are, beside their size."""
    with numpy.errstate(all="ignore"):
        least = max(1e-6 * numpy.max(numpy.abs(right), initial=1e-300), 1e-300)
        return numpy.abs(values - right) / numpy.maximum(numpy.maximum(numpy.abs(values), numpy.abs(right)), least)


def _around(point: Mapping[str, float]) -> dict[str, Any]:
    """A point, and others very near to it, on all sides."""
    steps = {}
    for index, (name, value) in enumerate(point.items()):
        turns = numpy.arange(1, 9)
        away = numpy.cos(2.39996 * turns * (index + 1) + index) * 1e-7 * max(1e-3, abs(value))
        steps[name] = numpy.concatenate([[value], value + away])
    return steps


def _depends(values: Any) -> bool:
    """Whether an answer that should be a number depends on the variables."""
    return bool(numpy.any(values != values[-1]))
