"""The facts of a function for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.algebra.assumptions.facts import NOTHING as NO_ASSUMPTIONS
from gradcli.analysis.properties.bounds import bounds_of
from gradcli.analysis.properties.composition import UNKNOWN, Run, runs_of
from gradcli.analysis.properties.function_facts import FunctionFacts, Pattern
from gradcli.analysis.properties.sparsity import bits
from gradcli.graph.graph import Graph
from gradcli.graph.names import is_operation
from gradcli.language.numbers import short_text
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression
from gradcli.output.reports.blocks import Block, Lines, Style, Table, left_out
from gradcli.output.reports.tables import TABLE_ROWS

LARGEST_PICTURE = 32
"""Rows and columns of a pattern up to which it is drawn."""

LEAST_OF_SEGMENTS = 9
"""Operations from which on checkpoints are worth a table."""


def degree_text(run: Run) -> str:
    """The degree of a polynomial in words."""
    if run.degree is None:
        return UNKNOWN
    return f"at most {run.degree:,}, homogeneous" if run.degree == run.least > 0 else f"at most {run.degree:,}"


def bounds_text(bounds: tuple[float, float]) -> str:
    """The bounds of values: ``from 0 to 1``, or unknown."""
    low, high = bounds
    if low > -float("inf"):
        return f"from {short_text(low)} to {short_text(high)}" if high < float("inf") else f"from {short_text(low)} on"
    return f"up to {short_text(high)}" if high < float("inf") else UNKNOWN


def node_facts(graph: Graph, wrt: Sequence[str]) -> dict[int, str]:
    """What follows of each operation of a graph, in a few words: ``convex, increasing, from 0 on``; nothing where nothing does.

    Args:
        graph: The graph.
        wrt: The variables to look at, the others held fixed; all where there are none.
    """
    bounds = bounds_of(graph, NO_ASSUMPTIONS)
    runs = runs_of(graph, [graph.variables[name] for name in wrt or graph.variables], bounds, [True] * len(graph))
    found = {}
    for id, (run, between) in enumerate(zip(runs, bounds, strict=True)):
        told = [run.kind, *([run.movement] if run.varies else []), bounds_text(between)]
        known = ", ".join([one for one in told if one != UNKNOWN])
        if known and is_operation(graph, id):
            found[id] = known
    return found


def facts_blocks(found: FunctionFacts, style: Style, *, all_nodes: bool = False) -> Iterator[Block]:
    """What is known of a function.

    Args:
        found: The facts.
        style: How expressions and signs are written.
        all_nodes: Whether the table of nodes has all of them.
    """
    output = found.names[found.graph.output]
    run = found.run
    together = ", ".join(found.wrt) if len(found.wrt) <= 8 else f"{len(found.wrt):,} variables"
    lines = [
        f"{output} depends on {_listed(found.depends)}",
        f"in {together or 'no variable'}: {run.kind} ({run.rule}); degree {degree_text(run)}"
        if run.rule and run.varies
        else f"in {together or 'no variable'}: {run.kind}; degree {degree_text(run)}",
        f"values: {bounds_text(found.bounds[found.graph.output])}",
    ]
    yield Lines([style.text(line) for line in lines], important=True)
    if found.each:
        rows = [[name, one.kind, degree_text(one), one.movement, style.text(one.rule)] for name, one in found.each.items()]
        yield Table(
            "Each variable alone, the others held fixed", ("in", "is", "degree", "moves", "rule"), rows, wide=frozenset({"rule"})
        )
    yield from _nodes(found, style, None if all_nodes else TABLE_ROWS)
    for name, pattern in (("Jacobian", found.jacobian), ("Hessian", found.hessian)):
        if pattern is not None:
            yield Lines([style.text(line) for line in _pattern(name, pattern)])
    form, times = found.form, found.ratio
    costs = [
        f"operations: {found.forward:,} for the value"
        + (
            ""
            if found.both is None
            else f", {found.both:,} for value and gradient" + (f": {times:.2f} times as many" if times else "")
        ),
        f"graph: depth {form.depth:,}, width {form.width:,}, operations: {form.operations:,}, paths: {form.paths_text}",
    ]
    if found.saved is not None:
        costs.append(f"tape: numbers kept for the backward pass: {found.saved:,}")
    yield Lines([style.text(line) for line in costs])
    if form.operations >= LEAST_OF_SEGMENTS:
        rows = [[f"{one.segments:,}", f"{one.kept:,}", f"{one.again:,}"] for one in found.segments]
        columns = ("segments", "numbers kept", "computed again")
        yield Table("Checkpoints, where all results of a segment are kept", columns, rows, numeric=frozenset(columns))
    if found.notes:
        yield Lines([style.text(note) for note in found.notes])


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20:,} more" if len(names) > 20 else "") if names else "no variable"


def _nodes(found: FunctionFacts, style: Style, most: int | None) -> Iterator[Table]:
    graph = found.graph
    ids = [id for id in range(len(graph)) if found.needed[id] and is_operation(graph, id)]
    rows = []
    for id in ids[:most]:
        run = found.together[id]
        expression = style.text(to_text(node_expression(graph, id, found.names)))
        rows.append([found.names[id], expression, run.kind, bounds_text(found.bounds[id]), style.text(run.rule)])
    if rows:
        note = left_out(len(ids) - len(rows), "nodes")
        columns = ("node", "is", "in all variables", "values", "rule")
        yield Table("Each node", columns, rows, wide=frozenset({"is", "rule"}), note=note)


def _pattern(name: str, pattern: Pattern) -> Iterator[str]:
    rows, columns = len(pattern.rows), pattern.columns
    mode = "reverse mode" if pattern.by == "rows" else "forward mode" if name == "Jacobian" else "Hessian-vector products"
    passes = f"{pattern.passes:,} passes of {mode}" if pattern.passes != 1 else f"1 pass of {mode}"
    yield f"{name}: {rows:,} by {columns:,}, of which {pattern.entries:,} may be other than 0; {passes} by colours"
    if 1 < max(rows, columns) <= LARGEST_PICTURE and pattern.entries < rows * columns:
        for row in pattern.rows:
            filled = set(bits(row))
            yield "  " + " ".join("x" if column in filled else "·" for column in range(columns))
