"""`gradcli eval`: value, gradient, graph and derivation of an expression."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gradcli.cli.choices import chosen_format, one_of, split_names
from gradcli.cli.streams import STDIN, write_warning
from gradcli.cli.variables import VariablesCommand, bindings, expression_text, option_like, sorted_arguments
from gradcli.errors import ExitCode, GradcliError

if TYPE_CHECKING:
    from gradcli.autodiff.tape import Tape
    from gradcli.language.ast import Program

HELP = """\
Value and gradient of an expression, its graph, and the chain rule step by step.

\b
  gradcli eval "(x+w)*(w+1)" --x 2 --w 1 --wrt w
  gradcli eval "a = x + w; b = w + 1; y = a*b" --x 2 --w 1
  gradcli eval "-x^2" --x=-3 -q                  numbers only: the value, then the gradient
  gradcli eval "sin(θ)" --θ pi/2 --json | jq .grad.θ
  gradcli eval -f neuron.grad --bindings weights.json
  echo "x*w" | gradcli eval - --x 2 --w -1

Each variable of the expression is an option of its own: --x 2, --x=-2, --x pi/2. A variable that is called like an option is
given by --set: --set json=3.
"""


def evaluate(
    ctx: typer.Context,
    expression: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EXPRESSION]", help="The expression or program; - reads standard input.", show_default=False),
    ] = None,
    file: Annotated[str | None, typer.Option("-f", "--file", metavar="FILE", help="Read the expression from a file.")] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("-s", "--set", metavar="NAME=VALUE", help="The value of a variable, whatever its name.")
    ] = None,
    bindings_file: Annotated[
        str | None,
        typer.Option("--bindings", metavar="FILE", help="Values from a JSON object; - reads standard input."),
    ] = None,
    wrt: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Differentiate by these variables (w,x or repeated); by all where left out."),
    ] = None,
    mode: Annotated[
        str, typer.Option(metavar="MODE", help="dynamic records each operation as it runs; static builds, shares and folds first.")
    ] = "dynamic",
    dtype: Annotated[str, typer.Option(metavar="TYPE", help="float64, or float32 as PyTorch has by default.")] = "float64",
    retain_grad: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Keep .grad of these intermediate nodes (a,b), or of all."),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(metavar="FORMAT", help="rich, text, json or numbers; where left out rich on a terminal, text in a pipe."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document: --format json.")] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="The value, then the gradient, a number a line: --format numbers.")
    ] = False,
    show_all: Annotated[
        bool, typer.Option("--all", help="Leave nothing out, however large: table rows, derivations, derivatives.")
    ] = False,
    ascii: Annotated[bool, typer.Option("--ascii", help="No signs beyond ASCII.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail (exit 3) where a value or a derivative is not finite.")] = False,
    max_nodes: Annotated[int, typer.Option(metavar="N", min=1, help="The largest graph to build.")] = 5_000_000,
) -> None:
    form = chosen_format(format, json, quiet)
    one_of("--mode", mode, ("dynamic", "static"))
    one_of("--dtype", dtype, ("float64", "float32"))
    if bindings_file == STDIN and STDIN in (file, *(expression or ())):
        raise GradcliError("the expression and the bindings cannot both come from standard input")
    text, where = expression_text(ctx, file)
    values, from_file = bindings(sorted_arguments(ctx).variables, assignments or (), bindings_file)

    from gradcli.autodiff.tape import UnknownVariableError, record
    from gradcli.cli.progress import progress
    from gradcli.cli.show import show
    from gradcli.language.parser import parse

    with progress(len(text)) as step:
        try:
            step("reading the expression")
            program = parse(text, where)
            warnings = _drop_unused(values, from_file, program, bindings_file)
            step("running it forward and backward")
            tape = record(
                program,
                values,
                None if wrt is None else split_names("--wrt", wrt),
                mode=mode,
                dtype=dtype,
                retain_grad=_retained(retain_grad),
                max_nodes=max_nodes,
            )
            warnings += _not_finite(tape, strict)
        except UnknownVariableError as error:
            raise option_like(ctx, error).located(text, where) from None
        except GradcliError as error:
            raise error.located(text, where) from None
    for warning in warnings:
        write_warning(warning)
    show(tape, form, text, warnings, ascii=ascii, show_all=show_all)


def _drop_unused(values: dict[str, float], from_file: Collection[str], program: Program, file: str | None) -> list[str]:
    """Leave out values of a file that the expression does not use; the warning that says so.

    One file of values may serve several expressions. A value that is given on the command line must be used.
    """
    if not from_file:
        return []
    from gradcli.lowering.lower import free_names

    free = free_names(program)
    unused = [name for name in values if name in from_file and name not in free]
    for name in unused:
        del values[name]
    return [f"{file} has values that the expression does not use: {', '.join(unused)}"] if unused else []


def _retained(names: Sequence[str] | None) -> Sequence[str] | None:
    if names is None:
        return ()
    listed = split_names("--retain-grad", names)
    return None if listed == ["all"] else listed


def _not_finite(tape: Tape, strict: bool) -> list[str]:
    """Warnings for what is not finite; under --strict the first of them is an error."""
    found = tape.not_finite()
    if strict and found:
        message, id = found[0]
        span = None if id is None or tape.graph.spans[id] == (0, 0) else tape.graph.spans[id]
        raise GradcliError(message, span, exit_code=ExitCode.NOT_FINITE)
    more = [f"and {len(found) - 5} more values that are not finite"] if len(found) > 5 else []
    return [message for message, _ in found[:5]] + more


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("eval", cls=VariablesCommand, help=HELP)(evaluate)
