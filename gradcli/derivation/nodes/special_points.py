"""Kinks and jumps: where they are, and what is said where a run meets one: PyTorch's gradient there is a convention."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from math import isfinite
from operator import add

from gradcli.algebra.assumptions.facts import Assumptions
from gradcli.algebra.simplified import Simplified
from gradcli.algebra.simplify import normal_forms
from gradcli.algebra.sums.cancellation import difference_from_zero
from gradcli.algebra.sums.expressions import written
from gradcli.algebra.sums.normal import Algebra
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.notation.arrays import array_expression
from gradcli.derivation.notation.prose import Equal, Piece, listed
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, Graph
from gradcli.language.ast import Comparison, Expression, Name
from gradcli.language.numbers import SHOWN_ELEMENTS
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops.arrays.ties import rows
from gradcli.ops.catalogue import CHOICE, OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.facts import END, JUMP, KINK, TRUTH, Special
from gradcli.typing import Any

_SAID = {KINK, JUMP, END}
"""The kinds of points at which a derivative may be a convention."""

_STEP, _NEAR = 1e-9, 1e-3
"""A step of a difference quotient, and how near it is to the derivative."""


def said_of(tape: Tape, variable: int) -> list[Piece]:
    """What is to be said of the derivative by a variable; nothing where no kink lies on the way to it.

    Args:
        tape: The run.
        variable: The id of the variable.
    """
    graph = tape.graph
    depends = graph.dependents(variable)
    met = [(id, at) for id, at in _special_nodes(tape) if any(depends[input] for input in at)]
    if not met:
        return []
    sharp = [(id, at) for id, at in met if graph.operations[id] != CHOICE]
    met = sharp[:3] or met[:1]
    nodes = listed([node_expression(graph, id, tape.names) for id, _ in met])
    points = dict.fromkeys(input for _, at in met for input in at if input not in graph.constants)
    where = listed([_point(tape, id) for id in points], ", ")
    if not sharp:
        return [*nodes, " changes its branch at ", *where, "; that of the branch taken is PyTorch's convention"]
    if len(met) == 1:
        return [*nodes, " has no derivative at ", *where, ": PyTorch's convention"]
    return [*nodes, " have no derivative at ", *where, ": PyTorch's convention"]


def _point(tape: Tape, id: int) -> Piece:
    """A node with its value; a large array by its name."""
    name, value = Name(tape.names[id]), tape.values[id]
    return Equal(name, array_expression(value)) if getattr(value, "size", 1) <= SHOWN_ELEMENTS else name


def away_from_kinks(
    graph: Graph, wrt: Sequence[Sequence[str]], assume: Assumptions | None = None
) -> list[tuple[Expression, ...]]:
    """Where no operation has a kink or a jump in some variables, as comparisons ``x != 0``, for each choice of variables.

    A first derivative shows where it jumps; a second one, the derivative of that, does not: of abs(x) it is 0.

    Args:
        graph: A static graph of numbers.
        wrt: The variables, for each choice.
        assume: What is assumed of variables; None for nothing.
    """
    bits = {id: 1 << at for at, id in enumerate(graph.variables.values())}
    depends: list[int] = []
    met: list[tuple[int, Special]] = []
    for id, (name, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        depends.append(bits.get(id, 0))
        for input in inputs:
            depends[id] |= depends[input]
        operation = OPERATIONS.get(name)
        if operation is not None and depends[id]:
            met += [(id, special) for special in operation.facts.specials if special.kind in (KINK, JUMP)]
    if not met:
        return [()] * len(wrt)
    builder = StaticBuilder(Graph(graph.max_nodes))
    symbols = replay(graph, builder)
    zeros: list[tuple[int, int]] = []
    for id, special in met:
        operation = OPERATIONS[graph.operations[id]]
        operands = operation.complete(tuple([symbols[input] for input in graph.inputs[id]]))
        for some in combinations(operands, 2) if operation.variadic else [operands]:
            zeros.append((depends[id], builder.symbol(special.zero(*some)).id))
    algebra = Algebra(assume)
    forms = normal_forms(builder.graph, algebra, ends=[zero for _, zero in zeros])
    sides = [(on, pair) for on, zero in zeros for pair in difference_from_zero(algebra, forms[zero])]
    found = [(on, Comparison(("!=",), tuple([written(algebra, side) for side in pair]))) for on, pair in dict.fromkeys(sides)]
    chosen = [sum(bits[graph.variables[name]] for name in set(names)) for names in wrt]
    return [tuple(dict.fromkeys(condition for on, condition in found if on & names)) for names in chosen]


def with_conditions(
    found: Simplified, graph: Graph, requests: Sequence[Sequence[str]], assume: Assumptions | None = None
) -> Simplified:
    """Derivatives with where those of second and higher order hold: away from kinks.

    Args:
        found: The derivatives.
        graph: The graph that they are of.
        requests: What each is by.
        assume: What is assumed of variables; None for nothing.
    """
    if graph.shapes or all(len(names) < 2 for names in requests):
        return found
    kinks = away_from_kinks(graph, [names if len(names) > 1 else () for names in requests], assume)
    before = found.conditions or ((),) * len(kinks)
    return replace(found, conditions=tuple([tuple(dict.fromkeys(both)) for both in map(add, before, kinks)]))


def _special_nodes(tape: Tape) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The nodes with a gradient that are at a kink or a jump, each with the nodes that put it there."""
    graph = tape.graph
    for id, (name, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        adjoint, known = tape.adjoints[id], OPERATIONS.get(name) or STRUCTURAL.get(name)
        if known is None or not tape.requires_grad[id] or adjoint is None or not _any(adjoint):
            continue
        met = {special.kind for special in known.facts.specials if special.kind in _SAID and _is_at(tape, special, id)}
        if met and _is_chosen(tape, id, met == {END}):
            yield id, inputs if END in met else _there(tape, id)
        elif name == CHOICE and graph.operations[inputs[0]] != CONSTANT and len(set(inputs[1:])) > 1:
            yield from ((id, at) for at in _turning(tape, inputs[0]))


def _there(tape: Tape, id: int) -> tuple[int, ...]:
    """The inputs that put a node at a kink or a jump: of the largest of three the two that are equal."""
    operation, inputs = OPERATIONS.get(tape.graph.operations[id]), tape.graph.inputs[id]
    operands = tuple([tape.values[input] for input in inputs])
    if operation is None or any(hasattr(value, "ndim") for value in operands):
        return inputs
    if operation.variadic:
        among = tuple([input for input in inputs if tape.values[input] == tape.values[id]])
        return among if operation.facts.chooses else inputs
    values = operation.complete(operands)
    zeros = [special.zero for special in operation.facts.specials if special.kind in _SAID and special.zero(*values) == 0]
    moved = [(*values[:at], values[at] + 0.5, *values[at + 1 :]) for at in range(len(inputs))]
    return tuple([input for input, place in zip(inputs, moved, strict=True) if any(zero(*place) for zero in zeros)])


def _is_chosen(tape: Tape, id: int, end: bool) -> bool:
    """Whether a derivative at a special point is not what difference quotients say, as that of 0^0 by the exponent is.

    At an end it is none where it is infinite; where it is continuous, as that of a Huber loss is, nothing is chosen.
    """
    operation, inputs = OPERATIONS.get(tape.graph.operations[id]), tape.graph.inputs[id]
    operands = tuple([tape.values[input] for input in inputs])
    if operation is None or any(hasattr(value, "ndim") for value in operands):
        return not end
    found = operation.derivatives(tuple([tape.requires_grad[input] for input in inputs]))(tape.values[id], operands)
    for at, partial in zip(*found, strict=True):
        for step in (-_STEP, _STEP):
            moved = operation(*operands[:at], operands[at] + step, *operands[at + 1 :])
            quotient = (moved - tape.values[id]) / step
            known = isfinite(partial) and quotient == quotient
            if not abs(quotient - partial) <= _NEAR * (1 + abs(partial)) if known else not end:
                return True
    return False


def _is_at(tape: Tape, special: Special, id: int) -> bool:
    """Whether a node is at a special point; of a variadic operation it is where two operands that give its value are.

    Of one on arrays it is where the numbers along its axes are, of arrays element by element where those of one place are.
    """
    inputs, operation = tape.graph.inputs[id], OPERATIONS.get(tape.graph.operations[id])
    if special.kind != END and len(inputs) > 1 and len(set(inputs)) == 1:  # max(x, x) is x
        return False
    operands = tuple([tape.values[input] for input in inputs])
    if operation is None:
        axis = dict(tape.graph.settings.get(id, ())).get("axis")
        return any(special.zero(row) == 0 for row in rows(operands[0], axis))
    values = operation.complete(operands)
    if any(hasattr(value, "ndim") for value in values):
        with quiet():
            return (not operation.variadic or len(values) == 2) and _any((special.zero(*values) == 0) * tape.adjoints[id])
    found: Iterable[tuple[float, ...]] = [values]
    if operation.variadic:
        found = [tuple(pair) for pair in pairwise(sorted(values)) if tape.values[id] in pair]
    try:
        return any(special.zero(*point) == 0 for point in found)
    except (ZeroDivisionError, OverflowError, ValueError):
        return False


def _any(value: Any) -> bool:
    return bool(value.any() if hasattr(value, "any") else value)


def _turning(tape: Tape, condition: int) -> Iterator[tuple[int, ...]]:
    """The comparisons of equal values that a condition consists of."""
    work = [condition]
    while work:
        id = work.pop()
        operation, inputs = OPERATIONS.get(tape.graph.operations[id]), tape.graph.inputs[id]
        if operation is None or operation.facts.result != TRUTH:
            continue
        if all(_is_truth(tape.graph, input) for input in inputs):
            work.extend(inputs)
        elif len(set(inputs)) == 2 and _any(tape.values[inputs[0]] == tape.values[inputs[1]]):
            yield inputs


def _is_truth(graph: Graph, id: int) -> bool:
    operation = OPERATIONS.get(graph.operations[id])
    return operation is not None and operation.facts.result == TRUTH
