"""What lowering needs of a builder of graphs, and what both kinds of them share: shapes and values of operations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from gradcli.errors import ExitCode, GradcliError, Span
from gradcli.graph.graph import Constant, Graph, Settings, Shape
from gradcli.graph.shapes import ShapeError
from gradcli.language.ast import NOWHERE
from gradcli.language.statements import Action
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL, operation_named
from gradcli.ops.declaration.structural import plain
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import TYPE_CHECKING, Any, Protocol

Value = Any
"""The value of a node: a float, or an array of NumPy, which is loaded where there is one."""

Part = str | tuple[str, int, str]
"""What a program prints: a text, or a node with its text and the attribute that is asked for, empty for the value."""

Shown = list[str | tuple[str, Value]]
"""What a program has printed: texts, and values with their texts."""

DEFAULT_MAX_STEPS = 100_000
"""How many turns the loops of a run may take, all together."""


class GraphBuilder(Protocol):
    """What lowering needs of a builder.

    Attributes:
        graph: The graph under construction.
        knows_values: Whether the value of a node is known as soon as it is built.
    """

    graph: Graph
    knows_values: bool

    def variable(self, name: str, span: Span) -> int:
        """The node of a variable."""

    def constant(self, value: Constant, span: Span) -> int:
        """The node of a constant."""

    def operation(self, name: str, inputs: tuple[int, ...], span: Span, settings: Settings = ()) -> int:
        """The node of an operation on earlier nodes."""

    def truth(self, id: int) -> bool:
        """Whether a node's value is true, that is, not 0; asked only where values are known."""

    def known(self, id: int) -> Constant | None:
        """The number that a node is, where that is known by now."""

    def show(self, parts: Sequence[Part], span: Span) -> None:
        """Print texts and values."""

    def grad_of(self, id: int, span: Span) -> int:
        """The node of the gradient that a leaf has accumulated."""

    def act(self, statement: Action, ids: Sequence[int]) -> None:
        """Do something to the tape."""

    def enable_grad(self, enabled: bool, span: Span) -> bool:
        """Say whether what is computed from now on may require a gradient; gives what was so before."""

    def has_shape(self, name: str) -> bool:
        """Whether the shape of a variable was given, be it by its value; else it is taken for a number."""


class WithSymbols:
    """A builder whose nodes derivative rules compute with, as symbols."""

    graph: Graph

    if TYPE_CHECKING:

        def operation(self, name: str, inputs: tuple[int, ...], span: Span = NOWHERE, settings: Settings = ()) -> int: ...

        def symbol(self, value: Any) -> Symbol: ...

    def apply(self, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Symbol:
        """The symbol of an operation on symbols and numbers."""
        ids = tuple([self.symbol(operand).id for operand in operands])
        return Symbol(self, self.operation(operation, ids, NOWHERE, settings))

    def shape(self, id: int) -> Shape:
        """The shape of a node."""
        return self.graph.shape(id)


def forward_of(name: str, count: int) -> Callable[..., float]:
    """The value of an operation as a function of ``count`` floats."""
    operation = OPERATIONS[name]
    forward = operation.forward
    defaults = operation.complete((0.0,) * count)[count:]
    return (lambda *arguments: forward(*arguments, *defaults)) if defaults else forward


def value_of(name: str, values: Sequence[Value], settings: Settings = ()) -> Value:
    """The value of an operation on numbers and arrays."""
    structural = STRUCTURAL.get(name)
    if structural is not None:
        return structural(*values, **dict(settings))
    operation = OPERATIONS[name]
    if any(not isinstance(value, float) for value in values):
        return plain(operation.array_value(*operation.complete(tuple(values))))
    return forward_of(name, len(values))(*values)


def value_at(graph: Graph, id: int, values: Sequence[Value]) -> Value:
    """The value of a node of an operation from the values before it.

    Raises:
        GradcliError: It has none, as the inverse of a singular matrix.
    """
    try:
        return value_of(graph.operations[id], [values[input] for input in graph.inputs[id]], graph.settings.get(id, ()))
    except GradcliError as error:
        from gradcli.lowering.builders.shape_mismatch import undefined

        raise undefined(error, graph, id) from None


def array_condition(span: Span) -> GradcliError:
    """The error for a condition that is an array."""
    hint = "where(C, A, B) chooses element by element; max(C) or min(C) is one number of a condition C: any, or all of it"
    return GradcliError("a condition must be a number, and this is an array", span, hint)


def too_many_steps(limit: int, span: Span) -> GradcliError:
    """The error for loops that take too many turns."""
    hint = "a condition must end it; --max-steps N raises the limit"
    return GradcliError(f"the loops of the program take more than {limit:,} turns", span, hint, exit_code=ExitCode.LIMIT)


def no_tape(what: str, span: Span) -> GradcliError:
    """The error for what only a tape that runs can do."""
    hint = "in a static graph --wrt asks for gradients; --mode dynamic has a tape"
    return GradcliError(f"{what} is of a tape, which a graph that is built before it runs has not", span, hint)


class WithoutTape:
    """A builder that has no tape: what acts on one is an error."""

    def grad_of(self, id: int, span: Span) -> int:
        raise no_tape(".grad", span)

    def act(self, statement: Action, ids: Sequence[int]) -> None:
        raise no_tape(statement.kind, statement.span)

    def enable_grad(self, enabled: bool, span: Span) -> bool:
        raise no_tape("no_grad", span)


def shown(parts: Sequence[Part], values: Sequence[Value], fact: Callable[[int, str], Value]) -> Shown:
    """What a program prints: texts, and the values of nodes or facts of them."""
    return [
        part if isinstance(part, str) else (part[0], fact(part[1], part[2]) if part[2] else values[part[1]]) for part in parts
    ]


def shortest_single(value: float) -> float:
    """The number with the fewest digits that is, in single precision, what a value is there."""
    single = float32(value)
    assert isinstance(single, float)
    near = (float(f"{single:.{digits}g}") for digits in range(6, 10))
    return next((one for one in near if float32(one) == single), single)


ROUND = "float32"
"""The operation of a flat graph that rounds to single precision; it is in no program."""


def float32(value: Value) -> Value:
    """The value rounded to IEEE 754 single precision; infinite beyond its range."""
    if not isinstance(value, float):
        return value.astype("float32")
    from struct import pack, unpack

    try:
        rounded: float = unpack("f", pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return rounded


def inferred_shape(graph: Graph, operation: str, inputs: Sequence[int], settings: Settings, span: Span) -> Shape:
    """The shape of the result of an operation on nodes.

    Raises:
        MismatchError: The shapes of the operands do not fit.
        GradcliError: What is computed meanwhile is too large (exit code 4).
    """
    shapes = [graph.shape(input) for input in inputs]
    try:
        declared, given = operation_named(operation), dict(settings)
        shape = declared.shape(*shapes, **given)
        if declared.scratch is not None:
            graph.allow(declared.scratch(*shapes, **given), f"what {operation} computes meanwhile has", span)
        return shape
    except ShapeError as error:
        from gradcli.lowering.builders.shape_mismatch import MismatchError

        raise MismatchError(graph, operation, inputs, settings, span, str(error)) from None


def has_arrays(graph: Graph) -> bool:
    """Whether a node is an array, or an operation on arrays made it, which numbers may go through as well."""
    return bool(graph.shapes) or any(operation in STRUCTURAL for operation in set(graph.operations))
