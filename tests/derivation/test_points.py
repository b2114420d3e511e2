"""Derivations at special points: a number beside a formula is its value, the last line is the headline, conventions are said."""

from __future__ import annotations

import itertools
import math

import pytest
from commandline import command

import gradcli
from gradcli.derivation.explain import VIEWS, Explanation
from gradcli.derivation.notation.stages import stages
from gradcli.derivation.notation.steps import VALUE, Derivation, Step
from gradcli.derivation.paths import Paths
from gradcli.language.ast import Expression, Number, Output
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.ops.catalogue import STRUCTURAL, spelling
from gradcli.ops.declaration.facts import KINK
from gradcli.ops.declaration.structural import Structural


def last_steps(explanation: Explanation, variable: str) -> tuple[Step, ...]:
    """The steps that end in the derivative by a variable."""
    content = explanation.content
    if isinstance(content, Derivation):
        return content.equations[explanation.tape.graph.variables[variable]].steps
    if isinstance(content, Paths):
        return next(found.steps for found in content.sums if found.variable == variable)
    return next(found.steps for found in content.derivations if found.variable == variable)


POINTS = [  # the derivative by hand, by limits
    ("where(x > 0, sqrt(x), x)", -4.0, 1.0),
    ("where(x > 0, log(x), x^2)", -3.0, -6.0),
    ("x*sqrt(x)", 0.0, 0.0),
    ("x^2*sqrt(x)", 0.0, 0.0),
    ("sinc(x)", 0.0, 0.0),
    ("x*x/x", 1.0, 1.0),
    ("(x^2 - 1)/(x - 1) + where(x < 5, 0, log(-x))", 2.0, 1.0),
    ("where(x > 1, acosh(x), 3*x)", 0.5, 3.0),
    ("x^3 + where(x > 0, 1/x, 0)", 0.0, 0.0),
]


@pytest.mark.parametrize("by", VIEWS)
@pytest.mark.parametrize(("text", "at", "expected"), POINTS)
def test_the_headline_is_the_value_of_the_formula_and_the_last_line(text: str, at: float, expected: float, by: str) -> None:
    explanation = gradcli.explain(text, {"x": at}, by=by)
    assert explanation.value("x") == pytest.approx(expected)
    steps = last_steps(explanation, "x")
    assert isinstance(steps[-1].right, Number)
    assert float(steps[-1].right.value) == pytest.approx(expected)
    gradient = explanation.tape.gradient["x"]
    assert gradient is not None
    if not math.isfinite(gradient):
        assert "backward pass, as PyTorch's" in steps[-1].note


@pytest.mark.parametrize("by", VIEWS)
@pytest.mark.parametrize(
    "text",
    ["log(x)/log(5)", "sqrt(1-x^2)/x", "x*sin(x)", "(x+w)*(w+1)", "x/(1+x^2)", "(2x+1)^3*x", "exp(x)/(1+exp(x))", "x^2/x^5"],
)
def test_the_last_line_in_variables_is_the_formula_of_the_headline(text: str, by: str) -> None:
    explanation = gradcli.explain(text, by=by)
    for variable in explanation.tape.wrt:
        formula = explanation.formula(variable)
        assert formula is not None
        symbols = [step for step in last_steps(explanation, variable) if step.rule not in VALUE]
        assert to_text(symbols[-1].right) == to_text(formula)
        d = "d" if len(explanation.tape.wrt) == 1 else "∂"
        headline = f"{d}y/{d}{variable} = {to_text(formula, pretty=True)}\n"
        assert headline in command(["explain", text, "--by", by])[1]


@pytest.mark.parametrize("by", VIEWS)
@pytest.mark.parametrize(
    ("text", "point", "where"),
    [
        ("max(x,1)", {"x": 1.0}, "maximum(x, 1) has no derivative at x = 1"),
        ("abs(x)", {"x": 0.0}, "abs(x) has no derivative at x = 0"),
        ("relu(x - 2)", {"x": 2.0}, "relu(a) has no derivative at a = 0"),
        ("clamp(x, -1, 1)*3", {"x": 1.0}, "has no derivative at x = 1"),
        ("floor(x)*w + x", {"x": 2.0, "w": 3.0}, "floor(x) has no derivative at x = 2"),
        ("where(x < 1, 2*x, x^2)", {"x": 1.0}, "changes its branch at x = 1; that of the branch taken"),
    ],
)
def test_at_a_kink_the_last_step_says_that_it_is_a_convention(text: str, point: dict[str, float], where: str, by: str) -> None:
    note = last_steps(gradcli.explain(text, point, by=by), "x")[-1].note
    assert where in note
    assert "PyTorch's convention" in note


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("max(x, w, z)", {"x": 1.0, "w": 3.0, "z": 3.0}),
        ("clamp(w, 0, x)", {"x": 1.0, "w": 0.0}),
        ("huber_loss(x, 1)", {"x": 2.0}),
        ("smooth_l1_loss(x, 1)", {"x": 2.0}),
        ("elu(x) + celu(x, 2)", {"x": 0.0}),
    ],
)
def test_where_the_derivative_is_one_there_is_no_convention(text: str, point: dict[str, float]) -> None:
    """The largest does not change with one that is smaller; and what has another curvature on either side is smooth."""
    assert "convention" not in last_steps(gradcli.explain(text, point), "x")[-1].note


