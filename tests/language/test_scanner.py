"""The expression that finds tokens, made for a text, finds the same as one that knows nothing of the text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textcases import read_cases

from gradcli.language.grammar import READINGS, load_tables
from gradcli.language.scanner import Scanner

TEXTS = [
    "\n".join(case.lines(">."))
    for path in (Path(__file__).parent / "cases", Path(__file__).parents[1] / "readings" / "cases")
    for case in read_cases(path, ">.?$<")
]


def tokens(expression: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    """The tokens up to the first character that begins none, with that."""
    found, position = [], 0
    while match := expression.match(text, position):
        position = match.end()
        if match.lastgroup is None:
            break
        found.append((match.lastgroup, match[match.lastgroup]))
    return [*found, ("", text[position:])]


@pytest.mark.parametrize("reading", READINGS)
def test_what_a_text_cannot_contain_is_not_looked_for(reading: str) -> None:
    scanner = Scanner(load_tables(reading))
    every_word = "\n".join(scanner._words)
    whole = scanner.expression(f"{every_word}π")
    ascii = scanner.expression(every_word)
    assert whole.groupindex == ascii.groupindex
    assert whole.pattern != ascii.pattern
    for text in TEXTS:
        assert tokens(scanner.expression(text), text) == tokens(whole, text)
        if text.isascii():
            assert tokens(ascii, text) == tokens(whole, text)


def test_a_line_of_numbers_and_names_needs_none_of_the_words() -> None:
    scanner = Scanner(load_tables())
    assert {"IF", "PRINT", "ACTION"}.isdisjoint(scanner.expression("(x+w)*(w+1)").groupindex)
    assert "IF" in scanner.expression("1 if x else 2").groupindex
