"""Define by run: each operation is recorded, with its value, as it executes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gradcli.errors import Span
from gradcli.graph.graph import Constant, Graph, Settings
from gradcli.graph.names import constant_text
from gradcli.lowering.builders.builder import (
    Part,
    Shown,
    Value,
    WithoutTape,
    array_condition,
    forward_of,
    inferred_shape,
    no_tape,
    shown,
    value_at,
)
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.structural import shape_of


class DynamicBuilder(WithoutTape):
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
        id = self._constants.get(value) if value else None  # 0 and -0 are one key, and two texts
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
        self.on_print(shown(parts, self.values, lambda node, attribute: self.fact(node, attribute, span)))

    def fact(self, id: int, attribute: str, span: Span) -> Value:
        """What is known of a node: its shape."""
        if attribute == "shape":
            return str(self.graph.shape(id))
        raise no_tape(f".{attribute}", span)

    def has_shape(self, name: str) -> bool:
        return True

    def _record(self, value: Value) -> None:
        self.values.append(value if self.cast is None else self.cast(value))
