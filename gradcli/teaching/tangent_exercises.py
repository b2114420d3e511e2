"""The answers to an exercise that asks for the tangent: the right line, and the lines that mistakes make."""

from __future__ import annotations

from gradcli.algebra.vector_fields import exact_at, linear, tangent
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Number
from gradcli.language.parser import parse, parse_expression
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.teaching.exercises import Exercise
from gradcli.teaching.reading.answers import number
from gradcli.teaching.tasks import TANGENT, task
from gradcli.typing import NamedTuple

_LONGEST = 70


class Lines(NamedTuple):
    """The right line, and wrong ones with the kinds of their mistakes."""

    right: str
    wrong: list[tuple[str, str]]


def tangent_lines(one: Exercise) -> Lines:
    """The tangent at the point of an exercise, and the lines of its wrong derivatives and of mistakes with tangents.

    Args:
        one: The exercise.

    Raises:
        GradcliError: It has several variables, or no tangent there.
    """
    if len(one.point) > 1:
        raise GradcliError(
            f"{one.expression} has several variables, and a tangent is a line",
            hint="leave out --ask tangent, or give one variable: --names x",
        )
    place: dict[str, Expression] = {name: number(str(value)) for name, value in one.point.items()}
    (name,) = place
    asked = task(one.expression, TANGENT, [name], at={name: float(one.point[name])})
    found = tangent(lower(parse(one.expression), StaticBuilder(Graph())), place)
    value, (slope,) = found.value, found.slopes
    lines: list[tuple[Expression | None, str]] = [
        (_of_slope(value, wrong.answer, place), wrong.kind) for wrong in one.distractors
    ]
    lines += [
        (slope, "tangent.slope_only"),
        (parse_expression(one.answer), "tangent.derivative"),
        (linear(None, [slope], place), "tangent.no_value"),
        (linear(value, [slope], {name: Number(0)}), "tangent.not_shifted"),
    ]
    texts: dict[str, str] = {}
    for line, kind in lines:
        text = "" if line is None else to_text(line)
        if text and len(text) <= _LONGEST and [reason.kind for reason in asked.mark(text).reasons[:1]] == [kind]:
            texts.setdefault(text, kind)
    return Lines(to_text(found.expression), list(texts.items()))


def _of_slope(value: Expression, derivative: str, place: dict[str, Expression]) -> Expression | None:
    """The line of a wrong derivative; None where that has no value at the point."""
    try:
        return linear(value, [exact_at(parse_expression(derivative), place)], place)
    except GradcliError:
        return None
