"""Shapes of nodes, inferred when they are made, before any value is computed."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.errors import Span
from gradcli.graph.graph import Graph, Settings, Shape
from gradcli.graph.shapes import ShapeError
from gradcli.ops.catalogue import STRUCTURAL, operation_named


def inferred_shape(graph: Graph, operation: str, inputs: Sequence[int], settings: Settings, span: Span) -> Shape:
    """The shape of the result of an operation on nodes.

    Raises:
        MismatchError: The shapes of the operands do not fit.
        GradcliError: What is computed meanwhile is too large (exit code 4).
    """
    shapes = [graph.shape(input) for input in inputs]
    try:
        declared, given = operation_named(operation), dict(settings)
        shape = declared.shape(*shapes, **given)
        if declared.scratch is not None:
            graph.allow(declared.scratch(*shapes, **given), f"what {operation} computes meanwhile has", span)
        return shape
    except ShapeError as error:
        from gradcli.lowering.builders.shape_mismatch import MismatchError

        raise MismatchError(graph, operation, inputs, settings, span, str(error)) from None


def has_arrays(graph: Graph) -> bool:
    """Whether a node is an array, or an operation on arrays made it, which numbers may go through as well."""
    return bool(graph.shapes) or any(operation in STRUCTURAL for operation in set(graph.operations))
