"""Right answers in other forms, made by SymPy, are never wrong; answers to other questions get no reason."""

from __future__ import annotations

import random
import re

import pytest
import sympy

from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.marking.words import certainty, feedback

QUESTIONS = [
    "sin(x**3)",
    "x**2*exp(3*x)",
    "(x**2 + 1)/(x - 3)",
    "log(x**2 + w)",
    "sqrt(3*x + 5)*w",
    "tan(x)/x",
    "(2*x - 7)**5",
    "atan(x*w)",
    "x**x",
    "exp(-x**2/2)",
    "1/(1 + exp(-x))",
    "sin(x)*cos(x)*exp(x)",
]
REWRITES = (sympy.expand, sympy.factor, sympy.simplify, sympy.together, sympy.trigsimp, lambda e: sympy.expand(e, trig=True))


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_form_of_the_right_answer_is_wrong(question: str) -> None:
    x = sympy.Symbol("x")
    derivative = sympy.diff(sympy.sympify(question), x)
    marker = Marker(question, "x")
    for rewrite in REWRITES:
        answer = str(rewrite(derivative)).replace("E*", "e*")
        assert marker.mark(answer).verdict is Verdict.RIGHT, answer


def test_a_variable_alone_is_a_question() -> None:
    assert [Marker("x", "x").mark(answer).verdict for answer in ("1", "x", "x^2")] == [
        Verdict.RIGHT,
        Verdict.WRONG,
        Verdict.WRONG,
    ]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("atan(x) + atan(1/x)", "0"),
        ("atan(x) + atan(1/x)", "1/(1 + x^2) - 1/(x^2*(1 + 1/x^2))"),
        ("sin(x)^2 + cos(x)^2", "sin(2x) - 2*sin(x)*cos(x)"),
    ],
)
def test_a_sum_that_rounds_to_0_is_0(question: str, answer: str) -> None:
    assert Marker(question, "x").mark(answer).verdict is Verdict.RIGHT
    assert Marker(question, "x").mark("1e-9").verdict is Verdict.WRONG


def test_answers_to_other_questions_get_hardly_a_reason() -> None:
    x = sympy.Symbol("x")
    answers = {question: str(sympy.diff(sympy.sympify(question), x)) for question in QUESTIONS if "w" not in question}
    named = tried = 0
    for question in QUESTIONS:
        marker = Marker(question, "x")
        for other, answer in answers.items():
            if other != question and (marked := marker.mark(answer)).verdict is Verdict.WRONG:
                tried += 1
                named += bool(marked.reasons)
    assert tried > 90
    assert named <= 1


def test_changed_numbers_get_hardly_a_reason() -> None:
    source = random.Random(7)
    x = sympy.Symbol("x")
    named = 0
    for question in QUESTIONS:
        marker = Marker(question, "x")
        derivative = sympy.diff(sympy.sympify(question), x)
        for _ in range(10):
            answer = f"({derivative})*{source.randint(11, 99)}/{source.choice([7, 13, 17])} + {source.randint(11, 99)}"
            named += bool(marker.mark(answer.replace("E*", "e*")).reasons)
    assert named <= 1


def test_a_number_that_is_another_one_gets_hardly_a_reason_and_no_certain_one() -> None:
    source = random.Random(5)
    x = sympy.Symbol("x")
    named = tried = 0
    for question in QUESTIONS:
        marker = Marker(question, "x")
        answer = str(sympy.diff(sympy.sympify(question), x))
        for number in re.finditer(r"(?<![\w.])\d+", answer):
            for other in source.sample(range(41), 4):
                marked = marker.mark(f"{answer[: number.start()]}{other}{answer[number.end() :]}".replace("E*", "e*"))
                if marked.verdict is Verdict.WRONG:
                    tried += 1
                    named += bool(marked.reasons)
                    assert certainty(marked) != "certain"
    assert tried > 100
    assert named <= 0.03 * tried


def test_a_right_answer_with_a_jump_far_away_is_not_right() -> None:
    assert Marker("x^2", "x").mark("2x + (x > 1000)").verdict is Verdict.WRONG
    assert Marker("abs(x)*x", "x").mark("2*abs(x)").verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ("", "the answer is empty"),
        ("   ", "the answer is empty"),
        ("–", "'–' is no formula"),
        ("2*", "missing"),
        ("q + 1", "q is no variable of the question"),
        ("x = 2", "an answer is one expression"),
        ("[1, 2]", "no arrays"),
        ("while 1 { }; 3", "one expression"),
        ("9" * 5_000, "5,000 characters"),
        ("2x or 3x", "several answers"),
        ("2x, 4", "several answers"),
        ("2x\n4", "a line break ends a formula"),
        ("2x if x>2, 4-2x otherwise", "several answers"),
        ("1 if x>0, -1 if x<0", "several answers"),
        ("2x for all x, or just 3x", "several answers"),
        ("2x when x > 0; also 3", "several answers"),
        ("2,5x as before", "several answers"),
        ("y' = 2x - 3, y'' = 2", "several answers"),
        ("2x-3=0 => x=1.5", "x = 1.5 is an equation"),
        ("2x times the log of six", "'times' is a word"),
        ("I do not know", "no formula"),
        ("🙂", "🙂"),
    ],
)
def test_what_cannot_be_read_is_said(answer: str, note: str) -> None:
    marked = Marker("x^2", "x").mark(answer)
    assert marked.verdict is Verdict.UNREADABLE
    assert note in marked.note


