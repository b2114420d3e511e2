"""The backward pass told edge by edge: what each use of a node adds to its adjoint, and the sum so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext

from gradcli.autodiff.passes.reverse import carries, quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.lowering.builders.builder import Value, float32, has_arrays
from gradcli.ops import vjp
from gradcli.typing import NamedTuple


class Contribution(NamedTuple):
    """What a node hands back to one of its inputs.

    Attributes:
        source: The id of the input.
        target: The id of the node.
        argument: Which argument of the node the input is.
        value: What is handed back, in the shape of the input.
        before: The sum of what the input has so far; None where this is the first.
        after: The sum with it.
    """

    source: int
    target: int
    argument: int
    value: Value
    before: Value | None
    after: Value


def gradient_consumers(tape: Tape) -> list[list[int]]:
    """For each node the nodes that hand a gradient back to it, ascending, each once.

    A consumer that no gradient reaches, such as an operand of a comparison, and one that only tests the node are none of these.
    """
    graph = tape.graph
    found: list[list[int]] = [[] for _ in graph.operations]
    for id, inputs in enumerate(graph.inputs):
        if tape.adjoints[id] is None or not tape.requires_grad[id]:
            continue
        for at, input in enumerate(inputs):
            users = found[input]
            if users and users[-1] == id:
                continue
            if tape.requires_grad[input] and carries(graph, id, at):
                users.append(id)
    return found


def contributions(tape: Tape) -> Iterator[Contribution]:
    """The contributions of the backward pass of a run, in its order: from the output back, the newest node first."""
    graph = tape.graph
    cast = float32 if tape.dtype == "float32" else lambda value: value
    silent = quiet if has_arrays(graph) else nullcontext
    sums: dict[int, Value] = {}
    for id in range(tape.output, -1, -1):
        if tape.adjoints[id] is None or not graph.inputs[id]:
            continue
        with silent():
            for argument, value in handed_back(tape, id):
                input = graph.inputs[id][argument]
                before = sums.get(input)
                sums[input] = cast(value) if before is None else cast(before + value)
                yield Contribution(input, id, argument, cast(value), before, sums[input])


def handed_back(tape: Tape, id: int) -> Iterable[tuple[int, Value]]:
    """What a node hands back to its inputs: pairs of the index of the argument and the contribution."""
    graph, values, inputs = tape.graph, tape.values, tape.graph.inputs[id]
    product = vjp.product(graph.operations[id], tuple([tape.requires_grad[input] for input in inputs]))
    shapes = [graph.shape(input) for input in inputs] if graph.shapes else None
    return product(tape.adjoints[id], values[id], [values[input] for input in inputs], shapes, graph.settings.get(id, ()))
