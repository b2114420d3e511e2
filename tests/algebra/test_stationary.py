"""Stationary points against SymPy: all of them, of the right kind, at the right place."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import pytest
import sympy
import sympy_oracle as oracle

from gradcli.algebra.polynomials import exact_zeros, square_free, value
from gradcli.algebra.stationary import stationary_points
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

FUNCTIONS = (
    "x^3 - 3x", "x^3", "(x^2 + 1)/(x - 1)", "x^5 - x - x^2", "x^4 - 5x^2 + 6", "x^6 - 3x^4 + x^2", "(x^2 - 1)/(x - 1)", "1/x",
    "(x-1)^2*(x+2)^3", "1/(x^2+1)", "x^2/x", "(x^3-2)^2", "x + 1/x", "x^4/(x^3 - 1)", "(x^2-4)^2/(x-2)", "x^2*(x-1)/(x-1)",
    "(x - 1/3)^4*(7x + 2)", "0.5x^2 - 1.25x", "(2x - 1)^-2 + x", "x^7 - 7x^3 + x/3", "(x^2 - 2)^2*(x^2 - 3)^3",
    "-(x^2 + x + 1)^5", "1e6*x^2 - x", "x^3/1000000 - x", "(x^4 + 1)/(x^4 - x^2 + 7)", "x^2 + 1e-9*x^3",
)  # fmt: skip
EXPONENTIALS = (
    ("x", "-x"), ("x^2", "x"), ("1", "-x^2"), ("x^2 - 3", "x"), ("1", "1/x"), ("x^3", "-x/2"), ("x^3 - x - 1", "x"),
    ("1/x", "x^2"), ("x/(x - 1)", "1/(x^2 + 1)"), ("(x + 1)^2", "-3x + 1"), ("x^2 - 2", "-x^2"), ("x", "400x"),
)  # fmt: skip


def graph(text: str) -> Graph:
    return lower(parse(text), StaticBuilder(Graph()))


@pytest.mark.parametrize(("text", "raised"), [*((text, "0") for text in FUNCTIONS), *EXPONENTIALS])
def test_they_are_those_that_sympy_finds(text: str, raised: str) -> None:
    x = oracle.variable("x")
    factor, exponent = oracle.in_sympy(parse(text)), oracle.in_sympy(parse(raised))
    function = factor * sympy.exp(exponent)
    holes = {
        root
        for one in (factor, exponent)
        if (below := sympy.denom(sympy.together(one, deep=False))).has(x)
        for root in sympy.Poly(below, x).real_roots()
    }
    above, _ = sympy.fraction(sympy.cancel(sympy.diff(factor, x) + factor * sympy.diff(exponent, x)))
    text = text if raised == "0" else f"({text})*exp({raised})"
    roots = sympy.Poly(above, x).real_roots(multiple=False) if above.has(x) else []
    expected = [(root, times) for root, times in roots if not any(abs(sympy.N(root - hole, 30)) < 1e-20 for hole in holes)]
    found = stationary_points(graph(text), "x")
    assert len(found) == len(expected), [point.number for point in found]
    for point, (root, times) in zip(found, expected, strict=True):
        place = sympy.N(root, 30)
        assert abs(place - point.number) <= 1e-15 * (1 + abs(place))
        low, high = point.interval
        assert low <= Fraction(str(place)) <= high or low == high
        slope = sympy.diff(function, x)
        step = sympy.Float("1e-9", 40) * (1 + abs(place))
        after = sympy.N(slope.subs(x, place + step), 40)
        assert point.kind == ("inflection" if times % 2 == 0 else "local minimum" if after > 0 else "local maximum")
        height = sympy.N(function.subs(x, root), 25)
        assert abs(height - point.height) <= 1e-12 * (1 + abs(height))
        if point.place is not None:
            assert abs(sympy.N(oracle.in_sympy(parse(to_text(point.place))), 30) - place) < 1e-20 * (1 + abs(place))
        if point.value is not None:
            assert abs(sympy.N(oracle.in_sympy(parse(to_text(point.value))), 25) - height) < 1e-15 * (1 + abs(height))


LOGARITHMS = (
    "log(x)/x", "x*log(x)", "log(x)^2/x", "x - log(x)", "x^2 - 8*log(x)", "log(x^2 + 1)", "x - 2*atan(x)", "sqrt(x)*log(x)",
    "x*log(x)^2", "log(x) + 1/x", "log(x^2 - 4) - x", "log(x)^3 - 3*log(x)", "log(-x) + x", "log(x^4 - x + 1) - x/9",
)  # fmt: skip


@pytest.mark.parametrize("text", LOGARITHMS)
def test_those_of_logarithms_are_zeros_of_the_derivative(text: str) -> None:
    """At each place SymPy's derivative is 0 and its next one has the sign of the kind; all changes of its sign are there."""
    x = oracle.variable("x")
    function = oracle.in_sympy(parse(text))
    slope = sympy.diff(function, x)
    found = stationary_points(graph(text), "x")
    for point in found:
        place = (
            sympy.N(oracle.in_sympy(parse(to_text(point.place))), 30)
            if point.place is not None
            else sympy.Float(point.number, 30)
        )
        assert abs(place - point.number) <= 1e-14 * (1 + abs(place))
        assert abs(sympy.N(slope.subs(x, place), 25)) < (1e-20 if point.place is not None else 1e-12)
        bend = sympy.N(sympy.diff(slope, x).subs(x, place), 20)
        assert point.kind == ("local minimum" if bend > 0 else "local maximum")
        assert abs(sympy.N(function.subs(x, place), 25) - point.height) <= 1e-12 * (1 + abs(point.height))
        if point.value is not None:
            assert abs(oracle.in_sympy(parse(to_text(point.value))).evalf(25) - point.height) <= 1e-12 * (1 + abs(point.height))
        assert point.interval[0] <= Fraction(str(place)) <= point.interval[1] or point.interval[0] == point.interval[1]
    steep, real = sympy.lambdify(x, slope, "cmath"), sympy.lambdify(x, function, "cmath")
    places = [(at - 0.5) / 37 for at in range(-400, 800)]
    signs = [(at, complex(steep(at)).real > 0) for at in places if abs(complex(real(at)).imag) < 1e-12]
    turns = sum(a != b and other - one < 0.05 for (one, a), (other, b) in itertools.pairwise(signs))
    assert turns == sum(-10 < point.number < 21 for point in found)


