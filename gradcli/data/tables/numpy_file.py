"""Files of NumPy: NPZ with a column a member, NPY with records; both without further libraries.

Objects of Python in them are refused, since those could be anything.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator

from gradcli.data.tables.pieces import Partition, Piece, Reading, Table, Wanted
from gradcli.data.tables.records import Layout, Records, as_list, plain_value
from gradcli.errors import GradcliError
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import BinaryIO

_WITH_NAMES = 'give its columns names: numpy.savez("rows.npz", x=x, w=w)'


class NumpyTable(Table):
    """A file of NumPy.

    Args:
        file: The file.
        partition: Where it is.
        reading: How it is read.

    Raises:
        GradcliError: It cannot be read, has no names, or holds objects.
    """

    format = "npz"

    def __init__(self, file: BinaryIO, partition: Partition, reading: Reading) -> None:
        self.where, self._file, self._reading = partition.path, file, reading
        self._members: dict[str, _Member] = {}
        try:
            if file.read(2) == b"PK":
                archive = zipfile.ZipFile(file)
                for name in archive.namelist():
                    self._members[name.removesuffix(".npy")] = _Member(archive.open(name))
            else:
                file.seek(0)
                self.format = "npy"
                self._records = _Member(file)
        except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
            raise GradcliError(f"cannot read {self.where}: {error or 'it ends too early'}") from None
        if self._members:
            self.names: list[str] = list(self._members)
        else:
            self.names = list(self._records.dtype.names or ())
            if not self.names:
                raise GradcliError(f"{self.where} has an array without names of columns", hint=_WITH_NAMES)
        members = list(self._members.values()) or [self._records]
        for name, member in self._members.items():
            if not member.shape:
                raise GradcliError(f"the column {name} of {self.where} is one number, and no column")
        lengths = {member.shape[0] for member in members}
        if len(lengths) > 1:
            found = ", ".join(f"{name} {member.shape}" for name, member in self._members.items())
            raise GradcliError(f"the columns of {self.where} have different lengths: {found}")
        self.size = lengths.pop()

    def close(self) -> None:
        self._file.close()

    def pieces(self, wanted: Wanted) -> Iterator[Piece]:
        for column in wanted.variables.values():
            dtype = self._members[column].dtype if self._members else self._records.dtype[column]
            if dtype.base.kind not in "buif":
                raise GradcliError(f"the column {column} of {self.where} holds no numbers", hint="--keep passes it through")
        rows = self._reading.at_once(sum(member.width for member in self._members.values()) or self._records.width)
        for start in range(0, self.count(), rows):
            count = min(rows, self.count() - start)
            try:
                found = self._next(wanted, count)
            except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
                raise GradcliError(f"{self.where} does not hold the arrays that it tells of") from None
            columns = {name: found[column].astype("float64") for name, column in wanted.variables.items()}
            yield Piece(columns, (), start + count, {name: found[name] for name in wanted.kept})

    def _next(self, wanted: Wanted, count: int) -> dict[str, Any]:
        """The next rows of the columns that are wanted."""
        names = dict.fromkeys([*wanted.variables.values(), *wanted.kept])
        if self._members:
            return {name: self._members[name].rows(count) for name in names}
        rows = self._records.rows(count)
        return {name: rows[name] for name in names}


class _Member:
    """An array in a file, which is read from its first row to its last."""

    def __init__(self, file: Any) -> None:
        import math

        from numpy.lib import format

        version = format.read_magic(file)
        read = format.read_array_header_1_0 if version == (1, 0) else format.read_array_header_2_0
        self.shape, fortran, self.dtype = read(file)
        if self.dtype.hasobject:
            raise ValueError("it holds Python objects, and numbers are needed")
        if fortran and len(self.shape) > 1:
            raise ValueError("its elements stand column by column; save numpy.ascontiguousarray of it")
        self.file = file
        self.width = self.dtype.itemsize * math.prod(self.shape[1:])  # bytes of a row

    def rows(self, count: int) -> Any:
        """The next rows."""
        import numpy

        shape = (count, *self.shape[1:])
        data = self.file.read(count * self.width)
        return numpy.frombuffer(data, self.dtype).reshape(shape)


class NpzWriter:
    """Writes records as NPZ: a column a member, nan where a row failed, texts where a column has no numbers.

    Columns wait in files of their own until their lengths are known.

    Args:
        file: Where to.
        layout: What it writes.
    """

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self.file, self.layout = file, layout
        beside = os.path.dirname(getattr(file, "name", "")) or None  # where there has to be room for the file anyway
        self.columns: dict[str, _Column] = {name: _Column(name, beside) for name in layout.columns()}

    def add(self, records: Records) -> None:
        """Write some records."""
        import numpy

        failed = list(records.errors)
        errors = [""] * len(records.rows)
        for at, error in records.errors.items():
            errors[at] = error.message
        numbers = [_numbers(column, failed) for column in (*records.values, *records.gradient)]
        kept = [_passed(records.kept[name]) for name in self.layout.kept]
        given = [records.numbers(), *kept, *numbers, numpy.array(errors)]
        for column, values in zip(self.columns.values(), given, strict=True):
            column.add(values)

    def close(self) -> None:
        """Write the file."""
        with zipfile.ZipFile(self.file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for name, column in self.columns.items():
                entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
                with archive.open(entry, "w", force_zip64=True) as member:
                    column.write(member)
        self.abandon()

    def abandon(self) -> None:
        """Let go of the columns that wait."""
        for column in self.columns.values():
            column.file.close()


class NpyWriter(NpzWriter):
    """The same as NPY: an array of records."""

    def close(self) -> None:
        """Write the file."""
        import numpy
        from numpy.lib import format

        names = list(self.columns)
        dtype = numpy.dtype([(name, column.dtype, column.shape) for name, column in self.columns.items()])
        count = self.columns["row"].count
        format.write_array_header_2_0(self.file, {"shape": (count,), "fortran_order": False, "descr": dtype.descr})
        for parts in zip(*[column.parts() for column in self.columns.values()], strict=True):
            rows = numpy.empty(len(parts[0]), dtype)
            for name, part in zip(names, parts, strict=True):
                rows[name] = part
            self.file.write(rows.tobytes())
        self.abandon()


class _Column:
    """A column that waits in a file."""

    def __init__(self, name: str, folder: str | None) -> None:
        import numpy

        self.name = name
        self.file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  it is gone with the column
        self.count = 0
        self.lengths: list[tuple[Any, int, int]] = []  # the type, rows and bytes of each part
        self.dtype = numpy.dtype("float64")
        self.shape: tuple[int, ...] = ()

    def add(self, values: Any) -> None:
        import numpy

        if self.count and values.shape[1:] != self.shape:
            raise GradcliError(f"{self.name} is of several shapes", hint="write --format jsonl, where each row has its own")
        if self.count and (self.dtype.kind in "US") != (values.dtype.kind in "US"):
            raise GradcliError(f"{self.name} is of several types", hint="write --format jsonl, where each row has its own")
        self.dtype = numpy.promote_types(self.dtype, values.dtype) if self.count else values.dtype
        self.shape = values.shape[1:]
        data = numpy.ascontiguousarray(values).tobytes()
        self.lengths.append((values.dtype, len(values), len(data)))
        self.count += len(values)
        self.file.write(data)

    def parts(self) -> Iterator[Any]:
        """The values, of one type."""
        import numpy

        self.file.seek(0)
        for dtype, rows, size in self.lengths:
            yield numpy.frombuffer(self.file.read(size), dtype).reshape(rows, *self.shape).astype(self.dtype)

    def write(self, file: Any) -> None:
        from numpy.lib import format

        shape = (self.count, *self.shape)
        format.write_array_header_2_0(file, {"shape": shape, "fortran_order": False, "descr": self.dtype.str})
        for part in self.parts():
            file.write(part.tobytes())


def _numbers(column: Any, failed: list[int]) -> Any:
    """A column of numbers or of arrays, nan where a row failed or has no derivative."""
    import numpy

    if hasattr(column, "ndim"):
        found = column.filled(numpy.nan) if hasattr(column, "filled") else numpy.array(column)
        if failed:
            found = found.astype("float64", copy=False) if found.dtype.kind != "f" else found
            found[failed] = numpy.nan
        return found
    shape = next((numpy.shape(value) for value in column if value is not None), ())
    found = numpy.full((len(column), *shape), numpy.nan)
    for at, value in enumerate(column):
        if value is not None:
            if numpy.shape(value) != shape:
                raise GradcliError("results are of several shapes", hint="write --format jsonl, where each row has its own")
            found[at] = value
    return found


def _passed(column: Any) -> Any:
    """A column that is passed through: numbers where all of it are, else texts."""
    import numpy

    if hasattr(column, "dtype"):
        return column
    values = as_list(column)
    if all(type(value) in (int, float, bool) for value in values) and values:
        found = numpy.array(values)
        if found.dtype.kind in "biuf":
            return found
    return numpy.array(["" if value is None else str(plain_value(value)) for value in values], dtype="U")
