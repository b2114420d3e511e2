"""The values of the variables of a call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gradcli.cli.framework.command import Command, Given, Options
from gradcli.cli.framework.options import DerivativeOptions, ReadOptions, ValueOptions, limits_of
from gradcli.errors import GradcliError, visible
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.language.ast import Expression

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"


def bindings_of(options: ValueOptions, further: Sequence[Given] = ()) -> tuple[dict[str, Any], set[str]]:
    """The value of each variable of a call.

    Args:
        options: The options of the call.
        further: Values beside those that are given as options.

    Returns:
        The values, and the names that came from a file.

    Raises:
        GradcliError: A value is not a number, or a variable is given twice.
    """
    return bindings([*options.variables, *further], options.set, options.bindings, options.command, options)


_AT_COMMAS = r",(?=[^\],]*=)"
"""Commas between the assignments of --at, not those of [1, 2]."""


def point(options: DerivativeOptions) -> dict[str, Any]:
    """The values of --at, --set, --bindings and of variables given as options."""
    return bindings_of(options, given_at(options.at, options))[0]


def exact_point(options: ValueOptions, names: Sequence[str], further: Sequence[Given] = ()) -> dict[str, Expression]:
    """The values of a point, for some variables, as they are written: pi/3, and not a number near it."""
    import fractions

    from gradcli.language.ast import Number, Output
    from gradcli.language.builder import identifier
    from gradcli.language.parser import parse

    texts = {identifier(given.name): given.text for given in [*options.variables, *further]}
    texts |= {identifier(name): value for name, value in (assignment("--set", text, "x=2") for text in options.set)}
    values, _ = bindings_of(options, further)
    found: dict[str, Expression] = {}
    for name in names:
        statement = parse(texts[name]).statements[0] if name in texts else None
        found[name] = statement.value if isinstance(statement, Output) else Number(fractions.Fraction(values[name]))
    return found


def given_at(at: Sequence[str], options: Options | None = None) -> list[Given]:
    """What --at gives; a number alone is the place of the only variable of the expression of the options."""
    parts = [part for given in at for part in re.split(_AT_COMMAS, given)]
    names = ["x", "w"]
    if options is not None and any("=" not in part for part in parts):
        from gradcli.cli.inputs.completion import variables_of
        from gradcli.language.parser import is_name

        names = variables_of(options)
        alone = len(names) == len(parts) == 1 and not is_name(parts[0])
        parts = [f"{names[0]}={parts[0]}"] if alone else parts
    pairs = [assignment("--at", part, ",".join(f"{name}=2" for name in names) or "x=2") for part in parts]
    return [Given(name, value, f"--at {name}") for name, value in pairs]


def assignment(option: str, text: str, example: str, metavar: str = "NAME") -> tuple[str, str]:
    """The name and the value of ``x=2``.

    Raises:
        GradcliError: It is written otherwise.
    """
    from gradcli.language.builder import identifier
    from gradcli.language.parser import is_name

    name, equals, value = text.partition("=")
    if not equals or not is_name(name.strip()) or not value.strip():
        raise GradcliError(f"{option} takes {metavar}=VALUE, not '{text}'", hint=f"for example {option} {example}")
    return identifier(name.strip()), value


def values_by_name(
    option: str, given: Sequence[str], example: str, metavar: str = "NAME", options: Options | None = None
) -> dict[str, Any]:
    """The values of ``x=1``, each name once.

    Args:
        option: The option that gives them.
        given: What it gives.
        example: What it could give.
        metavar: What the names are called.
        options: As for :func:`number`.

    Raises:
        GradcliError: One is written otherwise, or a name is given twice.
    """
    found: dict[str, Any] = {}
    for text in given:
        name, value = assignment(option, text, example, metavar)
        if name in found:
            raise GradcliError(f"{option} {name} is given twice", hint="leave one out")
        found[name] = number(value, f"{option} {name}", options)
    return found


def directions(given: Sequence[str]) -> dict[str, Expression]:
    """The expressions of ``--direction x=1,w=sqrt(2)``, each name once, as they are written.

    Raises:
        GradcliError: One is written otherwise, has a variable, or a name is given twice.
    """
    from gradcli.language.parser import parse_expression

    option = "--direction"
    found: dict[str, Expression] = {}
    for part in [part for text in given for part in re.split(_AT_COMMAS, text)]:
        name, value = assignment(option, part, "x=1,w=2")
        if name in found:
            raise GradcliError(f"{option} {name} is given twice", hint="leave one out")
        number(value, f"{option} {name}")
        found[name] = parse_expression(value)
    return found


def bindings(
    given: Sequence[Given], assignments: Sequence[str], file: str | None, command: Command[Any], options: Options | None = None
) -> tuple[dict[str, Any], set[str]]:
    """The same of variables from options, of ``NAME=VALUE`` from --set, and of a JSON file with an object of values."""
    from gradcli.language.builder import identifier

    everything = list(given)
    for text in assignments:
        name, value = assignment("--set", text, "x=2")
        everything.append(Given(name, value, f"--set {name}"))
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, text, option in everything:
        name = identifier(name)
        if name in values:
            both = "" if sources[name] == option else f", by {sources[name]} and by {option}"
            raise GradcliError(f"{name} is given twice{both}", hint="leave one out")
        try:
            values[name], sources[name] = number(text, option, options), option
        except GradcliError as error:
            raise _not_a_value(error, text, option, command) from None
    from_file: set[str] = set()
    if file is not None:
        for name, value in _file_bindings(file, options).items():
            name = identifier(name)
            if name in values:
                raise GradcliError(f"{name} is given twice, by {sources[name]} and in {file}", hint="leave one out")
            values[name], sources[name] = value, file
            from_file.add(name)
    return values, from_file


def _not_a_value(error: GradcliError, text: str, option: str, command: Command[Any]) -> GradcliError:
    """The error for a value that is none, where other commands have an option that would be written so."""
    if text.startswith("@"):
        return error
    from gradcli.cli.framework.table import others_have

    others = others_have(option, command, text)
    name = option.removeprefix("--")
    message = f"there is no option {option} here, and '{text}' is no value of a variable {name}"
    return GradcliError(message, hint=others) if others else error


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


def number(text: str, where: str, options: Options | None = None) -> Any:
    """The value of a constant expression, such as ``-2``, ``1e-3``, ``pi/2`` or ``[1, 2]``, or of a file, ``@a.csv``.

    Args:
        text: The text.
        where: What messages call it.
        options: The options of the call, whose limits hold for it.

    Raises:
        GradcliError: It is not one, or it has variables.
    """
    if re.fullmatch(_NUMBER, text):
        return float(text)
    if text.startswith("@"):
        from gradcli.cli.inputs.array_files import array_file

        return array_file(text[1:], where)
    from gradcli.autodiff.runs.given_values import constant

    if isinstance(options, ReadOptions):
        text = _as_read(text, where, options)
    return constant(text, where, **limits_of(options) if options else {})


def _as_read(text: str, where: str, options: ReadOptions) -> str:
    """The text of a value, read as the expression is where the call says how."""
    from gradcli.cli.inputs.source import usual_reading

    how = options.read or usual_reading()
    if how == "strict":
        return text
    from gradcli.cli.framework.streams import write_note
    from gradcli.ops.words import read

    found = read(text, where, how, ())
    for note in found.notes:
        write_note(visible(f"note: {note}"))
    return found.read_as


def _file_bindings(path: str, options: Options | None) -> dict[str, Any]:
    from gradcli.cli.inputs.json_file import read_json

    data, where = read_json(path, parse_int=float)
    if not isinstance(data, dict):
        raise GradcliError(f"{where} must hold an object of names and values", hint='for example {"x": 2, "w": 1}')
    return {name: json_value(value, name, where, options) for name, value in data.items()}


def json_value(value: object, name: str, where: str = "", options: Options | None = None) -> Any:
    """The value of a variable as JSON gives it: a number, a text such as ``"pi/2"`` or ``"NaN"``, or lists of numbers.

    Args:
        value: The value, with whole numbers read as floats.
        name: The variable.
        where: What messages call the file; empty for nothing.
        options: As for :func:`number`.

    Raises:
        GradcliError: It is something else.
    """
    place = f"{where}, {name}" if where else name
    if isinstance(value, list):
        from gradcli.autodiff.runs.given_values import array_of

        return array_of(value, place)
    if not isinstance(value, float | str):
        import json

        what = "an object" if isinstance(value, dict) else json.dumps(value)
        raise GradcliError(f"{where}: the value of {name} must be a number, not {what}".removeprefix(": "))
    if isinstance(value, str):
        from gradcli.autodiff.runs.given_values import SPECIAL

        special = SPECIAL.get(value)
        return special if special is not None else number(value, place, options)
    return value
