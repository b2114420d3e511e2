"""What a typeset formula is made of: boxes in boxes, which each format writes in its own way.

Signs and letters stand in Unicode; :data:`COMMANDS` says what LaTeX calls them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from gradcli.frozen import Frozen

_LAMBDA = {"lamda": "lambda", "Lamda": "Lambda"}


def _greek(letters: str, write: Callable[[str], str]) -> dict[str, str]:
    words = {letter: write(unicodedata.name(letter).split()[-1]) for letter in letters}
    return {letter: _LAMBDA.get(word, word) for letter, word in words.items()}


GREEK = _greek("αβγδεζηθικλμνξπρστυφχψω", str.lower) | _greek("ΓΔΘΛΞΠΣΥΦΨΩ", str.title)
"""The word of each Greek letter that LaTeX has; capital ones have a capital."""

THIN = "\u2009"
"""A thin space, the sign of a product of matrices."""

NOTHING = "\u2062"
"""The sign of a product that is not written: 2x."""

COMMANDS = {
    **{letter: f"\\{word}" for letter, word in GREEK.items()},
    "⋅": r"\cdot", THIN: r"{\,}", "⊗": r"\otimes", "·": r"\,", NOTHING: "", "⊙": r"\odot", "mod": r"\bmod",
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∧": r"\land", "∨": r"\lor", "¬": r"\lnot", "→": r"\to", "≈": r"\approx",
    "∞": r"\infty", "…": r"\dots", "∂": r"\partial", "⊤": r"\top",
    "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "‖": r"\lVert",
}  # fmt: skip
"""What LaTeX calls a letter or a sign."""


class Symbol(Frozen):
    """A name: its stem and its index, which may be empty."""

    stem: str
    index: str = ""
    tall: bool = False


class Digits(Frozen):
    """A number without a fraction or a power of ten."""

    text: str
    tall: bool = False


class Function(Frozen):
    """The name of a function; LaTeX may have a command for it."""

    name: str
    command: bool = False
    tall: bool = False


class Word(Frozen):
    """A word among formulas; ``upright`` is the name of a setting, the others are text with their spaces."""

    text: str
    upright: bool = False
    tall: bool = False


class Sign(Frozen):
    """A sign; ``place`` says where it stands: ``infix`` and ``prefix`` to operands, ``comma`` in lists, ``mark`` by itself."""

    text: str
    place: str = "infix"
    tall: bool = False


class Row(Frozen):
    """Boxes from left to right."""

    parts: tuple[Box, ...]
    tall: bool


class Applied(Frozen):
    """A function and what it is applied to, in its fence."""

    function: Box
    fence: Box
    tall: bool


class Fraction(Frozen):
    """One box over another."""

    above: Box
    below: Box
    tall: bool = True


class Superscript(Frozen):
    """A box with another raised behind it."""

    base: Box
    raised: Box
    tall: bool = True


class Subscript(Frozen):
    """A box with another lowered behind it."""

    base: Box
    lowered: Box
    tall: bool = False


class Fence(Frozen):
    """A box between two signs that grow with it; the right one may be empty."""

    content: Box
    left: str = "("
    right: str = ")"
    tall: bool = False


class Root(Frozen):
    """A square root, or one of another degree."""

    content: Box
    degree: Box | None = None
    tall: bool = True


class Matrix(Frozen):
    """Rows of boxes in parentheses."""

    rows: tuple[tuple[Box, ...], ...]
    tall: bool = True


class Binomial(Frozen):
    """One box over another in parentheses, without a line: n over k."""

    above: Box
    below: Box
    tall: bool = True


class Cases(Frozen):
    """Rows of a value and when it holds, behind a brace."""

    rows: tuple[tuple[Box, ...], ...]
    tall: bool = True


Box = (
    Symbol
    | Digits
    | Function
    | Word
    | Sign
    | Row
    | Applied
    | Fraction
    | Superscript
    | Subscript
    | Fence
    | Root
    | Matrix
    | Binomial
    | Cases
)
"""A box. ``tall`` says whether it is taller than a line, so that parentheses around it have to grow."""


def row(*parts: Box) -> Box:
    """Boxes from left to right; one alone is itself."""
    return parts[0] if len(parts) == 1 else Row(parts, any(part.tall for part in parts))


def fenced(content: Box, left: str = "(", right: str = ")") -> Fence:
    """A box between two signs."""
    return Fence(content, left, right, content.tall)


def applied(function: Box, fence: Box) -> Applied:
    """A function with its arguments, which stand in a fence."""
    return Applied(function, fence, function.tall or fence.tall)


def subscript(base: Box, lowered: Box) -> Subscript:
    """A box with another, which is a row, lowered behind it."""
    below = lowered if isinstance(lowered, Row) else Row((lowered,), lowered.tall)
    return Subscript(base, below, base.tall or below.tall)


def listed(items: Iterable[Box], sign: str = ",") -> Box:
    """Boxes with a sign between them."""
    parts: list[Box] = []
    for item in items:
        parts += [Sign(sign, "comma"), item]
    return row(*parts[1:]) if parts else Row((), False)


Piece = Box | str


def written(box: Box, pieces: Callable[[Box], Iterable[Piece]]) -> str:
    """A box as text, without recursion.

    Args:
        box: What to write.
        pieces: Gives the text of a box in order: strings, and the boxes in it.
    """
    texts: list[str] = []
    work: list[Piece] = [box]
    while work:
        item = work.pop()
        if isinstance(item, str):
            texts.append(item)
        else:
            work.extend(reversed(list(pieces(item))))
    return "".join(texts)
