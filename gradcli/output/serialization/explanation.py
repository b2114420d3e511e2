"""The JSON document of `gradcli explain`: the same steps as in every other format, an entry a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.derivation.calculus.applications import Rules
from gradcli.derivation.calculus.worked import Worked
from gradcli.derivation.explain import Explanation
from gradcli.derivation.notation.prose import words_text
from gradcli.derivation.notation.steps import Derivation
from gradcli.derivation.paths import Cost, Paths, PathSum
from gradcli.graph.names import is_operation
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression
from gradcli.output.documents.document import count_digits
from gradcli.output.documents.worked import shown
from gradcli.output.json import document, encoder, json_number, json_numbers, list_json
from gradcli.output.serialization.nodes import explain_step
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import (
        ComputedNode,
        CostRecord,
        EquationRecord,
        ExplainDocument,
        PathsRecord,
        RulesRecord,
    )


_EXACT = 2**53
"""Whole numbers that every reader of JSON knows exactly."""


def explanation_json(explanation: Explanation, warnings: Sequence[str]) -> Iterator[str]:
    """The pieces of the document of `gradcli explain --json`; joined they are one JSON object.

    Args:
        explanation: The explanation.
        warnings: What the user should know.
    """
    tape, content = explanation.tape, explanation.content
    parts: ExplainDocument = {
        "expression": explanation.expression,
        "by": explanation.by,
        "steps": explanation.detail,
        "mode": tape.mode,
        "bindings": None if tape.symbolic else json_numbers(tape.bindings),
        "wrt": list(tape.wrt),
        "output": tape.names[tape.output],
        "value": None if tape.symbolic else json_number(tape.value),
        "grad": None if tape.symbolic else json_numbers(tape.gradient),
        "derivative": {name: program_text(found.program(), "; ") for name, found in explanation.derivatives.items()} or None,
        "nodes": _nodes(explanation) if isinstance(content, Derivation) else None,
        "equations": _equations(explanation, content) if isinstance(content, Derivation) else None,
        "paths": [_paths(explanation, found) for found in content.sums] if isinstance(content, Paths) else None,
        "costs": list(map(_cost, content.costs)) if isinstance(content, Paths) else None,
        "definitions": {name.name: to_text(expression) for name, expression in content.definitions}
        if isinstance(content, Rules)
        else None,
        "rules": _rules(explanation, content) if isinstance(content, Rules) else None,
    }
    encode = encoder()
    lined = {  # an entry a line
        key: list_json(map(encode, value))
        for key, value in parts.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    return document("explain", {**parts, **lined}, warnings)


def _nodes(explanation: Explanation) -> list[ComputedNode]:
    tape = explanation.tape
    return [
        {
            "name": tape.names[id],
            "expr": to_text(node_expression(tape.graph, id, tape.names)),
            "shape": list(tape.graph.shape(id)),
            "value": None if tape.symbolic else json_number(tape.values[id]),
        }
        for id in range(len(tape.graph))
        if is_operation(tape.graph, id)
    ]


def _equations(explanation: Explanation, derivation: Derivation) -> list[EquationRecord]:
    names = explanation.tape.names
    return [
        {
            "node": names[equation.node],
            "variable": equation.node in explanation.tape.graph.variables.values(),
            "steps": [*map(explain_step, equation.edges), *map(explain_step, explanation.shown(equation.steps))],
        }
        for equation in derivation.equations.values()
    ]


def _paths(explanation: Explanation, found: PathSum) -> PathsRecord:
    names, symbolic = explanation.tape.names, explanation.tape.symbolic
    return {
        "variable": found.variable,
        "count": _long(found.count),
        "listed": len(found.paths),
        "paths": [
            {
                "nodes": [names[node] for node in path.nodes],
                "arguments": list(path.arguments),
                "partials": None if path.partials is None else to_text(path.partials, pretty=True),
                "factors": None if path.factors is None else to_text(path.factors, pretty=True),
                "product": None if path.product is None else to_text(path.product),
                "value": None if symbolic else json_number(path.value),
            }
            for path in found.paths
        ],
        "rest": None if symbolic else json_number(found.rest),
        "sum": list(map(explain_step, explanation.shown(found.steps))),
    }


def _cost(cost: Cost) -> CostRecord:
    return {
        "method": cost.method,
        "passes": cost.passes,
        "multiplications": None if cost.multiplications is None else _long(cost.multiplications),
        "passes_for_all": cost.passes_for_all,
        "multiplications_for_all": None if cost.for_all is None else _long(cost.for_all),
    }


def _long(count: int) -> int | str:
    return count if count <= _EXACT else count_digits(count)


def _rules(explanation: Explanation, rules: Rules) -> list[RulesRecord]:
    return [
        {
            "variable": derivation.variable,
            "applications": [
                {
                    "number": application.number,
                    "rule": application.rule,
                    "statement": words_text([application.statement]),
                    "with": {words_text([equal.left]): to_text(equal.right) for equal in application.letters},
                    "part": to_text(application.part),
                    "steps": list(map(explain_step, explanation.shown(application.steps))),
                    "derivative": to_text(application.result),
                }
                for application in derivation.applications
            ],
            "result": list(map(explain_step, explanation.shown(derivation.steps))),
        }
        for derivation in rules.derivations
    ]


def worked_json(found: Worked, expression: str, detail: str) -> Iterator[str]:
    """The document of `gradcli explain --json`: the steps stand where those by the rules of calculus do."""
    values = {result.key: result.value for result in found.results}
    parts: ExplainDocument = {
        "expression": expression,
        "by": "rules",
        "steps": detail,
        "mode": "static",
        "bindings": json_numbers(found.bindings) if found.bindings else None,
        "wrt": list(values),
        "output": found.output,
        "value": None if found.value is None else json_number(found.value),
        "grad": json_numbers(values) if found.bindings else None,
        "derivative": {result.key: to_text(result.right) for result in found.results},
        "nodes": None,
        "equations": None,
        "paths": None,
        "costs": None,
        "definitions": None,
        "rules": [
            {"variable": one.key, "applications": [], "result": list(map(explain_step, shown(one.steps, detail)))}
            for one in found.results
        ],
        "conditions": list(map(to_text, found.conditions)),
    }
    rules = list_json(map(encoder(), parts["rules"] or []))
    return document("explain", {**parts, "rules": rules}, found.warnings)
