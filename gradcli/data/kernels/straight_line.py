"""The straight line of a program: what a run for many rows computes, value and derivatives, as one flat graph of numbers.

The run is the one that rows have (:mod:`gradcli.autodiff.runs.rows`): the same forward pass and the same reverse pass, called
with symbols where a row has a number of its own. What is the same in all rows is computed here, once, as floats. Kernels are
readers of the graph: NumPy's over blocks (``lanes``), and C's by the code that ``gradcli export`` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gradcli.autodiff.passes.reverse import backward, requires_grad
from gradcli.autodiff.runs.prepared import Prepared
from gradcli.errors import Span
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph, Settings
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.builder import ROUND, Value, float32
from gradcli.lowering.builders.dynamic import DynamicBuilder
from gradcli.lowering.builders.execute import execute
from gradcli.ops.catalogue import CHOICE, OPERATIONS
from gradcli.ops.declaration.on_arrays import QUICK_POWERS
from gradcli.ops.declaration.symbol import Ieee, Symbol
from gradcli.ops.elementwise.arithmetic import mul, pow
from gradcli.ops.elementwise.logic import both, ne, where
from gradcli.typing import Any

LONGEST = 20_000
"""Nodes of a program beyond which it has no straight line: a step of the interpreter costs little there beside its rows."""


PRODUCTS = {exponent: product for exponent, product in QUICK_POWERS.items() if exponent.is_integer()}
"""Powers that arrays compute as products."""


class StraightLine(Frozen, eq=False):
    """What a run computes for each row.

    Attributes:
        graph: Operations on numbers, in order; its variables are the columns, its constants floats.
        values: For each output of the program its node.
        adjoints: For each variable to differentiate by the node of the derivative; None where the output does not depend on it.
        watched: The nodes of which none is infinite or nan where all values and adjoints of the run are finite.
        odd: Whether something that is the same in all rows is not finite.
        rounds: Whether values are rounded to single precision.
    """

    graph: Graph
    values: tuple[int, ...]
    adjoints: tuple[int | None, ...]
    watched: tuple[int, ...]
    odd: bool
    rounds: bool


class BranchError(Exception):
    """Rows may go several ways, so that there is no straight line."""


class RowSymbol(Symbol):
    """A number of each row."""

    __slots__ = ()

    ndim = 1
    """As an array has it: a float divided by it gives a symbol."""

    def masked(self, zero: Callable[[], Any]) -> Symbol:
        """0 where an operation masks and the product is nan, as arrays have it."""
        found: Symbol = where(both(ne(self, self), zero()), 0, self)
        return found


class LineBuilder:
    """Makes the nodes of a straight line.

    The same operation on the same operands is one node, and what arrays compute by a definition is written out by it.
    """

    def __init__(self) -> None:
        self.graph = Graph()
        self._known: dict[Any, int] = {}

    def column(self, name: str) -> RowSymbol:
        """The symbol of a column."""
        return RowSymbol(self, self.graph.variable(name, NOWHERE))

    def node(self, value: Any) -> int:
        """The node of a symbol or a number."""
        if isinstance(value, Symbol):
            return value.id
        number = float(value)
        key = number.hex()
        if key not in self._known:
            self._known[key] = self.graph.constant(number, NOWHERE)
        return self._known[key]

    def shape(self, id: int) -> tuple[int, ...]:
        """Each is a number."""
        return ()

    def apply(self, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Symbol:
        """The symbol of an operation on symbols and numbers."""
        declared = OPERATIONS[operation]
        if operation == mul.name:  # exact, for infinities and nan too
            for one, other in (operands, operands[::-1]):
                if not isinstance(one, Symbol) and one == 1:
                    return other  # type: ignore[no-any-return]
        if operation == CHOICE and not isinstance(operands[0], Symbol):
            chosen = operands[1 if operands[0] else 2]
            return chosen if isinstance(chosen, Symbol) else RowSymbol(self, self.node(chosen))
        if operation == pow.name and not isinstance(operands[1], Symbol) and operands[1] in PRODUCTS:
            return PRODUCTS[operands[1]](None, operands[0])  # type: ignore[no-any-return]
        if declared.array is None and declared.definition is not None:
            found = declared.definition(*declared.complete(tuple(operands)))
            return found if isinstance(found, Symbol) else RowSymbol(self, self.node(found))
        return self._interned(operation, tuple([self.node(operand) for operand in operands]))

    def rounded(self, value: Any) -> Any:
        """A number or a symbol, rounded to single precision."""
        return self._interned(ROUND, (value.id,)) if isinstance(value, Symbol) else float32(float(value))

    def _interned(self, operation: str, inputs: tuple[int, ...]) -> RowSymbol:
        key = (operation, inputs)
        id = self._known.get(key)
        if id is None:
            id = self._known[key] = self.graph.append(operation, inputs, NOWHERE)
        return RowSymbol(self, id)


class _RunBuilder(DynamicBuilder):
    """Records the run: values are symbols, or floats where all rows have the same."""

    def operation(self, name: str, inputs: tuple[int, ...], span: Span, settings: Settings = ()) -> int:
        id = self.graph.append(name, inputs, span)
        self._record(OPERATIONS[name](*[self.values[input] for input in inputs]))
        return id

    def truth(self, id: int) -> bool:
        if isinstance(self.values[id], Symbol):
            raise BranchError
        return super().truth(id)

    def _record(self, value: Value) -> None:
        super()._record(float(value) if isinstance(value, Ieee) else value)


def straight_line(
    prepared: Prepared, columns: Sequence[str], fixed: Mapping[str, float], wrt: Sequence[str], *, rounds: bool = False
) -> StraightLine | None:
    """The straight line of a program; None where rows may go several ways, or it is longer than is worth while.

    Args:
        prepared: The static graph, see :func:`gradcli.autodiff.runs.rows.vectorisable`.
        columns: The variables of which each row has its own value.
        fixed: The value of each other variable.
        wrt: The variables to differentiate by; empty for no gradient.
        rounds: Whether each value is rounded to single precision.

    Raises:
        GradcliError: The program has no derivative, or its loops do not end.
    """
    if len(prepared.graph) > LONGEST:
        return None
    line = LineBuilder()
    cast = line.rounded if rounds else None
    bindings: dict[str, Any] = {**fixed, **{name: line.column(name) for name in columns}}
    run = _RunBuilder(Graph(prepared.asked.max_nodes), bindings, cast)
    try:
        execute(prepared.graph, run, max_steps=prepared.asked.max_steps)
    except BranchError:
        return None
    if len(run.graph) > LONGEST:
        return None
    ids = [run.graph.variables.get(name) for name in wrt]
    needs = requires_grad(run.graph, [id for id in ids if id is not None])
    adjoints = backward(run.graph, run.values, needs, 1.0, cast)
    found = [adjoint for adjoint in adjoints if adjoint is not None]
    watched = {value.id for value in (*run.values, *found) if isinstance(value, Symbol)}
    return StraightLine(
        line.graph,
        tuple([line.node(run.values[output]) for output in run.graph.outputs]),
        tuple([None if id is None or adjoints[id] is None else line.node(adjoints[id]) for id in ids]),
        _to_watch(line.graph, watched),
        any(value - value != 0 for value in (*run.values, *found) if not isinstance(value, Symbol)),
        rounds,
    )


def _to_watch(graph: Graph, ids: set[int]) -> tuple[int, ...]:
    """Of some nodes those that tell of all whether one is not finite.

    Where an operand is infinite or nan, what is linear in it is so too, however large the other operands are: 0·inf is nan. So a
    node need not be looked at where a watched one is linear in it.
    """
    operations, inputs = graph.operations, graph.inputs
    known = ids | {inputs[id][0] for id in ids if operations[id] == ROUND}  # rounding loses neither infinities nor nan
    told: set[int] = set()
    for id in known:
        declared = OPERATIONS.get(operations[id])
        if operations[id] == ROUND:
            told.add(inputs[id][0])
        elif declared is not None and not declared.facts.chooses:
            told.update(inputs[id][at] for group in declared.facts.linear for at in group)
    return tuple(sorted(ids - told))
