"""What a function and its gradient cost: operations, depth and width, paths, and the numbers that are kept meanwhile."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from math import prod

from gradcli.autodiff.passes.reverse import carries, requires_grad, symbolic_adjoints
from gradcli.autodiff.torch_tape.saved import RESULT, reads
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, Constant, Graph, Shape
from gradcli.graph.names import is_operation
from gradcli.lowering.builders.compaction import compacted
from gradcli.ops.catalogue import operation_named


class Segments(Frozen):
    """A way to keep fewer numbers: only those at the ends of segments, from which a segment is computed again.

    Attributes:
        segments: How many segments of equally many nodes.
        kept: The most numbers that are kept at a time.
        again: How many operations are computed twice.
    """

    segments: int
    kept: int
    again: int


class Form(Frozen):
    """The form of a graph.

    Attributes:
        operations: How many nodes are operations.
        depth: The operations on the longest way to the output.
        width: The most operations of one depth.
        paths: The ways from the variables to the output.
    """

    operations: int
    depth: int
    width: int
    paths: int

    @property
    def paths_text(self) -> str:
        """The number of paths; of one of more than 18 digits about how large it is."""
        if self.paths < 10**18:
            return f"{self.paths:,}"
        return f"about 10^{(self.paths.bit_length() - 1) * math.log10(2):,.0f}"


def form_of(graph: Graph, needed: Sequence[bool]) -> Form:
    """The form of a graph, in one pass.

    Args:
        graph: The graph.
        needed: The nodes to count.
    """
    depths, widths, operations = [0] * len(graph), dict[int, int](), 0
    uses = [0] * len(graph)
    for id, inputs in enumerate(graph.inputs):
        if needed[id]:
            for input in inputs:
                uses[input] += 1
    uses[graph.output] += 1
    ways: dict[int, int] = dict.fromkeys(graph.variables.values(), 1)
    for id, inputs in enumerate(graph.inputs):
        if not needed[id] or not is_operation(graph, id):
            continue
        operations += 1
        depths[id] = 1 + max((depths[input] for input in inputs), default=0)
        widths[depths[id]] = widths.get(depths[id], 0) + 1
        ways[id] = sum([ways.get(input, 0) for input in inputs])
        for input in inputs:  # a number of paths may have as many digits as the graph has nodes
            uses[input] -= 1
            if not uses[input]:
                ways.pop(input, None)
    return Form(operations, depths[graph.output], max(widths.values(), default=0), ways.get(graph.output, 0))


def work_of(graph: Graph, needed: Sequence[bool]) -> int:
    """How many operations on numbers a graph is: one for each element of a result, and the products that it takes.

    Args:
        graph: The graph.
        needed: The nodes to count.
    """
    total = 0
    for id, operation in enumerate(graph.operations):
        if needed[id] and is_operation(graph, id):
            total += prod(graph.shape(id))
            if graph.shapes:
                cost = operation_named(operation).facts.cost
                total += cost(*[graph.shape(input) for input in graph.inputs[id]]) if cost else 0
    return total


def gradient_work(graph: Graph, variables: Sequence[int]) -> int:
    """How many operations on numbers function and gradient are together, as :func:`work_of` counts.

    Args:
        graph: The function.
        variables: What it is differentiated by.

    Raises:
        GradcliError: An operation on the way has no derivative.
    """
    builder, symbols, adjoints = symbolic_adjoints(graph, requires_grad(graph, variables), _ones(graph.shape(graph.output)))
    found = [adjoint.id for id in variables if (adjoint := adjoints[id]) is not None]
    both = builder.graph
    both.outputs = [*found, symbols[graph.output].id]
    both.output = both.outputs[-1]
    both = compacted(both, keep_named=False)
    return work_of(both, both.ancestors(*both.outputs))


def _ones(shape: Shape) -> Constant:
    value: Constant = 1
    for size in reversed(shape):
        value = (value,) * size
    return value


def saved_by(graph: Graph, variables: Sequence[int]) -> set[int]:
    """The nodes whose numbers the backward pass reads, as PyTorch saves them: a node once, whoever reads it; no constants.

    Args:
        graph: The graph.
        variables: What is differentiated by.
    """
    needs, needed = requires_grad(graph, variables), graph.ancestors(graph.output)
    known = lru_cache(4096)(reads)
    found: set[int] = set()
    for id, inputs in enumerate(graph.inputs):
        if needs[id] and needed[id] and inputs:
            wanted = tuple([needs[input] and carries(graph, id, index) for index, input in enumerate(inputs)])
            shapes = tuple([graph.shape(input) for input in inputs])
            for index in known(graph.operations[id], wanted, shapes, graph.shape(id), graph.settings.get(id, ())):
                found.add(id if index == RESULT else inputs[index])
    return {id for id in found if graph.operations[id] != CONSTANT}


def checkpoints(graph: Graph, needed: Sequence[bool]) -> list[Segments]:
    """What is kept and what is computed again with segments of the nodes in their order: with one, two, and about √n of them.

    At the end of a segment the results are kept that later ones use; those of one segment at a time are kept whole (Chen, Xu,
    Zhang and Guestrin, Training deep nets with sublinear memory cost, 2016, section 4.2). What is computed again are all
    segments but the last.

    Args:
        graph: The graph.
        needed: The nodes that the output depends on.
    """
    order = [id for id in range(len(graph)) if needed[id] and is_operation(graph, id)]
    places = {id: place for place, id in enumerate(order)}
    last = list(range(len(order)))
    for place, id in enumerate(order):
        for input in graph.inputs[id]:
            if input in places:
                last[places[input]] = place
    sizes = [prod(graph.shape(id)) for id in order]
    root = math.isqrt(len(order))
    return [
        _in_segments(sizes, last, segments)
        for segments in sorted({1, 2, root // 2, root, 2 * root})
        if 1 <= segments <= len(order)
    ]


def _in_segments(sizes: Sequence[int], last: Sequence[int], segments: int) -> Segments:
    length = max(1, -(-len(sizes) // segments))
    kept = sum([size for place, size in enumerate(sizes) if last[place] >= (place // length + 1) * length])
    whole = [sum(sizes[start : start + length]) for start in range(0, len(sizes), length)]
    used = [
        sum([size for place, size in enumerate(sizes[start : start + length], start) if last[place] >= start + length])
        for start in range(0, len(sizes), length)
    ]
    inner = max([all - outer for all, outer in zip(whole, used, strict=True)], default=0)
    return Segments(max(1, len(whole)), kept + inner, sum(whole[:-1]))
