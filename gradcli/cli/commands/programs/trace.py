"""`gradcli trace`: the event log of a run."""

from __future__ import annotations

import functools
import time

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command, flag, some_whole
from gradcli.cli.framework.options import PROGRAM, Limits, ModeOptions, ProgramOptions, ResultOptions, WrtOptions
from gradcli.cli.framework.streams import write, write_json, write_warning
from gradcli.cli.inputs.run import request_of
from gradcli.cli.inputs.source import program_text
from gradcli.cli.inputs.variables import bindings_of
from gradcli.errors import GradcliError, located
from gradcli.language.numbers import number_text

HELP = """\
What a run does, event by event. The statement that runs, the node that it makes and its value, what the backward pass does in
which order, what it frees, and where .grad accumulates.

\b
  gradcli trace worked.grad --x 2 --w 1
  gradcli trace -e "y = (x+w)*(w+1); backward y; w.grad" --x 2 --w 1
  gradcli trace newton.grad --x 2 --mode static     the graph is built first, then fed
  gradcli trace newton.grad --x 2 --follow          one event after the other
  gradcli trace worked.grad --x 2 --w 1 --json | jq '.events[] | select(.kind == "accumulate")'
"""


class TraceOptions(ProgramOptions, WrtOptions, ModeOptions, ResultOptions, Limits):
    """What a call may ask for."""

    quiet = flag("The values of the nodes in the order in which they are computed, a number or an array a line.", short="-q")
    follow = flag("Write one event after the other, at the pace of a reader; Ctrl-C ends it.")
    delay = some_whole("Milliseconds between two events of --follow, 300 where left out.", minimum=0, maximum=60_000)


def run(options: TraceOptions) -> None:
    """Run the command."""
    format = chosen_format(options)
    if options.follow and format == "json":
        raise GradcliError("--follow writes for people, not JSON", hint="leave one out")
    if options.delay is not None and not options.follow:
        raise GradcliError("--delay is for --follow", hint="add --follow, or leave it out")
    text, where = program_text(options)
    values, from_file = bindings_of(options)

    from gradcli.autodiff.runs.event_log import trace
    from gradcli.language.parser import parse

    asked = request_of(options, bindings=values, spare=from_file)
    with located(text, where):
        found = trace(parse(text, where), text, asked)
    for warning in found.warnings:
        write_warning(warning)
    if format == "json" and found.tape is not None:
        from gradcli.output.reports.runs.event_log import trace_json

        write_json(trace_json(found, text))
        return
    if options.quiet:
        write(f"{number_text(entry.value)}\n" for entry in found.entries if entry.kind == "node")
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.reports.runs.event_log import trace_blocks

    parts = [[entry] for entry in found.entries] if options.follow else [found.entries]
    if format not in ("json", "numbers"):
        for part in parts:
            show_blocks(functools.partial(trace_blocks, part), format)
            if options.follow:
                time.sleep((300 if options.delay is None else options.delay) / 1000)
    if found.error is not None:
        raise found.error.located(text, where)


COMMAND = Command(HELP, PROGRAM, TraceOptions, run, takes_variables=True, work="running the program")
