"""A run as a program for pages: what a page needs to compute values and gradients again for other inputs.

The program is plain JSON. Each kind of node (an operation, and which of its inputs want a derivative) has a straight-line
program for its local derivatives, made by calling the declared rules with symbols, and one for its value where the operation
declares no ``javascript`` of its own. ``page/engine.js`` runs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradcli.autodiff.passes.tape import Tape
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph, Settings
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.symbol import Symbol
from gradcli.output.json import json_number
from gradcli.output.page.files import page_file
from gradcli.typing import Any

_LETTERS = "abcdefgh"


def page_program(tape: Tape) -> dict[str, Any]:
    """The program of a run.

    Args:
        tape: The run.

    Returns:
        The keys are ``dtype``, ``output``, ``differentiable`` (whether a gradient flows to the output), ``variables`` (the id of
        each by name), ``constants`` (pairs of id and value), ``decisions`` (pairs of the id of a condition and whether it was
        true), ``inputs`` (for each node), ``kind`` (for each node its index in ``kinds``, -1 for leaves) and ``kinds``. A kind
        has ``operation``, ``wanted`` (the indices of the inputs to differentiate by), ``derivatives`` and ``results`` (the steps,
        and the slot of each wanted derivative); and, where the value is not a function of its own, ``steps`` and ``result``.
        A step is a number, or an operation with the slots of its operands. Slot 0 is the result of the node, then come its
        inputs, then one slot for each step.
    """
    graph, needs = tape.graph, tape.requires_grad
    kinds: dict[tuple[str, int, tuple[int, ...]], int] = {}
    kind: list[int] = []
    for operation, inputs in zip(graph.operations, graph.inputs, strict=True):
        if operation in (VARIABLE, CONSTANT):
            kind.append(-1)
            continue
        derivable = OPERATIONS[operation].derivable
        wanted = tuple([at for at, input in enumerate(inputs) if needs[input] and derivable(at)])
        kind.append(kinds.setdefault((operation, len(inputs), wanted), len(kinds)))
    return {
        "dtype": tape.dtype,
        "output": tape.output,
        "differentiable": needs[tape.output],
        "variables": graph.variables,
        "constants": [[id, json_number(constant_value(value))] for id, value in graph.constants.items()],
        "decisions": [[id, json_number(taken)] for id, taken in graph.decisions.items()],
        "inputs": [list(inputs) for inputs in graph.inputs],
        "kind": kind,
        "kinds": [_kind(*key) for key in kinds],
    }


def engine_script(program: dict[str, Any]) -> str:
    """The script that runs a program: the functions that it calls, as ``OPERATIONS``, and ``runProgram``."""
    steps = [step for kind in program["kinds"] for step in [*kind["derivatives"], *kind.get("steps", ())]]
    used = {step[0] for step in steps if isinstance(step, list)}
    used |= {kind["operation"] for kind in program["kinds"] if "steps" not in kind}
    return "\n".join([page_file("functions.js"), operations_script(sorted(used)), page_file("engine.js")])


def operations_script(names: Iterable[str]) -> str:
    """The functions of operations that declare ``javascript``, as one object of JavaScript."""
    lines = [f'  "{name}": {_function(OPERATIONS[name])},\n' for name in names]
    return f"const OPERATIONS = {{\n{''.join(lines)}}};\n"


def _function(operation: Operation) -> str:
    """The value of an operation as a function of JavaScript."""
    if operation.variadic:
        return f"(...x) => {operation.javascript.replace('{*}', '...x')}"
    names = _LETTERS[: len(operation.parameters)]
    return f"({', '.join(names)}) => {operation.javascript.format(*names)}"


class _Expanding(StaticBuilder):
    """Builds operations that declare no ``javascript`` from those that do, by their definitions.

    A definition leads to more primitive operations, so this ends however the declarations are nested.
    """

    def apply(self, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Symbol:
        declared = OPERATIONS[operation]
        operands = [self.symbol(operand) for operand in declared.complete(tuple(operands))]
        if declared.javascript or declared.definition is None:
            return super().apply(operation, operands, settings)
        return self.symbol(declared.definition(*operands))


def _kind(operation: str, count: int, wanted: tuple[int, ...]) -> dict[str, Any]:
    declared = OPERATIONS[operation]
    builder, result, arguments = _symbols(count)
    rules = declared.local_derivatives(result, arguments, [at in wanted for at in range(count)]) if wanted else []
    steps, results = _steps(builder, count, [rules[at] for at in wanted])
    kind: dict[str, Any] = {"operation": operation, "wanted": list(wanted), "derivatives": steps, "results": results}
    if not declared.javascript or count < len(declared.parameters):
        builder, _, arguments = _symbols(count)
        kind["steps"], (kind["result"],) = _steps(builder, count, [builder.apply(operation, arguments)])
    return kind


def _symbols(count: int) -> tuple[_Expanding, Symbol, tuple[Symbol, ...]]:
    """A builder, with symbols of the result and the arguments of a node as its first nodes."""
    builder = _Expanding(Graph())
    result, *arguments = [Symbol(builder, builder.variable(str(slot))) for slot in range(count + 1)]
    return builder, result, tuple(arguments)


def _steps(builder: _Expanding, count: int, results: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """The steps that lead to some results, without those that lead nowhere, and the slots of the results."""
    ids = [builder.symbol(result).id for result in results]
    graph = builder.graph
    needed = graph.ancestors(*ids)
    slots = {slot: slot for slot in range(count + 1)}
    steps: list[Any] = []
    for node in graph:
        if node.id <= count or not needed[node.id]:
            continue
        slots[node.id] = count + 1 + len(steps)
        if node.operation == CONSTANT:
            steps.append(json_number(constant_value(graph.constants[node.id])))
        else:
            steps.append([node.operation, *[slots[input] for input in node.inputs]])
    return steps, [slots[id] for id in ids]
