"""What readers of tables give: pieces of some rows, in columns where all values of a variable are alike.

A row that cannot be read is a row all the same, which says why; it ends no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.typing import Any, NamedTuple, TypeVar

STDIN = "-"

SQL = "sql:"
"""What a feed begins with that is a query."""

Row = dict[str, Any] | GradcliError
"""The values of a row, or why it cannot be read."""

NOTHING: Mapping[Any, Any] = {}

T = TypeVar("T", bound="Table")


class Piece(NamedTuple):
    """Some rows.

    Attributes:
        columns: For each variable its n values, numbers or arrays of one shape; None where they are not alike.
        rows: The rows, where they are not in columns.
        done: How much of the table has been read by now, in the units of its ``size``.
        kept: The columns that are passed through, by name: lists, or arrays of Arrow.
        faults: Rows of columns that cannot be read, from 0, each with the reason.
        raw: What stands in rows that cannot be read, from 0: values by variable, or the text of a row that has none.
    """

    columns: dict[str, Any] | None
    rows: Sequence[Row]
    done: int
    kept: Mapping[str, Sequence[Any]] = NOTHING
    faults: Mapping[int, GradcliError] = NOTHING
    raw: Mapping[int, Any] = NOTHING

    def given(self, at: int) -> Any:
        """What stands in a row, from 0: values by variable, or its text; None where that is not known."""
        if at in self.raw:
            return self.raw[at]
        row = self.rows[at] if self.columns is None else {name: column[at] for name, column in self.columns.items()}
        if isinstance(row, GradcliError):
            return None
        return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in row.items()}

    def part(self, start: int, stop: int) -> Piece:
        """Some of its rows, which stand in columns."""
        columns = {name: column[start:stop] for name, column in (self.columns or {}).items()}
        kept = {name: column[start:stop] for name, column in self.kept.items()}
        faults, raw = ({at - start: one for at, one in given.items() if start <= at < stop} for given in (self.faults, self.raw))
        return Piece(columns, (), self.done, kept, faults, raw)

    @property
    def size(self) -> int:
        """How many rows it has."""
        return len(self.rows) if self.columns is None else len(next(iter(self.columns.values())))


ROW = 300
"""Bytes that a row takes, about, with its texts, its columns and its records, in memory at once; one without arrays."""


class Reading(Frozen):
    """How tables are read.

    Attributes:
        delimiter: What stands between the cells of CSV.
        decimal: The decimal sign of its numbers.
        table: The table of a database that has several.
        rows: The most rows that are in memory at once, about.
        bytes: The most bytes of text that are read at once.
        memory: The bytes that a library may use; 0 for its own limit.
    """

    delimiter: str = ","
    decimal: str = "."
    table: str = ""
    rows: int = 2**16
    bytes: int = 2**20
    memory: int = 0

    def at_once(self, width: int) -> int:
        """How many rows are read at once whose numbers take so many bytes each: fewer where rows have arrays."""
        return max(1, min(self.rows, self.rows * ROW // max(1, width)))


class Partition(Frozen):
    """A part of a feed.

    Attributes:
        path: The file, ``-`` for standard input, or ``sql:`` and a query.
        start: Where it begins: a byte of text, a group of rows of Parquet, a batch of Arrow.
        stop: Where it ends; None for the end of the file.
        first: How many rows of the feed stand before it.
        rows: How many it has; None where that is not known.
        keys: Columns that the names of folders give, ``year=2024``.
        folder: Where relative names in a query begin; empty for where the process stands.
    """

    path: str
    start: int = 0
    stop: int | None = None
    first: int = 0
    rows: int | None = None
    keys: tuple[tuple[str, Any], ...] = ()
    folder: str = ""


class Wanted(Frozen):
    """What is taken of a table.

    Attributes:
        variables: For each variable the column that it comes from.
        kept: The columns that are passed through.
    """

    variables: Mapping[str, str]
    kept: tuple[str, ...] = ()


class Table:
    """An open table; classes below this one read a format each.

    Attributes:
        where: What messages call it.
        format: The name of its format.
        names: Its columns.
        size: How much there is to read, in bytes or rows; None where that is not known.
    """

    where: str
    format: str
    names: Sequence[str]
    size: int | None = None

    def pieces(self, wanted: Wanted) -> Iterator[Piece]:
        """The rows, piece by piece.

        Args:
            wanted: What is taken of them.

        Raises:
            GradcliError: It cannot be read any further.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Read no further."""

    def count(self) -> int:
        """How many rows there are."""
        return self.size or 0

    def groups(self) -> list[tuple[int, int]] | None:
        """For each group of rows that can be read alone its rows and its bytes; None where there are no groups."""
        return None

    def __enter__(self: T) -> T:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_MANY = 2**14
"""Rows that are worth the loading of Arrow."""


def arrow_for(rows: int) -> Any:
    """Arrow, for what goes faster by it; None where there are few rows, or where it is not installed."""
    if rows < _MANY:
        return None
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.csv
    except ImportError:
        return None
    return pyarrow


def needed(module: str, what: str) -> Any:
    """A library that is an extra.

    Args:
        module: Its module.
        what: What needs it.

    Raises:
        GradcliError: It is not installed.
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        library = module.partition(".")[0]
        raise GradcliError(f"{what} needs {library}, which is not installed", hint="pip install 'gradcli[data]'") from None
