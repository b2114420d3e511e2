"""Answers to mark, from a file: CSV with names in its first line, JSON Lines, or an answer a line. They are data alone."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from gradcli.cli.framework.streams import MOST_BYTES, read_bytes, write_warning
from gradcli.cli.inputs.tables import Line, Record, delimiter_of, lines_of, records_of
from gradcli.errors import ExitCode, GradcliError, nearest, spoken
from gradcli.typing import NamedTuple

_COLUMNS = ("answer", "response", "solution")
_PEOPLE = ("student", "name", "id", "user")
_REST = "further cells"
_AS_TEXT = re.compile(r"'(?=[=+\-@\t\r'])")
"""The apostrophe by which a spreadsheet is told that a cell is text, as ``--format csv`` writes it."""


class Given(NamedTuple):
    """An answer.

    Attributes:
        row: Its place among the answers, from 1.
        answer: Its text.
        by: Who gave it; empty where nothing says it.
        columns: All that stands in its row.
        fault: Why the text may not be what was answered, so that it is not marked; empty for nothing.
        note: What else is to be said of how it was read.
        question: The id of the question in a quiz; empty outside.
    """

    row: int
    answer: str
    by: str
    columns: Mapping[str, str]
    fault: str = ""
    note: str = ""
    question: str = ""


class Ids(NamedTuple):
    """The questions of a quiz: a row has a column that says which one it answers, or a column for each of them.

    Attributes:
        ids: What they are called.
        column: The column that says which; None for ``question``.
    """

    ids: Collection[str]
    column: str | None

    def name(self) -> str:
        """The column that says which."""
        return self.column or "question"

    def wide(self, names: Collection[str]) -> bool:
        """Whether some columns have an answer to a question each."""
        return self.column is None and self.name() not in names and any(id in names for id in self.ids)


def answers_of(path: str, column: str | None, by: str | None, quiz: Ids | None = None) -> Iterator[Given]:
    """The answers of a file.

    Args:
        path: The file; ``-`` is standard input. A name that ends in .csv or .tsv has columns, one in .jsonl an object a line; of
            anything else each line that is not empty is an answer, unless the first one has names of columns. Gzip and zstd are
            unpacked.
        column: The column, or key, of the answers; None for ``answer`` or the like.
        by: That of who gave them; None for ``student`` or the like, where there is one.
        quiz: The questions, where there are several.

    Raises:
        GradcliError: The file cannot be read, or has no such column.
    """
    data, where = read_bytes(path)
    data = _text_of(data, where)
    lines = lines_of(data, spoken().language)
    _say_what_is_no_text(lines, where)
    ending = re.sub(r"\.(gz|zst)$", "", path.lower())
    if ending.endswith((".jsonl", ".ndjson")):
        yield from _of_json(lines, column or _COLUMNS[0], by or _PEOPLE[0], quiz)
    elif ending.endswith((".csv", ".tsv")) or column is not None or _is_header(lines, quiz):
        yield from _of_table(lines, where, column, by, quiz)
    elif quiz is not None:
        raise GradcliError(f"{where} does not say which question is answered", hint="a .csv or .jsonl has columns for it")
    else:
        full = (line for line in lines if line.text.strip())
        yield from (Given(row, line.text, "", {"answer": line.text}, note=line.fault) for row, line in enumerate(full, 1))


def _text_of(data: bytes, where: str) -> bytes:
    """The bytes of a file, unpacked.

    Raises:
        GradcliError: They are no text.
    """
    from gradcli.data.tables.compression import GZIP, ZSTD, decompressed
    from gradcli.data.tables.formats import format_by_marks, refuse_spreadsheet

    if data.startswith((GZIP, ZSTD)):
        try:
            data = decompressed(io.BytesIO(data), data, where).read(MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise GradcliError(f"cannot read {where}: {error}") from None
        if len(data) > MOST_BYTES:
            raise GradcliError(f"{where} has more than {MOST_BYTES // 2**20} MiB", exit_code=ExitCode.LIMIT)
    refuse_spreadsheet(data[:64], where)
    if not format_by_marks(data[:64]).text:
        raise GradcliError(f"{where} is no text", hint="save it as CSV")
    return data


def _is_header(lines: Sequence[Line], quiz: Ids | None) -> bool:
    """Whether the first line names several columns, of which one has the answers."""
    first = next((line.text for line in lines if line.text.strip()), "")
    records = list(records_of([Line(first)], delimiter_of(first)))
    names = {cell.strip().lower() for cell in records[0].cells} if records else set()
    asked = {*_COLUMNS, *([] if quiz is None else quiz.ids)}
    return len(names) > 1 and bool(names & {name.lower() for name in asked})


def _say_what_is_no_text(lines: Sequence[Line], where: str) -> None:
    faults = [(number, line.fault) for number, line in enumerate(lines, 1) if line.fault]
    if faults:
        number, fault = faults[0]
        more = f"; {len(faults) - 1} more such lines" if len(faults) > 1 else ""
        write_warning(f"{where}, line {number}: {fault}{more}")


def _of_table(lines: Sequence[Line], where: str, column: str | None, by: str | None, quiz: Ids | None) -> Iterator[Given]:
    first = next((at for at, line in enumerate(lines) if line.text.strip()), len(lines))
    lines = lines[first:]
    delimiter = ","
    if lines and (said := re.fullmatch(r"sep=(.)", lines[0].text)):  # spreadsheets write and read this line
        delimiter, lines = said[1], lines[1:]
    elif lines:
        delimiter = delimiter_of(lines[0].text)
    records = list(records_of(lines, delimiter))
    names, twice = _named(records.pop(0).cells if records else [])
    wide = quiz is not None and quiz.wide(names)
    answers = "" if wide else _column(names, column, _COLUMNS, "--column", where)
    if quiz is not None and not wide:
        _column(names, quiz.column, (quiz.name(),), "--question", where)
    people = (
        _column(names, by, _PEOPLE, "--by", where) if by is not None or {name.lower() for name in names} & set(_PEOPLE) else None
    )
    for name in filter(None, (answers, people)):
        if name in twice:
            write_warning(f"{where} has several columns {name}: the first is read, and the next is called {twice[name]}")
    ragged = any(_rest(record, names) for record in records)
    for row, record in enumerate(records, 1):
        cells = [_AS_TEXT.sub("", cell, count=1) if cell[:1] == "'" else cell for cell in record.cells]
        columns = dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=False))
        fault = record.fault
        if rest := _rest(record, names):
            columns[_REST] = delimiter.join(rest)
            fault = fault or f"its row has {len(cells)} cells for {len(names)} columns: one with '{delimiter}' needs quotes"
        elif ragged:
            columns[_REST] = ""
        lacking = {name: _lacks(len(cells), len(names), name) for name in names[len(cells) :]}
        fault = fault or lacking.get(answers, "")
        one = Given(row, columns.get(answers, ""), columns[people] if people else "", columns, fault, "; ".join(record.notes))
        yield from _to_questions(one, quiz, lacking)


def _lacks(cells: int, columns: int, name: str) -> str:
    return f"its row has {cells} of {columns} cells, and none for the column {name}"


def _to_questions(one: Given, quiz: Ids | None, lacking: Mapping[str, str] = MappingProxyType({})) -> Iterator[Given]:
    """A row as the answers to the questions that it answers; of columns that it lacks that is said."""
    columns = one.columns
    if quiz is None:
        yield one
    elif not quiz.wide(columns):
        yield one._replace(question=columns.get(quiz.name(), "").strip())
    else:
        rest = {name: cell for name, cell in columns.items() if name not in quiz.ids}
        for id in quiz.ids:
            if id in columns:
                own = {**rest, quiz.name(): id, _COLUMNS[0]: columns[id]}
                yield one._replace(answer=columns[id], columns=own, question=id, fault=one.fault or lacking.get(id, ""))


def _rest(record: Record, names: Sequence[str]) -> list[str]:
    """The cells beyond the last column, where there is anything in them."""
    rest = record.cells[len(names) :]
    return rest if any(cell.strip() for cell in rest) else []


def _named(cells: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The names of the columns, each once, and for those that stand there twice what the second is called."""
    names: list[str] = []
    twice: dict[str, str] = {}
    for number, cell in enumerate(cells, 1):
        own = name = cell.strip() or f"column {number}"
        again = 1
        while name in names or (again > 1 and name in cells):
            again += 1
            name = f"{own}_{again}"
        if again > 1:
            twice.setdefault(own, name)
        names.append(name)
    return names, twice


