"""What is printed for people, as data: blocks that the plain text and the Rich view print alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradcli.frozen import Frozen, replace
from gradcli.language.parser import parse
from gradcli.language.text import to_text

_ASCII = str.maketrans({"∂": "d", "·": "*", "→": ">", "≈": "~", "…": "...", "−": "-", "—": "-", "✗": "!!"})


ANSWER, WHY, NODES, EDGES = PARTS = ("answer", "why", "nodes", "edges")
"""The parts of a report on a run, in their order."""


ALL = "--all"
"""The option that shows everything."""


class Lines(Frozen):
    """Lines of text; important ones stand out, and so do headings among them, which are given by their numbers.

    What a program prints is not the tool's own, and said as it is.
    """

    lines: Sequence[str]
    important: bool = False
    headings: frozenset[int] = frozenset()
    part: str = ANSWER
    own: bool = True


class Table(Frozen):
    """A table.

    Attributes:
        title: What it shows.
        columns: The heading of each column; those in ``numeric`` are aligned to the right, those in ``wide`` may take several
            lines, and what stands in those in ``names`` may be shortened on a narrow terminal.
        rows: The cells.
        faint: The rows that matter less: constants.
        note: A line below.
        rest: How many rows are left out, and of what.
        by: The option that shows them.
        part: The part of a report that it belongs to.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[str] = frozenset()
    wide: frozenset[str] = frozenset({"is"})
    names: frozenset[str] = frozenset({"node", "edge", "local derivative", "grad_fn"})
    faint: frozenset[int] = frozenset()
    note: str = ""
    rest: tuple[int, str] = (0, "rows")
    by: str = ALL
    part: str = ANSWER

    def remark(self) -> str:
        """The line below the table; empty for none."""
        return left_out(*self.rest, by=self.by) or self.note


class Equations(Frozen):
    """A derivation: for each line what is derived (empty where it is the same as above), a sign, an expression, a note.

    Attributes:
        title: What stands above it; empty for nothing.
        rows: The lines.
        results: The lines that all others lead to.
        depth: How far it is indented.
    """

    title: str
    rows: Sequence[tuple[str, str, str, str]]
    results: frozenset[int] = frozenset()
    depth: int = 0
    part: str = WHY


Block = Lines | Table | Equations


def left_out(count: int, what: str, by: str = ALL) -> str:
    """A line that says what a view does not show, and the option that shows it; empty where that is nothing."""
    if count == 1:
        return f"... 1 more {what.removesuffix('s')}; {by} shows it, --json has it"
    return f"... {count:,} more {what}; {by} shows them, --json has them" if count > 0 else ""


def in_ascii(block: Block) -> Block:
    """A block with what is beyond ASCII escaped, such as the names of variables, before it is laid out."""

    def escaped(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple([text if text.isascii() else text.encode("ascii", "backslashreplace").decode() for text in texts])

    if isinstance(block, Lines):
        return replace(block, lines=escaped(block.lines))
    title, *rest = escaped([block.title, block.note if isinstance(block, Table) else ""])
    if isinstance(block, Table):
        return replace(block, title=title, columns=escaped(block.columns), rows=[*map(escaped, block.rows)], note=rest[0])
    return replace(block, title=title, rows=[(a, b, c, d) for a, b, c, d in map(escaped, block.rows)])


class Style:
    """How expressions and signs are written.

    Args:
        ascii: Without signs beyond ASCII.
    """

    def __init__(self, ascii: bool = False) -> None:
        self.ascii = ascii

    def text(self, text: str) -> str:
        """A text of the tool's own, in the signs that may be used."""
        return text.replace("→", "->").translate(_ASCII) if self.ascii else text

    def expression(self, plain: str) -> str:
        """An expression in plain text, as on a board."""
        if self.ascii:
            return plain
        statement = parse(plain).statements[0]
        return to_text(statement.value, pretty=True) if hasattr(statement, "value") else plain
