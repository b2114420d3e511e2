"""Sums over columns that come in parts of any size: block after block, each computed once and then forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy

from gradcli.data.kernels.array_rows import BLOCK, ArrayKernel
from gradcli.data.kernels.blocks import in_threads
from gradcli.data.kernels.row_kernel import cores
from gradcli.data.kernels.sums import Group, Sums, block_nodes, grouped, starts_at_block
from gradcli.errors import GradcliError
from gradcli.graph.graph import Shape
from gradcli.typing import Any, NamedTuple

AT_ONCE = 32
"""Blocks that are computed together: some for each thread."""


MOST_BYTES = 2**24
"""Bytes of columns, or of results, that are in memory at once, if that is more than a block."""

BLOCK_BYTES = 2**22
"""Bytes of the columns and results of a block; where rows are wide, a block has fewer of them, always as many for one program."""


class Part(NamedTuple):
    """The sums of some blocks of rows.

    Attributes:
        shapes: The shape of each result.
        sums: The sums of each block.
        failed: How many rows failed.
        why_failed: Why the first of them did; empty where none did.
    """

    shapes: tuple[Shape, ...]
    sums: list[Group]
    failed: int = 0
    why_failed: str = ""


Compute = Callable[[Mapping[str, Any], Any, int], Part]
"""From columns, the group of each row, and the rows of a block the sums of blocks."""


class Reducer:
    """Sums up columns that come in parts, one behind the other.

    Args:
        compute: What gives the sums of blocks.
        width: The bytes that a row of some columns and its results take.
        names: What the results are called: the outputs, then the variables of the gradient.
        outputs: How many of these are outputs.
        first: How many rows of the data set stand before the first part.
    """

    def __init__(
        self, compute: Compute, width: Callable[[Mapping[str, Any]], int], names: tuple[str, ...], outputs: int, first: int = 0
    ) -> None:
        self._compute, self._width = compute, width
        self._block = BLOCK
        self._next = starts_at_block(first)
        self._waiting: list[tuple[Mapping[str, Any], Any, int]] = []
        self._sums = Sums(names, outputs, ((),) * len(names), {})

    def add(self, columns: Mapping[str, Any], keys: Any = None) -> None:
        """Add rows.

        Args:
            columns: The columns of the variables.
            keys: The group of each row; None for one group.

        Raises:
            GradcliError: They do not fit the program; exit code 4 where there are too many groups.
        """
        count = len(next(iter(columns.values()), ()))
        if count and not self._sums.nodes and not self._waiting:
            self._settle(columns)
        self._waiting.append((columns, None if keys is None else _plain_keys(keys), count))
        waiting = sum(rows for _, _, rows in self._waiting)
        bytes_ = sum(getattr(column, "nbytes", 0) for given, _, _ in self._waiting for column in given.values())
        if waiting >= AT_ONCE * self._block or (waiting >= self._block and bytes_ >= MOST_BYTES):
            self._run(last=False)

    def _settle(self, columns: Mapping[str, Any]) -> None:
        """Settle how many rows a block has: a power of two, so that parts begin at blocks all the same."""
        rows = max(1, BLOCK_BYTES // max(1, self._width(columns)))
        block = min(BLOCK, 1 << rows.bit_length() - 1)
        self._next, self._block = self._next * self._block // block, block

    def sums(self) -> Sums:
        """The sums of all rows so far; no more can be added to them then."""
        self._run(last=True)
        return self._sums

    def _run(self, *, last: bool) -> None:
        """Compute the blocks that are complete, and at the end the last one."""
        columns, keys, count = _joined(self._waiting)
        block = self._block
        stop = count if last else count - count % block
        for start in range(0, stop, AT_ONCE * block):
            rows = slice(start, min(start + AT_ONCE * block, stop))
            part = self._compute(
                {name: column[rows] for name, column in columns.items()}, None if keys is None else keys[rows], block
            )
            nodes = block_nodes(part.sums, self._next)
            self._next += len(part.sums)
            own = Sums(self._sums.names, self._sums.outputs, part.shapes, nodes, part.failed, part.why_failed)
            before = self._sums
            self._sums = own if not before.nodes else before.merge(own)
        rest = slice(stop, count)
        left = {name: column[rest] for name, column in columns.items()}
        self._waiting = [(left, None if keys is None else keys[rest], count - stop)] if stop < count else []


def _joined(parts: Sequence[tuple[Mapping[str, Any], Any, int]]) -> tuple[Mapping[str, Any], Any, int]:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return {}, None, 0
    columns = {name: numpy.concatenate([part[name] for part, _, _ in parts]) for name in parts[0][0]}
    keys = None if parts[0][1] is None else _chained([keys for _, keys, _ in parts])
    return columns, keys, sum(count for _, _, count in parts)


def _chained(keys: Sequence[Any]) -> Any:
    """Groups of rows behind one another."""
    return (numpy.ma if any(hasattr(one, "mask") for one in keys) else numpy).concatenate(keys)


def _plain_keys(keys: Any) -> Any:
    """Groups as an array that can be sorted: numbers, or texts; masked where a row has none."""
    found = numpy.asarray(keys)
    if found.dtype != object:
        return found
    absent = numpy.array([key is None or key != key for key in found.tolist()], bool)
    known = numpy.zeros(0, bool) if absent.all() else numpy.array(found[~absent].tolist())
    known = numpy.array(list(map(str, known.tolist()))) if known.dtype.kind not in "biufU" else known
    plain = numpy.zeros(len(found), known.dtype)
    plain[~absent] = known
    return numpy.ma.masked_array(plain, absent) if absent.any() else plain


def part_of(columns: Sequence[Any], keys: Any, errors: Mapping[int, GradcliError], block: int) -> Part:
    """The sums of results, block by block; rows that failed do not count."""
    count = len(columns[0])
    good = None
    if errors:
        good = numpy.ones(count, bool)
        good[list(errors)] = False
    why = errors[min(errors)].message if errors else ""
    sums: list[Group] = []
    for start in range(0, count, block):
        rows = slice(start, start + block)
        own, counts = (None if one is None else one[rows] for one in (keys, good))
        sums.append(grouped(own, counts, [column[rows] for column in columns]))
    return Part(tuple([column.shape[1:] for column in columns]), sums, len(errors), why)


def joined(parts: Sequence[Part]) -> Part:
    """Sums of blocks that follow each other."""
    why = next((part.why_failed for part in parts if part.failed), "")
    return Part(parts[0].shapes, [one for part in parts for one in part.sums], sum(part.failed for part in parts), why)


def contracted(
    kernel: ArrayKernel, columns: Mapping[str, Any], wrt: Sequence[str], threads: int | None, block: int
) -> Part | None:
    """The sums of a program of arrays, whose products are contracted; None where a row is an error."""
    count = len(next(iter(columns.values())))
    starts = range(0, count, block)
    sums: list[Group | None] = [None] * len(starts)
    outputs = len(kernel.values)
    shapes = dict(zip(kernel.wrt, kernel.shapes[outputs:], strict=True))

    def work(some: Iterator[int]) -> None:
        for start in some:
            rows = min(block, count - start)
            total: Any = 0.0
            for first in range(start, start + rows, kernel.block):
                last = min(first + kernel.block, start + rows)
                found = kernel.sums({name: column[first:last] for name, column in columns.items()}, last - first)
                grad = dict(zip(kernel.wrt, found[outputs:], strict=True))
                flat = [*found[:outputs], *[grad.get(name, numpy.zeros(1)) for name in wrt]]
                total = total + numpy.concatenate([[float(last - first)], *[numpy.ravel(one) for one in flat]])
            sums[start // block] = Group(None, total[None])

    try:
        in_threads(work, starts, threads or cores())
    except (GradcliError, ArithmeticError, ValueError, IndexError):
        return None
    found = [group for group in sums if group is not None]
    return Part((*kernel.shapes[:outputs], *[shapes.get(name, ()) for name in wrt]), found)
