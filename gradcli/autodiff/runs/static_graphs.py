"""Static graphs of programs: built before any value is known, and what is known of them after a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gradcli.autodiff.passes.reverse import requires_grad
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.frozen import replace
from gradcli.graph.graph import PRINT, Graph
from gradcli.language.ast import Program
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import Removed, StaticBuilder
from gradcli.lowering.programs.lower import check_calls, lower


def build(program: Program, asked: Request, removed: list[Removed] | None = None, *, inexact: bool = True) -> Graph:
    """Build the static graph of a program, before any value is known.

    Args:
        program: The program.
        asked: What is asked for. Names that have a value or a shape are variables even where they also name a constant, such
            as ``e``.
        removed: Where what is shared, folded or left out is noted; None to note nothing.
        inexact: Whether constants also fold where the result is not rational.

    Raises:
        GradcliError: The program is wrong, or too large (exit code 4).
    """
    graph = lowered(program, asked, removed, inexact=inexact)
    return graph if asked.optimize < 1 else compacted(graph, keep_named=asked.optimize < 2, removed=removed)


def lowered(
    program: Program,
    asked: Request,
    removed: list[Removed] | None = None,
    *,
    inexact: bool = True,
    bound: Collection[str] | None = None,
    assigned: dict[str, int] | None = None,
) -> Graph:
    """The same with the nodes that no output needs.

    Args:
        program: As for :func:`build`; so are ``asked``, ``removed`` and ``inexact``.
        bound: The names that are variables whatever else they name; None for all that have a value or a shape.
        assigned: Gets the node that each assigned name means at the end.
    """
    program, shapes = _written_out(program), asked.known_shapes()
    builder = StaticBuilder(
        Graph(asked.max_nodes, asked.max_elements),
        inexact=inexact,
        steered=asked.steered,
        identities=asked.optimize > 1,
        shapes=shapes,
        plain=asked.optimize < 1,
        removed=removed,
    )
    return lower(program, builder, shapes.keys() if bound is None else bound, max_steps=asked.max_steps, assigned=assigned)


def check_program(program: Program, asked: Request) -> None:
    """Check the calls of a program that is recorded anew for each row: a wrong call is wrong wherever it stands.

    Args:
        program: The program.
        asked: What is asked for, with an example of the values.

    Raises:
        GradcliError: A function is unknown, or gets arguments that it does not take.
    """
    check_calls(_written_out(program), StaticBuilder(Graph()), asked.known_shapes().keys())


def _written_out(program: Program) -> Program:
    """The program with the derivatives that it asks for written out."""
    if not program.may_differentiate:
        return program
    from gradcli.autodiff.inner_derivatives import with_derivatives

    return with_derivatives(program)


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
    return replace(
        run,
        graph=graph,
        values=[None if id is None else run.values[id] for id in ids],
        requires_grad=needs,
        adjoints=[None if id is None or not need else run.adjoints[id] for id, need in zip(ids, needs, strict=True)],
        retained=frozenset(id for id, at in enumerate(ids) if at in run.retained),
    )
