"""`gradcli trace`: the event log of a run."""

from __future__ import annotations

import functools
import sys
import time

from gradcli.cli.framework.choices import chosen_format, split_names
from gradcli.cli.framework.command import (
    ASCII,
    DTYPE,
    EXPRESSION_OPTIONS,
    FORMAT,
    JSON,
    MAX_ELEMENTS,
    MAX_NODES,
    MAX_STEPS,
    MODE,
    Arguments,
    Command,
    Option,
)
from gradcli.cli.framework.streams import can_print_signs, write, write_warning
from gradcli.cli.inputs.program_file import PROGRAM, PROGRAM_OPTION, program_text
from gradcli.cli.inputs.variables import bindings, option_like
from gradcli.errors import GradcliError

HELP = """\
What a run does, event by event: the statement that runs, the node that it makes and its value, what the backward pass does in
which order, what it frees, and where .grad accumulates.

\b
  gradcli trace worked.grad --x 2 --w 1
  gradcli trace -e "y = (x+w)*(w+1); backward y; w.grad" --x 2 --w 1
  gradcli trace newton.grad --x 2 --mode static     the graph is built first, then fed
  gradcli trace newton.grad --x 2 --follow          one event after the other
  gradcli trace worked.grad --x 2 --w 1 --json | jq '.events[] | select(.kind == "accumulate")'
"""

OPTIONS = (
    PROGRAM_OPTION,
    *[option for option in EXPRESSION_OPTIONS if option.name != "file"],
    MODE,
    DTYPE,
    FORMAT,
    JSON,
    Option("follow", "Write one event after the other, at the pace of a reader; Ctrl-C ends it."),
    Option("delay", "Milliseconds between two events of --follow.", "N", default=300, minimum=0, maximum=60_000),
    ASCII,
    MAX_STEPS,
    MAX_NODES,
    MAX_ELEMENTS,
)


def run(arguments: Arguments, command: Command) -> None:
    """Run the command."""
    format = chosen_format(arguments)
    follow = arguments.flag("follow")
    if follow and format == "json":
        raise GradcliError("--follow writes for people, not JSON", hint="leave one out")
    text, where = program_text(arguments, command)
    values, from_file = bindings(arguments.variables, arguments.texts("set"), arguments.text("bindings"))

    from gradcli.autodiff.runs.names_asked import UnknownVariableError
    from gradcli.autodiff.runs.trace import trace
    from gradcli.language.parser import parse

    try:
        found = trace(
            parse(text, where),
            text,
            values,
            split_names("--wrt", arguments.texts("wrt")) or None,
            mode=arguments.text("mode") or "dynamic",
            dtype=arguments.text("dtype") or "float64",
            max_steps=arguments.integer("max-steps"),
            max_nodes=arguments.integer("max-nodes"),
            max_elements=arguments.integer("max-elements"),
            spare=from_file,
        )
    except UnknownVariableError as error:
        raise option_like(error, arguments, command).located(text, where) from None
    except GradcliError as error:
        raise error.located(text, where) from None
    for warning in found.warnings:
        write_warning(warning)
    if format == "json" and found.tape is not None:
        from gradcli.output.reports.trace import trace_json

        write(trace_json(found, text, ascii=not can_print_signs(sys.stdout)))
        return
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.reports.trace import trace_blocks

    ascii = arguments.flag("ascii")
    parts = [[entry] for entry in found.entries] if follow else [found.entries]
    if format != "json":
        for part in parts:
            show_blocks(functools.partial(trace_blocks, part), format, ascii=ascii)
            if follow:
                sys.stdout.flush()
                time.sleep(arguments.integer("delay") / 1000)
    if found.error is not None:
        raise found.error.located(text, where)


COMMAND = Command("trace", HELP, PROGRAM, OPTIONS, run, takes_variables=True)
