"""The values of many expressions in the same names: they are lowered into one graph, and what they share is computed once."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import Expression, Program
from gradcli.lowering.builders.builder import forward_of
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.expressions import Expressions
from gradcli.ops.declaration.constants import constant_value


class ExpressionValues:
    """The values of expressions of numbers.

    Args:
        names: The value of each name; more may come while expressions are evaluated, and none may change.
    """

    def __init__(self, names: Mapping[str, float]) -> None:
        self._names = names
        self._graph = Graph()
        self._walk = Expressions(Program(()), StaticBuilder(self._graph), names)
        self._values: list[float] = []

    def of(self, expression: Expression) -> float:
        """The value of an expression; constants fold exactly, as in a static graph."""
        id = self._walk.expression(expression)
        graph, values = self._graph, self._values
        variables = {id: name for name, id in graph.variables.items() if id >= len(values)}
        for at in range(len(values), len(graph)):
            operation, inputs = graph.operations[at], graph.inputs[at]
            if operation == VARIABLE:
                values.append(self._names[variables[at]])
            elif operation == CONSTANT:
                values.append(constant_value(graph.constants[at]))
            else:
                values.append(forward_of(operation, len(inputs))(*[values[input] for input in inputs]))
        return values[id]
