"""What a program prints, in words."""

from __future__ import annotations

from gradcli.language.numbers import number_text, short_text
from gradcli.lowering.builders.builder import Shown
from gradcli.output.json import json_number
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.schemas.programs import PrintedRecord


def printed_line(shown: Shown) -> str:
    """A line that a program prints: ``h = 5, x = 2``, and where there are texts, values alone: ``h is 5``."""
    if any(isinstance(part, str) for part in shown):
        return " ".join(part if isinstance(part, str) else _printed(part[1]) for part in shown)
    return ", ".join(f"{part[0]} = {_printed(part[1])}" for part in shown if not isinstance(part, str))


def _printed(value: Any) -> str:
    """A number with all its digits; of a large array the corners."""
    return number_text(value) if isinstance(value, float) else value_text(value)


def value_text(value: Any) -> str:
    """A value for people; what is no number stands as it is."""
    return value if isinstance(value, str) else short_text(value)


def printed_records(shown: Shown) -> list[str | PrintedRecord]:
    """A line that a program prints, as data: texts, and objects of what was asked for and its value."""
    return [
        part if isinstance(part, str) else {"of": part[0], "value": part[1] if isinstance(part[1], str) else json_number(part[1])}
        for part in shown
    ]
