"""Derivatives inside expressions: their values are SymPy's, in every mode and reading, and what cannot be one is refused."""

from __future__ import annotations

import math

import pytest
import sympy
from commandline import command

from gradcli.algebra.derivatives import diff, simplify
from gradcli.algebra.equality.equal import equal
from gradcli.autodiff.inner_derivatives import with_derivatives
from gradcli.autodiff.runs.program_run import record
from gradcli.errors import GradcliError
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.ops.words import read

X, W = sympy.symbols("x w", positive=True)
E = sympy.E

TEXTS = {
    "diff(x*e^x, x)": sympy.diff(X * E**X, X),
    "diff(sin(x*w), x)": sympy.diff(sympy.sin(X * W), X),
    "diff(sin(x*w), x, 3) + w": sympy.diff(sympy.sin(X * W), X, 3) + W,
    "y = x^2*w; diff(y*x, x)": sympy.diff(X**3 * W, X),
    "y = x^2; z = diff(y, x); z*w": 2 * X * W,
    "f(u) = diff(u^3*w, u); f(x) + f(2)": 3 * W * (X**2 + 4),
    "f(u) = u^3; diff(f(x*w), w)": sympy.diff((X * W) ** 3, W),
    "diff(diff(x^3*w^2, x), w)": sympy.diff(X**3 * W**2, X, W),
    "diff(x^w, x) - diff(x^w, w)": sympy.diff(X**W, X) - sympy.diff(X**W, W),
    "1/diff(log(x), x) + w": X + W,
    "diff(3*w, x) + x": X,
}


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("text", TEXTS)
def test_values_and_gradients_are_sympys(text: str, mode: str) -> None:
    point = {"x": 1.25} | ({"w": 0.75} if "w" in text else {})
    tape = record(parse(text), point, mode=mode)
    exact = {X: sympy.Rational(5, 4), W: sympy.Rational(3, 4)}
    assert math.isclose(tape.value, float(TEXTS[text].subs(exact)), rel_tol=1e-12)
    for name, symbol in [pair for pair in (("x", X), ("w", W)) if pair[0] in point]:
        expected = float(sympy.diff(TEXTS[text], symbol).subs(exact))
        assert math.isclose(tape.gradient.get(name) or 0.0, expected, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("diff(x^w, w)", "x^w*log(x)"), ("diff(x^w, x, 2)", "w*x^(w - 2)*(w - 1)"), ("diff(atan2(w, x), x)", "-w/(w^2 + x^2)"),
        ("diff(where(x == 0, 0, x^2), x)", "2*where(x == 0, 0, x)"),
    ],
)  # fmt: skip
def test_without_values_no_single_point_is_told_apart_that_the_user_did_not(text: str, expected: str) -> None:
    assert to_text(simplify(parse(text)).expressions[0]) == expected
    assert command(["simplify", text]) == (0, expected + "\n", "")


@pytest.mark.parametrize("text", TEXTS)
def test_they_stand_in_programs_without_values(text: str) -> None:
    program = parse(text)
    assert equal(program, with_derivatives(program))
    assert simplify(program).expressions
    assert diff(program, "x").expressions


@pytest.mark.parametrize(
    ("how", "text", "strict"),
    [
        ("lenient", "d/dx(x^2 sin x)", "diff(x^2*sin(x), x)"), ("lenient", "2 d^2/dx^2 (x^3) + 1", "2*diff(x^3, x, 2) + 1"),
        ("lenient", "∂/∂y (x y^2)", "diff(x*y^2, y)"), ("lenient", "d²/dx²(x^3)", "diff(x^3, x, 2)"),
        ("latex", r"\frac{d}{dx}\left(x^2\right)", "diff(x^2, x)"), ("latex", r"\frac{d}{dx} [ \tan x ]", "diff(tan(x), x)"),
        ("latex", r"\frac{\partial^2}{\partial x^2}(x^3 y)", "diff(x^3*y, x, 2)"),
        ("latex", r"\frac{\mathrm{d}}{\mathrm{d}\theta}(\theta^2)", "diff(θ^2, θ)"),
        ("latex", r"x + \frac{d}{dx}(\frac{d}{dy}(x y))", "x + diff(diff(x*y, y), x)"),
    ],
)  # fmt: skip
def test_they_are_read_as_people_write_them(how: str, text: str, strict: str) -> None:
    assert read(text, how=how).read_as == strict


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("diff(x^2)", "takes an expression and a variable"), ("diff(x^2, 3)", "by a variable"),
        ("diff(x^2, x, w)", "whole number"),
        ("diff(x^2, x, 21)", "from 1 to 20"), ("x = 3; diff(x^2, x)", "is assigned before"), ("diff([x, x], x)", "of numbers"),
        ("if w > 0 { y = diff(x^2, x) } else { y = 1 }; y", "inside a block"), ("diff(x^2, x=1)", "takes an expression"),
        ("if w > 0 { y = x^2 } else { y = x }; diff(y*x, x)", "inside a block"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(GradcliError, match=message):
        record(parse(text), {"x": 1.0, "w": 1.0})


def test_an_own_function_of_that_name_is_that_function() -> None:
    assert record(parse("diff(u, v) = u - v; diff(x, 1)"), {"x": 3.0}).value == 2
