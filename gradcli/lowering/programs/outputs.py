"""What a program gives: its results with their names, and nodes that a caller asks for or feeds by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from gradcli.errors import GradcliError, nearest
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph, Shape
from gradcli.graph.names import RESULT, node_names, result_name
from gradcli.language.ast import Assignment, Expression, Name, Output, Program, Statement
from gradcli.language.statements import For, Outputs, assigned_names, free_names, walk
from gradcli.language.text import to_text
from gradcli.lowering.programs.lower import last_statement
from gradcli.ops.declaration.constants import VALUES

_SHOWN = 20
"""Names that an error lists."""


def output_names(program: Program) -> list[str]:
    """What the results of a program are called, in order.

    ``output y, z^2`` gives y and z^2; else the last statement is the one result: the name that it assigns or writes, or y or f,
    or, where the program has both itself, its text.
    """
    declared = _declared(program)
    if declared is not None:
        return [to_text(value) for value in declared.values]
    last = last_statement(program)
    if isinstance(last, Assignment):
        return [last.name]
    value: Expression = getattr(last, "value", Name(RESULT))
    if isinstance(value, Name):
        return [to_text(value)]
    return [result_name({*assigned_names(program.statements), *free_names(program)}) or to_text(value)]


def output_ids(program: Program, graph: Graph) -> list[int]:
    """The nodes of :func:`output_names` in the graph of the program."""
    return [graph.output] if _declared(program) is None else list(graph.outputs)


def _declared(program: Program) -> Outputs | None:
    return next((statement for statement in reversed(program.statements) if isinstance(statement, Outputs)), None)


def without_assignments(program: Program, names: Collection[str]) -> tuple[Program, set[str]]:
    """The program with names taken from outside that it assigns once, outside of blocks; and these names.

    Args:
        program: The program.
        names: The names; those that are assigned several times or in blocks stay as they are.
    """
    times = Counter(statement.name for statement in walk(program.statements) if isinstance(statement, Assignment | For))
    once = {
        statement.name
        for statement in program.statements
        if isinstance(statement, Assignment) and statement.name in names and times[statement.name] == 1
    }
    if not once:
        return program, once
    last = last_statement(program)
    kept: list[Statement] = []
    for statement in program.statements:
        if not isinstance(statement, Assignment) or statement.name not in once:
            kept.append(statement)
        elif statement is last:
            kept.append(Output(Name(statement.name, statement.span), statement.span))
    return replace(program, statements=tuple(kept)), once


def nodes_by_name(graph: Graph, assigned: Mapping[str, int]) -> dict[str, int]:
    """The node that each name means.

    Args:
        graph: The graph.
        assigned: The node of each name that the program assigns, at the end of the program; other nodes have the names that the
            graph shows: a, b, ... and h₁ for a second h.
    """
    names = node_names(graph, frozenset(VALUES))
    shown = {name: id for id, name in enumerate(names) if graph.operations[id] != CONSTANT}
    return {**shown, **{name: id for name, id in assigned.items() if name}}


def select_outputs(graph: Graph, names: Sequence[str], assigned: Mapping[str, int]) -> None:
    """Make named nodes the outputs of a graph; the first is the one that is differentiated.

    Raises:
        GradcliError: There is no node of a name.
    """
    known = nodes_by_name(graph, assigned)
    graph.outputs = [node_called(name, known, "--fetch") for name in names]
    graph.output = graph.outputs[0]


def node_called(name: str, known: Mapping[str, int], option: str) -> int:
    """The node of a name.

    Raises:
        GradcliError: There is none.
    """
    if name not in known:
        near = nearest(name, known)
        listed = ", ".join(list(known)[:_SHOWN]) + (", ..." if len(known) > _SHOWN else "")
        hint = f"did you mean {near}? " if near else ""
        raise GradcliError(f"{option} {name}: there is no node {name}", hint=f"{hint}the nodes are {listed}")
    return known[name]


def feed_node(graph: Graph, id: int, name: str, shape: Shape) -> None:
    """Make a computed node a variable: its value is given, and what only it needs is not needed any more.

    Args:
        graph: The graph, which is changed.
        id: The node.
        name: What the variable is called.
        shape: The shape of its value.

    Raises:
        GradcliError: The node is not computed, or has another shape.
    """
    if graph.operations[id] == VARIABLE:
        raise GradcliError(f"--feed-node {name}: {name} is a variable", hint=f"its value is given by --{name} VALUE")
    if graph.operations[id] == CONSTANT:
        hint = f"--optimize 0 computes it where the program does; else write a variable for {name}"
        raise GradcliError(f"--feed-node {name}: {name} is a constant of this graph", hint=hint)
    if graph.shape(id) != shape:
        raise GradcliError(f"--feed-node {name}: {name} has the shape {graph.shape(id)}, and its value {shape}")
    graph.operations[id] = VARIABLE
    graph.inputs[id] = ()
    graph.given_names.pop(id, None)
    graph.settings.pop(id, None)
    graph.blocks.pop(id, None)
    graph.variables[name] = id
