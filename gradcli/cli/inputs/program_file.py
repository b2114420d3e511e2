"""The program of a call: from a file, or from the command line."""

from __future__ import annotations

import os

from gradcli.cli.framework.command import Arguments, Command, Option
from gradcli.cli.framework.streams import STDIN, read_text
from gradcli.errors import GradcliError

PROGRAM = ("FILE", "The program, a .grad file; - is standard input.")
PROGRAM_OPTION = Option("expression", "The program itself, in place of a file.", "TEXT", short="-e")


def program_text(arguments: Arguments, command: Command) -> tuple[str, str]:
    """The text of the program, and what messages call it.

    Raises:
        GradcliError: There is none, or more than one, or the file cannot be read.
    """
    text, files = arguments.text("expression"), arguments.positional
    if text is not None:
        if files:
            raise GradcliError(f"there is a program by -e, and also a file, {files[0]}", hint="leave one out")
        return text, "program"
    if not files:
        raise GradcliError("there is no program", hint=f"name a file: gradcli {command.name} newton.grad, or write it: -e 'x^2'")
    if len(files) > 1:
        raise GradcliError(f"there are {len(files)} files: {', '.join(files[:3])}", hint="name one")
    if files[0] != STDIN and not os.path.exists(files[0]):
        hint = "a program that is no file follows -e" if any(sign in files[0] for sign in " =*+^;(") else "check its name"
        raise GradcliError(f"there is no file {files[0]}", hint=hint)
    return read_text(files[0])
