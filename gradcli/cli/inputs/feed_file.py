"""Rows of variables that a user feeds: CSV with the names in its first line, or JSON Lines, read piece by piece.

A piece is what a pipe has at the moment, or a part of a file, so that results come out while rows come in. Plain numbers, which
nearly all pieces have, are read all at once; a piece with anything else is read line by line, and a line that cannot be read is
an error of its own.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from gradcli.cli.framework.streams import MOST_BYTES, STDIN
from gradcli.cli.inputs.variables import SPECIAL, json_value, number
from gradcli.errors import ExitCode, GradcliError, visible
from gradcli.language.builder import identifier
from gradcli.language.parser import is_name

PIECE = 2**18
"""Bytes that are read at once."""

Row = dict[str, Any] | GradcliError
"""The values of a row, or why it cannot be read."""


class Piece(NamedTuple):
    """Some rows.

    Attributes:
        columns: The vector of each variable, where all its values are numbers; None where they are not.
        rows: The rows, where they are not in columns.
        bytes: How much of the input has been read by now.
    """

    columns: dict[str, Any] | None
    rows: Sequence[Row]
    bytes: int

    @property
    def size(self) -> int:
        """How many rows it has."""
        return len(self.rows) if self.columns is None else len(next(iter(self.columns.values())))


class Feed:
    """The rows of a file, or of standard input.

    Args:
        path: The file; ``-`` is standard input.

    Attributes:
        where: What messages call it.
        format: ``csv`` or ``jsonl``: a file that begins with a brace is JSON Lines.
        names: The variables: the columns of CSV, the keys of the first row of JSON Lines.

    Raises:
        GradcliError: It cannot be read, or does not say the names of the variables.
    """

    def __init__(self, path: str) -> None:
        self.where = "standard input" if path == STDIN else path
        self._path = path
        self._file = self._open(path)
        self._bytes = 0
        self._rest = b""
        self._pieces = self._blocks()
        try:
            self._first = next(self._pieces, [])
            if not self._first:
                raise GradcliError(f"{self.where} has no rows", hint="its first line names the variables: x,w")
            self.format = "jsonl" if self._first[0].lstrip().startswith("{") else "csv"
            self.names = self._keys(self._first[0]) if self.format == "jsonl" else self._header(self._first.pop(0))
        except GradcliError:
            self.close()
            raise

    def close(self) -> None:
        """Read no further."""
        if self._path != STDIN:
            self._file.close()

    def __iter__(self) -> Iterator[Piece]:
        """The rows, piece by piece.

        Raises:
            GradcliError: It cannot be read any further.
        """
        read = self._json_piece if self.format == "jsonl" else self._csv_piece
        if self._first:
            yield read(self._first)
        for lines in self._pieces:
            yield read(lines)

    # ---- lines ----

    def _open(self, path: str) -> BinaryIO:
        if path != STDIN:
            try:
                return open(path, "rb")
            except OSError as error:
                raise GradcliError(f"cannot read {self.where}: {error.strerror}") from None
        if sys.stdin is None:
            raise GradcliError("standard input is closed")
        return sys.stdin.buffer

    def _blocks(self) -> Iterator[list[str]]:
        """The lines that are not blank, as many at a time as can be had at once."""
        rest: list[bytes] = []
        size = 0
        encoding = "utf-8-sig"
        while True:
            block = self._read()
            end = block.rfind(b"\n") + 1
            size += len(block)
            if size > MOST_BYTES:
                raise GradcliError(f"{self.where} has a line of more than {MOST_BYTES // 2**20} MiB", exit_code=ExitCode.LIMIT)
            if not end and block:
                rest.append(block)
                continue
            lines = _lines(b"".join([*rest, block[:end]]), encoding)
            encoding = "utf-8"
            rest, size = [block[end:]], len(block) - end
            if lines:
                yield lines
            if not block:
                return

    def _read(self) -> bytes:
        try:
            block = self._file.read1(PIECE)  # type: ignore[attr-defined]
        except (OSError, ValueError) as error:
            raise GradcliError(f"cannot read {self.where}: {getattr(error, 'strerror', None) or error}") from None
        self._bytes += len(block)
        return bytes(block)

    # ---- CSV ----

    def _header(self, line: str) -> list[str]:
        cells = [cell.strip() for cell in next(csv.reader([line], skipinitialspace=True))]
        for cell in cells:
            if not is_name(cell):
                shown = f"{cell[:40]!r}" if cell else "an empty name"
                hint = "the first line names the variables, separated by commas: x,w"
                raise GradcliError(f"{self.where}: {shown} is no name of a variable", hint=hint)
        return self._unique([identifier(cell) for cell in cells])

    def _unique(self, names: list[str]) -> list[str]:
        twice = next((name for name, count in Counter(names).items() if count > 1), None)
        if twice is not None:
            raise GradcliError(f"{self.where} has two columns {twice}", hint="leave one out")
        return names

    def _csv_piece(self, lines: list[str]) -> Piece:
        import numpy

        names = self.names
        commas = len(names) - 1
        text = ",".join(lines)
        if text.isascii() and '"' not in text and "_" not in text and {line.count(",") for line in lines} == {commas}:
            try:
                numbers = numpy.fromiter(map(float, text.split(",")), numpy.float64).reshape(len(lines), len(names))
            except ValueError:  # which of them is no number is told line by line
                return Piece(None, [self._csv_row(line) for line in lines], self._bytes)
            return Piece({name: numbers[:, at].copy() for at, name in enumerate(names)}, (), self._bytes)
        return Piece(None, [self._csv_row(line) for line in lines], self._bytes)

    def _csv_row(self, line: str) -> Row:
        try:
            cells = next(csv.reader([line], skipinitialspace=True, strict=True))
            if len(cells) != len(self.names):
                return GradcliError(f"the row has {_counted(len(cells), 'cell')}, and there are {len(self.names)} columns")
            return {name: _value(cell.strip(), name) for name, cell in zip(self.names, cells, strict=True)}
        except csv.Error as error:
            return GradcliError(f"the row is not CSV: {error}")
        except GradcliError as error:
            return error

    # ---- JSON Lines ----

    def _keys(self, line: str) -> list[str]:
        row = self._object(line)
        if isinstance(row, GradcliError):
            raise GradcliError(f"{self.where}, row 1: {row.message}", hint='write an object a line: {"x": 2, "w": 1}')
        return self._unique([identifier(name) for name in row])

    def _object(self, line: str) -> dict[str, Any] | GradcliError:
        def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            found = dict(pairs)
            if len(found) < len(pairs):
                raise GradcliError("the row gives a variable twice")
            return found

        try:
            row = json.loads(line, object_pairs_hook=unique, parse_int=float)
        except json.JSONDecodeError as error:
            what = error.msg.removesuffix(" at")
            return GradcliError(f"the row is not JSON: {what} in column {error.colno}")
        except RecursionError:
            return GradcliError("the row is nested too deeply")
        except GradcliError as error:
            return error
        return row if isinstance(row, dict) else GradcliError("the row is no object of names and values")

    def _json_piece(self, lines: list[str]) -> Piece:
        import numpy

        names = self.names
        text = ",".join(lines)
        # an object a line, without texts among the values, has two quotation marks for each key
        if text.count('"') == 2 * len(names) * len(lines) and {line[0] + line[-1] for line in lines} == {"{}"}:
            try:
                objects = json.loads(f"[{text}]", parse_int=float)
                columns = {name: [row[name] for row in objects] for name in names}
            except (ValueError, KeyError, RecursionError):  # which line is wrong is told line by line
                return Piece(None, [self._json_row(line) for line in lines], self._bytes)
            if len(objects) == len(lines) and all(set(map(type, column)) == {float} for column in columns.values()):
                return Piece({name: numpy.array(column) for name, column in columns.items()}, (), self._bytes)
        return Piece(None, [self._json_row(line) for line in lines], self._bytes)

    def _json_row(self, line: str) -> Row:
        row = self._object(line)
        if isinstance(row, GradcliError):
            return row
        row = {identifier(name): value for name, value in row.items()}
        missing = [name for name in self.names if name not in row]
        if missing:
            return GradcliError(f"the row has no value for {', '.join(missing)}")
        if len(row) > len(self.names):
            known = set(self.names)
            unknown = next(name for name in row if name not in known)
            return GradcliError(f"the row has a value for {unknown}, which the first row has not")
        try:
            return {name: _checked(row[name], name) for name in self.names}
        except GradcliError as error:
            return error


def _lines(data: bytes, encoding: str) -> list[str]:
    text = data.decode(encoding, "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return [line for line in text.split("\n") if line and not line.isspace()]


def _value(cell: str, name: str) -> Any:
    """The value of a cell of CSV: a number, a constant expression, or an array in brackets."""
    if not cell:
        raise GradcliError(f"the row has no value for {name}")
    plain = _float(cell)
    return _of_text(cell, name) if plain is None else plain


def _float(cell: str) -> float | None:
    """The number that a cell is at first sight, as in a piece that is read all at once."""
    if not cell.isascii() or "_" in cell:
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def _checked(value: Any, name: str) -> Any:
    """The value of a key of JSON: a number, a text as in a cell of CSV, or lists of numbers."""
    if isinstance(value, str) and value not in SPECIAL:
        return _of_text(value, name)
    return json_value(value, name)


def _of_text(text: str, name: str) -> Any:
    """The value of a constant expression; rows do not name files."""
    if not text.startswith("@"):
        try:
            return number(text, name)
        except GradcliError:
            shown = visible(text if len(text) < 40 else f"{text[:40]}...")
            raise GradcliError(f"the value of {name} is no number: {shown}") from None
    raise GradcliError(f"the value of {name} is no number, and rows do not name files")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
