"""What a command writes to standard output, in a file instead."""

from __future__ import annotations

import io
import sys

from gradcli.cli.framework.command import Command, Options
from gradcli.errors import ExitCode
from gradcli.typing import Any


def into_file(path: str, command: Command[Any], options: Options) -> ExitCode | None:
    """Run a command, and write to a file what it would write to standard output; nothing where it fails.

    Args:
        path: The file; one that ends in .json gets JSON where no format is asked for.
        command: The command.
        options: What the call gives.

    Raises:
        GradcliError: The command fails, or the file cannot be written.
    """
    from gradcli.output.files import write_file

    given = dict(options.given)
    if path.lower().endswith(".json") and not given.keys() & {"format", "json", "quiet"}:
        given["json"] = True
    written = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    before, sys.stdout = sys.stdout, written
    try:
        code = command.run(command.record(command, given, options.variables, options.positional))
    finally:
        sys.stdout = before
    written.seek(0)
    write_file(path, written.buffer.read())
    return code
