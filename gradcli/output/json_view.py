"""The JSON document of a run, written as a stream: one node a line, one edge a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gradcli.autodiff.tape import Tape
from gradcli.derivation.local import Labels
from gradcli.derivation.steps import Derivation
from gradcli.language.text import program_text, to_text
from gradcli.output.numbers import json_number

EVAL_SCHEMA = "gradcli/eval/1"


def eval_json(
    tape: Tape, derivation: Derivation | None, expression: str, warnings: Sequence[str], *, ascii: bool = False
) -> Iterator[str]:
    """The pieces of the document of `gradcli eval --json`; joined they are one JSON object.

    Args:
        tape: The run.
        derivation: Its derivation; None where it is left out.
        expression: The source text.
        warnings: What the user should know; also why something is left out.
        ascii: With escapes for characters beyond ASCII.
    """
    encode = json.JSONEncoder(ensure_ascii=ascii, allow_nan=False, check_circular=False).encode
    labels = Labels(tape)
    head = {
        "schema": EVAL_SCHEMA,
        "expression": expression,
        "mode": tape.mode,
        "dtype": tape.dtype,
        "bindings": {name: json_number(value) for name, value in tape.bindings.items()},
        "wrt": list(tape.wrt),
        "output": tape.names[tape.output],
        "value": json_number(tape.value),
        "grad": {name: json_number(value) for name, value in tape.gradient.items()},
        "derivative": None if derivation is None else _derivatives(derivation),
    }
    yield "{" + ",\n ".join(f"{encode(key)}: {encode(value)}" for key, value in head.items())
    yield ',\n "nodes": '
    yield from _list(map(encode, (_node(tape, labels, id) for id in range(len(tape.graph)))))
    yield ',\n "edges": '
    yield from _list(map(encode, _edges(tape, labels)))
    yield ",\n"
    yield f' "derivation": {encode(None if derivation is None else _steps(tape, derivation))},\n'
    yield f' "warnings": {encode(list(warnings))}}}\n'


def _list(items: Iterable[str]) -> Iterator[str]:
    """A list with one item a line."""
    opening = "["
    for item in items:
        yield f"{opening}\n  {item}"
        opening = ","
    yield "[]" if opening == "[" else "\n ]"


def _node(tape: Tape, labels: Labels, id: int) -> dict[str, Any]:
    return {
        "id": id,
        "name": tape.names[id],
        "op": tape.graph.operations[id],
        "expr": labels.expression(id),
        "inputs": tape.graph.inputs[id],
        "shape": [],
        "value": json_number(tape.values[id]),
        "is_leaf": tape.is_leaf(id),
        "requires_grad": tape.requires_grad[id],
        "grad_fn": tape.grad_fn(id),
        "next_functions": tape.next_functions(id),
        "grad": json_number(tape.grad(id)),
        "adjoint": json_number(tape.adjoints[id]),
    }


def _edges(tape: Tape, labels: Labels) -> Iterator[dict[str, Any]]:
    for id, inputs in enumerate(tape.graph.inputs):
        if not inputs:
            continue
        flows = tape.requires_grad[id]
        texts: list[str | None] = labels.edges(id) if flows else [None] * len(inputs)
        values: list[float | None] = tape.local_values(id) if flows else [None] * len(inputs)
        for argument, (input, text, value) in enumerate(zip(inputs, texts, values, strict=True)):
            yield {
                "source": input,
                "target": id,
                "argument": argument,
                "local_derivative": text,
                "local_value": json_number(value),
            }


def _derivatives(derivation: Derivation) -> dict[str, str]:
    return {name: program_text(simplified.program(), "; ") for name, simplified in derivation.derivatives.items()}


def _steps(tape: Tape, derivation: Derivation) -> dict[str, list[dict[str, str]]]:
    return {
        name: [
            {
                "rule": step.rule,
                "left": to_text(step.left, pretty=True),
                "right": to_text(step.right, pretty=True),
                "note": step.note,
            }
            for equation in derivation.of(name)
            for step in equation.steps
        ]
        for name in tape.wrt
    }
