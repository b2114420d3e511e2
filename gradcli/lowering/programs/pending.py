"""What the walk over a program has still to do once the operands of something stand on its stack of results."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gradcli.errors import Span
from gradcli.graph.graph import Settings
from gradcli.language.ast import Call, Comparison, Conditional, Definition, Expression, Name, Number, Operator
from gradcli.language.statements import Action, For, If, Print, Repeat, While
from gradcli.lowering.programs.calls import Order, Running
from gradcli.ops.declaration.operation import Operation
from gradcli.typing import NamedTuple


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


class NoAxis(NamedTuple):
    """Check that the arguments of a reduction, which are the last results, are no array and its axes."""

    call: Call


class NoInverse(NamedTuple):
    """Check that the last result is no matrix whose inverse, or transposed matrix, is written as a power."""

    power: Operator


def may_be_inverse(exponent: Expression) -> bool:
    """Whether an exponent is the -1 of an inverse or the T of a transposed matrix."""
    if isinstance(exponent, Operator):
        minus = exponent.symbol == "-" and len(exponent.operands) == 1
        return minus and isinstance(exponent.operands[0], Number) and exponent.operands[0].value == 1
    return isinstance(exponent, Name) and exponent.name == "T"


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

    scope: dict[str, int] | None
    level: int
    call: Running


class Bind(NamedTuple):
    """Give the last result a name."""

    name: str
    span: Span


class Result(NamedTuple):
    """The last result is an output."""

    span: Span


class Collect(NamedTuple):
    """The last results are the outputs."""

    size: int


class Branch(NamedTuple):
    """Go on with the block that the last result selects."""

    statement: If


class Rows(NamedTuple):
    """Begin a loop over the rows of the last result."""

    statement: For


class Count(NamedTuple):
    """Begin a loop from the last result but one up to the last."""

    statement: For | Repeat


class Next(NamedTuple):
    """The next turn of a loop, if there is one: its name is bound to the next item, and its block follows.

    ``items`` gives the numbers, or the indices of the rows of ``rows``.
    """

    statement: For | Repeat
    items: Iterator[int | Fraction | float]
    rows: int | None


class Turn(NamedTuple):
    """A turn of ``while``: its test is evaluated."""

    statement: While
    again: bool = False


class Tested(NamedTuple):
    """Go on with the block of ``while`` if the last result is true."""

    statement: While


class Show(NamedTuple):
    """Print the last results, and what stands between them."""

    statement: Print


class Act(NamedTuple):
    """Do something to the tape with the last results."""

    statement: Action


class Grad(NamedTuple):
    """The gradient that the last result has accumulated."""

    span: Span


class EndNoGrad(NamedTuple):
    """The end of ``no_grad``; whether gradients were recorded before it."""

    enabled: bool


LOOPS = (Next, Turn)
"""What stands below the block of a loop on the stack of work."""
