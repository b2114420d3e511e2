"""Tables as people have them: CSV of any spreadsheet, in any encoding, with cells that are broken.

A row that is broken is a row of its own, which says what is wrong with it; none is lost, and none swallows the next ones.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence

from gradcli.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import AnyStr

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SPREADSHEETS = {"zh": "gb18030"}
"""In which encoding spreadsheets save CSV where people speak a language, if it is not Windows-1252."""

_DELIMITERS = ",;\t|"
_TEXT = ("\n", "\r")
_MOST_LINES = 200
"""Lines over which a quoted cell may go."""


class Line(NamedTuple):
    """A line of a file.

    Attributes:
        text: Its text, without its end.
        fault: What is wrong with its bytes; empty for nothing.
    """

    text: str
    fault: str = ""


class Record(NamedTuple):
    """A row of a table.

    Attributes:
        cells: Its cells.
        fault: Why they may not be what was meant; empty for nothing.
        notes: What else is to be said of them.
    """

    cells: list[str]
    fault: str = ""
    notes: tuple[str, ...] = ()


def lines_of(data: bytes, language: str = "en") -> list[Line]:
    """The lines of a file, in the encoding that its first bytes name, else UTF-8; else that in which spreadsheets save in a
    language, and a line that is not so either, is read as Windows-1252.

    Args:
        data: Its bytes.
        language: The language of the people whose file it is.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark) and encoding != "utf-8":
            return [_checked(text) for text in _split(data[len(mark) :].decode(encoding, "replace"), _TEXT)]
    data = data.removeprefix(codecs.BOM_UTF8)
    if data[1:2] == b"\0" or data[:1] == b"\0":  # UTF-16 without a mark: the first character of a table is ASCII
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        return [_checked(text) for text in _split(data.decode(encoding, "replace"), _TEXT)]
    try:
        return [Line(text) for text in _split(data.decode(), _TEXT)]
    except UnicodeDecodeError:
        pass
    encoding = _SPREADSHEETS.get(language, "")
    try:
        texts = _split(data.decode(encoding), _TEXT) if encoding else []
    except UnicodeDecodeError:
        texts = []
    if texts:
        fault = f"its bytes are no UTF-8, and are read as {encoding.upper()}"
        return [Line(text, "" if text.isascii() else fault) for text in texts]
    return [_line(line) for line in _split(data, (b"\n", b"\r"))]


def _split(text: AnyStr, ends: tuple[AnyStr, AnyStr]) -> list[AnyStr]:
    """Lines by line feeds, with or without carriage returns, or by these alone: other signs that end lines stand in answers."""
    feed, carriage = ends
    lines = text.replace(carriage + feed, feed).replace(carriage, feed).split(feed)
    return lines[:-1] if not lines[-1] else lines


def _checked(text: str) -> Line:
    return Line(text, "it has bytes that are no character" if "\ufffd" in text else "")


def _line(line: bytes) -> Line:
    try:
        return Line(line.decode())
    except UnicodeDecodeError:
        pass
    try:
        return Line(line.decode("cp1252"), "its bytes are no UTF-8, and are read as Windows-1252")
    except UnicodeDecodeError:
        return Line(line.decode("latin-1"), "its bytes are no UTF-8, and are read as Latin-1")


def delimiter_of(header: str) -> str:
    """What stands between the cells of a table: the sign that its first line has most often outside of quotes, else a comma."""
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def records_of(lines: Sequence[Line], delimiter: str) -> Iterator[Record]:
    """The rows of a table; lines without any character are none.

    A quoted cell may go on over lines where a quote ends it, with a delimiter or the end of a line behind it. Where none does,
    the quote was never closed, and its line is a row alone.

    Args:
        lines: Its lines.
        delimiter: What stands between cells.
    """
    at = 0
    while at < len(lines):
        record, used = _record(lines, at, delimiter)
        if record is not None:
            yield record
        at += used


def _record(lines: Sequence[Line], start: int, delimiter: str) -> tuple[Record | None, int]:
    """The row that begins with a line, and how many lines it has."""
    text, at = lines[start].text, start
    if not text.strip():
        return None, 1
    cells: list[str] = []
    fault, place = "", 0
    while True:
        if text[place : place + 1] != '"':
            end = text.find(delimiter, place)
            cells.append(text[place:] if end < 0 else text[place:end])
        else:
            found = _quoted(lines, at, place, delimiter)
            if found is None:
                end = -1
                cells.append(text[place:])
                fault = "a quote in its row is opened and not closed"
            else:
                cell, at, end = found
                text = lines[at].text
                cells.append(cell)
                end = end if end < len(text) else -1
        if end < 0:
            break
        place = end + 1
    notes = [lines[number].fault for number in range(start, at + 1)]
    if at > start:
        notes.append(f"its cells go over {at - start + 1} lines")
    return Record(cells, fault, tuple(dict.fromkeys(filter(None, notes)))), at - start + 1


def _quoted(lines: Sequence[Line], at: int, place: int, delimiter: str) -> tuple[str, int, int] | None:
    """A quoted cell: its text, the line in which it ends, and the place behind it there; None where it does not end well."""
    parts: list[str] = []
    place += 1
    last = min(len(lines), at + _MOST_LINES)
    while at < last:
        text = lines[at].text
        while (end := text.find('"', place)) >= 0:
            parts.append(text[place:end])
            if text[end + 1 : end + 2] == '"':
                parts.append('"')
                place = end + 2
            else:
                behind = end + 1 + len(text[end + 1 :]) - len(text[end + 1 :].lstrip(" "))
                return ("".join(parts), at, behind) if text[behind : behind + 1] in ("", delimiter) else None
        parts.append(text[place:] + "\n")
        at, place = at + 1, 0
    return None
