"""PyTorch's tape as a machine: operations are recorded as they run, and backward passes run on what was recorded.

Tensors are ids of nodes of one graph. A node is never changed: where a program changes a tensor in place, a new node holds
the new value, and a :class:`Cell` knows which node that is.

It is a second builder of dynamic graphs beside :class:`~gradcli.lowering.builders.dynamic.DynamicBuilder`, and has to be: of
each node it keeps the dtype, whether a gradient is required *now*, the version, and who holds it, since a program may change
any of these between two operations. An expression asks for none of that until it has run, and pays a thirteenth for a node
(1.8 against 23 microseconds). Both build the same graph by the same operations, and what ran on this tape is seen as a
finished run by :mod:`~gradcli.autodiff.torch_tape.as_tape`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import prod
from weakref import ref

from gradcli.autodiff.passes.reverse import carries_to, quiet
from gradcli.autodiff.torch_tape.dtypes import FLOATS, NUMBER, promoted, rounded
from gradcli.autodiff.torch_tape.events import Made, Replaced
from gradcli.autodiff.torch_tape.storage import CHANGED_LEAF, IN_PLACE_LEAF, Cell, Slot, TapeError
from gradcli.autodiff.torch_tape.tape_state import TapeState
from gradcli.errors import ExitCode, GradcliError, Span
from gradcli.graph.graph import VARIABLE, Constant, Settings
from gradcli.graph.names import constant_text
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.builder import Value, WithSymbols, inferred_shape, value_of
from gradcli.lowering.builders.shape_mismatch import undefined
from gradcli.ops.catalogue import OPERATIONS, operation_named
from gradcli.ops.declaration.constants import constant_value, exact
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.declaration.symbol import Exact, Symbol
from gradcli.ops.elementwise.arithmetic import clone, detach, pow
from gradcli.typing import Any

TOTAL = 8
"""How many times the elements of the largest array all values of a tape may have together."""


_SHORT = 100_000
"""Elements up to which functions are computed in double precision and rounded."""


def _for_single(name: str, values: list[Value]) -> list[Value]:
    """Operands as PyTorch computes with them in single precision.

    Functions such as exp come out correctly rounded, or nearly so: they are computed in double precision. A power is the product
    that PyTorch makes of it, rounded at each factor.
    """
    if name == pow.name and all(isinstance(value, float) for value in values):
        import numpy

        return [numpy.asarray(value, numpy.float32) for value in values]
    if name in OPERATIONS and name != pow.name and any(not isinstance(v, float) and v.size <= _SHORT for v in values):
        return [value if isinstance(value, float) else value.astype("float64") for value in values]
    return values


class Eager(WithSymbols, TapeState):
    """The tape; a :class:`~gradcli.lowering.builders.builder.GraphBuilder`, into which programs are recorded."""

    knows_values = True

    # ---- recording ----

    def leaf(
        self,
        value: Value,
        *,
        requires_grad: bool = False,
        name: str = "",
        span: Span = NOWHERE,
        dtype: str | None = None,
        told: bool = True,
    ) -> int:
        """The node of a tensor that the program makes.

        Args:
            value: Its value.
            requires_grad: Whether gradients are accumulated in its ``.grad``.
            name: What the program calls it.
            span: Its place in the source text.
            dtype: Its dtype; None for that of decimal numbers.
            told: Whether it is an event.

        Raises:
            TapeError: A tensor of whole numbers is to require a gradient.
        """
        dtype = dtype or self.dtype
        if requires_grad and dtype not in FLOATS:
            raise TapeError("Only Tensors of floating point and complex dtype can require gradients", span)
        id = self.graph.append(VARIABLE, (), span)
        self.graph.set_shape(id, shape_of(value))
        self._record(id, VARIABLE, (), value, dtype, requires_grad, told=told)
        if name:
            self.names[id] = name
        return id

    def variable(self, name: str, span: Span = NOWHERE) -> int:
        """The latest leaf of a name.

        Raises:
            GradcliError: There is none.
        """
        for id in reversed(self.names):
            if self.names[id] == name:
                return id
        raise GradcliError(f"there is no tensor {name}", span)

    def constant(self, value: Constant, span: Span = NOWHERE) -> int:
        """The node of a literal, which is no tensor."""
        key = f"{type(value).__name__} {constant_text(value)}"
        id = self._constants.get(key)
        if id is None:
            id = self._constants[key] = self.graph.constant(value, span)
            self._record(id, "constant", (), constant_value(value), NUMBER, False)
        return id

    def operation(self, name: str, inputs: tuple[int, ...], span: Span = NOWHERE, settings: Settings = ()) -> int:
        """The node of an operation on earlier nodes, with its value.

        Raises:
            GradcliError: The shapes of the operands do not fit, or a limit is reached (exit code 4).
        """
        graph = self.graph
        shape = inferred_shape(graph, name, inputs, settings, span)
        numbers = all(self.dtypes[input] == NUMBER for input in inputs) and bool(inputs)
        dtype = NUMBER if numbers else self._promoted(name, inputs)
        values = [self.operand(input, dtype) for input in inputs]
        if numbers and not shape:
            with quiet():
                number = value_of(name, values, settings)
            if isinstance(number, float) and math.isfinite(number):
                return self.constant(exact(number), span)
        id = graph.append(name, inputs, span)
        graph.set_shape(id, shape)
        if settings:
            graph.settings[id] = settings
        needs = self.enabled and dtype in FLOATS and self._needs(name, inputs)
        if dtype == "float32":
            values = _for_single(name, values)
        with quiet():
            try:
                value = value_of(name, values, settings)
            except GradcliError as error:  # the node stands in the graph, and a program may go on without it
                self._record(id, name, inputs, math.nan, dtype, False, told=False)
                raise undefined(error, graph, id) from None
            self._record(id, name, inputs, value, dtype, needs)
        return id

    def operand(self, id: int, dtype: str) -> Value:
        """The value of a node where it is computed with in a dtype: literals adopt its precision."""
        value = self.values[id]
        return rounded(value, dtype) if self.dtypes[id] == NUMBER and dtype == "float32" else value

    def truth(self, id: int) -> bool:
        """Whether a node's value is true; the graph remembers the decision.

        Raises:
            TapeError: It has several elements.
        """
        if prod(self.graph.shape(id)) != 1:
            raise TapeError("Boolean value of Tensor with more than one value is ambiguous", self.graph.spans[id])
        value = self.values[id]
        truth = bool(value if isinstance(value, float) else value.item())
        if id not in self.graph.shapes:
            self.graph.decisions[id] = truth
        return truth

    def cast(self, id: int, dtype: str, span: Span = NOWHERE) -> int:
        """The node of a tensor in another dtype; itself where it has that one."""
        if self.dtypes[id] == dtype:
            return id
        carried = self.enabled and self.requires_grad[id] and dtype in FLOATS
        copy = self.operation(clone.name if carried else detach.name, (id,), span)
        self.dtypes[copy] = dtype
        self.values[copy] = rounded(self.values[id], dtype)
        if carried:
            self.functions[copy] = "ToCopyBackward0"
        return copy

    def detach(self, id: int, span: Span = NOWHERE) -> int:
        """The node of a value through which no gradient flows; itself where none does anyhow."""
        return self.operation(detach.name, (id,), span) if self.requires_grad[id] else id

    def _promoted(self, name: str, inputs: Sequence[int]) -> str:
        """The dtype of the result; operands that carry no gradient, such as conditions and places, do not count beside others."""
        operation, shapes = operation_named(name), [self.graph.shape(input) for input in inputs]
        counted = [input for index, input in enumerate(inputs) if operation.carries(index, shapes)]
        constants = self.graph.constants
        operands = [(self.dtypes[i], len(self.graph.shape(i)), isinstance(constants.get(i), int)) for i in counted or inputs]
        return promoted(name, operands, self.dtype)

    def _needs(self, name: str, inputs: Sequence[int]) -> bool:
        graph, needs = self.graph, self.requires_grad
        return any(needs[input] and carries_to(graph, name, inputs, index) for index, input in enumerate(inputs))

    def _record(
        self, id: int, operation: str, inputs: tuple[int, ...], value: Value, dtype: str, needs: bool, *, told: bool = True
    ) -> None:
        value = rounded(value, dtype)
        if not isinstance(value, float):
            self._elements += value.size
            if self._elements > TOTAL * self.graph.max_elements:
                raise GradcliError(
                    f"all values together have more than {TOTAL * self.graph.max_elements:,} elements",
                    self.graph.spans[id],
                    "raise the limit with --max-elements N",
                    exit_code=ExitCode.LIMIT,
                )
        self.values.append(value)
        self.dtypes.append(dtype)
        self.requires_grad.append(needs)
        if told and self.notify is not None:
            self.notify(Made(id, operation, inputs, value))

    # ---- changes in place ----

    def replace(self, cell: Cell, by: int, span: Span = NOWHERE, *, counted: bool = True, told: bool = True) -> None:
        """Change a tensor in place: another node holds its value from now on.

        A leaf that requires a gradient stays one: its new value is a new leaf with the same ``.grad``.

        Args:
            cell: The tensor.
            by: The node of the new value.
            span: Where.
            counted: Whether the change counts as a new version, which a backward pass notices; through ``.data`` it does not.
            told: Whether it is an event.

        Raises:
            TapeError: The tensor is a leaf that requires a gradient, and the change would be recorded.
        """
        old = cell.node
        leaf = self.requires_grad[old] and self.is_leaf(old)
        if leaf and self.enabled:
            raise TapeError(IN_PLACE_LEAF, span, CHANGED_LEAF)
        if leaf:
            by = self.leaf(self.values[by], requires_grad=True, name=self.names.get(old, ""), span=span, dtype=self.dtypes[old])
            self.slots[by] = self.slots.setdefault(old, Slot())
            if old in self.hooks:
                self.hooks[by] = self.hooks[old]
        elif self.requires_grad[old] and not self.requires_grad[by]:
            value = self.values[by]
            with self.mode(True):  # a change that is not recorded: the value is another, and the function stays
                by = self.operation(clone.name, (old,), span)
            self.values[by] = value
            self.stands_for[by] = old
        if not leaf and old in self.slots:  # what retains its gradient does so with its new value
            self.slots[by] = self.slots.pop(old)
        cell.node = by
        cell.version += counted
        self.changes += 1
        self.held[by] = (ref(cell), cell.version)
        if told:
            self.tell(Replaced(old, by))

    def detach_in_place(self, cell: Cell) -> None:
        """Take a tensor out of the graph: its value stays, and no gradient flows through it from now on."""
        old, cell.node = cell.node, self.detach(cell.node)
        if old in self.slots:
            self.slots[cell.node] = self.slots.pop(old)
        self.held[cell.node] = (ref(cell), cell.version)
        self.tell(Replaced(old, cell.node))

    # ---- symbols, for derivative rules that are recorded themselves ----

    def symbol(self, value: Any) -> Symbol:
        """The symbol of a number, a constant of a rule, or a symbol."""
        if isinstance(value, Symbol):
            return value
        if isinstance(value, Exact):
            return self.apply(value.operation, value.arguments) if value.operation else self.symbol(float(value))
        if isinstance(value, float | int):
            return Symbol(self, self.constant(exact(value)))
        return Symbol(self, self.leaf(value))
