"""`gradcli equal`: whether two expressions are equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command, flag, text, whole
from gradcli.cli.framework.options import ASSUME, OutputOptions, ReadOptions, ShapeOptions, SizeLimits
from gradcli.cli.framework.streams import STDIN, read_text, write
from gradcli.cli.inputs.source import as_read, side_as_read
from gradcli.cli.inputs.variables import shapes_of
from gradcli.errors import ExitCode, GradcliError

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions
    from gradcli.algebra.equality.verdict import Equality
    from gradcli.language.ast import Program

HELP = """\
Whether two expressions are equal: a counterexample where they differ, and else how far the answer is certain.

\b
  gradcli equal "(x+1)^2" "x^2 + 2x + 1"            equal, with a proof
  gradcli equal "(x+1)^2" "x^2 + 1"                 different, with a point
  gradcli equal "x/x" 1                             equal where both are defined
  gradcli equal "x/x" 1 --same-domain               exit code 1
  gradcli equal "sqrt(x^2)" x --assume "x>0"        at such values; positive: of every variable
  gradcli equal "sin(x)^2" "-cos(x)^2" --up-to constant
  gradcli equal "3x + 1 = 0" "6x = -2" --equations
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
    up_to = text(
        "Equal where the first is the second plus one number (constant), or times one that is not 0 (factor).",
        "WHAT",
        choices=("constant", "factor"),
    )
    equations = flag("Compare two equations: equal where one is a multiple of the other by a number that is not 0.")
    quiet = flag("Print nothing: the exit code is the answer.", short="-q")
    max_nodes = whole("The largest graph to build of both.", SizeLimits.max_nodes.default)


def run(options: EqualOptions) -> ExitCode:
    """Run the command."""
    format = chosen_format(options.format, json=options.json, quiet=options.quiet)
    texts = _texts(options.positional)

    from gradcli.algebra.assumptions.facts import NOTHING
    from gradcli.algebra.equality.equal import SOURCES, equal

    if options.equations:
        first, second = texts
    else:
        first, second = (as_read(text, where, options) for text, where in zip(texts, SOURCES, strict=True))
    assume = ", ".join(options.assume) or NOTHING
    limits = {"max_nodes": options.max_nodes, "max_elements": options.max_elements}
    if options.equations or options.up_to is not None:
        found = _up_to(first, second, options, assume, limits)
    else:
        found = equal(first, second, assume=assume, shapes=shapes_of(options.shape), **limits)
    if format == "json":
        from gradcli.output.reports.equality import equality_json

        write(equality_json(found))
    elif format != "numbers":
        from gradcli.cli.views.show import show_blocks
        from gradcli.output.reports.equality import equality_report

        show_blocks(lambda style: equality_report(found), format)
    right = bool(found) and (found.same_domain or not options.same_domain)
    return ExitCode.SUCCESS if right else ExitCode.NEGATIVE


def _up_to(first: str, second: str, options: EqualOptions, assume: Assumptions | str, limits: Mapping[str, int]) -> Equality:
    """Two expressions up to a number, or the differences of the sides of two equations."""
    from gradcli.algebra.equality.equal import SOURCES
    from gradcli.algebra.equality.up_to import MULTIPLIED, equal_up_to

    if options.shape:
        raise GradcliError("arrays are not compared up to a number", hint="leave --shape out")
    if not options.equations:
        return equal_up_to(first, second, options.up_to or MULTIPLIED, assume=assume, **limits)
    if options.up_to is not None:
        raise GradcliError("--equations and --up-to do not go together", hint="leave one out")
    sides = [_difference(text, where, options) for text, where in zip((first, second), SOURCES, strict=True)]
    return equal_up_to(sides[0], sides[1], MULTIPLIED, assume=assume, **limits)


def _difference(text: str, where: str, options: EqualOptions) -> Program:
    """The program whose value is 0 where an equation holds."""
    from gradcli.language.equation import equation

    return equation(text, where, lambda side: side_as_read(side, text, where, options)).difference


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
