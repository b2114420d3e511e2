"""Formulas as LaTeX: what stands between dollar signs."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.language.ast import Expression
from gradcli.language.numbers import number_text
from gradcli.language.text import NumberText
from gradcli.output.formulas import boxes
from gradcli.output.formulas.boxes import COMMANDS, GREEK, written
from gradcli.output.formulas.typeset import name_box, typeset

_ESCAPES = {
    "_": r"\_",
    "\\": r"\backslash ",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "~": r"\sim ",
}
_RIGHT = {"‖": r"\rVert"}


def to_latex(expression: Expression, *, number: NumberText = number_text) -> str:
    """Write an expression in LaTeX's mathematics mode.

    Args:
        expression: What to write.
        number: How numbers are written.
    """
    return written(typeset(expression, number=number), _pieces)


def name_latex(name: str) -> str:
    """A name: one letter is italic, Greek is itself, ``x1`` and ``w_out`` have subscripts, words are upright."""
    return written(name_box(name), _pieces)


def _pieces(box: boxes.Box) -> Iterator[boxes.Piece]:
    match box:
        case boxes.Symbol(stem, index):
            yield _stem(stem)
            if index:
                yield f"_{{{index if index.isdigit() or (len(index) == 1 and index.isalpha()) else _upright(index)}}}"
        case boxes.Digits(text):
            yield text
        case boxes.Function(name, command):
            yield f"\\{name}" if command else rf"\operatorname{{{_escaped(name)}}}"
        case boxes.Word(text, upright):
            yield rf"\{'mathrm' if upright else 'text'}{{{_escaped(text)}}}" + " " * text.endswith(" ")
        case boxes.Sign(text, place):
            yield from _sign(COMMANDS.get(text, text), place)
        case boxes.Row(parts):
            yield from parts
        case boxes.Applied(function, fence):
            yield from (function, fence)
        case boxes.Fraction(above, below):
            yield from (r"\frac{", above, "}{", below, "}")
        case boxes.Superscript(base, boxes.Sign(sign)) if not sign.strip("′"):
            yield from (base, "'" * len(sign))
        case boxes.Superscript(base, raised):
            yield from (base, "^{", raised, "}")
        case boxes.Subscript(base, lowered):
            scripted = isinstance(base, boxes.Subscript | boxes.Superscript) or (isinstance(base, boxes.Symbol) and base.index)
            yield from ("{", base, "}_{", lowered, "}") if scripted else (base, "_{", lowered, "}")
        case boxes.Fence(content, left, right):
            opening, closing = COMMANDS.get(left, left), _RIGHT.get(right) or COMMANDS.get(right, right)
            space = " " if opening.startswith("\\") else ""
            yield from (rf"\left{opening or '.'}{space}", content, rf"{space}\right{closing}")
        case boxes.Root(content, degree):
            yield from (r"\sqrt{", content, "}") if degree is None else (r"\sqrt[", degree, "]{", content, "}")
        case boxes.Binomial(above, below):
            yield from (r"\binom{", above, "}{", below, "}")
        case boxes.Matrix(rows):
            yield from _environment("pmatrix", rows)
        case boxes.Cases(rows):
            yield from _environment("cases", rows)


def _sign(text: str, place: str) -> Iterator[str]:
    match place:
        case "infix":
            yield f" {text} " if text else " "
        case "prefix" if text == "d":
            yield r"\mathrm{d}"
        case "prefix":
            yield f"{text} " if text.startswith("\\") else text
        case "comma":
            yield "{:}" if text == ":" else f"{text} "
        case _:
            yield text


def _environment(name: str, rows: tuple[tuple[boxes.Box, ...], ...]) -> Iterator[boxes.Piece]:
    yield rf"\begin{{{name}}} "
    for at, cells in enumerate(rows):
        if at:
            yield r" \\ "
        for place, cell in enumerate(cells):
            if place:
                yield " & "
            yield cell
    yield rf" \end{{{name}}}"


def _stem(stem: str) -> str:
    if stem in GREEK:
        return COMMANDS[stem]
    return _escaped(stem) if len(stem) == 1 and stem.isascii() else _upright(stem)


def _upright(text: str) -> str:
    """A word; letters that mathematics fonts lack are text."""
    return rf"\{'mathrm' if text.isascii() else 'text'}{{{_escaped(text)}}}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)
