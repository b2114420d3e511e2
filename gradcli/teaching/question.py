"""A question, compiled once for all of its answers: its graph, and the numbers of every node at several points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from gradcli.autodiff.passes.reverse import local_derivatives, quiet, requires_grad
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.rows import vectorisable
from gradcli.autodiff.runs.static_graphs import build
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.graph.names import node_names
from gradcli.language.ast import Program
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import constant_value

Vector = Any
"""A NumPy vector with an element for each point."""

POINTS = 8
"""Points at which answers are compared: so many that no two different derivatives of lessons agree at all of them by chance."""

_POOLS = ((0.3, 1.9), (-1.9, -0.3), (-0.93, 0.93), (1.1, 4.7), (-6.0, 6.0), (2.2, 11.0))
"""Intervals in which points are sought, of several sizes and both signs; logarithms, roots and arcs find theirs among them."""

_CANDIDATES = 40
_LARGEST = 1e10


class Question(Frozen, eq=False):
    """A question: the derivative of an expression by a variable, and everything about it that answers are compared with.

    Attributes:
        expression: The expression as it was given.
        wrt: The variable.
        order: Which derivative is asked for.
        function: What is differentiated once: the expression itself, or its derivative before the last one.
        graph: The graph of ``function``, unshared: a place in it is a place in the text.
        names: The names of its nodes.
        point: For each variable its values, a vector with an element for each point.
        values: The values of each node.
        partials: For each node the derivative by each of its inputs; None where none flows.
        derivatives: For each variable the derivative of each node by it, None where it does not depend on it.
        adjoints: The derivative of the result by each node; None where none arrives.
        earlier: Below the asked order the value and the derivatives of the expression, lowest first.
    """

    expression: str
    wrt: str
    order: int
    function: Program
    graph: Graph
    names: Sequence[str]
    point: Mapping[str, Vector]
    values: Sequence[Vector]
    partials: Sequence[Sequence[Vector | None]]
    derivatives: Mapping[str, Sequence[Vector | None]]
    adjoints: Sequence[Vector | None]
    earlier: Sequence[Vector]

    @property
    def right(self) -> Vector:
        """The right answer at each point."""
        found = self.derivatives[self.wrt][self.graph.output]
        return numpy.zeros(self.count) if found is None else found

    @property
    def value(self) -> Vector:
        """The value of the function at each point."""
        return self.values[self.graph.output]

    @property
    def count(self) -> int:
        """How many points there are."""
        return len(next(iter(self.point.values())))


def compile_question(expression: str, wrt: str, *, order: int = 1, at: Mapping[str, float] | None = None) -> Question:
    """Compile a question.

    Args:
        expression: An expression or program of numbers.
        wrt: The variable to differentiate by.
        order: Which derivative is asked for, from 1.
        at: A point that is added behind the others: the one at which a number is asked for.

    Raises:
        GradcliError: The expression is wrong, has arrays, branches or loops, does not have the variable, or has no value and
            derivative at any of the points that are tried.
    """
    program = parse(expression)
    whole = graph_of(program)
    if wrt not in whole.variables:
        known = ", ".join(whole.variables) or "none"
        raise GradcliError(f"the expression has no variable {wrt}", hint=f"its variables: {known}")
    functions = [program]
    for _ in range(order - 1):
        functions.append(derivative_of(functions[-1], wrt))
    graphs = [graph_of(function) for function in functions]
    pool = _candidates(list(whole.variables))
    good = numpy.ones(len(next(iter(pool.values()))), bool)
    with quiet():
        for graph in graphs:
            values = _values(graph, pool)
            derivative = _forward(graph, _partials(graph, values), wrt)[graph.output]
            for vector in (*values, derivative):
                if vector is not None:
                    good &= numpy.isfinite(vector) & (numpy.abs(vector) < _LARGEST)
    chosen = _spread(good)
    if len(chosen) < 2:
        raise GradcliError(f"{_short(expression)} and its derivative have no values at the points that were tried")
    point = {name: vector[chosen] for name, vector in pool.items()}
    if at is not None:
        point = {name: numpy.append(vector, at.get(name, vector[0])) for name, vector in point.items()}
    with quiet():
        earlier = [_values(graph, point)[graph.output] for graph in graphs[:-1]]
        graph = graphs[-1]
        values = _values(graph, point)
        partials = _partials(graph, values)
        derivatives = {name: _forward(graph, partials, name) for name in graph.variables}
    derivatives.setdefault(wrt, [None] * len(graph))
    adjoints = _backward(graph, partials)
    names = node_names(graph, frozenset(whole.variables))
    return Question(expression, wrt, order, functions[-1], graph, names, point, values, partials, derivatives, adjoints, earlier)


def values_of(program: Program, point: Mapping[str, Vector]) -> Vector:
    """The values of an answer at the points of a question; nan where it has none.

    Raises:
        GradcliError: It is wrong, has arrays, branches or loops, or a variable that the question does not have.
    """
    graph = graph_of(program)
    for name in graph.variables:
        if name not in point:
            raise GradcliError(f"{name} is no variable of the question", hint=f"its variables: {', '.join(point)}")
    count = len(next(iter(point.values())))
    with quiet():
        return numpy.broadcast_to(_values(graph, point)[graph.output], (count,))


def graph_of(program: Program) -> Graph:
    """The graph of a question or an answer, unshared and unfolded.

    Raises:
        GradcliError: It is wrong, or has arrays or loops.
    """
    graph = build(program, Request(mode="static", optimize=0, steered=False))
    if not vectorisable(graph):
        raise GradcliError("answers are compared as numbers: there are no arrays and no loops in questions and answers yet")
    return graph


def derivative_of(program: Program, wrt: str) -> Program:
    """The derivative of a program by a variable, as a program.

    Raises:
        GradcliError: It has none.
    """
    from gradcli.algebra.derivatives import diff

    found = diff(program, wrt)
    lines = [f"{line.name} = {to_text(line.value)}" for line in found.definitions]
    return parse("\n".join([*lines, to_text(found.expressions[0])]))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _candidates(variables: Sequence[str]) -> dict[str, Vector]:
    """Points to choose from, a pool behind the other; a sequence of small discrepancy, so that they are the same everywhere."""
    golden = 0.6180339887498949
    steps = numpy.arange(1, _CANDIDATES + 1)
    found = {}
    for index, name in enumerate(variables):
        shares = [(0.137 + 0.71 * number + golden * (index + 1) * (steps + 7 * index)) % 1 for number in range(len(_POOLS))]
        found[name] = numpy.concatenate([low + (high - low) * share for (low, high), share in zip(_POOLS, shares, strict=True)])
    return found


def _spread(good: Any) -> list[int]:
    """Some of the good candidates: of each pool one after the other."""
    pools = [[at for at in range(start, start + _CANDIDATES) if good[at]] for start in range(0, len(good), _CANDIDATES)]
    turns = [pool[turn] for turn in range(_CANDIDATES) for pool in pools if turn < len(pool)]
    return turns[:POINTS]


def _values(graph: Graph, point: Mapping[str, Vector]) -> list[Vector]:
    """The value of each node at all points."""
    names = {id: name for name, id in graph.variables.items()}
    count = len(next(iter(point.values())))
    values: list[Any] = []
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if operation == VARIABLE:
            values.append(point[names[id]])
        elif operation == CONSTANT:
            values.append(numpy.full(count, constant_value(graph.constants[id])))
        else:
            values.append(OPERATIONS[operation](*[values[input] for input in inputs]))
    return values


def _partials(graph: Graph, values: Sequence[Vector]) -> list[list[Vector | None]]:
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


def _forward(graph: Graph, partials: Sequence[Sequence[Vector | None]], wrt: str) -> list[Vector | None]:
    """The derivative of each node by a variable."""
    found: list[Vector | None] = []
    for id, inputs in enumerate(graph.inputs):
        if id == graph.variables.get(wrt):
            found.append(1.0)
            continue
        terms = [
            partial * found[input]
            for input, partial in zip(inputs, partials[id], strict=True)
            if partial is not None and found[input] is not None
        ]
        found.append(sum(terms) if terms else None)
    count = next((len(vector) for row in partials for vector in row if vector is not None), 1)
    return [None if vector is None else numpy.broadcast_to(vector, (count,)) for vector in found]


def _backward(graph: Graph, partials: Sequence[Sequence[Vector | None]]) -> list[Vector | None]:
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
