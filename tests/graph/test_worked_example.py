"""The worked example of the article, y = (x + w)*(w + 1) at x = 2, w = 1: its nodes, edges, values and gradient."""

from __future__ import annotations

import pytest
from support import run

from gradcli.autodiff.passes.tape import Tape

SPELLINGS = ("(x+w)*(w+1)", "a = x + w; b = w + 1; y = a*b", "a = add(x, w); b = add(w, 1); y = mul(a, b)")


@pytest.fixture(params=SPELLINGS)
def tape(request: pytest.FixtureRequest) -> Tape:
    return run(request.param, {"x": 2.0, "w": 1.0}, wrt=["w"])


def test_nodes_stand_in_the_order_of_evaluation(tape: Tape) -> None:
    assert [(node.operation, node.inputs) for node in tape.graph] == [
        ("variable", ()), ("variable", ()), ("add", (0, 1)), ("constant", ()), ("add", (1, 3)), ("mul", (2, 4)),
    ]  # fmt: skip
    assert tape.names == ["x", "w", "a", "1", "b", "y"]
    assert tape.output == 5


def test_values_and_adjoints(tape: Tape) -> None:
    assert tape.values == [2, 1, 3, 1, 2, 6]
    assert tape.adjoints == [None, 5, 2, None, 3, 1]
    assert tape.gradient == {"w": 5}
    assert tape.local_values(5) == [2, 3]


def test_what_pytorch_says_of_each_node(tape: Tape) -> None:
    nodes = range(6)
    assert [tape.requires_grad[id] for id in nodes] == [False, True, True, False, True, True]
    assert [tape.is_leaf(id) for id in nodes] == [True, True, False, True, False, False]
    assert [tape.grad_fn(id) for id in nodes] == [None, None, "AddBackward0", None, "AddBackward0", "MulBackward0"]
    assert [tape.grad(id) for id in nodes] == [None, 5, None, None, None, None]
    assert tape.next_functions(5) == ["AddBackward0", "AddBackward0"]
    assert tape.next_functions(4) == ["AccumulateGrad", None]


def test_a_dynamic_graph_records_every_operation_and_a_static_one_shares_them() -> None:
    dynamic, static = (run("(w+1)*(w+1)", {"w": 1.0}, mode=mode) for mode in ("dynamic", "static"))
    assert dynamic.graph.operations.count("add") == 2
    assert static.graph.operations.count("add") == 1
    assert static.graph.inputs[static.output] == (2, 2)
    assert dynamic.gradient == static.gradient == {"w": 4}
