"""The expression of a call and the values of its variables."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradcli.cli.framework.command import Arguments, Command, Given
from gradcli.cli.framework.streams import STDIN, read_text
from gradcli.cli.inputs.json_file import read_json
from gradcli.errors import GradcliError, Span

if TYPE_CHECKING:
    from gradcli.autodiff.runs.names_asked import UnknownVariableError

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""What stands in JSON for the numbers that it lacks."""

_LIKE_AN_OPTION = re.compile(r"-[^\W\d]\w*")


def expression_text(arguments: Arguments, command: Command) -> tuple[str, str]:
    """The text of the expression, and what messages call it.

    Raises:
        GradcliError: There is none, or more than one, or it cannot be read.
    """
    file, positional = arguments.text("file"), arguments.positional
    if file is not None:
        if positional:
            raise GradcliError(f"there is an expression, '{positional[0]}', and also a file, {file}", hint="leave one out")
        return read_text(file)
    if not positional:
        raise _no_expression(arguments, command)
    if len(positional) > 1:
        raise _several(positional)
    return read_text(STDIN) if positional[0] == STDIN else (positional[0], "expression")


def _no_expression(arguments: Arguments, command: Command) -> GradcliError:
    for given in arguments.variables:
        near = command.near(given.option)
        if near and not _NUMBER.fullmatch(given.text):
            return GradcliError(f"there is no option {given.option}", hint=f"did you mean {near}?")
    point = " --x 2 --w 1" if command.takes_variables else ""
    hint = f'write one in quotation marks: gradcli {command.name} "(x+w)*(w+1)"{point}'
    return GradcliError("there is no expression", hint=hint)


def option_like(error: UnknownVariableError, arguments: Arguments, command: Command) -> GradcliError:
    """The error for a variable that the expression does not have, which may be meant as an option."""
    if any(given.name == error.name for given in arguments.variables):
        from gradcli.cli.framework.table import others_have

        near, others = command.near(error.name), others_have(f"--{error.name}")
        if others:
            error.hint = f"{others}, {command.name} has not; {error.hint}"
        elif near and not error.near:
            error.hint = f"did you mean the option {near}? {error.hint}"
    return error


def _several(positional: Sequence[str]) -> GradcliError:
    listed = " and ".join(f"'{text}'" for text in positional[:3])
    for index, text in enumerate(positional[:-1]):
        if _LIKE_AN_OPTION.fullmatch(text) and _NUMBER.fullmatch(positional[index + 1]):
            return GradcliError(
                f"there are {len(positional)} expressions: {listed}",
                hint=f"a variable takes two dashes: -{text} {positional[index + 1]}",
            )
    for text in positional:
        if _LIKE_AN_OPTION.fullmatch(text):
            hint = f"{text} is no option; `gradcli eval --help` lists them"
            return GradcliError(f"there are {len(positional)} expressions: {listed}", hint=hint)
    return GradcliError(
        f"there are {len(positional)} expressions: {listed}",
        hint="put the expression in quotation marks; separate statements with ';'",
    )


def bindings(given: Sequence[Given], assignments: Sequence[str], file: str | None) -> tuple[dict[str, Any], set[str]]:
    """The value of each variable.

    Args:
        given: Variables from options.
        assignments: ``NAME=VALUE`` from ``--set``.
        file: A JSON file with an object of names and values; ``-`` is standard input.

    Returns:
        The values, and the names that came from the file.

    Raises:
        GradcliError: A value is not a number, or a variable is given twice.
    """
    from gradcli.language.builder import identifier
    from gradcli.language.parser import is_name

    everything = list(given)
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not is_name(name.strip()) or not text.strip():
            raise GradcliError(f"--set takes NAME=VALUE, not '{assignment}'", hint="for example --set x=2")
        everything.append(Given(name.strip(), text, f"--set {name.strip()}"))
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, text, option in everything:
        name = identifier(name)
        if name in values:
            both = "" if sources[name] == option else f", by {sources[name]} and by {option}"
            raise GradcliError(f"{name} is given twice{both}", hint="leave one out")
        try:
            values[name], sources[name] = number(text, option), option
        except GradcliError as error:
            raise _not_a_value(error, text, option) from None
    from_file: set[str] = set()
    if file is not None:
        for name, value in _file_bindings(file).items():
            name = identifier(name)
            if name in values:
                raise GradcliError(f"{name} is given twice, by {sources[name]} and in {file}", hint="leave one out")
            values[name], sources[name] = value, file
            from_file.add(name)
    return values, from_file


