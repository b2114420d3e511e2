"""What PyTorch's tape holds: nodes with their values and flags, tensors, and what they may forget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from weakref import ReferenceType, ref

from gradcli.autodiff.torch_tape.dtypes import FLOATS
from gradcli.autodiff.torch_tape.events import Event, Notify, Zeroed
from gradcli.autodiff.torch_tape.storage import FIXED_FLAG, Cell, Custom, Slot, TapeError
from gradcli.errors import Span
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES, UNLIMITED, VARIABLE, Graph
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.builder import Value
from gradcli.typing import Any

SWEEP = 2_000_000
"""Elements that are recorded before values that nothing needs are looked for."""


class TapeState:
    """What a tape holds of nodes and tensors.

    Args:
        dtype: The dtype of tensors made from decimal numbers.
        max_nodes: The limit on the size of the graph.
        max_elements: The limit on the size of an array.
        notify: Is told each event.

    Attributes:
        graph: The one graph.
        values: The value of each node.
        requires_grad: For each node whether it requires a gradient.
        dtypes: For each node its dtype; ``number`` for literals.
        enabled: Whether operations are recorded for a backward pass (PyTorch's grad mode).
        freed: The nodes whose functions a backward pass has freed.
        names: What the program calls leaves, by id.
        leaves: The nodes of operations that are leaves all the same: their results were made to require a gradient afterwards.
        stands_for: The node whose function a node has in place of its own, by id.
        adjoints: The adjoints of the last backward pass, by id.
        root: The node from which the last backward pass began; -1 before the first.
        changes: How often a tensor was changed in place.
        check_nan: Whether a function that hands back nan in a backward pass is an error (PyTorch's anomaly detection).
        hooks: By id of nodes what sees their complete adjoint in a backward pass, and may give another for it.
        bent: The nodes of whose adjoint a hook made another.
        customs: The functions of the program with a backward of their own, by the ids of their results.
        nan: The node whose function was the first to make nan in the last backward pass, and the input that it handed it to.
    """

    def __init__(
        self,
        *,
        dtype: str = "float64",
        max_nodes: int = DEFAULT_MAX_NODES,
        max_elements: int = DEFAULT_MAX_ELEMENTS,
        notify: Notify | None = None,
    ) -> None:
        self.graph = Graph(max_nodes, max_elements, max_total=UNLIMITED)
        self.values: list[Value] = []
        self.requires_grad: list[bool] = []
        self.dtypes: list[str] = []
        self.dtype = dtype
        self.enabled = True
        self.notify = notify
        self.freed: set[int] = set()
        self.names: dict[int, str] = {}
        self.leaves: set[int] = set()
        self.stands_for: dict[int, int] = {}
        self.functions: dict[int, str] = {}  # names, or templates, of functions that are not called as their operations are
        self.slots: dict[int, Slot] = {}
        self.held: dict[
            int, tuple[ReferenceType[Cell], int]
        ] = {}  # the tensor that a node is, or was, the value of, and its version then
        self.counts: dict[
            int, list[int]
        ] = {}  # of values in shared memory how often that was changed, kept where the tensor is not
        self.in_place: set[int] = set()  # results of changes in place, whose functions save a copy of their first operand
        self.adjoints: dict[int, Value] = {}
        self.root = -1
        self.changes = 0
        self.check_nan = False
        self.hooks: dict[int, list[Callable[[int], int | None]]] = {}
        self.bent: set[int] = set()
        self.customs: dict[int, Custom] = {}
        self.nan: tuple[int, int] | None = None
        self._elements = 0
        self._next_sweep = SWEEP
        self._constants: dict[str, int] = {}

    def tell(self, event: Event) -> None:
        """Tell an event to whoever listens."""
        if self.notify is not None:
            self.notify(event)

    def sweep(self) -> None:
        """Drop the values that neither a tensor nor a backward pass needs; called where every tensor in use has its cell.

        The last backward pass keeps its values for views.
        """
        if self._elements < self._next_sweep:
            return
        live = self._behind([cell.node for cell in [held[0]() for held in self.held.values()] if cell is not None], whole=False)
        if self.root >= 0:
            live |= self._behind([self.root], whole=True)
        total = 0
        for id, value in enumerate(self.values):
            if value is None or isinstance(value, float):
                continue
            if id in live:
                total += value.size
            else:
                self.values[id] = None
                self.held.pop(id, None)
                self.counts.pop(id, None)
        self._elements = total
        self._next_sweep = max(SWEEP, 2 * total)

    def _behind(self, starts: Sequence[int], *, whole: bool) -> set[int]:
        """The nodes that lead to some, themselves among them; or only those that a backward pass from there would use."""
        found = set(starts)
        work = list(found)
        while work:
            id = work.pop()
            if self.is_made(id) or not (whole or (self.requires_grad[id] and id not in self.freed)):
                continue
            for input in self.inputs_of(id):
                if input not in found:
                    found.add(input)
                    work.append(input)
        return found

    # ---- what a node is ----

    def is_leaf(self, id: int) -> bool:
        """Whether the program made the tensor, or it requires no gradient."""
        return not self.requires_grad[id] or self.is_made(id)

    def is_made(self, id: int) -> bool:
        """Whether nothing leads to the node: the program made it, or its result was made to require a gradient afterwards."""
        return (self.graph.operations[id] == VARIABLE and id not in self.customs) or id in self.leaves

    def inputs_of(self, id: int) -> tuple[int, ...]:
        """The nodes that the function of a node hands its adjoint to."""
        return self.customs[id].inputs if id in self.customs else self.graph.inputs[id]

    def grad(self, id: int) -> int | None:
        """The node of ``.grad``; None where there is none."""
        slot = self.slots.get(id)
        return None if slot is None or slot.grad is None else slot.grad.node

    def set_requires_grad(self, id: int, flag: bool, span: Span = NOWHERE) -> None:
        """Set whether a leaf requires a gradient; operations recorded before do not change.

        Raises:
            TapeError: The node is no leaf, or of whole numbers.
        """
        if not self.is_leaf(id) and not flag:
            raise TapeError(FIXED_FLAG, span)
        if flag and self.dtypes[id] not in FLOATS:
            raise TapeError("only Tensors of floating point dtype can require gradients", span)
        if flag and not self.requires_grad[id]:
            self.leaves.add(id)
        self.requires_grad[id] = flag

    def retain_grad(self, id: int, span: Span = NOWHERE) -> None:
        """Keep ``.grad`` of a node that is no leaf.

        Raises:
            TapeError: It requires no gradient.
        """
        if not self.requires_grad[id]:
            raise TapeError("can't retain_grad on Tensor that has requires_grad=False", span)
        self.slots.setdefault(id, Slot())

    def zero_grad(self, ids: Sequence[int]) -> None:
        """Set ``.grad`` of nodes to None."""
        for id in ids:
            slot = self.slots.get(id)
            if slot is not None and slot.grad is not None:
                slot.grad = None
                self.tell(Zeroed(id))

    # ---- modes ----

    @contextmanager
    def mode(self, enabled: bool) -> Iterator[None]:
        """Operations inside are recorded for backward passes, or are not."""
        before, self.enabled = self.enabled, enabled
        try:
            yield
        finally:
            self.enabled = before

    def no_grad(self) -> Any:
        """Operations inside are not recorded for backward passes, and their results require no gradient."""
        return self.mode(False)

    def cell(self, id: int) -> Cell:
        """A tensor whose value is a node."""
        cell = Cell(id)
        held = self.held.get(id)
        if held is None or held[0]() is None:
            self.held[id] = (ref(cell), 0)
        return cell
