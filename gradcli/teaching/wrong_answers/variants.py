"""All wrong answers to a question that one or two mistakes make, as numbers at its points: one way forward through the graph.

Forward, since what a wrong product rule makes of its factors' derivatives is not linear in any adjoint; mistakes of the reverse
pass, such as a path that is lost, are added at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.errors import GradcliError
from gradcli.graph.graph import CONSTANT, Graph
from gradcli.ops.elementwise.arithmetic import mul
from gradcli.teaching.mistakes import IN_PROGRAMS, Slip, cost_of
from gradcli.teaching.numbers import Vector, node_values
from gradcli.teaching.places import TERMS, Place, right_rule, value_at
from gradcli.teaching.question import Question
from gradcli.teaching.rewriting import wrong_values
from gradcli.teaching.wrong_answers.rules import Formula, by_kind, formulas, two_at_once
from gradcli.teaching.wrong_answers.whole_answers import (
    IN_DEGREES,
    in_degrees,
    of_earlier_derivatives,
    of_evaluations,
    of_paths,
    of_whole_answers,
)
from gradcli.typing import Any, NamedTuple

MOST_FOR_PAIRS = 16
"""Operations up to which two mistakes at once are sought."""

MOST_FOR_ONE = 80
"""Operations up to which mistakes at single nodes are sought; beyond, only those of whole answers and of paths."""

_MOST_ROWS = 40_000
_MOST_TERMS = 12
_OTHERS = 4
"""Other variables up to which their confusion is sought."""

_DIGITS = 9
FEW = 4
"""Points at which a wrong answer must have a value."""


class Rows:
    """Derivatives with a number of mistakes each: a matrix of variants by points, and the mistakes of each row."""

    def __init__(self) -> None:
        self.blocks: list[Any] = []
        self.slips: list[tuple[Slip, ...]] = []

    def add(self, block: Any, slips: Sequence[tuple[Slip, ...]], count: int) -> None:
        """Add variants, a row each."""
        self.blocks.append(numpy.broadcast_to(block, (len(slips), count)))
        self.slips.extend(slips)

    def settled(self, right: Vector, known: set[bytes]) -> tuple[Any, list[tuple[Slip, ...]]]:
        """The rows that are finite at enough points, differ from the right one, each other and those known; these become known.

        A wrong answer may have a smaller domain than the right one: log(2x + 1) for the derivative of log(x^2 + x).
        """
        if not self.blocks:
            return numpy.empty((0, len(right))), []
        matrix = numpy.concatenate(self.blocks)
        usable = (numpy.isfinite(matrix).sum(axis=1) >= min(FEW, len(right))) & ~close(matrix, right)
        kept, fresh = [], set()
        for at, key in zip(numpy.flatnonzero(usable), _keys(matrix[usable]), strict=True):
            mark = key + repr([slip.kind for slip in self.slips[at]]).encode()  # another kind of the same numbers is kept
            if key not in known and mark not in fresh:
                fresh.add(mark)
                kept.append(int(at))
        known.update(_keys(matrix[kept]))
        return matrix[kept], [self.slips[at] for at in kept]


def close(matrix: Any, right: Any, tolerance: float = 1e-8) -> Any:
    """Which rows agree with another one at all points, beside their sizes there, and beside what is usual for small ones."""
    sizes = numpy.abs(right)
    usual = float(numpy.median(sizes)) if numpy.size(sizes) else 0.0
    usual = usual or float(numpy.max(sizes, initial=1e-300))
    scale = numpy.maximum(numpy.maximum(numpy.abs(matrix), sizes), 1e-6 * usual)
    with numpy.errstate(invalid="ignore"):  # infinite numbers are near to none
        return (numpy.isfinite(scale) & (numpy.abs(matrix - right) <= tolerance * scale)).all(axis=-1)


def _keys(matrix: Any) -> list[bytes]:
    """Each row rounded to some digits, to look up."""
    if not len(matrix):
        return []
    with numpy.errstate(all="ignore"):
        size = numpy.where(matrix == 0, 1.0, 10.0 ** (_DIGITS - numpy.ceil(numpy.log10(numpy.abs(matrix)))))
        rounded = numpy.round(matrix * size) / size + 0.0
    return [row.tobytes() for row in rounded]


class Table(NamedTuple):
    """The wrong answers to a question.

    Attributes:
        matrix: A row for each, by points.
        slips: The mistakes of each.
        costs: How seldom each is made.
    """

    matrix: Any
    slips: Sequence[tuple[Slip, ...]]
    costs: Any


def wrong_answers(question: Question, *, in_lines: bool = False) -> Table:
    """All wrong answers to a question that the kinds of mistakes make.

    Args:
        question: The question.
        in_lines: Whether it was posed with names for its intermediate values, so that paths are what is taught.
    """
    with quiet():
        known: set[bytes] = set()
        rows = Rows()
        if question.order == 0:
            return _of_values(question)
        operations = sum(1 for inputs in question.graph.inputs if inputs)
        for kind, row in of_evaluations(question):
            if kind.startswith("algebra."):
                rows.add(row, [(Slip(kind),)], question.count)
        for slip, row in [*of_whole_answers(question), *of_paths(question), *of_earlier_derivatives(question)]:
            rows.add(row, [(slip,)], question.count)
        pairs = Rows()
        if operations <= MOST_FOR_ONE:
            walk = _Walk(question, pairs=operations <= MOST_FOR_PAIRS)
            one, two = walk.run()
            rows.add(one[0], one[1], question.count)
            pairs.add(two[0], two[1], question.count)
            for slip, row in _everywhere(question, walk.places):
                rows.add(row, [(slip,)], question.count)
        matrix, slips = rows.settled(question.right, known)
        both, more = pairs.settled(question.right, known)
    slips = [*slips, *more]
    paths = IN_PROGRAMS if in_lines else 0.0
    costs = [cost_of(own) + paths * any(slip.kind.startswith("graph.") for slip in own) for own in slips]
    return Table(numpy.concatenate([matrix, both]), slips, numpy.array(costs))


def _of_values(question: Question) -> Table:
    """The wrong answers where a value is asked for."""
    output = question.graph.output
    rows = Rows()
    rows.add(-question.value, [(Slip("answer.negated"),)], question.count)
    rows.add(in_degrees(question.graph, question.point), [(Slip(IN_DEGREES),)], question.count)
    for name, by in question.derivatives.items():
        if by[output] is not None:
            rows.add(by[output], [(Slip("value.differentiated", None, None, name),)], question.count)
    for id, place in question.places.items():
        for kind, value in wrong_values(place):
            rows.add(node_values(question.graph, question.point, {id: value})[output], [(Slip(kind, id),)], question.count)
    matrix, slips = rows.settled(question.right, set())
    return Table(matrix, slips, numpy.array([cost_of(own) for own in slips]))


Block = tuple[Any, list[tuple[Slip, ...]]]


class _Walk:
    """The way through the graph: for each node its right derivative, and those with one and with two mistakes."""

    def __init__(self, question: Question, *, pairs: bool) -> None:
        self.question = question
        self.pairs = pairs
        self.right = question.derivatives[question.wrt]
        self.places = question.places
        self.second = _second_derivatives(question, self.places)
        nothing: Block = (numpy.empty((0, question.count)), [])
        self.one: list[Block] = [nothing] * len(question.graph)
        self.two: list[Block] = [nothing] * len(question.graph)

    def run(self) -> tuple[Block, Block]:
        """The derivatives of the result with one mistake, and those with two."""
        question = self.question
        others = [name for name in question.graph.variables if name != question.wrt]
        for name in others if len(others) <= _OTHERS else []:
            slip = Slip("partial.other_not_constant", None, None, name)
            self.one[question.graph.variables[name]] = (numpy.ones((1, question.count)), [(slip,)])
        for id, place in self.places.items():
            self._node(id, place)
        return self.one[question.graph.output], self.two[question.graph.output]

    def _node(self, id: int, place: Place) -> None:
        question, inputs = self.question, self.question.graph.inputs[id]
        one, two = Rows(), Rows()
        wrong = list(formulas(place)) if self.right[id] is not None else []
        for kind, formula in wrong:
            self._apply(one, formula, place, place.right, [(Slip(kind, id),)])
        for kinds, formula in two_at_once(place) if self.pairs and wrong else ():
            self._apply(two, formula, place, place.right, [tuple(Slip(kind, id) for kind in kinds)])
        for at, input in enumerate(inputs):
            if (again := self.second.get(input)) is not None and place.operation.name in TERMS:
                one.add(self._sum(place, {at: again}), [(Slip("sum.term_degree", id),)], question.count)
        for at, other in self._wrong_variables(place, inputs):
            derivative = question.derivatives[other][inputs[at]]
            row = self._sum(place, {at: derivative})
            one.add(row, [(Slip("partial.wrong_variable_in_term", id, inputs[at], other),)], question.count)
        if all(question.graph.operations[input] == CONSTANT for input in inputs):
            self._apply(one, _as_variable, place, place.right, [(Slip("const.differentiated", id),)])
        for at, input in enumerate(inputs):
            if _local(place, at) is None:
                continue
            values, slips = self.one[input]
            if slips:
                one.add(self._sum(place, {at: values}), slips, question.count)
                if place.right[at] is None and place.operation is mul and place.varying:  # ... and the two derivatives multiplied
                    one.add(values * place.right[1 - at], slips, question.count)
                if self.pairs and place.right[at] is not None:
                    for kind, formula in wrong:
                        d = [values if number == at else own for number, own in enumerate(place.right)]
                        self._apply(two, formula, place, d, [(*own, Slip(kind, id)) for own in slips])
            if self.pairs and self.two[input][1]:
                two.add(self._sum(place, {at: self.two[input][0]}), self.two[input][1], question.count)
        if self.pairs and len(inputs) == 2 and all(partial is not None for partial in place.p):
            (left, first), (right, second) = self.one[inputs[0]], self.one[inputs[1]]
            if first and second and len(first) * len(second) < _MOST_ROWS:
                block = self._sum(place, {0: numpy.repeat(left, len(second), axis=0), 1: numpy.tile(right, (len(first), 1))})
                two.add(block, [(*a, *b) for a in first for b in second], question.count)
        known: set[bytes] = set()
        base = numpy.zeros(question.count) if self.right[id] is None else self.right[id]
        self.one[id] = one.settled(base, known)
        found, slips = two.settled(base, known)
        if len(slips) > _MOST_ROWS:
            cheap = numpy.argsort([cost_of(own) for own in slips], kind="stable")[:_MOST_ROWS]
            found, slips = found[cheap], [slips[at] for at in cheap]
        self.two[id] = (found, slips)

    def _apply(self, rows: Rows, formula: Formula, place: Place, d: Sequence[Any], slips: list[tuple[Slip, ...]]) -> None:
        row = _computed(formula, place, d)
        if row is not None:
            rows.add(row, slips, self.question.count)

    def _sum(self, place: Place, changed: dict[int, Any]) -> Any:
        """The right rule, with other derivatives of some operands."""
        total: Any = numpy.zeros(self.question.count)
        for at, partial in enumerate(place.p):
            own = changed.get(at, place.right[at])
            partial = _local(place, at) if at in changed else partial
            if partial is not None and own is not None:
                total = total + partial * own
        return total

    def _wrong_variables(self, place: Place, inputs: Sequence[int]) -> Iterator[tuple[int, str]]:
        """The terms of a sum that may be differentiated by another variable."""
        question = self.question
        others = [name for name in question.graph.variables if name != question.wrt]
        if len(inputs) == 2 and len(place.varying) > 0 and len(others) <= _OTHERS:
            for at, input in enumerate(inputs):
                for other in others:
                    if question.derivatives[other][input] is not None and place.p[at] is not None:
                        yield at, other


def _local(place: Place, at: int) -> Any:
    """The derivative by an operand; that of sums and products also by one that is constant."""
    if place.p[at] is not None or len(place.u) < 2:
        return place.p[at]
    if place.operation.name in TERMS:
        return TERMS[place.operation.name] if at else 1.0
    return place.u[1 - at] if place.operation is mul else None


def _as_variable(place: Place, d: Sequence[Any]) -> Any:
    """The derivative of a constant by its first number."""
    return value_at(place.operation, place, 0, place.u[0])[1]


def _computed(formula: Formula, place: Place, d: Sequence[Any]) -> Any:
    """What a formula gives; None where it has no value at all."""
    try:
        return formula(place, d)
    except (ZeroDivisionError, ValueError, OverflowError):
        return None


def _second_derivatives(question: Question, places: dict[int, Place]) -> dict[int, Vector]:
    """The second derivative of each term of a sum, where it is not 0."""
    from gradcli.algebra.derivatives import derivative_graph

    graph, wrt = question.graph, question.wrt
    terms = [
        input
        for id, place in places.items()
        if place.operation.name in TERMS and len(place.varying) > 1
        for input in graph.inputs[id]
        if places.get(input) is not None and places[input].operation.name not in TERMS
    ]
    if not terms or len(terms) > _MOST_TERMS or question.count == 0:
        return {}
    try:
        further, ids = derivative_graph(graph, [(id, (wrt, wrt)) for id in terms])
    except GradcliError:
        return {}
    values = node_values(further, question.point)
    found = {term: numpy.broadcast_to(values[id], (question.count,)) for term, id in zip(terms, ids, strict=True)}
    return {term: vector for term, vector in found.items() if vector.any()}


def _everywhere(question: Question, places: dict[int, Place]) -> Iterator[tuple[Slip, Any]]:
    """One misconception at all nodes where it can be had."""
    right = question.derivatives[question.wrt]
    for kind, wrong in by_kind({id: place for id, place in places.items() if right[id] is not None}).items():
        if len(wrong) < 2:
            continue
        d = with_rules(question.graph, places, right, wrong)
        if d is not None and d[question.graph.output] is not None:  # what does not lead to the output changes nothing
            yield Slip(kind, -1), numpy.broadcast_to(d[question.graph.output], (question.count,))


def with_rules(graph: Graph, places: Mapping[int, Place], right: Sequence[Any], wrong: Mapping[int, Formula]) -> list[Any] | None:
    """The derivative of each node where some have another rule than the right one; None where that has no value.

    Args:
        graph: The graph.
        places: The numbers of its nodes.
        right: Their right derivatives.
        wrong: The nodes, with the formula of each.
    """
    d = list(right)
    for id, place in places.items():
        if d[id] is None:
            continue
        own = [d[input] for input in graph.inputs[id]]
        d[id] = _computed(wrong.get(id, right_rule), place, own)
        if d[id] is None:
            return None
    return d
