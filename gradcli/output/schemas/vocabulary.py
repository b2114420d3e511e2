"""The types of the values in documents, each with what a reader of the document is told of it.

A record is a ``TypedDict``; ``Annotated`` adds a description, as text, and what JSON Schema says beyond the type.
:mod:`~gradcli.output.schemas.generator` makes the schemas from them. What writes records is checked against these types, but
a call that writes a document never loads them.
"""

from __future__ import annotations

from typing import Annotated, Any


class Also:
    """What JSON Schema says of a type beyond it, or, where that is one of several or any of several values, in its place.

    Args:
        schema: The keywords of the schema.
    """

    def __init__(self, **schema: Any) -> None:
        self.schema = schema


SYMBOLIC = object()
"""Marks what is null in a graph whose variables have no values."""

_SCALARS = [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]

Number = Annotated[
    Any, Also(anyOf=[*_SCALARS, {"type": "array"}]), "A number; nested lists of numbers for an array."
]  # what json_number gives
Count = Annotated[int, Also(minimum=0)]
Id = Count
Row = Annotated[int, Also(minimum=1)]
Line = Annotated[Row | None, "Of the source text, from 1."]
Mode = Annotated[str, Also(enum=["dynamic", "static"])]
Bindings = Annotated[dict[str, Number], "The value of each variable, in the order of first use."]
Gradient = Annotated[dict[str, Number | None], "Derivative by each variable; null where the output does not depend on it."]
