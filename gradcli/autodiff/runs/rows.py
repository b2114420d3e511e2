"""Many runs of one static graph at once: each value is a vector with an element for each run, a row.

A branch or a loop may go another way in some rows than in others. The rows then part: those of the larger side run on, and those
of the smaller side start again from the beginning, so that a row starts again at most log₂ n times. Rows that went one way share
one flat graph, through which the reverse pass goes with vectors. What a row gives does not depend on the rows beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gradcli.autodiff.passes.reverse import backward, quiet, requires_grad
from gradcli.autodiff.runs.prepared import Prepared
from gradcli.errors import GradcliError, Span
from gradcli.graph.graph import CONSTANT, CONTROL, PRINT, VARIABLE, Graph, Settings
from gradcli.lowering.builders.builder import Value, float32
from gradcli.lowering.builders.dynamic import DynamicBuilder
from gradcli.lowering.builders.execute import execute
from gradcli.ops.catalogue import OPERATIONS
from gradcli.typing import Any

BUDGET = 2**23
"""Elements that the values of a run have together; where they would have more, it goes on with half of the rows at a time."""

MOST_ROWS = 2**14
"""Rows that are run at once: enough that a step of the interpreter costs little beside them, few enough for the caches."""


_KNOWN = {VARIABLE, CONSTANT, *CONTROL} - {PRINT}


@dataclass
class Rows:
    """The results of many runs.

    Attributes:
        values: For each output its value in each row.
        gradient: For each variable the derivative of the first output by it in each row.
        absent: For each variable the rows in which the output does not depend on it; None for no row.
        errors: The rows that failed, each with the reason.
        odd: Whether something in a row is not finite, for each row.
    """

    values: list[Any]
    gradient: list[Any]
    absent: list[Any]
    odd: Any
    errors: dict[int, GradcliError] = field(default_factory=dict)


def vectorisable(graph: Graph) -> bool:
    """Whether a graph can run on vectors of rows: it computes with numbers alone, element by element, and prints nothing."""
    work = [graph]
    while work:
        graph = work.pop()
        if graph.shapes or any(isinstance(value, tuple) for value in graph.constants.values()):
            return False
        if not all(operation in OPERATIONS or operation in _KNOWN for operation in set(graph.operations)):
            return False
        work.extend(inner for block in graph.blocks.values() for inner in block.graphs)
    return True


def rows_at_once(graph: Graph) -> int:
    """How many rows to run at once."""
    return max(1, min(MOST_ROWS, BUDGET // max(1, len(graph))))


def run_rows(
    prepared: Prepared,
    columns: Mapping[str, Any],
    fixed: Mapping[str, Value],
    wrt: Sequence[str],
    *,
    dtype: str = "float64",
) -> Rows:
    """Run a static graph for many rows, forward and backward.

    Args:
        prepared: The graph; see :func:`vectorisable`.
        columns: The variables that differ between rows: vectors of float64, all of one length.
        fixed: The value of each other variable.
        wrt: The variables to differentiate by; empty for no gradient.
        dtype: ``float64``, or ``float32``, to which every value is rounded.
    """
    import numpy

    count = len(next(iter(columns.values())))
    cast = _float32 if dtype == "float32" else None
    result = Rows(
        [numpy.empty(count) for _ in prepared.names],
        [numpy.zeros(count) for _ in wrt],
        [numpy.zeros(count, bool) for _ in wrt],
        numpy.zeros(count, bool),
    )
    with quiet():
        columns = {name: column if cast is None else cast(column) for name, column in columns.items()}
    fixed = {name: value if cast is None else cast(value) for name, value in fixed.items()}
    pending = [numpy.arange(count)]
    while pending:
        rows = pending.pop()
        bindings = {**fixed, **{name: column[rows] for name, column in columns.items()}}
        builder = _RowsBuilder(Graph(prepared.asked.max_nodes), bindings, rows, pending, cast)
        try:
            with quiet():
                execute(prepared.graph, builder, max_steps=prepared.asked.max_steps)
                _finish(builder, result, wrt, cast)
        except GradcliError as error:
            result.errors.update(dict.fromkeys(builder.rows.tolist(), error))
    return result


def _finish(builder: _RowsBuilder, result: Rows, wrt: Sequence[str], cast: Any) -> None:
    """The reverse pass of rows that went one way, and what becomes of it."""
    import numpy

    graph, rows = builder.graph, builder.rows
    builder.settle()
    values = builder.values
    ids = [graph.variables.get(name) for name in wrt]
    needs = requires_grad(graph, [id for id in ids if id is not None])
    adjoints = backward(graph, values, needs, 1.0, cast)
    for column, output in zip(result.values, graph.outputs, strict=True):
        column[rows] = values[output]
    for column, absent, id in zip(result.gradient, result.absent, ids, strict=True):
        adjoint = None if id is None else adjoints[id]
        if adjoint is None:
            absent[rows] = True
        else:
            column[rows] = adjoint
    odd = numpy.zeros(len(rows), bool)
    for value in (*values, *adjoints):
        if value is not None:
            odd |= ~numpy.isfinite(value)
    result.odd[rows] = odd


class _RowsBuilder(DynamicBuilder):
    """Records a run of many rows, whose values are vectors; rows that go another way are put aside.

    Args:
        graph: The graph to record into.
        bindings: The value of each variable: a vector, or a number that all rows have.
        rows: The numbers of the rows, ascending.
        pending: Where the rows are put that start again.
        cast: As for :class:`DynamicBuilder`.
    """

    def __init__(self, graph: Graph, bindings: Mapping[str, Value], rows: Any, pending: list[Any], cast: Any) -> None:
        super().__init__(graph, bindings, cast)
        self.rows = rows
        self.pending = pending
        self._elements = 0
        self._rows_then = [rows]  # the rows before and after each time that some were put aside
        self._recorded: list[int] = []  # for each value how often rows had been put aside when it was cut to the rest

    def variable(self, name: str, span: Span) -> int:
        id = self.graph.variables.get(name)
        if id is None:
            id = self.graph.variable(name, span)
            value = self.bindings[name]
            if len(self._rows_then) > 1 and not isinstance(value, float):
                value = value[self._rows_then[0].searchsorted(self.rows)]
            self._record(value)
        return id

    def operation(self, name: str, inputs: tuple[int, ...], span: Span, settings: Settings = ()) -> int:
        id = self.graph.append(name, inputs, span)
        self._record(OPERATIONS[name](*[self._value(input) for input in inputs]))
        return id

    def truth(self, id: int) -> bool:
        value = self._value(id)
        if isinstance(value, float):
            truth = bool(value)
        else:
            true = value != 0
            number = int(true.sum())
            truth = 2 * number >= len(true)
            if 0 < number < len(true):
                agreeing = true if truth else ~true
                self.pending.append(self.rows[~agreeing])
                self._keep(self.rows[agreeing])
        self.graph.decisions[id] = truth
        return truth

    def settle(self) -> None:
        """Cut every value to the rows that are left."""
        for id in range(len(self.values)):
            self._value(id)

    def _keep(self, rows: Any) -> None:
        self.rows = rows
        self._rows_then.append(rows)

    def _value(self, id: int) -> Value:
        """A value, cut to the rows that are left."""
        value, latest = self.values[id], len(self._rows_then) - 1
        if self._recorded[id] != latest:
            if not isinstance(value, float):
                self.values[id] = value = value[self._rows_then[self._recorded[id]].searchsorted(self.rows)]
            self._recorded[id] = latest
        return value

    def _record(self, value: Value) -> None:
        super()._record(value)
        self._recorded.append(len(self._rows_then) - 1)
        self._elements += 1 if isinstance(value, float) else len(value)
        if self._elements > BUDGET and len(self.rows) > 1:
            half = len(self.rows) // 2
            self.pending.append(self.rows[half:])
            self._keep(self.rows[:half])
            self.settle()
            self._elements = sum(1 if isinstance(value, float) else len(value) for value in self.values)


def _float32(value: Any) -> Any:
    """A number or a vector rounded to single precision, as float64."""
    return float32(value) if isinstance(value, float) else value.astype("float32").astype("float64")
