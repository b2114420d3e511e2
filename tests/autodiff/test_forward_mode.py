"""Forward mode over the whole registry: each operation against its reverse mode and against finite differences."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy
import pytest
from support import unmeasured

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import backward, requires_grad
from gradcli.autodiff.passes.tangent import jvp, pushforward
from gradcli.autodiff.passes.transposition import transposed
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import recorded
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.arrays.networks.losses import LOSSES
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.operation import NotDifferentiableError, Operation
from gradcli.ops.declaration.structural import shape_of

ROWS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data" / "torch_structural.json").read_text("utf-8"))["rows"]
ROWS = [
    row
    for row in ROWS
    if row["gradient"] is not None  # and neither empty arrays nor nan, of which reverse mode is tried
    and any(gradient is not None for gradient in row["gradient"])
    and "shapes" not in row
    and "nan" not in json.dumps(row["inputs"]).lower()
]
SHAPES = ((2, 3), (3,), (2, 1), (), (1, 3))
"""Shapes of arguments that broadcast with each other."""


NO_DIFFERENCE = {"reduce_norm", "reduce_std", "reduce_var", "reduce_max", "reduce_min", "reduce_amax", "reduce_amin"} | {
    "max_pool1d",
    "max_pool2d",
    "reduce_logsumexp",
    "reduce_median",
    "reduce_nanmedian",
    "sort",
    "topk",
    "cummax",
    "cummin",
    "cosine_similarity",
    "dist",
    "logdet",
}
"""Operations of which some rows stand at kinks or infinities; reverse mode has finite differences of them elsewhere."""


def settings_of(value: Any) -> Any:
    """Settings from JSON: lists are tuples."""
    return tuple(map(settings_of, value)) if isinstance(value, list) else value


def scalar_or_array(value: Any) -> Any:
    result = numpy.array(value, dtype=float)
    return float(result) if result.ndim == 0 else result


def graph_of(name: str, values: list[Any], settings: dict[str, Any]) -> tuple[Graph, dict[str, Any]]:
    """The graph of one operation on variables, and the values of these."""
    bindings = {f"x{at}": value for at, value in enumerate(values)}
    builder = StaticBuilder(Graph(), shapes={name: shape_of(value) for name, value in bindings.items()})
    ids = tuple([builder.variable(name) for name in bindings])
    graph = builder.graph
    graph.output = builder.operation(name, ids, settings=tuple(settings.items()))
    graph.outputs = [graph.output]
    return graph, bindings


def inner(a: Any, b: Any) -> float:
    return float(numpy.sum(numpy.multiply(a, b)))


def check(name: str, values: list[Any], settings: dict[str, Any], moving: list[bool], source: Any, *, difference: bool) -> None:
    """<J·v, u> is <v, Jᵀ·u>, and J·v is the slope along v."""
    graph, bindings = graph_of(name, values, settings)
    points = evaluate(graph, bindings)
    moved = [id for id, moves in zip(graph.variables.values(), moving, strict=True) if moves]
    direction = {id: scalar_or_array(source.normal(size=graph.shape(id))) for id in moved}
    cotangent = scalar_or_array(source.normal(size=graph.shape(graph.output)))
    tangent = pushforward(graph, points, direction)[graph.output]
    assert shape_of(tangent) == graph.shape(graph.output)
    adjoints = backward(graph, points, requires_grad(graph, moved), cotangent)
    expected = sum(inner(adjoints[id], direction[id]) for id in moved if adjoints[id] is not None)
    found = inner(tangent, cotangent)
    assert math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9) or (found != found and expected != expected)
    if difference and math.isfinite(found):
        names = {id: key for key, id in graph.variables.items()}
        ahead, behind = [
            evaluate(graph, {**bindings, **{names[id]: points[id] + step * direction[id] for id in moved}})[graph.output]
            for step in (1e-6, -1e-6)
        ]
        slope = inner((ahead - behind) / 2e-6, cotangent)
        assert math.isclose(found, slope, rel_tol=1e-5, abs_tol=1e-6 * max(1.0, float(numpy.abs(tangent).max())))


def carriers(operation: Operation, count: int) -> list[bool]:
    """For each argument whether the operation has a derivative by it."""
    found = []
    for at in range(count):
        wanted = [index == at and operation.carries(at) for index in range(count)]
        try:
            operation.local_derivatives(0.5, (0.5,) * count, wanted)
        except NotDifferentiableError:
            found.append(False)
        else:
            found.append(wanted[at])
    return found


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("operation", [o for o in OPERATIONS.values() if o.differentiable], ids=lambda operation: operation.name)
def test_an_elementwise_operation_on_arrays_that_broadcast(operation: Operation, turn: int) -> None:
    source = numpy.random.default_rng(turn)
    count = len(operation.samples)
    values = [
        scalar_or_array(source.uniform(low, high, SHAPES[(at + turn) % len(SHAPES)]))
        for at, (low, high) in enumerate(operation.samples)
    ]
    able = carriers(operation, count)
    check(operation.name, values, {}, able, source, difference=True)
    alone = able.index(True)
    check(operation.name, values, {}, [at == alone for at in range(count)], source, difference=False)


@pytest.mark.parametrize("row", ROWS, ids=[f"{at}-{row['operation']}" for at, row in enumerate(ROWS)])
def test_an_operation_on_arrays(row: dict[str, Any]) -> None:
    operation = STRUCTURAL[row["operation"]]
    settings = operation.complete({name: settings_of(value) for name, value in row["settings"].items()})
    values = [scalar_or_array(value) for value in row["inputs"]]
    source = numpy.random.default_rng(3)
    able = [gradient is not None for gradient in row["gradient"]]
    check(operation.name, values, settings, able, source, difference=operation.name not in NO_DIFFERENCE)
    for alone, moves in enumerate(able):
        if moves and len(able) > 1:
            check(operation.name, values, settings, [at == alone for at in range(len(able))], source, difference=False)


@pytest.mark.parametrize("name", [f"mean_{name}" for name in LOSSES])
def test_a_loss_of_arrays(name: str) -> None:
    source = numpy.random.default_rng(6)
    values = [source.uniform(0.1, 0.9, shape) for shape in ((2, 3), (1, 3))]
    check(name, values, STRUCTURAL[name].complete({}), [True, True], source, difference=True)


def test_every_operation_that_carries_a_gradient_is_tried() -> None:
    tried = {row["operation"] for row in ROWS}
    assert tried == {name for name, operation in STRUCTURAL.items() if operation.pullback is not None} - unmeasured()


@pytest.mark.parametrize("row", ROWS, ids=[f"{at}-{row['operation']}" for at, row in enumerate(ROWS)])
def test_the_tangent_is_the_same_in_symbols(row: dict[str, Any]) -> None:
    """A graph of tangents, which has the value of the tangents."""
    operation = STRUCTURAL[row["operation"]]
    settings = operation.complete({name: settings_of(value) for name, value in row["settings"].items()})
    graph, bindings = graph_of(operation.name, [scalar_or_array(value) for value in row["inputs"]], settings)
    source = numpy.random.default_rng(4)
    able = [id for id, gradient in zip(graph.variables.values(), row["gradient"], strict=True) if gradient is not None]
    directions = {id: scalar_or_array(source.normal(size=graph.shape(id))) for id in able}
    expected = pushforward(graph, evaluate(graph, bindings), directions)[graph.output]

    builder = StaticBuilder(Graph(), identities=True)
    symbols = replay(graph, builder)
    builder.shapes = {**builder.shapes, **{f"t{id}": graph.shape(id) for id in able}}
    seeds = {id: type(symbols[id])(builder, builder.variable(f"t{id}")) for id in able}
    found = builder.symbol(pushforward(graph, symbols, seeds)[graph.output]).id
    values = evaluate(builder.graph, {**bindings, **{f"t{id}": value for id, value in directions.items()}})
    numpy.testing.assert_allclose(values[found], expected, rtol=1e-9, atol=1e-12)


def test_tangents_of_operations_are_those_of_a_textbook() -> None:
    """What a transposed pullback is made of: products keep their form, and nothing is transposed twice."""

    def operations(name: str, *shapes: tuple[int, ...]) -> list[str]:
        declared = STRUCTURAL[name]
        graph = transposed(name, shapes, tuple(declared.complete({}).items()), (True,) * len(shapes))
        assert graph is not None
        return [operation for operation in graph.operations if operation != "variable"]

    assert operations("matmul", (2, 3), (3,)) == ["matmul", "matmul", "add"]
    assert operations("matmul", (2, 3), (3, 4)) == ["matmul", "matmul", "add"]
    assert sorted(operations("inv", (3, 3))) == ["matmul", "matmul", "neg"]
    assert operations("conv2d", (1, 4, 4), (2, 1, 3, 3)) == ["conv2d", "conv2d", "add"]
    assert operations("cumsum", (4,)) == ["cumsum"]


def test_a_rule_is_transposed_once_for_each_shape() -> None:
    before = transposed.cache_info().misses
    graph, bindings = graph_of("reduce_sum", [numpy.ones((5, 7))], STRUCTURAL["reduce_sum"].complete({}))
    values = evaluate(graph, bindings)
    for _ in range(10):
        pushforward(graph, values, {0: numpy.ones((5, 7))})
    assert transposed.cache_info().misses <= before + 1


def test_what_carries_no_gradient_does_not_move() -> None:
    graph, bindings = graph_of("argmax", [numpy.array([1.0, 3.0, 2.0])], STRUCTURAL["argmax"].complete({}))
    assert pushforward(graph, evaluate(graph, bindings), {0: numpy.ones(3)})[graph.output] is None


def test_an_operation_without_a_derivative_is_an_error() -> None:
    missing = [
        (operation, at)
        for operation in OPERATIONS.values()
        if operation.differentiable
        for at, able in enumerate(carriers(operation, len(operation.samples)))
        if not able and operation.carries(at)
    ]
    assert missing
    for operation, at in missing:
        graph, bindings = graph_of(operation.name, [0.5] * len(operation.samples), {})
        with pytest.raises(GradcliError, match="has no derivative by its argument"):
            pushforward(graph, evaluate(graph, bindings), {at: 1.0})


WITHOUT_DERIVATIVE = [
    (name, at)
    for name, operation in OPERATIONS.items()
    for at in range(operation.required)
    if operation.carries(at) and not operation.derivable(at)
]


@pytest.mark.parametrize(("name", "at"), WITHOUT_DERIVATIVE)
def test_a_node_without_derivative_counts_only_on_the_way_to_an_output(name: str, at: int) -> None:
    """As in reverse mode, which does not meet the others."""
    arguments = ", ".join("x" if place == at else "2" for place in range(OPERATIONS[name].required))
    beside = recorded(parse(f"a = {name}({arguments}); x*w"), Request({"x": 1.0, "w": 3.0}))
    assert jvp(beside, {"x": 1.0}) == beside.gradient["x"] == 3.0
    within = recorded(parse(f"{name}({arguments})*w"), Request({"x": 1.0, "w": 3.0}, wrt=["w"]))
    with pytest.raises(GradcliError, match=f"{name} has no derivative"):
        jvp(within, {"x": 1.0})
