"""DuckDB: queries, whose tables may be files of any kind that it reads, and its databases."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from gradcli.data.tables.arrow_columns import ArrowRecords, piece_of
from gradcli.data.tables.pieces import SQL, Partition, Piece, Reading, Table, Wanted, needed
from gradcli.data.tables.records import Layout
from gradcli.data.tables.sqlite import RESULTS, chosen_table, quoted
from gradcli.errors import GradcliError
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import BinaryIO


_QUERIES = ("SELECT", "MULTI")
"""Statements that only read; a pivot is several."""

_VECTOR = 2048
"""Rows that DuckDB has at once: the fewest that it gives."""


class DuckTable(Table):
    """What a query gives, or a table of a database, which is only read.

    Args:
        file: The database; None for a query.
        partition: Where it is, or the query behind ``sql:``.
        reading: Which table is read, and how.

    Raises:
        GradcliError: The query is wrong, or duckdb is missing.
    """

    format = "duckdb"

    def __init__(self, file: BinaryIO | None, partition: Partition, reading: Reading) -> None:
        self._arrow = needed("pyarrow", "DuckDB")
        library = needed("duckdb", "sql:" if file is None else f"{partition.path} is a database of DuckDB, which")
        self._rows = reading.rows
        self._error = library.Error
        self.where = "the query" if file is None else partition.path
        try:
            config = {"file_search_path": partition.folder} if "," not in partition.folder else {}  # which would part it in two
            self._database = library.connect(":memory:" if file is None else partition.path, file is not None, config)
            if reading.memory:
                self._database.execute(f"set memory_limit = '{reading.memory // 2**20} MiB'")
            if file is None:
                query = partition.path.removeprefix(SQL)
                kinds = [one.type.name for one in library.extract_statements(query)]
                if len(kinds) != 1 or kinds[0] not in _QUERIES:
                    raise GradcliError(
                        f"{self.where} is not one that reads a table",
                        hint="a query is a select: 'sql: select x, w from rows.parquet'",
                    )
            else:
                file.close()
                found = self._database.execute("select table_name from information_schema.tables order by all").fetchall()
                query = f"from {quoted(chosen_table(self.where, [name for (name,) in found], reading.table))}"
            result = self._database.sql(query)
            open_ = getattr(result, "to_arrow_reader", None) or result.fetch_arrow_reader
            lists = any(kind.id in ("list", "array") for kind in result.types)
            self._batches = open_(min(self._rows, _VECTOR) if lists else self._rows)
        except library.Error as error:
            text = str(error).partition("\n")[0]
            raise GradcliError(f"DuckDB says of {self.where}: {text}") from None
        self.names = list(self._batches.schema.names)

    def close(self) -> None:
        self._database.close()

    def pieces(self, wanted: Wanted) -> Iterator[Piece]:
        done = 0
        while True:
            try:
                batch = next(self._batches, None)
            except (self._error, self._arrow.ArrowException, OSError) as error:
                raise GradcliError(f"DuckDB says of {self.where}: {str(error).partition(chr(10))[0]}") from None
            if batch is None:
                return
            done += len(batch)
            yield piece_of(batch, wanted, done)


class DuckWriter(ArrowRecords):
    """Writes records into a table of a new database.

    Args:
        path: The file.
        layout: What it writes.
    """

    def __init__(self, path: str, layout: Layout) -> None:
        super().__init__(None, layout)
        self.path = path
        os.remove(path)  # DuckDB makes a database of no file, and not of an empty one
        self.database: Any = needed("duckdb", "DuckDB").connect(path)
        self.first = True

    def write(self, table: Any) -> None:
        self.database.register("written", table)
        into = f"create table {RESULTS} as" if self.first else f"insert into {RESULTS}"
        self.database.execute(f"{into} select * from written")
        self.database.unregister("written")
        self.first = False

    def end(self) -> None:
        self.database.close()

    def abandon(self) -> None:
        super().abandon()
        with contextlib.suppress(Exception):  # of a disk that is full, once more
            self.database.close()
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{self.path}.wal")
