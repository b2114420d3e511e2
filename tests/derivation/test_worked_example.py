"""The worked example: the same names, values and derivation from the expression, the program, and the function-style spelling."""

from __future__ import annotations

import json

import pytest
from commandline import command

PROGRAMS = (
    "(x+w)*(w+1)",
    "a = x + w; b = w + 1; y = a * b",
    "a = x + w\nb = w + 1\ny = a * b",
    "a = add(x, w); b = add(w, 1); y = mul(a, b)",
)
POINT = ("--x", "2", "--w", "1")

DERIVATION = """\
  ∂y/∂w = ∂y/∂a·∂a/∂w + ∂y/∂b·∂b/∂w   one term for each path: w→a→y, w→b→y
        = b·1 + a·1                   local derivatives
        = b + a                       factors 1 dropped
        = (w + 1) + (x + w)           a and b written out
        = 2w + x + 1                  like terms collected
        = 2·1 + 2 + 1                 w = 1, x = 2
        = 5
"""

NODES = [
    # name, expression, value, is_leaf, requires_grad, grad_fn, grad, adjoint
    ("x", "x", 2.0, True, False, None, None, None),
    ("w", "w", 1.0, True, True, None, 5.0, 5.0),
    ("a", "x + w", 3.0, False, True, "AddBackward0", None, 2.0),
    ("1", "1", 1.0, True, False, None, None, None),
    ("b", "w + 1", 2.0, False, True, "AddBackward0", None, 3.0),
    ("y", "a*b", 6.0, False, True, "MulBackward0", None, 1.0),
]


def test_there_is_the_derivation_of_the_article() -> None:
    for program in PROGRAMS:
        _, text, _ = command(["eval", program, *POINT, "--wrt", "w"])
        assert "= 6   at x = 2, w = 1\n∂y/∂w = 5\n\nWhy ∂y/∂w = 5\n" + DERIVATION + "\nNodes, " in text


def test_without_wrt_both_variables_are_derived() -> None:
    _, text, _ = command(["eval", PROGRAMS[0], *POINT])
    assert DERIVATION + "\nNodes, " in text
    assert "Why ∂y/∂x = 2\n  ∂y/∂x = ∂y/∂a·∂a/∂x   along the path x→a→y\n" in text
    _, numbers, _ = command(["eval", PROGRAMS[0], *POINT, "-q", "--wrt", "x"])
    assert numbers == "6\n2\n"


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_nodes_are_those_of_pytorch(program: str, mode: str) -> None:
    code, text, messages = command(["eval", program, *POINT, "--wrt", "w", "--json", "--mode", mode])
    document = json.loads(text)
    keys = ("name", "expr", "value", "is_leaf", "requires_grad", "grad_fn", "grad", "adjoint")
    assert (code, messages) == (0, "")
    assert [tuple(node[key] for key in keys) for node in document["nodes"]] == NODES
    assert [step["right"] for step in document["derivation"]["w"]] == [
        "∂y/∂a·∂a/∂w + ∂y/∂b·∂b/∂w",
        "b·1 + a·1",
        "b + a",
        "(w + 1) + (x + w)",
        "2w + x + 1",
        "2·1 + 2 + 1",
        "5",
    ]
    assert document["derivative"] == {"w": "2*w + x + 1"}


def test_the_order_of_the_arguments_decides_the_order_of_the_variables() -> None:
    _, text, _ = command(["eval", "a = add(w, x); b = add(w, 1); y = mul(a, b)", *POINT, "--wrt", "w", "--json"])
    document = json.loads(text)
    assert [node["name"] for node in document["nodes"]] == ["w", "x", "a", "1", "b", "y"]
    assert (document["value"], document["grad"]) == (6.0, {"w": 5.0})
