"""Answers as people write them, with names, words and signs around the formula: that is read, and what is left out is said."""

from __future__ import annotations

import pytest

from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.tasks import task

FORMULAS = [
    ("x^2", "2x"),
    ("x*sin(x)", "sin x + x cos x"),
    ("log(x)", "1/x"),
    ("exp(2*x)", "2e^(2x)"),
    ("x*w + w", "w"),
    ("sin(x^2)", "2x cos(x²)"),
    ("x³", "3x²"),
]
"""Questions by x, each with a right answer."""

QUIET = [
    "= {}", "{}.", "{},", "{};", "{}?", "-> {}", "=> {}", "⇒ {}", "→ {}", "≈ {}", "`{}`", '"{}"', "“{}”",
    "1) {}", "a) {}", "• {}",
    "Answer: {}", "answer = {}", "The answer is {}.", "It is {}", "the derivative is {}", "y' is {}", "f'(x): {}", "f '(x) = {}",
    "{} = y'", "y' = {}", "dy/dx = {}", "f’(x) = {}", "(stuff)' = {}", "d/dx(x^7) := {}", "D[f] = {}",
    "The derivative is: {}", "f = x^7, so f' = {}", "y = x^7 hence dy/dx = {}",
    "{} ✓", "{} 🙂", "{} ∎", "**{}**", "y' = {} = {}",
    "{} = {}", "Solution: y' = {};",
    r"\text{{Answer: }}{}", r"\textbf{{Answer:}} {}", r"$\mathrm{{The\ derivative\ is:}} {}$",
    r"f^{{\prime}}(x) = {}", r"\text{{Answer:}}\;{}",
    "答案：{}", "解：{}。", "y'＝{}。", "导数是{}", "所求导数为 {}。", "等于{}", "所以 y' = {}", "（{}）", "解：f'（x）＝ {}；",
]  # fmt: skip
"""What changes nothing, and of which nothing is said."""

SAID = [
    ("{} (product rule)", "(product rule)"),
    ("{} [by the chain rule]", "[by the chain rule]"),
    ("{} by the power rule", "by the power rule"),
    ("{}, chain rule", "chain rule"),
    ("{}  // both terms", "// both terms"),
    ("{}, x > 0", "x > 0"),
    ("{} for x > 0", "for x > 0"),
    ("{} (x ≠ 0)", "(x ≠ 0)"),
    ("{} because (x^2)' = 2x", "because (x^2)' = 2x"),
    (r"{} \text{{ (product rule)}}", "(product rule)"),
    (r"{}\quad (x>0)", "(x>0)"),
    ("I got {}", "I"),
    ("so then {}", "so then"),
    ("Ans. {}", "Ans"),
    ("using the power rule: {}", "using the power rule"),
    ("{}，因为链式法则", "因为链式法则"),
    ("{}（链式法则）", "(链式法则)"),
    ("所以 {}", "所以"),
]  # fmt: skip
"""What is left out, and said to be."""


@pytest.mark.parametrize(("question", "formula"), FORMULAS)
def test_what_stands_around_a_formula_changes_nothing(question: str, formula: str) -> None:
    marker = Marker(question, "x")
    for form in QUIET:
        marked = marker.mark(form.format(formula, formula))
        assert (marked.verdict, marked.note) == (Verdict.RIGHT, ""), form
        assert marker.mark(form.format(f"{formula} + 7", f"{formula} + 7")).verdict is Verdict.WRONG, form


@pytest.mark.parametrize(("question", "formula"), FORMULAS)
def test_full_width_signs_are_those_of_ascii(question: str, formula: str) -> None:
    marker = Marker(question, "x")
    wide = {sign: chr(ord(sign) + 0xFEE0) for sign in map(chr, range(0x21, 0x7F))}
    for own in (formula, f"y' = {formula}", f"7 + {formula}"):
        plain, full = marker.mark(own), marker.mark(own.translate(str.maketrans(wide)))
        assert (plain.verdict, plain.read_as, plain.reasons) == (full.verdict, full.read_as, full.reasons)


