"""Wrong answers, each made by hand with one mistake: the reason is found, first or among those that are as likely."""

from __future__ import annotations

import pytest
from teaching_rows import ROWS

from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.marking.words import feedback, place
from gradcli.teaching.mistakes import MISTAKES


@pytest.mark.parametrize(("question", "wrt", "answer", "kind"), ROWS)
def test_the_mistake_is_found(question: str, wrt: str, answer: str, kind: str) -> None:
    marked = Marker(question, wrt).mark(answer)
    assert marked.verdict is Verdict.WRONG
    assert kind in [reason.kind for reason in marked.reasons]


TWO = [
    ("(3x + 1)^4", "x", "(3x + 1)^3", {"power.no_factor", "chain.no_inner"}),
    ("x*sin(x^3)", "x", "sin(x^3) - x*cos(x^3)", {"chain.no_inner", "table.sign"}),
    ("cos(x)/x^2", "x", "(2x*cos(x) - x^2*sin(x))/x^2", {"quotient.plus", "quotient.no_square"}),
    ("log(x)/(x^2 + 3)", "x", "(2x*log(x) - (x^2 + 3)/x)/(x^2 + 3)", {"quotient.reversed", "quotient.no_square"}),
    ("sin(x)*cos(x)", "x", "cos(x) + sin(x)", {"product.sum_of_derivatives", "table.sign"}),
    ("x^3*w + 7", "x", "3x^2*w + x^3 + 7", {"partial.other_not_constant", "const.kept"}),
]


@pytest.mark.parametrize(("question", "wrt", "answer", "kinds"), TWO)
def test_two_mistakes_at_once_are_found(question: str, wrt: str, answer: str, kinds: set[str]) -> None:
    found = Marker(question, wrt).mark(answer).reasons
    assert any(kinds == {slip.kind for slip in reason.slips} for reason in found)


def test_a_mistake_made_everywhere_is_one() -> None:
    reason, *_ = Marker("sin(3x) + cos(5x) + e^(7x)", "x").mark("cos(3x) - sin(5x) + e^(7x)").reasons
    assert reason.kind == "chain.no_inner"
    assert [slip.node for slip in reason.slips] == [-1]


NUMBERS = [
    ("(2x + 1)^2", {"x": 1.0}, "6", "chain.no_inner"),
    ("(x^2 + 1)*(x^3 - 2)", {"x": 2.0}, "48", "product.product_of_derivatives"),
    ("x^3", {"x": 2.0}, "8", "value.not_differentiated"),
]


@pytest.mark.parametrize(("question", "at", "answer", "kind"), NUMBERS)
def test_a_number_at_a_point_tells_the_mistake(question: str, at: dict[str, float], answer: str, kind: str) -> None:
    marked = Marker(question, "x", at=at).mark(answer)
    assert kind in [reason.kind for reason in marked.reasons]
    assert marked.at_one_point


def test_a_point_says_which_mistakes_it_hides() -> None:
    hidden = {reason.kind for reason in Marker("x^2*sin(x)", "x", at={"x": 1.0}).hidden_at_the_point()}
    assert "power.no_lower" in hidden
    assert Marker("x^2*sin(x)", "x").hidden_at_the_point() == []


def test_orders_are_told_apart() -> None:
    marker = Marker("cos(4x)", "x", order=2)
    assert marker.mark("-16*cos(4x)").verdict is Verdict.RIGHT
    assert [reason.kind for reason in marker.mark("-4*sin(4x)").reasons] == ["order.once"]


BEFORE = [
    ("sin(3x)", 2, "-sin(3x)", "chain.no_inner", "wherever it can be made"),
    ("cos(4x)", 2, "-cos(4x)", "chain.no_inner", "wherever it can be made"),
    ("e^(2x) + 5x^3", 3, "e^(2x) + 30", "chain.no_inner", "wherever it can be made"),
    ("cos(x)", 2, "cos(x)", "table.sign", "in an earlier derivative"),
    ("x^2*sin(x)", 2, "2*cos(x) - 2x*sin(x)", "product.product_of_derivatives", "in an earlier derivative"),
    ("x^6", 2, "24*x^4", "power.factor_lowered", ""),
    ("x^3*sin(x)", 2, "6x*sin(x) - x^3*sin(x)", "product.mixed_lost", ""),
    ("5x - x^3*sin(x)", 2, "x^3*sin(x) - 6x*sin(x) - 3x^2*cos(x)", "product.mixed_lost", ""),
]


