"""The commands: where each is declared, and which of them have an option."""

from __future__ import annotations

from importlib import import_module

from gradcli.cli.command import Command

COMMANDS = {
    "eval": "gradcli.cli.eval_command",
    "run": "gradcli.cli.run_command",
    "graph": "gradcli.cli.graph_command",
    "trace": "gradcli.cli.trace_command",
    "compare-modes": "gradcli.cli.modes_command",
    "explain": "gradcli.cli.explain_command",
    "diff": "gradcli.cli.diff_command",
    "simplify": "gradcli.cli.simplify_command",
    "equal": "gradcli.cli.equal_command",
    "torch": "gradcli.cli.torch_command",
    "tf1": "gradcli.cli.tf1_command",
    "ops": "gradcli.cli.ops_command",
    "schema": "gradcli.cli.schema_command",
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
