"""Tangents, Jacobian and Hessian as numbers, as arrays of a file, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.autodiff.passes.jacobian import Blocks
from gradcli.autodiff.passes.tangent import Tangents, zeros
from gradcli.autodiff.passes.tape import Tape
from gradcli.lowering.builders.builder import Value
from gradcli.output.jacobians import Jacobians
from gradcli.output.json import json_numbers
from gradcli.output.serialization.nodes import step_record
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.schemas.runs import HessianRecord, JacobianRecord, TangentRecord


def output_tangents(tape: Tape, tangents: Tangents) -> dict[str, Value]:
    """The tangent of each output, by name; zeros where it does not move."""
    outputs = dict.fromkeys([*tape.graph.outputs, tape.output])
    return {tape.names[id]: zeros(tape.graph.shape(id)) if (found := tangents.nodes[id]) is None else found for id in outputs}


def jacobian_numbers(tape: Tape, jacobians: Jacobians) -> Iterator[Value]:
    """The numbers that were asked for: the tangent of the output, then the blocks of the Jacobian, then those of the Hessian."""
    if jacobians.tangents is not None:
        yield output_tangents(tape, jacobians.tangents)[tape.names[tape.output]]
    for _, blocks in jacobians.matrices:
        for row in blocks.values():
            yield from row.values()


def jacobian_arrays(tape: Tape, jacobians: Jacobians) -> dict[str, Value]:
    """The same by name, for a file: ``tangent``, ``jacobian_y_x``, ``hessian_x_w``."""
    arrays: dict[str, Value] = {}
    if jacobians.tangents is not None:
        arrays["tangent"] = output_tangents(tape, jacobians.tangents)[tape.names[tape.output]]
    for name, blocks in jacobians.matrices:
        arrays |= {f"{name}_{first}_{second}": block for first, row in blocks.items() for second, block in row.items()}
    return arrays


def jacobians_json(tape: Tape, jacobians: Jacobians) -> dict[str, Any]:
    """The same as keys of the document; keys that were not asked for are left out."""
    found: dict[str, Any] = {}
    if jacobians.tangents is not None:
        steps = jacobians.forward_pass
        tangent: TangentRecord = {
            "direction": json_numbers(jacobians.tangents.direction),
            "outputs": json_numbers(output_tangents(tape, jacobians.tangents)),
            "derivation": [{"node": tape.names[e.node], "steps": list(map(step_record, e.steps))} for e in steps],
        }
        found["tangent"] = tangent
    if jacobians.jacobian is not None:
        first = jacobians.jacobian
        blocks = _blocks(first.blocks)
        jacobian: JacobianRecord = {"mode": first.mode, "passes": first.passes, "reason": first.reason, "blocks": blocks}
        found["jacobian"] = jacobian
    if jacobians.hessian is not None:
        second = jacobians.hessian
        hessian: HessianRecord = {"passes": second.passes, "reason": second.reason, "blocks": _blocks(second.blocks)}
        found["hessian"] = hessian
    return found


def _blocks(blocks: Blocks) -> dict[str, dict[str, Any]]:
    return {first: json_numbers(row) for first, row in blocks.items()}
