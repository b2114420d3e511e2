"""-o: what a command writes, in a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from commandline import command

from gradcli.cli.framework.table import command_named, command_names

CALLS = [
    ["eval", "x^2", "--x", "3"],
    ["diff", "x^2*θ"],
    ["simplify", "x + x"],
    ["tangent", "x^2", "--x", "3"],
    ["taylor", "sin(x)"],
    ["stationary", "x^2"],
    ["equal", "x", "x + 1"],
    ["why", "1/x", "--x", "0"],
    ["facts", "x^2"],
    ["trace", "-e", "x^2", "--x", "2"],
    ["compare-modes", "-e", "x^2", "--x", "2"],
    ["grade", "x^2", "x"],
    ["mistakes", "x^2", "--wrt", "x"],
    ["ops", "sin"],
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_a_file_has_what_standard_output_would_have(call: list[str], tmp_path: Path) -> None:
    code, out, err = command(call)
    for name, json in (("found.txt", []), ("found.json", ["--json"])):
        path = tmp_path / name
        assert command([*call, "-o", str(path)]) == (code, "", err)
        assert path.read_text("utf-8") == command([*call, *json])[1]
    assert command([*call, "-o", "-"]) == (code, out, err)


def test_nothing_is_written_where_a_command_fails(tmp_path: Path) -> None:
    path = tmp_path / "found.txt"
    assert command(["eval", "x*(", "--x", "1", "-o", str(path)])[0] == 2
    assert command(["eval", "1/x", "--x", "0", "--strict", "-o", str(path)])[0] == 3
    assert os.listdir(tmp_path) == []
    assert "cannot write" in command(["eval", "x", "--x", "1", "-o", str(tmp_path / "none" / "found.txt")])[2]


def test_every_command_whose_result_is_a_document_writes_files() -> None:
    converse = {"practice", "predict"}
    scripts = {"torch", "tf1"}  # they print what PyTorch and TensorFlow print
    for name in set(command_names()) - converse - scripts:
        flags = command_named(name).by_flag
        assert "--json" not in flags or "-o" in flags, name
