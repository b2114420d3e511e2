"""The colours of drawings, light and dark."""

from __future__ import annotations

from gradcli.output.diagrams.diagram import Kind


class Theme:
    """Colours.

    Args:
        paper: The background.
        ink: Text and borders.
        faint: What matters less.
        flow: Where a gradient flows.
        error: Where shapes do not fit.
        fills: What boxes are filled with, by kind.
    """

    def __init__(self, paper: str, ink: str, faint: str, flow: str, error: str, fills: dict[Kind, str]) -> None:
        self.paper = paper
        self.ink = ink
        self.faint = faint
        self.flow = flow
        self.error = error
        self.fills = fills


LIGHT = Theme(
    "#ffffff",
    "#1b1f24",
    "#5b6470",
    "#b3361b",
    "#c8102e",
    {
        Kind.VARIABLE: "#dff1e4",
        Kind.CONSTANT: "#eceff2",
        Kind.OPERATION: "#e3eefa",
        Kind.OUTPUT: "#fdeccb",
        Kind.FUNCTION: "#f0e6f8",
        Kind.ACCUMULATE: "#dff1e4",
        Kind.BROKEN: "#fde3e6",
        Kind.OMITTED: "#ffffff",
    },
)
DARK = Theme(
    "#14181d",
    "#e8ebef",
    "#a3aeba",
    "#ff9b7a",
    "#ff6b7d",
    {
        Kind.VARIABLE: "#1e3d2b",
        Kind.CONSTANT: "#2b323a",
        Kind.OPERATION: "#1d3350",
        Kind.OUTPUT: "#4a3710",
        Kind.FUNCTION: "#3a2850",
        Kind.ACCUMULATE: "#1e3d2b",
        Kind.BROKEN: "#4a1620",
        Kind.OMITTED: "#14181d",
    },
)
