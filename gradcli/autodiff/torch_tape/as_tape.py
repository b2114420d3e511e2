"""The part of an eager tape that leads to one node, as a tape of its own, which the views of a run show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import prod

from gradcli.autodiff.passes.reverse import backward, carries
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, Graph
from gradcli.language.parser import is_name
from gradcli.lowering.builders.builder import Value
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.elementwise.arithmetic import mul


def tape_of(
    tape: Eager,
    output: int | None = None,
    outputs: Sequence[int] = (),
    *,
    differentiated: bool = False,
    accumulated: bool = False,
) -> Tape:
    """What leads to a node, with the adjoints of the last backward pass where that began there.

    Args:
        tape: The eager tape.
        output: The node; None for the one from which the last backward pass began, or the last result where there was none.
        outputs: All results of the program, in order; what leads to them is there as well. Empty for the node alone.
        accumulated: Whether ``.grad`` holds what the program's own backward passes left there.
        differentiated: Whether the node has adjoints also where no backward pass began there.

    Raises:
        GradcliError: Nothing was recorded.
    """
    if output is None:
        output = tape.root if tape.root >= 0 else _last_result(tape)
    source = tape.graph
    graph = Graph(source.max_nodes, source.max_elements, max_total=source.max_total)
    new: dict[int, int] = {}
    outputs = outputs or [output]
    for id in _leading_to(tape, {output, *outputs}):
        if id in tape.customs or (id in tape.bent and output == tape.root):
            what = (
                "a Function of the script computed a part of it"
                if id in tape.customs
                else "a hook of the script changed a gradient"
            )
            raise GradcliError(f"{what}, so that its derivative does not follow from its graph", source.spans[id])
        if tape.is_made(id):
            new[id] = graph.variable(_unused(tape.names.get(id, "t"), graph), source.spans[id], source.shape(id))
            continue
        new[id] = graph.append(source.operations[id], tuple([new[input] for input in source.inputs[id]]), source.spans[id])
        graph.set_shape(new[id], source.shape(id))
        if id in source.settings:
            graph.settings[new[id]] = source.settings[id]
        if id in source.constants:
            graph.constants[new[id]] = source.constants[id]
        elif id in tape.names and is_name(tape.names[id]):
            graph.given_names[new[id]] = tape.names[id]
    graph.output = new[output]
    graph.outputs = [new[id] for id in outputs]
    kept = list(new)  # the id in the eager tape of each node of the graph
    graph.detached = {new[id] for id in kept if _is_detached(tape, id)}
    values = [tape.values[id] for id in kept]
    needs = [tape.requires_grad[id] for id in kept]
    if output == tape.root:
        adjoints = [tape.adjoints.get(id) for id in kept]
    elif differentiated and needs[graph.output] and not graph.shape(graph.output):
        adjoints = backward(graph, values, needs)
    else:
        adjoints = [None] * len(graph)
    return Tape(
        graph=graph,
        mode="dynamic",
        dtype="float32" if tape.dtypes[output] == "float32" else "float64",
        bindings={name: tape.values[kept[id]] for name, id in graph.variables.items()},
        wrt=tuple(name for name, id in graph.variables.items() if tape.requires_grad[kept[id]]),
        values=values,
        requires_grad=needs,
        adjoints=adjoints,
        retained=frozenset(new[id] for id in kept if id in tape.slots and not tape.is_made(id)),
        accumulated={new[id]: tape.values[held] for id in kept if (held := tape.grad(id)) is not None} if accumulated else None,
    )


def _is_detached(tape: Eager, id: int) -> bool:
    """Whether an operation ran under ``no_grad``: it requires no gradient, although it is differentiable and its inputs do."""
    if tape.requires_grad[id] or tape.is_made(id):
        return False
    inputs = tape.graph.inputs[id]
    return any(tape.requires_grad[input] and carries(tape.graph, id, index) for index, input in enumerate(inputs))


def _last_result(tape: Eager) -> int:
    """The last node that an operation made, one that requires a gradient where there is one."""
    results = [id for id in range(len(tape.graph)) if tape.graph.inputs[id]]
    if not results:
        raise GradcliError("the script computed nothing with tensors, so there is no graph to show")
    return max(results, key=lambda node: (tape.requires_grad[node], node))


def as_numbers(tape: Tape) -> Tape:
    """A tape of arrays that have one element each as a tape of numbers, whose derivations are easier to read.

    The tape itself where an array has several elements, or an operation is none on numbers.
    """
    source = tape.graph
    several = any(prod(shape) != 1 for shape in source.shapes.values())
    if not source.shapes or several:
        return tape
    operations = [_on_numbers(source, id) for id in range(len(source))]
    if any(operation in STRUCTURAL for operation in operations):
        return tape
    graph = Graph(source.max_nodes)
    new: dict[int, int] = {}
    kept: list[int] = []
    names = {id: name for name, id in source.variables.items()}
    for node in source:
        operation, span = operations[node.id], source.spans[node.id]
        if not operation:  # the result is the operand, and has its name too
            new[node.id] = new[node.inputs[0]]
            if node.id in source.given_names and node.inputs[0] not in names:
                graph.given_names[new[node.id]] = source.given_names[node.id]
            continue
        if node.id in names:
            new[node.id] = graph.variable(names[node.id], span)
        elif node.operation == CONSTANT:
            new[node.id] = graph.constant(source.constants[node.id], span)
        else:
            new[node.id] = graph.append(operation, tuple([new[input] for input in node.inputs]), span)
            if node.id in source.given_names:
                graph.given_names[new[node.id]] = source.given_names[node.id]
        kept.append(node.id)
    graph.output = new[source.output]
    graph.outputs = [graph.output]
    return replace(
        tape,
        graph=graph,
        bindings={name: _number(value) for name, value in tape.bindings.items()},
        values=[_number(tape.values[id]) for id in kept],
        requires_grad=[tape.requires_grad[id] for id in kept],
        adjoints=[None if adjoint is None else _number(adjoint) for adjoint in (tape.adjoints[id] for id in kept)],
        retained=frozenset(new[id] for id in tape.retained),
        accumulated=None if tape.accumulated is None else {new[id]: _number(value) for id, value in tape.accumulated.items()},
    )


_PROBES = ((0.75, 2.5), (-1.5, 0.5), (3.0, -1.25))
"""Pairs of numbers that tell an operation on arrays of one element from others; products of them are exact."""


def _on_numbers(graph: Graph, id: int) -> str:
    """What a node on arrays of one element is on numbers: empty for the number itself, else the name of an operation."""
    operation, inputs = graph.operations[id], graph.inputs[id]
    declared = STRUCTURAL.get(operation)
    if declared is None:
        return operation
    if operation.removeprefix("mean_") in OPERATIONS:  # the mean of one loss
        return operation.removeprefix("mean_")
    shapes = [graph.shape(input) for input in inputs]
    if not 1 <= len(inputs) <= 2 or declared.whole(*shapes):
        return operation
    import numpy

    settings, found = dict(graph.settings.get(id, ())), set()
    for pair in _PROBES:
        operands = [numpy.full(shape, number) for shape, number in zip(shapes, pair, strict=False)]
        expected = pair[0] if len(inputs) == 1 else pair[0] * pair[1]
        found.add(_number(declared(*operands, **settings)) == expected)
    if found != {True}:
        return operation
    return "" if len(inputs) == 1 else mul.name


def _number(value: Value) -> float:
    return value if isinstance(value, float) else float(value.item())


def _leading_to(tape: Eager, ends: Collection[int]) -> list[int]:
    """The nodes that lead to some, ascending."""
    seen = set(ends)
    work = list(ends)
    while work:
        id = work.pop()
        for input in () if tape.is_made(id) else tape.graph.inputs[id]:
            if input not in seen:
                seen.add(input)
                work.append(input)
    return sorted(seen)


def _unused(name: str, graph: Graph) -> str:
    """A name of a variable that no other has: the name itself, or with a number behind it."""
    stem = "".join([character if is_name(f"x{character}") else "_" for character in name])
    stem = stem if is_name(stem) else f"{stem}_"
    candidate, number = stem, 1
    while candidate in graph.variables:
        candidate, number = f"{stem}{number}", number + 1
    return candidate
