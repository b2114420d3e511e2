"""Values, gradients, matrices of derivatives and adjoints as answers; expected answers come from SymPy or are made by hand."""

from __future__ import annotations

from typing import Any

import pytest
import sympy

from gradcli.errors import GradcliError
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.parts import Parts
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.marking.words import feedback
from gradcli.teaching.tasks import task

QUESTIONS = ["x**2*w", "sin(x*w) + w**3", "exp(x)/(w**2 + 1)", "x + 3", "x*w*v"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_right_gradients_and_hessians_are_right(question: str) -> None:
    expression = sympy.sympify(question)
    names = sorted(expression.free_symbols, key=str)
    wrt = [str(name) for name in names]
    gradient = [str(sympy.diff(expression, name)) for name in names]
    hessian = sympy.hessian(expression, names).tolist()
    assert task(question, "gradient", wrt).mark(f"[{', '.join(gradient)}]").verdict is Verdict.RIGHT
    if len(names) > 1:
        assert task(question, "gradient", wrt).mark(", ".join(gradient)).verdict is Verdict.RIGHT
        assert task(question, "gradient", wrt).mark(f"({', '.join(gradient)})").verdict is Verdict.RIGHT
        assert task(question, "gradient", wrt).mark(f"[{', '.join(gradient[:-1])}, 7]").verdict is Verdict.WRONG
    assert task(question, "hessian", wrt).mark(str(hessian)).verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("question", "ask", "wrt", "answer", "kind"),
    [
        ("x^2*w", "gradient", ["x", "w"], "[x^2, 2x*w]", "array.order"),
        ("x^2*w", "gradient", ["w", "x"], "[2x*w, x^2]", "array.order"),
        ("x^2*w", "gradient", [], "[2x, x^2]", "const.factor_lost"),
        ("[x*w, x^2 + w]", "jacobian", ["x", "w"], "[[w, 2x], [x, 1]]", "array.transposed"),
        ("[x*w, x^2 + w, w^2]", "jacobian", ["x", "w"], "[[w, 2x, 0], [x, 1, 2w]]", "array.transposed"),
        ("(x + w)*(w + 1)", "adjoint:a", [], "x + w", "product.swapped"),
        ("a = x*w; b = sin(a); a*b", "adjoint:a", [], "sin(a)", "product.only_first"),
        ("x^2", "value", [], "2x", "value.differentiated"),
        ("x^2", "value", [], "-x^2", "answer.negated"),
    ],
)
def test_what_is_wrong_is_said(question: str, ask: str, wrt: list[str], answer: str, kind: str) -> None:
    marked = task(question, ask, wrt).mark(answer)
    assert marked.verdict is Verdict.WRONG
    assert kind in [reason.kind for reason in marked.reasons]


@pytest.mark.parametrize("answer", ["2*[x, y]", "[x, y]*2", "[2x, 0] + [0, 2y]", "-[-x, -y]*4/2", "[2x, y] - [0, -y]"])
def test_brackets_are_multiplied_and_added_part_by_part(answer: str) -> None:
    assert task("x^2 + y^2", "gradient", ["x", "y"]).mark(answer).verdict is Verdict.RIGHT
    assert task("x^2 + y^3", "gradient", ["x", "y"]).mark(answer).verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("question", "ask", "right", "wrong"),
    [
        ("norm([x, y])", "gradient", "[x, y]/sqrt(x^2 + y^2)", "[x, y]"),
        ("dot([x, 2x], [x, 1])", "derivative", "2x + 2", "x + 2"),
        ("sum([x, 1]*[x^2, x])", "derivative", "3x^2 + 1", "3x^2"),
    ],
)
def test_numbers_may_be_made_of_arrays(question: str, ask: str, right: str, wrong: str) -> None:
    assert task(question, ask, []).mark(right).verdict is Verdict.RIGHT
    marked = task(question, ask, []).mark(wrong)
    assert marked.verdict is Verdict.WRONG
    assert "∂y/" not in "".join(feedback(marked.question or task(question, ask, []).question, marked, 4))