@pytest.mark.parametrize(("question", "formula"), FORMULAS)
def test_words_behind_a_formula_are_left_out_and_said(question: str, formula: str) -> None:
    marker = Marker(question, "x")
    for form, words in SAID:
        marked = marker.mark(form.format(formula))
        assert marked.verdict is Verdict.RIGHT, form
        assert marked.note == f"'{words}' is left out" or words == "I", form
        assert marker.mark(form.format(f"{formula} + 7")).verdict is Verdict.WRONG, form


@pytest.mark.parametrize(("question", "formula"), FORMULAS)
def test_no_word_is_ever_a_factor(question: str, formula: str) -> None:
    marker = Marker(question, "x")
    for words in ("power", "rule", "chain rule", "product", "the", "abracadabra"):
        for form in ("{} {}", "{} ({})", "{}*({})", "({}) {}"):
            for own in (form.format(formula, words), form.format(words, formula)):
                marked = marker.mark(own)
                assert marked.verdict is not Verdict.WRONG, own
                assert marked.verdict is Verdict.UNREADABLE or words in marked.note, own


def test_the_last_side_counts_and_equations_that_do_not_hold_are_named() -> None:
    marker = Marker("x^2", "x")
    for answer, verdict, note in [
        ("y' = x + x = 2x", Verdict.RIGHT, ""),
        ("y' = x^2 = 2x", Verdict.RIGHT, "in x^2 = 2x the function is set equal to a derivative"),
        ("x^2 = 2x", Verdict.RIGHT, "in x^2 = 2x the function is set equal to a derivative"),
        ("x^2 = 3x", Verdict.WRONG, "in x^2 = 3x the function is set equal to a derivative"),
        ("2x = 3x = 2x", Verdict.RIGHT, "3x = 2x does not hold"),
        ("2x = x", Verdict.WRONG, "2x = x does not hold"),
        ("x^2 -> 2x", Verdict.RIGHT, ""),
        ("f = x^2, f' = 2x", Verdict.RIGHT, ""),
    ]:
        marked = marker.mark(answer)
        assert (marked.verdict, marked.note) == (verdict, note), answer
    at_3 = Marker("x^2", "x", at={"x": 3.0}).mark("f'(3) = 2x = 6")
    assert (at_3.verdict, at_3.note) == (Verdict.RIGHT, "")


def test_a_line_break_at_a_sign_is_within_the_formula() -> None:
    text = "y' = ( 2 * w + x ) / 1 ^ 2 + ( 1 )"
    marker = Marker("(x + w)*(w + 1)", "w")
    for at in [at for at, sign in enumerate(text) if sign == " "]:
        for end in ("\n", "\r\n", " \n\n  "):
            broken = text[:at] + end + text[at + 1 :]
            assert marker.mark(broken).verdict is Verdict.RIGHT, broken
    assert marker.mark("2w + x\n---\n1").verdict is Verdict.UNREADABLE


@pytest.mark.parametrize(("answer", "kind"), [("2x + C", "answer.constant"), ("x^3/3 + c", "value.integrated")])
def test_a_constant_of_integration_is_one(answer: str, kind: str) -> None:
    marked = Marker("x^2", "x").mark(answer)
    assert marked.verdict is Verdict.WRONG
    assert [reason.kind for reason in marked.reasons] == [kind]
    assert "constant of integration" in marked.note


def test_a_letter_of_the_other_case_is_the_variable() -> None:
    marked = Marker("x^2", "x").mark("2X")
    assert (marked.verdict, marked.note) == (Verdict.RIGHT, "X is read as x")
    assert Marker("x^2*X", "x").mark("2x*X").verdict is Verdict.RIGHT


def test_a_digit_behind_a_variable_is_told_how_a_power_is_written() -> None:
    marked = Marker("x^3*w", "x").mark("3x2*w")
    assert (marked.verdict, marked.note) == (Verdict.UNREADABLE, "x2 is no variable of the question; a power is written x^2")
    assert Marker("x^3", "x").mark("3q2").note == "q2 is no variable of the question"


def test_a_constant_in_any_spelling_is_no_word() -> None:
    for answer in ("2πrh", "2π r h", "2 pi r h", "2*π*r*h", "rhτ"):
        assert Marker("π*r^2*h", "r").mark(answer).verdict is Verdict.RIGHT, answer


