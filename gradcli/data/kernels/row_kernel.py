"""What runs a static graph for many rows: the kernel that suits it, in threads; rows that go several ways part as they run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy

from gradcli.autodiff.runs.prepared import Prepared
from gradcli.autodiff.runs.rows import Rows, rows_at_once, run_rows
from gradcli.data.kernels.blocks import BlockKernel, in_threads
from gradcli.data.kernels.lanes import lanes_of
from gradcli.data.kernels.straight_line import straight_line
from gradcli.errors import GradcliError


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class RowKernel:
    """Runs a static graph for many rows.

    Args:
        prepared: The graph, see :func:`gradcli.autodiff.runs.rows.vectorisable`.
        columns: The variables of which each row has its own value.
        fixed: The value of each other variable.
        wrt: The variables to differentiate by; empty for no gradient.
        dtype: ``float64``, or ``float32``, to which every value is rounded.
        threads: How many threads compute; None for one a core.

    Attributes:
        blocks: The straight line over blocks; None where rows may go several ways.
    """

    def __init__(
        self,
        prepared: Prepared,
        columns: Sequence[str],
        fixed: Mapping[str, float],
        wrt: Sequence[str],
        *,
        dtype: str = "float64",
        threads: int | None = None,
    ) -> None:
        self.prepared, self.fixed, self.wrt, self.threads = prepared, fixed, wrt, threads or cores()
        self.dtype = dtype
        try:
            self.line = straight_line(prepared, columns, fixed, wrt, rounds=dtype == "float32")
        except GradcliError:  # which is the error of each row
            self.line = None
        self.blocks = None if self.line is None else BlockKernel(lanes_of(self.line))

    def run(self, columns: Mapping[str, Any]) -> Rows:
        """The values and derivatives of rows; columns are vectors of one length."""
        count = len(next(iter(columns.values())))
        dtype = numpy.dtype(self.dtype)
        result = Rows(
            [numpy.empty(count, dtype) for _ in self.prepared.names],
            [numpy.empty(count, dtype) for _ in self.wrt],
            [numpy.zeros(count, bool) for _ in self.wrt],
            numpy.zeros(count, bool),
        )
        if self.line is None or self.blocks is None:
            at_once = rows_at_once(self.prepared.graph)
            in_threads(lambda starts: self._apart(columns, result, starts, at_once), range(0, count, at_once), self.threads)
            return result
        blocks, lanes = self.blocks, self.blocks.lanes
        results = list(zip(lanes.values, result.values, strict=True))
        for id, column, absent in zip(lanes.adjoints, result.gradient, result.absent, strict=True):
            if id is None:
                column[:], absent[:] = 0, True
            else:
                results.append((id, column))
        if lanes.finite is not None:
            results.append((lanes.finite, result.odd))
        in_threads(lambda starts: blocks.run(columns, results, starts, count), range(0, count, blocks.block), self.threads)
        if lanes.finite is not None:
            numpy.logical_not(result.odd, result.odd)
        if self.line.odd:
            result.odd[:] = True
        return result

    def _apart(self, columns: Mapping[str, Any], result: Rows, starts: Iterator[int], at_once: int) -> None:
        for first in starts:
            rows = slice(first, first + at_once)
            part = {name: numpy.asarray(column[rows], "float64") for name, column in columns.items()}
            found = run_rows(self.prepared, part, self.fixed, self.wrt, dtype=self.dtype)
            for columns_, parts in (
                (result.values, found.values),
                (result.gradient, found.gradient),
                (result.absent, found.absent),
                ([result.odd], [found.odd]),
            ):
                for column, one in zip(columns_, parts, strict=True):
                    column[rows] = one
            result.errors.update({first + at: error for at, error in found.errors.items()})