KINKED = [operation for operation in STRUCTURAL.values() if any(one.kind == KINK for one in operation.facts.specials)]


@pytest.mark.parametrize("operation", KINKED, ids=lambda operation: operation.name)
def test_at_a_kink_of_arrays_the_last_step_says_so_too(operation: Structural) -> None:
    [special] = [one for one in operation.facts.specials if one.kind == KINK]
    call = f"{spelling(operation.name)}(x)"
    for elements, said in ((special.at, True), ((0.5, 2.0, -3.0), False)):
        note = last_steps(gradcli.explain(f"sum({call})", {"x": list(elements)}), "x")[-1].note
        assert ("PyTorch's convention" in note) is said, call


@pytest.mark.parametrize(
    ("text", "x", "said"),
    [
        ("sum(abs(x))", [0, 1], "abs(x) has no derivative at x = [0, 1]"),
        ("sum(abs(x)*[0, 1])", [0, 1], ""),  # no gradient comes to the kink
        ("sum(maximum(x, 2))", [1, 2], "maximum(x, 2) has no derivative at x = [1, 2]"),
        ("sum(where(x > 0, x, 0))", [0, 1], "changes its branch at x = [0, 1]"),
        ("norm([x[0], x[1]^2])", [0, 0], "has no derivative at"),
    ],
)
def test_kinks_at_elements_of_arrays_are_named(text: str, x: list[float], said: str) -> None:
    note = last_steps(gradcli.explain(text, {"x": x}), "x")[-1].note
    assert said in note if said else "convention" not in note


@pytest.mark.parametrize("text", ["max(x,1)", "abs(x)", "relu(x - 2)", "max(x, x)", "where(x < 1, 2*x, x^2)"])
def test_elsewhere_nothing_is_said_of_conventions(text: str) -> None:
    assert "convention" not in last_steps(gradcli.explain(text, {"x": 3.0}), "x")[-1].note


def expression(text: str) -> Expression:
    """The expression of a text."""
    statement = parse(text).statements[0]
    assert isinstance(statement, Output)
    return statement.value


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("(w + 1) + (x + w)", "2*w + x + 1", ["like terms collected"]),
        ("1/x + 1/w", "(x + w)/(x*w)", ["common denominator"]),
        ("1/x/log(5)", "1/(x*log(5))", ["one fraction"]),
        ("x*w/(x*2)", "w/2", ["factors cancelled"]),
        ("x*(w + 1)", "x*w + x", ["multiplied out"]),
        ("x*w + x*3", "x*(w + 3)", ["factored"]),
        ("x*x^2", "x^3", ["powers combined"]),
        ("2^(3 - 1)*x", "4*x", ["numbers computed"]),
        ("w + x", "x + w", ["put in order"]),
        ("sin(x)^2 + cos(x)^2 + x", "1 + x", ["sin² + cos² = 1"]),
        ("(sinh(x)^2 - cosh(x)^2)/w", "-1/w", ["cosh² - sinh² = 1"]),
        ("cos(x)^2 - sin(x)^2", "cos(2*x)", ["functions rewritten"]),
        ("sin(x)*cos(x)/cos(x)", "sin(x)", ["factors cancelled"]),
        (
            "(-(2*x/(2*sqrt(1 - x^2))*x) - sqrt(1 - x^2))/x^2",
            "(-1)/(x^2*sqrt(1 - x^2))",
            ["one fraction", "factors cancelled", "powers combined", "common denominator", "like terms collected"],
        ),
        ("2*(x - w)/2", "x - w", ["factors cancelled"]),
        ("(6*w - 3*x^2)/(3*w^2 - 6*x)", "(x^2 - 2*w)/(2*x - w^2)", ["factored", "factors cancelled"]),
        ("(2*(x - 3) - (2*x + 1))/(x - 3)^2", "-7/(x - 3)^2", ["multiplied out", "like terms collected"]),
        (
            "(3*x^2*(x - 2) - x^3)/(x - 2)^2",
            "2*x^2*(x - 3)/(x - 2)^2",
            ["factored", "multiplied out", "like terms collected", "factored"],
        ),
        ("((x^2 + 1)^3 - 6*x^2*(x^2 + 1)^2)/x", "((x^2 + 1)^2*(1 - 5*x^2))/x", ["factored", "like terms collected"]),
        ("exp(-x)*(x*w)^2*x", "x^3*w^2*exp(-x)", ["powers combined"]),
        ("x/(2*sqrt(x^2 + w))/sqrt(x^2 + w)^2", "x/(2*(x^2 + w)^(3/2))", ["one fraction", "powers combined"]),
        ("3*x*3", "9*x", ["numbers computed"]),
        ("3*x^2*x^4 + x^3*(4*x^3)", "7*x^6", ["powers combined", "like terms collected"]),
        ("exp(x)*exp(-x) - exp(-x)*exp(x)", "0", ["like terms collected"]),
        ("sqrt(4) - 1", "1", ["numbers computed"]),
        ("4*x^3 - 4*x", "4*x*(x + 1)*(x - 1)", ["factored"]),
        ("-(x - w)", "w - x", ["parentheses dropped"]),
        ("cos(x)*(cos(x) + 2) + sin(x)^2", "1 + 2*cos(x)", ["multiplied out", "sin² + cos² = 1"]),
        ("x^w*(log(x) + w/x)", "x^(w - 1)*(x*log(x) + w)", ["common denominator", "powers combined"]),
        (
            "1/(x^2 - 1) - (x - 1)*(2*x)/(x^2 - 1)^2",
            "-1/(x + 1)^2",
            ["common denominator", "multiplied out", "like terms collected", "factored", "factors cancelled"],
        ),
        ("-1/w - x/w^2", "-x/w^2 - 1/w", ["put in order"]),
        ("x/sqrt(x^2)", "x/abs(x)", ["roots taken"]),
        ("2/((1 + x)^2 + (1 - x)^2)", "1/(x^2 + 1)", ["factors cancelled", "multiplied out", "like terms collected"]),
        (
            "((2*x*exp(x) + x^2*exp(x))*(x + 1) - x^2*exp(x))/(x + 1)^2",
            "x*exp(x)*(x*(x + 2) + 2)/(x + 1)^2",
            ["multiplied out", "factored", "like terms collected"],
        ),
        ("(1 - x + (1 + x))/(2*sqrt(x))", "1/sqrt(x)", ["like terms collected", "factors cancelled"]),
        ("2*tan(x)*(tan(x)^2 + 1) - 2*sec(x)^2*tan(x)", "0", ["sec² - tan² = 1"]),
    ],
)
def test_a_simplification_is_named_by_what_it_does(before: str, after: str, named: list[str]) -> None:
    assert [deed for _, done in stages(expression(before), expression(after)) for deed in done] == named


