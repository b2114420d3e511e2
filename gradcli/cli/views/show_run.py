"""What `gradcli run` shows of one run."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.prepared import results, run_once
from gradcli.cli.framework.streams import write, write_json, write_note, write_warning
from gradcli.cli.inputs.run import not_finite_warnings, without_gradient
from gradcli.cli.views.show import show_blocks
from gradcli.errors import visible
from gradcli.frozen import replace
from gradcli.language.ast import Program
from gradcli.language.numbers import number_text
from gradcli.language.parser import is_name
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import Shown
from gradcli.output.reports.blocks import Lines, Style
from gradcli.output.reports.runs.printed import printed_line
from gradcli.output.serialization.outputs import run_json


def show_run(program: Program, asked: Request, text: str, format: str | None, *, strict: bool) -> None:
    """Run a program once, and write what it prints, its outputs and the gradient to standard output.

    Args:
        program: The program.
        asked: What is asked for.
        text: Its source text.
        format: ``rich``, ``text``, ``json`` or ``numbers``; None for what suits the terminal or pipe.
        strict: Whether what is not finite is an error.

    Raises:
        GradcliError: The program or a value is wrong.
    """
    printed: list[str] = []

    def on_print(shown: Shown) -> None:
        line = printed_line(shown)
        if format == "json":
            printed.append(f"{line}\n")
        elif format == "numbers":
            write_note(visible(line), own=False)
        else:  # as the program runs, which may take long
            write([f"{visible(line)}\n"])

    names = results(program, asked)
    tape, ids = run_once(program, replace(asked, on_print=on_print))
    warnings = [*tape.warnings, *not_finite_warnings(tape, strict), *without_gradient(tape, names[0])]
    for warning in warnings:
        write_warning(warning)
    values = dict(zip(names, [tape.values[id] for id in ids], strict=True))
    if format == "json":
        write_json(run_json(tape, values, text, "".join(printed), warnings))
    elif format == "numbers":
        numbers = [*values.values(), *(tape.full_gradient.values() if _gradient(tape) else ())]
        write(f"{number_text(value)}\n" for value in numbers)
    else:
        show_blocks(lambda style: [Lines(list(_lines(tape, values, style)), important=True)], format)


def _gradient(tape: Tape) -> dict[str, object]:
    """The gradient, where there is one: an array has none without a cotangent."""
    known = tape.adjoints[tape.output] is not None or not tape.requires_grad[tape.output]
    return dict(tape.gradient) if known else {}


def _lines(tape: Tape, values: dict[str, object], style: Style) -> Iterable[str]:
    first = next(iter(values))
    whole = first if is_name(first) else f"({first})"
    for name, value in values.items():
        yield f"{name} = {number_text(value)}"
    for name, value in _gradient(tape).items():
        left = style.text(to_text(replace(tape.derivative(name), output=whole), pretty=True))
        if value is not None:
            yield f"{left} = {number_text(value)}"
        elif not tape.requires_grad[tape.output]:
            yield f"{left}: none, {first} carries no gradient"
        elif tape.depends_on(name):
            yield f"{left}: none, no gradient flows from {first} to {name}"
        else:
            yield f"{left}: none, {first} does not depend on {name}"
