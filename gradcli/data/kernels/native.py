"""A straight line in C, compiled (``c_source`` writes it), and called for the rows of columns.

Sums, products, quotients and choices have the bits that NumPy gives. Functions such as exp are those of the C library, of glibc
its vectors of numbers (libmvec), which are within 4 units in the last place of the exact value.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

import numpy

from gradcli.data.kernels.blocks import Result
from gradcli.data.kernels.libraries import loaded
from gradcli.data.kernels.straight_line import StraightLine
from gradcli.typing import Any

BLOCK = 2**14
"""Rows that a thread computes between two looks at the interpreter."""

LONGEST = 3000
"""Nodes beyond which a compiler takes too long."""


def _sources(line: StraightLine) -> list[str]:
    from gradcli.data.kernels.c_source import sources_of

    return sources_of(line)


def _facts(line: StraightLine) -> str:
    """What the source of a straight line follows from: the graph, and the code that writes it."""
    graph = line.graph
    constants = {id: float.hex(value) if isinstance(value, float) else repr(value) for id, value in graph.constants.items()}
    results = (line.values, line.adjoints, line.watched, line.rounds)
    return repr((_writer(), graph.operations, graph.inputs, constants, graph.variables, *results))


@cache
def _writer() -> str:
    """What tells this version of what writes C from others: the sizes and times of its files."""
    package = Path(__file__).parents[2]
    rooms = [package / "data" / "kernels", package / "ops", package / "output" / "code"]
    files = [file for room in rooms for file in sorted(room.rglob("*.*")) if file.suffix in (".py", ".c", ".python")]
    return repr([(str(file), stat.st_size, stat.st_mtime_ns) for file, stat in [(file, file.stat()) for file in files]])


class NativeKernel:
    """A straight line in C, compiled.

    Args:
        line: The straight line.

    Raises:
        GradcliError: There is no code for an operation.
        NoLibraryError: There is no compiler, or it does not compile it.

    Attributes:
        values: The place of each value among the results.
        adjoints: The place of each derivative; None where there is none.
        finite: The place of what says where everything is finite.
    """

    block = BLOCK

    def __init__(self, line: StraightLine) -> None:
        self._dtype = numpy.dtype("float32" if line.rounds else "float64")
        self._rows = loaded(_facts(line), partial(_sources, line)).rows
        self._rows.argtypes = [ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
        self._rows.restype = None
        self.columns = tuple(line.graph.variables)
        count = len(line.values)
        size = count + sum(id is not None for id in line.adjoints)
        places = iter(range(count, size))
        self.values = tuple(range(count))
        self.adjoints = tuple([None if id is None else next(places) for id in line.adjoints])
        self.finite = size

    def run(self, columns: Mapping[str, Any], results: Sequence[Result], starts: Iterator[int], count: int) -> None:
        """Compute blocks of rows, as :meth:`gradcli.data.kernels.blocks.BlockKernel.run` does."""
        given = (ctypes.c_void_p * max(1, len(self.columns)))()
        found = (ctypes.c_void_p * self.finite)()
        spare = numpy.empty(BLOCK, self._dtype)
        arrays = dict(results)
        for first in starts:
            rows = slice(first, min(first + BLOCK, count))
            parts = [numpy.ascontiguousarray(columns[name][rows], self._dtype) for name in self.columns]
            for at, part in enumerate(parts):
                given[at] = part.ctypes.data
            outputs = [arrays[place][rows] if place in arrays else spare for place in range(self.finite)]
            for at, output in enumerate(outputs):
                found[at] = output.ctypes.data
            self._rows(rows.stop - first, given, found, arrays[self.finite][rows].ctypes.data)
