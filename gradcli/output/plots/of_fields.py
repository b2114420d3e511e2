"""Fields as charts and as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gradcli.analysis.sampling.fields import Field
from gradcli.errors import said
from gradcli.language.numbers import short_text
from gradcli.output.json import document, json_number, json_numbers
from gradcli.output.plots.chart import ARROW, CONTOUR, Chart, Dot, Stroke
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.plots import FieldDocument

ARROWS = (16, 10)
"""Arrows from left to right and upwards."""


def chart_of_field(
    found: Field, name: str, strokes: Sequence[Stroke] = (), dots: Sequence[Dot] = (), notes: Sequence[str] = ()
) -> Chart:
    """The chart of a function of two variables: contours with their values, and arrows along the gradient.

    Args:
        found: The field.
        name: The function as it was typed.
        strokes: Further lines above.
        dots: Further dots.
        notes: What is said below.
    """
    ends = [(float(axis[0]), float(axis[-1])) for axis in (found.across, found.upwards)]
    lines: list[Stroke] = []
    labels: list[tuple[float, float, str]] = []
    for at, level in enumerate(found.levels):
        pieces = found.contour(level)
        if not pieces:
            continue
        lines.append(Stroke(CONTOUR, pieces, 0, label="" if lines else said(f"contours of {name}")))
        middles = [(float(x.mean()), float(y.mean())) for x, y in pieces]
        inside = [place for place in middles if all(_within(one, axis) for one, axis in zip(place, ends, strict=True))]
        if inside:
            labels.append((*inside[(at * 7 + len(inside) // 3) % len(inside)], short_text(level)))
    arrows = found.arrows(*ARROWS)
    if arrows:
        lines.append(Stroke(ARROW, arrows, 2, label=said("gradient, longer where it is larger")))
    if not lines:
        notes = [*notes, f"{name} has no contours here"]
    return Chart(name, found.variables, ends[0], ends[1], [*lines, *strokes], dots, notes, labels)


def _within(value: float, ends: tuple[float, float]) -> bool:
    """Whether a label has room around a place."""
    return abs(value - (ends[0] + ends[1]) / 2) < 0.46 * (ends[1] - ends[0])


def field_columns(found: Field, name: str) -> list[str]:
    """The heading of each column: the variables, the function, its derivatives."""
    return [*found.variables, name, *[f"d/d{variable} {name if name.isalnum() else f'({name})'}" for variable in found.variables]]


def field_rows(found: Field) -> Iterator[list[float]]:
    """A row for each place."""
    for y, *rows in zip(found.upwards.tolist(), found.values.tolist(), *[one.tolist() for one in found.slopes], strict=True):
        for x, *numbers in zip(found.across.tolist(), *rows, strict=True):
            yield [x, y, *numbers]


def field_json(found: Field, name: str, bindings: Mapping[str, float]) -> Iterator[str]:
    """The document of `gradcli plot --json` of two variables."""
    parts: FieldDocument = {
        "expression": name,
        "variables": list(found.variables),
        "bindings": json_numbers(bindings),
        "places": dict(zip(found.variables, (found.across.tolist(), found.upwards.tolist()), strict=True)),
        "values": json_number(found.values),
        "gradient": {variable: json_number(one) for variable, one in zip(found.variables, found.slopes, strict=True)},
        "levels": list(found.levels),
    }
    return document("field", parts)
