"""The runs of the rows of tables: columns at once where a program allows it, row by row where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import variables_among
from gradcli.autodiff.runs.prepared import Prepared, free_variables, prepare, results, run_once
from gradcli.autodiff.runs.rows import vectorisable
from gradcli.autodiff.runs.static_graphs import check_program
from gradcli.data.batches import BatchFunction
from gradcli.data.tables.pieces import Piece, Row
from gradcli.data.tables.records import Records
from gradcli.errors import ExitCode, GradcliError, UnknownVariableError
from gradcli.frozen import replace
from gradcli.language.parser import parse
from gradcli.output.reports.runs.printed import printed_line
from gradcli.typing import Any, NamedTuple

MOST_GRAPHS = 64
"""Static graphs that are kept, one for each combination of shapes that rows have."""

_MIXED = 1000
"""Rows that are run together where not all of them are plain numbers."""


_MOST_BYTES = 2**24
"""Bytes of results, arrays of many rows, that are computed at once."""


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


class RowRuns:
    """The runs of rows.

    Args:
        text: The program.
        where: What messages call it.
        asked: What its runs are asked for, with the values that all rows have in common.
        piece: The first rows, whose shapes the first graph is built for; None where there are none.
        strict: Whether what is not finite is an error.
        kernel: What computes, see :data:`gradcli.data.batches.KERNELS`.
        expected: How many rows there are, as far as that is known.
        threads: How many threads compute; None for one a core.

    Attributes:
        names: What the outputs are called.
        wrt: The variables to differentiate by.

    Raises:
        GradcliError: The program is wrong, or does not fit the first row.
    """

    def __init__(
        self,
        text: str,
        where: str,
        asked: Request,
        piece: Piece | None,
        *,
        strict: bool,
        kernel: str = "auto",
        expected: int = 0,
        threads: int | None = None,
    ) -> None:
        self.program = parse(text, where)
        self.asked = asked
        self.strict = strict
        self.names = results(self.program, asked)
        self.graphs: dict[Any, Prepared] = {}
        self.function: BatchFunction | None = None  # for rows of numbers
        self.arrays: BatchFunction | None = None  # for rows with arrays, of the shapes of the first
        self.shapes = {name: column.shape[1:] for name, column in piece.columns.items()} if piece and piece.columns else {}
        free = free_variables(self.program, asked)
        example = _example(free, asked, piece)
        self.wrt = list(asked.wrt) if asked.wrt is not None else [name for name in free if name in example]
        for name in asked.wrt or ():
            if name not in asked.feed and (name not in free or name not in example):
                raise UnknownVariableError(name, variables_among(free, example), f"--wrt {name}: ")
        if asked.mode != "static":
            check_program(self.program, replace(asked, bindings=example))
        else:
            prepared = self._prepared(replace(asked, bindings=example))
            self.wrt = list(prepared.graph.variables) if asked.wrt is None else self.wrt
            numbers = all(isinstance(value, float) for value in (*example.values(), *asked.feed.values()))
            own = replace(asked, wrt=self.wrt)
            if numbers and asked.cotangent is None and vectorisable(prepared.graph):
                self.function = BatchFunction(text, own, threads, kernel, list(example), expected)
            elif piece is not None and piece.columns and asked.cotangent is None and piece.size > len(piece.faults):
                function = BatchFunction(text, own, threads, kernel, list(example), expected)
                self.arrays = function if function.at_once(piece.columns) else None

    def of(self, piece: Piece, first: int) -> Iterator[tuple[Records, int]]:
        """The records of some rows, and how many have something that is not finite.

        Args:
            piece: The rows.
            first: The number of the first of them.
        """
        function = self._for(piece)
        if function is not None:
            size = piece.size
            most = max(1, _MOST_BYTES // function.width(piece.columns or {})) if function is self.arrays else size
            for start in range(0, size, most):
                part = piece if most >= size else piece.part(start, min(start + most, size))
                yield self._columns(part, first + start, function)
            return
        rows = _rows_of(piece)
        at_once = _MIXED if self.function is not None else 1
        for start in range(0, len(rows), at_once):
            found = self._mixed(rows[start : start + at_once])
            kept = {name: column[start : start + at_once] for name, column in piece.kept.items()}
            given = {at: piece.given(start + at) for at, result in enumerate(found) if result.error is not None}
            yield self._records(first + start, found, kept, given), sum(result.odd for result in found)

    def _for(self, piece: Piece) -> BatchFunction | None:
        """What runs the rows of a piece together; None where they run one by one."""
        if piece.columns is None:
            return None
        if all(column.ndim == 1 for column in piece.columns.values()) and self.function is not None:
            return self.function
        alike = all(column.shape[1:] == self.shapes.get(name) for name, column in piece.columns.items())
        return self.arrays if alike else None

    def _columns(self, piece: Piece, first: int, function: BatchFunction) -> tuple[Records, int]:
        """The records of rows that stand in columns."""
        import numpy

        assert piece.columns is not None
        columns, size = piece.columns, piece.size
        good: Any = None
        if piece.faults:
            good = numpy.setdiff1d(numpy.arange(size), list(piece.faults))
            columns = {name: column[good] for name, column in columns.items()}
        values, gradient, errors, odd = self._vector(columns, function)
        if good is not None:
            values, gradient = ([_spread(column, good, size) for column in group] for group in (values, gradient))
            errors = dict(sorted({**{int(good[at]): error for at, error in errors.items()}, **piece.faults}.items()))
        given = {at: piece.given(at) for at in errors}
        return Records(range(first, first + size), values, gradient, errors, {}, piece.kept, given), int(odd.sum())

    def _vector(
        self, columns: Mapping[str, Any], function: BatchFunction
    ) -> tuple[list[Any], list[Any], dict[int, GradcliError], Any]:
        """Values, derivatives and errors of rows that run together, and which other rows are not finite."""
        import numpy

        found = function.batch(columns)
        errors = dict(found.errors)
        if self.strict:
            for at in found.odd.nonzero()[0].tolist():
                if at not in errors:
                    row = {name: float(column[at]) if column.ndim == 1 else column[at] for name, column in columns.items()}
                    errors[at] = self._one(row).error or GradcliError("the row has values that are not finite")
        odd = found.odd.copy()
        odd[list(errors)] = False
        gradient: list[Any] = []
        for name in self.wrt:
            absent = found.absent.get(name)
            column = found.grad[name]
            if absent is not None and column.ndim > 1:
                absent = numpy.broadcast_to(absent.reshape(-1, *[1] * (column.ndim - 1)), column.shape)
            gradient.append(column if absent is None else numpy.ma.masked_array(column, absent))
        return list(found.values.values()), gradient, errors, odd

    def _mixed(self, rows: Sequence[Row]) -> list[Result]:
        """The results of rows that are no plain numbers, all of them or some."""
        import numpy

        results: list[Result | None] = [Result(error=row) if isinstance(row, GradcliError) else None for row in rows]
        if self.function is not None:
            plain = [
                (at, row)
                for at, row in enumerate(rows)
                if not isinstance(row, GradcliError) and all(isinstance(value, float) for value in row.values())
            ]
            if plain:
                columns = {name: numpy.array([row[name] for _, row in plain]) for name in plain[0][1]}
                values, gradient, errors, odd = self._vector(columns, self.function)
                lists, slopes = ([column.tolist() for column in group] for group in (values, gradient))
                for index, (at, _) in enumerate(plain):
                    own = [column[index] for column in lists], [column[index] for column in slopes]
                    results[at] = Result(*own, error=errors.get(index), odd=bool(odd[index]))
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
            return Result(error=error.kept())
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

    def _records(self, first: int, results: Sequence[Result], kept: Mapping[str, Any], given: Mapping[int, Any]) -> Records:
        empty = [None] * max(len(self.names), len(self.wrt))
        values = list(zip(*[empty[: len(self.names)] if result.error else result.values for result in results], strict=True))
        gradient = list(zip(*[empty[: len(self.wrt)] if result.error else result.gradient for result in results], strict=True))
        errors = {at: result.error for at, result in enumerate(results) if result.error is not None}
        printed = {at: result.printed for at, result in enumerate(results) if result.printed}
        return Records(range(first, first + len(results)), values, gradient, errors, printed, kept, given)


def _example(free: Mapping[str, Any], asked: Request, piece: Piece | None) -> dict[str, Any]:
    """Values of the shapes that the first row has."""
    row: Mapping[str, Any] | None = None
    columns: Mapping[str, Any] = {}
    if piece is not None and piece.columns is None:
        row = next((row for row in piece.rows if not isinstance(row, GradcliError)), None)
    elif piece is not None and piece.columns is not None:
        columns = piece.columns
        if any(column.ndim > 1 for column in columns.values()):
            row = {name: column[0] if column.ndim > 1 else float(column[0]) for name, column in columns.items()}
    unknown = dict.fromkeys(variables_among(free, columns), 0.0) if row is None else {}
    return {**unknown, **(row or {}), **(asked.bindings or {})}


def _rows_of(piece: Piece) -> Sequence[Row]:
    if piece.columns is None:
        return piece.rows
    lists = [column.tolist() if column.ndim == 1 else list(column) for column in piece.columns.values()]
    rows: list[Row] = [dict(zip(piece.columns, row, strict=True)) for row in zip(*lists, strict=True)]
    for at, error in piece.faults.items():
        rows[at] = error
    return rows


def _spread(column: Any, places: Any, size: int) -> Any:
    """A column with its rows at some places, and nan at all others."""
    import numpy

    shape = (size, *column.shape[1:])
    found = numpy.full(shape, numpy.nan, column.dtype)
    found[places] = getattr(column, "data", column) if hasattr(column, "mask") else column
    if not hasattr(column, "mask"):
        return found
    mask = numpy.zeros(shape, bool)
    mask[places] = numpy.ma.getmaskarray(column)
    return numpy.ma.masked_array(found, mask)


def _gradient(tape: Tape, wrt: Sequence[str]) -> list[Any]:
    found = tape.gradient
    return [found.get(name) for name in wrt]
