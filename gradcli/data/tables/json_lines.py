"""JSON Lines: an object a line, whose keys are the columns."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from gradcli.data.tables.pieces import Piece, Row, Wanted
from gradcli.data.tables.records import Layout, Records, as_list, plain_value, texts
from gradcli.data.tables.text_table import TextTable
from gradcli.data.tables.values import object_value
from gradcli.errors import GradcliError
from gradcli.language.builder import identifier
from gradcli.output.json import json_number
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.schemas.programs import FailureRecord

_MOST_DIGITS = 400
"""Digits of a whole number that is passed through."""


class JsonTable(TextTable):
    """A table of JSON Lines; its columns are the keys of the first row, and every row has these."""

    format = "jsonl"

    def _head(self) -> list[str]:
        row = self._object(self._first[0])
        if isinstance(row, GradcliError):
            raise GradcliError(f"{self.where}, row 1: {row.message}", hint='write an object a line: {"x": 2, "w": 1}')
        return [identifier(name) for name in row]

    def _object(self, line: str) -> dict[str, Any] | GradcliError:
        def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            found = dict(pairs)
            if len(found) < len(pairs):
                raise GradcliError("the row gives a variable twice")
            return found

        try:
            row = json.loads(line, object_pairs_hook=unique, parse_int=_whole)
        except json.JSONDecodeError as error:
            what = error.msg.removesuffix(" at")
            return GradcliError(f"the row is not JSON: {what} in column {error.colno}")
        except RecursionError:
            return GradcliError("the row is nested too deeply")
        except GradcliError as error:
            return error.kept()
        return row if isinstance(row, dict) else GradcliError("the row is no object of names and values")

    def _piece(self, lines: Sequence[str], wanted: Wanted) -> Piece:
        import numpy

        names = self.names
        text = ",".join(lines)
        # an object a line, without texts among the values, has two quotation marks for each key
        if text.count('"') == 2 * len(names) * len(lines) and {line[0] + line[-1] for line in lines} == {"{}"}:
            try:
                objects = json.loads(f"[{text}]", parse_int=_whole if wanted.kept else float)
                given = {name: [row[name] for row in objects] for name in names}
            except (ValueError, KeyError, RecursionError):  # which line is wrong is told line by line
                return self._by_lines(lines, wanted)
            columns = {name: given[column] for name, column in wanted.variables.items()}
            if len(objects) == len(lines) and all({*map(type, column)} <= {float, int} for column in columns.values()):
                kept = {name: given[name] for name in wanted.kept}
                return Piece({name: numpy.array(column, float) for name, column in columns.items()}, (), self._done, kept)
        return self._by_lines(lines, wanted)

    def _by_lines(self, lines: Sequence[str], wanted: Wanted) -> Piece:
        rows: list[Row] = []
        kept: dict[str, list[Any]] = {name: [] for name in wanted.kept}
        raw: dict[int, Any] = {}
        for at, line in enumerate(lines):
            given = self._object(line)
            given = given if isinstance(given, GradcliError) else {identifier(name): value for name, value in given.items()}
            rows.append(given if isinstance(given, GradcliError) else self._row(given, wanted))
            if isinstance(rows[-1], GradcliError):
                raw[at] = line if isinstance(given, GradcliError) else given
            for name, column in kept.items():
                column.append(None if isinstance(given, GradcliError) else given.get(name))
        return Piece(None, rows, self._done, kept, raw=raw)

    def _row(self, row: dict[str, Any], wanted: Wanted) -> Row:
        missing = [name for name in self.names if name not in row]
        if missing:
            return GradcliError(f"the row has no value for {', '.join(missing)}")
        if len(row) > len(self.names):
            known = set(self.names)
            unknown = next(name for name in row if name not in known)
            return GradcliError(f"the row has a value for {unknown}, which the first row has not")
        try:
            return {name: object_value(row[column], name) for name, column in wanted.variables.items()}
        except GradcliError as error:
            return error.kept()


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


class JsonWriter:
    """Writes records as JSON objects, one a line.

    Args:
        layout: What it writes.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.encode = json.JSONEncoder(ensure_ascii=layout.ascii, allow_nan=False).encode
        values, gradient = (", ".join([self._key(name) + ": %s" for name in group]) for group in (layout.names, layout.wrt))
        kept = '"kept": %s, ' if layout.kept else ""
        self.template = f'{{"row": %d, {kept}"values": {{{values}}}, "grad": {{{gradient}}}}}\n'

    def _key(self, name: str) -> str:
        """A key in the template, where % would mean a value."""
        return self.encode(name).replace("%", "%%")

    def head(self) -> str:
        """What stands before the records."""
        return ""

    def lines(self, records: Records) -> list[str]:
        """The lines of some records."""
        columns = [texts(column, _text) for column in (*records.values, *records.gradient)]
        kept = self._kept(records)
        texts_kept = [[self.encode(row) for row in kept]] if self.layout.kept else []
        lines = [self.template % row for row in zip(records.rows, *texts_kept, *columns, strict=True)]
        for at, printed in records.printed.items():
            lines[at] = f'{lines[at][:-2]}, "printed": {self.encode(printed)}}}\n'
        for at, error in records.errors.items():
            failure: FailureRecord = {"row": int(records.rows[at]), "error": error.message, "hint": error.hint or None}
            if self.layout.kept:
                failure["kept"] = kept[at]
            if self.layout.given:
                failure["given"] = plain_value(records.given.get(at))
            lines[at] = self.encode(failure) + "\n"
        return lines

    def _kept(self, records: Records) -> list[dict[str, Any]]:
        columns = [map(plain_value, as_list(records.kept[name])) for name in self.layout.kept]
        return [dict(zip(self.layout.kept, row, strict=True)) for row in zip(*columns, strict=True)]


def _text(value: Any) -> str:
    if type(value) is float and math.isfinite(value):
        return repr(value)
    return json.dumps(json_number(value))
