"""The facts of a function that follow from its graph."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from gradcli.algebra.assumptions.facts import NOTHING as NO_ASSUMPTIONS
from gradcli.algebra.assumptions.facts import Assumptions
from gradcli.analysis.properties.bounds import bounds_of
from gradcli.analysis.properties.composition import FIXED, UNKNOWN, Run, runs_of
from gradcli.analysis.properties.costs import Form, Segments, checkpoints, form_of, gradient_work, saved_by, work_of
from gradcli.analysis.properties.sparsity import (
    distance_2_colouring,
    hessian_pattern,
    jacobian_pattern,
    star_colouring,
    transposed,
)
from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.graph.names import node_names
from gradcli.lowering.elements.expansion import ELEMENTS, ElementBuilder, expanded_outputs
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.course import Interval
from gradcli.ops.declaration.operation import NotDifferentiableError

MOST_ENTRIES = 1_000_000
"""Entries of a pattern, and nodes looked at for single variables, where nothing else is asked for."""


class Pattern(Frozen):
    """Where a matrix of derivatives can be other than 0.

    Attributes:
        rows: For each row a number whose bits are the columns of these entries.
        columns: How many columns it has.
        colours: The colour of each column, or of each row where ``by`` is ``rows``; -1 of an empty one.
        by: ``columns`` or ``rows``: what is coloured.
    """

    rows: Sequence[int]
    columns: int
    colours: Sequence[int]
    by: str

    @property
    def entries(self) -> int:
        """How many there are."""
        return sum([row.bit_count() for row in self.rows])

    @property
    def passes(self) -> int:
        """The number of colours: so many passes find all entries."""
        return max(self.colours, default=-1) + 1


class FunctionFacts(Frozen):
    """The facts of a function.

    Attributes:
        graph: Its graph.
        names: The name of each node.
        depends: The variables that the output depends on.
        wrt: The variables that are looked at.
        bounds: The interval of the values of each node.
        needed: Whether the output depends on each node.
        together: How each node runs in all of these variables.
        each: How the output runs in each variable alone; empty where that is too much work.
        form: The form of the graph.
        forward: Operations on numbers for the value.
        both: Operations for value and gradient; None where there is no gradient.
        saved: The numbers that a tape keeps for the backward pass; None where there is no gradient.
        segments: The trade of numbers kept against operations done again.
        inputs: The names of the variables, or of their elements, that rows and columns stand for.
        jacobian: The pattern of the derivatives of all outputs; None where it is too large or not known.
        hessian: That of the second derivatives; None also where the output is an array.
        notes: What is not said, and why.
    """

    graph: Graph
    names: list[str]
    depends: tuple[str, ...]
    wrt: tuple[str, ...]
    bounds: list[Interval]
    needed: list[bool]
    together: list[Run]
    each: dict[str, Run]
    form: Form
    forward: int
    both: int | None
    saved: int | None
    segments: list[Segments]
    inputs: tuple[str, ...]
    jacobian: Pattern | None
    hessian: Pattern | None
    notes: tuple[str, ...]

    @property
    def run(self) -> Run:
        """How the output runs in all variables that are looked at."""
        return self.together[self.graph.output]

    @property
    def ratio(self) -> float | None:
        """How many times the operations of the function those of function and gradient are; None where there is no gradient."""
        return None if self.both is None or not self.forward else self.both / self.forward


def facts_of(
    graph: Graph, wrt: Sequence[str] = (), *, assumptions: Assumptions = NO_ASSUMPTIONS, max_entries: int = MOST_ENTRIES
) -> FunctionFacts:
    """The facts of the function that a graph computes.

    Args:
        graph: A static graph.
        wrt: The variables to look at, the others held fixed; all where there are none.
        assumptions: What is known of the variables.
        max_entries: The most entries of a pattern, and the most nodes that are looked at for single variables.

    Raises:
        UnknownVariableError: There is no such variable.
    """
    for name in wrt:
        if name not in graph.variables:
            raise UnknownVariableError(name, list(graph.variables))
    asked = tuple(dict.fromkeys(wrt)) or tuple(graph.variables)
    ids = [graph.variables[name] for name in asked]
    needed = graph.ancestors(graph.output)
    bounds = bounds_of(graph, assumptions)
    notes: list[str] = []
    each: dict[str, Run] = {}
    looked = [name for name, id in zip(asked, ids, strict=True) if needed[id]]
    if len(looked) * len(graph) <= max_entries:
        for name in asked:
            id = graph.variables[name]
            each[name] = runs_of(graph, [id], bounds, needed)[graph.output] if needed[id] else FIXED
    else:
        notes.append(f"{len(looked):,} variables alone, each in {len(graph):,} nodes, are more than --max-entries {max_entries}")
    both, saved = None, None
    try:
        both = gradient_work(graph, ids)
        saved = sum([prod(graph.shape(id)) for id in saved_by(graph, ids)])
    except (GradcliError, NotDifferentiableError) as error:
        notes.append(f"no gradient: {getattr(error, 'message', error)}")
    runs = runs_of(graph, ids, bounds, needed)
    inputs, jacobian, hessian = asked, None, None
    try:
        inputs, jacobian, hessian, numbers = _patterns(graph, asked, max_entries, notes)
    except (GradcliError, NotDifferentiableError) as error:
        notes.append(f"no patterns: {getattr(error, 'message', error)}")
    else:
        thick = all(bounds[id][0] < bounds[id][1] for id in ids) and not any(assumptions.of(name).integer for name in asked)
        if hessian is not None and thick and runs[graph.output].degree == 2:
            _by_hessian(numbers, inputs, graph.output, runs, each)
        if hessian is not None and thick and not graph.shapes:
            _by_second_derivatives(graph, assumptions, runs, each)
        if hessian is not None and thick:
            _by_chords(numbers, graph, inputs, bounds, runs, each)
    return FunctionFacts(
        graph,
        node_names(graph, frozenset(VALUES)),
        tuple(name for name, id in graph.variables.items() if needed[id]),
        asked,
        bounds,
        needed,
        runs,
        each,
        form_of(graph, needed),
        work_of(graph, needed),
        both,
        saved,
        checkpoints(graph, needed),
        inputs,
        jacobian,
        hessian,
        tuple(notes),
    )


def _patterns(
    graph: Graph, wrt: Sequence[str], max_entries: int, notes: list[str]
) -> tuple[tuple[str, ...], Pattern | None, Pattern | None, Graph]:
    """The names of the elements, the patterns of both derivatives where they are not too large, and the graph of numbers."""
    outputs: list[int] = list(dict.fromkeys(graph.outputs)) or [graph.output]
    columns, rows = (sum([prod(graph.shape(id)) for id in ids]) for ids in ([graph.variables[name] for name in wrt], outputs))
    if columns * rows > max_entries:
        notes.append(f"a Jacobian of {rows:,} by {columns:,} is more than --max-entries {max_entries}")
        return tuple(wrt), None, None, graph
    names, numbers, ends = tuple(wrt), graph, outputs
    if graph.shapes:
        builder = ElementBuilder(Graph(max(8 * ELEMENTS, 1000)), identities=True)
        found, elements = expanded_outputs(graph, outputs, builder)
        numbers, ends = builder.graph, [id for array in found for id in array]
        names = tuple(element for name in wrt for element in elements.get(name, ()))
    inputs = [numbers.variables[name] for name in names]
    pattern = jacobian_pattern(numbers, ends, inputs)
    jacobian = _coloured(pattern, transposed(pattern, len(inputs)))
    if len(ends) != 1:
        notes.append("a Hessian is that of one number, and here there are several")
        return names, jacobian, None, numbers
    if columns * columns > max_entries:
        notes.append(f"a Hessian of {columns:,} by {columns:,} is more than --max-entries {max_entries}")
        return names, jacobian, None, numbers
    numbers.output = ends[0]
    second = hessian_pattern(numbers, inputs)
    return names, jacobian, Pattern(second, len(inputs), star_colouring(second), "columns"), numbers


def _by_hessian(numbers: Graph, inputs: Sequence[str], output: int, runs: list[Run], each: dict[str, Run]) -> None:
    """What the constant Hessian of a polynomial of degree 2 says where the rules say nothing."""
    if runs[output].bend and all(one.bend for one in each.values()):
        return
    from gradcli.analysis.properties.quadratics import constant_hessian, of_hessian

    matrix = constant_hessian(numbers, inputs)
    if matrix is None:
        return
    if not runs[output].bend:
        runs[output] = of_hessian(runs[output], matrix)
    for name, run in each.items():
        if not run.bend and name in inputs:
            at = inputs.index(name)
            each[name] = of_hessian(run, [[matrix[at][at]]])


def _by_second_derivatives(graph: Graph, assumptions: Assumptions, runs: list[Run], each: dict[str, Run]) -> None:
    """What second derivatives say of polynomials in one variable where the rules say nothing."""
    from gradcli.analysis.properties.quadratics import of_second_derivative, second_derivative

    for name, run in each.items():
        if run.degree is not None and run.degree > 2 and not run.bend and not run.neither:
            second = second_derivative(graph, name)
            if second is not None:
                low, high = [
                    None if end is None else Fraction(end) for end in (assumptions.of(name).low, assumptions.of(name).high)
                ]
                each[name] = of_second_derivative(run, second, name, low, high)
    whole = runs[graph.output]
    if len(each) == 1 and not whole.bend:
        [runs[graph.output]] = each.values()
    elif not whole.bend and not whole.neither and (parts := [one for one in each.values() if one.neither]):
        runs[graph.output] = whole._replace(neither=True, rule=parts[0].rule)


def _by_chords(
    numbers: Graph, graph: Graph, inputs: Sequence[str], bounds: Sequence[Interval], runs: list[Run], each: dict[str, Run]
) -> None:
    """What values beside chords say where nothing else does."""
    from gradcli.analysis.properties.quadratics import MOST_NODES, by_chords

    if len(numbers) > MOST_NODES:
        return
    names = sorted(graph.variables, key=len, reverse=True)
    of = {element: next(name for name in names if element.startswith(name)) for element in numbers.variables}
    intervals = {element: bounds[graph.variables[name]] for element, name in of.items()}
    for name in [name for name, run in each.items() if run.kind == UNKNOWN]:
        each[name] = by_chords(numbers, each[name], [one for one in inputs if of[one] == name], intervals)
    if runs[graph.output].kind == UNKNOWN:
        [only] = each.values() if len(each) == 1 else [None]
        runs[graph.output] = only or by_chords(numbers, runs[graph.output], inputs, intervals)


def _coloured(rows: list[int], columns: list[int]) -> Pattern:
    """A pattern, of which rows or columns are coloured, whichever takes fewer colours; by the fullest one those are at least."""
    widest, highest = (max([one.bit_count() for one in lines], default=0) for lines in (rows, columns))
    by_rows = None if highest >= len(columns) > widest else distance_2_colouring(columns, len(rows))
    by_columns = None if widest >= len(rows) and by_rows is not None else distance_2_colouring(rows, len(columns))
    if by_rows is None or (by_columns is not None and max(by_columns, default=-1) < max(by_rows, default=-1)):
        assert by_columns is not None
        return Pattern(rows, len(columns), by_columns, "columns")
    return Pattern(rows, len(columns), by_rows, "rows")
