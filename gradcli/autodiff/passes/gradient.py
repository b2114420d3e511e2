"""The gradient of a run as a graph of its own, with names that tell what its nodes are."""

from __future__ import annotations

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import symbolic_adjoints
from gradcli.autodiff.passes.tape import Tape
from gradcli.frozen import Frozen
from gradcli.graph.graph import Constant, Graph
from gradcli.graph.names import is_operation, node_names
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import float32
from gradcli.lowering.builders.compaction import compacted
from gradcli.ops.declaration.constants import VALUES, exact
from gradcli.ops.declaration.structural import shape_of
from gradcli.typing import Any


class Gradient(Frozen):
    """A graph that computes derivatives.

    Attributes:
        graph: The graph.
        names: The unique name of each node: nodes of the function keep theirs, the adjoint of a node v is ∂y/∂v.
        values: The value of each node; None where the variables have none.
        nodes: For each variable the node that is its derivative, in the order asked for; None where there is none.
        symbols: For each of them how its derivative is written: ∂y/∂x.
    """

    graph: Graph
    names: list[str]
    values: list[float] | None
    nodes: dict[str, int | None]
    symbols: dict[str, str]


def gradient_of(tape: Tape) -> Gradient:
    """The gradient graph of a run: the reverse pass on symbols, shared, without factors 1.

    That of an array begins with its cotangent; without one it has no gradient, and the graph is the function alone.

    Raises:
        GradcliError: An operation on the way has no derivative by the argument that is asked for.
    """
    function = tape.graph
    seed = _seed(tape)
    needs = tape.requires_grad if seed is not None else [False] * len(function)
    builder, symbols, adjoints = symbolic_adjoints(function, needs, 1 if seed is None else seed)
    graph = builder.graph
    for id, symbol in enumerate(symbols):
        if is_operation(graph, symbol.id):
            graph.given_names.setdefault(symbol.id, tape.names[id])
    for id in range(len(function) - 1, -1, -1):
        adjoint = adjoints[id]
        if adjoint is not None and is_operation(graph, adjoint.id):
            graph.given_names.setdefault(adjoint.id, to_text(tape.derivative(id), pretty=True))
    asked = {name: adjoints[function.variables[name]] for name in tape.wrt}
    found = {name: adjoint.id for name, adjoint in asked.items() if adjoint is not None}
    graph.outputs = list(found.values()) or [symbols[tape.output].id]
    graph.output = graph.outputs[-1]
    graph = compacted(graph, keep_named=False)
    values = None if tape.symbolic else evaluate(graph, tape.bindings, float32 if tape.dtype == "float32" else None)
    nodes = dict(zip(found, graph.outputs, strict=False))
    names = node_names(graph, frozenset(VALUES).union(tape.names))
    written = {name: to_text(tape.derivative(name), pretty=True) for name in tape.wrt}
    return Gradient(graph, names, values, {name: nodes.get(name) for name in tape.wrt}, written)


def _seed(tape: Tape) -> Constant | None:
    """The adjoint of the output; None for an array that has none."""
    shape, adjoint = tape.graph.shape(tape.output), tape.adjoints[tape.output]
    if not shape:
        return exact(adjoint) if isinstance(adjoint, float) else 1
    return _nested(adjoint.tolist()) if adjoint is not None and shape_of(adjoint) == shape else None


def _nested(value: Any) -> Constant:
    return tuple([_nested(one) for one in value]) if isinstance(value, list) else exact(value)
