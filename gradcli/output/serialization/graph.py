"""The JSON document of a graph, which reads back: a stream of one node a line, one edge a line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from gradcli.autodiff.backward_graph import Function, backward_graph
from gradcli.autodiff.passes.gradient import gradient_of
from gradcli.autodiff.passes.tape import Tape
from gradcli.lowering.builders.static import Removed
from gradcli.output.block_graphs import BlockGraph, blocks_of
from gradcli.output.json import Encode, document, encoder, json_number, list_json, object_json
from gradcli.output.listing import BlockListing, GradientListing
from gradcli.output.serialization.evaluation import graph_parts, run_facts
from gradcli.output.serialization.nodes import bare_node
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.schemas.runs import BlockRecord, FunctionRecord, GradientNode, RemovedRecord


def graph_json(
    tape: Tape,
    expression: str,
    warnings: Sequence[str],
    *,
    backward: bool = False,
    removed: Sequence[Removed] = (),
    select: Collection[str] | None = None,
) -> Iterator[str]:
    """The pieces of the document of `gradcli graph --format json`; joined they are one JSON object.

    Args:
        tape: The run; one whose variables have no values has null for each number.
        expression: The source text.
        warnings: What the user should know.
        backward: Whether the two backward graphs are in it.
        removed: What building the static graph left out.
        select: The keys to write; None for all.

    Raises:
        GradcliError: There is no key that is to be written.
    """
    encode = encoder()
    parts: dict[str, Any] = {**run_facts(tape, expression), **graph_parts(tape)}
    if tape.graph.blocks:
        parts["blocks"] = lambda: list_json(map(encode, map(_block, blocks_of(tape.graph))))
    if removed:
        parts["removed"] = lambda: removed_records(removed, expression)
    parts["backward"] = (lambda: _backward(tape, encode)) if backward else None
    return document("graph", parts, warnings, select=select)


def _block(block: BlockGraph) -> BlockRecord:
    """The graph of a branch or a loop."""
    listing = BlockListing(block.graph, "", board=False)
    return {
        "inside": block.inside,
        "node": block.node,
        "kind": block.kind,
        "parameters": list(block.parameters),
        "results": list(block.results),
        "outputs": block.graph.outputs,
        "nodes": [bare_node(listing.entry(id)) for id in range(len(block.graph))],
    }


def _backward(tape: Tape, encode: Encode) -> Iterator[str]:
    """PyTorch's backward graph and the gradient graph."""
    gradient = gradient_of(tape)
    listing = GradientListing(gradient, tape.names[tape.output], board=False)
    entries = map(listing.entry, range(len(gradient.graph)))
    nodes: Iterator[GradientNode] = ({**bare_node(entry), "value": json_number(entry.value)} for entry in entries)
    parts = {
        "functions": list_json(map(encode, map(_function, backward_graph(tape)))),
        "gradient": gradient.nodes,
        "nodes": list_json(map(encode, nodes)),
    }
    return object_json(parts, encode)


def _function(function: Function) -> FunctionRecord:
    return {"id": function.id, "name": function.name, "node": function.node, "next_functions": list(function.next)}


def removed_records(removed: Sequence[Removed], source: str) -> list[RemovedRecord]:
    """What was left out, as data."""
    return [
        {"pass": item.kind, "operation": item.operation, "line": line, "text": source[item.span[0] : item.span[1]]}
        for line, item in placed(removed, source)
    ]


def placed(removed: Sequence[Removed], source: str) -> Iterator[tuple[int, Removed]]:
    """What was left out, each with its line in the source text."""
    return ((source.count("\n", 0, item.span[0]) + 1, item) for item in removed)
