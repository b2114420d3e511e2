"""What building a static graph left out, pass by pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.language.program_text import beginning
from gradcli.lowering.builders.static import Removed
from gradcli.output.reports.blocks import Style, Table
from gradcli.output.serialization.graph import placed

ROWS = 20
"""Rows of the table that are shown."""

_PASSES = {
    "shared": "common subexpression, shared",
    "folded": "constant, folded",
    "identity": "equals an operand",
    "dead": "no output needs it",
}


def removed_tables(removed: Sequence[Removed], source: str, style: Style) -> Iterator[Table]:
    """The table of what was left out; none where that is nothing.

    Args:
        removed: What was left out.
        source: The source text.
        style: How signs are written.
    """
    if not removed:
        return
    rows = [
        [str(line), _snippet(source, item), item.operation, _PASSES[item.kind]] for line, item in placed(removed[:ROWS], source)
    ]
    note = f"... {len(removed) - ROWS:,} more; --json has them" if len(removed) > ROWS else ""
    yield Table(
        "Left out of the static graph",
        ["line", "text", "operation", "pass"],
        rows,
        numeric=frozenset({"line"}),
        wide=frozenset({"text"}),
        note=style.text(note),
    )


def _snippet(source: str, item: Removed) -> str:
    return beginning(source[item.span[0] : item.span[1]])
