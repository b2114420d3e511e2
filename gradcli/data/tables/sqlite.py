"""Databases of SQLite, which every Python has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from gradcli.data.tables.pieces import Partition, Piece, Reading, Table, Wanted
from gradcli.data.tables.records import Layout, Records, as_list, plain_value
from gradcli.data.tables.values import piece_of_objects
from gradcli.errors import GradcliError, nearest
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import BinaryIO

RESULTS = "results"
"""The table that is written."""


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def chosen_table(where: str, tables: list[str], asked: str) -> str:
    """The table of a database that is meant.

    Args:
        where: What messages call the database.
        tables: The tables that it has.
        asked: The one that is asked for; empty where it has one alone.

    Raises:
        GradcliError: It has no such table, or several.
    """
    if asked:
        if asked not in tables:
            near = nearest(asked, tables)
            hint = f"did you mean {near}?" if near else f"its tables are {', '.join(tables)}"
            raise GradcliError(f"{where} has no table {asked}", hint=hint)
        return asked
    if len(tables) != 1:
        hint = f"say which: --table {tables[0]}; there are {', '.join(tables[:10])}" if tables else ""
        raise GradcliError(f"{where} has {len(tables)} tables", hint=hint)
    return tables[0]


class SqliteTable(Table):
    """A table of a database, which is only read.

    Args:
        file: The file.
        partition: Where it is.
        reading: Which table is read, and how.

    Raises:
        GradcliError: It cannot be read, or does not tell which table.
    """

    format = "sqlite"

    def __init__(self, file: BinaryIO, partition: Partition, reading: Reading) -> None:
        file.close()
        self.where, self._rows = partition.path, reading.rows
        try:
            uri = f"{Path(partition.path).absolute().as_uri()}?mode=ro"
            with ExitStack() as opened:
                database = opened.enter_context(closing(sqlite3.connect(uri, uri=True, check_same_thread=False)))
                found = database.execute("select name from sqlite_master where type in ('table', 'view') order by name")
                tables = [name for (name,) in found if not name.startswith("sqlite_")]
                self._table = quoted(chosen_table(self.where, tables, reading.table))
                self.names = [row[1] for row in database.execute(f"pragma table_info({self._table})")]
                (self.size,) = database.execute(f"select count(*) from {self._table}").fetchone()
                self._database = database
                opened.pop_all()  # it stays open
        except sqlite3.Error as error:
            raise GradcliError(f"cannot read {self.where}: {error}") from None

    def close(self) -> None:
        self._database.close()

    def pieces(self, wanted: Wanted) -> Iterator[Piece]:
        names = [*wanted.variables.values(), *wanted.kept]
        done = 0
        try:
            cursor = self._database.execute(f"select {', '.join(map(quoted, names))} from {self._table}")
            while rows := cursor.fetchmany(self._rows):
                done += len(rows)
                yield _piece(list(zip(*rows, strict=True)), wanted, done)
        except sqlite3.Error as error:
            raise GradcliError(f"cannot read {self.where}: {error}") from None


def _piece(columns: list[tuple[Any, ...]], wanted: Wanted, done: int) -> Piece:
    import numpy

    variables = dict(zip(wanted.variables, columns, strict=False))
    kept = {name: list(column) for name, column in zip(wanted.kept, columns[len(variables) :], strict=True)}
    if all({*map(type, column)} <= {int, float} for column in variables.values()):
        return Piece({name: numpy.array(column, float) for name, column in variables.items()}, (), done, kept)
    return piece_of_objects(variables, done, kept)


class SqliteWriter:
    """Writes records into a table of a new database.

    Args:
        path: The file.
        layout: What it writes.
    """

    def __init__(self, path: str, layout: Layout) -> None:
        self.layout = layout
        names = [quoted(name) for name in layout.columns()]
        self.database = sqlite3.connect(path)
        self.database.execute("pragma journal_mode = off")
        kinds = ["integer primary key", *[""] * len(layout.kept), *["real"] * (len(layout.names) + len(layout.wrt)), "text"]
        columns = ", ".join(f"{name} {kind}".rstrip() for name, kind in zip(names, kinds, strict=True))
        self.database.execute(f"create table {RESULTS} ({columns})")
        self.insert = f"insert into {RESULTS} values ({', '.join('?' * len(names))})"

    def add(self, records: Records) -> None:
        """Write some records; a number that is not finite is null where it is nan, as SQLite has it."""
        columns = [list(map(_stored, as_list(column))) for column in (*records.values, *records.gradient)]
        kept = [list(map(_stored, as_list(records.kept[name]))) for name in self.layout.kept]
        errors: list[str | None] = [None] * len(records.rows)
        for at, error in records.errors.items():
            errors[at] = error.message
            for column in columns:
                column[at] = None
        self.database.executemany(self.insert, zip(map(int, records.rows), *kept, *columns, errors, strict=True))

    def close(self) -> None:
        """Write what is left."""
        self.database.commit()
        self.database.close()


def _stored(value: Any) -> Any:
    if value is None or isinstance(value, int | float | str | bytes):
        return value
    import json

    plain = plain_value(value.tolist() if hasattr(value, "tolist") else value)
    return json.dumps(plain) if isinstance(plain, list | dict) else plain
