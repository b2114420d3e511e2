"""What the walk over a program has still to do once the operands of something stand on its stack of results."""

from __future__ import annotations

from typing import NamedTuple

from gradcli.errors import Span
from gradcli.graph.graph import Settings
from gradcli.language.ast import Comparison, Conditional, Definition
from gradcli.lowering.calls import Order
from gradcli.ops.operation import Operation


class Apply(NamedTuple):
    """Work to do once the operands stand on the stack of results: append the operation."""

    operation: str
    arity: int
    span: Span


class Reorder(NamedTuple):
    """As ``Apply``, with the operands in the order written: bring them into that of the parameters."""

    operation: Operation
    order: Order
    arity: int
    span: Span


class ApplyArray(NamedTuple):
    """As ``Apply``, for an operation on arrays with its settings."""

    operation: str
    arity: int
    settings: Settings
    span: Span


class Chain(NamedTuple):
    """Compare neighbours among the last results."""

    comparison: Comparison


class Choose(NamedTuple):
    """Go on with the branch that the last result selects."""

    conditional: Conditional


class Enter(NamedTuple):
    """Evaluate the body of an own function with the last results as its parameters."""

    definition: Definition
    order: list[int]
    span: Span


class Leave(NamedTuple):
    """Go back to the scope of the caller."""

    scope: dict[str, int]
    function: str
