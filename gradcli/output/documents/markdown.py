"""A document as Markdown with formulas between dollar signs, as code hosts and notebooks show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gradcli.derivation.notation.prose import Words
from gradcli.output.documents.parts import Equations, Grid, Heading, Paragraph, Part, Row
from gradcli.output.formulas.worded import formula, worded

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def markdown(parts: Iterable[Part]) -> Iterator[str]:
    """The lines of a document, each with its end."""
    started = False
    for part in parts:
        if started:
            yield "\n"
        started = True
        if isinstance(part, Heading):
            yield f"## {_words(part.words)}\n"
        elif isinstance(part, Paragraph):
            yield f"{_words(part.words)}\n"
        elif isinstance(part, Grid):
            yield from _grid(part)
        else:
            yield from _equations(part)


def _words(words: Words) -> str:
    return worded(words, lambda text: _SPECIAL.sub(r"\\\1", text), lambda text: f"${_math(text)}$").strip()


def _math(text: str) -> str:
    """A formula that may stand in a table, where a bar would end a cell."""
    return text.replace(r"\left|", r"\left\vert ").replace(r"\right|", r"\right\vert ").replace("|", r"\vert ").strip()


def _grid(grid: Grid) -> Iterator[str]:
    yield _line([_words(column) for column in grid.columns])
    yield _line(["---:" if at in grid.numeric else ":---" for at in range(len(grid.columns))])
    for row in grid.rows:
        yield _line([_words(cell) for cell in row])
    if grid.note:
        yield f"\n{_words(grid.note)}\n"


def _equations(part: Equations) -> Iterator[str]:
    if part.title:
        rule = _words(part.title)
        yield f"{'#' * min(6, 3 + part.depth)} {part.number} {rule}\n\n" if part.number else f"{rule}\n\n"
    yield _line(["", "", ""])
    yield _line([":---", ":---", ":---"])
    for row in part.rows:
        left = "" if row.left is None else f"${_math(formula(row.left))}$"
        note = _words(row.note)
        yield _line([left, _right(row), f"*{note}*" if row.simplification and note else note])


def _right(row: Row) -> str:
    sign = r"\approx" if row.rounded else "="
    return rf"$\displaystyle {sign} {_math(formula(row.right))}$"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
