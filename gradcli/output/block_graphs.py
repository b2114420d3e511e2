"""The graphs inside a static graph: those of its branches and loops, and of what stands in these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gradcli.graph.graph import BLOCK_NAMES, COND, WHILE_LOOP, Graph
from gradcli.graph.names import node_names
from gradcli.ops.constants import VALUES

WORDS = {COND: "branch", WHILE_LOOP: "loop"}
"""What the nodes with graphs of their own are called in titles."""


class BlockGraph(NamedTuple):
    """A graph inside another.

    Attributes:
        title: The way to it: ``branch y: then``; inside of that ``branch y: then, loop h: body``.
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
    """The graphs of branches and loops, each before those inside of it."""
    count = 0
    work: list[tuple[Graph, int | None, str]] = [(graph, None, "")]
    while work:
        at, number, way = work.pop()
        names = node_names(at, frozenset(VALUES)) if at.blocks else []
        inner: list[tuple[Graph, int | None, str]] = []
        for node, block in at.blocks.items():
            name = ", ".join(filter(None, block.names)) or names[node]
            for kind, below in zip(BLOCK_NAMES[at.operations[node]], block.graphs, strict=True):
                title = f"{way}{WORDS[at.operations[node]]} {name}: {kind}"
                yield BlockGraph(title, below, number, node, kind, block.parameters, block.names)
                inner.append((below, count, f"{title}, "))
                count += 1
        work.extend(reversed(inner))
