"""Exact values of functions at the points where textbooks have them: what simplify writes is no function, and SymPy's value."""

from __future__ import annotations

import mpmath
import pytest
import sympy
import sympy_oracle as oracle

from gradcli.algebra.derivatives import simplify
from gradcli.language.ast import Call, postorder
from gradcli.language.parser import parse
from gradcli.language.text import to_text

ANGLES = ("pi/6", "pi/4", "pi/3", "2*pi/3", "-3*pi/4", "5*pi/6", "7*pi/6")
VALUES = ("2", "-2", "sqrt(2)", "2/sqrt(3)", "-sqrt(2)")
FACTORS = ("0", "1", "5", "-1", "1/2", "-1/2", "5/2", "-7/2", "10")
PAIRS = ("5, 2", "1/2, 3", "-3, 2", "2, 5", "7, 7", "9/2, 0")
ROOTS = ("32, 5", "-27, 3", "-8, 3", "16, 4", "1/64, 6", "64, -3")
LOGARITHMS = ("8, 2", "2, 8", "9, 27", "1/8, 4", "125, 5", "10, 1/10", "4/9, 3/2")

CALLS = [
    *[f"{function}({angle})" for function in ("sec", "csc", "cot") for angle in ANGLES],
    *[f"{function}({value})" for function in ("asec", "acsc") for value in VALUES],
    *[f"acot({value})" for value in ("1", "-1", "sqrt(3)", "1/sqrt(3)", "0")],
    *["sech(0)", "asech(1)", "erfinv(0)", "usinc(pi/2)", "usinc(pi/6)", "usinc(0)"],
    *[f"{function}({x})" for function in ("gamma", "factorial") for x in FACTORS],
    *[f"{function}({pair})" for function, pairs in (("binomial", PAIRS), ("root", ROOTS), ("log", LOGARITHMS)) for pair in pairs],
    *["beta(2, 3)", "beta(1/2, 1/2)", "beta(3/2, 5/2)"],
    *["sinh(log(2))", "cosh(log(1/3))", "tanh(log(2))", "sech(log(2))", "sin(atan(2))", "tan(acos(1/3))", "cosh(atanh(1/2))"],
    *["sinh(2*log(3))", "cosh(-3*log(2))", "tanh(log(3)/2)", "cosh(log(sqrt(2)))"],
    *[f"atan2({point})" for point in ("1, 1", "1, -1", "-1, -sqrt(3)", "0, -1", "-2, 0", "sqrt(3), 3")],
    *[
        "elu(0)",
        "elu(-log(2))",
        "leaky_relu(-2)",
        "hardtanh(-3)",
        "softshrink(2)",
        "huber_loss(3, 1)",
        "abs(3 - pi)",
        "abs(sqrt(2) - 2)",
    ],
    *["max(pi, 3)", "min(sqrt(2), 3, pi)", "floor(-pi)", "ceil(pi)", "clamp(pi, 0, 3)"],
]


@pytest.mark.parametrize("text", CALLS)
def test_it_is_sympys(text: str) -> None:
    expected = oracle.in_sympy(parse(text))
    [found] = simplify(parse(text)).expressions
    if expected.has(sympy.zoo):  # gamma(-1) has no value
        assert any(isinstance(node, Call) for node in postorder(found))
        return
    left = [node.function for node in postorder(found) if isinstance(node, Call)]
    assert set(left) <= {"sqrt"}, to_text(found)
    [[value, right]] = oracle.values([oracle.in_sympy(parse(to_text(found))), expected], [{}])
    with mpmath.workdps(oracle.DIGITS):
        assert abs(value - right) < 1e-25, to_text(found)


@pytest.mark.parametrize(
    "text", ["sec(2)", "acot(3)", "coth(2)", "gamma(1.4)", "expint(2)", "log(3, 10)", "atan2(0, 0)", "maximum(x, 3)"]
)
def test_a_function_of_a_number_without_a_short_value_stays(text: str) -> None:
    assert to_text(simplify(parse(text)).expressions[0]) == text


LITERALS = [  # by hand
    *(("var([1, 2, 3])", "1"), ("std([1, 3])", "sqrt(2)"), ("softmax([0, 0])", "[0.5, 0.5]"), ("logsumexp([0, 0])", "log(2)")),
    *(
        ("mse_loss([1, 2], [3, 4])", "4"),
        ("var([1])", "var([1])"),
        ("softmax([1, 2])", "softmax([1, 2])"),
        ("softplus(0)", "log(2)"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), LITERALS)
def test_an_operation_on_literals_is_what_it_is_in_numbers(text: str, expected: str) -> None:
    assert to_text(simplify(parse(text)).expressions[0]) == expected


@pytest.mark.parametrize("function", ["sin", "cos", "tan"])
@pytest.mark.parametrize("shift", ["pi", "-pi", "2*pi", "-3*pi", "pi/2", "-pi/2", "3*pi/2", "5*pi/2"])
def test_half_turns_and_quarters_that_are_added_are_taken_off(function: str, shift: str) -> None:
    for inner in ("x", "-x", "2*x*w"):
        (found,) = simplify(parse(f"{function}({inner} + {shift})")).expressions
        assert ("pi" in to_text(found)) == (function == "tan" and shift.endswith("/2"))
        x, w = oracle.variable("x"), oracle.variable("w")
        right = getattr(sympy, function)(sympy.sympify(inner, locals={"x": x, "w": w}) + sympy.sympify(shift))
        own = oracle.in_sympy(parse(to_text(found)))
        point = {x: sympy.Rational(3, 7), w: sympy.Rational(5, 3)}
        assert abs(sympy.N((own - right).subs(point), 30)) < 1e-25
