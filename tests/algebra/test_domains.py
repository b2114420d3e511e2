"""Where a simplified expression is the original: what is said is true, exactly, and nothing is left out."""

from __future__ import annotations

import math
import random

import pytest
from commandline import command
from definitions import definition_of
from mpmath import mp, mpf

from gradcli import diff, simplify
from gradcli.autodiff.passes.forward import evaluate
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Output, Program
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import Operation


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("sqrt(x)^2", "x  # x >= 0"),
        ("exp(log(x))", "x  # x > 0"),
        ("exp(-log(x))", "1/x  # x > 0"),
        ("exp(3*log(x - 1))", "(x - 1)^3  # x > 1"),
        ("log(x) - log(x)", "0  # x > 0"),
        ("0*log(2 - x)", "0  # x < 2"),
        ("sqrt(2x)^2", "2*x  # x >= 0"),
        ("sqrt(x - y)^2", "x - y  # x >= y"),
        ("sqrt(x^2 + 1)^2", "x^2 + 1"),
        ("sin(asin(x))", "x  # x <= 1, x >= -1"),
        ("cosh(acosh(x))", "x  # x >= 1"),
        ("(x^(1/3))^3", "x  # x >= 0"),
        ("x^a*x^(-a)", "1  # x > 0"),
        ("x^a/x^a", "1  # x > 0"),
        ("a^x - a^x", "0  # a > 0"),
        ("x^a*x^(1 - a)", "x  # x > 0"),
        ("(x^y)^2", "x^(2*y)"),
        ("2^a*2^(-a)", "1"),
        ("sqrt(x)^2/x", "1  # x > 0"),
        ("x/sqrt(x)", "sqrt(x)  # x != 0"),
        ("x/w - x/w", "0  # w != 0"),
        ("1/(x^2 - 1) - 1/(x^2 - 1)", "0  # x != -1, x != 1"),
        ("sqrt(x)*log(x)", "sqrt(x)*log(x)"),
        ("log(x*exp(y))", "y + log(x)"),
        ("where(x > 0, exp(log(x)), 0)", "where(x > 0, x, 0)"),
        ("1/tan(x)", "1/tan(x)"),
        ("log(x^2)", "log(x^2)"),
        ("log(x^2) + 0*log(x)", "log(x^2)  # x > 0"),
        ("sqrt(x^2 - 10x + 25)", "abs(x - 5)"),
        ("sqrt(x^2 + 2x*w + w^2)", "abs(w + x)"),
        ("sqrt(x^2 + x + 1)^2", "x^2 + x + 1"),
        ("sqrt(a^2 - a*b + b^2)^2", "a^2 - a*b + b^2"),
        ("exp(log(x^2 - 10x + 25))", "x^2 - 10*x + 25  # x != 5"),
        ("exp(log(2x^2 - 10x - 25))", "2*x^2 - 10*x - 25  # 2*x^2 - 10*x - 25 > 0"),
        ("sqrt(2 - 2cos(x))^2", "2 - 2*cos(x)"),
        ("sqrt(sin(x)^2 - 2sin(x) + 1)", "1 - sin(x)"),
        ("exp(log(2 + sin(x)))", "sin(x) + 2"),
        ("(x^3 - 1)/(x^2 + x + 1)", "x - 1"),
    ],
)
def test_where_it_holds_is_said(text: str, right: str) -> None:
    """Known to calculus; what the result needs itself, and what is always so, is not said."""
    assert command(["simplify", text]) == (0, f"{right}\n", "")
    shown = right.partition("  # ")[0]
    assert command(["simplify", shown])[1] == f"{shown}\n"


def test_what_is_assumed_is_not_said() -> None:
    assert command(["simplify", "sqrt(x)^2", "--assume", "x>=0"])[1] == "x\n"
    assert command(["simplify", "(sqrt(x)^2 + 1)*(x - 1)", "--form", "expanded"])[1] == "x^2 - 1  # x >= 0\n"


INNER = ("x", "w", "(x + 1)", "(2 - x)", "x*w", "(x - w)", "x^2")
OUTER = (
    *("sqrt({})^2", "exp(log({}))", "log({})", "sqrt({})", "1/{}", "asin({})", "sin(asin({}))", "({})^(3/2)"),
    *("exp(2*log({}))", "abs({})", "({})*0", "acosh({})", "log1p({})"),
)
POINTS = (-3.1, -1.7, -0.4, 0.3, 0.8, 1.6, 2.7)


