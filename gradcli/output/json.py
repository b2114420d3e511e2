"""JSON: numbers, and documents as streams with a key a line, of lists an item a line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from gradcli.errors import WARNED, GradcliError, nearest
from gradcli.language.parser import ReadText
from gradcli.typing import Any

SOURCES = ("expression", "first", "second")
"""The keys of documents that hold what was typed."""

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")

Encode = Callable[[Any], str]


def encoder() -> Encode:
    """What writes a value as JSON on one line."""
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False).encode


def escaped(pieces: Iterable[str]) -> Iterator[str]:
    """Pieces of JSON with escapes for characters beyond ASCII, which stand in texts alone."""
    return (piece if piece.isascii() else _BEYOND_ASCII.sub(lambda sign: json.dumps(sign[0])[1:-1], piece) for piece in pieces)


def document(
    name: str, parts: Mapping[str, Any], warnings: Iterable[str] = (), *, select: Collection[str] | None = None
) -> Iterator[str]:
    """The pieces of a document; joined they are one JSON object.

    Args:
        name: What the document is called: its schema is what `gradcli schema NAME` prints.
        parts: The value of each key between ``schema`` and ``warnings``; a function without arguments gives a value that costs
            something; an iterator has its text.
        warnings: What the user should know, beside what this call has warned of.
        select: The keys to write, no others of which are computed; None for all.

    Raises:
        GradcliError: There is no such key.
    """
    own = {"warnings": list(dict.fromkeys([*warnings, *WARNED]))}
    whole = {"schema": f"gradcli/{name}/1", **_with_readings({**parts, **own})}
    for key in () if select is None else select:
        if key not in whole:
            near = nearest(key, whole)
            raise GradcliError(
                f"the document has no key {key}", hint=f"did you mean {near}?" if near else f"its keys are {', '.join(whole)}"
            )
    return object_json({key: part for key, part in whole.items() if select is None or key in select}, encoder(), end="\n")


def _with_readings(parts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parts; of a source text that was not read strictly also what it was read as, and the notes on it."""
    texts = [parts[key] for key in SOURCES if key in parts]
    read = [text for text in texts if isinstance(text, ReadText)]
    if not read:
        return parts
    read_as = [text.read_as if isinstance(text, ReadText) else text for text in texts]
    notes = [note for text in read for note in text.notes]
    return {**parts, "read_as": read_as[0] if len(read_as) == 1 else read_as, "notes": notes}


def object_json(parts: Mapping[str, Any], encode: Encode, *, end: str = "") -> Iterator[str]:
    """An object with a key a line; what is given is as for :func:`document`."""
    opening = "{"
    for key, part in parts.items():
        value = part() if callable(part) else part
        if isinstance(value, Iterator):
            yield f"{opening}{encode(key)}: "
            yield from value
        else:
            yield f"{opening}{encode(key)}: {encode(value)}"
        opening = ",\n "
    yield "}" + end


def list_json(items: Iterable[str]) -> Iterator[str]:
    """A list with one item a line."""
    opening = "["
    for item in items:
        yield f"{opening}\n  {item}"
        opening = ","
    yield "[]" if opening == "[" else "\n ]"


def json_number(value: Any) -> Any:
    """A number for JSON, which has no infinities and no nan: strings stand for them, as in Protocol Buffers' JSON.

    An array is nested lists of numbers.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [json_number(item) for item in value]
    if value is None or math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def json_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers for JSON, by name."""
    return {name: json_number(value) for name, value in values.items()}
