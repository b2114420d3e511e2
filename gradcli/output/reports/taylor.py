"""A Taylor polynomial as a line of text, for people, for LaTeX, for SymPy, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradcli.algebra.taylor import Taylor
from gradcli.language.text import to_text
from gradcli.output.json import document, json_number
from gradcli.output.reports.derivatives import expression_text

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import TaylorTerm


def taylor_line(found: Taylor, format: str) -> str:
    """The polynomial in a format other than JSON, which can be fed back in."""
    return expression_text(found.polynomial, format)


def taylor_json(found: Taylor, expression: str, *, ascii: bool = False) -> Iterator[str]:
    """The document of `gradcli taylor --json`."""
    terms: list[TaylorTerm] = [
        {"power": power, "coefficient": to_text(coefficient), "value": None if value is None else json_number(value)}
        for power, (coefficient, value) in enumerate(zip(found.coefficients, found.values, strict=True))
    ]
    parts = {
        "expression": expression,
        "variable": found.variable,
        "about": to_text(found.about),
        "order": len(terms) - 1,
        "polynomial": to_text(found.polynomial),
        "coefficients": terms,
        "warnings": [],
    }
    return document("taylor", parts, ascii=ascii)
