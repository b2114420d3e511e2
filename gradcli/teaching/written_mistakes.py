"""The wrong answers to a question as they are written, each with the mistakes that make it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import written_out, written_sizes
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.words import derivative_text, right_text
from gradcli.teaching.mistakes import EARLIER, Slip
from gradcli.teaching.question import Question, derivative_of, graph_of, values_of
from gradcli.teaching.wrong_answers.orders import (
    Function,
    before_the_last,
    numbers_of,
    rewritten,
    text_of,
    written_derivatives,
    wrong_derivative,
)
from gradcli.teaching.wrong_answers.rules import by_kind, formulas, without
from gradcli.teaching.wrong_answers.variants import close
from gradcli.typing import Any

MOST = 200
"""Wrong answers that are written, the likeliest ones."""

_MOST_WRITTEN = 200


class Written(Frozen, eq=False):
    """A wrong answer.

    Attributes:
        answer: Its text; None where a mistake makes numbers and no formula of one line.
        slips: The mistakes that make it, the likeliest first.
        value: Its value at the point of the question; None without one.
    """

    answer: str | None
    slips: tuple[Slip, ...]
    value: float | None


def written_mistakes(marker: Marker) -> list[Written]:
    """The answers that single mistakes make to a question, the likeliest first; those of several mistakes once.

    Args:
        marker: The question.
    """
    question, table = marker.question, marker.table
    order = sorted(range(len(table.slips)), key=lambda at: float(table.costs[at]))
    rows: list[tuple[Any, list[Slip]]] = []
    for at in order:
        if len(table.slips[at]) == 1:
            row = table.matrix[at]
            same = next((own for values, own in rows if close(values, row)), None)
            if same is not None:
                same.extend(table.slips[at])
            elif len(rows) < MOST:
                rows.append((row, list(table.slips[at])))
    texts = _Texts(question)
    last = None if marker.at is None else question.count - 1
    return [Written(texts.of(values, own), tuple(own), None if last is None else float(values[last])) for values, own in rows]


def together(written: Sequence[Written], right: float) -> tuple[list[list[int]], list[int]]:
    """Which answers have the same value at the point, two and more of them, and which have that of the right one.

    Args:
        written: The answers, by their places.
        right: The right value.
    """
    values = [numpy.nan if one.value is None else one.value for one in written]
    hidden = [at for at, value in enumerate(values) if _same(value, right)]
    groups: list[list[int]] = []
    for at, value in enumerate(values):
        group = next((own for own in groups if _same(values[own[0]], value)), None)
        if at in hidden:
            continue
        if group is None:
            groups.append([at])
        else:
            group.append(at)
    return [group for group in groups if len(group) > 1], hidden


def _same(value: float, other: float) -> bool:
    return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-18)


class _Texts:
    """Writes what mistakes make of one question."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.function: Function = numbers_of(question.graph, question.wrt, question.point)

    @cached_property
    def _earlier(self) -> dict[tuple[str, int], list[str | None]]:
        """What mistakes make that are made before the last derivative, or in each."""
        question = self.question
        found: dict[tuple[str, int], list[str | None]] = {}
        first = graph_of(parse(question.expression))
        for kind, again, graph in before_the_last(first, question.wrt, question.order, question.point):
            found.setdefault((kind, -1 if again else EARLIER), []).append(text_of(graph))
        return found

    @cached_property
    def _rewritten(self) -> list[tuple[str, str | None]]:
        """What becomes of the right derivative where it is rewritten wrongly."""
        question = self.question
        graphs = written_derivatives(question.graph, question.wrt, question.point)
        return [one for graph in graphs for one in rewritten(graph, question.wrt, question.point)]

    def of(self, values: Any, slips: Sequence[Slip]) -> str | None:
        """A text with these values; None where there is none."""
        for slip in slips:
            for text in self._candidates(slip):
                if text and self._has(text, values):
                    return program_text(parse(text))
        return None

    def _has(self, text: str, values: Any) -> bool:
        try:
            return bool(close(values_of(parse(text), self.question.point), values))
        except GradcliError:
            return False

    def _candidates(self, slip: Slip) -> Iterator[str | None]:
        question, wrt = self.question, self.question.wrt
        if slip.node is None:
            yield from self._whole(slip)
        elif slip.node < 0:
            if question.order > 1:
                yield from self._earlier.get((slip.kind, slip.node), ())
            yield wrong_derivative(self.function, wrt, by_kind(self.function.places).get(slip.kind, {}))
        elif slip.kind.startswith("graph.") and slip.other is not None:
            lost = [at for at, input in enumerate(question.graph.inputs[slip.other]) if input == slip.node]
            yield wrong_derivative(self.function, wrt, {slip.other: without(lost)})
        elif slip.kind == "graph.upstream_lost":
            others = wrong_derivative(self.function, wrt, {slip.node: lambda place, d: 0.0})
            yield others and text_of(graph_of(parse(f"{others} + ({derivative_text(question, slip.node)})")))
        elif (own := self.function.places.get(slip.node)) is not None:
            for kind, formula in formulas(own):
                if kind == slip.kind:
                    yield wrong_derivative(self.function, wrt, {slip.node: formula})

    def _whole(self, slip: Slip) -> Iterator[str | None]:
        question = self.question
        graph, right = question.graph, f"({right_text(question)})"
        yield from (text for kind, text in self._rewritten if kind == slip.kind)
        yield question.expression if len(parse(question.expression).statements) == 1 else None
        yield {"answer.negated": f"-{right}", "answer.inverted": f"1/{right}"}.get(slip.kind)
        if written_sizes(graph)[graph.output] <= _MOST_WRITTEN:
            yield to_text(written_out(graph, graph.output, question.names))
        try:
            for by in [slip.variable] if slip.variable else question.graph.variables:
                first = derivative_of(question.function, by)
                yield program_text(first)
                yield f"{right} + ({program_text(first)})"
                yield program_text(derivative_of(first, by))
        except GradcliError:
            return
