"""The two ways to build a graph: static (interned, folded, before any value is known) and dynamic (recorded with its values)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, Protocol

from gradcli.errors import GradcliError, Span
from gradcli.graph.graph import CONSTANT, Constant, Graph, Settings, Shape
from gradcli.graph.names import constant_text
from gradcli.language.ast import NOWHERE
from gradcli.lowering.shapes import inferred_shape
from gradcli.ops.constants import constant_value, exact
from gradcli.ops.operation import OPERATIONS
from gradcli.ops.structural import STRUCTURAL, plain, shape_of
from gradcli.ops.symbol import Exact, Symbol

Value = Any
"""The value of a node: a float, or an array of NumPy, which is loaded where there is one."""


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

    def has_shape(self, name: str) -> bool:
        """Whether the shape of a variable was given, be it by its value; else it is taken for a number."""


class Recorder:
    """Define by run: each operation is recorded, with its value, as it executes.

    Args:
        graph: The graph to record into.
        bindings: The value of each variable, as float64.
        cast: Rounds each value to the precision of the run; None for float64.
    """

    knows_values = True

    def __init__(self, graph: Graph, bindings: Mapping[str, Value], cast: Callable[[Value], Value] | None = None) -> None:
        self.graph = graph
        self.bindings = bindings
        self.cast = cast
        self.values: list[Value] = []
        self._constants: dict[Constant, int] = {}
        self._texts: dict[str, int] = {}  # constants that read the same are one node: 1e999 and inf
        self._forward: dict[tuple[str, int], Callable[..., float]] = {}

    def variable(self, name: str, span: Span) -> int:
        id = self.graph.variables.get(name)
        if id is None:
            value = self.bindings[name]
            id = self.graph.variable(name, span, shape_of(value))
            self._record(value)
        return id

    def constant(self, value: Constant, span: Span) -> int:
        id = self._constants.get(value)
        if id is None:
            id = self._texts.get(constant_text(value))
            if id is None:
                id = self._texts[constant_text(value)] = self.graph.constant(value, span)
                self._record(constant_value(value))
            self._constants[value] = id
        return id

    def operation(self, name: str, inputs: tuple[int, ...], span: Span, settings: Settings = ()) -> int:
        if settings or self.graph.shapes or name not in OPERATIONS:
            return self._array_operation(name, inputs, span, settings)
        id = self.graph.append(name, inputs, span)
        forward = self._forward.get((name, len(inputs)))
        if forward is None:
            forward = self._forward[name, len(inputs)] = forward_of(name, len(inputs))
        values = self.values
        self._record(forward(*[values[input] for input in inputs]))
        return id

    def _array_operation(self, name: str, inputs: tuple[int, ...], span: Span, settings: Settings) -> int:
        shape = inferred_shape(self.graph, name, inputs, settings, span)
        id = self.graph.append(name, inputs, span)
        self.graph.set_shape(id, shape)
        if settings:
            self.graph.settings[id] = settings
        with placed(span):
            self._record(value_of(name, [self.values[input] for input in inputs], settings))
        return id

    def truth(self, id: int) -> bool:
        if id in self.graph.shapes:
            raise GradcliError("a condition must be a number, and this is an array", self.graph.spans[id])
        truth = self.graph.decisions[id] = bool(self.values[id])
        return truth

    def has_shape(self, name: str) -> bool:
        return True

    def _record(self, value: Value) -> None:
        self.values.append(value if self.cast is None else self.cast(value))


def forward_of(name: str, count: int) -> Callable[..., float]:
    """The value of an operation as a function of ``count`` floats."""
    operation = OPERATIONS[name]
    forward = operation.forward
    defaults = operation.complete((0.0,) * count)[count:]
    return (lambda *arguments: forward(*arguments, *defaults)) if defaults else forward


@contextmanager
def placed(span: Span) -> Iterator[None]:
    """Name the place in the text of an error of values that name none."""
    try:
        yield
    except GradcliError as error:
        error.span = span if error.span is None else error.span
        raise


def value_of(name: str, values: Sequence[Value], settings: Settings = ()) -> Value:
    """The value of an operation on numbers and arrays."""
    structural = STRUCTURAL.get(name)
    if structural is not None:
        return structural(*values, **dict(settings))
    operation = OPERATIONS[name]
    if any(not isinstance(value, float) for value in values):
        return plain(operation.array_value(*operation.complete(tuple(values))))
    return forward_of(name, len(values))(*values)


class StaticBuilder:
    """Define then run: the same operation on the same inputs is the same node, and operations on constants fold.

    Args:
        graph: The graph to build.
        inexact: Whether constants also fold where the result is not rational: log(2) becomes 0.693...
        identities: Whether x·1, x + 0 and their like are x. Gradient graphs want it; the graph of a user's expression shows
            what the user wrote.
        shapes: The shapes of the variables that are arrays.
    """

    knows_values = False

    def __init__(
        self, graph: Graph, *, inexact: bool = False, identities: bool = False, shapes: Mapping[str, Shape] | None = None
    ) -> None:
        self.graph = graph
        self.inexact = inexact
        self.identities = identities
        self.shapes = shapes or {}
        self._nodes: dict[tuple[str, tuple[int, ...], Settings], int] = {}
        self._constants: dict[tuple[type, Constant] | str, int] = {}
        self._texts: dict[str, int] = {}  # constants that read the same are one node: 1, and a 1.0 that folding gave

    def variable(self, name: str, span: Span = NOWHERE) -> int:
        return self.graph.variable(name, span, self.shapes.get(name, ()))

    def constant(self, value: Constant, span: Span = NOWHERE) -> int:
        if isinstance(value, Fraction) and value.denominator == 1:
            value = value.numerator
        key = repr(value) if isinstance(value, float) else (type(value), value)
        id = self._constants.get(key)
        if id is None:
            text = constant_text(value)
            id = self._texts.get(text)
            if id is None:
                id = self._texts[text] = self.graph.constant(value, span)
            self._constants[key] = id
        return id

    def operation(self, name: str, inputs: tuple[int, ...], span: Span = NOWHERE, settings: Settings = ()) -> int:
        id = self._nodes.get((name, inputs, settings))
        if id is None:
            arrays = bool(settings or self.graph.shapes or name not in OPERATIONS)
            shape = inferred_shape(self.graph, name, inputs, settings, span) if arrays else ()
            if name not in STRUCTURAL:
                id = self._folded(name, inputs, span)
                if id is None and self.identities:
                    id = self._identity(name, inputs)
                    if id is not None and self.graph.shape(id) != shape:  # 0*x is 0 for a number alone
                        id = None
            elif self.identities:
                id = self._undone(name, inputs, settings, shape)
            if id is None:
                id = self.graph.append(name, inputs, span)
                self.graph.set_shape(id, shape)
                if settings:
                    self.graph.settings[id] = settings
            self._nodes[name, inputs, settings] = id
        return id

    def truth(self, id: int) -> bool:
        raise ValueError("a static graph has no values")

    def has_shape(self, name: str) -> bool:
        return name in self.shapes

    def _folded(self, name: str, inputs: tuple[int, ...], span: Span) -> int | None:
        constants = self.graph.constants
        if any(input not in constants for input in inputs):
            return None
        values = [constants[input] for input in inputs]
        if any(isinstance(value, tuple) for value in values):  # arrays are shown as the operations that make them
            return None
        operation = OPERATIONS[name]
        rational = len(values) >= len(operation.parameters) and all(isinstance(value, int | Fraction) for value in values)
        if operation.exact is not None and rational:
            folded = operation.exact(*values)
            if folded is not None:
                return self.constant(folded, span)
        if self.inexact:
            return self.constant(forward_of(name, len(inputs))(*map(constant_value, values)), span)
        return None

    def _identity(self, name: str, inputs: tuple[int, ...]) -> int | None:
        """The node that an operation on partly constant inputs equals; None where there is none.

        A factor 0 comes from an argument that the function does not depend on, so 0·x is 0.
        """
        constants = self.graph.constants
        known = [constants.get(input) for input in inputs]
        match name, known:
            case ("add", [0, _]) | ("mul", [1, _]):  # 0 + x -> x, 1*x -> x
                return inputs[1]
            case ("add" | "sub", [_, 0]) | ("mul" | "div" | "pow", [_, 1]):  # x + 0, x - 0, x*1, x/1, x^1 -> x
                return inputs[0]
            case ("mul" | "div", [0, _]):  # 0*x, 0/x -> 0
                return inputs[0]
            case ("mul", [_, 0]):  # x*0 -> 0
                return inputs[1]
            case ("mul", [-1, _]) | ("sub", [0, _]):  # -1*x, 0 - x -> -x
                return self.operation("neg", inputs[1:])
            case ("mul", [_, -1]):
                return self.operation("neg", inputs[:1])
            case ("neg", _) if self._is_negative(inputs[0]):  # -(-x) -> x
                return self._opposite(inputs[0])
            case ("add", _) if self._is_negative(inputs[1]):  # x + (-z) -> x - z
                return self.operation("sub", (inputs[0], self._opposite(inputs[1])))
            case ("add", _) if self._is_negative(inputs[0]):  # -x + z -> z - x
                return self.operation("sub", (inputs[1], self._opposite(inputs[0])))
            case ("sub", _) if self._is_negative(inputs[1]):  # x - (-z) -> x + z
                return self.operation("add", (inputs[0], self._opposite(inputs[1])))
            case ("mul" | "div", _) if self._is_negative(inputs[0]):  # (-x)*z -> -(x*z), (-x)/z -> -(x/z)
                return self.operation("neg", (self.operation(name, (self._opposite(inputs[0]), inputs[1])),))
            case ("mul", _) if self._is_negative(inputs[1]):  # x*(-z) -> -(x*z)
                return self.operation("neg", (self.operation("mul", (inputs[0], self._opposite(inputs[1]))),))
            case ("mul", _) if self._is_inverse(inputs[1]):  # x*(1/z) -> x/z
                return self.operation("div", (inputs[0], self.graph.inputs[inputs[1]][1]))
            case ("where", [condition, _, _]) if isinstance(condition, int | Fraction):
                return inputs[1] if condition else inputs[2]
            case ("where", _) if inputs[1] == inputs[2]:  # a if c else a -> a
                return inputs[1]
            case ("logical_and", [0, _]) | ("logical_or", [1, _]):
                return inputs[0]
            case ("logical_and", [_, 0]) | ("logical_or", [_, 1]):
                return inputs[1]
            case ("logical_and", [1, _]) | ("logical_or", [0, _]):
                return inputs[1]
            case _:
                return None

    def _undone(self, name: str, inputs: tuple[int, ...], settings: Settings, shape: Shape) -> int | None:
        """The node that an operation gives back by undoing what made its input: (Mᵀ)ᵀ is M; None where it does not."""
        if name not in ("transpose", "reshape") or self.graph.operations[inputs[0]] != name:
            return None
        before = self.graph.inputs[inputs[0]][0]
        same = settings == self.graph.settings[inputs[0]] if name == "transpose" else shape == self.graph.shape(before)
        return before if same else None

    def _is_negative(self, id: int) -> bool:
        return self.graph.operations[id] == "neg"

    def _is_inverse(self, id: int) -> bool:
        return self.graph.operations[id] == "div" and self.graph.constants.get(self.graph.inputs[id][0]) == 1

    def _opposite(self, id: int) -> int:
        """x of a node -x."""
        return self.graph.inputs[id][0]

    # ---- symbols, for derivative rules ----

    def symbol(self, value: Any) -> Symbol:
        """The symbol of a number, a constant of a rule, or a symbol."""
        if isinstance(value, Symbol):
            return value
        if isinstance(value, Exact):
            if not value.operation:
                return Symbol(self, self.constant(value.arguments[0]))
            return self.apply(value.operation, value.arguments)
        return Symbol(self, self.constant(exact(value)))

    def apply(self, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Symbol:
        """The symbol of an operation on symbols and numbers."""
        ids = tuple([self.symbol(operand).id for operand in operands])
        return Symbol(self, self.operation(operation, ids, NOWHERE, settings))

    def shape(self, id: int) -> Shape:
        """The shape of a node."""
        return self.graph.shape(id)


def replay(graph: Graph, builder: StaticBuilder) -> list[Symbol]:
    """Build the nodes of a graph again; gives the symbol of each."""
    symbols: list[Symbol] = []
    names = {id: name for name, id in graph.variables.items()}
    builder.shapes = {name: graph.shape(id) for name, id in graph.variables.items()} if graph.shapes else {}
    for node in graph:
        if node.id in names:
            id = builder.variable(names[node.id], graph.spans[node.id])
        elif node.operation == CONSTANT:
            id = builder.constant(graph.constants[node.id], graph.spans[node.id])
        else:
            inputs = tuple([symbols[i].id for i in node.inputs])
            id = builder.operation(node.operation, inputs, graph.spans[node.id], graph.settings.get(node.id, ()))
        symbols.append(Symbol(builder, id))
    return symbols


def compacted(graph: Graph, *, keep_named: bool = True) -> Graph:
    """The graph without the nodes that neither are variables nor lead to an output.

    Args:
        graph: The graph.
        keep_named: Whether nodes that have a name stay as well, and what leads to them.
    """
    named = graph.given_names if keep_named else ()
    kept = graph.ancestors(graph.output, *graph.outputs, *graph.variables.values(), *named)
    result = Graph(graph.max_nodes)
    new: dict[int, int] = {}
    for node in graph:
        if kept[node.id]:
            new[node.id] = result.append(node.operation, tuple([new[i] for i in node.inputs]), graph.spans[node.id])
    result.max_elements, result.max_total, result.elements = graph.max_elements, graph.max_total, graph.elements
    result.shapes = {new[id]: shape for id, shape in graph.shapes.items() if id in new}
    result.settings = {new[id]: settings for id, settings in graph.settings.items() if id in new}
    result.constants = {new[id]: value for id, value in graph.constants.items() if id in new}
    result.variables = {name: new[id] for name, id in graph.variables.items()}
    result.given_names = {new[id]: name for id, name in graph.given_names.items() if id in new}
    result.output = new[graph.output]
    result.outputs = [new[id] for id in graph.outputs]
    return result


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
