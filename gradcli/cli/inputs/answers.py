"""Answers to mark, from a file: CSV with names in its first line, JSON Lines, or an answer a line. They are data alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gradcli.cli.framework.streams import read_text
from gradcli.errors import GradcliError, nearest

_COLUMNS = ("answer", "response", "solution")
_PEOPLE = ("student", "name", "id", "user")


class Given(NamedTuple):
    """An answer.

    Attributes:
        row: Its place among the answers, from 1.
        answer: Its text.
        by: Who gave it; empty where nothing says it.
        columns: All that stands in its row.
    """

    row: int
    answer: str
    by: str
    columns: Mapping[str, str]


def answers_of(path: str, column: str | None, by: str | None) -> Iterator[Given]:
    """The answers of a file.

    Args:
        path: The file; ``-`` is standard input. A name that ends in .csv has columns, one in .jsonl an object a line; of
            anything else each line that is not empty is an answer.
        column: The column, or key, of the answers; None for ``answer`` or the like.
        by: That of who gave them; None for ``student`` or the like, where there is one.

    Raises:
        GradcliError: The file cannot be read, or has no such column.
    """
    text, where = read_text(path)
    if path.endswith((".jsonl", ".ndjson")):
        yield from _of_json(text, column or _COLUMNS[0], by or _PEOPLE[0])
    elif path.endswith(".csv") or column is not None:
        yield from _of_csv(text, where, column, by)
    else:
        lines = [line for line in text.splitlines() if line.strip()]
        yield from (Given(row, line, "", {"answer": line}) for row, line in enumerate(lines, 1))


def _of_csv(text: str, where: str, column: str | None, by: str | None) -> Iterator[Given]:
    lines = csv.reader(text.lstrip("\ufeff").splitlines(keepends=True), strict=False)
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    names = [name.strip() for name in next(lines, [])]
    answers = _column(names, column, _COLUMNS, "--column", where)
    people = _column(names, by, _PEOPLE, "--by", where) if by is not None or set(names) & set(_PEOPLE) else None
    rows = (cells for cells in lines if cells)
    for row, cells in enumerate(rows, 1):
        columns = dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=False))
        yield Given(row, columns[answers], columns[people] if people else "", columns)


def _column(names: list[str], asked: str | None, usual: tuple[str, ...], option: str, where: str) -> str:
    found = [name for name in ([asked] if asked else usual) if name in names]
    if not found:
        near = nearest(asked or usual[0], names)
        hint = (
            f"did you mean {option} {near}?" if near else f"its columns are {', '.join(names) or 'none'}; {option} NAME chooses"
        )
        raise GradcliError(f"{where} has no column {asked or usual[0]}", hint=hint)
    return found[0]


def _of_json(text: str, column: str, by: str) -> Iterator[Given]:
    for row, line in enumerate((line for line in text.splitlines() if line.strip()), 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):  # no JSON, or nested too deep for it
            record = None
        if not isinstance(record, dict) or column not in record:
            yield Given(row, "", "", {"answer": "", "line": line})
            continue
        columns = {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in record.items()}
        yield Given(row, columns[column], columns.get(by, ""), columns)
