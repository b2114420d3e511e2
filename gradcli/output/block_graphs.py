"""The graphs inside a static graph: those of its branches and loops, and of what stands in these."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.graph.graph import BLOCK_NAMES, COND, WHILE_LOOP, Graph
from gradcli.graph.names import further_in, node_names
from gradcli.ops.declaration.constants import VALUES
from gradcli.typing import NamedTuple

WORDS = {COND: "branch", WHILE_LOOP: "loop"}
"""What the nodes with graphs of their own are called in titles."""


class BlockGraph(NamedTuple):
    """A graph inside another.

    Attributes:
        title: The way to it: ``branch y: then``; inside of that ``branch y: then, loop h: body``; of a long one both ends.
        graph: The graph.
        inside: The number of the block that its node stands in, from 0; None for the graph itself.
        node: The id of its node there.
        kind: ``then``, ``else``, ``test`` or ``body``.
        parameters: The names of the inputs of its node, by which it refers to them.
        results: What its outputs are called outside.
    """

    title: str
    graph: Graph
    inside: int | None
    node: int
    kind: str
    parameters: tuple[str, ...]
    results: tuple[str, ...]


def blocks_of(graph: Graph) -> Iterator[BlockGraph]:
    """The graphs of branches and loops, each directly before those inside of it."""
    work = list(reversed(_inside(graph, None, ())))
    number = 0
    while work:
        block, way = work.pop()
        yield block
        work.extend(reversed(_inside(block.graph, number, way)))
        number += 1


def _inside(graph: Graph, number: int | None, way: tuple[str, ...]) -> list[tuple[BlockGraph, tuple[str, ...]]]:
    """The graphs directly inside another."""
    names = node_names(graph, frozenset(VALUES)) if graph.blocks else []
    found: list[tuple[BlockGraph, tuple[str, ...]]] = []
    for node, block in graph.blocks.items():
        name = ", ".join(filter(None, block.names)) or names[node]
        operation = graph.operations[node]
        for kind, below in zip(BLOCK_NAMES[operation], block.graphs, strict=True):
            further = further_in(way, f"{WORDS[operation]} {name}: {kind}")
            found.append((BlockGraph(", ".join(further), below, number, node, kind, block.parameters, block.names), further))
    return found
