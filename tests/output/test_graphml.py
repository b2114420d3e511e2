"""GraphML as networkx reads it."""

from __future__ import annotations

import math
from typing import Any

import networkx
import pytest
from diagrams import HOSTILE, of, renamed, worked

from gradcli.language.program_text import one_line
from gradcli.output.diagrams.diagram import Diagram
from gradcli.output.diagrams.graphml import graphml
from gradcli.output.diagrams.of_run import diagram
from gradcli.output.visible import visible


def read(shown: Diagram) -> Any:
    """The graph that networkx reads; a warning would be an error."""
    return networkx.parse_graphml("".join(graphml(shown)))


def test_the_worked_example() -> None:
    graph = read(worked())
    assert graph.graph["title"] == "(x+w)*(w+1)"
    assert list(graph) == ["n0", "n1", "n2", "n3", "n4", "n5"]
    assert graph.nodes["n5"] == {
        "name": "y",
        "op": "mul",
        "kind": "output",
        "expression": "a·b",
        "value": 6.0,
        "adjoint": 1.0,
        "is_leaf": False,
        "requires_grad": True,
        "grad_fn": "MulBackward0",
        "shape": "()",
    }
    w = graph.nodes["n1"]
    assert (w["grad"], w["adjoint"], w["is_leaf"], w["requires_grad"]) == (5.0, 5.0, True, True)
    assert "grad" not in graph.nodes["n2"]
    edge = graph.edges["n2", "n5"]
    assert (edge["argument"], edge["local_derivative"], edge["local_value"]) == (0, "b", 2.0)
    assert "local_value" not in graph.edges["n0", "n2"]


def test_the_chain_rule_over_the_edges() -> None:
    graph = read(worked())
    paths = networkx.all_simple_paths(graph, "n1", "n5")
    terms = [math.prod(graph.edges[edge]["local_value"] for edge in networkx.utils.pairwise(path)) for path in paths]
    assert sorted(terms) == [2.0, 3.0]
    assert sum(terms) == graph.nodes["n1"]["grad"]


def test_all_parts_are_one_graph() -> None:
    graph = read(worked("both"))
    parts = networkx.get_node_attributes(graph, "part")
    assert len(graph) == len(parts) == 16
    assert len(set(parts.values())) == 3
    assert graph.nodes["f3"]["name"] == "AccumulateGrad"
    assert graph.nodes["f3"]["node"] == "w"
    assert {(source, target): data["argument"] for source, target, data in graph.edges(data=True) if source[0] == "f"} == {
        ("f0", "f2"): 0,
        ("f0", "f1"): 1,
        ("f1", "f3"): 0,
        ("f2", "f3"): 1,
    }
    derivative = graph.nodes["g5"]
    assert (derivative["name"], derivative["value"], derivative["derivative_of"]) == ("∂y/∂w", 5.0, "w")
    assert "is_leaf" not in derivative


def test_both_uses_of_an_operand_are_edges() -> None:
    graph = read(of("x*x", x=3.0))
    assert graph.number_of_edges("n0", "n1") == 2
    assert sorted(data["argument"] for _, _, data in graph.edges(data=True)) == [0, 1]


def test_infinities_and_no_number() -> None:
    graph = read(of("a = 1/x; b = -1/x; a + b", x=0.0))
    values = {data["name"]: data["value"] for _, data in graph.nodes(data=True)}
    assert values["a"] == math.inf
    assert values["b"] == -math.inf
    assert math.isnan(values["y"])
    text = "".join(graphml(of("a = 1/x; b = -1/x; a + b", x=0.0)))
    assert all(f'"node_value">{word}<' in text for word in ("INF", "-INF", "NaN"))  # as XML Schema writes them


def test_what_is_left_out_is_counted() -> None:
    graph = read(of("x*w + sin(x)", most=2, x=2.0, w=1.0))
    assert len(graph) == 2
    assert sum(data.get("omitted_inputs", 0) for _, data in graph.nodes(data=True)) == 3  # sin(x) of y, x and w of a


@pytest.mark.parametrize("start", range(0, len(HOSTILE) - 5, 3))
def test_every_text_comes_back_as_it_is(start: int) -> None:
    names = HOSTILE[start : start + 6]
    graph = read(diagram(renamed(names), title=names[0], view="both"))
    assert graph.graph["title"] == visible(one_line(names[0]))
    assert [graph.nodes[f"n{id}"]["name"] for id in range(6)] == [visible(name) for name in names]
    assert graph.nodes["f3"]["node"] == visible(names[1])