def _not_a_value(error: GradcliError, text: str, option: str) -> GradcliError:
    """The error for a value that is none, where other commands have an option that would be written so."""
    if "=" not in text or text.startswith("@"):
        return error
    from gradcli.cli.framework.table import others_have

    others = others_have(option)
    return GradcliError(f"there is no option {option} here", hint=f"{others}, this command has not") if others else error


def shapes_of(given: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The shapes of ``A=3,4``.

    Raises:
        GradcliError: One is written otherwise.
    """
    from gradcli.language.builder import identifier
    from gradcli.language.parser import is_name

    shapes: dict[str, tuple[int, ...]] = {}
    for text in _separated(given):
        name, _, sizes = text.partition("=")
        words = sizes.split(",")
        if not is_name(name.strip()) or not all(word.strip().isdecimal() and len(word) < 12 for word in words):
            raise GradcliError(f"--shape takes NAME=SIZES, not '{text}'", hint="for example --shape A=3,4")
        name = identifier(name.strip())
        if name in shapes:
            raise GradcliError(f"--shape gives the shape of {name} twice", hint="leave one out")
        shapes[name] = tuple(map(int, words))
    return shapes


def _separated(given: Sequence[str]) -> list[str]:
    """The parts of ``A=3,4 x=4``, which may stand in one option."""
    return [part for text in given for part in text.split() or [text]]


def number(text: str, where: str) -> Any:
    """The value of a constant expression, such as ``-2``, ``1e-3``, ``pi/2`` or ``[1, 2]``, or of a file, ``@a.csv``.

    Raises:
        GradcliError: It is not one, or it has variables.
    """
    if _NUMBER.fullmatch(text):
        return float(text)
    if text.startswith("@"):
        from gradcli.cli.inputs.array_files import array_file

        return array_file(text[1:], where)
    if text.startswith("["):
        listed = _listed(text, where)
        if listed is not None:
            return listed
    if not text.strip():
        raise GradcliError(f"{where} needs a value", hint="write a number or a constant expression such as pi/2")
    from gradcli.autodiff.runs.record import record
    from gradcli.language.free_names import free_names
    from gradcli.language.parser import parse
    from gradcli.ops.declaration.constants import SPELLINGS, VALUES

    program = parse(text, where)
    names: dict[str, Span] = free_names(program)
    variables = [name for name in names if SPELLINGS.get(name, name) not in VALUES]
    if variables:
        raise GradcliError(
            f"the value must be a number, and it has the variable {variables[0]}",
            names[variables[0]],
            "write a number or a constant expression such as pi/2",
        ).located(text, where)
    try:
        return record(program, {}).value
    except GradcliError as error:
        raise error.located(text, where) from None


def _listed(text: str, where: str) -> Any:
    """The array of nested lists of plain numbers, which are read at once; None for anything else in brackets."""
    try:
        data = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None
    from gradcli.cli.inputs.array_files import array_of

    return array_of(data, where)


def _file_bindings(path: str) -> dict[str, Any]:
    data, where = read_json(path, parse_int=float)
    if not isinstance(data, dict):
        raise GradcliError(f"{where} must hold an object of names and values", hint='for example {"x": 2, "w": 1}')
    return {name: json_value(value, name, where) for name, value in data.items()}


def json_value(value: object, name: str, where: str = "") -> Any:
    """The value of a variable as JSON gives it: a number, a text such as ``"pi/2"`` or ``"NaN"``, or lists of numbers.

    Args:
        value: The value, with whole numbers read as floats.
        name: The variable.
        where: What messages call the file; empty for nothing.

    Raises:
        GradcliError: It is something else.
    """
    place = f"{where}, {name}" if where else name
    if isinstance(value, list):
        from gradcli.cli.inputs.array_files import array_of

        return array_of(value, place)
    if not isinstance(value, float | str):
        what = "an object" if isinstance(value, dict) else json.dumps(value)
        raise GradcliError(f"{where}: the value of {name} must be a number, not {what}".removeprefix(": "))
    if isinstance(value, str):
        special = SPECIAL.get(value)
        return special if special is not None else number(value, place)
    return value
