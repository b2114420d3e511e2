"""`gradcli check`: whether a gradient is right, by differences, the complex step and high precision."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence

from gradcli.cli.framework.choices import check_stdin, chosen_format, file_format, refuse, tolerance
from gradcli.cli.framework.command import Command, Options, flag, some_whole, text, texts, whole
from gradcli.cli.framework.options import (
    EXPRESSION,
    VERDICT,
    AssumeOptions,
    BackwardOptions,
    ExpressionOptions,
    FileOptions,
    Limits,
    ModeOptions,
    OutputOptions,
    ShapeOptions,
    WrtOptions,
)
from gradcli.cli.framework.streams import STDIN, can_print_signs, write_to
from gradcli.cli.inputs.run import request_of
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import bindings_of, json_value, number, shapes_of
from gradcli.errors import ExitCode, GradcliError, located
from gradcli.frozen import replace
from gradcli.output.formats import CHECKS
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.analysis.verification.sampled import Sampled
    from gradcli.analysis.verification.stated import Stated
    from gradcli.autodiff.passes.tape import Tape


HELP = """\
Whether the gradient is right. Against central differences over a ladder of steps, the complex step, and values of 50 digits.

\b
  gradcli check "(x+w)*(w+1)" --x 2 --w 1
  gradcli check "(1 - cos(x))/x^2" --x 1e-7          which node loses the digits
  gradcli check "abs(x)*w" --x 0 --w 3               at a kink: the slopes on both sides
  gradcli check "log(x)*w" --points 100 --assume "0<x<1"
  gradcli check "sum(tanh(A @ x)^2)" --shape A=3,4 --shape x=4
  gradcli check -f program.grad --x 2 --order 2      second derivatives as well
  gradcli check "x*sin(x)" --x 1 -o v.svg            error against step
  gradcli check "(x+w)*(w+1)" --x 2 --w 1 --gradient "w: 2w+x"      somebody else's gradient

Variables without a value are random, in what --assume says of them. Each node is checked as well: a rule that is wrong is named
with its node. Of more than 50 variables, or of large arrays, random directions are checked instead of every derivative.

Exit codes: 0 nothing is wrong, 1 something is, 2 bad input, 4 a limit reached, 130 interrupted.
"""


_POINTS = 10
"""Random points where a variable has no value and nothing is said."""


class CheckOptions(ExpressionOptions, WrtOptions, ModeOptions, ShapeOptions, AssumeOptions, OutputOptions, FileOptions, Limits):
    """What a call may ask for."""

    cotangent = BackwardOptions.cotangent
    quiet = VERDICT
    gradient = texts(
        "Check somebody else's gradient as well: 'w: 2w+x' for a variable, repeated, or a .csv, .npy or .json of numbers.",
        "DERIVATIVE",
    )
    tol = text("How far off it may be, beside the size of the right one: 1e-6 where left out.", "NUMBER")
    points = some_whole("How many random points to check; 10 where left out and a variable has no value.", maximum=100_000)
    seed = whole("Another number gives other random points and directions.", 1, minimum=0)
    order = whole("2 checks second derivatives as well: products of the Hessian and a random direction.", 1, maximum=2)
    format = text("How to write it; svg draws the error against the step.", "FORMAT", choices=tuple(CHECKS))
    kinks = flag(
        "What PyTorch, JAX, TensorFlow, CasADi, autograd and PyTensor give at kinks and ends that the run meets, as measured."
    )
    all = flag("Leave nothing out, however large.")


def run(options: CheckOptions) -> ExitCode:
    """Run the command."""
    check_stdin(expression=options.file or next(iter(options.positional), None), bindings=options.bindings)
    format = file_format(chosen_format(options), options.output, CHECKS)
    text, where = expression_text(options)
    found = _checked(text, where, options)
    name = None if format is None else format.name
    if options.output in (None, STDIN) and name in (None, "rich", "text"):
        from gradcli.cli.views.show import show_blocks
        from gradcli.output.reports.runs.check import check_report

        show_blocks(lambda style: check_report(found, style, show_all=options.all, kinks=options.kinks), name)
    else:
        ascii = options.ascii or (options.output is None and not can_print_signs())
        write_to(options.output, _pieces(found, text, name or "text", options, ascii), ascii=ascii)
    return ExitCode.NEGATIVE if found.failed else ExitCode.SUCCESS


def _checked(text: str, where: str, options: CheckOptions) -> Sampled:
    """What is found, at the point that is given or at random ones."""
    if not options.gradient:
        refuse(options, ("tol",), "is for --gradient")
    values, spare = bindings_of(options)
    shapes = shapes_of(options.shape)

    from gradcli.algebra.assumptions.facts import NOTHING
    from gradcli.algebra.assumptions.reader import read_assumptions
    from gradcli.analysis.verification.sampled import check, runs_beside
    from gradcli.autodiff.runs.names_asked import check_used, variables_among
    from gradcli.language.parser import parse
    from gradcli.language.statements import free_names

    with located(text, where):
        program = parse(text, where)
        free = free_names(program)
        check_used(free, {**values, **dict.fromkeys(shapes, 0.0)}, spare)
        missing = [name for name in variables_among(free, {**values, **shapes}) if name not in values]
        for name in shapes:
            if name in values:
                raise GradcliError(f"{name} has a value and, by --shape, none", hint="leave one out")
        if not missing:
            refuse(options, ("points", "assume"), "is for variables without a value", "leave a value out")
        assume = read_assumptions(", ".join(options.assume), missing) if options.assume else NOTHING
        cotangent = None if options.cotangent is None else number(options.cotangent, "--cotangent", options)
        asked = request_of(options, bindings=values, spare=spare, needs_cotangent=False, cotangent=cotangent)
        found = check(
            program,
            asked,
            {name: shapes.get(name, ()) for name in missing},
            points=options.points or (_POINTS if missing else 1),
            seed=options.seed,
            assume=assume,
            order=options.order,
        )
        if options.gradient:
            beside = [] if missing else runs_beside(program, asked, found.points[0].tape)
            found = replace(found, stated=_stated(options, found, text, beside))
        return found


def _stated(options: CheckOptions, found: Sampled, text: str, beside: Sequence[Tape]) -> list[Stated]:
    """Somebody else's gradient beside that at each point, and beside the only one."""
    from gradcli.analysis.verification.stated import held_against

    points = found.points[:: found.order]
    tapes = [point.tape for point in points]
    given = given_gradient(options.gradient, tapes[0], options)
    return held_against(tapes, given, text, 1e-6 if options.tol is None else tolerance(options.tol), beside,
                        [point.exact_gradient for point in points], [point.slopes for point in points])  # fmt: skip


