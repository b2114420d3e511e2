"""The catalogues: files of gettext's form in the manual, a folder for each language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

from gradcli.frozen import Frozen

_LINE = re.compile(r'(msgctxt|msgid|msgstr)? *"(.*)"')
_ESCAPED = re.compile(r"\\(.)")


class Entry(Frozen):
    """An entry of a catalogue.

    Attributes:
        context: ``word`` for a word that stands in for a hole of a message, or alone in a cell of a table; else empty.
        message: The English text, ``{}`` for what is put in, ``{{`` for a brace.
        translation: The same in the language, ``{0}`` for what is put in first; empty where nobody has translated it.
    """

    context: str
    message: str
    translation: str


def entries(language: str) -> Iterator[Entry]:
    """The entries of a language's catalogue, without its head."""
    text = (files("gradcli") / "manual" / language / "messages.po").read_text("utf-8")
    fields = {"msgctxt": "", "msgid": "", "msgstr": ""}
    last = ""
    for line in [*text.split("\n"), 'msgid ""']:
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        if found[1] in ("msgctxt", "msgid") and last == "msgstr":
            if fields["msgid"]:
                yield Entry(fields["msgctxt"], fields["msgid"], fields["msgstr"])
            fields = dict.fromkeys(fields, "")
        last = found[1] or last
        fields[last] += _ESCAPED.sub(lambda sign: "\n" if sign[1] == "n" else sign[1], found[2])
