"""Mistakes of whole answers, and those of the reverse pass, as numbers at the points of a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy

from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.elementwise.arithmetic import mul
from gradcli.teaching.mistakes import EARLIER, Slip
from gradcli.teaching.numbers import Vector, node_values
from gradcli.teaching.places import TERMS
from gradcli.teaching.question import Question, derivative_of, graph_of, values_of
from gradcli.teaching.rewriting import wrong_values
from gradcli.teaching.wrong_answers.rules import ANGLES
from gradcli.typing import Any

MOST_WRITTEN_OUT = 20
"""Operations up to which what is done with the right derivative is looked at."""

IN_DEGREES = "value.degrees"


def of_whole_answers(question: Question) -> Iterator[tuple[Slip, Any]]:
    """Mistakes of the whole answer."""
    right, output = question.right, question.graph.output
    yield Slip("answer.negated"), -right
    yield Slip("answer.inverted"), 1 / right
    for at, value in enumerate([*question.earlier, question.value]):
        yield Slip("order.once" if at else "value.not_differentiated"), value
    yield Slip("order.twice"), _once_more(question)
    if question.wrt in {line.name for line in question.named}:  # an intermediate value, beside which no variable is held
        return
    partials = {name: by[output] for name, by in question.derivatives.items() if by[output] is not None}
    for name, partial in partials.items():
        if name != question.wrt:
            yield Slip("partial.wrong_variable", None, None, name), partial
    if len(partials) > 1:
        yield Slip("partial.all"), sum(partials.values())


def _once_more(question: Question) -> Any:
    """The derivative of the right answer."""
    try:
        return values_of(derivative_of(derivative_of(question.function, question.wrt), question.wrt), question.point)
    except GradcliError:
        return numpy.full(question.count, numpy.nan)


def of_evaluations(question: Question) -> Iterator[tuple[str, Any]]:
    """What mistakes make of the right derivative where it is written out, or its number computed, each with its kind."""
    from gradcli.teaching.wrong_answers.orders import numbers_of, written_derivatives

    if not question.order or sum(map(bool, question.graph.inputs)) > MOST_WRITTEN_OUT:
        return
    for graph in written_derivatives(question.graph, question.wrt, question.point):
        for id, place in numbers_of(graph, question.wrt, question.point).places.items():
            for kind, value in wrong_values(place):
                found = node_values(graph, question.point, {id: value})[graph.output]
                yield kind, numpy.broadcast_to(found, (question.count,))
        yield IN_DEGREES, in_degrees(graph, question.point)


def in_degrees(graph: Graph, point: Mapping[str, Vector]) -> Any:
    """The value of a graph by a calculator that takes angles in degrees, and gives them so."""
    given: dict[int, Any] = {}
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if operation in ANGLES:
            (argument,) = (node_values(graph, point, given)[input] for input in inputs)
            own = OPERATIONS[operation]
            given[id] = own(numpy.radians(argument)) if ANGLES[operation] else numpy.degrees(own(argument))
    return node_values(graph, point, given)[graph.output]


def of_earlier_derivatives(question: Question) -> Iterator[tuple[Slip, Any]]:
    """Mistakes in a derivative before the one that is asked for."""
    if question.order > 1:
        from gradcli.language.parser import parse
        from gradcli.teaching.wrong_answers.orders import before_the_last

        first = graph_of(parse(question.expression))
        for term in _mixed_terms(first, question) if question.order == 2 else ():
            for share in (2, 1):
                yield Slip("product.mixed_lost"), question.right - share * term
        for kind, again, graph in before_the_last(first, question.wrt, question.order, question.point):
            found = node_values(graph, question.point)[graph.output]
            yield Slip(kind, -1 if again else EARLIER), numpy.broadcast_to(found, (question.count,))


def _mixed_terms(first: Graph, question: Question) -> Iterator[Any]:
    """u'·v' of the products that are terms of a function, with their signs."""
    from gradcli.teaching.wrong_answers.orders import numbers_of

    places = numbers_of(first, question.wrt, question.point).places
    open_ends = [(first.output, 1.0)]
    while open_ends:
        id, sign = open_ends.pop()
        place = places.get(id)
        if place is not None and place.operation.name in TERMS:
            signs = (sign, sign * TERMS[place.operation.name]) if len(place.u) > 1 else (-sign,)
            open_ends += zip(first.inputs[id], signs, strict=True)
        elif place is not None and place.operation is mul and len(place.varying) == 2:
            yield sign * place.right[0] * place.right[1]


@lru_cache(maxsize=64)
def paths_of(question: Question) -> list[tuple[int, int, Any]]:
    """The terms that the uses of the variable, and of other nodes with several, add: node, consumer, what is added."""
    graph = question.graph
    uses: dict[int, list[tuple[int, Any]]] = {}
    for id, inputs in enumerate(graph.inputs):
        for input, partial in zip(inputs, question.partials[id], strict=True):
            if partial is not None and question.adjoints[id] is not None:
                uses.setdefault(input, []).append((id, question.adjoints[id] * partial))
    by = question.derivatives[question.wrt]
    return [
        (node, id, term * by[node])
        for node, terms in uses.items()
        if len(terms) > 1 and by[node] is not None
        for id, term in terms
    ]


def of_paths(question: Question) -> Iterator[tuple[Slip, Any]]:
    """Mistakes of the reverse pass, where a node has several consumers."""
    found: dict[int, list[tuple[int, Any]]] = {}
    for node, consumer, term in paths_of(question):
        found.setdefault(node, []).append((consumer, term))
    for node, terms in found.items():
        for consumer, term in terms:
            yield Slip("graph.path_lost", node, consumer), question.right - term
            yield Slip("graph.path_negated", node, consumer), question.right - 2 * term
        total = sum(term for _, term in terms)
        if question.graph.inputs[node] and (numpy.abs(total - question.right) <= 1e-9 * numpy.abs(total)).all():
            yield Slip("chain.no_inner", node), question.adjoints[node]  # all goes through it, and the way ends there
        yield Slip("graph.overwritten", node, terms[-1][0]), question.right - total + terms[-1][1]
        yield Slip("graph.overwritten", node, terms[0][0]), question.right - total + terms[0][1]
        yield Slip("graph.paths_multiplied", node), question.right - total + _times([term for _, term in terms])
    by = question.derivatives[question.wrt]
    for id, (inputs, adjoint) in enumerate(zip(question.graph.inputs, question.adjoints, strict=True)):
        if inputs and adjoint is not None and by[id] is not None:
            others = question.right - adjoint * by[id]
            if (numpy.abs(others) > 1e-9 * numpy.abs(question.right)).any():  # else it is the outer derivative that is missing
                yield Slip("graph.upstream_lost", id), others + by[id]


def _times(terms: Sequence[Any]) -> Any:
    product: Any = 1.0
    for term in terms:
        product = product * term
    return product
