"""Every operation against a definition from elsewhere: values, derivatives of order 1 and 2, and its other faces.

``definitions.py`` has each operation once more, in mpmath and by its textbook formula; derivatives of those are taken numerically
at high precision. So a wrong partial fails at once.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from definitions import declared, definition_of
from mpmath import mp, mpf
from support import accepts, run, same

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import gradient_graph
from gradcli.graph.graph import Graph
from gradcli.graph.names import node_names
from gradcli.graph.verifier import verify
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import node_expression
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import NotDifferentiableError, Operation

mp.dps = 40
POINTS = 4
"""How many points an operation is tried at."""

INF, NAN = math.inf, math.nan
EXTREMES = (0.0, -0.0, 5e-324, 0.5, 1.0, -1.0, 2.0, -3.0, 750.0, -750.0, 1e308, -1e308, INF, -INF, NAN)


# ---- what is asked of each operation ----

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
every_differentiable = pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if o.differentiable], ids=lambda operation: operation.name
)


def points(operation: Operation, count: int = POINTS) -> Iterator[tuple[float, ...]]:
    """Points inside the intervals that the operation names, the same in every run."""
    source = random.Random(operation.name)
    for _ in range(count):
        yield tuple(source.uniform(low, high) for low, high in operation.samples)


def carriers(operation: Operation, point: tuple[float, ...]) -> list[int]:
    """The arguments that the operation has a derivative by."""
    found = []
    for at in range(len(point)):
        try:
            operation.local_derivatives(operation(*point), point, [i == at and operation.carries(at) for i in range(len(point))])
        except NotDifferentiableError:
            continue
        found += [at] * operation.carries(at)
    return found


def variables(count: int) -> list[str]:
    return [f"x{at}" for at in range(count)]


def static_graph(text: str) -> Graph:
    return lower(parse(text), StaticBuilder(Graph()))


def call(operation: Operation) -> str:
    """The operation on variables, by its name."""
    return f"{operation.name}({', '.join(variables(len(operation.samples)))})"


@every_operation
def test_its_declaration_is_its_definition_from_elsewhere(operation: Operation) -> None:
    for point in points(operation):
        here, there = declared(operation)(*map(mpf, point)), definition_of(operation)(*map(mpf, point))
        assert mp.almosteq(here, there, 1e-15, 1e-20), point


@every_operation
def test_value(operation: Operation) -> None:
    for point in points(operation):
        assert same(operation(*point), float(definition_of(operation)(*map(mpf, point)))), point


@every_differentiable
def test_derivatives_of_order_1_and_2(operation: Operation) -> None:
    definition = definition_of(operation)
    graph = static_graph(call(operation))
    names = variables(len(operation.samples))
    for point in points(operation):
        at = carriers(operation, point)
        bindings = dict(zip(names, point, strict=True))
        wrt = [graph.variables[names[i]] for i in at]
        first, first_ids = gradient_graph(graph, wrt)
        values = evaluate(first, bindings)
        numeric = run(call(operation), bindings, [names[i] for i in at]).gradient
        for i, id in zip(at, first_ids, strict=True):
            expected = derivative(definition, point, [i])
            assert same(numeric[names[i]], expected, 1e-9, 1e-12), (point, names[i])
            assert id is not None
            assert same(values[id], numeric[names[i]], 1e-12, 1e-15), "symbolic and numeric differ"
            first.output = id
            verify(first, accepts)
            second, second_ids = gradient_graph(first, [first.variables[names[j]] for j in at])
            second_values = evaluate(second, bindings)
            for j, second_id in zip(at, second_ids, strict=True):
                found = 0.0 if second_id is None else second_values[second_id]
                assert same(found, derivative(definition, point, [i, j]), 1e-8, 1e-11), (point, names[i], names[j])


def derivative(definition: Callable[..., Any], point: tuple[float, ...], by: list[int]) -> float:
    """A partial derivative of a definition, numerically at high precision."""
    moving = sorted(set(by))

    def restricted(*values: Any) -> Any:
        arguments = list(map(mpf, point))
        for at, value in zip(moving, values, strict=True):
            arguments[at] = value
        return definition(*arguments)

    return float(mp.diff(restricted, tuple(mpf(point[at]) for at in moving), tuple(by.count(at) for at in moving)))


@every_operation
def test_its_printed_node_parses_back_to_the_same_node(operation: Operation) -> None:
    graph = static_graph(call(operation))
    text = to_text(node_expression(graph, graph.output, node_names(graph)))
    again = static_graph(text)
    assert list(again) == list(graph), text
    pretty = to_text(node_expression(graph, graph.output, node_names(graph)), pretty=True)
    for point in points(operation, 1):
        bindings = dict(zip(variables(len(point)), point, strict=True))
        assert same(run(pretty, bindings, []).value, operation(*point)), pretty


@every_operation
def test_it_is_documented(operation: Operation) -> None:
    assert operation.doc.endswith(".")
    assert operation.domain
    assert operation.accepts(len(operation.samples))
    assert all(low <= high for low, high in operation.samples)
    assert operation.usage.startswith(operation.name)
    assert len(operation.partials) in ((1,) if operation.variadic else (0, len(operation.parameters)))
    assert not (operation.latex and operation.symbol)  # an operator is set as one
    assert operation.latex == "" or operation.latex.format(*operation.parameters)
    assert all(operation.grad_fn.values()) == operation.differentiable


@every_operation
def test_exact_values_are_the_values(operation: Operation) -> None:
    if operation.exact is None:
        return
    rationals: list[int | Fraction] = [0, 1, 2, -1, -3, 4, Fraction(1, 2), Fraction(-7, 4), Fraction(9, 4)]
    for arguments in itertools.product(rationals, repeat=len(operation.samples)):
        value = operation.exact(*arguments)
        assert value is None or same(float(value), operation(*map(float, arguments))), arguments


@every_operation
def test_no_argument_raises(operation: Operation) -> None:
    points = list(itertools.product(EXTREMES, repeat=len(operation.samples)))
    for arguments in random.Random(operation.name).sample(points, min(len(points), 150)):
        value = operation(*arguments)
        assert isinstance(value, float), arguments
        at = carriers(operation, arguments) if operation.differentiable else []
        wanted = [i in at for i in range(len(arguments))]
        partials = operation.local_derivatives(value, arguments, wanted) if at else []
        assert all(partial is None or isinstance(partial, float | int) for partial in partials), arguments


SPECIAL_VALUES: dict[str, list[tuple[float, ...]]] = {
    # C99, Annex F.10.4.4: pow
    "pow": [
        (NAN, 0.0, 1.0), (1.0, NAN, 1.0), (1.0, INF, 1.0), (-1.0, INF, 1.0), (-1.0, -INF, 1.0), (0.0, 0.0, 1.0), (0.0, -1.0, INF),
        (-0.0, -1.0, -INF), (-0.0, -2.0, INF), (-0.0, 3.0, -0.0), (0.0, -0.5, INF), (0.0, INF, 0.0), (0.0, -INF, INF),
        (0.5, INF, 0.0), (0.5, -INF, INF), (2.0, INF, INF), (2.0, -INF, 0.0), (-2.0, 0.5, NAN), (-INF, 3.0, -INF),
        (-INF, 2.0, INF), (-INF, -3.0, -0.0), (INF, -2.0, 0.0), (-2.0, 1e308, INF), (-3.0, 1001.0, -INF),
    ],
    "div": [(1.0, 0.0, INF), (1.0, -0.0, -INF), (-1.0, 0.0, -INF), (0.0, 0.0, NAN), (INF, INF, NAN), (1e308, 1e-10, INF)],
    "remainder": [(5.0, INF, 5.0), (-1.0, INF, INF), (1.0, -INF, -INF), (INF, 2.0, NAN), (1.0, 0.0, NAN), (-7.0, 2.0, 1.0)],
    "fmod": [(5.0, INF, 5.0), (-1.0, INF, -1.0), (INF, 2.0, NAN), (1.0, 0.0, NAN), (-7.0, 2.0, -1.0)],
    "floor_divide": [(5e-324, -2.0, -1.0), (1.0, 0.1, 9.0), (1.0, 0.0, INF), (INF, 2.0, NAN)],
    "logaddexp": [(-INF, -INF, -INF), (INF, INF, INF), (INF, -INF, INF), (0.0, -INF, 0.0), (NAN, 0.0, NAN), (0.0, NAN, NAN)],
    "logsumexp": [(-INF, -INF, -INF), (INF, -INF, INF), (1000.0, -1000.0, 1000.0), (NAN, INF, NAN)],
    "xlogy": [(0.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, INF, 0.0), (0.0, NAN, NAN), (1.0, 0.0, -INF)],
    "atan2": [(0.0, -1.0, math.pi), (-0.0, -1.0, -math.pi), (INF, INF, math.pi / 4), (0.0, 0.0, 0.0)],
    "hypot": [(INF, NAN, INF), (1e308, 1e308, math.sqrt(2) * 1e308), (NAN, 1.0, NAN)],
    "maximum": [(NAN, 1.0, NAN), (1.0, NAN, NAN), (-INF, INF, INF)],
    "fmax": [(NAN, 1.0, 1.0), (1.0, NAN, 1.0), (NAN, NAN, NAN)],
    "silu": [(-INF, NAN), (INF, INF), (-1000.0, 0.0)],
    "gelu": [(-INF, NAN), (INF, INF), (1e308, 1e308), (-40.0, 0.0)],
    "mish": [(-INF, NAN), (INF, INF), (-1000.0, 0.0)],
    "softsign": [(INF, NAN), (1e308, 1.0)],
    "sigmoid": [(-INF, 0.0), (INF, 1.0), (-1000.0, 0.0), (NAN, NAN)],
    "softplus": [(-INF, 0.0), (INF, INF), (1e308, 1e308), (-1000.0, 0.0)],
    "logsigmoid": [(-INF, -INF), (INF, 0.0), (-1e308, -1e308)],
    "relu": [(NAN, NAN), (INF, INF), (-INF, 0.0)],
    "nan_to_num": [(NAN, 0.0), (INF, 1.7976931348623157e308), (-INF, -1.7976931348623157e308)],
    "exp": [(-INF, 0.0), (INF, INF), (710.0, INF)],
    "log": [(0.0, -INF), (-0.0, -INF), (-1.0, NAN), (INF, INF)],
    "sqrt": [(-0.0, -0.0), (-1.0, NAN), (INF, INF)],
    "sin": [(INF, NAN)],
    "tanh": [(INF, 1.0), (-INF, -1.0)],
    "atanh": [(1.0, INF), (-1.0, -INF), (2.0, NAN)],
    "lgamma": [(0.0, INF), (-1.0, INF), (-INF, INF), (INF, INF)],
    "digamma": [(0.0, -INF), (-0.0, INF), (-1.0, NAN), (INF, INF)],
    "round": [(0.5, 0.0), (1.5, 2.0), (2.5, 2.0), (-INF, -INF), (NAN, NAN)],
    "frac": [(INF, NAN), (-1.5, -0.5)],
    "sign": [(NAN, 0.0), (-INF, -1.0)],
    "binary_cross_entropy": [(0.0, 1.0, 100.0), (1.0, 0.0, 100.0), (1.0, 1.0, 0.0)],
    "binary_cross_entropy_with_logits": [(INF, 0.0, INF), (-1e308, 1.0, 1e308), (1000.0, 1.0, 0.0)],
}  # fmt: skip
"""Rows of arguments and the value that PyTorch 2.13 gives."""


@pytest.mark.parametrize(("name", "row"), [(name, row) for name, rows in SPECIAL_VALUES.items() for row in rows])
def test_special_values(name: str, row: tuple[float, ...]) -> None:
    *arguments, expected = row
    value = OPERATIONS[name](*arguments)
    assert same(value, expected)
    assert expected != 0 or name not in ("sqrt", "pow") or math.copysign(1, value) == math.copysign(1, expected)


@pytest.mark.parametrize("name", OPERATIONS)
def test_whole_numbers_of_python_are_as_good_as_floats(name: str) -> None:
    operation = OPERATIONS[name]
    count = operation.required
    for varied in itertools.product((-1, 0, 1, 2, 3), repeat=min(count, 2)):
        numbers = (*varied, *[1] * (count - len(varied)))
        of_whole, of_floats = operation(*numbers), operation(*map(float, numbers))
        assert of_whole == of_floats or (of_whole != of_whole and of_floats != of_floats), numbers
