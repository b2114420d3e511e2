"""CSV, with the names of the columns in its first line.

Plain numbers, which nearly all pieces have, are read all at once; cells in quotation marks, and those that are no numbers, column
by column; a piece with arrays, or with lines that are not CSV, line by line.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence

from gradcli.data.tables.pieces import Piece, Row, Wanted, arrow_for
from gradcli.data.tables.records import Layout, Records, arrow_texts, as_list, plain_value, texts
from gradcli.data.tables.text_table import MOST_BYTES, TextTable
from gradcli.data.tables.values import text_value
from gradcli.errors import GradcliError
from gradcli.output.json import json_number
from gradcli.typing import Any

csv.field_size_limit(MOST_BYTES)  # texts that are passed through


class CsvTable(TextTable):
    """A table of CSV; what stands between its cells, and before the fractions of its numbers, is said from outside."""

    format = "csv"
    quoted = True

    def _head(self) -> list[str]:
        return [cell.strip() for cell in next(self._cells([self._first.pop(0)], strict=False))]

    def _cells(self, lines: Sequence[str], *, strict: bool = True) -> Any:
        return csv.reader(lines, delimiter=self.reading.delimiter, skipinitialspace=True, strict=strict)

    def _piece(self, lines: Sequence[str], wanted: Wanted) -> Piece:
        import numpy

        delimiter = self.reading.delimiter
        between = len(self.names) - 1
        text = delimiter.join(lines)
        found = self._by_arrow(lines, text, wanted)
        if found is not None:
            return found
        if '"' in text or {line.count(delimiter) for line in lines} != {between}:
            return self._by_cells(lines, wanted)
        places = self._places(wanted)
        try:
            if len(places) == len(self.names) and not wanted.kept:
                cells = self._numbers(text).split(delimiter)
                numbers = numpy.fromiter(map(float, cells), numpy.float64).reshape(len(lines), len(self.names))
                return Piece({name: numbers[:, at].copy() for name, at in places.items()}, (), self._done)
            parts = list(zip(*[line.split(delimiter) for line in lines], strict=True))
            columns = {}
            for name, at in places.items():
                cells = self._numbers(delimiter.join(parts[at])).split(delimiter)
                columns[name] = numpy.fromiter(map(float, cells), numpy.float64)
        except ValueError:  # which of them is no number is told cell by cell
            return self._by_cells(lines, wanted)
        kept = {name: [cell.lstrip(" ") for cell in parts[self.names.index(name)]] for name in wanted.kept}
        return Piece(columns, (), self._done, kept)

    def _by_arrow(self, lines: Sequence[str], text: str, wanted: Wanted) -> Piece | None:
        """Many lines as Arrow reads them; None where it is missing, or finds something that needs a closer look."""
        arrow = arrow_for(len(lines))
        if arrow is None or '"' in text or "(" in text:
            return None
        options = arrow.csv.ConvertOptions(
            column_types={**dict.fromkeys(wanted.kept, "string"), **dict.fromkeys(wanted.variables.values(), "float64")},
            include_columns=[*wanted.variables.values(), *wanted.kept],
            null_values=[],
            strings_can_be_null=False,
            decimal_point=self.reading.decimal,
        )
        data = "\n".join(lines).encode()
        try:
            table = arrow.csv.read_csv(
                arrow.BufferReader(data),
                arrow.csv.ReadOptions(column_names=self.names, use_threads=False, block_size=len(data) + 1),
                arrow.csv.ParseOptions(delimiter=self.reading.delimiter, quote_char=False, ignore_empty_lines=False),
                options,
            )
        except arrow.ArrowException:
            return None
        columns = {name: table[column].to_numpy() for name, column in wanted.variables.items()}
        kept = {name: arrow.compute.utf8_ltrim(table[name].combine_chunks(), " ") for name in wanted.kept}
        return Piece(columns, (), self._done, kept) if len(table) == len(lines) else None

    def _numbers(self, text: str) -> str:
        """The text of numbers as Python writes them.

        Raises:
            ValueError: Something in it needs a closer look.
        """
        decimal = self.reading.decimal
        if not text.isascii() or "_" in text or (decimal != "." and "." in text):
            raise ValueError
        return text if decimal == "." else text.replace(decimal, ".")

    def _places(self, wanted: Wanted) -> dict[str, int]:
        return {name: self.names.index(column) for name, column in wanted.variables.items()}

    def _by_cells(self, lines: Sequence[str], wanted: Wanted) -> Piece:
        """Lines whose cells are numbers or texts; a row with one that should be a number, and is none, is a fault."""
        import numpy

        try:
            rows = list(self._cells(lines))
        except csv.Error:
            return self._by_lines(lines, wanted)
        if len(rows) != len(lines):
            return self._by_lines(lines, wanted)
        size, places = len(self.names), self._places(wanted)
        faults = {at: self._miscounted(row) for at, row in enumerate(rows) if len(row) != size}
        columns: dict[str, Any] = {}
        for name, place in places.items():
            cells = [row[place] if len(row) == size else "nan" for row in rows]
            try:
                columns[name] = numpy.fromiter(map(float, map(self._numbers, cells)), numpy.float64, len(cells))
                continue
            except ValueError:
                found = columns[name] = numpy.full(len(cells), numpy.nan)
            for at, cell in enumerate(cells):
                try:
                    value = self._value(cell, name)
                except GradcliError as error:
                    faults.setdefault(at, error.kept())
                    continue
                if not isinstance(value, float):
                    return self._by_lines(lines, wanted)
                found[at] = value
        raw = {at: self._given(rows[at], lines[at], places) for at in faults}
        kept = {}
        for name in wanted.kept:
            at = self.names.index(name)
            kept[name] = [row[at] if at < len(row) else None for row in rows]
        return Piece(columns, (), self._done, kept, faults, raw)

    def _given(self, cells: Sequence[str], line: str, places: Mapping[str, int]) -> Any:
        """What stands in a row that cannot be read."""
        return {name: cells[at] for name, at in places.items()} if len(cells) == len(self.names) else line

    def _by_lines(self, lines: Sequence[str], wanted: Wanted) -> Piece:
        kept: dict[str, list[Any]] = {name: [] for name in wanted.kept}
        places, others = self._places(wanted), {name: self.names.index(name) for name in wanted.kept}
        rows: list[Row] = []
        raw: dict[int, Any] = {}
        for line in lines:
            cells: list[str] = []
            try:
                cells = next(self._cells([line]))
                rows.append(self._row(cells, places))
            except csv.Error as error:
                rows.append(GradcliError(f"the row is not CSV: {error}"))
            except GradcliError as error:
                rows.append(error.kept())
            if isinstance(rows[-1], GradcliError):
                raw[len(rows) - 1] = self._given(cells, line, places)
            for name, at in others.items():
                kept[name].append(cells[at] if at < len(cells) else None)
        return Piece(None, rows, self._done, kept, raw=raw)

    def _row(self, cells: Sequence[str], places: dict[str, int]) -> Row:
        if len(cells) != len(self.names):
            raise self._miscounted(cells)
        return {name: self._value(cells[at], name) for name, at in places.items()}

    def _miscounted(self, cells: Sequence[str]) -> GradcliError:
        counted = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        return GradcliError(f"the row has {counted}, and there are {len(self.names)} columns")

    def _value(self, cell: str, name: str) -> Any:
        """The value of a cell.

        Raises:
            GradcliError: It is none.
        """
        cell, decimal = cell.strip(), self.reading.decimal
        if decimal != "." and not cell.startswith("["):
            if "." in cell:
                raise GradcliError(f"the value of {name} is no number with the decimal sign {decimal}: {cell:.40}")
            cell = cell.replace(decimal, ".")
        return text_value(cell, name)


class CsvWriter:
    """Writes records as CSV; the last column is the error of a row that failed.

    Args:
        layout: What it writes.

    Raises:
        GradcliError: Two columns would have one name.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.columns = layout.columns()
        between = layout.delimiter.replace("%", "%%")
        self._quoted = re.compile(f'["\r\n{re.escape(self.layout.delimiter)}]')
        self.template = "%d" + f"{between}%s" * (len(self.columns) - 2) + between + "\n"

    def head(self) -> str:
        """What stands before the records: the names of the columns."""
        return self._line(self.columns)

    def lines(self, records: Records) -> list[str]:
        """The lines of some records."""
        kept = [[self._kept(value) for value in as_list(records.kept[name])] for name in self.layout.kept]
        whole = None if records.errors else self._by_arrow(records, kept)
        if whole is not None:
            return [whole]
        columns = [texts(column, self._text) for column in (*records.values, *records.gradient)]
        if self.layout.decimal != ".":
            columns = [[self._decimal(text) for text in column] for column in columns]
        lines = [self.template % row for row in zip(records.rows, *kept, *columns, strict=True)]
        empty = [""] * (len(self.layout.names) + len(self.layout.wrt))
        for at, error in records.errors.items():
            cells = [str(int(records.rows[at])), *[column[at] for column in kept], *empty, self._cell(error.message)]
            lines[at] = self.layout.delimiter.join(cells) + "\n"
        return lines

    def _by_arrow(self, records: Records, kept: Sequence[list[str]]) -> str | None:
        """The text of many records that did not fail, which Arrow puts together; None where it does not."""
        columns = [arrow_texts(column, self._text) for column in (*records.values, *records.gradient)]
        if not columns or any(column is None for column in columns):
            return None
        import pyarrow
        from pyarrow import compute

        if self.layout.decimal != ".":
            columns = [compute.replace_substring(column, ".", self.layout.decimal) for column in columns]
        cells = [pyarrow.array(records.numbers()).cast("string"), *[pyarrow.array(one, "string") for one in kept], *columns]
        lines = compute.binary_join_element_wise(*cells, "\n", self.layout.delimiter)
        return lines.buffers()[2].to_pybytes().decode()  # type: ignore[no-any-return]

    def _decimal(self, text: str) -> str:
        return text if text.startswith('"') else text.replace(".", self.layout.decimal)

    def _text(self, value: Any) -> str:
        if isinstance(value, float):
            return repr(float(value))
        return "" if value is None else self._cell(json.dumps(json_number(value)))

    def _kept(self, value: Any) -> str:
        if type(value) is str:
            return self._cell(value)
        if isinstance(value, float):
            return repr(value).replace(".", self.layout.decimal)
        value = plain_value(value)
        return "" if value is None else self._cell(value if isinstance(value, str) else json.dumps(value))

    def _cell(self, text: str) -> str:
        """A cell of a line that has others; quoted where it has to be."""
        return self._line([text, ""])[:-2] if self._quoted.search(text) else text

    def _line(self, cells: Sequence[str]) -> str:
        line = io.StringIO()
        csv.writer(line, delimiter=self.layout.delimiter, lineterminator="\n").writerow(cells)
        return line.getvalue()