PARTS = [
    "[{}, {}]", "({}, {})", "{}, {}", "<{}, {}>", "⟨{}, {}⟩", "{{{}, {}}}", "{}; {}", "({}; {})", "{} and {}", "[[{}], [{}]]",
    "∇f = ({}, {})", "grad f = [{}, {}]", "({}, {})^T", "[{}, {}]ᵀ", "f_x = {}, f_w = {}", "∂f/∂x = {}; ∂f/∂w = {}",
    "x: {}, w: {}",
    "（{}，{}）", "f_x＝{}，f_w＝{}。", "答案是（{}，{}）", "({}) i + ({}) j", "The gradient is ({}, {}).",
]  # fmt: skip


@pytest.mark.parametrize("form", PARTS)
def test_vectors_are_read_in_any_brackets(form: str) -> None:
    asked = task("x^2*w", "gradient", ["x", "w"])
    assert asked.mark(form.format("2xw", "x^2")).verdict is Verdict.RIGHT
    assert asked.mark(form.format("2xw", "x^3")).verdict is Verdict.WRONG
    turned = asked.mark(form.format("x^2", "2xw"))
    assert [reason.kind for reason in turned.reasons] == ["array.order"]


def test_parts_are_told_by_their_names_in_any_order() -> None:
    assert task("x^2*w", "gradient", ["x", "w"]).mark("∂f/∂w = x^2; ∂f/∂x = 2xw").verdict is Verdict.RIGHT
    assert task("x^2*w", "gradient", ["x", "w"]).mark("[2xw x^2]").verdict is Verdict.UNREADABLE
    assert task("x^2", "gradient", ["x"]).mark("<2x>").verdict is Verdict.RIGHT


LINES = [
    "y = {}",
    "{}",
    "{} = y",
    "y - ({}) = 0",
    "2y = 2*({})",
    "T(x) = {}",
    "t: y = {}",
    "y - 9 = {} - 9",
    "(y - 9)/(x - 3) = ({} - 9)/(x - 3)",
]


@pytest.mark.parametrize("form", LINES)
def test_a_tangent_is_any_equation_of_the_line(form: str) -> None:
    asked = task("x^2", "tangent", [], at={"x": 3.0})
    assert asked.mark(form.format("6x - 9")).verdict is Verdict.RIGHT
    assert asked.mark(form.format("6x - 8")).verdict is Verdict.WRONG
    assert asked.mark(form.format("x^2")).verdict is Verdict.WRONG


DIVIDED = [
    "2x:(x²+1)",
    "2x : (x^2+1)",
    "y' = 2x:(x^2+1)",
    "(2x):(x^2+1)",
    "a) 2x:(x²+1)",
    "Answer 2: 2x:(x²+1)",
    "= 2*x : (x*x+1)",
]
LABELLED = ["y': 2x/(x^2+1)", "3: 2x/(x²+1)", "Answer 3: 2x/(x²+1)", "Lösung: 2x/(x²+1)", "f'(x): 2x/(x²+1)"]


@pytest.mark.parametrize("answer", [*DIVIDED, *LABELLED])
def test_a_colon_between_terms_divides_and_one_behind_a_label_does_not(answer: str) -> None:
    marked = Marker("ln(x^2+1)", "x").mark(answer)
    assert marked.verdict is Verdict.RIGHT
    assert ("the colon is read as a division" in marked.note) == (answer in DIVIDED)


def test_a_function_before_a_number_is_noted_as_it_is_read() -> None:
    marker = Marker("sin(x)^2", "x")
    assert marker.mark("sin2x").note == ""
    assert "sin2 is read as sin of 2" in marker.mark("sin2").note


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("50% x", "percent"),
        ("50%x", "percent"),
        ("-", "no formula"),
        (" – ", "no formula"),
        ("see photo IMG_2041.jpg, page 2", "names a file"),
    ],
)
def test_what_is_a_share_or_nothing_is_not_marked_wrong(answer: str, said: str) -> None:
    marked = Marker("x^2/4", "x").mark(answer)
    assert marked.verdict is Verdict.UNREADABLE
    assert said in marked.note


@pytest.mark.parametrize("answer", ["see my notebook p. 12", "page 3", "it stands on page 3", "solved in exercise 4."])
def test_where_an_answer_stands_is_no_answer(answer: str) -> None:
    marked = Marker("exp(x)*x", "x").mark(answer)
    assert (marked.verdict, "where the answer stands" in marked.note) == (Verdict.UNREADABLE, True)
