"""Feeds: what a feed names, one table or many, and the parts into which it falls."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from urllib.parse import unquote

from gradcli.data.tables.compression import GZIP, ZSTD
from gradcli.data.tables.formats import first_bytes, format_by_marks, open_input, open_table
from gradcli.data.tables.pieces import SQL, STDIN, Partition, Piece, Reading, Table, Wanted
from gradcli.data.tables.stores import as_path, is_address, joined, objects
from gradcli.errors import GradcliError, nearest
from gradcli.frozen import replace
from gradcli.typing import Any

PART = 64 * 2**20
"""Bytes that a part of a large file has, about."""

_KEY = re.compile(r"([^=]+)=(.*)")
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def files_of(feed: str) -> list[Partition]:
    """The tables that a feed names: a file, ``-``, ``sql:`` and a query, a folder with all that is in it, or a pattern of names.

    Folders called ``name=value`` give columns. Names that begin with a dot or a low line are passed over.

    Args:
        feed: The feed.

    Raises:
        GradcliError: There is none.
    """
    feed = as_path(feed)
    if feed == STDIN or feed.startswith(SQL) or os.path.isfile(feed):
        return [Partition(feed)]
    if is_address(feed):
        return _in_store(feed)
    if os.path.isdir(feed):
        paths = sorted(_below(feed))
        root = feed
    elif glob.has_magic(feed) and not os.path.exists(feed):
        found = [path for path in sorted(glob.glob(feed, recursive=True)) if not os.path.basename(path).startswith("_")]
        paths = [path for path in found if os.path.isfile(path)]
        paths += [inner for path in found if os.path.isdir(path) for inner in sorted(_below(path))]
        paths = list(dict.fromkeys(paths))
        root = os.path.dirname(feed[: re.search(r"[*?[]", feed).start()])  # type: ignore[union-attr]
    else:
        return [Partition(feed)]  # which cannot be read, as it says when it is opened
    if not paths:
        what = "the folder" if os.path.isdir(feed) else "the pattern"
        raise GradcliError(f"there are no files in {what} {feed}", hint="names that begin with . or _ are passed over")
    return [Partition(path, keys=_keys(os.path.relpath(path, root or "."))) for path in paths]


def _in_store(address: str) -> list[Partition]:
    """The objects that an address, of one or of a folder, or a pattern of addresses names."""
    found = objects(address)
    if found is None:
        return [Partition(address)]
    folder, paths = found
    if not paths:
        raise GradcliError(f"there are no objects at {address}", hint="names that begin with . or _ are passed over")
    return [Partition(joined(folder, path), keys=_keys(path)) for path in paths]


def _below(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        yield from (os.path.join(place, name) for name in names if not name.startswith((".", "_")))


def _keys(path: str) -> tuple[tuple[str, Any], ...]:
    """The columns that folders give."""
    found = filter(None, map(_KEY.fullmatch, path.split(os.sep)[:-1]))
    return tuple([(unquote(match[1]), _key_value(unquote(match[2]))) for match in found])


def _key_value(text: str) -> Any:
    if text == NO_VALUE:
        return None
    return int(text) if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text) else text


class Feed:
    """The tables of a feed, one behind the other, with the columns of the first.

    Args:
        parts: Its tables, or parts of them.
        reading: How they are read.

    Attributes:
        table: The first table, open.
        where: What messages call it.
        names: Its columns, those that folders give behind them.
        size: How much there is to read, in the units of ``done``; None where that is not known.

    Raises:
        GradcliError: The first of them cannot be read.
    """

    def __init__(self, parts: list[Partition], reading: Reading) -> None:
        self.parts, self.reading = parts, reading
        self.table: Table = open_table(parts[0], reading)
        self.where = self.table.where
        self.names = [*self.table.names, *(name for name, _ in parts[0].keys if name not in self.table.names)]
        self.size = self.table.size if len(parts) == 1 else len(parts)

    def close(self) -> None:
        """Read no further."""
        self.table.close()

    def pieces(self, wanted: Wanted) -> Iterator[Piece]:
        """The rows, piece by piece.

        Args:
            wanted: What is taken of them.

        Raises:
            GradcliError: It cannot be read any further, or a table has other columns than the first.
        """
        for at, part in enumerate(self.parts):
            if at:
                self.table.close()
                self.table = open_table(part, self.reading)
            for piece in pieces_of(self.table, part, wanted):
                yield piece if len(self.parts) == 1 else piece._replace(done=at)


def pieces_of(table: Table, part: Partition, wanted: Wanted) -> Iterator[Piece]:
    """The rows of a table, with the columns that folders give.

    Raises:
        GradcliError: It cannot be read, or a column is missing.
    """
    keys = {name: value for name, value in part.keys if name not in table.names}
    for name in [*wanted.variables.values(), *wanted.kept]:
        if name not in table.names and name not in keys:
            near = nearest(name, table.names)
            raise GradcliError(f"{table.where} has no column {name}", hint=f"did you mean {near}?" if near else "")
    variables = {name: column for name, column in wanted.variables.items() if column not in keys}
    kept = tuple([name for name in wanted.kept if name not in keys])
    fixed = {name: keys[column] for name, column in wanted.variables.items() if column in keys}
    for name, value in fixed.items():
        if not isinstance(value, int):
            raise GradcliError(f"the folder of {table.where} gives {name} no number")
    for piece in table.pieces(replace(wanted, variables=variables, kept=kept)):
        if not keys:
            yield piece
            continue
        size = piece.size
        added = {name: piece.kept[name] if name in piece.kept else [keys[name]] * size for name in wanted.kept}
        if piece.columns is None:
            rows = [
                row if isinstance(row, GradcliError) else {**row, **{n: float(v) for n, v in fixed.items()}} for row in piece.rows
            ]
            yield piece._replace(rows=rows, kept=added)
        else:
            import numpy

            constant = {name: numpy.full(size, float(value)) for name, value in fixed.items()}
            yield piece._replace(columns={**piece.columns, **constant}, kept=added)


def partitions_of(feed: str, reading: Reading, most: int = PART) -> list[Partition]:
    """The parts of a feed, each of which can be run alone, with the number of rows before it.

    A large file of text falls into parts between its lines, one of Parquet between its groups of rows, one of Arrow between its
    batches.

    Args:
        feed: The feed.
        reading: How it is read.
        most: The bytes that a part has, about.

    Raises:
        GradcliError: A file cannot be read.
    """
    found: list[Partition] = []
    rows = 0
    for file in files_of(feed):
        if file.path == STDIN:
            raise GradcliError("standard input cannot be read in parts", hint="save it in a file, and give its name")
        if file.path.startswith(SQL):  # one part: a query need not give its rows in the same order twice
            found.append(replace(file, first=rows, folder=os.getcwd()))
            continue
        if not is_address(file.path):  # workers of an engine may stand in another folder
            file = replace(file, path=os.path.abspath(file.path))
        try:
            for part, count in _parts(file, reading, most):
                found.append(replace(part, first=rows, rows=count))
                rows += count
        except GradcliError as error:
            error.hint = error.hint or "nothing is run: write the file again, or leave it out of the feed"
            raise
    return found


def _parts(file: Partition, reading: Reading, most: int) -> Iterator[tuple[Partition, int]]:
    """The parts of a file, and how many rows each has."""
    raw, where = open_input(file.path)
    with raw:
        head = first_bytes(raw)
        format = format_by_marks(head)
        if format.text and not head.startswith((GZIP, ZSTD)):
            from gradcli.data.tables.text_table import stretches

            found = stretches(raw, where, header=format.name == "csv", most=most)
            if found is not None:
                yield from ((replace(file, start=one.start, stop=one.stop), one.rows) for one in found)
                return
    with open_table(file, reading) as table:
        groups = table.groups()
        if groups is None:
            yield file, table.count()
        else:
            yield from _grouped(file, groups, most)


def _grouped(file: Partition, groups: list[tuple[int, int]], most: int) -> Iterator[tuple[Partition, int]]:
    """Parts of consecutive groups, each a number of rows and of bytes."""
    start = rows = size = 0
    for at, (count, bytes_) in enumerate(groups):
        rows, size = rows + count, size + bytes_
        if size >= most or at == len(groups) - 1:
            yield replace(file, start=start, stop=at + 1), rows
            start, rows, size = at + 1, 0, 0
