"""Graphs built again: replayed on a builder, and without what nothing needs."""

from __future__ import annotations

from gradcli.graph.graph import CONSTANT, PRINT, WHILE_LOOP, Graph
from gradcli.lowering.builders.static import Removed, StaticBuilder
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise.arithmetic import detach


def replay(graph: Graph, builder: StaticBuilder) -> list[Symbol]:
    """Build the nodes of a graph again; gives the symbol of each."""
    symbols: list[Symbol] = []
    names = {id: name for name, id in graph.variables.items()}
    builder.shapes = {name: graph.shape(id) for name, id in graph.variables.items()} if graph.shapes else {}
    for node in graph:
        if node.id in names:
            id = builder.variable(names[node.id], graph.spans[node.id])
        elif node.operation == CONSTANT:
            id = builder.constant(graph.constants[node.id], graph.spans[node.id])
        else:
            inputs = tuple([symbols[i].id for i in node.inputs])
            id = builder.operation(node.operation, inputs, graph.spans[node.id], graph.settings.get(node.id, ()))
            if node.id in graph.detached:
                id = builder.operation(detach.name, (id,), graph.spans[node.id])
        symbols.append(Symbol(builder, id))
    return symbols


def _acting(graph: Graph) -> list[int]:
    """The nodes that do something besides their results: those that print, in blocks too, and loops without a result."""
    found: list[int] = [id for id, operation in enumerate(graph.operations) if operation == PRINT]
    for id, block in graph.blocks.items():
        work = list(block.graphs)
        acts = graph.operations[id] == WHILE_LOOP and not block.names
        while work and not acts:
            inner = work.pop()
            acts = PRINT in inner.operations or any(
                inner.operations[at] == WHILE_LOOP and not below.names for at, below in inner.blocks.items()
            )
            work.extend(part for below in inner.blocks.values() for part in below.graphs)
        if acts:
            found.append(id)
    return found


def compacted(
    graph: Graph,
    *,
    keep_named: bool = True,
    removed: list[Removed] | None = None,
    keep_variables: bool = True,
    keep_printing: bool = True,
) -> Graph:
    """The graph without the nodes that neither are variables nor lead to an output.

    Args:
        graph: The graph.
        keep_named: Whether nodes that have a name stay as well, and what leads to them.
        removed: Where what is left out is noted; None to note nothing.
        keep_variables: Whether variables stay that no output needs.
        keep_printing: Whether what prints stays, and what leads to it; also loops without a result.
    """
    named = graph.given_names if keep_named else ()
    acting = _acting(graph) if keep_printing else ()
    variables = graph.variables.values() if keep_variables else ()
    kept = graph.ancestors(graph.output, *graph.outputs, *variables, *named, *acting)
    result = Graph(graph.max_nodes)
    new: dict[int, int] = {}
    for node in graph:
        if not kept[node.id] and removed is not None and node.operation != CONSTANT:
            removed.append(Removed("dead", node.operation, graph.spans[node.id]))
        if kept[node.id]:
            new[node.id] = result.append(node.operation, tuple([new[i] for i in node.inputs]), graph.spans[node.id])
    result.max_elements, result.max_total, result.elements = graph.max_elements, graph.max_total, graph.elements
    result.shapes = {new[id]: shape for id, shape in graph.shapes.items() if id in new}
    result.settings = {new[id]: settings for id, settings in graph.settings.items() if id in new}
    result.detached = {new[id] for id in graph.detached if id in new}
    result.blocks = {new[id]: block for id, block in graph.blocks.items() if id in new}
    result.constants = {new[id]: value for id, value in graph.constants.items() if id in new}
    result.variables = {name: new[id] for name, id in graph.variables.items() if id in new}
    result.given_names = {new[id]: name for id, name in graph.given_names.items() if id in new}
    result.output = new[graph.output]
    result.outputs = [new[id] for id in graph.outputs]
    return result
