"""Where the graphs of the two modes are the same, and where they differ: branches, loops, and what optimisation leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from support import accepts, build

from gradcli.autodiff.runs.program_run import record
from gradcli.graph.graph import COND, WHILE_LOOP, Graph
from gradcli.graph.verifier import verify
from gradcli.language.parser import parse

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
Bindings = dict[str, Any]


def _program(name: str) -> str:
    return (EXAMPLES / name).read_text("utf-8")


# By PyTorch 2.13.0, with Python's loops: the value, and the gradient by one variable.
MEASURED: dict[str, tuple[Bindings, str, float, Any]] = {
    "newton.grad": ({"x": 2.0}, "x", 1.414213562373095, 0.35355339059327373),
    "power_iteration.grad": ({"a": 3.0}, "a", 3.618033988749896, 0.7236067977499792),
    "recurrent.grad": (
        {"W": numpy.array([[0.5, -0.3], [0.2, 0.4]]), "U": numpy.array([[0.1], [0.7]]), "X": numpy.array([[1.0], [-1.0], [0.5]])},
        "W",
        0.022828259737163313,
        [[-0.01636007475033535, 0.016185678869967718], [-0.05583921922540821, -0.0755325187362062]],
    ),
    "descent.grad": ({"rate": 0.05, "steps": 20.0}, "rate", 0.1740830496682345, -0.21603983459028542),
}


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("name", MEASURED)
def test_programs_have_the_values_and_gradients_of_pytorch(name: str, mode: str) -> None:
    bindings, variable, value, gradient = MEASURED[name]
    tape = record(parse(_program(name)), bindings, mode=mode)
    assert tape.value == pytest.approx(value, rel=1e-12)
    found = tape.adjoints[tape.graph.variables[variable]]
    assert numpy.asarray(found) == pytest.approx(numpy.asarray(gradient), rel=1e-9)


def _operations(graph: Graph) -> list[str]:
    """The operations of a graph and of what its branches and loops hold."""
    found: list[str] = []
    work = [graph]
    while work:
        inner = work.pop()
        found += inner.operations
        for block in inner.blocks.values():
            work.extend(block.graphs)
    return found


def test_a_recorded_graph_has_the_branch_that_was_taken_and_a_static_one_both() -> None:
    program = parse("if x > 0 { y = sin(x) } else { y = cos(x) }; y")
    for x, taken in ((1.0, "sin"), (-1.0, "cos")):
        recorded = set(record(program, {"x": x}).graph.operations)
        assert recorded & {"sin", "cos"} == {taken}
    built = build(program, ("x",))
    verify(built, accepts)
    assert COND in built.operations
    assert {"sin", "cos"} <= set(_operations(built)) - set(built.operations)


def test_a_recorded_loop_is_as_long_as_it_ran_and_a_static_one_is_one_node() -> None:
    program = parse("s = x; repeat n { s = sin(s) }; s")
    lengths = [record(program, {"x": 1.0, "n": float(n)}).graph.operations.count("sin") for n in (0, 1, 5, 50)]
    assert lengths == [0, 1, 5, 50]
    built = build(program, ("x", "n"))
    verify(built, accepts)
    assert built.operations.count(WHILE_LOOP) == 1
    assert _operations(built).count("sin") == 1


def test_a_loop_whose_bounds_are_known_is_unrolled() -> None:
    built = build(parse("s = x; for i in 0..4 { s = sin(s) + i }; s"), ("x",))
    assert not built.blocks
    assert built.operations.count("sin") == 4


def test_a_branch_whose_condition_is_known_is_no_node() -> None:
    built = build(parse("s = x; for i in 0..4 { if i > 1 { s = sin(s) } else { s = cos(s) } }; s"), ("x",))
    assert not built.blocks
    assert (built.operations.count("sin"), built.operations.count("cos")) == (2, 2)


def test_the_loop_of_newton_is_recorded_as_often_as_it_turned() -> None:
    program = parse(_program("newton.grad"))
    turns = [record(program, {"x": x}).graph.given_names for x in (2.0, 1e6)]
    near, far = (sum(name == "r" for name in names.values()) for names in turns)
    assert near < far
    assert build(program, ("x",)).operations.count(WHILE_LOOP) == 1


def test_optimisation_shares_in_blocks_too() -> None:
    program = parse("s = 0; repeat n { s = s + sin(x*w) + sin(x*w) + 2*3 }; s")
    counts = [_operations(build(program, ("x", "w", "n"), None, level)).count("sin") for level in (0, 1, 2)]
    assert counts == [2, 1, 1]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_what_a_block_prints_is_kept(level: int) -> None:
    program = parse('k = 0; while k < n { k = k + 1; if x > 0 { print "turn", k } }; x')
    expected = [["turn", ("k", 1.0)], ["turn", ("k", 2.0)]]
    assert record(program, {"x": 1.0, "n": 2.0}, mode="static", optimize=level).printed == expected
    assert record(program, {"x": 1.0, "n": 2.0}).printed == expected
