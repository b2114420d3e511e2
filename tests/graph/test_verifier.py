"""The verifier accepts what the builders make and refuses each way to break a graph."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import accepts, build, run

from gradcli.graph.graph import Graph
from gradcli.graph.verifier import InvalidGraphError, verify
from gradcli.language.parser import parse


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


LOOP = "s = x; k = 0; while k < n { k = k + 1; s = s*x }; s"
BRANCH = "if x > 0 { a = x; b = 1 } else { a = -x; b = x }; a*b"

BROKEN_BLOCKS: dict[str, tuple[str, Callable[[Graph, int], object], str]] = {
    "a loop has no graphs": (LOOP, lambda graph, at: graph.blocks.pop(at), "without graphs"),
    "an input is missing": (
        LOOP,
        lambda graph, at: graph.inputs.__setitem__(at, graph.inputs[at][1:]),
        "inputs for the parameters",
    ),
    "a parameter is missing": (LOOP, lambda graph, at: _replaced(graph, at, parameters=("q", "r", "t", "u")), "no input for"),
    "a loop carries something else": (LOOP, lambda graph, at: _replaced(graph, at, names=("x", "s")), "carries"),
    "a loop has too few results": (LOOP, lambda graph, at: graph.blocks[at].graphs[1].outputs.pop(), "results"),
    "a test has no output": (LOOP, lambda graph, at: graph.blocks[at].graphs[0].outputs.pop(), "is no number"),
    "a result changes its shape": (LOOP, lambda graph, at: _shaped(graph.blocks[at].graphs[1]), "shape"),
    "an inner input comes later": (LOOP, lambda graph, at: _later(graph.blocks[at].graphs[1]), "not all of them earlier"),
    "branches differ": (BRANCH, lambda graph, at: graph.blocks[at].graphs[0].outputs.pop(), "differ in their results"),
    "a branch has no condition": (BRANCH, lambda graph, at: graph.inputs.__setitem__(at, ()), "condition"),
    "a branch is no branch": (BRANCH, lambda graph, at: graph.operations.__setitem__(at, "add"), "no operation add|is a add"),
    "a result is none": (BRANCH, lambda graph, at: graph.settings.__setitem__(at + 1, (("index", 2),)), "none of the results"),
    "an output is no node": (BRANCH, lambda graph, at: graph.blocks[at].graphs[1].outputs.__setitem__(0, 99), "not all nodes"),
}


def _replaced(graph: Graph, id: int, **changes: tuple[str, ...]) -> None:
    graph.blocks[id] = graph.blocks[id]._replace(**changes)  # type: ignore[arg-type]


def _shaped(graph: Graph) -> None:
    graph.shapes[graph.outputs[0]] = (2,)


def _later(graph: Graph) -> None:
    last = max(at for at, inputs in enumerate(graph.inputs) if inputs)
    graph.inputs[last] = (last, last)


@pytest.mark.parametrize("case", BROKEN_BLOCKS)
def test_a_broken_branch_or_loop_is_refused(case: str) -> None:
    text, breaks, message = BROKEN_BLOCKS[case]
    graph = build(parse(text), ("x", "n"))
    verify(graph, accepts)
    breaks(graph, next(iter(graph.blocks)))
    with pytest.raises(InvalidGraphError, match=message):
        verify(graph, accepts)


@pytest.mark.parametrize("names", [["x", "w", "a", "1", "a", "y"], ["x", "w", "a", "1", "b"], ["x", "w", "a", "1", "", "y"]])
def test_names_that_are_not_one_for_each_node_are_refused(names: list[str]) -> None:
    with pytest.raises(InvalidGraphError, match="names"):
        verify(valid(), accepts, names)
