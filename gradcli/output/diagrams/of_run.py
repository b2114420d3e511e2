"""The diagram of a run: its graph, its backward graphs, the blocks of a static graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gradcli.autodiff.backward_graph import backward_graph
from gradcli.autodiff.passes.gradient import gradient_of
from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.language.program_text import one_line
from gradcli.output.block_graphs import blocks_of
from gradcli.output.diagrams.diagram import Diagram, Part, shortened
from gradcli.output.diagrams.functions_part import FunctionsPart
from gradcli.output.diagrams.graph_part import GraphPart, Layers
from gradcli.output.listing import BlockListing, FunctionListing, GradientListing

VIEWS = ("forward", "backward", "both")
"""What can be drawn: the graph of the function, its two backward graphs, or all three."""


WHOLE_LABELS = 16
"""Edges up to which each names its derivative."""


def diagram(
    tape: Tape,
    *,
    title: str,
    view: str = "forward",
    direction: str = "LR",
    depth: int | None = None,
    most: int | None = None,
    collapsed: bool = False,
    board: bool = True,
    notes: Mapping[int, str] = {},
) -> Diagram:
    """The diagram of a run.

    Args:
        tape: The run; one whose variables have no values is drawn without numbers.
        title: What stands above it.
        view: ``forward``: the graph; ``backward``: PyTorch's backward graph and the gradient graph; ``both``: all of them.
        direction: ``LR`` or ``TB``.
        depth: How far from the output nodes may be, in edges; None for any distance.
        most: How many nodes a part may have; None for all.
        collapsed: Whether the blocks of branches and loops are not drawn.
        board: Whether expressions are written as on a board.
        notes: What else stands in the boxes of some nodes of the graph.

    Raises:
        GradcliError: An operation on the way has no derivative by the argument that is asked for.
    """
    if view != "forward" and tape.graph.blocks:
        raise GradcliError(
            "the backward pass of a graph with branches or loops is that of a run of it",
            hint="leave out --backward and --both, or use --mode dynamic, with values",
        )
    parts: list[Part] = []
    output = tape.names[tape.output]
    if view != "backward":
        chosen = selected(tape.graph, depth=depth, most=most)
        whole = sum(len(tape.graph.inputs[id]) for id in chosen[: WHOLE_LABELS + 1]) <= WHOLE_LABELS
        inner = [] if collapsed else list(block_parts(tape, depth=depth, most=most, board=board))
        heading = "The static graph" if inner else f"{output} and its inputs, forward" if view == "both" else ""
        parts += [GraphPart(FunctionListing(tape, board=board), heading, "n", chosen, whole_labels=whole, notes=notes), *inner]
    if view != "forward":
        functions = backward_graph(tape)
        chosen = nearest_first([[to for to in f.next if to is not None] for f in functions], [0], depth=depth, most=most)
        parts.append(FunctionsPart(tape, functions, "The backward pass: grad_fn and next_functions", chosen))
        gradient = gradient_of(tape)
    if view != "forward" and any(node is not None for node in gradient.nodes.values()):
        chosen = selected(gradient.graph, depth=depth, most=most)
        listing = GradientListing(gradient, output, board=board)
        parts.append(GraphPart(listing, "The gradient as a graph of its own", "g", chosen, whole_labels=False))
    return Diagram(shortened(one_line(title) or output, WHOLE_TITLE), parts, direction)


def block_parts(tape: Tape, *, depth: int | None = None, most: int | None = None, board: bool = True) -> Iterator[GraphPart]:
    """The graphs of the branches and loops of a static graph, each below the one that its node stands in.

    Args:
        tape: The static graph.
        depth: As for :func:`diagram`; so is ``most``.
        board: Whether expressions are written as on a board.
    """
    output = tape.names[tape.output]
    for number, block in enumerate(blocks_of(tape.graph), 1):
        results = block.results if block.kind != "test" else ()
        listing = BlockListing(block.graph, output, results, board=board)
        chosen = selected(block.graph, depth=depth, most=most)
        yield GraphPart(listing, block.title, f"b{number}x", chosen, whole_labels=False)


def static_parts(
    tape: Tape, *, depth: int | None = None, most: int | None = None, collapsed: bool = False
) -> Iterator[GraphPart]:
    """A static graph with its blocks, without numbers.

    Args:
        tape: The static graph.
        depth: As for :func:`diagram`; so are ``most`` and ``collapsed``.
    """
    listing = BlockListing(tape.graph, tape.names[tape.output])
    chosen = selected(tape.graph, depth=depth, most=most)
    yield GraphPart(listing, "The static graph, as it was built", "s", chosen, whole_labels=False)
    if not collapsed:
        yield from block_parts(tape, depth=depth, most=most)


def layered(drawing: Diagram) -> Diagram:
    """A drawing of graphs with a box for each assignment of the program."""
    return replace(drawing, parts=[Layers(part) if isinstance(part, GraphPart) else part for part in drawing.parts])


WHOLE_TITLE = 400
"""Characters of the title of a diagram."""


def selected(graph: Graph, *, depth: int | None = None, most: int | None = None) -> list[int]:
    """The nodes that a dump shows: those nearest to the output.

    Args:
        graph: The graph.
        depth: How many edges away from the output they may be; None for any.
        most: How many they may be; None for any. Nodes of one distance come newest first.

    Returns:
        Their ids, ascending.
    """
    ends = list(dict.fromkeys([graph.output, *reversed(graph.outputs)]))
    return nearest_first(graph.inputs, ends, depth=depth, most=most)


def nearest_first(
    inputs: Sequence[Sequence[int]], ends: Sequence[int], *, depth: int | None = None, most: int | None = None
) -> list[int]:
    """The nodes nearest to some ends, ascending; all, also those that lead to no end, where nothing limits them.

    Args:
        inputs: For each node those that it leads to.
        ends: Where to begin.
        depth: How many edges away from the ends they may be; None for any.
        most: How many they may be; None for any.
    """
    if depth is None and (most is None or len(inputs) <= most):
        return list(range(len(inputs)))
    limit = len(inputs) if most is None else most
    level = [end for end in ends if end < len(inputs)][:limit]
    seen, distance = set(level), 0
    while level and (depth is None or distance < depth) and len(seen) < limit:
        below: list[int] = []
        for id in sorted(level, reverse=True):
            for input in inputs[id]:
                if input not in seen and len(seen) < limit:
                    seen.add(input)
                    below.append(input)
        level, distance = below, distance + 1
    return sorted(seen)
