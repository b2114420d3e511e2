"""Where patterns of algebra apply in a graph: expressions whose letters stand for nodes.

Equal parts of a run are one: what was recorded twice, as both exp(2x) of exp(2x)/(1 + exp(2x)), is known by its class. Work is
linear in the graph for each pattern, since a pattern is short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from gradcli.analysis.nonfinite.rewrites import Compiled, Head, head_of
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, CONTROL, VARIABLE, Graph
from gradcli.language.ast import Call, Comparison, Expression, Index, Name, Number, Operator
from gradcli.language.rewrite import mapped
from gradcli.lowering.node_expressions import operation_expression
from gradcli.ops.catalogue import OPERATIONS, structural_named
from gradcli.ops.elementwise.exponential import sqrt

_COMMUTES = ("+", "*")
Letters = dict[str, int]
"""The node that each letter stands for."""


class Match(Frozen):
    """A place where a pattern applies.

    Attributes:
        node: The node that is the whole of it.
        letters: What its letters stand for.
        covered: The nodes that the pattern computes.
        items: The items of an index in it; empty where there is none.
        keywords: Names and values that a reduction in it was called with.
    """

    node: int
    letters: Letters
    covered: tuple[int, ...] = ()
    items: tuple[Expression, ...] = ()
    keywords: tuple[tuple[str, Expression], ...] = ()


class Matcher:
    """Finds patterns in a graph.

    Args:
        graph: The graph.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.classes = _classes(graph)
        self._heads: dict[int, frozenset[Head]] = {}
        self._forms: dict[int, tuple[tuple[Expression, tuple[int, ...]], ...]] = {}

    def by_head(self, nodes: Iterable[int]) -> dict[Head, list[int]]:
        """Nodes by what they may be the whole of."""
        found: dict[Head, list[int]] = {}
        for node in nodes:
            for head in self._heads_of(node):
                found.setdefault(head, []).append(node)
        return found

    def _heads_of(self, node: int) -> frozenset[Head]:
        heads = self._heads.get(node)
        if heads is None:
            heads = self._heads[node] = frozenset([head_of(form) for form, _ in self._forms_of(node)])
        return heads

    def _may(self, part: Expression, node: int) -> bool:
        """Whether a node could be a part of a pattern, as far as one look tells."""
        if isinstance(part, Name):
            return True
        if isinstance(part, Number):
            return self.graph.constants.get(node) == part.value
        return head_of(part) in self._heads_of(node)

    def match(self, pattern: Expression, node: int) -> Iterator[Match]:
        """The ways in which a pattern is what a node computes."""
        yield from self._match(pattern, node, Match(node, {}))

    def _match(self, pattern: Expression, node: int, so_far: Match) -> Iterator[Match]:
        """As deep as a pattern of the table is nested."""
        if isinstance(pattern, Name):
            known = so_far.letters.get(pattern.name)
            if known is None:
                yield Match(so_far.node, {**so_far.letters, pattern.name: node}, so_far.covered, so_far.items, so_far.keywords)
            elif self.classes[known] == self.classes[node]:
                yield so_far
            return
        if isinstance(pattern, Number):
            if self.graph.constants.get(node) == pattern.value:
                yield so_far
            return
        for form, operands in self._forms_of(node):
            parts = _parts(pattern, form)
            if parts is None:
                continue
            orders = [one for one in _orders(form, operands) if all(map(self._may, parts, one))]
            if not orders:
                continue
            keywords = so_far.keywords
            if isinstance(form, Call) and form.keywords:
                keywords = (*keywords, *zip(form.keywords, form.arguments[-len(form.keywords) :], strict=True))
            items = form.items if isinstance(form, Index) else so_far.items
            step = Match(so_far.node, so_far.letters, (*so_far.covered, node), items, keywords)
            for order in orders:
                yield from self._match_all(parts, order, step)

    def _match_all(self, parts: Sequence[Expression], nodes: Sequence[int], so_far: Match) -> Iterator[Match]:
        found = [so_far]
        for part, node in zip(parts, nodes, strict=True):
            found = [longer for one in found for longer in self._match(part, node, one)]
        yield from found

    def _forms_of(self, node: int) -> tuple[tuple[Expression, tuple[int, ...]], ...]:
        """What a node computes, in the ways in which it may be written, each with the nodes of its operands."""
        forms = self._forms.get(node)
        if forms is None:
            forms = self._forms[node] = tuple(self._written(node))
        return forms

    def _written(self, node: int) -> Iterator[tuple[Expression, tuple[int, ...]]]:
        operation, inputs = self.graph.operations[node], self.graph.inputs[node]
        if operation in (VARIABLE, CONSTANT) or operation in CONTROL or not inputs:
            return
        places = tuple([Name(str(at)) for at in range(len(inputs))])
        yield operation_expression(self.graph, node, places), inputs
        declared = OPERATIONS.get(operation)
        if declared is None:
            return
        power = declared.facts.power
        exponent = self.graph.constants.get(inputs[1]) if len(inputs) == 2 and declared.symbol == "^" else power
        if isinstance(exponent, int | Fraction | float) and exponent == Fraction(1, 2):
            yield Call(sqrt.name, places[:1]), inputs[:1]
        if exponent == 2 and declared.symbol != "^":
            yield Operator("^", (places[0], Number(2))), inputs[:1]
        if declared.symbol == "*" and self.classes[inputs[0]] == self.classes[inputs[1]]:
            yield Operator("^", (places[0], Number(2))), inputs[:1]


