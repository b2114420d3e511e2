"""A diagram on a terminal: boxes and arrows of characters, in layers.

What something is, its shape says as well as its colour: each kind of box has a border of its own, and wires along which a
gradient flows are heavy, others dashed. Where two wires cross, one passes over the other; where one forks, there is a junction.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from gradcli.errors import columns, said
from gradcli.output.box_drawing.canvas import Segment, Wire
from gradcli.output.box_drawing.draw_part import ARROWS, ASCII_ARROWS, BROKEN_HEADS, PartDrawing, borders
from gradcli.output.diagrams.diagram import MEANINGS, Diagram, Kind
from gradcli.output.reports.blocks import Style
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO

COLOURS = {
    "heading": "bold cyan",
    "title": "bold",
    "adjoint": "red",
    "fact": "dim",
    "error": "bold red",
    "faint": "dim",
    "flow": "red",
    "label": "red",
    "line": "dim",
    "colour 0": "bright_blue",
    "colour 1": "bright_red",
    "colour 2": "green",
    "colour 3": "magenta",
    "colour 4": "yellow",
    "colour 5": "cyan",
    Kind.VARIABLE.value: "green",
    Kind.CONSTANT.value: "dim",
    Kind.OPERATION.value: "blue",
    Kind.OUTPUT.value: "yellow",
    Kind.FUNCTION.value: "magenta",
    Kind.ACCUMULATE.value: "green",
    Kind.BROKEN.value: "bold red",
    Kind.OMITTED.value: "dim",
}
"""How Rich shows each style; the others as they are."""


def drawn(diagram: Diagram, *, ascii: bool = False, legend: bool = True) -> list[list[Segment]]:
    """The drawing, as lines of styled pieces.

    Args:
        diagram: The diagram; its parts hold no more than can be drawn.
        ascii: Without signs beyond ASCII; names of variables stay as they are.
        legend: Whether a line at the end says what shapes and wires mean.
    """
    lines: list[list[Segment]] = []
    for part in diagram.parts:
        if lines:
            lines.append([])
        if part.title:
            lines += [[Segment(Style(ascii).text(said(part.title)), "heading")], []]
        lines += PartDrawing(part, diagram.direction, ascii).lines()
        if part.shown < part.total:
            lines.append([Segment(said(f"{part.shown:,} of {part.total:,} nodes"), "faint")])
    if legend:
        lines += [[], *_legend(diagram, ascii)]
    return lines


def drawn_text(diagram: Diagram, *, ascii: bool = False, legend: bool = True) -> Iterator[str]:
    """The lines of the drawing as plain text; see :func:`drawn`."""
    for line in drawn(diagram, ascii=ascii, legend=legend):
        yield "".join(segment.text for segment in line)


def rich_drawing(lines: Sequence[Sequence[Segment]], stream: IO[str]) -> str:
    """A drawing as a terminal shows it, in its colours; lines are not broken, however narrow the terminal is.

    Args:
        lines: The drawing; see :func:`drawn`.
        stream: The stream that it will be written to; Rich asks it for its abilities.
    """
    from rich.console import Console
    from rich.text import Text

    force = None if stream.isatty() else True
    console = Console(file=stream, force_terminal=force, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        for line in lines:
            text = Text.assemble(*((segment.text, COLOURS.get(segment.style, "")) for segment in line))
            console.print(text, soft_wrap=True)
    return capture.get()


def drawn_width(lines: Sequence[Sequence[Segment]]) -> int:
    """How many columns of a terminal a drawing takes."""
    return max((sum(columns(segment.text) for segment in line) for line in lines), default=0)


def cropped(lines: Sequence[Sequence[Segment]], width: int) -> list[list[Segment]]:
    """The left part of a drawing, since a terminal that folds its lines leaves no drawing; › ends a line that goes on."""
    end = Segment("›", "faint")
    return [list(line) if drawn_width([line]) <= width else [*_left_part(line, width - 1), end] for line in lines]


def _left_part(line: Sequence[Segment], width: int) -> Iterator[Segment]:
    for segment in line:
        ends = list(accumulate(map(columns, segment.text)))
        kept = bisect_right(ends, width)
        yield Segment(segment.text[:kept], segment.style)
        if kept < len(ends):
            return
        width -= ends[-1] if ends else 0


LEGEND_COLUMNS = 78
"""Columns after which a legend goes on in the next line."""


def _legend(diagram: Diagram, ascii: bool) -> list[list[Segment]]:
    """What the shapes and wires that occur mean."""
    lines: list[list[Segment]] = []
    for entries in (_kinds(diagram, ascii), _flows(diagram, ascii)):
        fresh = drawn_width([*lines[-1:]]) + 3 + sum(drawn_width([entry]) + 3 for entry in entries) > LEGEND_COLUMNS
        for entry in entries:
            if lines and not fresh and drawn_width([[*lines[-1], *entry]]) + 3 <= LEGEND_COLUMNS:
                lines[-1] += [Segment("   ", ""), *entry]
            else:
                lines.append(entry)
            fresh = False
    return lines


def _kinds(diagram: Diagram, ascii: bool) -> list[list[Segment]]:
    signs = {kind: border.corners[0] + border.sides[0] + border.corners[1] for kind, border in borders(ascii).items()}
    return [[Segment(signs.get(kind, "( )"), kind.value), Segment(f" {said(MEANINGS[kind])}", "faint")] for kind in diagram.kinds]


def _flows(diagram: Diagram, ascii: bool) -> list[list[Segment]]:
    drawn = [arrow for part in diagram.parts for arrow in part.arrows()]
    occurring = {arrow.flows for arrow in drawn if not arrow.broken}
    arrows = ASCII_ARROWS if ascii else ARROWS
    broken = [[Segment(BROKEN_HEADS[ascii].sample, "error"), Segment(f" {said('does not fit')}", "faint")]]
    return [
        [Segment(arrows[flows].sample, Wire(0, flows).style), Segment(f" {said(meaning)}", "faint")]
        for flows, meaning in ((True, "a gradient flows"), (False, "none flows"))
        if flows in occurring
    ] + broken * any(arrow.broken for arrow in drawn)
