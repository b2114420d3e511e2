"""Tables of text, a row a line, read piece by piece.

A piece is what a pipe has at the moment, or a part of a file, so that results come out while rows come in.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain

from gradcli.data.tables.pieces import STDIN, Partition, Piece, Reading, Table, Wanted
from gradcli.data.tables.stores import size_of
from gradcli.errors import ExitCode, GradcliError
from gradcli.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

MOST_BYTES = 64 * 2**20
"""The longest line that is read."""

_PIPED = 2**18
"""Bytes of a pipe that are read at once."""

_BROKEN = re.compile("[\udc80-\udcff]")
"""A byte that is no text in UTF-8."""

_MOST_LINES = 200
"""Lines over which a quoted cell may go."""


class Stretch(NamedTuple):
    """A part of a file of text: from one byte to another, with so many rows."""

    start: int
    stop: int
    rows: int


class TextTable(Table):
    """A table of text.

    Args:
        file: What it stands in, without compression.
        partition: Where it is, and which part of it is meant, behind the names of its columns.
        reading: How it is read.

    Raises:
        GradcliError: It cannot be read, or does not say the names of its columns.
    """

    quoted = False
    """Whether the first line has the names alone, and a row may go on over lines, in quotation marks."""

    def __init__(self, file: BinaryIO, partition: Partition, reading: Reading) -> None:
        self.where = "standard input" if partition.path == STDIN else partition.path
        self.reading = reading
        self._file = file
        self._piped = partition.path == STDIN
        self._done = 0
        self._left: int | None = None  # bytes up to the end of the part that is meant
        self._lines = self._blocks()
        self.size = size_of(partition.path)
        try:
            self._first = next(self._lines, [])
            if not self._first:
                raise GradcliError(f"{self.where} has no rows", hint="its first line names the variables: x,w")
            self.names = self._head()
            if partition.stop is not None:
                self._file.seek(partition.start)
                self._left = partition.stop - partition.start
                self._first, self._lines = [], self._blocks()
        except GradcliError:
            self.close()
            raise

    def close(self) -> None:
        if not self._piped:
            self._file.close()

    def pieces(self, wanted: Wanted) -> Iterator[Piece]:
        for lines in chain([self._first] if self._first else [], self._lines):
            broken = [] if all(map(str.isascii, lines)) else [at for at, line in enumerate(lines) if _BROKEN.search(line)]
            if not broken:
                yield self._piece(lines, wanted)
                continue
            shown = {at: lines[at].encode("utf-8", "surrogateescape").decode("utf-8", "replace") for at in broken}
            piece = self._piece([shown.get(at, line) for at, line in enumerate(lines)], wanted)
            faults = dict.fromkeys(broken, GradcliError("the row is not UTF-8"))
            rows = [faults.get(at, row) for at, row in enumerate(piece.rows)]
            yield piece._replace(
                rows=rows, faults={**piece.faults, **({} if piece.columns is None else faults)}, raw={**piece.raw, **shown}
            )

    def count(self) -> int:
        """How many rows are left; none is, after it."""
        return len(self._first) + sum(map(len, self._lines))

    def _head(self) -> list[str]:
        """The names of the columns; the rows are what is left of the first lines."""
        raise NotImplementedError

    def _piece(self, lines: Sequence[str], wanted: Wanted) -> Piece:
        raise NotImplementedError

    def _blocks(self) -> Iterator[list[str]]:
        """The lines that are not blank, as many at a time as can be had at once."""
        rest: list[bytes] = []
        size = 0
        encoding = "utf-8-sig"
        open_: list[str] = []  # lines of a quoted cell that goes on
        while True:
            block = self._read()
            end = block.rfind(b"\n") + 1
            size += len(block)
            if size > MOST_BYTES:
                raise GradcliError(f"{self.where} has a line of more than {MOST_BYTES // 2**20} MiB", exit_code=ExitCode.LIMIT)
            if not end and block:
                rest.append(block)
                continue
            data = b"".join([*rest, block[:end]])
            lines = lines_of(data, encoding)
            encoding = "utf-8"
            rest, size = [block[end:]], len(block) - end
            if self.quoted and (open_ or b'"' in data):
                lines, open_ = _joined([*open_, *lines], last=not block)
            lines = [line for line in lines if line and not line.isspace()]
            if lines:
                yield lines
            if not block:
                return

    def _read(self) -> bytes:
        most = _PIPED if self._piped else self.reading.bytes
        if self._left is not None:
            most = min(most, self._left)
        try:
            block = bytes(self._file.read1(most)) if most else b""  # type: ignore[attr-defined]
        except (OSError, ValueError, EOFError, zlib.error) as error:
            raise GradcliError(f"cannot read {self.where}: {getattr(error, 'strerror', None) or error}") from None
        if self._left is not None:
            self._left -= len(block)
        self._done = self._done + len(block) if self._piped or self.size is None else self._file_position(len(block))
        return block

    def _file_position(self, read: int) -> int:
        """How much of the file has been read; of a compressed one as it lies there."""
        raw = getattr(self._file, "fileobj", None)
        return int(raw.tell()) if raw is not None else self._done + read


def lines_of(data: bytes, encoding: str) -> list[str]:
    """The lines of some bytes, blank ones too."""
    text = data.decode(encoding, "surrogateescape")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def _joined(lines: Sequence[str], *, last: bool) -> tuple[list[str], list[str]]:
    """Lines with the cells that go over several of them put together, and the lines of one that goes on.

    A quotation mark that nothing closes makes a bad row of its line alone, and takes no other with it.

    Args:
        lines: The lines; the last one, which a line feed ends, is empty.
        last: Whether no more come.
    """
    found: list[str] = []
    at, end = 0, len(lines) if last else len(lines) - 1
    while at < end:
        stop, quotes = at + 1, lines[at].count('"')
        while quotes % 2 and stop < min(end, at + _MOST_LINES):
            quotes += lines[stop].count('"')
            stop += 1
        if quotes % 2:
            if not last and stop == end < at + _MOST_LINES:
                return found, list(lines[at:end])
            stop = at + 1
        found.append("\n".join(lines[at:stop]))
        at = stop
    return found, []


def stretches(file: BinaryIO, where: str, *, header: bool, most: int) -> list[Stretch] | None:
    """The parts into which a file of text falls; None where a quotation mark stands in it, whose cell may go over lines.

    Args:
        file: The file, without compression.
        where: What messages call it.
        header: Whether its first line is no row.
        most: How many bytes a part has, about.
    """
    found: list[Stretch] = []
    rest, start, position, rows = b"", 0, 0, 0
    while True:
        block = file.read(min(2**20, most))
        data = rest + block
        end = data.rfind(b"\n") + 1 if block else len(data)
        if header and b'"' in data:
            return None
        if len(data) - end > MOST_BYTES:
            raise GradcliError(f"{where} has a line of more than {MOST_BYTES // 2**20} MiB", exit_code=ExitCode.LIMIT)
        whole, rest = data[:end], data[end:]
        if header and not position and whole:
            blank = len(whole) - len(whole.lstrip(b"\xef\xbb\xbf\r\n \t"))
            start = whole.find(b"\n", blank) + 1 or len(whole)
            rows -= 1
        position += end
        rows += sum(1 for line in lines_of(whole, "utf-8") if line and not line.isspace())
        if (position - start >= most or not block) and rows:
            found.append(Stretch(start, position, rows))
            start, rows = position, 0
        if not block:
            return found
