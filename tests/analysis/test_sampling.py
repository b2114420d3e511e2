"""Curves are sampled up to where they break, and not over it; where that is, declarations of operations and calculus tell."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy
import pytest

from gradcli.analysis.sampling import breaks
from gradcli.analysis.sampling.breaks import VERTICAL
from gradcli.analysis.sampling.curves import Curves, sampled
from gradcli.analysis.sampling.fields import Field, field
from gradcli.analysis.sampling.functions import together
from gradcli.analysis.sampling.ranges import range_to_show
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.static_graphs import build
from gradcli.language.parser import parse
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import JUMP, KINK, POLE


def curves(text: str, low: float, high: float, *orders: int, points: int = 200, **fixed: float) -> Curves:
    graph = build(parse(text), Request(steered=False), inexact=False)
    return sampled(together([graph]), "x", (low, high), fixed, orders or (0,), points=points)


def marked(found: Curves, curve: int = 0) -> list[tuple[str, float]]:
    return [(mark.kind, round(mark.place, 9)) for mark in found.curves[curve].marks]


DECLARED = [
    (name, one.kind, one.at[0])
    for name, operation in OPERATIONS.items()
    if len(operation.parameters) == 1 and not operation.variadic
    for one in operation.facts.specials
    if one.kind in (KINK, JUMP, POLE)
]


@pytest.mark.parametrize(("name", "kind", "place"), DECLARED)
def test_a_declared_special_point_is_found(name: str, kind: str, place: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kink may be a vertical tangent, as that of a cube root; a coarse grid will do, as some functions take their time."""
    monkeypatch.setattr(breaks, "GRID", 300)
    found = curves(f"{name}(x)", place - 0.37, place + 0.41, points=40)
    kinds = {mark.kind for mark in found.curves[0].marks if abs(mark.place - place) < 1e-9}
    assert kinds == {kind} or (kind, kinds) == (KINK, {VERTICAL})


PI = math.pi


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("1/(x^2 - 2)", -2, 2, [("pole", -math.sqrt(2)), ("pole", math.sqrt(2))]),
        ("tan(x)", -5, 5, [("pole", at * PI / 2) for at in (-3, -1, 1, 3)]),
        ("1/(1 + sin(x))", -9, 9, [("pole", at * PI / 2) for at in (-5, -1, 3)]),
        ("gamma(x)", -3.5, 1, [("pole", at) for at in (-3, -2, -1, 0)]),
        ("abs(x^2 - 3x + 1)", 0, 3, [("kink", (3 - math.sqrt(5)) / 2), ("kink", (3 + math.sqrt(5)) / 2)]),
        ("x*abs(x)", -1, 1, []),
        ("sin(x)/x", -1, 1, [("removable", 0.0)]),
        ("(1 - cos(x))/x^2", -1, 1, [("removable", 0.0)]),
        ("sqrt(x - 1)", 0, 2, [("end", 1.0)]),
        ("log(x)", -1, 1, [("pole", 0.0)]),
        ("cbrt(x)", -1, 1, [("vertical", 0.0)]),
        ("sqrt(abs(x))", -1, 1, [("kink", 0.0)]),
        ("x if x > 1 else 2", 0, 3, [("jump", 1.0)]),
        ("x if x > 1 else 1", 0, 3, [("kink", 1.0)]),
        ("sin(1/x)", -1, 1, [("oscillation", 0.0)]),
        ("x + cos(1/(x - 1/2))", -1, 1, [("oscillation", 0.5)]),
        ("x*sin(1/x)", -1, 1, [("removable", 0.0)]),
        ("softplus(x)", -30, 30, []),
        ("floor(x)*(x - 1)", 0.5, 2.5, [("kink", 1.0), ("jump", 2.0)]),
        ("7", -1, 1, []),
    ],
)
def test_marks_are_those_of_calculus(text: str, low: float, high: float, expected: list[tuple[str, float]]) -> None:
    assert marked(curves(text, low, high)) == [(kind, round(place, 9)) for kind, place in expected]


def test_a_derivative_has_marks_of_its_own() -> None:
    found = curves("abs(x)*x", -1, 1, 0, 1, 2)
    assert [marked(found, at) for at in range(3)] == [[], [("kink", 0.0)], [("jump", 0.0)]]


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "1/x": lambda x: 1 / x,
    "tan(3*x)": lambda x: math.tan(3 * x),
    "floor(x)": math.floor,
    "x/abs(x)": lambda x: x / abs(x),
    "1/(x - 0.3)^2": lambda x: 1 / (x - 0.3) ** 2,
    "log(abs(x))": lambda x: math.log(abs(x)),
    "sqrt(x^2 - 1)": lambda x: math.sqrt(x * x - 1),
    "acos(x)": math.acos,
}


@pytest.mark.parametrize("text", FUNCTIONS)
def test_pieces_do_not_cross_a_break_and_have_the_values_of_the_function(text: str) -> None:
    found = curves(text, -3, 3)
    [curve] = found.curves
    breaks = [mark.place for mark in curve.marks if mark.kind != KINK]
    assert breaks
    for x, y in curve.pieces(found.places):
        assert (numpy.diff(x) >= 0).all()
        assert not any(x[0] < place < x[-1] for place in breaks)
        for at, value in zip(x[1:-1].tolist(), y[1:-1].tolist(), strict=True):
            assert math.isclose(value, FUNCTIONS[text](at), rel_tol=1e-9, abs_tol=1e-12)


def test_points_lie_closer_where_a_curve_bends() -> None:
    found = curves("exp(-10^6*(x - 0.123)^2)", -1, 1)
    near = abs(found.places - 0.123) < 0.01
    assert near.sum() > 50
    assert found.curves[0].values.max() > 0.99
    assert len(found.places) < 1000
    assert len(curves("3*x + 1", -1, 1).places) == 201


