"""Sums of derivatives that have names of their own: along a direction, divergence, curl, Laplacian, and tangents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gradcli.algebra.assumptions.facts import Assumptions
from gradcli.algebra.derivatives import differentiate
from gradcli.algebra.simplified import Simplified, Simplifier, simplified_outputs
from gradcli.algebra.total_derivative import Wrt, together
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Group, Name, Number, Operator, Output, Program, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.declaration.constants import VALUES

Term = tuple[Expression, int, Wrt]
"""A factor, the component that it is a factor of a derivative of, and what that is by."""


def components(graph: Graph) -> Graph:
    """The graph whose outputs are the elements of the output of another one, a number or a vector.

    Raises:
        GradcliError: The output is neither, or a variable is an array.
    """
    if any(graph.shape(id) for id in graph.variables.values()) or len(graph.shape(graph.output)) > 1:
        raise GradcliError("a field is a number or a vector of expressions in numbers", hint='for example "[x*y, y*z, z*x]"')
    if not graph.shapes:
        return graph
    found = Simplifier(graph, [graph.output]).element_by_element([graph.output])
    outputs = [Output(expression) for expression in found.expressions]
    return lower(Program((*found.definitions, *outputs)), StaticBuilder(Graph(graph.max_nodes)), graph.variables)


def combined(
    graph: Graph, rows: Sequence[Sequence[Term]], *, assume: Assumptions | None = None
) -> tuple[Simplified, Graph, list[int]]:
    """Sums of derivatives of the outputs of a graph.

    Args:
        graph: A static graph of numbers.
        rows: The terms of each sum.
        assume: What is assumed of variables; None for nothing.

    Returns:
        The sums, simplified, and a graph of them with the node of each.
    """
    graphs: list[Graph] = []
    for row in rows:
        found = differentiate(graph, [(graph.outputs[at], wrt) for _, at, wrt in row])
        total: Expression = Number(0)
        for (factor, _, _), derivative in zip(row, found.expressions, strict=True):
            total = Operator("+", (total, Operator("*", (factor, derivative))))
        builder = StaticBuilder(Graph(graph.max_nodes, graph.max_elements), identities=True)
        made = lower(Program((*found.definitions, Output(total))), builder, graph.variables)
        graphs.append(compacted(made, keep_variables=False))
    return together(graphs, assume=assume)


def divergence(names: Sequence[str]) -> list[list[Term]]:
    """The divergence of a field in some coordinates: the sum of the derivatives of each component by its own."""
    return [[(Number(1), at, (name,)) for at, name in enumerate(names)]]


def curl(names: Sequence[str]) -> list[list[Term]]:
    """The curl of a field in three coordinates, or what is left of it in two."""
    if len(names) == 2:
        return [[(Number(1), 1, (names[0],)), (Number(-1), 0, (names[1],))]]
    turns = [(1, 2), (2, 0), (0, 1)]
    return [[(Number(1), b, (names[a],)), (Number(-1), a, (names[b],))] for a, b in turns]


def laplacian(names: Sequence[str], count: int) -> list[list[Term]]:
    """The sum of the second derivatives, of each component."""
    return [[(Number(1), at, (name, name)) for name in names] for at in range(count)]


def direction(parts: Mapping[str, Expression]) -> list[list[Term]]:
    """The derivative along a vector, which is made one of length 1.

    Raises:
        GradcliError: The vector is 0.
    """
    squares: Expression = Number(0)
    for name, part in parts.items():
        if any(isinstance(node, Name) and not math.isfinite(VALUES.get(node.name, 0)) for node in postorder(part)):
            raise GradcliError(f"the direction is not finite: {name} = {to_text(part)}", hint="for example --direction x=1,w=2")
        squares = Operator("+", (squares, Operator("^", (Group(part), Number(2)))))
    graph = lower(Program((Output(squares),)), StaticBuilder(Graph()))
    if graph.constants.get(graph.output) == 0:
        raise GradcliError("the direction is 0, which points nowhere", hint="for example --direction x=1,w=2")
    length = Operator("^", (squares, Operator("/", (Number(1), Number(2)))))
    return [[(Operator("/", (part, length)), 0, (name,)) for name, part in parts.items()]]


class Tangent(Frozen):
    """The linear function that touches another one at a point.

    Attributes:
        point: The place of each variable.
        value: The value of the function there.
        slopes: The derivative by each variable there.
        expression: The linear function: of an equation the one that is 0 on the tangent.
    """

    point: tuple[tuple[str, Expression], ...]
    value: Expression
    slopes: tuple[Expression, ...]
    expression: Expression


def tangent(graph: Graph, point: Mapping[str, Expression], wrt: Sequence[str] | None = None, *, level: bool = False) -> Tangent:
    """The linear function that touches that of a graph at a point, with exact coefficients.

    Args:
        graph: A static graph of numbers.
        point: The place of each variable.
        wrt: The variables of the linear function; None for all of the point. The others stay where they are.
        level: Whether it is a curve or surface on which the function is 0.
    """
    names = list(point) if wrt is None else list(wrt)
    found = _in_one_line(differentiate(graph, [(graph.output, ()), *[(graph.output, (name,)) for name in names]]))
    value, *slopes = [exact_at(expression, point) for expression in found.expressions]
    moved = {name: point[name] for name in names}
    return Tangent(tuple(moved.items()), value, tuple(slopes), linear(None if level else value, slopes, moved))


def exact_at(expression: Expression, point: Mapping[str, Expression]) -> Expression:
    """An expression at a point, in exact numbers.

    Raises:
        GradcliError: It takes several lines.
    """

    def change(node: Expression) -> Expression:
        return Group(point[node.name]) if isinstance(node, Name) and node.name in point else node

    made = lower(Program((Output(mapped(expression, change)),)), StaticBuilder(Graph()))
    return _in_one_line(simplified_outputs(made)).expressions[0]


def linear(value: Expression | None, slopes: Sequence[Expression], point: Mapping[str, Expression]) -> Expression:
    """The linear function with a value at a point, None for 0, and some slopes by its variables."""
    total = None if value == Number(0) else value
    for (name, place), slope in zip(point.items(), slopes, strict=True):
        if slope != Number(0):
            total = _plus(total, slope, _away(name, place))
    return Number(0) if total is None else total


def _in_one_line(found: Simplified) -> Simplified:
    if found.definitions:
        raise GradcliError(
            "the derivatives are too long for a tangent in one line", hint="gradcli diff --gradient --at has values"
        )
    return found


def _away(name: str, place: Expression) -> Expression:
    """x - a."""
    minus = _minus(place)
    if place == Number(0):
        return Name(name)
    return Operator("-", (Name(name), place)) if minus is None else Operator("+", (Name(name), minus))


def _minus(expression: Expression) -> Expression | None:
    """What a minus stands before; None where none does."""
    if isinstance(expression, Number) and expression.value < 0:
        return Number(-expression.value)
    if isinstance(expression, Operator):
        if expression.symbol == "-" and len(expression.operands) == 1:
            return expression.operands[0]
        if expression.symbol in "*/" and (inner := _minus(expression.operands[0])) is not None:
            one = expression.symbol == "*" and inner == Number(1)
            return expression.operands[1] if one else Operator(expression.symbol, (inner, expression.operands[1]))
    return None


def _plus(total: Expression | None, slope: Expression, away: Expression) -> Expression:
    size = _minus(slope) if total is not None else None
    factor = slope if size is None else size
    term = away if factor == Number(1) else Operator("*", (factor, away))
    if total is None:
        return term
    return Operator("+" if size is None else "-", (total, term))
