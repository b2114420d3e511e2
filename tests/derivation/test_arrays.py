"""Derivations on arrays: every line has the value of its adjoint, and they read as textbooks write them."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from array_lines import check_lines
from structural_cases import CASES
from support import oracle

from gradcli.autodiff.record import outline, record, run_graph
from gradcli.autodiff.tape import Tape
from gradcli.derivation.chain_rule import derive
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders import StaticBuilder
from gradcli.ops.structural import STRUCTURAL, load

load()
ROWS = oracle("torch_programs.json")


def inputs(row: dict[str, Any]) -> dict[str, Any]:
    return {name: numpy.array(value) if isinstance(value, list) else value for name, value in row["inputs"].items()}


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_each_line_has_the_value_of_its_adjoint(row: dict[str, Any], mode: str, every_step: bool) -> None:
    tape = record(parse(row["program"]), inputs(row), mode=mode)
    check_lines(tape, derive(tape, every_step=every_step))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_each_line_without_values_has_the_value_at_the_point_of_checks(row: dict[str, Any]) -> None:
    shapes = {name: numpy.shape(value) for name, value in inputs(row).items() if numpy.shape(value)}
    tape = outline(parse(row["program"]), shapes=shapes)
    derivation = derive(tape)
    assert not any(step.rule == "value" for equation in derivation.equations.values() for step in equation.steps)
    check_lines(tape, derivation)


def called(name: str, operands: tuple[Any, ...], settings: dict[str, Any]) -> Tape:
    """A run of one operation on named variables, with a random adjoint of its result."""
    source = numpy.random.default_rng(3)
    values = [source.uniform(0.5, 2.0, o) if isinstance(o, tuple) else numpy.array(o) for o in operands]
    named = dict(zip("abcdef", values, strict=False))
    builder = StaticBuilder(Graph(), shapes={letter: value.shape for letter, value in named.items()})
    ids = tuple([builder.variable(letter) for letter in named])
    complete = tuple(STRUCTURAL[name].complete(settings).items())
    graph = builder.graph
    graph.output = builder.operation(name, ids, settings=complete)
    graph.outputs = [graph.output]
    bindings = {letter: value if value.ndim else float(value) for letter, value in named.items()}
    shape = graph.shape(graph.output)
    return run_graph(graph, bindings, mode="static", cotangent=source.uniform(0.5, 2.0, shape) if shape else 1.0)


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("case", [c for c in CASES if STRUCTURAL[c[0]].pullback], ids=lambda case: f"{case[0]} {case[2]}"[:60])
def test_each_operation_has_lines_with_the_value_of_its_adjoints(case: tuple[Any, ...], every_step: bool) -> None:
    tape = called(*case[:3])
    derivation = derive(tape, every_step=every_step)
    assert derivation.equations
    check_lines(tape, derivation)
    for equation in derivation.equations.values():
        for step in (*equation.edges, *equation.steps):
            text = to_text(step.right, pretty=True)
            assert "reduce_" not in text
            assert "sum_to" not in text
            assert "slice" not in text
