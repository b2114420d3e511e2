"""The commands: a module each, in a folder for each group of them, loaded when its command is called."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from importlib import import_module

from gradcli.cli import commands
from gradcli.cli.framework.command import Command, Options
from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.typing import Any

MOST_NAMED = 6
"""Commands up to which a hint names all of those that have an option."""


GROUPS = {
    "values": "Values, gradients, graphs",
    "programs": "Whole programs",
    "calculus": "Derivatives and algebra",
    "analysis": "Is it right, and what follows",
    "teaching": "For classes",
    "code": "Scripts and code",
    "reference": "What there is",
}
"""The folders of commands, and what help pages write above each."""


def grouped_names() -> dict[str, list[str]]:
    """The commands in each folder, by the names of their modules."""
    root = commands.__path__[0]
    found = {}
    for folder in GROUPS:
        modules = sorted(name for name in os.listdir(f"{root}/{folder}") if name.endswith(".py") and not name.startswith("_"))
        found[folder] = [name.removesuffix(".py").replace("_", "-") for name in modules]
    return found


def command_names() -> list[str]:
    """The commands, group by group."""
    return [name for names in grouped_names().values() for name in names]


def command_named(name: str) -> Command[Any]:
    """The declaration of a command."""
    folder = next(folder for folder, names in grouped_names().items() if name in names)
    command: Command[Any] = import_module(f"{commands.__name__}.{folder}.{name.replace('-', '_')}").COMMAND
    return command


_INSTEAD = (
    ("--to", "--format", "write --format {value}"),
    ("--format", "--to", "write --to {value}"),
    ("-n", "--order", "write --order {value}"),
    ("--about", "--at", "write --at {value}"),
    ("--at", "--x", "values are given by --{pairs}"),
    ("--from --min --xmin --to --max --xmax", "--tangent-at", "a range is given by --x -3:3"),
    ("--steps", "--gradient", "gradcli explain shows the steps"),
    ("--plot", "", "gradcli plot draws"),
)
"""For options that are written in a command that lacks them: one that it has (``--x`` for any variable), and what to write."""


def _as_option(pair: str) -> str:
    """``x=[0, 1]`` as a shell reads it behind two dashes: ``x "[0, 1]"``."""
    name, _, value = map(str.strip, pair.partition("="))
    return f"{name} {value}" if re.fullmatch(r"[\w.+-]*", value) else f'{name} "{value}"'


def _instead(flag: str, command: Command[Any], value: str) -> str:
    for flags, has, hint in _INSTEAD:
        if flag in flags.split() and (has in command.by_flag or not has or (has == "--x" and command.uses_values)):
            return hint.format(
                value=value or "VALUE", pairs=" --".join(map(_as_option, re.split(r",(?=\s*\w+\s*=)", value or "x=2")))
            )
    return ""


def others_have(flag: str, command: Command[Any], value: str = "") -> str:
    """Which other commands have an option, for a hint: ``eval and explain have --elements, diff has not``; empty for none.

    Where it is clear what is meant it says what to write.

    It loads every command, and is for calls that have failed.
    """
    if instead := _instead(flag, command, value):
        return instead
    if flag in command.lacks:
        return f"there is no {flag} for {command.name}, as {command.lacks[flag]}"
    names = [name for name in command_names() if flag in command_named(name).by_flag]
    if not names:
        return ""
    if len(names) > MOST_NAMED:
        return f"other commands have {flag}, {command.name} has not"
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"{listed} {'has' if len(names) == 1 else 'have'} {flag}, {command.name} has not"


def others_take(flag: str, value: str) -> str:
    """Which commands take a value of an option that this one does not, for a hint: ``commands with --format=html: plot``."""
    declared = [(name, command_named(name).by_flag.get(flag)) for name in command_names()]
    names = [name for name, option in declared if option is not None and value in (option.choices or ())]
    return f"commands with {flag}={value}: {', '.join(names)}" if 0 < len(names) <= MOST_NAMED else ""


def option_like(error: UnknownVariableError, options: Options) -> UnknownVariableError:
    """The error for a variable that the expression does not have, which may be meant as an option."""
    command = options.command
    if any(given.name == error.name for given in options.variables):
        [text] = [given.text for given in options.variables if given.name == error.name][:1]
        near, others = command.near(error.name), others_have(f"--{error.name}", command, text)
        if others:
            error.hint = f"{others}; {error.hint}"
        elif near and not error.near:
            error.hint = f"did you mean the option {near}? {error.hint}"
    return error


_QUOTED = "put the expression in quotation marks; separate statements with ';'"
_LIKE_AN_OPTION = r"-[^\W\d]\w*"
_ASSIGNED = r"([^\W\d]\w*)=([^=].*)"
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?::[+-]?[0-9.]+)?"


def several_expressions(options: Options) -> GradcliError:
    """The error for a call with more expressions than one, some of which are meant as options or values."""
    positional, command = options.positional, options.command
    listed = " and ".join(f"'{text}'" for text in positional[:3])
    message = f"there are {len(positional)} expressions: {listed}"
    if any(re.match(r"--[^\W\d]", text) for text in positional):
        return GradcliError(message, hint="what stands behind -- is an expression: options stand before it")
    short = [
        (text, value)
        for text, value in itertools.pairwise(positional)
        if re.fullmatch(_LIKE_AN_OPTION, text) and re.fullmatch(_NUMBER, value)
    ]
    others = " ".join(text for text in positional if not any(text in pair for pair in short))
    if short and all(re.search(rf"(?<![^\W_]){re.escape(text[1:])}(?![^\W_])", others) for text, _ in short):
        values = " ".join(f"-{text} {value}" for text, value in short)
        return GradcliError(f"there is no option {short[0][0]}", hint=f"a variable takes two dashes: {values}")
    for text in positional:
        if re.fullmatch(_LIKE_AN_OPTION, text):
            have = others_have(text, command, dict(short).get(text, ""))
            return GradcliError(
                f"there is no option {text} here" if have else message,
                hint=have or f"{text} is no option; `gradcli {command.name} --help` lists them",
            )
    assigned = [found for text in positional[1:] if (found := re.fullmatch(_ASSIGNED, text))]
    if assigned:
        values = " ".join(f"--{found[1]} {found[2]}" for found in assigned)
        return GradcliError(message, hint=f"a variable is given by two dashes: {values}")
    flags = [option.name for option in command.options if not option.metavar and option.name in options.given]
    for flag in flags:  # --json 3, where json is a variable
        if len(positional) == 2 and re.search(rf"\b{flag}\b", " ".join(positional)):
            [value] = [text for text in positional if not re.search(rf"\b{flag}\b", text)] or [""]
            return GradcliError(message, hint=f"--{flag} is an option of its own; the variable is given by --set {flag}={value}")
    names = re.findall(r"(?<![\w.])[^\W\d]\w*(?!\w|\s*\()", positional[0])
    if "--wrt" in command.by_flag and all(text in names for text in positional[1:]):
        return GradcliError(message, hint=f"write --wrt {','.join(positional[1:])}")
    if len(positional) == 2 and re.fullmatch(_NUMBER, positional[1]) and command.takes_variables:
        name = "at" if "--at" in command.by_flag else names[0] if names else "x"
        return GradcliError(message, hint=f"write --{name} {positional[1]}")
    marked = len(positional) == 2 and command.name == "check"
    hint = "gradcli grade FUNCTION ANSWER says whether an answer is its derivative" if marked else _QUOTED
    return GradcliError(message, hint=hint)


def refuse_options(texts: Sequence[str], options: Options) -> None:
    """Refuse ``-q`` among several texts where other commands have it, and no other text has the name.

    Raises:
        GradcliError: There is one.
    """
    for text in texts:
        named = any(re.search(rf"(?<![^\W_]){re.escape(text[1:])}(?![^\W_])", other) for other in texts if other != text)
        if re.fullmatch(_LIKE_AN_OPTION, text) and not named and (have := others_have(text, options.command)):
            raise GradcliError(f"there is no option {text} here", hint=have)
