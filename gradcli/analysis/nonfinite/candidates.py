"""The ways to rewrite a run near what is not finite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from gradcli.analysis.nonfinite.matching import Match, Matcher, result_of
from gradcli.analysis.nonfinite.origins import SLOPE, UNDEFINED, ZERO_TIMES, Way, backward_ways, forward_way
from gradcli.analysis.nonfinite.rewrites import BRANCH, Compiled, compiled
from gradcli.analysis.nonfinite.writing import new_text, node_text
from gradcli.autodiff.passes.tape import Tape, all_finite
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.language.ast import Call, Comparison, Expression, Index, Name, Number, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import operation_expression
from gradcli.ops.catalogue import CHOICE, OPERATIONS

_SAFE = (1, 2, 0)
"""Arguments that a function gets where a choice hides its value."""

_TRUTH = Comparison((">",), (Name("c"), Number(Fraction(1, 2))))
"""A condition that keeps its value where the number that it is moves a little."""

_HEIGHT = 4
"""How many operations a pattern may have above the one that is not finite."""

Step = tuple[str, str, str]
"""What is replaced by what, and why."""


class Candidate(Frozen):
    """A way to rewrite a graph.

    Attributes:
        replaced: The new expression of some nodes, in names #id.
        step: What is replaced by what, and why.
        part: The texts of both alone, in letters.
        letters: The node that each letter stands for.
        alone: Whether it is told where the original has no value to compare with.
    """

    replaced: Mapping[int, Expression]
    step: Step
    part: tuple[str, str]
    letters: Mapping[str, int]
    alone: bool = False


def candidates(tape: Tape, same: bool, lossy: Sequence[bool] | None = None) -> Iterator[Candidate]:
    """The ways to rewrite a run near what is not finite: choices first, then the rows of the table in their order.

    Args:
        tape: The run.
        same: Whether the result is to be the same function; else one near by.
        lossy: For each node whether to rewrite near it, where everything is finite; None else.
    """
    forward = forward_way(tape, tape.output)
    ways = list({way.origin.node: way for way in backward_ways(tape).values()}.values())
    odd = _odd_nodes(tape, [*([forward] if forward else []), *ways]) if lossy is None else lossy
    if same and lossy is None:
        yield from _double_choices(tape, ways, odd)
    matcher = Matcher(tape.graph)
    places = matcher.by_head(_above(tape, odd))
    for row in compiled():
        if row.rule.same is not same:
            continue
        found: dict[int, Match] = {}
        for node in places.get(row.head, ()):
            match = next((one for one in matcher.match(row.pattern, node) if any(odd[id] for id in one.covered)), None)
            if match is not None and not any(tape.graph.operations[match.letters[name]] == CONSTANT for name in _chosen_by(row)):
                found[node] = match
        if found:
            replaced = {node: result_of(row, match) for node, match in found.items()}
            node = min(found)
            step = (node_text(tape, node), new_text(tape, replaced[node]), row.rule.reason)
            part = (to_text(_with_items(row.pattern, found[node])), to_text(_with_items(row.result, found[node])))
            yield Candidate(replaced, step, part, found[node].letters, row.rule.alone)


def _chosen_by(row: Compiled) -> list[str]:
    """The letters alone that a choice in the result of a row asks about, of which a number needs no choice."""
    compared = [node for node in postorder(row.result) if isinstance(node, Comparison)]
    return [operand.name for node in compared for operand in node.operands if isinstance(operand, Name)]


def _odd_nodes(tape: Tape, ways: Sequence[Way]) -> list[bool]:
    """For each node whether its value, or a derivative of it by an operand, is not finite."""
    odd = [not all_finite(value) for value in tape.values]
    for way in ways:
        odd[way.origin.node] = True
    for id, operation in enumerate(tape.graph.operations):
        if ways and not odd[id] and operation in OPERATIONS and tape.requires_grad[id] and tape.adjoints[id] is not None:
            odd[id] = any(slope is not None and not all_finite(slope) for slope in tape.local_values(id))
    return odd


def _above(tape: Tape, odd: Sequence[bool]) -> list[int]:
    """The nodes that may be the whole of a pattern that covers an odd one."""
    graph = tape.graph
    near = list(odd)
    for _ in range(_HEIGHT):
        near = [near[id] or any(near[input] for input in inputs) for id, inputs in enumerate(graph.inputs)]
    leads = graph.ancestors(tape.output)
    return [id for id, one in enumerate(near) if one and leads[id] and graph.operations[id] not in (VARIABLE, CONSTANT)]


def _with_items(expression: Expression, match: Match) -> Expression:
    """A row of the table with the index that it was found with."""
    return mapped(expression, lambda part: Index(part.target, match.items) if isinstance(part, Index) else part)


def _double_choices(tape: Tape, ways: Sequence[Way], odd: Sequence[bool]) -> Iterator[Candidate]:
    """The operand of a function with an infinite slope chosen as well, where a choice behind it hides its value alone.

    All nodes of one kind at once: what is chosen is hidden where it is not taken, and the same where it is.
    """
    graph = tape.graph
    above = _choices_above(tape)
    kinds: dict[str, Way] = {}
    for way in ways:
        if way.origin.kind in (ZERO_TIMES, SLOPE, UNDEFINED) and way.origin.source is not None:
            kinds.setdefault(graph.operations[way.origin.node], way)
    for operation, way in kinds.items():
        argument = way.origin.argument
        chosen = {node: choice for node, choice in above.items() if graph.operations[node] == operation and odd[node]}
        if way.origin.node not in chosen:
            continue
        for safe in _SAFE:
            replaced = {
                node: _kept(
                    tape, node, argument, Name(f"#{condition}"), side, safe, [f"#{input}" for input in graph.inputs[node]]
                )
                for node, (condition, side) in chosen.items()
            }
            node = way.origin.node
            condition, side = chosen[node]
            letters = [f"p{at}" for at in range(len(graph.inputs[node]))]
            inner = (
                operation_expression(graph, node, list(map(Name, letters))),
                _kept(tape, node, argument, _TRUTH, side, safe, letters),
            )
            part = [to_text(_choice(_TRUTH, one, Number(0), side)) for one in inner]
            step = (node_text(tape, node), new_text(tape, replaced[node]), BRANCH)
            values = dict(zip(letters, graph.inputs[node], strict=True))
            yield Candidate(replaced, step, (part[0], part[1]), {**values, "c": condition})


def _kept(tape: Tape, node: int, argument: int, condition: Expression, side: int, safe: int, names: Sequence[str]) -> Expression:
    """What a node computes, with one operand replaced by a safe number where a condition does not take it."""
    operands: list[Expression] = list(map(Name, names))
    operands[argument] = _choice(condition, operands[argument], Number(safe), side)
    return operation_expression(tape.graph, node, operands)


def _choice(condition: Expression, one: Expression, other: Expression, side: int) -> Expression:
    return Call(CHOICE, (condition, one, other) if side == 1 else (condition, other, one))


def _choices_above(tape: Tape) -> dict[int, tuple[int, int]]:
    """For each node the condition of the first choice on the one way from it to the output, and as which branch it comes in."""
    graph = tape.graph
    found: dict[int, tuple[int, int]] = {}
    for id, users in reversed(list(enumerate(graph.consumers()))):
        if len(users) != 1:
            continue
        [above] = users
        inputs = graph.inputs[above]
        if graph.operations[above] == CHOICE and inputs.index(id):
            found[id] = inputs[0], inputs.index(id)
        elif above in found:
            found[id] = found[above]
    return found
