"""Nodes and edges as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from gradcli.output.listing import Entry, Link
from gradcli.output.numbers import json_number
from gradcli.output.records.types import SYMBOLIC, Id, Number

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class BareNode(TypedDict):
    """A node of a graph that has no values."""

    id: Annotated[Id, "Place in the order of evaluation, from 0."]
    name: Annotated[str, "Unique name."]
    op: Annotated[str, "variable, constant, or the name of the operation."]
    expr: Annotated[str, "What it computes, in the names of its inputs; of a constant its exact value."]
    inputs: Annotated[list[Id], "Ids of the operands, all smaller than its own."]
    shape: Annotated[list[Id] | None, "Empty for a number; null where the operands do not fit."]
    settings: NotRequired[Annotated[dict[str, Any], "Of an operation on arrays, such as its axis; left out where it has none."]]


class GradientNode(BareNode):
    """A node of a gradient graph."""

    value: Number | None


class RunNode(BareNode):
    """A node of a run."""

    detached: NotRequired[Annotated[Literal[True], "Whether it was computed under no_grad."]]
    mismatch: NotRequired[Annotated[str, "Why the operands do not fit; left out where they do."]]
    value: Annotated[Number, SYMBOLIC]
    is_leaf: bool
    requires_grad: bool
    grad_fn: Annotated[str | None, "PyTorch's name of the operation; null for leaves."]
    next_functions: Annotated[list[str | None] | None, "Where the backward pass goes from here; null for leaves."]
    grad: Annotated[Number | None, "What .grad holds after the backward pass; null on nodes that do not keep it."]
    adjoint: Annotated[Number | None, "The derivative of the output by this node; null where no gradient arrives."]
    tangent: NotRequired[
        Annotated[Number | None, "With --tangent the derivative along the direction; null where it does not move."]
    ]


class Edge(TypedDict):
    """An edge of a graph."""

    source: Annotated[Id, "Id of the operand."]
    target: Annotated[Id, "Id of the node that uses it."]
    argument: Annotated[Id, "Which argument it is, from 0."]
    local_derivative: Annotated[
        str | None, "Derivative of the target by this argument, in names of nodes; null without a gradient."
    ]
    local_value: Annotated[Number | None, "The same as a number."]
    broken: NotRequired[Annotated[bool, "True where the shape of the operand does not fit; else left out."]]


def bare_node(entry: Entry) -> BareNode:
    """What is known of a node without values."""
    node: BareNode = {
        "id": entry.id,
        "name": entry.name,
        "op": entry.operation,
        "expr": entry.expression,
        "inputs": list(entry.inputs),
        "shape": None if entry.error else list(entry.shape),
    }
    if entry.settings:
        node["settings"] = dict(entry.settings)
    return node


def run_node(entry: Entry) -> RunNode:
    """A node of a run; what few nodes have stands last."""
    node: RunNode = {
        "id": entry.id,
        "name": entry.name,
        "op": entry.operation,
        "expr": entry.expression,
        "inputs": list(entry.inputs),
        "shape": None if entry.error else list(entry.shape),
        "value": json_number(entry.value),
        "is_leaf": entry.is_leaf,
        "requires_grad": entry.requires_grad,
        "grad_fn": entry.grad_fn,
        "next_functions": None if entry.next_functions is None else list(entry.next_functions),
        "grad": json_number(entry.grad),
        "adjoint": json_number(entry.adjoint),
    }
    if entry.settings:
        node["settings"] = dict(entry.settings)
    if entry.error:
        node["mismatch"] = entry.error
    if entry.detached:
        node["detached"] = True
    return node


def edge(link: Link) -> Edge:
    """An edge."""
    found: Edge = {
        "source": link.source,
        "target": link.target,
        "argument": link.argument,
        "local_derivative": link.derivative,
        "local_value": json_number(link.value),
    }
    if link.broken:
        found["broken"] = True
    return found
