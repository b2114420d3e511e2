"""The language as text cases: what a program means (``valid``), and what is said of one that means nothing (``invalid``).

``>`` and ``.`` are the lines of the program, ``?`` the values of its variables. A program prints its canonical text, and, where
it has values, ``=`` with the result; the word ``static`` or ``dynamic`` among the values runs it in that mode alone, otherwise
both must give the same. An error prints as a person sees it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textcases import Case, read_cases

from gradcli.autodiff.runs.program_run import record
from gradcli.errors import GradcliError
from gradcli.language.ast import Program
from gradcli.language.numbers import number_text
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text

FOLDER = Path(__file__).parent / "cases"
MARKS = ">.?"
MAX_STEPS = 1_000


def printed(case: Case) -> list[str]:
    """What a case prints."""
    text = "\n".join(case.lines(">."))
    try:
        program = parse(text)
        lines = program_text(program).splitlines()
        again = program_text(parse("\n".join(lines))).splitlines()
        assert again == lines, f"the canonical text {lines} means {again}"
        for point in case.lines("?"):
            lines.append(f"= {_result(program, point.split())}")
        return lines
    except GradcliError as error:
        return error.located(text, "expression").render().splitlines()


def _result(program: Program, words: list[str]) -> str:
    modes = [word for word in words if "=" not in word] or ["dynamic", "static"]
    bindings = {name: float(value) for name, _, value in (word.partition("=") for word in words if "=" in word)}
    values = {number_text(record(program, bindings, mode=mode, max_steps=MAX_STEPS).value) for mode in modes}
    return " or ".join(sorted(values))


@pytest.mark.parametrize("case", read_cases(FOLDER, MARKS), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    assert printed(case) == list(case.printed)
