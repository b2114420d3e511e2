"""`gradcli graph`: the computation graph in every format, and pictures of it."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format, file_format
from gradcli.cli.framework.command import (
    ASCII,
    COTANGENT,
    DTYPE,
    EXPRESSION,
    EXPRESSION_OPTIONS,
    GRAPH,
    JSON,
    MAX_ELEMENTS,
    MAX_NODES,
    MAX_STEPS,
    MODE,
    OPTIMIZE,
    RETAIN_GRAD,
    SHAPE,
    STRICT,
    Arguments,
    Command,
    Option,
)
from gradcli.cli.framework.streams import STDIN
from gradcli.cli.inputs.run import run_of
from gradcli.errors import GradcliError
from gradcli.output.diagrams import drawing

HELP = """\
The computation graph of an expression: as a table, a tree, a drawing, a picture, a page to step through, or data.

\b
  gradcli graph "(x+w)*(w+1)" --x 2 --w 1 --wrt w            nodes and edges as tables
  gradcli graph "(x+w)*(w+1)" --x 2 --w 1 --format draw      boxes and arrows in the terminal
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

SUFFIXES = {**drawing.SUFFIXES, ".txt": "table"}
"""The format of a file by the end of its name."""

FORMATS = ("table", "tree", "list", "draw", *dict.fromkeys(format for format in SUFFIXES.values() if format != "table"))

OPTIONS = (
    *EXPRESSION_OPTIONS,
    GRAPH,
    OPTIMIZE,
    MODE._replace(
        help="dynamic records operations as they run, and is the default; static, the default without values, builds first."
    ),
    DTYPE,
    RETAIN_GRAD,
    COTANGENT,
    SHAPE,
    Option("format", "How to write it; where left out by the name of the file, else a table.", "FORMAT", choices=FORMATS),
    JSON,
    Option("output", "Write to a file; the end of its name decides the format where --format is left out.", "FILE", short="-o"),
    Option("open", "Open the page (or picture) in the browser; without -o it stands in a temporary folder."),
    Option("forward", "The graph of the function, as where nothing is said."),
    Option("backward", "The two backward graphs: grad_fn with next_functions as PyTorch has it, and the gradient graph."),
    Option("both", "All three."),
    Option("direction", "LR from left to right, TB from top to bottom.", "LR|TB", choices=("LR", "TB")),
    Option("depth", "Only nodes within so many edges of the output.", "N", minimum=0),
    Option("max-shown", "The most nodes to show, those nearest to the output.", "N", minimum=1),
    Option("all", "Show every node, however many."),
    Option("collapsed", "Branches and loops of a static graph as one node each, without their blocks."),
    Option("theme", "Colours of pictures; auto, the default, follows the viewer.", "THEME", choices=("auto", "light", "dark")),
    Option(
        "layout",
        "auto, the default, has Graphviz, where it is installed, lay out what would come out badly.",
        "ENGINE",
        choices=("auto", "graphlay", "graphviz"),
    ),
    ASCII,
    STRICT,
    MAX_NODES,
    MAX_ELEMENTS,
    MAX_STEPS,
)


def run(arguments: Arguments, command: Command) -> None:
    """Run the command."""
    output = arguments.text("output")
    opens = arguments.flag("open")
    format = file_format(chosen_format(arguments), output, SUFFIXES)
    if opens:
        format = format or "html"
        if format not in ("html", "svg", "png", "pdf"):
            raise GradcliError(f"--open shows html, svg, png or pdf, not {format}", hint="leave out --open, or --format")
    _check_options(arguments, format or "table")
    view = _view(arguments)
    if arguments.flag("all") and "max-shown" in arguments.options:
        raise GradcliError("--all and --max-shown ask for different things", hint="leave one out")
    found = run_of(arguments, command, without_values=True, draws=True)

    from gradcli.cli.views.graph_formats import Request, open_in_browser, pieces, show

    request = Request(
        tape=found.tape,
        text=found.text or found.tape.names[found.tape.output],
        warnings=found.warnings,
        format=format or "table",
        view="forward" if found.error else view,
        direction=arguments.text("direction"),
        depth=arguments.options.get("depth"),
        most=arguments.options.get("max-shown"),
        everything=arguments.flag("all"),
        collapsed=arguments.flag("collapsed"),
        theme=arguments.text("theme") or "auto",
        layout=arguments.text("layout") or "auto",
        ascii=arguments.flag("ascii"),
    )
    if opens:
        open_in_browser(request, None if output == STDIN else output)
    elif output in (None, STDIN):
        show(request)
    else:
        from gradcli.output.files import write_file

        write_file(output or "", pieces(request))
    if found.error is not None:
        raise found.error


PICTURES = ("svg", "png", "pdf", "html")
_MEANT_FOR = {
    "theme": PICTURES,
    "layout": (*PICTURES, "tikz"),
    "direction": (*PICTURES, "tikz", "dot", "mermaid", "draw"),
    "ascii": ("table", "tree", "list", "draw", "json"),
}
"""The formats that an option is about."""


def _check_options(arguments: Arguments, format: str) -> None:
    for name, formats in _MEANT_FOR.items():
        if name in arguments.options and format not in formats:
            raise GradcliError(f"--{name} is for {', '.join(formats)}, not for {format}", hint=f"leave out --{name}")


def _view(arguments: Arguments) -> str:
    views = [view for view in ("forward", "backward", "both") if arguments.flag(view)]
    if len(views) > 1:
        raise GradcliError(f"--{' and --'.join(views)} ask for different graphs", hint="--both draws all of them")
    return views[0] if views else "forward"


COMMAND = Command("graph", HELP, EXPRESSION, OPTIONS, run, takes_variables=True)
