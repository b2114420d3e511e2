"""Blocks as plain text: for pipes, files, and terminals without Rich's abilities. Nothing is cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradcli.errors import columns as width
from gradcli.output.reports.blocks import Block, Equations, Lines, Table

_WIDEST = 80
"""Columns of an expression up to which its note stands below those of the other lines."""


def plain_lines(blocks: Iterable[Block]) -> Iterator[str]:
    """The lines of the blocks, an empty line between two blocks."""
    for index, block in enumerate(blocks):
        if index:
            yield ""
        if isinstance(block, Lines):
            yield from block.lines
        elif isinstance(block, Table):
            yield from _table(block)
        else:
            yield from _equations(block)


def _table(table: Table) -> Iterator[str]:
    yield table.title
    widths = [width(column) for column in table.columns]
    for row in table.rows:
        for at, cell in enumerate(row):
            widths[at] = max(widths[at], width(cell))
    for row in (table.columns, *table.rows):
        cells = [_pad(cell, widths[at], right=table.columns[at] in table.numeric) for at, cell in enumerate(row)]
        yield ("  " + "  ".join(cells)).rstrip()
    if remark := table.remark():
        yield "  " + remark


def _equations(block: Equations) -> Iterator[str]:
    indent = "  " * block.depth
    if block.title:
        yield indent + block.title
    left_width = max(width(left) for left, _, _, _ in block.rows)
    right_width = max([long for _, _, right, note in block.rows if note and (long := width(right)) <= _WIDEST], default=0)
    for left, sign, right, note in block.rows:
        line = f"{indent}  {_pad(left, left_width)} {sign} {_pad(right, right_width if note else 0)}"
        yield f"{line}   {note}".rstrip()


def _pad(text: str, to: int, *, right: bool = False) -> str:
    space = " " * max(0, to - width(text))
    return space + text if right else text + space
