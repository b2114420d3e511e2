"""Static graphs with branches and loops in every format of `gradcli graph`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commandline import command
from jsonschema import Draft202012Validator

from gradcli.output.schemas import SCHEMAS

PROGRAM = (
    "h = x; while h > 1 { h = h/w; if h > 2 { h = h - x/70 } }; if h > 0.5 { y = h^2; z = 1 } else { y = 0*h; z = h }; y + z"
)
CALL = ["graph", PROGRAM, "--mode", "static"]
VALUES = ["--x", "5", "--w", "2"]


def document(*arguments: str) -> dict[str, Any]:
    """The document of a call, which follows its schema."""
    code, out, _ = command([*CALL, *arguments, "--json"])
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    Draft202012Validator(SCHEMAS["graph"]).validate(found)
    return found


def test_the_document_has_the_blocks_and_where_they_stand() -> None:
    found = document()
    operations = [node["op"] for node in found["nodes"]]
    assert operations.count("while_loop") == 1
    assert operations.count("cond") == 1
    assert operations.count("item") == 2  # the branch gives y and z
    kinds = [(block["kind"], block["inside"]) for block in found["blocks"]]
    assert kinds == [("test", None), ("body", None), ("then", 1), ("else", 1), ("then", None), ("else", None)]
    for block in found["blocks"]:
        around = found["nodes"] if block["inside"] is None else found["blocks"][block["inside"]]["nodes"]
        node = around[block["node"]]
        assert len(block["parameters"]) == len(node["inputs"]) - (node["op"] == "cond")
        variables = [inner["name"] for inner in block["nodes"] if inner["op"] == "variable"]
        assert set(variables) <= set(block["parameters"])


def test_values_and_adjoints_are_those_of_the_run() -> None:
    found = document(*VALUES)
    h = 5 / 2  # above 2, so a fourteenth goes off; then below 2
    h = (h - 5 / 70) / 2
    h = h / 2
    assert found["value"] == pytest.approx(h**2 + 1, rel=1e-15)
    known = {node["name"]: node for node in found["nodes"]}
    assert known["h"]["value"] == pytest.approx(h, rel=1e-15)
    assert known["h"]["adjoint"] == pytest.approx(2 * h, rel=1e-15)
    assert found["grad"]["x"] == pytest.approx(2 * h * (1 / 8 - 1 / 280), rel=1e-15)


@pytest.mark.parametrize("format", ["table", "tree", "list", "draw", "dot", "mermaid", "graphml", "svg", "tikz"])
@pytest.mark.parametrize("values", [[], VALUES])
def test_every_format_draws_the_blocks_unless_they_are_collapsed(format: str, values: list[str]) -> None:
    code, out, err = command([*CALL, *values, "--format", format])
    assert (code, err) == (0, "")
    code, collapsed, err = command([*CALL, *values, "--format", format, "--collapsed"])
    assert (code, err) == (0, "")
    drawn = "div %b" if format == "list" else "x/70"
    assert out.count(drawn) > collapsed.count(drawn)
    assert "while" in collapsed.replace(PROGRAM, "")


def test_a_page_steps_through_the_run_and_shows_what_was_built(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    code, _, err = command([*CALL, *VALUES, "-o", str(page)])
    assert (code, err) == (0, "")
    text = page.read_text("utf-8")
    assert "The static graph, as it was built" in text
    assert "while_loop" in text
    assert "h₁" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--backward"], "the backward pass of a graph with branches or loops is that of a run of it"),
        (["--format", "html"], "a page of a graph with branches or loops steps through a run"),
    ],
)
def test_what_only_a_run_has(arguments: list[str], said: str) -> None:
    code, out, err = command([*CALL, *arguments])
    assert (code, out) == (2, "")
    assert said in err


def test_such_a_document_does_not_read_back(tmp_path: Path) -> None:
    file = tmp_path / "graph.json"
    file.write_text(json.dumps(document(*VALUES)), "utf-8")
    code, _, err = command(["eval", "--graph", str(file)])
    assert code == 2
    assert "a graph with branches or loops is built from its program" in err
