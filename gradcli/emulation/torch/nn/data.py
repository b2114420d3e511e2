"""``torch.utils.data`` of a script: data sets, and loaders that go through them in batches."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.operators import check_length
from gradcli.emulation.python.values import Foreign, Raised
from gradcli.emulation.torch.random import Generator, generator
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.ops.catalogue import STACK
from gradcli.typing import Any


class TensorDataset(Foreign):
    """The rows of tensors of one length.

    Args:
        tensors: The tensors.
    """

    kind = "TensorDataset"

    def __init__(self, machine: Interpreter, *tensors: Tensor) -> None:
        if len({one.length(machine) for one in tensors}) > 1:
            raise Raised("AssertionError", "Size mismatch between tensors")
        self.tensors = tensors

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return self.tensors if name == "tensors" else super().attribute(machine, name)

    def item(self, machine: Interpreter, index: Any) -> Any:
        return tuple([one.item(machine, index) for one in self.tensors])

    def length(self, machine: Interpreter) -> int:
        return self.tensors[0].length(machine)

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        return (self.item(machine, at) for at in range(self.length(machine)))


class DataLoader(Foreign):
    """A loader: each time it is gone through it gives batches, in a new order where it shuffles.

    Args:
        session: The session.
        dataset: What has a length and elements.
        batch_size: How many elements a batch has.
        shuffle: Whether their order is drawn.
        drop_last: Whether a last batch that is smaller is left out.
    """

    kind = "DataLoader"

    def __init__(
        self, machine: Interpreter, session: Session, dataset: Any, batch_size: int = 1, shuffle: Any = False,
        drop_last: Any = False, num_workers: int = 0, generator: Any = None,
    ) -> None:  # fmt: skip
        self.session = session
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = machine.truth(shuffle)
        self.drop_last = machine.truth(drop_last)
        self.source = generator

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return getattr(self, name) if name in ("dataset", "batch_size") else super().attribute(machine, name)

    def _count(self, machine: Interpreter) -> int:
        return self.dataset.length(machine) if isinstance(self.dataset, Foreign) else len(self.dataset)

    def length(self, machine: Interpreter) -> int:
        count = self._count(machine)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        count = self._count(machine)
        check_length(machine, count)
        drawn = self.source if isinstance(self.source, Generator) else generator(self.session)
        drawn.whole(2)  # a loader draws a number for its workers, before the order is asked for
        if self.shuffle:
            own = drawn
            if self.source is None:
                own = Generator(int(drawn.whole(2)[1]))
            order = own.permutation(count).astype(int).tolist()
        else:
            order = list(range(count))
        for start in range(0, count, self.batch_size):
            places = order[start : start + self.batch_size]
            if len(places) == self.batch_size or not self.drop_last:
                yield self._batch(machine, [self._element(machine, at) for at in places])

    def _element(self, machine: Interpreter, at: int) -> Any:
        return self.dataset.item(machine, at) if isinstance(self.dataset, Foreign) else self.dataset[at]

    def _batch(self, machine: Interpreter, elements: list[Any]) -> Any:
        """Elements as one batch: tensors are stacked, numbers become a tensor, parts of tuples are joined each with each."""
        first = elements[0]
        if not isinstance(first, list | tuple):
            return self._joined(machine, elements)
        return [self._joined(machine, [element[at] for element in elements]) for at in range(len(first))]

    def _joined(self, machine: Interpreter, parts: list[Any]) -> Tensor:
        if isinstance(parts[0], Tensor):
            return self.session.operate(machine, STACK, parts, (("axis", 0),))
        if not all(isinstance(one, int | float) for one in parts):
            raise Raised("TypeError", "default_collate: batch must contain tensors, numbers or lists of them")
        decimal = isinstance(parts[0], float)
        import numpy

        return self.session.leaf(machine, numpy.array(parts, "float64"), "float64" if decimal else "int64")
