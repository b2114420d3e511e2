"""What runs a static graph for many rows: the kernel that suits it, in threads; rows that go several ways part as they run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

import numpy

from gradcli.autodiff.runs.prepared import Prepared
from gradcli.autodiff.runs.rows import Rows, rows_at_once, run_rows
from gradcli.data.kernels.blocks import BlockKernel, in_threads
from gradcli.data.kernels.lanes import lanes_of
from gradcli.data.kernels.straight_line import StraightLine, straight_line
from gradcli.errors import GradcliError
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.data.kernels.native import NativeKernel

ENOUGH = 500_000_000
"""Functions of NumPy times rows from which on compiling is worth while: it takes half a second, and saves two thirds."""

CLOSE = {"float64": 1e-9, "float32": 1e-6}
"""How far results of a compiled kernel may be from NumPy's, relative to the largest, or it is not used: sums that cancel enlarge
the few units in the last place by which functions differ."""

_COMPARED = 256


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
        kernel: ``numpy``, ``c``, or ``auto``, which compiles where there is work enough.
        expected: How many rows there will be, as far as that is known: what ``auto`` goes by beside the first of them.

    Attributes:
        blocks: The straight line over blocks; None where rows may go several ways.
        native: The straight line in C, once it is chosen; which it is on the first rows, or never.
        note: Why there is no compiled kernel although it was asked for; empty where nothing is to be said.
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
        kernel: str = "auto",
        expected: int = 0,
    ) -> None:
        self.kernel, self.expected = kernel, expected
        self.native: NativeKernel | None = None
        self.note = ""
        self._chosen = False
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
            if self.kernel == "c":
                self.note = "NumPy computes: rows may go several ways through the program"
            at_once = rows_at_once(self.prepared.graph)
            in_threads(lambda starts: self._apart(columns, result, starts, at_once), range(0, count, at_once), self.threads)
            return result
        if not self._chosen:
            self._choose(self.line, self.blocks, columns, count)
        kernel = self.native or self.blocks
        results = list(zip(kernel.values, result.values, strict=True))
        for id, column, absent in zip(kernel.adjoints, result.gradient, result.absent, strict=True):
            if id is None:
                column[:], absent[:] = 0, True
            else:
                results.append((id, column))
        if kernel.finite is not None:
            results.append((kernel.finite, result.odd))
        in_threads(lambda starts: kernel.run(columns, results, starts, count), range(0, count, kernel.block), self.threads)
        if kernel.finite is not None:
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

    def _choose(self, line: StraightLine, blocks: BlockKernel, columns: Mapping[str, Any], count: int) -> None:
        """Choose the kernel, once: what rows give has the same digits from the first to the last."""
        self._chosen = True
        if self.kernel == "numpy" or not count:
            return
        if self.kernel == "auto" and len(blocks.lanes.steps) * max(count, self.expected) < ENOUGH:
            return
        from gradcli.data.kernels.libraries import NoLibraryError
        from gradcli.data.kernels.native import LONGEST, NativeKernel

        if len(line.graph) > LONGEST:
            self.note = "NumPy computes: the program is too long for a C compiler"
            return
        try:
            native = NativeKernel(line)
        except (GradcliError, NoLibraryError) as error:
            self.note = f"NumPy computes: {error.message if isinstance(error, GradcliError) else error}" * (self.kernel == "c")
            return
        at = numpy.linspace(0, count - 1, min(count, _COMPARED)).astype(int)
        some = {name: column[at] for name, column in columns.items()}
        found, expected = (_results(kernel, some, len(at), self.dtype) for kernel in (native, blocks))
        if all(_close(*pair, CLOSE[self.dtype]) for pair in zip(found, expected, strict=True)):
            self.native = native
        else:
            self.note = "NumPy computes: compiled code gives other results here"


def _results(kernel: BlockKernel | NativeKernel, columns: Mapping[str, Any], count: int, dtype: str) -> list[Any]:
    """All results of a kernel."""
    places = [*kernel.values, *[place for place in kernel.adjoints if place is not None]]
    results = [(place, numpy.empty(count, dtype)) for place in places]
    finite = [] if kernel.finite is None else [(kernel.finite, numpy.empty(count, bool))]
    kernel.run(columns, results + finite, iter(range(0, count, kernel.block)), count)
    return [array for _, array in results]


def _close(one: Any, other: Any, within: float) -> bool:
    finite = numpy.isfinite(other)
    largest = numpy.abs(other[finite]).max(initial=0.0)
    return numpy.array_equal(one[~finite], other[~finite], equal_nan=True) and bool(
        numpy.all(numpy.abs(one[finite] - other[finite]) <= within * largest)
    )
