"""SVG as PNG and PDF, by Typst, which brings its own fonts."""

from __future__ import annotations

from gradcli.output.visible import visible

_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: none)
#set document(title: sys.inputs.title)
#image(bytes(sys.inputs.svg), format: "svg", alt: sys.inputs.title)
"""


def converted(svg: str, format: str, *, title: str, scale: float = 2.0) -> bytes:
    """A drawing in another format.

    Args:
        svg: The drawing.
        format: ``png`` or ``pdf``.
        title: What it shows.
        scale: Pixels of a PNG for each pixel of the drawing.
    """
    import typst

    inputs = {"svg": svg, "title": visible(title)}
    data = typst.compile(_PAGE, format="png" if format == "png" else "pdf", ppi=96 * scale, sys_inputs=inputs, timestamp=0)
    return bytes(data if isinstance(data, bytes) else data[0])
