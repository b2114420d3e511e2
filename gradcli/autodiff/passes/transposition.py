"""The Jacobian-vector product of an operation that declares a vector-Jacobian product: its transpose.

The pullback x̄ = Jᵀ·ȳ is linear in ȳ, so that its own pullback by ȳ, begun with a tangent ẋ, is J·ẋ (Townsend, A new trick for
calculating Jacobian vector products, 2017). One declaration serves both modes.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from gradcli.autodiff.passes.reverse import backward_from, requires_grad
from gradcli.graph.graph import CONSTANT, UNLIMITED, VARIABLE, Graph, Settings, Shape
from gradcli.lowering.builders.builder import value_of
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops import vjp
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any

COTANGENT, RESULT = "g", "y"
"""Variables of a transposed pullback: the cotangent, which it seldom has, since it is linear in it, and the result."""


def operand_name(index: int) -> str:
    """The variable of a transposed pullback that stands for an operand."""
    return f"x{index}"


def tangent_name(index: int) -> str:
    """The variable of a transposed pullback that stands for the tangent of an operand."""
    return f"t{index}"


@functools.lru_cache(maxsize=4096)
def transposed(operation: str, shapes: tuple[Shape, ...], settings: Settings, moving: tuple[bool, ...]) -> Graph | None:
    """The tangent of the result of an operation as a graph of the operands, the result, and the tangents of the operands.

    Args:
        operation: The name of an operation that declares a pullback.
        shapes: The shapes of its operands.
        settings: Its settings.
        moving: For each operand whether it has a tangent.

    Returns:
        The graph; None where no tangent reaches the result.
    """
    declared = STRUCTURAL[operation]
    assert declared.pullback is not None
    result = declared.shape(*shapes, **dict(settings))
    known = {COTANGENT: result, RESULT: result}
    for index, shape in enumerate(shapes):
        known |= {operand_name(index): shape, tangent_name(index): shape}
    builder = StaticBuilder(Graph(max_elements=UNLIMITED), identities=True, shapes=known)
    cotangent, y = Symbol(builder, builder.variable(COTANGENT)), Symbol(builder, builder.variable(RESULT))
    operands = [Symbol(builder, builder.variable(operand_name(index))) for index in range(len(shapes))]
    seeds: dict[int, Symbol] = {}
    for index, adjoint in vjp.product(operation, moving, choosing=True)(cotangent, y, operands, shapes, settings):
        end = builder.symbol(adjoint).id
        tangent = Symbol(builder, builder.variable(tangent_name(index)))
        seeds[end] = seeds[end] + tangent if end in seeds else tangent
    graph = builder.graph
    symbols = [Symbol(builder, id) for id in range(len(graph))]
    found = backward_from(graph, symbols, requires_grad(graph, [cotangent.id]), seeds, choosing=True)[cotangent.id]
    if found is None:
        return None
    graph.output = builder.symbol(found).id
    graph.outputs = [graph.output]
    return compacted(graph)


def applied(graph: Graph, result: Any, operands: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The tangent that a transposed pullback gives, for numbers and arrays, or for symbols where the result is one.

    Args:
        graph: The transposed pullback.
        result: The result of the operation.
        operands: Its operands.
        tangents: The tangent of each operand; None for one without.
    """
    builder = result.builder if isinstance(result, Symbol) else None
    assert builder is None or isinstance(builder, StaticBuilder)
    bound = {RESULT: result}
    bound |= {operand_name(index): operand for index, operand in enumerate(operands)}
    bound |= {tangent_name(index): tangent for index, tangent in enumerate(tangents)}
    needed = graph.ancestors(graph.output)
    names = {id: name for name, id in graph.variables.items()}
    values: list[Any] = []
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if not needed[id]:
            values.append(None)
        elif operation == VARIABLE:
            values.append(_zero(result, builder) if names[id] == COTANGENT else bound[names[id]])
        elif operation == CONSTANT:
            constant = graph.constants[id]
            values.append(constant_value(constant) if builder is None else Symbol(builder, builder.constant(constant)))
        else:
            arguments = [values[input] for input in inputs]
            settings = graph.settings.get(id, ())
            values.append(
                value_of(operation, arguments, settings) if builder is None else builder.apply(operation, arguments, settings)
            )
    return values[graph.output]


def _zero(result: Any, builder: StaticBuilder | None) -> Any:
    """A cotangent for a pullback that is linear in it although it does not look so: its derivative is the same everywhere."""
    shape = shape_of(result)
    if builder is not None:
        zero = builder.symbol(0)
        return STRUCTURAL["expand"](zero, shape=shape) if shape else zero
    if not shape:
        return 0.0
    import numpy

    return numpy.zeros_like(result)
