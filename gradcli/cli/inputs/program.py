"""What `gradcli run` is asked to do."""

from __future__ import annotations

from gradcli.autodiff.request import Request
from gradcli.cli.framework.choices import split_names
from gradcli.cli.framework.command import flag, text, texts
from gradcli.cli.framework.options import MODES, BackwardOptions, Limits, OptimizeOptions, ProgramOptions, WrtOptions
from gradcli.cli.inputs.run import level, request_of
from gradcli.cli.inputs.variables import bindings_of, values_by_name
from gradcli.errors import GradcliError
from gradcli.language.ast import Program
from gradcli.language.builder import identifier
from gradcli.language.statements import free_names, uses_tape


class ProgramRunOptions(ProgramOptions, WrtOptions, OptimizeOptions, BackwardOptions, Limits):
    """The run of a whole program, once or for each row of a file."""

    wrt = texts("Differentiate the first output by these variables (w,x or repeated); by all where left out.", "NAMES")
    no_grad = flag("No gradient.")
    fetch = texts("Give these nodes (a,b) instead of the outputs; a static graph computes only what they need.", "NAMES")
    feed_node = texts("Give a computed node a value, instead of computing it; for static graphs.", "NODE=VALUE")
    feed = text(
        "Run for each row of a table: a file of CSV, JSON Lines, Parquet, Arrow, NPY, NPZ, SQLite or DuckDB, a folder or a"
        " pattern of them, or a query of DuckDB, 'sql: select ...'; - is standard input.",
        "FILE",
    )
    mode = text(
        "dynamic records each operation as it runs; static builds the graph first. With --feed static where left out.",
        "MODE",
        choices=MODES,
    )


def asked_of(options: ProgramRunOptions, program: Program) -> Request:
    """What a call asks for.

    Args:
        options: The options of the call.
        program: Its program.

    Raises:
        GradcliError: An option is wrong.
    """
    nodes = values_by_name("--feed-node", options.feed_node, "a=10", "NODE", options)
    feeds = bool(nodes) or (options.feed is not None and not uses_tape(program))
    mode = options.mode or ("static" if feeds else "dynamic")
    if nodes and mode == "dynamic":
        hint = "a dynamic graph is recorded while the program runs: nothing in it can be replaced; add --mode static"
        raise GradcliError("--feed-node is for a static graph", hint=hint)
    wrt = split_names("--wrt", options.wrt) or None
    if options.no_grad and wrt is not None:
        raise GradcliError("--no-grad and --wrt ask for different things", hint="leave one out")
    if options.no_grad and options.cotangent is not None:
        raise GradcliError("--cotangent is for a gradient, and --no-grad asks for none", hint="leave one out")
    optimize = level(options, static=mode == "static")
    free = free_names(program)
    for given in options.variables:  # what looks like a variable and is a misspelt option
        near = options.command.near(given.option)
        if near is not None and identifier(given.name) not in free:
            raise GradcliError(f"there is no option {given.option}, and no variable {given.name}", hint=f"did you mean {near}?")
    values, spare = bindings_of(options)
    return request_of(
        options,
        bindings=values,
        wrt=[] if options.no_grad else wrt,
        mode=mode,
        spare=spare,
        fetch=list(dict.fromkeys(split_names("--fetch", options.fetch))),
        feed=nodes,
        optimize=optimize,
    )
