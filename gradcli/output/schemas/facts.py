"""The records of the facts of a function."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gradcli.output.schemas.vocabulary import Also, Count, Number


class RunRecord(TypedDict):
    """How a function runs in some variables, the others held fixed."""

    kind: Annotated[
        str, Also(enum=["constant", "linear", "affine", "convex", "concave", "neither convex nor concave", "unknown"])
    ]
    degree: Annotated[Count | None, "What the degree of a polynomial is at most; null where it is none, or not known."]
    least_degree: Annotated[Count, "No term has a smaller degree than this."]
    monotone: Annotated[str, Also(enum=["constant", "increasing", "decreasing", "unknown"]), "In each of the variables."]
    rule: Annotated[str | None, "The composition rule that says so; null where none does."]


class NodeFactsRecord(RunRecord):
    """The same of a node, in all variables together."""

    name: str
    expr: str
    bounds: Annotated[list[Number], "The least and the largest value that it can have."]


class PatternRecord(TypedDict):
    """Where a matrix of derivatives may be other than 0."""

    rows: Annotated[list[list[Count]], "For each row the columns of these entries."]
    columns: Annotated[Count, "How many columns it has."]
    entries: Annotated[Count, "How many entries these are."]
    coloured: Annotated[str, Also(enum=["rows", "columns"])]
    colours: Annotated[list[int], "The colour of each; -1 of one without entries."]
    passes: Annotated[Count, "How many colours, and so passes, find all entries."]


class OperationsRecord(TypedDict):
    """Operations on numbers."""

    value: Count
    value_and_gradient: Annotated[Count | None, "Those of both together; null where there is no gradient."]
    ratio: Annotated[float | None, "The one over the other."]


class FormRecord(TypedDict):
    """The form of the graph."""

    operations: Annotated[Count, "Nodes that are operations."]
    depth: Annotated[Count, "Operations on the longest way to the output."]
    width: Annotated[Count, "The most operations of one depth."]
    paths: Annotated[str, "The number of ways from variables to the output, as digits."]


class SegmentsRecord(TypedDict):
    """A trade of numbers kept against operations done again."""

    segments: Count
    kept: Annotated[Count, "The most numbers that are kept at a time."]
    again: Annotated[Count, "Operations on numbers that are computed twice."]


class FactsDocument(TypedDict):
    """gradcli facts --json"""

    expression: Annotated[str, "The source text."]
    assume: Annotated[str | None, "What is assumed of the variables."]
    output: Annotated[str, "What the function is called."]
    depends_on: Annotated[list[str], "The variables that its value depends on."]
    wrt: Annotated[list[str], "The variables that are looked at."]
    together: Annotated[RunRecord, "In all of these together."]
    each: Annotated[dict[str, RunRecord], "In each alone; empty where that is more than --max-entries."]
    bounds: Annotated[list[Number], "The least and the largest value that it can have."]
    inputs: Annotated[list[str], "The variables or their elements, in the order of the rows and columns of the patterns."]
    jacobian: Annotated[PatternRecord | None, "Of all outputs; null where it is too large."]
    hessian: Annotated[PatternRecord | None, "Null also where the output is no number."]
    operations: OperationsRecord
    graph: FormRecord
    tape: Annotated[Count | None, "The numbers that are kept for the backward pass."]
    checkpoints: list[SegmentsRecord]
    nodes: Annotated[list[NodeFactsRecord], "The operations that the output depends on, in their order."]
