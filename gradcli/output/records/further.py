"""Tangents, Jacobian and Hessian as numbers, as arrays of a file, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradcli.autodiff.passes.jacobian import Blocks
from gradcli.autodiff.passes.tangent import Tangents, zeros
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.notation.steps import Equation
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import Value
from gradcli.output.further import Extra
from gradcli.output.numbers import json_number


def output_tangents(tape: Tape, tangents: Tangents) -> dict[str, Value]:
    """The tangent of each output, by name; zeros where it does not move."""
    outputs = dict.fromkeys([*tape.graph.outputs, tape.output])
    return {tape.names[id]: zeros(tape.graph.shape(id)) if (found := tangents.nodes[id]) is None else found for id in outputs}


def extra_numbers(tape: Tape, extra: Extra) -> Iterator[Value]:
    """The numbers that were asked for: the tangent of the output, then the blocks of the Jacobian, then those of the Hessian."""
    if extra.tangents is not None:
        yield output_tangents(tape, extra.tangents)[tape.names[tape.output]]
    for _, blocks in extra.matrices:
        for row in blocks.values():
            yield from row.values()


def extra_arrays(tape: Tape, extra: Extra) -> dict[str, Value]:
    """The same by name, for a file: ``tangent``, ``jacobian_y_x``, ``hessian_x_w``."""
    arrays: dict[str, Value] = {}
    if extra.tangents is not None:
        arrays["tangent"] = output_tangents(tape, extra.tangents)[tape.names[tape.output]]
    for name, blocks in extra.matrices:
        arrays |= {f"{name}_{first}_{second}": block for first, row in blocks.items() for second, block in row.items()}
    return arrays


def extra_json(tape: Tape, extra: Extra) -> dict[str, Any]:
    """The same as keys of the document; keys that were not asked for are left out."""
    found: dict[str, Any] = {}
    if extra.tangents is not None:
        outputs = output_tangents(tape, extra.tangents)
        found["tangent"] = {
            "direction": {name: json_number(value) for name, value in extra.tangents.direction.items()},
            "outputs": {name: json_number(value) for name, value in outputs.items()},
            "derivation": [{"node": tape.names[equation.node], "steps": _steps(equation)} for equation in extra.forward_pass],
        }
    if extra.jacobian is not None:
        mode, passes = extra.jacobian.mode, extra.jacobian.passes
        found["jacobian"] = {"mode": mode, "passes": passes, "reason": extra.jacobian.reason, **_blocks(extra.jacobian.blocks)}
    if extra.hessian is not None:
        found["hessian"] = {"passes": extra.hessian.passes, "reason": extra.hessian.reason, **_blocks(extra.hessian.blocks)}
    return found


def _blocks(blocks: Blocks) -> dict[str, Any]:
    return {"blocks": {first: {second: json_number(block) for second, block in row.items()} for first, row in blocks.items()}}


def _steps(equation: Equation) -> list[dict[str, str]]:
    return [
        {
            "rule": step.rule,
            "left": to_text(step.left, pretty=True),
            "right": to_text(step.right, pretty=True),
            "note": step.note,
        }
        for step in equation.steps
    ]