@pytest.mark.parametrize(("question", "order", "answer", "kind", "where"), BEFORE)
def test_mistakes_of_an_earlier_derivative_are_found(question: str, order: int, answer: str, kind: str, where: str) -> None:
    marker = Marker(question, "x", order=order)
    found = [(reason.kind, place(marker.question, reason.slips[0])) for reason in marker.mark(answer).reasons]
    assert any(kind == own and (where in at or not where) for own, at in found), found


@pytest.mark.parametrize(
    ("question", "answer", "verdict", "kinds"),
    [
        ("abs(x)", "1 if x > 0 else -1", Verdict.RIGHT, []),
        ("relu(x) + x^2", "2x + (1 if x >= 0 else 0)", Verdict.RIGHT, []),
        ("abs(x - w)", "1 if x > w else -1", Verdict.RIGHT, []),
        ("x^2", "2x if x != 0 else 5", Verdict.WRONG, ["answer.single_point"]),
        ("x*abs(x)", "2*abs(x) if x != 0 else 1", Verdict.WRONG, ["answer.single_point"]),
        ("abs(x)", "sign(x) if x < 1500 else 3", Verdict.WRONG, []),
    ],
)
def test_what_is_wrong_at_single_points_only_is_told(question: str, answer: str, verdict: Verdict, kinds: list[str]) -> None:
    marked = Marker(question, "x").mark(answer)
    assert (marked.verdict, [reason.kind for reason in marked.reasons]) == (verdict, kinds)
    assert marked.note or marked.values


def test_every_kind_says_what_is_wrong_and_which_rule_it_breaks() -> None:
    for mistake in MISTAKES.values():
        assert mistake.says
        assert mistake.rule.format(y="y", u="u", v="v", x="x", dy="dy/dx", du="du/dx")
        assert mistake.cost > 0


def test_every_kind_has_a_row() -> None:
    untried = set(MISTAKES) - {kind for *_, kind in ROWS}
    assert {kind for kind in untried if not kind.startswith(("tangent.", "array."))} == {  # see test_tasks.py and test_arrays.py
        "value.differentiated",
        "value.factor_in_power",
        "value.degrees",
        "value.power_as_product",
        "value.sign",
        "answer.constant",  # what is said where nothing else fits
        "answer.factor",
        "answer.inverted",
        "answer.single_point",
        "const.factor_inverted",
        "graph.path_negated",
        "partial.mixed",
        "product.mixed_lost",
        "graph.path_scaled",
        "order.once",
    }


def test_that_a_constant_has_no_derivative_is_told_where_one_of_the_question_was_kept() -> None:
    own = MISTAKES["const.kept"].rule
    assert {kind for kind, mistake in MISTAKES.items() if mistake.rule == own} == {"const.kept", "const.differentiated"}


@pytest.mark.parametrize(
    ("question", "answer", "rule"),
    [
        ("x^2*sin(x)", "2x*sin(x)", "product.only_first"),
        ("x^2*sin(x)", "x^2*cos(x)", "product.only_second"),
        ("sin(x)/(x^2 + 2)", "cos(x)/(x^2 + 2)", "quotient.only_first"),
        ("sin(x)/(x^2 + 2)", "-2x*sin(x)/(x^2 + 2)^2", "quotient.only_second"),
    ],
)
def test_rules_are_named_before_paths_unless_the_question_has_lines(question: str, answer: str, rule: str) -> None:
    kinds = [reason.kind for reason in Marker(question, "x").mark(answer).reasons]
    assert kinds[0] == rule
    kinds = [reason.kind for reason in Marker(f"a = sin(x); {question.replace('sin(x)', 'a')}", "x").mark(answer).reasons]
    assert kinds[0] == "graph.path_lost"


def test_names_that_a_question_does_not_have_are_explained() -> None:
    marker = Marker("sin((x^2 + 1)*x)", "x")
    rule = "one term of the product rule is missing: that with the derivative of the second factor (c = b*x, b = x^2 + 1)"
    marked = marker.mark("2x^2*cos((x^2 + 1)*x)")
    assert feedback(marker.question, marked, 2)[0] == rule  # a student is told the rule alone
    assert feedback(marker.question, marked, 3)[0].startswith(
        f"{rule}; or a path from the variable to the result is missing (path x→c, c = (x^2 + 1)*x)"
    )
