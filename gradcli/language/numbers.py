"""Numbers as text: the shortest form that reads back as the same number."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from gradcli.typing import Any

SPELLED: dict[str, str] = {}
"""How the text of a call writes what can be written in several ways, which answers write so, too: functions that have several
names, by the name that trees have, ``{"log": "ln"}``, or :data:`POWER_OF_E`; and under :data:`HALF` numbers like a half, as
fractions or as decimals."""

POWER_OF_E = "e^"
"""What :data:`SPELLED` has for the exponential function where it is written as a power of e."""

HALF = "1/2"
"""What :data:`SPELLED` has numbers under that are fractions and finite decimals: itself, or another text for decimals."""


def as_typed(write: Callable[[], str]) -> str:
    """What a function writes of a tree as it was read: the numbers in it that are no fractions were typed as decimals."""
    half = SPELLED.pop(HALF, None)
    try:
        return write()
    finally:
        if half is not None:
            SPELLED[HALF] = half


SHORT_DIGITS = 6
"""Significant digits of numbers that people read; JSON has all digits."""

BRIEF_DIGITS = 3
"""Significant digits of the elements of arrays in boxes."""

BRIEF_COLUMNS = 24
"""Characters up to which a box has an array whole."""

_STR_BITS = 14_000
"""Length from which on Python's ``str`` refuses an integer, for fear of what it costs."""

LARGEST_DENOMINATOR = 128
"""The largest denominator of a fraction that is written as one although it is a finite decimal."""

_LONGEST = 400
"""Places up to which a fraction is looked at as a decimal."""


_LONGEST_WHOLE = 40
"""Characters of whole numbers that people still write."""

_LONGEST_FRACTION = 22
"""The same of fractions and decimals."""

SHOWN_ELEMENTS = 9
"""Elements up to which an array is shown whole to people."""


def number_text(value: Any) -> str:
    """A number as the language writes it: ``5``, ``0.5``, ``1/3``, ``1e-07``, ``nan``; an array as ``[[1, 2], [3, 4]]``.

    The zero that IEEE 754 calls negative is 0.
    """
    if type(value) is int:
        return _integer(value)
    if hasattr(value, "tolist"):
        return _empty(value) or _nested(value.tolist(), number_text)
    if isinstance(value, Fraction) and value.denominator > 1:
        return _decimal(value, f"{_integer(value.numerator)}/{_integer(value.denominator)}")
    if isinstance(value, int | Fraction):
        return _integer(value.numerator)
    if value.is_integer() and abs(value) < 1e16:
        return f"{value:.0f}" if value else "0"
    return repr(value)


def is_unwieldy(value: Any) -> bool:
    """Whether an exact number is longer than people write: a whole one beyond 40 digits, 199...9/2e323 and the like."""
    if not isinstance(value, int | Fraction) or value.numerator.bit_length() + value.denominator.bit_length() < 57:
        return False  # no more than 17 digits
    return len(number_text(value)) > (_LONGEST_WHOLE if value.denominator == 1 else _LONGEST_FRACTION)


def longer_than(result: Any, operands: Sequence[Any]) -> bool:
    """Whether an exact number is longer than an operation on some, each with an operator before it."""
    return len(number_text(result)) > sum(len(number_text(operand)) + 1 for operand in operands)


def _integer(value: int) -> str:
    text = str(value) if value.bit_length() < _STR_BITS else _long(value)
    zeros = len(text) - len(text.rstrip("0"))
    return f"{text[:-zeros]}e{zeros}" if zeros > 15 else text


def _long(value: int) -> str:
    """The digits of an integer that is longer than ``str`` converts."""
    from decimal import Decimal

    return str(Decimal(value))


def _decimal(value: Fraction, fraction: str) -> str:
    """A number as a finite decimal, of at most 17 digits or as short as it is as a fraction; as that where it is none.

    Where the text that is answered writes no decimals, small fractions are written as fractions.
    """
    if value.denominator <= LARGEST_DENOMINATOR and SPELLED.get(HALF) == HALF:
        return fraction
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > _LONGEST:
        return fraction
    digits = str(abs(value.numerator) * 10**places // value.denominator)
    if max(len(digits), 17) > max(len(fraction) - 2, 17):
        return fraction
    sign = "-" if value < 0 else ""
    if places - len(digits) >= 4:  # 0.00001 and smaller
        point = "." if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{point}{digits[1:]}e{len(digits) - 1 - places:+03d}"
    digits = digits.rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _empty(array: Any) -> str:
    """An array without elements whose lists would not tell its shape: ``zeros(0, 3)``; empty text for any other."""
    return "" if 0 not in array.shape[:-1] else f"zeros({', '.join(map(str, array.shape))})"


def _nested(items: Any, text: Callable[[Any], str]) -> str:
    """Nested lists as a literal. They are as deep as an array has axes."""
    if not isinstance(items, list):
        return text(items)
    return f"[{', '.join([_nested(item, text) for item in items])}]"


def short_text(value: Any) -> str:
    """A number with six significant digits, whole ones with all of theirs; of a large array the corners, as in NumPy."""
    if hasattr(value, "tolist"):
        return _abbreviated(value)
    if is_short(value):
        return number_text(value)
    text = f"{value:.{SHORT_DIGITS}g}"
    return text if "e" in text else number_text(float(text))  # 1.21933e+10, which 12193300000 would not be


def _abbreviated(array: Any) -> str:
    """An array in one line: ``[1, 2, 3]``; of a long axis the ends."""
    if array.size <= SHOWN_ELEMENTS or array.ndim == 0:
        return _empty(array) or _nested(array.tolist(), short_text)
    return _corners(array)


def _corners(part: Any) -> str:
    """A part of an array: of a long axis two at each end. It is as deep as the array has axes."""
    if part.ndim == 0:
        return short_text(float(part))
    ends = [*map(_corners, part)] if len(part) <= 4 else [*map(_corners, part[:2]), "...", *map(_corners, part[-2:])]
    return f"[{', '.join(ends)}]"


def brief_text(value: Any) -> str:
    """A number as :func:`short_text` has it; of an array no more than fits into a small box: ``[[0.114 … -0.563]]``."""
    text = short_text(value)
    if not hasattr(value, "tolist") or value.size == 0 or len(text) <= BRIEF_COLUMNS:
        return text
    if value.size <= SHOWN_ELEMENTS:
        text = _nested(value.tolist(), _briefly)
        if len(text) <= BRIEF_COLUMNS:
            return text
    first, last = _briefly(float(value.flat[0])), _briefly(float(value.flat[-1]))
    return f"{'[' * value.ndim}{first} … {last}{']' * value.ndim}"


def _briefly(value: float) -> str:
    text = f"{value:.{BRIEF_DIGITS}g}"
    return text if "e" in text or not math.isfinite(value) else number_text(float(text))


def is_exact(array: Any) -> bool:
    """Whether :func:`short_text` shows an array as it is."""
    return array.size <= SHOWN_ELEMENTS and all(map(is_short, array.ravel().tolist()))


def is_short(value: int | Fraction | float) -> bool:
    """Whether :func:`short_text` shows the number as it is."""
    if not isinstance(value, float) or not math.isfinite(value) or (value.is_integer() and abs(value) < 1e15):
        return True
    return float(f"{value:.{SHORT_DIGITS}g}") == value