@pytest.mark.parametrize("answer", ["w + 1", "b", "(a*b)/a"])
def test_adjoints_are_right_in_the_names_of_the_graph(answer: str) -> None:
    assert task("(x + w)*(w + 1)", "adjoint:a", []).mark(answer).verdict is Verdict.RIGHT


def test_names_of_the_question_may_be_used() -> None:
    assert task("a = x^2; sin(a)*e^a", "derivative", []).mark("2x*cos(a)*e^a + 2x*sin(a)*e^a").verdict is Verdict.RIGHT
    assert task("a = abs(x); a*x", "derivative", []).mark("2*a").verdict is Verdict.RIGHT


def test_the_shape_of_an_answer_is_said() -> None:
    marked = task("x^2*w", "gradient", []).mark("[1, 2, 3]")
    assert (marked.verdict, marked.note) == (Verdict.WRONG, "it has 3 parts, and 2 are asked for")
    assert task("x^2*w", "hessian", []).mark("[[1], [2, 3]]").verdict is Verdict.UNREADABLE
    assert "∂y/∂x: q is no variable" in task("x^2*w", "gradient", []).mark("[q, 1]").note


def test_numbers_are_right_to_a_tolerance() -> None:
    at = {"x": 3.0, "w": 2.0}
    assert task("x^2*w", "gradient", [], at=at, tolerance=0.01).mark("[12, 9.05]").verdict is Verdict.RIGHT
    wrong = task("sin(3x)", "derivative", [], at={"x": 1}, tolerance=1e-3).mark("-0.99")
    assert "chain.no_inner" in [reason.kind for reason in wrong.reasons]
    assert task("x^2*w", "gradient", [], at=at).mark("[12, 9.05]").verdict is Verdict.WRONG
    assert task("(x+w)*(w+1)", "adjoint:b", [], at=at).mark("5").verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("question", "ask", "message"),
    [
        ("x", "blub", "cannot be asked for"),
        ("3", "gradient", "no variable"),
        ("x*w", "derivative", "by which variable"),
        ("a = x; b = a", "adjoint:b", "is the result itself"),
        ("x*w", "adjoint:q", "has no variable q"),
        (" + ".join(f"x{n}*x{n + 1}" for n in range(9)), "hessian", "are the most"),
    ],
)
def test_what_cannot_be_asked_for_is_said(question: str, ask: str, message: str) -> None:
    with pytest.raises(GradcliError, match=message):
        task(question, ask, [])


@pytest.mark.parametrize("given", [{"at": {"y": 1.0}}, {"at": {"x": float("nan")}}, {"order": 0}, {"order": -1}, {"digits": 0}])
def test_questions_that_mean_nothing_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(GradcliError):
        task("x^3", "derivative", ["x"], **given)


@pytest.mark.parametrize("question", ["x**2*w", "sin(x*w) + w**3", "exp(x)/(w**2 + 1)", "sqrt(x + w)"])
def test_right_tangents_are_right_in_any_form(question: str) -> None:
    expression = sympy.sympify(question)
    x, w = sympy.symbols("x w")
    at = {x: 2, w: 1}
    slopes = [sympy.diff(expression, name).subs(at) for name in (x, w)]
    right = expression.subs(at) + slopes[0] * (x - 2) + slopes[1] * (w - 1)
    asked = task(question, "tangent", ["x", "w"], at={"x": 2.0, "w": 1.0})
    for form in (right, sympy.expand(right)):
        assert asked.mark(str(form)).verdict is Verdict.RIGHT
        assert asked.mark(f"y = {form}").verdict is Verdict.RIGHT
    assert asked.mark(str(right + 1)).verdict is Verdict.WRONG
    assert asked.mark(str(right + (x - 2) * (w - 1))).verdict is Verdict.WRONG
    assert asked.mark(asked.right_text() if isinstance(asked, Parts) else "").verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("answer", "part", "kind"),
    [
        ("9 + 3*(x - 3)", "the slope by x", "power.no_factor"),
        ("6x - 8", "the value at the point", None),
        ("6", "", "tangent.slope_only"),
        ("2x", "", "tangent.derivative"),
        ("6x - 18", "", "tangent.no_value"),
        ("6x + 9", "", "tangent.not_shifted"),
        ("9 + 2x*(x - 3)", "", None),
    ],
)
def test_what_is_wrong_with_a_tangent_is_said(answer: str, part: str, kind: str | None) -> None:
    marked = task("x^2", "tangent", [], at={"x": 3.0}).mark(answer)
    assert marked.verdict is Verdict.WRONG
    assert marked.part == part
    assert (kind in [reason.kind for reason in marked.reasons]) if kind else not marked.reasons


