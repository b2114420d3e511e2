"""Formulas as MathML: what browsers show without any script."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from gradcli.language.ast import Expression
from gradcli.language.numbers import number_text
from gradcli.language.text import NumberText
from gradcli.output.formulas import boxes
from gradcli.output.formulas.boxes import NOTHING, written
from gradcli.output.formulas.typeset import name_box, typeset

_SIGNS = {"·": "⋅", "-": "−"}


def to_mathml(expression: Expression, *, number: NumberText = number_text) -> str:
    """Write an expression as what stands inside a ``math`` element. All text of the user is escaped.

    Args:
        expression: What to write.
        number: How numbers are written.
    """
    return written(typeset(expression, number=number), _pieces)


def name_mathml(name: str) -> str:
    """A name: ``x1`` and ``w_out`` have subscripts."""
    return written(name_box(name), _pieces)


def _pieces(box: boxes.Box) -> Iterator[boxes.Piece]:
    match box:
        case boxes.Symbol(stem, index):
            base = f"<mi>{escape(stem)}</mi>"
            kind = "mn" if index.isdigit() else "mi"
            yield f"<msub>{base}<{kind}>{escape(index)}</{kind}></msub>" if index else base
        case boxes.Digits(text):
            yield f"<mn>{text.replace('-', '−')}</mn>"
        case boxes.Function(name) | boxes.Word(name, True):
            yield f"<mi>{escape(name)}</mi>"
        case boxes.Sign("∞"):
            yield "<mi>∞</mi>"
        case boxes.Word(text):
            yield f"<mtext>{escape(text)}</mtext>"
        case boxes.Sign(text):
            sign = _SIGNS.get(text, text)
            yield f"<mo>{'&#x2062;' if sign == NOTHING else escape(sign)}</mo>"
        case boxes.Row(parts):
            yield "<mrow>"
            yield from parts
            yield "</mrow>"
        case boxes.Applied(function, fence):
            yield from ("<mrow>", function, "<mo>&#x2061;</mo>", fence, "</mrow>")
        case boxes.Fraction(above, below):
            yield from ("<mfrac>", above, below, "</mfrac>")
        case boxes.Superscript(base, raised):
            yield from ("<msup>", base, raised, "</msup>")
        case boxes.Subscript(base, lowered):
            yield from ("<msub>", base, lowered, "</msub>")
        case boxes.Root(content, None):
            yield from ("<msqrt>", content, "</msqrt>")
        case boxes.Root(content, degree):
            assert degree is not None
            yield from ("<mroot>", content, degree, "</mroot>")
        case boxes.Fence(content, left, right, tall):
            yield from ("<mrow>", _fence(left, "prefix", tall), content, _fence(right, "postfix", tall), "</mrow>")
        case boxes.Binomial(above, below):
            fraction = ('<mfrac linethickness="0">', above, below, "</mfrac>")
            yield from ("<mrow>", _fence("(", "prefix", True), *fraction, _fence(")", "postfix", True), "</mrow>")
        case boxes.Matrix(rows):
            yield from ("<mrow>", _fence("(", "prefix", True), *_table("<mtable>", rows), _fence(")", "postfix", True), "</mrow>")
        case boxes.Cases(rows):
            yield from ('<mrow><mo fence="true">{</mo>', *_table('<mtable columnalign="left left">', rows), "</mrow>")


def _fence(sign: str, form: str, tall: bool) -> str:
    stretchy = str(tall).lower()
    return f'<mo form="{form}" fence="true" stretchy="{stretchy}" lspace="0" rspace="0">{sign}</mo>' if sign else ""


def _table(opening: str, rows: tuple[tuple[boxes.Box, ...], ...]) -> Iterator[boxes.Piece]:
    yield opening
    for cells in rows:
        yield "<mtr>"
        for cell in cells:
            yield from ("<mtd>", cell, "</mtd>")
        yield "</mtr>"
    yield "</mtable>"
