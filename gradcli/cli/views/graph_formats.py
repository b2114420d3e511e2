"""The formats of `gradcli graph`: which view writes each, what is cut where a graph is large, and what is said of it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence

from gradcli.autodiff.passes.tape import Tape
from gradcli.cli.framework.choices import split_names
from gradcli.cli.framework.command import choice, flag, some_whole, text, texts
from gradcli.cli.framework.options import SelectOptions
from gradcli.cli.framework.streams import can_print_signs, wants_rich, write, write_note, write_warning
from gradcli.errors import GradcliError, nearest, said
from gradcli.frozen import Frozen, replace
from gradcli.output.diagrams.diagram import CONSTANTS, SHOWN, Diagram, without
from gradcli.output.diagrams.of_run import diagram, layered, static_parts
from gradcli.output.formats import GRAPHS, Format
from gradcli.output.reports.tables import TABLE_ROWS
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.box_drawing.canvas import Segment
    from gradcli.output.diagrams.svg import Size
    from gradcli.output.reports.blocks import Block, Style

LONG_LAYOUT = 1_000
"""Nodes from which on a layout takes long."""


class ViewOptions(SelectOptions):
    """What of a graph is shown, and how."""

    direction = text("LR from left to right, TB from top to bottom.", "LR|TB", choices=("LR", "TB"))
    depth = some_whole("Only nodes within so many edges of the output.", minimum=0)
    max_shown = some_whole("The most nodes to show, those nearest to the output.")
    all = flag("Show every node, however many.")
    facts = flag("In each box whether the node is convex, rises or falls, and its bounds, as gradcli facts finds them.")
    collapsed = flag("Branches and loops of a static graph as one node each, without their blocks.")
    layers = flag("Each assignment of the program as one box, with all that leads to it.")
    theme = choice("Colours of pictures; auto, the default, follows the viewer.", "THEME", ("auto", "light", "dark"), "auto")
    layout = choice(
        "auto, the default, has Graphviz, where it is installed, lay out what would come out badly.",
        "ENGINE",
        ("auto", "graphlay", "graphviz"),
        "auto",
    )
    show = texts("What a drawing shows beside names: values, adjoints, derivatives, facts; all of it where left out.", "PARTS")
    hide = texts("What of these a drawing leaves out; also constants.", "PARTS")
    legend = choice("Whether a legend stands below a picture.", "LEGEND", ("yes", "no"), "yes")
    scale = text("How many times as large a picture is.", "NUMBER")
    font_size = text("The size of a picture by the size of its text, in pixels; it is 12 where left out.", "PIXELS")
    size = text("The shape of a picture, 16:9, or its size in pixels, 1280x720; a long graph is drawn in rows.", "SIZE")


class View(Frozen):
    """A graph, and what a call asks to see of it.

    Attributes:
        tape: The run.
        text: The source text.
        warnings: What a document should warn of.
        format: The format.
        side: ``forward``, ``backward`` or ``both``.
        options: The options of the call.
        ascii: Without signs beyond ASCII.
    """

    tape: Tape
    text: str
    warnings: Sequence[str]
    format: Format
    side: str
    options: ViewOptions
    ascii: bool

    @property
    def limit(self) -> int | None:
        """The most nodes to show of a graph."""
        if self.options.all or self.options.layers:
            return None
        return self.options.max_shown or self.format.most

    @property
    def shown(self) -> Tape:
        """The graph that is shown: of a static run the one that was built, with its branches and loops."""
        return self.tape.static or self.tape

    def diagram(self, direction: str = "LR") -> Diagram:
        """What is drawn.

        Raises:
            GradcliError: There is no backward graph.
        """
        if self.options.layers and self.options.depth is not None:
            raise GradcliError("--layers draws all layers, and --depth would cut them", hint="leave one out")
        paged = self.format.name == "html"  # a page steps through what ran, and shows below what was built
        drawing = diagram(
            self.tape if paged else self.shown,
            title=self.text,
            view=self.side,
            direction=self.options.direction or direction,
            depth=self.options.depth,
            most=self.limit,
            collapsed=self.options.collapsed,
            board=not self.ascii,
            notes=self._facts() if self.options.facts else {},
        )
        drawing = without(layered(drawing) if self.options.layers else drawing, self._left_out())
        if not paged or not self.shown.graph.blocks:
            return drawing
        if self.tape.symbolic:
            name = next(iter(self.tape.graph.variables), "x")
            raise GradcliError("a page of a graph with branches or loops steps through a run", hint=f"add --{name} VALUE")
        static = list(static_parts(self.shown, depth=self.options.depth, most=self.limit, collapsed=self.options.collapsed))
        return replace(drawing, parts=[*drawing.parts, *static])

    def _left_out(self) -> set[str]:
        """What of the drawing is left out."""
        shown, hidden = split_names("--show", self.options.show), split_names("--hide", self.options.hide)
        for option, names, known in (("--show", shown, [*SHOWN]), ("--hide", hidden, [*SHOWN, CONSTANTS])):
            for name in names:
                if name not in known:
                    near = nearest(name, known)
                    hint = f"did you mean {near}?" if near else ""
                    raise GradcliError(f"{option} takes {', '.join(known)}, not '{name}'", hint=hint)
        return {*hidden, *([name for name in SHOWN if name not in shown] if shown else [])}

    def picture(self) -> dict[str, Any]:
        """What is said of a picture, by the names of its writer."""
        options = self.options
        if options.scale is not None and options.font_size is not None:
            raise GradcliError("--scale and --font-size ask for different sizes", hint="leave one out")
        size = None if options.size is None else size_of_picture(options.size)
        if size is not None and size.exact and (options.scale is not None or options.font_size is not None):
            raise GradcliError(
                f"--size {options.size} is in pixels already", hint="leave --scale and --font-size out, or --size 16:9"
            )
        scale = 1.0
        if options.scale is not None:
            scale = positive(options.scale, "--scale")
        if options.font_size is not None:
            from gradcli.output.diagrams.svg import LINE_SIZE

            scale = positive(options.font_size, "--font-size") / LINE_SIZE
        if size is not None:
            size = size._replace(turns=options.direction is None)
        return {"theme": options.theme, "layout": options.layout, "legend": options.legend == "yes", "scale": scale, "size": size}

    def _facts(self) -> dict[int, str]:
        from gradcli.output.reports.calculus.facts import node_facts

        return node_facts(self.shown.graph, self.tape.wrt)


def positive(text: str, option: str) -> float:
    """A number above 0 and below a thousand.

    Raises:
        GradcliError: It is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < _MOST_SCALE:
        raise GradcliError(f"{option} takes a number above 0 and below {_MOST_SCALE}, not '{text}'")
    return value


