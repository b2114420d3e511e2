"""Graph to AST: the inverse of lowering."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import count

from gradcli.graph.graph import CONSTANT, CONTROL, ITEM, VARIABLE, Constant, Graph, Setting, Settings
from gradcli.language.ast import (
    Array,
    Assignment,
    Call,
    Comparison,
    Ellipsis,
    Expression,
    Index,
    Name,
    Number,
    Operator,
    Slice,
    Transposed,
    Tuple,
)
from gradcli.ops.catalogue import INDEX, OPERATIONS, STACK, STRUCTURAL, TURN

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def constant_expression(value: Constant) -> Expression:
    """A constant as an expression."""
    if isinstance(value, tuple):
        return Array(tuple(map(constant_expression, value)))  # as deep as the array has axes
    if isinstance(value, float) and repr(value) == "-0.0":
        return Operator("-", (Number(0),))  # number_text has one zero, and 1 divided by this one is -inf
    return Name(value) if isinstance(value, str) else Number(value)


def applied(operation: str, operands: Sequence[Expression]) -> Expression:
    """An operation on expressions, by its operator where it has one."""
    declared = OPERATIONS[operation]
    symbol = declared.symbol
    if symbol in _COMPARISONS:
        return Comparison((symbol,), tuple(operands))
    if symbol:
        return Operator(symbol, tuple(operands))
    return Call(declared.facts.written or operation, tuple(operands))


def applied_to_arrays(operation: str, operands: Sequence[Expression], settings: Settings) -> Expression:
    """An operation on arrays as it is written: ``A @ b``, ``A.T``, ``v[0]``, ``[a, b]``, ``sum(A, axis=0)``."""
    given = dict(settings)
    declared = STRUCTURAL[operation]
    if declared.symbol:
        return Operator(declared.symbol, tuple(operands))
    if operation == TURN and given["axes"] is None:
        return Transposed(operands[0])
    if operation == INDEX:
        entries = given["index"]
        assert isinstance(entries, tuple)
        return Index(operands[0], tuple(map(_entry_expression, entries)))
    if operation == STACK and given["axis"] == 0:
        return Array(tuple(operands))
    spelling = declared.spellings[0] if declared.spellings else operation.removeprefix("mean_")
    if given.get("shape") == () and operation in ("reshape", "sum_to"):
        return Call("sum", tuple(operands))
    if not operands or operation == "reshape":  # eye(3), zeros(2, 3), reshape(x, 3, 1)
        return Call(spelling, (*operands, *_positional(declared.settings, settings)))
    named = {name: given[name] for name, default in declared.settings if given[name] != default}
    arguments = (*operands, *map(_setting_expression, named.values()))
    return Call(spelling, arguments, tuple(named))


def _positional(defaults: Settings, settings: Settings) -> list[Expression]:
    """Settings without their names, those at the end left out that have their defaults."""
    values = [value for _, value in settings]
    if len(values) == 1 and isinstance(values[0], tuple) and values[0]:
        return list(map(_setting_expression, values[0]))
    while values and values[-1] == defaults[len(values) - 1][1]:
        values.pop()
    return list(map(_setting_expression, values))


def _entry_expression(entry: Setting) -> Expression:
    if entry == "...":
        return Ellipsis()
    if isinstance(entry, tuple) and entry[0] == "list":
        return Array(tuple(map(_setting_expression, entry[1:])))
    if isinstance(entry, tuple):
        start, stop, step = [None if part is None else _setting_expression(part) for part in entry[1:]]
        return Slice(start, stop, step)
    return _setting_expression(entry)


def _setting_expression(value: Setting) -> Expression:
    if value == "..." or (isinstance(value, tuple) and value[:1] in (("slice",), ("list",))):
        return _entry_expression(value)
    if isinstance(value, tuple):
        return Tuple(tuple(map(_setting_expression, value)))
    if value is None or isinstance(value, bool | str):
        return Name(str(value))
    return Number(value)


Raised = Callable[[Graph, int, Sequence[Expression]], Expression]
"""What writes a node that an operation made, in given expressions of its inputs: :func:`operation_expression`."""


def node_expression(graph: Graph, id: int, names: Sequence[str], *, raised: Raised | None = None) -> Expression:
    """What a node computes, in the names of its inputs: ``a*b``. A variable is its name, a constant its value.

    Args:
        graph: The graph.
        id: The node.
        names: The name of each node.
        raised: What writes operations; None for :func:`operation_expression`.
    """
    if graph.operations[id] == VARIABLE:
        return Name(names[id])
    if graph.operations[id] == CONSTANT:
        return constant_expression(graph.constants[id])
    return (raised or operation_expression)(graph, id, [_reference(graph, input, names) for input in graph.inputs[id]])


def operation_expression(graph: Graph, id: int, operands: Sequence[Expression]) -> Expression:
    """What a node that an operation made computes, in given expressions of its inputs."""
    operation = graph.operations[id]
    if operation == ITEM:
        index = dict(graph.settings[id])["index"]
        return Index(operands[0], (_setting_expression(index),))
    if operation in CONTROL:
        return Call(operation, tuple(operands))
    if operation in STRUCTURAL:
        return applied_to_arrays(operation, operands, graph.settings.get(id, ()))
    return applied(operation, operands)


def _reference(graph: Graph, id: int, names: Sequence[str]) -> Expression:
    return constant_expression(graph.constants[id]) if graph.operations[id] == CONSTANT else Name(names[id])


def written_sizes(graph: Graph) -> list[int]:
    """For each node how many nodes its expression has when shared parts are written out at every use."""
    sizes: list[int] = []
    for inputs in graph.inputs:
        sizes.append(1 + sum([sizes[input] for input in inputs]))
    return sizes


def written_out(graph: Graph, id: int, names: Sequence[str], *, raised: Raised | None = None) -> Expression:
    """The expression of a node in variables alone, with shared parts written out at every use.

    Its size can be exponential in that of the graph: see :func:`written_sizes`. The arguments are those of
    :func:`node_expression`.
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
            expressions[at] = (raised or operation_expression)(graph, at, [o for o in operands if o is not None])
    result = expressions[id]
    assert result is not None
    return result


