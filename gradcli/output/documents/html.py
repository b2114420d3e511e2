"""A document as one HTML page: no scripts, nothing from the network, formulas as MathML, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from gradcli.derivation.notation.prose import Equal, Piece, Way
from gradcli.errors import spoken
from gradcli.language.numbers import short_text
from gradcli.output.documents.parts import Equations, Grid, Heading, Paragraph, Part, Row
from gradcli.output.formulas.mathml import name_mathml, to_mathml

STYLE = """\
:root { color-scheme: light dark; --text: #1b1f24; --faint: #5b6470; --line: #d5dae0; --result: #0b6b3a; --paper: #ffffff;
  --head: #0b4f79; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e7eb; --faint: #9aa5b1; --line: #3a424c; --result: #6fd39b;
  --paper: #14181d; --head: #7cc4f0; } }
body { font: 1.05rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper); max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; color: var(--head); margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; font-weight: 600; margin: 1.2rem 0 .3rem; }
.scroll { overflow-x: auto; } .important { font-size: 1.15rem; margin: .3rem 0; }
table { border-collapse: collapse; } td, th { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: baseline; }
.grid td, .grid th { border-bottom: 1px solid var(--line); } .grid th { font-weight: 600; }
.grid .number { text-align: right; } .left { text-align: right; white-space: nowrap; }
.equations td { padding: .25rem .35rem .25rem 0; white-space: nowrap; }
.equations .note { color: var(--faint); padding-left: 1.5rem; font-size: .95rem; }
.result td { color: var(--result); font-weight: 600; } .rewrite .note { font-style: italic; }
.number { font-variant-numeric: tabular-nums; } .faint { color: var(--faint); }
math { font-size: 1.1em; } code { overflow-wrap: anywhere; }
"""


def html_page(parts: Iterable[Part], *, title: str) -> Iterator[str]:
    """The pieces of a page.

    Args:
        parts: The document.
        title: The title of the page; escaped here.
    """
    yield f'<!DOCTYPE html>\n<html lang="{spoken().language}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape(title)}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n"
    for part in parts:
        if isinstance(part, Heading):
            yield f"<h2>{words_html(part.words)}</h2>\n"
        elif isinstance(part, Paragraph):
            yield f"<p{' class=important' if part.important else ''}>{words_html(part.words)}</p>\n"
        elif isinstance(part, Grid):
            yield from _grid(part)
        else:
            yield from _equations(part)
    yield "</body>\n</html>\n"


def words_html(words: Iterable[Piece]) -> str:
    """Text and formulas as HTML; all text of the user is escaped."""
    return "".join(escape(piece) if isinstance(piece, str) else f"<math>{_formula(piece)}</math>" for piece in words).strip()


def _formula(piece: Piece) -> str:
    if isinstance(piece, str):
        return f"<mtext>{escape(piece)}</mtext>"
    if isinstance(piece, Way):
        return "<mo>→</mo>".join("<mo>…</mo>" if stop == "…" else name_mathml(stop) for stop in piece.stops)
    if isinstance(piece, Equal):
        return f"{_formula(piece.left)}<mo>{piece.sign}</mo>{_formula(piece.right)}"
    return to_mathml(piece, number=short_text)


def _display(piece: Piece) -> str:
    return f'<math displaystyle="true">{_formula(piece)}</math>'


def _grid(grid: Grid) -> Iterator[str]:
    yield '<div class="scroll"><table class="grid">\n<tr>'
    for at, column in enumerate(grid.columns):
        yield f"<th{_number(grid, at)}>{words_html(column)}</th>"
    yield "</tr>\n"
    for row in grid.rows:
        cells = "".join(f"<td{_number(grid, at)}>{words_html(cell)}</td>" for at, cell in enumerate(row))
        yield f"<tr>{cells}</tr>\n"
    yield "</table></div>\n"
    if grid.note:
        yield f'<p class="faint">{words_html(grid.note)}</p>\n'


def _number(grid: Grid, column: int) -> str:
    return ' class="number"' if column in grid.numeric else ""


def _equations(part: Equations) -> Iterator[str]:
    yield f'<section style="margin-left: {1.5 * part.depth:g}rem">\n' if part.depth else "<section>\n"
    if part.title:
        yield f"<h3>{escape(part.number)} {words_html(part.title)}</h3>\n"
    yield '<div class="scroll"><table class="equations">\n'
    yield from map(row_html, part.rows)
    yield "</table></div>\n</section>\n"


def row_html(row: Row) -> str:
    """A line of a chain of equations as a row of a table with four columns."""
    kind = "result" if row.result else "rewrite" if row.simplification else ""
    left = "" if row.left is None else _display(row.left)
    sign = "≈" if row.rounded else "="
    opening = f'<tr class="{kind}">' if kind else "<tr>"
    return (
        f'{opening}<td class="left">{left}</td><td>{sign}</td><td>{_display(row.right)}</td>'
        f'<td class="note">{words_html(row.note)}</td></tr>\n'
    )
