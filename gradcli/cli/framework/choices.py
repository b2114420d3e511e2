"""What several options say together."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence

from gradcli.cli.framework.command import Command, Options
from gradcli.cli.framework.options import FORMULAS, VERDICT, WRITTEN
from gradcli.cli.framework.streams import STDIN, is_terminal
from gradcli.errors import ExitCode, GradcliError
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.formats import Format

_COMMA = r",(?![^\[]*\])"
"""A comma that does not stand in the index of an element, as in ``W[0,1]``."""


def refuse(options: Options, names: Sequence[str], why: str, hint: str = "leave it out") -> None:
    """Refuse options that would do nothing in this call.

    Args:
        options: What the call gives.
        names: The options.
        why: What is said of one that was given: ``is for values, and there are none``.
        hint: What to do.

    Raises:
        GradcliError: One was given.
    """
    for name in names:
        if name in options.given:
            raise GradcliError(f"--{name} {why}", hint=hint)


_NOTHING = "nothing"
"""What --quiet asks for where the exit code is the answer."""


def chosen_format(options: Options) -> str | None:
    """The format that --format, --json, --select and --quiet ask for; None where the terminal decides.

    Raises:
        GradcliError: They ask for different ones.
    """
    given = options.given
    asked = {"--format": given.get("format"), "--json": "json" in given and "json", "--select": "select" in given and "json"}
    if "quiet" in given:
        own, form = options.command.by_flag["-q"], asked["--format"] or "text"
        asked["--quiet"] = form if own is FORMULAS and form != "json" else _NOTHING if own is VERDICT else "numbers"
    formats = {option: format for option, format in asked.items() if format}
    if len(set(formats.values())) > 1:
        raise GradcliError(f"{' and '.join(formats)} ask for different formats", hint="leave one out")
    found = next(iter(formats.values()), None)
    return None if found == _NOTHING else found


def done(command: Command[Any], options: Options) -> ExitCode | None:
    """Run a command, and say what is going on where it takes long; where it writes to standard output alone, into the file that
    is asked for, or nowhere.

    Raises:
        GradcliError: It fails, or the file cannot be written.
    """
    if not command.work or not is_terminal(sys.stderr):
        return _done(command, options)
    from gradcli.cli.framework.progress import watched

    return watched(lambda: _done(command, options), command.work)


def _done(command: Command[Any], options: Options) -> ExitCode | None:
    path = options.given.get("output")
    silent = "quiet" in options.given and command.by_flag["-q"] is VERDICT
    once = "--feed" in command.by_flag and "feed" not in options.given
    if not silent and (path in (None, STDIN) or not (once or command.by_flag.get("-o") is WRITTEN)):
        return command.run(options)
    from gradcli.cli.framework.into_file import into_file

    return into_file(None if silent else path, command, options)


def split_names(option: str, values: Sequence[str]) -> list[str]:
    """The names of a repeatable option with names separated by commas.

    Raises:
        GradcliError: A name is missing.
    """
    from gradcli.language.builder import identifier

    names = [identifier(name.strip()) for value in values for name in re.split(_COMMA, value)]
    if "" in names:
        shown = ",".join(values)
        raise GradcliError(f"{option} takes names separated by commas, not '{shown}'", hint=f"for example {option} w,x")
    return names


def at_most_one(options: Options, what: str) -> str | None:
    """The positional argument; None where there is none.

    Raises:
        GradcliError: There are several.
    """
    if len(options.positional) > 1:
        raise GradcliError(f"one {what} at a time: {' '.join(options.positional)}", hint="leave out all but one")
    return options.positional[0] if options.positional else None


def check_stdin(**readers: str | None) -> None:
    """Check that not more than one thing comes from standard input.

    Args:
        readers: What is read, each with the argument that names it.

    Raises:
        GradcliError: Several do.
    """
    reading = [f"the {what}" for what, path in readers.items() if path == STDIN]
    if len(reading) > 1:
        raise GradcliError(f"{' and '.join(reading)} cannot both come from standard input", hint="keep one in a file")


def file_format(asked: str | None, output: str | None, formats: Mapping[str, Format], option: str = "--format") -> Format | None:
    """The format of the output: what is asked for, or what the name of the file says; None where the terminal decides.

    Args:
        asked: The format that the options ask for.
        output: The file to write; None or ``-`` for standard output.
        formats: Which formats there are.
        option: The option that says it.

    Raises:
        GradcliError: The name of the file does not tell it, or tells another one, or it is one for terminals.
    """
    from gradcli.output.formats import check_file, format_of_file

    format = None if asked is None else formats[asked]
    if output is None or output == STDIN:
        return format
    if format is not None and not format.terminal:
        check_file(format, output, f"{option} {asked}")
        return format
    if format is not None:
        others = listed([other.name for other in formats.values() if other.suffixes])
        raise GradcliError(f"{option} {asked} is for a terminal", hint=f"write {output} as {others}")
    return format_of_file(output, formats, option)


def listed(names: Sequence[str]) -> str:
    """Names in words: ``text, latex or html``."""
    *before, last = names
    return f"{', '.join(before)} or {last}" if before else last


def tolerance(text: str) -> float:
    """How far off a number may be, beside the size of the right one, from the text of an option.

    Raises:
        GradcliError: It is no number from 0 to less than 1.
    """
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1:
        raise GradcliError(
            f"--tol is a number from 0 to less than 1, not {text}", hint="--tol 1e-3 allows a thousandth of the right number"
        )
    return found