def _classes(graph: Graph) -> list[int]:
    """For each node the first one that computes the same."""
    known: dict[object, int] = {}
    found: list[int] = []
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if operation == VARIABLE:
            found.append(id)
            continue
        constant = graph.constants.get(id)
        key = (operation, tuple([found[input] for input in inputs]), graph.settings.get(id, ()), type(constant), constant)
        found.append(known.setdefault(key, id))
    return found


def _parts(pattern: Expression, form: Expression) -> tuple[Expression, ...] | None:
    """The parts of a pattern that the operands of a form have to match; None where the two are of different kinds."""
    if isinstance(pattern, Operator) and isinstance(form, Operator):
        fits = pattern.symbol == form.symbol and len(pattern.operands) == len(form.operands)
        if fits and isinstance(form.operands[-1], Number):  # a square, which is no node of its own
            power = pattern.operands[-1]
            return pattern.operands[:1] if isinstance(power, Number) and power.value == form.operands[-1].value else None
        return pattern.operands if fits else None
    if isinstance(pattern, Call) and isinstance(form, Call) and not pattern.keywords:
        count = len(form.arguments) - len(form.keywords)
        return pattern.arguments if pattern.function == form.function and len(pattern.arguments) == count else None
    if isinstance(pattern, Comparison) and isinstance(form, Comparison):
        return pattern.operands if pattern.symbols == form.symbols else None
    if isinstance(pattern, Index) and isinstance(form, Index):
        return (pattern.target,)
    return None


def _orders(form: Expression, operands: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    yield operands
    if isinstance(form, Operator) and form.symbol in _COMMUTES and len(operands) == 2 and operands[0] != operands[1]:
        yield operands[::-1]


def result_of(row: Compiled, match: Match) -> Expression:
    """What a row makes of a place where it applies: an expression with the ids of nodes for names, as ``#3``.

    What a reduction in the pattern was called with, such as its axis, the reductions of the result are called with as well.
    """
    given = dict(match.keywords)

    def put(node: Expression) -> Expression:
        if isinstance(node, Name) and node.name in match.letters:
            return Name(f"#{match.letters[node.name]}")
        if isinstance(node, Index):
            return Index(node.target, match.items)
        if isinstance(node, Call) and given and (reduction := structural_named(node.function)) is not None:
            more = [name for name, _ in reduction.settings if name in given and name not in node.keywords]
            return Call(node.function, (*node.arguments, *map(given.__getitem__, more)), (*node.keywords, *more))
        return node

    return mapped(row.result, put)
