"""The JSON document of a run, written as a stream: one node a line, one edge a line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.notation.steps import Derivation
from gradcli.language.program_text import program_text
from gradcli.output.json import document, encoder, json_number, json_numbers, list_json
from gradcli.output.listing import FunctionListing
from gradcli.output.serialization.nodes import NodeLines, step_record
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.jacobians import Jacobians
    from gradcli.output.schemas.runs import StepRecord


def eval_json(
    tape: Tape,
    derivation: Derivation | None,
    expression: str,
    warnings: Sequence[str],
    *,
    jacobians: Jacobians | None = None,
    printed: str | None = None,
    select: Collection[str] | None = None,
) -> Iterator[str]:
    """The pieces of the document of `gradcli eval --json`; joined they are one JSON object.

    Args:
        tape: The run.
        derivation: Its derivation; None where it is left out.
        expression: The source text.
        warnings: What the user should know; also why something is left out.
        jacobians: What it tells beyond value and gradient; None for nothing.
        printed: What a script or a program printed; None where it printed nothing, or there is no script.
        select: The keys to write; None for all.

    Raises:
        GradcliError: There is no key that is to be written.
    """
    more: dict[str, Any] = {}
    if jacobians is not None and (select is None or {"tangent", "jacobian", "hessian"}.intersection(select)):
        from gradcli.output.serialization.jacobians import jacobians_json

        more = jacobians_json(tape, jacobians)
    tangents = None if jacobians is None or jacobians.tangents is None else jacobians.tangents.nodes
    parts = {
        **run_facts(tape, expression, printed),
        "derivative": None if derivation is None else lambda: _derivatives(derivation),
        **more,
        **graph_parts(tape, tangents),
        "derivation": None if derivation is None else lambda: _steps(tape, derivation),
    }
    return document("eval", parts, warnings, select=select)


def run_facts(tape: Tape, expression: str, printed: str | None = None) -> dict[str, Any]:
    """What a document says of a run as a whole; values are None where the variables have none.

    The keys are those of :class:`RunFacts`; what costs something is a function that gives it.
    """
    known = not tape.symbolic
    return {
        "expression": expression,
        **({} if printed is None else {"printed": printed}),
        "mode": tape.mode,
        "dtype": tape.dtype,
        "bindings": lambda: json_numbers(tape.bindings) if known else None,
        "wrt": list(tape.wrt),
        "retain_grad": lambda: [tape.names[id] for id in sorted(tape.retained)],
        "decisions": lambda: {str(id): json_number(taken) for id, taken in tape.graph.decisions.items()},
        "outputs": tape.graph.outputs,
        "output": lambda: tape.names[tape.output],
        "value": lambda: json_number(tape.value) if known else None,
        "grad": lambda: json_numbers(_held(tape)) if known else None,
    }


def graph_parts(tape: Tape, tangents: Sequence[Any] | None = None) -> dict[str, Callable[[], Iterator[str]]]:
    """The nodes and edges of a run as parts of a document.

    Args:
        tape: The run.
        tangents: The tangent of each node; None where there are none.
    """
    lines = NodeLines(FunctionListing(tape, board=False), encoder(), tangents)
    return {"nodes": lambda: list_json(lines.nodes()), "edges": lambda: list_json(lines.edges())}


def _held(tape: Tape) -> Mapping[str, Any]:
    """For each variable of ``wrt`` what its ``.grad`` holds."""
    if tape.accumulated is None:
        return tape.gradient
    return {name: tape.grad(tape.graph.variables[name]) for name in tape.wrt}


def _derivatives(derivation: Derivation) -> dict[str, str]:
    return {name: program_text(simplified.program(), "; ") for name, simplified in derivation.derivatives.items()}


def _steps(tape: Tape, derivation: Derivation) -> dict[str, list[StepRecord]]:
    return {
        name: [step_record(step) for equation in derivation.of(name) for step in (*equation.edges, *equation.steps)]
        for name in tape.wrt
    }
