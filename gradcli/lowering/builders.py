"""The two ways to build a graph: static (interned, folded, before any value is known) and dynamic (recorded with its values)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from gradcli.errors import GradcliError, Span
from gradcli.graph.graph import CONSTANT, ITEM, PRINT, WHILE_LOOP, Block, Constant, Graph, Settings, Shape
from gradcli.graph.names import constant_text
from gradcli.language.ast import NOWHERE
from gradcli.language.statements import Action
from gradcli.lowering.shapes import inferred_shape
from gradcli.ops.constants import constant_value, exact
from gradcli.ops.operation import OPERATIONS
from gradcli.ops.structural import STRUCTURAL, plain, shape_of
from gradcli.ops.symbol import Exact, Symbol

Value = Any
"""The value of a node: a float, or an array of NumPy, which is loaded where there is one."""


Part = str | tuple[str, int, str]
"""What a program prints: a text, or a node with its text and the attribute that is asked for, empty for the value."""

Shown = list[str | tuple[str, Value]]
"""What a program has printed: texts, and values with their texts."""


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
        self.printed: list[Shown] = []
        self.on_print: Callable[[Shown], None] = self.printed.append
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
        self._record(value_at(self.graph, id, self.values))
        return id

    def truth(self, id: int) -> bool:
        if id in self.graph.shapes:
            raise array_condition(self.graph.spans[id])
        truth = self.graph.decisions[id] = bool(self.values[id])
        return truth

    def known(self, id: int) -> Constant | None:
        value = self.values[id]
        return value if isinstance(value, float) else None

    def show(self, parts: Sequence[Part], span: Span) -> None:
        shown: Shown = []
        for part in parts:
            if isinstance(part, str):
                shown.append(part)
            else:
                text, id, attribute = part
                shown.append((text, self.fact(id, attribute, span) if attribute else self.values[id]))
        self.on_print(shown)

    def fact(self, id: int, attribute: str, span: Span) -> Value:
        """What is known of a node: its shape."""
        if attribute == "shape":
            return str(self.graph.shape(id))
        raise no_tape(f".{attribute}", span)

    def grad_of(self, id: int, span: Span) -> int:
        raise no_tape(".grad", span)

    def act(self, statement: Action, ids: Sequence[int]) -> None:
        raise no_tape(statement.kind, statement.span)

    def enable_grad(self, enabled: bool, span: Span) -> bool:
        raise no_tape("no_grad", span)

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
        from gradcli.lowering.mismatch import undefined

        raise undefined(error, graph, id) from None


class Removed(NamedTuple):
    """An operation of the program that is no node of a static graph.

    Attributes:
        kind: ``shared`` with an equal one before, ``folded`` to a constant, an ``identity`` such as x·1, or ``dead``: no output
            needs it.
        operation: The operation.
        span: Its place in the source text.
    """

    kind: str
    operation: str
    span: Span


class StaticBuilder:
    """Define then run: the same operation on the same inputs is the same node, and operations on constants fold.

    Args:
        graph: The graph to build.
        inexact: Whether constants also fold where the result is not rational: log(2) becomes 0.693...
        identities: Whether x·1, x + 0 and their like are x. Gradient graphs want it; the graph of a user's expression shows
            what the user wrote.
        shapes: The shapes of the variables that are arrays.
        plain: Whether nothing is shared or folded: each operation of the program is a node.
        steered: Whether branches and loops are nodes, and what prints is. Else the graph is one expression: of a branch both ways
            are built, an operation chooses, and a loop that is not unrolled is an error.
        removed: Where what is shared or folded is noted; None to note nothing.
    """

    knows_values = False

    def __init__(
        self,
        graph: Graph,
        *,
        inexact: bool = False,
        identities: bool = False,
        shapes: Mapping[str, Shape] | None = None,
        plain: bool = False,
        steered: bool = False,
        removed: list[Removed] | None = None,
    ) -> None:
        self.graph = graph
        self.inexact = inexact
        self.identities = identities
        self.shapes = shapes or {}
        self.plain = plain
        self.steered = steered
        self.removed = removed
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
        id = None if self.plain else self._nodes.get((name, inputs, settings))
        if id is not None and self.removed is not None:
            self.removed.append(Removed("shared", name, span))
        if id is None:
            arrays = bool(settings or self.graph.shapes or name not in OPERATIONS)
            shape = inferred_shape(self.graph, name, inputs, settings, span) if arrays else ()
            if name not in STRUCTURAL and not self.plain:
                id = self._folded(name, inputs, span)
                kind = "folded"
                if id is None and self.identities:
                    id = self._identity(name, inputs)
                    kind = "identity"
                    if id is not None and self.graph.shape(id) != shape:  # 0*x is 0 for a number alone
                        id = None
                if id is not None and self.removed is not None:
                    self.removed.append(Removed(kind, name, span))
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

    def known(self, id: int) -> Constant | None:
        return self.graph.constants.get(id)

    def show(self, parts: Sequence[Part], span: Span) -> None:
        """What is printed whenever the graph runs is a node; an expression prints nothing."""
        if not self.steered:
            return
        ids = tuple([part[1] for part in parts if not isinstance(part, str)])
        texts = tuple([part if isinstance(part, str) else (part[0], part[2]) for part in parts])
        self.graph.settings[self.graph.append(PRINT, ids, span)] = (("parts", texts),)

    def grad_of(self, id: int, span: Span) -> int:
        raise no_tape(".grad", span)

    def act(self, statement: Action, ids: Sequence[int]) -> None:
        raise no_tape(statement.kind, statement.span)

    def enable_grad(self, enabled: bool, span: Span) -> bool:
        raise no_tape("no_grad", span)

    # ---- branches and loops ----

    def inner(self) -> StaticBuilder:
        """A builder for the graph of a block."""
        graph = Graph(self.graph.max_nodes, self.graph.max_elements)
        return StaticBuilder(
            graph,
            inexact=self.inexact,
            identities=self.identities,
            shapes={},
            plain=self.plain,
            steered=True,
            removed=self.removed,
        )

    def parameter(self, name: str, shape: Shape) -> int:
        """A variable of the graph of a block."""
        self.shapes = {**self.shapes, name: shape}
        return self.graph.variable(name, NOWHERE, shape)

    def block(self, operation: str, inputs: tuple[int, ...], block: Block, span: Span) -> int:
        """The node of a branch or a loop."""
        id = self.graph.append(operation, inputs, span)
        self.graph.blocks[id] = block
        return id

    def item(self, node: int, index: int, shape: Shape, span: Span) -> int:
        """One of several results of a branch or a loop."""
        id = self.graph.append(ITEM, (node,), span)
        self.graph.settings[id] = (("index", index),)
        self.graph.set_shape(id, shape)
        return id

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


def array_condition(span: Span) -> GradcliError:
    """The error for a condition that is an array."""
    hint = "where(C, A, B) chooses element by element; max(C) or min(C) is one number of a condition C: any, or all of it"
    return GradcliError("a condition must be a number, and this is an array", span, hint)


def no_tape(what: str, span: Span) -> GradcliError:
    """The error for what only a tape that runs can do."""
    hint = "in a static graph --wrt asks for gradients; --mode dynamic has a tape"
    return GradcliError(f"{what} is of a tape, which a graph that is built before it runs has not", span, hint)


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
            if node.id in graph.detached:
                id = builder.operation("detach", (id,), graph.spans[node.id])
        symbols.append(Symbol(builder, id))
    return symbols


def _acting(graph: Graph) -> list[int]:
    """The nodes that do something besides their results: those that print, in blocks too, and loops without a result."""
    found: list[int] = [id for id, operation in enumerate(graph.operations) if operation == PRINT]
    for id, block in graph.blocks.items():
        work = list(block.graphs)
        acts = graph.operations[id] == WHILE_LOOP and not block.names
        while work and not acts:
            inner = work.pop()
            acts = PRINT in inner.operations or any(
                inner.operations[at] == WHILE_LOOP and not below.names for at, below in inner.blocks.items()
            )
            work.extend(part for below in inner.blocks.values() for part in below.graphs)
        if acts:
            found.append(id)
    return found


def compacted(
    graph: Graph,
    *,
    keep_named: bool = True,
    removed: list[Removed] | None = None,
    keep_variables: bool = True,
    keep_printing: bool = True,
) -> Graph:
    """The graph without the nodes that neither are variables nor lead to an output.

    Args:
        graph: The graph.
        keep_named: Whether nodes that have a name stay as well, and what leads to them.
        removed: Where what is left out is noted; None to note nothing.
        keep_variables: Whether variables stay that no output needs.
        keep_printing: Whether what prints stays, and what leads to it; also loops without a result.
    """
    named = graph.given_names if keep_named else ()
    acting = _acting(graph) if keep_printing else ()
    variables = graph.variables.values() if keep_variables else ()
    kept = graph.ancestors(graph.output, *graph.outputs, *variables, *named, *acting)
    result = Graph(graph.max_nodes)
    new: dict[int, int] = {}
    for node in graph:
        if not kept[node.id] and removed is not None and node.operation != CONSTANT:
            removed.append(Removed("dead", node.operation, graph.spans[node.id]))
        if kept[node.id]:
            new[node.id] = result.append(node.operation, tuple([new[i] for i in node.inputs]), graph.spans[node.id])
    result.max_elements, result.max_total, result.elements = graph.max_elements, graph.max_total, graph.elements
    result.shapes = {new[id]: shape for id, shape in graph.shapes.items() if id in new}
    result.settings = {new[id]: settings for id, settings in graph.settings.items() if id in new}
    result.detached = {new[id] for id in graph.detached if id in new}
    result.blocks = {new[id]: block for id, block in graph.blocks.items() if id in new}
    result.constants = {new[id]: value for id, value in graph.constants.items() if id in new}
    result.variables = {name: new[id] for name, id in graph.variables.items() if id in new}
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
