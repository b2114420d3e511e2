"""`gradcli eval`: value, gradient, graph and derivation of an expression."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.cli.choices import chosen_format, split_names
from gradcli.cli.command import (
    ASCII,
    EXPRESSION,
    EXPRESSION_OPTIONS,
    FORMAT,
    JSON,
    MAX_NODES,
    MODE,
    STRICT,
    Arguments,
    Command,
    Option,
)
from gradcli.cli.finite import not_finite_warnings
from gradcli.cli.streams import STDIN, write_warning
from gradcli.cli.variables import bindings, expression_text, option_like
from gradcli.errors import GradcliError

HELP = """\
Value and gradient of an expression, its graph, and the chain rule step by step.

\b
  gradcli eval "(x+w)*(w+1)" --x 2 --w 1 --wrt w
  gradcli eval "a = x + w; b = w + 1; y = a*b" --x 2 --w 1
  gradcli eval "-x^2" --x=-3 -q                     numbers only: the value, then the gradient
  gradcli eval "sin(θ)" --θ pi/2 --json | jq .grad
  gradcli eval -f neuron.grad --bindings weights.json
  echo "x*w" | gradcli eval - --x 2 --w -1

Each variable of the expression is an option of its own: --x 2, --x=-2, --x pi/2. A variable that is called like an option is
given by --set: --set json=3.

Exit codes: 0 success, 2 bad input, 3 not finite under --strict, 4 a limit reached, 130 interrupted.
"""

OPTIONS = (
    *EXPRESSION_OPTIONS,
    MODE,
    Option("dtype", "Precision; float32 is PyTorch's default.", "TYPE", choices=("float64", "float32"), default="float64"),
    Option("retain-grad", "Keep .grad of these intermediate nodes (a,b), or of all.", "NAMES", repeated=True),
    FORMAT._replace(choices=(*FORMAT.choices, "numbers")),
    JSON,
    Option("quiet", "The value, then the gradient, a number a line: --format numbers.", short="-q"),
    Option("all", "Leave nothing out, however large: table rows, derivations, derivatives."),
    ASCII,
    STRICT,
    MAX_NODES,
)


def run(arguments: Arguments, command: Command) -> None:
    """Run the command."""
    format = chosen_format(arguments)
    values_file = arguments.text("bindings")
    if values_file == STDIN and STDIN in (arguments.text("file"), *arguments.positional):
        raise GradcliError("the expression and the bindings cannot both come from standard input", hint="keep one in a file")
    text, where = expression_text(arguments, command)
    values, from_file = bindings(arguments.variables, arguments.texts("set"), values_file)

    from gradcli.autodiff.record import UnknownVariableError, record
    from gradcli.cli.progress import progress
    from gradcli.cli.show import show
    from gradcli.language.parser import parse

    with progress(len(text)) as step:
        try:
            step("reading the expression")
            program = parse(text, where)
            step("running it forward and backward")
            tape = record(
                program,
                values,
                split_names("--wrt", arguments.texts("wrt")) or None,
                mode=arguments.text("mode") or "",
                dtype=arguments.text("dtype") or "",
                retain_grad=_retained(arguments.texts("retain-grad")),
                max_nodes=arguments.integer("max-nodes"),
                spare=from_file,  # one file of values may serve several expressions
            )
            warnings = not_finite_warnings(tape, arguments.flag("strict"))
        except UnknownVariableError as error:
            raise option_like(error, arguments, command).located(text, where) from None
        except GradcliError as error:
            raise error.located(text, where) from None
    for warning in warnings:
        write_warning(warning)
    unused = [name for name in values if name in from_file and name not in tape.bindings]
    left_over = [f"{values_file} has values that the expression does not use: {', '.join(unused)}"] if unused else []
    show(tape, format, text, [*left_over, *warnings], ascii=arguments.flag("ascii"), show_all=arguments.flag("all"))


def _retained(names: Sequence[str]) -> Sequence[str] | None:
    listed = split_names("--retain-grad", names)
    return None if listed == ["all"] else listed


COMMAND = Command("eval", HELP, EXPRESSION, OPTIONS, run, takes_variables=True)
