"""Arrow's own format, files (Feather) and streams, by pyarrow."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.data.tables.arrow_columns import ArrowRecords, piece_of, readable
from gradcli.data.tables.pieces import STDIN, Partition, Piece, Reading, Table, Wanted, needed
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import BinaryIO

FILE_MARK = b"ARROW1"


class ArrowTable(Table):
    """A file of Arrow, some of its batches, or a stream.

    Args:
        file: The file.
        partition: Where it is, and which batches of a file are meant.
        reading: How it is read.

    Raises:
        GradcliError: It cannot be read, or pyarrow is missing.
    """

    format = "arrow"

    def __init__(self, file: BinaryIO, partition: Partition, reading: Reading) -> None:
        self.where = "standard input" if partition.path == STDIN else partition.path
        self._arrow = needed("pyarrow", f"{self.where} is Arrow, which")
        self._raw, self._reading, self._partition = file, reading, partition
        self._is_file = partition.path != STDIN and file.read(len(FILE_MARK)) == FILE_MARK
        with readable(self.where, self._arrow):
            if partition.path != STDIN:
                file.seek(0)
            open_ = self._arrow.ipc.open_file if self._is_file else self._arrow.ipc.open_stream
            self._reader = open_(file)
        self.names = list(self._reader.schema.names)

    def close(self) -> None:
        self._raw.close()

    def count(self) -> int:
        return sum(len(batch) for batch in self._reader)

    def groups(self) -> list[tuple[int, int]] | None:
        if not self._is_file:
            return None
        with readable(self.where, self._arrow):
            batches = map(self._reader.get_batch, range(self._reader.num_record_batches))
            return [(len(batch), batch.nbytes) for batch in batches]

    def pieces(self, wanted: Wanted) -> Iterator[Piece]:
        done = 0
        batches = self._batches()
        while True:
            with readable(self.where, self._arrow):
                batch = next(batches, None)
            if batch is None:
                return
            rows = self._reading.at_once(batch.nbytes // max(1, len(batch)))
            for start in range(0, len(batch), rows):
                part = batch.slice(start, rows)
                done += len(part)
                yield piece_of(part, wanted, done)

    def _batches(self) -> Iterator[Any]:
        if not self._is_file:
            yield from self._reader
            return
        stop = self._reader.num_record_batches if self._partition.stop is None else self._partition.stop
        for at in range(self._partition.start, stop):
            yield self._reader.get_batch(at)


class ArrowWriter(ArrowRecords):
    """Writes records as a file of Arrow."""

    writer: Any = None

    def write(self, table: Any) -> None:
        if self.writer is None:
            self.known: dict[int, Any] = {}
            longer = self.arrow.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
            self.writer = self.arrow.ipc.new_file(self.file, self.schema, options=longer)
        for at, field in enumerate(self.schema):
            if self.arrow.types.is_dictionary(field.type):
                table = table.set_column(at, field, self._continued(at, table.column(at).combine_chunks()))
        self.writer.write_table(table)

    def _continued(self, at: int, column: Any) -> Any:
        """A column with the dictionary of the groups before and what is new behind it: a file has one for all of them."""
        from pyarrow import compute

        known = self.known.get(at, column.dictionary.slice(0, 0))
        new = column.dictionary.filter(compute.invert(compute.is_in(column.dictionary, value_set=known)))
        self.known[at] = self.arrow.concat_arrays([known, new])
        places = compute.index_in(column.dictionary, value_set=self.known[at])
        return self.arrow.DictionaryArray.from_arrays(places.take(column.indices), self.known[at], ordered=column.type.ordered)

    def end(self) -> None:
        self.writer.close()
