"""Programs of arrays for many rows: each array of a row gets an axis of rows before its own, and each node is one call.

Value and derivatives of one row are one flat graph, made by the reverse pass on symbols; each of its nodes then runs for a block
of rows. Elementwise operations broadcast. Of the others a way with an axis more is tried out on random numbers when the kernel is
made, against the operation row by row: ``W @ x`` with a column x is one product. Where no way gives the same, that operation runs
row by row, and the others do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod

import numpy

from gradcli.autodiff.passes.reverse import backward, requires_grad
from gradcli.autodiff.runs.names_asked import chosen_variables
from gradcli.autodiff.runs.prepared import Prepared
from gradcli.data.kernels.straight_line import RowSymbol
from gradcli.errors import GradcliError
from gradcli.graph.graph import CONSTANT, CONTROL, VARIABLE, Graph, Settings, Shape
from gradcli.graph.shapes import ShapeError
from gradcli.lowering.builders.builder import Value, value_of
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.arrays.index import FULL
from gradcli.ops.arrays.matrices.matmul import dot, matmul, outer
from gradcli.ops.catalogue import CHOICE, OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.structural import Structural
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise.arithmetic import mul
from gradcli.typing import Any

ELEMENTS = 2**18
"""Elements that the largest array of a block has."""

BLOCK = 2**13
"""Rows of a block at most; sums over rows go by blocks of so many."""

Rule = Callable[..., Any]


class _ArrayLine(StaticBuilder):
    """Builds the graph of a row: nothing is left out that changes a value, be it of infinities."""

    def apply(self, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Symbol:
        ids = [self.symbol(operand).id for operand in operands]
        id = self.operation(operation, tuple(ids), settings=settings)
        same: int | None = None
        if operation == mul.name:
            same = next((other for one, other in (ids, ids[::-1]) if self.graph.constants.get(one) == 1), None)
        elif operation == CHOICE and isinstance(self.graph.constants.get(ids[0]), int | float):
            same = ids[1 if self.graph.constants[ids[0]] else 2]
        return RowSymbol(self, id if same is None or self.shape(same) != self.shape(id) else same)


class ArrayKernel:
    """Runs a program of arrays for blocks of rows.

    Args:
        prepared: The static graph of one row.
        columns: The variables of which each row has its own value.
        fixed: The value of each other variable.
        wrt: The variables to differentiate by; empty for no gradient.
        dtype: ``float64`` or ``float32``.

    Raises:
        GradcliError: The program has no derivative, or a value that all rows have does not exist.

    Attributes:
        graph: Value and derivatives of one row.
        values: The node of each output.
        adjoints: For each variable to differentiate by the node of the derivative; None where there is none.
        shapes: The shape of each output and then of each derivative, of one row.
        block: How many rows a block has.
        products: How many nodes run as one call for a block.
        loops: How many run row by row.
    """

    def __init__(
        self, prepared: Prepared, columns: Sequence[str], fixed: Mapping[str, Value], wrt: Sequence[str], *, dtype: str
    ) -> None:
        run = prepared.graph
        line = _ArrayLine(Graph(64 * run.max_nodes, run.max_elements, max_total=64 * run.max_total))
        symbols = [RowSymbol(line, symbol.id) for symbol in replay(run, line)]
        ids = [run.variables.get(name) for name in wrt]
        adjoints: list[Any] = [None] * len(run)
        if wrt and not run.shape(run.output):
            needs = requires_grad(run, [id for id in ids if id is not None])
            adjoints = backward(run, symbols, needs, RowSymbol(line, line.constant(1.0)))
        self.graph, self.columns, self.wrt, self.dtype = line.graph, tuple(columns), tuple(wrt), numpy.dtype(dtype)
        self.values = tuple([symbols[output].id for output in run.outputs])
        found = [None if id is None or adjoints[id] is None else line.symbol(adjoints[id]).id for id in ids]
        self.adjoints = tuple(found)
        outputs = [run.shape(run.variables[name]) if name in run.variables else numpy.shape(fixed.get(name, 0.0)) for name in wrt]
        self.shapes: tuple[Shape, ...] = (*[run.shape(output) for output in run.outputs], *outputs)
        self._watched = {*[symbol.id for symbol in symbols], *[line.symbol(one).id for one in adjoints if one is not None]}
        self._plan(fixed)

    def _plan(self, fixed: Mapping[str, Value]) -> None:
        """Compute what all rows have in common, and say how each other node runs."""
        graph = self.graph
        needed = graph.ancestors(*[id for id in (*self.values, *self.adjoints) if id is not None])
        names = {id: name for name, id in graph.variables.items()}
        self.known: dict[int, Any] = {}
        self.rules: dict[int, Rule] = {}
        self.loops = 0
        largest = 1
        draw = numpy.random.default_rng(0)
        for node in graph:
            shape, settings = graph.shape(node.id), graph.settings.get(node.id, ())
            if node.operation == VARIABLE:
                if names[node.id] not in self.columns:
                    self.known[node.id] = self._typed(fixed[names[node.id]])
            elif node.operation == CONSTANT:
                self.known[node.id] = self._typed(constant_value(graph.constants[node.id]))
            elif all(input in self.known for input in node.inputs):
                self.known[node.id] = value_of(node.operation, [self.known[input] for input in node.inputs], settings)
            elif needed[node.id]:
                shapes = [graph.shape(input) for input in node.inputs]
                if node.operation in OPERATIONS:
                    self.rules[node.id] = _elementwise(
                        node.operation, [input in self.known for input in node.inputs], shapes, shape
                    )
                else:
                    given = [self.known.get(input) for input in node.inputs]
                    rule = _together(STRUCTURAL[node.operation], given, shapes, shape, settings, draw)
                    self.loops += rule is None
                    self.rules[node.id] = rule or _apart(STRUCTURAL[node.operation], given, settings)
            largest = max(largest, prod(shape))
        self.products = len(self.rules) - self.loops
        self.block = max(1, min(BLOCK, ELEMENTS // largest))

    def _typed(self, value: Value) -> Value:
        return value.astype(self.dtype) if hasattr(value, "ndim") else float(self.dtype.type(value))

    def compute(self, columns: Mapping[str, Any], skipped: Sequence[int] = ()) -> dict[int, Any]:
        """The value of each node for some rows, but for those that only skipped nodes need."""
        found = dict(self.known)
        for name, id in self.graph.variables.items():
            if name in self.columns:
                found[id] = numpy.asarray(columns[name], self.dtype)
        with numpy.errstate(all="ignore"):
            for id, rule in self.rules.items():
                if id not in skipped:
                    found[id] = rule(*[found[input] for input in self.graph.inputs[id]])
        return found

    def run(self, columns: Mapping[str, Any], results: Sequence[Any], odd: Any, starts: Iterator[int], count: int) -> None:
        """Compute blocks of rows.

        Args:
            columns: The columns, rows along the first axis.
            results: For each output and then each derivative its array for all rows; what there is not is left alone.
            odd: For each row whether something in it is not finite, for all rows.
            starts: The first rows of the blocks to compute; threads take from one iterator.
            count: How many rows there are.
        """
        for first in starts:
            rows = slice(first, min(first + self.block, count))
            found = self.compute({name: columns[name][rows] for name in self.columns})
            for id, array in zip((*self.values, *self.adjoints), results, strict=True):
                if id is not None:
                    array[rows] = found[id]
            for id in self._watched:
                if id in self.known:
                    odd[rows] |= not numpy.isfinite(found[id]).all()
                elif id in found:
                    finite = numpy.isfinite(found[id])
                    odd[rows] |= ~finite.reshape(len(finite), -1).all(axis=1)

    def sums(self, columns: Mapping[str, Any], count: int) -> list[Any]:
        """The sum over some rows of each output and then of each derivative; products are contracted and not made row by row."""
        graph = self.graph
        ends = (*self.values, *self.adjoints)
        contracted = {id for id in ends if id is not None and id in self.rules and _contraction(graph, id, self.known)}
        contracted -= {input for id in self.rules for input in graph.inputs[id]}
        found = self.compute(columns, tuple(contracted))
        sums: list[Any] = []
        for id, shape in zip(ends, self.shapes, strict=True):
            if id is None:
                sums.append(numpy.zeros(shape))
            elif id in self.known:
                sums.append(count * numpy.broadcast_to(numpy.asarray(found[id], "float64"), shape))
            elif id in contracted:
                contract = _contraction(graph, id, self.known)
                assert contract is not None
                sums.append(contract(*[found[input] for input in graph.inputs[id]]))
            else:
                sums.append(numpy.broadcast_to(found[id], (count, *shape)).sum(axis=0, dtype="float64"))
        return sums


def array_kernel(
    prepared: Prepared, columns: Sequence[str], fixed: Mapping[str, Value], wrt: Sequence[str], *, dtype: str = "float64"
) -> ArrayKernel | None:
    """The kernel of a program of arrays; None where branches, loops or prints make rows differ, or a row has to be an error."""
    if any(operation in CONTROL for operation in prepared.graph.operations) or not columns:
        return None
    try:
        chosen_variables(prepared.graph, [name for name in wrt if name in prepared.graph.variables])
        return ArrayKernel(prepared, columns, fixed, wrt, dtype=dtype)
    except GradcliError:
        return None


def _elementwise(name: str, known: Sequence[bool], shapes: Sequence[Shape], shape: Shape) -> Rule:
    operation = OPERATIONS[name]
    axes = [
        None if fixed or len(own) == len(shape) else (1,) * (len(shape) - len(own))
        for fixed, own in zip(known, shapes, strict=True)
    ]

    def rule(*operands: Any) -> Any:
        lifted = [
            one if extra is None else one.reshape(one.shape[0], *extra, *one.shape[1:])
            for one, extra in zip(operands, axes, strict=True)
        ]
        return operation.array_value(*lifted)

    return rule


def _apart(operation: Structural, known: Sequence[Any], settings: Settings) -> Rule:
    """An operation row by row."""
    named = dict(settings)

    def rule(*operands: Any) -> Any:
        count = next(len(one) for one, fixed in zip(operands, known, strict=True) if fixed is None)
        rows = [
            operation(*[_number(one[at]) if fixed is None else one for one, fixed in zip(operands, known, strict=True)], **named)
            for at in range(count)
        ]
        return numpy.array(rows)

    return rule


def _number(value: Any) -> Any:
    return value if value.ndim else float(value)


def _together(
    operation: Structural, known: Sequence[Any], shapes: Sequence[Shape], shape: Shape, settings: Settings, draw: Any
) -> Rule | None:
    """A way to run an operation for all rows at once that gives what it gives row by row, tried out on random numbers."""
    rows = 3
    operands = [draw.normal(size=(rows, *own)) if fixed is None else fixed for fixed, own in zip(known, shapes, strict=True)]
    with numpy.errstate(all="ignore"):
        try:
            expected = _apart(operation, known, settings)(*operands)
        except (GradcliError, ShapeError, ValueError, IndexError):  # random numbers are no places
            return None
        for way in _ways(operation, [fixed is None for fixed in known], shapes, shape, settings):
            try:
                found = way(*operands)
            except (GradcliError, ShapeError, ValueError, TypeError, IndexError):
                continue
            if numpy.shape(found) == (rows, *shape) and numpy.allclose(found, expected, rtol=1e-12, atol=1e-12, equal_nan=True):
                return way
    return None


def _ways(
    operation: Structural, rows: Sequence[bool], shapes: Sequence[Shape], shape: Shape, settings: Settings
) -> Iterator[Rule]:
    """How an operation might run with an axis of rows before the others."""
    if operation is outer:
        yield lambda a, b: a[..., :, None] * b[..., None, :]
    if operation in (dot, matmul):
        if len(shapes[0]) == len(shapes[1]) == 1:
            yield (lambda a, b: numpy.einsum("nk,nk->n", a, b)) if all(rows) else lambda a, b: numpy.matmul(a, b)
        if rows == [False, True] and len(shapes[1]) == 1:
            yield lambda a, b: numpy.matmul(b, a.T if a.ndim == 2 else a)
        yield numpy.matmul
        yield lambda a, b: numpy.matmul(a, b[..., None])[..., 0]
        yield lambda a, b: numpy.matmul(a[..., None, :], b)[..., 0, :]
    for changed in _with_rows(dict(settings), shapes[0] if shapes else ()):
        yield lambda *operands, changed=changed: operation.forward(numpy, *operands, **changed(len(operands[0])))


def _with_rows(settings: dict[str, Any], shape: Shape) -> Iterator[Callable[[int], dict[str, Any]]]:
    """Settings for arrays with one axis more in front, as functions of the number of rows."""

    def moved(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(moved, value))
        return value + 1 if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else value

    axes = {name: moved(value) for name, value in settings.items() if "ax" in name}
    whole = {name: tuple(range(1, len(shape) + 1)) for name, value in axes.items() if value is None}
    sizes = {name: value for name, value in settings.items() if name == "shape" and isinstance(value, tuple)}
    places = {name: (FULL, *value) for name, value in settings.items() if name == "index" and isinstance(value, tuple)}
    yield lambda count: {**settings, **axes, **whole, **{name: (count, *value) for name, value in sizes.items()}, **places}
    last = dict.fromkeys(whole)
    yield lambda count: {**settings, **axes, **last}


def _contraction(graph: Graph, id: int, known: Mapping[int, Any]) -> Rule | None:
    """The sum over rows of a product, without the products: of a number and an array, of two vectors' outer product."""
    inputs = graph.inputs[id]
    if any(input in known for input in inputs):
        return None
    shapes = [graph.shape(input) for input in inputs]
    if graph.operations[id] == outer.name:
        return lambda a, b: a.T @ b
    if graph.operations[id] == mul.name and () in shapes:
        return lambda a, b: numpy.tensordot(a, b, (0, 0))
    return None
