"""`gradcli ops`: the operations, from their declarations."""

from __future__ import annotations

from typing import Annotated

import typer

from gradcli.cli.choices import chosen_format
from gradcli.errors import GradcliError, nearest

HELP = """\
The operations that an expression may use, each with meaning, derivative, domain and PyTorch's grad_fn.

\b
  gradcli ops               all of them
  gradcli ops tanh          one of them, explained
  gradcli ops --json | jq -r '.operations[].name'
"""


def ops(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A function or an operator.", show_default=False)] = None,
    format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="rich, text or json; where left out rich on a terminal, text in a pipe.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document: --format json.")] = False,
    ascii: Annotated[bool, typer.Option("--ascii", help="No signs beyond ASCII.")] = False,
) -> None:
    form = chosen_format(format, json, False)
    if form == "numbers":
        raise GradcliError("--format numbers is for eval", hint="use rich, text or json")

    from gradcli.cli.show import show_blocks
    from gradcli.cli.streams import write
    from gradcli.ops import OPERATIONS, function_names, spelled
    from gradcli.output.operations import operations_json, operations_report

    operations = list(OPERATIONS.values())
    if name is not None:
        operations = spelled(name)
        if not operations:
            near = nearest(name, function_names())
            hint = f"did you mean {near}?" if near else "`gradcli ops` lists them"
            raise GradcliError(f"there is no operation {name}", hint=hint)
    if form == "json":
        write(operations_json(operations))
    else:
        show_blocks(lambda style: operations_report(operations, style, detailed=name is not None), form, ascii=ascii)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("ops", help=HELP)(ops)
