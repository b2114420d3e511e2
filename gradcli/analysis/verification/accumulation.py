"""What nodes that are used several times receive: the sum of what each use hands back, added once more by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gradcli.autodiff.passes.contributions import contributions
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.frozen import Frozen
from gradcli.typing import Any


class Accumulated(Frozen):
    """The adjoint of a node that is used several times; of an array the element at which it is furthest off, or cancels most.

    Attributes:
        id: The node.
        uses: How many uses hand something back.
        adjoint: What the run has for it.
        total: The sum of what the uses hand back.
        size: The sum of the absolute values of these.
        agrees: Whether the adjoint is that sum, but for rounding.
    """

    id: int
    uses: int
    adjoint: float
    total: float
    size: float
    agrees: bool

    @property
    def cancelled(self) -> float:
        """Digits that cancel in the sum, all of them where nothing is left."""
        if not self.size or not math.isfinite(self.size):
            return 0.0
        return math.log10(self.size / max(abs(self.total), self.size * 1e-16))


def accumulated(tape: Tape, epsilon: float) -> Iterator[Accumulated]:
    """The sums of the backward pass of a run, added again from what each use hands back.

    Args:
        tape: The run, forward and backward.
        epsilon: The rounding of its numbers.
    """
    parts: dict[int, list[Any]] = {}
    for one in contributions(tape):
        parts.setdefault(one.source, []).append(one.value)
    for id, values in sorted(parts.items()):
        adjoint = tape.adjoints[id]
        if len(values) < 2 or adjoint is None:
            continue
        if all(type(value) is float for value in (*values, adjoint)):
            yield _sum(id, len(values), adjoint, math.fsum(values) if all(map(math.isfinite, values)) else sum(values),
                       sum(map(abs, values)), epsilon)  # fmt: skip
            continue
        import numpy

        with quiet():
            total, size = sum(values), sum(map(numpy.abs, values))
            off = numpy.nan_to_num(numpy.abs(adjoint - total) / size, nan=0.0)
            lost = numpy.nan_to_num(numpy.where(total == 0, 0.0, size / numpy.abs(total)), nan=0.0, posinf=0.0)
        if numpy.size(total):
            place = int((off if off.max() > len(values) * epsilon else lost).argmax())
            at = [float(numpy.ravel(numpy.broadcast_to(one, numpy.shape(total)))[place]) for one in (adjoint, total, size)]
            yield _sum(id, len(values), at[0], at[1], at[2], epsilon)


def _sum(id: int, uses: int, adjoint: float, total: float, size: float, epsilon: float) -> Accumulated:
    off = abs(adjoint - total)
    return Accumulated(id, uses, adjoint, total, size, not off > 2 * uses * epsilon * size)
