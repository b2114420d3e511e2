"""Exercises: right answers are SymPy's, each exported wrong answer is graded with the reason it was exported with."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from pathlib import Path

import jsonschema
import pytest
import sympy
from commandline import command

from gradcli.output.schemas import SCHEMAS
from gradcli.teaching.exercises.exercise_sets import Wanted, exercises
from gradcli.teaching.exercises.exercises import WRONG, Exercise, Source
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict

KINDS = [
    Wanted(1, 2, ("mul", "sin", "exp"), ("x",)),
    Wanted(2, 3, ("add", "mul", "sin"), ("x", "w")),
    Wanted(2, 3, ("div", "pow", "log"), ("x",)),
    Wanted(3, 4, ("add", "mul", "tanh", "sqrt"), ("t",)),
]


@functools.cache
def exercises_of(wanted: Wanted) -> list[Exercise]:
    """Exercises that several tests look at."""
    return list(exercises(11, 2, wanted))


def _sympy(text: str) -> sympy.Expr:
    return sympy.sympify(text.replace("^", "**"), locals={"e": sympy.E})


@pytest.mark.parametrize("wanted", KINDS, ids=lambda wanted: "-".join(wanted.operations))
def test_an_exercise_is_right(wanted: Wanted) -> None:
    for one in exercises_of(wanted):
        x = sympy.Symbol(one.wrt)
        right = sympy.diff(_sympy(one.expression), x)
        point = {sympy.Symbol(name): value for name, value in one.point.items()}
        for shift in (0, sympy.Rational(1, 7), sympy.Rational(3, 11)):
            at = {name: value + shift for name, value in point.items()}
            assert abs(sympy.N((right - _sympy(one.answer)).subs(at))) < 1e-9
        assert abs(float(sympy.re(sympy.N(right.subs(point)))) - one.value) < 1e-9 * max(1, abs(one.value))
        assert len(re.findall(rf"\b{one.wrt}\b", one.expression)) == one.difficulty.paths
        assert 1 <= one.difficulty.band <= 5


@pytest.mark.parametrize("wanted", KINDS, ids=lambda wanted: "-".join(wanted.operations))
def test_its_wrong_answers_are_told_apart(wanted: Wanted) -> None:
    for one in exercises_of(wanted):
        marker = Marker(one.expression, one.wrt)
        assert len(one.distractors) >= WRONG
        assert len({wrong.kind for wrong in one.distractors}) == len(one.distractors)
        for wrong in one.distractors:
            marked = marker.mark(wrong.answer)
            assert marked.verdict is Verdict.WRONG
            assert marked.reasons[0].kind == wrong.kind
            assert abs(wrong.value - one.value) > 1e-9


CALL = ["exercise", "--seed", "3", "-n", "4", "--names", "x,w", "--ops", "add,mul,sin"]


def test_sheets_hold_no_answers_and_keys_do(tmp_path: Path) -> None:
    records = json.loads(command([*CALL, "--json"])[1])
    jsonschema.validate(records, SCHEMAS["exercise"])
    for to in ("text", "markdown", "latex"):
        key = tmp_path / f"key.{to}"
        code, sheet, err = command([*CALL, "--to", to, "--key", str(key)])
        assert (code, err) == (0, "")
        for record in records["exercises"]:
            assert record["answer"] not in sheet.replace(record["expression"], "")
            assert record["distractors"][0]["says"] in key.read_text(encoding="utf-8")
            assert record["distractors"][0]["says"] not in sheet


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = (command([*CALL, "--to", "jsonl"])[1] for _ in range(2))
    assert first == second
    texts = "".join(json.loads(line)["expression"] for line in first.splitlines())
    assert hashlib.sha256(texts.encode()).hexdigest()[:16] == "a3ac90a3802bac35"
    assert command(["exercise", "--seed", "4", "--to", "jsonl"])[1] != first


def test_no_two_exercises_of_a_sheet_differ_in_numbers_alone_and_none_has_like_terms() -> None:
    """By SymPy: what is drawn has as many terms and factors as it is written with."""
    x = sympy.Symbol("x")
    for seed in (1, 7, 42):
        wanted = Wanted(2, 3, ["add", "mul", "div", "pow", "sin", "cos", "exp", "log"], ["x"])
        sheet = [one.expression for one in exercises(seed, 20, wanted)]
        assert len({re.sub(r"\d+", "1", text) for text in sheet}) == len(sheet)
        for text in sheet:
            written = sympy.sympify(text.replace("^", "**"), locals={"x": x}, evaluate=False)
            assert written.count(x) <= sympy.sympify(text.replace("^", "**"), locals={"x": x}).count(x), text


def test_numbers_are_those_of_splitmix64() -> None:
    source = Source(1234567)  # the values of the generator's reference implementation in C
    numbers = [source.below(2**64) for _ in range(5)]
    assert numbers == [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]


def test_templates_take_their_numbers() -> None:
    call = ["exercise", "(a*x+w)*(w+1)", "--wrt", "w", "--choose", "a=2..5", "-n", "4", "--to", "jsonl"]
    found = [json.loads(line)["expression"] for line in command(call)[1].splitlines()]
    assert sorted(found) == [f"({a}*x + w)*(w + 1)" for a in range(2, 6)]
    code, _, err = command([*call[:-4], "-n", "9", "--to", "jsonl"])
    assert code == 0
    assert "4 exercises, and 9 were asked for" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--ops", "sine"], "is no operation"),
        (["--ops", ""], "names no operation"),
        (["--ops", "where"], "is none that exercises are made of"),
        (["--ops", "add", "--paths", "2", "--depth", "1"], "no such exercise was found"),
        (["--choose", "a=2"], "are for a template"),
        (["a*x", "--choose", "a=2..1"], "is 0 numbers"),
        (["a*x", "--choose", "a"], "no name with numbers"),
        (["a*x", "--wrt", "x", "--choose", "b=2"], "has no name b"),
        (["a*x", "--paths", "2"], "without a template"),
        (["x*w"], "by which variable"),
        (["x +"], "a value is missing"),
        (["x^2; ln(x)"], "several templates"),
        (["a*x^b", "--choose", "a=2..5,b=1..9"], "--choose a=2..5 --choose b=1..9"),
        (["--paths", "0"], "--paths"),
    ],
)
def test_wrong_calls_are_refused(arguments: list[str], message: str) -> None:
    code, _, err = command(["exercise", *arguments])
    assert code in (2, 4)
    assert message in err


def test_operations_go_by_any_of_their_names() -> None:
    assert command(["exercise", "-n", "2", "--ops", "ln,+"]) == command(["exercise", "-n", "2", "--ops", "log,add"])


def test_a_sheet_of_ones_own_questions_is_numbered_as_one() -> None:
    code, out, err = command(["exercise", "x^2*sin(x)", "a*x^3", "ln(x + 1)", "--choose", "a=2,3"])
    assert (code, err) == (0, "")
    assert re.findall(r"(?m)^\d+", out) == ["1", "2", "3", "4"]
    assert out.startswith("1. Differentiate by x: x^2*sin(x)\n")
    assert out.endswith("\n4. Differentiate by x: ln(x + 1)\n")
    assert command(["exercise", "x^2", "x^3", "--choose", "b=2"])[0] == 2


def test_a_template_of_one_operation_has_fewer_wrong_answers() -> None:
    [one] = map(json.loads, command(["exercise", "ln(x)", "--to", "jsonl"])[1].splitlines())
    assert 1 <= len(one["distractors"]) < 4
    assert command(["exercise", "x"])[0] == 2
