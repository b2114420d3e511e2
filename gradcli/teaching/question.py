"""A question, compiled once for all of its answers: its graph, and the numbers of every node at several points."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.rows import vectorisable
from gradcli.autodiff.runs.static_graphs import build
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.graph.names import node_names
from gradcli.language.ast import Assignment, Expression, Output, Program
from gradcli.language.parser import parse
from gradcli.language.program_text import beginning
from gradcli.language.statements import free_names
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression
from gradcli.teaching.numbers import Vector, adjoints_of, forward, node_partials, node_values
from gradcli.teaching.places import Place, places_of
from gradcli.teaching.points import candidates, chosen_points, others
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.algebra.simplified import Simplified

_LARGEST = (1e10, 1e100)
"""How large values may be at the points; larger ones where there are no others."""
_POWER = re.compile(r"([^\W\d_]+)([0-9]+)")
_RULES = (12, 20)
"""How many nodes the rules have by which an integral is computed."""

_UNSHARED = Request(mode="static", optimize=0, steered=False)


class Question(Frozen, eq=False):
    """A question: the derivative of an expression by a variable, and everything about it that answers are compared with.

    Attributes:
        expression: The expression as it was given.
        wrt: The variable.
        order: Which derivative is asked for.
        function: What is differentiated once: the expression itself, or its derivative before the last one.
        graph: The graph of ``function``, unshared: a place in it is a place in the text.
        names: The names of its nodes.
        point: For each variable its values, a vector with an element for each point.
        values: The values of each node.
        partials: For each node the derivative by each of its inputs; None where none flows.
        derivatives: For each variable the derivative of each node by it, None where it does not depend on it.
        adjoints: The derivative of the result by each node; None where none arrives.
        lower: The graphs of the expression and its derivatives below the asked order, lowest first, but that of ``function``.
        named: The lines that name intermediate values, which answers may use.
    """

    expression: str
    wrt: str
    order: int
    function: Program
    graph: Graph
    names: Sequence[str]
    point: Mapping[str, Vector]
    values: Sequence[Vector]
    partials: Sequence[Sequence[Vector | None]]
    derivatives: Mapping[str, Sequence[Vector | None]]
    adjoints: Sequence[Vector | None]
    lower: Sequence[Graph] = ()
    named: Sequence[Assignment] = ()

    @property
    def d(self) -> str:
        """The sign of derivatives by the variable: d where it is the only one, else ∂."""
        return "d" if len(self.graph.variables) == 1 else "∂"

    @property
    def right(self) -> Vector:
        """The right answer at each point."""
        if self.order == 0:
            return self.value
        found = self.derivatives[self.wrt][self.graph.output]
        one = found is None or numpy.size(found) == 1  # the same at all points
        return numpy.broadcast_to(0.0 if found is None else found, (self.count,)) if one else found

    @cached_property
    def terms(self) -> float:
        """The largest sum of the sizes of what the paths give: where the right answer is far below it, it is a rounding of 0."""
        if self.order == 0:
            return 0.0
        with quiet():
            sizes = [[None if one is None else numpy.abs(one) for one in row] for row in self.partials]
            found = forward(self.graph, sizes, self.wrt)[self.graph.output]
        return 0.0 if found is None else float(numpy.max(found, initial=0.0, where=numpy.isfinite(found)))

    @cached_property
    def places(self) -> dict[int, Place]:
        """The numbers of each node with operands."""
        wrt, right = self.wrt, self.derivatives[self.wrt]
        return places_of(self.graph, [self.graph.variables.get(wrt)], self.point[wrt], self.values, self.partials, right)

    @property
    def value(self) -> Vector:
        """The value of the function at each point."""
        return self.values[self.graph.output]

    @cached_property
    def earlier(self) -> list[Vector]:
        """Below the asked order the value and the derivatives of the expression, lowest first."""
        with quiet():
            return [node_values(graph, self.point)[graph.output] for graph in self.lower]

    @cached_property
    def area(self) -> tuple[int, int, float] | None:
        """Two of the points and the integral of the function between them; None where there is more than one variable, or where
        two rules do not agree on it."""
        if len(self.point) > 1 or self.count < 2:
            return None
        ((name, vector),) = self.point.items()
        order = numpy.argsort(vector)
        nearest = int(numpy.argmin(numpy.diff(vector[order])))
        first, last = int(order[nearest]), int(order[nearest + 1])
        found = []
        for rule in _RULES:
            nodes, weights = numpy.polynomial.legendre.leggauss(rule)
            half = (vector[last] - vector[first]) / 2
            with quiet():
                values = node_values(self.graph, {name: vector[first] + half * (nodes + 1)})[self.graph.output]
                found.append(float(half * numpy.sum(weights * values)))
        agree = abs(found[0] - found[1]) <= 1e-9 * abs(found[1])
        return (first, last, found[1]) if agree else None

    def where(self, usable: Callable[[Mapping[str, Vector]], Any]) -> Question | None:
        """The same question at other points; None where there are none.

        Args:
            usable: Tells which of some points are.
        """
        if self.wrt in {line.name for line in self.named}:
            return None
        pool = candidates(list(self.point))
        with quiet():
            values = node_values(self.graph, pool)
            derivative = forward(self.graph, node_partials(self.graph, values), self.wrt)[self.graph.output]
            good = usable(pool)
            for vector in (*values, derivative):
                good = good if vector is None else good & (numpy.abs(vector) < _LARGEST[0])
        point = others(pool, good)
        if not len(point[self.wrt]):
            return None
        return replace(self, point=point, **_numbers(self.graph, point, self.wrt))

    def simple(self) -> Question | None:
        """The same question at points of small whole numbers; None where it has no values there."""
        if self.wrt in {line.name for line in self.named}:
            return None
        point = {name: numpy.array([1, 2, 1 + index, 2 + index, 3], float) for index, name in enumerate(self.point)}
        known = numpy.isfinite(replace(self, point=point, **_numbers(self.graph, point, self.wrt)).right)
        point = {name: vector[known] for name, vector in point.items()}
        return replace(self, point=point, **_numbers(self.graph, point, self.wrt)) if known.any() else None

    @property
    def count(self) -> int:
        """How many points there are."""
        return len(next(iter(self.point.values())))


def compile_question(
    expression: str, wrt: str, *, order: int = 1, at: Mapping[str, float] | None = None, beside: Sequence[str] = ()
) -> Question:
    """Compile a question.

    Args:
        expression: An expression or program of numbers.
        wrt: The variable to differentiate by; or an intermediate value, by the name that the expression gives it.
        order: Which derivative is asked for; 0 is the value.
        at: A point that is added behind the others: the one at which a number is asked for.
        beside: Variables that the expression does not have, and answers may.

    Raises:
        GradcliError: The expression is wrong, has arrays, branches or loops, does not have the variable, or has no value and
            derivative at any of the points that are tried.
    """
    program = parse(expression)
    whole = graph_of(program)
    named = named_lines(program)
    held: Program | None = None
    if wrt not in whole.variables and wrt in [line.name for line in named]:
        program, held = _held(program, wrt)
    elif wrt not in [*whole.variables, *beside]:
        known = ", ".join(whole.variables) or "none"
        raise GradcliError(f"the expression has no variable {wrt}", hint=f"its variables: {known}")
    functions = [program]
    for _ in range(order - 1):
        functions.append(derivative_of(functions[-1], wrt))
    graphs = [graph_of(function) for function in functions]

    def usable(points: Mapping[str, Vector], largest: float) -> Any:
        good = numpy.ones(len(next(iter(points.values()))), bool)
        points = points if held is None else {**points, wrt: values_of(held, points)}
        with quiet():
            for graph in graphs:
                values = node_values(graph, points)
                derivative = forward(graph, node_partials(graph, values), wrt)[graph.output]
                for vector in (*values, derivative):
                    if vector is not None:
                        good &= numpy.isfinite(vector) & (numpy.abs(vector) < largest)
        return good

    for largest in _LARGEST:
        point = chosen_points(program, [*whole.variables, *beside], partial(usable, largest=largest))
        if len(next(iter(point.values()))) >= 2:
            break
    else:
        raise GradcliError(f"{beginning(expression)} and its derivative have no values at the points that were tried")
    if at is not None:
        point = {name: numpy.append(vector, at.get(name, vector[0])) for name, vector in point.items()}
    if held is not None:
        point = {**point, wrt: values_of(held, point)}
    graph = graphs[-1]
    names = node_names(graph, frozenset(whole.variables))
    numbers = _numbers(graph, point, wrt)
    return Question(expression, wrt, order, functions[-1], graph, names, point, **numbers, lower=graphs[:-1], named=named)


def _numbers(graph: Graph, point: Mapping[str, Vector], wrt: str) -> dict[str, Any]:
    """The numbers of a question at its points."""
    with quiet():
        values = node_values(graph, point)
        partials = node_partials(graph, values)
        derivatives = {name: forward(graph, partials, name) for name in graph.variables}
        derivatives.setdefault(wrt, [None] * len(graph))
        adjoints = adjoints_of(graph, partials)
    return {"values": values, "partials": partials, "derivatives": derivatives, "adjoints": adjoints}


def named_lines(program: Program) -> list[Assignment]:
    """The lines of a program that name a value, as far as each name has one."""
    lines = [statement for statement in program.statements if isinstance(statement, Assignment)]
    names = Counter(line.name for line in lines)
    return [line for line in lines if names[line.name] == 1]


def _held(program: Program, name: str) -> tuple[Program, Program]:
    """A program in which an intermediate value is a variable, and the one that computes this value.

    Raises:
        GradcliError: It is the result.
    """
    at = next(at for at, line in enumerate(program.statements) if isinstance(line, Assignment) and line.name == name)
    if at == len(program.statements) - 1:
        raise GradcliError(f"{name} is the result itself", hint="name a variable, or a value before it")
    line = program.statements[at]
    assert isinstance(line, Assignment)
    before, behind = program.statements[:at], program.statements[at + 1 :]
    return Program((*before, *behind)), Program((*before, Output(line.value)))


def program_with_names(expression: str) -> str:
    """A program that names all of its intermediate values, as the drawing of its graph does."""
    program = parse(expression)
    graph = graph_of(program)
    names = node_names(graph, frozenset(graph.variables))
    lines = [
        f"{names[id]} = {to_text(node_expression(graph, id, names))}"
        for id, operation in enumerate(graph.operations)
        if operation not in (VARIABLE, CONSTANT)
    ]
    return "\n".join(lines) if lines else expression


def with_lines(value: Expression, named: Sequence[Assignment]) -> Program:
    """An expression as a program, behind the lines that give their names to values as far as it uses them."""
    program = Program((Output(value),), may_differentiate=False)
    if named and (used := {line.name for line in named} & set(free_names(program))):
        last = max(at for at, line in enumerate(named) if line.name in used)
        return Program((*named[: last + 1], *program.statements))
    return program


def values_of(program: Program, point: Mapping[str, Vector]) -> Vector:
    """The values of an answer at the points of a question; nan where it has none.

    Raises:
        GradcliError: It is wrong, has arrays, branches or loops, or a variable that the question does not have.
    """
    return values_at(graph_of(program), point)


def values_at(graph: Graph, point: Mapping[str, Vector]) -> Vector:
    """The same of the graph of an answer."""
    for name in graph.variables:
        if name not in point:
            if (power := _POWER.fullmatch(name)) and power[1] in point:
                raise GradcliError(f"{name} is no variable of the question; a power is written {power[1]}^{power[2]}")
            raise GradcliError(f"{name} is no variable of the question", hint=f"its variables: {', '.join(point)}")
    count = len(next(iter(point.values())))
    with quiet():
        return numpy.broadcast_to(node_values(graph, point)[graph.output], (count,))


def graph_of(program: Program) -> Graph:
    """The graph of a question or an answer, unshared and unfolded.

    Raises:
        GradcliError: It is wrong, or has arrays or loops.
    """
    graph = build(program, _UNSHARED)
    if graph.shapes and not any(map(graph.shape, [*graph.variables.values(), *graph.outputs])):
        graph = in_elements(graph)
    if not vectorisable(graph):
        raise GradcliError("answers are compared as numbers: there are no arrays and no loops in questions and answers yet")
    return graph


def in_elements(graph: Graph) -> Graph:
    """A graph of numbers with arrays between them, written out in their elements, of which each is an output."""
    from gradcli.lowering.elements.expansion import ElementBuilder, expanded_outputs

    builder = ElementBuilder(Graph(graph.max_nodes))
    ends, _ = expanded_outputs(graph, graph.outputs, builder)
    written = builder.graph
    written.outputs = [end for own in ends for end in own]
    written.output = written.outputs[-1]
    return written


def derivative_of(program: Program, wrt: str) -> Program:
    """The derivative of a program by a variable, as a program.

    Raises:
        GradcliError: It has none.
    """
    from gradcli.algebra.derivatives import diff

    return program_of(diff(program, wrt))


def program_of(found: Simplified) -> Program:
    """A result of the algebra as a program."""
    lines = [f"{line.name} = {to_text(line.value)}" for line in found.definitions]
    return parse("\n".join([*lines, to_text(found.expressions[0])]))