@pytest.mark.parametrize("answer", ["log(-1 - x^2)", "1/0", "0/0", "sqrt(-x^2-1)", "1/(x - x)", "9" * 500, "10^400 x", "inf"])
@pytest.mark.parametrize("at", [None, {"x": 1.5}])
def test_an_answer_without_a_value_or_with_one_that_no_float_holds_is_wrong(answer: str, at: dict[str, float] | None) -> None:
    marked = Marker("sin(x^2)", "x", at=at).mark(answer)
    assert marked.verdict is Verdict.WRONG
    assert not marked.reasons


@pytest.mark.parametrize("answer", ["2x exp(800)/exp(800)", "10^400/10^400*2x", "x 2^(2000)/2^1999"])
@pytest.mark.parametrize("at", [None, {"x": 1.5}])
def test_an_answer_that_floats_do_not_hold_on_the_way_is_right(answer: str, at: dict[str, float] | None) -> None:
    assert Marker("x^2", "x", at=at).mark(answer).verdict is Verdict.RIGHT


@pytest.mark.parametrize("answer", ["lim h->0", "h -> 0", "lim x->0 sin(x)", "lim h→0 (2x + h)", "lim (h -> 0) 2x", "x → ∞"])
def test_a_limit_is_no_answer(answer: str) -> None:
    marked = Marker("x^2", "x").mark(answer)
    assert marked.verdict is Verdict.UNREADABLE, marked


@pytest.mark.parametrize(
    "answer", ["-> 2x", "y' -> 2x", "lim h->0 (2x + h) = 2x", "lim h->0 ((x+h)^2 - x^2)/h = 2x", "2x as h -> 0"]
)
def test_what_a_limit_equals_is_an_answer(answer: str) -> None:
    assert Marker("x^2", "x").mark(answer).verdict is Verdict.RIGHT


def test_digits_are_asked_for() -> None:
    assert Marker("sin(x)", "x", at={"x": 1.0}, digits=3).mark("0.540").verdict is Verdict.RIGHT
    assert Marker("sin(x)", "x", at={"x": 1.0}, digits=5).mark("0.540").verdict is Verdict.WRONG


@pytest.mark.parametrize(
    "answer",
    ["2x(x + 1) + x^2", "x(3x + 2)", "y = 3x² + 2x", "dy/dx = 3x^2 + 2x", r"\frac{6x^2 + 4x}{2}", "3x^2 + 2 x", "x·x·3 + 2x"],
)
def test_answers_are_read_as_people_write_them(answer: str) -> None:
    assert Marker("x^2*(x + 1)", "x").mark(answer).verdict is Verdict.RIGHT


def test_what_could_be_read_otherwise_is_said() -> None:
    marked = Marker("x^2/4", "x").mark("1/2x")
    assert marked.verdict is Verdict.RIGHT
    assert "1/(2*x)" in marked.note


@pytest.mark.parametrize(
    ("question", "answer", "certain"),
    [
        ("sin(x^5)", "1*x^4*cos(x^5)", None),  # nobody writes that 1 who forgets the 5
        ("sin(x^5)", "x^4*cos(x^5)", "certain"),
        ("(3x + 2)^4", "9*(3x + 2)^3", "likely"),
        ("e^(3x)", "6*e^(3x)", None),  # twice the right answer, or 6 for 3
        ("e^(3x)", "3*e^(2x)", None),
    ],
)
def test_a_reason_that_may_be_a_slip_in_a_number_is_not_certain(question: str, answer: str, certain: str | None) -> None:
    marker = Marker(question, "x")
    marked = marker.mark(answer)
    assert certainty(marked) == certain
    assert any("be a slip in one number" in line for line in feedback(marker.question, marked, 1)) is marked.one_number
    assert certain is None or marked.one_number is (certain == "likely")


def test_a_changed_number_gets_hardly_a_certain_reason() -> None:
    source = random.Random(3)
    x = sympy.Symbol("x")
    tried = certain = 0
    for question in QUESTIONS:
        marker = Marker(question, "x")
        answer = str(sympy.diff(sympy.sympify(question), x)).replace("E*", "e*")
        for number in re.finditer(r"\d+", answer):
            for _ in range(4):
                own = f"{answer[: number.start()]}{source.randint(1, 40)}{answer[number.end() :]}"
                marked = marker.mark(own)
                tried += marked.verdict is Verdict.WRONG
                certain += certainty(marked) == "certain"
    assert tried > 100
    assert certain <= tried / 100


@pytest.mark.parametrize(
    ("question", "answer", "verdict"),
    [
        ("ln(x)", "1/abs(x)", Verdict.RIGHT),  # where the function has no value nothing is asked
        ("x*sqrt(x)", "1.5*sqrt(abs(x))", Verdict.RIGHT),
        ("ln(x)", "1/abs(x) if x < 1500 else 3", Verdict.WRONG),
        ("ln(abs(x))", "1/abs(x)", Verdict.WRONG),
    ],
)
def test_an_answer_counts_where_the_function_has_a_value(question: str, answer: str, verdict: Verdict) -> None:
    assert Marker(question, "x").mark(answer).verdict is verdict


@pytest.mark.parametrize("answer", ["3.0000001", "2.99999999"])
def test_a_number_that_is_a_little_off_everywhere_is_not_right_but_for_a_point(answer: str) -> None:
    marker = Marker("3*x", "x")
    marked = marker.mark(answer)
    assert marked.verdict is Verdict.WRONG
    assert marked.reasons == ()
    assert f"{answer}, and 3 is right" in "\n".join(feedback(marker.question, marked, level=4))
