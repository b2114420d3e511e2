"""A Taylor polynomial as a line of text, for people, for LaTeX, for SymPy, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.algebra.taylor import Taylor
from gradcli.analysis.properties.remainder import Remainder
from gradcli.language.numbers import short_text
from gradcli.language.text import to_text
from gradcli.output.json import document, json_number
from gradcli.output.reports.calculus.derivatives import expression_text
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import TaylorRemainder, TaylorTerm


def taylor_line(found: Taylor, format: str, error: Remainder | None = None) -> str:
    """The polynomial in a format other than JSON, which can be fed back in; with its remainder, as a comment of that format."""
    text = expression_text(found.polynomial, format)
    if error is None:
        return text
    where = f"for {found.variable} from {short_text(error.low)} to {short_text(error.high)}"
    said = f"no bound was found {where}" if error.bound is None else f"off by at most {_upwards(error.bound)} {where}"
    return f"{text}  {'%' if format == 'latex' else '#'} {said}"


def taylor_json(found: Taylor, expression: str, error: Remainder | None = None) -> Iterator[str]:
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
        "remainder": None if error is None else _remainder_record(error),
    }
    return document("taylor", parts)


def _remainder_record(error: Remainder) -> TaylorRemainder:
    numbers = {"derivative_bound": error.derivative, "bound": error.bound}
    bounds = {name: None if value is None else json_number(value) for name, value in numbers.items()}
    ends = {"from": json_number(error.low), "to": json_number(error.high), "derivative_order": error.order}
    return {**ends, **bounds}  # type: ignore[typeddict-item]


def _upwards(number: float) -> str:
    """A number to three digits, rounded up."""
    text = f"{number:.3g}"
    return text if float(text) >= number else f"{number * 1.005:.3g}"
