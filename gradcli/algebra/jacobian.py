"""Derivatives of arrays element by element: Jacobians and Hessians as rows of expressions in A[0, 1], x[2]."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from gradcli.algebra.derivatives import derivative_graph
from gradcli.algebra.simplified import Simplified, Simplifier
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import Graph, Shape
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import INDEX
from gradcli.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions

MOST_ENTRIES = 1_000
"""Derivatives beyond which they are not written element by element."""


class Rows(NamedTuple):
    """The derivatives of the elements of outputs by the elements of variables.

    Attributes:
        graph: A graph that computes them.
        ids: The node of each derivative of an element by a whole variable.
        names: The elements of the variables, in the order of the columns: ``x[0]``, or ``x`` for a number.
        simplified: The expressions, row by row.
    """

    graph: Graph
    ids: list[int]
    names: list[str]
    simplified: Simplified


def element_names(name: str, shape: Shape) -> list[str]:
    """The elements of a variable as expressions write them; a number is itself."""
    if not shape:
        return [name]
    return [f"{name}[{', '.join(map(str, place))}]" for place in product(*map(range, shape))]


def jacobian(graph: Graph, outputs: Sequence[int], wrt: Sequence[str], *, assume: Assumptions | None = None) -> Rows:
    """The derivatives of outputs, element by element.

    Args:
        graph: A static graph.
        outputs: The ids of the outputs, in the order of the rows.
        wrt: The variables, in the order of the columns.
        assume: What is assumed of variables; None for nothing.

    Raises:
        GradcliError: There are more than can be written (exit code 4), or an operation has no derivative.
    """
    shapes = [graph.shape(graph.variables[name]) for name in wrt]
    rows = sum(prod(graph.shape(output)) for output in outputs)
    columns = sum(map(prod, shapes))
    if rows * columns > MOST_ENTRIES:
        raise GradcliError(
            f"there are {rows:,} by {columns:,} derivatives, and up to {MOST_ENTRIES:,} are written element by element",
            hint="give smaller shapes, or fewer variables by --wrt",
            exit_code=ExitCode.LIMIT,
        )
    names = [element for name, shape in zip(wrt, shapes, strict=True) for element in element_names(name, shape)]
    if not rows * columns:
        return Rows(graph, [], names, Simplified((), ()))
    elements, ids = _elements(graph, outputs)
    requests = [(id, (name,)) for id in ids for name in wrt]
    found, derivatives = derivative_graph(elements, requests)
    simplifier = Simplifier(found, derivatives, generic=True, assume=assume)
    return Rows(found, derivatives, names, simplifier.element_by_element(derivatives))


def hessian(graph: Graph, output: int, wrt: Sequence[str], *, assume: Assumptions | None = None) -> Rows:
    """The second derivatives of a number, element by element; the arguments are those of :func:`jacobian`."""
    found, ids = derivative_graph(graph, [(output, (name,)) for name in wrt])
    for name in wrt:  # those that no derivative depends on
        if name not in found.variables:
            found.variable(name, NOWHERE, graph.shape(graph.variables[name]))
    return jacobian(found, ids, wrt, assume=assume)


def _elements(graph: Graph, outputs: Sequence[int]) -> tuple[Graph, list[int]]:
    """The graph with a node for each element of the outputs."""
    builder = StaticBuilder(Graph(max(graph.max_nodes, 2 * len(graph)), graph.max_elements), identities=True)
    symbols = replay(graph, builder)
    ids: list[int] = []
    for output in outputs:
        shape = graph.shape(output)
        if shape:
            places = product(*map(range, shape))
            ids += [builder.apply(INDEX, (symbols[output],), (("index", place),)).id for place in places]
        else:
            ids.append(symbols[output].id)
    result = builder.graph
    for name, id in graph.variables.items():
        result.variable(name, graph.spans[id], graph.shape(id))
    result.outputs = list(ids)
    result.output = ids[-1]
    return result, ids
