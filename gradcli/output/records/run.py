"""The JSON document of a run, written as a stream: one node a line, one edge a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.notation.steps import Derivation
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.output.further import NOTHING, Extra
from gradcli.output.listing import Entry, FunctionListing, Listing
from gradcli.output.numbers import json_number

EVAL_SCHEMA = "gradcli/eval/1"


def eval_json(
    tape: Tape,
    derivation: Derivation | None,
    expression: str,
    warnings: Sequence[str],
    *,
    ascii: bool = False,
    extra: Extra = NOTHING,
    printed: str | None = None,
) -> Iterator[str]:
    """The pieces of the document of `gradcli eval --json`; joined they are one JSON object.

    Args:
        tape: The run.
        derivation: Its derivation; None where it is left out.
        expression: The source text.
        warnings: What the user should know; also why something is left out.
        ascii: With escapes for characters beyond ASCII.
        extra: What it tells beyond value and gradient.
        printed: What a script or a program printed; None where it printed nothing, or there is no script.
    """
    encode = json.JSONEncoder(ensure_ascii=ascii, allow_nan=False, check_circular=False).encode
    listing = FunctionListing(tape, board=False)
    derivatives = {"derivative": None if derivation is None else _derivatives(derivation)}
    more: dict[str, Any] = {}
    if extra is not NOTHING:
        from gradcli.output.records.further import extra_json

        more = extra_json(tape, extra)
    script = {} if printed is None else {"printed": printed}
    head = {"schema": EVAL_SCHEMA, "expression": expression, **script, **run_facts(tape), **derivatives, **more}
    yield from head_json(head, encode)
    yield ',\n "nodes": '
    yield from list_json(map(encode, (_node(listing, id, extra) for id in range(len(tape.graph)))))
    yield ',\n "edges": '
    yield from list_json(map(encode, edge_objects(listing)))
    yield ",\n"
    yield f' "derivation": {encode(None if derivation is None else _steps(tape, derivation))},\n'
    yield f' "warnings": {encode(list(warnings))}}}\n'


def _node(listing: FunctionListing, id: int, extra: Extra) -> dict[str, Any]:
    tangents = extra.tangents
    moved = {} if tangents is None else {"tangent": json_number(tangents.nodes[id])}
    return {**node_object(listing.entry(id)), **moved}


Encode = Callable[[Any], str]


def run_facts(tape: Tape) -> dict[str, Any]:
    """What a document says of a run as a whole; values are None where the variables have none."""
    known = not tape.symbolic
    return {
        "mode": tape.mode,
        "dtype": tape.dtype,
        "bindings": {name: json_number(value) for name, value in tape.bindings.items()} if known else None,
        "wrt": list(tape.wrt),
        "retain_grad": [tape.names[id] for id in sorted(tape.retained)],
        "decisions": {str(id): taken for id, taken in tape.graph.decisions.items()},
        "outputs": tape.graph.outputs,
        "output": tape.names[tape.output],
        "value": json_number(tape.value) if known else None,
        "grad": {name: json_number(value) for name, value in _held(tape).items()} if known else None,
    }


def _held(tape: Tape) -> Mapping[str, Any]:
    """For each variable of ``wrt`` what its ``.grad`` holds."""
    if tape.accumulated is None:
        return tape.gradient
    return {name: tape.grad(tape.graph.variables[name]) for name in tape.wrt}


def head_json(head: Mapping[str, Any], encode: Encode) -> Iterator[str]:
    """The first keys of a document, one a line."""
    yield "{" + ",\n ".join(f"{encode(key)}: {encode(value)}" for key, value in head.items())


def list_json(items: Iterable[str]) -> Iterator[str]:
    """A list with one item a line."""
    opening = "["
    for item in items:
        yield f"{opening}\n  {item}"
        opening = ","
    yield "[]" if opening == "[" else "\n ]"


def node_object(entry: Entry) -> dict[str, Any]:
    """A node of a document."""
    return {
        "id": entry.id,
        "name": entry.name,
        "op": entry.operation,
        "expr": entry.expression,
        "inputs": entry.inputs,
        "shape": None if entry.error else entry.shape,
        **({"settings": dict(entry.settings)} if entry.settings else {}),
        **({"mismatch": entry.error} if entry.error else {}),
        **({"detached": True} if entry.detached else {}),
        "value": json_number(entry.value),
        "is_leaf": entry.is_leaf,
        "requires_grad": entry.requires_grad,
        "grad_fn": entry.grad_fn,
        "next_functions": entry.next_functions,
        "grad": json_number(entry.grad),
        "adjoint": json_number(entry.adjoint),
    }


def edge_objects(listing: Listing) -> Iterator[dict[str, Any]]:
    """The edges of a document."""
    for id in range(len(listing.graph)):
        for link in listing.links(id):
            yield {
                "source": link.source,
                "target": link.target,
                "argument": link.argument,
                "local_derivative": link.derivative,
                "local_value": json_number(link.value),
                **({"broken": True} if link.broken else {}),
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
            for step in (*equation.edges, *equation.steps)
        ]
        for name in tape.wrt
    }