def _column(names: list[str], asked: str | None, usual: tuple[str, ...], option: str, where: str) -> str:
    if asked:
        found = [asked] if asked in names else []
    else:
        found = [name for own in usual for name in [own, *names] if name in names and name.lower() == own]
    if not names:
        raise GradcliError(f"{where} is empty", hint=f"its first line names the columns: {usual[0]}")
    if not found:
        same = [name for name in names if name.lower() == (asked or usual[0]).lower()]
        near = same[0] if same else nearest(asked or usual[0], names)
        hint = f"did you mean {option} {near}?" if near else f"its columns are {', '.join(names)}; {option} NAME chooses"
        raise GradcliError(f"{where} has no column {asked or usual[0]}", hint=hint)
    return found[0]


def _of_json(lines: Sequence[Line], column: str, by: str, quiz: Ids | None) -> Iterator[Given]:
    for row, line in enumerate((line for line in lines if line.text.strip()), 1):
        fault = ""
        try:
            record = json.loads(line.text)
        except (ValueError, RecursionError):  # no JSON, or nested too deep for it
            record, fault = None, "its line is no JSON"
        if not isinstance(record, dict):
            yield Given(row, "", "", {"answer": "", "line": line.text}, fault or "its line is no JSON object")
            continue
        columns = {_text(key): _text(value) for key, value in record.items()}
        if column not in columns and not (quiz is not None and quiz.wide(columns)):
            fault = f"its line has no key {column}"
        one = Given(row, columns.get(column, ""), columns.get(by, ""), columns, fault, line.fault)
        yield from _to_questions(one, quiz)


def _text(value: object) -> str:
    """A value of JSON as text; halves of characters, which no file can hold, are written out."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()
