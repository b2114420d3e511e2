"""The invariants of a graph, checked after each pass in tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.graph.graph import COND, CONSTANT, CONTROL, ITEM, PRINT, VARIABLE, WHILE_LOOP, Graph, Shape


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
            value, two nodes have one name, or what a branch or a loop holds does not fit its node.
    """
    work = [graph]
    while work:
        inner = work.pop()
        _verify_nodes(inner, accepts)
        for id in inner.blocks:
            _verify_block(inner, id)
            work.extend(inner.blocks[id].graphs)
    size = len(graph)
    if size and not 0 <= graph.output < size:
        raise InvalidGraphError(f"the output {graph.output} is not a node")
    if names is not None and (len(names) != size or len(set(names)) != size or "" in names):
        raise InvalidGraphError("the names are not unique")


def _verify_nodes(graph: Graph, accepts: Callable[[str, int], bool]) -> None:
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
        elif node.operation in CONTROL:
            _verify_control(graph, node.id)
        elif not accepts(node.operation, len(node.inputs)):
            raise InvalidGraphError(f"node {node.id}: no operation {node.operation} takes {len(node.inputs)} arguments")
    if sorted(graph.variables.values()) != [i for i, o in enumerate(graph.operations) if o == VARIABLE]:
        raise InvalidGraphError("the variables by name and the variable nodes differ")
    if any(not 0 <= id < size for id in graph.outputs):
        raise InvalidGraphError(f"the outputs {graph.outputs} are not all nodes")


def _verify_control(graph: Graph, id: int) -> None:
    """Check a branch or a loop, one of its results, or what prints."""
    operation, inputs, settings = graph.operations[id], graph.inputs[id], dict(graph.settings.get(id, ()))
    if operation in (COND, WHILE_LOOP):
        if id not in graph.blocks:
            raise InvalidGraphError(f"node {id} is a {operation} without graphs")
    elif operation == ITEM:
        block = graph.blocks.get(inputs[0]) if len(inputs) == 1 else None
        index = settings.get("index")
        if block is None or not isinstance(index, int) or not 0 <= index < len(_results(graph, inputs[0])):
            raise InvalidGraphError(f"node {id} is none of the results of a branch or a loop")
        if graph.shape(id) != _results(graph, inputs[0])[index]:
            raise InvalidGraphError(f"node {id} has another shape than the result that it is")
    elif operation == PRINT:
        parts = settings.get("parts", ())
        assert isinstance(parts, tuple)
        if sum(not isinstance(part, str) for part in parts) != len(inputs):
            raise InvalidGraphError(f"node {id} prints {parts} of {len(inputs)} nodes")


def _results(graph: Graph, id: int) -> list[Shape]:
    """The shapes of the results of a branch or a loop."""
    last = graph.blocks[id].graphs[1]
    return [last.shape(output) for output in last.outputs]


def _verify_block(graph: Graph, id: int) -> None:
    """Check that the graphs of a branch or a loop take the inputs of its node, and give its results."""
    operation, inputs, block = graph.operations[id], graph.inputs[id], graph.blocks[id]
    if operation == COND:
        if not inputs or graph.shape(inputs[0]):
            raise InvalidGraphError(f"node {id} has no number for a condition")
        inputs = inputs[1:]
    elif operation != WHILE_LOOP:
        raise InvalidGraphError(f"node {id} holds graphs, and is a {operation}")
    if len(inputs) != len(block.parameters) or len(set(block.parameters)) != len(block.parameters):
        raise InvalidGraphError(f"node {id} has {len(inputs)} inputs for the parameters {block.parameters}")
    shapes = {name: graph.shape(input) for name, input in zip(block.parameters, inputs, strict=True)}
    for inner in block.graphs:
        for name, variable in inner.variables.items():
            if name not in shapes:
                raise InvalidGraphError(f"node {id} has no input for {name}")
            if inner.shape(variable) != shapes[name]:
                raise InvalidGraphError(f"node {id}: {name} has the shape {inner.shape(variable)}, and its input {shapes[name]}")
    results = _results(graph, id)
    if len(results) != len(block.names) or (len(results) == 1 and graph.shape(id) != results[0]):
        raise InvalidGraphError(f"node {id} has the results {block.names} of the shapes {results}")
    first = block.graphs[0]
    if operation == COND and [first.shape(output) for output in first.outputs] != results:
        raise InvalidGraphError(f"the branches of node {id} differ in their results")
    if operation == WHILE_LOOP:
        if block.parameters[: len(block.names)] != block.names:
            raise InvalidGraphError(f"the loop of node {id} carries {block.names}, and its parameters begin otherwise")
        if results != [shapes[name] for name in block.names]:
            raise InvalidGraphError(f"the loop of node {id} changes a shape")
        if len(first.outputs) != 1 or first.shape(first.outputs[0]):
            raise InvalidGraphError(f"the test of the loop of node {id} is no number")
