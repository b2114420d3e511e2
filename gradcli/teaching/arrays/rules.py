"""The wrong derivatives of an array that wrong rules of operations on numbers make, written out in the elements of all nodes.

Each element of the variable at each point is a column, so that one way forward gives the derivative by all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.lowering.elements.expansion import ElementBuilder, expanded_outputs
from gradcli.ops.catalogue import OPERATIONS
from gradcli.teaching.arrays.question import ArrayQuestion, flat
from gradcli.teaching.mistakes import Slip
from gradcli.teaching.numbers import forward_from, node_partials, node_values
from gradcli.teaching.places import Place, places_of
from gradcli.teaching.wrong_answers.rules import Formula, formulas
from gradcli.teaching.wrong_answers.variants import with_rules
from gradcli.typing import Any

_MOST_ELEMENTS = 1500
_MOST_COLUMNS = 2000

_OF_LEAVES: tuple[tuple[str, Formula], ...] = (
    ("chain.inner_only", lambda place, d: d[0]),
    ("chain.outer_not_differentiated", lambda place, d: place.y * d[0]),
)
"""Wrong derivatives of a function of the variable itself, which is the inside of others in an array of them."""


def of_rules(question: ArrayQuestion, graph: Graph) -> Iterator[tuple[Slip, list[Any]]]:
    """The mistakes at all elements of a node, and at all nodes of a kind, each with its answer at each point.

    Args:
        question: The question.
        graph: Its graph, or the same with operations written as their definitions; nothing comes of a large one.
    """
    written = _Written(question, graph)
    found: dict[tuple[str, int], dict[int, dict[int, Formula]]] = {}
    for id, ends in enumerate(written.ends):
        if graph.operations[id] in OPERATIONS:
            for (kind, number), wrong in written.rules(ends).items():
                found.setdefault((kind, number), {})[id] = wrong
    for (kind, _), by_node in found.items():
        for id, wrong in by_node.items():
            yield from written.answers(Slip(kind, id), wrong)
        if len(by_node) > 1:
            yield from written.answers(Slip(kind, -1), {end: rule for wrong in by_node.values() for end, rule in wrong.items()})


class _Written:
    """A question in elements: a graph of numbers, and the numbers of its nodes.

    Attributes:
        ends: For each node of the graph of arrays the nodes of its elements; nothing where there are too many, or it has none.
    """

    def __init__(self, question: ArrayQuestion, graph: Graph) -> None:
        self.question, self.output = question, graph.output
        self.ends: Sequence[Sequence[int]] = []
        size = numpy.size(question.points[0][question.wrt])
        self.columns = size * len(question.points)
        if self.columns > _MOST_COLUMNS:
            return
        builder = ElementBuilder(Graph(8 * _MOST_ELEMENTS))
        try:
            ends, names = expanded_outputs(graph, range(len(graph)), builder, _MOST_ELEMENTS)
        except GradcliError:
            return
        self.graph = builder.graph
        elements = [numpy.array([numpy.ravel(point[name]) for point in question.points]) for name in names]
        point = {
            element: numpy.repeat(vector, size)
            for own, vectors in zip(names.values(), elements, strict=True)
            for element, vector in zip(own, vectors.T, strict=True)
        }
        wrt = [self.graph.variables[element] for element in names[question.wrt]]
        sources = dict(zip(wrt, numpy.tile(numpy.eye(size), len(question.points)), strict=True))
        with quiet():
            values = node_values(self.graph, point)
            partials = node_partials(self.graph, values)
            self.right = forward_from(self.graph, partials, sources)
            depends = [[None if one is None else numpy.ones_like(one) for one in row] for row in partials]
            self.depends = forward_from(self.graph, depends, sources)
        x = flat([point[question.wrt] for point in question.points])
        self.places = places_of(self.graph, wrt, x, values, partials, self.right)
        self.ends = ends

    def rules(self, ends: Sequence[int]) -> Mapping[tuple[str, int], dict[int, Formula]]:
        """The wrong rules of an operation on each element: the kind and a number of each, and the nodes with their formula."""
        found: dict[tuple[str, int], dict[int, Formula]] = {}
        for end in ends:
            place = self.places.get(end)
            if place is not None and self.right[end] is not None:
                numbers: dict[str, int] = {}
                for kind, formula in (*formulas(place), *(_OF_LEAVES if list(place.leaf) == [True] else ())):
                    numbers[kind] = number = numbers.get(kind, -1) + 1
                    found.setdefault((kind, number), {})[end] = _where(self.depends[end], formula)
        return found

    def answers(self, slip: Slip, wrong: Mapping[int, Formula]) -> Iterator[tuple[Slip, list[Any]]]:
        """The answer that wrong rules make, where it has a value."""
        with quiet():
            found = with_rules(self.graph, self.places, self.right, wrong)
        if found is None:
            return
        rows = [numpy.broadcast_to(0.0 if found[end] is None else found[end], (self.columns,)) for end in self.ends[self.output]]
        points = len(self.question.points)
        table = numpy.array(rows).reshape(len(rows), points, -1)
        yield slip, [table[:, point].reshape(self.question.shape) for point in range(points)]


def _where(depends: Any, formula: Formula) -> Formula:
    """A wrong rule where a node depends on the element by which it is differentiated, and 0 elsewhere."""

    def rule(place: Place, d: Sequence[Any]) -> Any:
        return numpy.where(depends != 0, formula(place, d), 0.0)

    return rule
