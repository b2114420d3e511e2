"""What a command writes to standard output, in a file instead."""

from __future__ import annotations

import io
import sys

from gradcli.cli.framework.command import Command, Options
from gradcli.errors import ExitCode, GradcliError
from gradcli.typing import Any


def into_file(path: str | None, command: Command[Any], options: Options) -> ExitCode | None:
    """Run a command, and write to a file what it would write to standard output; nothing where it fails.

    Args:
        path: The file; one that ends in .json gets JSON where no format is asked for; None for nowhere.
        command: The command.
        options: What the call gives.

    Raises:
        GradcliError: The command fails, or the file cannot be written.
    """
    from gradcli.output.files import write_file

    given = {name: value for name, value in options.given.items() if name != "output"}
    if path is None and "output" in options.given:
        raise GradcliError("--quiet writes nothing, and -o is where", hint="leave one out")
    if path is not None and path.lower().endswith(".json") and not given.keys() & {"format", "json", "quiet"}:
        given["json"] = True
    written = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    before, sys.stdout = sys.stdout, written
    try:
        code = command.run(command.record(command, given, options.variables, options.positional))
    finally:
        sys.stdout = before
    if path is not None:
        written.seek(0)
        write_file(path, written.buffer.read())
    return code
