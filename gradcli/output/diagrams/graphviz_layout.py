"""A layout by an installed Graphviz, in the form in which graphlay gives one."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Iterator

from gradcli.errors import GradcliError
from gradcli.typing import Any

SECONDS = 30
"""How long Graphviz may take."""

_POINTS_PER_INCH = 72.0


@functools.cache
def program() -> str | None:
    """Where Graphviz's ``dot`` is; None where it is not installed."""
    return shutil.which("dot")


def graphviz_layout(request: dict[str, Any], direction: str, layer_gap: float, node_gap: float) -> dict[str, Any]:
    """Lay out a graph by ``dot``.

    Args:
        request: Nodes with sizes and shapes, edges with sizes of labels, as graphlay takes them; one unit is a point.
        direction: ``LR`` or ``TB``.
        layer_gap: The distance between layers.
        node_gap: The distance between nodes of a layer.

    Raises:
        GradcliError: Graphviz is not installed, fails, or takes too long.
    """
    path = program()
    if path is None:
        raise GradcliError("Graphviz is not installed", hint="install it, or leave out --layout graphviz")
    text = "".join(_source(request, direction, layer_gap, node_gap))
    try:
        done = subprocess.run([path, "-Tplain"], input=text.encode(), capture_output=True, timeout=SECONDS, check=True)
    except subprocess.TimeoutExpired:
        raise GradcliError(f"Graphviz took more than {SECONDS} seconds", hint="show fewer nodes: --max-shown N") from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise GradcliError(f"Graphviz failed: {error}", hint="leave out --layout graphviz") from None
    return _read(done.stdout.decode(), request)


def _source(request: dict[str, Any], direction: str, layer_gap: float, node_gap: float) -> Iterator[str]:
    gaps = f"ranksep={layer_gap / _POINTS_PER_INCH:.3f} nodesep={node_gap / _POINTS_PER_INCH:.3f}"
    yield f"digraph {{ graph [rankdir={direction} splines=polyline nslimit=2 nslimit1=2 {gaps}] node [fixedsize=true]\n"
    for number, node in enumerate(request["nodes"]):
        size = node["size"]
        width, height = size["width"] / _POINTS_PER_INCH, size["height"] / _POINTS_PER_INCH
        yield f"{number} [shape={node['shape']} width={width:.4f} height={height:.4f}]\n"
    for number, edge in enumerate(request["edges"]):
        label = edge.get("label_size")
        room = ""
        if label is not None:
            cell = f'WIDTH="{label["width"]:.0f}" HEIGHT="{label["height"]:.0f}" FIXEDSIZE="TRUE"'
            room = f' label=<<TABLE BORDER="0" CELLBORDER="0" {cell}><TR><TD></TD></TR></TABLE>>'
        yield f"{edge['source']} -> {edge['target']} [arrowhead=none comment={number}{room}]\n"
    yield "}\n"


def _read(text: str, request: dict[str, Any]) -> dict[str, Any]:
    """The places in Graphviz's plain format, whose y grows upwards."""
    nodes: list[dict[str, Any]] = [{} for _ in request["nodes"]]
    routes: dict[tuple[int, int], list[dict[str, Any]]] = {}

    def point(x: str, y: str) -> dict[str, float]:
        return {"x": float(x) * _POINTS_PER_INCH, "y": -float(y) * _POINTS_PER_INCH}

    for line in text.splitlines():
        words = line.split()
        if words[0] == "node":
            number = int(words[1])
            nodes[number] = {"center": point(words[2], words[3]), "size": request["nodes"][number]["size"]}
        elif words[0] == "edge":
            count = int(words[3])
            places = [point(words[4 + 2 * at], words[5 + 2 * at]) for at in range(count)]
            rest = words[4 + 2 * count :]
            label = point(rest[-4], rest[-3]) if len(rest) >= 5 else None
            route = {"points": places[::3], "label_anchor": label}  # straight pieces: every third point is a corner
            routes.setdefault((int(words[1]), int(words[2])), []).append(route)
    edges = [routes[edge["source"], edge["target"]].pop(0) for edge in request["edges"]]
    return {"nodes": nodes, "edges": edges}
