"""A graph written as JSON reads back as the same graph; a damaged or hostile document gets a clear error."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from commandline import command
from support import accepts, run, same

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.graph_document import GraphDocument, graph_document
from gradcli.autodiff.runs.program_run import outline, run_graph
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.verifier import verify
from gradcli.language.parser import parse
from gradcli.output.serialization.graph import graph_json

PROGRAMS: list[tuple[str, dict[str, float]]] = [
    ("(x+w)*(w+1)", {"x": 2, "w": 1}),
    ("x", {"x": 2}),
    ("2", {}),
    ("pi*x - tau + 1/3*x - 0.1 + 1e999 - inf", {"x": 2}),
    ("log(2)*x - 7/3 + nan*0", {"x": 2}),
    ("x*x + x^2 - -x", {"x": -1.5}),
    ("h = x; h = h*h; h = h*h; h", {"x": 1.1}),
    ("x if x > 0 else -x", {"x": -1}),
    ("a = x + w; a*2; b = a*a", {"x": 2, "w": 1}),
    ("f(u, v) = u*v; f(x, f(x, 2)) % 3", {"x": 2}),
    ("max(x, w, 3) + sum(x, w) + clamp(x, max=1)", {"x": 1, "w": 3}),
    ("θ*重量 + e", {"θ": 2, "重量": 1}),
    ("1/x", {"x": 0}),
    ("y0 = 3; y0*x", {"x": float("nan")}),
]


def document(tape: Tape) -> dict[str, Any]:
    """The document of a run, as another program reads it."""
    found: dict[str, Any] = json.loads("".join(graph_json(tape, "text", [])))
    return found


def again(found: GraphDocument) -> Tape:
    """The run of a document."""
    return run_graph(found.graph, found.bindings, found.wrt, mode=found.mode, dtype=found.dtype, retain_grad=found.retain_grad)


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize(("program", "point"), PROGRAMS)
def test_a_graph_reads_back_as_it_was(program: str, point: dict[str, float], mode: str) -> None:
    tape = run(program, point, mode=mode)
    found = graph_document(document(tape), "file", max_nodes=1000)
    verify(found.graph, accepts)
    copy_of = again(found)
    assert copy_of.graph.operations == tape.graph.operations
    assert copy_of.graph.inputs == tape.graph.inputs
    assert copy_of.graph.output == tape.graph.output
    assert copy_of.graph.outputs == tape.graph.outputs
    assert copy_of.graph.decisions == tape.graph.decisions
    assert copy_of.graph.variables == tape.graph.variables
    assert copy_of.names == tape.names
    assert all(map(same, copy_of.values, tape.values))
    assert all(map(same, copy_of.adjoints, tape.adjoints))
    assert (copy_of.mode, copy_of.dtype, copy_of.wrt) == (tape.mode, tape.dtype, tape.wrt)
    assert found.differing(copy_of.values) is None
    assert document(copy_of) == document(tape)


@pytest.mark.parametrize(("program", "point"), PROGRAMS)
def test_a_graph_without_values_reads_back_too(program: str, point: dict[str, float]) -> None:
    tape = outline(parse(program), list(point) or None)
    found = graph_document(document(tape), "file", max_nodes=1000)
    assert (found.bindings is None) == tape.symbolic
    assert again(found).symbolic
    assert document(again(found)) == document(tape)


def test_a_document_of_eval_reads_back() -> None:
    _, out, _ = command(["eval", "a = x + w; a*a", "--x", "2", "--w", "1", "--json", "--retain-grad", "a", "--dtype", "float32"])
    found = graph_document(json.loads(out), "file", max_nodes=1000)
    tape = again(found)
    assert (tape.value, tape.gradient, tape.dtype) == (9, {"x": 6, "w": 6}, "float32")
    assert tape.grad(2) == 6


def test_a_value_that_does_not_follow_is_found() -> None:
    changed = document(run("(x+w)*(w+1)", {"x": 2, "w": 1}))
    changed["nodes"][4]["value"] = 2.5
    found = graph_document(changed, "file", max_nodes=1000)
    assert found.differing(again(found).values) == 4


def test_a_recorded_graph_does_not_serve_another_branch() -> None:
    found = graph_document(document(run("x^2 if x > 0 else -x", {"x": 2})), "file", max_nodes=1000)
    assert run_graph(found.graph, {"x": 3.0}, mode="dynamic").value == 9
    with pytest.raises(GradcliError, match="recorded where x > 0 is true, and with these values it is false"):
        run_graph(found.graph, {"x": -3.0}, mode="dynamic")


# ---- documents that are refused ----


def change(*path: str | int, to: object) -> Callable[[dict[str, Any]], object]:
    """A change of a document: what stands at a path becomes something else."""

    def changed(document: dict[str, Any]) -> object:
        at: Any = document
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = to
        return document

    return changed


def drop(*path: str | int) -> Callable[[dict[str, Any]], object]:
    """A change of a document: what stands at a path goes."""

    def changed(document: dict[str, Any]) -> object:
        at: Any = document
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]
        return document

    return changed


HUGE = 10**400
REFUSED: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda _: [], "the document must be an object, not a list"),
    (lambda _: "graph", "the document must be an object, not 'graph'"),
    (lambda _: {}, "its schema is not gradcli/graph/1"),
    (change("schema", to="gradcli/graph/2"), "its schema is not gradcli/graph/1"),
    (drop("nodes"), "nodes must be a list, not nothing"),
    (change("nodes", to={}), "nodes must be a list, not an object"),
    (change("nodes", to=[]), "it has no nodes"),
    (change("nodes", 2, to=7), "node 2 must be an object, not 7"),
    (change("nodes", 2, "id", to=3), "node 2 has the id 3"),
    (change("nodes", 1, "id", to=True), "node 1 has the id true"),
    (change("nodes", 2, "id", to="2"), "node 2 has the id '2'"),
    (drop("nodes", 2), "node 2 has the id 3"),
    (change("nodes", 2, "op", to="ad"), "node 2 has the unknown operation 'ad'"),
    (change("nodes", 2, "op", to="__import__"), "node 2 has the unknown operation '__import__'"),
    (change("nodes", 2, "op", to=None), "node 2, op must be a text, not nothing"),
    (change("nodes", 2, "op", to="x" * 5000), "node 2 has the unknown operation"),
    (change("nodes", 2, "inputs", to=[0]), "node 2 has 1 inputs, and add takes others"),
    (change("nodes", 2, "inputs", to=[0, 1, 1]), "node 2 has 3 inputs, and add takes others"),
    (change("nodes", 2, "inputs", to="01"), "node 2, inputs must be a list, not '01'"),
    (change("nodes", 2, "inputs", to=[0, 2]), "node 2 has the input itself"),
    (change("nodes", 2, "inputs", to=[0, 5]), "node 2 has the input node 5, which does not come before it"),
    (change("nodes", 2, "inputs", to=[0, 99]), "node 2 has the input node 99, which does not come before it"),
    (change("nodes", 2, "inputs", to=[0, -1]), "node 2 has the input -1, which is not the id of a node"),
    (change("nodes", 2, "inputs", to=[0, 1.0]), "node 2 has the input 1.0, which is not the id of a node"),
    (change("nodes", 2, "inputs", to=[0, True]), "node 2 has the input true, which is not the id of a node"),
    (change("nodes", 2, "inputs", to=[0, HUGE]), "node 2 has the input node a huge number"),
    (change("nodes", 0, "inputs", to=[0]), "node 0 has the input itself"),
    (change("nodes", 1, "inputs", to=[0]), "node 1 is a variable and has inputs"),
    (change("nodes", 3, "inputs", to=[0]), "node 3 is a constant and has inputs"),
    (change("nodes", 3, "expr", to="x"), "node 3 has the value 'x', which is not a number"),
    (change("nodes", 3, "expr", to="1+1"), "node 3 has the value '1+1', which is not a number"),
    (change("nodes", 3, "expr", to="1/0"), "node 3 has the value '1/0', which is not a number"),
    (change("nodes", 3, "expr", to=""), "node 3 has the value ''"),
    (change("nodes", 3, "expr", to="9" * 5000), "node 3 has the value '999"),
    (change("nodes", 3, "expr", to=1), "node 3, expr must be a text, not 1"),
    (change("nodes", 1, "name", to="x"), "node 1 has the name of node 0, 'x'"),
    (change("nodes", 4, "name", to="x"), "node 4 has the name of node 0, 'x'"),
    (change("nodes", 4, "name", to="1"), "node 4 has the name '1', which is not one"),
    (change("nodes", 4, "name", to="<b>"), "node 4 has the name '<b>', which is not one"),
    (change("nodes", 4, "name", to=""), "node 4 has the name '', which is not one"),
    (change("nodes", 4, "name", to=4), "node 4, name must be a text, not 4"),
    (change("nodes", 4, "value", to="six"), "node 4, value must be a number, not 'six'"),
    (change("nodes", 4, "value", to=HUGE), "node 4, value is beyond the range of numbers"),
    (change("output", to="z"), "the output 'z' is not a node"),
    (change("outputs", to=[6]), "outputs has 6, which is not the id of a node"),
    (change("outputs", to=5), "outputs must be a list, not 5"),
    (change("bindings", to=[]), "bindings must be an object, not a list"),
    (change("bindings", "z", to=1), "bindings has 'z', which is not a variable of the graph"),
    (change("bindings", "x", to="2"), "bindings, 'x' must be a number, not '2'"),
    (change("bindings", "x", to=True), "bindings, 'x' must be a number, not true"),
    (drop("bindings", "x"), "bindings has no value of 'x'"),
    (change("wrt", to="w"), "wrt must be a list, not 'w'"),
    (change("wrt", to=["a"]), "wrt has 'a', which the graph does not have"),
    (change("wrt", to=[1]), "wrt must be a text, not 1"),
    (change("retain_grad", to=["z"]), "retain_grad has 'z', which the graph does not have"),
    (change("mode", to="eager"), "mode must be dynamic or static, not 'eager'"),
    (change("dtype", to="float16"), "dtype must be float64 or float32, not 'float16'"),
    (change("decisions", to={"9": True}), "decisions: '9' is not a node with true, false or a number"),
    (change("decisions", to={"1": "yes"}), "decisions: '1' is not a node with true, false or a number"),
    (change("decisions", to={"1" * 900: True}), "decisions: "),
    (change("expression", to=5), "expression must be a text, not 5"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED, ids=[message[:60] for _, message in REFUSED])
def test_a_damaged_document_is_refused(change: Callable[[dict[str, Any]], object], message: str) -> None:
    whole = document(run("(x+w)*(w+1)", {"x": 2, "w": 1}))
    with pytest.raises(GradcliError) as caught:
        graph_document(change(copy.deepcopy(whole)), "file", max_nodes=1000)
    assert caught.value.message.startswith("file is no graph that can be read: " + message)
    assert len(caught.value.message) < 300
    assert caught.value.exit_code == ExitCode.BAD_INPUT


def test_a_graph_beyond_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(GradcliError, match="file has 6 nodes, more than 5") as caught:
        graph_document(document(run("(x+w)*(w+1)", {"x": 2, "w": 1})), "file", max_nodes=5)
    assert caught.value.exit_code == ExitCode.LIMIT
