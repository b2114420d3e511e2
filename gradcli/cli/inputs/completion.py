"""What a call that is being typed may go on with: names of its variables, operations, topics and documents."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence

from gradcli.cli.framework.command import Command, Option, Options
from gradcli.cli.framework.options import ExpressionOptions, ProgramOptions, ReadOptions
from gradcli.cli.framework.reader import read
from gradcli.cli.framework.streams import STDIN
from gradcli.cli.framework.table import command_named, command_names
from gradcli.cli.inputs.source import NAMING, expression_as_written, program_as_written, side_as_read
from gradcli.errors import GradcliError
from gradcli.typing import Any

_TAIL = re.compile(r"[^\W\d]\w*\Z")
"""The name that a text ends in."""
_NAMES = (*NAMING, "about", "direction", "tangent-at")
"""Options whose values begin with names of variables."""
_TRIED = 3
"""Words that may be left out at the end of a call so that it can be read: an option that has no value yet, and its like."""


class Completion:
    """What a call that is being typed may go on with.

    Args:
        words: The words of the call behind the name of the tool, without the one that is being typed.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.command: Command[Any] | None = command_named(words[0]) if words and words[0] in command_names() else None
        self.names: list[str] = []
        if self.command is not None:
            for left in range(_TRIED):
                try:
                    self.names = variables_of(read(self.command, words[1 : len(words) - left]))
                    break
                except GradcliError:
                    continue

    def variables(self, command: Command[Any]) -> list[str]:
        """The variables that a command takes as options."""
        own = command is self.command and command.takes_variables
        return [name for name in self.names if f"--{name}" not in command.by_flag] if own else []

    def values(self, option: Option[Any], begun: str) -> list[str]:
        """What the value of an option may be."""
        before, comma, _ = begun.rpartition(",")
        taken = before.split(",")
        if option.choices:
            return list(option.choices)
        if option.name in _NAMES:
            sign = "=" if "=" in option.metavar else ""
            return [f"{before}{comma}{name}{sign}" for name in self.names if name not in taken]
        if option.name == "ops":
            return [f"{before}{comma}{name}" for name in _operations() if name not in taken]
        return _functions(begun) if option.metavar == "TEXT" else []

    def positional(self, command: Command[Any], begun: str) -> list[str]:
        """What an argument of a command may be."""
        if command.name == "ops":
            return _operations()
        if command.name == "schema":
            from gradcli.output.schemas import SCHEMAS

            return list(SCHEMAS)
        if command.name == "help":
            from gradcli.output.manual.pages import summaries

            return [*summaries(), *command_names()]
        return _functions(begun) if command.takes_expressions else []


def completion() -> Completion:
    """The completion that a shell asks for: the words are in its environment."""
    if "COMP_WORDS" in os.environ:
        words = _split(os.environ["COMP_WORDS"])[: int(os.environ.get("COMP_CWORD", "0"))]
    else:
        text = os.environ.get("_TYPER_COMPLETE_ARGS", "")
        words = _split(text)[: None if text.endswith(" ") else -1]
    return Completion(words[1:])


def _split(text: str) -> list[str]:
    """The words of a line, whose last one may lack its closing quotation mark."""
    for closing in ("", '"', "'"):
        try:
            return shlex.split(text + closing)
        except ValueError:
            continue
    return text.split()


def variables_of(options: Options) -> list[str]:
    """The variables of the expression of a call, in the order of first use; none where it has no expression yet."""
    from gradcli.language.parser import parse
    from gradcli.language.statements import free_names
    from gradcli.ops.declaration.constants import VALUES

    if STDIN in (*options.positional[:1], options.given.get("file")):
        return []
    if isinstance(options, ExpressionOptions):
        text, where = expression_as_written(options)
    elif isinstance(options, ProgramOptions):
        text, where = program_as_written(options)
    elif options.positional and options.command.takes_expressions:
        text, where = options.positional[0], "expression"
    else:
        return []
    if isinstance(options, ReadOptions):
        text = side_as_read(text, text, where, options)
    return [name for name in free_names(parse(text, where)) if name not in VALUES]


def _operations() -> list[str]:
    from gradcli.ops.words import vocabulary

    return sorted(vocabulary().functions)


def _functions(begun: str) -> list[str]:
    """A text with the name at its end written out to that of a function."""
    tail = _TAIL.search(begun)
    if tail is None:
        return []
    before = begun[: tail.start()]
    return [f"{before}{name}(" for name in _operations() if name.startswith(tail[0])]
