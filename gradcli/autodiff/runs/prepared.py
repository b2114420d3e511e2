"""A program that is built once and run many times: what is fetched from it, and what is fed (TensorFlow's Session.run).

Only what the fetched nodes need is computed, and a node whose value is fed is a variable like any other: the gradient stops
there, and can be taken by it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.record import run_built
from gradcli.autodiff.runs.static_graphs import DEFAULT_OPTIMIZE
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES, Graph, Shape
from gradcli.language.ast import Program
from gradcli.language.statements import assigned_names
from gradcli.lowering.builders.builder import Shown, Value
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.limits import DEFAULT_MAX_STEPS
from gradcli.lowering.programs.lower import lower
from gradcli.lowering.programs.outputs import (
    feed_node,
    node_called,
    nodes_by_name,
    output_ids,
    output_names,
    without_assignments,
)


class Limits(NamedTuple):
    """How large a graph, an array and the loops may become."""

    max_nodes: int = DEFAULT_MAX_NODES
    max_elements: int = DEFAULT_MAX_ELEMENTS
    max_steps: int = DEFAULT_MAX_STEPS


@dataclass(frozen=True)
class Prepared:
    """A static graph that is ready to be fed.

    Attributes:
        graph: The graph; its outputs are what is fetched, the first of which is differentiated.
        names: What the outputs are called.
        limits: How large its runs may become.
    """

    graph: Graph
    names: tuple[str, ...]
    limits: Limits

    def run(
        self,
        bindings: Mapping[str, Value],
        wrt: Sequence[str] | None = None,
        *,
        dtype: str = "float64",
        cotangent: Value | None = None,
        on_print: Callable[[Shown], None] | None = None,
    ) -> Tape:
        """Run the graph once, forward and backward.

        Args:
            bindings: The value of each variable of the graph.
            wrt: The variables that require gradients; None for all.
            dtype: ``float64``, or ``float32``, to which every value is rounded.
            cotangent: The adjoint of the first output; None for 1.
            on_print: Gets what the program prints while it runs.

        Raises:
            GradcliError: Something in the run is wrong or too large.
        """
        return run_built(
            self.graph, bindings, wrt, dtype=dtype, max_steps=self.limits.max_steps, cotangent=cotangent, on_print=on_print
        )


def prepare(
    program: Program,
    bound: Collection[str] = (),
    shapes: Mapping[str, Shape] | None = None,
    *,
    fetch: Sequence[str] = (),
    feed: Collection[str] = (),
    optimize: int = DEFAULT_OPTIMIZE,
    limits: Limits | None = None,
) -> Prepared:
    """Build the static graph of a program for what is fetched and fed.

    Args:
        program: The program.
        bound: Names that will have a value: they are variables even where they also name a constant, such as ``e``.
        shapes: The shapes of the variables, and of the nodes that are fed, where they are arrays.
        fetch: The nodes to compute, by name; empty for the program's own outputs.
        feed: The computed nodes that are given instead, by name.
        optimize: What building leaves out; see :func:`~gradcli.autodiff.runs.record.record`.
        limits: How large it may become.

    Raises:
        GradcliError: The program is wrong or too large, or it has no node of a name.
    """
    limits = limits or Limits()
    shapes = shapes or {}
    program, given = without_assignments(program, feed)
    builder = StaticBuilder(
        Graph(limits.max_nodes, limits.max_elements),
        inexact=True,
        identities=optimize > 1,
        shapes=shapes,
        plain=optimize < 1,
        steered=True,
    )
    ends: dict[str, int] = {}
    graph = lower(program, builder, {*bound} - {*feed} | given, max_steps=limits.max_steps, assigned=ends)
    names, outputs = output_names(program), output_ids(program, graph)
    asked = [name for name in {*fetch, *feed} if name in ends and name in assigned_names(program.statements)]
    graph.outputs = [*outputs, *[ends[name] for name in asked]]
    if optimize > 0:
        graph = compacted(graph, keep_named=optimize < 2)
    outputs, others = graph.outputs[: len(outputs)], graph.outputs[len(outputs) :]
    if fetch or feed:
        known = nodes_by_name(graph, dict(zip(asked, others, strict=True)))
        if fetch:
            names, outputs = list(fetch), [node_called(name, known, "--fetch") for name in fetch]
        for name in feed:
            if name not in given:
                feed_node(graph, node_called(name, known, "--feed-node"), name, shapes.get(name, ()))
    results = dict(zip(names, outputs, strict=True))
    graph.outputs, graph.output = list(results.values()), outputs[0]
    if fetch or feed:
        graph = compacted(graph, keep_named=False, keep_variables=False, keep_printing=not fetch)
    return Prepared(graph, tuple(results), limits)
