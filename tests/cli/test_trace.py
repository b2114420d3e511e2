"""`gradcli trace` and `gradcli compare-modes` as data, and event by event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from commandline import command
from jsonschema import Draft202012Validator

from gradcli.output.schemas import SCHEMAS

WORKED = "y = (x+w)*(w+1); retain_grad y; backward y; w.grad"
STEERED = 'h = x; while h > 1 { h = h/w }; print "h is", h; if h > 0.5 { y = h^2 } else { y = 0*h }; y'


def document(*arguments: str) -> dict[str, Any]:
    """The document that a call writes, which follows its schema."""
    code, out, _ = command([*arguments, "--json"])
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    Draft202012Validator(SCHEMAS[arguments[0]]).validate(found)
    return found


def test_the_backward_pass_of_the_worked_example_in_order() -> None:
    found = document("trace", "-e", WORKED, "--x", "2", "--w", "1", "--wrt", "w")
    events = found["events"]
    # the functions in the order in which PyTorch calls them: the newest node first
    assert [(e["text"], e["name"], e["value"]) for e in events if e["kind"] == "call"] == [
        ("MulBackward0", "y", 1),
        ("AddBackward0", "b", 3),
        ("AddBackward0", "a", 2),
    ]
    assert [(e["name"], e["value"]) for e in events if e["kind"] == "hand"] == [("a", 2), ("b", 3), ("w", 3), ("w", 2)]
    assert [(e["name"], e["value"]) for e in events if e["kind"] == "accumulate"] == [("y", 1), ("w", 5)]
    assert [e["printed"] for e in events if e["kind"] == "print"] == [["w.grad =", {"of": "w.grad", "value": 5}]]
    assert found["grad"] == {"w": 5}


@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_both_modes_print_and_give_the_same(mode: str) -> None:
    found = document("trace", "-e", STEERED, "--x", "5", "--w", "2", "--mode", mode)
    assert found["value"] == (5 / 8) ** 2
    assert found["grad"] == {"x": 2 * 5 / 64, "w": 2 * (5 / 8) * 5 * -3 / 16}
    assert [e["printed"] for e in found["events"] if e["kind"] == "print"] == [["h is", {"of": "h", "value": 0.625}]]


def test_what_is_built_stands_before_what_runs() -> None:
    events = document("trace", "-e", STEERED, "--x", "5", "--w", "2", "--mode", "static")["events"]
    assert [e["name"] for e in events if e["kind"] == "phase"] == ["build", "run", "backward"]
    kinds = [e["kind"] for e in events]
    assert kinds.index("node") > max(at for at, kind in enumerate(kinds) if kind == "built")


def test_following_shows_the_same_events() -> None:
    call = ["trace", "-e", WORKED, "--x", "2", "--w", "1"]
    assert command([*call, "--follow", "--delay", "0"]) == command(call)


def test_a_branch_is_recorded_anew_and_built_once() -> None:
    program = "if x > 0 { y = x*w } else { y = -x }; y"
    found = document("compare-modes", "-e", program, "--x", "1", "--x", "-1", "--x", "2", "--w", "3")
    assert found["recorded"] == [0, 1, 0]
    assert found["values"] == [[3, 3], [1, 1], [6, 6]]
    rows = {row["expr"]: row for row in found["nodes"]}
    assert rows["x·w"]["dynamic"] == [1, 0, 1]
    assert rows["-x"]["dynamic"] == [0, 1, 0]
    assert (rows["x·w"]["static"], rows["-x"]["static"]) == (1, 1)
    assert rows["x·w"]["executed"] == [1, 0, 1]
