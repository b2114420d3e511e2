"""Many rows at once are the same as one row after the other; what is fetched, fed and left out of a prepared graph."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import numpy
import pytest

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs import prepared as prepared_module
from gradcli.autodiff.runs import rows as rows_module
from gradcli.autodiff.runs.prepared import Prepared
from gradcli.autodiff.runs.program_run import record, static_run
from gradcli.autodiff.runs.rows import Rows, run_rows, vectorisable
from gradcli.errors import GradcliError
from gradcli.language.ast import Program
from gradcli.language.parser import parse
from gradcli.lowering.programs.outputs import output_names

WRT = ("x", "w")


def points(count: int, seed: int = 1) -> dict[str, Any]:
    """Rows of x and w."""
    draw = numpy.random.default_rng(seed)
    return {"x": draw.uniform(-2, 2, count), "w": draw.uniform(-2, 2, count)}


def prepare(program: Program, bound: Sequence[str], *, feed: Sequence[str] = (), **asked: Any) -> Prepared:
    """The static graph of a program of variables that are numbers."""
    request = Request(shapes=dict.fromkeys(bound, ()), feed=dict.fromkeys(feed, 0.0), **asked)
    return prepared_module.prepare(program, request)


def prepared(text: str) -> Prepared:
    """The static graph of a program of x and w."""
    found = prepare(parse(text), WRT)
    assert vectorisable(found.graph)
    return found


def run(found: Prepared, point: dict[str, float], wrt: Sequence[str] | None = None, dtype: str = "float64") -> Tape:
    """The run of a static graph at one point."""
    return static_run(found.graph, Request(point, wrt, dtype=dtype))


def row_of(found: Rows, at: int) -> list[float | None]:
    """Values and derivatives of a row."""
    gradient = [None if none[at] else float(column[at]) for column, none in zip(found.gradient, found.absent, strict=True)]
    return [*(float(column[at]) for column in found.values), *gradient]


def by_itself(text: str, columns: dict[str, Any], at: int, dtype: str = "float64") -> list[float | None]:
    """The same of a row for which the static graph runs alone."""
    tape = run(prepared(text), {name: float(column[at]) for name, column in columns.items()}, WRT, dtype=dtype)
    return [*(tape.values[id] for id in tape.graph.outputs), *tape.gradient.values()]


def recorded(text: str, columns: dict[str, Any], at: int) -> list[float | None]:
    """The same of a row that is recorded as it runs: nothing is shared, so that sums may have another order."""
    tape = record(parse(text), {name: float(column[at]) for name, column in columns.items()}, WRT)
    outputs = tape.graph.outputs if "output" in text else [tape.output]
    return [*(tape.values[id] for id in outputs), *tape.gradient.values()]


def same(found: Sequence[float | None], expected: Sequence[float | None]) -> bool:
    """Whether numbers are the same, bit for bit; nan is the same as nan."""
    return [repr(value) for value in found] == [repr(value) for value in expected]


def numbers(values: Sequence[float | None]) -> list[float]:
    """Values with 0 for the derivative of what does not depend on a variable."""
    return [0.0 if value is None else value for value in values]


# ---- rows at once, and one after the other ----

EXACT = [
    "a = x + w; b = w + 1; y = a*b",
    "y = x*w if x > w else x/w",
    "if x > 0 { y = x*w } else { y = 3*w }",
    "h = 1; while abs(h*h - 2 - abs(x)) > 0.001 { h = (h + (2 + abs(x))/h)/2 }; y = h*w; output y, h",
    "s = 0; for i in 0..4 { if x*i > w { s = s + x } else { s = s*w - x } }; s",
    "s = 0; k = 0; while 1 > 0 { k = k + 1; s = s + x/k; if s > w { break }; if k > 6 { break } }; s*w",
    "f(u) = { v = u; while v > 0.5 { v = v/2 }; v*w }; f(abs(x)) + f(abs(w))",
    "max(x, w, 0.5) + min(x, w) + clamp(x, -1, 1)*abs(w)",
    "w/(x - x)",
]


@pytest.mark.parametrize("text", EXACT)
def test_arithmetic_is_the_same_bit_for_bit(text: str) -> None:
    columns = points(200)
    found = run_rows(prepared(text), columns, {}, WRT)
    for at in range(0, 200, 5):
        assert same(row_of(found, at), by_itself(text, columns, at)), at


@pytest.mark.parametrize("text", ["sin(x)*exp(w) + tanh(x*w)", "if sin(x) > cos(w) { y = exp(x)/w } else { y = log(w*w) }"])
def test_functions_agree_to_the_last_digits(text: str) -> None:
    columns = points(200)
    found = run_rows(prepared(text), columns, {}, WRT)
    for at in range(0, 200, 5):
        assert numbers(row_of(found, at)) == pytest.approx(numbers(by_itself(text, columns, at)), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("seed", range(25))
def test_random_programs_with_branches_and_loops(seed: int) -> None:
    text = random_program(random.Random(seed))
    columns = points(60, seed)
    found = run_rows(prepared(text), columns, {}, WRT)
    assert not found.errors
    for at in range(6):
        assert same(row_of(found, at), by_itself(text, columns, at)), text
        expected = numbers(recorded(text, columns, at))
        assert numbers(row_of(found, at)) == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


def random_program(draw: random.Random) -> str:
    """A program of x and w with nested branches and loops that end."""
    names = ["x", "w", "h", "k"]
    lines = ["h = x + w", "k = w - 1"]

    def operand() -> str:
        return draw.choice([*names, *names, "0.5", "2", "3"])

    def expression() -> str:
        return f"{operand()} {draw.choice('+-*/')} {operand()} {draw.choice('+-*')} {operand()}"

    def block(depth: int, loops: int) -> list[str]:
        found: list[str] = []
        for _ in range(draw.randint(1, 3)):
            kind = draw.random()
            if depth and kind < 0.35:
                inner, other = block(depth - 1, loops), block(depth - 1, loops)
                found += [f"if {operand()} > {operand()} {{", *inner, "} else {", *other, "}"]
            elif depth and kind < 0.55:
                turn = f"t{loops}"
                test = f"{turn} < {draw.randint(2, 4)} and {operand()} < {operand()}"
                found += [f"{turn} = 0", f"while {test} {{", f"{turn} = {turn} + 1", *block(depth - 1, loops + 1), "}"]
            else:
                found.append(f"{draw.choice('hk')} = {expression()}")
        return found

    return "\n".join([*lines, *block(3, 0), f"y = h*k + {expression()}", "output y, h"])


def test_a_constant_has_no_derivative() -> None:
    found = run_rows(prepare(parse("y = 2"), ()), points(3), {}, WRT)
    assert row_of(found, 0) == [2.0, None, None]


def test_newtons_square_root_has_the_derivatives_of_the_square_root() -> None:
    columns = {"x": numpy.linspace(0.1, 900, 500), "w": numpy.linspace(-1, 1, 500)}
    found = run_rows(prepared("h = 1; while abs(h*h - x) > 1e-13*x { h = (h + x/h)/2 }; y = h*w"), columns, {}, WRT)
    assert numpy.allclose(found.values[0], numpy.sqrt(columns["x"]) * columns["w"], rtol=1e-12)
    assert numpy.allclose(found.gradient[0], columns["w"] / (2 * numpy.sqrt(columns["x"])), rtol=1e-5)
    assert numpy.allclose(found.gradient[1], numpy.sqrt(columns["x"]), rtol=1e-12)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_row_does_not_depend_on_the_rows_beside_it(size: int) -> None:
    text = "h = x; while h*h > 0.1 { h = sin(h)/2 + exp(-w*w)/9 }; y = h*w if x > w else tanh(h)"
    columns = points(300)
    whole = run_rows(prepared(text), columns, {}, WRT)
    for start in range(0, 300, size):
        part = run_rows(prepared(text), {name: column[start : start + size] for name, column in columns.items()}, {}, WRT)
        for at in range(len(part.values[0])):
            assert same(row_of(part, at), row_of(whole, start + at))


def test_little_memory_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = EXACT[3]
    columns = points(300)
    expected = run_rows(prepared(text), columns, {}, WRT)
    monkeypatch.setattr(rows_module, "BUDGET", 500)
    found = run_rows(prepared(text), columns, {}, WRT)
    assert all(same(row_of(found, at), row_of(expected, at)) for at in range(300))


def test_a_run_for_each_way_through_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    execute = rows_module.execute
    monkeypatch.setattr(rows_module, "execute", lambda *a, **k: (runs.append(1), execute(*a, **k))[1])
    columns = {"x": numpy.arange(1000) % 7 + 0.5, "w": numpy.ones(1000)}
    run_rows(prepared("h = 0; while h < x { h = h + w }; h"), columns, {}, WRT)
    assert len(runs) == 7


def test_single_precision_rounds_each_value() -> None:
    columns = points(100)
    text = "y = (x + w)/3*x if x > w else x*x - w/7"
    found = run_rows(prepared(text), columns, {}, WRT, dtype="float32")
    assert all(same(row_of(found, at), by_itself(text, columns, at, "float32")) for at in range(100))


def test_a_loop_that_does_not_end_in_some_rows_is_the_error_of_these() -> None:
    graph = prepare(parse("h = x; while h > 0 { h = h*w }; h"), WRT, max_steps=50)
    found = run_rows(graph, {"x": numpy.array([1.0, -1.0, 1.0]), "w": numpy.array([1.0, 1.0, -1.0])}, {}, WRT)
    assert list(found.errors) == [0]
    assert "50 turns" in found.errors[0].message
    assert row_of(found, 2) == [-1.0, -1.0, 1.0]


def test_fixed_values_are_numbers_that_all_rows_have() -> None:
    found = run_rows(prepared("y = exp(w)*x"), {"x": numpy.array([1.0, 2.0])}, {"w": 0.5}, WRT)
    assert found.values[0].tolist() == [math.exp(0.5), 2 * math.exp(0.5)]
    assert found.gradient[1].tolist() == [math.exp(0.5), 2 * math.exp(0.5)]


@pytest.mark.parametrize("text", ["sum([x, w])", "print x; x*w", "A = [x, w]; A[0]"])
def test_arrays_and_prints_run_row_by_row(text: str) -> None:
    assert not vectorisable(prepare(parse(text), WRT).graph)


# ---- what is fetched and fed ----

WORKED = "(x+w)*(w+1)"


def operations(found: Prepared) -> list[str]:
    """The operations that a prepared graph computes."""
    return [operation for operation in found.graph.operations if operation not in ("variable", "constant")]


def test_only_what_is_fetched_is_computed() -> None:
    assert operations(prepare(parse(WORKED), WRT)) == ["add", "add", "mul"]
    found = prepare(parse(WORKED), WRT, fetch=["b"])
    assert operations(found) == ["add"]
    assert list(found.graph.variables) == ["w"]
    tape = run(found, {"w": 1.0})
    assert (tape.value, tape.gradient) == (2.0, {"w": 1.0})


def test_several_nodes_are_fetched_in_the_order_asked_for() -> None:
    found = prepare(parse(WORKED), WRT, fetch=["b", "y", "x"])
    tape = run(found, {"x": 2.0, "w": 1.0})
    assert dict(zip(found.names, [tape.values[id] for id in tape.graph.outputs], strict=True)) == {"b": 2.0, "y": 6.0, "x": 2.0}


@pytest.mark.parametrize("optimize", [0, 1, 2])
def test_names_outlive_optimisation(optimize: int) -> None:
    text = "a = 2*3; b = w + 1; c = w + 1; d = x*1; y = b*x"
    found = prepare(parse(text), WRT, fetch=["a", "b", "c", "d", "y"], optimize=optimize)
    tape = run(found, {"x": 2.0, "w": 3.0})
    assert [tape.values[id] for id in tape.graph.outputs] == [6.0, 4.0, 4.0, 2.0, 8.0]


def test_a_fed_node_is_not_computed_and_the_gradient_stops_there() -> None:
    for text in (WORKED, "a = x + w; b = w + 1; y = a*b"):
        found = prepare(parse(text), ("w",), feed=["a"])
        assert operations(found) == ["add", "mul"]
        tape = run(found, {"a": 10.0, "w": 1.0}, ("a", "w"))
        assert (tape.value, tape.gradient) == (20.0, {"a": 2.0, "w": 10.0})


def test_a_fed_name_leaves_equal_nodes_and_constants_alone() -> None:
    found = prepare(parse("a = w + 1; b = w + 1; c = 6; y = a*b + c + 6*w"), ("w",), feed=["a", "c"])
    assert run(found, {"a": 10.0, "c": 100.0, "w": 1.0}).value == 10 * 2 + 100 + 6


def test_a_loop_is_not_run_where_its_result_is_fed() -> None:
    found = prepare(parse("h = x; while h > 0 { h = h*w }; y = h*w"), ("w",), feed=["h"])
    assert operations(found) == ["mul"]
    assert run(found, {"h": 3.0, "w": 2.0}).gradient == {"w": 3.0, "h": 2.0}


@pytest.mark.parametrize(
    ("fetch", "feed", "message"),
    [
        (["yy"], [], "--fetch yy: there is no node yy"),
        ([], ["bb"], "--feed-node bb: there is no node bb"),
        ([], ["x"], "--feed-node x: x is a variable"),
    ],
)
def test_a_name_that_is_wrong(fetch: list[str], feed: list[str], message: str) -> None:
    with pytest.raises(GradcliError) as caught:
        prepare(parse(WORKED), WRT, fetch=fetch, feed=feed)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x + 1", ["y"]),
        ("x", ["x"]),
        ("h = x", ["h"]),
        ("y = x; y + 1", ["f"]),
        ("output x, x^2", ["x", "x^2"]),
        ("if x > 0 { y = x } else { y = 2 }", ["y"]),
        ("y = x; print y", ["y"]),
    ],
)
def test_what_outputs_are_called(text: str, names: list[str]) -> None:
    assert output_names(parse(text)) == names
