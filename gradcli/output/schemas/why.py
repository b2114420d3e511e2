"""The records of why a value or a gradient is not finite, 0 or missing."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gradcli.output.schemas.vocabulary import Also, Bindings, Count, Gradient, Id, Mode, Number


class OriginRecord(TypedDict):
    """Where something that is not finite begins."""

    node: Annotated[Id, "The node: whose value it is, or which hands it back."]
    name: Annotated[str, "Its name."]
    source: Annotated[Id | None, "Backward the operand that it is handed to; null forward."]
    kind: Annotated[
        str,
        Also(
            enum=[
                "input", "domain", "pole", "overflow", "indeterminate", "zero times infinity", "infinite slope",
                "undefined slope", "sum",
            ]
        ),
    ]  # fmt: skip
    element: Annotated[list[Count], "The index of the element; empty for a number."]
    value: Number
    operands: Annotated[
        list[Number | None], "Forward the values of the operands; backward the adjoint and the local derivative, or two terms."
    ]


class PlaceRecord(TypedDict):
    """A node on a way."""

    node: Id
    name: str
    value: Annotated[Number, "Its value forward, its adjoint backward; of an array the first element that is not finite."]


class WayRecord(TypedDict):
    """The way from an origin to the output, or back to a variable."""

    origin: OriginRecord
    nodes: list[PlaceRecord]


class StopRecord(TypedDict):
    """An edge at which a gradient ends."""

    kind: Annotated[
        str, Also(enum=["detached", "no derivative", "not chosen", "flat", "step", "factor", "rounded", "level", "underflow"])
    ]
    node: Id
    source: Id
    argument: Count


class MissingRecord(TypedDict):
    """Why a variable gets no gradient, or 0."""

    kind: Annotated[str, "not asked, unused, no cotangent, cancels, or the kind of the stops."]
    stops: Annotated[list[StopRecord], "The edges at which the paths to it end; the first of them."]
    count: Annotated[Count, "How many there are."]


class LayerRecord(TypedDict):
    """A part of a path, seen from the output."""

    start: Id
    end: Id
    edges: Count
    log10_factor: Annotated[float, "The decimal logarithm of the size of the product of the local derivatives along it."]
    log10_product: Annotated[float, "The same from the output on."]


class CourseRecord(TypedDict):
    """Where a gradient vanishes or explodes."""

    variable: str
    kind: Annotated[str, Also(enum=["vanishes", "explodes"])]
    edges: Count
    layers: list[LayerRecord]


class UnitRecord(TypedDict):
    """A function that lets hardly any gradient through."""

    kind: Annotated[str, Also(enum=["dead", "saturated"])]
    node: Id
    elements: Annotated[Count, "How many of its elements are so."]
    size: Annotated[Count, "How many it has."]


class RewriteStep(TypedDict):
    """What is replaced."""

    before: str
    after: str
    reason: str


class RewriteRecord(TypedDict):
    """A program that is finite at the point."""

    steps: list[RewriteStep]
    expression: Annotated[str, "The whole program."]
    value: Number
    grad: Gradient
    same: Annotated[bool, "Whether it is the same function; else one close to it."]
    near: Annotated[Count, "At how many points around the given one both have a value, and agree in high precision."]
    far: Annotated[Count, "At how many others, where the original has no value near it."]
    whole: Annotated[bool, "Whether the whole programs were compared; else what was replaced, alone."]
    gradient_is: Annotated[str, Also(enum=["derivative", "kink", "end", "jump"])]
    sides: Annotated[dict[str, list[Number | None]], "By each number the derivatives from the left and from the right."]


class WhyDocument(TypedDict):
    """gradcli why --json"""

    expression: Annotated[str, "The source text."]
    mode: Mode
    dtype: Annotated[str, Also(enum=["float64", "float32"])]
    bindings: Bindings
    output: Annotated[str, "Name of the result."]
    value: Number
    grad: Gradient
    exact_value: Annotated[Number | None, "The value in exact arithmetic where that of the run is not finite; null for none."]
    forward: Annotated[WayRecord | None, "Where the value stops being finite; null for a finite one."]
    backward: Annotated[dict[str, WayRecord], "For each variable where its derivative does."]
    missing: Annotated[dict[str, MissingRecord], "Why variables get no gradient, or 0."]
    unretained: Annotated[list[str], "Names of nodes that a gradient arrives at, and whose .grad is None."]
    courses: list[CourseRecord]
    units: list[UnitRecord]
    rewrite: Annotated[RewriteRecord | None, "What mends it; null where nothing is known to."]
    sentences: Annotated[list[str], "The same in words."]
