"""`gradcli torch`: a PyTorch program, interpreted without PyTorch, and every view of its graph."""

from __future__ import annotations

from gradcli.cli.command import ASCII, JSON, MAX_ELEMENTS, MAX_NODES, Arguments, Command, Option
from gradcli.errors import GradcliError

HELP = """\
Run a PyTorch program without PyTorch: a safe subset of Python is read and interpreted, and prints what PyTorch 2.13 prints.

\b
  gradcli torch lesson.py                            what the script prints
  gradcli torch lesson.py --explain w                and why the gradient by w is what it is
  gradcli torch lesson.py --graph tree               and the graph of its last backward pass
  gradcli torch lesson.py --graph graph.svg          into a file: .svg .png .pdf .html .tex .dot .mmd .json ...
  gradcli torch lesson.py --json | jq .grad          one JSON document, with what the script prints as .printed
  gradcli torch --list                               the functions of PyTorch and Python that are known
  cat lesson.py | gradcli torch -

Nothing of the script is executed: files, other modules and Python's machinery are out of its reach.

Exit codes: 0 success, 2 the script is wrong or uses what is not known, 4 a limit reached, 130 interrupted.
"""

GRAPH = Option("graph", "Show the graph of the last backward pass in a format of gradcli graph, or write it.", "FORMAT|FILE")
EXPLAIN = Option("explain", "Derive the gradient by these tensors (w,x).", "NAMES")
MAX_STEPS = Option("max-steps", "Stop the script after so many steps.", "N", default=3_000_000, minimum=1)
LIST = Option("list", "What a script may use.")
OPTIONS = (
    GRAPH,
    EXPLAIN,
    JSON._replace(help="One JSON document: that of gradcli eval, with what the script printed."),
    LIST,
    ASCII,
    MAX_STEPS,
    MAX_NODES,
    MAX_ELEMENTS,
)


def run(arguments: Arguments, command: Command) -> None:
    """Run the command."""
    from gradcli.cli.script_views import check_views, script_file, show_views
    from gradcli.cli.streams import write, write_note

    if arguments.flag("list"):
        if arguments.positional:
            raise GradcliError("--list takes no file", hint="leave one out")
        from gradcli.scripts.listing import listing

        write(f"{line}\n" for line in listing())
        return
    check_views(arguments)
    text, where = script_file(arguments, command)

    from gradcli.scripts.run_torch import run_torch

    printed: list[str] = []
    try:
        tape = run_torch(
            text,
            where,
            printed.append if arguments.flag("json") else lambda piece: _write(piece, printed),
            write_note,
            max_steps=arguments.integer("max-steps"),
            max_nodes=arguments.integer("max-nodes"),
            max_elements=arguments.integer("max-elements"),
        )
    except GradcliError as error:
        raise error.located(text, where) from None

    from gradcli.autodiff.excerpt import tape_of

    show_views(arguments, lambda: tape_of(tape), text, where, "".join(printed))


def _write(piece: str, printed: list[str]) -> None:
    """Write what a script prints; of it the last piece is kept, to know whether there was any."""
    from gradcli.cli.streams import write

    printed[:] = [piece]
    write([piece])


COMMAND = Command("torch", HELP, ("FILE", "The script; - is standard input."), OPTIONS, run)
