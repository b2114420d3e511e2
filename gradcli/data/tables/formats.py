"""The formats of tables: one record each, from which readers, writers, options and names of files follow.

To add a format, add its record here and the module that reads and writes it, which is loaded where it is used.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module

from gradcli.data.tables.compression import GZIP, SUFFIXES, ZSTD, compressed, decompressed
from gradcli.data.tables.pieces import SQL, STDIN, Partition, Reading, Table
from gradcli.data.tables.records import Layout, Records
from gradcli.data.tables.stores import is_address, open_file
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from typing import BinaryIO

_HEAD = 512
"""Bytes by which a format is told."""


class TableFormat(Frozen):
    """A format.

    Attributes:
        name: What ``--format`` calls it.
        suffixes: The ends of the names of its files.
        module: Where it is read and written.
        reader: What reads it.
        writer: What writes it; empty where another name of the format has it.
        marks: First bytes of its files, each with its place; none for text.
        text: Whether it is text, which comes from pipes and goes into them as it is made.
        piped: Whether it can come from a pipe.
        by_path: Whether its library writes a file by its name alone.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    reader: str
    writer: str
    marks: tuple[tuple[int, bytes], ...] = ()
    text: bool = False
    piped: bool = False
    by_path: bool = False

    def part(self, name: str) -> Any:
        """What reads or writes it."""
        return getattr(import_module(f"gradcli.data.tables.{self.module}"), name)


TABLES = {
    format.name: format
    for format in (
        TableFormat("csv", (".csv", ".tsv", ".txt"), "csv_table", "CsvTable", "CsvWriter", text=True, piped=True),
        TableFormat("jsonl", (".jsonl", ".ndjson", ".json"), "json_lines", "JsonTable", "JsonWriter", text=True, piped=True),
        TableFormat("parquet", (".parquet", ".pq"), "parquet", "ParquetTable", "ParquetWriter", ((0, b"PAR1"),)),
        TableFormat(
            "arrow",
            (".arrow", ".feather", ".ipc"),
            "arrow_ipc",
            "ArrowTable",
            "ArrowWriter",
            ((0, b"ARROW1"), (0, b"\xff\xff\xff\xff")),
            piped=True,
        ),
        TableFormat("npz", (".npz",), "numpy_file", "NumpyTable", "NpzWriter", ((0, b"PK\x03\x04"),)),
        TableFormat("npy", (".npy",), "numpy_file", "NumpyTable", "NpyWriter", ((0, b"\x93NUMPY"),)),
        TableFormat(
            "sqlite",
            (".sqlite", ".sqlite3", ".db"),
            "sqlite",
            "SqliteTable",
            "SqliteWriter",
            ((0, b"SQLite format 3\0"),),
            by_path=True,
        ),
        TableFormat("duckdb", (".duckdb",), "duckdb", "DuckTable", "DuckWriter", ((8, b"DUCK"),), by_path=True),
    )
}
"""The formats of tables, by name."""


def open_table(partition: Partition, reading: Reading) -> Table:
    """Open a part of a feed; what it is, its first bytes say.

    Args:
        partition: The part.
        reading: How it is read.

    Raises:
        GradcliError: It cannot be read.
    """
    table = _opened(partition, reading)
    twice = next((name for name, count in Counter(table.names).items() if count > 1), None)
    if twice is not None:
        table.close()
        raise GradcliError(f"{table.where} has two columns {twice}", hint="leave one out")
    return table


def _opened(partition: Partition, reading: Reading) -> Table:
    if partition.path.startswith(SQL):
        return cast(Table, TABLES["duckdb"].part("DuckTable")(None, partition, reading))
    file, where = open_input(partition.path)
    try:
        head = first_bytes(file)
        if head.startswith((GZIP, ZSTD)):
            file = decompressed(file, head, where)
            head = first_bytes(file)
        refuse_spreadsheet(head, where)
        format = format_by_marks(head)
        _check_text(format, head, where)
        if partition.path == STDIN and not format.piped:
            raise GradcliError(
                f"{where} is {format.name}, whose end has to be read first", hint="save it in a file, and give its name"
            )
        if format.by_path and is_address(partition.path):
            raise GradcliError(f"{where} is a database, which is read where it lies", hint="bring it here, and give its name")
        return cast(Table, format.part(format.reader)(file, partition, reading))
    except BaseException:
        if partition.path != STDIN:
            file.close()
        raise


