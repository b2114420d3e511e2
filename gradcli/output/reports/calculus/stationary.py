"""Stationary points as lines of text, for people, for LaTeX, for SymPy, and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isinf

from gradcli.algebra.stationary import Stationary
from gradcli.language.ast import Name, Number
from gradcli.language.numbers import number_text, short_text
from gradcli.language.text import to_text
from gradcli.output.json import document, json_number
from gradcli.output.reports.calculus.derivatives import expression_text
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import StationaryRecord


def stationary_lines(found: Sequence[Stationary], variable: str, format: str, *, alone: bool) -> Iterator[str]:
    """A line for each point in a format other than JSON, or its place alone."""
    name = expression_text(Name(variable), format)
    for point in found:
        if point.place is None or point.value is None:
            if alone:
                yield number_text(point.number)
                continue
            low, high = (short_text(float(end)) for end in point.interval)
            if low == high:
                low, high = (number_text(float(end)) for end in point.interval)
            yield f"{point.kind} at {name} = {number_text(point.number)}: {_height(point.height)}  # between {low} and {high}"
            continue
        texts = [expression_text(expression, format) for expression in (point.place, point.value)]
        if alone:
            yield texts[0]
            continue
        near = "" if isinstance(point.place, Number) else f"  # {short_text(point.number)}, {short_text(point.height)}"
        yield f"{point.kind} at {name} = {texts[0]}: {texts[1]}{near}"


def _height(height: float) -> str:
    """A number, or that it is beyond the floats."""
    if not isinf(height):
        return number_text(height)
    most = number_text(sys.float_info.max)
    return f"above {most}" if height > 0 else f"below -{most}"


def stationary_json(found: Sequence[Stationary], variable: str, expression: str) -> Iterator[str]:
    """The document of `gradcli stationary --json`."""
    points: list[StationaryRecord] = [
        {
            "kind": point.kind,
            "place": None if point.place is None else to_text(point.place),
            "value": None if point.value is None else to_text(point.value),
            "place_number": json_number(point.number),
            "value_number": json_number(point.height),
            "interval": [_exact(point.interval[0]), _exact(point.interval[1])],
        }
        for point in found
    ]
    return document("stationary", {"expression": expression, "variable": variable, "points": points})


def _exact(number: Fraction) -> str:
    return str(number)
