"""What the JSON Schemas have in common: numbers, nodes, edges, and what is said of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT = {"type": "string"}
SCALAR = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}
NUMBER = {"anyOf": [*SCALAR["anyOf"], {"type": "array"}], "description": "A number; nested lists of numbers for an array."}


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def map_of(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


OPTIONAL = ("settings", "detached", "blocks", "removed", "mismatch", "broken", "tangent", "jacobian", "hessian", "printed")
"""Keys that a document has only where there is something to say."""


def object_of(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in OPTIONAL],
        "additionalProperties": False,
        **more,
    }


def says(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "description": text}


ID = {"type": "integer", "minimum": 0}
SETTINGS = {"type": "object", "description": "Of an operation on arrays, such as its axis; left out where it has none."}
BARE_NODE = {
    "id": says("Place in the order of evaluation, from 0.", ID),
    "name": says("Unique name.", TEXT),
    "op": says("variable, constant, or the name of the operation.", TEXT),
    "expr": says("What it computes, in the names of its inputs; of a constant its exact value.", TEXT),
    "inputs": says("Ids of the operands, all smaller than its own.", list_of(ID)),
    "shape": says("Empty for a number; null where the operands do not fit.", or_null(list_of(ID))),
}


def node(number: dict[str, Any]) -> dict[str, Any]:
    """A node whose values are null where the variables of the graph may have none."""
    return object_of(
        {
            **BARE_NODE,
            "settings": SETTINGS,
            "detached": says("Whether it was computed under no_grad.", {"const": True}),
            "mismatch": says("Why the operands do not fit; left out where they do.", TEXT),
            "value": number,
            "is_leaf": {"type": "boolean"},
            "requires_grad": {"type": "boolean"},
            "grad_fn": says("PyTorch's name of the operation; null for leaves.", or_null(TEXT)),
            "next_functions": says("Where the backward pass goes from here; null for leaves.", or_null(list_of(or_null(TEXT)))),
            "grad": says("What .grad holds after the backward pass; null on nodes that do not keep it.", or_null(NUMBER)),
            "adjoint": says("The derivative of the output by this node; null where no gradient arrives.", or_null(NUMBER)),
            "tangent": says("With --tangent the derivative along the direction; null where it does not move.", or_null(NUMBER)),
        }
    )


EDGE = object_of(
    {
        "source": says("Id of the operand.", ID),
        "target": says("Id of the node that uses it.", ID),
        "argument": says("Which argument it is, from 0.", ID),
        "local_derivative": says(
            "Derivative of the target by this argument, in names of nodes; null without a gradient.", or_null(TEXT)
        ),
        "local_value": says("The same as a number.", or_null(NUMBER)),
        "broken": says("True where the shape of the operand does not fit; else left out.", {"type": "boolean"}),
    }
)


def run(values: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """What a document says of a run; ``values`` says whether they may be null."""
    return {
        "expression": says("The source text.", TEXT),
        "printed": says("What the script printed; left out where there is none.", TEXT),
        "mode": {"enum": ["dynamic", "static"]},
        "dtype": {"enum": ["float64", "float32"]},
        "bindings": says("The value of each variable, in the order of first use.", values(map_of(NUMBER))),
        "wrt": says("The variables that require gradients.", list_of(TEXT)),
        "retain_grad": says("Names of intermediate nodes that keep .grad.", list_of(TEXT)),
        "decisions": says(
            "Of a dynamic graph what chose that it was recorded so, by id: of a condition whether it was true, else the value.",
            map_of({"type": ["boolean", "number"]}),
        ),
        "outputs": says("Ids of all results: of each statement without a name, and of the last one.", list_of(ID)),
        "output": says("Name of the result.", TEXT),
        "value": values(NUMBER),
        "grad": says(
            "Derivative by each variable; null where the output does not depend on it.", values(map_of(or_null(NUMBER)))
        ),
    }


COUNT = {"type": "integer", "minimum": 0}
LINE = says("Of the source text, from 1.", or_null({"type": "integer", "minimum": 1}))
PRINTED = says(
    "A line that the program prints: texts, and values with what they are of.",
    list_of({"anyOf": [TEXT, object_of({"of": TEXT, "value": {"anyOf": [NUMBER, TEXT]}})]}),
)

STEP = object_of(
    {
        "rule": says("What leads from the step before to this one.", TEXT),
        "left": says("What is derived.", TEXT),
        "right": says("What it equals.", TEXT),
        "note": says("The rule in words, for the case at hand.", TEXT),
    }
)
