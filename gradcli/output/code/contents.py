"""What code computes beside values: a table of derivatives, or a product with one, as a graph."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, product

from gradcli.algebra.derivatives import derivative_graph
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.compaction import compacted, replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.declaration.symbol import Symbol

VALUE, GRADIENT, JACOBIAN, HESSIAN, JVP, VJP = CONTENTS = ("value", "gradient", "jacobian", "hessian", "jvp", "vjp")


class Contents(Frozen, eq=False):
    """What code computes.

    Attributes:
        graph: A graph that computes it.
        ids: In it the results: values, then derivatives.
        shape: How many derivatives there are, by axis; ``()`` where there are none.
        labels: For each derivative what it is by, or of: names of variables, and numbers of results.
        more: Further arguments: a tangent for each variable, or a cotangent for each value.
        about: What the derivatives are, in words, with a place for the names that they are by and for further arguments.
    """

    graph: Graph
    ids: Sequence[int]
    shape: tuple[int, ...] = ()
    labels: Sequence[tuple[str, ...]] = ()
    more: tuple[str, ...] = ()
    about: str = ""


def contents(graph: Graph, content: str, by: Sequence[str], outputs: Sequence[int]) -> Contents:
    """What is to be computed.

    Args:
        graph: The static graph of a function, of numbers.
        content: One of ``CONTENTS``.
        by: The variables to differentiate by.
        outputs: The values of the function.

    Raises:
        GradcliError: There are several values, and a gradient or a Hessian is of one; or nothing to differentiate by.
    """
    values = [(id, ()) for id in outputs]
    several = len(outputs) > 1
    if content == VALUE:
        return Contents(graph, list(outputs))
    if not by:
        raise GradcliError("there is no variable to differentiate by", hint="--content value")
    if content in (JVP, VJP):
        return _product(graph, content, by, outputs)
    if several and content != JACOBIAN:
        raise GradcliError(f"a {content} is of one number, and these are several", hint="--content jacobian, or take their sum")
    if content == JACOBIAN:
        pairs = [(str(at + 1), name) if several else (name,) for at, name in product(range(len(outputs)), by)]
        found, ids = derivative_graph(graph, [*values, *((id, (name,)) for id, name in product(outputs, by))], whole=True)
        return Contents(found, ids, (len(outputs), len(by)), pairs, (), "the derivatives of each by {by}" if several else _BY)
    orders = [(name,) for name in by] + (list(product(by, repeat=2)) if content == HESSIAN else [])
    found, ids = derivative_graph(graph, [*values, *((outputs[0], wrt) for wrt in orders)], whole=True)
    return Contents(found, ids, (len(by) + 1, len(by)) if content == HESSIAN else (len(by),), orders, (), _BY)


_BY = "the derivatives by {by}"
_VJP = "the products of the cotangents {more} and the derivatives by {by}"
_JVP = "the products of the derivatives and the tangents {more}"


def _product(graph: Graph, content: str, by: Sequence[str], outputs: Sequence[int]) -> Contents:
    """A product with the Jacobian: that with cotangents is the gradient of the sum of values times cotangents.

    That with tangents is the derivative, by the cotangents, of the sum of these gradients times tangents (Townsend, A new trick
    for calculating Jacobian vector products, 2017). Both cost a few times what the function costs, of however many variables.
    """
    ends = [""] if len(outputs) == 1 else [str(at + 1) for at in range(len(outputs))]
    cotangents = [_free(f"y_bar{end}", graph) for end in ends]
    builder = StaticBuilder(Graph(64 * len(graph) + 1000), identities=True)
    symbols = replay(graph, builder)
    total = _sum(builder, [symbols[id] for id in outputs], cotangents)
    values = [(symbols[id].id, ()) for id in outputs]
    found, ids = derivative_graph(builder.graph, [*values, *((total, (name,)) for name in by)], whole=True)
    if content == VJP:
        return Contents(found, ids, (len(by),), [(name,) for name in by], tuple(cotangents), _VJP)
    tangents = [_free(f"{name}_dot", graph) for name in by]
    builder = StaticBuilder(Graph(64 * len(found) + 1000), identities=True)
    symbols = replay(found, builder)
    total = _sum(builder, [symbols[id] for id in ids[len(outputs) :]], tangents)
    values = [(symbols[id].id, ()) for id in ids[: len(outputs)]]
    found, found.outputs = derivative_graph(builder.graph, [*values, *((total, (name,)) for name in cotangents)], whole=True)
    found.output = found.outputs[-1]
    found = compacted(found, keep_named=False, keep_variables=False)  # nothing needs the cotangents any more
    return Contents(found, found.outputs, (len(outputs),), [(f"along{end}",) for end in ends], tuple(tangents), _JVP)


def _sum(builder: StaticBuilder, terms: Sequence[Symbol], factors: Sequence[str]) -> int:
    """The node of a sum of terms, each times a new variable."""
    total = None
    for term, name in zip(terms, factors, strict=True):
        one = term * Symbol(builder, builder.variable(name, NOWHERE))
        total = one if total is None else total + one
    assert total is not None
    return builder.symbol(total).id


def _free(name: str, graph: Graph) -> str:
    """A name that no variable has."""
    return next(one for number in count() if (one := name + "_" * number) not in graph.variables)
