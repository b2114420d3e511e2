"""The outlines of boxes and arrows in an SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradcli.output.diagrams.diagram import Kind
from gradcli.output.diagrams.places import Placed, Point

HEXAGON_CUT = 12.0
SIGNAL_CUT = 16.0
"""How far the corners of a backward function, and the tips of AccumulateGrad, lie inwards."""

BROKEN_CUT = 5.0
"""How much is cut off at the corners of an operation whose operands do not fit."""

ROUND = 7.0
"""How much the corners of lines are rounded."""

HEAD = 8.0
"""The length of the head of an arrow."""


def shape_of_kind(kind: Kind, x: float, y: float, width: float, height: float) -> str:
    """The outline of a box of a kind, from its left upper corner and its size."""

    def rectangle(radius: float, name: str = "shape", inset: float = 0) -> str:
        return (
            f'<rect class="{name}" x="{x + inset:.1f}" y="{y + inset:.1f}" width="{width - 2 * inset:.1f}" '
            f'height="{height - 2 * inset:.1f}" rx="{radius:g}"/>'
        )

    def polygon(points: Sequence[Point]) -> str:
        return f'<polygon class="shape" points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in points)}"/>'

    right, lower, middle = x + width, y + height, y + height / 2
    if kind is Kind.VARIABLE:
        return f'<ellipse class="shape" cx="{x + width / 2:.1f}" cy="{middle:.1f}" rx="{width / 2:.1f}" ry="{height / 2:.1f}"/>'
    if kind is Kind.CONSTANT:
        return rectangle(min(width, height) / 2)
    if kind is Kind.OUTPUT:
        return rectangle(3) + rectangle(1.5, "inner", 3.5)
    if kind is Kind.FUNCTION:
        cut = min(HEXAGON_CUT, width / 4)
        return polygon([(x + cut, y), (right - cut, y), (right, middle), (right - cut, lower), (x + cut, lower), (x, middle)])
    if kind is Kind.ACCUMULATE:
        cut = SIGNAL_CUT
        return polygon([(x, y), (right - cut, y), (right, middle), (right - cut, lower), (x, lower), (x + cut * 0.7, middle)])
    if kind is Kind.BROKEN:
        near, far, top, low = x + BROKEN_CUT, right - BROKEN_CUT, y + BROKEN_CUT, lower - BROKEN_CUT
        return polygon([(near, y), (far, y), (right, top), (right, low), (far, lower), (near, lower), (x, low), (x, top)])
    return rectangle(5)


def on_border(point: Point, placed: Placed) -> Point:
    """A point on a side of a rectangle, on the border of the shape that is drawn in it."""
    x, y = point
    right, down = x - placed.x, y - placed.y
    if abs(abs(right) - placed.width / 2) > 0.5:  # a point of the upper or the lower side
        inwards = _round_off(placed, abs(right) - placed.width / 2)
        return x, y - inwards * (1 if down > 0 else -1)
    away = min(1.0, abs(down) / (placed.height / 2))
    if placed.box.kind is Kind.FUNCTION:
        inwards = HEXAGON_CUT * away
    elif placed.box.kind is Kind.ACCUMULATE:
        inwards = SIGNAL_CUT * (away if right > 0 else 0.7 * (1 - away))
    else:
        inwards = _round_off(placed, abs(down) - placed.height / 2)
    return x - inwards * (1 if right > 0 else -1), y


def _round_off(placed: Placed, over: float) -> float:
    """How far a round corner of a constant lies inwards where a side has `over` more to go to its end, below 0."""
    radius = min(placed.width, placed.height) / 2
    if placed.box.kind is not Kind.CONSTANT or over < -radius:
        return 0.0
    return radius - math.sqrt(radius**2 - min(radius, radius + over) ** 2)


def arrow_paths(points: Sequence[Point]) -> tuple[str, str]:
    """The path of a line with rounded corners, and the corners of its head."""
    (bx, by), (tx, ty) = points[-2], points[-1]
    length = max(((tx - bx) ** 2 + (ty - by) ** 2) ** 0.5, 1e-9)
    ux, uy = (tx - bx) / length, (ty - by) / length
    neck = (tx - ux * HEAD * 0.8, ty - uy * HEAD * 0.8)
    wing = HEAD * 0.42
    back = (tx - ux * HEAD, ty - uy * HEAD)
    corners = [(tx, ty), (back[0] - uy * wing, back[1] + ux * wing), (back[0] + uy * wing, back[1] - ux * wing)]
    return rounded([*points[:-1], neck]), " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def rounded(points: Sequence[Point]) -> str:
    """The path of a line whose corners are rounded."""
    pieces = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(corner, before), _towards(corner, after)
        pieces.append(f"L{start[0]:.1f} {start[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {end[0]:.1f} {end[1]:.1f}")
    pieces.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return "".join(pieces)


def _towards(start: Point, end: Point) -> Point:
    """A point at the distance of the rounding, or halfway to the end where that is nearer."""
    length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    share = min(0.5, ROUND / length) if length else 0.0
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
