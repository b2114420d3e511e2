"""`gradcli equal`: whether two expressions are equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gradcli.cli.framework.choices import chosen_format, tolerance
from gradcli.cli.framework.command import Command, flag, some_whole, text, whole
from gradcli.cli.framework.options import ASSUME, VERDICT, ReadOptions, ResultOptions, ShapeOptions, SizeLimits
from gradcli.cli.framework.streams import STDIN, read_text, write_json
from gradcli.cli.inputs.source import as_read, say_reading, side_as_read
from gradcli.cli.inputs.variables import shapes_of
from gradcli.errors import ExitCode, GradcliError
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions
    from gradcli.algebra.equality.verdict import Equality, Tolerance
    from gradcli.language.ast import Program

HELP = """\
Whether two expressions are equal. A counterexample where they differ, and else how far the answer is certain.

\b
  gradcli equal "(x+1)^2" "x^2 + 2x + 1"            equal, with a proof
  gradcli equal "(x+1)^2" "x^2 + 1"                 different, with a point
  gradcli equal "x/x" 1                             equal where both are defined
  gradcli equal "x/x" 1 --same-domain               exit code 1
  gradcli equal "sqrt(x^2)" x --assume "x>0"        at such values; positive: of every variable
  gradcli equal "sin(x)^2" "-cos(x)^2" --up-to constant
  gradcli equal "3x + 1 = 0" "6x = -2" --equations
  gradcli equal "{1, x}" "{x, 1}"                   sets: in any order
  gradcli equal 3.14 pi --digits 2                  at each point; --tol 1e-3 beside the size of the second
  gradcli equal "(A @ B).T" "B.T @ A.T" --shape A=2,3 --shape B=3,4
  gradcli equal -q -- "$answer" "2w + x + 1" && echo right

Each is an expression or a program; - is standard input. Variables need no values. What comes from outside stands behind --,
where nothing is an option, nor standard input. A derivative in it, diff(x^3, x), is computed; gradcli grade refuses such answers.

Exit codes: 0 equal, 1 not equal, 2 bad input, 4 a limit reached, 130 interrupted.
"""


class EqualOptions(ReadOptions, ResultOptions, ShapeOptions, SizeLimits):
    """What a call may ask for."""

    same_domain = flag("Not equal (exit 1) where a point is found at which only one of them is defined.")
    assume = ASSUME
    up_to = text(
        "Equal where the first is the second plus one number (constant), or times one that is not 0 (factor).",
        "WHAT",
        choices=("constant", "factor"),
    )
    equations = flag("Compare two equations: equal where one is a multiple of the other by what is nowhere 0: a number, exp(x).")
    digits = some_whole("Digits after the point to which values have to agree.", minimum=0, maximum=300)
    tol = text("How far off a value may be, beside the size of the second: 1e-3.", "NUMBER")
    quiet = VERDICT
    max_nodes = whole("The largest graph to build of both.", SizeLimits.max_nodes.default)


def run(options: EqualOptions) -> ExitCode:
    """Run the command."""
    format = chosen_format(options)
    texts = _texts(options.positional)

    from gradcli.algebra.assumptions.facts import NOTHING
    from gradcli.algebra.equality.equal import SOURCES, equal
    from gradcli.language.set_text import elements_of

    assume = ", ".join(options.assume) or NOTHING
    limits = {"max_nodes": options.max_nodes, "max_elements": options.max_elements}
    allowed = _tolerance(options)
    if options.equations or options.up_to is not None:

        def compare(first: str, second: str) -> Equality:
            return _up_to(first, second, options, assume, limits)

    else:
        shapes = shapes_of(options.shape)

        def compare(first: str, second: str) -> Equality:
            return equal(first, second, assume=assume, tolerance=allowed, shapes=shapes, **limits)

    sets = [elements for text in texts if (elements := elements_of(text)) is not None]
    if options.equations:
        found = compare(*texts)
    elif sets:
        found = _compared_sets(texts, sets, options, compare)
    else:
        first, second = (as_read(text, where, options) for text, where in zip(texts, SOURCES, strict=True))
        found = compare(first, second)
    if format == "json":
        from gradcli.output.reports.calculus.equality import equality_json

        write_json(equality_json(found))
    elif not options.quiet:
        from gradcli.cli.views.show import show_blocks
        from gradcli.output.reports.calculus.equality import equality_report

        show_blocks(lambda style: equality_report(found), format)
    right = bool(found) and (found.same_domain or not options.same_domain)
    return ExitCode.SUCCESS if right else ExitCode.NEGATIVE


def _tolerance(options: EqualOptions) -> Tolerance:
    from gradcli.algebra.equality.verdict import EXACT, Tolerance

    if options.digits is None and options.tol is None:
        return EXACT
    if options.equations or options.up_to is not None:
        raise GradcliError("--digits and --tol go with values alone", hint="leave --equations and --up-to out")
    return Tolerance(options.digits, 0.0 if options.tol is None else tolerance(options.tol))


def _compared_sets(
    texts: tuple[str, str], sets: Sequence[list[str]], options: EqualOptions, compare: Callable[[str, str], Equality]
) -> Equality:
    """Two sets, their elements read as the call says."""
    from gradcli.algebra.equality.equal import SOURCES
    from gradcli.algebra.equality.sets import equal_sets
    from gradcli.language.set_text import whole_set

    if len(sets) == 1:
        raise GradcliError("only one of the two is a set", hint="put the elements of the other in braces as well: {1, 2}")
    read: list[list[str]] = []
    for source, elements, where in zip(texts, sets, SOURCES, strict=True):
        read.append([side_as_read(element, source, where, options) for element in elements])
        say_reading(whole_set(source, read[-1]), options)
    return equal_sets(read[0], read[1], texts, compare)


def _up_to(first: str, second: str, options: EqualOptions, assume: Assumptions | str, limits: Mapping[str, int]) -> Equality:
    """Two expressions up to a number, or the differences of the sides of two equations."""
    from gradcli.algebra.equality.equal import SOURCES
    from gradcli.algebra.equality.up_to import MULTIPLIED, equal_equations, equal_up_to

    if options.shape:
        raise GradcliError("arrays are not compared up to a number", hint="leave --shape out")
    if not options.equations:
        return equal_up_to(first, second, options.up_to or MULTIPLIED, assume=assume, **limits)
    if options.up_to is not None:
        raise GradcliError("--equations and --up-to do not go together", hint="leave one out")
    sides = [_difference(text, where, options) for text, where in zip((first, second), SOURCES, strict=True)]
    return equal_equations(sides[0], sides[1], assume=assume, **limits)


def _difference(text: str, where: str, options: EqualOptions) -> Program:
    """The program whose value is 0 where an equation holds."""
    from gradcli.language.equation import equation

    found = equation(text, where, lambda side: side_as_read(side, text, where, options))
    say_reading(found.text, options)
    return found.difference


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
COMMAND = Command(HELP, AB, EqualOptions, run, takes_expressions=True, work="comparing the two")
