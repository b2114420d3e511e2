"""Evaluation of a graph: the value of each node, in topological order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.lowering.builders.builder import Value, forward_of, value_at
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.declaration.constants import constant_value


def evaluate(graph: Graph, bindings: Mapping[str, Value], cast: Callable[[Value], Value] | None = None) -> list[Value]:
    """The value of each node of a static graph.

    Args:
        graph: The graph.
        bindings: The value of each variable: a float, or an array of the shape that the graph says.
        cast: Rounds each value to the precision of the run; None for float64.

    Returns:
        One float or array for each node, in the order of the nodes.

    Raises:
        KeyError: A variable has no value.
    """
    values: list[Value] = []
    names = {id: name for name, id in graph.variables.items()}
    functions: dict[tuple[str, int], Callable[..., float]] = {}
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if operation == VARIABLE:
            value = bindings[names[id]]
        elif operation == CONSTANT:
            value = constant_value(graph.constants[id])
        elif graph.shapes or operation in STRUCTURAL:
            value = value_at(graph, id, values)
        else:
            key = (operation, len(inputs))
            function = functions.get(key)
            if function is None:
                function = functions[key] = forward_of(*key)
            value = function(*[values[input] for input in inputs])
        values.append(value if cast is None else cast(value))
    return values
