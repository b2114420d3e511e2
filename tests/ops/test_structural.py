"""The operations on arrays against PyTorch, against finite differences, and against shapes that do not fit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
import pytest
from structural_cases import CASES
from support import unmeasured

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import backward, requires_grad
from gradcli.errors import GradcliError
from gradcli.graph.graph import CONSTANT, Graph
from gradcli.graph.shapes import ShapeError, broadcast
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.arrays.networks.losses import LOSSES
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.vjp import product

ROWS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data" / "torch_structural.json").read_text("utf-8"))["rows"]

NOT_OF_PYTORCH = {
    "conv_input_gradient", "conv_weight_gradient", "cofactor", "recurrence", "windows", "fold_windows", "scatter_add",
}  # fmt: skip
"""Operations that PyTorch computes by several functions, or has in its backward pass alone."""

STEPWISE = {
    "reduce_max", "reduce_min", "reduce_amax", "reduce_amin", "max_pool1d", "max_pool2d", "sort", "topk", "cummax", "cummin",
    "reduce_median", "reduce_nanmedian",
}  # fmt: skip
"""Operations that have no derivative where elements are equal."""


def settings_of(value: Any) -> Any:
    """Settings from JSON: lists are tuples."""
    return tuple(map(settings_of, value)) if isinstance(value, list) else value


def array(value: Any, shape: Any = None) -> Any:
    """An operand as graphs have it: a float for a scalar. Lists of nothing do not tell their shape."""
    result = numpy.array(value, dtype=float)
    result = result if shape is None else result.reshape(shape)
    return float(result) if result.ndim == 0 else result


@contextmanager
def quiet() -> Iterator[None]:
    """Infinities and nan without warnings, as the runs of programs have it."""
    with numpy.errstate(all="ignore"):
        yield


def call(row: dict[str, Any]) -> tuple[Any, list[Any], dict[str, Any]]:
    """The operation of a row, its operands and all its settings."""
    operation = STRUCTURAL[row["operation"]]
    settings = {name: settings_of(value) for name, value in row["settings"].items()}
    shapes = row.get("shapes", [None] * (len(row["inputs"]) + 1))
    return operation, list(map(array, row["inputs"], shapes)), operation.complete(settings)


def pulled_back(operation: Any, inputs: list[Any], settings: dict[str, Any], cotangent: Any) -> list[Any]:
    """The adjoints of the operands."""
    with quiet():
        found = operation.pullback(cotangent, operation(*inputs, **settings), *inputs, **settings)
        return [one() if callable(one) else one for one in found]


def close(actual: Any, expected: Any, tolerance: float) -> bool:
    """Whether arrays agree, nan with nan; the shape of the one is that of the other."""
    expected = numpy.asarray(expected, dtype=float)
    scale = numpy.abs(expected[numpy.isfinite(expected)]).max(initial=1.0)
    return numpy.shape(actual) == expected.shape and numpy.allclose(
        actual, expected, rtol=tolerance, atol=tolerance * scale, equal_nan=True
    )


def smooth(row: dict[str, Any], inputs: list[Any]) -> list[Any]:
    """Operands where there is a derivative: those of the row, distinct numbers where equal ones are a kink."""
    if row["operation"] in STEPWISE:
        source = numpy.random.default_rng(11)
        return [source.permutation(numpy.linspace(-1, 1, numpy.size(value))).reshape(value.shape) for value in inputs]
    return inputs


each_row = pytest.mark.parametrize("row", ROWS, ids=[f"{at}-{row['operation']}" for at, row in enumerate(ROWS)])


def has_difference(row: dict[str, Any]) -> bool:
    """Whether finite differences tell the derivative: not at infinities, nor where a length is 0."""
    if "shapes" in row or not numpy.all(numpy.isfinite(array(row["value"]))):
        return False
    if row["operation"] in STEPWISE:
        return True
    _, inputs, _ = call(row)
    lengths = row["operation"] in ("reduce_norm", "reduce_std", "reduce_var", "dist")
    if row["settings"].get("ord") is not None and len(numpy.unique(numpy.abs([0, *inputs[0].flat]))) <= inputs[0].size:
        return False  # zeros and elements of equal size are kinks
    if row["operation"] == "cosine_similarity" and numpy.linalg.norm(inputs[0]) < 1e-6:
        return False
    return all(numpy.all(numpy.abs(value) < 100) for value in inputs) and not (lengths and not numpy.all(array(row["value"]) > 0))


rows_with_gradient = [row for row in ROWS if row["gradient"] is not None]
each_gradient = pytest.mark.parametrize(
    "row", rows_with_gradient, ids=[f"{at}-{row['operation']}" for at, row in enumerate(rows_with_gradient)]
)


rows_with_difference = [row for row in rows_with_gradient if has_difference(row)]
each_difference = pytest.mark.parametrize(
    "row", rows_with_difference, ids=[f"{at}-{row['operation']}" for at, row in enumerate(rows_with_difference)]
)


@pytest.mark.parametrize("name", STRUCTURAL)
def test_the_rows_are_those_of_the_cases(name: str) -> None:
    """One that is not measured has none; ``measure_structural.py`` adds them."""
    calls = [case[3] for case in CASES if case[0] == name]
    assert [row["torch_call"] for row in ROWS if row["operation"] == name] == ([] if name in unmeasured() else calls)


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str) -> None:
    """The loss of arrays is the mean of the losses of their elements, and so is its gradient."""
    generator = numpy.random.default_rng(5)
    first, second = generator.uniform(0.1, 0.9, (2, 3)), generator.uniform(0.1, 0.9, (1, 3))
    loss = OPERATIONS[name]
    elements = [[loss(float(a), float(b)) for a, b in zip(row, second[0], strict=True)] for row in first]
    assert STRUCTURAL[f"mean_{name}"](first, second) == pytest.approx(numpy.mean(elements))
    found = pulled_back(STRUCTURAL[f"mean_{name}"], [first, second], {"reduction": "mean"}, 1.0)
    for at, array in enumerate((first, second)):
        for place in numpy.ndindex(array.shape):
            moved = [array.copy(), array.copy()]
            moved[0][place] += 1e-6
            moved[1][place] -= 1e-6
            values = [STRUCTURAL[f"mean_{name}"](*((m, second) if at == 0 else (first, m))) for m in moved]
            assert found[at][place] == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-5, abs=1e-8)


def test_the_names_are_not_those_of_elementwise_operations() -> None:
    assert not STRUCTURAL.keys() & OPERATIONS.keys()


def test_no_spelling_means_two_operations() -> None:
    spellings = [spelling for operation in STRUCTURAL.values() for spelling in operation.spellings]
    assert len(set(spellings)) == len(spellings)


@each_row
def test_value_and_shape_are_those_of_pytorch(row: dict[str, Any]) -> None:
    operation, inputs, settings = call(row)
    with quiet():
        value = operation(*inputs, **settings)
    assert operation.shape(*map(shape_of, inputs), **settings) == shape_of(value)
    assert close(value, array(row["value"], row["shapes"][-1] if "shapes" in row else None), 1e-10)


@each_gradient
def test_the_gradient_is_that_of_pytorch(row: dict[str, Any]) -> None:
    operation, inputs, settings = call(row)
    shapes = row.get("shapes", [None] * (len(inputs) + 1))
    adjoints = pulled_back(operation, inputs, settings, array(row["cotangent"], shapes[-1]))
    assert len(adjoints) == len(inputs)
    for adjoint, expected, shape in zip(adjoints, row["gradient"], shapes[:-1], strict=True):
        assert (adjoint is None) == (expected is None)
        assert adjoint is None or close(adjoint, array(expected, shape), 1e-10)


@each_row
def test_the_functions_are_those_of_pytorch(row: dict[str, Any]) -> None:
    operation, inputs, settings = call(row)
    function = operation.grad_fn(*map(shape_of, inputs), **settings)
    function = function.replace("*", ", ".join(map(str, range(len(inputs)))))
    if row["chain"] is None:
        assert (function, operation.pullback) == ("", None)
    elif row["operation"] not in NOT_OF_PYTORCH and "sum()" not in row["torch_call"] and ".long()" not in row["torch_call"]:
        assert function == row["chain"]
    elif ".long()" in row["torch_call"]:
        assert function == re.sub(r"\(0, None.*?\)", "(0)", row["chain"])


@each_difference
def test_the_gradient_is_that_of_finite_differences(row: dict[str, Any]) -> None:
    operation, inputs, settings = call(row)
    source = numpy.random.default_rng(7)
    inputs = smooth(row, inputs)
    cotangent = source.normal(size=shape_of(operation(*inputs, **settings)))
    cotangent = cotangent if cotangent.ndim else float(cotangent)
    for at, adjoint in enumerate(pulled_back(operation, inputs, settings, cotangent)):
        if adjoint is None:
            continue
        direction = source.normal(size=shape_of(inputs[at]))
        ahead, behind = [
            numpy.sum(cotangent * operation(*inputs[:at], inputs[at] + step * direction, *inputs[at + 1 :], **settings))
            for step in (1e-6, -1e-6)
        ]
        slope = numpy.sum(adjoint * direction)
        assert abs((ahead - behind) / 2e-6 - slope) <= 1e-6 * max(1, abs(slope), numpy.abs(adjoint).max())


@each_gradient
def test_single_precision_stays(row: dict[str, Any]) -> None:
    operation, inputs, settings = call(row)
    single = [value if isinstance(value, float) else value.astype("float32") for value in inputs]
    if not any(isinstance(value, numpy.ndarray) for value in single):
        return
    with quiet():
        value = operation(*single, **settings)
    assert isinstance(value, float) or value.dtype == numpy.float32
    if isinstance(value, float):  # of which nothing says that it was of single precision
        return
    for adjoint in pulled_back(operation, single, settings, value):
        assert adjoint is None or isinstance(adjoint, float) or adjoint.dtype == numpy.float32


SHAPES_THAT_DO_NOT_FIT: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("reduce_sum", ((2, 3),), {"axis": 2}, "the shape (2, 3) has no axis 2"),
    ("reduce_mean", ((2, 3),), {"axis": (0, -2)}, "the axes (0, -2) of the shape (2, 3) name one axis twice"),
    ("reduce_max", ((0, 3),), {}, "an array of the shape (0, 3) has no elements to compare"),
    ("argmax", ((2, 3),), {"axis": (0, 1)}, "a place is looked for along one axis or in all elements, not along (0, 1)"),
    ("cumsum", ((),), {}, "the shape () has no axis -1"),
    ("recurrence", ((2,), (3,)), {}, "the factors have the shape (2,), and the terms (3,)"),
    ("expand", ((3,),), {"shape": (3, 2)}, "the shapes (3,) and (3, 2) do not broadcast"),
    ("expand", ((2, 3),), {"shape": (3,)}, "the shape (2, 3) does not expand to (3,)"),
    ("expand", ((3,),), {}, "a shape consists of whole numbers, not None"),
    ("sum_to", ((2, 3),), {"shape": (2, 2, 3)}, "the shape (2, 2, 3) does not broadcast to (2, 3), so that is not summed to it"),
    ("reshape", ((2, 3),), {"shape": (4, 2)}, "the shape (2, 3) has 6 elements and cannot become (4, 2)"),
    ("reshape", ((2, 3),), {"shape": (-1, 4)}, "the shape (2, 3) has 6 elements and cannot become (-1, 4)"),
    ("flatten", ((2, 3),), {"start_axis": 1, "end_axis": 0}, "of the shape (2, 3) the axis 1 comes after the axis 0"),
    ("permute", ((2, 3),), {"axes": (0,)}, "the axes (0,) are not an order of the 2 axes of the shape (2, 3)"),
    ("index", ((2, 3),), {"index": (2,)}, "the index 2 is out of range for the axis 0 of the shape (2, 3)"),
    ("index", ((2,),), {"index": (0, 0)}, "an index of 2 entries does not fit the shape (2,) of 1 axis"),
    ("index", ((2,),), {"index": (("slice", None, None, -1),)}, "the step of a slice is positive, not -1"),
    ("index_put", ((2,),), {"shape": (2, 3), "index": (0,)}, "the place (0,) in the shape (2, 3) has the shape (3,), not (2,)"),
    ("stack", ((2,), (3,)), {}, "arrays of the shapes (2,) and (3,) cannot be stacked"),
    ("cat", ((2, 3), (2, 4)), {}, "arrays of the shapes (2, 3) and (2, 4) do not join along the axis 0"),
    ("dot", ((2,), (3,)), {}, "the dot product takes two vectors of one length, not (2,) and (3,)"),
    ("outer", ((2, 2), (3,)), {}, "the outer product takes two vectors, not (2, 2) and (3,)"),
    ("matmul", ((2, 3), (2, 3)), {}, "the first has rows of 3 elements, and the second columns of 2"),
    ("matmul", ((), (3,)), {}, "a matrix product takes vectors and matrices, not () and (3,); numbers have *"),
    ("matmul", ((2, 3, 4), (3, 4, 5)), {}, "the shapes (2,) and (3,) do not broadcast"),
    ("diag", ((2, 3, 4),), {}, "diag takes a vector or a matrix, not an array of the shape (2, 3, 4)"),
    ("det", ((2, 3),), {}, "this takes a square matrix, not an array of the shape (2, 3)"),
    ("solve", ((3, 3), (2,)), {}, "a system with the matrix (3, 3) does not take the right-hand side (2,)"),
    ("layer_norm", ((2, 3), (2,)), {}, "layer_norm over (2,): (2,) is not the end of the shape (2, 3)"),
    ("cross_entropy", ((2, 3), (3,)), {}, "an input of the shape (2, 3) and classes of the shape (3,) do not fit"),
    (
        "conv1d",
        ((2, 5), (1, 3, 2)),
        {},
        "an input (2, 5) of 2 channels and a weight (1, 3, 2) for 3 channels in 1 groups do not fit",
    ),
    ("conv1d", ((1, 2), (1, 1, 3)), {}, "windows of the size (3,) do not fit into (2,)"),
    ("conv2d", ((1, 4), (1, 1, 3)), {}, "the weight of a convolution over 2 axes has 4 axes, not the shape (1, 1, 3)"),
    ("conv1d", ((1, 4), (1, 1, 2), (2,)), {}, "the bias of a weight (1, 1, 2) has the shape (1,), not (2,)"),
    ("conv1d", ((1, 4), (1, 1, 2)), {"stride": 0}, "stride is a whole number from 1 on for each of 1 axis, not 0"),
    ("max_pool1d", ((4,),), {}, "pooling over 1 axis takes an array of 2 or 3 axes, not of the shape (4,)"),
    ("max_pool1d", ((1, 4),), {"kernel_size": 2, "padding": 2}, "the padding 2 is more than half of the window 2"),
    ("arange", (), {"start": 1, "stop": 2, "step": 0}, "the step of a range is not 0"),
    ("zeros", (), {"shape": (2, -1)}, "the shape (2, -1) has a negative size"),
]


@pytest.mark.parametrize(("name", "shapes", "settings", "message"), SHAPES_THAT_DO_NOT_FIT, ids=lambda value: str(value)[:40])
def test_shapes_that_do_not_fit_are_named(name: str, shapes: Any, settings: Any, message: str) -> None:
    operation = STRUCTURAL[name]
    with pytest.raises(ShapeError) as caught:
        operation.shape(*shapes, **operation.complete(settings))
    assert str(caught.value) == message
    with pytest.raises(ShapeError):
        operation(*[numpy.zeros(shape) if shape else 0.0 for shape in shapes], **settings)


def test_a_determinant_of_a_singular_matrix_has_its_cofactors_as_gradient() -> None:
    """PyTorch gives 0 there."""
    operation = STRUCTURAL["det"]
    for singular, cofactors in (
        ([[1.0, 2.0], [2.0, 4.0]], [[4.0, -2.0], [-2.0, 1.0]]),
        (numpy.diag([2.0, 3.0, 0.0]), numpy.diag([0.0, 0.0, 6.0])),
        (numpy.diag([2.0, 3.0, 0.0, 5.0]), numpy.diag([0.0, 0.0, 30.0, 0.0])),
        (numpy.zeros((2, 2)), numpy.zeros((2, 2))),
    ):
        matrix = numpy.array(singular)
        assert close(pulled_back(operation, [matrix], {}, 1.0)[0], cofactors, 1e-12)


def test_what_has_no_value_is_an_error_in_words() -> None:
    with pytest.raises(GradcliError, match="the matrix is singular"):
        STRUCTURAL["inv"](numpy.array([[1.0, 2.0], [2.0, 4.0]]))
    with pytest.raises(GradcliError, match="the matrix is singular"):
        STRUCTURAL["matrix_power"](numpy.array([[1.0, 2.0], [2.0, 4.0]]), n=-1)
    with pytest.raises(GradcliError, match="3 is not one of the 3 classes"):
        STRUCTURAL["cross_entropy"](numpy.zeros((1, 3)), numpy.array([3.0]))


def test_broadcasting_and_its_adjoint_undo_each_other_in_shape() -> None:
    for shape, target in (((3,), (2, 3)), ((2, 1), (4, 2, 5)), ((), (2, 2))):
        assert broadcast(shape, target) == target
        assert STRUCTURAL["sum_to"].shape(target, shape=shape) == shape


def written(operation: Any, inputs: list[Any], settings: dict[str, Any]) -> tuple[Graph, dict[str, Any], list[int | None]]:
    """The pullback in symbols: its graph, the values of its variables, and the adjoint of each operand."""
    source = numpy.random.default_rng(3)
    bindings = {f"x{at}": value for at, value in enumerate(inputs)}
    cotangent = source.normal(size=operation.shape(*map(shape_of, inputs), **settings))
    bindings["g"] = cotangent if cotangent.ndim else float(cotangent)
    builder = StaticBuilder(Graph(), shapes={name: shape_of(value) for name, value in bindings.items()})
    symbols = [Symbol(builder, builder.variable(name)) for name in bindings]
    *operands, adjoint = symbols
    found = operation.pullback(adjoint, operation(*operands, **settings), *operands, **settings)
    ids = [None if one is None else builder.symbol(one() if callable(one) else one).id for one in found]
    return builder.graph, bindings, ids


@each_gradient
def test_the_pullback_is_the_same_in_symbols(row: dict[str, Any]) -> None:
    operation, inputs, settings = call(row)
    graph, bindings, ids = written(operation, inputs, settings)
    with quiet():
        values = evaluate(graph, bindings)
    for id, expected in zip(ids, pulled_back(operation, inputs, settings, bindings["g"]), strict=True):
        if id is not None:
            assert graph.shape(id) == shape_of(expected)
            assert close(values[id], expected, 1e-12)


@each_difference
def test_the_pullback_has_the_derivative_of_finite_differences(row: dict[str, Any]) -> None:
    """The second derivatives: what the pullback gives is a graph, which is run backward."""
    operation, inputs, settings = call(row)
    graph, bindings, ids = written(operation, smooth(row, inputs), settings)
    moved = [name for name, id in zip(bindings, [*ids, 0], strict=True) if id is not None]
    source = numpy.random.default_rng(5)
    for id in [id for id in ids if id is not None]:
        weight = source.normal(size=graph.shape(id))
        graph.output = id
        needs = requires_grad(graph, list(graph.variables.values()))
        adjoints = backward(graph, evaluate(graph, bindings), needs, weight if weight.ndim else float(weight))
        for name in moved:
            direction = source.normal(size=shape_of(bindings[name]))
            ahead, behind = [
                numpy.sum(weight * evaluate(graph, {**bindings, name: bindings[name] + step * direction})[id])
                for step in (1e-6, -1e-6)
            ]
            adjoint = adjoints[graph.variables[name]]
            slope = 0.0 if adjoint is None else numpy.sum(adjoint * direction)
            assert abs((ahead - behind) / 2e-6 - slope) <= 1e-5 * max(1, abs(slope))


@each_gradient
def test_no_adjoint_is_computed_that_nobody_asked_for(row: dict[str, Any]) -> None:
    """Of each operand alone, nothing but a shape and the value of a loss that its slope may be made of."""
    operation, inputs, settings = call(row)
    shapes = list(map(shape_of, inputs))
    for at in [at for at in range(len(inputs)) if operation.carries(at, shapes) and len(inputs) > 1]:
        named = {f"x{place}": shape for place, shape in enumerate(shapes)} | {"g": operation.shape(*shapes, **settings)}
        builder = StaticBuilder(Graph(), shapes=named)
        *operands, adjoint = [Symbol(builder, builder.variable(name)) for name in named]
        result, before = operation(*operands, **settings), len(builder.graph)
        wanted = tuple([place == at for place in range(len(inputs))])
        found = product(operation.name, wanted)(adjoint, result, operands, shapes, tuple(settings.items()))
        used = builder.graph.ancestors(*[builder.symbol(one).id for _, one in found])
        idle = [name for name, needed in list(zip(builder.graph.operations, used, strict=False))[before:] if not needed]
        assert {*idle} <= {CONSTANT, "reshape", operation.name.removeprefix("mean_")}
