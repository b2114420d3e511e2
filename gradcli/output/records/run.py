"""The JSON document of a run, written as a stream: one node a line, one edge a line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.notation.steps import Derivation, Step
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.output.further import NOTHING, Extra
from gradcli.output.listing import FunctionListing
from gradcli.output.numbers import json_number, json_numbers
from gradcli.output.records.node_lines import NodeLines
from gradcli.output.records.nodes import Edge, RunNode
from gradcli.output.records.stream import document, encoder, list_json
from gradcli.output.records.types import SYMBOLIC, Also, Bindings, Count, Gradient, Id, Mode, Number

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class RunFacts(TypedDict):
    """What a document says of a run as a whole."""

    expression: Annotated[str, "The source text."]
    printed: NotRequired[Annotated[str, "What the script printed; left out where there is none."]]
    mode: Mode
    dtype: Annotated[str, Also(enum=["float64", "float32"])]
    bindings: Annotated[Bindings, SYMBOLIC]
    wrt: Annotated[list[str], "The variables that require gradients."]
    retain_grad: Annotated[list[str], "Names of intermediate nodes that keep .grad."]
    decisions: Annotated[
        dict[str, bool | float],
        "Of a dynamic graph what chose that it was recorded so, by id: of a condition whether it was true, else the value.",
    ]
    outputs: Annotated[list[Id], "Ids of all results: of each statement without a name, and of the last one."]
    output: Annotated[str, "Name of the result."]
    value: Annotated[Number, SYMBOLIC]
    grad: Annotated[Gradient, SYMBOLIC]


class StepRecord(TypedDict):
    """A step of a derivation."""

    rule: Annotated[str, "What leads from the step before to this one."]
    left: Annotated[str, "What is derived."]
    right: Annotated[str, "What it equals."]
    note: Annotated[str, "The rule in words, for the case at hand."]


_Passes = Annotated[Count, "Passes through the graph."]
_Reason = Annotated[str, "How it was found, and why so."]
_Blocks = Annotated[
    dict[str, dict[str, Number]],
    "By what is differentiated, then by the variable; a block has the axes of the first, then those of the variable.",
]


class TangentEquation(TypedDict):
    """The derivation of the tangent of a node."""

    node: str
    steps: list[StepRecord]


class TangentRecord(TypedDict):
    """The tangents along a direction."""

    direction: Annotated[dict[str, Number], "The tangent of each variable that moves."]
    outputs: Annotated[dict[str, Number], "The tangent of each output: the Jacobian-vector product."]
    derivation: Annotated[list[TangentEquation], "The forward pass in the order of evaluation; empty where derivation is null."]


class JacobianRecord(TypedDict):
    """The Jacobian."""

    mode: Annotated[str, Also(enum=["forward", "reverse"])]
    passes: _Passes
    reason: _Reason
    blocks: _Blocks


class HessianRecord(TypedDict):
    """The Hessian."""

    passes: _Passes
    reason: _Reason
    blocks: _Blocks


class EvalDocument(RunFacts):
    """gradcli eval --json"""

    derivative: Annotated[
        dict[str, str] | None,
        "Derivative by each variable as an expression or program; null where it is left out, see warnings.",
    ]
    tangent: NotRequired[Annotated[TangentRecord, "With --tangent."]]
    jacobian: NotRequired[Annotated[JacobianRecord, "With --jacobian: the derivatives of every output."]]
    hessian: NotRequired[Annotated[HessianRecord, "With --hessian: the second derivatives of the output."]]
    nodes: Annotated[list[RunNode], "In the order of evaluation."]
    edges: Annotated[list[Edge], "By target, then by argument."]
    derivation: Annotated[dict[str, list[StepRecord]] | None, "The chain rule for each variable; null where it is left out."]
    warnings: list[str]


def eval_json(
    tape: Tape,
    derivation: Derivation | None,
    expression: str,
    warnings: Sequence[str],
    *,
    ascii: bool = False,
    extra: Extra = NOTHING,
    printed: str | None = None,
    select: Collection[str] | None = None,
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
        select: The keys to write; None for all.

    Raises:
        GradcliError: There is no key that is to be written.
    """
    more: dict[str, Any] = {}
    if extra is not NOTHING:
        from gradcli.output.records.further import extra_json

        more = extra_json(tape, extra)
    tangents = None if extra.tangents is None else extra.tangents.nodes
    parts = {
        **run_facts(tape, expression, printed),
        "derivative": None if derivation is None else lambda: _derivatives(derivation),
        **more,
        **graph_parts(tape, ascii, tangents),
        "derivation": None if derivation is None else lambda: _steps(tape, derivation),
        "warnings": list(warnings),
    }
    return document("eval", parts, ascii=ascii, select=select)


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
        "decisions": lambda: {str(id): taken for id, taken in tape.graph.decisions.items()},
        "outputs": tape.graph.outputs,
        "output": lambda: tape.names[tape.output],
        "value": lambda: json_number(tape.value) if known else None,
        "grad": lambda: json_numbers(_held(tape)) if known else None,
    }


def graph_parts(tape: Tape, ascii: bool, tangents: Sequence[Any] | None = None) -> dict[str, Callable[[], Iterator[str]]]:
    """The nodes and edges of a run as parts of a document.

    Args:
        tape: The run.
        ascii: With escapes for characters beyond ASCII.
        tangents: The tangent of each node; None where there are none.
    """
    lines = NodeLines(FunctionListing(tape, board=False), encoder(ascii), tangents)
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


def step_record(step: Step) -> StepRecord:
    """A step of a derivation."""
    left, right = to_text(step.left, pretty=True), to_text(step.right, pretty=True)
    return {"rule": step.rule, "left": left, "right": right, "note": step.note}
