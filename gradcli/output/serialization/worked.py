"""Derivations as they are worked on paper, as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.derivation.calculus.worked import Worked
from gradcli.language.text import to_text
from gradcli.output.documents.worked import shown
from gradcli.output.json import document, encoder, json_number, json_numbers, list_json
from gradcli.output.serialization.nodes import explain_step
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import ExplainDocument


def worked_json(found: Worked, expression: str, detail: str, *, ascii: bool = False) -> Iterator[str]:
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
    rules = list_json(map(encoder(ascii), parts["rules"] or []))
    return document("explain", {**parts, "rules": rules}, found.warnings, ascii=ascii)
