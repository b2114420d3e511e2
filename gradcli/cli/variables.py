"""Variables as options: `--x 2`, in any order, before or after the expression.

A command with variables cannot know its options beforehand, so its arguments are sorted here before the parser of the command
line sees them: known options go on to it, every other ``--name`` is a variable with a value, the rest is the expression.
Nothing is guessed: what fits nowhere is an error.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
import typer.core

from gradcli.cli.streams import STDIN, read_text
from gradcli.errors import GradcliError, Span, nearest

if TYPE_CHECKING:
    from gradcli.autodiff.tape import UnknownVariableError

_META = "gradcli.variables"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class Given(NamedTuple):
    """A variable's value as the user gave it, and the option that it came from."""

    name: str
    text: str
    option: str


class Sorted(NamedTuple):
    """The arguments of a command, sorted."""

    known: list[str]
    variables: list[Given]
    positional: list[str]


class VariablesCommand(typer.core.TyperCommand):
    """A command whose unknown options are variables."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        flags: dict[str, bool] = {}
        for parameter in self.params:
            for option in (*parameter.opts, *parameter.secondary_opts):
                if option.startswith("-"):
                    flags[option] = bool(getattr(parameter, "is_flag", False))
        for option in self.get_help_option_names(ctx):
            flags[option] = True
        found = sort_arguments(args, flags)
        ctx.meta[_META] = found
        ctx.meta[_META + ".options"] = list(flags)
        return list(super().parse_args(ctx, [*found.known, "--", *found.positional]))


def sort_arguments(arguments: Sequence[str], flags: dict[str, bool]) -> Sorted:
    """Sort arguments into known options, variables, and the rest.

    Args:
        arguments: The arguments.
        flags: The known options, and whether each is a flag, which takes no value.

    Raises:
        GradcliError: An option or a variable has no value, or cannot be either.
    """
    known: list[str] = []
    variables: list[Given] = []
    positional: list[str] = []
    rest = list(reversed(arguments))

    def value_of(option: str) -> str:
        if not rest or (rest[-1].startswith("--") and len(rest[-1]) > 2) or rest[-1] in flags:
            raise _no_value(option, rest, flags)
        return rest.pop()

    while rest:
        argument = rest.pop()
        name, equals, value = argument.partition("=")
        if argument == "--":
            positional.extend(reversed(rest))
            break
        if argument in flags:
            known.append(argument)
            if not flags[argument]:
                known.append(value_of(argument))
        elif name in flags and equals and name.startswith("--"):
            if flags[name]:
                raise GradcliError(f"{name} takes no value", hint=f"write {name}")
            known.extend((name, value))
        elif argument.startswith("--"):
            if not name[2:].isidentifier() and not _is_name(name[2:]):
                near = nearest(name, flags)
                raise GradcliError(f"there is no option {name}", hint=f"did you mean {near}?" if near else "")
            if equals and not value:
                raise _no_value(name, rest, flags)
            variables.append(Given(name[2:], value if equals else value_of(name), name))
        else:
            positional.append(argument)
    return Sorted(known, variables, positional)


def _is_name(text: str) -> bool:
    """Whether the language reads a text as one name, such as x₁."""
    from gradcli.language.parser import is_name

    return is_name(text)


def _no_value(option: str, rest: Sequence[str], flags: dict[str, bool]) -> GradcliError:
    if option in flags:
        return GradcliError(f"{option} needs a value", hint=f"write {option} VALUE")
    hint = f"write {option} VALUE; a value that begins with two dashes is written {option}=VALUE"
    near = nearest(option, flags)
    if near:
        hint = f"did you mean {near}? A variable is given by {option} VALUE"
    return GradcliError(f"{option} needs a value", hint=hint)


def sorted_arguments(ctx: typer.Context) -> Sorted:
    """What :class:`VariablesCommand` found."""
    found: Sorted = ctx.meta[_META]
    return found


def expression_text(ctx: typer.Context, file: str | None) -> tuple[str, str]:
    """The text of the expression, and what messages call it.

    Raises:
        GradcliError: There is none, or more than one, or it cannot be read.
    """
    found = sorted_arguments(ctx)
    if file is not None:
        if found.positional:
            raise GradcliError(f"there is an expression, '{found.positional[0]}', and also a file, {file}", hint="leave one out")
        return read_text(file)
    if not found.positional:
        raise _no_expression(ctx, found)
    if len(found.positional) > 1:
        raise _several(found.positional)
    text = found.positional[0]
    return read_text(text) if text == STDIN else (text, "expression")


def _no_expression(ctx: typer.Context, found: Sorted) -> GradcliError:
    options: list[str] = ctx.meta[_META + ".options"]
    for given in found.variables:
        near = nearest(given.option, options)
        if near and not _NUMBER.fullmatch(given.text):
            return GradcliError(f"there is no option {given.option}", hint=f"did you mean {near}?")
    return GradcliError("there is no expression", hint='write one in quotation marks: gradcli eval "(x+w)*(w+1)" --x 2 --w 1')


def option_like(ctx: typer.Context, error: UnknownVariableError) -> GradcliError:
    """The error for a variable that the expression does not have, which may be meant as an option."""
    options: list[str] = ctx.meta[_META + ".options"]
    near = nearest(f"--{error.name}", options)
    if near and any(given.name == error.name for given in sorted_arguments(ctx).variables):
        error.hint = f"did you mean the option {near}? {error.hint}"
    return error


def _several(positional: Sequence[str]) -> GradcliError:
    listed = " and ".join(f"'{text}'" for text in positional[:3])
    for index, text in enumerate(positional[:-1]):
        if re.fullmatch(r"-[^\W\d]\w*", text) and _NUMBER.fullmatch(positional[index + 1]):
            return GradcliError(
                f"there are {len(positional)} expressions: {listed}",
                hint=f"a variable takes two dashes: -{text} {positional[index + 1]}",
            )
    return GradcliError(
        f"there are {len(positional)} expressions: {listed}",
        hint="put the expression in quotation marks; separate statements with ';'",
    )


def bindings(given: Sequence[Given], assignments: Sequence[str], file: str | None) -> tuple[dict[str, float], set[str]]:
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

    everything = list(given)
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not _is_name(name.strip()) or not text.strip():
            raise GradcliError(f"--set takes NAME=VALUE, not '{assignment}'", hint="for example --set x=2")
        everything.append(Given(name.strip(), text, f"--set {name.strip()}"))
    values: dict[str, float] = {}
    sources: dict[str, str] = {}
    for name, text, option in everything:
        name = identifier(name)
        if name in values:
            raise GradcliError(f"{name} is given twice, by {sources[name]} and by {option}", hint="leave one out")
        values[name], sources[name] = number(text, option), option
    from_file: set[str] = set()
    if file is not None:
        for name, value in _file_bindings(file).items():
            name = identifier(name)
            if name in values:
                raise GradcliError(f"{name} is given twice, by {sources[name]} and in {file}", hint="leave one out")
            values[name], sources[name] = value, file
            from_file.add(name)
    return values, from_file


def number(text: str, where: str) -> float:
    """The value of a constant expression, such as ``-2``, ``1e-3`` or ``pi/2``.

    Raises:
        GradcliError: It is not one, or it has variables.
    """
    if _NUMBER.fullmatch(text):
        return float(text)
    from gradcli.autodiff.tape import record
    from gradcli.language.parser import parse
    from gradcli.lowering.lower import free_names
    from gradcli.ops.constants import SPELLINGS, VALUES

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


def _file_bindings(path: str) -> dict[str, float]:
    text, where = read_text(path)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, value in pairs:
            if name in result:
                raise GradcliError(f"{where}: {name} is given twice", hint="leave one out")
            result[name] = value
        return result

    try:
        data = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise GradcliError(f"{where} is not JSON: {error.msg}", (error.pos, error.pos + 1)).located(text, where) from None
    except RecursionError:
        raise GradcliError(f"{where} is nested too deeply") from None
    if not isinstance(data, dict):
        raise GradcliError(f"{where} must hold an object of names and values", hint='for example {"x": 2, "w": 1}')
    return {name: _file_value(name, value, where) for name, value in data.items()}


def _file_value(name: str, value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise GradcliError(f"{where}: the value of {name} must be a number, not {json.dumps(value)[:40]}")
    if isinstance(value, str):
        special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(value)
        return special if special is not None else number(value, f"{where}, {name}")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
