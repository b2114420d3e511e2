"""Numbers in JSON."""

from __future__ import annotations

import math


def json_number(value: float | None) -> float | str | None:
    """The number for JSON, which has no infinities and no nan: strings stand for them, as in Protocol Buffers' JSON."""
    if value is None or math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
