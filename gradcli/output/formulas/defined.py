"""Expressions for languages that have fewer operations: what they lack is written out by its definition."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.language.ast import Call, Expression, Name, Number
from gradcli.language.rewrite import mapped
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import applied, written_out
from gradcli.ops.catalogue import spelled
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.symbol import Symbol


def defined(expression: Expression, has: Callable[[Operation], bool], language: str) -> Expression:
    """The expression with every operation that a language has not in terms of those that it has.

    Args:
        expression: The expression.
        has: Whether the language has an operation.
        language: What messages call it.

    Raises:
        GradcliError: An operation is not there and has no definition.
    """

    def define(node: Expression) -> Expression:
        if not isinstance(node, Call):
            return node
        operation = next((o for o in spelled(node.function) if o.accepts(len(node.arguments))), None)
        if operation is None:
            return node
        if has(operation):
            given = len(node.arguments)
            return replace(node, arguments=node.arguments + tuple(map(Number, operation.complete((0.0,) * given)[given:])))
        if operation.symbol:  # add(a, b) is a + b
            return applied(operation.name, node.arguments)
        return defined(_definition(operation, node.arguments, language), has, language)

    return mapped(expression, define)


def _definition(operation: Operation, arguments: tuple[Expression, ...], language: str) -> Expression:
    """What an operation is in more primitive ones, for the given arguments."""
    if operation.definition is None:
        raise GradcliError(f"{language} has no function for {operation.name}", hint="choose another format")
    builder = StaticBuilder(Graph(), identities=True)
    places = [f"{{{index}}}" for index in range(len(arguments))]
    symbols = tuple(Symbol(builder, builder.variable(place)) for place in places)
    id = builder.symbol(operation.definition(*operation.complete(symbols))).id
    names = {id: name for name, id in builder.graph.variables.items()}
    template = written_out(builder.graph, id, [names.get(at, "") for at in range(len(builder.graph))])
    values = dict(zip(places, arguments, strict=True))
    return mapped(template, lambda node: values.get(node.name, node) if isinstance(node, Name) else node)
