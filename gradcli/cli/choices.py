"""Options that take one of several words, or a list of names."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.errors import GradcliError, nearest

FORMATS = ("rich", "text", "json", "numbers")


def one_of(option: str, value: str, allowed: Sequence[str]) -> str:
    """The value, if it is allowed.

    Raises:
        GradcliError: It is not.
    """
    if value not in allowed:
        near = nearest(value, allowed)
        raise GradcliError(
            f"{option} takes {', '.join(allowed[:-1])} or {allowed[-1]}, not '{value}'", hint=f"did you mean {near}?" if near else ""
        )
    return value


def chosen_format(format: str | None, json: bool, quiet: bool) -> str | None:
    """The format that --format, --json and --quiet ask for; None where the terminal decides.

    Raises:
        GradcliError: They ask for different ones.
    """
    asked = {"--format": format, "--json": "json" if json else None, "--quiet": "numbers" if quiet else None}
    asked = {option: value for option, value in asked.items() if value is not None}
    if format is not None:
        one_of("--format", format, FORMATS)
    if len(set(asked.values())) > 1:
        raise GradcliError(f"{' and '.join(asked)} ask for different formats", hint="leave one out")
    return next(iter(asked.values()), None)


def split_names(option: str, values: Sequence[str]) -> list[str]:
    """The names of a repeatable option with names separated by commas.

    Raises:
        GradcliError: A name is missing.
    """
    from gradcli.language.builder import identifier

    names = [identifier(name.strip()) for value in values for name in value.split(",")]
    if "" in names:
        raise GradcliError(f"{option} takes names separated by commas, not '{','.join(values)}'", hint=f"for example {option} w,x")
    return names
