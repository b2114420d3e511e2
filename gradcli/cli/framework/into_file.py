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
        path: The file; where no format is asked for, its ending says one that the command has; None for nowhere.
        command: The command.
        options: What the call gives.

    Raises:
        GradcliError: The command fails, or the file cannot be written.
    """
    from gradcli.output.files import write_file

    given = {name: value for name, value in options.given.items() if name != "output"}
    if path is None and "output" in options.given:
        raise GradcliError("--quiet writes nothing, and -o is where", hint="leave one out")
    ending = (path or "").lower().rpartition(".")[2].replace("ndjson", "jsonl")
    if not given.keys() & {"format", "json", "quiet"}:
        if ending == "json":
            given["json"] = True
        elif "--format" in command.by_flag and ending in command.by_flag["--format"].choices:
            given["format"] = ending
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
