"""The results of many runs as records, in the order of the rows, and what is written of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gradcli.data.tables.pieces import arrow_for
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.typing import Any


@dataclass
class Records:
    """The results of some rows.

    Attributes:
        rows: The number of each row, from 1.
        values: For each output its value in each row: a vector, or a list with arrays among the numbers.
        gradient: For each variable the derivative by it; None, or masked, where the output does not depend on it.
        errors: The rows that failed, from 0, each with the reason; what the columns say of them does not count.
        printed: What rows printed, each that printed something.
        kept: The columns that are passed through, by name.
        given: What stood in the rows that failed, from 0; see :meth:`gradcli.data.tables.pieces.Piece.given`.
    """

    rows: Sequence[int]
    values: Sequence[Any]
    gradient: Sequence[Any]
    errors: Mapping[int, GradcliError] = field(default_factory=dict)
    printed: Mapping[int, str] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[int, Any] = field(default_factory=dict)

    def numbers(self) -> Any:
        """The numbers of the rows as an array; of a range without a step for each."""
        import numpy

        rows = self.rows
        return numpy.arange(rows.start, rows.stop, rows.step) if isinstance(rows, range) else numpy.asarray(rows, "int64")

    def parted(self) -> tuple[Records, Records]:
        """The rows that did not fail, and those that did."""
        if not self.errors:
            return self, self._of([])
        good = [at for at in range(len(self.rows)) if at not in self.errors]
        return self._of(good), self._of(list(self.errors))

    def groups(self, names: Sequence[str]) -> dict[tuple[Any, ...], Records]:
        """The rows by the values of some columns that are passed through."""
        keys = zip(*[as_list(self.kept[name]) for name in names], strict=True)
        places: dict[tuple[Any, ...], list[int]] = {}
        for at, key in enumerate(keys):
            places.setdefault(key, []).append(at)
        return {key: self._of(group) for key, group in places.items()}

    def _of(self, places: Sequence[int]) -> Records:
        """Some of the rows."""
        new = {at: number for number, at in enumerate(places)}

        def chosen(column: Any) -> Any:
            if isinstance(column, list | tuple | range):
                return [column[at] for at in places]
            import numpy

            return column.take(numpy.array(places, dtype="int64"))

        return Records(
            chosen(self.rows),
            [chosen(column) for column in self.values],
            [chosen(column) for column in self.gradient],
            {new[at]: error for at, error in self.errors.items() if at in new},
            {new[at]: text for at, text in self.printed.items() if at in new},
            {name: chosen(column) for name, column in self.kept.items()},
            {new[at]: row for at, row in self.given.items() if at in new},
        )


class Tally:
    """What became of the rows, as far as they have run.

    Attributes:
        rows: How many there were.
        failed: How many of them failed.
        first_failed: The number of the first that did.
        why_failed: Why that one did.
        odd: How many have something that is not finite.
        printing: Whether one printed something.
    """

    def __init__(self) -> None:
        self.rows = self.failed = self.first_failed = self.odd = 0
        self.why_failed = ""
        self.printing = False

    def add(self, records: Records, odd: int) -> None:
        """Count some records."""
        if records.errors and not self.failed:
            at = min(records.errors)
            self.first_failed, self.why_failed = int(records.rows[at]), records.errors[at].message
        self.rows += len(records.rows)
        self.failed += len(records.errors)
        self.odd += odd
        self.printing = self.printing or bool(records.printed)

    def record(self) -> dict[str, Any]:
        """The same as plain data."""
        return dict(vars(self))

    def merge(self, other: Mapping[str, Any]) -> None:
        """Count what a record of later rows tells."""
        if not self.first_failed:
            self.first_failed, self.why_failed = other["first_failed"], other["why_failed"]
        self.rows += other["rows"]
        self.failed += other["failed"]
        self.odd += other["odd"]
        self.printing = self.printing or other["printing"]


class Layout(Frozen):
    """What is written of records.

    Attributes:
        names: What the outputs are called.
        wrt: The variables of the gradient.
        kept: The columns that are passed through.
        ascii: With escapes for characters beyond ASCII, in JSON.
        delimiter: What stands between the cells of CSV.
        decimal: The decimal sign of its numbers.
        given: Whether a row that failed has what stood in it beside the reason, in JSON.
    """

    names: tuple[str, ...]
    wrt: tuple[str, ...]
    kept: tuple[str, ...] = ()
    ascii: bool = False
    delimiter: str = ","
    decimal: str = "."
    given: bool = False

    def columns(self) -> list[str]:
        """The columns of a table.

        Raises:
            GradcliError: Two of them would have one name.
        """
        columns = ["row", *self.kept, *self.names, *(f"grad_{name}" for name in self.wrt), "error"]
        twice = next((name for at, name in enumerate(columns) if name in columns[:at]), None)
        if twice is not None:
            how = "leave it out of --keep" if twice in self.kept else "rename it in the program"
            raise GradcliError(f"two columns would be called {twice}", hint=f"write --format jsonl, or {how}")
        return columns


def as_list(column: Any) -> list[Any]:
    """The items of a column, as Python has them."""
    if hasattr(column, "to_pylist"):
        return list(column.to_pylist())
    return list(column.tolist()) if hasattr(column, "tolist") else list(column)


def plain_value(value: Any) -> Any:
    """What stands in JSON for a value of any type: itself where JSON has it, else a text."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    if isinstance(value, dict):
        return {str(name): plain_value(item) for name, item in value.items()}
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def texts(column: Any, text: Callable[[Any], str]) -> Iterable[str]:
    """A column as texts; numbers have the digits that read back as the same number."""
    found = arrow_texts(column, text)
    if found is not None:
        return found.to_pylist()  # type: ignore[no-any-return]
    return map(text, column.tolist() if hasattr(column, "tolist") else column)


def arrow_texts(column: Any, text: Callable[[Any], str]) -> Any:
    """The same as an array of Arrow, which writes most numbers as Python does, in a third of the time; None where it does not."""
    if not hasattr(column, "dtype") or column.dtype != float or column.ndim > 1 or hasattr(column, "mask"):
        return None
    arrow = arrow_for(len(column))
    if arrow is None:
        return None
    import numpy
    from pyarrow import compute

    size = numpy.abs(column)
    others = ~((size >= 1e-4) & (size < 1e10) & (column != numpy.rint(column)))
    found = arrow.array(column).cast("string")
    if not others.any():
        return found
    written = arrow.array(list(map(text, column[others].tolist())), "string")
    return compute.replace_with_mask(found, arrow.array(others), written)
