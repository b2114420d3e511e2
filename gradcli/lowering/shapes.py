"""Shapes of nodes, inferred when they are made, before any value is computed."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.errors import Span
from gradcli.graph.graph import Graph, Settings, Shape
from gradcli.lowering.mismatch import MismatchError
from gradcli.ops.structural import STRUCTURAL, ShapeError, broadcast


def inferred_shape(graph: Graph, operation: str, inputs: Sequence[int], settings: Settings, span: Span) -> Shape:
    """The shape of the result of an operation on nodes.

    Raises:
        MismatchError: The shapes of the operands do not fit.
    """
    shapes = [graph.shape(input) for input in inputs]
    try:
        if operation in STRUCTURAL:
            return STRUCTURAL[operation].shape(*shapes, **dict(settings))
        return broadcast(*shapes)
    except ShapeError as error:
        raise MismatchError(graph, operation, inputs, settings, span, str(error)) from None
