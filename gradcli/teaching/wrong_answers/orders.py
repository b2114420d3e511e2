"""Mistakes of higher derivatives that are made before the last one: in an earlier derivative, or each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy

from gradcli.algebra.derivatives import with_output
from gradcli.algebra.simplified import Simplifier
from gradcli.autodiff.passes.reverse import quiet
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Output, Program
from gradcli.language.text import to_text
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise.arithmetic import div
from gradcli.teaching.numbers import Vector, forward, node_partials, node_values
from gradcli.teaching.places import Place, constant_factor, places_of, right_rule
from gradcli.teaching.question import graph_of, program_of
from gradcli.teaching.rewriting import without_parentheses
from gradcli.teaching.wrong_answers.rules import QUOTIENT_RULE, Formula, by_kind
from gradcli.typing import Any, NamedTuple

MOST_ORDERS = 4
"""Orders up to which such mistakes are sought."""

_MOST_NODES = 20


class Function(NamedTuple):
    """A function, with the numbers of its nodes."""

    graph: Graph
    places: Mapping[int, Place]


def before_the_last(first: Graph, wrt: str, order: int, point: Mapping[str, Vector]) -> Iterator[tuple[str, bool, Graph]]:
    """The kinds of mistakes in an earlier derivative, each with whether it is made every time, and its answer.

    Args:
        first: The graph of what is differentiated several times.
        wrt: The variable.
        order: How often.
        point: The points.
    """
    if not 2 <= order <= MOST_ORDERS or len(first) * (order - 1) > _MOST_NODES:
        return
    function = numbers_of(first, wrt, point)
    for kind, wrong in by_kind(function.places).items():
        start = _differentiated(function, wrt, wrong)
        for again in (True, False):
            graph = start
            for turn in range(1, order):
                if graph is None or wrt not in graph.variables or len(graph) > 8 * _MOST_NODES:
                    break
                now = numbers_of(graph, wrt, point)
                graph = _differentiated(now, wrt, by_kind(now.places).get(kind, {}) if again else {}, last=turn == order - 1)
            else:
                if graph is not None:
                    yield kind, again, graph


def written_derivatives(first: Graph, wrt: str, point: Mapping[str, Vector]) -> Iterator[Graph]:
    """The right derivative as the rules write it, and simplified."""
    function = numbers_of(first, wrt, point)
    quotients = {id: QUOTIENT_RULE for id, place in function.places.items() if place.operation is div and 1 in place.varying}
    found = _differentiated(function, wrt, quotients, last=True)
    for graph in [] if found is None else [found, _simplified(found)]:
        if graph is not None and wrt in graph.variables:
            yield graph


def rewritten(graph: Graph, wrt: str, point: Mapping[str, Vector]) -> Iterator[tuple[str, str | None]]:
    """What mistakes make of a derivative where it is rewritten, each with its kind and its text."""
    function = numbers_of(graph, wrt, point)
    builder = StaticBuilder(Graph(), identities=True)
    symbols = replay(graph, builder)
    places: dict[int, Place] = {}
    for id, numbers in function.places.items():
        inputs = graph.inputs[id]
        u, below = [symbols[input] for input in inputs], [places.get(input) for input in inputs]
        places[id] = numbers._replace(y=symbols[id], u=u, below=below)
        for kind, value in without_parentheses(places[id]):
            own = list(symbols)
            own[id] = value
            for at in range(id + 1, len(graph)):
                if any(own[input] is not symbols[input] for input in graph.inputs[at]):
                    made = builder.operation(graph.operations[at], tuple([own[input].id for input in graph.inputs[at]]))
                    own[at] = Symbol(builder, made)
            yield kind, text_of(with_output(builder.graph, own[graph.output].id))


def wrong_derivative(function: Function, wrt: str, wrong: Mapping[int, Formula]) -> str | None:
    """The derivative with the wrong rule at some nodes, in one line; None where it has no text.

    Args:
        function: The function.
        wrt: The variable.
        wrong: The nodes, with the formula of each.
    """
    graph = _differentiated(function, wrt, wrong, last=True)
    return None if graph is None else text_of(graph)


def text_of(graph: Graph) -> str | None:
    """What a graph computes, simplified, in one line; None where it takes several."""
    try:
        program = _shortest(graph)
    except GradcliError:
        return None
    (only, *more) = program.statements
    return to_text(only.value) if isinstance(only, Output) and not more else None


def numbers_of(graph: Graph, wrt: str, point: Mapping[str, Vector]) -> Function:
    """The numbers of the nodes of a function that is differentiated."""
    with quiet():
        values = node_values(graph, point)
        partials = node_partials(graph, values)
        right = forward(graph, partials, wrt)
    places = places_of(graph, [graph.variables.get(wrt)], point[wrt], values, partials, right)
    return Function(graph, {id: place for id, place in places.items() if right[id] is not None})


def _differentiated(function: Function, wrt: str, wrong: Mapping[int, Formula], *, last: bool = False) -> Graph | None:
    """The derivative, with the wrong rule at some nodes; None where a rule has no symbolic form."""
    graph = function.graph
    builder = StaticBuilder(Graph(), identities=True)
    symbols = replay(graph, builder)
    d: list[Any] = [None] * len(graph)
    if wrt in graph.variables:
        d[graph.variables[wrt]] = 1.0
    places: dict[int, Place] = {}
    for id, numbers in function.places.items():
        inputs = graph.inputs[id]
        u = [symbols[input] for input in inputs]
        wanted = [partial is not None for partial in numbers.p]
        p = numbers.operation.local_derivatives(symbols[id], tuple(u), wanted)
        own = [d[input] for input in inputs]
        below = [places.get(input) for input in inputs]
        x = symbols[graph.variables[wrt]]
        place = numbers._replace(y=symbols[id], u=u, p=p, right=own, x=x, below=below)
        place = places[id] = place._replace(factor=constant_factor(place))
        d[id] = _symbolic(wrong[id], place, own) if id in wrong else right_rule(place, own)
        if id in wrong and d[id] is None:
            return None
    result = builder.symbol(d[graph.output] if d[graph.output] is not None else 0)
    found = with_output(builder.graph, result.id)
    return found if last else _simplified(found)


def _shortest(graph: Graph) -> Program:
    return program_of(Simplifier(graph, [graph.output], generic=True).together([graph.output]))


def _simplified(graph: Graph) -> Graph | None:
    """The same without what a rule carries along for special values, so that further mistakes are those of a written answer."""
    try:
        return graph_of(_shortest(graph))
    except GradcliError:
        return None


def _symbolic(formula: Callable[[Place, Sequence[Any]], Any], place: Place, d: Sequence[Any]) -> Any:
    """What a formula gives of symbols; None where it is for numbers alone."""
    try:
        found = formula(place, d)
    except (TypeError, AttributeError, ZeroDivisionError, ValueError, OverflowError):
        return None
    return found if isinstance(found, Symbol | float | int) and not isinstance(found, numpy.generic) else None