def size_of_picture(text: str) -> Size:
    """The shape or the size of a picture.

    Raises:
        GradcliError: It is none.
    """
    from gradcli.output.diagrams.svg import Size

    found = re.fullmatch(r"(\d{1,5})([:x×])(\d{1,5})", text)
    if found is None or not int(found[1]) or not int(found[3]) or not 0.05 < int(found[1]) / int(found[3]) < 20:
        raise GradcliError(f"--size takes a shape or pixels, not '{text}'", hint="--size 16:9, or --size 1280x720")
    return Size(int(found[1]), int(found[3]), found[2] != ":")


_MOST_SCALE = 1_000


def show(view: View) -> None:
    """Write to standard output what was asked for.

    Raises:
        GradcliError: A picture would be written to a terminal, or standard output cannot be written to.
    """
    if not view.ascii and not can_print_signs() and "ascii" in view.format.options:
        view = replace(view, ascii=True)
    if view.format.name == "table":
        from gradcli.cli.views.show import show_blocks

        shown = _checked(view, view.diagram())
        show_blocks(lambda style: _tables(view, shown, style), None)
    elif view.format.name == "draw" and wants_rich():
        from gradcli.output.box_drawing.draw import rich_drawing

        write([rich_drawing(_drawing(view), sys.stdout)])
    elif view.format.binary:
        if sys.stdout is not None and sys.stdout.isatty():
            raise GradcliError(f"{view.format.name} is not for a terminal", hint=f"add -o graph.{view.format.name}, or --open")
        write(_picture(view))
    elif view.format.is_document and not can_print_signs():
        write("".join(_text(view)).encode())  # a document is UTF-8, whatever the stream would have text be
    else:
        write(_text(view))


def pieces(view: View) -> Iterable[str] | bytes:
    """The content of a file."""
    return _picture(view) if view.format.binary else _text(view)


def open_in_browser(view: View, path: str | None) -> None:
    """Write a page or picture and show it in the browser.

    Args:
        view: What to write.
        path: The file; None for one in a temporary folder.

    Raises:
        GradcliError: The file cannot be written.
    """
    import tempfile
    import webbrowser

    from gradcli.output.files import write_file

    content = pieces(view)
    if path is None:
        path = os.path.join(tempfile.mkdtemp(prefix="gradcli-"), f"graph.{view.format.name}")
    write_file(path, content)
    write_note(f"written to {path}")
    if not webbrowser.open(f"file://{os.path.abspath(path)}"):
        write_warning(f"no browser was found: open {path} yourself")


