"""The nodes of a program in both modes side by side, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.autodiff.runs.modes import Comparison, Row
from gradcli.language.numbers import short_text
from gradcli.output.json import document, encoder, json_number, json_numbers, list_json
from gradcli.output.reports.blocks import Block, Lines, Style, Table
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.schemas.programs import ModesRow


def modes_blocks(found: Comparison, style: Style) -> Iterator[Block]:
    """What the graphs are, and the table of their nodes.

    Args:
        found: The graphs.
        style: How expressions and signs are written.
    """
    texts = [{name: short_text(value) for name, value in values.items()} for values in found.inputs]
    changing = [name for name in texts[0] if len({values[name] for values in texts}) > 1] or list(texts[0])
    points = [", ".join(f"{name}={values[name]}" for name in changing) for values in texts]
    graphs = len(set(found.graphs))
    runs = "1 run" if len(points) == 1 else f"{len(points)} runs"
    times = "the same graph each time" if graphs == 1 else f"{graphs} different graphs"
    yield Lines(
        [
            f"dynamic: recorded anew in {runs}: {times}; {', '.join(f'{count:,}' for count in found.recorded)} nodes",
            f"static:  built once, {found.built:,} nodes, and fed in {runs}",
            *[f"{point}: {style.text('→')} {_agreement(*values)}" for point, values in zip(points, found.values, strict=True)],
        ],
        important=True,
    )
    columns = ["line", "node", "is", *[f"dynamic {point}" for point in points], "static", *[f"runs {point}" for point in points]]
    rows = [_cells(row, style) for row in found.rows]
    numeric = frozenset({"line", *columns[3:]})
    note = style.text("· is none; dynamic: nodes recorded, static: nodes built, runs: how often they execute")
    yield Table("Nodes, in the order of the text", columns, rows, numeric=numeric, wide=frozenset({"is"}), note=note)


def _cells(row: Row, style: Style) -> list[str]:
    counts = [*row.recorded, row.built, *row.executed]
    name = f"{row.name} ({row.block})" if row.block else row.name
    cells = [f"{count:,}" if count else style.text("·") for count in counts]
    return [str(row.line), name, style.text(row.expression) or "variable", *cells]


def _agreement(dynamic: Any, static: Any) -> str:
    one, other = short_text(dynamic), short_text(static)
    return f"{one} in both modes" if one == other else f"{one} dynamic, {other} static"


def modes_json(found: Comparison, source: str) -> Iterator[str]:
    """The pieces of the document of `gradcli compare-modes --json`; joined they are one JSON object."""
    parts = {
        "expression": source,
        "inputs": list(map(json_numbers, found.inputs)),
        "recorded": found.graphs,
        "values": [[json_number(dynamic), json_number(static)] for dynamic, static in found.values],
        "nodes": list_json(map(encoder(), map(_row, found.rows))),
    }
    return document("compare-modes", parts)


def _row(row: Row) -> ModesRow:
    return {
        "line": row.line,
        "name": row.name,
        "expr": row.expression or None,
        "block": row.block or None,
        "dynamic": list(row.recorded),
        "static": row.built,
        "executed": list(row.executed),
    }
