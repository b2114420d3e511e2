"""``torch.utils.data`` of a script: data sets, and loaders that go through them in batches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import accumulate

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.operators import check_length
from gradcli.emulation.python.values import Foreign, Raised
from gradcli.emulation.torch.random import Generator
from gradcli.emulation.torch.random import generator as generator_of
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


class Subset(Foreign):
    """Some of the elements of a data set.

    Args:
        dataset: The data set.
        indices: Which.
    """

    kind = "Subset"

    def __init__(self, machine: Interpreter, dataset: Any, indices: Any) -> None:
        self.dataset = dataset
        self.indices = machine.listed(indices)

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return getattr(self, name) if name in ("dataset", "indices") else super().attribute(machine, name)

    def item(self, machine: Interpreter, index: Any) -> Any:
        return _element(machine, self.dataset, self.indices[index])

    def length(self, machine: Interpreter) -> int:
        return len(self.indices)


def random_split(machine: Interpreter, session: Session, dataset: Any, lengths: Any, generator: Any = None) -> list[Subset]:
    """``torch.utils.data.random_split``: parts of a data set, of these lengths or of these fractions of it."""
    count, parts = _count(machine, dataset), machine.listed(lengths)
    if all(isinstance(one, float) for one in parts) and math.isclose(sum(parts), 1):
        parts = [math.floor(count * one) for one in parts]
        parts = [one + (at < count - sum(parts)) for at, one in enumerate(parts)]
    if sum(parts) != count:
        raise Raised("ValueError", "Sum of input lengths does not equal the length of the input dataset!")
    source = generator if isinstance(generator, Generator) else generator_of(session)
    order = source.permutation(count).astype(int).tolist()
    return [Subset(machine, dataset, order[end - one : end]) for end, one in zip(accumulate(parts), parts, strict=True)]


def _count(machine: Interpreter, dataset: Any) -> int:
    return dataset.length(machine) if isinstance(dataset, Foreign) else len(dataset)


def _element(machine: Interpreter, dataset: Any, at: int) -> Any:
    return dataset.item(machine, at) if isinstance(dataset, Foreign) else dataset[at]


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

    def length(self, machine: Interpreter) -> int:
        count = _count(machine, self.dataset)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        count = _count(machine, self.dataset)
        check_length(machine, count)
        drawn = self.source if isinstance(self.source, Generator) else generator_of(self.session)
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
                yield self._batch(machine, [_element(machine, self.dataset, at) for at in places])

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
