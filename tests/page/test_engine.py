"""The page's engine in a browser against gradcli: every operation, at samples and at special values; gradients of expressions."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from support import run, same

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record
from gradcli.language.parser import parse
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import NotDifferentiableError, Operation
from gradcli.output.page.program import page_program

INF, NAN = math.inf, math.nan
SPECIAL = (0.0, -0.0, 5e-324, 0.5, 1.0, -1.0, 2.0, -3.0, 2.5, -1.5, 750.0, -750.0, 1e-9, -1e-9, 1e308, -1e308, INF, -INF, NAN)
FEWER = (0.0, -0.0, 0.5, 1.0, -1.0, -3.0, 750.0, -1e-9, 1e308, INF, -INF, NAN)
"""Enough of them for three arguments."""

EPSILON = 1e-12

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)


def runs(engine: Any, program: dict[str, Any], bindings: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """What the engine gives for each of several inputs."""
    script = """([program, all]) => all.map((bindings) => {
        const done = runProgram(program, OPERATIONS, new Map(Object.entries(bindings)));
        return { ...done, value: done.values[program.output], locals: done.locals[program.output] };
    })"""
    found: list[dict[str, Any]] = engine.evaluate(script, [program, list(map(dict, bindings))])
    return found


def wanted(operation: Operation) -> list[bool]:
    """For each argument whether the operation has a derivative by it."""
    point = tuple(high for _, high in operation.samples)
    found = []
    for at in range(len(point)):
        try:
            operation.local_derivatives(operation(*point), point, [i == at and operation.carries(at) for i in range(len(point))])
        except NotDifferentiableError:
            found.append(False)
        else:
            found.append(operation.carries(at))
    return found


def agrees(engine: Any, operation: Operation, points: Sequence[tuple[float, ...]]) -> None:
    """Whether value and derivatives of an operation are those that its declaration gives."""
    names = [f"x{at}" for at in range(len(points[0]))]
    wants = wanted(operation)[: len(names)]
    wrt = [name for name, want in zip(names, wants, strict=True) if want]
    inside = [(low + high) / 2 for low, high in operation.samples]
    tape = run(f"{operation.name}({', '.join(names)})", dict(zip(names, inside, strict=False)), wrt)
    found = runs(engine, page_program(tape), [dict(zip(names, point, strict=True)) for point in points])
    for point, there in zip(points, found, strict=True):
        value = operation(*point)
        assert same(there["value"], value, EPSILON), (point, there["value"], value)
        if not wrt:
            continue
        for local, derivative in zip(there["locals"], operation.local_derivatives(value, point, wants), strict=True):
            assert same(local, derivative, EPSILON, 1e-15), (point, wants, there["locals"], derivative)


@every_operation
def test_its_javascript_is_declared_or_follows_from_its_definition(operation: Operation) -> None:
    assert operation.javascript or operation.definition is not None
    assert operation.javascript.count("{*}") == (operation.variadic and operation.javascript != "")
    for at in range(len(operation.parameters) if operation.javascript and not operation.variadic else 0):
        assert f"{{{at}}}" in operation.javascript


@every_operation
def test_value_and_derivatives(engine: Any, operation: Operation) -> None:
    source = random.Random(operation.name)
    for count in {operation.required, len(operation.samples)}:
        agrees(engine, operation, [tuple(source.uniform(*pair) for pair in operation.samples[:count]) for _ in range(20)])


@every_operation
def test_special_values(engine: Any, operation: Operation) -> None:
    count = len(operation.samples)
    points = list(itertools.product(SPECIAL if count < 3 else FEWER, repeat=count))
    agrees(engine, operation, random.Random(operation.name).sample(points, min(len(points), 80)))


ACCURATE = {
    "erf": [(-3.0, 3.0)],
    "erfc": [(-3.0, 26.0)],
    "erfinv": [(-1.0, 1.0)],
    "lgamma": [(-30.0, 200.0)],
    "digamma": [(-30.0, 200.0)],
    "i0": [(-60.0, 60.0)],
    "i1": [(-60.0, 60.0)],
}
"""Wider intervals for the functions that the page computes itself."""


@pytest.mark.parametrize("name", ACCURATE)
def test_special_functions_in_wide_intervals(engine: Any, name: str) -> None:
    source = random.Random(name)
    agrees(engine, OPERATIONS[name], [tuple(source.uniform(*pair) for pair in ACCURATE[name]) for _ in range(200)])


@pytest.mark.parametrize("order", [1, 2, 3, 7, 20, 150, 400])
def test_polygamma_of_every_order(engine: Any, order: int) -> None:
    source = random.Random(order)
    points = [(float(order), source.choice([source.uniform(-9, 1), source.uniform(0, 80)])) for _ in range(40)]
    found = runs(engine, page_program(run("polygamma(n, x)", {"n": 1, "x": 1}, [])), [{"n": n, "x": x} for n, x in points])
    for point, there in zip(points, found, strict=True):
        assert same(there["value"], OPERATIONS["polygamma"](*point), 1e-11), (point, there["value"])


# ---- whole programs ----

PROGRAMS = [
    "(x+w)*(w+1)",
    "x*x*x",
    "a = x + w; b = a*a; b*w + b",
    "sin(x*w)^2/(1 + exp(-x)) - log(x^2 + w^2)",
    "f(u, v) = u^2 + v; 2f(x, w) if x > w else f(w, x)*w",
    "max(x, w, x*w) + clamp(x, -1, 1) + relu(w)",
    "mean(x, w, 3) + std(x, w, 2x) + median(x, w, 1) + logsumexp(x, w)",
    "x % w + floor(x) + round(w)",
    "1/x + sqrt(w) + w^x",
    "sigmoid(x)*tanh(w) + softplus(x*w) + gelu(x) + mish(w) + elu(x) + hypot(x, w)",
    "power(n) = 1 if n < 1 else x*power(n - 1); power(7) + w",
    "2",
    "x if x > 0 else w",
]
POINTS = [(2.0, 1.0), (0.5, -0.75), (-1.25, 3.0), (0.0, 0.0), (1e200, -1e200)]


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("text", PROGRAMS)
def test_programs(engine: Any, text: str, dtype: str, mode: str) -> None:
    if mode == "static" and "power(n)" in text:
        return
    for point in POINTS:
        bindings = {name: value for name, value in zip("xw", point, strict=True) if name in text}
        tape = record(parse(text), bindings, mode=mode, dtype=dtype)
        (there,) = runs(engine, page_program(tape), [bindings])
        compare(tape, there)


def compare(tape: Tape, there: dict[str, Any]) -> None:
    """Whether a run in the page has the values, adjoints and contributions of a tape, in the order of its backward pass."""
    tolerance = 1e-6 if tape.dtype == "float32" else EPSILON
    assert there["changed"] is None
    for id, (value, adjoint) in enumerate(zip(tape.values, tape.adjoints, strict=True)):
        assert same(there["values"][id], value, tolerance, 1e-15), (id, tape.names[id])
        assert same(there["adjoints"][id], adjoint, tolerance, 1e-15), (id, tape.names[id])
    edges = [event for event in there["events"] if event[0] == 2]
    assert [event[2] for event in edges] == sorted((event[2] for event in edges), reverse=True)
    sums: dict[int, Any] = {}
    for _, source, _, _, contribution, before, after in edges:
        assert same(before, sums.get(source), 0.0)
        assert before is not None or same(after, contribution, 0.0)
        sums[source] = after
    assert all(same(after, tape.adjoints[id], tolerance, 1e-15) for id, after in sums.items())


def test_the_worked_example_event_by_event(engine: Any) -> None:
    program = page_program(run("(x+w)*(w+1)", {"x": 2.0, "w": 1.0}, ["w"]))
    (there,) = runs(engine, program, [{"x": 2.0, "w": 1.0}])
    assert there["events"] == [
        [0, 2], [0, 4], [0, 5], [1, 5],
        [2, 2, 5, 0, 2.0, None, 2.0],
        [2, 4, 5, 1, 3.0, None, 3.0],
        [2, 1, 4, 0, 3.0, None, 3.0],
        [2, 1, 2, 1, 2.0, 3.0, 5.0],
    ]  # fmt: skip


def test_other_inputs(engine: Any) -> None:
    program = page_program(run("(x+w)*(w+1)", {"x": 2.0, "w": 1.0}))
    (there,) = runs(engine, program, [{"x": 2.0, "w": 3.0}])
    assert (there["value"], there["adjoints"][1], there["adjoints"][0]) == (20.0, 9.0, 4.0)


@pytest.mark.parametrize("seed", range(5))
def test_other_inputs_have_the_values_of_another_run(engine: Any, seed: int) -> None:
    source = random.Random(seed)
    for text in PROGRAMS[:4] + PROGRAMS[5:10]:
        first, second = ({name: source.uniform(0.1, 3) for name in "xw" if name in text} for _ in range(2))
        (there,) = runs(engine, page_program(run(text, first)), [second])
        compare(run(text, second), there)


def test_an_input_that_turns_a_decision_round_is_reported(engine: Any) -> None:
    text = "x^2 if x > w else -w"
    tape = run(text, {"x": 2.0, "w": 1.0})
    assert tape.graph.decisions == {2: True}
    found = runs(engine, page_program(tape), [{"x": 3.0, "w": 1.0}, {"x": 0.0, "w": 1.0}])
    assert found[0]["changed"] is None
    assert found[0]["value"] == 9.0
    assert found[1]["changed"] == {"node": 2, "was": True, "now": False}
    assert not record(parse(text), {"x": 2.0, "w": 1.0}, mode="static", steered=False).graph.decisions


def test_a_nan_condition_is_true_as_in_python(engine: Any) -> None:
    tape = run("x if w else 2x", {"x": 2.0, "w": NAN})
    (there,) = runs(engine, page_program(tape), [{"x": 2.0, "w": NAN}])
    assert there["changed"] is None


def test_a_large_graph(engine: Any) -> None:
    text = "; ".join(["y0 = x*w", *[f"y{at} = sin(y{at - 1}) + w*{at}" for at in range(1, 2000)]])
    tape = run(text, {"x": 2.0, "w": 1.0})
    script = """([program, names]) => {
        const done = runProgram(program, OPERATIONS, new Map(Object.entries(names)));
        return done.values[program.output];
    }"""  # of thousands of nodes the driver takes long to hand over what each has
    assert same(engine.evaluate(script, [page_program(tape), {"x": 2.0, "w": 1.0}]), tape.value, 1e-9)