def test_a_height_beyond_the_floats_is_found_soon() -> None:
    found = stationary_points(graph("x^60 - 1e300*x^2"), "x")
    assert [point.kind for point in found] == ["local minimum", "local maximum", "local minimum"]
    assert math.isclose(found[2].number, (10.0**300 / 30) ** (1 / 58))
    assert found[2].height == -math.inf


def test_what_is_rational_or_quadratic_is_exact() -> None:
    """Random products of such factors, some of them several times."""
    source = random.Random(3)
    for _ in range(40):
        x = sympy.Symbol("x")
        product = sympy.Integer(1)
        for _ in range(source.randint(1, 4)):
            a, b, c = source.randint(1, 9), source.randint(-9, 9), source.randint(-9, 9)
            factor = a * x + b if source.random() < 0.5 else a * x**2 + b * x + c
            product *= factor ** source.randint(1, 2)
        theirs = sympy.Poly(sympy.expand(product), x)
        mine = [Fraction(int(c)) for c in reversed(theirs.all_coeffs())]
        roots = sorted((float(root), times) for root, times in theirs.real_roots(multiple=False))
        ours = []
        for factor, times in square_free(mine):
            for zero, exact in exact_zeros(factor):
                assert exact is not None
                if isinstance(exact, Fraction):
                    assert value(mine, exact) == 0
                ours.append((float(zero.middle), times))
        assert [times for _, times in sorted(ours)] == [times for _, times in roots]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sin(x)", "is not rational: it has sin"), ("exp(x) + exp(-x)", "different exponentials"), ("exp(exp(x))", "it has exp"),
        ("2^x", "in an exponent"), ("x^2.5", "not a whole number"), ("x*log(x) + x^3", "it has log"),
        ("x - x + 3", "constant"), ("sqrt(2)*x^2", "it has sqrt"), ("x^101", "degree of more than 100"),
        ("(x^10)^(x - x + 20)", "degree of more than 100"), ("x if x > 0 else 1", "not rational"),
    ],
)  # fmt: skip
def test_what_is_none_of_them_is_refused(text: str, message: str) -> None:
    with pytest.raises(GradcliError, match=message):
        stationary_points(graph(text), "x")
