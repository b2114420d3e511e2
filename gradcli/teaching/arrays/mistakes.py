"""The wrong derivatives of an array that single mistakes make: the reverse pass with one contribution that is not right.

The pass is linear in its adjoints, so that what a wrong contribution makes of the answer is what the difference makes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import backward, backward_from, quiet, requires_grad
from gradcli.errors import Span
from gradcli.graph.graph import Graph, Settings
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops import vjp
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.structural import DECLARED
from gradcli.ops.declaration.symbol import Symbol
from gradcli.teaching.arrays.question import ArrayQuestion, derivative, stacked
from gradcli.teaching.arrays.rules import of_rules
from gradcli.teaching.mistakes import Slip
from gradcli.typing import Any, NamedTuple

_MOST_NODES = 60


class WrongArray(NamedTuple):
    """A wrong answer: the mistake, and the answer at each point."""

    slip: Slip
    values: Sequence[Any]


class _Change(NamedTuple):
    """What an operand is handed by mistake, and instead of what; whole where it is the answer itself, of another shape. Several
    of a kind have numbers."""

    slip: Slip
    input: int
    wrong: Any
    instead: Any
    whole: bool = False
    number: int = 0


def wrong_arrays(question: ArrayQuestion) -> list[WrongArray]:
    """The wrong answers to a question that differ from the right one, those of each mistake.

    Args:
        question: The question.
    """
    arrays = [*_of_graph(question, question.graph, question.values), *_of_whole(question)]
    graph = _in_definitions(question.graph)
    if len(graph) > len(question.graph):
        with quiet():
            values = [evaluate(graph, point) for point in question.points]
        known = [one.values for one in arrays]
        own = _of_graph(question, graph, values)
        arrays += [WrongArray(Slip(one.slip.kind), one.values) for one in own if not any(same(one.values, two) for two in known)]
    return [one for one in arrays if _differs(one.values, question.right)]


class _Defined(StaticBuilder):
    """Builds what operations on arrays are defined to be: of a length the root of a sum of squares."""

    def operation(self, name: str, inputs: tuple[int, ...], span: Span = NOWHERE, settings: Settings = ()) -> int:
        declared = DECLARED.get(name)
        if declared is None or declared.definition is None:
            return super().operation(name, inputs, span, settings)
        found: Symbol = declared.definition(*[Symbol(self, at) for at in inputs], **dict(settings))
        return found.id


def _in_definitions(graph: Graph) -> Graph:
    builder = _Defined(Graph(graph.max_nodes))
    symbols = replay(graph, builder)
    builder.graph.output = symbols[graph.output].id
    builder.graph.outputs = [builder.graph.output]
    return builder.graph


def _of_graph(question: ArrayQuestion, graph: Graph, at_points: Sequence[Sequence[Any]]) -> list[WrongArray]:
    """The wrong answers of mistakes at the nodes of a graph of the question."""
    arrays = [WrongArray(slip, values) for slip, values in of_rules(question, graph)]
    variable = graph.variables[question.wrt]
    needs = requires_grad(graph, [variable])
    found: dict[tuple[Slip, int, int], list[Any]] = {}
    with quiet():
        for values in at_points if sum(map(bool, graph.inputs)) <= _MOST_NODES else ():
            rows: dict[tuple[Slip, int, int], list[Any]] = {}
            for seed in question.seeds:
                adjoints = backward(graph, values, needs, seed)
                right = numpy.zeros(graph.shape(variable)) if adjoints[variable] is None else adjoints[variable]
                for change in _changes(graph, values, needs, adjoints, variable):
                    answer = change.wrong if change.whole else _with(graph, values, needs, change, right, variable)
                    rows.setdefault((change.slip, change.input, change.number), []).append(answer)
            for key, own in rows.items():
                if len(own) == len(question.seeds):
                    result = graph.shape(graph.output) if len(own) > 1 or graph.shape(graph.output) else ()
                    found.setdefault(key, []).append(stacked(own, result))
    return arrays + [WrongArray(slip, own) for (slip, _, _), own in found.items() if len(own) == len(question.points)]


def _of_whole(question: ArrayQuestion) -> Iterator[WrongArray]:
    """Mistakes with the whole answer."""
    right = question.right
    yield WrongArray(Slip("answer.negated"), [-one for one in right])
    if numpy.size(right[0]) > 1:
        yield WrongArray(Slip("partial.all"), [numpy.sum(one) for one in right])
    if numpy.ndim(right[0]) == 2:
        yield WrongArray(Slip("array.transposed"), [one.T for one in right])
    graph = question.graph
    for id in (graph.output, *graph.inputs[graph.output]):  # what is summed is taken for the value as well
        if graph.inputs[id]:
            yield WrongArray(Slip("value.not_differentiated"), [numpy.asarray(values[id]) for values in question.values])
    for name in graph.variables:
        if name != question.wrt:
            other = [derivative(graph, values, question.seeds, name) for values in question.values]
            yield WrongArray(Slip("partial.wrong_variable", None, None, name), other)
            if numpy.shape(other[0]) == question.shape:
                both = [own + further for own, further in zip(right, other, strict=True)]
                yield WrongArray(Slip("partial.other_not_constant", None, None, name), both)


def _differs(values: Sequence[Any], right: Sequence[Any]) -> bool:
    """Whether values are finite, others than the right ones, and not all 0, which many mistakes make of much."""
    return all(numpy.isfinite(one).all() for one in values) and any(map(numpy.any, values)) and not same(values, right)


def same(values: Sequence[Any], right: Sequence[Any], tolerance: float = 1e-8) -> bool:
    """Whether arrays agree at all points, in their shapes too."""
    return all(
        numpy.shape(own) == numpy.shape(true)
        and bool(numpy.all(numpy.abs(own - true) <= tolerance * max(1e-300, float(numpy.max(numpy.abs(true), initial=0)))))
        for own, true in zip(values, right, strict=True)
    )


def _with(graph: Graph, values: Sequence[Any], needs: Sequence[bool], change: _Change, right: Any, variable: int) -> Any:
    """The answer with a wrong contribution."""
    difference = change.wrong - change.instead
    if change.input == variable:
        return right + difference
    moved = backward_from(graph, values, needs, {change.input: difference})[variable]
    return right if moved is None else right + moved


def _changes(
    graph: Graph, values: Sequence[Any], needs: Sequence[bool], adjoints: Sequence[Any], variable: int
) -> Iterator[_Change]:
    """The wrong contributions that mistakes make."""
    handed: dict[int, list[tuple[int, Any]]] = {}
    for id in range(graph.output, -1, -1):
        g, inputs = adjoints[id], graph.inputs[id]
        if g is None or not inputs:
            continue
        shapes = [graph.shape(input) for input in inputs]
        product = vjp.product(graph.operations[id], tuple([needs[input] for input in inputs]))
        operands = [values[input] for input in inputs]

        def of(g: Any, product: Any = product, id: int = id, operands: Any = operands, shapes: Any = shapes) -> dict[int, Any]:
            return dict(product(g, values[id], operands, shapes, graph.settings.get(id, ())))

        right = of(g)
        alone = of(numpy.ones(graph.shape(id)) if graph.shape(id) else 1.0)
        for at, own in right.items():
            input = inputs[at]
            handed.setdefault(input, []).append((id, own))
            if not numpy.all(g == 1):
                yield _Change(Slip("graph.upstream_lost", id), input, alone[at], own)
            if graph.operations[id] in OPERATIONS:
                yield from _of_elements(graph, values, id, at, g, own, variable)
            else:
                yield from _of_arrays(graph, values, id, at, g, own, alone[at], variable)
    for input, own_paths in handed.items():
        total = sum(own for _, own in own_paths)
        for number, (id, own) in enumerate(own_paths if len(own_paths) > 1 else ()):
            yield _Change(Slip("graph.path_lost", input, id), input, 0 * own, own, number=number)
            if number in (0, len(own_paths) - 1):
                yield _Change(Slip("graph.overwritten", input, id), input, own, total, number=number)


def _of_elements(graph: Graph, values: Sequence[Any], id: int, at: int, g: Any, own: Any, variable: int) -> Iterator[_Change]:
    """Mistakes of the reverse pass at an operation on each element: with the sum over what was broadcast."""
    inputs, operation = graph.inputs[id], OPERATIONS[graph.operations[id]]
    shape = graph.shape(inputs[at])
    operands = tuple([values[input] for input in inputs])
    partial = operation.local_derivatives(values[id], operands, [number == at for number in range(len(inputs))])[at]
    before = numpy.asarray(g * partial)
    if before.shape == shape or not before.shape:
        return
    slip = Slip("array.count", id)
    yield _Change(slip, inputs[at], own * (math.prod(shape) / before.size), own)
    if inputs[at] == variable:
        yield _Change(Slip("array.not_summed", id), variable, before, own, True)
        for axis in range(before.ndim):
            yield _Change(Slip("array.axis", id), variable, before.sum(axis=axis), own, True, axis)


def _of_arrays(
    graph: Graph, values: Sequence[Any], id: int, at: int, g: Any, own: Any, alone: Any, variable: int
) -> Iterator[_Change]:
    """Mistakes with an operation on arrays: the transposes of a matrix product, the number of elements of a sum or mean."""
    inputs = graph.inputs[id]
    shape = graph.shape(inputs[at])
    if STRUCTURAL[graph.operations[id]].symbol and len(inputs) == 2:
        other = numpy.asarray(values[inputs[1 - at]])
        for number, product in enumerate(_products(numpy.asarray(g), other, shape)):
            yield _Change(Slip("array.operand_transposed", id), inputs[at], product, own, number=number)
        if inputs[at] == variable and numpy.ndim(g):
            yield _Change(Slip("array.operand_missing", id), variable, g, own, True)
    if len(inputs) == 2:
        if not numpy.ndim(g) and [graph.shape(input) for input in inputs] == [shape, shape]:
            yield _Change(Slip("product.swapped", id), inputs[at], g * numpy.asarray(values[inputs[at]]), own)
        return
    size = math.prod(shape) / max(1, math.prod(graph.shape(id)))
    for share, factor in ((1, 1 / size), (1 / size, size)) if size > 1 else ():  # a sum is taken for a mean, or a mean for a sum
        if numpy.all(alone == share):
            yield _Change(Slip("array.count", id), inputs[at], own * factor, own)


def _products(g: Any, other: Any, shape: tuple[int, ...]) -> Iterator[Any]:
    """The matrix products of an adjoint and an operand, in either order and transposed or not, that have a shape."""
    if g.ndim == 1 and other.ndim == 1 and len(shape) == 2:  # of a vector: an outer product the other way round
        outer = numpy.outer(other, g)
        yield outer if outer.shape == shape else numpy.full(shape, numpy.nan)
        return
    for left, right in ((g, other), (other, g)):
        for one in (left, left.T):
            for two in (right, right.T):
                try:
                    found = one @ two
                except ValueError:
                    continue
                if found.shape == shape:
                    yield found
