"""Functions of numbers and their derivatives, computed at many places at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from gradcli.algebra.derivatives import derivative_graph
from gradcli.algebra.equality.pair import Pair, Step, pair_in
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.runs.rows import BUDGET, MOST_ROWS
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.lowering.builders.builder import value_of
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.declaration.constants import constant_value
from gradcli.typing import Any

Vectors = Callable[[Mapping[str, Any]], list[Any]]
"""From the value of each variable, a number or a vector, the vector of each result."""


def together(graphs: Sequence[Graph]) -> Graph:
    """Functions as the outputs of one graph, which shares what they have in common."""
    builder = StaticBuilder(Graph(sum(graph.max_nodes for graph in graphs)))
    outputs = [replay(graph, builder)[graph.output].id for graph in graphs]
    builder.graph.outputs, builder.graph.output = outputs, outputs[-1]
    return builder.graph


def with_derivatives(graph: Graph, requests: Sequence[tuple[int, tuple[str, ...]]]) -> Graph:
    """A graph whose outputs are derivatives of those of another one.

    Args:
        graph: The static graph of the functions.
        requests: For each the number of an output, and the variables to differentiate it by, one after the other.
    """
    found, ids = derivative_graph(graph, [(graph.outputs[at], wrt) for at, wrt in requests])
    builder = StaticBuilder(Graph(max(found.max_nodes, 64 * len(found))))
    symbols = replay(found, builder)
    builder.graph.outputs = [symbols[id].id for id in ids]
    builder.graph.output = builder.graph.outputs[-1]
    return builder.graph


def vectors(graph: Graph) -> Vectors:
    """What computes the outputs of a graph of numbers for many values of its variables."""
    pair = pair_in(graph, [(id, id) for id in graph.outputs])
    return vectors_of(pair.steps, [first for first, _ in pair.ends])


def vectors_of(steps: Sequence[Step], wanted: Sequence[int]) -> Vectors:
    """The same of steps. Vectors are kept until they are used last, so that memory has room for as many places as can be.

    Args:
        steps: The steps.
        wanted: Those that are results.
    """
    import numpy

    last = {input: at for at, (_, inputs, _, _) in enumerate(steps) for input in inputs}
    kept = frozenset(wanted)
    ended: list[list[int]] = [[] for _ in steps]
    for input, at in last.items():
        if input not in kept:
            ended[at].append(input)
    alive = max(accumulate(1 - len(one) for one in ended), default=1)
    most = max(1, min(MOST_ROWS, BUDGET // max(1, alive)))

    def run(values: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = []
        for (operation, inputs, constant, name), over in zip(steps, ended, strict=True):
            if operation == VARIABLE:
                found.append(values[name])
            elif operation == CONSTANT:
                found.append(constant_value(constant))
            else:
                found.append(value_of(operation, [found[input] for input in inputs]))
            for one in over:
                found[one] = None
        return [found[one] for one in wanted]

    def all_of(values: Mapping[str, Any]) -> list[Any]:
        count = max((len(value) for value in values.values() if not isinstance(value, float)), default=1)
        results = [numpy.empty(count) for _ in wanted]
        for start in range(0, count, most):
            part = slice(start, start + most)
            chosen = {name: value if isinstance(value, float) else value[part] for name, value in values.items()}
            with quiet():
                for result, value in zip(results, run(chosen), strict=True):
                    result[part] = value
        return results

    return all_of


def primitive_pair(graph: Graph) -> Pair:
    """The outputs of a graph in primitive operations, of which the special points are known."""
    from gradcli.algebra.equality.pair import PrimitiveBuilder

    builder = PrimitiveBuilder(Graph(max(graph.max_nodes, 64 * len(graph))))
    symbols = replay(graph, builder)
    return pair_in(builder.graph, [(symbols[id].id, symbols[id].id) for id in graph.outputs])
