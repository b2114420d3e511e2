"""Reports in another language: the words of their blocks, while names, formulas and numbers stay as they are."""

from __future__ import annotations

import re

from gradcli.errors import Speech
from gradcli.frozen import replace
from gradcli.output.reports.blocks import Block, Equations, Lines

_NAMES = frozenset({"topic", "command", "name", "kind", "text"})
"""Columns of names, which are never translated, beside those that a table names."""
_NUMBERED = re.compile(r"((?: *\d[\d.]*  )?)(.*)")
"""A line, behind its number where it has one."""


def block_said(block: Block, speech: Speech) -> Block:
    """A block as a speech says it.

    Args:
        block: What a report says in English.
        speech: What says it in a language.
    """
    said = speech.said
    if isinstance(block, Lines):
        return block if not block.own else replace(block, lines=[_lines_said(line, speech) for line in block.lines])
    if isinstance(block, Equations):
        rows = [(left, sign, right, said(note)) for left, sign, right, note in block.rows]
        return replace(block, title=_lines_said(block.title, speech), rows=rows)
    headings = {column: speech.said(column) for column in block.columns}
    kept = [column in _NAMES or column in block.names or column in block.numeric for column in block.columns]
    return replace(
        block,
        title=_lines_said(block.title, speech),
        columns=[headings[column] for column in block.columns],
        rows=[[cell if stays else speech.word(cell) for cell, stays in zip(row, kept, strict=False)] for row in block.rows],
        numeric=frozenset(headings.get(name, name) for name in block.numeric),
        wide=frozenset(headings.get(name, name) for name in block.wide),
        names=frozenset(headings.get(name, name) for name in block.names),
        note=said(block.remark()),
        rest=(0, ""),
    )


def _lines_said(text: str, speech: Speech) -> str:
    return "\n".join(_line_said(line, speech) for line in text.split("\n"))


def _line_said(line: str, speech: Speech) -> str:
    number, text = _NUMBERED.fullmatch(line).groups()  # type: ignore[union-attr]
    return f"{number}{speech.said(text)}"
