"""Equality up to a number that is added or multiplied, and of equations."""

from __future__ import annotations

import math

import pytest

from gradcli.algebra.equality.up_to import equal_up_to
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
