"""`gradcli graph`: the computation graph in every format, and pictures of it."""

from __future__ import annotations

import math
import shutil

from gradcli.cli.framework.choices import chosen_format, file_format, listed, refuse
from gradcli.cli.framework.command import Command, flag, text
from gradcli.cli.framework.options import EXPRESSION, MODES, FileOptions, OutputOptions, RunOptions, ShapeOptions
from gradcli.cli.framework.streams import STDIN, wants_rich, write_to
from gradcli.cli.inputs.run import run_of
from gradcli.cli.inputs.variables import shapes_of
from gradcli.cli.views.graph_formats import View, ViewOptions, open_in_browser, pieces, show
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.output.formats import GRAPHS, Format
from gradcli.output.reports.tables import TABLE_ROWS
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gradcli.autodiff.passes.tape import Tape

HELP = """\
The computation graph of an expression. As a table, a tree, a drawing, a picture, a page to step through, or data.

\b
  gradcli graph "(x+w)*(w+1)" --x 2 --w 1 --wrt w            boxes and arrows on a terminal, tables in a pipe
  gradcli graph "(x+w)*(w+1)" --x 2 --w 1 --format table     nodes and edges as tables
  gradcli graph "(x+w)*(w+1)" --x 2 --w 1 --open             a page that steps through both passes
  gradcli graph "(x+w)*(w+1)" --x 2 --w 1 -o graph.svg       also .png .pdf .html .tex .dot .mmd .graphml .json
  gradcli graph "tanh(w*x + b)"                              without values: the static graph
  gradcli graph "x*w" --x 2 --w 3 --backward                 grad_fn, next_functions and the gradient graph
  gradcli graph "x*w" --x 2 --w 3 --format list | grep mul   a line a node, for grep and diff
  gradcli graph --graph graph.json --x 3 --format tree       a graph read back, at another value

Where shapes do not fit, the graph until there is drawn, with a mark where it breaks; the exit code is 2 all the same.

Either all variables have values or none has. Each is an option of its own: --x 2; see gradcli eval --help.

Exit codes: 0 success, 2 bad input, 3 not finite under --strict, 4 a limit reached, 130 interrupted.
"""


class GraphOptions(ViewOptions, FileOptions, RunOptions, ShapeOptions):
    """What a call may ask for."""

    format = text(
        "How to write it; where left out by the name of the file, else draw on a terminal that holds it, and table.",
        "FORMAT",
        choices=tuple(GRAPHS),
    )
    json = OutputOptions.json
    quiet = flag("The operations alone, a = x + w, a line each.", short="-q")
    open = flag("Open the page (or picture) in the browser; without -o it stands in a temporary folder.")
    forward = flag("The graph of the function, as where nothing is said.")
    backward = flag("The two backward graphs: grad_fn with next_functions as PyTorch has it, and the gradient graph.")
    both = flag("All three.")
    mode = text(
        "dynamic records operations as they run, and is the default; static, the default without values, builds first.",
        "MODE",
        choices=MODES,
    )


def run(options: GraphOptions) -> None:
    """Run the command."""
    output = options.output
    if options.quiet:
        refuse(options, ("format", "json", "open", "backward", "both"), "is for graphs, and --quiet writes operations alone")
    asked = GRAPHS["list"] if options.quiet else file_format(chosen_format(options), output, GRAPHS)
    format = asked or GRAPHS["html" if options.open else "draw" if output is None and wants_rich() else "table"]
    if options.open and not format.is_picture:
        pictures = listed([format.name for format in GRAPHS.values() if format.is_picture])
        raise GradcliError(f"--open shows {pictures}, not {format.name}", hint="leave out --open, or --format")
    _check_options(options, format)
    side = _side(options)
    if options.all and options.max_shown is not None:
        raise GradcliError("--all and --max-shown ask for different things", hint="leave one out")
    found = run_of(options, shapes=shapes_of(options.shape), draws=True)
    text = found.text or found.tape.names[found.tape.output]
    view = View(found.tape, text, found.warnings, format, "forward" if found.error else side, options, options.ascii)
    if options.quiet:
        write_to(output, _operations(found.tape))
    elif options.open:
        open_in_browser(view, None if output == STDIN else output)
    elif output is None or output == STDIN:
        show(_fitting(view) if asked is None and format.name == "draw" else view)
    else:
        write_to(output, pieces(view), ascii=view.ascii)
    if found.error is not None:
        raise found.error


def _fitting(view: View) -> View:
    """The tables in place of a drawing that a terminal does not hold."""
    from gradcli.output.box_drawing.draw import drawn, drawn_width

    asked = view.options.given.keys() & set(view.format.options) - set(GRAPHS["table"].options)
    ways = ("LR", "TB") if len(view.tape.graph) <= TABLE_ROWS and not asked else ()
    widths = [drawn_width(drawn(view.diagram(way), ascii=view.ascii)) for way in ways]
    fits = asked or min(widths, default=math.inf) <= shutil.get_terminal_size().columns
    return view if fits else replace(view, format=GRAPHS["table"])


def _operations(tape: Tape) -> Iterator[str]:
    """The operations of a run, each with what it computes, a line each."""
    from gradcli.output.listing import FunctionListing

    listing = FunctionListing(tape, board=False)
    for entry in map(listing.entry, range(len(tape.graph))):
        if entry.inputs:
            yield f"{entry.name} = {entry.expression}\n"


def _check_options(options: GraphOptions, format: Format) -> None:
    for name in ("theme", "layout", "direction", "ascii", "facts", "show", "hide", "layers", "legend", "scale", "size"):
        if name in options.given and name not in format.options:
            formats = ", ".join(format.name for format in GRAPHS.values() if name in format.options)
            raise GradcliError(f"--{name} is for {formats}, not for {format.name}", hint=f"leave out --{name}")
    if options.font_size is not None and "scale" not in format.options:
        raise GradcliError(f"--font-size is for pictures, not for {format.name}", hint="leave out --font-size")


def _side(options: GraphOptions) -> str:
    asked = {"forward": options.forward, "backward": options.backward, "both": options.both}
    sides = [side for side, wanted in asked.items() if wanted]
    if len(sides) > 1:
        raise GradcliError(f"--{' and --'.join(sides)} ask for different graphs", hint="--both draws all of them")
    return sides[0] if sides else "forward"


COMMAND = Command(HELP, EXPRESSION, GraphOptions, run, takes_variables=True)
