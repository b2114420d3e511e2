"""The value of a cell: a number, a constant expression such as pi/2, or an array."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from gradcli.autodiff.runs.given_values import SPECIAL, array_of, constant
from gradcli.data.tables.pieces import Piece, Row
from gradcli.errors import GradcliError, visible
from gradcli.ops.declaration.constants import is_constant
from gradcli.typing import Any

_SHORT = 100
"""Signs of the longest text whose value is remembered."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
"""A text that is one name, as a bad cell often is; it is a constant or none, and need not be parsed."""

_DATE = re.compile(r"[0-9]+(?:-[0-9]+)+|[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}", re.ASCII)
"""A text that is no formula among data: 2026-11-29, 29/11/2026, 10-20."""

_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?")


def text_value(cell: str, name: str) -> Any:
    """The value of a cell of CSV.

    Raises:
        GradcliError: It is none.
    """
    if not cell:
        raise GradcliError(f"the row has no value for {name}")
    plain = plain_number(cell)
    if plain is None and _DECIMAL_COMMA.fullmatch(cell):
        raise GradcliError(f"the value of {name} is no number: {cell:.40}; --decimal , reads decimal commas")
    return _of_text(cell, name) if plain is None else plain


def plain_number(cell: str) -> float | None:
    """The number that a cell is at first sight, as in a piece that is read all at once."""
    if not cell.isascii() or "_" in cell:
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def piece_of_objects(columns: Mapping[str, Sequence[Any]], done: int, kept: Mapping[str, Sequence[Any]]) -> Piece:
    """The rows of columns of objects, as long as each other; one with a value that is none is the error that says so.

    Args:
        columns: The values of each variable.
        done: How much has been read by now.
        kept: The columns that are passed through.
    """
    rows: list[Row] = []
    raw: dict[int, Any] = {}
    for values in zip(*columns.values(), strict=True):
        try:
            row = {}
            for name, value in zip(columns, values, strict=True):
                if value is None:
                    raise GradcliError(f"the row has no value for {name}")
                row[name] = object_value(value, name)
            rows.append(row)
        except GradcliError as error:
            raw[len(rows)] = dict(zip(columns, values, strict=True))
            rows.append(error.kept())
    return Piece(None, rows, done, kept, raw=raw)


def object_value(value: Any, name: str) -> Any:
    """The value that a key of JSON or a cell of a database has: a number, a text as in a cell of CSV, or lists of numbers.

    Raises:
        GradcliError: It is none.
    """
    if isinstance(value, str):
        return SPECIAL[value] if value in SPECIAL else _of_text(value, name)
    if isinstance(value, list):
        return array_of(value, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        what = "an object" if isinstance(value, dict) else json.dumps(value, default=lambda other: type(other).__name__)
        raise GradcliError(f"the value of {name} must be a number, not {what}")
    return array_of(value, name)


def _of_text(text: str, name: str) -> Any:
    """The value of a constant expression; rows do not name files."""
    if text.startswith("@"):
        raise GradcliError(f"the value of {name} is no number, and rows do not name files")
    if _DATE.fullmatch(text.strip()):
        raise GradcliError(f"the value of {name} is no number but a date or a range: {text:.40}; a difference is written (5-3)")
    found = _constant(text) if len(text) < _SHORT else _constant.__wrapped__(text)
    if found is None:
        shown = visible(text if len(text) < 40 else f"{text[:40]}...")
        raise GradcliError(f"the value of {name} is no number: {shown}")
    return found


@lru_cache(2**12)
def _constant(text: str) -> Any:
    """The value of a constant expression, None where it is none; the same cells come again and again, NA above all."""
    if _WORD.fullmatch(text) and not is_constant(text):
        return None
    try:
        return constant(text, text)
    except GradcliError:
        return None
