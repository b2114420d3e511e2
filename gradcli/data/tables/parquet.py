"""Parquet, by pyarrow: read in batches, a group of rows at a time; written in groups of a fixed number of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.data.tables.arrow_columns import GROUP, ArrowRecords, piece_of, readable
from gradcli.data.tables.pieces import Partition, Piece, Reading, Table, Wanted, needed
from gradcli.errors import GradcliError
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import BinaryIO


_BUFFER = 2**20
"""Bytes of a column that are read at once; not all those of a group of rows."""


class ParquetTable(Table):
    """A file of Parquet, or some of its groups of rows.

    Args:
        file: The file.
        partition: Where it is, and which groups are meant.
        reading: How it is read.

    Raises:
        GradcliError: It cannot be read, or pyarrow is missing.
    """

    format = "parquet"

    def __init__(self, file: BinaryIO, partition: Partition, reading: Reading) -> None:
        self.where = partition.path
        parquet = needed("pyarrow.parquet", f"{self.where} is Parquet, which")
        self._arrow = needed("pyarrow", "Parquet")
        self._raw, self._reading = file, reading
        with readable(self.where, self._arrow):
            self._file = parquet.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER)
        self.names = list(self._file.schema_arrow.names)
        stop = self._file.num_row_groups if partition.stop is None else partition.stop
        self._groups = list(range(partition.start, stop))
        self.size = self.count()

    def count(self) -> int:
        return sum(self._file.metadata.row_group(group).num_rows for group in self._groups)

    def groups(self) -> list[tuple[int, int]] | None:
        found = [self._file.metadata.row_group(group) for group in self._groups]
        return [(group.num_rows, group.total_byte_size) for group in found]

    def close(self) -> None:
        self._raw.close()

    def _width(self, columns: Sequence[str]) -> int:
        """The bytes that the widest rows take, without what encodings save."""
        widths = [0]
        for group in (self._file.metadata.row_group(group) for group in self._groups):
            parts = [group.column(at) for at in range(group.num_columns)]
            own = [part for part in parts if part.path_in_schema.partition(".")[0] in columns]
            size = sum(max(part.total_uncompressed_size, 8 * part.num_values) for part in own)
            widths.append(size // max(1, group.num_rows))
        return max(widths)

    def pieces(self, wanted: Wanted) -> Iterator[Piece]:
        done = 0
        columns = list(dict.fromkeys([*wanted.variables.values(), *wanted.kept]))
        rows = self._reading.at_once(self._width(columns))
        batches = self._file.iter_batches(rows, row_groups=self._groups, columns=columns, use_threads=True)
        reading = _ahead(batches)
        while True:
            with readable(self.where, self._arrow):
                batch = next(reading, None)
            if batch is None:
                break
            done += len(batch)
            yield piece_of(batch, wanted, done)
        if done != self.size:
            raise GradcliError(f"{self.where} has {done:,} rows, and its end tells of {self.size:,}")


def _ahead(items: Iterator[Any]) -> Iterator[Any]:
    """The items, of which the next is read in a thread beside while one is used."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


class ParquetWriter(ArrowRecords):
    """Writes records as Parquet."""

    writer: Any = None

    def write(self, table: Any) -> None:
        if self.writer is None:
            parquet = needed("pyarrow.parquet", "Parquet")
            # a dictionary of numbers that are nearly all different takes nine tenths of the time, and more space; zstd of what is
            # computed takes a third of it for a fiftieth of the space
            texts = [field.name for field in self.schema if not _is_number(field.type)]
            computed = self.names[-1 - len(self.layout.wrt) - len(self.layout.names) : -1]
            empty = self.arrow.BufferOutputStream()
            parquet.write_table(self.schema.empty_table(), empty)
            leaves = parquet.ParquetFile(self.arrow.BufferReader(empty.getvalue())).schema
            paths = [leaves.column(at).path for at in range(len(leaves))]  # lists have theirs below their names
            self.writer = parquet.ParquetWriter(
                self.file,
                self.schema,
                compression={path: "snappy" if path.partition(".")[0] in computed else "zstd" for path in paths},
                use_dictionary=texts,
                column_encoding={self.names[0]: "DELTA_BINARY_PACKED"},
            )
        self.writer.write_table(table, row_group_size=GROUP)

    def end(self) -> None:
        self.writer.close()


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind))
