"""The table of rules for arrays, element-by-element derivatives, and verdicts on equality, against NumPy and SymPy."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pytest
import sympy

import gradcli
from gradcli.algebra.arrays.rules import RULES, Rule, linear_operands
from gradcli.algebra.equality.verdict import Method, Verdict
from gradcli.algebra.jacobian import element_names, hessian, jacobian
from gradcli.autodiff.passes.forward import evaluate
from gradcli.graph.graph import Graph
from gradcli.language.program_text import program_text
from gradcli.language.statements import free_names
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import STRUCTURAL

RULE_SHAPES = {"A": (3, 3), "x": (3,), "z": (3,)}


def value_of(text: str, values: dict[str, Any]) -> Any:
    shapes = {name: numpy.shape(value) for name, value in values.items()}
    graph = lower(gradcli.parse(text), StaticBuilder(Graph(), shapes=shapes))
    return evaluate(graph, values)[graph.output]


def simplified(text: str, shapes: dict[str, tuple[int, ...]]) -> str:
    return program_text(gradcli.simplify(gradcli.parse(text), shapes=shapes).program(), "; ")


@pytest.mark.parametrize("rule", RULES, ids=[rule.pattern for rule in RULES])
def test_a_rule_holds_and_applies(rule: Rule) -> None:
    source = numpy.random.default_rng(6)
    values = {name: source.uniform(0.5, 2, shape) for name, shape in RULE_SHAPES.items()}
    expected = value_of(rule.pattern, values)
    assert numpy.allclose(value_of(rule.result, values), expected)
    shapes = {name: RULE_SHAPES[name] for name in free_names(gradcli.parse(rule.pattern))}
    found = simplified(rule.pattern, shapes)
    assert found == simplified(rule.result, shapes)
    assert len(found) <= len(rule.pattern) + 2  # outer(u, v) and u @ v have spaces
    assert numpy.allclose(value_of(found, values), expected)


def test_what_is_called_linear_is_linear() -> None:
    """op(2·a) = 2·op(a) for the operands of the table, tried on the operations that take a matrix alone."""
    matrix = numpy.random.default_rng(2).uniform(-1, 1, (3, 3))
    for name in ("permute", "reduce_sum", "reduce_mean", "trace", "diag", "tril", "triu", "cumsum"):
        assert linear_operands(name) == (0,)
        assert numpy.allclose(STRUCTURAL[name](2 * matrix), 2 * numpy.asarray(STRUCTURAL[name](matrix)))
    degrees = {name: one.facts.degree((3, 3)) for name, one in STRUCTURAL.items() if one.facts.degree is not None}
    assert degrees == {"inv": -1, "det": 3, "reduce_norm": 1}
    for name, degree in degrees.items():
        assert numpy.allclose(STRUCTURAL[name](2 * matrix), 2.0**degree * numpy.asarray(STRUCTURAL[name](matrix)))


SHAPES = {"A": (2, 3), "x": (3,), "c": ()}
OUTPUTS = ("A @ x*c", "[c, sum(A)]*x[0]", "A*x + c", "softmax(x)", "norm(x)", "outer(A @ x, x)[0]", "A.T @ A @ x")


def graph_of(text: str) -> Graph:
    return lower(gradcli.parse(text), StaticBuilder(Graph(), shapes=SHAPES))


def point() -> dict[str, Any]:
    source = numpy.random.default_rng(8)
    return {name: source.uniform(0.5, 1.5, shape) if shape else 0.7 for name, shape in SHAPES.items()}


def differences(text: str, names: list[str], values: dict[str, Any]) -> Any:
    """The Jacobian by central differences, a column for each element of the variables."""
    columns = []
    for name in names:
        for place in numpy.ndindex(*SHAPES[name]):
            moved = []
            for sign in (1, -1):
                value = numpy.array(values[name], dtype=float)
                value[place] += sign * 1e-6
                moved.append(numpy.ravel(value_of(text, {**values, name: value if SHAPES[name] else float(value)})))
            columns.append((moved[0] - moved[1]) / 2e-6)
    return numpy.stack(columns, axis=1)


@pytest.mark.parametrize("text", OUTPUTS)
def test_a_jacobian_is_that_of_finite_differences(text: str) -> None:
    graph, values = graph_of(text), point()
    names = list(graph.variables)
    found = jacobian(graph, graph.outputs, names)
    assert found.names == [element for name in names for element in element_names(name, SHAPES[name])]
    numbers = [value_of(to_text(expression), values) for expression in found.simplified.expressions]
    expected = differences(text, names, {name: values[name] for name in names})
    assert numpy.allclose(numpy.reshape(numbers, expected.shape), expected, atol=1e-7)


def test_a_hessian_is_that_of_sympy() -> None:
    graph = graph_of("(A @ x) @ (A @ x)*c + sum(x^3)")
    found = hessian(graph, graph.output, ["x", "c"])
    symbols = {name: sympy.Symbol(name.replace("[", "").replace("]", "").replace(", ", "_")) for name in
               [*element_names("A", (2, 3)), *element_names("x", (3,)), "c"]}  # fmt: skip
    rows = [[symbols[f"A[{i}, {j}]"] for j in range(3)] for i in range(2)]
    column = [symbols[f"x[{j}]"] for j in range(3)]
    products = sympy.Matrix(rows) * sympy.Matrix(column)
    function = (products.T * products)[0] * symbols["c"] + sum(entry**3 for entry in column)
    expected = sympy.hessian(function, [*column, symbols["c"]])
    for entry, expression in zip(expected, found.simplified.expressions, strict=True):
        text = to_text(expression)
        for name, symbol in symbols.items():
            text = text.replace(name, str(symbol)) if "[" in name else text
        assert sympy.expand(sympy.sympify(text.replace("^", "**"), locals={"c": symbols["c"]}) - entry) == 0


SAME = (
    ("A @ x", "sum(A*x, axis=1)", Method.IDENTICAL),
    ("(A @ x) @ (A @ x)", "x @ A.T @ A @ x", Method.NORMAL_FORM),
    ("sum((x - 1)^2)", "x @ x - 2*sum(x) + 3", Method.ENOUGH_POINTS),
    ("norm(x)^2", "dot(x, x)", Method.NORMAL_FORM),
    ("[x[0], x[1], x[2]]", "x", Method.IDENTICAL),
    ("x/3*pi", "x*(pi/3)", Method.NORMAL_FORM),
    ("A + 2*A", "3*A", Method.ENOUGH_POINTS),
    ("A.T @ (A @ x)", "(A.T @ A) @ x", Method.NORMAL_FORM),
    ("log_softmax(x)", "x - logsumexp(x)", Method.NORMAL_FORM),
    ("var(x)", "sum((x - mean(x))^2)/2", Method.ENOUGH_POINTS),
    ("mse_loss(x, 2*x)", "mean(x^2)", Method.ENOUGH_POINTS),
)
DIFFERENT = (("A @ x", "2*A @ x"), ("softmax(x)", "exp(x)"), ("x", "x^2"), ("sum(A)", "mean(A)"), ("A.T @ A", "A.T @ A + eye(3)"))


@pytest.mark.parametrize(("first", "second", "method"), SAME)
def test_equal(first: str, second: str, method: Method) -> None:
    found = gradcli.equal(first, second, shapes=_used(first, second))
    assert found.verdict is Verdict.EQUAL
    assert found.proof
    assert found.method in (method, Method.IDENTICAL)


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_different_with_a_point_that_shows_it(first: str, second: str) -> None:
    found = gradcli.equal(first, second, shapes=_used(first, second))
    assert found.verdict is Verdict.DIFFERENT
    witness = found.counterexample
    assert witness is not None
    values = {name: numpy.asarray(value) for name, value in witness.point.items()}
    assert not numpy.allclose(value_of(first, values), value_of(second, values))
    assert numpy.allclose(value_of(first, values), witness.first)


NEARLY = (
    ("A @ x", "A @ x*(1 + 1e-10)", False),
    ("sum(x) + 1e-13", "sum(x)", False),
    ("exp(100x)", "exp(100x) + 1", True),
    ("sum(relu(x - 50))", "0", False),
    ("det(A[:, 0:2])", "det(A[:, 0:2]) + where(A[0, 0] > 30, 1, 0)", False),
    ("softmax(x)", "softmax(x) + 1e-30*x", False),
    ("x*(1/3)", "x*0.333333333333333333", False),
)
"""Pairs that differ by little, or at few points."""


@pytest.mark.parametrize(("first", "second", "positive"), NEARLY)
def test_small_arrays_are_compared_sharply(first: str, second: str, positive: bool) -> None:
    found = gradcli.equal(first, second, shapes=_used(first, second), assume="positive" if positive else "")
    assert found.verdict is Verdict.DIFFERENT
    assert found.counterexample is not None
    assert found.counterexample.first_text != found.counterexample.second_text


def test_large_arrays_are_compared_at_numbers_of_many_sizes() -> None:
    shapes = {"x": (3000,)}
    assert not gradcli.equal("sum(relu(x - 50))", "0", shapes=shapes)
    found = gradcli.equal("logsumexp(x)*1", "log(sum(exp(x/2)^2))", shapes=shapes)
    assert (found.verdict, found.digits) == (Verdict.EQUAL, 9)
    assert found.undecided  # exp(500)^2 is beyond float64, and that is no difference of domains


def test_what_rounding_leaves_of_0_is_no_difference() -> None:
    assert gradcli.equal("det([c, 1; c, 1])", "0*c")
    assert gradcli.equal("sum(x) + c - sum(x)", "c", shapes={"x": (3,)})
    assert not gradcli.equal("x/10^14", "x/(5*10^13)", shapes={"x": (3,)})


def _used(*texts: str) -> dict[str, tuple[int, ...]]:
    names = {name for text in texts for name in free_names(gradcli.parse(text))}
    return {name: shape for name, shape in SHAPES.items() if name in names}


def test_shapes_that_differ_are_a_difference() -> None:
    found = gradcli.equal("x - x", "0", shapes={"x": (3,)})
    assert (found.verdict, found.method, found.shapes, found.proof) == (Verdict.DIFFERENT, Method.SHAPES, ((3,), ()), True)


def test_settings_with_a_default_that_is_no_whole_number() -> None:
    assert dict(STRUCTURAL["layer_norm"].settings)["eps"] == 1e-5
    assert json.dumps(dict(STRUCTURAL["layer_norm"].settings)) == '{"normalized_shape": null, "eps": 1e-05}'


def test_a_large_network_is_written_in_lines_that_are_those_of_its_graph() -> None:
    """Ten layers: the lines, read back, have the gradient of finite differences."""
    layers = [f"h{at} = tanh(W @ {f'h{at - 1}' if at else 'x'} + b)" for at in range(10)]
    text = "; ".join([*layers, "sum(h9^2)"])
    shapes = {"W": (2, 2), "x": (2,), "b": (2,)}
    gradient = gradcli.diff(gradcli.parse(text), "W", shapes=shapes)
    assert gradient.definitions
    lines = program_text(gradient.program(), "; ")
    source = numpy.random.default_rng(5)
    values = {name: source.uniform(-1, 1, shape) for name, shape in shapes.items()}
    found = value_of(lines, values)
    for place in numpy.ndindex(2, 2):
        step = numpy.zeros((2, 2))
        step[place] = 1e-6
        ahead, behind = (value_of(text, {**values, "W": values["W"] + sign * step}) for sign in (1, -1))
        assert found[place] == pytest.approx((ahead - behind) / 2e-6, abs=1e-7)
    assert ".T" in lines
    assert "expand" not in lines
