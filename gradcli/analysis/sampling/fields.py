"""Functions of two variables on a grid: contours by marching squares, and the gradient at some places."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from gradcli.analysis.sampling.functions import vectors, with_derivatives
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.typing import Any

LEVELS = 11
"""Contours, at most."""

_JUMPS = 3
"""Between the corners of a cell a smooth function varies by no more than so many times what its gradient there says."""


class Field(Frozen, eq=False):
    """A function of two variables on a grid.

    Attributes:
        variables: The variables, from left to right and upwards.
        across: The values of the first, ascending, a vector.
        upwards: The values of the second.
        values: The value at each place, a row for each value of the second variable.
        slopes: The derivatives by both, likewise.
        levels: The values whose contours are drawn.
    """

    variables: tuple[str, str]
    across: Any
    upwards: Any
    values: Any
    slopes: tuple[Any, Any]
    levels: tuple[float, ...]

    def contour(self, level: float) -> list[tuple[Any, Any]]:
        """The lines on which the function has a value, one through each cell of the grid, as vectors of both coordinates."""
        import numpy

        z, dx, dy = self.values - level, self.across[1:] - self.across[:-1], self.upwards[1:] - self.upwards[:-1]
        above = z >= 0
        with numpy.errstate(all="ignore"):
            flat = (
                self.across[:-1] + dx * z[:, :-1] / (z[:, :-1] - z[:, 1:]),
                numpy.broadcast_to(self.upwards[:, None], (len(z), len(dx))),
            )
            steep = (
                numpy.broadcast_to(self.across, (len(dy), z.shape[1])),
                self.upwards[:-1, None] + dy[:, None] * z[:-1] / (z[:-1] - z[1:]),
            )
        of_flat, of_steep = above[:, :-1] != above[:, 1:], above[:-1] != above[1:]
        crossed = [of_flat[:-1], of_steep[:, 1:], of_flat[1:], of_steep[:, :-1]]
        sides = [
            [part[:-1] for part in flat],
            [part[:, 1:] for part in steep],
            [part[1:] for part in flat],
            [part[:, :-1] for part in steep],
        ]
        count, connected = sum(one.astype(int) for one in crossed), self._connected()
        with numpy.errstate(all="ignore"):
            middle = (z[:-1, :-1] + z[:-1, 1:] + z[1:, :-1] + z[1:, 1:] >= 0) == above[:-1, :-1]
        found: list[tuple[Any, Any]] = []
        for one, other in itertools.combinations(range(4), 2):
            both = crossed[one] & crossed[other] & connected
            chosen = both & (count == 2)
            if other - one != 2:  # of a saddle the corners that are alike lie together, or apart, as its middle tells
                chosen |= both & (count == 4) & (middle if {one, other} in ({0, 1}, {2, 3}) else ~middle)
            x, y = ([sides[side][axis][chosen] for side in (one, other)] for axis in (0, 1))
            found += zip(numpy.stack(x, axis=1), numpy.stack(y, axis=1), strict=True)
        return found

    def _connected(self) -> Any:
        """The cells across which the function does not jump."""
        import numpy

        corners = numpy.stack(
            [self.values[a : a + len(self.upwards) - 1, b : b + len(self.across) - 1] for a in (0, 1) for b in (0, 1)]
        )
        width, height = self.across[1] - self.across[0], self.upwards[1] - self.upwards[0]
        steps = abs(self.slopes[0]) * width + abs(self.slopes[1]) * height
        steepest = numpy.maximum.reduce([steps[:-1, :-1], steps[:-1, 1:], steps[1:, :-1], steps[1:, 1:]])
        least, most = corners.min(axis=0), corners.max(axis=0)
        through_pole = (
            (least < 2 * self.levels[0] - self.levels[-1]) & (most > 2 * self.levels[-1] - self.levels[0])
            if self.levels
            else False
        )
        with numpy.errstate(all="ignore"):
            jumps = most - least > _JUMPS * steepest + 1e-9 * abs(most)
        return numpy.isfinite(corners).all(axis=0) & ~jumps & ~through_pole

    def arrows(self, across: int, upwards: int) -> list[tuple[Any, Any]]:
        """The gradient at even places: arrows along it, longer where it is larger, as the picture measures lengths.

        Args:
            across: How many there are from left to right.
            upwards: How many upwards.
        """
        import numpy

        columns, rows = (
            numpy.unique(((numpy.arange(count) + 0.5) * (len(axis) - 1) / count).round().astype(int))
            for count, axis in ((across, self.across), (upwards, self.upwards))
        )
        width, height = (axis[-1] - axis[0] for axis in (self.across, self.upwards))
        at = numpy.ix_(rows, columns)
        along = self.slopes[0][at], self.slopes[1][at]
        sizes = numpy.hypot(along[0] / width, along[1] / height)
        known = numpy.isfinite(sizes) & (sizes > 0)
        if not known.any():
            return []
        share = numpy.sqrt(numpy.minimum(1, sizes / numpy.quantile(sizes[known], 0.95))) / numpy.where(known, sizes, 1)
        found = []
        for i, j in zip(*numpy.nonzero(known), strict=True):
            x, y = self.across[columns[j]], self.upwards[rows[i]]
            step = share[i, j] * 0.8 / max(across, upwards)
            found.append((numpy.array([x, x + along[0][i, j] * step]), numpy.array([y, y + along[1][i, j] * step])))
        return found


def field(
    graph: Graph,
    variables: tuple[str, str],
    ends: Sequence[tuple[float, float]],
    fixed: Mapping[str, float],
    *,
    steps: int,
) -> Field:
    """A function of two variables and its gradient on a grid.

    Args:
        graph: The static graph of the function, its one output.
        variables: The variables.
        ends: The range of each.
        fixed: The value of each other one.
        steps: Into how many steps each range is divided.
    """
    import numpy

    first, second = variables
    computed = vectors(with_derivatives(graph, [(0, ()), (0, (first,)), (0, (second,))]))
    across, upwards = (numpy.linspace(*end, steps + 1) for end in ends)
    x, y = numpy.meshgrid(across, upwards)
    values, *slopes = (one.reshape(x.shape) for one in computed({**fixed, first: x.ravel(), second: y.ravel()}))
    return Field(variables, across, upwards, values, (slopes[0], slopes[1]), _levels(values))


def _levels(values: Any) -> tuple[float, ...]:
    """Values of two digits, that lie as close as those of the function do."""
    import numpy

    finite = values[numpy.isfinite(values)]
    if not finite.size or finite.min() == finite.max():
        return ()
    shares = numpy.quantile(finite, numpy.linspace(0.03, 0.97, LEVELS))
    spread = float(shares[-1] - shares[0]) or float(finite.max() - finite.min())
    return tuple(dict.fromkeys(_rounded(level, spread) for level in shares.tolist()))


def _rounded(value: float, spread: float) -> float:
    """A number to two digits, or to a hundredth of the spread where that is more."""
    digits = 1 - math.floor(math.log10(max(abs(value), spread / 50)))
    return round(value, digits) + 0.0
