"""Numbers as people and as JSON read them."""

from __future__ import annotations

import math
from fractions import Fraction

from gradcli.language.numbers import number_text

SHORT_DIGITS = 6


def short(value: int | Fraction | float) -> str:
    """The number with six significant digits; whole numbers with all of theirs."""
    return number_text(value if is_short(value) else float(f"{value:.{SHORT_DIGITS}g}"))


def is_short(value: int | Fraction | float) -> bool:
    """Whether :func:`short` shows the number as it is."""
    if not isinstance(value, float) or not math.isfinite(value) or (value.is_integer() and abs(value) < 1e15):
        return True
    return float(f"{value:.{SHORT_DIGITS}g}") == value


def json_number(value: float | None) -> float | str | None:
    """The number for JSON, which has no infinities and no nan: strings stand for them, as in Protocol Buffers' JSON."""
    if value is None or math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
