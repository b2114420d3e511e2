"""Numbers in JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def json_number(value: Any) -> Any:
    """A number for JSON, which has no infinities and no nan: strings stand for them, as in Protocol Buffers' JSON.

    An array is nested lists of numbers.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [json_number(item) for item in value]
    if value is None or math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def json_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers for JSON, by name."""
    return {name: json_number(value) for name, value in values.items()}
