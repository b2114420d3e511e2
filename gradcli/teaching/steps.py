"""Lines of work, such as ∂y/∂a = b = 2: which are right, which is the first that is not, and what follows from it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import replace
from gradcli.language.ast import Expression, Output, Program
from gradcli.language.parser import parse
from gradcli.language.readings.around import NAME
from gradcli.language.readings.left_sides import OF_FUNCTION, OF_VARIABLES, PRIME, in_parentheses
from gradcli.language.statements import free_names
from gradcli.language.text import to_text
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Line, Marked, Status, Verdict
from gradcli.teaching.marking.words import right_text
from gradcli.teaching.numbers import Vector, forward, forward_from, node_partials, node_values
from gradcli.teaching.question import Question, compile_question, graph_of, named_lines, program_with_names, values_of
from gradcli.teaching.reading.answers import read_answer, unknown_names
from gradcli.teaching.reading.forms import typed
from gradcli.teaching.reading.lines import named_side, sides, statements
from gradcli.teaching.wrong_answers.variants import close
from gradcli.typing import Any

MOST_LINES = 500

_EXACT = 1e-8

Pair = tuple[str, str]


class Work:
    """Judges lines of work on one question.

    Args:
        expression: The expression, or program, of the question.
        wrt: The variable by which its derivative is worked out.
        at: The point at which numbers are meant; None where there is none.
        tolerance: How far off a number may be, beside the size of the right one.

    Raises:
        GradcliError: The question is wrong.
    """

    def __init__(
        self, expression: str, wrt: str, *, at: Mapping[str, float] | None = None, tolerance: float | None = None
    ) -> None:
        self.expression = expression
        self.program = program_with_names(expression)
        self.question: Question = compile_question(self.program, wrt, at=at)
        self.in_lines = bool(named_lines(parse(expression)))
        self.at = at
        self.tolerance = _EXACT if tolerance is None else max(tolerance, _EXACT)
        question = self.question
        self.nodes = {name: id for id, name in enumerate(question.names)} | question.graph.variables
        self.nodes.setdefault("y", question.graph.output)
        self.output = question.names[question.graph.output]
        self.truth: dict[str, Vector] = {name: question.values[id] for name, id in self.nodes.items() if name.isidentifier()}
        self.stated: dict[str, Vector] = dict(self.truth)
        self.given = {name for name in self.truth if name not in question.graph.variables and not self._is_written(name)}
        self.pairs: dict[str, Pair] = {}
        self.primed: dict[str, str] = {}
        self.left: str | None = None
        self.broken = False
        self.answered = False

    def _is_written(self, name: str) -> bool:
        """Whether the question itself gives a name to a value."""
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self.expression) is not None

    def judge(self, text: str) -> list[Line]:
        """The statements of a text.

        Args:
            text: What somebody wrote.

        Raises:
            GradcliError: It has too many lines.
        """
        lines = list(statements(text))
        if len(lines) > MOST_LINES:
            raise GradcliError(f"the work has {len(lines)} lines, and {MOST_LINES} are read", exit_code=ExitCode.LIMIT)
        found: dict[int, Line] = {}
        for at, line in enumerate(lines):
            if at in found:
                continue
            found[at] = self._line(*line)
            behind = self._named_behind(line[1], lines[at + 1 :]) if found[at].status is Status.UNREADABLE else None
            if behind is not None:  # y = u^5, where u = x^2 + 1
                found[at + 1 + behind] = self._line(*lines[at + 1 + behind])
                found[at] = self._line(*line)
        return [found[at] for at in range(len(lines))]

    def _named_behind(self, line: str, others: Sequence[tuple[int, str]]) -> int | None:
        """Which of the lines behind one gives a value to a name that it uses; None where none does."""
        for at, (_, other) in enumerate(others):
            first, *values = sides(other)
            name = named_side(first, self.truth)
            if values and re.fullmatch(NAME, name) and name not in self.truth and re.search(rf"(?<!\w){name}(?!\w)", line):
                return at
        return None

    def _restates(self, line: str) -> bool:
        """Whether a line is the function itself, before any line is about the derivative."""
        side, *others = sides(line)
        if others or self.answered or self._stated(side):
            return False
        own = values_of(Program((Output(self._part(side)[1]),)), self.truth)
        same = self._same(own, self.truth[self.output]) and not self._same(own, self.truth[self._asked()])
        return same and bool(numpy.ptp(own))

    @property
    def answer(self) -> str:
        """The derivative that is asked for, as lines of work write it: ∂y/∂x."""
        return f"{self.question.d}{self.output}/{self.question.d}{self.question.wrt}"

    # ---- one line ----

    def _line(self, number: int, line: str) -> Line:
        try:
            if self._restates(typed(line, self.truth)):
                return Line(number, line, Status.RIGHT)
            left, parts = self._sides(typed(line, self.truth))
            return self._judged(number, line, left, parts)
        except GradcliError as error:
            return Line(number, line, Status.UNREADABLE, note=error.message)

    def _sides(self, line: str) -> tuple[str, list[tuple[str, Expression]]]:
        """The name of what a line states, and the parts behind its equals signs."""
        first, *others = sides(line)
        left = self._stated(first) if others and first else ""
        if not left and others and first:
            first = named_side(first, self.truth)
            left = self._stated(first)
        if left or not first:  # an equals sign at the beginning goes on with the line before
            return left or self.left or self._asked(), [self._part(side) for side in others]
        parts = [self._part(side) for side in (first, *others)]
        left = self._meant(parts)
        return left, parts if left in self.pairs or left == self.left else parts[1:]

    def _stated(self, side: str) -> str:
        """The name that the first side of an equation is; empty where it is none."""
        named = self._named(side).strip()
        if (function := OF_VARIABLES.fullmatch(side)) and self._are_variables(function[2]):  # f(x) = ...
            return function[1] if function[1] in self.nodes else self.output
        return named if named in self.pairs or named in self.truth else side if re.fullmatch(NAME, side) else ""

    def _part(self, side: str) -> tuple[str, Expression]:
        """What a side is.

        Raises:
            GradcliError: It cannot be read, or has other names than there are.
        """
        text = self._named(side)
        known = [*self.truth, *self.pairs]
        value = read_answer(text, known).value
        if unknown := unknown_names(value, known):
            raise GradcliError(f"{unknown[0]} is nothing that the graph has")
        return side, value

    def _meant(self, parts: Sequence[tuple[str, Expression]]) -> str:
        """What a line is about that does not name it: what it equals of the derivative asked for and what the line before is
        about, or else the former; an equation between other values than the variables is about its first side."""
        first = Program((Output(parts[0][1]),))
        true, own = values_of(first, self.truth), values_of(first, self.stated)
        asked = self._asked()
        for left in (asked, self.left or asked):
            if self._same(true, self.truth[left]) or self._same(own, self.stated[left]) or self._follows(left, own):
                return left
        if len(parts) == 1 or set(free_names(first)) <= self.question.graph.variables.keys():
            return asked
        name = self._fresh("E")
        self.truth[name], self.stated[name] = true, own
        return name

    def _asked(self) -> str:
        """The name of the derivative that is asked for."""
        return self._pair(self.output, self.question.wrt)

    def _fresh(self, letter: str) -> str:
        """A name that nothing has."""
        return next(name for name in (f"{letter}{number}" for number in itertools.count(1)) if name not in self.truth)

    def _named(self, text: str) -> str:
        """A text with a name for each of its derivatives of one value by another."""

        def name(found: re.Match[str]) -> str:
            over, under = (one for one in found.groups() if one)
            if over not in self.nodes or under not in self.nodes:
                return found[0]
            names = self.question.names
            return self._pair(names[self.nodes[over]], names[self.nodes[under]])

        def primed(found: re.Match[str]) -> str:
            before, over, behind = "", found[1], found[2]
            if over not in self.nodes and over in self.truth:
                return found[0]
            if over not in self.nodes:  # uv' is u·v'
                ways = [(over[:at], over[at:]) for at in range(1, len(over))]
                before, over = next((way for way in ways if way[0] in self.truth and way[1] in self.nodes), ("", over))
            pair = self._pair(self.question.names[self.nodes.get(over, self.question.graph.output)], self.question.wrt)
            return f" {before} {pair} " if behind is None or self._are_variables(behind) else f" {before} {pair} ({behind})"

        return PRIME.sub(primed, OF_FUNCTION.sub(name, self._without_parentheses(text)))

    def _without_parentheses(self, text: str) -> str:
        """A text with a name for each derivative of what stands in parentheses: (x^2)', d/dx(x^2)."""
        while (found := in_parentheses(text, self.question.wrt)) is not None:
            (start, end), inside = found
            text = f"{text[:start]} {self._derivative_of(inside)} {text[end:]}"
        return text

    def _derivative_of(self, text: str) -> str:
        """A name for the derivative of an expression in the variables and nodes: by the chain rule, from theirs.

        Raises:
            GradcliError: It is no such expression.
        """
        if (known := next((own for own, primed in self.primed.items() if primed == text), None)) is not None:
            return known
        value = read_answer(self._named(text), [*self.truth, *self.pairs]).value
        graph = graph_of(Program((Output(value),)))
        if unknown := [inner for inner in graph.variables if inner not in self.nodes]:
            raise GradcliError(f"{unknown[0]} is nothing that the graph has")
        name = self._fresh("P")
        for vectors in (self.truth, self.stated):
            with quiet():
                partials = node_partials(graph, node_values(graph, vectors))
            total: Any = numpy.zeros(self.question.count)
            for inner in graph.variables:
                outer = forward(graph, partials, inner)[graph.output]
                pair = self._pair(self.question.names[self.nodes[inner]], self.question.wrt)
                total = total + (0 if outer is None else outer) * vectors[pair]
            vectors[name] = total
        self.primed[name] = text
        return name

    def _are_variables(self, names: str) -> bool:
        """Whether what stands in the parentheses of f(x, w) are the variables that it may depend on."""
        return {name.strip() for name in names.split(",")} <= self.question.graph.variables.keys()

    def _pair(self, over: str, under: str) -> str:
        name = next((own for own, pair in self.pairs.items() if pair == (over, under)), None)
        if name is None:
            name = self._fresh("D")
            self.pairs[name] = (over, under)
            self.truth[name] = vector = self._derivative(over, under)
            self.stated.setdefault(name, vector)
        return name

    def _derivative(self, over: str, under: str) -> Vector:
        """The right derivative of a node by another one."""
        question = self.question
        with quiet():
            by = forward_from(question.graph, question.partials, {self.nodes[under]: 1.0})[self.nodes[over]]
        return numpy.broadcast_to(0.0 if by is None else by, (question.count,))

    def _follows(self, left: str, own: Vector) -> bool:
        """Whether a derivative is what the chain rule makes of those that were stated: ∂y/∂x of ∂y/∂a and ∂a/∂x."""
        if left not in self.pairs:
            return False
        over, under = self.pairs[left]
        stated = {self.pairs[name]: self.stated[name] for name in self.pairs if name != left}
        changes = []
        for middle in {name for pair in stated for name in pair} - {over, under}:
            ways = ((over, middle), (middle, under))
            true = [self._derivative(*way) for way in ways]
            own_ways = [stated.get(way, vector) for way, vector in zip(ways, true, strict=True)]
            followed, right = own_ways[0] * own_ways[1], true[0] * true[1]
            if not close(followed, right, _EXACT):
                changes.append(followed - right)
        truth = self.truth[left]
        return any(self._same(own, truth + change) for change in [*changes, sum(changes)] if changes)

    def _judged(self, number: int, line: str, left: str, parts: Sequence[tuple[str, Expression]]) -> Line:
        self.left = left
        self.answered = self.answered or left == self._asked()
        first = Program((Output(parts[0][1]),))
        if left not in self.truth:  # a name of one's own
            self.truth[left], self.stated[left] = values_of(first, self.truth), values_of(first, self.stated)
            same = self._node_of(self.truth[left])
            if same is not None:
                self.nodes[left] = same
        elif left in self.given and not self._same(values_of(first, self.truth), self.truth[left]):
            same = self._node_of(values_of(first, self.truth))
            if same is not None:  # a name that the graph gives another node, taken for this one
                self.nodes[left] = same
                self.truth[left] = self.stated[left] = self.question.values[same]
        self.given.discard(left)
        truth = self.truth[left]
        before = self.stated[left]
        worst, at = Status.RIGHT, ""
        broken: tuple[str, Expression] | None = None
        for side, value in parts:
            program = Program((Output(value),))
            true, own = values_of(program, self.truth), values_of(program, self.stated)
            same = self._same(own, before)
            if self._same(true, truth):
                status = Status.RIGHT if same or self._same(before, truth) else Status.CHANCE
            elif same or self._follows(left, own):
                status = Status.FOLLOWS
            else:
                status = Status.BROKEN
                broken = broken or (side, value)
            before = before if same else own
            if status.rank > worst.rank:
                worst, at = status, side
        self.stated[left] = before
        marked = None
        if worst is Status.BROKEN and broken is not None and not self.broken:
            self.broken = True
            marked = self._explained(left, broken)
        return Line(number, line, worst, at, marked)

    def _node_of(self, value: Vector) -> int | None:
        """The node that has a value at all points."""
        values = self.question.values
        ids = dict.fromkeys(self.nodes.values())
        return next((id for id in ids if numpy.isfinite(values[id]).all() and close(value, values[id], _EXACT)), None)

    def _same(self, own: Vector, other: Vector) -> bool:
        """Whether a value agrees: everywhere, or as a number at the point."""
        if self.at is not None and numpy.ptp(own) == 0:
            scale = max(1e-12, abs(float(other[-1])))
            return abs(float(own[-1]) - float(other[-1])) <= self.tolerance * scale
        known = numpy.isfinite(own) & numpy.isfinite(other)
        return bool(known.any()) and bool(close(own[known], other[known], _EXACT))

    # ---- why it is broken ----

    def _explained(self, left: str, broken: tuple[str, Expression]) -> Marked | None:
        """The broken part as an answer to the question that its line answers."""
        over, under = self.pairs.get(left, (left, ""))
        if left in self.primed and set(free_names(parse(self.primed[left]))) <= self.question.graph.variables.keys():
            marker = Marker(self.primed[left], self.question.wrt, at=self.at)
            marked = marker.mark(self._written_out(broken[1]))
            return replace(marked, question=marker.question) if marked.verdict is Verdict.WRONG else None
        if over not in self.nodes:
            return None
        upto = self._up_to(over)
        if upto is None:
            return None
        try:
            marker = Marker(upto, under or self.question.wrt, order=1 if under else 0, at=self.at, in_lines=self.in_lines)
            text = self._written_out(broken[1])
            marked = marker.mark(text)
        except GradcliError:
            return None
        return replace(marked, question=marker.question) if marked.verdict is Verdict.WRONG else None

    def _up_to(self, name: str) -> str | None:
        """The lines of the graph's program up to that of a node; None where it has none."""
        lines = self.program.split("\n")
        return next(("\n".join(lines[: at + 1]) for at, line in enumerate(lines) if line.split(" = ")[0] == name), None)

    def _written_out(self, value: Expression) -> str:
        """A part of a line in the names of the graph, with the right formula for each derivative that it names."""
        own = {name: self.question.names[id] for name, id in self.nodes.items() if self.question.names[id] != name}
        text = re.sub(r"[^\W\d]\w*", lambda found: own.get(found[0], found[0]), to_text(value))
        for name, (over, under) in self.pairs.items():
            if not re.search(rf"\b{name}\b", text):
                continue
            upto = self._up_to(over)
            formula = "1" if over == under else "0"
            if upto is not None and over != under:
                formula = right_text(compile_question(upto, under))
            text = re.sub(rf"\b{name}\b", f"({formula})", text)
        return text
