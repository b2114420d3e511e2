"""Graph to AST: the inverse of lowering."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.graph.graph import CONSTANT, VARIABLE, Constant, Graph
from gradcli.language.ast import Call, Comparison, Expression, Name, Number, Operator
from gradcli.ops.operation import OPERATIONS

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def constant_expression(value: Constant) -> Expression:
    """A constant as an expression."""
    return Name(value) if isinstance(value, str) else Number(value)


def applied(operation: str, operands: Sequence[Expression]) -> Expression:
    """An operation on expressions, by its operator where it has one."""
    symbol = OPERATIONS[operation].symbol
    if symbol in _COMPARISONS:
        return Comparison((symbol,), tuple(operands))
    if symbol:
        return Operator(symbol, tuple(operands))
    return Call(operation, tuple(operands))


def node_expression(graph: Graph, id: int, names: Sequence[str]) -> Expression:
    """What a node computes, in the names of its inputs: ``a*b``. A variable is its name, a constant its value."""
    if graph.operations[id] == VARIABLE:
        return Name(names[id])
    if graph.operations[id] == CONSTANT:
        return constant_expression(graph.constants[id])
    return applied(graph.operations[id], [_reference(graph, input, names) for input in graph.inputs[id]])


def _reference(graph: Graph, id: int, names: Sequence[str]) -> Expression:
    return constant_expression(graph.constants[id]) if graph.operations[id] == CONSTANT else Name(names[id])


def written_sizes(graph: Graph) -> list[int]:
    """For each node how many nodes its expression has when shared parts are written out at every use."""
    sizes: list[int] = []
    for inputs in graph.inputs:
        sizes.append(1 + sum([sizes[input] for input in inputs]))
    return sizes


def written_out(graph: Graph, id: int, names: Sequence[str]) -> Expression:
    """The expression of a node in variables alone, with shared parts written out at every use.

    Its size can be exponential in that of the graph: see :func:`written_sizes`.
    """
    needed = graph.ancestors(id)
    expressions: list[Expression | None] = [None] * (id + 1)
    for at in range(id + 1):
        if not needed[at]:
            continue
        if graph.operations[at] in (VARIABLE, CONSTANT):
            expressions[at] = node_expression(graph, at, names)
        else:
            operands = [expressions[input] for input in graph.inputs[at]]
            expressions[at] = applied(graph.operations[at], [o for o in operands if o is not None])
    result = expressions[id]
    assert result is not None
    return result
