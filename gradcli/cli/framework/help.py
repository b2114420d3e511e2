"""Help pages and shell completion, by Typer, from the declarations of the commands."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from gradcli.cli.framework.command import Command, Option

HELP = """\
Computation graphs, gradients, and the chain rule that leads to them.

\b
  gradcli eval "(x+w)*(w+1)" --x 2 --w 1 --wrt w     value, gradient, and why
  gradcli eval "x^2" --x 3 -q                        just the numbers
  gradcli eval "x*w" --x 2 --w 3 --json | jq .grad   for scripts
  gradcli run newton.grad --feed rows.csv            a whole program, for many inputs
  gradcli graph "(x+w)*(w+1)" --x 2 --w 1 --open     the graph, and both passes step by step
  gradcli explain "x^2*sin(x)" --by rules            product rule, chain rule, step by step
  gradcli diff "(x+w)*(w+1)" --wrt w                 the derivative as an expression
  gradcli simplify "(w + 1) + (x + w)"               a shorter form
  gradcli taylor "sin(x)" --about x=0 --order 5      the Taylor polynomial, exactly
  gradcli equal "(x+1)^2" "x^2+2x+1"                 equal, and how that is known
  gradcli torch lesson.py                            a PyTorch program, without PyTorch
  gradcli ops                                        what an expression may use
"""


def application(commands: Sequence[Command[Any]]) -> typer.Typer:
    """The Typer application of the commands. It shows help and completes; calls are run by ``main``."""
    app = typer.Typer(
        name="gradcli",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=HELP,
    )

    @app.callback()
    def gradcli(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
        """Overwritten by the help of the application."""

    for command in commands:
        app.command(command.name, help=command.help)(_callback(command))
    return app


def _callback(command: Command[Any]) -> Callable[..., None]:
    """A function with the signature from which Typer makes a command's help page and completion."""

    def callback(**values: Any) -> None:
        """Never called: ``main`` runs commands."""

    metavar, meaning = command.positional
    parameters = []
    if metavar:
        argument = typer.Argument(metavar=metavar, help=meaning, show_default=False)
        parameters.append(_parameter("positional", str | None, argument, None))
    for option in command.options:
        parameters.append(_parameter(option.attribute, _kind(option), _typer_option(option), option.default or None))
    callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    callback.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return callback


def _parameter(name: str, kind: Any, declaration: Any, default: Any) -> inspect.Parameter:
    default = False if kind is bool else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, declaration])


def _kind(option: Option[Any]) -> Any:
    if not option.metavar:
        return bool
    if option.repeated:
        return list[str] | None
    return int if option.minimum is not None else str | None


def _typer_option(option: Option[Any]) -> Any:
    if not option.metavar:
        return typer.Option(*option.flags, help=option.help)
    metavar = "|".join(option.choices) or option.metavar
    choices = list(option.choices)
    return typer.Option(*option.flags, metavar=metavar, help=option.help, autocompletion=(lambda: choices) if choices else None)
