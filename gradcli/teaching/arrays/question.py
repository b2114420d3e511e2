"""A question about arrays, compiled once: its graph, and for some points the values of all nodes and the right answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import backward, quiet, requires_grad
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.static_graphs import build
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.graph.graph import Graph, Shape
from gradcli.graph.names import node_names
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Program
from gradcli.language.parser import parse
from gradcli.teaching.question import Question, named_lines
from gradcli.typing import Any

POINTS = 4
MOST_ROWS = 25
"""Elements that the result of a Jacobian may have."""

_REGIONS = ((-1.2, 1.3), (0.3, 1.9), (0.05, 0.95), (1.1, 2.7), (-1.9, -0.3), (-0.18, 0.15), (4.0, 30.0))
_TRIES = 28
_GOLDEN = 0.6180339887498949

Point = Mapping[str, Any]


class ArrayQuestion(Frozen, eq=False):
    """A question about arrays.

    Attributes:
        shapes: The shape of each variable.
        graph: The graph of the expression, unshared.
        wrt: The variable.
        points: The points.
        values: For each point the value of each node.
        seeds: The adjoints of the result that the rows of the answer begin with: 1 for a gradient, one for each element else.
        right: For each point the right answer.
        told: The same as a question that is spoken about: its vectors are the elements at all points, one behind the other.
    """

    shapes: Mapping[str, Shape]
    graph: Graph
    wrt: str
    points: Sequence[Point]
    values: Sequence[Sequence[Any]]
    seeds: Sequence[Any]
    right: Sequence[Any]
    told: Question

    @property
    def shape(self) -> Shape:
        """The shape of the answer."""
        return tuple(numpy.shape(self.right[0]))


def compile_array_question(
    expression: str, wrt: str, shapes: Mapping[str, Shape], *, jacobian: bool, at: Mapping[str, Any] | None = None
) -> ArrayQuestion:
    """Compile a question.

    Args:
        expression: An expression or program.
        wrt: The variable to differentiate by.
        shapes: The shapes of the variables that are arrays.
        jacobian: Whether the derivatives of each element of the result are asked for, and not the gradient of a number.
        at: The point at which numbers are asked for; None where a formula is.

    Raises:
        GradcliError: The expression is wrong, does not have the variable, or has no values at the points that are tried.
    """
    program = parse(expression)
    graph = array_graph(program, shapes)
    if wrt not in graph.variables:
        raise GradcliError(f"the expression has no variable {wrt}", hint=f"its variables: {', '.join(graph.variables) or 'none'}")
    if unused := [name for name in shapes if name not in graph.variables]:
        raise GradcliError(f"the expression has no variable {unused[0]}", hint=f"leave out --shape {unused[0]}")
    result = graph.shape(graph.output)
    if result and not jacobian:
        hint = "--ask jacobian, or weigh its elements: sum(...)"
        raise GradcliError(f"the result has the shape {shape_text(result)}, and a gradient is that of a number", hint=hint)
    if math.prod(result) > MOST_ROWS:
        message = f"the result has {math.prod(result)} elements, and {MOST_ROWS} are the most of a Jacobian"
        raise GradcliError(message, exit_code=ExitCode.LIMIT)
    seeds = list(numpy.eye(math.prod(result)).reshape(-1, *result)) if jacobian and result else [1.0]
    points, values, right = [], [], []
    if at is not None and (missing := [name for name in graph.variables if name not in at]):
        raise GradcliError(f"the point has no value for {missing[0]}", hint=f"add --at {missing[0]}=...")
    for turn in range(_TRIES if at is None else 1):
        point = at and {name: numpy.asarray(at[name], float) for name in graph.variables}
        point = point or {
            name: _numbers(graph.shape(id), turn, place) for place, (name, id) in enumerate(graph.variables.items())
        }
        with quiet():
            found = evaluate(graph, point)
            own = derivative(graph, found, seeds, wrt)
        if all(numpy.all(numpy.isfinite(value)) for value in [*found, own]):
            points.append(point)
            values.append(found)
            right.append(own)
        if len(points) == POINTS:
            break
    if len(points) < (2 if at is None else 1):
        raise GradcliError("it and its derivative have no values at the points that were tried")
    told = _told(expression, program, graph, wrt, points, values, right)
    return ArrayQuestion(shapes, graph, wrt, points, values, seeds, right, told)


def array_graph(program: Program, shapes: Mapping[str, Shape]) -> Graph:
    """The graph of a question or an answer, unshared.

    Raises:
        GradcliError: It is wrong, or its shapes do not fit.
    """
    return build(program, Request(mode="static", optimize=0, steered=False, shapes=shapes))


def stacked(rows: Sequence[Any], result: Shape) -> Any:
    """The rows of a derivative as an array: the axes of the result, then those of the variable."""
    return numpy.array(rows).reshape(*result, *numpy.shape(rows[0])) if result else numpy.asarray(rows[0])


def flat(arrays: Sequence[Any]) -> Any:
    """Arrays as one vector."""
    return numpy.concatenate([numpy.ravel(array) for array in arrays])


def derivative(graph: Graph, values: Sequence[Any], seeds: Sequence[Any], wrt: str) -> Any:
    """The right answer at a point: the gradient of a number, or a row for each element."""
    variable = graph.variables[wrt]
    needs = requires_grad(graph, [variable])
    rows = [backward(graph, values, needs, seed)[variable] for seed in seeds]
    arrays = [numpy.zeros(graph.shape(variable)) if row is None else numpy.asarray(row, float) for row in rows]
    return stacked(arrays, graph.shape(graph.output) if numpy.ndim(seeds[0]) else ())


def symmetric(question: ArrayQuestion) -> ArrayQuestion | None:
    """The same question at points whose square matrices are symmetric; None where it has none."""
    if not any(len(shape) == 2 and len(set(shape)) == 1 and shape[0] > 1 for shape in question.shapes.values()):
        return None
    points = [
        {name: (value + value.T) / 2 if numpy.ndim(value) == 2 and len({*numpy.shape(value)}) == 1 else value
         for name, value in point.items()}
        for point in question.points
    ]  # fmt: skip
    with quiet():
        values = [evaluate(question.graph, point) for point in points]
        right = [derivative(question.graph, one, question.seeds, question.wrt) for one in values]
    return replace(question, points=points, values=values, right=right)


def _numbers(shape: Shape, turn: int, at: int) -> Any:
    """Numbers that look random, the same everywhere."""
    low, high = _REGIONS[turn % len(_REGIONS)]
    steps = numpy.arange(1, math.prod(shape) + 1) + 101 * at + 1009 * turn
    numbers = low + (high - low) * ((0.137 + _GOLDEN * steps) % 1)
    return numbers.reshape(shape) if shape else float(numbers[0])


def _told(
    expression: str,
    program: Program,
    graph: Graph,
    wrt: str,
    points: Sequence[Point],
    values: Sequence[Any],
    right: Sequence[Any],
) -> Question:
    each = [flat([one[id] for one in values]) for id in range(len(graph))]
    derivatives: list[Any] = [None] * len(graph)
    derivatives[graph.output] = flat(right)
    return Question(
        expression, wrt, 1, program, graph, node_names(graph, frozenset(graph.variables)),
        {name: flat([point[name] for point in points]) for name in graph.variables},
        each, [()] * len(graph), {wrt: derivatives}, [None] * len(graph), (), named_lines(program),
    )  # fmt: skip
