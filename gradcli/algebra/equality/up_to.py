"""Whether two expressions are equal up to a constant, as antiderivatives are, or up to a factor, as sides of equations are.

The number is found at one point at which both have a value: first - second, or first/second there. Then the first expression is
compared with the second one plus, or times, this number, so that what is said of equality holds of it.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Mapping
from fractions import Fraction
from functools import partial

from gradcli.algebra.assumptions.facts import NOTHING, Assumptions
from gradcli.algebra.assumptions.reader import assumptions_of
from gradcli.algebra.derivatives import simplify
from gradcli.algebra.equality.equal import SOURCES, equal
from gradcli.algebra.equality.points import points, rational
from gradcli.algebra.equality.verdict import Equality
from gradcli.algebra.simplified import simplified_outputs
from gradcli.algebra.simplify import normal_forms
from gradcli.algebra.sums.normal import Algebra
from gradcli.autodiff.passes.forward import evaluate
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES, Graph
from gradcli.language.ast import NOWHERE, Assignment, Expression, Index, Number, Operator, Output, Program
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import written_out
from gradcli.lowering.programs.lower import lower
from gradcli.ops.elementwise.arithmetic import div
from gradcli.typing import Any

ADDED, MULTIPLIED = "constant", "factor"

_SHAPES = ("", "factored")
"""Shapes in which it may be seen that a quotient is nowhere 0, the shortest and another."""

_TRIED = 60
"""Points at which a value of both is looked for."""

_NEARLY_0 = 1e-9

_SHORT = 1_000
"""The largest denominator of a short fraction."""

_ROUNDING = 1e-13


def equal_up_to(
    first: str | Program,
    second: str | Program,
    what: str,
    *,
    assume: Assumptions | str = NOTHING,
    max_nodes: int = DEFAULT_MAX_NODES,
    max_elements: int = DEFAULT_MAX_ELEMENTS,
) -> Equality:
    """Compare two expressions or programs of numbers, or of lists: one number is added to all elements, or times all.

    Args:
        first: One of them.
        second: The other one.
        what: ``constant`` or ``factor``, which is a number other than 0.
        assume: What is assumed of the variables.
        max_nodes: The largest graph of both.
        max_elements: The largest array.

    Returns:
        What is found of the first and of the second with the number; they are compared as they are where none is found.

    Raises:
        GradcliError: One of them has an error, or both are too large to compare.
    """
    programs = [
        parse(text, where) if isinstance(text, str) else text for text, where in zip((first, second), SOURCES, strict=True)
    ]
    graphs = [lower(program, StaticBuilder(Graph(max_nodes, max_elements))) for program in programs]
    names = list(dict.fromkeys(name for graph in graphs for name in graph.variables))
    assume = assumptions_of(assume, names)
    number = _number(programs, graphs, names, what, assume)
    if number is not None:
        programs[1] = _with_number(programs[1], what, number)
    found = equal(programs[0], programs[1], assume=assume, max_nodes=max_nodes, max_elements=max_elements)
    return replace(found, up_to=what, number=to_text(_neutral(what) if number is None else number))


def equal_equations(
    first: Program,
    second: Program,
    *,
    assume: Assumptions | str = NOTHING,
    max_nodes: int = DEFAULT_MAX_NODES,
    max_elements: int = DEFAULT_MAX_ELEMENTS,
) -> Equality:
    """Compare two equations, each given as the difference of its sides: equal up to a factor that is 0 nowhere.

    Args:
        first: The difference of the sides of one of them.
        second: The same of the other one.
        assume: What is assumed of the variables.
        max_nodes: The largest graph of both.
        max_elements: The largest array.

    Returns:
        What is found of the first and of the second with the factor, a number or an expression such as ``exp(x)``.

    Raises:
        GradcliError: One of them has an error, or is an array, or both are too large to compare.
    """
    found = equal_up_to(first, second, MULTIPLIED, assume=assume, max_nodes=max_nodes, max_elements=max_elements)
    if found or (known := _factor(first, second, found.assume)) is None:
        return found
    factor, places = known
    settled = all(_holds_nowhere(program, *place, found.assume) for place in places for program in (first, second))
    compare = partial(equal, assume=found.assume, max_nodes=max_nodes, max_elements=max_elements)
    multiple = _with_number(second, MULTIPLIED, factor)
    again = compare(first, multiple)
    divided = compare(_with_number(multiple, MULTIPLIED, Operator("/", (Number(1), factor))), second)
    lost = [witness.second for witness in divided.domain]  # where the factor has no value; the second one must not hold there
    if not again or not divided or not settled or 0 in lost or (not places and len(lost) < divided.only_second):
        return found
    if lost:
        again = replace(again, verdict=divided.verdict, only_second=divided.only_second, domain=divided.domain)
    return replace(again, up_to=MULTIPLIED, number=to_text(factor))


def _factor(first: Program, second: Program, assume: Assumptions) -> tuple[Expression, list[tuple[str, Fraction]]] | None:
    """The quotient of two expressions, simplified, and the places of a variable where it is 0 or has no value.

    None where it is not known where that is; it may have no value elsewhere, where it is the root of something.
    """
    builder = StaticBuilder(Graph())
    quotient = builder.operation(div.name, tuple([lower(program, builder).output for program in (first, second)]), NOWHERE)
    builder.graph.output, builder.graph.outputs = quotient, [quotient]
    whole = compacted(builder.graph)
    for shape in _SHAPES:
        with contextlib.suppress(GradcliError):  # it has no such shape
            found = simplified_outputs(whole, assume=assume, shape=shape)
            graph = lower(found.program(), StaticBuilder(Graph()))
            algebra = Algebra(assume)
            form = normal_forms(graph, algebra)[graph.output]
            monomial, _ = algebra.as_term(form)
            atoms = [atom for atom, _ in monomial if not algebra.is_nonzero(atom)]
            inside = [algebra.arguments(one)[0] if algebra.atoms[one].kind == "form" else algebra.of_atom(one) for one in atoms]
            places = [algebra.only_zero(one) for one in inside]
            known = [place for place in places if place is not None]
            if not found.definitions and (len(known) == len(places) or algebra.is_nonzero_form(form)):
                return found.expressions[0], known if len(known) == len(places) else []
    return None


def _holds_nowhere(program: Program, variable: str, place: Fraction, assume: Assumptions) -> bool:
    """Whether the output of a program is not 0 at a place of a variable, whatever the others are, or has no value there."""
    graph = lower(Program((Assignment(variable, Number(place)), *program.statements)), StaticBuilder(Graph()))
    algebra = Algebra(assume)
    form = normal_forms(graph, algebra)[graph.output]
    values: dict[int, list[float]] = {}
    for one in algebra.inside_out(form, values):
        values[one] = [algebra.value_of_atom(atom) or 0 for monomial, _ in algebra.forms[one] for atom, _ in monomial]
    return not all(map(math.isfinite, itertools.chain(*values.values()))) or algebra.is_nonzero_form(form)


def _neutral(what: str) -> Number:
    return Number(0 if what == ADDED else 1)


def _number(programs: list[Program], graphs: list[Graph], names: list[str], what: str, assume: Assumptions) -> Expression | None:
    """The number at the first point at which both have a value, for a factor one other than 0."""
    shapes = [graph.shape(graph.output) for graph in graphs]
    if shapes[0] != shapes[1]:
        return None
    places = list(itertools.islice(itertools.product(*map(range, shapes[0])), _TRIED))
    for point, place in itertools.product(itertools.islice(points(names, assume=assume), _TRIED), places):
        plain = {name: rational(value) for name, value in point.items()}
        computed = [evaluate(graph, {name: float(plain[name]) for name in graph.variables}) for graph in graphs]
        ends = [_element(values[graph.output], place) for values, graph in zip(computed, graphs, strict=True)]
        if not all(math.isfinite(value) for values in computed for value in values if isinstance(value, float)):
            continue
        if not all(map(math.isfinite, ends)):
            continue
        if what == MULTIPLIED and min(map(abs, ends)) < _NEARLY_0:
            continue
        parts = [_at(program, graph, plain, place) for program, graph in zip(programs, graphs, strict=True)]
        exact = _combined("-" if what == ADDED else "/", *parts)
        return exact if isinstance(exact, Number) else _plain(ends[0] - ends[1] if what == ADDED else ends[0] / ends[1]) or exact
    return None


def _plain(value: float) -> Number | None:
    """A short fraction that a number is nearly, as sin(2)/(sin(1)*cos(1)) is 2: whether it is, the comparison shows."""
    near = Fraction(value).limit_denominator(_SHORT)
    return Number(near) if abs(near - Fraction(value)) <= _ROUNDING * max(1, abs(value)) else None


def _element(value: Any, place: tuple[int, ...]) -> float:
    """An element of an array; a number itself."""
    return float(value[place] if place else value)


def _at(program: Program, graph: Graph, point: Mapping[str, int | Fraction], place: tuple[int, ...]) -> Expression:
    """The value of a program at a point, or an element of it, as an expression."""
    given = tuple([Assignment(name, Number(point[name])) for name in graph.variables])
    found = lower(Program((*given, *program.statements)), StaticBuilder(Graph(graph.max_nodes, graph.max_elements)))
    whole = written_out(found, found.output, [""] * len(found))
    return Index(whole, tuple(map(Number, place))) if place else whole


def _combined(symbol: str, left: Expression, right: Expression) -> Expression:
    return simplify(Program((Output(Operator(symbol, (left, right))),))).expressions[0]


def _with_number(program: Program, what: str, number: Expression) -> Program:
    """A program whose output is that of another plus a number, or times one."""
    if isinstance(number, Number) and number == _neutral(what):
        return program
    *before, last = program.statements
    if not isinstance(last, Output | Assignment):
        return program
    symbol, operands = ("+", (last.value, number)) if what == ADDED else ("*", (number, last.value))
    return Program((*before, Output(Operator(symbol, operands))))
