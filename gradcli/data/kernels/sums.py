"""Sums over rows in an order that does not depend on who adds them: blocks of rows, and above them a tree of pairs.

Block i has the rows from i·BLOCK on. The sum of a block is a node of level 0; two nodes 2i and 2i + 1 of a level are node i of
the next. So whatever parts the rows come in, be it from several machines, the same additions are made as long as parts begin at
blocks, and the results have the same bits (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 4.2: the
error of sums of pairs grows as the logarithm of their number).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy

from gradcli.data.kernels.array_rows import BLOCK
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.graph.graph import Shape
from gradcli.typing import Any

MOST_GROUPS = 1_000_000

_WORDS = "sum mean grad-sum grad-mean"
KINDS = SUM, MEAN, *_ = tuple(_WORDS.split())
"""What may be asked of all rows together."""


class Group(Frozen, eq=False):
    """The sums of some rows, by group.

    Attributes:
        keys: The groups, ascending, each once; None where there is one group, of all rows.
        numbers: For each group a line: how many rows, and the sums of the results, one after the other.
        missing: The line of the rows without a group; None where there are none.
    """

    keys: Any
    numbers: Any
    missing: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Group, (self.keys, self.numbers, self.missing)

    def __add__(self, other: Group) -> Group:
        if self.keys is None:
            return Group(None, self.numbers + other.numbers)
        missing = other.missing if self.missing is None else self.missing
        if self.missing is not None and other.missing is not None:
            missing = self.missing + other.missing
        keys, places = numpy.unique(numpy.concatenate([self.keys, other.keys]), return_inverse=True)
        if len(keys) > MOST_GROUPS:
            hint = "group by a column of fewer values"
            raise GradcliError(f"there are more than {MOST_GROUPS:,} groups", hint=hint, exit_code=ExitCode.LIMIT)
        numbers = numpy.zeros((len(keys), self.numbers.shape[1]))
        numbers[places[: len(self.keys)]] = self.numbers
        numbers[places[len(self.keys) :]] += other.numbers
        return Group(keys, numbers, missing)


Place = tuple[int, int]
"""A level of the tree, and which of its nodes."""


class Sums(Frozen, eq=False):
    """The sums of some of the rows: the nodes of the tree that are known and whose pair is not.

    Attributes:
        names: The outputs, and behind them the variables of the gradient.
        outputs: How many of these are outputs.
        shapes: The shape of each.
        nodes: The sums, by their places.
        failed: How many rows failed; they are in no sum.
        why_failed: Why one of them did; empty where none did.
    """

    names: tuple[str, ...]
    outputs: int
    shapes: tuple[Shape, ...]
    nodes: Mapping[Place, Group]
    failed: int = 0
    why_failed: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        return Sums, (self.names, self.outputs, self.shapes, dict(self.nodes), self.failed, self.why_failed)

    def merge(self, other: Sums) -> Sums:
        """The sums of the rows of both; it does not matter which comes first.

        Raises:
            GradcliError: Both have the same rows, or they are of two programs.
        """
        if (self.names, self.shapes) != (other.names, other.shapes):
            raise GradcliError("these are sums of two programs")
        nodes = dict(self.nodes)
        for place, group in other.nodes.items():
            _put(nodes, place, group)
        why = min(filter(None, (self.why_failed, other.why_failed)), default="")
        return replace(self, nodes=nodes, failed=self.failed + other.failed, why_failed=why)

    def total(self) -> Group | None:
        """All rows together; None where there are none."""
        nodes = sorted(self.nodes.items(), key=lambda item: item[0][1] << item[0][0], reverse=True)
        total: Group | None = None
        for _, group in nodes:
            total = group if total is None else group + total
        return total

    def partition(self, number: int) -> Sums:
        """All rows together as one node: those of a partition, where partitions do not begin at blocks."""
        total = self.total()
        return replace(self, nodes={} if total is None else {(0, number): total})

    def result(self) -> Reduced:
        """What is asked of all rows together."""
        total = self.total()
        size = 1 + sum(_size(shape) for shape in self.shapes)
        total = total or Group(None, numpy.zeros((1, size)))
        keys, numbers = total.keys, total.numbers
        if total.missing is not None:
            keys, numbers = numpy.array([*keys.tolist(), None], object), numpy.concatenate([numbers, total.missing])
        found: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        at = 1
        counts = numbers[:, 0]
        for place, (name, shape) in enumerate(zip(self.names, self.shapes, strict=True)):
            part = numbers[:, at : at + _size(shape)]
            at += _size(shape)
            with numpy.errstate(all="ignore"):
                mean = part / counts[:, None]
            prefix = "" if place < self.outputs else "grad-"
            for kind, column in ((SUM, part), (MEAN, mean)):
                column = column.reshape(len(numbers), *shape)
                found[prefix + kind][name] = column[0] if keys is None else column
        rows = counts.astype(int)
        return Reduced(keys, int(rows[0]) if keys is None else rows, self.failed, self.why_failed, *found.values())


class Reduced(Frozen, eq=False):
    """Sums and means over rows; with groups each has an axis of groups before its own.

    Attributes:
        keys: The groups, ascending, and behind them None for rows without one; None without groups.
        rows: How many rows there are, in each group.
        failed: How many rows failed, which do not count.
        why_failed: Why one of them did; empty where none did.
        sum: The sum of each output.
        mean: Its mean.
        grad_sum: For each variable the sum of the derivatives of the first output by it: the gradient of the sum.
        grad_mean: Their mean: the gradient of the mean.
    """

    keys: Any
    rows: Any
    failed: int
    why_failed: str
    sum: dict[str, Any]
    mean: dict[str, Any]
    grad_sum: dict[str, Any]
    grad_mean: dict[str, Any]


def _size(shape: Shape) -> int:
    return int(numpy.prod(shape, dtype=int))


def _put(nodes: dict[Place, Group], place: Place, group: Group) -> None:
    """Add a node, and as long as its pair is there make one of both.

    Raises:
        GradcliError: It is there already.
    """
    if place in nodes:
        raise GradcliError("the same rows are added twice")
    while (pair := (place[0], place[1] ^ 1)) in nodes:
        other = nodes.pop(pair)
        group = other + group if pair[1] < place[1] else group + other
        place = (place[0] + 1, place[1] >> 1)
    nodes[place] = group


def block_nodes(groups: Sequence[Group], first: int) -> dict[Place, Group]:
    """The nodes of blocks, the first of which has a number."""
    nodes: dict[Place, Group] = {}
    for at, group in enumerate(groups):
        _put(nodes, (0, first + at), group)
    return nodes


def grouped(keys: Any, good: Any, columns: Sequence[Any]) -> Group:
    """The sums of the rows of a block.

    Args:
        keys: The group of each row, masked where it has none; None for one group.
        good: Which rows count; None for all.
        columns: For each result the value in each row: n numbers, or n arrays.
    """
    count = len(columns[0])
    flat = [column.reshape(count, -1) for column in columns]
    if good is not None:
        flat, keys = [column[good] for column in flat], None if keys is None else keys[good]
        count = len(flat[0])
    if hasattr(keys, "mask"):
        absent = numpy.ma.getmaskarray(keys)
        own = grouped(keys.data, ~absent, flat)
        return Group(own.keys, own.numbers, grouped(None, absent, flat).numbers if absent.any() else None)
    if keys is None:
        return Group(None, numpy.concatenate([[float(count)], *[_sums(column) for column in flat]])[None])
    found, places = numpy.unique(keys, return_inverse=True)
    numbers = [numpy.bincount(places, minlength=len(found))[:, None].astype(float)]
    order = numpy.argsort(places, kind="stable")
    starts = numpy.searchsorted(places[order], numpy.arange(len(found)))
    for column in flat:
        if column.shape[1] == 1:
            numbers.append(numpy.bincount(places, column[:, 0], minlength=len(found))[:, None])
        else:  # all numbers of a row at once
            numbers.append(numpy.add.reduceat(column[order].astype("float64", copy=False), starts, axis=0))
    return Group(found, numpy.concatenate(numbers, axis=1))


def _sums(column: Any) -> Any:
    """The sum of each column of a matrix, each by pairs."""
    return numpy.ascontiguousarray(column.T, "float64").sum(axis=1)


def starts_at_block(first: int) -> int:
    """The number of the block that begins with a row.

    Raises:
        GradcliError: None does.
    """
    if first % BLOCK:
        hint = "give sums of other parts a number: .partition(3)"
        raise GradcliError(f"parts of sums begin at multiples of {BLOCK:,} rows, and this one at row {first:,}", hint=hint)
    return first // BLOCK
