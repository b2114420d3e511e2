"""What the script of a page reads: the program of the run, and the texts that go with it."""

from __future__ import annotations

import json

from gradcli.autodiff.passes.tape import Tape
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.language.ast import Name
from gradcli.language.numbers import number_text
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import shortest_single
from gradcli.lowering.node_expressions import applied
from gradcli.ops.catalogue import OPERATIONS
from gradcli.output.listing import FunctionListing
from gradcli.output.page.program import page_program
from gradcli.typing import Any


def page_data(tape: Tape, *, whole_labels: bool) -> dict[str, Any]:
    """What the script of a page reads, as plain data.

    Args:
        tape: The run.
        whole_labels: Whether an edge says of what its label is the derivative.
    """
    program = page_program(tape)
    listing = FunctionListing(tape)
    leaves = (VARIABLE, CONSTANT)
    operations = tape.graph.operations
    counts = {at: len(inputs) for at, inputs in zip(program["kind"], program["inputs"], strict=True)}
    return {
        "program": program,
        "names": tape.names,
        "expressions": [None if operations[id] in leaves else listing.entry(id).expression for id in range(len(operations))],
        "derivatives": [[link.derivative for link in listing.links(id)] for id in range(len(operations))],
        "templates": [_template(kind["operation"], counts[at]) for at, kind in enumerate(program["kinds"])],
        "infix": [bool(OPERATIONS[kind["operation"]].symbol) for kind in program["kinds"]],
        "requires": [int(needs) for needs in tape.requires_grad],
        "wrt": list(tape.wrt),
        "initial": {name: _initial(tape, value) for name, value in tape.bindings.items()},
        "mode": tape.mode,
        "wholeLabels": whole_labels,
        "signs": signs(tape),
    }


def signs(tape: Tape) -> dict[str, str]:
    """How derivatives are written, a sign for each node: of the output by it, and of it by its operands."""
    total, ids = tape.one_variable.total(tape.output), range(len(tape.graph))
    return {
        "adjoint": "".join(["d" if id in total else "∂" for id in ids]),
        "local": "".join(["d" if tape.one_variable.alone(id, edge=True) else "∂" for id in ids]),
    }


def _initial(tape: Tape, value: float) -> str:
    """What stands in the field of a variable at first: the shortest text that means its value."""
    if tape.symbolic:
        return ""
    return number_text(shortest_single(value) if tape.dtype == "float32" else value)


def _template(operation: str, count: int) -> str:
    """What a node computes, with places {0}, {1}, ... for its operands."""
    return to_text(applied(operation, [Name(f"{{{at}}}") for at in range(count)]), pretty=True)


def script_json(data: Any) -> str:
    """JSON that can stand inside a script element whatever texts are in it."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
