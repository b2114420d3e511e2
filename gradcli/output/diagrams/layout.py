"""Where the boxes and arrows of a diagram go: a layered drawing (Sugiyama, Tagawa and Toda, Methods for visual understanding of
hierarchical system structures, IEEE Transactions on Systems, Man, and Cybernetics 11(2), 1981).

The layout itself is graphlay's. Lengths are in the unit of the sizes given: pixels for pictures, characters for a terminal.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from itertools import pairwise

from gradcli.errors import columns, said
from gradcli.frozen import replace
from gradcli.output.diagrams.diagram import Diagram, Part
from gradcli.output.diagrams.graphviz_layout import graphviz_layout, program
from gradcli.output.diagrams.places import Measures, Placed, Point, Routed, Sheet, joined
from gradcli.typing import Any

_EFFORT = 150
"""Boxes and labels up to which crossings are looked for with patience: beyond, that takes most of the time and finds few."""


def lay_out(diagram: Diagram, measures: Measures, engine: str = "auto") -> list[Sheet]:
    """The places of all boxes and arrows of a diagram, its parts one below the other.

    Args:
        diagram: The diagram; its parts hold no more than can be drawn.
        measures: How much room things take.
        engine: ``graphlay``, ``graphviz``, or ``auto``: graphlay, and Graphviz, where it is installed, for what graphlay draws
            with lines through boxes.

    Raises:
        GradcliError: Graphviz is asked for and is not installed.
    """
    sheets: list[Sheet] = []
    top = 0.0
    for part in diagram.parts:
        title = measures.title if _heading(part) else 0.0
        sheet = _sheet(part, diagram.direction, measures, engine, top, title)
        sheets.append(sheet)
        top = sheet.y + title + sheet.height + measures.part_gap
    return sheets


def folded(sheet: Sheet, rows: int, measures: Measures) -> Sheet | None:
    """A drawing from left to right in several rows, as text is; None where there is no place between its boxes to break it.

    Args:
        sheet: The drawing.
        rows: How many rows.
        measures: How much room things take.
    """
    taken = [(box.x - box.width / 2, box.x + box.width / 2) for box in sheet.boxes]
    labels = [(arrow.label[0], measures.label(arrow.arrow)[0] / 2) for arrow in sheet.arrows if arrow.label is not None]
    taken += [(x - half, x + half) for x, half in labels]
    places: list[float] = []
    end = 0.0
    for left, right in sorted(taken):
        middle = (left + end) / 2
        if left - end > measures.lane and all(_crossings(arrow, middle) < 2 for arrow in sheet.arrows):
            places.append(middle)
        end = max(end, right)
    wanted = [sheet.width * row / rows for row in range(1, rows)]
    cuts = [min(places, key=lambda place: abs(place - at)) for at in wanted] if places else []
    if not cuts or len(set(cuts)) < len(cuts):
        return None
    edges = [0.0, *cuts, sheet.width]
    margin = max(columns(box.box.name) for box in sheet.boxes) * 6.0 + 2 * measures.lane
    boxes: list[Placed] = []
    arrows: list[Routed] = []
    top, width = sheet.y + (measures.title if sheet.title else 0.0), 0.0
    for left, right in pairwise(edges):
        inside = [box for box in sheet.boxes if left < box.x < right]
        lines = [piece for arrow in sheet.arrows if (piece := _between(arrow, left, right)) is not None]
        heights = [y for box in inside for y in (box.y - box.height / 2, box.y + box.height / 2)]
        heights += [y for line in lines for _, y in line.points]
        over, under = top - min(heights) + measures.lane, max(heights) - min(heights)
        along = (margin if left else 0.0) - left
        boxes += [replace(box, x=box.x + along, y=box.y + over) for box in inside]
        for line in lines:
            points = tuple([(x + along, y + over) for x, y in line.points])
            label = line.label and (line.label[0] + along, line.label[1] + over)
            arrows.append(replace(line, points=points, label=label))
        width = max(width, right + along + (measures.lane if right < sheet.width else 0.0))
        top += under + 2 * measures.lane + measures.node_gap
    return replace(sheet, boxes=boxes, arrows=arrows, width=width, height=top - measures.node_gap - sheet.y)


def _crossings(arrow: Routed, x: float) -> int:
    return sum(min(a, b) <= x < max(a, b) for (a, _), (b, _) in pairwise(arrow.points))


def _between(arrow: Routed, left: float, right: float) -> Routed | None:
    """The part of an arrow from left to right that lies between two vertical lines; None where none does."""
    points: list[Point] = []
    for (ax, ay), (bx, by) in pairwise(arrow.points):
        for x in (ax, *[cut for cut in (left, right) if min(ax, bx) < cut < max(ax, bx)], bx):
            if left <= x <= right:
                points.append((x, ay if ax == bx else ay + (by - ay) * (x - ax) / (bx - ax)))
    points = list(dict.fromkeys(points))
    while len(points) > 1 and points[1][0] == left:  # a line along the break belongs to the row before it
        del points[0]
    if len(points) < 2:
        return None
    label = arrow.label if arrow.label is not None and left < arrow.label[0] < right else None
    return replace(arrow, points=tuple(points), label=label, begins=arrow.points[0][0] >= left, ends=arrow.points[-1][0] <= right)


def _heading(part: Part) -> str:
    """The title of a part, with what is left out of it."""
    cut = said(f"{part.shown:,} of {part.total:,} nodes, those nearest to the output") if part.shown < part.total else ""
    return ": ".join(piece for piece in (said(part.title), cut) if piece)


def extent(sheets: Sequence[Sheet], measures: Measures) -> tuple[float, float]:
    """The width and height of a drawing."""
    heights = [sheet.y + (measures.title if sheet.title else 0.0) + sheet.height for sheet in sheets]
    return max((sheet.x + sheet.width for sheet in sheets), default=0.0), max(heights, default=0.0)


def _sheet(part: Part, direction: str, measures: Measures, engine: str, top: float, title: float) -> Sheet:
    boxes, arrows = list(part.boxes()), list(part.arrows())
    if not boxes:
        return Sheet(_heading(part), (), (), 0.0, top, 0.0, 0.0)
    numbers = {box.id: number for number, box in enumerate(boxes)}
    request = {
        "nodes": [
            {"key": box.id, "size": _size(measures.box(box)), "shape": "ellipse" if box.kind in measures.round else "box"}
            for box in boxes
        ],
        "edges": [
            {
                "source": numbers[arrow.source],
                "target": numbers[arrow.target],
                **({"label_size": _size(measures.label(arrow))} if arrow.label else {}),
            }
            for arrow in arrows
        ],
    }
    if any(arrow.label for arrow in arrows):
        halved = replace(measures, layer_gap=measures.layer_gap * 0.45)
        found = _joined(_placed(_split(request), direction, halved, engine), request)
    else:
        found = _placed(request, direction, measures, engine)
    left, upper, right, lower = _bounds(found, [measures.label(arrow) if arrow.label else None for arrow in arrows])
    down = top + title - upper

    def point(place: dict[str, float]) -> Point:
        return place["x"] - left, place["y"] + down

    placed = [
        Placed(box, *point(node["center"]), node["size"]["width"], node["size"]["height"])
        for box, node in zip(boxes, found["nodes"], strict=True)
    ]
    routed = [
        Routed(arrow, tuple(map(point, edge["points"])), point(edge["label_anchor"]) if arrow.label else None)
        for arrow, edge in zip(arrows, found["edges"], strict=True)
    ]
    return Sheet(_heading(part), placed, joined(placed, routed, measures, direction), 0.0, top, right - left, lower - upper)


def _split(request: dict[str, Any]) -> dict[str, Any]:
    """The graph with each label as a node on its edge, so that it takes the room that it needs and lies on nothing else.

    Where some edges have labels, those without get a point instead: boxes stay in the layers that they would have.
    """
    nodes, edges = list(request["nodes"]), []
    for edge in request["edges"]:
        edges += [{"source": edge["source"], "target": len(nodes)}, {"source": len(nodes), "target": edge["target"]}]
        nodes.append({"key": f"label {len(nodes)}", "size": edge.get("label_size", _size((1.0, 1.0))), "shape": "box"})
    return {"nodes": nodes, "edges": edges}


def _joined(found: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """A layout of a split graph as one of the graph itself: the two halves of an edge meet in its label."""
    labels = iter(found["nodes"][len(request["nodes"]) :])
    halves = iter(found["edges"])
    edges: list[dict[str, Any]] = []
    for _ in request["edges"]:
        first, second, middle = next(halves), next(halves), next(labels)["center"]
        edges.append({"points": [*first["points"], middle, *second["points"]], "label_anchor": middle})
    return {"nodes": found["nodes"][: len(request["nodes"])], "edges": edges}


def _bounds(found: dict[str, Any], labels: Sequence[tuple[float, float] | None]) -> tuple[float, float, float, float]:
    """Left, upper, right and lower edge of what is drawn, labels included."""
    places = [(node["center"], node["size"]["width"], node["size"]["height"]) for node in found["nodes"]]
    places += [(point, 0.0, 0.0) for edge in found["edges"] for point in edge["points"]]
    places += [(edge["label_anchor"], *label) for edge, label in zip(found["edges"], labels, strict=True) if label is not None]
    return (
        min(at["x"] - width / 2 for at, width, _ in places),
        min(at["y"] - height / 2 for at, _, height in places),
        max(at["x"] + width / 2 for at, width, _ in places),
        max(at["y"] + height / 2 for at, _, height in places),
    )


def _size(size: tuple[float, float]) -> dict[str, float]:
    return {"width": size[0], "height": size[1]}


def _placed(request: dict[str, Any], direction: str, measures: Measures, engine: str) -> dict[str, Any]:
    """The layout: where slanting lines run through boxes, with straight ones, or by Graphviz, if that is better."""
    import graphlay

    if engine == "graphviz":
        return graphviz_layout(request, direction, measures.layer_gap, measures.node_gap)
    gap = measures.lane
    options: dict[str, Any] = {
        "direction": "leftright" if direction == "LR" else "topbottom",
        "spacing": {
            "layer_gap": measures.layer_gap,
            "node_gap": measures.node_gap,
            "dummy_gap": max(gap, measures.node_gap / 2),
            "port_gap": gap,
            "port_stroke_clear": gap,
            "stub": gap,
            "bundle_lane_gap": gap,
            "edge_label_margin": gap,
            "isolated_gap": measures.node_gap,
        },
        "routing": {"style": "diagonal", "lane_gap": gap},
        "labels": {"reservation": "always"},
        "effort": "balanced" if len(request["nodes"]) <= _EFFORT else "fast",
    }
    first = _uninterrupted(graphlay, request, options)
    if not _hits(first):
        return dict(first.raw)
    options["routing"] = {"style": "orthogonal", "lane_gap": gap}
    second = _uninterrupted(graphlay, request, options)
    if _hits(second) and engine == "auto" and program() is not None:
        return graphviz_layout(request, direction, measures.layer_gap, measures.node_gap)
    return dict(second.raw if _hits(second) < _hits(first) else first.raw)


def _uninterrupted(graphlay: Any, request: dict[str, Any], options: dict[str, Any]) -> Any:
    """A layout that Ctrl-C ends at once, with the process: Python's own handler would wait for the library."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:  # signals reach the main thread alone, and this is another one
        return graphlay.layout(request, options=options)
    try:
        return graphlay.layout(request, options=options)
    finally:
        signal.signal(signal.SIGINT, before)


def _hits(layout: Any) -> int:
    """How many lines run through boxes."""
    hits: int = layout.metrics()["node_edge_hits"]
    return hits
