"""The invariants of a graph, checked after each pass in tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.graph.graph import CONSTANT, VARIABLE, Graph


class InvalidGraphError(Exception):
    """A graph breaks an invariant; this is a defect of the program, not of its input."""


def verify(graph: Graph, accepts: Callable[[str, int], bool], names: Sequence[str] | None = None) -> None:
    """Check a graph.

    Args:
        graph: The graph.
        accepts: Whether an operation of a name exists and takes a number of arguments.
        names: The names of the nodes, where they are known.

    Raises:
        InvalidGraphError: A column is too short, an input does not come before its node, an arity is wrong, a constant has no
            value, or two nodes have one name.
    """
    size = len(graph)
    if len(graph.inputs) != size or len(graph.spans) != size:
        raise InvalidGraphError("the columns differ in length")
    for node in graph:
        if any(not 0 <= input < node.id for input in node.inputs):
            raise InvalidGraphError(f"node {node.id} has the inputs {node.inputs}, not all of them earlier")
        if node.operation in (VARIABLE, CONSTANT):
            if node.inputs:
                raise InvalidGraphError(f"node {node.id} is a {node.operation} with inputs")
            if node.operation == CONSTANT and node.id not in graph.constants:
                raise InvalidGraphError(f"node {node.id} is a constant without a value")
        elif not accepts(node.operation, len(node.inputs)):
            raise InvalidGraphError(f"node {node.id}: no operation {node.operation} takes {len(node.inputs)} arguments")
    if sorted(graph.variables.values()) != [i for i, o in enumerate(graph.operations) if o == VARIABLE]:
        raise InvalidGraphError("the variables by name and the variable nodes differ")
    if size and not 0 <= graph.output < size:
        raise InvalidGraphError(f"the output {graph.output} is not a node")
    if names is not None and (len(names) != size or len(set(names)) != size or "" in names):
        raise InvalidGraphError("the names are not unique")
