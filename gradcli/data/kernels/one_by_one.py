"""Rows one after the other: programs whose rows have branches on arrays, or that print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy

from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.prepared import Prepared, run_once
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import Shape
from gradcli.language.ast import Program
from gradcli.typing import Any

Results = tuple[dict[str, Any], dict[str, Any], dict[int, GradcliError], Any, dict[str, Any]]
"""Values, derivatives, errors, the rows that are not finite, and those without a derivative."""


def one_by_one(
    program: Program,
    asked: Request,
    prepared: Prepared,
    columns: Mapping[str, Any],
    count: int,
    outputs: Sequence[str],
    shapes: Mapping[str, Shape],
) -> Results:
    """Run a program for each row.

    Args:
        program: The program.
        asked: What its runs are asked for, with the values that all rows have in common.
        prepared: Its static graph.
        columns: The values of the rows.
        count: How many rows there are.
        outputs: What the outputs are called.
        shapes: The shapes of the derivatives, by variable.
    """
    odd, errors = numpy.zeros(count, bool), {}
    absent = {name: numpy.zeros(count, bool) for name in shapes}
    values: dict[str, list[Any]] = {name: [None] * count for name in outputs}
    grad: dict[str, list[Any]] = {name: [None] * count for name in shapes}
    for at in range(count):
        row = {name: column[at] if column.ndim > 1 else float(column[at]) for name, column in columns.items()}
        try:
            tape, ids = run_once(program, replace(asked, bindings={**(asked.bindings or {}), **row}), prepared)
        except GradcliError as error:
            errors[at] = error.kept()
            continue
        odd[at] = bool(tape.not_finite())
        for name, id in zip(values, ids, strict=True):
            values[name][at] = tape.values[id]
        for name in grad:
            grad[name][at] = tape.gradient.get(name)
            absent[name][at] = grad[name][at] is None
    return (
        {name: _stacked(column, asked.dtype) for name, column in values.items()},
        {name: _stacked(column, asked.dtype, shapes[name], absent[name]) for name, column in grad.items()},
        errors,
        odd,
        {name: rows for name, rows in absent.items() if rows.any()},
    )


def _stacked(column: Sequence[Any], dtype: str, shape: Shape | None = None, absent: Any = None) -> Any:
    """The results of rows as one array: nan in rows that failed, 0 in those without a derivative."""
    if shape is None:
        shape = next((numpy.shape(value) for value in column if value is not None), ())
    found = numpy.full((len(column), *shape), numpy.nan, dtype)
    for at, value in enumerate(column):
        if value is not None or (absent is not None and absent[at]):
            found[at] = 0 if value is None else value
    return found
