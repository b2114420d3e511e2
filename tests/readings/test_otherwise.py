"""What could be meant otherwise is said whatever stands before it, and the other reading is kept."""

from __future__ import annotations

import math

import pytest

from gradcli.autodiff.runs.program_run import record
from gradcli.language.ast import Output, Program
from gradcli.language.parser import parse
from gradcli.language.readings.otherwise import otherwise
from gradcli.language.statements import free_names
from gradcli.ops.words import read
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.tasks import task

PLACES = [
    ("e^2x", "e^(2*x)"),
    ("e^-2x", "e^(-2*x)"),
    ("2^3x", "2^(3*x)"),
    ("x^2x", "x^(2*x)"),
    ("x^2n", "x^(2*n)"),
    ("e^2(x+1)", "e^(2*(x + 1))"),
    ("e^2sin(x)", "e^(2*sin(x))"),
    ("x^1/2", "x^(1/2)"),
    ("x^-1/2", "x^(-1/2)"),
    ("(x+1)^1/3", "(x + 1)^(1/3)"),
    ("sin x/2", "sin(x/2)"),
    ("cos^2 x/2", "cos(x/2)^2"),
    ("ln x y", "ln(x)*y"),
    ("e^kt", "e^k*t"),
]
"""What has two readings, and the one that is not taken."""

BEFORE = ["{}", "3{}", "3*{}", "-{}", "x*{}", "1 + {}", "2x*{}", "({})", "5({})", "y - 2{}"]

QUIET = [
    "x^2y",
    "2x^2 y",
    "3*x^2*y",
    "e^(2x)",
    "2e^(2)x",
    "2(e^2)x",
    "x(x^1)/2",
    "2e^x sin(x)",
    "e^x + 1",
    "2x^(1/2)",
    "3(sin x)/2",
]


def _value(program: Program) -> float:
    point = {"x": 1.3, "y": 0.7, "n": 2.2, "k": 0.6, "t": 1.7}
    return float(record(program, {name: value for name, value in point.items() if name in free_names(program)}, wrt=[]).value)


@pytest.mark.parametrize(("text", "other"), PLACES)
def test_a_note_comes_whatever_stands_before(text: str, other: str) -> None:
    alone = read(text).notes
    assert len(alone) == 1
    for before in BEFORE:
        if text[0].isdecimal() and before.split("{")[0][-1:].isalnum():
            continue
        found = read(before.format(text))
        assert set(alone) <= set(found.notes), before
        (only,) = found.program.statements
        assert isinstance(only, Output)
        strict = before.format(f"({other})")
        expected = _value(parse(strict))
        others = [_value(Program((Output(one),))) for one in otherwise(only.value, found.others)]
        assert any(math.isclose(one, expected) for one in others), before


@pytest.mark.parametrize("text", QUIET)
def test_nothing_is_said_where_parentheses_say_it(text: str) -> None:
    assert not read(text).notes


def test_names_of_one_exponent_are_not_taken_for_another() -> None:
    assert read("2/e^2x").read_as == "2/e^2*x"
    assert len(read("2/e^2x").notes) == 1


@pytest.mark.parametrize(
    ("question", "ask", "answer", "other"),
    [
        ("exp(2*x)", "derivative", "2e^2x", "2*e^(2*x)"),
        ("sqrt(x)", "derivative", "1/(2x^1/2)", "1/(2*x^(1/2))"),
        ("sqrt(x)", "derivative", "y' = 1/2sqrt(x)", "1/(2*sqrt(x))"),
        ("x^(3/2)", "derivative", "3/2 x^1/2", "3/2*x^(1/2)"),
        ("2*x^(5/2)/5", "derivative", "x^3/2", "x^(3/2)"),
        ("exp(x + 1)", "derivative", "e^x+1", "e^(x + 1)"),
        ("exp(2*x) + exp(3*x)/3", "derivative", "2e^2x + e^3x", "2*e^(2*x) + e^(3*x)"),
        ("w*exp(2*x)", "gradient", "[e^2x, 2w e^2x]", "[e^(2*x), 2*w*e^(2*x)]"),
    ],
)
def test_an_answer_that_would_be_right_is_told_so(question: str, ask: str, answer: str, other: str) -> None:
    marked = task(question, ask, ["x"] if ask == "derivative" else ["w", "x"]).mark(answer)
    assert marked.verdict is Verdict.WRONG
    assert marked.note.startswith(f"as it was read it is wrong; {other} would be right")
    assert not marked.reasons


def test_a_sum_with_blanks_is_a_sum() -> None:
    assert "would be right" not in task("exp(x + 1)", "derivative", ["x"]).mark("e^x + 1").note
