"""The JSON document of a graph, which reads back: a stream of one node a line, one edge a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from gradcli.autodiff.backward_graph import Function, backward_graph
from gradcli.autodiff.passes.gradient import gradient_of
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.document import GRAPH_SCHEMA
from gradcli.lowering.builders.static import Removed
from gradcli.output.block_graphs import BlockGraph, blocks_of
from gradcli.output.listing import BlockListing, FunctionListing, GradientListing
from gradcli.output.records.run import Encode, edge_objects, head_json, list_json, node_object, run_facts
from gradcli.output.reports.removed import removed_json


def graph_json(
    tape: Tape,
    expression: str,
    warnings: Sequence[str],
    *,
    backward: bool = False,
    removed: Sequence[Removed] = (),
    ascii: bool = False,
) -> Iterator[str]:
    """The pieces of the document of `gradcli graph --format json`; joined they are one JSON object.

    Args:
        tape: The run; one whose variables have no values has null for each number.
        expression: The source text.
        warnings: What the user should know.
        backward: Whether the two backward graphs are in it.
        removed: What building the static graph left out.
        ascii: With escapes for characters beyond ASCII.
    """
    encode = json.JSONEncoder(ensure_ascii=ascii, allow_nan=False, check_circular=False).encode
    listing = FunctionListing(tape, board=False)
    yield from head_json({"schema": GRAPH_SCHEMA, "expression": expression, **run_facts(tape)}, encode)
    yield ',\n "nodes": '
    yield from list_json(map(encode, (node_object(listing.entry(id)) for id in range(len(tape.graph)))))
    yield ',\n "edges": '
    yield from list_json(map(encode, edge_objects(listing)))
    if tape.graph.blocks:
        yield ',\n "blocks": '
        yield from list_json(map(encode, map(_block, blocks_of(tape.graph))))
    if removed:
        yield f',\n "removed": {encode(removed_json(removed, expression))}'
    yield ',\n "backward": '
    yield from _backward(tape, encode) if backward else ["null"]
    yield f',\n "warnings": {encode(list(warnings))}}}\n'


def _block(block: BlockGraph) -> dict[str, Any]:
    """The graph of a branch or a loop."""
    listing = BlockListing(block.graph, "", board=False)
    keys = ("id", "name", "op", "expr", "inputs", "shape", "settings")
    nodes = [node_object(listing.entry(id)) for id in range(len(block.graph))]
    return {
        "inside": block.inside,
        "node": block.node,
        "kind": block.kind,
        "parameters": list(block.parameters),
        "results": list(block.results),
        "outputs": block.graph.outputs,
        "nodes": [{key: node[key] for key in keys if key in node} for node in nodes],
    }


def _backward(tape: Tape, encode: Encode) -> Iterator[str]:
    """PyTorch's backward graph and the gradient graph."""
    functions = backward_graph(tape)
    yield '{"functions": '
    yield from list_json(encode(_function(function)) for function in functions)
    gradient = gradient_of(tape)
    listing = GradientListing(gradient, tape.names[tape.output], board=False)
    yield f',\n "gradient": {encode(gradient.nodes)},\n "nodes": '
    keys = ("id", "name", "op", "expr", "inputs", "shape", "settings", "value")
    nodes = (node_object(listing.entry(id)) for id in range(len(gradient.graph)))
    yield from list_json(encode({key: node[key] for key in keys if key in node}) for node in nodes)
    yield "}"


def _function(function: Function) -> dict[str, Any]:
    return {"id": function.id, "name": function.name, "node": function.node, "next_functions": function.next}
