"""JSON that a user gives in a file."""

from __future__ import annotations

import json
from collections.abc import Callable

from gradcli.cli.framework.streams import MOST_BYTES, read_text
from gradcli.errors import GradcliError
from gradcli.typing import Any

MOST_DIGITS = 400
"""Digits of a whole number; a float has no place for more."""


def read_json(path: str, *, parse_int: Callable[[str], Any] | None = None, most: int = MOST_BYTES) -> tuple[object, str]:
    """The JSON value of a file, and what messages call the file.

    Args:
        path: The file; ``-`` is standard input.
        parse_int: Makes a value of a whole number; None for an int.
        most: How many bytes it may have.

    Raises:
        GradcliError: It cannot be read, is not JSON, gives a key twice, or is nested too deeply.
    """
    text, where = read_text(path, most)
    return json_value(text, where, parse_int=parse_int), where


def json_value(text: str, where: str, *, parse_int: Callable[[str], Any] | None = None) -> object:
    """The JSON value of a text.

    Args:
        text: The text.
        where: What messages call it.
        parse_int: Makes a value of a whole number; None for an int.

    Raises:
        GradcliError: It is not JSON, gives a key twice, or is nested too deeply.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, value in pairs:
            if name in result:
                raise GradcliError(f"{where}: {name} is given twice", hint="leave one out")
            result[name] = value
        return result

    def whole(digits: str) -> Any:
        if parse_int is not None:
            return parse_int(digits)
        if len(digits) > MOST_DIGITS:
            raise GradcliError(f"{where} has a whole number with {len(digits):,} digits", hint="a float has some 17")
        return int(digits)

    try:
        return json.loads(text, object_pairs_hook=unique, parse_int=whole)
    except json.JSONDecodeError as error:
        raise GradcliError(f"{where} is not JSON: {error.msg}", (error.pos, error.pos + 1)).located(text, where) from None
    except RecursionError:
        raise GradcliError(f"{where} is nested too deeply") from None
