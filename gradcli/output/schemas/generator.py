"""JSON Schemas (draft 2020-12) from the types of records."""

from __future__ import annotations

import types
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from gradcli.output.schemas.vocabulary import SYMBOLIC, Also

Schema = dict[str, Any]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Any: {},
}
_LEFT_OUT = object()


class _NotRequired:
    """What marks a key that may be left out; :mod:`typing` has it from Python 3.11 on."""

    def __class_getitem__(cls, type: Any) -> Any:
        return Annotated[type, _LEFT_OUT]


def schema_of(record: Any, *, symbolic: bool = False) -> Schema:
    """The schema of a record: of its keys, each with its type and description; other keys are none of it.

    Args:
        record: A ``TypedDict``.
        symbolic: Whether numbers that only variables with values give may be null.
    """
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for key, hint in get_type_hints(record, localns={"NotRequired": _NotRequired}, include_extras=True).items():
        properties[key] = _schema(hint, symbolic)
        if not (get_origin(hint) is Annotated and _LEFT_OUT in hint.__metadata__):
            required.append(key)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _schema(hint: Any, symbolic: bool) -> Schema:
    """The schema of a type; it recurs as deep as types are nested in declarations."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(_schema(arguments[0], symbolic), hint.__metadata__, symbolic)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(argument, symbolic) for argument in arguments]}
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], symbolic)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], symbolic)}
    return schema_of(hint, symbolic=symbolic) if is_typeddict(hint) else dict(_PLAIN[hint])


def _annotated(schema: Schema, metadata: tuple[Any, ...], symbolic: bool) -> Schema:
    for note in metadata:
        if isinstance(note, str):
            schema = {**schema, "description": note}
        elif isinstance(note, Also):
            schema = note.schema if note.schema.keys() & {"enum", "anyOf"} else {**schema, **note.schema}
        elif isinstance(note, type) and issubclass(note, Enum):
            schema = {"enum": [member.value for member in note]}
        elif note is SYMBOLIC and symbolic:
            schema = {"anyOf": [schema, {"type": "null"}]}
    return schema
