"""Random programs: both modes, at every level of optimisation, compute what a second reading of the program computes.

Their gradients are those of central differences, and the graphs keep their invariants.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy
import pytest
from random_programs import RandomProgram
from reference_evaluator import reference
from support import accepts, build, same

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record
from gradcli.graph.graph import Graph
from gradcli.graph.verifier import verify
from gradcli.language.ast import Program
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text

SEEDS = range(40)
STEP = 1e-6
Point = dict[str, Any]


def _point(random: Random) -> Point:
    point: Point = {name: round(random.uniform(-1.5, 1.5), 3) for name in ("x", "w")}
    return {**point, "n": float(random.randint(0, 3)), "v": [round(random.uniform(-1.5, 1.5), 3) for _ in range(3)]}


def _bindings(point: Point) -> dict[str, Any]:
    return {name: numpy.array(value) if isinstance(value, list) else value for name, value in point.items()}


def _runs(program: Program, point: Point) -> dict[str, Tape]:
    bindings = _bindings(point)
    runs = {"dynamic": record(program, bindings, spare=tuple(bindings))}
    for level in (0, 1, 2):
        runs[f"static {level}"] = record(program, bindings, mode="static", optimize=level, spare=tuple(bindings))
    return runs


def _gradient(tape: Tape) -> list[float]:
    found: list[float] = []
    for name, size in (("x", 1), ("w", 1), ("v", 3)):
        adjoint = tape.adjoints[tape.graph.variables[name]] if name in tape.graph.variables else None
        found.extend([0.0] * size if adjoint is None else numpy.asarray(adjoint, dtype=float).reshape(-1).tolist())
    return found


def _differences(function: Callable[[Point], float], point: Point, step: float) -> list[float]:
    found: list[float] = []
    for name, at in (("x", None), ("w", None), ("v", 0), ("v", 1), ("v", 2)):
        ends = []
        for sign in (1, -1):
            if at is None:
                ends.append(function({**point, name: point[name] + sign * step}))
            else:
                ends.append(function({**point, name: [u + sign * step * (i == at) for i, u in enumerate(point[name])]}))
        found.append((ends[0] - ends[1]) / (2 * step))
    return found


def _near(one: list[float], other: list[float], tolerance: float) -> bool:
    return all(abs(a - b) <= tolerance * (1 + abs(a)) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_modes_agree_with_a_second_reading(seed: int) -> None:
    random = Random(seed)
    text = RandomProgram(random).text()
    program = parse(text)
    assert program_text(parse(program_text(program))) == program_text(program)
    checked = 0
    for _ in range(3):
        point = _point(random)
        expected = reference(program, point)
        runs = _runs(program, point)
        for name, tape in runs.items():
            assert same(float(tape.value), expected, 1e-9, 1e-12), f"{name} at {point}:\n{text}"
            verify(tape.graph, accepts)
        gradients = {name: _gradient(tape) for name, tape in runs.items()}
        for name, gradient in gradients.items():
            assert _near(gradient, gradients["dynamic"], 1e-9), f"{name} at {point}:\n{text}"
        near = _differences(lambda at: reference(program, at), point, STEP)
        nearer = _differences(lambda at: reference(program, at), point, STEP / 4)
        if _near(near, nearer, 1e-4):  # away from jumps and kinks
            checked += 1
            assert _near(gradients["dynamic"], near, 1e-4), f"at {point}:\n{text}"
    assert checked, f"no point away from jumps:\n{text}"


@pytest.mark.parametrize("seed", SEEDS)
def test_static_graphs_keep_their_invariants(seed: int) -> None:
    random = Random(seed)
    program = parse(RandomProgram(random).text())
    sizes = []
    for level in (0, 1, 2):
        graph = build(program, ("x", "w", "n", "v"), {"v": (3,)}, level)
        verify(graph, accepts)
        sizes.append(_size(graph))
    assert sizes[0] >= sizes[1] >= sizes[2]


def _size(graph: Graph) -> int:
    """The nodes of a graph and of what its branches and loops hold."""
    total, work = 0, [graph]
    while work:
        inner = work.pop()
        total += len(inner)
        for block in inner.blocks.values():
            work.extend(block.graphs)
    return total
