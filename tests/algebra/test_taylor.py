"""Taylor polynomials against SymPy's series, and those of every operation against mpmath."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import pytest
import sympy
import sympy_oracle as oracle
from commandline import command
from definitions import definition_of
from jsonschema import validate
from mpmath import mp, mpf

from gradcli.algebra.series import Series
from gradcli.algebra.taylor import Taylor, taylor
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Number
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import Operation
from gradcli.output.schemas import SCHEMAS

ORDER = 4


def graph(text: str) -> Graph:
    return lower(parse(text), StaticBuilder(Graph()))


def polynomial(text: str, about: str = "0", order: int = 5) -> Taylor:
    return taylor(graph(text), "x", graph(about), order)


EXPRESSIONS = [
    ("sin(x)", "0"), ("exp(sin(x))", "0"), ("tan(x)", "pi/4"), ("log(1 + x)", "0"), ("1/(1 - x - x^2)", "0"),
    ("sqrt(1 + x)", "0"),
    ("sin(x)/x", "0"), ("(1 - cos(x))/x^2", "0"), ("x/(exp(x) - 1)", "0"), ("x^x", "1"), ("exp(a*x)*cos(x)", "0"), ("x^3", "2"),
    ("sin(x)", "a"), ("x^(1/3)", "8"), ("asin(x)", "1/2"), ("sec(x)", "0"), ("log(x, 2)", "1"), ("sinh(x)^2/x", "0"),
    ("x^5 - 3x + 1", "-1"), ("atan(x)/(1 + x^2)", "0"), ("usinc(x)", "0"), ("coth(x) - 1/x", "1"), ("2^x", "0"), ("erf(x)", "0"),
    ("x^x", "a"), ("a^x", "0"), ("x^a", "1"), ("(x + 2)^(a*x)", "0"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "about"), EXPRESSIONS)
def test_the_coefficients_are_those_of_cauchys_formula(text: str, about: str) -> None:
    """Means over a circle of f(z)/(z - place)^k, computed by mpmath, for which removable points are none; a is taken as 1/3."""
    found = polynomial(text, about)
    assert "where" not in to_text(found.polynomial)  # guards at single values of a parameter say nothing elsewhere
    x, values = oracle.variable("x"), {oracle.variable("a"): sympy.Rational(1, 3)}
    plain = oracle.in_sympy(parse(text.replace("usinc(x)", "sin(x)/x"))).subs(values)
    function = sympy.lambdify([x], plain, [oracle.NUMERIC, "mpmath"])
    with mp.workdps(30):
        place = mpf(sympy.N(oracle.in_sympy(parse(about)).subs(values), 30))
        circle = [mp.expjpi(mpf(2 * k) / 64) for k in range(64)]
        around = [function(place + z / 8) for z in circle]
        for power, mine in enumerate(found.coefficients):
            right = 8**power * mp.fsum(value / z**power for value, z in zip(around, circle, strict=True)) / 64
            ours = mpf(sympy.N(oracle.in_sympy(parse(to_text(mine))).subs(values), 30))
            assert abs(ours - right) < 1e-15, (to_text(found.polynomial), right)


SMOOTH = [
    operation
    for operation in OPERATIONS.values()
    if operation.derivable(0) and len(operation.samples) == 1 and not operation.variadic
]


@pytest.mark.parametrize("operation", SMOOTH, ids=lambda operation: operation.name)
def test_every_operation_follows_from_its_rule(operation: Operation) -> None:
    """At a rational point inside its interval; the coefficients are those of mpmath's derivatives of its definition."""
    low, high = map(Fraction, operation.samples[0])
    place = Fraction(round(16 * (low + 2 * high) / 3), 16) + Fraction(1, 32)
    found = polynomial(f"{operation.name}(x)", str(place), ORDER)
    with mp.workdps(40):
        expected = mp.taylor(definition_of(operation), mpf(place.numerator) / place.denominator, ORDER)
    for mine, right in zip(found.values, expected, strict=True):
        assert mine is not None
        assert math.isclose(mine, float(right), rel_tol=1e-9, abs_tol=1e-11), to_text(found.polynomial)


def test_the_polynomial_is_the_sum_of_its_terms() -> None:
    for text, about in EXPRESSIONS:
        found = polynomial(text, about)
        x, a = oracle.variable("x"), oracle.variable("a")
        point = {x: sympy.Rational(5, 4), a: sympy.Rational(1, 3)}
        step = (x - oracle.in_sympy(parse(to_text(found.about)))).subs(point)
        terms = [oracle.in_sympy(parse(to_text(c))).subs(point) * step**k for k, c in enumerate(found.coefficients)]
        whole = oracle.in_sympy(parse(to_text(found.polynomial))).subs(point)
        assert abs(sympy.N(whole - sum(terms), 20)) < 1e-15, to_text(found.polynomial)


@pytest.mark.parametrize(
    ("text", "about", "right"),
    [
        ("max(x, 1, 3)", "2", "3"),
        ("max(x^2, 1, 3)", "4", "16 + 8*(x - 4) + (x - 4)^2"),
        ("min(x, 1, 3)", "1/2", "0.5 + (x - 0.5)"),
    ],
)
def test_the_largest_of_several_is_one_of_them(text: str, about: str, right: str) -> None:
    assert to_text(polynomial(text, about).polynomial) == right


