"""Derivatives of any order, simplified: taken on the graph by the reverse rules, again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from gradcli.algebra.simplified import Simplified, Simplifier, simplified_outputs
from gradcli.algebra.simplify import without_guards
from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import gradient_graph
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import DEFAULT_MAX_NODES, Graph, Shape
from gradcli.language.ast import NOWHERE, Number, Output, Program
from gradcli.language.text import to_text
from gradcli.lowering.builders.compaction import compacted, replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import CHOICE, OPERATIONS
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions

SHORTENED_NODES = 1_000
"""Nodes up to which a derivative is simplified before it is differentiated again."""

ORDER_NODES = 10_000
"""Nodes beyond which a derivative is not differentiated again: with each order there may be twice as many."""

Request = tuple[int, tuple[str, ...]]
"""An output and the variables to differentiate it by, one after the other; no variables ask for the output itself."""


def derivative_graph(graph: Graph, requests: Sequence[Request], *, whole: bool = False) -> tuple[Graph, list[int]]:
    """A graph that computes derivatives of the outputs of a static graph.

    Args:
        graph: The graph.
        requests: The id of an output, and the variables to differentiate it by.
        whole: As for :func:`~gradcli.autodiff.passes.reverse.symbolic_adjoints`.

    Returns:
        The graph, interned, and the id of each derivative in it.
    """
    roots: dict[Request, tuple[Graph, int | None]] = {}
    following: dict[Request, dict[str, None]] = {}  # for what is differentiated, by what all requests want it next
    for output, wrt in requests:
        for depth, name in enumerate(wrt):
            following.setdefault((output, wrt[:depth]), {})[name] = None
    for output, wrt in requests:
        roots.setdefault((output, ()), (graph, output))
        for depth in range(len(wrt)):
            if (output, wrt[: depth + 1]) not in roots:
                _differentiate_once(roots, (output, wrt[:depth]), list(following[output, wrt[:depth]]), whole)
    sources = {source for source, _ in map(roots.__getitem__, requests)}
    found = [id for request in requests if (id := roots[request][1]) is not None and request[1]]
    if len(sources) == 1 and len(found) == len(requests):  # one gradient graph has all of them, interned as the result would be
        return sources.pop(), found
    builder = StaticBuilder(Graph(max(graph.max_nodes, 64 * len(graph)), graph.max_elements), identities=True)
    builder.absorbing = not whole
    replayed: dict[Graph, list[int]] = {}
    ids: list[int] = []
    for request in requests:
        source, id = roots[request]
        if id is None:
            shape = graph.shape(graph.variables[request[1][-1]]) if request[1] and request[1][-1] in graph.variables else ()
            ids.append(builder.operation("zeros", (), NOWHERE, (("shape", shape),)) if shape else builder.constant(0))
        else:
            if source not in replayed:
                replayed[source] = [symbol.id for symbol in replay(source, builder)]
            ids.append(replayed[source][id])
    return builder.graph, ids


def differentiate(graph: Graph, requests: Sequence[Request], *, assume: Assumptions | None = None) -> Simplified:
    """Derivatives of the outputs of a static graph, simplified; those of large functions as named lines.

    Args:
        graph: The graph.
        requests: The id of an output, and the variables to differentiate it by.
        assume: What is assumed of variables; None for nothing.
    """
    derivatives, ids = derivative_graph(graph, requests)
    return Simplifier(derivatives, ids, generic=any(wrt for _, wrt in requests), assume=assume).together(ids)


def _differentiate_once(
    roots: dict[Request, tuple[Graph, int | None]], before: Request, variables: Sequence[str], whole: bool
) -> None:
    """One reverse pass gives the derivatives by all variables that are asked for next."""
    output, wrt = before
    graph, id = roots[before]
    if id is not None and graph.shape(id):
        raise _not_a_number(graph, id, wrt)
    known: list[str] = []
    if id is not None:
        graph = graph if id == graph.output else with_output(graph, id)
        if wrt:  # what is left unsimplified grows from one order to the next
            graph = _shorter(graph) if len(graph) <= SHORTENED_NODES else graph
            check_growth(graph, len(wrt) + 1)
        known = [name for name in variables if name in graph.variables]
    gradient, ids = gradient_graph(graph, [graph.variables[name] for name in known], whole=whole) if known else (graph, [])
    found = dict(zip(known, ids, strict=True))
    for name in variables:
        roots[output, (*wrt, name)] = (gradient, found.get(name))


def check_growth(graph: Graph, order: int) -> None:
    """Stop before derivatives of ever higher orders take ever more nodes.

    Raises:
        GradcliError: The graph to differentiate once more is large already (exit code 4).
    """
    most = ORDER_NODES if graph.max_nodes >= DEFAULT_MAX_NODES else graph.max_nodes
    if len(graph) > most:
        raise GradcliError(
            f"the derivative of order {order} is too large: that of order {order - 1} takes {len(graph):,} operations already",
            hint=f"ask for a lower order; --max-nodes up to {DEFAULT_MAX_NODES - 1:,} changes the limit of {most:,}",
            exit_code=ExitCode.LIMIT,
        )


def _shorter(graph: Graph) -> Graph:
    """The graph of the simplified output, where that is smaller."""
    found = Simplifier(graph, [graph.output], generic=True).together([graph.output])
    if found.definitions:
        return graph
    shapes = {name: graph.shape(id) for name, id in graph.variables.items()}
    builder = StaticBuilder(Graph(graph.max_nodes, graph.max_elements), identities=True, shapes=shapes)
    rebuilt = lower(found.program(), builder, graph.variables)
    return rebuilt if len(rebuilt) < len(graph) else graph


def _not_a_number(graph: Graph, id: int, wrt: Sequence[str]) -> GradcliError:
    """The error for the gradient of an array."""
    if wrt:
        message = f"the derivative by {wrt[-1]} has the shape {graph.shape(id)}, and what is differentiated is a number"
        return GradcliError(message, hint="--hessian gives the second derivatives element by element")
    return GradcliError(
        f"the expression has the shape {graph.shape(id)}, and what is differentiated is a number",
        graph.spans[id],
        "sum(...) makes a number of it; --jacobian gives the derivatives element by element",
    )


def with_output(graph: Graph, id: int) -> Graph:
    """What leads to a node, which is the output, and the variables."""
    output, outputs, names = graph.output, graph.outputs, graph.given_names
    graph.output, graph.outputs, graph.given_names = id, [], {}
    try:
        return compacted(graph)
    finally:
        graph.output, graph.outputs, graph.given_names = output, outputs, names


def diff(
    program: Program, *variables: str, assume: Assumptions | str | None = None, shapes: Mapping[str, Shape] | None = None
) -> Simplified:
    """A derivative of a program's output, simplified.

    Args:
        program: The program; its variables need no values.
        variables: What to differentiate by, one after the other: ``diff(program, "x", "x")`` is of order 2.
        assume: What is assumed of variables; None for nothing.
        shapes: The shapes of the variables that are arrays: ``{"A": (3, 4)}``; the others are numbers.

    Returns:
        One expression, of the shape of the last variable; by one that the output does not depend on it is 0.

    Raises:
        GradcliError: A name or a function of the program is wrongly used, or an operation has no derivative.
    """
    graph = compacted(lower(without_derivatives(program), StaticBuilder(Graph(), shapes=shapes)))
    for name in variables:
        if shapes and name in shapes:
            graph.variable(name, NOWHERE, shapes[name])  # one that the program does not use as well
    found = differentiate(graph, [(graph.output, variables)], assume=_assumed(assume, graph))
    return of_what_has_values(found, graph, [variables], _assumed(assume, graph))


def simplify(
    program: Program, *, assume: Assumptions | str | None = None, shapes: Mapping[str, Shape] | None = None
) -> Simplified:
    """A program's outputs as simplified expressions, never longer than they were.

    Args:
        program: The program; its variables need no values.
        assume: What is assumed of variables; None for nothing.
        shapes: The shapes of the variables that are arrays: ``{"A": (3, 4)}``; the others are numbers.

    Raises:
        GradcliError: A name or a function of the program is wrongly used.
    """
    graph = compacted(lower(without_derivatives(program), StaticBuilder(Graph(), shapes=shapes)))
    return simplified_outputs(graph, assume=_assumed(assume, graph))


def _assumed(assume: Assumptions | str | None, graph: Graph) -> Assumptions | None:
    """Assumptions as a record; text is read."""
    if not isinstance(assume, str):
        return assume
    from gradcli.algebra.assumptions.reader import assumptions_of

    return assumptions_of(assume, graph.variables)


def without_derivatives(program: Program) -> Program:
    """The program with the derivatives in it written out, without guards that matter at single points only."""
    if not program.may_differentiate:
        return program
    from gradcli.autodiff.inner_derivatives import with_derivatives

    return with_derivatives(program, without_guards)


def of_what_has_values(
    found: Simplified, graph: Graph, requests: Sequence[Sequence[str]], assume: Assumptions | None = None
) -> Simplified:
    """The derivatives of a graph of numbers, where it has any; of what is one number everywhere they are 0, as of sqrt(x - x).

    Args:
        found: The derivatives, in which that shows as 1/0, or which are 0.
        graph: The graph that they are of.
        requests: What each is by.
        assume: What is assumed of variables; None for nothing.

    Raises:
        GradcliError: The graph has no value, whatever its variables are, as log(x - x).
    """
    used = {name for names in requests for name in names} & set(graph.variables)
    needed = graph.ancestors(graph.output)
    if graph.shapes or not any(needed[graph.variables[name]] for name in used):
        return found
    broken = _has_no_value(found)
    if not broken and Number(0) not in found.expressions:
        return found
    own = Simplifier(graph, [graph.output], generic=True, assume=assume).together([graph.output])
    if not _has_no_value(own):
        if not broken:
            return found
        shorter = lower(own.program(), StaticBuilder(Graph()))
        found = differentiate(shorter, [(shorter.output, tuple(names)) for names in requests], assume=assume)
        if not _has_no_value(found):
            return found
    raise GradcliError(f"there is no derivative: {to_text(own.expressions[0])}, which is what is left of it, has no value")


def _has_no_value(found: Simplified) -> bool:
    """Whether a number without a value is part of expressions, as 1/0; not where a condition may leave it out."""
    program = Program((*found.definitions, *map(Output, found.expressions)))
    graph = lower(program, StaticBuilder(Graph()))
    if CHOICE in graph.operations or {"inf", "nan"} & set(graph.constants.values()):
        return False
    varies = graph.dependents(*graph.variables.values())
    values = evaluate(graph, dict.fromkeys(graph.variables, 1.0))
    for id, value in enumerate(values):
        operation = OPERATIONS.get(graph.operations[id])
        operands = tuple([values[input] for input in graph.inputs[id]])
        if operation is None or varies[id] or isfinite(value) or not all(map(isfinite, operands)):
            continue
        if value != value or any(zero == 0 for _, zero in operation.special_values(operands)):
            return True  # and not too large for a float, as exp(1000)
    return False
