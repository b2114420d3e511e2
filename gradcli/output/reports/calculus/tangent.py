"""A tangent as a line of text, for people, for LaTeX, for SymPy, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.algebra.vector_fields import Tangent
from gradcli.language.text import to_text
from gradcli.output.json import document
from gradcli.output.reports.calculus.derivatives import expression_text
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import TangentDocument


def tangent_line(found: Tangent, format: str, *, level: bool) -> str:
    """The tangent in a format other than JSON; of an equation it is one."""
    text = expression_text(found.expression, format)
    if not level:
        return text
    return f"Eq({text}, 0)" if format == "sympy" else f"{text} = 0"


def tangent_json(found: Tangent, expression: str, *, level: bool) -> Iterator[str]:
    """The document of `gradcli tangent --json`."""
    parts: TangentDocument = {
        "expression": expression,
        "point": {name: to_text(place) for name, place in found.point},
        "value": None if level else to_text(found.value),
        "gradient": {name: to_text(slope) for (name, _), slope in zip(found.point, found.slopes, strict=True)},
        "tangent": to_text(found.expression),
        "equation": level,
    }
    return document("tangent", parts)
