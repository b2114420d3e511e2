"""Running a static graph with branches and loops: each node that executes is recorded, as often as it does.

A node of the graph may execute never, once, or in every turn of a loop. What executes goes onto a builder, so that values,
gradients and derivations of the run come from one flat graph: reverse mode through a loop keeps the values of every turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradcli.graph.graph import COND, CONSTANT, ITEM, PRINT, VARIABLE, WHILE_LOOP, Graph
from gradcli.lowering.builders.builder import DEFAULT_MAX_STEPS, Part, too_many_steps
from gradcli.lowering.builders.dynamic import DynamicBuilder
from gradcli.typing import Any


class _Frame:
    """A graph while it runs.

    Attributes:
        graph: The graph.
        ids: For each node so far what it is on the builder; of a node with several results a list of them.
        names: What each variable is: of the outermost graph its name, of a block a node on the builder.
        node: The node of the frame below that waits for its outputs; -1 for the outermost.
        part: Which graph of that node it is.
    """

    __slots__ = ("graph", "ids", "names", "node", "part")

    def __init__(self, graph: Graph, given: Mapping[str, Any], node: int = -1, part: int = 0) -> None:
        self.graph = graph
        self.ids: list[Any] = []
        self.names = {id: given.get(name, name) for name, id in graph.variables.items()}
        self.node = node
        self.part = part


def execute(
    graph: Graph,
    builder: DynamicBuilder,
    *,
    max_steps: int = DEFAULT_MAX_STEPS,
    on_node: Callable[[Graph, int], None] | None = None,
) -> dict[int, int]:
    """Run a static graph onto a builder.

    Args:
        graph: The graph.
        builder: What records; it has the values of the variables.
        max_steps: How many turns the loops may take, all together.
        on_node: Is told each node that executes, with its graph: the static graph, or that of a block.

    Returns:
        For each node of the graph, outside of its blocks, the node that was recorded.

    Raises:
        GradcliError: Loops take more turns than they may (exit code 4), or the run is too large.
    """
    carried: list[list[int]] = []  # of each loop that is running, the innermost last
    steps = 0
    frames = [_Frame(graph, {})]
    while True:
        frame = frames[-1]
        template, ids = frame.graph, frame.ids
        at = len(ids)
        if at == len(template):
            if frame.node < 0:
                break
            outputs = [ids[id] for id in template.outputs]
            frames.pop()
            below, node, part = frames[-1], frame.node, frame.part
            block = below.graph.blocks[node]
            if below.graph.operations[node] == COND:
                below.ids.append(_results(outputs))
            elif part == 0 and not builder.truth(outputs[0]):
                below.ids.append(_results(carried.pop()))
            else:
                if part == 0:
                    steps += 1
                    if steps > max_steps:
                        raise too_many_steps(max_steps, below.graph.spans[node])
                else:
                    carried[-1] = outputs
                inputs = [below.ids[input] for input in below.graph.inputs[node]]
                inputs[: len(carried[-1])] = carried[-1]
                given = dict(zip(block.parameters, inputs, strict=True))
                frames.append(_Frame(block.graphs[1 - part], given, node, 1 - part))
            continue
        operation, span = template.operations[at], template.spans[at]
        if on_node is not None:
            on_node(template, at)
        inputs = [ids[input] for input in template.inputs[at]]
        if operation == VARIABLE:
            given = frame.names[at]
            ids.append(builder.variable(given, span) if isinstance(given, str) else given)
        elif operation == CONSTANT:
            ids.append(builder.constant(template.constants[at], span))
        elif operation == COND:
            block = template.blocks[at]
            part = 0 if builder.truth(inputs[0]) else 1
            frames.append(_Frame(block.graphs[part], dict(zip(block.parameters, inputs[1:], strict=True)), at, part))
        elif operation == WHILE_LOOP:
            block = template.blocks[at]
            carried.append(inputs[: len(block.names)])
            frames.append(_Frame(block.graphs[0], dict(zip(block.parameters, inputs, strict=True)), at))
        elif operation == ITEM:
            ids.append(inputs[0][dict(template.settings[at])["index"]])
        elif operation == PRINT:
            builder.show(_parts(dict(template.settings[at])["parts"], inputs), span)
            ids.append(None)
        else:
            id = builder.operation(operation, tuple(inputs), span, template.settings.get(at, ()))
            if at in template.given_names:
                builder.graph.given_names.setdefault(id, template.given_names[at])
            ids.append(id)
    ids = frames[0].ids
    met = builder.graph.variables  # in the order of the static graph, whatever ran first
    builder.graph.variables = {name: met[name] for name in (*graph.variables, *met) if name in met}
    builder.graph.output = ids[graph.output]
    builder.graph.outputs = [ids[id] for id in graph.outputs]
    return {node: id for node, id in enumerate(ids) if isinstance(id, int)}


def _results(ids: list[int]) -> int | list[int]:
    """One result is the node itself; several are a list that ``item`` picks from."""
    return ids[0] if len(ids) == 1 else ids


def _parts(texts: Any, ids: list[int]) -> list[Part]:
    given = iter(ids)
    return [text if isinstance(text, str) else (text[0], next(given), text[1]) for text in texts]
