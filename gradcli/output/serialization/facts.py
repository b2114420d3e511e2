"""The facts of a function as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.analysis.properties.composition import Run
from gradcli.analysis.properties.function_facts import FunctionFacts, Pattern
from gradcli.analysis.properties.sparsity import bits
from gradcli.graph.names import is_operation
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression
from gradcli.output.json import document, encoder, json_number, list_json
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.facts import NodeFactsRecord, PatternRecord, RunRecord

MOST_DIGITS = 4000
"""Digits up to which a number of paths is written out."""


def facts_json(found: FunctionFacts, source: str, assume: str) -> Iterator[str]:
    """The pieces of the document of `gradcli facts --json`; joined they are one JSON object.

    Args:
        found: The facts.
        source: The text of the expression.
        assume: What is assumed, in words; empty for nothing.
    """
    graph, form, times = found.graph, found.form, found.ratio
    low, high = found.bounds[graph.output]
    parts = {
        "expression": source,
        "assume": assume or None,
        "output": found.names[graph.output],
        "depends_on": list(found.depends),
        "wrt": list(found.wrt),
        "together": _run(found.run),
        "each": {name: _run(run) for name, run in found.each.items()},
        "bounds": [json_number(low), json_number(high)],
        "inputs": list(found.inputs),
        "jacobian": _pattern(found.jacobian),
        "hessian": _pattern(found.hessian),
        "operations": {"value": found.forward, "value_and_gradient": found.both, "ratio": times},
        "graph": {
            "operations": form.operations,
            "depth": form.depth,
            "width": form.width,
            "paths": str(form.paths) if form.paths < 10**MOST_DIGITS else form.paths_text,
        },
        "tape": found.saved,
        "checkpoints": [{"segments": one.segments, "kept": one.kept, "again": one.again} for one in found.segments],
        "nodes": list_json(map(encoder(), _nodes(found))),
    }
    return document("facts", parts, found.notes)


def _run(run: Run) -> RunRecord:
    return {
        "kind": run.kind,
        "degree": run.degree,
        "least_degree": run.least,
        "monotone": run.movement,
        "rule": run.rule or None,
    }


def _pattern(pattern: Pattern | None) -> PatternRecord | None:
    if pattern is None:
        return None
    return {
        "rows": [bits(row) for row in pattern.rows],
        "columns": pattern.columns,
        "entries": pattern.entries,
        "coloured": pattern.by,
        "colours": list(pattern.colours),
        "passes": pattern.passes,
    }


def _nodes(found: FunctionFacts) -> Iterator[NodeFactsRecord]:
    graph = found.graph
    for id in range(len(graph)):
        if found.needed[id] and is_operation(graph, id):
            low, high = found.bounds[id]
            yield {
                "name": found.names[id],
                "expr": to_text(node_expression(graph, id, found.names)),
                "bounds": [json_number(low), json_number(high)],
                **_run(found.together[id]),
            }
