"""Text to tokens by the terminals of a reading."""

from __future__ import annotations

import functools

from gradcli.errors import GradcliError
from gradcli.language.grammar import END, Token, load_tables
from gradcli.language.grammar import Tables as Tables
from gradcli.language.scanner import Scanner

_ENDS = "NAME NUMBER PI CONSTANT VULGAR RPAR RSQB RBRACE ABS_CLOSE SUPERSCRIPT POSTFIX TRANSPOSED ATTRIBUTE END_ENVIRONMENT"
VALUE_ENDS = frozenset(_ENDS.split())
"""Terminals with which a value may end."""


@functools.lru_cache(maxsize=3)
def tables_of(reading: str) -> tuple[Tables, Scanner]:
    """The tables of a reading and its scanner."""
    tables = load_tables(reading)
    return tables, Scanner(tables)


def scan(text: str, reading: str, start: int = 0) -> list[Token]:
    """The tokens of a text from a place on, without the one that ends it.

    Raises:
        GradcliError: A character begins no token.
    """
    match = tables_of(reading)[1].expression(text).match
    tokens: list[Token] = []
    position = start
    while True:
        found = match(text, position)
        assert found
        position = found.end()
        kind = found.lastgroup
        if kind is None:
            if position < len(text):
                from gradcli.language.diagnosis import unexpected_character

                raise unexpected_character(text, position)
            return tokens
        tokens.append(Token(kind, found[kind], found.span(kind)))


class Found:
    """A token in the form in which the parser asks a match of the scanner for it."""

    __slots__ = ("_token", "lastgroup")

    def __init__(self, token: Token) -> None:
        self._token = token
        self.lastgroup = None if token.kind == END else token.kind

    def end(self) -> int:
        return self._token.span[1]

    def start(self, kind: str) -> int:
        return self._token.span[0]

    def __getitem__(self, kind: str) -> str:
        return self._token.text


def refuse(message: str, token: Token, hint: str) -> GradcliError:
    """The error for a token that may mean two things."""
    return GradcliError(message, token.span, hint)
