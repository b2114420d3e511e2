"""Tangents as answers: a tangent is right where its value at the point and its slopes are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy

from gradcli.algebra.at_point import not_smooth
from gradcli.algebra.vector_fields import tangent
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Group, Name, Operator, Output, Program
from gradcli.language.parser import parse
from gradcli.language.rewrite import mapped
from gradcli.language.statements import expressions
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.teaching.marking import Marked, Marker, Verdict, read_answer, unreadable
from gradcli.teaching.parts import Parts
from gradcli.teaching.question import graph_of, values_at

_LINEAR = 1e-9


class TangentParts(Parts):
    """Marks tangents: the function of first degree in the variables is taken apart into its value at the point and its slopes.

    Args:
        program: The expression, or program, of the question.
        at: The point.
        value: What marks the value there.
        slopes: What marks the slope by each of its variables.

    Raises:
        GradcliError: There is no tangent at the point.
    """

    def __init__(self, program: Program, at: Mapping[str, float], value: Marker, slopes: Mapping[str, Marker]) -> None:
        titles = ["the value at the point", *[f"the slope by {name}" for name in slopes]]
        super().__init__([[value, *slopes.values()]], [titles], vector=True)
        graph = lower(program, StaticBuilder(Graph()))
        why = not_smooth(graph, [(name,) for name in slopes], at)
        if why or not all(math.isfinite(one.question.right[-1]) for one in (value, *slopes.values())):
            raise GradcliError(f"there is no tangent{': ' if why else ''}{why}", hint="choose another point")
        self.graph = graph
        self.place = {name: _number(at[name]) for name in slopes}

    def right_text(self) -> str:
        """The right tangent; empty where it has no text."""
        try:
            found = tangent(self.graph, self.place)
        except GradcliError:
            return ""
        return to_text(found.expression)

    def mark(self, answer: str) -> Marked:
        """The verdict on an answer.

        Args:
            answer: Text from outside, of any kind.
        """
        try:
            value, read_as, _ = read_answer(answer, self.markers[0][0].names)
            first = self._moved(value, {})
            parts = [first, *[Operator("-", (self._moved(value, {name: "1"}), first)) for name in self.place]]
            bent = self._is_bent(value, parts)
        except GradcliError as error:
            return unreadable(answer, error)
        if bent:
            note = f"a tangent is of first degree in {', '.join(self.place)}: the slopes are numbers"
            return Marked(answer, Verdict.WRONG, read_as, note=note, question=self.question)
        (height, *slopes) = self._each([parts])[0]
        return self._joined(answer, read_as, [[replace(height, reasons=()), *slopes]])  # mistakes are those of slopes

    def _moved(self, value: Expression, steps: Mapping[str, str]) -> Expression:
        """An answer at the point, or at so many steps from it."""

        def change(node: Expression) -> Expression:
            if not isinstance(node, Name) or node.name not in self.place:
                return node
            place, step = self.place[node.name], steps.get(node.name)
            return Group(Operator("+", (place, _number(step))) if step else place)

        return Group(mapped(value, change))

    def _is_bent(self, value: Expression, parts: Sequence[Expression]) -> bool:
        """Whether an answer is no function of first degree."""
        first, *slopes = parts
        points = self.question.point
        numbers = [values_at(graph_of(Program((Output(one),))), points) for one in (value, first, *slopes)]
        rises = [
            slope * (points[name] - values_at(graph_of(Program((Output(place),))), points))
            for slope, (name, place) in zip(numbers[2:], self.place.items(), strict=True)
        ]
        with numpy.errstate(all="ignore"):
            off = numpy.abs(numbers[0] - numbers[1] - sum(rises))
            size = numpy.abs(numbers[0]) + numpy.abs(numbers[1]) + sum(numpy.abs(rise) for rise in rises)
        return not bool(numpy.all(off <= _LINEAR * size))


def _number(number: float | str) -> Expression:
    """A number as an expression."""
    return Group(expressions(parse(str(number)).statements[0])[0])