def test_a_tangent_has_a_point() -> None:
    with pytest.raises(GradcliError, match="a tangent has a point, and w has no value there"):
        task("x^2*w", "tangent", [], at={"x": 3.0})


@pytest.mark.parametrize(("question", "x"), [("1/x", 0.0), ("sqrt(x)", 0.0), ("abs(x)", 0.0), ("log(x)", -1.0)])
def test_where_there_is_no_tangent_none_is_asked_for(question: str, x: float) -> None:
    with pytest.raises(GradcliError, match="there is no tangent"):
        task(question, "tangent", [], at={"x": x})


def test_the_right_line_of_a_part_is_called_as_the_part_is() -> None:
    asked = task("x^2*w^3", "hessian", ["x", "w"])
    marked = asked.mark("[[2w^3, 6x*w^2], [2x*w^2, 6x^2*w]]")
    x, w = sympy.symbols("x w")
    (line,) = [line for line in feedback(asked.question, marked, 5) if line.startswith("∂")]
    left, _, right = line.partition(" = ")
    assert left == "∂²y/∂w∂x"
    assert sympy.simplify(sympy.sympify(right.replace("^", "**")) - sympy.diff(x**2 * w**3, x, w)) == 0
    asked = task("[x*w, x + 3*w]", "jacobian", ["x", "w"])
    assert "∂y2/∂w = 3" in feedback(asked.question, asked.mark("[[w, x], [1, 1]]"), 5)


def test_mistakes_of_rounded_numbers_are_found() -> None:
    marker = Marker("x^2*sin(x)", "x", at={"x": 1.0}, digits=3)
    assert "product.only_first" in [reason.kind for reason in marker.mark("1.683").reasons]  # 2 sin 1
    assert not marker.mark("1.685").reasons


def test_a_number_with_decimals_has_three_digits_at_least_and_another_one_is_exact() -> None:
    marker = Marker("x^2*sin(x)", "x", at={"x": 1.0})  # 2 sin 1 + cos 1 = 2.22324...
    for right in ("2.2232", "2.223", "2.2225", "2sin(1) + cos(1)"):
        assert marker.mark(right).verdict is Verdict.RIGHT, right
    assert "rounded to 2 digits" in marker.mark("2.22").note
    for wrong in ("2.22", "2.229", "222324/100000", "2"):
        assert marker.mark(wrong).verdict is Verdict.WRONG, wrong
    assert Marker("x^2/3", "x", at={"x": 2.0}, tolerance=1e-6).mark("1.333").verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("29", "value.sign"),  # 3*3^2 + 2
        ("13", "algebra.power_of_sum"),  # 3*(2^2 + 1) - 2
        ("16", "value.power_as_product"),  # 3*3*2 - 2
        ("7", "algebra.parentheses"),  # 3*(2 + 1^2) - 2
        ("17", "value.differentiated"),  # 6*3 - 1
        ("-25", "answer.negated"),
    ],
)
def test_wrong_values_have_reasons(answer: str, kind: str) -> None:
    marked = task("3*(x + 1)^2 - x", "value", [], at={"x": 2}).mark(answer)
    assert [reason.kind for reason in marked.reasons] == [kind]


