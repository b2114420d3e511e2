"""What a program prints, as lines of text."""

from __future__ import annotations

from typing import Any

from gradcli.language.numbers import number_text, short_text
from gradcli.lowering.builders import Shown


def printed_line(shown: Shown) -> str:
    """The line of a ``print``: ``h = 5, k = 6``; with a text among what is printed the values are bare: ``h is 5``."""
    texts = any(isinstance(part, str) for part in shown)
    parts = [part if isinstance(part, str) else _value(*part, bare=texts) for part in shown]
    return (" " if texts else ", ").join(parts)


def _value(text: str, value: Any, *, bare: bool) -> str:
    return _text(value) if bare else f"{text} = {_text(value)}"


def _text(value: Any) -> str:
    if value is None or isinstance(value, str | bool | tuple):
        return str(value)
    return short_text(value) if hasattr(value, "tolist") else number_text(value)
