"""Static graphs of programs: built before any value is known, and what is known of them after a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from gradcli.autodiff.passes.reverse import requires_grad
from gradcli.autodiff.passes.tape import Tape
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES, PRINT, Graph, Shape
from gradcli.language.ast import Program
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import Removed, StaticBuilder
from gradcli.lowering.limits import DEFAULT_MAX_STEPS
from gradcli.lowering.programs.lower import lower

if TYPE_CHECKING:
    pass


DEFAULT_OPTIMIZE = 1


def build(
    program: Program,
    bound: Collection[str] = (),
    shapes: Mapping[str, Shape] | None = None,
    optimize: int = DEFAULT_OPTIMIZE,
    removed: list[Removed] | None = None,
    max_nodes: int = DEFAULT_MAX_NODES,
    max_elements: int = DEFAULT_MAX_ELEMENTS,
    max_steps: int = DEFAULT_MAX_STEPS,
    *,
    inexact: bool = True,
    steered: bool = True,
) -> Graph:
    """Build the static graph of a program, before any value is known.

    Args:
        program: The program.
        bound: Names that will have a value: they are variables even where they also name a constant, such as ``e``.
        shapes: The shapes of the variables that are arrays.
        optimize: As for :func:`record`; so are the limits.
        removed: Where what is shared, folded or left out is noted; None to note nothing.
        inexact: Whether constants also fold where the result is not rational.
        steered: Whether branches and loops are nodes; else the program is one expression, in which operations choose.

    Raises:
        GradcliError: The program is wrong, or too large (exit code 4).
    """
    builder = StaticBuilder(
        Graph(max_nodes, max_elements),
        inexact=inexact,
        steered=steered,
        identities=optimize > 1,
        shapes=shapes,
        plain=optimize < 1,
        removed=removed,
    )
    graph = lower(program, builder, bound, max_steps=max_steps)
    return graph if optimize < 1 else compacted(graph, keep_named=optimize < 2, removed=removed)


def is_steered(graph: Graph) -> bool:
    """Whether a static graph has branches or loops, or prints: it is executed, not evaluated node by node."""
    return bool(graph.blocks) or PRINT in graph.operations


def static_tape(graph: Graph, recorded: Mapping[int, int], run: Tape) -> Tape:
    """What is known of the nodes of a static graph after a run.

    Args:
        graph: The graph.
        recorded: For each node outside of its blocks the node that was recorded, but for those with several results.
        run: What was recorded, forward and backward.
    """
    ids = [recorded.get(id) for id in range(len(graph))]
    needs = requires_grad(graph, [graph.variables[name] for name in run.wrt if name in graph.variables])
    return Tape(
        graph=graph,
        mode="static",
        dtype=run.dtype,
        bindings=run.bindings,
        wrt=run.wrt,
        values=[None if id is None else run.values[id] for id in ids],
        requires_grad=needs,
        adjoints=[None if id is None or not need else run.adjoints[id] for id, need in zip(ids, needs, strict=True)],
        retained=frozenset(id for id, at in enumerate(ids) if at in run.retained),
    )
