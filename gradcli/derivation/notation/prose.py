"""What a derivation says in words: text with formulas in it, so that each format writes the formulas in its own way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from gradcli.frozen import Frozen
from gradcli.language.ast import Expression, Name
from gradcli.language.numbers import short_text
from gradcli.language.text import to_text
from gradcli.typing import TypeVar

T = TypeVar("T")

_FIRST_SIGN = 0xE000
_SIGN = re.compile("([\ue000-\uf8ff])")
"""Signs that no text has, and which stand for formulas where a text is said in another language."""


class Equal(Frozen):
    """An equation inside a text: ``w = 1``, ``y = a·b = 6``; it tells where its number is rounded."""

    left: Expression | Equal
    right: Expression
    rounded: bool = False

    @property
    def sign(self) -> str:
        """What stands between the two sides."""
        return "≈" if self.rounded else "="


class Way(Frozen):
    """A way through the graph, by the names of its nodes: ``w→a→y``. Of a long way the middle is left out."""

    names: tuple[str, ...]
    left_out: int = 0

    @property
    def stops(self) -> list[str]:
        """The names, with dots for what is left out in the middle."""
        if not self.left_out:
            return list(self.names)
        half = len(self.names) // 2
        return [*self.names[:half], "…", *self.names[half:]]


Piece = str | Expression | Equal | Way
Words = tuple[Piece, ...]
"""Text and formulas, in the order of reading."""


def listed(items: Sequence[Piece], last: str = " and ") -> list[Piece]:
    """Items in a sentence: ``a, b and c``."""
    pieces: list[Piece] = []
    for index, item in enumerate(items):
        if index:
            pieces.append(last if index == len(items) - 1 else ", ")
        pieces.append(item)
    return pieces


def joined(first: Sequence[Piece], second: Sequence[Piece]) -> list[Piece]:
    """Two remarks as one, a semicolon between them."""
    return [*first, *(["; "] if first and second else []), *second]


def about_primes(name: str, others: Sequence[str]) -> Words:
    """What primes mean where one differentiates by a variable, and what others are then, of which eight are named."""
    by, fixed = Name(name), [Name(other) for other in others[:8]]
    if not fixed:
        return ("A prime is the derivative by ", by, ".")
    if len(fixed) == 1:
        return ("A prime is the derivative by ", by, "; ", *fixed, " is a constant.")
    return ("A prime is the derivative by ", by, "; ", *listed(fixed), " are constants.")


def words_said(words: Sequence[str | T], said: Callable[[str], str]) -> list[str | T]:
    """Words in another language, in which what is no text may stand in another order.

    Args:
        words: Text, and formulas or whatever else stands in it.
        said: What says an English text in the language.
    """
    others = [piece for piece in words if not isinstance(piece, str)]
    if any(isinstance(piece, str) and _SIGN.search(piece) for piece in words):
        return list(words)
    signs = map(chr, range(_FIRST_SIGN, _FIRST_SIGN + len(others)))
    text = said("".join([piece if isinstance(piece, str) else next(signs) for piece in words]))
    return [others[ord(piece) - _FIRST_SIGN] if _SIGN.match(piece) else piece for piece in _SIGN.split(text) if piece]


def words_text(words: Iterable[Piece], *, pretty: bool = True) -> str:
    """Words as one line of text."""
    return "".join(_piece_text(piece, pretty) for piece in words)


def _piece_text(piece: Piece, pretty: bool) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Way):
        return "→".join(piece.stops)
    if isinstance(piece, Equal):
        return f"{_piece_text(piece.left, pretty)} {piece.sign} {_piece_text(piece.right, pretty)}"
    return to_text(piece, pretty=pretty, number=short_text)
