"""Expressions on arrays as derivations write them: Aᵀ, u @ vᵀ, sums over named axes, one name for what is used several times."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from gradcli.derivation.notation.expressions import operations_in, sum_of
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph, Setting, Shape
from gradcli.language.ast import NOWHERE, Array, Call, Ellipsis, Expression, Index, Name, Number, Operator, Tuple
from gradcli.language.numbers import SHOWN_ELEMENTS
from gradcli.lowering.node_expressions import constant_expression, operation_expression
from gradcli.ops.elementwise.arithmetic import mul
from gradcli.typing import Any

BACKWARD = "_backward"
"""The end of the name of a vector-Jacobian product that its operation describes in words."""

PLACED = "placed"
"""``placed(a, v[0])`` is an array like v with a in the place v[0] and zeros elsewhere."""

_LETTERS = "stuvwpqrkmn"
_SHARED_USES, _SHARED_SIZE = 3, 2
"""What is used so often, or so large and used twice, has a name of its own."""


def array_expression(value: Any) -> Expression:
    """The value of a node: a number, or an array written out; of a long axis two elements at each end."""
    if not getattr(value, "ndim", 0):
        return Number(float(value))
    whole = value.size <= SHOWN_ELEMENTS
    return _array(value, whole)


def _array(part: Any, whole: bool) -> Expression:
    """A part of an array. It is as deep as the array has axes."""
    if part.ndim == 0:
        return Number(float(part))
    if whole or len(part) <= 4:
        return Array(tuple([_array(row, whole) for row in part]))
    ends = [_array(row, whole) for row in (*part[:2], *part[-2:])]
    return Array((*ends[:2], Ellipsis(), *ends[2:]))


def raised(graph: Graph, id: int, operands: Sequence[Expression]) -> Expression:
    """An operation on expressions: the product of two arrays is ⊙, an outer product ⊗, a repeated number a multiple of ones."""
    operation, inputs, settings = graph.operations[id], graph.inputs[id], dict(graph.settings.get(id, ()))
    shapes = [graph.shape(input) for input in inputs]
    match operation:
        case mul.name if all(shapes):
            return Operator("⊙", tuple(operands))
        case "outer":
            return Operator("⊗", tuple(operands))
        case "expand" if not shapes[0]:
            ones = Call("ones", _sizes(settings["shape"]))
            return ones if operands[0] == Number(1) else Operator("*", (operands[0], ones))
        case "reshape" if not graph.shape(id):
            return Call("sum", tuple(operands))  # of one element
        case "reshape" | "expand":
            return Call(operation, (operands[0], *_sizes(settings["shape"])))
        case "sum_to":
            return summed(operands[0], shapes[0], graph.shape(id))
        case "eye":
            return Call("eye", (Number(graph.shape(id)[0]),))
    found = operation_expression(graph, id, operands)
    return _short_axes(found) if isinstance(found, Call) else found


def _sizes(shape: Setting) -> tuple[Expression, ...]:
    sizes = shape if isinstance(shape, tuple) else (shape,)
    return tuple([Number(size) for size in sizes if isinstance(size, int)])


def _short_axes(call: Call) -> Call:
    """axis=1 in place of axis=(1,)."""
    arguments = list(call.arguments)
    for at, keyword in enumerate(call.keywords, len(arguments) - len(call.keywords)):
        part = arguments[at]
        if keyword == "axis" and isinstance(part, Tuple) and len(part.items) == 1:
            arguments[at] = part.items[0]
    return Call(call.function, tuple(arguments), call.keywords)


def setting_expression(value: Setting) -> Expression:
    """A setting of an operation as it is written."""
    if isinstance(value, tuple):
        return Tuple(tuple(map(setting_expression, value)))
    return Name(str(value)) if value is None or isinstance(value, bool | str) else Number(value)


def broadcast_axes(shape: Shape, target: Shape) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes along which a target was broadcast to a shape: those that it lacks, and those where its size is 1."""
    lead = len(shape) - len(target)
    return tuple(range(lead)), tuple([at for at in range(lead, len(shape)) if target[at - lead] == 1 and shape[at] != 1])


