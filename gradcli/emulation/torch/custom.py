"""What a script adds to a backward pass: hooks of tensors, and subclasses of ``torch.autograd.Function``."""

from __future__ import annotations

from gradcli.autodiff.torch_tape.dtypes import FLOATS
from gradcli.autodiff.torch_tape.saved import changed_text
from gradcli.autodiff.torch_tape.storage import Custom
from gradcli.emulation.python.classes import Class, ClassBound, Instance, Wrapped
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, Raised, type_name
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.typing import Any


class Handle(Foreign):
    """What ``register_hook`` gives, to remove the hook.

    Args:
        hooks: The hooks of the node.
        hook: The hook.
    """

    kind = "RemovableHandle"

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self.hooks = hooks
        self.hook = hook

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return Native(name, self._remove) if name == "remove" else super().attribute(machine, name)

    def _remove(self, machine: Interpreter) -> None:
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)


def register_hook(machine: Interpreter, tensor: Tensor, hook: Any) -> Handle:
    """``register_hook`` of a tensor.

    Raises:
        Raised: It requires no gradient, or the hook gives what is no gradient of it.
    """
    if not tensor.requires_grad:
        raise Raised("RuntimeError", "cannot register a hook on a tensor that doesn't require gradient")
    session = tensor.session

    def seen(node: int) -> int | None:
        given = machine.apply(hook, [session.tensor(node)])
        if given is None:
            return None
        shape = session.tape.graph.shape(node)
        if not isinstance(given, Tensor):
            raise Raised("TypeError", f"expected Variable, but hook returned '{type_name(given)}'")
        if given.shape != shape:
            raise Raised("RuntimeError", "hook '{}' has changed the size of value".format(getattr(hook, "name", "hook")))
        return given.node

    hooks = session.tape.hooks.setdefault(tensor.node, [])
    hooks.append(seen)
    return Handle(hooks, seen)


class Context(Instance):
    """The ``ctx`` of a Function: what its forward leaves for its backward.

    Args:
        cls: The class of the Function.
        session: The session.
        needs: For each operand whether it requires a gradient.
    """

    def __init__(self, cls: Class, session: Session, needs: tuple[bool, ...]) -> None:
        super().__init__(Class(f"torch.autograd.function.{cls.short}Backward", None, dict(_CONTEXT)))
        self.session = session
        self.fields["needs_input_grad"] = needs
        self.saved: list[tuple[Any, int]] = []
        self.fixed: list[Tensor] = []

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name != "saved_tensors":
            return super().attribute(machine, name)
        for tensor, version in self.saved:
            if tensor is not None and tensor.cell.version != version:
                tape = self.session.tape
                raise Raised("RuntimeError", changed_text(tape, tensor.node, tensor.cell.version, version))
        return tuple([tensor for tensor, _ in self.saved])


def _save(machine: Interpreter, context: Context, *tensors: Any) -> None:
    for tensor in tensors:
        if tensor is not None and not isinstance(tensor, Tensor):
            raise Raised("TypeError", f"save_for_backward can only save variables, but argument 0 is of type {type_name(tensor)}")
    context.saved = [(tensor, 0 if tensor is None else tensor.cell.version) for tensor in tensors]


def _fix(machine: Interpreter, context: Context, *tensors: Any) -> None:
    context.fixed = list(tensors)


_CONTEXT = {"save_for_backward": _save, "mark_non_differentiable": _fix}


def _of_class(cls: Class, name: str) -> Any:
    """A static method of a Function.

    Raises:
        Raised: The class has none.
    """
    found = cls.found(name)
    if found is None:
        what = "forward" if name == "forward" else "either the backward method or the vjp method"
        text = f"You must implement {what} for your custom autograd.Function to use it with backward mode AD."
        raise Raised("NotImplementedError", text)
    if not isinstance(found, Wrapped):
        raise UnknownError(f"{name} of a Function has to be a static method", hint="write @staticmethod above it")
    return found.function


def apply(machine: Interpreter, session: Session, cls: Class, arguments: list[Any]) -> Any:
    """``apply`` of a subclass of ``torch.autograd.Function``.

    Raises:
        Raised: Its forward does, or gives what is no tensor.
    """
    tape = session.tape
    needs = tuple([isinstance(one, Tensor) and one.requires_grad for one in arguments])
    context = Context(cls, session, needs)
    several = cls.found("setup_context") is not None
    with tape.no_grad():
        result = machine.apply(_of_class(cls, "forward"), arguments if several else [context, *arguments])
        if several:
            machine.apply(_of_class(cls, "setup_context"), [context, tuple(arguments), result])
    if not (tape.enabled and any(needs)):
        return result
    outputs = list(result) if isinstance(result, tuple) else [result]
    given = {at: one for at, one in enumerate(arguments) if isinstance(one, Tensor)}
    places: list[int] = []
    operands = tuple([one.node for one in given.values()])
    custom = Custom(operands, places, lambda nodes: _handed(machine, context, cls, given, places, nodes))
    custom.saves = bool(context.saved)
    for at, output in enumerate(outputs):
        if not isinstance(output, Tensor) or output.dtype not in FLOATS or output in context.fixed:
            continue
        node = tape.leaf(output.value, requires_grad=True, dtype=output.dtype, span=machine.span)
        tape.customs[node] = custom
        tape.functions[node] = f"{cls.short}Backward"
        places.append(node)
        if output in given.values() or output.parent is not None:
            outputs[at] = session.tensor(node)
        else:
            tape.held[node] = tape.held.pop(output.cell.node)
            output.cell.node = node
    return tuple(outputs) if isinstance(result, tuple) else outputs[0]


def _handed(
    machine: Interpreter, context: Context, cls: Class, given: dict[int, Tensor], outputs: list[int], nodes: list[int | None]
) -> list[int | None]:
    """The adjoints of the operands that are tensors, from those of the results."""
    import numpy

    session, expected = context.session, len(context.fields["needs_input_grad"])
    shape = session.tape.graph.shape
    gradients = [
        session.leaf(machine, numpy.zeros(shape(output)), session.tape.dtypes[output]) if node is None else session.tensor(node)
        for output, node in zip(outputs, nodes, strict=True)
    ]
    result = machine.apply(_of_class(cls, "backward"), [context, *gradients])
    handed = list(result) if isinstance(result, tuple) else [result]
    name = f"{cls.short}Backward"
    if len(handed) < expected or any(one is not None for one in handed[expected:]):
        text = f"returned an incorrect number of gradients (expected {expected}, got {len(handed)})"
        raise Raised("RuntimeError", f"function {name} {text}")
    for at, operand in given.items():
        if handed[at] is not None and handed[at].shape != operand.shape:
            text = f"at index {at} - got {list(handed[at].shape)} but expected shape compatible with {list(operand.shape)}"
            raise Raised("RuntimeError", f"Function {name} returned an invalid gradient {text}")
    return [None if handed[at] is None else handed[at].node for at in given]


def function_class(session: Session) -> Class:
    """``torch.autograd.Function`` of a session."""

    def applied(machine: Interpreter, cls: Class, *arguments: Any) -> Any:
        return apply(machine, session, cls, list(arguments))

    return Class("torch.autograd.function.Function", members={"apply": ClassBound(Native("apply", applied))})
