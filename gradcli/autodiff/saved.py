"""What a function saves for the backward pass: the operands, and the result, that its derivative reads.

PyTorch declares this for each operation. Here it follows from the derivative rule, which is called with symbols once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcli.graph.graph import UNLIMITED, Graph, Settings, Shape
from gradcli.lowering.builders import StaticBuilder
from gradcli.ops.operation import OPERATIONS
from gradcli.ops.structural import STRUCTURAL
from gradcli.ops.symbol import Symbol

RESULT = -1
"""Stands for the result among the operands that are saved."""

_NOTHING_BUT_SHAPES = frozenset(("index", "stack", "cat"))
"""Operations whose rule reads only the shapes of their operands."""


def reads(operation: str, wanted: Sequence[bool], shapes: Sequence[Shape], shape: Shape, settings: Settings) -> frozenset[int]:
    """The operands, by index, and the result, -1, that the derivative of an operation reads.

    Args:
        operation: Its name.
        wanted: For each operand whether its adjoint is wanted.
        shapes: The shapes of the operands.
        shape: The shape of the result.
        settings: The settings of the operation.
    """
    if operation in _NOTHING_BUT_SHAPES:
        return frozenset()
    graph = Graph(max_elements=UNLIMITED)
    builder = StaticBuilder(graph)
    builder.shapes = {"g": shape, "y": shape, **{f"x{index}": of for index, of in enumerate(shapes)}}
    g, y, *operands = [Symbol(builder, builder.variable(name)) for name in builder.shapes]
    found: Sequence[Any]
    if operation in STRUCTURAL:
        pullback = STRUCTURAL[operation].pullback
        if pullback is None:
            return frozenset()
        contributions = pullback(g, y, *operands, **dict(settings))
        found = [contribution for contribution, want in zip(contributions, wanted, strict=True) if want]
    else:
        _, found = OPERATIONS[operation].derivatives(tuple(wanted))(y, tuple(operands))
    ends = [item.id for item in found if isinstance(item, Symbol)]
    reached = graph.ancestors(*ends)
    return frozenset(index for index, symbol in enumerate((y, *operands), RESULT) if reached[symbol.id])
