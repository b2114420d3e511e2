"""Implicit and total derivatives against SymPy's, and at points against what mpmath finds along the curve."""

from __future__ import annotations

import pytest
import sympy
import sympy_oracle as oracle
from mpmath import mp

from gradcli.algebra.total_derivative import Dependences, implicit_derivatives, total_derivatives
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.equation import equation
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

EQUATIONS = (
    "x^2 + y^2 = 25", "x^3 + y^3 = 6*x*y", "x*y = 1", "sin(x*y) = x", "exp(y) + x*y = 2", "y = x^2", "x*y*z + exp(z) = 3",
    "z^2*x + y = sin(z)", "log(y) = x*y^2", "(x^2 + y^2)^2 = 4*(x^2 - y^2)", "2^x + 2^y = 5", "a = x*y; a^2 + y = 3",
    "sqrt(x) + sqrt(y) = 2", "y^5 + y = x", "tan(y) = x",
)  # fmt: skip


def graph(text: str) -> Graph:
    return lower(parse(text), StaticBuilder(Graph()))


def difference(text: str) -> Graph:
    return lower(equation(text).difference, StaticBuilder(Graph()))


def sympys(text: str) -> sympy.Expr:
    return oracle.in_sympy(parse(text))


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("text", EQUATIONS)
def test_implicit_derivatives_are_sympys(text: str, order: int) -> None:
    """The theorem of implicit functions, applied by SymPy again and again to its own derivatives."""
    found = difference(text)
    variable = "z" if "z" in found.variables else "y"
    of = oracle.in_sympy(equation(text).difference)
    y = oracle.variable(variable)
    for name in found.variables:
        if name == variable:
            continue
        x = oracle.variable(name)
        slope = -sympy.diff(of, x) / sympy.diff(of, y)
        expected = slope
        for _ in range(order - 1):
            expected = sympy.diff(expected, x) + sympy.diff(expected, y) * slope
        simplified, _, _ = implicit_derivatives(found, variable, [(name,) * order])
        mine = sympys(to_text(simplified.expressions[0]))
        for number in range(3):
            point = {oracle.variable(v): sympy.Rational(7 + 3 * k + 2 * number, 11 + k) for k, v in enumerate(found.variables)}
            right = sympy.N(expected.subs(point), 25)
            assert abs(sympy.N(mine.subs(point), 25) - right) < 1e-15 * (1 + abs(right)), to_text(simplified.expressions[0])


def test_mixed_derivatives_of_an_equation_do_not_depend_on_their_order() -> None:
    """On the surface itself: Schwarz."""
    found = difference("x*y*z + exp(z) = 3")
    simplified, _, _ = implicit_derivatives(found, "z", [("x", "y"), ("y", "x")])
    with mp.workdps(30):
        z = mp.findroot(lambda z: mp.mpf("0.5") * mp.mpf("0.75") * z + mp.exp(z) - 3, 1)
    values = {oracle.variable("x"): sympy.Rational(1, 2), oracle.variable("y"): sympy.Rational(3, 4)}
    values[oracle.variable("z")] = sympy.Float(str(z), 30)
    one, other = (sympy.N(sympys(to_text(e)).subs(values), 20) for e in simplified.expressions)
    assert abs(one - other) < 1e-15


def test_a_second_derivative_is_that_along_the_curve() -> None:
    simplified, _, _ = implicit_derivatives(difference("y^5 + y = x"), "y", [("x", "x")])
    with mp.workdps(40):
        x = mp.mpf("1.7")
        along = lambda x: mp.findroot(lambda y: y**5 + y - x, 1)  # noqa: E731
        expected = mp.diff(along, x, 2)
        values = {oracle.variable("x"): sympy.Float("1.7", 40), oracle.variable("y"): sympy.Float(str(along(x)), 40)}
    found = sympy.N(sympys(to_text(simplified.expressions[0])).subs(values), 30)
    assert abs(found - sympy.Float(str(expected), 30)) < 1e-12


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("x^2 + y^2 = 25", ["y != 0"]), ("x*y = 1", ["x != 0"]), ("y = x^2", []), ("exp(y) = x", []),
        ("x*y^2 = 3", ["x != 0", "y != 0"]), ("(y - x)^2 = 4", ["y != x"]), ("y^2 - 2*x*y + y = 0", ["2*y - 2*x + 1 != 0"]),
    ],
)  # fmt: skip
def test_the_condition_is_that_the_derivative_of_the_equation_is_not_0(text: str, condition: list[str]) -> None:
    found, _, _ = implicit_derivatives(difference(text), "y", [("x",)])
    texts = [to_text(one) for one in found.conditions[0]]
    assert sorted(texts) == sorted(condition) or [t.replace("x != y", "y != x") for t in texts] == condition


