"""Changes of a view in place: each is a change of the tensor that it looks at."""

from __future__ import annotations

from gradcli.autodiff.torch_tape.storage import CHANGED_LEAF, IN_PLACE_LEAF
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Raised
from gradcli.emulation.torch.tensor.memory import Step, TensorMemory
from gradcli.emulation.torch.tensor.memory_layout import layout
from gradcli.ops.catalogue import CHOICE, INDEX
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise.arithmetic import detach
from gradcli.ops.vjp import product
from gradcli.typing import Any

_VIEW_OF_LEAF = "a view of a leaf Variable that requires grad is being used in an in-place operation."
_MADE_WITHOUT = (
    "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case is "
    "ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both "
    "inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be "
    "tracked)."
)
_ONE_OF_SEVERAL = (
    "Output {} of Unbind is a view and is being modified inplace. This view is the output of a function that returns multiple "
    "views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an "
    "out-of-place one."
)
_OVERLAPPING = (
    "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
    "Please clone() the tensor before performing the operation."
)


def check_view(machine: Interpreter, tensor: TensorMemory) -> None:
    """Check that a tensor may be changed in place as far as what it looks at is concerned.

    Raises:
        Raised: It may not, in PyTorch's words.
        UnknownError: What it looked at has other memory by now.
    """
    tape = tensor.tape
    enabled, several = True, -1
    root = tensor
    while root.parent is not None and not root.alias:
        assert root.step is not None
        enabled = enabled and root.step.enabled
        if root.step.several:
            several = max(several, _row(root.step))
        if root.parent.cell is not root.behind:
            raise UnknownError(
                "a change of a view whose tensor was given other data is not known here", hint="make the view anew"
            )
        root = root.parent
    if not (root.requires_grad and tape.enabled):
        return
    if root is tensor:
        if tape.is_leaf(root.node):
            raise Raised("RuntimeError", IN_PLACE_LEAF, CHANGED_LEAF)
    elif not enabled:
        raise Raised("RuntimeError", _MADE_WITHOUT)
    elif several >= 0:
        raise Raised("RuntimeError", _ONE_OF_SEVERAL.format(several))
    elif tape.is_leaf(root.node):
        raise Raised("RuntimeError", _VIEW_OF_LEAF, CHANGED_LEAF)


def _row(step: Step) -> int:
    place: Any = dict(step.settings)["index"]
    return int(place[0])


def check_overlap(tensor: TensorMemory) -> None:
    """Check that no two elements of a tensor are one in memory.

    Raises:
        Raised: Some are.
    """
    if tensor.parent is None:
        return
    found = layout(tensor)
    if any(size > 1 and step == 0 for size, step in zip(found.shape, found.strides, strict=True)):
        raise Raised("RuntimeError", _OVERLAPPING)


def write(machine: Interpreter, tensor: TensorMemory, node: int) -> None:
    """Give a view the value of a node: the tensor behind it takes it in."""
    tape = tensor.tape
    enabled, counted, looks = tape.enabled, True, False
    while tensor.parent is not None:
        if tensor.parent.cell is not tensor.behind:
            raise UnknownError(
                "a change of a view whose tensor was given other data is not known here", hint="make the view anew"
            )
        if tensor.alias:
            if tape.requires_grad[node] and enabled and tape.enabled:
                raise UnknownError(
                    "a detached tensor that is changed to values in a graph is not known here", hint="detach those values as well"
                )
            enabled, counted = False, counted and tensor.alias == detach.name
        else:
            looks = True
            with tape.mode(enabled):
                node = _taken_in(machine, tensor, node)
        tensor = tensor.parent
    with tape.mode(enabled):
        tape.replace(tensor.cell, node, machine.span, counted=counted)
    if looks and enabled and tape.requires_grad[tensor.cell.node]:
        tape.functions[tensor.cell.node] = "CopySlices"


def _taken_in(machine: Interpreter, tensor: TensorMemory, node: int) -> int:
    """The value of the tensor behind a view with a new value of the view in it."""
    assert tensor.parent is not None
    assert tensor.step is not None
    tape, step = tensor.tape, tensor.step
    source = tensor.parent.node
    shape, begin = tape.graph.shape(source), len(tape.graph)
    if step.operation == "expand":  # several places look at one element: the first of them has its value
        added = len(tensor.shape) - len(shape)
        pairs = zip(shape, tensor.shape[added:], strict=True)
        firsts = [("slice", 0, 1, None) if old != new else ("slice", None, None, None) for old, new in pairs]
        taken = tape.operation(INDEX, (node,), machine.span, (("index", (0,) * added + tuple(firsts)),))
    else:
        taken = _put_back(step, Symbol(tape, node), Symbol(tape, source)).id
        import numpy

        looked_at = numpy.asarray(_put_back(step, numpy.ones(tensor.shape), numpy.zeros(shape))) != 0
        if not looked_at.all():
            mask = tape.leaf(looked_at.astype(float), dtype="bool", told=False)
            taken = tape.operation(CHOICE, (mask, taken, source), machine.span)
    for id in range(begin, len(tape.graph)):
        tape.graph.spans[id] = machine.span
    return taken


def _put_back(step: Step, value: Any, parent: Any) -> Any:
    """The elements of a view in their places, 0 elsewhere: the adjoint of the operation that it looks through."""
    [(_, found)] = product(step.operation, (True,))(value, None, (parent,), None, step.settings)
    return found
