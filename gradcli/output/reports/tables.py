"""The nodes and edges of a graph as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.autodiff.passes.reverse import carries
from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import said
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.graph.shapes import shape_text
from gradcli.language.numbers import short_text
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.output.diagrams.diagram import MARK, Diagram, shortened
from gradcli.output.diagrams.functions_part import FunctionsPart
from gradcli.output.diagrams.graph_part import GraphPart
from gradcli.output.listing import BlockListing, FunctionListing, GradientListing
from gradcli.output.reports.blocks import EDGES, NODES, Style, Table
from gradcli.typing import Any

TABLE_ROWS = 40
"""Rows of a table that are shown of a large graph."""

ARRAY_COLUMNS = 60
"""Characters of an expression with arrays that a table shows."""


def _part_of(shown: int, total: int) -> str:
    """What is said of a table that was asked for a part of the graph alone."""
    return f"{shown:,} of {total:,} nodes, those nearest to the output" if shown < total else ""


def graph_tables(
    tape: Tape, style: Style, chosen: Sequence[int], *, rows: int | None, tangents: Sequence[Any] | None = None
) -> Iterator[Table]:
    """The nodes and the edges of a run.

    Args:
        tape: The run.
        style: How expressions and signs are written.
        chosen: The nodes to show, ascending.
        rows: The most rows of a table; None for any number.
        tangents: The tangent of each node, None for one that does not move; None where there is no direction.
    """
    listing = FunctionListing(tape, board=not style.ascii)
    yield _nodes(listing, style, chosen, rows, tangents)
    edges = _edges(listing, style, chosen, rows)
    if edges.rows:
        yield edges


def diagram_tables(diagram: Diagram, style: Style, *, rows: int | None) -> Iterator[Table]:
    """The nodes and edges of every part of a diagram; see :func:`graph_tables`."""
    for part in diagram.parts:
        if isinstance(part, FunctionsPart):
            yield _functions(part, style, rows)
        elif isinstance(part, GraphPart) and isinstance(part.listing, FunctionListing):
            yield from graph_tables(part.listing.tape, style, part.chosen, rows=rows)
        elif isinstance(part, GraphPart) and isinstance(part.listing, GradientListing):
            yield _gradient(part.listing, style, part, rows)
        elif isinstance(part, GraphPart) and isinstance(part.listing, BlockListing):
            yield _block(part.listing, style, part, rows)


def _nodes(
    listing: FunctionListing, style: Style, chosen: Sequence[int], most: int | None, tangents: Sequence[Any] | None
) -> Table:
    tape = listing.tape
    shown = chosen[:most]
    rows: list[list[str]] = []
    faint: list[int] = []
    adjoint = style.text(f"∂{listing.output_name}/∂node")
    columns = ["id", "node", "is", "shape", "value", "is_leaf", "requires_grad", "grad_fn", ".grad", adjoint, "tangent"]
    unknown = {"value", ".grad", adjoint} if tape.symbolic else set()
    unknown |= set() if tape.graph.shapes else {"shape"}
    unknown |= set() if tape.graph.broken is None else {".grad", adjoint}
    unknown |= {"tangent"} if tangents is None else set()

    def cut(text: str) -> str:
        """A text that may have an array of constants in it."""
        return shortened(text, ARRAY_COLUMNS) if tape.graph.shapes else text

    for index, id in enumerate(shown):
        entry = listing.entry(id)
        if entry.operation == CONSTANT:
            faint.append(index)
        cells = [
            str(id),
            cut(entry.name),
            entry.operation if entry.operation in (VARIABLE, CONSTANT) else cut(entry.expression),
            style.text(f"{MARK} does not fit") if entry.error else shape_text(entry.shape) if entry.shape else "",
            "" if entry.value is None else short_text(entry.value),
            str(entry.is_leaf),
            str(entry.requires_grad),
            entry.grad_fn or "None",
            "None" if entry.grad is None else short_text(entry.grad),
            "" if entry.adjoint is None else short_text(entry.adjoint),
            "" if tangents is None or tangents[id] is None else short_text(tangents[id]),
        ]
        rows.append([cell for cell, column in zip(cells, columns, strict=True) if column not in unknown])
    return Table(
        f"Nodes, in the order of evaluation ({tape.mode} graph{', what executed' if tape.static else ''})",
        [column for column in columns if column not in unknown],
        rows,
        numeric=frozenset({"id", "value", ".grad", adjoint, "tangent"}),
        wide=frozenset({"is", "value", ".grad", adjoint, "tangent"} if tape.graph.shapes else {"is"}),
        faint=frozenset(faint),
        note=_part_of(len(rows), len(tape.graph)),
        rest=(len(chosen) - len(rows), "nodes"),
        part=NODES,
    )


def _edges(listing: FunctionListing, style: Style, chosen: Sequence[int], most: int | None) -> Table:
    graph, names, needs = listing.tape.graph, listing.names, listing.tape.requires_grad
    symbolic = listing.tape.symbolic
    rows: list[list[str]] = []
    drawn = range(len(graph)) if len(chosen) == len(graph) else frozenset(chosen)
    adjoints, operations = listing.tape.adjoints, graph.operations
    told = [
        id
        for id in chosen
        if needs[id] and (operations[id] in OPERATIONS or (operations[id] in STRUCTURAL and adjoints[id] is not None))
    ]
    total = sum(
        needs[input] and input in drawn and carries(graph, id, at) for id in told for at, input in enumerate(graph.inputs[id])
    )
    for id in chosen:
        if most is not None and len(rows) >= most:
            break
        for link in listing.links(id):
            if not (link.derivative or link.handed or link.shapes) or link.source not in drawn:
                continue
            source, target = names[link.source], names[link.target]
            row = [f"{source} {style.text('→')} {target}"]
            handed = [style.text(said("handed back")) if link.handed else "", style.text(link.handed)]
            row += handed if link.derivative is None else [style.text(listing.local_derivative(link)), link.derivative]
            row += [] if symbolic else ["" if link.value is None else short_text(link.value)]
            rows.append([*row, style.text(f"{MARK} {link.shapes} does not fit" if link.broken else link.shapes)])
    columns = ["edge", "local derivative", "is", *([] if symbolic else ["value"]), "shape"]
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Table(
        "Edges, with the local derivative along each",
        columns,
        rows,
        numeric=frozenset({"value"}),
        wide=frozenset({"is", "value"} if graph.shapes else {"is"}),
        rest=(max(total - len(rows), 0), "edges"),
        part=EDGES,
    )


def _functions(part: FunctionsPart, style: Style, most: int | None) -> Table:
    names = part.tape.names
    rows: list[list[str]] = []
    for id in part.chosen[:most]:
        function = part.functions[id]
        following = ", ".join("None" if to is None else f"{part.functions[to].name} {to}" for to in function.next)
        rows.append([str(id), function.name, names[function.node], following])
    return Table(
        "Backward pass: the functions in the order in which they run",
        ["id", "function", "of node", "next_functions"],
        rows,
        numeric=frozenset({"id"}),
        wide=frozenset({"next_functions"}),
        note=_part_of(len(rows), part.total),
        rest=(part.shown - len(rows), "functions"),
    )


def _block(listing: BlockListing, style: Style, part: GraphPart, most: int | None) -> Table:
    rows: list[list[str]] = []
    outputs = listing.graph.outputs
    for id in part.chosen[:most]:
        entry = listing.entry(id)
        is_operation = entry.operation not in (VARIABLE, CONSTANT)
        what = style.text(entry.expression) if is_operation else "parameter" if entry.operation == VARIABLE else entry.operation
        results = [name or "output" for name, output in zip(listing.results, outputs, strict=False) if output == id]
        rows.append([str(id), entry.name, what, ", ".join(results) or ("output" if id in outputs else "")])
    return Table(
        style.text(part.title),
        ["id", "node", "is", "result"],
        rows,
        numeric=frozenset({"id"}),
        note=_part_of(len(rows), part.total),
        rest=(part.shown - len(rows), "nodes"),
    )


def _gradient(listing: GradientListing, style: Style, part: GraphPart, most: int | None) -> Table:
    rows: list[list[str]] = []
    for id in part.chosen[:most]:
        entry = listing.entry(id)
        is_operation = entry.operation not in (VARIABLE, CONSTANT)
        derivatives = ", ".join(style.text(symbol) for symbol in entry.symbols)
        cells = [str(id), style.text(entry.name), style.text(entry.expression) if is_operation else entry.operation]
        cells.append("" if entry.value is None else short_text(entry.value))
        rows.append([*cells, derivatives])
    return Table(
        "The gradient as a graph of its own",
        ["id", "node", "is", "value", "derivative"],
        rows,
        numeric=frozenset({"id", "value"}),
        note=_part_of(len(rows), part.total),
        rest=(part.shown - len(rows), "nodes"),
    )
