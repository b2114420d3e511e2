"""A program that is built once and run many times: what is fetched from it, and what is fed (TensorFlow's Session.run).

Only what the fetched nodes need is computed, and a node whose value is fed is a variable like any other: the gradient stops
there, and can be taken by it.
"""

from __future__ import annotations

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import check_used
from gradcli.autodiff.runs.program_run import recorded, static_run
from gradcli.autodiff.runs.static_graphs import lowered
from gradcli.errors import Span, no_value
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Program
from gradcli.language.statements import assigned_names, free_names
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.programs.lower import sort_variables
from gradcli.lowering.programs.outputs import (
    feed_node,
    node_called,
    nodes_by_name,
    output_ids,
    output_names,
    without_assignments,
)


class Prepared(Frozen):
    """A static graph that is ready to be fed.

    Attributes:
        graph: The graph; its outputs are what is fetched, the first of which is differentiated.
        names: What the outputs are called.
        asked: What its runs are asked for, but for values.
    """

    graph: Graph
    names: tuple[str, ...]
    asked: Request


def prepare(program: Program, asked: Request) -> Prepared:
    """Build the static graph of a program for what is fetched and fed.

    Args:
        program: The program.
        asked: What is asked for, with values or shapes of the variables and of what is fed.

    Raises:
        GradcliError: The program is wrong or too large, it has no node of a name, or a variable has no value.
    """
    free = free_variables(program, asked)
    check_used(free, asked.bindings or {}, asked.spare)
    program, given = without_assignments(program, asked.feed)
    shapes = asked.known_shapes()
    fetch, feed, optimize = asked.fetch, asked.feed, asked.optimize
    ends: dict[str, int] = {}
    graph = lowered(program, asked, bound=(shapes.keys() - feed.keys()) | given, assigned=ends)
    names, outputs = output_names(program), output_ids(program, graph)
    wanted = [name for name in {*fetch, *feed} if name in ends and name in assigned_names(program.statements)]
    graph.outputs = [*outputs, *[ends[name] for name in wanted]]
    if optimize > 0:
        graph = compacted(graph, keep_named=optimize < 2)
    outputs, others = graph.outputs[: len(outputs)], graph.outputs[len(outputs) :]
    if fetch or feed:
        known = nodes_by_name(graph, dict(zip(wanted, others, strict=True)))
        if fetch:
            names, outputs = list(fetch), [node_called(name, known, "--fetch") for name in fetch]
        for name in feed:
            if name not in given:
                feed_node(graph, node_called(name, known, "--feed-node"), name, shapes.get(name, ()))
    results = dict(zip(names, outputs, strict=True))
    graph.outputs, graph.output = list(results.values()), outputs[0]
    if fetch or feed:
        graph = compacted(graph, keep_named=False, keep_variables=False, keep_printing=not fetch)
    missing = [name for name in graph.variables if name not in shapes]
    if missing:
        raise no_value(missing, free.get(missing[0]))
    for name in asked.wrt or (() if fetch or feed else free):  # what nothing of it needs has a leaf all the same
        if name not in graph.variables and name in free and name in shapes:
            graph.variable(name, (0, 0), shapes[name])
    if not (fetch or feed):
        sort_variables(graph, program)
    return Prepared(graph, tuple(results), asked)


def free_variables(program: Program, asked: Request) -> dict[str, Span]:
    """The names that a program takes from outside, those too that it does not need where nodes are fed, with their places."""
    found = free_names(program)
    return {**found, **free_names(without_assignments(program, asked.feed)[0])} if asked.feed else found


def results(program: Program, asked: Request) -> list[str]:
    """What the outputs are called."""
    return list(dict.fromkeys(asked.fetch or output_names(without_assignments(program, asked.feed)[0])))


def run_once(program: Program, asked: Request, prepared: Prepared | None = None) -> tuple[Tape, list[int]]:
    """Run a program once; gives the run and the ids of its :func:`results`.

    Args:
        program: The program.
        asked: What is asked for.
        prepared: The static graph, where there is one already.

    Raises:
        GradcliError: The program or a value is wrong, or a limit is reached.
    """
    if asked.mode == "static":
        tape = static_run((prepared or prepare(program, asked)).graph, asked)
        return tape, tape.graph.outputs
    tape = recorded(program, asked)
    names, ids = (asked.fetch, tape.graph.outputs) if asked.fetch else (output_names(program), output_ids(program, tape.graph))
    return tape, list(dict(zip(names, ids, strict=True)).values())
