"""The formats of `gradcli graph`: which view writes each, what is cut where a graph is large, and what is said of it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradcli.autodiff.passes.tape import Tape
from gradcli.cli.framework.streams import can_print_signs, wants_rich, write, write_bytes, write_note, write_warning
from gradcli.errors import GradcliError
from gradcli.output.diagrams.diagram import Diagram
from gradcli.output.diagrams.drawing import BINARY, MOST_SHOWN, writer
from gradcli.output.diagrams.of_run import diagram, static_parts
from gradcli.output.reports.tables import TABLE_ROWS

if TYPE_CHECKING:
    from gradcli.output.reports.blocks import Block, Style
    from gradcli.output.terminal.canvas import Segment

_MOST = {"draw": 60, "tree": 2_000, **dict.fromkeys(("svg", "png", "pdf", "html", "tikz"), MOST_SHOWN)}
"""Nodes up to which a format shows a whole graph without being asked; the others show any number."""

_DOCUMENTS = ("svg", "html", "tikz", "dot", "mermaid", "graphml")

LONG_LAYOUT = 1_000
"""Nodes from which on a layout takes long."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a call asks for.

    Attributes:
        tape: The run.
        text: The source text.
        warnings: What a document should warn of.
        format: The format.
        view: ``forward``, ``backward`` or ``both``.
        direction: ``LR`` or ``TB``; None for what suits the format.
        depth: How far from the output nodes may be; None for any distance.
        most: The most nodes to show; None for what suits the format.
        everything: Whether every node is shown.
        collapsed: Whether the blocks of branches and loops are left out.
        theme: ``auto``, ``light`` or ``dark``.
        layout: What lays out pictures.
        ascii: Without signs beyond ASCII.
    """

    tape: Tape
    text: str
    warnings: Sequence[str]
    format: str
    view: str
    direction: str | None
    depth: int | None
    most: int | None
    everything: bool
    collapsed: bool
    theme: str
    layout: str
    ascii: bool

    @property
    def limit(self) -> int | None:
        """The most nodes to show of a graph."""
        if self.everything:
            return None
        return self.most if self.most is not None else _MOST.get(self.format)

    @property
    def shown(self) -> Tape:
        """The graph that is shown: of a static run the one that was built, with its branches and loops."""
        return self.tape.static or self.tape

    def diagram(self, direction: str = "LR") -> Diagram:
        """What is drawn.

        Raises:
            GradcliError: There is no backward graph.
        """
        paged = self.format == "html"  # a page steps through what ran, and shows below what was built
        drawing = diagram(
            self.tape if paged else self.shown,
            title=self.text,
            view=self.view,
            direction=self.direction or direction,
            depth=self.depth,
            most=self.limit,
            collapsed=self.collapsed,
            board=not self.ascii,
        )
        if not paged or not self.shown.graph.blocks:
            return drawing
        if self.tape.symbolic:
            name = next(iter(self.tape.graph.variables), "x")
            raise GradcliError("a page of a graph with branches or loops steps through a run", hint=f"add --{name} VALUE")
        static = list(static_parts(self.shown, depth=self.depth, most=self.limit, collapsed=self.collapsed))
        return replace(drawing, parts=[*drawing.parts, *static])


def show(request: Request) -> None:
    """Write to standard output what was asked for.

    Raises:
        GradcliError: A picture would be written to a terminal, or standard output cannot be written to.
    """
    if not request.ascii and not can_print_signs(sys.stdout) and request.format in ("tree", "draw", "table"):
        request = replace(request, ascii=True)
    if request.format == "table":
        from gradcli.cli.views.show import show_blocks

        shown = _checked(request, request.diagram())
        show_blocks(lambda style: _tables(request, shown, style), None, ascii=request.ascii)
    elif request.format == "draw" and wants_rich(sys.stdout):
        from gradcli.output.terminal.draw import rich_drawing

        write([rich_drawing(_drawing(request), sys.stdout)])
    elif request.format in BINARY:
        if sys.stdout is not None and sys.stdout.isatty():
            raise GradcliError(f"{request.format} is not for a terminal", hint=f"add -o graph.{request.format}, or --open")
        write_bytes(_picture(request))
    elif request.format in _DOCUMENTS and not can_print_signs(sys.stdout):
        write_bytes("".join(_text(request)).encode())  # a document is UTF-8, whatever the stream would have text be
    else:
        write(_text(request))


def pieces(request: Request) -> Iterable[str] | bytes:
    """The content of a file."""
    return _picture(request) if request.format in BINARY else _text(request)


def open_in_browser(request: Request, path: str | None) -> None:
    """Write a page or picture and show it in the browser.

    Args:
        request: What to write.
        path: The file; None for one in a temporary folder.

    Raises:
        GradcliError: The file cannot be written.
    """
    import tempfile
    import webbrowser

    from gradcli.output.files import write_file

    content = pieces(request)
    if path is None:
        path = os.path.join(tempfile.mkdtemp(prefix="gradcli-"), f"graph.{request.format}")
    write_file(path, content)
    write_note(f"written to {path}")
    if not webbrowser.open(f"file://{os.path.abspath(path)}"):
        write_warning(f"no browser was found: open {path} yourself")


def _text(request: Request) -> Iterable[str]:
    """The pieces of a text format."""
    if request.format == "json":
        from gradcli.output.records.graph import graph_json

        _check_whole(request)
        ascii = request.ascii or not can_print_signs(sys.stdout)
        backward = request.view != "forward"
        return graph_json(
            request.shown, request.text, request.warnings, backward=backward, removed=request.tape.removed, ascii=ascii
        )
    if request.format == "table":
        from gradcli.output.reports.blocks import Style
        from gradcli.output.reports.plain import plain_lines

        shown = _checked(request, request.diagram())
        return (f"{line}\n" for line in plain_lines(_tables(request, shown, Style(request.ascii))))
    if request.format == "draw":
        return ("".join(segment.text for segment in line) + "\n" for line in _drawing(request))
    drawing = _checked(request, request.diagram())
    if request.format == "mermaid":
        from gradcli.output.diagrams.mermaid import mermaid_warning

        warning = mermaid_warning(drawing)
        if warning:
            write_warning(warning)
    write_format = writer(request.format)
    if request.format == "tree":
        return write_format(drawing, ascii=request.ascii)
    if request.format in ("svg", "html"):
        return list(write_format(drawing, theme=request.theme, engine=request.layout))
    if request.format == "tikz":
        return list(write_format(drawing, engine=request.layout))
    return write_format(drawing)


def _tables(request: Request, shown: Diagram, style: Style) -> Iterator[Block]:
    from gradcli.output.reports.tables import diagram_tables

    limited = request.everything or request.most is not None or request.depth is not None
    yield from diagram_tables(shown, style, rows=None if limited else TABLE_ROWS)
    if request.tape.removed:
        from gradcli.output.reports.removed import removed_tables

        yield from removed_tables(request.tape.removed, request.text, style)


def _drawing(request: Request) -> list[list[Segment]]:
    """The drawing for a terminal: from left to right where that fits, else from top to bottom if that is narrower."""
    from gradcli.output.terminal.draw import drawn, drawn_width

    width = shutil.get_terminal_size().columns
    lines = drawn(_checked(request, request.diagram("LR")), ascii=request.ascii)
    if drawn_width(lines) > width and request.direction is None:
        upright = drawn(request.diagram("TB"), ascii=request.ascii)
        lines = min(lines, upright, key=drawn_width)
    wide = drawn_width(lines)
    if wide > width and sys.stdout is not None and sys.stdout.isatty():
        write_warning(f"the drawing is {wide} columns wide and the terminal {width}: pipe it into less -S, or write -o graph.svg")
    return lines


def _picture(request: Request) -> bytes:
    """A PNG or PDF."""
    from gradcli.output.diagrams.raster import converted, png_scale, size_of

    drawing = _checked(request, request.diagram())
    theme = "light" if request.theme == "auto" else request.theme
    svg = "".join(writer("svg")(drawing, theme=theme, engine=request.layout))
    if request.format == "png" and png_scale(svg) < 1:
        width, height = size_of(svg)
        sharp = "svg and pdf stay sharp, --max-shown N and --depth N show less"
        write_warning(f"the drawing has {width:,} by {height:,} pixels and is scaled by {png_scale(svg):.2f}: {sharp}")
    return converted(svg, request.format, title=drawing.title)


def _check_whole(request: Request) -> None:
    """JSON is always whole: it can be read back."""
    for option, given in (("--depth", request.depth), ("--max-shown", request.most)):
        if given is not None:
            raise GradcliError(f"json holds the whole graph, and {option} would cut it", hint=f"leave out {option}")


def _checked(request: Request, drawing: Diagram) -> Diagram:
    """The drawing; standard error says what it leaves out, that nothing runs backward, and that a layout takes long."""
    tape = request.tape
    if request.view != "forward" and not tape.requires_grad[tape.output]:
        write_warning(f"{tape.names[tape.output]} carries no gradient: nothing runs backward")
    for part in drawing.parts:
        if request.limit is not None and part.shown == request.limit < part.total:
            what = f"{part.title}: " if part.title else ""
            more = (
                "" if request.most else "; --all shows every one, --max-shown N so many, --format list or dot writes them quickly"
            )
            write_warning(f"{what}{part.shown:,} of {part.total:,} nodes are shown, those nearest to the output{more}")
        if part.shown >= LONG_LAYOUT and request.format in _MOST and request.format != "tree":
            write_note(f"laying out {part.shown:,} nodes can take minutes; Ctrl-C ends it")
    return drawing
