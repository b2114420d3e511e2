"""Blocks on a terminal, by Rich. User text is never read as markup: every cell is a ``Text``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from gradcli.errors import columns
from gradcli.output.diagrams.diagram import shortened
from gradcli.output.reports.blocks import Block, Equations, Lines, Table
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO, Literal

_HEADING = "bold cyan"
_RESULT = "bold green"
_FAINT = "dim"

_HEADINGS = {"is_leaf": "is_\nleaf", "requires_grad": "requires\n_grad", "local derivative": "local\nderivative"}
"""Headings in two lines where they are wider than what stands below them, so that a table fits into 80 columns."""

_WIDE = 8
"""Columns of a terminal that a column takes at least whose text goes on in the next line."""

_NAME = 8
"""Characters to which a name is shortened where a table is too wide; numbers never are."""


def rich_text(blocks: Iterable[Block], stream: IO[str], *, ascii: bool = False) -> str:
    """The blocks as a terminal shows them, with its colours and in its width.

    Args:
        blocks: What to show.
        stream: The stream that it will be written to; Rich asks it for its abilities.
        ascii: Without signs beyond ASCII.
    """
    force = None if stream.isatty() else True
    console = Console(file=stream, force_terminal=force, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        for index, block in enumerate(blocks):
            if index:
                console.print()
            if isinstance(block, Lines):
                for at, line in enumerate(block.lines):
                    console.print(Text(line, style=_HEADING if at in block.headings else _RESULT if block.important else ""))
            elif isinstance(block, Table):
                _print_table(console, block, ascii)
            else:
                _print_equations(console, block)
    return capture.get()


def _print_table(console: Console, table: Table, ascii: bool) -> None:
    console.print(Text(table.title, style=_HEADING))
    headings = [_heading(column) for column in table.columns]
    filled = [max([0, *(columns(row[at]) for row in table.rows)]) for at in range(len(headings))]
    pairs = list(zip(headings, filled, strict=True))
    if sum(max(columns(text), width) + 1 for text, width in pairs) > console.width + 1:
        headings = [text.replace(" ", "\n", 1) if columns(text) > width else text for text, width in pairs]
    heads = [max(map(columns, heading.split("\n"))) for heading in headings]
    widest = [max([head, *(columns(row[at]) for row in table.rows)]) for at, head in enumerate(heads)]
    fewest = [_fewest(table, at, width) for at, width in enumerate(widest)]
    gap = 2 if sum(fewest) + 2 * len(fewest) - 2 <= console.width else 1
    names = [at for at, column in enumerate(table.columns) if column in table.names and column not in table.wide]
    fewest = _narrowed(fewest, {at: max(heads[at], _NAME) for at in names}, console.width - gap * (len(fewest) - 1))
    rich_table = RichTable(
        box=box.ASCII2 if ascii else box.SIMPLE_HEAD,
        header_style="bold",
        padding=(0, gap - 1, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
    for at, column in enumerate(table.columns):
        justify: Literal["left", "right"] = "right" if column in table.numeric else "left"
        wide = column in table.wide
        rich_table.add_column(Text(headings[at]), justify=justify, no_wrap=not wide, overflow="fold", min_width=fewest[at])
    for index, row in enumerate(table.rows):
        cells = [_name(cell, fewest[at], ascii) if at in names else cell for at, cell in enumerate(row)]
        rich_table.add_row(*map(Text, cells), style=_FAINT if index in table.faint else "")
    # A number is never cropped: where the terminal is too narrow for the table, it breaks the lines.
    width = console.width
    console.width = max(width, sum(fewest) + gap * (len(fewest) - 1))
    console.print(rich_table, crop=False)
    console.width = width
    if remark := table.remark():
        console.print(Text(remark, style=_FAINT))


def _narrowed(widths: list[int], names: Mapping[int, int], room: int) -> list[int]:
    """The widths of columns, those of names shortened, the longest first, where that makes all fit; unchanged where it does not.

    Args:
        widths: The widths.
        names: The columns of names, and how narrow each may become.
        room: What all columns may take.
    """
    narrowed = [*widths]
    while sum(narrowed) > room:
        long = [at for at, fewest in names.items() if narrowed[at] > fewest]
        if not long:
            return widths
        narrowed[max(long, key=lambda at: narrowed[at])] -= 1
    return narrowed


def _name(text: str, width: int, ascii: bool) -> str:
    """A name, with a mark where it is shortened."""
    if not ascii or len(text) <= width:
        return shortened(text, width)
    return shortened(text, width - 2).replace("…", "...")


def _fewest(table: Table, at: int, widest: int) -> int:
    """How narrow a column may become: one that may take several lines breaks text anywhere, and numbers between two of them."""
    if table.columns[at] not in table.wide:
        return widest
    words = (word for row in table.rows for word in row[at].split()) if table.columns[at] in table.numeric else ()
    return min(widest, max([_WIDE, *map(columns, words)]))


def _heading(column: str) -> str:
    """The heading of a column, in two lines where it is much wider than its cells."""
    if column[:1] in ("∂", "d") and columns(column) > _WIDE + 2:  # ∂prediction/∂node
        return column.replace("/", "\n/")
    return _HEADINGS.get(column, column)


def _print_equations(console: Console, block: Equations) -> None:
    if block.title:
        console.print(Padding(Text(block.title, style=_HEADING), (0, 0, 0, 2 * block.depth), expand=False))
    grid = RichTable.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_column(overflow="fold", style=_FAINT)
    for index, (left, sign, right, note) in enumerate(block.rows):
        shown = Text(right, style=_RESULT if index in block.results else "")
        grid.add_row(Text(left, style="bold"), Text(sign), shown, Padding(Text(note), (0, 0, 0, 2)))
    console.print(Padding(grid, (0, 0, 0, 2 * block.depth), expand=False))
