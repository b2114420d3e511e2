"""Optimisers against torch.optim and scipy, and what is said of a descent against what is known of parabolas."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy
import pytest

from gradcli.analysis.descent.methods import FALL, FLATTER, OPTIMISERS, Step, steps, strong_wolfe
from gradcli.analysis.descent.objective import Objective
from gradcli.analysis.descent.verdict import DIVERGES, SLOW, verdict
from gradcli.autodiff.request import Request
from gradcli.errors import GradcliError
from gradcli.language.parser import parse

MEASURED = json.loads((Path(__file__).parents[1] / "data" / "torch_optimisers.json").read_text("utf-8"))
KEPT = [*range(4), *range(4, 41, 6)]
"""The steps of a measured row."""


def objective(text: str, **values: Any) -> Objective:
    return Objective(parse(text), Request(bindings=values))


@pytest.mark.parametrize("row", MEASURED["rows"], ids=lambda row: f"{row['optimizer']} {row['lr']} {row['function'][:12]}")
def test_each_step_is_that_of_torch(row: dict[str, Any]) -> None:
    x, w = row["start"]
    taken = list(steps(objective(row["function"], x=x, w=w), row["optimizer"], row["lr"], 40))
    for at, point in zip(KEPT, row["points"], strict=True):
        if point is not None:
            assert taken[at].point.tolist() == pytest.approx(point, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("row", MEASURED["minima"], ids=lambda row: row["function"])
@pytest.mark.parametrize("name", ["bfgs", "line-search", "newton"])
def test_a_search_finds_the_minimum_of_scipy(row: dict[str, Any], name: str) -> None:
    x, w = row["start"]
    found = objective(row["function"], x=x, w=w)
    near = name == "newton"  # which finds what is nearest to its start, be it no minimum
    if near:
        found.start = numpy.array(row["point"]) + 0.01
    *_, last = steps(found, name, 1.0 if near else None, 1_500)
    far = 0.2 if name == "line-search" else 2e-6  # down the gradient a narrow valley takes thousands of steps
    assert last.point.tolist() == pytest.approx(row["point"], abs=far)
    assert last.value == pytest.approx(row["value"], abs=far**2)
    if name == "bfgs":
        assert found.evaluations <= 2 * row["evaluations"] + 10


def test_steps_of_a_search_satisfy_the_strong_wolfe_conditions() -> None:
    found = objective("(1 - x)^2 + 100*(w - x^2)^2", x=-1.2, w=1.0)
    for name in ("bfgs", "line-search"):
        taken = list(steps(found, name, None, 30))
        for before, after in itertools.pairwise(taken):
            move = after.point - before.point
            assert after.value <= before.value + FALL * float(before.gradient @ move) + 1e-12
            assert abs(float(after.gradient @ move)) <= FLATTER * abs(float(before.gradient @ move)) + 1e-12


def test_a_search_along_a_line_without_end_finds_nothing() -> None:
    assert strong_wolfe(lambda step: (-step * step - step, -2 * step - 1, None), 0.0, -1.0) is None


def said(text: str, name: str, lr: float | None, most: int = 200, **values: Any) -> tuple[str, str, float | None]:
    found = objective(text, **values)
    taken: list[Step] = list(steps(found, name, lr, most))
    one = verdict(found, taken, name, lr, most)
    return one.kind, one.reason, one.limit


@pytest.mark.parametrize("curvature", [0.5, 30.0])
@pytest.mark.parametrize("name", ["gd", "momentum", "nesterov"])
def test_a_parabola_is_left_from_the_limit_on_and_not_before(name: str, curvature: float) -> None:
    """The limit is that of the linear recurrence of the rule: its roots, computed here, leave the unit circle there."""
    _, _, limit = said(f"{curvature}*x^2/2 + x^4*0", name, 1e-6, 5, x=1.0)
    assert limit is not None
    numbers = OPTIMISERS[name].numbers
    mu, nesterov = numbers["momentum"], numbers["nesterov"]

    def radius(lr: float) -> float:
        h = lr * curvature
        matrix = [[mu, curvature], [-lr * mu, 1 - h]]
        if nesterov:
            matrix = [[mu, curvature], [-lr * mu * mu, 1 - h * (1 + mu)]]
        return float(max(abs(numpy.linalg.eigvals(matrix))))

    assert radius(limit * 0.999) < 1 < radius(limit * 1.001)
    assert said(f"{curvature}*x^2/2", name, limit * 1.05, x=1.0)[0] == "diverges"
    assert said(f"{curvature}*x^2/2", name, limit * 0.9, 800, x=1.0)[0] == "converged"


@pytest.mark.parametrize(
    ("text", "name", "lr", "start", "kind", "words"),
    [
        ("x^2", "gd", 1.1, 3.0, "diverges", "more than 2/λ = 1, where λ = 2"),
        ("x^2", "gd", 1.0, 3.0, "oscillates", "is 2/λ"),
        ("x^2", "gd", 0.95, 3.0, "oscillates", "between 1/λ = 0.5 and 2/λ = 1"),
        ("x^2", "gd", 0.3, 3.0, "converged", "a minimum"),
        ("x^2", "gd", 0.001, 3.0, "descends", "is small"),
        ("x^3", "gd", 0.1, -3.0, "diverges", "no minimum"),
        ("-x^2", "gd", 0.1, 1.0, "unbounded", "no minimum"),
        ("-x^2", "bfgs", None, 1.0, "unbounded", "no end"),
        ("-x^2", "gd", 0.1, 0.0, "converged", "a maximum"),
        ("abs(x)", "gd", 0.07, 1.0, "oscillates", "kink"),
        ("x^2", "newton", 1.0, 3.0, "converged", "a minimum"),
        ("log(x)", "gd", 1.0, -1.0, "diverges", "not finite at the start"),
        ("x^3", "gd", 0.1, -0.1, "unbounded", "no minimum"),
        ("-exp(x)", "gd", 0.1, 0.0, "diverges", "no minimum"),
        ("x^4 - 2x^2", "gd", 1.0, 0.1, "diverges", "up again farther on"),
        ("(1 - x)^2 + 100*(1 - x^2)^2", "gd", 1e-5, -0.1, "descends", "bends down in a direction here"),
        ("sqrt(abs(x))", "gd", 0.2, 1.0, "oscillates", "kink"),
    ],
)
def test_what_is_said_is_what_happens(text: str, name: str, lr: float | None, start: float, kind: str, words: str) -> None:
    found = said(text, name, lr, 40, x=start)
    assert found[0] == kind
    assert words in found[1]


def test_a_few_steps_that_turn_back_oscillate_and_a_long_valley_has_an_end() -> None:
    assert said("abs(x)", "gd", 0.3, 6, x=1.0)[0] == "oscillates"
    assert said("(1 - x)^2 + 100*(w - x^2)^2", "gd", 1e-3, 100, x=-1.2, w=1.0)[0] == "descends"  # its minimum is at 1, 1


def test_a_narrow_valley_is_why_it_is_slow() -> None:
    kind, reason, limit = said("x^2 + 100*w^2", "gd", 0.001, x=3.0, w=1.0)
    assert kind == "descends"
    assert "100 times the least" in reason
    assert limit == pytest.approx(0.01)


def test_arrays_are_parameters_and_what_is_fixed_stays() -> None:
    given = numpy.array([[2.0, 0.0], [1.0, 3.0]])
    found = Objective(
        parse("sum((A@x - b)^2)"), Request(bindings={"A": given, "x": numpy.zeros(2), "b": numpy.ones(2)}, wrt=["x"])
    )
    assert found.labels == ["x[0]", "x[1]"]
    assert found.hessian(found.start) == pytest.approx(2 * given.T @ given)
    *_, last = steps(found, "bfgs", None, 100)
    assert last.point == pytest.approx(numpy.linalg.solve(given, numpy.ones(2)), abs=1e-7)


def test_a_singular_hessian_is_refused() -> None:
    with pytest.raises(GradcliError, match="singular"):
        list(steps(objective("x + w^2", x=1.0, w=1.0), "newton", 1.0, 3))


def test_the_first_step_of_adam_is_as_long_as_its_rate() -> None:
    _, after = steps(objective("1000*x", x=1.0), "adam", 0.25, 1)
    assert math.isclose(after.point[0], 0.75, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("text", "values"),
    [("log(x)", {"x": 1.0}), ("sqrt(x) + w^2/9", {"x": 1.0, "w": 1.0}), ("acos(x)", {"x": 0.5}), ("x*log(x)", {"x": 9.0})],
)
def test_a_step_out_of_the_domain_is_called_so(text: str, values: dict[str, float]) -> None:
    kind, reason, limit = said(text, "gd", 4.0, **values)
    assert (kind, limit) == (DIVERGES, None)
    assert "where the function has no value" in reason


def test_a_search_that_ends_is_told_apart_from_steps_that_are_over() -> None:
    assert said("x^4", "newton", 1.0, 5, x=2.0)[:2] == (SLOW, "the gradient is not 0 yet, and more steps go on")
    assert said("x^2", "gd", 1.5, x=2.0)[1].startswith("lr = 1.5 is more than 2/λ = 1")  # not the domain, though numbers overflow


@pytest.mark.parametrize("text", ["x^2/10", "x^4", "x^3", "exp(x)", "sqrt(1 + x^2)", "cos(x)", "x^2/20 + x^4/1000"])
def test_a_rate_that_is_said_to_be_faster_is_faster(text: str) -> None:
    """From the same start and in as many steps, where the curvature at the end alone would promise it and the way is steeper."""
    reason = said(text, "gd", 0.1, 30, x=2.0)[1]
    if "would be faster" not in reason:
        assert any(other in reason for other in ("grows flat", "faster and faster"))
        return
    rate = float(reason.split("1/λ = ")[1].split()[0])
    ends = [list(steps(objective(text, x=2.0), "gd", lr, 30))[-1].value for lr in (0.1, rate)]
    assert ends[1] < ends[0]
