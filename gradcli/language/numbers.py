"""Numbers as text: the shortest form that reads back as the same number."""

from __future__ import annotations

import math
from fractions import Fraction

SHORT_DIGITS = 6
"""Significant digits of numbers that people read; JSON has all digits."""

_STR_BITS = 14_000
"""Length from which on Python's ``str`` refuses an integer, for fear of what it costs."""

_LONGEST = 400
"""Places up to which a fraction is looked at as a decimal."""


def number_text(value: int | Fraction | float) -> str:
    """The number as the language writes it: ``5``, ``0.5``, ``1/3``, ``1e-07``, ``nan``."""
    if isinstance(value, Fraction):
        return _decimal(value) or f"{_integer(value.numerator)}/{_integer(value.denominator)}"
    if isinstance(value, int):
        return _integer(value)
    if value.is_integer() and abs(value) < 1e16:
        return f"{value:.0f}"
    return repr(value)


def _integer(value: int) -> str:
    text = str(value) if value.bit_length() < _STR_BITS else _long(value)
    zeros = len(text) - len(text.rstrip("0"))
    return f"{text[:-zeros]}e{zeros}" if zeros > 15 else text


def _long(value: int) -> str:
    """The digits of an integer that is longer than ``str`` converts."""
    from decimal import Decimal

    return str(Decimal(value))


def _decimal(value: Fraction) -> str:
    """The fraction as a finite decimal of at most 17 digits; empty where it is none."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > _LONGEST:
        return ""
    digits = str(abs(value.numerator) * 10**places // value.denominator)
    if len(digits) > 17:
        return ""
    sign = "-" if value < 0 else ""
    if places - len(digits) >= 4:  # 0.00001 and smaller
        point = "." if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{point}{digits[1:]}e{len(digits) - 1 - places:+03d}"
    digits = digits.rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def short_text(value: int | Fraction | float) -> str:
    """The number with six significant digits; whole numbers with all of theirs."""
    if is_short(value):
        return number_text(value)
    text = f"{value:.{SHORT_DIGITS}g}"
    return text if "e" in text else number_text(float(text))  # 1.21933e+10, which 12193300000 would not be


def is_short(value: int | Fraction | float) -> bool:
    """Whether :func:`short_text` shows the number as it is."""
    if not isinstance(value, float) or not math.isfinite(value) or (value.is_integer() and abs(value) < 1e15):
        return True
    return float(f"{value:.{SHORT_DIGITS}g}") == value
