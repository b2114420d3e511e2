"""Reverse mode: one loop for numbers and for symbols.

The adjoint of a node v is ∂y/∂v. The loop visits the nodes from the output back, newest first, and hands each node's adjoint
to its inputs, times the local derivative (Griewank and Walther, Evaluating Derivatives, 2nd ed., section 3.2). On floats the
adjoints are numbers; on symbols they are nodes of a gradient graph, which can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from gradcli.errors import GradcliError
from gradcli.graph.graph import COND, CONTROL, PRINT, Constant, Graph, Settings, Shape
from gradcli.lowering.builders.builder import has_arrays
from gradcli.lowering.builders.compaction import compacted, replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops import vjp
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.operation import NotDifferentiableError
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any


def requires_grad(graph: Graph, wrt: Sequence[int]) -> list[bool]:
    """For each node whether a gradient flows through it: it depends on one of ``wrt`` by differentiable operations."""
    needs = [False] * len(graph)
    for id in wrt:
        needs[id] = True
    for id, inputs in enumerate(graph.inputs):
        if id in graph.detached:
            continue
        for index, input in enumerate(inputs):
            if needs[input] and carries(graph, id, index):
                needs[id] = True
                break
    return needs


def carries(graph: Graph, id: int, index: int) -> bool:
    """Whether a gradient flows from a node to one of its inputs."""
    return carries_to(graph, graph.operations[id], graph.inputs[id], index)


def carries_to(graph: Graph, operation: str, inputs: Sequence[int], index: int) -> bool:
    """Whether a gradient flows from the result of an operation on nodes to one of them."""
    if operation in CONTROL:
        return operation != PRINT and (operation != COND or index > 0)
    return vjp.carries(operation, index, [graph.shape(input) for input in inputs] if graph.shapes else ())


def whole_numbers(graph: Graph) -> set[int]:
    """The variables that serve as whole numbers alone, such as classes: integer tensors in PyTorch, which have no gradient."""
    if not graph.shapes:
        return set()
    variables = set(graph.variables.values())
    whole: set[int] = set()
    other: set[int] = set()
    for id, inputs in enumerate(graph.inputs):
        structural = STRUCTURAL.get(graph.operations[id])
        taken = () if structural is None else structural.whole(*[graph.shape(input) for input in inputs])
        for index, input in enumerate(inputs):
            (whole if index in taken else other).add(input)
    return (whole - other) & variables


def backward(
    graph: Graph,
    values: Sequence[Any],
    needs: Sequence[bool],
    seed: Any = 1.0,
    cast: Callable[[float], float] | None = None,
    *,
    choosing: bool = False,
) -> list[Any]:
    """The adjoint of each node: ∂output/∂node.

    Args:
        graph: The graph.
        values: The value of each node: floats, or symbols for a gradient graph.
        needs: For each node whether a gradient flows through it, from :func:`requires_grad`.
        seed: The adjoint of the output.
        cast: Rounds each adjoint to the precision of the run; None for float64.
        choosing: Whether symbols choose where an operation masks what it hands back, and rules keep their digits in the tails,
            as is right for second derivatives; see :func:`gradcli.ops.vjp.product`.

    Returns:
        For each node its adjoint; None where no gradient flows, or where the output does not depend on the node.

    Raises:
        GradcliError: An operation on the way has no derivative by the argument that is asked for.
    """
    return backward_from(graph, values, needs, {graph.output: seed}, cast, choosing=choosing)


def backward_from(
    graph: Graph,
    values: Sequence[Any],
    needs: Sequence[bool],
    seeds: Mapping[int, Any],
    cast: Callable[[float], float] | None = None,
    *,
    choosing: bool = False,
) -> list[Any]:
    """The backward pass from any nodes: for each node the sum of (∂end/∂node)ᵀ·seed over the ends.

    Args:
        graph: The graph.
        values: As for :func:`backward`.
        needs: As for :func:`backward`.
        seeds: The adjoint of each node to begin with, by its id.
        cast: As for :func:`backward`.
        choosing: As for :func:`backward`.

    Raises:
        GradcliError: As :func:`backward`.
    """
    with quiet(graph):
        return _backward(graph, values, needs, seeds, cast, choosing)


def quiet(graph: Graph | None = None) -> AbstractContextManager[Any]:
    """NumPy without its warnings, what is not finite is said by the tool itself; a graph of numbers does not need it at all."""
    if graph is not None and not has_arrays(graph):
        return nullcontext()
    import numpy

    return numpy.errstate(all="ignore")


def _backward(
    graph: Graph,
    values: Sequence[Any],
    needs: Sequence[bool],
    seeds: Mapping[int, Any],
    cast: Callable[[Any], Any] | None,
    choosing: bool,
) -> list[Any]:
    adjoints: list[Any] = [None] * len(graph)
    for id, seed in seeds.items():
        adjoints[id] = seed if needs[id] else None
    products: dict[tuple[str, tuple[bool, ...]], vjp.Product] = {}
    arrays = has_arrays(graph)
    shapes: Sequence[Shape] | None = None
    settings: Settings = ()
    for id in range(max(seeds, default=-1), -1, -1):
        adjoint = adjoints[id]
        inputs = graph.inputs[id]
        if adjoint is None or not inputs:
            continue
        kind = (graph.operations[id], tuple([needs[input] for input in inputs]))
        product = products.get(kind)
        if product is None:
            product = products[kind] = vjp.product(*kind, choosing=choosing, tails=choosing)
        if arrays:
            shapes, settings = [graph.shape(input) for input in inputs], graph.settings.get(id, ())
        try:
            handed = product(adjoint, values[id], [values[input] for input in inputs], shapes, settings)
        except NotDifferentiableError as error:
            raise no_derivative(error, graph, id) from None
        for index, contribution in handed:
            input = inputs[index]
            if cast is not None:
                contribution = cast(contribution)
            before = adjoints[input]
            if before is not None:
                contribution = before + contribution
                if cast is not None:
                    contribution = cast(contribution)
            adjoints[input] = contribution
    return adjoints


def no_derivative(error: NotDifferentiableError, graph: Graph, id: int) -> GradcliError:
    """The error for a node whose operation has no derivative by the argument that is asked for."""
    return GradcliError(str(error), graph.spans[id], "give that argument a number, or leave its variables out of --wrt")


def local_derivatives(graph: Graph, id: int, values: Sequence[Any], needs: Sequence[bool]) -> list[Any]:
    """The derivatives of a node by its inputs, the other inputs held fixed; None where no gradient flows or there is none."""
    inputs = graph.inputs[id]
    operation = OPERATIONS.get(graph.operations[id])
    if operation is None:  # its derivatives are no numbers: it declares a vector-Jacobian product
        return [None] * len(inputs)
    wanted = [needs[input] and operation.derivable(index) for index, input in enumerate(inputs)]
    return operation.local_derivatives(values[id], tuple([values[input] for input in inputs]), wanted)


def symbolic_adjoints(
    graph: Graph, needs: Sequence[bool], seed: Constant = 1, *, choosing: bool = False, whole: bool = False
) -> tuple[StaticBuilder, list[Symbol], list[Symbol | None]]:
    """The backward pass on symbols.

    Args:
        graph: The function.
        needs: For each node whether a gradient flows through it, from :func:`requires_grad`.
        seed: The adjoint of the output, in its shape.
        choosing: As for :func:`backward`.
        whole: Whether the function keeps its 0*x, which are no numbers where x is none.

    Returns:
        The builder of the graph of function and adjoints, for each node its symbol, and for each node that of its adjoint.
    """
    limits = max(graph.max_nodes, 8 * len(graph)), 8 * graph.max_elements
    builder = StaticBuilder(Graph(*limits), identities=True)
    builder.absorbing = not (whole or choosing)
    symbols = replay(graph, builder)
    builder.absorbing = not choosing
    adjoints = backward(graph, symbols, needs, Symbol(builder, builder.constant(seed)), choosing=choosing)
    return builder, symbols, [None if adjoint is None else builder.symbol(adjoint) for adjoint in adjoints]


def gradient_graph(
    graph: Graph, wrt: Sequence[int], *, choosing: bool = False, whole: bool = False
) -> tuple[Graph, list[int | None]]:
    """The gradient as a graph of its own, built by the same rules on symbols.

    It has at most about four times the operations of a rational function (Baur and Strassen, The complexity of partial
    derivatives, 1983), since it is interned.

    Args:
        graph: The function.
        wrt: The ids of the nodes to differentiate by.
        choosing: As for :func:`backward`: for a graph that is evaluated, rather than read.
        whole: As for :func:`symbolic_adjoints`.

    Returns:
        The graph, and for each of ``wrt`` the id of ∂output/∂node in it; None where the output does not depend on it.
    """
    builder, _, adjoints = symbolic_adjoints(graph, requires_grad(graph, wrt), choosing=choosing, whole=whole)
    found = {id: adjoint.id for id in wrt if (adjoint := adjoints[id]) is not None}
    if not found:
        return builder.graph, [None] * len(wrt)
    gradient = builder.graph
    gradient.outputs = list(found.values())
    gradient.output = gradient.outputs[0]
    gradient = compacted(gradient)  # signs that met another sign are left behind
    ids = dict(zip(found, gradient.outputs, strict=True))
    return gradient, [ids.get(id) for id in wrt]