def test_the_window_shows_what_most_places_have() -> None:
    low, high = curves("1/x", -3, 3).window
    assert -10 < low < -2
    assert 2 < high < 10
    assert curves("x^2", -3, 3).window == pytest.approx((-0.45, 9.45))


@pytest.mark.parametrize(("text", "high"), [("exp(x)", 800.0), ("x^400", 10.0), ("1e308*sin(x)", 6.0), ("1e308*tan(x)", 3.0)])
def test_what_no_float_holds_leaves_the_window(text: str, high: float) -> None:
    """A window has a height that is a number, and so have its parts."""
    low, top = curves(text, 0, high, 0).window
    assert math.isfinite(2 * (top - low))
    assert low < top


def grid(text: str, *ends: tuple[float, float], steps: int = 60) -> Field:
    graph = build(parse(text), Request(steered=False), inexact=False)
    return field(together([graph]), ("x", "y"), ends, {}, steps=steps)


def test_contours_of_a_bowl_are_circles() -> None:
    found = grid("x^2 + y^2", (-2, 2), (-1, 3))
    assert len(found.levels) > 5
    for level in found.levels:
        for x, y in found.contour(level):
            assert numpy.hypot(x, y) ** 2 == pytest.approx(level, abs=0.01)
    assert (found.slopes[0] == 2 * found.across).all()
    assert (2 * found.upwards == found.slopes[1].T).all()
    for x, y in found.arrows(8, 6):
        assert (x[1] - x[0]) * y[0] == pytest.approx((y[1] - y[0]) * x[0])


@pytest.mark.parametrize(
    ("text", "side"), [("1/(x - y)", lambda x, y: x - y), ("sign(x + y + 0.01)*3 + x/5", lambda x, y: x + y + 0.01)]
)
def test_no_contour_runs_along_a_pole_or_a_jump(text: str, side: Callable[[float, float], float]) -> None:
    found = grid(text, (-1, 1), (-1, 1))
    for level in (*found.levels, 0.5):
        for x, y in found.contour(level):
            assert side(x[0], y[0]) * side(x[1], y[1]) > 0


def test_a_saddle_has_contours_that_do_not_meet() -> None:
    found = grid("x*y", (-1, 1), (-1, 1), steps=5)
    for x, y in found.contour(0.004):
        assert (x * y >= 0).all()


def test_what_is_not_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places at which a curve may break are bounded by what they cost, and so is the grid on which they are sought."""
    assert curves("1/(x^2 - 2)", -2, 2).unseen == 0
    monkeypatch.setattr(breaks, "_WORK", 100)
    many = curves("+".join(f"abs(x - {at}/16)" for at in range(1, 16)), 0, 1, points=20)
    assert many.unseen > 5
    assert curves("x^2", -2, 2).apart is None
    slow = curves("digamma(x)", 0.5, 2.5, points=40)
    assert slow.apart is not None
    assert slow.apart < 2 / 500


def test_work_is_linear_in_the_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers computed, whatever the chunks: they do not grow faster than the expression."""
    from gradcli.analysis.sampling import functions

    counts = []
    for terms in (60, 120):
        computed = 0
        compute = functions.value_of

        def counted(name: str, operands: list[object], compute: Callable[..., object] = compute) -> object:
            nonlocal computed
            result = compute(name, operands)
            computed += int(numpy.size(result))
            return result

        monkeypatch.setattr(functions, "value_of", counted)
        curves("+".join(f"sin({at}*x)/{at}" for at in range(1, terms)), 0.5, 1.5, points=40)
        monkeypatch.setattr(functions, "value_of", compute)
        counts.append(computed)
    assert counts[1] < 2.2 * counts[0]


@pytest.mark.parametrize(
    ("text", "told"),  # zeros, stationary points and breaks, as SymPy's solveset and singularities find them
    [
        ("x^3 - 3x", (-3**0.5, -1, 0, 1, 3**0.5)), ("x^2 - 4x + 3", (1, 2, 3)), ("x^4 - 2x^2", (-(2**0.5), -1, 0, 1, 2**0.5)),
        ("x^2 - 100x", (0, 50, 100)), ("1/(x^2 - 1)", (-1, 0, 1)), ("abs(x - 1) + abs(x + 2)", (-2, 1)), ("x*exp(-x)", (0, 1)),
        ("sqrt(1 - x^2)", (-1, 0, 1)), ("ln(x)/x", (0, 1, math.e)), ("x^5 - 5x^4", (0, 4, 5)),
        ("1/(x - 1) + 1/(x - 4)", (1, 2.5, 4)),
    ],
)  # fmt: skip
def test_a_range_holds_what_happens_and_little_more(text: str, told: tuple[float, ...]) -> None:
    low, high = range_to_show(together([build(parse(text), Request(steered=False, wrt=None), inexact=False)]), "x", {})
    away = max(told) - min(told)
    assert low < min(told)
    assert max(told) < high
    assert high - low <= max(6 * away, 10)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("(x - 50)^2", (45, 55)),
        ("sin(x)", (-5, 5)),
        ("tan(x)", (-5, 5)),
        ("3", (-5, 5)),
        ("exp(x)", (-3, 3)),
        ("sigmoid(x)", (-5, 5)),
    ],
)
def test_a_range_of_one_place_of_none_and_of_many(text: str, ends: tuple[float, float]) -> None:
    assert range_to_show(together([build(parse(text), Request(steered=False, wrt=None), inexact=False)]), "x", {}) == ends
