"""The records of checked gradients."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gradcli.output.schemas.vocabulary import Also, Bindings, Count, Number

_Kind = Annotated[str, Also(enum=["kink", "jump", "end", "pole"])]


class CheckedDerivative(TypedDict):
    """A derivative beside other ways to it."""

    by: Annotated[str, "The variable, the element, or the direction."]
    value: Annotated[Number, "The derivative that was checked."]
    difference: Annotated[Number, "The best central difference."]
    step: Annotated[float | None, "Its step."]
    complex_step: Annotated[Number | None, "By the complex step; null where not every operation is analytic."]
    reference: Annotated[
        Number | None, "At 50 digits, from values alone; null for large arrays, and where there is no derivative."
    ]
    digits: Annotated[float, "Digits in which it agrees with the best of these."]
    verdict: Annotated[str, Also(enum=["right", "rounded", "kink", "jump", "end", "pole", "unclear", "lost", "wrong"])]
    slopes: Annotated[list[Number] | None, "On the two sides of a kink or a jump; null elsewhere."]
    steps: Annotated[list[float], "The ladder of steps."]
    differences: Annotated[list[Number], "The central difference of each."]
    extrapolated: Annotated[list[Number], "Richardson's extrapolation of each with the next."]


class FaultRecord(TypedDict):
    """A node whose rule is wrong."""

    node: str
    expr: str
    argument: Annotated[Count, "Which operand the derivative is by, from 0."]
    found: Annotated[Number, "What the rule gives."]
    right: Annotated[Number, "What the values of the operation give."]


class SumRecord(TypedDict):
    """The adjoint of a node that is used several times, beside the sum of what each use hands back."""

    node: str
    uses: Count
    adjoint: Annotated[Number, "What the run has; of an array at the element that is furthest off, or cancels most."]
    sum: Annotated[Number, "Added once more, by itself."]
    size: Annotated[Number, "The sum of the absolute values."]
    agrees: bool


class StatedRecord(TypedDict):
    """A derivative that somebody gives."""

    by: Annotated[str, "The variable; of an array the element that is furthest off."]
    given: Number
    right: Number
    agrees: bool
    reasons: Annotated[list[str], "Where they part, as far as the graph tells."]


class SpecialRecord(TypedDict):
    """A special point that the run is at or near."""

    node: str
    expr: str
    kind: _Kind
    distance: Annotated[Number, "How far off what is 0 there is."]
    elsewhere: Annotated[dict[str, str], "The derivative by the first operand that other libraries give there, as measured."]


class CheckedNode(TypedDict):
    """What a node does to digits."""

    node: str
    expr: str
    condition: Annotated[Number | None, "By what it multiplies relative errors of its operands."]
    digits: Annotated[float, "Digits of its value that are right."]
    lost: Annotated[float, "How many fewer than of its operands."]
    adjoint_digits: Annotated[float | None, "Digits of its adjoint that are right; null where it has none."]


class CheckDocument(TypedDict):
    """gradcli check --json"""

    expression: Annotated[str, "The source text."]
    passed: Annotated[bool, "Whether nothing is wrong at any point."]
    points: Annotated[Count, "How many points were checked; what follows is of the worst."]
    skipped: Annotated[Count, "How many random points have no value."]
    bindings: Bindings
    output: Annotated[str, "Name of the result."]
    value: Number
    derivatives: list[CheckedDerivative]
    stated: Annotated[list[StatedRecord], "By --gradient, each at the first point where it parts, or else at the first."]
    faults: list[FaultRecord]
    sums: Annotated[list[SumRecord], "Of nodes that are used several times."]
    special_points: list[SpecialRecord]
    nodes: Annotated[list[CheckedNode], "Of a run on numbers; empty for large arrays."]
    not_analytic: Annotated[str | None, "The operation for which there is no complex step."]
