"""What the result is called, in every command that names it."""

from __future__ import annotations

import pytest
from commandline import command

VALUES = ["--x", "2", "--y", "3"]
CALLS = [
    ["eval", "x*y", *VALUES],
    ["run", "-e", "x*y", *VALUES],
    ["explain", "x*y"],
    ["explain", "x*y", "--by", "rules"],
    ["explain", "x*y", "--by", "paths"],
    ["diff", "x*y", "--format", "unicode"],
    ["graph", "x*y", *VALUES],
    ["predict", "x*y", *VALUES],
    ["trace", "-e", "x*y", *VALUES],
    ["grade", "x*y", "--wrt", "x", "--steps", "-"],
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_the_result_is_f_where_y_is_a_variable(call: list[str]) -> None:
    _, out, _ = command(call, "∂f/∂x = y\n".encode())
    assert "∂f/∂" in out
    assert "unreadable" not in out or call[0] == "predict"
    assert not any(other in out for other in ("∂a/∂", "∂y/∂", "∂(x*y)/∂"))


def test_on_a_terminal_each_of_several_derivatives_says_what_it_is() -> None:
    many = command(["diff", "x^2*y", "--at", "x=1,y=2"], environment={"FORCE_COLOR": "1"})[1]
    assert many.splitlines() == ["2*x*y  # ∂f/∂x; 4 at x = 1, y = 2", "x^2  # ∂f/∂y; 1 at x = 1, y = 2"]
    assert command(["diff", "x^2*y"])[1].splitlines() == ["2*x*y", "x^2"]
