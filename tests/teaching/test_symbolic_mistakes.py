"""Wrong answers that SymPy makes by the wrong rule itself, of functions that are put together here: the kind is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy

from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict

x = sympy.Symbol("x")
INNER = (x**2 + 3 * x, x**3 - x, sympy.sin(x) + x**2)
OUTER = (sympy.sin, sympy.exp, sympy.tan, lambda u: u**4, sympy.atan)
FACTORS = (x**3, sympy.cos(x), sympy.exp(2 * x))


def slope(function: sympy.Expr) -> sympy.Expr:
    return sympy.diff(function, x)


def _paths_multiplied() -> list[tuple[sympy.Expr, sympy.Expr]]:
    rows = []
    for inner in INNER:
        for outer in OUTER:
            u = sympy.Symbol("u")
            local = sympy.diff(outer(u), u).subs(u, inner)
            rows.append((outer(inner), local * sympy.prod(slope(term) for term in inner.args)))
    return rows


def _both_at_once() -> list[tuple[sympy.Expr, sympy.Expr]]:
    rows = []
    for u in FACTORS:
        v = x**2 + 5
        rows += [(u / v, top / v) for top in (slope(u) * v + u * slope(v), u * slope(v) - slope(u) * v)]
    return rows


def _factor_lost() -> list[tuple[sympy.Expr, sympy.Expr]]:
    return [(number * x**2 * v, slope(x**2 * v)) for number in (3, 7) for v in (sympy.cos(x), sympy.log(x), sympy.exp(x))]


def _not_raised() -> list[tuple[sympy.Expr, sympy.Expr]]:
    a = sympy.Symbol("a")
    return [
        (f"({number}*({inner}))**{power} + x", slope(a * inner**power).subs(a, number) + 1)
        for number in (3, 5)
        for power in (-2, 3, 5)
        for inner in (x, sympy.sin(x), x**2 + 1)
    ]


def _term_by_term() -> list[tuple[sympy.Expr, sympy.Expr]]:
    return [
        ((u + v) ** power, slope(u**power + v**power))
        for power in (3, 4)
        for u, v in ((x**2, 5), (x**3, sympy.sin(x)), (sympy.exp(x), 2))
    ]


def _integrals() -> list[tuple[sympy.Expr, sympy.Expr]]:
    functions = (x**3 + 4, 1 / x + x, sympy.sin(2 * x) - x**5, x * sympy.exp(x), 1 / (x**2 + 1), sympy.log(x))
    return [(function, sympy.integrate(function, x)) for function in functions]


def _turned_round() -> list[tuple[sympy.Expr, sympy.Expr]]:
    pairs = ((sympy.sin, lambda u: u**4), (sympy.exp, sympy.cos), (sympy.log, lambda u: u**3))
    return [(f(g(x)), slope(g(f(x)))) for one in pairs for f, g in (one, one[::-1])]


def _reciprocals() -> list[tuple[sympy.Expr, sympy.Expr]]:
    pairs = ((sympy.asin, sympy.sin), (sympy.acos, sympy.cos), (sympy.atan, sympy.tan), (sympy.asinh, sympy.sinh))
    return [(inverse(x / 2) + x**3, slope(1 / own(x / 2) + x**3)) for inverse, own in pairs]


MADE: dict[str, Callable[[], list[tuple[sympy.Expr, sympy.Expr]]]] = {
    "graph.paths_multiplied": _paths_multiplied,
    "quotient.no_square": _both_at_once,
    "const.factor_lost": _factor_lost,
    "const.factor_not_raised": _not_raised,
    "algebra.power_of_sum": _term_by_term,
    "value.integrated": _integrals,
    "chain.misread": _turned_round,
    "table.reciprocal": _reciprocals,
}


@pytest.mark.parametrize("kind", MADE)
def test_the_wrong_rule_is_found(kind: str) -> None:
    for question, wrong in MADE[kind]():
        marked = Marker(str(question).replace("E*", "e*"), "x").mark(str(wrong))
        assert marked.verdict is Verdict.WRONG, (question, wrong)
        assert any(kind in reason.kind.split("+") for reason in marked.reasons), (question, wrong, marked.reasons)


@pytest.mark.parametrize("shift", [0, 7, 40])
def test_answers_with_a_domain_of_their_own_are_compared_in_it(shift: int) -> None:
    question = sympy.atan(3 * x + shift) if shift < 40 else sympy.asinh(2 * x)
    other = sympy.asin(3 * x + shift) if shift < 40 else sympy.asin(2 * x)
    marked = Marker(str(question), "x").mark(str(slope(other)))
    assert marked.verdict is Verdict.WRONG
    assert "table.swap" in [reason.kind for reason in marked.reasons]
    assert marked.values is not None


def test_a_right_answer_with_a_smaller_domain_is_right() -> None:
    marked = Marker("x^2", "x").mark("2x*sqrt(1 - 9x^2)/sqrt(1 - 9x^2)")
    assert marked.verdict is Verdict.RIGHT
    assert "no value at some points" in marked.note


def test_the_sum_of_a_gradient_is_told() -> None:
    from gradcli.teaching.tasks import task

    y = sympy.Symbol("y")
    function = x**2 * y + sympy.sin(y)
    marked = task(str(function), "gradient", ["x", "y"]).mark(str(slope(function) + sympy.diff(function, y)))
    assert [reason.kind for reason in marked.reasons] == ["partial.all"]


def test_the_derivative_of_a_constant_is_asked_for() -> None:
    from gradcli.teaching.tasks import task

    asked = task("pi^2 + e", "derivative", ["x"])
    assert asked.mark("0").verdict is Verdict.RIGHT
    assert asked.mark("2*pi").verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("3x^2*w^2 = 0 so x = 0", Verdict.UNREADABLE),
        ("3*x^2*w^2 if w is constant", Verdict.RIGHT),
        ("3xxw^2 with the product rule", Verdict.RIGHT),
    ],
)
def test_words_around_a_formula_take_none_of_it(answer: str, verdict: Verdict) -> None:
    assert Marker("x^3*w^2", "x").mark(answer).verdict is verdict