def summed(operand: Expression, shape: Shape, target: Shape) -> Expression:
    """The sum over the axes along which a target was broadcast to a shape."""
    new, kept = broadcast_axes(shape, target)
    if not target:
        return Call("sum", (operand,))
    if new:
        operand = Call("sum", (operand, _axes(new)), ("axis",))
    if kept:
        axes = tuple([at - len(new) for at in kept])
        operand = Call("sum", (operand, _axes(axes), Name("True")), ("axis", "keepdims"))
    return operand


def _axes(axes: Sequence[int]) -> Expression:
    return Number(axes[0]) if len(axes) == 1 else Tuple(tuple(map(Number, axes)))


def free_letters(used: Collection[str]) -> Iterator[str]:
    """Names for parts that are used several times."""
    yield from (letter for letter in _LETTERS if letter not in used)
    number = 1
    while True:
        if f"s{number}" not in used:
            yield f"s{number}"
        number += 1


def with_shared_parts(
    graph: Graph, ids: Sequence[int], places: Mapping[str, Expression], letters: Iterator[str], target: str
) -> tuple[list[tuple[str, Expression]], list[Expression]]:
    """The expressions of nodes, and before them the parts that they use several times.

    Args:
        graph: The graph.
        ids: The nodes.
        places: What is written for each variable.
        letters: Names for the parts.
        target: The name of the array that is differentiated by, into which parts are placed.

    Returns:
        Names and expressions of the parts, each in terms of those before it, and the expression of each node.
    """
    needed = graph.ancestors(*ids)
    uses = [0] * len(graph)
    for id, inputs in enumerate(graph.inputs):
        for input in inputs if needed[id] else ():
            uses[input] += 1
    names = {id: name for name, id in graph.variables.items()}
    parts: list[tuple[str, Expression]] = []
    written: dict[int, Expression] = {}
    for node in graph:
        if not needed[node.id]:
            continue
        if node.operation == VARIABLE:
            written[node.id] = places[names[node.id]]
            continue
        if node.operation == CONSTANT:
            written[node.id] = constant_expression(graph.constants[node.id])
            continue
        operands = [written[input] for input in node.inputs]
        if node.operation == "index_put" and node.id in ids:
            expression: Expression = placed(graph, node.id, operands[0], target)
        else:
            expression = raised(graph, node.id, operands)
        size = operations_in(expression) if node.inputs else 0
        if (size >= 1 and uses[node.id] >= _SHARED_USES) or (size >= _SHARED_SIZE and uses[node.id] > 1):
            parts.append((next(letters), expression))
            expression = Name(parts[-1][0])
        written[node.id] = expression
    return parts, [written[id] for id in ids]


def placed(graph: Graph, id: int, operand: Expression, target: str) -> Expression:
    """What ``index_put`` makes: an array in a place of another one that is called ``target``, zeros elsewhere."""
    part = Graph()
    part.append(VARIABLE, (), NOWHERE)
    index = part.append("index", (0,), NOWHERE)
    part.settings[index] = (("index", dict(graph.settings[id])["index"]),)
    return Call(PLACED, (operand, operation_expression(part, index, [Name(target)])))


def gathered(terms: Sequence[Expression], shape: Shape) -> Expression | None:
    """Numbers placed in a short vector as one vector, ``[∂y/∂a, 0, ∂y/∂b]``; None for anything else."""
    if len(shape) != 1 or not 1 < shape[0] <= 6:
        return None
    items: list[list[Expression]] = [[] for _ in range(shape[0])]
    for term in terms:
        if not (isinstance(term, Call) and term.function == PLACED and isinstance(term.arguments[1], Index)):
            return None
        place = _whole(term.arguments[1].items)
        if place is None:
            return None
        items[place].append(term.arguments[0])
    return Array(tuple(map(sum_of, items)))


def _whole(items: Sequence[Expression]) -> int | None:
    """The index that is one whole number."""
    item = items[0]
    return int(item.value) if len(items) == 1 and isinstance(item, Number) else None
