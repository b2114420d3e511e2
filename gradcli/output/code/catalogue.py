"""The languages by their names, which are those of their modules, and by the ends of their files' names."""

from __future__ import annotations

import os
from importlib import import_module

from gradcli.errors import GradcliError
from gradcli.output.code import languages
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.code.language import Language

DEFAULT = "python"
"""What is written where nothing names a language."""


def language_names() -> tuple[str, ...]:
    """The languages, loading none of them."""
    modules = sorted(name for name in os.listdir(languages.__path__[0]) if name.endswith(".py") and not name.startswith("_"))
    return tuple(name.removesuffix(".py") for name in modules)


def language_named(name: str) -> Language:
    """The declaration of a language."""
    language: Language = import_module(f"{languages.__name__}.{name}").LANGUAGE
    return language


def language_for(name: str | None, file: str | None) -> Language:
    """The language of a call: the one that it names, or that of the file that it writes.

    Args:
        name: A name of :func:`language_names`; None where the call has none.
        file: The file; None for standard output.

    Raises:
        GradcliError: The end of the file's name belongs to no language, or to other ones than the one named.
    """
    ending = os.path.splitext(file or "")[1].lower()
    if not ending:
        return language_named(name or DEFAULT)
    known = [DEFAULT, *(other for other in language_names() if other != DEFAULT)]
    owners = [language for language in map(language_named, known) if ending in language.endings]
    owners.sort(key=lambda language: language.endings.index(ending))  # of two dialects that which has no ending of its own
    if name is None:
        if not owners:
            raise GradcliError(f"no language has files that end in {ending}", hint="--to names the language")
        return owners[0]
    if owners and name not in [language.name for language in owners]:
        hint = f"--to {owners[0].name}, or another name for the file"
        raise GradcliError(f"files that end in {ending} are of {owners[0].about}, and --to {name} asks for another", hint=hint)
    return language_named(name)
