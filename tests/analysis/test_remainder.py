"""Bounds of the remainder of Taylor polynomials hold everywhere on the interval, in mpmath's numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from commandline import command
from mpmath import mp

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "sin(x)": (mp.sin, "0", "-1:1"),
    "exp(x)": (mp.exp, "0", "0:1"),
    "log(x)": (mp.log, "1", "0.5:1.5"),
    "1/(1+x^2)": (lambda x: 1 / (1 + x**2), "0", "-0.5:0.5"),
    "sqrt(x)": (mp.sqrt, "4", "3:6"),
    "tan(x)": (mp.tan, "0", "-0.5:0.5"),
    "x^1.5": (lambda x: x ** mp.mpf("1.5"), "1", "0.5:2"),
    "exp(-x^2)": (lambda x: mp.exp(-(x**2)), "0", "-1:1"),
    "cosh(x)*x": (lambda x: mp.cosh(x) * x, "0", "-2:1"),
}


def document(text: str, *arguments: str) -> dict[str, Any]:
    """The document of a call."""
    code, output, errors = command(["taylor", text, *arguments, "--json"])
    assert code == 0, errors
    found: dict[str, Any] = json.loads(output)
    return found


@pytest.mark.parametrize("text", FUNCTIONS)
@pytest.mark.parametrize("order", [1, 4])
def test_the_bound_holds_and_is_near(text: str, order: int) -> None:
    function, about, interval = FUNCTIONS[text]
    found = document(text, "--about", f"x={about}", "--x", interval, "--order", str(order))
    low, high = map(mp.mpf, interval.split(":"))
    series = mp.taylor(function, mp.mpf(about), order)
    away = [low + (high - low) * at / 50 for at in range(51)]
    largest = max(abs(function(x) - mp.polyval(series[::-1], x - mp.mpf(about))) for x in away)
    bound = found["remainder"]["bound"]
    assert bound is not None
    assert largest <= bound * (1 + 1e-12)
    assert bound <= 400 * largest  # a bound, not a guess, and yet of the size of the error


def test_where_the_next_coefficient_is_0_the_bound_is_of_the_order_after_it() -> None:
    found = document("sin(x)", "--x", "-1:1")["remainder"]
    assert found["derivative_order"] == 7
    assert found["bound"] == pytest.approx(1 / 5040, rel=1e-6)
    assert document("exp(x)", "--x", "-1:1")["remainder"]["derivative_order"] == 6


@pytest.mark.parametrize(
    ("text", "about", "interval"),
    [
        ("log(x)", "1", "-1:1.5"),
        ("abs(x)", "1", "-1:2"),
        ("floor(x)*x", "0.5", "0.1:1.5"),
        ("where(x > 1, x^2, x)", "0.5", "0:2"),
        ("1/(x - 1)", "0", "-1:2"),
        ("acos(x)", "0", "-0.5:3"),
        ("x^1.5", "1", "0:2"),
        ("max(x, 0, 1/2)", "1", "0:2"),
    ],
)
def test_where_a_function_is_not_smooth_there_is_no_bound(text: str, about: str, interval: str) -> None:
    assert document(text, "--about", f"x={about}", "--x", interval)["remainder"]["bound"] is None


def test_a_line_says_it_behind_the_polynomial() -> None:
    said = "off by at most 0.000199 for x from -1 to 1"
    assert command(["taylor", "sin(x)", "--x", "-1:1"])[1] == f"x - x^3/6 + x^5/120  # {said}\n"
    assert command(["taylor", "sin(x)", "--x", "-1:1", "--format", "latex"])[1].endswith(f"  % {said}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a*x", "--wrt", "x", "--x", "0:1"], "the remainder is bounded in x alone"),
        (["sin(x)", "--x", "3"], "a Taylor polynomial is not of a number"),
        (["sin(x)", "--x", "2:1"], "has nothing in it"),
        (["sin(x)", "--w", "0:1"], "the remainder is bounded in x alone"),
    ],
)
def test_other_ranges_are_refused(arguments: list[str], message: str) -> None:
    code, _, errors = command(["taylor", *arguments])
    assert code == 2
    assert message in errors
