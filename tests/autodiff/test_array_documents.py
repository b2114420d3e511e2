"""Graphs of arrays written as JSON read back, in a process that has not loaded the operations on arrays before."""

from __future__ import annotations

import json
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from commandline import command, process
from support import oracle

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record, run_graph
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.lowering.builders.dynamic import DynamicBuilder
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.output.serialization.graph import graph_json

READER = """
import json, os, sys
import numpy
from gradcli.autodiff.runs.graph_document import graph_document
from gradcli.autodiff.runs.program_run import run_graph
from gradcli.output.serialization.graph import graph_json

assert "gradcli.ops.arrays.shape" not in sys.modules  # no operation on arrays is declared yet
for line in sys.stdin:
    sys.stdout.flush()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        continue
    for document in json.loads(line):
        found = graph_document(document, document["expression"], max_nodes=10_000)
        tape = run_graph(found.graph, found.bindings, found.wrt, mode=found.mode, dtype=found.dtype, needs_cotangent=False)
        again = json.loads("".join(graph_json(tape, document["expression"], [])))
        same = found.differing(tape.values) is None and again == document
        print("same" if same else "different", document["expression"], flush=True)
    os._exit(0)
"""
"""Reads the documents of each line in a process that has not yet loaded the operations on arrays."""


def document(tape: Tape, text: str) -> Any:
    """The document of a run."""
    return json.loads("".join(graph_json(tape, text, [])))


def settings_of(value: Any) -> Any:
    """Settings from JSON: lists are tuples."""
    return tuple(map(settings_of, value)) if isinstance(value, list) else value


def programs() -> Iterator[tuple[str, Any]]:
    """The documents of the programs that PyTorch was measured on, in both modes."""
    for row in oracle("torch_programs.json"):
        inputs = {name: numpy.array(value) if isinstance(value, list) else value for name, value in row["inputs"].items()}
        for mode in ("dynamic", "static"):
            tape = record(parse(row["program"]), inputs, mode=mode, needs_cotangent=False)
            yield row["program"], document(tape, row["program"])


def single_operations() -> Iterator[tuple[str, Any]]:
    """A document for every third row of operations on arrays, and for the first of each operation."""
    met: set[str] = set()
    for at, row in enumerate(oracle("torch_structural.json")):
        if at % 3 and row["operation"] in met:
            continue
        met.add(row["operation"])
        shapes = row.get("shapes", [numpy.shape(value) for value in row["inputs"]])
        inputs = [numpy.array(value, float).reshape(shape) for value, shape in zip(row["inputs"], shapes, strict=False)]
        names = string.ascii_lowercase[: len(inputs)]
        point = {name: value if value.ndim else float(value) for name, value in zip(names, inputs, strict=True)}
        builder = DynamicBuilder(Graph(), point)
        ids = tuple([builder.variable(name, (0, 0)) for name in names])
        given = {name: settings_of(value) for name, value in row["settings"].items()}
        settings = tuple(STRUCTURAL[row["operation"]].complete(given).items())
        builder.graph.output = builder.operation(row["operation"], ids, (0, 0), settings)
        builder.graph.outputs = [builder.graph.output]
        with numpy.errstate(all="ignore"):
            tape = run_graph(builder.graph, point, mode="dynamic", needs_cotangent=False)
        yield row["operation"], document(tape, f"{at} {row['operation']}")


@pytest.mark.parametrize("documents", [programs, single_operations])
def test_a_new_process_reads_them_back_as_they_were(documents: Any) -> None:
    together: dict[str, list[Any]] = {}
    for what, one in documents():
        together.setdefault(what, []).append(one)
    root = str(Path(__file__).parents[2])
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READER],
        input="\n".join(map(json.dumps, together.values())),
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    assert run.stderr == ""
    found = run.stdout.splitlines()
    assert len(found) == sum(map(len, together.values()))
    assert [line for line in found if not line.startswith("same")] == []


def test_the_command_line_reads_a_graph_with_settings(tmp_path: Path) -> None:
    file = str(tmp_path / "graph.json")
    text = "mean(softmax(A, axis=0)*A[:, 1:]) + sum(A[None, 0, ::2])"
    assert command(["graph", text, "--A", "[[1,2],[3,4]]", "-o", file])[0] == 0
    _, expected, _ = command(["eval", text, "--A", "[[5,1],[2,4]]", "-q"])
    read = process(["eval", "--graph", file, "--A", "[[5,1],[2,4]]", "-q"])
    assert (read.returncode, read.stdout.decode()) == (0, expected)


@pytest.mark.parametrize(
    ("value", "given", "message"),
    [
        ("[1,2]", "[3,4,5]", "x is an array of the shape (2,) in the graph, and its value is an array of the shape (3,)"),
        ("[1,2]", "[[3,4]]", "x is an array of the shape (2,) in the graph, and its value is an array of the shape (1, 2)"),
        ("[1,2]", "3", "x is an array of the shape (2,) in the graph, and its value is a number"),
        ("2", "[1,2]", "x is a number in the graph, and its value is an array of the shape (2,)"),
    ],
)
def test_a_value_of_another_shape_is_refused(tmp_path: Path, value: str, given: str, message: str) -> None:
    file = str(tmp_path / "graph.json")
    assert command(["graph", "sum(x^2)" if "[" in value else "x^2", "--x", value, "-o", file])[0] == 0
    code, out, err = command(["eval", "--graph", file, "--x", given])
    assert (code, out, err.splitlines()[0]) == (2, "", f"error: {message}")


def test_another_array_of_the_same_shape_is_taken(tmp_path: Path) -> None:
    file = str(tmp_path / "graph.json")
    assert command(["graph", "sum(x^2)", "--x", "[1,2]", "-o", file])[0] == 0
    assert command(["eval", "--graph", file, "--x", "[3,4]", "-q"]) == (0, "25\n[6, 8]\n", "")


def test_broadcasting_alone_goes_back(tmp_path: Path) -> None:
    file = str(tmp_path / "graph.json")
    assert command(["graph", "x*A", "--x", "2", "--A", "[1,2]", "-o", file])[0] == 0
    read = process(["eval", "--graph", file, "--cotangent", "[1,1]", "-q"])
    assert (read.returncode, read.stdout.decode()) == (0, "[2, 4]\n3\n[2, 2]\n")
