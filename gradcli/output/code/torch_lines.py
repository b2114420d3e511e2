"""A graph as lines of PyTorch: one for each node, in the order of evaluation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, CONTROL, VARIABLE, Graph, Node, Shape
from gradcli.lowering.builders.builder import value_of
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import CHOICE, operation_named
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.declaration.symbol import Symbol
from gradcli.output.code.torch_calls import FLOAT, NUMBER, Operand, torch_call
from gradcli.typing import Any

_EXACT = 2**53


class TorchLine(Frozen):
    """A line.

    Attributes:
        name: The name that it defines.
        text: What that is.
        node: The node of the graph; -1 for a part of one that PyTorch lacks.
        own: Whether PyTorch has a function for the node; else it is written by its definition.
        chooses: Whether the definition chooses: PyTorch multiplies the derivative of what is not chosen by 0, be it infinite.
    """

    name: str
    text: str
    node: int
    own: bool
    chooses: bool = False


def number_text(value: float) -> str:
    """A number in Python; a whole one without a point, since PyTorch wants some of them so."""
    whole = math.isfinite(value) and value.is_integer() and abs(value) <= _EXACT and repr(value) != "-0.0"
    text = repr(int(value)) if whole else repr(value) if math.isfinite(value) else f"float('{value!r}')"
    return f"({text})" if text.startswith("-") else text


def tensor_text(value: Any, more: str = "") -> str:
    """A value as a tensor; lists of nothing do not tell their shape, and zeros without elements do."""
    shape = shape_of(value)
    return f"torch.zeros({shape}{more})" if 0 in shape else f"torch.tensor({literal(value)}{more})"


def literal(value: Any) -> str:
    """A value in Python: a number, or lists of them; ``inf`` and ``nan`` stand for what they are called."""
    return repr(value.tolist() if shape_of(value) else float(value))


def torch_lines(
    graph: Graph, names: Sequence[str], constants: Mapping[int, Any], like: str, needed: Sequence[bool] | None = None
) -> tuple[list[TorchLine], dict[int, Operand]]:
    """The lines of the nodes that depend on variables, and what each node is in them.

    Args:
        graph: The graph, without branches and loops.
        names: The name of each node in Python.
        constants: The value of a node that depends on no variable.
        like: The name of a variable, see :func:`~gradcli.output.code.torch_calls.torch_call`.
        needed: For each node whether it is written; then what PyTorch takes as a number alone is written by its definition where
            it is a tensor. None for all, where that is an error.

    Raises:
        GradcliError: PyTorch has no such function, or takes other operands.
    """
    taken = {*names}
    parts = (name for number in count(1) if (name := f"_{number}") not in taken)
    given = {id: Operand(names[id], FLOAT, graph.shape(id)) for id in graph.variables.values()}
    return _Writer(constants, like, parts, strict=needed is None).lines(graph, given, names, needed)


class _Writer:
    def __init__(self, constants: Mapping[int, Any], like: str, parts: Iterator[str], *, strict: bool) -> None:
        self.strict = strict
        self.constants = constants
        self.like = like
        self.parts = parts

    def lines(
        self, graph: Graph, given: dict[int, Operand], names: Sequence[str], needed: Sequence[bool] | None = None
    ) -> tuple[list[TorchLine], dict[int, Operand]]:
        """The lines of a graph whose variables are given."""
        operands = dict(given)
        known = graph.dependents(*given)
        lines: list[TorchLine] = []
        for node in graph:
            if node.operation == VARIABLE or (needed is not None and not needed[node.id]):
                continue
            if not known[node.id]:
                operands[node.id] = _constant(self.constants[node.id], self.like)
                continue
            if node.operation in CONTROL:
                raise GradcliError("branches and loops of a static graph are no lines of PyTorch", hint="--mode dynamic")
            inputs = [operands[input] for input in node.inputs]
            found, kind = self.applied(graph, node, inputs, names[node.id])
            lines += found
            if node.id in graph.detached:
                lines[-1] = TorchLine(names[node.id], f"({lines[-1].text}).detach()", node.id, lines[-1].own, lines[-1].chooses)
            operands[node.id] = Operand(names[node.id], kind, graph.shape(node.id))
        return lines, operands

    def applied(self, graph: Graph, node: Node, inputs: Sequence[Operand], name: str) -> tuple[list[TorchLine], str]:
        """The lines of an operation, the last of which has its name; and what its result is."""
        operation = operation_named(node.operation)
        try:
            call = torch_call(operation, inputs, graph.settings.get(node.id, ()), self.like)
        except GradcliError:
            if self.strict or operation.definition is None:
                raise
            call = None
        if call is not None:
            return [TorchLine(name, call.text, node.id, True)], call.kind
        if operation.definition is None:
            raise GradcliError(f"there is no {node.operation} in PyTorch")
        builder = StaticBuilder(Graph())
        symbols = [
            builder.symbol(operand.value)
            if operand.kind == NUMBER
            else Symbol(builder, builder.parameter(f"x{at}", operand.shape))
            for at, operand in enumerate(inputs)
        ]
        arguments = operation.complete(tuple(symbols)) if isinstance(operation, Operation) else symbols
        result = builder.symbol(operation.definition(*arguments, **dict(graph.settings.get(node.id, ())))).id
        inner = builder.graph
        given = {symbol.id: operand for symbol, operand in zip(symbols, inputs, strict=True) if operand.kind != NUMBER}
        names = [next(self.parts) for _ in range(len(inner))]
        names[result] = name
        lines, _ = _Writer(constants_of(inner), self.like, self.parts, strict=self.strict).lines(inner, given, names)
        found = [TorchLine(line.name, line.text, -1, True) for line in lines]
        if result in given:
            return [*found, TorchLine(name, given[result].text, node.id, False)], given[result].kind
        found[-1] = TorchLine(name, found[-1].text, node.id, False, CHOICE in inner.operations)
        return found, FLOAT


def _constant(value: Any, like: str) -> Operand:
    shape: Shape = shape_of(value)
    text = f"{like}.new_tensor({literal(value)})" if shape else number_text(float(value))
    return Operand(text, FLOAT, shape) if shape else Operand(text, NUMBER, shape, float(value))


def constants_of(graph: Graph) -> dict[int, Any]:
    """The values of the nodes that depend on no variable."""
    depends = graph.dependents(*graph.variables.values())
    values: dict[int, Any] = {}
    for node in graph:
        if node.operation == CONSTANT:
            values[node.id] = constant_value(graph.constants[node.id])
        elif not depends[node.id]:
            inputs = [values[input] for input in node.inputs]
            values[node.id] = value_of(node.operation, inputs, graph.settings.get(node.id, ()))
    return values
