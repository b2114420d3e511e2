"""Sums of derivatives worked on paper: every step holds in SymPy's numbers, and the results are SymPy's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import sympy
from commandline import command
from sympy.vector import CoordSys3D, curl, divergence

from gradcli.derivation.calculus import combined
from gradcli.derivation.nodes.chain import CHECK_STEPS, WrongStepError
from gradcli.language.ast import Number

x, w, y, z, t = sympy.symbols("x w y z t")
FIELDS = ["[x*y, y*z, z*x]", "[x^2*z, sin(y*z), exp(x)*y]", "[x/(y^2+1), z*y, x*y*z]"]


def explained(*arguments: str) -> Mapping[str, Any]:
    """The document of an explanation, whose steps have been checked in numbers."""
    code, output, errors = command(["explain", *arguments, "--json"], environment={CHECK_STEPS: "1"})
    assert code == 0, errors
    document: Mapping[str, Any] = json.loads(output)
    return document


def expression(text: str) -> Any:
    """A formula of a document, as SymPy reads it."""
    return sympy.sympify(text.replace("^", "**").replace("'", "_1"))


@pytest.mark.parametrize("field", FIELDS)
def test_fields_are_those_of_vector_calculus(field: str) -> None:
    space = CoordSys3D("N")
    symbols = {"x": space.x, "y": space.y, "z": space.z}
    parts = [sympy.sympify(part.replace("^", "**"), locals=symbols) for part in field.strip("[]").split(",")]
    vector = parts[0] * space.i + parts[1] * space.j + parts[2] * space.k
    plain = {space.x: x, space.y: y, space.z: z}
    found = list(explained(field, "--divergence")["derivative"].values())
    assert sympy.simplify(expression(found[0]) - divergence(vector).subs(plain)) == 0
    turned = curl(vector).to_matrix(space).subs(plain)
    found = list(explained(field, "--curl")["derivative"].values())
    assert [sympy.simplify(expression(own) - other) for own, other in zip(found, turned, strict=True)] == [0, 0, 0]


@pytest.mark.parametrize("text", ["x^2*y", "exp(x*y)/x", "sin(y)*y + w*x"])
@pytest.mark.parametrize("order", [1, 2])
def test_total_derivatives_are_those_of_functions(text: str, order: int) -> None:
    of_x = sympy.Function("y")(x)
    right = sympy.diff(sympy.sympify(text.replace("^", "**")).subs(y, of_x), x, order)
    names = {sympy.diff(of_x, x, 2): sympy.Symbol("y_1_1"), sympy.diff(of_x, x): sympy.Symbol("y_1"), of_x: y}
    for derivative, name in names.items():
        right = right.subs(derivative, name)
    found = explained(text, "--depends", "y(x)", "--wrt", "x", "--order", str(order))["derivative"]["x"]
    assert sympy.simplify(expression(found) - right) == 0


@pytest.mark.parametrize(
    ("text", "place"), [("x^2", {"x": 3}), ("sin(x)*w", {"x": sympy.pi / 3, "w": 2}), ("x/(w^2+1)", {"x": 0, "w": -2})]
)
def test_tangents_touch(text: str, place: dict[str, Any]) -> None:
    f = sympy.sympify(text.replace("^", "**"))
    at = {sympy.Symbol(name): value for name, value in place.items()}
    right = f.subs(at) + sum(sympy.diff(f, name).subs(at) * (name - value) for name, value in at.items())
    values = [part for name, value in place.items() for part in (f"--{name}", str(value))]
    (found,) = explained(text, "--tangent", *values)["derivative"].values()
    assert sympy.simplify(expression(found) - right) == 0


@pytest.mark.parametrize(
    ("text", "place", "order"), [("exp(x)*cos(x)", 0, 4), ("sqrt(x)", 4, 3), ("sin(x)", sympy.pi / 3, 5), ("1/(x^2+1)", 1, 3)]
)
def test_taylor_polynomials_are_those_of_series(text: str, place: Any, order: int) -> None:
    f = sympy.sympify(text.replace("^", "**"))
    right = sympy.series(f, x, place, order + 1).removeO()
    (found,) = explained(text, "--taylor", str(order), "--x", str(place))["derivative"].values()
    assert sympy.simplify(expression(found) - right) == 0


@pytest.mark.parametrize("text", ["x^3 - 3*x", "x^4 - 4*x^3", "(x^2 + 1)/(x - 1)", "x^5 - 3*x^2 + x", "x^3 + x"])
def test_stationary_points_are_where_the_slope_is_0(text: str) -> None:
    f = sympy.sympify(text.replace("^", "**"))
    slope, *points = explained(text, "--stationary")["derivative"].items()
    assert sympy.simplify(expression(slope[1]) - sympy.diff(f, x)) == 0
    above = sympy.Poly(sympy.numer(sympy.together(sympy.diff(f, x))), x)
    roots = sorted(set(sympy.real_roots(above)))
    assert len(points) == len(roots)
    for (_, height), root in zip(points, roots, strict=True):
        assert abs(float(expression(height)) - float(f.subs(x, root))) < 1e-9


def test_a_direction_has_length_1() -> None:
    found = explained("x^2*w", "--direction", "x=3,w=4", "--x", "1", "--w", "2")
    assert sympy.simplify(expression(*found["derivative"].values()) - (2 * x * w * 3 + x**2 * 4) / 5) == 0
    assert list(found["grad"].values()) == [3.2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["[x*y, y*z, z*x]", "--curl"],
        ["x^2*y", "--depends", "y(x)"],
        ["x^2*w", "--tangent", "--x", "1", "--w", "2"],
        ["x^2", "--taylor", "2", "--x", "1"],
    ],
)
def test_a_wrong_step_is_found(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    right = combined.sum_of
    monkeypatch.setattr(combined, "sum_of", lambda terms: right([*terms, Number(1)]))
    code, _, errors = command(["explain", *arguments], environment={CHECK_STEPS: "1"})
    assert code == 70
    assert WrongStepError.__name__ in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x^2", "--tangent"], "a tangent has a point"),
        (["abs(x)", "--tangent", "--x", "0"], "there is no tangent"),
        (["abs(x)", "--taylor", "2", "--x", "0"], "there is no Taylor polynomial"),
        (["sin(x)/x", "--taylor", "2", "--x", "0"], "there is no Taylor polynomial"),
        (["exp(x)", "--taylor", "2"], "a Taylor polynomial has a point"),
        (["x^2*y", "--stationary"], "this is of functions in one variable"),
        (["x^2", "--stationary", "--x", "2"], "stationary points are found, and not given"),
        (["x*y", "--depends", "y(x)", "--x", "1", "--y", "2"], "a total derivative has no value"),
        (["[x, y]", "--curl", "--divergence"], "--divergence and --curl do not go together"),
        (["[x, y]", "--curl", "--order", "2"], "--order is for --implicit and --depends"),
        (["x^2", "--laplacian", "--mode", "static"], "--mode and --laplacian do not go together"),
        (["x^2", "--assume", "x>0"], "--assume is for"),
        (["x^2", "--direction", "x=nan"], "the direction is not finite: x = nan"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: list[str], message: str) -> None:
    code, _, errors = command(["explain", *arguments])
    assert code == 2
    assert message in errors
