"""Columns of Arrow as pieces of rows, and records as batches of Arrow; for every format that Arrow reads or writes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from gradcli.data.tables.pieces import Piece, Wanted, needed
from gradcli.data.tables.records import Layout, Records
from gradcli.data.tables.values import piece_of_objects
from gradcli.errors import GradcliError
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import BinaryIO

GROUP = 2**17
"""Rows that are written together; the bytes of a file do not depend on how its rows were read."""

_GROUP_BYTES = 2**24
"""Bytes of a group of rows with arrays, which has fewer of them; the first row tells how many."""


def piece_of(batch: Any, wanted: Wanted, done: int) -> Piece:
    """A batch of Arrow as a piece.

    Args:
        batch: The batch, a RecordBatch.
        wanted: What is taken of it.
        done: How much has been read by now.

    Raises:
        GradcliError: A column is of a type that has no numbers.
    """
    kept = {name: batch.column(name) for name in wanted.kept}
    columns: dict[str, Any] = {}
    faults: dict[int, GradcliError] = {}
    given = {name: _without_decimals(batch.column(column)) for name, column in wanted.variables.items()}
    for name, column in given.items():
        found = _numbers(column, name, faults)
        if found is None:
            return piece_of_objects({name: column.to_pylist() for name, column in given.items()}, done, kept)
        columns[name] = found
    raw = {at: {name: column[at].as_py() for name, column in given.items()} for at in faults}
    return Piece(columns, (), done, kept, faults, raw)


def _without_decimals(column: Any) -> Any:
    """A column whose decimals, in lists too, are floats."""
    import pyarrow
    from pyarrow import types

    def floats(kind: Any) -> Any:
        if types.is_decimal(kind):
            return pyarrow.float64()
        if types.is_fixed_size_list(kind):
            return pyarrow.list_(floats(kind.value_type), kind.list_size)
        return pyarrow.list_(floats(kind.value_type)) if types.is_list(kind) else kind

    kind = floats(column.type)
    return column if kind == column.type else column.cast(kind, safe=False)


def _numbers(column: Any, name: str, faults: dict[int, GradcliError]) -> Any:
    """The numbers of a column, or its arrays where they are of one shape; None where it has to be read row by row.

    Args:
        column: The column, of Arrow.
        name: The variable.
        faults: Gets the rows without a value.
    """
    import pyarrow
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if types.is_null(kind):
        column, kind = column.cast("float64"), pyarrow.float64()
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
        numbers = column.cast("float64", safe=False)
        if column.null_count:
            for at in column.is_null().to_numpy(zero_copy_only=False).nonzero()[0].tolist():
                faults.setdefault(at, GradcliError(f"the row has no value for {name}"))
            numbers = numbers.fill_null(0.0)
        return numbers.to_numpy(zero_copy_only=False)
    if not _is_list(kind):
        if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
            return None
        raise GradcliError(f"the column {name} is of type {kind}, which is no number", hint="--keep passes it through")
    sizes: list[int] = []
    while _is_list(column.type):
        lengths = set(column.value_lengths().to_pylist()) if hasattr(column, "value_lengths") else {column.type.list_size}
        if column.null_count or len(lengths) != 1:
            return None
        sizes.append(lengths.pop())
        column = column.flatten()
    if column.null_count or not (types.is_integer(column.type) or types.is_floating(column.type)):
        return None
    numbers = column.cast("float64", safe=False).to_numpy(zero_copy_only=False)
    return numbers.reshape(-1, *sizes)


def _is_list(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


class _Behind:
    """Work that is done in order in a thread of its own, so that rows are read and run while others are written."""

    def __init__(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._pool = ThreadPoolExecutor(1)
        self._left: list[Any] = []

    def do(self, work: Callable[[Any], None], on: Any) -> None:
        """Do some work; raises what earlier work raised. While it is done, one more piece may come."""
        self._left.append(self._pool.submit(work, on))
        self.wait(1)

    def wait(self, most: int = 0) -> None:
        """Wait until no more than so much is left; raises what work raised."""
        while len(self._left) > most:
            self._left.pop(0).result()

    def end(self) -> None:
        """Do no more; what is being done ends first."""
        self._pool.shutdown(cancel_futures=True)


class ArrowRecords:
    """Writes records as batches of Arrow of one schema, which the first of them settles; a class below this one for each format.

    Args:
        file: Where to.
        layout: What is written.
    """

    def __init__(self, file: BinaryIO | None, layout: Layout) -> None:
        self.arrow = needed("pyarrow", "this format")
        self.file, self.layout = file, layout
        self.names = layout.columns()
        self.schema: Any = None
        self.waiting: list[Any] = []
        self.count = 0
        self.group = 0  # rows that are written together; the first row tells
        self._behind = _Behind()

    def add(self, records: Records) -> None:
        """Write some records."""
        batch = self.batch(records)
        if not self.group and len(batch):
            kept = [batch.column(1 + at) for at in range(len(self.layout.kept))]
            lists = [column.slice(0, 1) for column in kept if _is_list(column.type)]
            columns = [*records.values, *records.gradient, *lists]
            self.group = max(1, min(GROUP, _GROUP_BYTES // (8 * sum(map(_numbers_of, columns)) or 1)))
        self.waiting.append(batch)
        self.count += len(batch)
        while self.group and self.count >= self.group:
            self._flush(self.group)

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        if self.schema is None:
            self.add(self.nothing())
        self._flush(self.count)
        self._behind.wait()
        self._behind.end()
        self.end()

    def abandon(self) -> None:
        """Write no further."""
        self._behind.end()

    def _flush(self, rows: int) -> None:
        pa = self.arrow
        number = pa.float64()  # which a column is whose rows have all failed so far
        kinds = [number if pa.types.is_null(kind) else kind for kind in self.schema.types]
        self.schema = pa.schema(list(zip(self.names, kinds, strict=True)))
        tables = [pa.Table.from_batches([batch]) for batch in self.waiting] or [self.schema.empty_table()]
        table = pa.concat_tables([one if one.schema == self.schema else one.cast(self.schema) for one in tables])
        self._behind.do(self.write, table.slice(0, rows).combine_chunks())
        rest = table.slice(rows)
        self.waiting, self.count = rest.to_batches(), rest.num_rows

    def write(self, table: Any) -> None:
        """Write a table of Arrow, at most a group of rows."""
        raise NotImplementedError

    def end(self) -> None:
        """Write the end of the file."""
        raise NotImplementedError

    def nothing(self) -> Records:
        """No records."""
        empty: list[Any] = []
        layout = self.layout
        return Records((), [empty] * len(layout.names), [empty] * len(layout.wrt), kept=dict.fromkeys(layout.kept, empty))

    def batch(self, records: Records) -> Any:
        """The batch of some records.

        Raises:
            GradcliError: They do not have the types of those before.
        """
        pa = self.arrow
        import numpy

        size = len(records.rows)
        failed = numpy.zeros(size, bool)
        failed[list(records.errors)] = True
        errors: Any = pa.nulls(size, "string")
        if records.errors:
            errors = pa.array([records.errors[at].message if at in records.errors else None for at in range(size)], "string")
        columns = [
            pa.array(records.numbers()),
            *[self._passed(records.kept[name], name) for name in self.layout.kept],
            *[self._numbers(column, failed) for column in (*records.values, *records.gradient)],
            errors,
        ]
        types = [column.type for column in columns]
        known = types if self.schema is None else self.schema.types
        kinds = [kind if pa.types.is_null(before) else before for kind, before in zip(types, known, strict=True)]
        self.schema = pa.schema(list(zip(self.names, kinds, strict=True)))
        try:
            columns = [column if column.type == kind else column.cast(kind) for column, kind in zip(columns, kinds, strict=True)]
        except pa.ArrowException:
            pairs = zip(self.names, types, self.schema.types, strict=True)
            name, kind, before = next(pair for pair in pairs if pair[1] != pair[2])
            hint = "write --format jsonl, where each row has its own types"
            raise GradcliError(
                f"{name} is {kind} in row {int(records.rows[0]):,} and after, and {before} before", hint=hint
            ) from None
        return pa.record_batch(columns, schema=self.schema)

    def _passed(self, column: Any, name: str) -> Any:
        """A column that is passed through."""
        if isinstance(column, self.arrow.DictionaryArray):  # dictionaries of several pieces are one, which may be long
            places = column.indices.cast("int32")
            return self.arrow.DictionaryArray.from_arrays(places, column.dictionary, ordered=column.type.ordered)
        if isinstance(column, self.arrow.Array):
            return column
        try:
            found = self.arrow.array(column)
            return found.cast("string") if self.arrow.types.is_null(found.type) else found
        except (self.arrow.ArrowException, OverflowError):
            raise GradcliError(f"the values of {name} are of several types", hint="write --format jsonl") from None

    def _numbers(self, column: Any, failed: Any) -> Any:
        """A column of numbers, or of arrays; null in rows that failed, and where there is no derivative."""
        pa = self.arrow
        if getattr(column, "ndim", 0) == 1 and not hasattr(column, "mask") and not failed.any():
            return pa.array(column)
        if getattr(column, "ndim", 0) == 1:
            mask = failed | column.mask if hasattr(column, "mask") else failed
            return pa.array(getattr(column, "data", column) if hasattr(column, "mask") else column, mask=mask)
        if getattr(column, "ndim", 0) > 1:
            return self._nested(column, failed)
        lists = [None if bad or value is None else value for bad, value in zip(failed.tolist(), nested(column), strict=True)]
        return pa.array(lists)

    def _nested(self, column: Any, failed: Any) -> Any:
        """A column of arrays of one shape, as lists within lists."""
        import numpy

        count, *sizes = column.shape
        absent, numbers = failed, column
        if hasattr(column, "mask"):
            absent = failed | numpy.ma.getmaskarray(column).reshape(count, -1).any(axis=1)
            numbers = column.data
        found = self.arrow.array(numpy.ascontiguousarray(numbers).ravel())
        for axis in reversed(range(len(sizes))):
            rows = numpy.arange(count * math.prod(sizes[:axis]) + 1, dtype="int32") * sizes[axis]
            mask = self.arrow.array(absent) if axis == 0 and absent.any() else None
            found = self.arrow.ListArray.from_arrays(rows, found, mask=mask)
        return found


def _numbers_of(column: Any) -> int:
    """How many numbers a row of a column has, by the first of them."""
    if hasattr(column, "ndim"):
        return math.prod(column.shape[1:])
    if hasattr(column, "get_total_buffer_size"):
        while _is_list(column.type):
            column = column.flatten()
        return len(column)
    import numpy

    return numpy.size(column[0]) if len(column) else 1


def nested(column: Any) -> Sequence[Any]:
    """The values of a column, arrays as nested lists."""
    if hasattr(column, "tolist"):
        return list(column.tolist())
    return [value.tolist() if hasattr(value, "tolist") else value for value in column]


class readable:  # noqa: N801  it is used as a function is
    """Makes what Arrow says of a file that is broken an error of gradcli."""

    def __init__(self, where: str, arrow: Any) -> None:
        self.where, self.arrow = where, arrow

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, self.arrow.ArrowException | OSError | EOFError):
            text = str(error).partition("\n")[0] or type(error).__name__
            raise GradcliError(f"cannot read {self.where}: {text}") from None
