"""A checked gradient as a JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gradcli.analysis.verification.accumulation import Accumulated
from gradcli.analysis.verification.findings import Component, Verification
from gradcli.analysis.verification.sampled import Sampled
from gradcli.autodiff.passes.tape import Tape
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops.declaration.elsewhere import elsewhere_at
from gradcli.output.json import document, encoder, json_number, json_numbers, list_json
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.analysis.verification.stated import Stated
    from gradcli.output.schemas.analysis import (
        CheckedDerivative,
        CheckedNode,
        FaultRecord,
        SpecialRecord,
        StatedRecord,
        SumRecord,
    )


def check_json(found: Sampled, source: str) -> Iterator[str]:
    """The pieces of the document of `gradcli check --json`; joined they are one JSON object."""
    worst = found.worst
    encode = encoder()
    parts = {
        "expression": source,
        "passed": not found.failed,
        "points": found.count,
        "skipped": found.skipped,
        "bindings": json_numbers(worst.tape.bindings),
        "output": worst.tape.names[worst.tape.output],
        "value": json_number(worst.tape.value),
        "derivatives": list_json(map(encode, map(_derivative, worst.components))),
        "stated": list(map(_stated, found.stated)),
        "faults": list(_faults(worst)),
        "sums": list(map(partial(_sum, worst.tape), worst.sums)),
        "special_points": list(_special(worst)),
        "nodes": list_json(map(encode, _nodes(worst))),
        "not_analytic": worst.not_analytic or None,
    }
    return document("check", parts, worst.notes)


def _derivative(one: Component) -> CheckedDerivative:
    found = one.found
    return {
        "by": one.name,
        "value": json_number(one.own),
        "difference": json_number(found.value),
        "step": None if found.best is None else found.steps[found.best],
        "complex_step": json_number(one.complex_step),
        "reference": json_number(one.reference),
        "digits": round(one.digits, 1),
        "verdict": one.verdict,
        "slopes": None if one.slopes is None else [json_number(slope) for slope in one.slopes],
        "steps": list(found.steps),
        "differences": [json_number(value) for value in found.values],
        "extrapolated": [json_number(value) for value in found.extrapolated],
    }


def _stated(one: Stated) -> StatedRecord:
    return {
        "by": one.name,
        "given": json_number(one.value),
        "right": json_number(one.right),
        "agrees": one.agrees,
        "reasons": list(one.reasons),
    }


def _expression(tape: Tape, id: int) -> str:
    return to_text(node_expression(tape.graph, id, tape.names))


def _faults(found: Verification) -> Iterator[FaultRecord]:
    for one in found.faults:
        yield {
            "node": found.tape.names[one.id],
            "expr": _expression(found.tape, one.id),
            "argument": one.argument,
            "found": json_number(one.found),
            "right": json_number(one.right),
        }


def _sum(tape: Tape, one: Accumulated) -> SumRecord:
    return {
        "node": tape.names[one.id],
        "uses": one.uses,
        "adjoint": json_number(one.adjoint),
        "sum": json_number(one.total),
        "size": json_number(one.size),
        "agrees": one.agrees,
    }


def _special(found: Verification) -> Iterator[SpecialRecord]:
    for one in (*found.met, *found.arrays):
        yield {
            "node": one.tape.names[one.id],
            "expr": _expression(one.tape, one.id),
            "kind": one.kind,
            "distance": json_number(one.distance),
            "elsewhere": dict(elsewhere_at(one.tape.graph.operations[one.id], one.at)),
        }


def _nodes(found: Verification) -> Iterator[CheckedNode]:
    tape = found.plain
    for one in found.nodes if tape is not None else ():
        assert tape is not None
        yield {
            "node": tape.names[one.id],
            "expr": _expression(tape, one.id),
            "condition": json_number(one.condition),
            "digits": round(one.digits, 1),
            "lost": round(one.lost, 1),
            "adjoint_digits": None if one.adjoint_digits is None else round(one.adjoint_digits, 1),
        }
