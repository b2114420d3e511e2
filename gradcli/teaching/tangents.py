"""Tangents as answers: a tangent is right where its value at the point and its slopes are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy

from gradcli.algebra.at_point import not_smooth
from gradcli.algebra.vector_fields import tangent
from gradcli.errors import GradcliError, no_value
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Group, Name, Operator, Output, Program
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.parts import Parts
from gradcli.teaching.marking.verdicts import Marked, Verdict, unreadable, with_note
from gradcli.teaching.numbers import Vector
from gradcli.teaching.question import graph_of, values_at
from gradcli.teaching.reading.answers import difference, number, read_line, with_names
from gradcli.teaching.wrong_answers.variants import close

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
        missing = [name for name in graph.variables if name not in at]
        if missing:
            raise no_value(missing, graph.spans[graph.variables[missing[0]]], f"name its place: --at {missing[0]}=1")
        why = not_smooth(graph, [(name,) for name in slopes], at)
        if why or not all(math.isfinite(one.question.right[-1]) for one in (value, *slopes.values())):
            raise GradcliError(f"there is no tangent{': ' if why else ''}{why}", hint="choose another point")
        self.graph = graph
        self.point = {name: number(str(at[name])) for name in graph.variables}
        self.place = {name: number(str(at[name])) for name in slopes}

    def right_text(self) -> str:
        """The right tangent; empty where it has no text."""
        try:
            found = tangent(self.graph, self.point, list(self.place))
        except GradcliError:
            return ""
        return to_text(found.expression)

    @cached_property
    def _right_line(self) -> str:
        """The right tangent as an equation."""
        text = self.right_text()
        return f"{self.question.names[self.question.graph.output]} = {text}" if text else ""

    def mark(self, answer: str) -> Marked:
        """The verdict on an answer: an expression, or any equation of the line.

        Args:
            answer: Text from outside, of any kind.
        """
        try:
            found, is_equation = read_line(answer, self.markers[0][0].names, self._is_linear)
            value, read_as = found.value, found.read_as
            parts = self._taken_apart(value, aside=is_equation)
            numbers = self._numbers(value)
            bent = self._is_bent(numbers, parts)
        except GradcliError as error:
            return unreadable(answer, error)
        note = "; ".join(found.notes)
        if (kind := self._known_mistake(numbers)) is not None:
            marked = self._whole(answer, read_as, kind)
        elif bent:
            said = f"a tangent is of first degree in {', '.join(self.place)}: the slopes are numbers"
            marked = Marked(answer, Verdict.WRONG, read_as, note=said, question=self.question)
        else:
            (height, *slopes) = self._each([parts])[0]
            marked = self._joined(answer, read_as, [[replace(height, reasons=()), *slopes]])  # mistakes are those of slopes
        return with_note(replace(marked, right=self._right_line), note)

    def _known_mistake(self, numbers: Vector) -> str | None:
        """The kind of mistake that makes another function of a tangent; None where there is none."""
        value, *markers = self.markers[0]
        points, height = self.question.point, value.question.right[-1]
        slopes = {name: one.question.right[-1] for name, one in zip(self.place, markers, strict=True)}
        rise = sum(slope * (points[name] - points[name][-1]) for name, slope in slopes.items())
        kinds = {
            "tangent.no_value": rise,
            "tangent.not_shifted": height + sum(slope * points[name] for name, slope in slopes.items()),
        }
        if len(markers) == 1:
            kinds |= {
                "tangent.slope_only": 0 * rise + slopes[next(iter(slopes))],
                "tangent.derivative": markers[0].question.right,
            }
        known = numpy.isfinite(numbers)
        wrong = known.any() and not close(numbers[known], (height + rise)[known])
        return next((kind for kind, own in kinds.items() if wrong and close(numbers[known], own[known])), None)

    def _taken_apart(self, value: Expression, *, aside: bool) -> list[Expression]:
        """The value at the point and the slopes of an answer; aside of the point where it may have a gap there."""
        base = dict.fromkeys(self.place, 1 if aside else 0)
        first = self._moved(value, base)
        slopes = [difference(self._moved(value, {**base, name: base[name] + 1}), first) for name in self.place]
        for slope in slopes if aside else ():
            first = difference(first, slope)
        return [first, *slopes]

    def _moved(self, value: Expression, steps: Mapping[str, int]) -> Expression:
        """An answer at the point, or at so many steps from it."""

        def change(node: Expression) -> Expression:
            if not isinstance(node, Name) or node.name not in self.place:
                return node
            place, step = self.place[node.name], steps.get(node.name, 0)
            return Group(Operator("+", (place, number(str(step))))) if step else place

        return Group(mapped(value, change))

    def _numbers(self, value: Expression) -> Vector:
        """The values of an expression at the points."""
        return values_at(graph_of(Program((Output(value),))), self.question.point)

    def _is_linear(self, value: Expression, name: str) -> bool:
        """Whether an expression is of first degree in a name."""
        at_0, at_1, at_2 = (self._numbers(with_names(value, {name: number(at)})) for at in "012")
        known = numpy.isfinite(at_0) & numpy.isfinite(at_1) & numpy.isfinite(at_2)
        with numpy.errstate(all="ignore"):
            same = numpy.abs(at_2 - 2 * at_1 + at_0) <= _LINEAR * (numpy.abs(at_0) + numpy.abs(at_1) + numpy.abs(at_2))
        return bool(known.any() and same[known].all() and (at_0 != at_1)[known].all())

    def _is_bent(self, numbers: Vector, parts: Sequence[Expression]) -> bool:
        """Whether an answer is no function of first degree."""
        points = self.question.point
        first, *slopes = [self._numbers(one) for one in parts]
        places = {name: self._numbers(place) for name, place in self.place.items()}
        known = numpy.isfinite(numbers)
        with numpy.errstate(all="ignore"):
            rises = [slope * (points[name] - place) for slope, (name, place) in zip(slopes, places.items(), strict=True)]
            off = numpy.abs(numbers - first - sum(rises))
            size = numpy.abs(numbers) + numpy.abs(first) + sum(numpy.abs(rise) for rise in rises)
        return not bool(known.any() and numpy.all((off <= _LINEAR * size)[known]))
