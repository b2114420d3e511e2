"""Runs on arrays: both modes, documents that read back, limits."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pytest
from support import oracle

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.graph_document import graph_document
from gradcli.autodiff.runs.program_run import outline, record, run_graph
from gradcli.errors import ExitCode, GradcliError
from gradcli.language.parser import parse
from gradcli.output.serialization.graph import graph_json

ROWS = oracle("torch_programs.json")


def inputs(row: dict[str, Any]) -> dict[str, Any]:
    return {name: numpy.array(value) if isinstance(value, list) else value for name, value in row["inputs"].items()}


def document(tape: Tape) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(graph_json(tape, "text", [], backward=True)))
    return found


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_a_graph_of_arrays_reads_back(row: dict[str, Any], mode: str) -> None:
    tape = record(parse(row["program"]), inputs(row), mode=mode)
    found = graph_document(document(tape), "file", max_nodes=1000)
    again = run_graph(found.graph, found.bindings, found.wrt, mode=found.mode)
    assert found.differing(again.values) is None
    assert document(again) == document(tape)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_a_graph_without_values_has_the_same_shapes(row: dict[str, Any]) -> None:
    values = inputs(row)
    program = parse(row["program"])
    static = record(program, values, mode="static")
    bare = outline(program, shapes={name: numpy.shape(value) for name, value in values.items() if numpy.shape(value)})
    assert bare.symbolic
    for tape in (static, bare):
        assert all(numpy.shape(value) == tape.graph.shape(id) for id, value in enumerate(tape.values))
    assert bare.graph.shapes == static.graph.shapes or len(bare.graph) != len(static.graph)


def test_the_adjoint_of_broadcasting_is_a_sum() -> None:
    values = {"A": numpy.ones((3, 2)), "v": numpy.ones(2), "c": 2.0}
    tape = record(parse("sum(A*v*c)"), values)
    numpy.testing.assert_array_equal(tape.gradient["v"], [6, 6])
    assert tape.gradient["c"] == 6
    assert isinstance(tape.gradient["c"], float)


def test_an_output_that_is_an_array_needs_a_cotangent() -> None:
    values = {"v": numpy.array([1.0, 2.0])}
    assert record(parse("v*v"), values).gradient == {"v": None}
    with pytest.raises(GradcliError, match="grad can be implicitly created only for scalar outputs"):
        record(parse("v*v"), values, ["v"])
    tape = record(parse("v*v"), values, ["v"], cotangent=numpy.array([1.0, 10.0]))
    numpy.testing.assert_array_equal(tape.gradient["v"], [2, 40])
    with pytest.raises(GradcliError, match=r"the cotangent has the shape \(3,\), and the output \(2,\)"):
        record(parse("v*v"), values, ["v"], cotangent=numpy.ones(3))


def test_single_precision_stays_single() -> None:
    values = {"v": numpy.array([0.1, 0.2])}
    tape = record(parse("exp(v)*v"), values, dtype="float32", cotangent=numpy.ones(2))
    assert {value.dtype for value in tape.values if hasattr(value, "dtype")} == {numpy.dtype("float32")}
    assert tape.gradient["v"].dtype == numpy.dtype("float32")


@pytest.mark.parametrize("program", ["zeros(100, 100)", "v + zeros(100, 1)", "conv1d(v, k, padding=100000)"])
def test_an_array_beyond_the_limit_is_refused_before_it_is_made(program: str) -> None:
    values = {"v": numpy.ones((1, 200)), "k": numpy.ones((1, 1, 2))}
    used = {name: value for name, value in values.items() if name in program.replace("conv", "")}
    for mode in ("dynamic", "static"):
        with pytest.raises(GradcliError, match="has more than 1,000 elements") as caught:
            record(parse(program), used, max_elements=1000, mode=mode)
        assert caught.value.exit_code == ExitCode.LIMIT


DAMAGED = [
    ({"shape": [3]}, "node 2 has the shape \\[3\\], and what it computes \\[2\\]"),
    ({"settings": {"axes": 1}}, "node 2 has the setting 'axes'"),
    ({"settings": {"axis": 7}}, "node 2: "),
    ({"settings": {"axis": "x"}}, "node 2: "),
    ({"settings": []}, "node 2, settings must be an object"),
    ({"op": "add", "inputs": [0, 1], "settings": {"axis": 0}}, "node 2 has settings, and 'add' takes none"),
]


@pytest.mark.parametrize(("change", "message"), DAMAGED)
def test_a_damaged_document_is_refused(change: dict[str, Any], message: str) -> None:
    whole = document(record(parse("v; sum(A, axis=0)"), {"v": 1.0, "A": numpy.ones((3, 2))}))
    assert whole["nodes"][2]["op"] == "reduce_sum"
    whole["nodes"][2].update(change)
    with pytest.raises(GradcliError, match=message):
        graph_document(whole, "file", max_nodes=1000)