NONE = [
    ("abs(x)", "0", "abs has a kink"), ("sqrt(x)", "0", "sqrt has an end"), ("1/x", "0", "/ divides by 0"),
    ("floor(x)", "2", "jump"),
    ("tan(x)", "pi/2", "tan has a pole"), ("log(x)", "0", "no finite value"), ("log(x)", "-1", "no finite value"),
    ("2 if x == 0 else sin(x)/x", "0", "jump"), ("x if x > 1 else x^2", "1", "jump"), ("x^(1/3)", "0", "there"),
    ("relu(x)", "0", "relu has a kink"), ("max(x, 2x)", "0", "there"), ("max(x, 1, 3)", "3", "max has a kink"),
    ("acos(x)", "1", "end"),
    ("sin(x)/x^2", "0", "divides by 0"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "about", "why"), NONE)
def test_there_is_none_where_the_function_is_not_smooth(text: str, about: str, why: str) -> None:
    with pytest.raises(GradcliError, match="there is no Taylor polynomial") as error:
        polynomial(text, about)
    assert why in error.value.message


def test_the_work_grows_with_the_square_of_the_order() -> None:
    """Coefficients of sines at 0 are single numbers, and each is a sum over those before it."""
    coefficients = polynomial("sin(x)*exp(x)", order=40).coefficients
    assert [to_text(c) for c in coefficients[:4]] == ["0", "1", "1", "1/3"]
    text = "x" + " + sin(x)" * 3000
    assert polynomial(f"sin({text})", order=3).values[1] == 3001


@pytest.mark.parametrize("text", ["x^x", "(1 + x)^pi", "tan(x)", "x^(x^2)"])
def test_no_coefficient_takes_ever_more_series(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Series] = []
    monkeypatch.setattr("gradcli.algebra.taylor.Series", lambda *given: made.append(Series(*given)) or made[-1])
    for order in (10, 20):
        polynomial(text, "1" if text.startswith("x") else "0", order=order)
    assert made[1].work < 8 * made[0].work


@pytest.mark.parametrize(("text", "about"), [("x^x", 1), ("(1 + x)^pi", 0), ("i0(x)", 0), ("i1(x)", 0), ("exp(sin(x))", 0)])
def test_high_orders(text: str, about: int) -> None:
    mp.dps = 30
    functions = {"x^x": lambda x: x**x, "(1 + x)^pi": lambda x: (1 + x) ** mp.pi, "exp(sin(x))": lambda x: mp.exp(mp.sin(x))}
    bessel = {"i0(x)": lambda x: mp.besseli(0, x), "i1(x)": lambda x: mp.besseli(1, x)}
    expected = mp.taylor({**functions, **bessel}[text], about, 15, method="quad", radius=mpf("0.5"))
    found = polynomial(text, str(about), order=15).values
    assert all(
        value == pytest.approx(float(mp.re(right)), rel=1e-9, abs=1e-12) for value, right in zip(found, expected, strict=True)
    )


def test_an_order_of_hundreds() -> None:
    assert polynomial("exp(x)/(1 - x)", order=300).coefficients[3] == Number(Fraction(8, 3))  # 1 + 1 + 1/2 + 1/6
    bernoulli = polynomial("x/(exp(x) - 1)", order=120).values[120]
    assert bernoulli == pytest.approx(float(mp.bernoulli(120) / mp.factorial(120)))


def test_too_much_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradcli.algebra.series.MOST_WORK", 1_000)
    with pytest.raises(GradcliError, match="more than 1,000 products"):
        polynomial("exp(sin(x))", order=40)


def test_the_document_follows_its_schema() -> None:
    code, out, errors = command(["taylor", "exp(a*x)", "--wrt", "x", "--order", "2", "--json"])
    assert (code, errors) == (0, "")
    found = json.loads(out)
    validate(found, SCHEMAS["taylor"])
    assert found["polynomial"] == "1 + a*x + a^2/2*x^2"
    assert [term["value"] for term in found["coefficients"]] == [1.0, None, None]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x*w"], "the expression has the variables x, w"),
        (["x", "--about", "x"], "the place must not depend on x"),
        (["x", "--about", "x=x"], "the place must not depend on x"),
        (["x", "--about", "x=1/0"], "the place has no finite value"),
        (["x*w", "--about", "x=0", "--wrt", "w"], "name two variables"),
        (["x", "--about", "y=0"], "the expression has no variable y"),
        (["x", "--about", "x=0", "--about", "x=1"], "--about names several variables"),
        (["x*w", "--about", "x=1,w=2"], "write --about x=1"),
        (["sin(x)", "--x", "2"], "a Taylor polynomial is not of a number"),
        (["sum([x, 1])"], "Taylor polynomials are of numbers"),
    ],
)
def test_wrong_calls(arguments: list[str], message: str) -> None:
    code, out, errors = command(["taylor", *arguments])
    assert (code, out) == (2, "")
    assert message in errors
