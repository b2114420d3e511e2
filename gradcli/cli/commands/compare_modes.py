"""`gradcli compare-modes`: the same program recorded while it runs, and built once and fed."""

from __future__ import annotations

import sys
from typing import Any

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import (
    ASCII,
    EXPRESSION_OPTIONS,
    FORMAT,
    JSON,
    MAX_ELEMENTS,
    MAX_NODES,
    MAX_STEPS,
    Arguments,
    Command,
    Given,
)
from gradcli.cli.framework.streams import can_print_signs, write
from gradcli.cli.inputs.program_file import PROGRAM, PROGRAM_OPTION, program_text
from gradcli.cli.inputs.variables import bindings, option_like
from gradcli.errors import GradcliError

HELP = """\
Which nodes a program has in the dynamic and in the static mode, for one input after the other: what is recorded anew, and what is
built once and executes or not.

\b
  gradcli compare-modes abs.grad --x 1 --x -1
  gradcli compare-modes -e "if x > 0 { y = x } else { y = -x }; y*w" --x 1 --x -1 --w 3
  gradcli compare-modes newton.grad --x 2 --x 100 --json | jq .recorded

A variable that is given several times has a value for each input; one that is given once has it for all.
"""

OPTIONS = (
    PROGRAM_OPTION,
    *[option for option in EXPRESSION_OPTIONS if option.name in ("set", "bindings")],
    FORMAT,
    JSON,
    ASCII,
    MAX_STEPS,
    MAX_NODES,
    MAX_ELEMENTS,
)


def run(arguments: Arguments, command: Command) -> None:
    """Run the command."""
    format = chosen_format(arguments)
    text, where = program_text(arguments, command)
    inputs = _inputs(arguments)

    from gradcli.autodiff.runs.modes import compare_modes
    from gradcli.autodiff.runs.names_asked import UnknownVariableError
    from gradcli.language.parser import parse

    try:
        found = compare_modes(
            parse(text, where),
            text,
            inputs,
            max_steps=arguments.integer("max-steps"),
            max_nodes=arguments.integer("max-nodes"),
            max_elements=arguments.integer("max-elements"),
        )
    except UnknownVariableError as error:
        raise option_like(error, arguments, command).located(text, where) from None
    except GradcliError as error:
        raise error.located(text, where) from None
    if format == "json":
        from gradcli.output.reports.modes import modes_json

        write(modes_json(found, text, ascii=not can_print_signs(sys.stdout)))
        return
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.reports.modes import modes_blocks

    show_blocks(lambda style: modes_blocks(found, style), format, ascii=arguments.flag("ascii"))


def _inputs(arguments: Arguments) -> list[dict[str, Any]]:
    """The values of each run: those of a variable that is given several times, one after the other.

    Raises:
        GradcliError: Two variables are given differently often.
    """
    given: dict[str, list[Given]] = {}
    for item in arguments.variables:
        given.setdefault(item.name, []).append(item)
    counts = {name: len(items) for name, items in given.items() if len(items) > 1}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} {count} times" for name, count in counts.items())
        raise GradcliError(f"the inputs differ in number: {listed}", hint="give each the same number of values, or one for all")
    runs = max(counts.values(), default=1)
    inputs = []
    for at in range(runs):
        chosen = [items[at if len(items) > 1 else 0] for items in given.values()]
        inputs.append(bindings(chosen, arguments.texts("set"), arguments.text("bindings"))[0])
    return inputs


COMMAND = Command("compare-modes", HELP, PROGRAM, OPTIONS, run, takes_variables=True)
