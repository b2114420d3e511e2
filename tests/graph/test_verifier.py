"""The verifier accepts what the builders make and refuses each way to break a graph."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import accepts, run

from gradcli.graph.graph import Graph
from gradcli.graph.verifier import InvalidGraphError, verify


def valid() -> Graph:
    """The graph of y = (x + w)*(w + 1): x 0, w 1, a 2, the constant 3, b 4, y 5."""
    return run("(x+w)*(w+1)", {"x": 2, "w": 1}).graph


def test_a_recorded_graph_is_valid() -> None:
    verify(valid(), accepts, ["x", "w", "a", "1", "b", "y"])


def test_the_empty_graph_is_valid() -> None:
    verify(Graph(), accepts, [])


BROKEN: dict[str, tuple[Callable[[Graph], object], str]] = {
    "a column is too short": (lambda graph: graph.spans.pop(), "columns"),
    "an input comes later": (lambda graph: graph.inputs.__setitem__(2, (0, 4)), "not all of them earlier"),
    "a node is its own input": (lambda graph: graph.inputs.__setitem__(5, (5, 4)), "not all of them earlier"),
    "an input is negative": (lambda graph: graph.inputs.__setitem__(2, (0, -1)), "not all of them earlier"),
    "a variable has an input": (lambda graph: graph.inputs.__setitem__(1, (0,)), "variable with inputs"),
    "a constant has no value": (lambda graph: graph.constants.clear(), "without a value"),
    "an operation has too many arguments": (lambda graph: graph.inputs.__setitem__(2, (0, 1, 1)), "takes 3 arguments"),
    "there is no such operation": (lambda graph: graph.operations.__setitem__(2, "plus"), "no operation plus"),
    "a variable has no name": (lambda graph: graph.variables.pop("w"), "variables"),
    "the output is no node": (lambda graph: setattr(graph, "output", 6), "output"),
    "there is no output": (lambda graph: setattr(graph, "output", -1), "output"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_graph_is_refused(case: str) -> None:
    breaks, message = BROKEN[case]
    graph = valid()
    breaks(graph)
    with pytest.raises(InvalidGraphError, match=message):
        verify(graph, accepts)


@pytest.mark.parametrize("names", [["x", "w", "a", "1", "a", "y"], ["x", "w", "a", "1", "b"], ["x", "w", "a", "1", "", "y"]])
def test_names_that_are_not_one_for_each_node_are_refused(names: list[str]) -> None:
    with pytest.raises(InvalidGraphError, match="names"):
        verify(valid(), accepts, names)
