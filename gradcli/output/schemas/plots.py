"""The records of curves, fields and descents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from gradcli.output.schemas.vocabulary import Also, Count, Number

if TYPE_CHECKING:
    pass


class MarkRecord(TypedDict):
    """A place at which a curve breaks."""

    kind: Annotated[str, Also(enum=["kink", "jump", "pole", "end", "vertical", "removable", "oscillation"])]
    place: float
    left: Annotated[Number | None, "What it comes to from the left; null where it has no value there."]
    right: Annotated[Number | None, "The same from the right."]
    value: Annotated[Number | None, "The value at the place itself, as it is computed; null where there is none."]


class CurveRecord(TypedDict):
    """A function, or a derivative of it."""

    expression: Annotated[str, "The function."]
    name: Annotated[str, "What it is called."]
    order: Annotated[Count, "How many times it is differentiated."]
    values: Annotated[list[Number], "The value at each place."]
    marks: Annotated[list[MarkRecord], "Where it breaks, in ascending order."]


class TouchingRecord(TypedDict):
    """A tangent."""

    expression: Annotated[str, "The function."]
    place: float
    value: float
    slope: float
    tangent: Annotated[str, "The line as an expression, rounded."]


class PlotDocument(TypedDict):
    """gradcli plot --json"""

    expressions: Annotated[list[str], "The source texts."]
    variable: Annotated[str, "The variable."]
    bindings: Annotated[dict[str, Number], "The value of each other variable."]
    window: Annotated[list[float], "The least and the largest value that is shown."]
    places: Annotated[list[float], "Values of the variable, ascending."]
    curves: list[CurveRecord]
    tangents: list[TouchingRecord]


class FieldDocument(TypedDict):
    """gradcli plot --json of two variables"""

    expression: Annotated[str, "The source text."]
    variables: Annotated[list[str], "The variables, from left to right and upwards."]
    bindings: Annotated[dict[str, Number], "The value of each other variable."]
    places: Annotated[dict[str, list[float]], "The values of each variable, ascending."]
    values: Annotated[list[Number], "For each value of the second variable a list with the values of the function."]
    gradient: Annotated[dict[str, list[Number]], "The derivative by each variable, likewise."]
    levels: Annotated[list[float], "The values whose contours are drawn."]


class DescentStepRecord(TypedDict):
    """A step of a descent."""

    step: Count
    point: Annotated[list[Number], "The parameters."]
    value: Number
    gradient_norm: Number


class DescentRecord(TypedDict):
    """A descent."""

    lr: Annotated[float | None, "The learning rate; null where steps are searched for."]
    verdict: Annotated[
        str, Also(enum=["converged", "diverges", "oscillates", "unbounded", "descends", "stopped"]), "How it went."
    ]
    reason: Annotated[str, "Why."]
    limit: Annotated[float | None, "The learning rate from which on it diverges, by the largest curvature; null if not known."]
    curvatures: Annotated[
        list[float] | None, "The least and the largest eigenvalue of the Hessian at the end; null if not known."
    ]
    steps: Annotated[list[DescentStepRecord], "The start first."]


class DescendDocument(TypedDict):
    """gradcli descend --json"""

    expression: Annotated[str, "The source text."]
    bindings: Annotated[dict[str, Number], "The value of each variable that is held fixed."]
    parameters: Annotated[list[str], "What is changed; the elements of arrays."]
    optimizer: str
    numbers: Annotated[dict[str, Number | bool], "The numbers of its rule, by PyTorch's names."]
    runs: Annotated[list[DescentRecord], "One for each learning rate."]
