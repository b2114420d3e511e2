"""Forward mode: one loop for numbers and for symbols.

The tangent v̇ of a node v is its derivative along a direction in which the variables move. The loop visits the nodes in the order
of evaluation; each takes the tangents of its inputs times the local derivatives (Griewank and Walther, Evaluating Derivatives,
2nd ed., section 3.1).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from gradcli.autodiff.passes.reverse import no_derivative, quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.passes.transposition import applied, transposed
from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph, Shape
from gradcli.lowering.builders.builder import Value, float32
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.operation import NotDifferentiableError
from gradcli.ops.declaration.structural import plain, shape_of
from gradcli.ops.declaration.symbol import masked
from gradcli.typing import Any


class Tangents(Frozen):
    """The tangents of a run along a direction.

    Attributes:
        direction: The tangent of each variable that moves; the others stand still.
        nodes: The tangent of each node; None for one that does not move.
    """

    direction: Mapping[str, Value]
    nodes: list[Value | None]


def pushforward(
    graph: Graph, values: Sequence[Any], seeds: Mapping[int, Any], cast: Callable[[Any], Any] | None = None
) -> list[Any]:
    """The tangent of each node.

    Args:
        graph: The graph.
        values: The value of each node: floats and arrays, or symbols for a graph of tangents.
        seeds: The tangents of the nodes that move by themselves, by id, each in the shape of its node.
        cast: Rounds each tangent to the precision of the run; None for float64.

    Returns:
        For each node its tangent; None where it does not move.

    Raises:
        GradcliError: An operation on the way to an output has no derivative by an argument that moves.
    """
    with quiet(graph):
        return _pushforward(graph, values, seeds, cast)


def _pushforward(graph: Graph, values: Sequence[Any], seeds: Mapping[int, Any], cast: Callable[[Any], Any] | None) -> list[Any]:
    tangents: list[Any] = [None] * len(graph)
    for id, seed in seeds.items():
        tangents[id] = seed
    rules: dict[tuple[str, tuple[bool, ...]], Any] = {}
    needed: list[bool] | None = None  # for each node whether an output depends on it; most graphs are not asked
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        moving = tuple([tangents[input] is not None for input in inputs])
        if True not in moving:
            continue
        if operation in STRUCTURAL:
            tangent = _structural(graph, id, values, tangents, moving)
        else:
            rule = rules.get((operation, moving))
            if rule is None:
                wanted = tuple([moves and OPERATIONS[operation].carries(at) for at, moves in enumerate(moving)])
                rule = rules[operation, moving] = OPERATIONS[operation].derivatives(wanted)
            try:
                indices, derivatives = rule(values[id], tuple([values[input] for input in inputs]))
            except NotDifferentiableError as error:
                needed = graph.ancestors(graph.output, *graph.outputs) if needed is None else needed
                if not needed[id]:
                    continue  # no output moves by it, and reverse mode does not meet it either
                raise no_derivative(error, graph, id) from None
            tangent = None
            for index, derivative in zip(indices, derivatives, strict=True):
                term = derivative * tangents[inputs[index]]
                mask = OPERATIONS[operation].mask(index)
                if mask is not None:
                    operands = [values[input] for input in inputs]
                    term = masked(term, functools.partial(mask, tangents[inputs[index]], derivative, *operands))
                tangent = term if tangent is None else tangent + term
            if tangent is not None and graph.shapes:
                tangent = _broadcast(tangent, graph.shape(id))
        if tangent is not None:
            tangents[id] = tangent if cast is None else cast(tangent)
    return tangents


def _broadcast(tangent: Any, shape: Shape) -> Any:
    """A tangent in the shape of its node: what is broadcast has the same tangent in every place."""
    return tangent if shape_of(tangent) == shape else STRUCTURAL["expand"](tangent, shape=shape)


def _structural(graph: Graph, id: int, values: Sequence[Any], tangents: Sequence[Any], moving: tuple[bool, ...]) -> Any:
    """The tangent of a node whose operation declares a vector-Jacobian product; None where it carries no gradient."""
    operation, inputs = graph.operations[id], graph.inputs[id]
    if STRUCTURAL[operation].pullback is None:
        return None
    shapes = tuple([graph.shape(input) for input in inputs])
    rule = transposed(operation, shapes, graph.settings.get(id, ()), moving)
    if rule is None:
        return None
    operands = [values[input] for input in inputs]
    return applied(rule, values[id], operands, [tangents[input] for input in inputs])


def tangents_of(tape: Tape, direction: Mapping[str, Value]) -> Tangents:
    """The tangent of each node of a run, along a direction.

    Args:
        tape: The run.
        direction: The tangent of each variable that moves, of its shape; the others stand still.

    Raises:
        GradcliError: The direction names no variable, or has another shape than the variable; an operation on the way has no
            derivative.
    """
    variables, graph = tape.graph.variables, tape.graph
    for name, value in direction.items():
        if name not in variables:
            raise UnknownVariableError(name, list(variables), f"--tangent {name}: ")
        shape = graph.shape(variables[name])
        if shape_of(value) != shape:
            raise GradcliError(
                f"the tangent of {name} has the shape {shape_of(value)}, and {name} the shape {shape}",
                hint="give it the shape of the variable",
            )
    cast = cast_of(tape)
    seeds = {variables[name]: cast(_value(value)) if cast else _value(value) for name, value in direction.items()}
    nodes = pushforward(graph, tape.values, seeds, cast)
    return Tangents(
        {name: seeds[variables[name]] for name in direction}, [None if node is None else plain(node) for node in nodes]
    )


def jvp(tape: Tape, direction: Mapping[str, Value]) -> Value:
    """The Jacobian-vector product: the derivative of the output of a run along a direction, by one pass of forward mode.

    Args:
        tape: The run.
        direction: The tangent of each variable that moves, of its shape; the others stand still.

    Returns:
        The tangent of the output, in its shape; zeros where it does not move.

    Raises:
        GradcliError: As :func:`tangents_of`.
    """
    found = tangents_of(tape, direction).nodes[tape.output]
    return zeros(tape.graph.shape(tape.output)) if found is None else found


def cast_of(tape: Tape) -> Callable[[Any], Any] | None:
    """What rounds to the precision of a run; None for float64."""
    return float32 if tape.dtype == "float32" else None


def zeros(shape: Shape) -> Value:
    """Zeros of a shape: a number, or an array."""
    if not shape:
        return 0.0
    import numpy

    return numpy.zeros(shape)


def _value(value: Any) -> Value:
    return float(value) if isinstance(value, int) else value
