"""The files of pages, with their words in the language of a call: texts between tags, labels, what scripts mark with ``say``."""

from __future__ import annotations

import re
from importlib.resources import files

from gradcli.derivation.notation.prose import words_said
from gradcli.errors import said

SAID = re.compile(r"\bsay`([^`]*)`")
"""A text of a script that people read: a template with a mark, which is not part of the script that a browser gets."""
PUT_IN = re.compile(r"(\$\{[^}]*\})")
"""What a script puts into a text."""
KEY = re.compile(r"(<kbd>[^<]*</kbd>)")
"""A key inside of a text between tags."""
MARKUP = re.compile(r'(?<=aria-label=")[^"]*|(?<=title=")[^"]*|(?<=>)(?:[^<>]|</?kbd>)+(?=<)')
"""A text of a page that people read, where it has words."""
WORD = re.compile(r"(?<![\w<])[A-Za-z]{2,}(?![\w>])")


def page_file(name: str, folder: str = "page") -> str:
    """A file of a folder, as a page has it.

    Args:
        name: Its name; ``.js`` and ``.html`` have words.
        folder: The folder of ``gradcli/output`` that it stands in.
    """
    text = (files("gradcli.output") / folder / name).read_text("utf-8")
    if name.endswith(".js"):
        return SAID.sub(lambda found: f"`{_around(found[1], PUT_IN)}`", text)
    if name.endswith(".html"):
        return MARKUP.sub(lambda found: _around(found[0], KEY) if WORD.search(found[0]) else found[0], text)
    return text


def _around(text: str, other: re.Pattern[str]) -> str:
    """A text in the language of this call, in which what a pattern finds may stand in another order."""
    pieces = [(piece,) if at % 2 else piece for at, piece in enumerate(other.split(text))]
    return "".join([piece if isinstance(piece, str) else piece[0] for piece in words_said(pieces, said)])
