"""The range in which a function is drawn where none is asked for: what happens to it, and some room on both sides."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from gradcli.analysis.sampling.breaks import Mark, marks
from gradcli.analysis.sampling.functions import vectors, with_derivatives
from gradcli.graph.graph import Graph
from gradcli.ops.declaration.facts import END, POLE
from gradcli.typing import Any

DEFAULT = (-5.0, 5.0)
"""The range of a variable where nothing tells another one."""

_SEARCHED = (100.0, 10.0)
"""How far from 0 zeros, stationary points and breaks are looked for, and how far where these are many."""

_STEPS = 2_000

_MANY = 12
"""Places that are too many to show: those of a function that goes on and on."""

_ROOM = 0.25
"""The room on either side, beside the distance of the places."""

_BEYOND = 4.0
"""How much is shown of a function beyond an end of its domain."""

_BESIDE = 2.5
"""How much of it is shown on either side of a pole, at least."""

_NEAR = 0.05
"""How near to each other places are shown as one."""

_HIGHER = 1.3
"""How many times as high a picture may be for more of a function."""

_SHARES = (1.0, 0.75, 0.5, 0.25)

_STEEP = 10.0
"""How many times as high a function may be as in the inner half of the range."""


def range_to_show(graph: Graph, variable: str, fixed: Mapping[str, float]) -> tuple[float, float]:
    """The least and the largest value of a variable between which its functions have their zeros, stationary points and breaks.

    Args:
        graph: The static graph of the functions, which are its outputs.
        variable: The variable.
        fixed: The value of each other variable.
    """
    import numpy

    count = len(graph.outputs)
    whole = with_derivatives(graph, [(at, (variable,) * order) for order in (0, 1) for at in range(count)])
    computed = vectors(whole)

    def values(places: Any) -> Any:
        return numpy.array(computed({**fixed, variable: places}))

    for far in _SEARCHED:
        along = numpy.linspace(-far, far, _STEPS + 1) + far * 1e-9  # so that a zero at a round number is crossed
        with numpy.errstate(all="ignore"):
            table = values(along)
        found, unseen, _ = marks(whole, variable, fixed, -far, far)
        broken = [mark for one in found[:count] for mark in one]
        places = sorted({mark.place for mark in broken})
        crossed = sorted(place for row in table for place in _crossings(along, row))
        places = sorted([*places, *[place for place in crossed if all(abs(place - one) > 2 * far / _STEPS for one in places)]])
        if not unseen and len(places) <= _MANY:
            break
    else:
        return DEFAULT

    def heights(low: float, high: float) -> Any:
        with numpy.errstate(all="ignore"):
            return values(numpy.linspace(low, high, 161))[:count]

    if not places or (places[-1] - places[0] < _NEAR and not any(mark.kind in (END, POLE) for mark in broken)):
        middle = _round(sum(places) / max(1, len(places)), 0.5)
        return _less_steep(heights, middle + DEFAULT[0], middle + DEFAULT[1])
    shown = [*places, *_beside(broken, places, lambda place: bool(numpy.isfinite(heights(place, place)).any()))]
    low, high = min(shown), max(shown)
    if low - (high - low) <= 0 <= high + (high - low):
        low, high = min(low, 0.0), max(high, 0.0)
    room = _ROOM * (high - low)
    return _further(heights, low - room, high + room)


def _round(number: float, step: float) -> float:
    return round(round(number / step) * step, 12)


def _crossings(along: Any, row: Any) -> Iterator[float]:
    """Where a function that was looked at place by place is 0, unless that is a whole stretch."""
    import numpy

    signs = numpy.sign(numpy.where(numpy.isfinite(row), row, 0))
    for at in numpy.flatnonzero(signs[:-1] * signs[1:] < 0).tolist():
        (x, to), (y, then) = along[at : at + 2].tolist(), row[at : at + 2].tolist()
        yield round(x - y * (to - x) / (then - y), 9)


def _beside(broken: list[Mark], places: list[float], known: Callable[[float], bool]) -> Iterator[float]:
    """What shows how a function goes on at poles and at ends of its domain."""
    away = max(_BESIDE, (places[-1] - places[0]) / 2)
    for mark in broken:
        if mark.kind == END or (mark.kind == POLE and None in (mark.left, mark.right)):
            yield from (place for place in (mark.place - _BEYOND, mark.place + _BEYOND) if known(place))
        elif mark.kind == POLE:
            yield from (mark.place - away, mark.place + away)


def _less_steep(heights: Callable[[float, float], Any], low: float, high: float) -> tuple[float, float]:
    """A range, or three fifths of it where the function is small in most of it."""
    import numpy

    found = abs(heights(low, high))
    found = numpy.where(numpy.isfinite(found), found, 0)
    if found.max() > _STEEP * found[:, 40:121].max() > 0:
        return low + (high - low) / 5, high - (high - low) / 5
    return low, high


def _further(heights: Callable[[float, float], Any], low: float, high: float) -> tuple[float, float]:
    """A range with round ends, as far as the default one on either side where the function stays in the picture there."""
    import numpy

    def height(low: float, high: float) -> float:
        found = heights(low, high)
        return float(found.max() - found.min()) if numpy.isfinite(found).all() else math.inf

    most = _HIGHER * height(low, high)
    lower = [low + (min(low, DEFAULT[0]) - low) * share for share in _SHARES]
    upper = [high + (max(high, DEFAULT[1]) - high) * share for share in _SHARES]
    first = next((place for place in lower if height(place, high) <= most < math.inf), low)
    last = next((place for place in upper if height(low, place) <= most < math.inf), high)
    power = 10.0 ** math.floor(math.log10((last - first) / 20))
    step = next(part * power for part in (1, 2, 5, 10) if part * power >= (last - first) / 20)
    return _round(first, step), _round(last, step)