def _text(view: View) -> Iterable[str]:
    """The pieces of a text format."""
    if view.format.name == "json":
        from gradcli.output.json import escaped
        from gradcli.output.serialization.graph import graph_json

        _check_whole(view)
        backward, select = view.side != "forward", split_names("--select", view.options.select) or None
        found = graph_json(view.shown, view.text, view.warnings, backward=backward, removed=view.tape.removed, select=select)
        return escaped(found) if view.ascii else found
    if view.format.name == "table":
        from gradcli.cli.views.show import blocks_said
        from gradcli.output.reports.blocks import Style
        from gradcli.output.reports.plain import plain_lines

        shown = _checked(view, view.diagram())
        return (f"{line}\n" for line in plain_lines(blocks_said(_tables(view, shown, Style(view.ascii)))))
    if view.format.name == "draw":
        return ("".join(segment.text for segment in line) + "\n" for line in _drawing(view))
    drawing = _checked(view, view.diagram())
    if view.format.name == "mermaid":
        from gradcli.output.diagrams.mermaid import mermaid_warning

        warning = mermaid_warning(drawing)
        if warning:
            write_warning(warning)
    written = view.format.written(drawing, **view.picture(), ascii=view.ascii)
    return list(written) if view.format.lays_out else written  # what fails in a layout fails before anything is written


def _tables(view: View, shown: Diagram, style: Style) -> Iterator[Block]:
    from gradcli.output.reports.tables import diagram_tables

    limited = view.options.all or view.options.max_shown is not None or view.options.depth is not None
    yield from diagram_tables(shown, style, rows=None if limited else TABLE_ROWS)
    if view.tape.removed:
        from gradcli.output.reports.runs.removed import removed_tables

        yield from removed_tables(view.tape.removed, view.text, style)


def _drawing(view: View) -> list[list[Segment]]:
    """The drawing for a terminal: from left to right where that fits, else from top to bottom if that is narrower."""
    from gradcli.output.box_drawing.canvas import Segment
    from gradcli.output.box_drawing.draw import cropped, drawn, drawn_width

    width = shutil.get_terminal_size().columns
    lines = drawn(_checked(view, view.diagram("LR")), ascii=view.ascii)
    if drawn_width(lines) > width and view.options.direction is None:
        upright = drawn(view.diagram("TB"), ascii=view.ascii)
        lines = min(lines, upright, key=drawn_width)
    wide = drawn_width(lines)
    if wide > width and sys.stdout is not None and sys.stdout.isatty():
        note = f"the drawing is {wide} columns wide and the terminal {width}: pipe it into less -S, or write -o graph.svg"
        return [*cropped(lines, width), [], [Segment(said(note), "faint")]]
    return lines


def _picture(view: View) -> bytes:
    """A PNG or PDF."""
    from gradcli.output.diagrams.raster import converted, png_scale, size_of

    drawing = _checked(view, view.diagram())
    said_of_it = view.picture()
    theme = "light" if view.options.theme == "auto" else view.options.theme
    svg = "".join(GRAPHS["svg"].written(drawing, **{**said_of_it, "theme": theme}))
    if view.format.name == "png" and png_scale(svg) < 1:
        width, height = size_of(svg)
        sharp = "svg and pdf stay sharp, --max-shown N and --depth N show less"
        write_warning(f"the drawing has {width:,} by {height:,} pixels and is scaled by {png_scale(svg):.2f}: {sharp}")
    return converted(svg, view.format.name, title=drawing.title)


def _check_whole(view: View) -> None:
    """JSON is always whole: it can be read back."""
    for option, given in (("--depth", view.options.depth), ("--max-shown", view.options.max_shown)):
        if given is not None:
            raise GradcliError(f"json holds the whole graph, and {option} would cut it", hint=f"leave out {option}")


def _checked(view: View, drawing: Diagram) -> Diagram:
    """The drawing; standard error says what it leaves out, that nothing runs backward, and that a layout takes long."""
    tape = view.tape
    if view.side != "forward" and not tape.requires_grad[tape.output]:
        write_warning(f"{tape.names[tape.output]} carries no gradient: nothing runs backward")
    for part in drawing.parts:
        if view.limit is not None and part.shown == view.limit < part.total:
            what = f"{part.title}: " if part.title else ""
            said = f"{what}{part.shown:,} of {part.total:,} nodes are shown, those nearest to the output"
            more = "; --all shows every one, --max-shown N so many, --format list or dot writes them quickly"
            write_warning(said if view.options.max_shown else said + more)
        if part.shown >= LONG_LAYOUT and view.format.lays_out:
            write_note(f"laying out {part.shown:,} nodes can take minutes; Ctrl-C ends it")
    return drawing