@pytest.mark.parametrize("seed", range(120))
def test_conditions_hold_where_the_original_has_a_value_and_only_there(seed: int) -> None:
    """No point lies on the end of a domain: the sums of these numbers are none of 0, 1 and 2."""
    source = random.Random(seed)

    def part() -> str:
        return source.choice(OUTER).format(source.choice(INNER))

    text = part()
    for _ in range(source.randrange(3)):
        text = f"({text}){source.choice('+*/-')}({part()})"
    found = simplify(parse(text))
    assert not found.definitions
    conditions = [_graph(Program((Output(one),))) for one in (found.conditions or ((),))[0]]
    before, after = _graph(parse(text)), _graph(Program((Output(found.expressions[0]),)))
    for x in POINTS:
        for w in POINTS:
            if x != w:
                point = {"x": x, "w": w}
                value = _value(before, point)
                where = f"{text} is {to_text(found.expressions[0])} at {point}"
                if math.isfinite(value):
                    assert _value(after, point) == pytest.approx(value, rel=1e-9, abs=1e-9), where
                    assert all(_value(one, point) for one in conditions), where
                elif math.isfinite(_value(after, point)):
                    assert not all(_value(one, point) for one in conditions), where


def _graph(program: Program) -> Graph:
    return lower(program, StaticBuilder(Graph()))


def _value(graph: Graph, point: dict[str, float]) -> float:
    return float(evaluate(graph, {name: point[name] for name in graph.variables})[graph.output])


NUMBERS = {"x - x": 0, "0*x + 1": 1, "x - x - 1": -1, "0*x + 1/2": 0.5}
"""What is one number, whatever the variable is."""

OF_ONE = [o for o in OPERATIONS.values() if o.differentiable and len(o.samples) == 1]


@pytest.mark.parametrize("operation", OF_ONE, ids=lambda operation: operation.name)
def test_what_is_one_number_has_the_derivative_0_and_what_has_no_value_has_none(operation: Operation) -> None:
    for text, number in NUMBERS.items():
        try:
            value = definition_of(operation)(mpf(abs(number) if operation.facts.parity else number))  # mpmath.cbrt is complex
            has_value = mp.isfinite(value) and mp.im(value) == 0
        except (ValueError, ZeroDivisionError):
            has_value = False
        program = parse(f"{operation.name}({text})")
        if has_value:
            assert str(diff(program, "x")) == "0", text
        else:
            with pytest.raises(GradcliError, match="there is no derivative"):
                diff(program, "x")


def test_a_part_without_a_value_leaves_nothing_and_one_of_value_0_the_rest() -> None:
    assert str(diff(parse("x + sqrt(y - y)"), "y")) == "0"
    assert str(diff(parse("exp(1000)*x"), "x")) == "exp(1000)"  # too large for a float64, and a number
    assert str(diff(parse("x*(sinh(1000) - cosh(1000))"), "x")) != "0"
    assert str(diff(parse("x if x > 0 else log(x - x)"), "x")) == "where(x > 0, 1, 0)"
    for text in ("x/0", "x*log(x - x)", "log(sin(x)^2 + cos(x)^2 - 1)", "x^(1/0)"):
        with pytest.raises(GradcliError, match="there is no derivative"):
            diff(parse(text), "x")


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        (["exp(a*log(x))"], "x^a  # x > 0\n"),
        (["x^a/x"], "x^(a - 1)  # x != 0\n"),
        (["x^a*x^b"], "x^(a + b)\n"),
        (["sqrt(-x)/sqrt(-x)", "--assume", "x>0"], "1  # x <= 0\n"),
        (["sqrt(-x^2 - 1)^2"], "-x^2 - 1  # x^2 <= -1\n"),
        (["pi*x; 3*w"], "pi*x\n3*w\n"),
        (["sign(x)*x", "--assume", "x>=0"], "x\n"),
        (["(x - x)*(y/(x - x))"], "0*(y/0)\n"),
        (["x*inf - x*inf"], "inf*x - inf*x\n"),
        (["x*log(0)/log(0)"], "x*log(0)/log(0)\n"),
        (["x*exp(1000)/exp(1000)"], "x\n"),
        (["log10(x^9)*(exp(2x) - 1)/(exp(x) + 1)/((exp(2x) - 1)/(exp(x) + 1))"], "log10(x^9)\n"),
    ],
)
def test_a_value_that_the_original_has_not_is_said(arguments: list[str], right: str) -> None:
    """At x = -2 and a = 2 x^a is 4, and exp(a*log(x)) is nan; what one pass leaves to cancel is cancelled."""
    assert command(["simplify", *arguments]) == (0, right, "")
