"""Descents from the command line: documents, lines, pictures, the loop of PyTorch, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commandline import command
from jsonschema import Draft202012Validator

NAMES = ("gd", "momentum", "nesterov", "adam", "rmsprop", "newton", "bfgs", "line-search")
CALL = ["descend", "(x - 3)^2 + 2*(w + 1)^2 + a", "--x", "0", "--w", "0", "--a", "1", "--wrt", "x,w", "--steps", "5"]


@pytest.mark.parametrize("name", NAMES)
def test_each_optimiser_writes_the_same_steps_in_each_format(name: str) -> None:
    code, out, err = command([*CALL, "--optimizer", name, "--json"])
    assert (code, err) == (0, "")
    document = json.loads(out)
    Draft202012Validator(json.loads(command(["schema", "descend"])[1])).validate(document)
    [run] = document["runs"]
    assert document["parameters"] == ["x", "w"]
    lines = command([*CALL, "--optimizer", name, "--format", "csv"])[1].splitlines()
    assert lines[0] == "step,x,w,value,|gradient|"
    rows = [[float(cell) for cell in line.split(",")] for line in lines[1:]]
    assert rows == [[step["step"], *step["point"], step["value"], step["gradient_norm"]] for step in run["steps"]]
    assert rows[-1][3] < rows[0][3]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("format", ["svg", "draw", "table"])
def test_each_optimiser_is_drawn(name: str, format: str) -> None:
    code, out, _ = command([*CALL, "--optimizer", name, "--format", format])
    assert code == 0
    assert name in out
    if format == "svg":
        classes = [element.get("class", "") for element in ElementTree.fromstring(out).iter()]
        assert any(one.startswith("path ") for one in classes)
        assert any(one.startswith("contour ") for one in classes)
    if format == "draw":
        assert max(map(len, out.splitlines())) <= 80


def test_several_rates_are_several_descents(tmp_path: Path) -> None:
    document = json.loads(command(["descend", "x^2", "--x", "3", "--lr", "0.3,1,1.1", "--json"])[1])
    assert [(run["lr"], run["verdict"]) for run in document["runs"]] == [(0.3, "converged"), (1, "oscillates"), (1.1, "diverges")]
    file = tmp_path / "way.svg"
    assert command(["descend", "x^2", "--x", "3", "--lr", "0.3,1,1.1", "-o", str(file)])[0] == 0
    assert "more than 2/λ = 1" in file.read_text("utf-8")


@pytest.mark.parametrize("name", ["gd", "momentum", "nesterov", "adam", "rmsprop"])
def test_the_loop_of_torch_is_python_with_the_same_numbers(name: str) -> None:
    code, out, _ = command([*CALL, "--optimizer", name, "--lr", "0.05", "--to", "torch"])
    assert code == 0
    compile(out, name, "exec")
    assert "lr=0.05" in out
    assert "range(5)" in out
    if name in ("gd", "momentum", "nesterov"):
        code, printed, _ = command(["torch", "-"], out.replace("    print(step, ", "    print(").encode())
        assert code == 0
        last = [float(part) for part in printed.split()[-3:]]
        rows = command([*CALL, "--optimizer", name, "--lr", "0.05", "--format", "csv"])[1].splitlines()
        assert last == pytest.approx([float(part) for part in rows[-2].split(",")[1:4]], rel=1e-9)


REFUSED = [
    (["x^2"], "no value for x"),
    (["[x, x]", "--x", "1"], "a number is made small"),
    (["3"], "there is no variable"),
    (["x^2", "--x", "1", "--lr", "0"], "--lr takes numbers above 0"),
    (["x^2", "--x", "1", "--lr", "a"], "--lr takes numbers above 0"),
    (["x^2", "--x", "1", "--optimizer", "bfgs", "--lr", "1"], "searches for its steps"),
    (["x^2", "--x", "1", "--optimizer", "bfgs", "--to", "torch"], "torch.optim has no bfgs"),
    (["x + w^2", "--x", "1", "--w", "1", "--optimizer", "newton"], "singular"),
    (["x^2", "--x", "1", "--optimizer", "sgd"], "--optimizer takes"),
    (["x^2", "--x", "-3:3"], ""),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=lambda part: " ".join(part) if isinstance(part, list) else "")
def test_what_cannot_be_done_is_refused_in_a_line(call: list[str], message: str) -> None:
    code, out, err = command(["descend", *call])
    assert (code, out) == (2, "")
    assert message in err.splitlines()[0]
