"""Derivatives along directions, divergence, curl, Laplacian and tangents against SymPy."""

from __future__ import annotations

import pytest
import sympy
import sympy_oracle as oracle

from gradcli.algebra import vector_fields as fields
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Number, Output
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

X, Y, Z = map(oracle.variable, "xyz")
FIELDS = (
    ("x*y", "y*z", "z*x"), ("-y", "x", "z"), ("exp(x*y)", "sin(z)*x", "x^2 - y/z"), ("y*z", "x*z", "x*y"),
    ("x/(x^2 + y^2 + z^2)", "y/(x^2 + y^2 + z^2)", "z/(x^2 + y^2 + z^2)"),
)  # fmt: skip


def graph(text: str) -> Graph:
    return lower(parse(text), StaticBuilder(Graph()))


def expression(text: str) -> Expression:
    statement = parse(text).statements[0]
    assert isinstance(statement, Output)
    return statement.value


def same(mine: Expression, right: sympy.Expr) -> bool:
    difference = oracle.in_sympy(parse(to_text(mine))) - right
    point = {X: sympy.Rational(3, 7), Y: sympy.Rational(5, 4), Z: sympy.Rational(9, 8)}
    return abs(sympy.N(difference.subs(point), 30)) < 1e-20


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_fields_in_three_coordinates(field: tuple[str, str, str]) -> None:
    made = fields.components(graph(f"[{', '.join(field)}]"))
    p, q, r = (oracle.in_sympy(parse(text)) for text in field)
    expected = {
        "divergence": [p.diff(X) + q.diff(Y) + r.diff(Z)],
        "curl": [r.diff(Y) - q.diff(Z), p.diff(Z) - r.diff(X), q.diff(X) - p.diff(Y)],
        "laplacian": [f.diff(X, 2) + f.diff(Y, 2) + f.diff(Z, 2) for f in (p, q, r)],
    }
    rows = {
        "divergence": fields.divergence("xyz"),
        "curl": fields.curl("xyz"),
        "laplacian": fields.laplacian("xyz", 3),
    }
    for name, right in expected.items():
        found, _, _ = fields.combined(made, rows[name])
        assert all(same(a, b) for a, b in zip(found.expressions, right, strict=True)), name


@pytest.mark.parametrize("text", ["x^2*y", "exp(x*y) + z", "x/y - sin(x*z)"])
@pytest.mark.parametrize("direction", [{"x": "3", "y": "4"}, {"x": "-1", "y": "sqrt(2)", "z": "1/2"}, {"y": "pi"}])
def test_a_derivative_along_a_direction_is_that_along_its_unit_vector(text: str, direction: dict[str, str]) -> None:
    parts = {name: part for name, part in direction.items() if name != "z" or "z" in text}
    found, _, _ = fields.combined(graph(text), fields.direction({name: expression(part) for name, part in parts.items()}))
    vector = {oracle.variable(name): oracle.in_sympy(parse(part)) for name, part in parts.items()}
    length = sympy.sqrt(sum(part**2 for part in vector.values()))
    function = oracle.in_sympy(parse(text))
    assert same(found.expressions[0], sum(function.diff(name) * part for name, part in vector.items()) / length)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("x^2", {"x": "3"}),
        ("x^2*y - sin(y)", {"x": "-1/2", "y": "pi/3"}),
        ("exp(x)/y", {"x": "0", "y": "-2"}),
        ("7 - x", {"x": "sqrt(2)"}),
    ],
)
def test_a_tangent_is_the_taylor_polynomial_of_order_1(text: str, point: dict[str, str]) -> None:
    found = fields.tangent(graph(text), {name: expression(place) for name, place in point.items()})
    function = oracle.in_sympy(parse(text))
    places = {oracle.variable(name): oracle.in_sympy(parse(place)) for name, place in point.items()}
    expected = function.subs(places) + sum(function.diff(name).subs(places) * (name - place) for name, place in places.items())
    assert same(found.expression, expected), to_text(found.expression)


def test_the_tangent_of_an_equation_is_0_on_it() -> None:
    found = fields.tangent(graph("x^2 + y^2 - 25"), {"x": Number(3), "y": Number(4)}, level=True)
    assert same(found.expression, 6 * (X - 3) + 8 * (Y - 4))
