"""Curves sampled where they need it: closer where they bend, and up to the places where they break, from either side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.analysis.sampling.breaks import VERTICAL, Mark, marks
from gradcli.analysis.sampling.functions import Vectors, vectors, with_derivatives
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.ops.declaration.facts import KINK, POLE
from gradcli.typing import Any

SCAN = 8
"""Parts of each step of the first grid that are looked at as well, so that a narrow peak is seen."""

STRAIGHT = 1 / 2_000
"""How far a place may be off the chord of its neighbours, beside the height of the plot."""

ROUNDS = 12
"""How many times steps are halved."""

MOST = 20_000
"""Places that are added, at most."""

_WORK = 2**26
"""Places that are added times operations, at most."""

_HIGHEST = 1e300
"""The largest value that is shown: what is beyond leaves the plot, whose height is a number with room to spare."""

_OUTSIDE = 0.5
"""How far beyond the plot curves are followed, beside its height."""


class Curve(Frozen, eq=False):
    """A curve.

    Attributes:
        function: The number of the function.
        order: How many times it is differentiated.
        values: The value at each place of the plot, a vector; what is not finite is a place without a value.
        marks: Where it breaks, in their order.
    """

    function: int
    order: int
    values: Any
    marks: tuple[Mark, ...]

    def pieces(self, places: Any) -> list[tuple[Any, Any]]:
        """The connected parts of the curve, each as vectors of places and of values.

        Args:
            places: The places of the plot.
        """
        import numpy

        breaks = [mark for mark in self.marks if mark.kind not in (KINK, VERTICAL)]
        bounds = [*numpy.searchsorted(places, [mark.place for mark in breaks]).tolist(), len(places)]
        found: list[tuple[Any, Any]] = []
        start, left = 0, None
        for at, end in enumerate(bounds):
            x, y = places[start:end], self.values[start:end]
            if left is not None and left.right is not None:
                x, y = numpy.append(left.place, x), numpy.append(left.right, y)
            mark = breaks[at] if at < len(breaks) else None
            if mark is not None and mark.left is not None:
                x, y = numpy.append(x, mark.place), numpy.append(y, mark.left)
            found += _defined(x, y)
            left, start = mark, end
            if mark is not None and end < len(places) and places[end] == mark.place:
                start = end + 1
        return found


class Curves(Frozen, eq=False):
    """What is plotted over one variable.

    Attributes:
        variable: The variable.
        places: Its values, ascending, a vector.
        curves: The curves.
        window: The least and the largest value that is shown.
        unseen: At how many places more curves may break, which were too many to look at.
        apart: How near two such places may be to be seen as one, where that is visible; None elsewhere.
    """

    variable: str
    places: Any
    curves: tuple[Curve, ...]
    window: tuple[float, float]
    unseen: int
    apart: float | None


def sampled(
    graph: Graph,
    variable: str,
    ends: tuple[float, float],
    fixed: Mapping[str, float],
    orders: Sequence[int],
    *,
    points: int,
    window: tuple[float, float] | None = None,
) -> Curves:
    """Functions of one variable, and derivatives of them.

    Args:
        graph: The static graph of the functions, which are its outputs.
        variable: The variable.
        ends: Its least and its largest value.
        fixed: The value of each other variable.
        orders: How many times to differentiate, each an order of its own; 0 is the function itself.
        points: How many steps the first grid has.
        window: The values to show; None for what shows the curves.
    """
    import numpy

    asked = [(at, order) for at in range(len(graph.outputs)) for order in orders]
    whole = with_derivatives(graph, [(at, (variable,) * (order + more)) for more in (0, 1) for at, order in asked])
    found, unseen, apart = marks(whole, variable, fixed, *ends)
    whole.outputs = whole.outputs[: len(asked)]
    computed = vectors(whole)

    def values(places: Any) -> Any:
        return numpy.array(computed({**fixed, variable: places}))

    cuts = sorted({mark.place for one in found for mark in one})
    steps = points * SCAN
    along = numpy.arange(steps + 1)
    places = (ends[0] * (steps - along) + ends[1] * along) / steps  # -1.86 as one writes it, where -2 + 14·0.01 is not
    scanned = values(places)
    shown = window or _window(scanned, [mark for one in found for mark in one])
    grid = _scanned(places, _clamped(scanned, shown))
    places = numpy.unique(numpy.concatenate([grid, cuts]))
    most = min(MOST, _WORK // len(whole))
    places, table = _refined(values, places, cuts, shown, (ends[1] - ends[0]) / points / 2**ROUNDS, most)
    curves = [Curve(at, order, row, tuple(one)) for (at, order), row, one in zip(asked, table, found, strict=True)]
    return Curves(variable, places, tuple(curves), shown, unseen, apart)


def _scanned(places: Any, values: Any) -> Any:
    """The first grid: every so many places of the scan, and all of a step in which a curve leaves its chord."""
    import numpy

    height = 1 + 2 * _OUTSIDE
    share = numpy.linspace(0, 1, SCAN, endpoint=False)
    inner = values[:, :-1].reshape(len(values), -1, SCAN)
    left = inner[:, :, :1]
    right = numpy.append(inner[:, 1:, :1], values[:, -1:, None], axis=1)
    off = abs(inner - (left + (right - left) * share)).max(axis=(0, 2))
    kept = numpy.zeros((len(off), SCAN), bool)
    kept[:, 0] = True
    kept[off > SCAN**2 * STRAIGHT * height] = True  # halving does what is less
    return numpy.append(places[:-1][kept.ravel()], places[-1])


def _refined(
    values: Vectors | Any, places: Any, cuts: Sequence[float], window: tuple[float, float], least: float, most: int
) -> tuple[Any, Any]:
    """Halve steps until every place is near the chord of its neighbours."""
    import numpy

    table, first = values(places), len(places)
    for _ in range(ROUNDS):
        x, y = places, _clamped(table, window)
        chord = y[:, :-2] + (y[:, 2:] - y[:, :-2]) * ((x[1:-1] - x[:-2]) / (x[2:] - x[:-2]))
        off = abs(y[:, 1:-1] - chord)
        one_sided = numpy.isfinite(y[:, :-1]) != numpy.isfinite(y[:, 1:])
        bends = (numpy.where(numpy.isnan(off), 0, off) > STRAIGHT).any(axis=0) & ~numpy.isin(x[1:-1], cuts)
        halved = one_sided.any(axis=0)
        halved[:-1] |= bends
        halved[1:] |= bends
        halved &= numpy.diff(x) > least
        if not halved.any() or len(places) + halved.sum() > first + most:
            break
        new = x[:-1][halved] + numpy.diff(x)[halved] / 2
        order = numpy.argsort(numpy.concatenate([places, new]), kind="stable")
        places = numpy.concatenate([places, new])[order]
        table = numpy.concatenate([table, values(new)], axis=1)[:, order]
    return places, table


def _clamped(values: Any, window: tuple[float, float]) -> Any:
    """Values as shares of the height of the plot, those far outside of it as a little outside of it."""
    import numpy

    low, high = window
    with numpy.errstate(all="ignore"):
        return numpy.clip((values - low) / (high - low), -_OUTSIDE, 1 + _OUTSIDE)


def _window(values: Any, found: Sequence[Mark]) -> tuple[float, float]:
    """The values to show: all, but beside poles those that most places have."""
    import numpy

    finite = numpy.clip(values[numpy.isfinite(values)], -_HIGHEST, _HIGHEST)
    if not finite.size:
        return -1.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if any(mark.kind == POLE for mark in found):
        first, last = (float(part) for part in numpy.quantile(finite, (0.1, 0.9)))
        low, high = max(low, first - (last - first)), min(high, last + (last - first))
    return margin_around(low, high)


def margin_around(low: float, high: float) -> tuple[float, float]:
    """A range with some room above and below; of one value, a range around it."""
    room = (high - low) * 0.05
    if not room > max(abs(low), abs(high)) * 1e-12:
        room = abs(low) * 0.1 or 1.0
    return low - room, high + room


def _defined(x: Any, y: Any) -> list[tuple[Any, Any]]:
    """The parts of a curve on which its values are numbers; one infinite end is kept, as a line that leaves the plot."""
    import numpy

    ends = numpy.isinf(y)
    ends[1:-1] = False
    known = numpy.isfinite(y) | ends
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate([[False], known, [False]]).astype(int)))
    return [(x[a:b], y[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
