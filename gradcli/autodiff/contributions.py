"""The backward pass told edge by edge: what each use of a node adds to its adjoint, and the sum so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from gradcli.autodiff.reverse import carries, fitted, local_derivatives, quiet
from gradcli.autodiff.tape import Tape
from gradcli.graph.graph import Graph
from gradcli.lowering.builders import Value, float32
from gradcli.ops.structural import STRUCTURAL


class Contribution(NamedTuple):
    """What a node hands back to one of its inputs.

    Attributes:
        source: The id of the input.
        target: The id of the node.
        argument: Which argument of the node the input is.
        value: What is handed back, in the shape of the input.
        before: The sum of what the input has so far; None where this is the first.
        after: The sum with it.
    """

    source: int
    target: int
    argument: int
    value: Value
    before: Value | None
    after: Value


def contributions(tape: Tape) -> Iterator[Contribution]:
    """The contributions of the backward pass of a run, in its order: from the output back, the newest node first."""
    graph = tape.graph
    cast = float32 if tape.dtype == "float32" else lambda value: value
    sums: dict[int, Value] = {}
    for id in range(tape.output, -1, -1):
        adjoint = tape.adjoints[id]
        if adjoint is None or not graph.inputs[id]:
            continue
        with quiet():
            found = handed_back(graph, id, adjoint, tape.values, tape.requires_grad)
            for argument, (input, value) in enumerate(zip(graph.inputs[id], found, strict=True)):
                if value is None or not tape.requires_grad[input]:
                    continue
                before = sums.get(input)
                sums[input] = cast(value) if before is None else cast(before + value)
                yield Contribution(input, id, argument, cast(value), before, sums[input])


def handed_back(graph: Graph, id: int, adjoint: Any, values: Any, needs: Any) -> Sequence[Any]:
    """What a node hands back to each of its inputs; None where no gradient flows. On symbols the same as nodes.

    Args:
        graph: The graph.
        id: The node.
        adjoint: Its adjoint.
        values: The values of this node and of its inputs, by id.
        needs: For the same nodes whether a gradient flows through them, by id.
    """
    inputs, operation = graph.inputs[id], graph.operations[id]
    if operation in STRUCTURAL:
        pullback = STRUCTURAL[operation].pullback
        operands = [values[input] for input in inputs]
        found: Sequence[Any] = [None] * len(inputs)
        if pullback is not None:
            found = pullback(adjoint, values[id], *operands, **dict(graph.settings.get(id, ())))
        return [value if needs[input] else None for input, value in zip(inputs, found, strict=True)]
    derivatives = local_derivatives(graph, id, values, needs)
    return [
        fitted(adjoint * derivative, graph.shape(input)) if derivative is not None and carries(graph, id, argument) else None
        for argument, (input, derivative) in enumerate(zip(inputs, derivatives, strict=True))
    ]
