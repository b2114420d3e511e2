"""`gradcli equal`: whether two expressions are equal."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command, flag, whole
from gradcli.cli.framework.options import ASSUME, OutputOptions, ReadOptions, ShapeOptions, SizeLimits
from gradcli.cli.framework.streams import STDIN, read_text, write
from gradcli.cli.inputs.source import as_read
from gradcli.cli.inputs.variables import shapes_of
from gradcli.errors import ExitCode, GradcliError

HELP = """\
Whether two expressions are equal: a counterexample where they differ, and else how far the answer is certain.

\b
  gradcli equal "(x+1)^2" "x^2 + 2x + 1"            equal, with a proof
  gradcli equal "(x+1)^2" "x^2 + 1"                 different, with a point
  gradcli equal "x/x" 1                             equal where both are defined
  gradcli equal "x/x" 1 --same-domain               exit code 1
  gradcli equal "sqrt(x^2)" x --assume "x>0"        at such values; positive: of every variable
  gradcli equal "(A @ B).T" "B.T @ A.T" --shape A=2,3 --shape B=3,4
  gradcli equal -q -- "$answer" "2w + x + 1" && echo right

Each is an expression or a program; - is standard input. Variables need no values. What comes from outside stands behind --,
where nothing is an option, nor standard input. A derivative in it, diff(x^3, x), is computed; gradcli grade refuses such answers.

Exit codes: 0 equal, 1 not equal, 2 bad input, 4 a limit reached, 130 interrupted.
"""


class EqualOptions(ReadOptions, OutputOptions, ShapeOptions, SizeLimits):
    """What a call may ask for."""

    same_domain = flag("Not equal (exit 1) where a point is found at which only one of them is defined.")
    assume = ASSUME
    quiet = flag("Print nothing: the exit code is the answer.", short="-q")
    max_nodes = whole("The largest graph to build of both.", SizeLimits.max_nodes.default)


def run(options: EqualOptions) -> ExitCode:
    """Run the command."""
    format = chosen_format(options.format, json=options.json, quiet=options.quiet)
    texts = _texts(options.positional)

    from gradcli.algebra.assumptions.facts import NOTHING
    from gradcli.algebra.equality.equal import SOURCES, equal

    first, second = (as_read(text, where, options) for text, where in zip(texts, SOURCES, strict=True))
    found = equal(
        first,
        second,
        assume=", ".join(options.assume) or NOTHING,
        max_nodes=options.max_nodes,
        max_elements=options.max_elements,
        shapes=shapes_of(options.shape),
    )
    if format == "json":
        from gradcli.output.reports.equality import equality_json

        write(equality_json(found))
    elif format != "numbers":
        from gradcli.cli.views.show import show_blocks
        from gradcli.output.reports.equality import equality_report

        show_blocks(lambda style: equality_report(found), format)
    right = bool(found) and (found.same_domain or not options.same_domain)
    return ExitCode.SUCCESS if right else ExitCode.NEGATIVE


def _texts(positional: Sequence[str]) -> tuple[str, str]:
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
    if list(positional) == [STDIN, STDIN]:
        raise GradcliError("both expressions cannot come from standard input", hint="give one as an argument")
    first, second = (read_text(text)[0] if text == STDIN else text for text in positional)
    return first, second


AB = ("A B", "Two expressions or programs; one may be - for standard input.")
COMMAND = Command(HELP, AB, EqualOptions, run, takes_expressions=True)
