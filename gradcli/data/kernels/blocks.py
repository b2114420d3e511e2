"""Steps over blocks of rows that fit the caches: each writes into a buffer that is used again, and threads share the blocks.

NumPy computes without the interpreter's lock, so that threads run side by side. What a row gives depends neither on the block
that it is in nor on the thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy

from gradcli.data.kernels.lanes import Lanes, Step
from gradcli.typing import Any

BLOCK = 2**16
"""Rows of a block: enough that steps of the interpreter, which threads take in turns, cost little beside them, few enough that
buffers stay in the caches."""

CACHE = 2**20
"""Elements that the buffers of a block have together; where they would have more, blocks are shorter."""

LEAST = 2**8
"""Rows of the shortest block."""

Result = tuple[int, Any]
"""A lane, and the array of all rows that it goes to."""


class BlockKernel:
    """Steps with their buffers planned.

    Args:
        lanes: The steps.

    Attributes:
        values: The lane of each value.
        adjoints: The lane of each derivative; None where there is none.
        finite: The lane that says where everything is finite; None where nothing tells.
        buffers: The dtype of each buffer.
        block: How many rows a block has.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.values, self.adjoints, self.finite = lanes.values, lanes.adjoints, lanes.finite
        results = {*lanes.values, *[id for id in lanes.adjoints if id is not None], lanes.finite}
        self._filled = {step.result for step in lanes.steps if step.fills}
        self._places, self.buffers = _planned(lanes.steps, lanes.dtypes, results)
        self.block = max(LEAST, min(BLOCK, CACHE // max(1, len(self.buffers))))

    def run(self, columns: Mapping[str, Any], results: Sequence[Result], starts: Iterator[int], count: int) -> None:
        """Compute blocks of rows.

        Args:
            columns: The columns.
            results: Where lanes go.
            starts: The first rows of the blocks to compute; threads take from one iterator.
            count: How many rows there are.
        """
        lanes = self.lanes
        buffers = [numpy.empty(min(self.block, count), dtype) for dtype in self.buffers]
        slots: list[Any] = [None] * len(lanes.dtypes)
        for id, number in lanes.constants.items():
            slots[id] = number
        direct = {id: array for id, array in reversed(results) if id in self._filled}
        with numpy.errstate(all="ignore"):
            for first in starts:
                rows = slice(first, min(first + self.block, count))
                for name, id in lanes.columns.items():
                    slots[id] = numpy.ascontiguousarray(columns[name][rows], lanes.dtypes[id])
                for id, place in self._places.items():
                    slots[id] = buffers[place][: rows.stop - first]
                for id, array in direct.items():
                    slots[id] = array[rows]
                _run(lanes.steps, slots)
                for id, array in results:
                    if direct.get(id) is not array:
                        array[rows] = slots[id]


def _run(steps: Sequence[Step], slots: list[Any]) -> None:
    for step in steps:
        function, operands = step.function, [slots[operand] for operand in step.operands]
        if function is None:
            condition, one, other = operands
            numpy.copyto(slots[step.result], other)
            numpy.copyto(slots[step.result], one, where=condition)
        elif function is numpy.copyto:
            numpy.copyto(slots[step.result], operands[0], casting="same_kind")
        elif step.fills:
            function(*operands, out=slots[step.result])
        else:
            slots[step.result] = function(*operands)


def _planned(
    steps: Sequence[Step], dtypes: Sequence[Any], results: Collection[int | None]
) -> tuple[dict[int, int], tuple[Any, ...]]:
    """The buffer of each lane that needs one, and the dtypes of the buffers: a lane gets that of one that was read last."""
    last = {operand: at for at, step in enumerate(steps) for operand in step.operands}
    places: dict[int, int] = {}
    buffers: list[Any] = []
    free: dict[Any, list[int]] = {}

    def release(at: int, step: Step) -> None:
        for operand in {*step.operands}:
            if last[operand] == at and operand in places:
                free.setdefault(dtypes[operand], []).append(places[operand])

    for at, step in enumerate(steps):
        plain = isinstance(step.function, numpy.ufunc)
        if plain:  # which reads an element before it writes that element
            release(at, step)
        if step.fills and step.result not in results:
            dtype = dtypes[step.result]
            if not free.get(dtype):
                free.setdefault(dtype, []).append(len(buffers))
                buffers.append(dtype)
            places[step.result] = free[dtype].pop()
        if not plain:
            release(at, step)
    return places, tuple(buffers)


def in_threads(work: Callable[[Iterator[int]], None], starts: range, threads: int) -> None:
    """Do work on blocks, in threads that take one after the other.

    Args:
        work: Computes the blocks whose first rows it takes.
        starts: The first rows of all blocks.
        threads: How many threads there are.
    """
    taken = iter(starts)
    if threads == 1 or len(starts) < 2:
        work(taken)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(threads, len(starts))) as pool:
        for done in [pool.submit(work, taken) for _ in range(min(threads, len(starts)))]:
            done.result()