def expression_from(graph: Graph, ids: Sequence[int], names: Sequence[str], most: int) -> Expression | None:
    """The expression of the last of some nodes, in the names of what the others take from outside; None where it is too large.

    Args:
        graph: The graph.
        ids: The nodes, ascending.
        names: The names of all nodes.
        most: How many operations it may have, those of shared parts at every use.
    """
    found: dict[int, Expression] = {}
    sizes: dict[int, int] = {}
    for id in ids:
        inputs = graph.inputs[id]
        sizes[id] = 1 + sum(sizes.get(input, 0) for input in inputs)
        if sizes[id] > most:
            return None
        operands = [
            found.get(at) or (node_expression(graph, at, names) if graph.operations[at] == CONSTANT else Name(names[at]))
            for at in inputs
        ]
        found[id] = operation_expression(graph, id, operands)
    return found[ids[-1]]


def in_named_lines(graph: Graph, ids: Sequence[int], used: Collection[str]) -> tuple[list[Assignment], list[Expression]]:
    """The expressions of nodes in lines whose total length is that of the graph: what is used twice has a name of its own.

    Args:
        graph: The graph.
        ids: The nodes.
        used: Names that are taken.

    Returns:
        Assignments ``t1 = ...``, ``t2 = ...``, each in terms of those before it, and the expression of each node.
    """
    needed = graph.ancestors(*ids)
    uses = [0] * len(graph)
    for id, inputs in enumerate(graph.inputs):
        if needed[id]:
            for input in inputs:
                uses[input] += 1
    for id in ids:
        uses[id] += 1
    variables = {id: name for name, id in graph.variables.items()}
    names = (name for number in count(1) if (name := f"t{number}") not in used)
    lines: list[Assignment] = []
    expressions: dict[int, Expression] = {}
    for node in graph:
        if not needed[node.id]:
            continue
        if node.operation == VARIABLE:
            expressions[node.id] = Name(variables[node.id])
        elif node.operation == CONSTANT:
            expressions[node.id] = constant_expression(graph.constants[node.id])
        else:
            expression = operation_expression(graph, node.id, [expressions[input] for input in node.inputs])
            if uses[node.id] > 1:
                lines.append(Assignment(next(names), expression))
                expression = Name(lines[-1].name)
            expressions[node.id] = expression
    return lines, [expressions[id] for id in ids]