def format_by_marks(head: bytes) -> TableFormat:
    """The format of a file, by its first bytes: text that begins with a brace is JSON Lines, other text is CSV."""
    for format in TABLES.values():
        if any(head[place:].startswith(mark) for place, mark in format.marks):
            return format
    return TABLES["jsonl" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"]


def refuse_spreadsheet(head: bytes, where: str) -> None:
    """Refuse a file of a spreadsheet: .xlsx, .ods and .xls, by its first bytes.

    Raises:
        GradcliError: It is one.
    """
    if head.startswith(b"\xd0\xcf\x11\xe0") or head[30:].startswith((b"[Content_Types].xml", b"mimetype")):
        raise GradcliError(f"{where} is a file of a spreadsheet", hint="save it as CSV")


def _check_text(format: TableFormat, head: bytes, where: str) -> None:
    """Refuse text that holds a table in another way than lines of UTF-8.

    Raises:
        GradcliError: It does.
    """
    if format.text and head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise GradcliError(f"{where} is UTF-16, and tables are read as UTF-8", hint="iconv -f UTF-16 -t UTF-8 writes it so")
    if format.text and head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
        raise GradcliError(f"{where} is one array of JSON, and a row is a line", hint="jq -c '.[]' writes an object a line")


def open_input(path: str) -> tuple[BinaryIO, str]:
    """A file that is read, or standard input, and what messages call it.

    Raises:
        GradcliError: It cannot be opened.
    """
    if path != STDIN:
        return open_file(path), path
    if sys.stdin is None:
        raise GradcliError("standard input is closed")
    stdin: Any = sys.stdin.buffer
    return cast("BinaryIO", stdin if hasattr(stdin, "peek") else io.BufferedReader(stdin)), "standard input"


def first_bytes(file: BinaryIO) -> bytes:
    """The first bytes of a file, which are not read by that."""
    try:
        return cast(bytes, file.peek(_HEAD)[:_HEAD])  # type: ignore[attr-defined]
    except (OSError, EOFError) as error:
        raise GradcliError(f"cannot read the table: {error}") from None


def format_of(path: str) -> TableFormat | None:
    """The format that the name of a file tells; None where it tells none."""
    stem, suffix = os.path.splitext(path.lower())
    if suffix in SUFFIXES:
        suffix = os.path.splitext(stem)[1]
    return next((format for format in TABLES.values() if suffix in format.suffixes), None)


class TextWriter:
    """Writes records of a format of text into a file.

    Args:
        file: Where to.
        lines: What makes lines of them.
    """

    def __init__(self, file: BinaryIO, lines: Any) -> None:
        self.file, self.lines = file, lines
        self.file.write(lines.head().encode())

    def add(self, records: Records) -> None:
        """Write some records."""
        self.file.write("".join(self.lines.lines(records)).encode())

    def close(self) -> None:
        """There is nothing more to write."""


class TableFile:
    """A file of records that is being written.

    Args:
        path: Where it is written to: a draft.
        format: Its format.
        layout: What is written.
        compression: ``gzip`` or ``zstd``, for text; None for nothing.
    """

    def __init__(self, path: str, format: TableFormat, layout: Layout, compression: str | None = None) -> None:
        self.path, self.by_path = path, format.by_path
        self._files: list[Any] = []
        if format.by_path:
            self.writer = format.part(format.writer)(path, layout)
            return
        raw = open(path, "wb")  # noqa: SIM115  it is closed by close, or abandoned
        file = compressed(raw, compression if format.text else None)
        self._files = [raw] if file is raw else [file, raw]
        writer = format.part(format.writer)
        self.writer = TextWriter(file, writer(layout)) if format.text else writer(file, layout)

    def add(self, records: Records) -> None:
        """Write some records."""
        if len(records.rows):
            with self._as_of_files():
                self.writer.add(records)

    def close(self) -> None:
        """Write the end of the file, down to the disk."""
        try:
            with self._as_of_files():
                self.writer.close()
            for file in self._files[:-1]:
                file.close()
            for file in self._files[-1:]:
                file.flush()
                if os.path.isfile(self.path):
                    os.fsync(file.fileno())
                file.close()
        except BaseException:
            self.abandon()
            raise

    @contextlib.contextmanager
    def _as_of_files(self) -> Iterator[None]:
        """Make what a library says of the disk, or of a type that its format lacks, an error of the file."""
        try:
            yield
        except (GradcliError, OSError):
            raise
        except Exception as error:
            if not self.by_path and not isinstance(error, NotImplementedError):
                raise
            raise OSError(errno.EIO, str(error).partition("\n")[0]) from None

    def abandon(self) -> None:
        """Write no further; the draft is of no use."""
        if hasattr(self.writer, "abandon"):
            self.writer.abandon()
        for file in self._files:
            with contextlib.suppress(OSError):
                file.close()
