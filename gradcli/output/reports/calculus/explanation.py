"""An explanation as the blocks that the text and the Rich view print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradcli.derivation.notation.prose import Equal, Piece, Way
from gradcli.language.numbers import short_text
from gradcli.language.text import to_text
from gradcli.output.documents import parts
from gradcli.output.documents.parts import Grid, Heading, Paragraph, Part, Row
from gradcli.output.reports.blocks import Block, Equations, Lines, Style, Table
from gradcli.output.reports.plain import plain_lines


def explanation_text(parts: Iterable[Part], *, ascii: bool = False) -> Iterator[str]:
    """An explanation as plain text.

    Args:
        parts: Its parts.
        ascii: Without signs beyond ASCII.
    """
    return (f"{line}\n" for line in plain_lines(explanation_blocks(parts, Style(ascii))))


def explanation_blocks(parts: Iterable[Part], style: Style) -> Iterator[Block]:
    """The blocks of an explanation.

    Args:
        parts: Its parts.
        style: How expressions and signs are written.
    """
    title = ""
    important: list[str] = []
    for part in parts:
        if isinstance(part, Paragraph) and part.important:
            important.append(_text(part.words, style))
            continue
        if important:
            yield Lines(important, important=True)
            important = []
        if isinstance(part, Heading):
            if title:
                yield Lines([title])
            title = _text(part.words, style)
        elif isinstance(part, Paragraph):
            yield Lines([line for line in (title, _text(part.words, style)) if line])
            title = ""
        elif isinstance(part, Grid):
            yield _table(part, title, style)
            title = ""
        else:
            yield _equations(part, title, style)
            title = ""
    if important:
        yield Lines(important, important=True)


def _text(words: Iterable[Piece], style: Style) -> str:
    return "".join(_piece(piece, style) for piece in words)


def _piece(piece: Piece, style: Style) -> str:
    if isinstance(piece, str):
        return style.text(piece)
    if isinstance(piece, Way):
        return style.text("→").join(style.text(stop) if stop == "…" else stop for stop in piece.stops)
    if isinstance(piece, Equal):
        return f"{_piece(piece.left, style)} {style.text(piece.sign)} {_piece(piece.right, style)}"
    return style.text(to_text(piece, pretty=not style.ascii, number=short_text))


def _table(grid: Grid, title: str, style: Style) -> Table:
    columns = [_text(column, style) for column in grid.columns]
    rows = [[_text(cell, style) for cell in row] for row in grid.rows]
    numeric = frozenset(columns[at] for at in grid.numeric if at < len(columns))
    return Table(title, columns, rows, numeric, frozenset(columns) - numeric, note=_text(grid.note, style))


def _equations(part: parts.Equations, title: str, style: Style) -> Equations:
    own = _text(part.title, style)
    numbered = f"{part.number}  {own}" if part.number else own
    rows = [_row(row, style) for row in part.rows]
    results = frozenset(index for index, row in enumerate(part.rows) if row.result)
    return Equations("\n".join(filter(None, (title, numbered))), rows, results, part.depth)


def _row(row: Row, style: Style) -> tuple[str, str, str, str]:
    left = "" if row.left is None else _text((row.left,), style)
    return left, style.text("≈") if row.rounded else "=", _text((row.right,), style), _text(row.note, style)
