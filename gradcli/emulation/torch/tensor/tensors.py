"""Tensors of a script for PyTorch: operators, indices, changes in place, ``.grad`` and ``.grad_fn``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import isfinite, prod
from weakref import ref

from gradcli.autodiff.passes.tape import has_nan
from gradcli.autodiff.torch_tape.dtypes import CATEGORIES, FLOATS, NUMBER, WHOLES, WORDS
from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.autodiff.torch_tape.functions import Function, function_name, grad_fn, next_functions
from gradcli.autodiff.torch_tape.storage import CHANGED_LEAF, IN_PLACE_LEAF, SET_FLAG, Cell, Slot
from gradcli.emulation.python.effort import steps_of
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.operators import formatted
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Raised, type_name
from gradcli.emulation.torch.dtypes import check_dtypes
from gradcli.emulation.torch.exceptions import check_axes, mismatch
from gradcli.emulation.torch.grad_function import GradFunction
from gradcli.emulation.torch.shapes import OPERATORS, check_shapes
from gradcli.emulation.torch.tensor.memory import Step, TensorMemory, link
from gradcli.emulation.torch.tensor.memory_layout import shares
from gradcli.emulation.torch.tensor.text import Options, tensor_text
from gradcli.emulation.torch.tensor.views import check_overlap, check_view, write
from gradcli.errors import Span
from gradcli.graph.graph import Constant, Settings
from gradcli.lowering.builders.builder import Value
from gradcli.lowering.builders.shape_mismatch import MismatchError
from gradcli.ops.catalogue import INDEX, of_operator, spelling
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.elementwise.arithmetic import detach
from gradcli.typing import Any, NamedTuple

NOT_A_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during "
    "autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the "
    "non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. "
    "See github.com/pytorch/pytorch/pull/30531 for more information."
)

OTHER_GRAD = (
    "attempting to assign a gradient with dtype '{}' to a tensor with grad_dtype '{}'. The gradient must match the tensor's "
    "grad_dtype (defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None "
    "to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream "
    "systems that assume they match."
)


_FIXED = frozenset(("is_leaf", "grad_fn", "shape", "ndim", "dtype", "device", "retains_grad", "T", "_version"))
"""Attributes that cannot be assigned to."""


class Access(NamedTuple):
    """What a tensor's attributes and indices mean, which is told where tensors, operations and modules are known.

    Attributes:
        member: An attribute or method.
        item: The part at an index.
        set_item: Assigns to the part at an index.
    """

    member: Callable[[Interpreter, Tensor, str], Any]
    item: Callable[[Interpreter, Tensor, Any], Tensor]
    set_item: Callable[[Interpreter, Tensor, Any, Any], None]


class Session:
    """What the tensors of a script share: the tape they are recorded on, and how they are printed.

    Args:
        tape: The tape.
        access: What attributes and indices of tensors mean.
    """

    def __init__(self, tape: Eager, access: Access) -> None:
        self.tape = tape
        self.access = access
        self.options = Options()
        self.generator: Any = None
        self._functions: dict[tuple[Any, str], GradFunction] = {}
        self._told: set[Span] = set()

    def tensor(self, node: int) -> Tensor:
        """A tensor whose value is a node."""
        return self.of_cell(self.tape.cell(node))

    def of_cell(self, cell: Cell) -> Tensor:
        """The tensor of a storage; the same one at every call."""
        found: Tensor | None = None if cell.owner is None else cell.owner()
        return self.own(Tensor(self, cell)) if found is None else found

    def own(self, tensor: Any) -> Any:
        """A tensor, which its storage knows from now on."""
        tensor.cell.owner = ref(tensor)
        return tensor

    def leaf(self, machine: Interpreter, value: Value, dtype: str, requires_grad: bool = False) -> Tensor:
        """A tensor that the script makes."""
        value = value if shape_of(value) else float(value)
        return self.tensor(self.tape.leaf(value, requires_grad=requires_grad, span=machine.span, dtype=dtype))

    def function(self, function: Function | None) -> GradFunction | None:
        """The function as a value of the script; the same one at every call."""
        if function is None:
            return None
        key = (self.tape.slots.setdefault(function.node, Slot()) if not function.part else function.node, function.part)
        found = self._functions.get(key)
        if found is None:
            found = self._functions[key] = GradFunction(function, self._next_functions, self._variable)
        return found

    def _next_functions(self, function: Function) -> list[GradFunction | None]:
        return [self.function(one) for one in next_functions(self.tape, function)]

    def _variable(self, node: int) -> Tensor:
        """The leaf that a function hands its gradient to."""
        held = self.tape.held.get(node)
        cell = None if held is None else held[0]()
        return self.tensor(node) if cell is None else self.of_cell(cell)

    def node(self, machine: Interpreter, value: Any) -> int:
        """The node of a tensor or number.

        Raises:
            Raised: It is neither.
        """
        if isinstance(value, Tensor):
            return value.node
        if isinstance(value, bool | int | float):
            return self.tape.constant(literal(value), machine.span)
        raise Raised("TypeError", f"a tensor or a number is needed here, not {machine.representation(value)[:40]}")

    def operate(self, machine: Interpreter, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Tensor:
        """The tensor of an operation on tensors and numbers.

        Raises:
            Raised: The shapes do not fit, in PyTorch's words.
        """
        self.tape.sweep()
        nodes = tuple([self.node(machine, operand) for operand in operands])
        shapes = [self.tape.graph.shape(node) for node in nodes]
        check_shapes(operation, shapes)
        check_axes(operation, shapes, settings)
        machine.charge(steps_of(operation, shapes))
        check_dtypes(operation, operands, settings)
        try:
            node = self.tape.operation(operation, nodes, machine.span, settings)
        except MismatchError as error:
            raise mismatch(error, shapes, settings) from None
        if self.tape.dtypes[node] == NUMBER:
            node = self.tape.leaf(self.tape.values[node], span=machine.span)
        value = self.tape.values[node]
        if has_nan(value) and not any(has_nan(self.tape.values[one]) for one in nodes):
            self.tell_nan(machine, spelling(operation), nodes, machine.span)
        result = self.tensor(node)
        first = operands[0] if operands else None
        if isinstance(first, Tensor) and shares(first, operation, result.shape):
            link(result, first, Step(operation, settings, self.tape.enabled))
        return result

    def tell_nan(self, machine: Interpreter, what: str, nodes: Sequence[int], span: Span) -> None:
        """Warn of nan that arises: once for each place, with the line there and the operands.

        Args:
            machine: The machine.
            what: What gives nan.
            nodes: Its operands.
            span: The place of the operation.
        """
        if span not in self._told:
            self._told.add(span)
            machine.warn(f"warning: {what} gives nan at {', '.join(map(self._operand, nodes[:4]))}", span)

    def _operand(self, node: int) -> str:
        value, name = self.tape.values[node], self.tape.names.get(node, "")
        if not isinstance(value, float):
            return f"{name or 'a tensor'} of shape {value.shape}"
        return f"{name} = {value:g}" if name else f"{value:g}"


def literal(value: bool | int | float) -> Constant:
    """A number of the script as a constant: a fraction for a decimal number, so that 2.0 is none of the whole numbers."""
    if not isinstance(value, float):
        return int(value)
    return Fraction(repr(value)) if isfinite(value) else value


class Tensor(TensorMemory):
    """A tensor.

    Args:
        session: What it shares with the others.
        cell: Its storage.
        alias: Empty; ``detach`` or ``data`` where it shares the storage of another tensor and takes no part in backward passes.
    """

    kind = "Tensor"
    full_kind = "torch.Tensor"

    def __init__(self, session: Session, cell: Cell, alias: str = "") -> None:
        super().__init__(session.tape, cell, alias)
        self.session = session

    def shared(self, alias: str) -> Tensor:
        """It outside of backward passes: ``detach`` or ``data``."""
        origin = self.parent if self.alias and self.parent is not None else self
        result = Tensor(self.session, origin.cell, alias)
        link(result, origin, Step(detach.name, (), True))
        return result

    # ---- what Python's syntax does with it ----

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return self.session.access.member(machine, self, name)

    def set_attribute(self, machine: Interpreter, name: str, value: Any) -> None:
        tape = self.tape
        if name == "grad":
            if value is not None and not isinstance(value, Tensor):
                found = type_name(value)
                raise Raised("TypeError", f"assigned grad expected to be a Tensor or None but got grad of type {found}")
            if value is None:
                tape.zero_grad([self.node])
            elif value.parent is not None and not value.alias:
                raise UnknownError("a view as .grad is not known here", hint="assign a copy of it: .clone()")
            else:
                self._check_grad(value)
                tape.slots.setdefault(self.node, Slot()).grad = value.cell
        elif name == "requires_grad":
            self._set_flag(machine, value)
        elif name == "data":
            if not isinstance(value, Tensor):
                raise Raised("TypeError", "Variable data has to be a tensor")
            if self.parent is not None:
                raise UnknownError("the data of a view cannot be assigned to here", hint="change it in place: v.copy_(...)")
            before, cell = self.cell, Cell(self.node)
            with tape.no_grad():
                tape.replace(cell, tape.cast(value.node, self.dtype), machine.span, counted=False)
            cell.share(before)
            tape.held[cell.node] = (ref(cell), cell.version)
            cell.owner, before.owner = ref(self), None
            self.cell = cell
        elif name in _FIXED:
            raise Raised("AttributeError", f"attribute '{name}' of 'torch._C.TensorBase' objects is not writable")
        else:
            raise UnknownError(f"the attribute {name} of a tensor cannot be assigned to here")

    def _set_flag(self, machine: Interpreter, value: Any) -> None:
        """Assign to ``requires_grad``, which refuses more than ``requires_grad_()`` does."""
        if not isinstance(value, bool):
            raise Raised("RuntimeError", "requires_grad must be a bool")
        if value and not self.tape.is_leaf(self.node):
            raise Raised("RuntimeError", SET_FLAG)
        if value and self.dtype not in FLOATS:
            raise Raised("RuntimeError", "only Tensors of floating point and complex dtype can require gradients")
        self.require_grad(machine, value)

    def _check_grad(self, value: Tensor) -> None:
        if value.shape != self.shape:
            raise Raised(
                "RuntimeError",
                f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size '{list(self.shape)}'. "
                "Please ensure that the gradient and the tensor are the same size",
            )
        if value.dtype != self.dtype:
            raise Raised("RuntimeError", OTHER_GRAD.format(WORDS[value.dtype].lower(), WORDS[self.dtype]))

    def binary(self, machine: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        if operator not in OPERATORS or not isinstance(other, Tensor | bool | int | float):
            return NotImplemented
        result = self.session.operate(machine, OPERATORS[operator], (other, self) if reflected else (self, other))
        if operator == "//" and result.requires_grad:
            self.tape.functions[result.node] = "NotImplemented"
        return result

    def change(self, machine: Interpreter, operator: str, other: Any) -> Any:
        if operator not in OPERATORS or not isinstance(other, Tensor | bool | int | float):
            return NotImplemented
        self.check_change(machine)
        return self.become(machine, self.session.operate(machine, OPERATORS[operator], (self, other)))

    def check_change(self, machine: Interpreter, *, overlapping: bool = False) -> None:
        """Check that it may be changed in place.

        Args:
            machine: The machine.
            overlapping: Whether several of its elements may be one in memory.

        Raises:
            Raised: It is a leaf that requires a gradient, and operations are recorded.
        """
        tape = self.tape
        if self.parent is not None:
            check_view(machine, self)
        if self.requires_grad and tape.is_leaf(self.node) and tape.enabled:
            raise Raised("RuntimeError", IN_PLACE_LEAF, CHANGED_LEAF)
        if not overlapping:
            check_overlap(self)

    def become(self, machine: Interpreter, result: Tensor) -> Tensor:
        """Take the value of a result in place; gives the tensor itself.

        Raises:
            Raised: The result has another shape, or a dtype that this one cannot hold.
        """
        tape = self.tape
        if result.shape != self.shape:
            raise Raised(
                "RuntimeError",
                f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(result.shape)}",
            )
        if CATEGORIES[result.dtype] > CATEGORIES[self.dtype]:
            raise Raised(
                "RuntimeError",
                f"result type {WORDS[result.dtype]} can't be cast to the desired output type {WORDS[self.dtype]}",
            )
        if tape.graph.inputs[result.node][:1] == (self.node,):
            tape.in_place.add(result.node)
        node = tape.cast(result.node, self.dtype)
        if self.parent is not None:
            write(machine, self, node)
        else:
            tape.replace(self.cell, node, machine.span)
        return self

    def unary(self, machine: Interpreter, operator: str) -> Any:
        if operator == "+":
            return self
        return self.session.operate(machine, of_operator("-" if operator == "-" else "not", 1), (self,))

    def truth(self, machine: Interpreter) -> bool:
        return self.tape.truth(self.node)

    def length(self, machine: Interpreter) -> int:
        if not self.shape:
            raise Raised("TypeError", "len() of a 0-d tensor")
        return self.shape[0]

    def iterate(self, machine: Interpreter) -> Iterator[Tensor]:
        if not self.shape:
            raise Raised("TypeError", "iteration over a 0-d tensor")
        return (self.part(machine, (at,), "UnbindBackward0") for at in range(self.shape[0]))

    def number(self, machine: Interpreter) -> Any:
        if prod(self.shape) != 1:
            raise Raised("RuntimeError", f"a Tensor with {prod(self.shape)} elements cannot be converted to Scalar")
        value = self.value if isinstance(self.value, float) else float(self.value.item())
        return int(value) if self.dtype in WHOLES else bool(value) if self.dtype == "bool" else value

    def part(self, machine: Interpreter, index: tuple[Any, ...], function: str = "") -> Tensor:
        """The part of it at an index of numbers and slices."""
        result = self.session.operate(machine, INDEX, (self,), (("index", index),))
        if function:
            self.tape.functions[result.node] = function
            result.step = None if result.step is None else result.step._replace(several=True)
        return result

    def item(self, machine: Interpreter, index: Any) -> Tensor:
        return self.session.access.item(machine, self, index)

    def set_item(self, machine: Interpreter, index: Any, value: Any) -> None:
        self.session.access.set_item(machine, self, index, value)

    def text(self, machine: Interpreter) -> str:
        import numpy

        tape = self.tape
        suffix = "requires_grad=True" if self.requires_grad else ""
        name = function_name(tape, self.node)
        if name:
            suffix = f"grad_fn=<{name}>"
        values = numpy.asarray(self.value)
        machine.charge(min(values.size, 1000) // 4)
        return tensor_text(values, self.dtype, tape.dtype, suffix, self.session.options)

    def format(self, machine: Interpreter, spec: str) -> str:
        if not self.shape:
            return formatted(machine, self.number(machine), spec)
        return super().format(machine, spec)

    def named(self, name: str) -> None:
        """The script assigned it to a name, which graphs show."""
        self.tape.names.setdefault(self.node, name)

    # ---- autograd ----

    def grad(self, machine: Interpreter) -> Tensor | None:
        """``.grad``; reading that of a tensor that is no leaf brings a warning."""
        slot = self.tape.slots.get(self.node)
        if slot is None and self.requires_grad and not self.tape.is_leaf(self.node):
            machine.warn(f"UserWarning: {NOT_A_LEAF}")
        return None if slot is None or slot.grad is None else self.session.of_cell(slot.grad)

    def function(self) -> GradFunction | None:
        """``.grad_fn``."""
        return self.session.function(grad_fn(self.tape, self.node))

    def require_grad(self, machine: Interpreter, flag: bool) -> None:
        """Set whether it requires a gradient; what it shares its storage with stays as it is."""
        tape = self.tape
        if self.alias and self.node == self.source:
            self._detached = tape.operation(detach.name, (self.source,), machine.span)
        tape.set_requires_grad(self.node, flag, machine.span)

    def cast(self, machine: Interpreter, dtype: str) -> Tensor:
        """It in another dtype; itself where it has that one."""
        node = self.tape.cast(self.node, dtype, machine.span)
        return self if node == self.node else self.session.tensor(node)

    def lists(self) -> Any:
        """Its elements as numbers of Python in nested lists."""
        import numpy

        kinds: dict[str, Callable[[Any], Any]] = dict.fromkeys(WHOLES, lambda a: a.astype("int64"))
        kinds["bool"] = lambda a: a.astype(bool)
        values = numpy.asarray(self.value)
        return kinds.get(self.dtype, lambda a: a)(values).tolist()
