"""The results of many runs as records: JSON Lines or CSV, a line for each row, in the order of the rows."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gradcli.errors import GradcliError
from gradcli.output.json import json_number

if TYPE_CHECKING:
    from gradcli.output.schemas.programs import FailureRecord


FORMATS = ("jsonl", "csv")


@dataclass
class Records:
    """The results of some rows.

    Attributes:
        first: The number of the first of them.
        count: How many there are.
        values: For each output its value in each row: a vector, or a list with arrays among the numbers.
        gradient: For each variable the derivative by it; None where the output does not depend on it.
        errors: The rows that failed, from 0, each with the reason; what the columns say of them does not count.
        printed: What rows printed, each that printed something.
    """

    first: int
    count: int
    values: Sequence[Any]
    gradient: Sequence[Any]
    errors: Mapping[int, GradcliError] = field(default_factory=dict)
    printed: Mapping[int, str] = field(default_factory=dict)


class JsonLines:
    """Writes records as JSON objects, one a line.

    Args:
        names: What the outputs are called.
        wrt: The variables of the gradient.
        ascii: With escapes for characters beyond ASCII.
    """

    def __init__(self, names: Sequence[str], wrt: Sequence[str], *, ascii: bool = False) -> None:
        self.encode = json.JSONEncoder(ensure_ascii=ascii, allow_nan=False).encode
        values, gradient = (", ".join([self._key(name) + ": %s" for name in group]) for group in (names, wrt))
        self.template = f'{{"row": %d, "values": {{{values}}}, "grad": {{{gradient}}}}}\n'

    def _key(self, name: str) -> str:
        """A key in the template, where % would mean a value."""
        return self.encode(name).replace("%", "%%")

    def head(self) -> str:
        """What stands before the records."""
        return ""

    def lines(self, records: Records) -> list[str]:
        """The lines of some records."""
        columns = [_texts(column, _json_text) for column in (*records.values, *records.gradient)]
        rows = range(records.first, records.first + records.count)
        lines = [self.template % row for row in zip(rows, *columns, strict=True)]
        for at, printed in records.printed.items():
            lines[at] = f'{lines[at][:-2]}, "printed": {self.encode(printed)}}}\n'
        for at, error in records.errors.items():
            failure: FailureRecord = {"row": records.first + at, "error": error.message, "hint": error.hint or None}
            lines[at] = self.encode(failure) + "\n"
        return lines


class Csv:
    """Writes records as CSV; the last column is the error of a row that failed.

    Args:
        names: What the outputs are called.
        wrt: The variables of the gradient.

    Raises:
        GradcliError: Two columns would have one name.
    """

    def __init__(self, names: Sequence[str], wrt: Sequence[str]) -> None:
        self.columns = ["row", *names, *(f"grad_{name}" for name in wrt), "error"]
        twice = next((name for at, name in enumerate(self.columns) if name in self.columns[:at]), None)
        if twice is not None:
            raise GradcliError(f"two columns would be called {twice}", hint="write --format jsonl, or rename it in the program")
        self.template = "%d" + ",%s" * (len(names) + len(wrt)) + ",\n"

    def head(self) -> str:
        """What stands before the records: the names of the columns."""
        return _csv_line(self.columns)

    def lines(self, records: Records) -> list[str]:
        """The lines of some records."""
        columns = [_texts(column, _csv_text) for column in (*records.values, *records.gradient)]
        rows = range(records.first, records.first + records.count)
        lines = [self.template % row for row in zip(rows, *columns, strict=True)]
        empty = [""] * (len(self.columns) - 2)
        for at, error in records.errors.items():
            lines[at] = _csv_line([str(records.first + at), *empty, error.message])
        return lines


def writer(format: str, names: Sequence[str], wrt: Sequence[str], *, ascii: bool = False) -> JsonLines | Csv:
    """What writes a format: ``jsonl`` or ``csv``.

    Raises:
        GradcliError: Two columns of CSV would have one name.
    """
    return Csv(names, wrt) if format == "csv" else JsonLines(names, wrt, ascii=ascii)


def _texts(column: Any, text: Callable[[Any], str]) -> Iterable[str]:
    """A column as texts; numbers have the digits that read back as the same number."""
    if hasattr(column, "tolist"):
        import numpy

        numbers = column.tolist()
        return map(repr, numbers) if numpy.isfinite(column).all() else map(text, numbers)
    return map(text, column)


def _json_text(value: Any) -> str:
    if type(value) is float and math.isfinite(value):
        return repr(value)
    return json.dumps(json_number(value))


def _csv_text(value: Any) -> str:
    if type(value) is float:
        return repr(value)
    return "" if value is None else _csv_line([json.dumps(json_number(value))])[:-1]


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
