"""The entry point: runs a command and turns whatever happens into an exit code and a message on standard error."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from gradcli import __version__
from gradcli.cli.framework.command import HELP_FLAGS
from gradcli.cli.framework.streams import only_ascii, write, write_error, write_note
from gradcli.cli.framework.table import command_named, command_names, option_like
from gradcli.errors import ExitCode, GradcliError, UnknownVariableError, nearest

_COMPLETION = "_GRADCLI_COMPLETE"
_FLAGS = ("--version", "--install-completion", "--show-completion", *HELP_FLAGS)


def main() -> NoReturn:
    """Run the command line and exit."""
    # One command builds one graph and ends: collecting cycles on the way would only cost time.
    gc.disable()
    code = run(sys.argv[1:])
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
        return code or ExitCode.SUCCESS
    except GradcliError as error:
        as_json = "--json" in arguments or "--format=json" in arguments or "--format json" in " ".join(arguments)
        write_error(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        write_note("interrupted")
        return ExitCode.INTERRUPTED
    except MemoryError:
        write_error(GradcliError("out of memory", exit_code=ExitCode.LIMIT), as_json="--json" in arguments)
        return ExitCode.LIMIT
    except Exception as error:
        # Whatever else happens is a defect of the program: one line says so, where a traceback would only frighten.
        message = f"internal error, {type(error).__name__}: {error}"
        hint = "this is a defect of gradcli, not of your input"
        write_error(GradcliError(message, hint=hint, exit_code=ExitCode.DEFECT), as_json="--json" in arguments)
        return ExitCode.DEFECT


def _run(arguments: Sequence[str]) -> ExitCode | None:
    if list(arguments) == ["--version"]:
        write([f"gradcli {__version__}\n"])
        return None
    if not arguments or _COMPLETION in os.environ or arguments[0].partition("=")[0] in _FLAGS:
        from gradcli.cli.framework.help import show_help

        show_help(arguments)
        return None
    name, *rest = arguments
    if name not in command_names():
        raise _no_command(name)
    own = rest[: rest.index("--")] if "--" in rest else rest
    asking = next((flag for flag in own if flag in HELP_FLAGS), None)
    if asking is not None:
        if len(rest) > 1:  # it may be a part of what is worked on, and a check that shows a page would count as passed
            hint = f"`gradcli {name} --help` shows the page; behind -- everything is text: gradcli {name} -- TEXT"
            raise GradcliError(f"{asking} stands beside other arguments", hint=hint)
        from gradcli.cli.framework.help import show_help

        show_help([name, "--help"])
        return None
    from gradcli.cli.framework.reader import read

    command = command_named(name)
    options = read(command, rest)
    if "watch" in options.given:
        from gradcli.cli.framework.watching import watch, without_watching

        path = options.given["watch"]
        if options.positional or not options.given.keys().isdisjoint(("file", "expression")):
            raise GradcliError(f"--watch reads {path}, and there is another expression", hint="leave one out")
        return watch(path, lambda: run([name, "-f", path, *without_watching(rest)]))
    if "ascii" in options.given:
        only_ascii()
    try:
        return command.run(options)
    except UnknownVariableError as error:
        raise option_like(error, options) from None


def _no_command(name: str) -> GradcliError:
    near = nearest(name, [*command_names(), *_FLAGS])
    kind = "option" if name.startswith("--") else "command"
    if near:
        return GradcliError(f"there is no {kind} {name}", hint=f"did you mean {near}?")
    if name.startswith("--"):
        return GradcliError(f"there is no option {name}", hint='options follow the command: gradcli eval "x^2" --x 3')
    shown = name if len(name) < 60 else "EXPRESSION"
    return GradcliError(
        f"there is no command {shown}", hint=f'the commands are {", ".join(command_names())}; for a value: gradcli eval "{shown}"'
    )
