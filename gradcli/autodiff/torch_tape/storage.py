"""What a program holds of tensors beside their nodes: storages, places of gradients, and what PyTorch says where it refuses."""

from __future__ import annotations

from collections.abc import Callable
from weakref import ReferenceType

from gradcli.errors import GradcliError
from gradcli.typing import Any

IN_PLACE_LEAF = "a leaf Variable that requires grad is being used in an in-place operation."
CHANGED_LEAF = (
    ".grad belongs to the value of a leaf, and operations of this graph may need it. Change it under torch.no_grad(), as "
    "optimizers do, or make a new tensor: w = w - ..."
)
NO_GRADIENT = "element {} of tensors does not require grad and does not have a grad_fn"
SET_FLAG = "you can only change requires_grad flags of leaf variables."
FIXED_FLAG = (
    f"{SET_FLAG} If you want to use a computed variable in a subgraph "
    "that doesn't require differentiation use var_no_grad = var.detach()."
)


class TapeError(GradcliError):
    """What PyTorch refuses to do, in its words."""


class Cell:
    """The storage of a tensor.

    Attributes:
        node: The node that holds its value.
        version: How often it was changed in place, itself or through what shares its memory.
        changes: The same number, in a list that storages of the same memory have together.
        owner: What a program has for the tensor, where it wants the same thing at every use.
    """

    __slots__ = ("__weakref__", "changes", "node", "owner")

    def __init__(self, node: int) -> None:
        self.node = node
        self.changes = [0]
        self.owner: ReferenceType[Any] | None = None

    @property
    def version(self) -> int:
        return self.changes[0]

    @version.setter
    def version(self, version: int) -> None:
        self.changes[0] = version

    def share(self, other: Cell) -> None:
        """Count changes together with another storage from now on."""
        self.changes = other.changes


Backward = Callable[[list[int | None]], list[int | None]]
"""From the adjoints of results, as nodes or None, those of operands."""


class Custom:
    """A function of the program with a backward of its own, such as a subclass of ``torch.autograd.Function``.

    Args:
        inputs: The nodes of its operands that are tensors.
        outputs: The nodes of its results.
        backward: Gives the adjoints of the operands, as nodes or None, from those of the results.

    Attributes:
        saves: Whether it saves tensors, which a backward pass frees.
    """

    def __init__(self, inputs: tuple[int, ...], outputs: list[int], backward: Backward) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.backward = backward
        self.saves = False


class Slot:
    """Where ``.grad`` of a leaf, or of a node that retains it, is kept; the versions of a leaf have one together.

    Attributes:
        grad: The gradient; None before the first backward pass, and after it was set to None.
    """

    __slots__ = ("grad",)

    def __init__(self) -> None:
        self.grad: Cell | None = None
