"""What several options say together."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.cli.command import Arguments
from gradcli.errors import GradcliError


def chosen_format(arguments: Arguments) -> str | None:
    """The format that --format, --json and --quiet ask for; None where the terminal decides.

    Raises:
        GradcliError: They ask for different ones.
    """
    asked = {
        "--format": arguments.text("format"),
        "--json": "json" if arguments.flag("json") else None,
        "--quiet": "numbers" if arguments.flag("quiet") else None,
    }
    formats = {option: format for option, format in asked.items() if format is not None}
    if len(set(formats.values())) > 1:
        raise GradcliError(f"{' and '.join(formats)} ask for different formats", hint="leave one out")
    return next(iter(formats.values()), None)


def split_names(option: str, values: Sequence[str]) -> list[str]:
    """The names of a repeatable option with names separated by commas.

    Raises:
        GradcliError: A name is missing.
    """
    from gradcli.language.builder import identifier

    names = [identifier(name.strip()) for value in values for name in value.split(",")]
    if "" in names:
        shown = ",".join(values)
        raise GradcliError(f"{option} takes names separated by commas, not '{shown}'", hint=f"for example {option} w,x")
    return names


def at_most_one(arguments: Arguments, what: str) -> str | None:
    """The positional argument; None where there is none.

    Raises:
        GradcliError: There are several.
    """
    if len(arguments.positional) > 1:
        raise GradcliError(f"one {what} at a time: {' '.join(arguments.positional)}", hint="leave out all but one")
    return arguments.positional[0] if arguments.positional else None
