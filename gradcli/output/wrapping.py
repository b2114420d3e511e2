"""Text in lines of a width, where signs of Chinese take two columns and a line may end behind any of them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from gradcli.errors import columns

_WIDE = "\u2e80-\uffef"
_UNIT = re.compile(rf"\s+|[（“《「]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[，。、：；？！）”》」]*")
"""What stays in one line: a word, or a sign with the punctuation that belongs to it."""


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """The lines of a text, none for an empty one.

    Args:
        text: The text, without line breaks.
        width: How many columns a line may take.
        indent: What lines begin with, behind the first one.
    """
    if columns(text) == len(text):
        return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)
    return [line.rstrip() for line in _lines(text, width, indent)]


def _lines(text: str, width: int, indent: str) -> Iterator[str]:
    line = ""
    for unit in _UNIT.findall(text):
        if columns(f"{line}{unit}".rstrip()) > width and line.strip():
            yield line
            line, unit = indent, unit.lstrip()
        line += unit
    yield line
