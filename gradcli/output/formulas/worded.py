"""What the formats with formulas share: equations of a document as LaTeX, and text with escapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gradcli.derivation.notation.prose import Equal, Piece, Way
from gradcli.language.ast import Expression
from gradcli.language.numbers import short_text
from gradcli.output.formulas.latex import name_latex, to_latex


def formula(piece: Expression | Equal | Way) -> str:
    """A formula in LaTeX's mathematics mode."""
    if isinstance(piece, Way):
        return r" \to ".join(map(name_latex, piece.stops))
    if isinstance(piece, Equal):
        sign = r"\approx" if piece.rounded else "="
        return f"{formula(piece.left)} {sign} {formula(piece.right)}"
    return to_latex(piece, number=short_text)


def worded(words: Iterable[Piece], text: Callable[[str], str], mathematics: Callable[[str], str]) -> str:
    """Words in a format.

    Args:
        words: What is said.
        text: Escapes text.
        mathematics: Encloses a formula in LaTeX.
    """
    return "".join(text(piece) if isinstance(piece, str) else mathematics(formula(piece)) for piece in words)
