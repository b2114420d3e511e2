"""Explanations: every step of every view has the value of what it derives, and what they end in is SymPy's derivative.

The values are found without the rules that explanations use: a derivative by moving a node a little and computing again.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import pytest
import sympy_oracle
from corpus import CORPUS, Example
from step_values import Point, bindings_of, check_every_step, sound, steps_of

import gradcli
from gradcli.autodiff.runs.program_run import outline
from gradcli.derivation.calculus.applications import Rules
from gradcli.derivation.explain import DETAILS, VIEWS, explained
from gradcli.derivation.paths import Paths
from gradcli.errors import GradcliError
from gradcli.language.ast import Name, Number, Operator, Partial, Prime, postorder
from gradcli.language.parser import parse
from gradcli.language.text import to_text

SHOWN = [
    "(x+w)*(w+1)",
    "sin((x+w)*(w+1))",
    "x^x",
    "(x^2+1)/(x-1)",
    "exp(-(x-mu)^2/(2*s^2))/sqrt(2*pi*s^2)",
    "sigmoid(w0*x0 + w1*x1 + w2)",
    "ln(x1) + x1*x2 - sin(x2)",
    "x*x*x + x/x",
    "a = x + w; b = w + 1; y = a*b; y*y + a",
    "f(u, v) = u^v; f(x, 2) + f(2, x) + f(x, w)",
    "x^(1/2) + 2^x + e^(3x) - x*u*v/c",
    "x if x > w else w^2",
]
"""What a teacher would put on the board."""

SAMPLE = [Example(text, {}) for text in SHOWN] + CORPUS[::9]
"""The board, and a part of the corpus: all of it takes minutes."""


@pytest.mark.parametrize("by", VIEWS)
@pytest.mark.parametrize("example", SAMPLE, ids=lambda example: example.text[:50])
def test_every_step_keeps_the_value(example: Example, by: str) -> None:
    checked = check_every_step(example, by)
    assert checked or example.text not in SHOWN or by != "rules"


@pytest.mark.parametrize("text", SHOWN)
@pytest.mark.parametrize("by", VIEWS)
def test_steps_in_numbers_have_the_value_of_the_gradient(text: str, by: str) -> None:
    variables = outline(parse(text)).wrt
    bindings = {name: 0.4 + 0.3 * index for index, name in enumerate(variables)}
    gradient = gradcli.record(parse(text), bindings).gradient
    for detail in DETAILS:
        explanation = gradcli.explain(text, bindings, by=by, steps=detail)
        output = explanation.tape.names[explanation.tape.output]
        for variable, step in steps_of(explanation):
            numeric = not any(isinstance(node, Name | Partial | Prime) for node in postorder(step.right))
            if numeric and gradient[variable] is not None and step.left == Partial(output, variable):
                value = Point(explanation.tape, bindings, variable).of(step.right)
                expected = gradient[variable]
                assert expected is not None
                assert math.isclose(value, expected, rel_tol=1e-9)


@pytest.mark.parametrize("example", CORPUS[1::5], ids=lambda example: example.text[:50])
def test_the_rules_end_in_the_derivative_of_sympy(example: Example) -> None:
    tape = outline(parse(example.text))
    if not tape.wrt:
        return
    explanation = explained(tape, by="rules", steps="normal", expression=example.text)
    assert isinstance(explanation.content, Rules)
    source = random.Random(11)
    points = [bindings_of(example, tape, source) for _ in range(3)]
    function = sympy_oracle.in_sympy(parse(example.text))
    for derivation in explanation.content.derivations:
        expected = sympy_oracle.values([function.diff(sympy_oracle.variable(derivation.variable))], points)
        for step in derivation.steps:
            if any(isinstance(node, Prime) for node in postorder(step.right)):
                continue
            for bindings, values in zip(points, expected, strict=True):
                found = Point(tape, bindings, derivation.variable).of(step.right)
                defined = math.isfinite(Point(tape, bindings, derivation.variable).values[tape.output])
                if values[0] is not None and defined and sound(found):
                    assert math.isclose(found, float(values[0]), rel_tol=1e-9, abs_tol=1e-9), (
                        f"{to_text(step.right)} is {found}, and SymPy says {values[0]} at {bindings}"
                    )


# ---- what is shown ----


def test_brief_shows_no_rewriting_and_normal_no_less() -> None:
    for text in SHOWN:
        for by in VIEWS:
            counts = [len(list(steps_of(gradcli.explain(text, by=by, steps=detail)))) for detail in DETAILS]
            assert counts == sorted(counts)


def test_the_worked_example_by_rules() -> None:
    explanation = gradcli.explain("(x+w)*(w+1)", wrt=["w"], by="rules")
    assert isinstance(explanation.content, Rules)
    (derivation,) = explanation.content.derivations
    assert [(a.number, a.rule, to_text(a.result)) for a in derivation.applications] == [
        ("1", "product rule", "(w + 1) + (x + w)"),
        ("1.1", "sum rule", "1"),
        ("1.2", "sum rule", "1"),
    ]
    assert [to_text(step.right, pretty=True) for step in derivation.steps] == ["(w + 1) + (x + w)", "2w + x + 1"]


def test_a_power_of_a_power_is_derived_by_logarithms() -> None:
    explanation = gradcli.explain("x^x", by="rules")
    assert isinstance(explanation.content, Rules)
    (application,) = explanation.content.derivations[0].applications
    assert application.rule == "logarithmic differentiation"
    assert to_text(application.steps[0].left) == "log(x^x)"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("x + 1", "sum rule"),
        ("x - 1", "difference rule"),
        ("x + 1 - sin(w) + x", "sum and difference rule"),
        ("3*x", "constant-multiple rule"),
        ("x/w", "constant-multiple rule"),
        ("-x", "constant-multiple rule"),
        ("x*sin(x)", "product rule"),
        ("x/sin(x)", "quotient rule"),
        ("1/sin(x)", "quotient rule, constant numerator"),
        ("x^3", "power rule"),
        ("sin(x)^3", "chain rule and power rule"),
        ("exp(x)", "exponential rule"),
        ("e^(2x)", "chain rule and exponential rule"),
        ("2^x", "exponential rule"),
        ("sin(x)", "derivative of sin"),
        ("sin(2x)", "chain rule and derivative of sin"),
        ("max(x, x^2)", "chain rule and derivative of maximum"),
        ("x if x > 0 else -x", "choice rule"),
        ("x", "identity rule"),
    ],
)
def test_each_rule_has_its_name(text: str, rule: str) -> None:
    explanation = gradcli.explain(text, wrt=["x"], by="rules")
    assert isinstance(explanation.content, Rules)
    assert explanation.content.derivations[0].applications[0].rule == rule


def test_letters_of_rules_are_none_of_the_expression() -> None:
    explanation = gradcli.explain("u*v*c", wrt=["u", "v"], by="rules")
    assert isinstance(explanation.content, Rules)
    for derivation in explanation.content.derivations:
        for application in derivation.applications:
            assert not {to_text(equal.left) for equal in application.letters if isinstance(equal.left, Name)} & set("uvc")


# ---- paths ----


def paths_of(text: str, bindings: Mapping[str, float] | None = None, **more: int) -> Paths:
    """The paths of an expression."""
    content = gradcli.explain(text, bindings, by="paths", **more).content
    assert isinstance(content, Paths)
    return content


def test_the_paths_of_the_worked_example() -> None:
    paths = paths_of("(x+w)*(w+1)", {"x": 2, "w": 1})
    assert [(s.variable, s.count, [p.way.names for p in s.paths], [p.value for p in s.paths]) for s in paths.sums] == [
        ("x", 1, [("x", "a", "y")], [2.0]),
        ("w", 2, [("w", "a", "y"), ("w", "b", "y")], [2.0, 3.0]),
    ]
    assert [(cost.method, cost.multiplications) for cost in paths.costs] == [
        ("path by path", 3),
        ("forward mode", 3),
        ("reverse mode", 3),
    ]


def test_paths_are_counted_exactly_and_the_largest_come_first() -> None:
    doubled = "; ".join(["y = x", *["y = y + 2*y"] * 90])
    (found,) = paths_of(doubled, {"x": 1.0}).sums
    assert found.count == 2**90
    assert [path.value for path in found.paths[:2]] == [2.0**90, 2.0**89]
    assert found.value == pytest.approx(3.0**90)
    assert found.rest == pytest.approx(3.0**90 - math.fsum(path.value for path in found.paths))


@pytest.mark.parametrize("values", [True, False])
def test_the_largest_are_those_that_sorting_all_of_them_finds(values: bool) -> None:
    text = "a = x*w + sin(x); b = a*x + cos(a)*a; c = a*b + b*x + a; y = c*b*a + sin(c)*x"
    bindings = {"x": 1.3, "w": 0.7} if values else None
    everything = paths_of(text, bindings)
    few = paths_of(text, bindings, max_paths=1)
    for all_of, largest in zip(everything.sums, few.sums, strict=True):
        assert len(all_of.paths) == all_of.count == largest.count
        size = (lambda path: -abs(path.value)) if values else (lambda path: len(path.nodes))
        best = sorted(map(size, all_of.paths))[: len(largest.paths)]
        assert [size(path) for path in largest.paths] == pytest.approx(best)
        assert len({(path.nodes, path.arguments) for path in largest.paths}) == len(largest.paths)
        if values:
            assert math.fsum(path.value for path in all_of.paths) == pytest.approx(all_of.value)


def test_reverse_mode_costs_no_more_for_many_variables() -> None:
    terms = " + ".join(f"sin(x{index}*x{index + 1})" for index in range(30))
    paths, forward, reverse = (cost.for_all for cost in paths_of(terms).costs)
    assert paths is not None
    assert forward is not None
    assert reverse is not None
    assert reverse < forward / 3


# ---- size ----


def test_what_is_shared_is_derived_once() -> None:
    doubled = "; ".join(["y = sin(x)", *["y = y + y*y"] * 40])
    explanation = gradcli.explain(doubled, by="rules")
    assert isinstance(explanation.content, Rules)
    applications = explanation.content.derivations[0].applications
    assert len(applications) == 81
    assert all(sum(1 for _ in postorder(step.right)) < 500 for a in applications for step in a.steps)


@pytest.mark.parametrize("by", ["nodes", "rules"])
def test_a_limit_is_said_with_the_option_that_raises_it(by: str) -> None:
    with pytest.raises(GradcliError) as caught:
        gradcli.explain("sin(" * 5000 + "x" + ")" * 5000, by=by)
    assert caught.value.exit_code == 4
    assert "--max-nodes 5001" in caught.value.hint


def test_numbers_do_not_grow_with_the_depth() -> None:
    explanation = gradcli.explain("sin(" * 900 + "x" + ")" * 900, by="rules")
    assert isinstance(explanation.content, Rules)
    applications = explanation.content.derivations[0].applications
    assert len(applications) == 900
    assert max(len(a.number) for a in applications) < 24
    assert len({a.number for a in applications}) == 900


def test_long_sums_are_one_application() -> None:
    text = " + ".join(f"{index}*x" for index in range(2, 300))
    explanation = gradcli.explain(text, by="rules")
    assert isinstance(explanation.content, Rules)
    assert [a.rule for a in explanation.content.derivations[0].applications][:2] == ["sum rule", "constant-multiple rule"]
    last = explanation.content.derivations[0].steps[-1].right
    assert isinstance(last, Operator | Number)
