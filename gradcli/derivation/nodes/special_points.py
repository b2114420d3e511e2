"""What a derivation says where a run meets a kink or a jump: which gradient PyTorch takes there is a convention."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.notation.arrays import array_expression
from gradcli.derivation.notation.prose import Equal, Piece, listed
from gradcli.graph.graph import CONSTANT, Graph
from gradcli.language.ast import Name
from gradcli.language.numbers import SHOWN_ELEMENTS
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops.arrays.ties import rows
from gradcli.ops.catalogue import CHOICE, OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.facts import JUMP, KINK, TRUTH, Special
from gradcli.typing import Any


def said_of(tape: Tape, variable: int) -> list[Piece]:
    """What is to be said of the derivative by a variable; nothing where no kink lies on the way to it.

    Args:
        tape: The run.
        variable: The id of the variable.
    """
    graph = tape.graph
    depends = graph.dependents(variable)
    met = [(id, at) for id, at in _special_nodes(tape) if depends[id]]
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


def _special_nodes(tape: Tape) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The nodes with a gradient that are at a kink or a jump, each with the nodes that put it there."""
    graph = tape.graph
    for id, (name, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        adjoint, known = tape.adjoints[id], OPERATIONS.get(name) or STRUCTURAL.get(name)
        if known is None or not tape.requires_grad[id] or adjoint is None or not _any(adjoint):
            continue
        if any(special.kind in (KINK, JUMP) and _is_at(tape, special, id) for special in known.facts.specials):
            yield id, inputs
        elif (
            known.name in OPERATIONS
            and not known.carries(0)
            and graph.operations[inputs[0]] != CONSTANT
            and len(set(inputs[1:])) > 1
        ):  # a choice
            yield from ((id, at) for at in _turning(tape, inputs[0]))


def _is_at(tape: Tape, special: Special, id: int) -> bool:
    """Whether a node is at a special point; of a variadic operation it is where two operands that give its value are.

    Of one on arrays it is where the numbers along its axes are, of arrays element by element where those of one place are.
    """
    inputs, operation = tape.graph.inputs[id], OPERATIONS.get(tape.graph.operations[id])
    if len(inputs) > 1 and len(set(inputs)) == 1:  # max(x, x) is x
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
