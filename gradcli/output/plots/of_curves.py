"""Curves and fields as charts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from gradcli.analysis.sampling.breaks import OSCILLATION, VERTICAL, Mark
from gradcli.analysis.sampling.curves import Curve, Curves
from gradcli.analysis.sampling.functions import vectors, with_derivatives
from gradcli.errors import GradcliError, said
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.numbers import short_text
from gradcli.ops.declaration.facts import END, JUMP, KINK, POLE, REMOVABLE
from gradcli.output.json import json_number
from gradcli.output.plots.chart import CURVE, POLE_LINE, TANGENT, Chart, Dot, Stroke, coloured
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.plots import MarkRecord

MOST_NOTES = 12
"""Marks that are told in words."""

_WORDS = {
    KINK: "kink",
    JUMP: "jump",
    POLE: "pole",
    VERTICAL: "vertical tangent",
    END: "domain end",
    REMOVABLE: "gap",
    OSCILLATION: "no limit",
}


class Touching(Frozen):
    """A tangent line.

    Attributes:
        curve: The number of the curve that it touches.
        place: Where.
        value: The value there.
        slope: The slope there.
        text: The line as an expression.
    """

    curve: int
    place: float
    value: float
    slope: float
    text: str


def tangents_at(
    graph: Graph, fixed: Mapping[str, float], found: Curves, place: float, names: Sequence[str]
) -> Iterator[Touching]:
    """The tangent of each function at a place.

    Args:
        graph: The graph of the functions.
        fixed: The value of each other variable.
        found: Their curves.
        place: The place.
        names: The functions as they were typed.

    Raises:
        GradcliError: One has no derivative there.
    """
    variable = found.variable
    computed = vectors(with_derivatives(graph, [(at, by) for at in range(len(names)) for by in ((), (variable,))]))
    results = [float(result[0]) for result in computed({**fixed, variable: place})]
    for at, curve in enumerate(found.curves):
        if curve.order:
            continue
        value, slope = results[2 * curve.function : 2 * curve.function + 2]
        where = f"{variable} = {short_text(place)}"
        said = next((_WORDS[mark.kind] for mark in curve.marks if mark.place == place), "")
        if said or not (math.isfinite(value) and math.isfinite(slope)):
            why = f"a {said} is there" if said else "it has no finite derivative there"
            raise GradcliError(f"{names[curve.function]} has no tangent at {where}: {why}", hint="choose another place")
        away = f"({variable} {'-' if place >= 0 else '+'} {short_text(abs(place))})" if place else variable
        line = f"{'-' if slope < 0 else '+'} {short_text(abs(slope))}*{away}" if slope else ""
        text = f"{short_text(value + 0.0)} {line}".rstrip()
        yield Touching(at, place, value, slope, text)


def curve_name(names: Sequence[str], curve: Curve, variable: str) -> str:
    """What a curve is called: the function, or its derivative."""
    name = names[curve.function]
    if not curve.order:
        return name
    order = "" if curve.order == 1 else {2: "²", 3: "³"}.get(curve.order, f"^{curve.order}")
    return f"d{order}/d{variable}{order} {name if name.isalnum() else f'({name})'}"


def chart_of_curves(found: Curves, names: Sequence[str], tangents: Sequence[Touching] = ()) -> Chart:
    """The chart of curves over one variable.

    Args:
        found: The curves.
        names: The functions as they were typed.
        tangents: Lines that touch them.
    """
    import numpy

    ends = float(found.places[0]), float(found.places[-1])
    low, high = found.window
    strokes: list[Stroke] = []
    dots: list[Dot] = []
    notes: list[str] = []
    poles: dict[float, None] = {}
    for number, curve in enumerate(found.curves):
        name = curve_name(names, curve, found.variable)
        colour, dash = coloured(number)
        strokes.append(Stroke(CURVE, curve.pieces(found.places), colour, dash, name))
        if not strokes[-1].pieces:
            notes.append(f"{name} has no value from {short_text(ends[0])} to {short_text(ends[1])}")
        for mark in curve.marks:
            notes.append(_noted(mark, name, found.variable))
            if mark.kind == POLE:
                poles[mark.place] = None
            dots += _dots(mark, colour, said(notes[-1]))
    for touching in tangents:
        y = touching.value + touching.slope * (numpy.array(ends) - touching.place)
        label = said(f"tangent at {found.variable} = {short_text(touching.place)}: {touching.text}")
        strokes.append(Stroke(TANGENT, [(numpy.array(ends), y)], *coloured(len(strokes)), label))
        dots.append(Dot(touching.place, touching.value, strokes[-1].colour, True, label))
    lines = [Stroke(POLE_LINE, [(numpy.array([place, place]), numpy.array([low, high]))], dash=2) for place in poles]
    if len(notes) > MOST_NOTES:
        notes[MOST_NOTES:] = [f"and {len(notes) - MOST_NOTES} more"]
    if found.unseen:
        notes.append(f"at {found.unseen:,} more places a curve may break: they were too many to look at")
    if found.apart is not None:
        notes.append(
            f"the expression takes long: of breaks nearer to each other than {short_text(found.apart)} some may be missing"
        )
    return Chart(", ".join(names), (found.variable, ""), ends, found.window, [*lines, *strokes], dots, notes)


def _dots(mark: Mark, colour: int, label: str) -> list[Dot]:
    """The dots of a mark: filled where the curve has the value, circles where it only comes to it."""
    sides = {side for side in (mark.left, mark.right) if side is not None and math.isfinite(side)}
    if mark.kind == POLE:
        return []
    dots = [Dot(mark.place, side, colour, False, label) for side in sorted(sides) if side != mark.value]
    return dots if mark.value is None else [*dots, Dot(mark.place, mark.value, colour, True, label)]


def _noted(mark: Mark, name: str, variable: str) -> str:
    """Where a mark of a curve is, and what a jump or a pole does at either side."""
    word, place = _WORDS[mark.kind], short_text(mark.place)
    if mark.kind in (KINK, VERTICAL) or mark.left is None or mark.right is None:
        return f"{word} of {name} at {variable} = {place}"
    left, right = short_text(mark.left), short_text(mark.right)
    if mark.kind == REMOVABLE:
        return f"{word} of {name} at {variable} = {place}, where it comes to {left}"
    return f"{word} of {name} at {variable} = {place}, from {left} to {right}"


def marks_of(curve: Curve) -> list[MarkRecord]:
    """The marks of a curve as records."""
    return [
        {
            "kind": mark.kind,
            "place": mark.place,
            "left": json_number(mark.left),
            "right": json_number(mark.right),
            "value": json_number(mark.value),
        }
        for mark in curve.marks
    ]