def _pieces(found: Sampled, text: str, format: str, options: CheckOptions, ascii: bool) -> Iterable[str]:
    """What was found as a document of a format."""
    if format == "json":
        from gradcli.output.serialization.verification import check_json

        return check_json(found, text)
    from gradcli.output.reports.runs.check import check_report, curve_of

    if format == "svg":
        curve = curve_of(found.worst)
        if curve is None:
            raise GradcliError("there are no differences to draw", hint="choose another point")
        return CHECKS[format].written(curve)
    from gradcli.cli.views.show import blocks_said
    from gradcli.output.reports.blocks import Style
    from gradcli.output.reports.plain import plain_lines

    report = check_report(found, Style(ascii), show_all=options.all, kinks=options.kinks)
    return (f"{line}\n" for line in plain_lines(blocks_said(report)))


COMMAND = Command(HELP, EXPRESSION, CheckOptions, run, takes_variables=True, work="checking derivatives")


OPTION = "--gradient"
_FILES = (".csv", ".npy", ".json")
_NEXT = re.compile(r"[,;]\s*([^\W\d]\w*)\s*:")


def given_gradient(given: Sequence[str], tape: Tape, options: Options) -> dict[str, Any]:
    """The derivatives that the option gives, by variable: the text of an expression, a number, or an array.

    Args:
        given: ``x: 2x``, or the name of a file, each.
        tape: A run, whose gradient it is said to be.
        options: The call.

    Raises:
        GradcliError: One says no variable, or several; a file cannot be read, or has as many numbers as the variables have not.
    """
    found: dict[str, Any] = {}
    for one in given:
        for name, value in _given(one, tape, options).items():
            if name in found:
                raise GradcliError(f"{OPTION} {name} is given twice", hint="leave one out")
            found[name] = value
    return found


def _given(one: str, tape: Tape, options: Options) -> Mapping[str, Any]:
    name, colon, derivative = [part.strip() for part in one.partition(":")]
    if os.path.splitext(one)[1].lower() in _FILES or os.path.isfile(one):
        return _of_file(one, tape, options)
    if not colon:
        first = next(iter(tape.wrt), "x")
        raise GradcliError(f"{OPTION} '{one}' does not say by which variable it is",
                           hint=f"for example {OPTION} '{first}: {one}'; or a file that ends in {', '.join(_FILES)}")  # fmt: skip
    if any(further.group(1) in tape.wrt for further in _NEXT.finditer(derivative)):
        parts = re.split(r"[,;]\s*(?=[^\W\d]\w*\s*:)", one)
        raise GradcliError(f"{OPTION} takes the derivative by one variable, not '{one}'",
                           hint="repeat it: " + " ".join(f"{OPTION} '{part.strip()}'" for part in parts))  # fmt: skip
    plain = derivative.startswith(("[", "@"))
    return {name: number(derivative, f"{OPTION} {name}", options) if plain else derivative}


def _of_file(path: str, tape: Tape, options: Options) -> Mapping[str, Any]:
    """Numbers by name from an object of JSON or a CSV with a header; else one for each element, in the order of the variables."""
    from gradcli.cli.inputs.array_files import array_file, csv_columns

    by_name: Mapping[str, Any] | None = None
    if path.lower().endswith(".json"):
        from gradcli.cli.inputs.json_file import read_json

        data, where = read_json(path, parse_int=float)
        if isinstance(data, dict):
            gradient = data.get("grad") if str(data.get("schema", "")).startswith("gradcli/") else data
            if not isinstance(gradient, dict):
                raise GradcliError(f"{where} is a document of gradcli without a gradient", hint="gradcli eval --json writes one")
            by_name = {name: json_value(value, name, where, options) for name, value in gradient.items()}
    elif path.lower().endswith(".csv"):
        by_name = csv_columns(path)
    if by_name is not None:
        return by_name
    from gradcli.analysis.verification.stated import numbers_by_name

    return numbers_by_name(tape, array_file(path, OPTION))
