"""Equality up to a number that is added or multiplied, and of equations."""

from __future__ import annotations

import math

import pytest

from gradcli.algebra.equality.up_to import equal_equations, equal_up_to
from gradcli.algebra.equality.verdict import Verdict
from gradcli.language.equation import equation


@pytest.mark.parametrize(
    ("first", "second", "what", "assume", "number"),
    [
        ("sin(x)^2", "-cos(x)^2", "constant", "", "1"),
        ("x^2 + 3", "x^2", "constant", "", "3"),
        ("log(3x)", "log(x)", "constant", "x>0", "log(3)"),
        ("y = (x + 1)^2", "a = x^2; y = a + 2x", "constant", "", "1"),
        ("x*w + pi", "w*x", "constant", "", "pi"),
        ("2*x", "3*x", "factor", "", "2/3"),
        ("2*sqrt(2)*x", "x", "factor", "", "2*sqrt(2)"),
        ("exp(x + 1)", "exp(x)", "factor", "", "exp(1)"),
        ("sin(2x)", "sin(x)*cos(x)", "factor", "", "2"),
        ("0*x", "0", "factor", "", "1"),
    ],
)
def test_the_number_is_found(first: str, second: str, what: str, assume: str, number: str) -> None:
    found = equal_up_to(first, second, what, assume=assume)
    assert found
    assert (found.up_to, found.number) == (what, number)


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [("x^2", "x", "constant"), ("x^2", "x", "factor"), ("x", "0", "factor"), ("2x + 1", "x", "factor"), ("2x", "x", "constant")],
)
def test_others_differ_at_a_point(first: str, second: str, what: str) -> None:
    found = equal_up_to(first, second, what)
    assert found.verdict is Verdict.DIFFERENT
    assert found.counterexample is not None
    assert found.counterexample.first != found.counterexample.second


def test_what_is_a_constant_on_each_side_of_a_pole_is_none() -> None:
    found = equal_up_to("atan(x) + atan(1/x)", "0", "constant")
    assert found.verdict is Verdict.DIFFERENT
    assert found.counterexample is not None
    assert abs(found.counterexample.first - found.counterexample.second) == pytest.approx(math.pi)
    assert equal_up_to("atan(x) + atan(1/x)", "0", "constant", assume="x>0")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("3x + 1 = 0", "6x + 2 = 0", True),
        ("3x + 1 = 0", "6x = -2", True),
        ("y = 2x + 1", "2y - 4x = 2", True),
        ("x^2 + y^2 = 25", "25 - x^2 = y^2", True),
        ("3x + 1 = 0", "6x + 3 = 0", False),
        ("x^2 = 1", "x = 1", False),
        ("x = 1", "1 = x", True),
    ],
)
def test_equations_are_equal_where_one_is_a_multiple(first: str, second: str, same: bool) -> None:
    found = equal_up_to(equation(first).difference, equation(second).difference, "factor")
    assert bool(found) == same


@pytest.mark.parametrize(
    ("first", "second", "assume", "factor"),
    [
        ("(x - 1)*(x^2 + 1) = 0", "x = 1", "", "x^2 + 1"),
        ("x*exp(x) = 0", "x = 0", "", "exp(x)"),
        ("x = 0", "x*exp(x) = 0", "", "1/exp(x)"),
        ("y/(x^2 + 1) = 2", "y = 2x^2 + 2", "", "1/(x^2 + 1)"),
        ("a*x = a*b", "x = b", "a!=0", "a"),
        ("2x*a = 0", "x = 0", "a>0", "2*a"),
        ("log(x)*(sqrt(x) + 1) = 0", "log(x) = 0", "", "sqrt(x) + 1"),
        ("x/y = 1", "x = y", "y>0", "1/y"),
        ("x^2 + 1 = 0", "0 = 2x^2 + 2", "", "-0.5"),
        ("x*y = 1", "y = 1/x", "", "x"),  # where x is 0 neither holds
        ("y = 1/x", "x*y = 1", "", "1/x"),
        ("a*b*c = 1", "a = 1/(b*c)", "", "b*c"),
        ("2/(x - 1) = y", "y*(x - 1) = 2", "", "1/(1 - x)"),
        ("x^2*y = x", "x*y = 1", "", None),
        ("x*y = x^2", "y = x", "", None),
        ("y/x = 1", "y = x", "", None),  # 0 = 0 holds, and 0/0 = 1 does not
        ("a*x = a*b", "x = b", "", None),
        ("x^2 = 1", "x = 1", "", None),
        ("x*(x - 1) = 0", "x = 1", "", None),
        ("1 = 0", "x = 0", "", None),  # the factor 1/x has no value at the one solution of the second
        ("(x + 5)*(sqrt(x) + 1) = 0", "x + 5 = 0", "", None),  # at -5 the first is undefined
    ],
)
def test_the_factor_of_equations_may_be_what_is_nowhere_0(first: str, second: str, assume: str, factor: str | None) -> None:
    found = equal_equations(equation(first).difference, equation(second).difference, assume=assume)
    assert bool(found) == (factor is not None)
    assert factor is None or found.number == factor
