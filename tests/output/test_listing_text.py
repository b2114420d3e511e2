"""Graphs as lists and as trees of text."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
from diagrams import HOSTILE, of, renamed, worked
from support import run

from gradcli.output.diagrams.listing_text import DEEPEST, graph_list, graph_tree
from gradcli.output.diagrams.of_run import diagram
from gradcli.output.visible import visible

LIST = """\
    # y and its inputs, forward
    %0 x = variable : value 2, leaf
    %1 w = variable : value 1, adjoint 5, grad 5, leaf, requires_grad
    %2 a = add %0 %1 : value 3, adjoint 2, requires_grad, grad_fn AddBackward0 | d(a)/d(w) = 1
    %3 = const 1
    %4 b = add %1 %3 : value 2, adjoint 3, requires_grad, grad_fn AddBackward0 | d(b)/d(w) = 1
    %5 y = mul %2 %4 : value 6, adjoint 1, requires_grad, grad_fn MulBackward0, output | d(y)/d(a) = b = 2; d(y)/d(b) = a = 3
    # The backward pass: grad_fn and next_functions
    %f0 MulBackward0 %f2 %f1 : grad_fn of y
    %f1 AddBackward0 %f3 None : grad_fn of b
    %f2 AddBackward0 None %f3 : grad_fn of a
    %f3 AccumulateGrad : w.grad 5
    # The gradient as a graph of its own
    %g0 x = variable : value 2
    %g1 w = variable : value 1
    %g2 a = add %g0 %g1 : value 3
    %g3 = const 1
    %g4 b = add %g1 %g3 : value 2
    %g5 ∂y/∂w = add %g2 %g4 : value 5, derivative by w, output
"""

TREE = """\
    y = a·b = 6, ∂y/∂y = 1  (%5)
    ├─[b = 2]─ a = x + w = 3, ∂y/∂a = 2  (%2)
    │  ├─ x = 2  (%0)
    │  └─[1]─ w = 1, ∂y/∂w = 5  (%1)
    └─[a = 3]─ b = w + 1 = 2, ∂y/∂b = 3  (%4)
       ├─[1]─ w  (%1, above)
       └─ 1
"""

BACKWARD_TREE = """\
    # The backward pass: grad_fn and next_functions
    MulBackward0, grad_fn of y  (%f0)
    ├─ AddBackward0, grad_fn of a  (%f2)
    │  ├─ None
    │  └─ AccumulateGrad, w.grad = 5  (%f3)
    └─ AddBackward0, grad_fn of b  (%f1)
       ├─ AccumulateGrad, w.grad = 5  (%f3, above)
       └─ None

    # The gradient as a graph of its own
    ∂y/∂w = a + b = 5  (%g5)
    ├─ a = x + w = 3  (%g2)
    │  ├─ x = 2  (%g0)
    │  └─ w = 1  (%g1)
    └─ b = w + 1 = 2  (%g4)
       ├─ w  (%g1, above)
       └─ 1
"""


def test_the_list_of_the_worked_example() -> None:
    assert "".join(graph_list(worked("both"))) == dedent(LIST)


def test_the_tree_of_the_worked_example() -> None:
    assert "".join(graph_tree(worked())) == dedent(TREE)
    assert "".join(graph_tree(worked("backward"))) == dedent(BACKWARD_TREE)


def test_the_tree_in_ascii() -> None:
    tape = run("(x+w)*(w+1)", {"x": 2.0, "w": 1.0})
    for view in ("forward", "both"):
        tree = "".join(graph_tree(diagram(tape, title="", view=view, board=False), ascii=True))
        assert tree.isascii()
    assert "|-[b = 2]- a = x + w = 3, dy/da = 2  (%2)" in tree


def test_both_uses_of_an_operand_are_there() -> None:
    assert "%1 y = mul %0 %0 : value 9" in "".join(graph_list(of("x*x", x=3.0)))
    assert "".join(graph_tree(of("x*x", x=3.0))).splitlines()[1:] == [
        "├─[x = 3]─ x = 3, dy/dx = 6  (%0)",
        "└─[x = 3]─ x  (%0, above)",
    ]


def test_a_line_does_not_depend_on_other_lines() -> None:
    short, long = of("a = x*w; a + 1", x=2.0, w=1.0), of("a = x*w; a + 123456789", x=2.0, w=1.0)
    assert list(graph_list(short))[:3] == list(graph_list(long))[:3]


def test_infinities_and_no_number() -> None:
    lines = list(graph_list(of("1/x - 1/x", x=0.0)))
    assert "value inf" in lines[2]
    assert "value nan" in lines[-1]


def test_what_is_left_out_is_said() -> None:
    cut = of("x*w + sin(x)", most=2, x=2.0, w=1.0)
    head, a, y = graph_list(cut)
    assert head == "# 2 of 5 nodes\n"
    assert a.startswith("%2 a = mul … : value 2,")
    assert a.endswith(", … 2 more inputs\n")
    assert y.startswith("%4 y = add %2 … : value 2.90929")
    assert y.endswith(", output, … 1 more input | d(y)/d(a) = 1\n")
    tree = "".join(graph_tree(cut)).splitlines()
    assert tree[0] == "# 2 of 5 nodes"
    assert tree[3:] == ["│  └─ … 2 more inputs", "└─ … 1 more input"]


def test_every_node_stands_in_full_once() -> None:
    shown = of("a = x*w; b = sin(a) + a; unused = w + 2; b*a + x", x=2.0, w=1.0)
    tree = "".join(graph_tree(shown))
    total = shown.parts[0].total
    constants = 1
    assert len(re.findall(r"\(%\d+\)$", tree, re.MULTILINE)) == total - constants
    assert len(list(graph_list(shown))) == total


def test_names_stay_in_their_lines() -> None:
    for at in range(0, len(HOSTILE) - 6, 2):
        shown = diagram(renamed(HOSTILE[at : at + 6]), title="t", view="both")
        for line in [*graph_list(shown), *graph_tree(shown)]:
            assert line == f"{visible(line[:-1])}\n"
        assert len(list(graph_list(shown))) == len(list(graph_list(worked("both"))))


@pytest.mark.parametrize("length", [1_000, 10_000])
def test_a_deep_graph_takes_linear_space(length: int) -> None:
    chain = of("sin(" * length + "x" + ")" * length, x=1.0)
    lines = sum(1 for _ in graph_list(chain))
    assert lines == length + 1
    size = printed = 0
    longest = 0
    for line in graph_tree(chain):
        size += len(line)
        printed += line.endswith(")\n")
        longest = max(longest, len(line))
    assert printed == length + 1
    assert longest < 4 * DEEPEST + 100
    assert size < 200 * length


def test_a_branch_that_is_too_deep_is_continued_below() -> None:
    tree = list(graph_tree(of("sin(" * 40 + "x" + ")" * 40, x=1.0)))
    at = next(number for number, line in enumerate(tree) if "continued" in line)
    id = re.search(r"… continued at (%\d+) below$", tree[at])
    assert id
    assert tree[at + 1] == "\n"
    assert tree[at + 2].endswith(f"({id[1]})\n")
    assert not tree[at + 2].startswith((" ", "└"))
