"""Somebody else's gradient, as `--gradient` gives it: by name as text, or numbers from a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from gradcli.cli.framework.command import Options
from gradcli.cli.inputs.variables import json_value, number
from gradcli.errors import GradcliError
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.autodiff.passes.tape import Tape

OPTION = "--gradient"
_FILES = (".csv", ".npy", ".json")
_NEXT = re.compile(r"[,;]\s*([^\W\d]\w*)\s*:")


def given_gradient(given: Sequence[str], tape: Tape, options: Options) -> dict[str, Any]:
    """The derivatives that the option gives, by variable: the text of an expression, a number, or an array.

    Args:
        given: ``x: 2x``, or the name of a file, each.
        tape: A run, whose gradient it is said to be.
        options: The call.

    Raises:
        GradcliError: One says no variable, or several; a file cannot be read, or has as many numbers as the variables have not.
    """
    found: dict[str, Any] = {}
    for one in given:
        for name, value in _given(one, tape, options).items():
            if name in found:
                raise GradcliError(f"{OPTION} {name} is given twice", hint="leave one out")
            found[name] = value
    return found


def _given(one: str, tape: Tape, options: Options) -> Mapping[str, Any]:
    name, colon, derivative = [part.strip() for part in one.partition(":")]
    if os.path.splitext(one)[1].lower() in _FILES or os.path.isfile(one):
        return _of_file(one, tape, options)
    if not colon:
        first = next(iter(tape.wrt), "x")
        raise GradcliError(f"{OPTION} '{one}' does not say by which variable it is",
                           hint=f"for example {OPTION} '{first}: {one}'; or a file that ends in {', '.join(_FILES)}")  # fmt: skip
    if any(further.group(1) in tape.wrt for further in _NEXT.finditer(derivative)):
        parts = re.split(r"[,;]\s*(?=[^\W\d]\w*\s*:)", one)
        raise GradcliError(f"{OPTION} takes the derivative by one variable, not '{one}'",
                           hint="repeat it: " + " ".join(f"{OPTION} '{part.strip()}'" for part in parts))  # fmt: skip
    plain = derivative.startswith(("[", "@"))
    return {name: number(derivative, f"{OPTION} {name}", options) if plain else derivative}


def _of_file(path: str, tape: Tape, options: Options) -> Mapping[str, Any]:
    """Numbers by name from an object of JSON or a CSV with a header; else one for each element, in the order of the variables."""
    from gradcli.cli.inputs.array_files import array_file, csv_columns

    by_name: Mapping[str, Any] | None = None
    if path.lower().endswith(".json"):
        from gradcli.cli.inputs.json_file import read_json

        data, where = read_json(path, parse_int=float)
        if isinstance(data, dict):
            gradient = data.get("grad") if str(data.get("schema", "")).startswith("gradcli/") else data
            if not isinstance(gradient, dict):
                raise GradcliError(f"{where} is a document of gradcli without a gradient", hint="gradcli eval --json writes one")
            by_name = {name: json_value(value, name, where, options) for name, value in gradient.items()}
    elif path.lower().endswith(".csv"):
        by_name = csv_columns(path)
    if by_name is not None:
        return by_name
    from gradcli.analysis.verification.stated import numbers_by_name

    return numbers_by_name(tape, array_file(path, OPTION))
