"""`gradcli equal`: whether two expressions are equal."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import ASCII, FORMAT, JSON, MAX_ELEMENTS, SHAPE, Arguments, Command, Option
from gradcli.cli.framework.streams import STDIN, read_text
from gradcli.cli.inputs.variables import shapes_of
from gradcli.errors import ExitCode, GradcliError

HELP = """\
Whether two expressions are equal: a counterexample where they differ, and else how far the answer is certain.

\b
  gradcli equal "(x+1)^2" "x^2 + 2x + 1"            equal, with a proof
  gradcli equal "(x+1)^2" "x^2 + 1"                 different, with a point
  gradcli equal "x/x" 1                             equal where both are defined
  gradcli equal "x/x" 1 --same-domain               exit code 1
  gradcli equal "sqrt(x^2)" x --assume positive
  gradcli equal "(A @ B).T" "B.T @ A.T" --shape A=2,3 --shape B=3,4
  gradcli equal "$answer" "2w + x + 1" -q && echo right

Each is an expression or a program; - is standard input. Variables need no values.

Exit codes: 0 equal, 1 not equal, 2 bad input, 4 a limit reached, 130 interrupted.
"""

OPTIONS = (
    Option("same-domain", "Not equal (exit 1) where a point is found at which only one of them is defined."),
    Option("assume", "Compare at positive values of the variables only.", "WHAT", choices=("positive",)),
    FORMAT,
    JSON,
    Option("quiet", "Print nothing: the exit code is the answer.", short="-q"),
    ASCII,
    SHAPE,
    MAX_ELEMENTS,
    Option("max-nodes", "The largest graph to build of both.", "N", default=2_000_000, minimum=1),
)


def run(arguments: Arguments, command: Command) -> ExitCode:
    """Run the command."""
    format = chosen_format(arguments)
    first, second = _texts(arguments.positional)

    from gradcli.algebra.equality.equal import equal

    found = equal(
        first,
        second,
        positive=arguments.text("assume") == "positive",
        max_nodes=arguments.integer("max-nodes"),
        max_elements=arguments.integer("max-elements"),
        shapes=shapes_of(arguments.texts("shape")),
    )
    if format == "json":
        from gradcli.cli.framework.streams import write
        from gradcli.output.reports.equality import equality_json

        write(equality_json(found))
    elif format != "numbers":
        from gradcli.cli.views.show import show_blocks
        from gradcli.output.reports.equality import equality_report

        show_blocks(lambda style: equality_report(found), format, ascii=arguments.flag("ascii"))
    right = bool(found) and (found.same_domain or not arguments.flag("same-domain"))
    return ExitCode.SUCCESS if right else ExitCode.NEGATIVE


def _texts(positional: list[str]) -> tuple[str, str]:
    """The texts of the two expressions.

    Raises:
        GradcliError: There are fewer or more, or both are standard input.
    """
    if len(positional) != 2:
        count = {0: "no expression", 1: "only one expression"}.get(len(positional), f"{len(positional)} expressions")
        verb = "is" if len(positional) < 2 else "are"
        raise GradcliError(
            f"there {verb} {count}, and two are compared", hint='put each in quotation marks: gradcli equal "(x+1)^2" "x^2+2x+1"'
        )
    if positional == [STDIN, STDIN]:
        raise GradcliError("both expressions cannot come from standard input", hint="give one as an argument")
    first, second = (read_text(text)[0] if text == STDIN else text for text in positional)
    return first, second


COMMAND = Command(
    "equal", HELP, ("A B", "Two expressions or programs; one may be - for standard input."), OPTIONS, run, takes_expressions=True
)
