"""The JSON Schemas (draft 2020-12) of the documents that the tool writes."""

from __future__ import annotations

from typing import Any

from gradcli.output.json_view import EVAL_SCHEMA
from gradcli.output.operations import OPS_SCHEMA

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _map(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def _says(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "description": text}


_ID = {"type": "integer", "minimum": 0}

_NODE = _object(
    {
        "id": _says("Place in the order of evaluation, from 0.", _ID),
        "name": _says("Unique name.", _TEXT),
        "op": _says("variable, constant, or the name of the operation.", _TEXT),
        "expr": _says("What it computes, in the names of its inputs.", _TEXT),
        "inputs": _says("Ids of the operands, all smaller than its own.", _list(_ID)),
        "shape": _says("Empty for a number.", _list(_ID)),
        "value": _NUMBER,
        "is_leaf": {"type": "boolean"},
        "requires_grad": {"type": "boolean"},
        "grad_fn": _says("PyTorch's name of the operation; null for leaves.", _or_null(_TEXT)),
        "next_functions": _says("Where the backward pass goes from here; null for leaves.", _or_null(_list(_or_null(_TEXT)))),
        "grad": _says("What .grad holds after the backward pass; null on nodes that do not keep it.", _or_null(_NUMBER)),
        "adjoint": _says("The derivative of the output by this node; null where no gradient arrives.", _or_null(_NUMBER)),
    }
)

_EDGE = _object(
    {
        "source": _says("Id of the operand.", _ID),
        "target": _says("Id of the node that uses it.", _ID),
        "argument": _says("Which argument it is, from 0.", _ID),
        "local_derivative": _says(
            "Derivative of the target by this argument, in names of nodes; null without a gradient.", _or_null(_TEXT)
        ),
        "local_value": _says("The same as a number.", _or_null(_NUMBER)),
    }
)

_STEP = _object(
    {
        "rule": _says("What leads from the step before to this one.", _TEXT),
        "left": _says("What is derived.", _TEXT),
        "right": _says("What it equals.", _TEXT),
        "note": _says("The rule in words, for the case at hand.", _TEXT),
    }
)

SCHEMAS: dict[str, dict[str, Any]] = {
    "eval": {
        "$schema": _DRAFT,
        "title": "gradcli eval --json",
        **_object(
            {
                "schema": {"const": EVAL_SCHEMA},
                "expression": _says("The source text.", _TEXT),
                "mode": {"enum": ["dynamic", "static"]},
                "dtype": {"enum": ["float64", "float32"]},
                "bindings": _says("The value of each variable, in the order of first use.", _map(_NUMBER)),
                "wrt": _says("The variables that require gradients.", _list(_TEXT)),
                "output": _says("Name of the result.", _TEXT),
                "value": _NUMBER,
                "grad": _says(
                    "Derivative by each variable; null where the output does not depend on it.", _map(_or_null(_NUMBER))
                ),
                "derivative": _says(
                    "Derivative by each variable as an expression; null where it is left out, see warnings.",
                    _or_null(_map(_or_null(_TEXT))),
                ),
                "nodes": _says("In the order of evaluation.", _list(_NODE)),
                "edges": _says("By target, then by argument.", _list(_EDGE)),
                "derivation": _says("The chain rule for each variable; null where it is left out.", _or_null(_map(_list(_STEP)))),
                "warnings": _list(_TEXT),
            }
        ),
    },
    "ops": {
        "$schema": _DRAFT,
        "title": "gradcli ops --json",
        **_object(
            {
                "schema": {"const": OPS_SCHEMA},
                "operations": _list(
                    _object(
                        {
                            "name": _TEXT,
                            "usage": _says("How it is written, with defaults.", _TEXT),
                            "operator": _or_null(_TEXT),
                            "spellings": _says("Further names.", _list(_TEXT)),
                            "meaning": _TEXT,
                            "derivative": _says(
                                "By each parameter; y is the result; null where there is none.", _map(_or_null(_TEXT))
                            ),
                            "domain": _says("Where it is real and smooth.", _TEXT),
                            "grad_fn": _says("PyTorch's names of its backward function.", _list(_TEXT)),
                        }
                    )
                ),
            }
        ),
    },
    "error": {
        "$schema": _DRAFT,
        "title": "an error of a command with --json, on standard error",
        **_object(
            {
                "schema": {"const": "gradcli/error/1"},
                "error": _TEXT,
                "hint": _or_null(_TEXT),
                "where": _says("What the text is called that line and column refer to.", _or_null(_TEXT)),
                "line": _says("From 1.", _or_null({"type": "integer", "minimum": 1})),
                "column": _says("From 1.", _or_null({"type": "integer", "minimum": 1})),
                "exit_code": {"enum": [1, 2, 3, 4]},
            }
        ),
    },
}
