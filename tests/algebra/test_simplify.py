"""What simplification keeps, tried on random expressions: the value wherever there is one, and that it ends in an answer."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from searches import examples

from gradcli.algebra.assumptions.facts import NOTHING, POSITIVE, Assumptions
from gradcli.algebra.derivatives import differentiate, simplify
from gradcli.algebra.simplified import Simplified, Simplifier
from gradcli.autodiff.passes.forward import evaluate
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Call, Expression, Name, Number, Operator, Output, Program, children, postorder
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS

ROUNDED = 1e-12
"""Smaller numbers on the way that are not 0 may be 0 but for rounding, where sign and its like jump."""

LARGE = 1e5
"""Expressions with larger numbers on the way are left out of tests in floats, since rounding could be all that is compared."""


def graph_of(expression: Expression) -> Graph:
    return lower(Program((Output(expression),)), StaticBuilder(Graph()))


def simplified(expression: Expression, assume: Assumptions = NOTHING) -> Simplified:
    graph = graph_of(expression)
    return Simplifier(graph, [graph.output], assume=assume).together([graph.output])


# ---- rational expressions, exactly ----

VARIABLES = ("x", "w", "v")
NAMES = st.sampled_from([Name(name) for name in VARIABLES])
NUMBERS = st.integers(-3, 3).map(Number)


def _rational(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return (
        st.builds(lambda s, a, b: Operator(s, (a, b)), st.sampled_from("+-*/"), inner, inner)
        | st.builds(lambda a: Operator("-", (a,)), inner)
        | st.builds(lambda a, n: Operator("^", (a, Number(n))), inner, st.integers(-3, 3))
        | st.builds(lambda f, a: Call(f, (a,)), st.sampled_from(["abs", "sign", "square", "reciprocal", "relu"]), inner)
        | st.builds(lambda a, b: Call("maximum", (a, b)), inner, inner)
        | st.builds(lambda a, b, c, d: Call("where", (Call("lt", (a, b)), c, d)), inner, inner, inner, inner)
    )


rationals = st.recursive(NAMES | NUMBERS, _rational, max_leaves=12)
points = st.fixed_dictionaries({name: st.builds(Fraction, st.integers(-4, 4), st.integers(1, 3)) for name in VARIABLES})

EXACT: Mapping[tuple[str, int], Callable[..., Fraction | int]] = {
    ("+", 2): lambda a, b: a + b,
    ("-", 2): lambda a, b: a - b,
    ("*", 2): lambda a, b: a * b,
    ("/", 2): lambda a, b: a / b,
    ("^", 2): lambda a, b: a**b,
    ("-", 1): lambda a: -a,
    ("abs", 1): abs,
    ("sign", 1): lambda a: (a > 0) - (a < 0),
    ("square", 1): lambda a: a * a,
    ("reciprocal", 1): lambda a: 1 / a,
    ("relu", 1): lambda a: max(a, 0),
    ("maximum", 2): max,
    ("lt", 2): lambda a, b: int(a < b),
    ("<", 2): lambda a, b: int(a < b),
    ("where", 3): lambda c, a, b: a if c else b,
    ("sqrt", 1): lambda a: Fraction(math.isqrt(a.numerator), math.isqrt(a.denominator)),
}


def exact_value(expression: Expression, point: Mapping[str, Fraction]) -> Fraction | None:
    """The value of a rational expression; None where it divides by 0, in a branch that is not taken as well."""
    values: list[Fraction] = []
    for node in postorder(expression):
        count = len(children(node))
        operands = values[len(values) - count :]
        del values[len(values) - count :]
        if isinstance(node, Number):
            values.append(Fraction(node.value))
        elif isinstance(node, Name):
            values.append(point[node.name])
        else:
            symbol = node.function if isinstance(node, Call) else getattr(node, "symbol", "<")
            try:
                values.append(Fraction(EXACT[symbol, count](*operands)))
            except ZeroDivisionError:
                return None
    return values[0]


@examples(500)
@given(rationals, points)
@example(Operator("/", (Name("x"), Name("x"))), {"x": Fraction(0), "w": Fraction(1), "v": Fraction(1)})
def test_the_exact_value_stays(expression: Expression, point: dict[str, Fraction]) -> None:
    before = exact_value(expression, point)
    assume(before is not None)
    result = simplified(expression)
    assert not result.definitions
    [after] = result.expressions
    assert exact_value(after, point) == before, to_text(after)


@examples(160)
@given(rationals, points)
def test_the_exact_value_stays_for_positive_variables(expression: Expression, point: dict[str, Fraction]) -> None:
    positive = {name: abs(value) + 1 for name, value in point.items()}
    before = exact_value(expression, positive)
    assume(before is not None)
    [after] = simplified(expression, POSITIVE).expressions
    assert exact_value(after, positive) == before, to_text(after)


@examples(160)
@given(rationals)
def test_nothing_gets_longer(expression: Expression) -> None:
    def operations(tree: Expression) -> int:
        graph = graph_of(tree)
        sizes = [0] * len(graph)
        for node in graph:
            sizes[node.id] = 1 + sum(sizes[input] for input in node.inputs) if node.inputs else 0
        return sizes[graph.output]

    result = simplified(expression)
    if not result.definitions:
        assert operations(result.expressions[0]) <= operations(expression), to_text(result.expressions[0])


# ---- all operations ----


def _any(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    calls = [
        st.builds(lambda *arguments, name=operation.name: Call(name, arguments), *[inner] * len(operation.samples))
        for operation in OPERATIONS.values()
    ]
    numbers = st.sampled_from([Number(2), Number(Fraction(1, 2)), Number(Fraction(-1, 3)), Number(-1), Name("e"), Name("pi")])
    return (
        _rational(inner)
        | st.one_of(calls)
        | st.builds(lambda a, n: Operator("^", (a, n)), inner, numbers)
        | st.builds(lambda a, b: Operator("^", (a, b)), inner, inner)
        | st.builds(lambda f, a: Call(f, (a,)), st.sampled_from(["exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid"]), inner)
    )


everything = st.recursive(NAMES | NUMBERS, _any, max_leaves=8)
floats = st.fixed_dictionaries({name: st.floats(-3, 3).map(lambda value: round(value, 3) + 0.00037) for name in VARIABLES})


def values(program: Program, point: Mapping[str, float]) -> list[float]:
    """The value of each node of a program, that of the result last."""
    graph = lower(program, StaticBuilder(Graph()))
    computed = evaluate(graph, {name: value for name, value in point.items() if name in graph.variables})
    needed = graph.ancestors(graph.output)
    return [value for value, kept in zip(computed, needed, strict=True) if kept] + [computed[graph.output]]


@examples(500)
@given(everything, floats)
@example(parse("sqrt(x^2*w)").statements[0].value, {"x": -2.0, "w": 3.0, "v": 1.0})  # type: ignore[union-attr]
@example(parse("log(x^2)").statements[0].value, {"x": -2.0, "w": 3.0, "v": 1.0})  # type: ignore[union-attr]
@example(parse("(x^2)^w").statements[0].value, {"x": -2.0, "w": 0.5, "v": 1.0})  # type: ignore[union-attr]
@example(parse("(x^3)^(1/3)").statements[0].value, {"x": 2.0, "w": 0.5, "v": 1.0})  # type: ignore[union-attr]
def test_the_value_stays(expression: Expression, point: dict[str, float]) -> None:
    result = simplified(expression)
    before = values(Program((Output(expression),)), point)
    assume(all(abs(number) < LARGE for number in before))
    assume(all(number == 0 or abs(number) > ROUNDED for number in before[:-1]))  # sign(sinc(1)): sinc(1) is 0 but for rounding
    after = values(parse(program_text(result.program())), point)
    assume(all(abs(number) < LARGE for number in after[:-1]))
    assert math.isclose(before[-1], after[-1], rel_tol=1e-6, abs_tol=1e-6), program_text(result.program())


@examples(160)
@given(everything)
def test_every_expression_has_a_derivative_or_says_why_not(expression: Expression) -> None:
    graph = graph_of(expression)
    for name in graph.variables:
        with contextlib.suppress(GradcliError):  # polygamma has no derivative by its order
            result = differentiate(graph, [(graph.output, (name,)), (graph.output, (name, name))])
            parse(program_text(result.program(1)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where(0.5 <= pi, x^3, 0)", "x^3"),
        ("x^2 if pi > 3 else x", "x^2"),
        ("(e > pi)*x + 1", "1"),
        ("where(pi != e, x, 3)", "x"),
        ("where(sin(1) + sqrt(10) > 4, x, 3)", "x"),
        ("where(log(0) < 1, x, 2)", "where(log(0) < 1, x, 2)"),
        ("where(exp(1e-20) > 1, x, 2)", "where(exp(1e-20) > 1, x, 2)"),  # too near for floats to say
    ],
)
def test_numbers_that_lie_apart_are_compared(text: str, expected: str) -> None:
    assert str(simplify(parse(text))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1/(x/sqrt(2) - x)", "sinh((y/2 - x*y)/(2^sqrt(2))^3)", "1/cbrt((pi/12)^2)", "cbrt(2/(pi/12))",
        "atan(tan(pi/12))/(x^2 - 2^x^2)", "cbrt((x^2/x^2)^(3/2)*2^(1/2 - 3))", "2^x/e*sqrt(2)^x",
        "x*acosh(x^2)/((pi/12)/sqrt(2) - (pi/12 + sqrt(3)))",
    ],
)  # fmt: skip
def test_what_is_simplified_with_roots_and_pi_stays_as_it_is(text: str) -> None:
    once = simplify(parse(text))
    assert str(simplify(parse(to_text(once.expressions[0])))) == to_text(once.expressions[0])
