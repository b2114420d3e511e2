"""The commands: a module of the folder of commands each, loaded when its command is called."""

from __future__ import annotations

import os
from importlib import import_module

from gradcli.cli import commands
from gradcli.cli.framework.command import Command, Options
from gradcli.errors import UnknownVariableError
from gradcli.typing import Any

MOST_NAMED = 6
"""Commands up to which a hint names all of those that have an option."""


def command_names() -> list[str]:
    """The commands, by the names of their modules."""
    modules = sorted(name for name in os.listdir(commands.__path__[0]) if name.endswith(".py") and not name.startswith("_"))
    return [name.removesuffix(".py").replace("_", "-") for name in modules]


def command_named(name: str) -> Command[Any]:
    """The declaration of a command."""
    command: Command[Any] = import_module(f"{commands.__name__}.{name.replace('-', '_')}").COMMAND
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
