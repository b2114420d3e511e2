"""The Typer application: one command a file."""

from __future__ import annotations

from typing import Annotated

import typer

from gradcli import __version__
from gradcli.cli import eval_command, ops_command, schema_command

COMMANDS = ("eval", "ops", "schema")

app = typer.Typer(
    name="gradcli",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gradcli {__version__}")
        raise typer.Exit


@app.callback()
def gradcli(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Computation graphs, gradients, and the chain rule that leads to them.

    \b
      gradcli eval "(x+w)*(w+1)" --x 2 --w 1 --wrt w     value, gradient, and why
      gradcli eval "x^2" --x 3 -q                        just the numbers
      gradcli eval "x*w" --x 2 --w 3 --json | jq .grad   for scripts
      gradcli ops                                        what an expression may use
    """


eval_command.register(app)
ops_command.register(app)
schema_command.register(app)
