"""Blocks on a terminal, by Rich. User text is never read as markup: every cell is a ``Text``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Literal

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from gradcli.errors import columns
from gradcli.output.reports.blocks import Block, Equations, Lines, Table

_HEADING = "bold cyan"
_RESULT = "bold green"
_FAINT = "dim"

_HEADINGS = {"is_leaf": "is_\nleaf", "requires_grad": "requires\n_grad"}
"""Headings in two lines where they are wider than what stands below them, so that a table fits into 80 columns."""


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
    rich_table = RichTable(
        box=box.ASCII2 if ascii else box.SIMPLE_HEAD, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False, show_edge=False
    )
    for at, column in enumerate(table.columns):
        heading = Text(_HEADINGS.get(column, column))
        justify: Literal["left", "right"] = "right" if column in table.numeric else "left"
        wide = column in table.wide
        widest = max(map(columns, (*heading.plain.split("\n"), *(row[at] for row in table.rows))))
        rich_table.add_column(
            heading, justify=justify, no_wrap=not wide, overflow="fold", min_width=min(widest, 8) if wide else widest
        )
    for index, row in enumerate(table.rows):
        rich_table.add_row(*map(Text, row), style=_FAINT if index in table.faint else "")
    # A number is never cropped: where the terminal is too narrow for the table, it breaks the lines.
    needed = Measurement.get(console, console.options.update(max_width=10_000), rich_table).minimum
    width = console.width
    console.width = max(width, needed)
    console.print(rich_table, crop=False)
    console.width = width
    if table.note:
        console.print(Text(table.note, style=_FAINT))


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
