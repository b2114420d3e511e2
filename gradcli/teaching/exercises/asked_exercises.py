"""The answers to an exercise that asks for more than the derivative: the right one, and those that mistakes make."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

from gradcli.algebra.vector_fields import exact_at, linear, tangent
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Number
from gradcli.language.parser import parse, parse_expression
from gradcli.language.program_text import one_line
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.teaching.exercises.exercises import MOST_WRONG, Exercise, Source, wrong_derivatives
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.parts import Parts
from gradcli.teaching.marking.words import right_text, solution
from gradcli.teaching.reading.answers import number
from gradcli.teaching.tangents import TangentParts
from gradcli.teaching.tasks import DERIVATIVE, GRADIENT, HESSIAN, JACOBIAN, NUMBER, TANGENT, VALUE, task
from gradcli.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gradcli.teaching.tasks import AnyMarker

_LONGEST = 120
_FEWEST = 2
_OF_A_PART = 2
"""Wrong answers that differ from the right one in the same part."""


class Answers(NamedTuple):
    """The answers to a question.

    Attributes:
        expression: What is asked about.
        right: The right answer; a number with all of its digits.
        wrong: Wrong ones, with the kinds of their mistakes.
        solution: The lines of a way to the right answer.
    """

    expression: str
    right: str
    wrong: list[tuple[str, str]]
    solution: Sequence[str]


@lru_cache(maxsize=2_000)
def answers_to(one: Exercise, ask: str) -> Answers:
    """The answers to an exercise.

    Args:
        one: The exercise.
        ask: What it asks for; see :func:`~gradcli.teaching.tasks.task`.

    Raises:
        GradcliError: It has no such answer.
    """
    if len(one.point) > 1 and ask == TANGENT:
        raise GradcliError(
            f"{one_line(one.expression)} has several variables, and a tangent is a line",
            hint="leave out --ask tangent, or give one variable: --names x",
        )
    if len(one.point) < 2 and ask == GRADIENT:
        raise GradcliError(
            f"{one_line(one.expression)} has one variable, and so no gradient",
            hint="leave out --ask gradient, or give several variables: --names x,w",
        )
    at = {name: float(value) for name, value in one.point.items()} if ask in (VALUE, TANGENT) else None
    marker = task(one.expression, ask, list(one.point), at=at)
    lines = one.solution if isinstance(marker, TangentParts) else solution(marker.question)
    if isinstance(marker, TangentParts):
        right, made = marker.right_text(), _tangents(one)
    elif isinstance(marker, Parts):
        right, made, lines = marker.right_text(), _in_one_part(marker), _lines(marker)
    elif ask == VALUE:
        right, made = repr(float(marker.question.right[-1])), _values(marker)
    else:
        right, made = right_text(marker.question), ((text, kind) for text, kind, _ in _of_derivative(marker))
    return Answers(marker.question.expression if ":" in ask else one.expression, right, _told(marker, made), lines)


def is_fit(one: Exercise, ask: str, variables: Sequence[str]) -> bool:
    """Whether an exercise that was drawn can ask for this: with all of the variables where it is a gradient.

    Args:
        one: The exercise.
        ask: What it would ask for.
        variables: The variables that exercises may have.
    """
    if ask in (DERIVATIVE, NUMBER, JACOBIAN, TANGENT):
        return True
    if ask in (GRADIENT, HESSIAN) and len(one.point) < len(variables):
        return False
    try:
        return len(answers_to(one, ask).wrong) >= (_FEWEST if ask != VALUE else 1)
    except GradcliError:
        return False


def _told(marker: AnyMarker, made: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of some wrong answers that are marked with their kind, each kind once, as many as there may be."""
    found: dict[str, str] = {}
    for text, kind in made:
        if len(found) < MOST_WRONG and kind not in found and 0 < len(text) <= _LONGEST:
            first = next(iter(marker.mark(text).reasons), None)
            if first is not None and first.kind == kind:
                found[kind] = text
    return [(text, kind) for kind, text in found.items()]


def _of_derivative(marker: AnyMarker) -> list[tuple[str, str, str]]:
    return wrong_derivatives(marker, Source(1)) if isinstance(marker, Marker) else []


def _values(marker: AnyMarker) -> Iterator[tuple[str, str]]:
    """Wrong values at the point."""
    table = marker.table if isinstance(marker, Marker) else None
    for row, slips in zip(table.matrix, table.slips, strict=True) if table else ():
        if math.isfinite(row[-1]):
            yield repr(float(row[-1])), slips[0].kind


def _lines(marker: Parts) -> list[str]:
    """A way to each part."""
    found: list[str] = []
    for row, names in zip(marker.markers, marker.part_names, strict=True):
        for own, name in zip(row, names, strict=True):
            found += [f"{name}: y = {one_line(own.question.expression)}", *solution(own.question)]
    return found


def _in_one_part(marker: Parts) -> Iterator[tuple[str, str]]:
    """Answers of several parts of which one is wrong; then the right parts in another order."""
    right = [[right_text(own.question) for own in row] for row in marker.markers]
    if not all(map(all, right)):
        raise GradcliError("a derivative has no text of one line", hint="ask for less")
    places = [(row, column) for row, own in enumerate(right) for column in range(len(own))]
    wrong = [_of_derivative(marker.markers[row][column])[:_OF_A_PART] for row, column in places]
    for turn in range(_OF_A_PART):
        for (row, column), own in zip(places, wrong, strict=True):
            if turn < len(own):
                parts = [list(line) for line in right]
                parts[row][column] = own[turn][0]
                yield marker.written(parts), own[turn][1]
    if marker.vector:
        yield marker.written([right[0][::-1]]), "array.order"
    else:
        yield marker.written(list(zip(*right, strict=True))), "array.transposed"


def _tangents(one: Exercise) -> Iterator[tuple[str, str]]:
    """The lines of wrong derivatives, and those of mistakes with tangents."""
    place: dict[str, Expression] = {name: number(str(value)) for name, value in one.point.items()}
    found = tangent(lower(parse(one.expression), StaticBuilder(Graph())), place)
    value, (slope,) = found.value, found.slopes
    yield to_text(slope), "tangent.slope_only"
    yield one.answer, "tangent.derivative"
    yield to_text(linear(None, [slope], place)), "tangent.no_value"
    yield to_text(linear(value, [slope], dict.fromkeys(place, Number(0)))), "tangent.not_shifted"
    for wrong in one.distractors:
        try:
            own = exact_at(parse_expression(wrong.answer), place)
            yield to_text(linear(value, [own], place)), wrong.kind
        except GradcliError:
            continue  # it has no value at the point
