"""The entry point: runs a command and turns whatever happens into an exit code and a message on standard error."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from gradcli.cli.streams import write, write_error
from gradcli.errors import ExitCode, GradcliError


def main() -> NoReturn:
    """Run the command line and exit."""
    # One command builds one graph and ends: collecting cycles on the way would only cost time.
    gc.disable()
    code = run(sys.argv[1:])
    sys.stderr.flush()
    # The operating system takes the memory back faster than the interpreter frees it node by node.
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line.

    Args:
        arguments: The arguments after the program's name.

    Returns:
        The exit code.
    """
    try:
        code = _run(arguments)
        write(())
        return code
    except GradcliError as error:
        return _report(error, arguments)
    except KeyboardInterrupt:
        return _interrupted()
    except (RecursionError, MemoryError) as error:
        return _report(GradcliError(f"out of memory: {type(error).__name__}", exit_code=ExitCode.LIMIT), arguments)


def _run(arguments: Sequence[str]) -> int:
    import typer

    from gradcli.cli.app import app

    usage_error = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
    try:
        code = app(list(arguments), prog_name="gradcli", standalone_mode=False)
    except typer.Exit as exit:
        code = exit.exit_code
    except typer.Abort:
        return _interrupted()
    except usage_error as error:
        message = str(error.format_message()).rstrip(".") if hasattr(error, "format_message") else str(error)
        raise GradcliError(message[:1].lower() + message[1:], hint=_usage_hint(arguments)) from None
    return _interrupted() if code == ExitCode.INTERRUPTED else int(code or 0)


def _usage_hint(arguments: Sequence[str]) -> str:
    from gradcli.cli.app import COMMANDS

    if arguments and arguments[0] in COMMANDS:
        return f"`gradcli {arguments[0]} --help` lists the options"
    if arguments and not arguments[0].startswith("-"):
        return f'the commands are {", ".join(COMMANDS)}; for a value and a gradient: gradcli eval "{arguments[0]}"'
    return "`gradcli --help` lists the commands"


def _report(error: GradcliError, arguments: Sequence[str]) -> int:
    write_error(error, as_json="--json" in arguments or "--format=json" in arguments or _follows(arguments))
    return error.exit_code


def _follows(arguments: Sequence[str]) -> bool:
    return any(pair == ("--format", "json") for pair in zip(arguments, arguments[1:], strict=False))


def _interrupted() -> int:
    sys.stderr.write("interrupted\n")
    return ExitCode.INTERRUPTED
