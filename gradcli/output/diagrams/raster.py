"""SVG as PNG and PDF, by Typst, which brings its own fonts."""

from __future__ import annotations

import math
import re

from gradcli.output.visible import visible

SCALE = 2.0
"""Pixels of a PNG for each pixel of the drawing, where that does not make too many."""

MOST_PIXELS = 25_000_000
"""The most pixels of a PNG; each takes some 15 bytes while it is made."""

MOST_POINTS = 14_400.0
"""The longest side of a page that every reader of PDF shows."""

_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: none)
#set document(title: sys.inputs.title)
#image(bytes(sys.inputs.svg), format: "svg", alt: sys.inputs.title, width: float(sys.inputs.width) * 1pt)
"""
_POINT = 0.75  # a pixel of SVG in points


def converted(svg: str, format: str, *, title: str) -> bytes:
    """A drawing in another format.

    Args:
        svg: The drawing.
        format: ``png`` or ``pdf``.
        title: What it shows.
    """
    import typst

    width = size_of(svg)[0] * _POINT
    if format == "pdf":
        width *= min(1.0, MOST_POINTS / (max(size_of(svg)) * _POINT))
    inputs = {"svg": svg, "title": visible(title), "width": f"{width:.2f}"}
    resolution = 72 / _POINT * png_scale(svg)
    data = typst.compile(_PAGE, format="png" if format == "png" else "pdf", ppi=resolution, sys_inputs=inputs, timestamp=0)
    return bytes(data if isinstance(data, bytes) else data[0])


def png_scale(svg: str) -> float:
    """Pixels of a PNG for each pixel of a drawing: less than 1 where the drawing is too large to be shown sharply."""
    width, height = size_of(svg)
    return min(SCALE, math.sqrt(MOST_PIXELS / (width * height)))


def size_of(svg: str) -> tuple[int, int]:
    """The width and height of a drawing in pixels."""
    found = re.search(r'<svg [^>]*width="(\d+)" height="(\d+)"', svg)
    assert found is not None
    return int(found[1]), int(found[2])
