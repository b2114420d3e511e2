"""The vector-Jacobian product of a node, once, for both kinds of operation.

From the adjoint g of a node y = f(x₁, x₂, ...) it makes what the node hands to each operand, (∂y/∂xᵢ)ᵀ·g: of an elementwise
operation g times the partial derivative, summed over the axes along which the operand was broadcast; of an operation on arrays
what its declaration says. With floats and arrays it computes, with symbols it builds nodes (Griewank and Walther, Evaluating
Derivatives, 2nd ed., section 3.2).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Sequence

from gradcli.graph.graph import Settings, Shape
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.declaration.symbol import Symbol, masked
from gradcli.typing import Any

Times = Callable[[Any, Any], Any]
Product = Callable[[Any, Any, Sequence[Any], Sequence[Shape] | None, Settings], Iterable[tuple[int, Any]]]
"""A function of (g, y, operands, shapes of the operands, settings) that gives pairs of the index of an operand and what it is
handed. Among numbers the shapes are None."""


def carries(operation: str, index: int, shapes: Sequence[Shape]) -> bool:
    """Whether a gradient flows from the result of an operation to an operand, where the operands have these shapes."""
    known = OPERATIONS.get(operation)
    return known.carries(index) if known is not None else STRUCTURAL[operation].carries(index, shapes)


@functools.lru_cache(maxsize=4096)
def product(
    operation: str, wanted: tuple[bool, ...], times: Times = operator.mul, choosing: bool = False, tails: bool = False
) -> Product:
    """The vector-Jacobian product of an operation.

    Args:
        operation: Its name.
        wanted: For each operand whether what it is handed is wanted; one through which no gradient flows is left out anyway.
        times: What multiplies an adjoint and a partial derivative.
        choosing: Whether symbols say by a choice what an operation hands back where it masks (``Facts.masks``), as is right for
            graphs that are evaluated; where not they say the product alone, which is what people read.
        tails: Whether derivatives keep the digits that PyTorch's lose far out, see ``Facts.tails``.

    Returns:
        See :data:`Product`. Called, it raises NotDifferentiableError where the operation has no derivative by an operand that
        is wanted.
    """
    known = OPERATIONS.get(operation)
    if known is None:
        return _of_structural(STRUCTURAL[operation].pullback, wanted)
    carried = tuple([want and known.carries(at) for at, want in enumerate(wanted)])
    derivatives = known.derivatives(carried, again=choosing, tails=tails)
    plain = times is operator.mul
    radial = choosing and known.facts.radial
    quotient = plain and known is OPERATIONS["div"]
    masks = {index: mask for index in range(len(wanted)) if (mask := known.mask(index)) is not None}

    def of_elementwise(
        g: Any, y: Any, operands: Sequence[Any], shapes: Sequence[Shape] | None, settings: Settings
    ) -> Iterable[tuple[int, Any]]:
        indices, found = derivatives(y, tuple(operands))
        cancelled = _without_factor(g, y) if radial else None
        if cancelled is not None:
            handed = [times(cancelled, operands[index]) for index in indices]
        else:
            handed = [g * partial for partial in found] if plain else [times(g, partial) for partial in found]
            if quotient and indices[0] == 0:  # 1/b may leave the range of floats where g/b does not: b is 1e-320
                handed[0] = known(g, operands[1])
            if quotient and choosing and indices[-1] == 1:  # as -(y/b) may where g·y/b does not: b is cosh(400)
                handed[-1] = -known(g * y, operands[1])
            if radial:  # the derivatives of a length are at most 1, at 0 too
                handed = [masked(one, lambda: (g == 0) & (y == 0)) for one in handed]
        if masks:
            for place, (index, partial) in enumerate(zip(indices, found, strict=True)):
                if index in masks:
                    if choosing and isinstance(handed[place], Symbol):
                        handed[place] = _chosen(handed[place], g, partial, times)
                    else:
                        handed[place] = masked(handed[place], functools.partial(masks[index], g, partial, *operands))
        if shapes is not None:
            handed = [fitted(one, shapes[index]) for index, one in zip(indices, handed, strict=True)]
        return zip(indices, handed, strict=True)

    return of_elementwise


def _without_factor(g: Any, y: Any) -> Any | None:
    from gradcli.ops.declaration.cancellation import without_factor

    return without_factor(g, y)


def _chosen(handed: Symbol, g: Any, partial: Any, times: Times, depth: int = 2) -> Any:
    """The product of an adjoint and a partial derivative: of one that chooses, the choice between 0 and the product.

    A rule chooses between choices at most. Where a partial derivative is 0 at a point alone, its own derivative counts there.
    """
    builder = handed.builder
    partial = builder.symbol(partial)  # type: ignore[attr-defined]
    graph = builder.graph  # type: ignore[attr-defined]
    if graph.constants.get(partial.id) == 0:
        return partial
    if graph.operations[partial.id] != "where" or not depth:
        return handed
    condition, *sides = [Symbol(builder, id) for id in graph.inputs[partial.id]]
    decided = _decided(graph, condition.id)
    if decided is not None:
        side = sides[not decided]
        return _chosen(times(g, side), g, side, times, depth - 1)
    return OPERATIONS["where"](condition, *[_chosen(times(g, side), g, side, times, depth - 1) for side in sides])


def _decided(graph: Any, id: int) -> bool | None:
    """The truth of a condition of literals, which is known before any value; None where it is not one of them alone."""
    numbers = [graph.constants.get(input) for input in (graph.inputs[id] or [id])]
    operation = OPERATIONS.get(graph.operations[id])
    if any(isinstance(number, tuple) for number in numbers):  # an array: each element has an answer of its own
        return None
    if id in graph.constants:
        return bool(graph.constants[id])
    if operation is None or not numbers:
        return None
    if None not in numbers:
        return bool(operation.forward(*map(float, numbers)))
    if operation.symbol == "and" and False in [_decided(graph, input) for input in graph.inputs[id]]:
        return False
    return None


def _of_structural(pullback: Callable[..., Sequence[Any]] | None, wanted: Sequence[bool]) -> Product:
    def of_structural(
        g: Any, y: Any, operands: Sequence[Any], shapes: Sequence[Shape] | None, settings: Settings
    ) -> Iterable[tuple[int, Any]]:
        if pullback is None:
            return ()
        found = [(index, one) for index, one in enumerate(pullback(g, y, *operands, **dict(settings))) if wanted[index]]
        made = [(index, one() if callable(one) else one) for index, one in found]
        return [(index, one) for index, one in made if one is not None]

    return of_structural


def fitted(contribution: Any, shape: Shape) -> Any:
    """A contribution in the shape of the node that it goes to: the adjoint of broadcasting is the sum over what was broadcast."""
    found = shape_of(contribution)
    if found == shape:
        return contribution
    return STRUCTURAL["expand" if len(found) < len(shape) else "sum_to"](contribution, shape=shape)
