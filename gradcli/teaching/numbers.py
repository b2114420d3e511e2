"""The numbers of the nodes of a graph at many points at once: values, local derivatives, derivatives, adjoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy

from gradcli.autodiff.passes.reverse import local_derivatives, requires_grad
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import constant_value
from gradcli.typing import Any

Vector = Any
"""A NumPy vector with an element for each point."""


def node_values(graph: Graph, point: Mapping[str, Vector], given: Mapping[int, Any] | None = None) -> list[Vector]:
    """The value of each node at all points. With nodes that are given, constants mostly, some values are numbers."""
    names = {id: name for name, id in graph.variables.items()}
    count = len(next(iter(point.values())))
    values: list[Any] = []
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if given is not None and id in given:
            values.append(given[id])
        elif operation == VARIABLE:
            values.append(point[names[id]])
        elif operation == CONSTANT:
            value = constant_value(graph.constants[id])
            values.append(numpy.full(count, value) if given is None else value)
        else:
            values.append(OPERATIONS[operation](*[values[input] for input in inputs]))
    return values


def node_partials(graph: Graph, values: Sequence[Vector]) -> list[list[Vector | None]]:
    """The derivative of each node by each of its inputs."""
    needs = requires_grad(graph, list(graph.variables.values()))
    found: list[list[Vector | None]] = []
    for id, inputs in enumerate(graph.inputs):
        if not inputs or not needs[id]:
            found.append([None] * len(inputs))
            continue
        locals = local_derivatives(graph, id, values, needs)
        found.append([None if local is None else numpy.broadcast_to(local, values[id].shape) for local in locals])
    return found


def forward(graph: Graph, partials: Sequence[Sequence[Vector | None]], wrt: str) -> list[Vector | None]:
    """The derivative of each node by a variable."""
    return forward_from(graph, partials, {graph.variables[wrt]: 1.0} if wrt in graph.variables else {})


def forward_from(graph: Graph, partials: Sequence[Sequence[Vector | None]], sources: Mapping[int, Any]) -> list[Vector | None]:
    """The derivative of each node along some of them, which are taken for variables: those have one that is given."""
    found: list[Vector | None] = []
    for id, inputs in enumerate(graph.inputs):
        if id in sources:
            found.append(sources[id])
            continue
        terms = [
            partial * found[input]
            for input, partial in zip(inputs, partials[id], strict=True)
            if partial is not None and found[input] is not None
        ]
        found.append(sum(terms) if terms else None)
    shapes = {vector.shape for row in partials for vector in row if vector is not None}
    shape = numpy.broadcast_shapes(*shapes) if shapes else (1,)
    return [None if vector is None else numpy.broadcast_to(vector, shape) for vector in found]


def adjoints_of(graph: Graph, partials: Sequence[Sequence[Vector | None]]) -> list[Vector | None]:
    """The derivative of the result by each node."""
    found: list[Vector | None] = [None] * len(graph)
    found[graph.output] = 1.0
    for id in range(graph.output, -1, -1):
        handed = found[id]
        if handed is None:
            continue
        for input, partial in zip(graph.inputs[id], partials[id], strict=True):
            if partial is not None:
                before = found[input]
                found[input] = handed * partial if before is None else before + handed * partial
    return found