def test_an_equation_without_the_variable_has_no_derivative() -> None:
    with pytest.raises(GradcliError, match="does not depend on y"):
        implicit_derivatives(difference("x + y - y = 2"), "y", [("x",)])


DEPENDENCES = (
    ("x*y^2 + sin(y)", {"y": ("x",)}, "x"),
    ("x*y + z", {"y": ("x",), "z": ("x", "t")}, "x"),
    ("x*y + z", {"y": ("x",), "z": ("x", "t")}, "t"),
    ("exp(x*y)", {"x": ("t",), "y": ("t",)}, "t"),
    ("x^2*y", {"y": ("x",), "x": ("t",)}, "t"),
    ("z*w", {"z": ("x", "y"), "x": ("t",), "y": ("t",), "w": ("t",)}, "t"),
    ("t", {"y": ("t",)}, "t"),
)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(("text", "declared", "by"), DEPENDENCES)
def test_total_derivatives_are_sympys(text: str, declared: dict[str, tuple[str, ...]], by: str, order: int) -> None:
    """Each dependent variable is a polynomial in its arguments that knows no symmetry; its derivatives stand for the names."""
    dependences = Dependences(declared)
    simplified, derivatives, _ = total_derivatives(graph(text), [(by,) * order], dependences)
    mine = sympys(to_text(simplified.expressions[0]).replace("'", "_prime"))

    def polynomial(k: int, arguments: tuple[str, ...]) -> sympy.Expr:
        return sum((k + 2 + i) * oracle.variable(a) ** (3 + i) + oracle.variable(a) for i, a in enumerate(arguments)) + (
            k + 1
        ) * sympy.prod([oracle.variable(a) ** 2 for a in arguments])

    outer = {name: polynomial(k, arguments) for k, (name, arguments) in enumerate(declared.items())}
    values: dict[sympy.Symbol, sympy.Expr] = {}
    for name in derivatives.variables:
        base, wrt = dependences.meaning(name)
        if wrt:
            slope = sympy.diff(outer[base], *map(oracle.variable, wrt))
            values[oracle.variable(name.replace("'", "_prime"))] = slope
    values |= {oracle.variable(name): value for name, value in outer.items()}

    whole = sympys(text)
    while not values.keys().isdisjoint(whole.free_symbols):
        whole = whole.subs(values, simultaneous=True)
    numbers = {oracle.variable(name): sympy.Rational(3 + k, 7) for k, name in enumerate(["x", "y", "t"])}
    expected = sympy.diff(whole, oracle.variable(by), order).subs(numbers)
    numbers = {symbol: number for symbol, number in numbers.items() if symbol not in values}
    while numbers.keys() < numbers.keys() | values.keys():
        numbers |= {symbol: value.subs(numbers) for symbol, value in values.items() if value.free_symbols <= numbers.keys()}
    assert abs(sympy.N(mine.subs(numbers) - expected, 20)) < 1e-12, to_text(simplified.expressions[0])


@pytest.mark.parametrize("declared", [{"y": ("y",)}, {"y": ("x",), "x": ("y",)}])
def test_nothing_depends_on_itself(declared: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(GradcliError, match="depends on itself"):
        Dependences(declared)


def test_a_derivative_is_not_called_like_a_variable() -> None:
    with pytest.raises(GradcliError, match="z_x is a variable"):
        total_derivatives(graph("z*z_x"), [("x",)], Dependences({"z": ("x", "t")}))


@pytest.mark.parametrize(
    ("text", "second"),
    [  # by hand
        ("x^2 + y^2 = 25", "-25/y^3"),
        ("x^2 - y^2 = 1", "-1/y^3"),
        ("y^2 = x", "-1/(4*y^3)"),
        ("x^3 + y^3 = 6x*y", "16*x*y/(2*x - y^2)^3"),
        ("x^2 + x*y + y^2 = 7", "-42/(x + 2*y)^3"),
        ("sqrt(x) + sqrt(y) = 1", "1/(2*x^(3/2))"),
        ("sin(y) = x", "sin(y)/cos(y)^3"),
    ],
)
def test_a_second_derivative_is_written_by_means_of_the_equation(text: str, second: str) -> None:
    graph = lower(equation(text).difference, StaticBuilder(Graph()))
    found, _, _ = implicit_derivatives(graph, "y", [("x", "x")], shorter=True)
    assert to_text(found.expressions[0]) == second
