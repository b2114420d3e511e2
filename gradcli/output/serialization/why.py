"""The document of `gradcli why --json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.analysis.nonfinite.origins import Way
from gradcli.analysis.nonfinite.verified import UNDEFINED
from gradcli.analysis.nonfinite.why import Why
from gradcli.autodiff.passes.tape import Tape
from gradcli.output.json import document, json_number, json_numbers
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.why import RewriteRecord, WayRecord, WhyDocument


def why_json(why: Why, text: str, said: Sequence[str], warnings: Sequence[str]) -> Iterator[str]:
    """The document.

    Args:
        why: What was found.
        text: The source text.
        said: The same in words.
        warnings: What it should warn of.
    """
    tape = why.tape
    parts: WhyDocument = {
        "expression": text,
        "mode": tape.mode,
        "dtype": tape.dtype,
        "bindings": json_numbers(tape.bindings),
        "output": tape.names[tape.output],
        "value": json_number(tape.value),
        "grad": json_numbers(tape.gradient),
        "exact_value": None if why.exact is None or why.exact[1] == UNDEFINED else json_number(why.exact[0]),
        "forward": None if why.forward is None else _way(tape, why.forward),
        "backward": {name: _way(tape, way) for name, way in why.backward.items()},
        "missing": {
            name: {
                "kind": one.kind,
                "stops": [
                    {"kind": stop.kind, "node": stop.node, "source": stop.source, "argument": stop.argument} for stop in one.stops
                ],
                "count": one.count,
            }
            for name, one in why.missing.items()
        },
        "unretained": [tape.names[id] for id in why.unretained],
        "courses": [
            {
                "variable": course.variable,
                "kind": course.kind,
                "edges": course.count,
                "layers": [
                    {
                        "start": layer.start,
                        "end": layer.end,
                        "edges": layer.edges,
                        "log10_factor": layer.factor,
                        "log10_product": layer.product,
                    }
                    for layer in course.layers
                ],
            }
            for course in why.courses
        ],
        "units": [{"kind": unit.kind, "node": unit.node, "elements": unit.elements, "size": unit.size} for unit in why.units],
        "rewrite": _rewrite(why),
        "sentences": list(said),
    }
    return document("why", parts, warnings)


def _way(tape: Tape, way: Way) -> WayRecord:
    origin = way.origin
    return {
        "origin": {
            "node": origin.node,
            "name": tape.names[origin.node],
            "source": origin.source,
            "kind": origin.kind,
            "element": list(origin.place),
            "value": json_number(origin.value),
            "operands": list(map(json_number, origin.operands)),
        },
        "nodes": [
            {"node": id, "name": tape.names[id], "value": json_number(number)}
            for id, number in zip(way.nodes, way.numbers, strict=True)
        ],
    }


def _rewrite(why: Why) -> RewriteRecord | None:
    mend = why.mend
    if mend is None:
        return None
    return {
        "steps": [{"before": before, "after": after, "reason": reason} for before, after, reason in mend.steps],
        "expression": mend.text,
        "value": json_number(mend.value),
        "grad": json_numbers(mend.gradient),
        "same": mend.same,
        "near": mend.proof.near,
        "far": mend.proof.far,
        "whole": mend.whole,
        "gradient_is": mend.proof.grade,
        "sides": {name: list(map(json_number, pair)) for name, pair in mend.proof.sides.items()},
    }
