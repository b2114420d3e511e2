"""Whole Jacobians and Hessians: by columns in forward mode or by rows in reverse mode, whichever takes fewer passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import backward, backward_from, gradient_graph, requires_grad
from gradcli.autodiff.passes.tangent import cast_of, pushforward, zeros
from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import ExitCode, GradcliError, UnknownVariableError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph, Shape
from gradcli.lowering.builders.builder import Value
from gradcli.ops.declaration.structural import plain, shape_of
from gradcli.typing import Any

METHODS = ("auto", "forward", "reverse")

Blocks = Mapping[str, Mapping[str, Value]]
"""A matrix of derivatives in blocks, by what is differentiated and then by what it is differentiated by. A block has the axes of
the first, then those of the second; it is a float where both are numbers."""


class Jacobian(Frozen):
    """The derivatives of each output element by each input element.

    Attributes:
        outputs: The shape of each output, by name.
        inputs: The shape of each variable, by name.
        blocks: By output, then by variable; zeros where the one does not depend on the other.
        mode: ``forward`` or ``reverse``.
        passes: How many passes through the graph it took.
    """

    outputs: Mapping[str, Shape]
    inputs: Mapping[str, Shape]
    blocks: Blocks
    mode: str
    passes: int

    @property
    def reason(self) -> str:
        """How it was found and why so: ``forward mode: 2 inputs, 6 outputs``."""
        inputs, outputs = _elements(self.inputs.values()), _elements(self.outputs.values())
        return f"{self.mode} mode: {_counted(inputs, 'input')}, {_counted(outputs, 'output')}"


class Hessian(Frozen):
    """The second derivatives of an output that is a number.

    Attributes:
        inputs: The shape of each variable, by name.
        blocks: ∂²output/∂first∂second, by the first variable, then by the second.
        passes: How many passes through the graph of the gradient it took.
    """

    inputs: Mapping[str, Shape]
    blocks: Blocks
    passes: int

    @property
    def reason(self) -> str:
        """How it was found: ``reverse mode through the graph of the gradient: 3 inputs``."""
        return f"reverse mode through the graph of the gradient: {_counted(self.passes, 'input')}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def vjp(tape: Tape, cotangent: Value, wrt: Sequence[str] | None = None) -> dict[str, Value]:
    """The vector-Jacobian product: the cotangent of each variable, by one pass of reverse mode.

    Args:
        tape: The run.
        cotangent: The adjoint of the output, of its shape: the gradient argument of PyTorch's ``backward``.
        wrt: The variables; those of the run where left out.

    Returns:
        For each variable an array of its shape, or a float; zeros where the output does not depend on it.

    Raises:
        GradcliError: The cotangent has another shape, there is no such variable, or an operation has no derivative.
    """
    graph, names = tape.graph, _names(tape, wrt)
    shape = graph.shape(tape.output)
    if shape_of(cotangent) != shape:
        raise GradcliError(f"the cotangent has the shape {shape_of(cotangent)}, and the output {shape}")
    ids = [graph.variables[name] for name in names]
    seed = float(cotangent) if isinstance(cotangent, int) else cotangent
    adjoints = backward(graph, tape.values, requires_grad(graph, ids), seed, cast_of(tape))
    return {
        name: zeros(graph.shape(id)) if (found := adjoints[id]) is None else plain(found)
        for name, id in zip(names, ids, strict=True)
    }


def jacobian(tape: Tape, wrt: Sequence[str] | None = None, *, by: str = "auto", max_elements: int | None = None) -> Jacobian:
    """The derivatives of every output of a run: of each expression that stands as a statement, and of the last statement.

    Args:
        tape: The run.
        wrt: The variables to differentiate by; those of the run where left out.
        by: ``forward`` takes a pass for each element of the variables, ``reverse`` one for each element of the outputs; ``auto``
            takes whichever are fewer, reverse mode where they are equally many.
        max_elements: The most elements that it may have; the limit of the graph where left out.

    Raises:
        GradcliError: There is no such variable, or an operation has no derivative; exit code 4 where it would be larger.
    """
    graph, names = tape.graph, _names(tape, wrt)
    inputs = [graph.variables[name] for name in names]
    outputs = list(dict.fromkeys(graph.outputs)) or [graph.output]
    columns, rows = (_elements([graph.shape(id) for id in ids]) for ids in (inputs, outputs))
    _limited("Jacobian", rows, columns, graph.max_elements if max_elements is None else max_elements)
    if by not in METHODS:
        raise GradcliError(f"a Jacobian is found by {', '.join(METHODS)}, not by {by}")
    mode = by if by != "auto" else "forward" if columns < rows else "reverse"
    sweep = _columns if mode == "forward" else _rows
    return Jacobian(
        {tape.names[id]: graph.shape(id) for id in outputs},
        {name: graph.shape(id) for name, id in zip(names, inputs, strict=True)},
        _named(tape, sweep(tape, graph, tape.values, outputs, inputs), outputs, names),
        mode,
        columns if mode == "forward" else rows,
    )


def hessian(tape: Tape, wrt: Sequence[str] | None = None, *, max_elements: int | None = None) -> Hessian:
    """The second derivatives of the output of a run: reverse mode through the graph of its gradient, as PyTorch takes them, so
    that where there is none (of a norm at 0, but not of its square) it says nan.

    Args:
        tape: The run; its output is a number.
        wrt: The variables to differentiate by; those of the run where left out.
        max_elements: The most elements that it may have; the limit of the graph where left out.

    Raises:
        GradcliError: The output is an array, there is no such variable, or an operation has no derivative; exit code 4 where it
            would be larger.
    """
    graph, names = tape.graph, _names(tape, wrt)
    if prod(graph.shape(tape.output)) != 1:
        raise GradcliError(
            f"a Hessian is that of a number, and the output has the shape {graph.shape(tape.output)}",
            graph.spans[graph.output],
            "make it a number, for example by sum(...), or ask for --jacobian",
        )
    inputs = [graph.variables[name] for name in names]
    size = _elements([graph.shape(id) for id in inputs])
    _limited("Hessian", size, size, graph.max_elements if max_elements is None else max_elements)
    gradient, ids = gradient_graph(graph, inputs, choosing=True)
    values = evaluate(gradient, tape.bindings, cast_of(tape))
    variables = [gradient.variables[name] for name in names]
    blocks = _rows(tape, gradient, values, ids, variables, choosing=True)
    shapes = {name: graph.shape(id) for name, id in zip(names, inputs, strict=True)}
    named = {
        first: {
            second: zeros(shapes[first] + shapes[second]) if ids[row] is None else blocks[row][column]
            for column, second in enumerate(names)
        }
        for row, first in enumerate(names)
    }
    return Hessian(shapes, named, size)


def _names(tape: Tape, wrt: Sequence[str] | None) -> tuple[str, ...]:
    for name in wrt or ():
        if name not in tape.graph.variables:
            raise UnknownVariableError(name, list(tape.graph.variables))
    return tape.wrt if wrt is None else tuple(dict.fromkeys(wrt))


def _elements(shapes: Any) -> int:
    return sum(map(prod, shapes))


def _limited(what: str, rows: int, columns: int, most: int) -> None:
    if rows * columns > most:
        raise GradcliError(
            f"the {what} would have {rows:,} by {columns:,} elements, more than {most:,}",
            hint="name fewer variables with --wrt, or raise the limit with --max-elements N",
            exit_code=ExitCode.LIMIT,
        )


def _named(tape: Tape, blocks: list[list[Value]], outputs: Sequence[int], names: Sequence[str]) -> dict[str, dict[str, Value]]:
    return {tape.names[id]: dict(zip(names, row, strict=True)) for id, row in zip(outputs, blocks, strict=True)}


def _directions(shape: Shape) -> Iterator[tuple[tuple[int, ...], Value]]:
    """Each place of a shape, with what is 1 there and 0 elsewhere."""
    if not shape:
        yield (), 1.0
        return
    import numpy

    for place in numpy.ndindex(*shape):
        direction = numpy.zeros(shape)
        direction[place] = 1.0
        yield place, direction


def _columns(
    tape: Tape, graph: Graph, values: Sequence[Value], outputs: Sequence[int | None], inputs: Sequence[int]
) -> list[list[Value]]:
    """The blocks, by a pass of forward mode for each element of the inputs; an output that is None has none."""
    cast = cast_of(tape)
    blocks = [[_empty(() if end is None else graph.shape(end) + graph.shape(id), cast) for id in inputs] for end in outputs]
    for column, id in enumerate(inputs):
        for place, direction in _directions(graph.shape(id)):
            tangents = pushforward(graph, values, {id: cast(direction) if cast else direction}, cast)
            for row, end in enumerate(outputs):
                if end is not None and tangents[end] is not None:
                    _put(blocks, row, column, (..., *place), tangents[end])
    return blocks


def _rows(
    tape: Tape,
    graph: Graph,
    values: Sequence[Value],
    outputs: Sequence[int | None],
    inputs: Sequence[int],
    *,
    choosing: bool = False,
) -> list[list[Value]]:
    """The blocks, by a pass of reverse mode for each element of the outputs; an output that is None has none."""
    cast = cast_of(tape)
    needs = requires_grad(graph, inputs)
    blocks = [[_empty(() if end is None else graph.shape(end) + graph.shape(id), cast) for id in inputs] for end in outputs]
    for row, end in enumerate(outputs):
        if end is None:
            continue
        for place, direction in _directions(graph.shape(end)):
            seeds = {end: cast(direction) if cast else direction}
            adjoints = backward_from(graph, values, needs, seeds, cast, choosing=choosing)
            for column, id in enumerate(inputs):
                if adjoints[id] is not None:
                    _put(blocks, row, column, (*place, ...), adjoints[id])
    return blocks


def _empty(shape: Shape, cast: Callable[[Any], Any] | None) -> Value:
    return cast(zeros(shape)) if cast else zeros(shape)


def _put(blocks: list[list[Value]], row: int, column: int, place: tuple[Any, ...], part: Value) -> None:
    """Put a column or a row into its block; a block of two numbers is a float."""
    if isinstance(blocks[row][column], float):
        blocks[row][column] = float(part)
    else:
        blocks[row][column][place] = part
