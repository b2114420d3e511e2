"""Tensors that share the memory of another: a view knows the tensor that it looks at, and the operation that it looks through.

A view is computed anew when the tensor behind it has changed, and a change of the view in place is a change of that tensor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.autodiff.torch_tape.storage import IN_PLACE_LEAF, Slot
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Raised
from gradcli.graph.graph import Settings
from gradcli.ops.catalogue import CHOICE, operation_named
from gradcli.ops.declaration.facts import VIEW, VIEW_OR_COPY
from gradcli.ops.elementwise.identity import detach

if TYPE_CHECKING:
    from gradcli.emulation.torch.tensors import Tensor

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
NOT_COMPATIBLE = (
    "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous "
    "subspaces). Use .reshape(...) instead."
)


class Step(NamedTuple):
    """How a view is made of the tensor behind it.

    Attributes:
        operation: The operation; ``detach`` for what shares the whole memory and takes no part in backward passes.
        settings: Its settings.
        enabled: Whether operations were recorded where the view was made.
        several: Whether it is one of the rows that a loop over a tensor gives.
    """

    operation: str
    settings: Settings
    enabled: bool
    several: bool = False


# ---- where the elements lie ----


def layout(tensor: Tensor) -> Any:
    """An array of NumPy whose strides are those of the tensor; its elements are all the same byte."""
    chain = []
    while tensor.parent is not None and tensor.arranged is None:
        chain.append(tensor)
        tensor = tensor.parent
    arranged = tensor.arranged if tensor.parent is not None else _contiguous(tensor.shape)
    for one in reversed(chain):
        assert one.step is not None
        arranged = one.arranged = _through(arranged, one.step, one.shape)
    return arranged


def _contiguous(shape: tuple[int, ...]) -> Any:
    import numpy
    from numpy.lib.stride_tricks import as_strided

    strides = [1]
    for size in reversed(shape[1:]):
        strides.append(strides[-1] * max(size, 1))
    return as_strided(numpy.zeros(1, "int8"), shape, strides[::-1] if shape else ())


def _through(arranged: Any, step: Step, shape: tuple[int, ...]) -> Any:
    import numpy

    operation = operation_named(step.operation)
    if operation.facts.view == VIEW_OR_COPY:
        return _reshaped(arranged, shape)
    return operation.forward(numpy, arranged, **dict(step.settings)) if operation.facts.view else arranged


def _reshaped(arranged: Any, shape: tuple[int, ...]) -> Any:
    """The layout in another shape; None where the elements would have to be copied."""
    from numpy.lib.stride_tricks import as_strided

    if not arranged.size:
        return _contiguous(shape)
    strides: list[int] = []
    sizes = [size for size in arranged.shape if size != 1]
    steps = [step for size, step in zip(arranged.shape, arranged.strides, strict=True) if size != 1]
    block: list[int] = []  # runs of axes that are one stretch of memory: their sizes, and the stride of the last
    ends: list[int] = []
    for size, step in zip(sizes, steps, strict=True):
        if block and ends[-1] == size * step:
            block[-1] *= size
            ends[-1] = step
        else:
            block.append(size)
            ends.append(step)
    left, step = (block.pop(), ends.pop()) if block else (1, 1)
    for size in reversed(shape):
        if size != 1 and left == 1 and block:
            left, step = block.pop(), ends.pop()
        if left % size:
            return None
        strides.append(step)
        left //= size
        step *= size
    return as_strided(arranged, shape, strides[::-1]) if left == 1 and not block else None


def is_contiguous(tensor: Tensor) -> bool:
    """Whether its elements lie in memory in their order."""
    wanted = _contiguous(tensor.shape).strides
    found = layout(tensor)
    return not found.size or all(size == 1 or a == b for size, a, b in zip(tensor.shape, found.strides, wanted, strict=True))


def shares(tensor: Tensor, operation: str, shape: tuple[int, ...]) -> bool:
    """Whether the result of an operation on a tensor is a view of it."""
    view = operation_named(operation).facts.view
    return view == VIEW or (view == VIEW_OR_COPY and (tensor.parent is None or _reshaped(layout(tensor), shape) is not None))


# ---- reading a view ----


def follow(tensor: Tensor) -> None:
    """Compute a view anew where what is behind it has changed."""
    tape = tensor.session.tape
    chain = []
    while tensor.parent is not None and tensor.seen != tape.changes:
        chain.append(tensor)
        tensor = tensor.parent
    for one in reversed(chain):
        assert one.parent is not None
        if one.parent.cell is one.behind and one.parent.own != one.source:
            _renew(one)
        one.seen = tape.changes


def _renew(tensor: Tensor) -> None:
    tape, step, parent = tensor.session.tape, tensor.step, tensor.parent
    assert step is not None
    assert parent is not None
    old, source = tensor.own, parent.own
    with tape.mode(step.enabled):
        new = tape.detach(source) if tensor.alias else tape.operation(step.operation, (source,), settings=step.settings)
    if old in tape.leaves and tape.requires_grad[old]:
        new = tape.operation(detach.name, (source,)) if new == source else new
        tape.set_requires_grad(new, True)
        tape.slots[new] = tape.slots.setdefault(old, Slot())
    elif tape.requires_grad[new]:
        held = tape.held.get(old)
        counted = held is None or held[1] != tensor.cell.version
        function = "AsStridedBackward0" if counted else tape.functions.get(old)
        if function is not None:
            tape.functions[new] = function
    if old in tape.slots and old not in tape.leaves:  # it retains its gradient
        tape.slots[new] = tape.slots.pop(old)
    tensor.settle(source, new)


# ---- changing a view ----


def check_view(machine: Interpreter, tensor: Tensor) -> None:
    """Check that a tensor may be changed in place as far as what it looks at is concerned.

    Raises:
        Raised: It may not, in PyTorch's words.
        UnknownError: What it looked at has other memory by now.
    """
    tape = tensor.session.tape
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
            raise Raised("RuntimeError", IN_PLACE_LEAF)
    elif not enabled:
        raise Raised("RuntimeError", _MADE_WITHOUT)
    elif several >= 0:
        raise Raised("RuntimeError", _ONE_OF_SEVERAL.format(several))
    elif tape.is_leaf(root.node):
        raise Raised("RuntimeError", _VIEW_OF_LEAF)


def _row(step: Step) -> int:
    place: Any = dict(step.settings)["index"]
    return int(place[0])


def check_overlap(tensor: Tensor) -> None:
    """Check that no two elements of a tensor are one in memory.

    Raises:
        Raised: Some are.
    """
    if tensor.parent is None:
        return
    found = layout(tensor)
    if any(size > 1 and step == 0 for size, step in zip(found.shape, found.strides, strict=True)):
        raise Raised("RuntimeError", _OVERLAPPING)


def write(machine: Interpreter, tensor: Tensor, node: int) -> None:
    """Give a view the value of a node: the tensor behind it takes it in."""
    tape = tensor.session.tape
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


def _taken_in(machine: Interpreter, tensor: Tensor, node: int) -> int:
    """The value of the tensor behind a view with a new value of the view in it."""
    assert tensor.parent is not None
    assert tensor.step is not None
    tape, span = tensor.session.tape, machine.span
    source, settings = tensor.parent.node, dict(tensor.step.settings)
    shape = tape.graph.shape(source)

    def made(operation: str, inputs: tuple[int, ...], **settings: Any) -> int:
        return tape.operation(operation, inputs, span, tuple(settings.items()))

    match tensor.step.operation:
        case "index":
            import numpy

            index: Any = settings["index"]
            chosen = numpy.zeros(shape)
            chosen[tuple(slice(*e[1:]) if isinstance(e, tuple) else ... if e == "..." else e for e in index)] = 1.0
            mask = tape.leaf(chosen, dtype="bool", told=False)
            return made(CHOICE, (mask, made("index_put", (node,), shape=shape, index=index), source))
        case "permute":
            axes: Any = settings["axes"]
            back = None if axes is None else tuple(sorted(range(len(axes)), key=lambda at: axes[at] % len(axes)))
            return made("permute", (node,), axes=back)
        case "transpose":
            return made("transpose", (node,), **settings)
        case "movedim":
            return made("movedim", (node,), source=settings["destination"], destination=settings["source"])
        case "expand":
            added = len(tensor.shape) - len(shape)
            pairs = zip(shape, tensor.shape[added:], strict=True)
            firsts = [("slice", 0, 1, None) if old != new else ("slice", None, None, None) for old, new in pairs]
            return made("index", (node,), index=(0,) * added + tuple(firsts))
        case "diagonal":
            raise UnknownError("a change of a diagonal in place is not known here", hint="add torch.diag(...) or use torch.where")
    return made("reshape", (node,), shape=shape)


def link(tensor: Tensor, parent: Tensor, step: Step) -> None:
    """Make a tensor a view of another."""
    tensor.parent, tensor.step, tensor.behind = parent, step, parent.cell
    if not tensor.alias:
        tensor.cell.share(parent.cell)
    tensor.settle(parent.node, tensor.session.tape.detach(parent.node) if tensor.alias else tensor.cell.node)
    tensor.seen = tensor.session.tape.changes
