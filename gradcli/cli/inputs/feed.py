"""The runs of `gradcli run --feed`: rows in, records out, piece by piece."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import variables_among
from gradcli.autodiff.runs.prepared import Prepared, free_variables, prepare, results, run_once
from gradcli.autodiff.runs.rows import Rows, rows_at_once, run_rows, vectorisable
from gradcli.cli.framework.progress import rows_progress
from gradcli.cli.framework.streams import can_print_signs, write, write_note, write_warning
from gradcli.cli.inputs.feed_file import Feed, Piece, Row
from gradcli.errors import ExitCode, GradcliError, UnknownVariableError, nearest, no_value
from gradcli.frozen import replace
from gradcli.language.ast import Program
from gradcli.output.reports.printed import printed_line
from gradcli.output.serialization.rows import Records, writer

MOST_GRAPHS = 64
"""Static graphs that are kept, one for each combination of shapes that rows have."""


class Result(NamedTuple):
    """What a row gives.

    Attributes:
        values: The value of each output; empty where the row failed.
        gradient: The derivative by each variable; None where the output does not depend on it.
        printed: What it printed.
        error: Why it failed; None where it did not.
        odd: Whether something in it is not finite.
    """

    values: Sequence[Any] = ()
    gradient: Sequence[Any] = ()
    printed: str = ""
    error: GradcliError | None = None
    odd: bool = False


def feed_rows(program: Program, asked: Request, path: str, format: str | None, *, strict: bool) -> ExitCode | None:
    """Run a program for each row of a file, and write a record for each.

    Args:
        program: The program.
        asked: What its runs are asked for, with the values that all rows have in common.
        path: The rows; ``-`` is standard input.
        format: ``jsonl`` or ``csv``; None for that of the rows.
        strict: Whether what is not finite is an error.

    Returns:
        1 where a row failed.

    Raises:
        GradcliError: The rows do not fit the program, or nothing can run.
    """
    with closing(Feed(path)) as feed:
        _check_names(program, asked, feed)
        return _feed_rows(program, asked, feed, path, format, strict=strict)


def _feed_rows(program: Program, asked: Request, feed: Feed, path: str, format: str | None, *, strict: bool) -> ExitCode | None:
    failed, first_failed, odd, printing = 0, 0, 0, False
    with rows_progress(path) as advance:
        pieces = iter(feed)
        piece = next(pieces, None)
        runs = _Runs(program, asked, _example(program, asked, piece), strict=strict)
        format = format or feed.format
        lines = writer(format, runs.names, runs.wrt, ascii=not can_print_signs(sys.stdout))
        reading = write([lines.head()])
        first = 1
        while piece is not None and reading:
            for records, number_odd in runs.of(piece, first):
                if records.errors and not failed:
                    first_failed = records.first + min(records.errors)
                failed += len(records.errors)
                odd += number_odd
                printing = printing or bool(records.printed)
                reading = write(["".join(lines.lines(records))])
                if not reading:
                    break
            first += piece.size
            advance(piece.bytes, first - 1)
            piece = next(pieces, None) if reading else None
    if printing and reading and format == "csv":
        write_warning("CSV has no place for what the program prints; --format jsonl has")
    if odd and reading:
        write_warning(f"values or derivatives are not finite in {odd:,} of {_rows(first - 1)}")
    if failed and reading:
        write_note(f"{failed:,} of {_rows(first - 1)} failed, the first is row {first_failed:,}")
    return ExitCode.NEGATIVE if failed else None


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _check_names(program: Program, asked: Request, feed: Feed) -> None:
    """Check that rows and options together give each variable one value.

    Raises:
        GradcliError: They do not.
    """
    free = free_variables(program, asked)
    values = asked.bindings or {}
    what = "column" if feed.format == "csv" else "key"
    for name in feed.names:
        if name in values or name in asked.feed:
            option = f"--feed-node {name}" if name in asked.feed else "the options or the bindings"
            raise GradcliError(f"{name} is given twice, by {option} and in {feed.where}", hint="leave one out")
        if name not in free:
            near = nearest(name, free)
            hint = f"did you mean {near}? " if near else ""
            variables = variables_among(free, values)
            hint += f"its variables are {', '.join(variables[:20])}" if variables else "it has no variables"
            raise GradcliError(f"{feed.where} has a {what} {name}, and the program has no variable {name}", hint=hint)
    if asked.fetch or asked.feed:  # only what is fetched needs its variables
        return
    given = {*feed.names, *values}
    missing = [name for name in variables_among(free, given) if name not in given]
    if missing:
        hint = f"add a {what} {missing[0]} to {feed.where}, or --{missing[0]} VALUE for all rows"
        raise no_value(missing, free[missing[0]], hint)


def _example(program: Program, asked: Request, piece: Piece | None) -> dict[str, Any]:
    """Values of the shapes that the first row has."""
    row: Mapping[str, Any] | None = None
    if piece is not None and piece.columns is None:
        row = next((row for row in piece.rows if not isinstance(row, GradcliError)), None)
    columns = piece.columns if piece is not None and piece.columns is not None else {}
    unknown = dict.fromkeys(variables_among(free_variables(program, asked), columns), 0.0) if row is None else {}
    return {**unknown, **(row or {}), **(asked.bindings or {})}


class _Runs:
    """The runs of rows.

    Args:
        program: The program.
        asked: What its runs are asked for, with the values that all rows have in common.
        example: Values of the shapes that the first row has.
        strict: Whether what is not finite is an error.
    """

    def __init__(self, program: Program, asked: Request, example: Mapping[str, Any], *, strict: bool) -> None:
        self.program = program
        self.asked = asked
        self.strict = strict
        self.names = results(program, asked)
        self.graphs: dict[Any, Prepared] = {}
        self.vectors: Prepared | None = None
        free = free_variables(program, asked)
        self.wrt = list(asked.wrt) if asked.wrt is not None else [name for name in free if name in example]
        for name in asked.wrt or ():
            if name not in asked.feed and (name not in free or name not in example):
                raise UnknownVariableError(name, variables_among(free, example), f"--wrt {name}: ")
        if asked.mode == "static":
            prepared = self._prepared(replace(asked, bindings=example))
            self.wrt = list(prepared.graph.variables) if asked.wrt is None else self.wrt
            numbers = all(isinstance(value, float) for value in (*example.values(), *asked.feed.values()))
            if numbers and asked.cotangent is None and vectorisable(prepared.graph):
                self.vectors = prepared

    def of(self, piece: Piece, first: int) -> Iterator[tuple[Records, int]]:
        """The records of some rows, and how many have something that is not finite.

        Args:
            piece: The rows.
            first: The number of the first of them.
        """
        if piece.columns is None or self.vectors is None:
            rows = piece.rows if piece.columns is None else _rows_of(piece.columns)
            at_once = 1000 if self.vectors is not None else 1
            for start in range(0, len(rows), at_once):
                results = self._mixed(rows[start : start + at_once])
                yield self._records(first + start, results), sum(result.odd for result in results)
            return
        at_once = rows_at_once(self.vectors.graph)
        for start in range(0, piece.size, at_once):
            part = {name: column[start : start + at_once] for name, column in piece.columns.items()}
            found = self._vector(part)
            odd = int(found.odd.sum()) - sum(bool(found.odd[at]) for at in found.errors)
            gradient = [_with_absent(*pair) for pair in zip(found.gradient, found.absent, strict=True)]
            count = len(next(iter(part.values())))
            yield Records(first + start, count, found.values, gradient, found.errors), odd

    def _vector(self, columns: Mapping[str, Any]) -> Rows:
        assert self.vectors is not None
        fixed = {**(self.asked.bindings or {}), **self.asked.feed}
        found = run_rows(self.vectors, columns, fixed, self.wrt, dtype=self.asked.dtype)
        if self.strict:
            for at in found.odd.nonzero()[0].tolist():
                if at not in found.errors:
                    row = {name: float(column[at]) for name, column in columns.items()}
                    found.errors[at] = self._one(row).error or GradcliError("the row has values that are not finite")
        return found

    def _mixed(self, rows: Sequence[Row]) -> list[Result]:
        """The results of rows that are no plain numbers, all of them or some."""
        import numpy

        results = [Result(error=row) if isinstance(row, GradcliError) else None for row in rows]
        if self.vectors is not None:
            plain = [
                (at, row)
                for at, row in enumerate(rows)
                if not isinstance(row, GradcliError) and all(isinstance(value, float) for value in row.values())
            ]
            if plain:
                found = self._vector({name: numpy.array([row[name] for _, row in plain]) for name in plain[0][1]})
                gradient = [_with_absent(*pair) for pair in zip(found.gradient, found.absent, strict=True)]
                for index, (at, _) in enumerate(plain):
                    values = [float(column[index]) for column in found.values]
                    derivatives = [None if column[index] is None else float(column[index]) for column in gradient]
                    error = found.errors.get(index)
                    results[at] = Result(values, derivatives, error=error, odd=error is None and bool(found.odd[index]))
        return [
            result if result is not None else self._one(row) if not isinstance(row, GradcliError) else Result(error=row)
            for row, result in zip(rows, results, strict=True)
        ]

    def _one(self, row: Mapping[str, Any]) -> Result:
        """The result of one row, run by itself."""
        asked = replace(self.asked, bindings={**(self.asked.bindings or {}), **row})
        try:
            tape, ids = run_once(self.program, asked, self._prepared(asked) if asked.mode == "static" else None)
            odd = tape.not_finite()
        except GradcliError as error:
            return Result(error=error)
        if odd and self.strict:
            return Result(error=GradcliError(odd[0][0], exit_code=ExitCode.NOT_FINITE))
        printed = "".join([f"{printed_line(shown)}\n" for shown in tape.printed])
        return Result([tape.values[id] for id in ids], _gradient(tape, self.wrt), printed, odd=bool(odd))

    def _prepared(self, asked: Request) -> Prepared:
        """The static graph for the shapes of some values; built once for each."""
        shapes = tuple(asked.known_shapes().items())
        found = self.graphs.get(shapes)
        if found is None:
            if len(self.graphs) >= MOST_GRAPHS:
                self.graphs.clear()
            found = self.graphs[shapes] = prepare(self.program, asked)
        return found

    def _records(self, first: int, results: Sequence[Result]) -> Records:
        empty = [None] * max(len(self.names), len(self.wrt))
        values = list(zip(*[empty[: len(self.names)] if result.error else result.values for result in results], strict=True))
        gradient = list(zip(*[empty[: len(self.wrt)] if result.error else result.gradient for result in results], strict=True))
        errors = {at: result.error for at, result in enumerate(results) if result.error is not None}
        printed = {at: result.printed for at, result in enumerate(results) if result.printed}
        return Records(first, len(results), values, gradient, errors, printed)


def _rows_of(columns: Mapping[str, Any]) -> list[Row]:
    lists = [column.tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _gradient(tape: Tape, wrt: Sequence[str]) -> list[Any]:
    found = tape.gradient
    return [found.get(name) for name in wrt]


def _with_absent(column: Any, absent: Any) -> Any:
    """A column of derivatives; a list with None in the rows that have none."""
    if not absent.any():
        return column
    return [None if none else value for value, none in zip(column.tolist(), absent.tolist(), strict=True)]
