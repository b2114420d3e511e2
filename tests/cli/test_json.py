"""The JSON documents: each follows its schema, and is the same in every run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from commandline import command, process
from jsonschema import Draft202012Validator

NAMES = ("eval", "ops", "error")


def schema(name: str) -> dict[str, Any]:
    """A schema as `gradcli schema` prints it."""
    code, out, err = command(["schema", name])
    assert (code, err) == (0, "")
    return dict(json.loads(out))


def check(name: str, text: str) -> dict[str, Any]:
    """The document in a text, which must follow a schema and be JSON without extensions."""

    def refuse(constant: str) -> float:
        raise ValueError(f"{constant} is not JSON")

    document = json.loads(text, parse_constant=refuse)
    Draft202012Validator(schema(name)).validate(document)
    return dict(document)


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_the_schema_of_eval_is_the_default() -> None:
    assert command(["schema"]) == command(["schema", "eval"])


CALLS = [
    ["(x+w)*(w+1)", "--x", "2", "--w", "1"],
    ["(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w", "--mode", "static"],
    ["(x+w)*(w+1)", "--x", "2", "--w", "1", "--retain-grad", "all"],
    ["x", "--x", "2"],
    ["2*3"],
    ["2"],
    ["pi"],
    ["x > 0 and not x == 2", "--x", "1"],
    ["x if x > 0 else -x", "--x", "-1"],
    ["x if x > 0 else -x", "--x", "-1", "--mode", "static"],
    ["max(x, w, 3)", "--x", "1", "--w", "3"],
    ["clamp(x, min=-1)", "--x", "5"],
    ["x*w; x + w", "--x", "2", "--w", "1", "--jacobian", "--hessian", "--tangent", "x=1"],
    ["sqrt(x)", "--x", "0", "--jacobian", "--hessian", "--tangent", "x=1"],
    ["A @ x", "--A", "[[1,2],[3,4]]", "--x", "[1,1]", "--jacobian", "--tangent", "x=[1,0]"],
    ["1/x", "--x", "0"],
    ["log(x)", "--x", "-1"],
    ["x", "--x", "nan"],
    ["x + w", "--x", "inf", "--w", "-inf"],
    ["x*1e999", "--x", "1"],
    ["sqrt(x)", "--x", "0", "--dtype", "float32"],
    ["θ*重量", "--θ", "2", "--重量", "1"],
    ["y = y0; y", "--y0", "2"],
    ["h = x; h = h*h; h = h*h", "--x", "2"],
    ["f(u, v) = u*v; f(x, f(x, 2))", "--x", "2"],
    ["x*w", "--x", "2", "--w", "1", "--wrt", "w,x"],
    ["x + 0*w", "--x", "2", "--w", "1"],
    ["floor(x) % 2 + round(x)", "--x", "2.5"],
    ["+".join(f"x{i}*{i}" for i in range(400)), *(f"--x{i}=1" for i in range(400))],
    ["+".join(f"x{i}*{i}" for i in range(100)), *(f"--x{i}=1" for i in range(100)), "--all"],
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0][:30])
def test_each_document_follows_its_schema_and_is_sound(call: list[str]) -> None:
    code, out, _ = command(["eval", *call, "--json"])
    assert code == 0
    document = check("eval", out)
    nodes, edges = document["nodes"], document["edges"]
    assert [node["id"] for node in nodes] == list(range(len(nodes)))
    assert len({node["name"] for node in nodes}) == len(nodes)
    assert all(input < node["id"] for node in nodes for input in node["inputs"])
    assert [(edge["target"], edge["argument"], edge["source"]) for edge in edges] == [
        (node["id"], argument, input) for node in nodes for argument, input in enumerate(node["inputs"])
    ]
    output = next(node for node in nodes if node["name"] == document["output"])
    assert output["value"] == document["value"]
    assert list(document["grad"]) == document["wrt"]
    assert {node["name"]: node["value"] for node in nodes if node["op"] == "variable"} == document["bindings"]
    for node in nodes:
        if node["name"] in document["grad"] and node["op"] == "variable":
            assert node["grad"] == document["grad"][node["name"]]
        assert (node["grad_fn"] is None) == node["is_leaf"] == (node["next_functions"] is None)


ERRORS = [
    ["eval", "x^2/0*", "--json"],
    ["eval", "x", "--json"],
    ["eval", "--json"],
    ["eval", "x", "--x", "0", "--jsn", "2", "--json"],
    ["eval", "1/x", "--x", "0", "--json", "--strict"],
    ["eval", "x+x+x+x", "--x", "0", "--json", "--max-nodes", "2"],
    ["eval", "x\ny z", "--format", "json"],
    ["eval", "\udcff", "--format=json"],
    ["ops", "foo", "--json"],
    ["foo", "--json"],
]


@pytest.mark.parametrize("call", ERRORS, ids=" ".join)
def test_each_error_follows_its_schema(call: list[str]) -> None:
    code, out, err = command(call)
    assert out == ""
    assert check("error", err)["exit_code"] == code
    assert err.count("\n") == 1


def test_the_list_of_operations_follows_its_schema() -> None:
    _, out, _ = command(["ops", "--json"])
    document = check("ops", out)
    assert "tanh" in [operation["name"] for operation in document["operations"]]


def test_the_worked_example_as_a_whole() -> None:
    _, out, err = command(["eval", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w", "--json"])
    assert (out, err) == ((Path(__file__).parent / "worked_example.json").read_text("utf-8"), "")


def test_numbers_that_json_lacks_are_strings() -> None:
    _, out, err = command(["eval", "x/w + v", "--x", "-1", "--w", "0", "--v", "nan", "--json"])
    document = check("eval", out)
    assert document["bindings"] == {"x": -1.0, "w": 0.0, "v": "NaN"}
    assert document["value"] == "NaN"
    assert document["nodes"][2]["value"] == "-Infinity"
    assert document["grad"] == {"x": "Infinity", "w": "Infinity", "v": 1.0}
    assert "warning: a is -inf: x/w at x = -1, w = 0\n" in err
    assert document["warnings"] == [line.removeprefix("warning: ") for line in err.splitlines()]


def test_numbers_read_back_as_they_are() -> None:
    _, out, _ = command(["eval", "x + w", "--x", "0.1", "--w", "0.2", "--json"])
    assert json.loads(out)["value"] == math.fsum([0.1, 0.2]) == 0.30000000000000004


@pytest.mark.parametrize("program", ["(x+w)*(w+1)*sin(v*u) + t - s", "f = 2*s; maximum(u, v) + f*w*x*t"])
def test_the_order_does_not_depend_on_the_run(program: str) -> None:
    variables = [f"--{name}=2" for name in "uvwxst" if name in program.replace("sin", "")]
    arguments = ["eval", program, *variables, "--json"]
    calls = [process(arguments, environment={"PYTHONHASHSEED": seed}) for seed in ("1", "2")]
    assert calls[0].returncode == calls[1].returncode == 0
    assert calls[0].stdout == calls[1].stdout
    assert calls[0].stderr == calls[1].stderr


def test_a_node_and_an_edge_stand_on_a_line_each() -> None:
    _, out, _ = command(["eval", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--json"])
    lines = out.splitlines()
    nodes = [line for line in lines if line.startswith('  {"id": ')]
    edges = [line for line in lines if line.startswith('  {"source": ')]
    document = json.loads(out)
    assert [json.loads(line.rstrip(",")) for line in nodes] == document["nodes"]
    assert [json.loads(line.rstrip(",")) for line in edges] == document["edges"]


def test_what_is_left_out_of_a_large_graph_is_said_with_the_option_that_brings_it() -> None:
    call = ["eval", "+".join(["x*w"] * 400), "--x", "2", "--w", "1", "--json"]
    small = json.loads(command(call)[1])
    large = json.loads(command([*call, "--all"])[1])
    assert small["derivation"] is None
    assert small["derivative"] is None
    assert "--all" in small["warnings"][0]
    assert large["warnings"] == []
    assert large["derivative"] == {"x": "400*w", "w": "400*x"}
    assert large["nodes"] == small["nodes"]


@pytest.mark.parametrize(
    "call",
    [
        ["eval", "é^2", "--é", "3", "--json"],
        ["graph", "é^2", "--é", "3", "--format", "json"],
        ["diff", "é^2", "--json"],
        ["equal", "é + x", "x + é", "--json"],
        ["facts", "é^2", "--json"],
        ["grade", "é^2", "--wrt", "é", "--json", "--", "2é"],
        ["exercise", "--names", "é", "-n", "1", "--json"],
        ["ops", "sin", "--json"],
        ["plot", "é^2", "--é", "-1:1", "--json"],
    ],
    ids=lambda call: call[0],
)
def test_a_script_gets_ascii_where_the_stream_has_nothing_else(call: list[str]) -> None:
    plain, ascii = (command(call, environment={"PYTHONIOENCODING": encoding})[1] for encoding in ("utf-8", "ascii"))
    assert ascii.isascii()
    assert json.loads(ascii) == json.loads(plain)


@pytest.mark.parametrize(
    "call",
    [
        ["eval", "1/x", "--x", "0"],
        ["eval", "x*w; x + w", "--x", "1", "--w", "2"],
        ["explain", "x*w; x + w"],
        ["graph", "log(x)", "--x", "0"],
        ["run", "log(x)", "--x", "0"],
        ["simplify", "sin2 + x"],
        ["taylor", "x; x^2"],
        ["exercise", "a*sin(x^3)", "--choose", "a=2..3", "-n", "9"],
    ],
    ids=" ".join,
)
def test_what_is_warned_of_stands_in_the_document(call: list[str]) -> None:
    _, written, errors = command([*call, "--json"])
    warned = [line.removeprefix("warning: ") for line in errors.splitlines() if line.startswith("warning: ")]
    assert warned
    assert set(warned) <= set(json.loads(written)["warnings"])
    assert list(json.loads(written))[-1] == "warnings"
