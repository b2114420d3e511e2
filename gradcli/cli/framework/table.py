"""The commands: a module each, in a folder for each group of them, loaded when its command is called."""

from __future__ import annotations

import os
from importlib import import_module

from gradcli.cli import commands
from gradcli.cli.framework.command import Command, Options
from gradcli.errors import UnknownVariableError
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


def others_have(flag: str, command: Command[Any]) -> str:
    """Which other commands have an option, for a hint: ``eval and explain have --elements, diff has not``; empty for none.

    It loads every command, and is for calls that have failed.
    """
    names = [name for name in command_names() if flag in command_named(name).by_flag]
    if not names:
        return ""
    if len(names) > MOST_NAMED:
        return f"other commands have {flag}, {command.name} has not"
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"{listed} {'has' if len(names) == 1 else 'have'} {flag}, {command.name} has not"


def option_like(error: UnknownVariableError, options: Options) -> UnknownVariableError:
    """The error for a variable that the expression does not have, which may be meant as an option."""
    command = options.command
    if any(given.name == error.name for given in options.variables):
        near, others = command.near(error.name), others_have(f"--{error.name}", command)
        if others:
            error.hint = f"{others}; {error.hint}"
        elif near and not error.near:
            error.hint = f"did you mean the option {near}? {error.hint}"
    return error
