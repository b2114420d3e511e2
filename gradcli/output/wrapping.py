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


def rows_of(text: str) -> list[str]:
    """The rows of a matrix as text, one below the other with its numbers aligned; any other text alone.

    Args:
        text: Such as ``[[1, 2], [-3, 4]]``.
    """
    if not text.startswith("[[") or not text.endswith("]]") or "[" in text[2:-2].replace("], [", ""):
        return [text]
    rows = [row.split(", ") for row in text[2:-2].split("], [")]
    if len(set(map(len, rows))) > 1:
        return [text]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [", ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [f"{' [' if at else '[['}{line}{'],' if at < len(lines) - 1 else ']]'}" for at, line in enumerate(lines)]


def wrapped_arrays(text: str, width: int, indent: str = "") -> list[str]:
    """The lines of a text with arrays in it: it ends between values, a matrix too wide between its rows, and no number is broken.

    Args:
        text: Such as ``y = sum(A) = 3   at A = [[1, 2], [0, 0]], x = 2``.
        width: How many columns a line may take.
        indent: What lines begin with, behind the first one.
    """
    lines = [""]
    rest = [(text, 0)]
    while rest:
        unit, level = rest.pop()
        line = lines[-1]
        fresh = f"{indent}{unit.strip()}"
        if columns(f"{line}{unit}".rstrip()) <= width:
            lines[-1] += unit
        elif level and line.strip() and columns(fresh) <= width and not unit.startswith("[["):
            lines[-1] = line.rstrip()
            lines.append(f"{indent}{unit.lstrip()}")
        elif level < len(_ENDS):
            rest += [(piece, level + 1) for piece in reversed(_split(unit, _ENDS[level]))]
        else:
            body = unit.rstrip(", ")
            if line.strip() and columns(line) + max(map(columns, rows_of(body))) > width:
                lines[-1] = line.rstrip()
                lines.append(indent)
            lines[-1:] = _array(lines[-1], body, width)
            lines[-1] += unit[len(body) :]
    return [line.rstrip() for line in lines]


_ENDS = ("   ", ", ", " ")
"""Behind what a line ends outside brackets, the best place first."""


def _split(text: str, end: str) -> list[str]:
    """The pieces of a text behind each such end that stands outside brackets."""
    pieces, depth, begin = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if not depth and text.startswith(end, at):
            pieces.append(text[begin : at + len(end)])
            begin = at + len(end)
    return [*pieces, text[begin:]] if begin < len(text) else pieces


def _array(line: str, text: str, width: int) -> list[str]:
    """The lines of what a line begins with and an array behind it, row by row, or number by number where a row is too wide."""
    margin = " " * columns(line)
    found: list[str] = []
    rows = rows_of(text)
    if columns(line) + max(map(columns, rows)) > width:  # aligned numbers would take more lines
        rows = [re.sub(r"(\S) +", r"\1 ", row).replace("[ ", "[") for row in rows]
    for row in rows:
        head = row[: len(row) - len(row.lstrip(" ["))]
        found += textwrap.wrap(
            row,
            width,
            initial_indent=margin if found else line,
            subsequent_indent=margin + " " * len(head),
            break_on_hyphens=False,
            break_long_words=False,
        )
    return found
