"""The numbers of the nodes of a function that rules, right and wrong ones, are formulas of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy

from gradcli.graph.graph import Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import NotDifferentiableError, Operation
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise import arithmetic
from gradcli.teaching.numbers import Vector
from gradcli.typing import Any, NamedTuple

TERMS = {arithmetic.add.name: 1.0, arithmetic.sub.name: -1.0, arithmetic.neg.name: 1.0}
"""The operations that a sum is made of, with the sign of their second operand."""


class Place(NamedTuple):
    """The numbers of a node at all points.

    Attributes:
        operation: Its operation.
        y: Its value.
        u: The values of its operands.
        p: The derivative by each operand; None where none flows.
        right: The right derivative of each operand by the variable; None where it does not depend on it.
        x: The value of the variable.
        leaf: For each operand whether it is the variable itself.
        below: For each operand its own numbers; None of variables and constants.
        factor: The constant factor of its value, as far as it is a product; None where it has none.
    """

    operation: Operation
    y: Any
    u: Sequence[Any]
    p: Sequence[Any]
    right: Sequence[Any]
    x: Any
    leaf: Sequence[bool]
    below: Sequence[Place | None] = ()
    factor: Any = None

    @property
    def varying(self) -> list[int]:
        """The operands that depend on the variable."""
        return [at for at, derivative in enumerate(self.right) if derivative is not None and self.p[at] is not None]


def places_of(
    graph: Graph,
    wrt: Collection[int | None],
    x: Vector,
    values: Sequence[Any],
    partials: Sequence[Sequence[Any]],
    right: Sequence[Any],
) -> dict[int, Place]:
    """The numbers of each node that has operands.

    Args:
        graph: The graph.
        wrt: The variable, or its elements; None where the graph does not have it.
        x: Its value.
        values: The values of the nodes.
        partials: For each node its derivatives by its operands.
        right: The right derivative of each node.
    """
    places: dict[int, Place] = {}
    for id, inputs in enumerate(graph.inputs):
        if inputs:
            place = Place(
                OPERATIONS[graph.operations[id]],
                values[id],
                [values[input] for input in inputs],
                partials[id],
                [right[input] for input in inputs],
                x,
                [input in wrt for input in inputs],
                [places.get(input) for input in inputs],
            )
            places[id] = place._replace(factor=constant_factor(place))
    return places


def right_rule(place: Place, d: Sequence[Any]) -> Any:
    """The derivative of a node from those of its operands; None where none flows."""
    terms = [p * du for p, du in zip(place.p, d, strict=True) if p is not None and du is not None]
    return sum(terms[1:], terms[0]) if terms else None


def constant_factor(place: Place) -> Any:
    """The factor of the value of a node that does not depend on the variable; None where there is none."""
    if place.operation is arithmetic.neg:
        return place.below[0].factor if place.below[0] is not None else None
    if place.operation not in (arithmetic.mul, arithmetic.div) or not place.varying:
        return None
    left, right = (
        value if derivative is None else None if below is None else below.factor
        for value, derivative, below in zip(place.u, place.right, place.below, strict=True)
    )
    if left is None and right is None:
        return None
    if place.operation is arithmetic.div:
        return (1.0 if left is None else left) / (1.0 if right is None else right)
    return (1.0 if left is None else left) * (1.0 if right is None else right)


def value_at(operation: Operation, place: Place, at: int, argument: Any) -> tuple[Any, Any]:
    """Value and derivative of an operation by one operand, which is put in."""
    argument = argument if isinstance(argument, Symbol) else numpy.asarray(argument, float)
    arguments = [*place.u[:at], argument, *place.u[at + 1 :]]
    wanted = [number == at for number in range(len(arguments))]
    value = operation(*arguments)
    if not operation.partials:  # a comparison
        return value, 0 * value
    try:
        return value, operation.local_derivatives(value, tuple(arguments), wanted)[at]
    except NotDifferentiableError:
        return value, numpy.nan
