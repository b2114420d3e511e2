"""Blocks on a terminal, by Rich. User text is never read as markup: every cell is a ``Text``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from gradcli.errors import columns
from gradcli.output.diagrams.diagram import shortened
from gradcli.output.reports.blocks import Block, Equations, Lines, Table
from gradcli.output.wrapping import rows_of, wrapped, wrapped_arrays
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

_TEXT = 32
"""Columns that a word takes at most in such a column, where there is room."""

_NOTE = 24
"""Columns that notes beside equations take at least, where they need as many; beside longer equations they stand below."""

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
                    style = _HEADING if at in block.headings else _RESULT if block.important else ""
                    for piece in _lines(line, console.width) if block.own else [line]:
                        console.print(Text(piece, style=style))
            elif isinstance(block, Table):
                _print_table(console, block, ascii)
            else:
                _print_equations(console, block)
    return capture.get()


def _print_table(console: Console, table: Table, ascii: bool) -> None:
    console.print(Text(table.title, style=_HEADING))
    headings = [*table.columns]
    filled = [max([0, *(columns(row[at]) for row in table.rows)]) for at in range(len(headings))]
    if _taken(map(max, map(columns, headings), filled)) > console.width:
        headings = [_heading(column) for column in table.columns]
    pairs = list(zip(headings, filled, strict=True))
    if sum(max(columns(text), width) + 1 for text, width in pairs) > console.width + 1:
        headings = [text.replace(" ", "\n", 1) if columns(text) > width else text for text, width in pairs]
    heads = [max(map(columns, heading.split("\n"))) for heading in headings]
    lines = [[[cell] for cell in row] for row in table.rows]
    fewest = _fewest(table, heads, lines, _TEXT)
    if _taken(fewest) > console.width:  # matrices row by row
        lines = [[rows_of(cell) for cell in row] for row in table.rows]
        fewest = _fewest(table, heads, lines, _TEXT)
    if _taken(fewest) > console.width:
        fewest = _fewest(table, heads, lines, _WIDE)
    names = {at: max(heads[at], _NAME) for at, column in enumerate(table.columns) if column in table.names}
    narrow = _narrowed(fewest, {at: least for at, least in names.items() if table.columns[at] not in table.wide}, console.width)
    groups = _groups(table, narrow, console.width)
    if len(groups) > 1:
        narrow = _fewest(table, heads, lines, _TEXT)
        groups = _groups(table, narrow, console.width)
    for index, chosen in enumerate(groups):
        if index:
            console.print()
        gap = 2 if _taken(narrow[at] for at in chosen) <= console.width else 1
        natural = [max([narrow[at], *(columns(line) for row in lines for line in row[at])]) for at in chosen]
        widths = _shared([narrow[at] for at in chosen], natural, console.width - gap * (len(chosen) - 1))
        rich_table = RichTable(
            box=box.ASCII2 if ascii else box.SIMPLE_HEAD,
            header_style="bold",
            padding=(0, gap - 1, 0, 0),
            pad_edge=False,
            show_edge=False,
        )
        for at, wide in zip(chosen, widths, strict=True):
            justify: Literal["left", "right"] = "right" if table.columns[at] in table.numeric else "left"
            breaks = table.columns[at] in table.wide - table.numeric or wide > console.width
            rich_table.add_column(Text(headings[at]), justify=justify, no_wrap=not breaks, overflow="fold", width=wide)
        for index, row in enumerate(lines):
            cells = [_name(row[at][0], narrow[at], ascii) if at in names else "\n".join(row[at]) for at in chosen]
            rich_table.add_row(*map(Text, cells), style=_FAINT if index in table.faint else "")
        # A number is never cropped: where the terminal is too narrow for a column, it breaks the lines.
        width = console.width
        console.width = max(width, sum(widths) + gap * (len(chosen) - 1))
        console.print(rich_table, crop=False)
        console.width = width
    if remark := table.remark():
        console.print(Text(remark, style=_FAINT))


def _taken(widths: Iterable[int]) -> int:
    """The columns of a terminal that columns of a table take, with two between each."""
    return sum(width + 2 for width in widths) - 2


def _groups(table: Table, widths: Sequence[int], room: int) -> list[list[int]]:
    """The columns of the tables into which a table is cut that is too wide; each begins with the names of the rows."""
    everything = list(range(len(widths)))
    if sum(widths) + len(widths) - 1 <= room:
        return [everything]
    key = everything[: 1 + next((at for at in everything if table.columns[at] in table.names), 0)]
    groups = [key]
    for at in everything[len(key) :]:
        if groups[-1] != key and sum(widths[other] + 1 for other in groups[-1]) + widths[at] > room:
            groups.append(key)
        groups[-1] = [*groups[-1], at]
    return groups


def _shared(narrow: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """The widths of columns: what is left of the room goes to those that need most of it beside what they have."""
    widths = [*narrow]
    while sum(widths) < room and (short := [at for at, width in enumerate(widths) if width < natural[at]]):
        widths[max(short, key=lambda at: natural[at] / widths[at])] += 1
    return widths


def _narrowed(widths: list[int], names: Mapping[int, int], room: int) -> list[int]:
    """The widths of columns, those of names shortened, the longest first, where that makes all fit; unchanged where it does not.

    Args:
        widths: The widths.
        names: The columns of names, and how narrow each may become.
        room: What all columns may take.
    """
    narrowed = [*widths]
    while sum(narrowed) + len(narrowed) - 1 > room:
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


def _fewest(table: Table, heads: Sequence[int], lines: Sequence[Sequence[Sequence[str]]], word: int) -> list[int]:
    """How narrow each column may become: one of texts takes several lines, and no number is broken.

    Args:
        table: The table.
        heads: How wide the headings are.
        lines: The lines of each cell of each row.
        word: The columns that a word of a text takes at most; a longer one is broken.
    """
    found = []
    for at, head in enumerate(heads):
        cells = [line for row in lines for line in row[at]]
        widest = max([head, *map(columns, cells)])
        if table.columns[at] in table.wide and table.columns[at] not in table.numeric:
            longest = max([0, *(columns(part) for cell in cells for part in cell.split())])
            widest = min(widest, max(_WIDE, head, min(longest, word)))
        found.append(widest)
    return found


def _heading(column: str) -> str:
    """The heading of a column, in two lines where it is much wider than its cells."""
    if column[:1] in ("∂", "d") and columns(column) > _WIDE + 2:  # ∂prediction/∂node
        return column.replace("/", "\n/")
    return _HEADINGS.get(column, column)


def _lines(text: str, width: int) -> list[str]:
    """The lines of a text, which go on a little to the right of where it began where it is of arrays, else below it."""
    if columns(text) <= width:
        return [text]
    indent = text[: len(text) - len(text.lstrip())]
    return wrapped_arrays(text, width, f"{indent}  ") if "[" in text else wrapped(text, width, indent)


def _print_equations(console: Console, block: Equations) -> None:
    indent = "  " * block.depth
    for line in wrapped_arrays(f"{indent}{block.title}", console.width, f"{indent}   ") if block.title else []:
        console.print(Text(line, style=_HEADING))
    left_width, sign_width = (max(columns(row[at]) for row in block.rows) for at in (0, 1))
    wanted = max(columns(right) + (3 + min(columns(note), _NOTE) if note else 0) for _, _, right, note in block.rows)
    alone = left_width > _WIDE and wanted > console.width - len(indent) - left_width - sign_width - 2
    if alone:  # what is derived is so long that it takes a line of its own
        left_width = 1
    room = console.width - len(indent) - left_width - sign_width - 2
    noted = [(columns(right), columns(note)) for _, _, right, note in block.rows if note] or [(0, 0)]
    widest, longest = map(max, zip(*noted, strict=True))
    most = room - 3 - min(longest, max(room - 3 - widest, _NOTE))
    right_width = max([width for width, _ in noted if width <= most], default=min(_WIDE, room))
    for index, (left, sign, right, note) in enumerate(block.rows):
        shown = wrapped_arrays(right, max(room, _WIDE))
        breaking = wrapped_arrays if columns(note) == len(note) else wrapped  # equations in a note in one piece; Chinese anywhere
        said = breaking(note, max(room - 3 - right_width, _WIDE))
        if alone and left:
            console.print(Text(f"{indent}{left}", style="bold"), crop=False)
            left = ""
        if note and columns(right) > right_width and columns(right) + 3 + columns(note) > room:
            said = [*[""] * len(shown), *said]
        for at in range(max(len(shown), len(said))):
            drawn = Text(indent)
            drawn.append(_padded("" if at else left, left_width + 1), "bold")
            drawn.append(_padded("" if at else sign, sign_width + 1))
            drawn.append(shown[at] if at < len(shown) else "", _RESULT if index in block.results else None)
            if at < len(said) and said[at]:
                begin = len(indent) + left_width + sign_width + 2 + right_width + 3
                drawn.append(_padded("", max(begin - columns(drawn.plain), 3)) + said[at], _FAINT)
            drawn.rstrip()
            console.print(drawn, no_wrap=True, crop=False)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
