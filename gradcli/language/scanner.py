"""The regular expression that finds the tokens of a text.

One for all texts takes longer to compile than a line takes to be read. So it is made for the text: without the words that are not
in it, and where it is ASCII, without what tells characters beyond that apart.
"""

from __future__ import annotations

import itertools
import re

from gradcli.language.grammar import Tables


class Scanner:
    """Finds tokens by the terminals of a grammar."""

    def __init__(self, tables: Tables) -> None:
        tokens = [(name, regexp) for name, regexp in tables.terminals if name not in tables.ignored]
        self._ignored = [regexp for name, regexp in tables.terminals if name in tables.ignored]
        self._tokens = [(name, regexp, _first_words(regexp)) for name, regexp in tokens]
        self._words = {word for _, _, words in self._tokens for word in words}
        self._made: dict[tuple[frozenset[str], bool], re.Pattern[str]] = {}

    def expression(self, text: str) -> re.Pattern[str]:
        """One regular expression for all tokens of a text; the name of the group that matched is the terminal."""
        key = frozenset([word for word in self._words if word in text]), text.isascii()
        if key not in self._made:
            whole = self._expression(key[0])
            self._made[key] = re.compile(_BEYOND_ASCII.sub("\x80", whole) if key[1] else whole)
        return self._made[key]

    def _expression(self, present: frozenset[str]) -> str:
        choices: list[str] = []
        possible = [token for token in self._tokens if not token[2] or not present.isdisjoint(token[2])]
        for of_words, run in itertools.groupby(possible, lambda token: bool(token[2])):
            group = list(run)
            choice = "|".join([f"(?P<{name}>{regexp})" for name, regexp, _ in group])
            if of_words:  # they are tried only where one of their first letters stands
                first = {word[0] for _, _, words in group for word in words}
                choice = f"(?=[{''.join(sorted(first))}])(?:{choice})"
            choices.append(choice)
        return f"(?:{'|'.join(self._ignored)})*(?:{'|'.join(choices)})?"


_WORDS = re.compile(r"(?:\(\?:)?([a-z][a-z_]+(?:\|[a-z][a-z_]+)*)")
"""The words that a regular expression begins with."""

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f](?:-[^\x00-\x7f])?")
"""Characters beyond ASCII, or a range of them: to an ASCII text all are alike, and one stands for them."""


def _first_words(regexp: str) -> tuple[str, ...]:
    found = _WORDS.match(regexp)
    return tuple(found[1].split("|")) if found else ()
