"""The same program recorded while it runs, and built once and fed: which nodes exist in which mode for which input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import missing
from gradcli.autodiff.runs.program_run import recorded
from gradcli.autodiff.runs.static_graphs import build
from gradcli.errors import Span
from gradcli.frozen import replace
from gradcli.graph.graph import BLOCK_NAMES, CONSTANT, ITEM, PRINT, VARIABLE, Graph
from gradcli.graph.names import further_in, node_names
from gradcli.language.ast import Program
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import Value
from gradcli.lowering.builders.dynamic import DynamicBuilder
from gradcli.lowering.builders.execute import execute
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops.declaration.constants import VALUES
from gradcli.typing import NamedTuple

Place = tuple[Span, str]
"""What nodes of both modes have in common: the place in the source text, and the operation; of a variable its name."""


class Row(NamedTuple):
    """A node of the program, or all that one operation in its text becomes.

    Attributes:
        line: The line of the source text.
        name: Its name, the first one where there are several nodes.
        expression: What it computes.
        block: The block of the static graph that it stands in, ``y: then``; empty outside of blocks, and where there is none.
        recorded: For each input how many nodes the dynamic graph has of it.
        built: How many nodes the static graph has of it.
        executed: For each input how often they execute.
    """

    line: int
    name: str
    expression: str
    block: str
    recorded: tuple[int, ...]
    built: int
    executed: tuple[int, ...]


class Comparison(NamedTuple):
    """The graphs of a program at some inputs.

    Attributes:
        inputs: The values of the variables of each run.
        rows: The nodes, in the order of the source text.
        graphs: For each input which dynamic graph it recorded; equal numbers are equal graphs.
        values: For each input the value of the output, in the dynamic and in the static mode.
    """

    inputs: list[Mapping[str, Value]]
    rows: list[Row]
    graphs: list[int]
    values: list[tuple[Value, Value]]

    @property
    def recorded(self) -> list[int]:
        """How many nodes the dynamic graph of each run has."""
        return [sum(row.recorded[at] for row in self.rows) for at in range(len(self.inputs))]

    @property
    def built(self) -> int:
        """How many nodes the static graph has."""
        return sum(row.built for row in self.rows)


class _Found(NamedTuple):
    span: Span
    name: str
    expression: str
    block: str


def compare_modes(program: Program, source: str, inputs: Sequence[Mapping[str, Value]], asked: Request) -> Comparison:
    """Record a program at each input, and build it once and feed it each input.

    Args:
        program: The program.
        source: Its text.
        inputs: For each run the value of each variable, of the same shapes in each.
        asked: The limits.

    Raises:
        GradcliError: As :func:`~gradcli.autodiff.runs.program_run.recorded`.
    """
    found: dict[Place, _Found] = {}
    static = build(program, replace(asked, bindings=inputs[0]))
    for values in inputs:
        if not static.variables.keys() <= values.keys():
            raise missing(program, values, asked.spare)
    built = Counter(_places(static, found))
    dynamic_places: list[Counter[Place]] = []
    known: dict[tuple[object, ...], int] = {}
    graphs: list[int] = []
    dynamic: list[Value] = []
    for values in inputs:
        tape = recorded(program, replace(asked, bindings=values))
        dynamic_places.append(Counter(_places(tape.graph, found)))
        shape = (tuple(tape.graph.operations), tuple(tape.graph.inputs), tuple(tape.graph.constants.items()))
        graphs.append(known.setdefault(shape, len(known)))
        dynamic.append(tape.value)
    executed: list[Counter[Place]] = []
    fed: list[Value] = []
    for values in inputs:
        count: Counter[Place] = Counter()
        builder = DynamicBuilder(Graph(static.max_nodes, static.max_elements), values)

        def counted(graph: Graph, id: int, count: Counter[Place] = count) -> None:
            if graph is static or graph.operations[id] != VARIABLE:  # a variable of a block is a node around it
                count[_place(graph, id)] += 1

        execute(static, builder, max_steps=asked.max_steps, on_node=counted)
        executed.append(count)
        fed.append(builder.values[builder.graph.output])
    rows = [
        Row(
            source.count("\n", 0, node.span[0]) + 1,
            node.name,
            node.expression,
            node.block,
            tuple(count[place] for count in dynamic_places),
            built[place],
            tuple(count[place] for count in executed),
        )
        for place, node in sorted(found.items(), key=lambda item: source.count("\n", 0, item[1].span[0]))
    ]
    return Comparison(list(inputs), rows, graphs, list(zip(dynamic, fed, strict=True)))


def _place(graph: Graph, id: int) -> Place:
    """What a node has in common with those of other graphs; a variable is one wherever it is used first."""
    if graph.operations[id] == VARIABLE:
        return (-1, -1), next(name for name, at in graph.variables.items() if at == id)
    return graph.spans[id], graph.operations[id]


def _places(graph: Graph, found: dict[Place, _Found]) -> list[Place]:
    """The place of each node of a graph and its blocks; notes what is found where for the first time."""
    places: list[Place] = []
    work: list[tuple[Graph, int, tuple[str, ...]]] = [(graph, 0, ())]
    names: dict[Graph, list[str]] = {}
    while work:
        at, id, way = work.pop()
        if id == len(at):
            continue
        work.append((at, id + 1, way))
        operation = at.operations[id]
        if operation in (CONSTANT, PRINT, ITEM) or (way and operation == VARIABLE):
            continue
        if at not in names:
            names[at] = node_names(at, frozenset(VALUES))
        known = names[at]
        place = _place(at, id)
        if place not in found:
            text = "" if operation == VARIABLE else to_text(node_expression(at, id, known), pretty=True)
            found[place] = _Found(at.spans[id], known[id], text, " ".join(way))
        places.append(place)
        if id in at.blocks:
            labelled = zip(at.blocks[id].graphs, BLOCK_NAMES[operation], strict=True)
            work.extend((graph, 0, further_in(way, f"{known[id]}: {label}")) for graph, label in reversed(list(labelled)))
    return places
