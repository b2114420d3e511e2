"""A tensor of a script as far as its memory is concerned: its storage, and what it is a view of.

A view knows the tensor that it looks at, and the operation that it looks through; it is computed anew when the tensor behind it
has changed.
"""

from __future__ import annotations

from weakref import ref

from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.autodiff.torch_tape.storage import Cell, Slot
from gradcli.emulation.python.values import Foreign
from gradcli.graph.graph import Settings, Shape
from gradcli.lowering.builders.builder import Value
from gradcli.ops.elementwise.arithmetic import detach
from gradcli.typing import Any, NamedTuple


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


class TensorMemory(Foreign):
    """A tensor whose value is that of a node of a tape.

    Args:
        tape: The tape.
        cell: Its storage.
        alias: Empty; ``detach`` or ``data`` where it shares the storage of another tensor and takes no part in backward passes.

    Attributes:
        parent: Of a view the tensor that it looks at.
        step: Of a view how it is made of its parent.
        behind: Of a view the storage of its parent when it was made.
        source: Of a view the node of its parent that its value was made of.
        seen: Of a view how many changes in place there were when it was last looked at.
        arranged: Of a view where its elements lie, once that was asked.
    """

    def __init__(self, tape: Eager, cell: Cell, alias: str = "") -> None:
        self.tape = tape
        self.cell = cell
        self.alias = alias
        self.parent: TensorMemory | None = None
        self.step: Step | None = None
        self.behind: Cell | None = None
        self.source = -1
        self.seen = -1
        self.arranged: Any = None
        self._detached = -1

    @property
    def own(self) -> int:
        """The node of its value when last looked at."""
        return self._detached if self.alias else self.cell.node

    @property
    def node(self) -> int:
        """The node of its value."""
        if self.parent is not None and self.seen != self.tape.changes:
            follow(self)
        return self.own

    def settle(self, source: int, node: int) -> None:
        """Take the node of its value where it is a view, made of the node of what is behind it."""
        self.source = source
        if self.alias:
            self._detached = node
            self.tape.held.setdefault(node, (ref(self.cell), self.cell.version))
        else:
            self.cell.node = node
            self.tape.held[node] = (ref(self.cell), self.cell.version)
            self.tape.counts[node] = self.cell.changes

    @property
    def value(self) -> Value:
        """Its value."""
        return self.tape.values[self.node]

    @property
    def shape(self) -> Shape:
        """Its shape."""
        return self.tape.graph.shape(self.node)

    @property
    def dtype(self) -> str:
        """Its dtype."""
        return self.tape.dtypes[self.node]

    @property
    def requires_grad(self) -> bool:
        """Whether it requires a gradient."""
        return self.tape.requires_grad[self.node]


def follow(tensor: TensorMemory) -> None:
    """Compute a view anew where what is behind it has changed."""
    tape = tensor.tape
    chain = []
    while tensor.parent is not None and tensor.seen != tape.changes:
        chain.append(tensor)
        tensor = tensor.parent
    for one in reversed(chain):
        assert one.parent is not None
        if one.parent.cell is one.behind and one.parent.own != one.source:
            _renew(one)
        one.seen = tape.changes


def _renew(tensor: TensorMemory) -> None:
    tape, step, parent = tensor.tape, tensor.step, tensor.parent
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


def link(tensor: TensorMemory, parent: TensorMemory, step: Step) -> None:
    """Make a tensor a view of another."""
    tensor.parent, tensor.step, tensor.behind = parent, step, parent.cell
    if not tensor.alias:
        tensor.cell.share(parent.cell)
    tensor.settle(parent.node, tensor.tape.detach(parent.node) if tensor.alias else tensor.cell.node)
    tensor.seen = tensor.tape.changes
