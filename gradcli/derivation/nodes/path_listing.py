"""The paths of a graph one by one: all of them, or the largest without a look at the others."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence

from gradcli.derivation.nodes.workings import Workings
from gradcli.derivation.notation.expressions import product_of, without_trivial
from gradcli.derivation.notation.prose import Way
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Number, Partial
from gradcli.ops.catalogue import OPERATIONS
from gradcli.typing import NamedTuple

LONG_PATH = 24
"""Edges up to which the product along a path is written out."""

ARROWS = 12
"""Nodes of a path that are named."""


class Path(Frozen):
    """A way from a variable to the output.

    Attributes:
        nodes: The ids of its nodes, from the variable to the output.
        arguments: For each edge which argument of its target it is, from 0.
        way: Its nodes by name.
        partials: The product of the derivatives along it, as symbols; None where it is long.
        factors: The same with the local derivatives put in.
        product: The same without trivial factors.
        value: Its number.
    """

    nodes: tuple[int, ...]
    arguments: tuple[int, ...]
    way: Way
    partials: Expression | None
    factors: Expression | None
    product: Expression | None
    value: float


class Edge(NamedTuple):
    """A use of a node: the node that uses it, and as which argument."""

    target: int
    argument: int


def uses_of(graph: Graph, needs: Sequence[bool]) -> list[list[Edge]]:
    """For each node its uses from which a gradient comes back, in the order of evaluation; a condition leads nowhere."""
    uses: list[list[Edge]] = [[] for _ in graph.operations]
    reached = [False] * len(graph)
    reached[graph.output] = needs[graph.output]
    for id in range(graph.output, -1, -1):
        inputs = graph.inputs[id]
        if not inputs or not reached[id]:
            continue
        operation = OPERATIONS[graph.operations[id]]
        for argument in range(len(inputs) - 1, -1, -1):
            input = inputs[argument]
            if needs[input] and operation.carries(argument):
                uses[input].append(Edge(id, argument))
                reached[input] = True
    for edges in uses:
        edges.reverse()
    return uses


Weight = tuple[int, int, float]
"""How large the product along a path is, to be added up edge by edge: factors that are not finite, factors 0 (less is more),
and the logarithm of the rest. Without values the shortest path is the largest."""


class Listing:
    """The paths of a graph, found one by one."""

    def __init__(self, workings: Workings, uses: list[list[Edge]]) -> None:
        self.workings = workings
        self.tape = workings.tape
        self.uses = uses
        self.derivatives: dict[int, list[Expression | None]] = {}
        self.best: list[Weight | None] | None = None
        self.ranked: dict[int, list[tuple[Weight, Edge]]] = {}

    def all(self, start: int) -> Iterator[tuple[Edge, ...]]:
        """Every path, in the order of evaluation."""
        output = self.tape.output
        stack: list[tuple[int, int]] = [(start, 0)]
        edges: list[Edge] = []
        while stack:
            node, index = stack.pop()
            if node == output:
                yield tuple(edges)
            elif index < len(self.uses[node]):
                stack.append((node, index + 1))
                edge = self.uses[node][index]
                edges.append(edge)
                stack.append((edge.target, 0))
                continue
            if edges:
                edges.pop()

    def largest(self, start: int, count: int) -> Iterator[tuple[Edge, ...]]:
        """The largest paths, the largest first: each further one leaves an earlier one at some node for the next best edge.

        Lawler's method (1972) on a graph without cycles: the best way on from each node is known beforehand, so that each path
        costs its length and nothing is looked at twice.
        """
        if not count:
            return
        serial = 0
        queue: list[tuple[tuple[int, int, float], int, tuple[Edge, ...], Weight, int, int]] = []

        def put(prefix: tuple[Edge, ...], weight: Weight, node: int, choice: int) -> None:
            nonlocal serial
            choices = self._choices(node)
            if choice < len(choices):
                total = _plus(weight, choices[choice][0])
                serial += 1
                heapq.heappush(queue, ((-total[0], -total[1], -total[2]), serial, prefix, weight, node, choice))

        put((), (0, 0, 0.0), start, 0)
        while queue and count:
            _, _, prefix, weight, node, choice = heapq.heappop(queue)
            put(prefix, weight, node, choice + 1)
            edges = list(prefix)
            while True:
                edge = self._choices(node)[choice][1]
                edges.append(edge)
                weight = _plus(weight, self._weight(edge))
                node, choice = edge.target, 0
                if node == self.tape.output:
                    break
                if len(self._choices(node)) > 1:
                    put(tuple(edges), weight, node, 1)
            yield tuple(edges)
            count -= 1

    def _choices(self, node: int) -> list[tuple[Weight, Edge]]:
        """The edges out of a node, with the weight of the best path through each, the best first."""
        ranked = self.ranked.get(node)
        if ranked is None:
            best = self._best()
            ranked = [(_plus(self._weight(edge), best[edge.target] or (0, 0, 0.0)), edge) for edge in self.uses[node]]
            ranked.sort(key=lambda item: item[0], reverse=True)
            self.ranked[node] = ranked
        return ranked

    def _best(self) -> list[Weight | None]:
        """For each node the weight of the best path to the output."""
        if self.best is None:
            self.best = [None] * len(self.uses)
            self.best[self.tape.output] = (0, 0, 0.0)
            for id in range(self.tape.output - 1, -1, -1):
                if self.uses[id]:
                    self.best[id] = max(
                        _plus(self._weight(edge), self.best[edge.target] or (0, 0, 0.0)) for edge in self.uses[id]
                    )
        return self.best

    def _weight(self, edge: Edge) -> Weight:
        if self.tape.symbolic:
            return (0, 0, -1.0)
        value = self.value(edge)
        if not math.isfinite(value):
            return (1, 0, 0.0)
        return (0, 0, math.log(abs(value))) if value else (0, -1, 0.0)

    def value(self, edge: Edge) -> float:
        """The local derivative along an edge."""
        return self.tape.local_values(edge.target)[edge.argument] or 0.0

    def derivative(self, edge: Edge) -> Expression:
        """The local derivative along an edge, in the names of nodes."""
        found = self.derivatives.get(edge.target)
        if found is None:
            found = self.derivatives[edge.target] = self.workings.labels.derivatives(edge.target)
        expression = found[edge.argument]
        assert expression is not None
        return expression

    def partial(self, source: int, edge: Edge) -> Partial:
        """The symbol of the derivative along an edge; it says what is held fixed where the node is used in other ways too."""
        names, inputs = self.workings.names, self.workings.graph.inputs[edge.target]
        if inputs.count(source) > 1:
            return self.tape.local_derivative(edge.target, source, (), edge.argument + 1)
        others = [input for at, input in enumerate(inputs) if at != edge.argument and self.tape.requires_grad[input]]
        apart = edge.target == self.tape.output and len(self.uses[source]) > 1
        held = tuple(names[o] for o in dict.fromkeys(others)) if apart else ()
        return self.tape.local_derivative(edge.target, source, held)

    def path(self, start: int, edges: Sequence[Edge]) -> Path:
        """A path with the product along it."""
        names = self.workings.names
        nodes = (start, *(edge.target for edge in edges))
        stops = [names[node] for node in nodes]
        left_out = max(0, len(stops) - ARROWS)
        if left_out:
            stops = [*stops[: ARROWS // 2], *stops[-ARROWS // 2 :]]
        value = 1.0
        for edge in edges:
            value *= self.value(edge)
        partials = factors = product = None
        if edges and len(edges) <= LONG_PATH:
            downwards = list(zip(nodes[-2::-1], reversed(edges), strict=True))
            symbols = [self.partial(source, edge) for source, edge in downwards]
            locals = [self.derivative(edge) for _, edge in downwards]
            partials, factors = product_of(symbols), product_of(locals)
            product = without_trivial(locals) or Number(0)
        return Path(nodes, tuple(edge.argument for edge in edges), Way(tuple(stops), left_out), partials, factors, product, value)


def _plus(a: Weight, b: Weight) -> Weight:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])