def test_a_simplification_of_several_deeds_is_shown_in_lines() -> None:
    before = "(-(1 + x) - (1 - x))/(1 + x)^2/(2*sqrt((1 - x)/(1 + x)))/sqrt((1 - x)/(1 + x))"
    lines = stages(expression(before), expression("1/(x^2 - 1)"))
    assert [(to_text(line), *deeds) for line, deeds in lines] == [
        ("-2/(1 + x)^2/(2*sqrt((1 - x)/(1 + x)))/sqrt((1 - x)/(1 + x))", "like terms collected"),
        ("-1/((1 - x)/(1 + x)*(1 + x)^2)", "one fraction", "factors cancelled", "powers combined"),
        ("-1/((1 - x)*(1 + x))", "one fraction", "factors cancelled"),
        ("1/(x^2 - 1)", "multiplied out"),
    ]


@pytest.mark.parametrize("text", ["1/(x^2 + 2*x + 1)", "x/(x^2 + 1)", "1/(x^2 + 4*x + 4)"])
def test_no_line_of_a_simplification_only_reads_otherwise(text: str) -> None:
    lines = [line for line in command(["explain", text, "--by", "nodes"])[1].splitlines() if " = " in line]
    formulas = [line.partition(" = ")[2].partition("   ")[0].translate(dict.fromkeys(map(ord, "·() "))) for line in lines]
    assert not [formula for formula, then in itertools.pairwise(formulas) if formula == then]


@pytest.mark.parametrize("text", ["fmax(-y + max(y, y), (y*0)^-1)", "sqrt(floor(x))", "floor(x)", "sign(x)*x - sign(x)*x"])
def test_what_is_0_everywhere_has_an_explanation(text: str) -> None:
    for by in VIEWS:
        code, out, _ = command(["explain", text, "--by", by])
        assert code == 0
        assert "= 0" in out


def test_eval_says_where_the_formula_has_another_value_than_the_backward_pass() -> None:
    assert "Why dy/dx = nan, and 0 by its formula" in command(["eval", "x*sqrt(x)", "--x", "0"])[1]


@pytest.mark.parametrize("by", VIEWS)
@pytest.mark.parametrize("text", ["*".join(f"(x + {k})" for k in range(1, 40)), "y = x; " + "y = y*w + sin(y); " * 20 + "y"])
def test_a_long_derivation_ends_in_its_value(text: str, by: str) -> None:
    point = dict.fromkeys(gradcli.explain(text).tape.wrt, 0.3)
    explanation = gradcli.explain(text, point, by=by)
    assert explanation.value("x") == explanation.tape.gradient["x"]
    if by != "paths":
        last = last_steps(explanation, "x")[-1].right
        assert isinstance(last, Number)
        assert last.value == explanation.tape.gradient["x"]
