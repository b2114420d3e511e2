"""`gradcli compare-modes`: the same program recorded while it runs, and built once and fed."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command, Given, flag
from gradcli.cli.framework.options import PROGRAM, Limits, ProgramOptions, ResultOptions
from gradcli.cli.framework.streams import write, write_json
from gradcli.cli.inputs.run import request_of
from gradcli.cli.inputs.source import program_text
from gradcli.cli.inputs.variables import bindings
from gradcli.errors import GradcliError, located
from gradcli.typing import Any

HELP = """\
The nodes of a program in the dynamic and in the static mode. For one input after the other: what is recorded anew, and what is
built once and executes or not.

\b
  gradcli compare-modes abs.grad --x 1 --x -1
  gradcli compare-modes -e "if x > 0 { y = x } else { y = -x }; y*w" --x 1 --x -1 --w 3
  gradcli compare-modes newton.grad --x 2 --x 100 --json | jq .recorded

A variable that is given several times has a value for each input; one that is given once has it for all.
"""


class CompareOptions(ProgramOptions, ResultOptions, Limits):
    """What a call may ask for."""

    quiet = flag("How many nodes each run records, then how many the static graph has, a number a line.", short="-q")


def run(options: CompareOptions) -> None:
    """Run the command."""
    format = chosen_format(options)
    text, where = program_text(options)
    inputs = _inputs(options)

    from gradcli.autodiff.runs.modes import compare_modes
    from gradcli.language.parser import parse

    with located(text, where):
        found = compare_modes(parse(text, where), text, inputs, request_of(options))
    if format == "json":
        from gradcli.output.reports.runs.modes import modes_json

        write_json(modes_json(found, text))
        return
    if options.quiet:
        write(f"{count}\n" for count in (*found.recorded, found.built))
        return
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.reports.runs.modes import modes_blocks

    show_blocks(lambda style: modes_blocks(found, style), format)


def _inputs(options: CompareOptions) -> list[dict[str, Any]]:
    """The values of each run: those of a variable that is given several times, one after the other.

    Raises:
        GradcliError: Two variables are given differently often.
    """
    given: dict[str, list[Given]] = {}
    for item in options.variables:
        given.setdefault(item.name, []).append(item)
    counts = {name: len(items) for name, items in given.items() if len(items) > 1}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} {count} times" for name, count in counts.items())
        raise GradcliError(f"the inputs differ in number: {listed}", hint="give each the same number of values, or one for all")
    runs = max(counts.values(), default=1)
    inputs = []
    for at in range(runs):
        chosen = [items[at if len(items) > 1 else 0] for items in given.values()]
        inputs.append(bindings(chosen, options.set, options.bindings, options.command, options)[0])
    return inputs


COMMAND = Command(HELP, PROGRAM, CompareOptions, run, takes_variables=True, work="running the program")
