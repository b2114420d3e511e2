"""What follows the run of a script: its graph, its derivation, or one JSON document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os.path import basename, splitext

from gradcli.cli.framework.choices import at_most_one, refuse, split_names
from gradcli.cli.framework.command import flag, text, whole
from gradcli.cli.framework.options import WRITTEN, SizeLimits, WatchOptions
from gradcli.cli.framework.streams import read_text, write, write_json, write_note, write_to
from gradcli.errors import GradcliError, nearest
from gradcli.frozen import replace
from gradcli.output.formats import GRAPHS, Format, suffixes
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.autodiff.passes.tape import Tape
    from gradcli.derivation.explain import Explanation


SCRIPT = ("FILE", "The script; - is standard input.")


LACKS = {"-q": "what the script prints is all that it writes", "--format": "--json writes the document of gradcli eval"}


class ScriptOptions(WatchOptions, SizeLimits):
    """The options of the commands that interpret scripts."""

    graph = text("Show the graph of the last backward pass in a format of gradcli graph, or write it.", "FORMAT|FILE")
    explain = text("Derive the gradient by these tensors (w,x).", "NAMES")
    why = flag("Why the value or a gradient of the last backward pass is nan, infinite, 0 or missing, as gradcli why says it.")
    json = flag("One JSON document: that of gradcli eval, with what the script printed.")
    list = flag("What a script may use.")
    output = WRITTEN
    max_steps = whole("Stop the script after so many steps.", 3_000_000)


def run_script(
    options: ScriptOptions, interpret: Callable[..., Callable[[], Tape]], listing: Callable[[], Sequence[str]]
) -> None:
    """Run a script and show what a call asks for.

    Args:
        options: The options of the call.
        interpret: Runs a script; gives a function that gives what it recorded.
        listing: Gives the lines of ``--list``.

    Raises:
        GradcliError: The call or the script is wrong.
    """
    path = at_most_one(options, "script")
    if options.list:
        if path is not None:
            raise GradcliError("--list takes no file", hint="leave one out")
        refuse(options, ("json", "graph", "explain", "why"), "is for a script, and --list runs none")
        write(f"{line}\n" for line in listing())
        return
    _check_views(options)
    if path is None:
        raise GradcliError("there is no script", hint=f"name its file: gradcli {options.command.name} lesson.py")
    text, where = read_text(path)
    printed: list[str] = []
    try:
        tape_of = interpret(
            text,
            where,
            write=printed.append if options.json else lambda piece: _write(piece, printed),
            warn=write_note,
            max_steps=options.max_steps,
            max_nodes=options.max_nodes,
            max_elements=options.max_elements,
        )
    except GradcliError as error:
        if options.json:
            error.printed = "".join(printed)
        raise error.located(text, where) from None
    _show_views(options, tape_of, text, where, "".join(printed))


def _write(piece: str, printed: list[str]) -> None:
    """Write what a script prints; of it the last piece is kept, to know whether there was any."""
    printed[:] = [piece]
    write([piece])


def _check_views(options: ScriptOptions) -> None:
    """Check what is asked for before the script runs.

    Raises:
        GradcliError: Views are asked for that do not go together, or a format that there is not.
    """
    target = options.graph
    if options.why and options.json:
        raise GradcliError("--why and --json both write to standard output", hint="gradcli why --json writes its document")
    if target is None:
        if options.json and options.explain:
            raise GradcliError("--json and --explain ask for different formats", hint="the document holds the derivation as well")
        return
    format, path = _graph_format(target)
    if options.json and path is None:
        raise GradcliError(
            f"--json and --graph {format.name} both write to standard output", hint="give --graph the name of a file"
        )


def _graph_format(target: str) -> tuple[Format, str | None]:
    """The format that --graph asks for, and the file; None for standard output."""
    if target in GRAPHS:
        return GRAPHS[target], None
    known = suffixes(GRAPHS)
    suffix = splitext(target)[1].lower()
    if suffix in known:
        return known[suffix][0], target
    near = nearest(target, GRAPHS)
    hint = f"did you mean {near}?" if near else f"a format is one of {', '.join(GRAPHS)}; a file ends in {', '.join(known)}"
    raise GradcliError(f"--graph takes a format or the name of a file, not '{target}'", hint=hint)


def _show_views(options: ScriptOptions, tape_of: Callable[[], Tape], text: str, where: str, printed: str) -> None:
    """Write what a call asks for once its script has run.

    Args:
        options: The options of the call.
        tape_of: Gives what the script recorded; called where a view is asked for.
        text: The script.
        where: The name of its file.
        printed: What it printed, or the last piece of it; empty where it printed nothing.
    """
    target, names = options.graph, options.explain
    if target is not None:
        tape = tape_of()
        if _graph_format(target)[1] is None:
            _separate(printed)
            printed = target
        _graph(options, tape, target, basename(where))
    if names is not None:
        explanation = _explanation(tape_of(), names)
        _separate(printed)
        _explain(options, explanation)
    if options.why:
        _separate(printed)
        _why(tape_of())
    if options.json:
        _document(options, tape_of(), text, printed)


def _graph(options: ScriptOptions, tape: Tape, target: str, title: str) -> None:
    from gradcli.cli.views.graph_formats import View, ViewOptions, pieces, show

    format, path = _graph_format(target)
    view = View(tape, title, (), format, "forward", ViewOptions(options.command, {}), options.ascii)
    if path is None:
        show(view)
    else:
        write_to(path, pieces(view), ascii=view.ascii)


def _separate(printed: str) -> None:
    """An empty line behind what stands on standard output already."""
    if printed:
        write(["\n"])


def _explanation(tape: Tape, names: str) -> Explanation:
    from gradcli.autodiff.torch_tape.as_tape import as_numbers
    from gradcli.derivation.explain import explained

    wanted = split_names("--explain", [names])
    for name in wanted:
        if name not in tape.wrt:
            near = nearest(name, tape.wrt)
            hint = f"did you mean {near}?" if near else f"those that do are {', '.join(tape.wrt) or 'none'}"
            raise GradcliError(f"--explain {name}: no tensor {name} that requires a gradient leads to the result", hint=hint)
    return explained(replace(as_numbers(tape), wrt=tuple(wanted)), by="nodes", steps="normal", expression="")


def _explain(options: ScriptOptions, explanation: Explanation) -> None:
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.documents.document import document
    from gradcli.output.reports.calculus.explanation import explanation_blocks

    show_blocks(lambda style: explanation_blocks(document(explanation), style), None)


def _why(tape: Tape) -> None:
    from gradcli.analysis.nonfinite.why import why_of
    from gradcli.autodiff.torch_tape.as_tape import as_numbers
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.reports.runs.why import why_report

    why = why_of(as_numbers(tape))
    show_blocks(lambda style: why_report(why, style, script=True), None)


def _document(options: ScriptOptions, tape: Tape, text: str, printed: str) -> None:
    from gradcli.cli.views.show import DERIVATION_NODES
    from gradcli.derivation.nodes.chain_rule import derive
    from gradcli.output.serialization.evaluation import eval_json

    derivation = derive(tape) if len(tape.graph) <= DERIVATION_NODES else None
    notes = [] if derivation else [f"the graph has {len(tape.graph):,} nodes: derivation and derivatives are left out"]
    write_json(eval_json(tape, derivation, text, notes, printed=printed))
