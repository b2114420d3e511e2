"""Expressions in a shape that is asked for, held against SymPy's factor_list, apart and expand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from math import gcd

import pytest
import sympy

import gradcli
from gradcli.algebra.simplified import simplified_outputs
from gradcli.algebra.sums.arranged import SHAPES
from gradcli.algebra.sums.factors import Polynomial, factors, product
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

RATIONAL = (
    "1/(x^2 - 1)",
    "(x^2 - 1)/(x - 1)",
    "1/x + 1/(x + 1)",
    "x^5/(x^2 + 1)^2/(x - 1)",
    "1/(1 + 1/x)",
    "(x + 1)^3*(x - 2)",
    "x^6 - 1",
    "x^4 + 4",
    "x/2 + 1/3",
    "(3*x^2 - 7)/(6*x^3 - 6*x)",
    "1/(x^4 + x^2 + 1) - x/(x^3 - 8)",
    "(x + 1)^90",
    "(x + 1)^60*x + 3*(x + 1)^60",
    "(x^2 - 1)^9*(x + 1)^2/((x - 1)^4*(x^2 + x)^3)",
    "0*x",
    "2*x + 2",
)
SEVERAL = ("x^2 - w^2", "(x + w)^3/(x - w)", "1/x - 1/w", "x^3*w - x*w^3", "x*w + x + w + 1", "1/(x*w)")
OTHERS = ("sin(x)^2*cos(x) + cos(x)", "1/(sqrt(x) - 1) + 1/(sqrt(x) + 1)", "exp(x)^2 - 1 + log(w)", "(x^(1/3) + 1)^3")


def arranged(text: str, shape: str) -> tuple[str, list[str]]:
    """The expression in a shape, and its conditions."""
    graph = lower(parse(text), StaticBuilder(Graph()))
    graph.outputs = [graph.output]
    found = simplified_outputs(graph, shape=shape)
    return to_text(found.expressions[0]), [to_text(c) for row in found.conditions for c in row]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("text", [*RATIONAL, *SEVERAL, *OTHERS])
def test_the_value_and_the_shape_stay(text: str, shape: str) -> None:
    if shape == "apart" and text in (*SEVERAL, *OTHERS[1:]):
        return  # below
    found, _ = arranged(text, shape)
    assert gradcli.equal(text, found)
    assert arranged(found, shape)[0] == found


def test_products_stay_products_however_long_they_were_multiplied_out() -> None:
    assert arranged("(x + 1)^1000*(x^2 - 4)^800/(x + 1)^3", "factored") == ("(x + 1)^997*(x + 2)^800*(x - 2)^800", ["x != -1"])
    assert arranged("(x + 1)^500*x + 3*(x + 1)^500", "factored")[0] == "(x + 1)^500*(x + 3)"


@pytest.mark.parametrize("text", [*RATIONAL, *SEVERAL])
def test_shapes_are_those_of_sympy(text: str) -> None:
    plain = sympy.sympify(text.replace("^", "**"))
    above, below = sympy.fraction(sympy.cancel(plain))
    factored = sympy.sympify(arranged(text, "factored")[0].replace("^", "**"))
    pairs = [sympy.fraction(factored), (above, below)]
    powers = [sorted(int(p) for part in pair for _, p in sympy.factor_list(part)[1]) for pair in pairs]
    assert powers[0] == powers[1]
    written = [factor.as_base_exp() for part in pairs[0] for factor in sympy.Mul.make_args(part) if factor.free_symbols]
    assert sorted(int(power) for _, power in written) == powers[1]
    assert sympy.fraction(sympy.sympify(arranged(text, "together")[0].replace("^", "**")))[1].free_symbols == below.free_symbols
    if text in RATIONAL:
        apart = sympy.sympify(arranged(text, "apart")[0].replace("^", "**"))
        assert len(sympy.Add.make_args(apart)) == len(sympy.Add.make_args(sympy.apart(plain, sympy.Symbol("x"))))


def test_what_is_cancelled_is_said() -> None:
    for shape in SHAPES:
        assert arranged("(x^2 - 1)/(x - 1)", shape) == ("x + 1", ["x != 1"])


def test_partial_fractions_are_in_one_variable() -> None:
    with pytest.raises(GradcliError, match="in one variable"):
        arranged("1/(x*w)", "apart")


def test_what_would_be_too_long_is_refused() -> None:
    with pytest.raises(GradcliError) as caught:
        arranged("(a + b + c + d + x)^40", "expanded")
    assert caught.value.exit_code == ExitCode.LIMIT


@pytest.mark.parametrize("seed", range(25))
def test_factors_of_random_polynomials_are_sympys(seed: int) -> None:
    source = random.Random(seed)
    variables = sympy.symbols("x y z")[: source.choice([1, 1, 2])]
    degree = 2 if len(variables) == 1 else 1
    whole = sympy.Rational(source.choice([1, -2, 3]), source.choice([1, 5]))
    for _ in range(source.randint(1, 3)):
        monomials = [sympy.Mul(*[v ** source.randint(0, degree) for v in variables]) for _ in range(3)]
        whole *= (sum(source.randint(-3, 3) * m for m in monomials) + source.randint(1, 3)) ** source.randint(1, 2)
    polynomial: Polynomial = {at: Fraction(int(c.p), int(c.q)) for at, c in sympy.Poly(whole, *variables).terms()}
    content, found = factors(polynomial)
    parts = [sympy.Poly({at: sympy.Rational(*c.as_integer_ratio()) for at, c in one.items()}, *variables) for one, _ in found]
    back = sympy.Mul(*[part.as_expr() ** times for part, (_, times) in zip(parts, found, strict=True)])
    assert sympy.expand(sympy.Rational(*content.as_integer_ratio()) * back - whole) == 0
    assert sorted(times for _, times in found) == sorted(times for _, times in sympy.factor_list(whole, *variables)[1])


def _of(row: Sequence[int]) -> Polynomial:
    return {(power,): Fraction(c) for power, c in enumerate(row) if c}


@pytest.mark.parametrize("degree", [12, 60, 64, 70])
def test_a_power_of_x_less_1_has_a_factor_for_each_divisor_of_its_degree(degree: int) -> None:
    """The cyclotomic polynomials, which have many factors modulo every prime; their degrees are Euler's totients."""
    content, found = factors(_of([-1, *[0] * (degree - 1), 1]))
    divisors = [own for own in range(1, degree + 1) if degree % own == 0]
    totients = [sum(gcd(number, own) == 1 for number in range(1, own + 1)) for own in divisors]
    assert sorted(max(one)[0] for one, _ in found) == sorted(totients)
    whole: Polynomial = {(0,): content}
    for one, times in found:
        assert times == 1
        whole = product(whole, one)
    assert whole == {(degree,): 1, (0,): -1}


@pytest.mark.parametrize(
    ("row", "degrees"),
    [
        ([1, 0, -10, 0, 1], [4]),  # of sqrt(2) + sqrt(3): two or more factors modulo every prime
        ([6 * 10**40, 5 * 10**20, 1], [1, 1]),
        ([2, 1, *[0] * 67, 1], [1, 68]),
        ([10**400 + 1, *[0] * 69, 7], [70]),  # so large that none are looked for
    ],
)
def test_factors_of_polynomials_that_are_hard_to_factor(row: list[int], degrees: list[int]) -> None:
    _, found = factors(_of(row))
    assert sorted(max(one)[0] for one, _ in found) == degrees


@pytest.mark.parametrize("shape", ["expanded", "together", "apart"])
def test_powers_of_roots_of_numbers_are_numbers(shape: str) -> None:
    assert arranged("(sqrt(2) + 1)^2", shape)[0] == "2*sqrt(2) + 3"
    assert arranged("(sqrt(3) + sqrt(2))*(sqrt(3) - sqrt(2))", shape)[0] == "1"
