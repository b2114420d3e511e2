"""A report on a run cut to what a screen holds: the answer whole, then why, then the first rows of the tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable

from gradcli.frozen import replace
from gradcli.output.reports.blocks import ANSWER, WHY, Block, Equations, Lines, Table, left_out

FEWEST_LINES = 40
"""Lines that a report may take however low the screen is: it can be scrolled back, and a small graph stays whole."""

FEWEST_ROWS = 4
"""Rows of a table that are shown where there is room for them and all derivations, or the first; fewer, or none, where not."""

_PROMPT = 2
"""Lines of the screen for the call and for the next prompt."""

_REMARK = 2
"""Lines for what is said of derivations that are left out."""

_ONLY = "--only "
_ONLY_WHY = _ONLY + WHY
"""The option that shows all derivations."""

Height = Callable[[Block], int]
"""How many lines a block takes on the screen."""


def fitted(blocks: Iterable[Block], height: Height, lines: int | None = None) -> list[Block]:
    """The blocks that a screen holds; what is left out is said, with the option that brings it.

    Args:
        blocks: The report.
        height: How many lines a block takes.
        lines: The lines of the screen; None for those of the terminal.
    """
    report = list(blocks)
    screen = max(lines or shutil.get_terminal_size().lines, FEWEST_LINES) - _PROMPT
    if sum(_rows(block) + 1 for block in report) <= screen + 1 and _taken(report, height) <= screen:
        return report
    # What was asked for ends in a result, and comes before the equations on the way to it.
    why = sorted([at for at, block in enumerate(report) if block.part == WHY], key=lambda at: not _ends(report[at]))
    some = range(FEWEST_ROWS, 0, -1)
    for asked, fewest in [(count, rows) for most in (some, range(1)) for count in (len(why), 1) for rows in most]:
        shown = {at: _cut(block, fewest) for at, block in enumerate(report) if block.part != WHY}
        room = screen - _taken(shown.values(), height) - (_REMARK if why else 0)
        needed = [report[at] for at in why[:asked]]
        if sum(_rows(block) + 1 for block in needed) <= room and sum(height(block) + 1 for block in needed) <= room:
            break
    left: list[int] = []
    for at in why:
        if (left and not _ends(report[at])) or not _fits(report[at], room - 1, height):
            left.append(at)
            continue
        shown[at] = report[at]
        room -= height(report[at]) + 1
    said: list[str] = []
    if left and left == why and (cut := _largest(report[why[0]], room - 2, height)) is not None:
        shown[left.pop(0)] = cut
        said = [left_out(_rows(report[why[0]]) - _rows(cut), "lines", _ONLY_WHY)]
        room -= height(cut) + 2
    elif not left:
        room += _REMARK
    for at, small in shown.items():
        if isinstance(report[at], Table):
            shown[at] = _largest(report[at], height(small) + max(room, 0), height) or small
            room -= height(shown[at]) - height(small)
    said += filter(None, [left_out(len(left), "derivations", _ONLY_WHY)])
    kept = [shown[at] for at in sorted(shown)]
    behind = sum(block.part in (ANSWER, WHY) for block in kept)
    return [*kept[:behind], *([Lines(said, part=WHY)] if said else []), *kept[behind:]]


def _taken(blocks: Iterable[Block], height: Height) -> int:
    """The lines of several blocks, with an empty line between two."""
    return sum(height(block) + 1 for block in blocks) - 1


def _fits(block: Block, lines: int, height: Height) -> bool:
    """Whether a block takes at most so many lines; one with more rows is not laid out for that, which takes long."""
    return _rows(block) <= lines and height(block) <= lines


def _ends(block: Block) -> bool:
    return isinstance(block, Equations) and bool(block.results)


def _rows(block: Block) -> int:
    return len(block.lines if isinstance(block, Lines) else block.rows)


def _cut(block: Block, rows: int) -> Block:
    """The first rows of a block."""
    if isinstance(block, Lines) or len(block.rows) <= rows:
        return block
    if isinstance(block, Equations):
        return replace(block, rows=block.rows[:rows], results=frozenset())
    count, what = block.rest
    faint = frozenset(row for row in block.faint if row < rows)
    by = block.by if count else _ONLY + block.part
    if not rows:
        remark = left_out(count + len(block.rows), what, by).replace(" more ", " ", 1)
        return Lines([block.title, remark], headings=frozenset({0}), part=block.part)
    return replace(block, rows=block.rows[:rows], faint=faint, rest=(count + len(block.rows) - rows, what), by=by)


def _largest(block: Block, lines: int, height: Height) -> Block | None:
    """The first rows of a block, as many as so many lines hold; None where they do not hold one."""
    if _fits(block, lines, height):
        return block
    held, rows = 0, min(_rows(block), max(lines, 0)) + 1  # so many are held, so many are not
    while rows - held > 1:
        middle = (held + rows) // 2
        held, rows = (middle, rows) if height(_cut(block, middle)) <= lines else (held, middle)
    return _cut(block, held) if held else None