def test_a_product_with_a_sum_has_parentheses() -> None:
    marker = task("(x - w)*(x + 2)", "value", [])
    assert marker.mark("(x - w)*x + 2").reasons[0].kind == "algebra.parentheses"
    assert marker.mark("x - w*(x + 2)").reasons[0].kind == "algebra.parentheses"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("[[2*w, 0], [0, 6*w]]", "partial.mixed"),
        ("[2*x*w, x^2 + 3*w^2]", "order.once"),
    ],
)
def test_what_is_no_hessian_is_told(answer: str, kind: str) -> None:
    assert [reason.kind for reason in task("x^2*w + w^3", "hessian", ["x", "w"]).mark(answer).reasons] == [kind]


def test_lists_may_be_multiplied_and_added() -> None:
    marker = task("x^2 + w^2 + x", "gradient", ["x", "w"])
    assert marker.mark("2*[x, w] + [1, 0]").verdict is Verdict.RIGHT
    assert marker.mark("[2*x^2 + x, 2*w*x]/x").verdict is Verdict.RIGHT


def test_a_number_may_be_computed_wrongly() -> None:
    marked = task("x^3 + 2x", "derivative", ["x"], at={"x": 2}).mark("38")
    assert [reason.kind for reason in marked.reasons] == ["value.factor_in_power"]  # (3*2)^2 + 2


def test_a_derivative_whose_terms_cancel_is_0() -> None:
    marker = task("atan(x) + atan(1/x)", "derivative", [])
    for answer in ("0", "1/(1 + x^2) - 1/(x^2 + 1)"):
        assert marker.mark(answer).verdict is Verdict.RIGHT
    assert marker.mark("1/1000").verdict is Verdict.WRONG


def test_angles_in_degrees_are_told_from_radians() -> None:
    """Expected: sin 30° = 0.5, cos 2° = 0.99939."""
    assert task("x*cos(x)", "value", [], at={"x": 60}).mark("30").reasons[0].kind == "value.degrees"
    assert [reason.kind for reason in Marker("cos(x)", "x", at={"x": 30.0}).mark("-0.5").reasons] == ["value.degrees"]
    assert [reason.kind for reason in Marker("sin(x)", "x", at={"x": 2.0}).mark("0.99939").reasons] == ["value.degrees"]


def test_a_jacobian_of_what_an_operation_on_arrays_gives() -> None:
    asked = task("[[1, 2], [3, 4]] @ [x*x, w]", "jacobian", ["x", "w"])
    assert asked.mark("[2x 2; 6x 4]").verdict is Verdict.RIGHT
    assert asked.mark("((2x, 2), (6x, 4))").verdict is Verdict.RIGHT
    assert asked.mark("[[2x, 6x], [2, 4]]").reasons[0].kind == "array.transposed"


def test_the_derivative_by_a_variable_that_is_not_there_is_0() -> None:
    asked = task("w^2*t", "derivative", ["x"])
    assert (asked.mark("0").verdict, asked.mark("2w*t").verdict) == (Verdict.RIGHT, Verdict.WRONG)
    with pytest.raises(GradcliError, match="no variable x"):
        task("xw", "derivative", ["x"])  # which may be meant as x*w


def test_huge_values_match_no_mistake() -> None:
    assert not Marker("sin(x^5)", "x").mark("5*x^36*cos(x^5)").reasons


def test_a_variable_that_is_not_there_stays_out_of_the_question() -> None:
    assert task("x^2", "derivative", ["q"]).question.expression == "x^2"
    hessian = task("x^2*y", "hessian", ["x", "y"])
    assert hessian.mark("[[2y, 2x], [2x, 0]]").score == 1
    assert [reason.kind for reason in hessian.mark("[[2y, 2x], [2x, x^2]]").reasons] == ["order.once"]
