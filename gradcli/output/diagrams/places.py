"""Boxes and arrows in their places, and how they meet: arrows begin and end on the sides that face the way, away from corners.

Lengths are in the unit of the sizes given: pixels for pictures, points for TeX.
"""

from __future__ import annotations

import functools
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

from gradcli.frozen import Frozen, replace
from gradcli.output.diagrams.diagram import Arrow, Box, Kind

Point = tuple[float, float]

_REACH = 0.7
"""How far from the middle of a side an arrow may begin or end, as a share of half of the side."""

_TRIED = (0.0, 0.35, -0.35, 0.7, -0.7)
"""Where else it may, where something lies in its way."""


class Placed(Frozen):
    """A box in its place.

    Attributes:
        box: The box.
        x: The middle, from the left.
        y: The middle, from the top.
        width: Its width.
        height: Its height.
    """

    box: Box
    x: float
    y: float
    width: float
    height: float


class Routed(Frozen):
    """An arrow in its place.

    Attributes:
        arrow: The arrow.
        points: The corners of its line, from the border of its source to that of its target.
        label: The middle of its label; None where it has none.
        begins: Whether it begins at its source, not in a row above.
        ends: Whether it ends at its target, and does not go on in the row below.
    """

    arrow: Arrow
    points: tuple[Point, ...]
    label: Point | None = None
    begins: bool = True
    ends: bool = True


class Sheet(Frozen):
    """A part of a diagram, laid out.

    Attributes:
        title: What it shows.
        boxes: The boxes.
        arrows: The arrows.
        x: The left edge of the part in the whole drawing.
        y: The upper edge of its title, or of the drawing where it has none.
        width: The width of the part.
        height: The height of the part, without its title.
    """

    title: str
    boxes: Sequence[Placed]
    arrows: Sequence[Routed]
    x: float
    y: float
    width: float
    height: float


class Measures(Frozen):
    """How much room things take.

    Attributes:
        box: The width and height of a box.
        label: The width and height of the label of an arrow.
        layer_gap: The distance between layers.
        node_gap: The distance between boxes of a layer.
        lane: The distance between lines that run side by side.
        title: The height of the title of a part.
        part_gap: The distance between parts.
        round: The kinds of boxes that are ellipses.
    """

    box: Callable[[Box], tuple[float, float]]
    label: Callable[[Arrow], tuple[float, float]]
    layer_gap: float
    node_gap: float
    lane: float
    title: float
    part_gap: float
    round: frozenset[Kind] = frozenset()


def joined(boxes: Sequence[Placed], arrows: Sequence[Routed], measures: Measures, direction: str) -> list[Routed]:
    """The arrows, each from the side of its source to that of its target and through the middles of both ends of its label.

    Where one would go through a box or under a label in this way, it keeps what it can of its old one.

    Args:
        boxes: The boxes, in their places.
        arrows: The arrows as they were routed, which may touch a corner of a box.
        measures: How much room things take.
        direction: ``LR`` or ``TB``.
    """
    along = 0 if direction == "LR" else 1
    ways = [[list(point) for point in arrow.points] for arrow in arrows]
    ends: dict[tuple[str, int], list[_Way]] = defaultdict(list)
    for way, arrow in zip(ways, arrows, strict=True):
        if arrow.label is not None:
            at = arrow.points.index(arrow.label)
            half = measures.label(arrow.arrow)[along] / 2
            for end, sign in ((way[at::-1], -1), (way[at:], 1)):
                _move(end[1:], arrow.label[1 - along], arrow.label[along] + sign * half, along)
        ends[arrow.arrow.source, 1].append(way)
        ends[arrow.arrow.target, -1].append(way[::-1])
    for box in boxes:
        for sign in (-1, 1):
            _attach(box, sign, ends[box.box.id, sign], measures, along)
    obstacles = _Obstacles(boxes, arrows, measures, along)
    sides = {(box.box.id, sign): functools.partial(_port, box, sign, measures, along) for box in boxes for sign in (-1, 1)}
    return [
        _best(arrow, way, obstacles, (sides[arrow.arrow.source, 1], sides[arrow.arrow.target, -1]))
        for arrow, way in zip(arrows, ways, strict=True)
    ]


