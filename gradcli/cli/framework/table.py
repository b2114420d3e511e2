"""The commands: where each is declared, and which of them have an option."""

from __future__ import annotations

from importlib import import_module

from gradcli.cli.framework.command import Command

COMMANDS = {
    "eval": "gradcli.cli.commands.eval",
    "run": "gradcli.cli.commands.run",
    "graph": "gradcli.cli.commands.graph",
    "trace": "gradcli.cli.commands.trace",
    "compare-modes": "gradcli.cli.commands.compare_modes",
    "explain": "gradcli.cli.commands.explain",
    "diff": "gradcli.cli.commands.diff",
    "simplify": "gradcli.cli.commands.simplify",
    "equal": "gradcli.cli.commands.equal",
    "torch": "gradcli.cli.commands.torch",
    "tf1": "gradcli.cli.commands.tf1",
    "ops": "gradcli.cli.commands.ops",
    "schema": "gradcli.cli.commands.schema",
}
"""Where each command is declared; a module is loaded when its command is called."""


MOST_NAMED = 6
"""Commands up to which a hint names all of those that have an option."""


def command_named(name: str) -> Command:
    """The declaration of a command."""
    command: Command = import_module(COMMANDS[name]).COMMAND
    return command


def others_have(flag: str) -> str:
    """Which commands have an option, for a hint: ``eval and explain have --elements``; empty where none has it.

    It loads every command, and is for calls that have failed.
    """
    names = [name for name in COMMANDS if command_named(name).option(flag) is not None]
    if not names:
        return ""
    if len(names) > MOST_NAMED:
        return f"other commands have {flag}"
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"{listed} {'has' if len(names) == 1 else 'have'} {flag}"
