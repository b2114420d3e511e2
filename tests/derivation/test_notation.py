"""d and ∂, and functions called as somebody calls them."""

from __future__ import annotations

import random

import pytest

import gradcli
from gradcli.graph.graph import Graph
from gradcli.graph.names import OneVariable
from tests.commandline import command


def ways(graph: Graph, start: int, end: int) -> list[set[int]]:
    """The nodes on each path, found one by one."""
    if start == end:
        return [{end}]
    users = [id for id, inputs in enumerate(graph.inputs) if start in inputs]
    return [{start, *way} for user in users for way in ways(graph, user, end)]


def test_a_total_derivative_is_one_by_what_every_path_goes_through() -> None:
    choose = random.Random(5)
    for _ in range(60):
        lines, names = [], ["x"]
        for number in range(choose.randint(1, 6)):
            operands = [choose.choice(names[-3:]) for _ in range(choose.randint(1, 2))]
            lines.append(f"v{number} = {'*'.join([*operands, 'e'])}")
            names.append(f"v{number}")
        graph = gradcli.record(gradcli.parse("; ".join(lines)), {"x": 0.5}).graph
        if "x" not in graph.variables:
            continue
        found = ways(graph, graph.variables["x"], graph.output)
        assert OneVariable(graph).total(graph.output) == set.intersection(*found), lines


@pytest.mark.parametrize(
    ("call", "says", "never"),
    [
        (
            ["eval", "sin(x^3)", "--x", "2"],
            ["dy/dx = dy/da·da/dx ", "x → a  da/dx", "a → y  dy/da", "Why dy/dx"],
            ["∂y/∂x", "∂y/∂a"],
        ),
        (["eval", "x^2*sin(x)", "--x", "2"], ["dy/dx = ∂y/∂a·da/dx + ∂y/∂b·db/dx"], ["∂y/∂x", "dy/da", "dy/db"]),
        (["eval", "x*sin(x)", "--x", "2"], ["dy/dx = ∂y/∂a·da/dx + ∂y/∂x|a", "x → y  ∂y/∂x"], ["dy/da"]),
        (["eval", "x*x", "--x", "2"], ["dy/dx = 4", "x → y  ∂y/∂x             x       2"], []),
        (["eval", "x^2*w", "--x", "2", "--w", "3", "--wrt", "x"], ["∂y/∂x = ∂y/∂a·∂a/∂x"], ["dy/", "da/"]),
        (["eval", "sum(x)", "--x", "[1, 2]"], ["∂y/∂x"], ["dy/"]),
        (["run", "-e", "x^2", "--x", "2"], ["dy/dx = 4"], ["∂"]),
        (["explain", "sin(x^3)", "--by", "paths"], ["dy/da·da/dx"], ["∂"]),
        (["explain", "x^2", "--by", "rules", "--format", "latex"], [r"\frac{\mathrm{d}y}{\mathrm{d}x}"], [r"\partial"]),
        (["diff", "x^3", "--order", "2", "--format", "unicode"], ["d²y/dx² = 6x"], ["∂"]),
        (["diff", "x^3*w", "--wrt", "x", "--format", "unicode"], ["∂y/∂x = "], ["dy"]),
        (["graph", "sin(x^3)", "--x", "2", "--format", "dot"], ["dy/da = cos(a)"], ["∂y/∂a", "∂a/∂x"]),
        (["graph", "sin(x^3)", "--x", "2", "--backward", "--format", "list"], [" dy/dx = mul"], ["∂"]),
        (["why", "sqrt(x)", "--x", "0"], ["dy/dx = inf"], ["∂"]),
        (["grade", "sin(x^3)", "cos(x^3)"], ["dy/dx = f'(a)·da/dx"], ["∂"]),
        (["eval", "x^2", "--x", "2", "--json"], ['"left": "dy/dx"'], ["∂"]),
        (["eval", "x*ln(x)", "--x", "2"], ["y = x·ln(x)", "a     ln(x)", "= ln(x) + 1"], ["log("]),
        (["eval", "x*log(x)", "--x", "2"], ["y = x·log(x)", "= log(x) + 1"], ["ln("]),
        (["diff", "ln(x)*log(w)"], ["log(w)/x"], ["ln("]),
        (["diff", r"\arctan(x) + \ln x"], ["1/x"], ["log"]),
        (["simplify", "arcsin(x) + arcsin(x)"], ["2*arcsin(x)"], []),
        (["facts", "max(x, 0)"], ["max(x, 0)"], ["maximum(x"]),
    ],
)
def test_what_is_written(call: list[str], says: list[str], never: list[str]) -> None:
    out = command(call)[1]
    assert [text for text in says if text not in out] == []
    assert [text for text in never if text in out] == []