def _best(arrow: Routed, way: _Way, obstacles: _Obstacles, sides: Sequence[Callable[[float], Point]]) -> Routed:
    """An arrow along another way, or between other places of the two sides, or with one end of it: the first that is free."""
    new, old, size = [(x, y) for x, y in way], list(arrow.points), len(way)
    ways = [new, *[[sides[0](first), *old[1:-1], sides[1](last)] for first in _TRIED for last in _TRIED]]
    ways += [piece for at in range(1, size) for piece in (new[:at] + old[at:], old[:at] + new[at:])]
    return next((found for points in ways if obstacles.free(found := replace(arrow, points=tuple(points)))), arrow)


_Way = list[list[float]]


def _attach(box: Placed, sign: int, ways: list[_Way], measures: Measures, along: int) -> None:
    """Move the ends of arrows along a side of a box, in their order: straight on where they can be, else towards the middle.

    Args:
        box: The box.
        sign: 1 for the side that arrows leave, -1 for the one that they come to.
        ways: The corners of each line, seen from the box; they are changed.
        measures: How much room things take.
        along: 0 where the drawing runs from left to right, 1 from top to bottom.
    """
    across = 1 - along
    middle, half = (box.x, box.y), (box.width / 2, box.height / 2)
    ways = [way for way in ways if (way[1][along] - middle[along]) * sign > half[along]]
    reach = _REACH * half[across]
    gap = min(measures.lane, 2 * reach / max(len(ways) - 1, 1))
    last = float("-inf")
    for number, way in enumerate(sorted(ways, key=lambda way: (way[0][across], way[1][across]))):
        lowest = middle[across] - reach + number * gap
        highest = middle[across] + reach - (len(ways) - 1 - number) * gap
        last = min(max(way[1][across], lowest, last + gap), highest)
        place = _port(box, sign, measures, along, (last - middle[across]) / half[across])
        _move(way, last, place[along], along)


def _port(box: Placed, sign: int, measures: Measures, along: int, away: float) -> Point:
    """The place on the border of a box at a side of it, as far from its middle as a share of half of the side says."""
    out = sign * ((1 - away**2) ** 0.5 if box.box.kind in measures.round else 1)
    right, down = (out, away) if along == 0 else (away, out)
    return box.x + right * box.width / 2, box.y + down * box.height / 2


def _move(way: _Way, across: float, side: float, along: int) -> None:
    """Move the first point of a line, and its first corner where that is a right angle."""
    if len(way) > 2 and abs(way[1][1 - along] - way[0][1 - along]) < 0.5 and abs(way[2][along] - way[1][along]) < 0.5:
        way[1][1 - along] = across
    way[0][1 - along], way[0][along] = across, side


class _Obstacles:
    """What arrows must not go through: boxes, but for their own, and labels of other arrows."""

    def __init__(self, boxes: Sequence[Placed], arrows: Sequence[Routed], measures: Measures, along: int) -> None:
        found: list[tuple[Point, Point, object]] = [
            ((box.x, box.y), (box.width / 2 - 1, box.height / 2 - 1), box.box.id) for box in boxes
        ]
        for arrow in arrows:
            if arrow.label is not None:
                width, height = measures.label(arrow.arrow)
                found.append((arrow.label, (width / 2, height / 2), arrow.label))
        self.along = along
        self.found = sorted(found, key=lambda one: one[0][along])
        self.places = [middle[along] for middle, _, _ in self.found]
        self.most = max(half[along] for _, half, _ in found)

    def free(self, arrow: Routed) -> bool:
        """Whether an arrow meets none."""
        own = (arrow.arrow.source, arrow.arrow.target, arrow.label)
        for start, end in pairwise(arrow.points):
            low, high = sorted((start[self.along], end[self.along]))
            for middle, half, name in self.found[bisect(self.places, low - self.most) : bisect(self.places, high + self.most)]:
                if name not in own and _meets(start, end, middle, half):
                    return False
        return True


def _meets(start: Point, end: Point, middle: Point, half: Point) -> bool:
    """Whether a piece of a line goes through a rectangle: no axis and no normal of the piece parts them."""
    x, y = (start[0] + end[0]) / 2 - middle[0], (start[1] + end[1]) / 2 - middle[1]
    dx, dy = (end[0] - start[0]) / 2, (end[1] - start[1]) / 2
    return (
        abs(x) < half[0] + abs(dx) and abs(y) < half[1] + abs(dy) and abs(x * dy - y * dx) < half[0] * abs(dy) + half[1] * abs(dx)
    )
