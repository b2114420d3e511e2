"""Derivations as text cases.

``>`` and ``.`` are the program, ``?`` the values of its variables, and ``wrt`` what to differentiate by where that is not
everything. Each equation of the backward pass is printed with its steps: what it equals, and the rule and note that led there.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textcases import Case, read_cases

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record
from gradcli.derivation.nodes.chain_rule import derive
from gradcli.language.parser import parse
from gradcli.language.text import to_text

FOLDER = Path(__file__).parent / "cases"
MARKS = ">.?"


def tape_of(case: Case) -> Tape:
    """The run of a case."""
    words = dict(word.split("=") for line in case.lines("?") for word in line.split())
    wrt = words.pop("wrt", None)
    mode = words.pop("mode", "dynamic")
    values = {name: float(value) for name, value in words.items()}
    return record(parse("\n".join(case.lines(">."))), values, None if wrt is None else wrt.split(","), mode=mode)


def printed(case: Case) -> list[str]:
    """What a case prints."""
    lines: list[str] = []
    for equation in derive(tape_of(case)).equations.values():
        for index, step in enumerate(equation.steps):
            left = to_text(step.left, pretty=True)
            said = f"{step.rule}: {step.note}" if step.note else step.rule
            lines.append(f"{left if index == 0 else ' ' * len(left)} = {to_text(step.right, pretty=True)}    [{said}]")
    return lines


@pytest.mark.parametrize("case", read_cases(FOLDER, MARKS), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    assert printed(case) == list(case.printed)


@pytest.mark.parametrize("case", read_cases(FOLDER, MARKS), ids=lambda case: case.name)
def test_each_derivation_ends_in_the_gradient_of_the_run(case: Case) -> None:
    tape = tape_of(case)
    derivation = derive(tape)
    for name, value in tape.gradient.items():
        last = [equation for equation in derivation.of(name) if equation.node == tape.graph.variables[name]]
        assert bool(last) == (value is not None and name != tape.names[tape.output])
        if last:
            assert to_text(last[0].steps[-1].right) == to_text(parse(repr(value)).statements[0].value)  # type: ignore[union-attr]
