"""Every operation on arrays of NumPy, element by element against its value and its derivatives from floats."""

from __future__ import annotations

import itertools
import math
import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from commandline import ENVIRONMENT

from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import NotDifferentiableError, Operation

INF, NAN = math.inf, math.nan
SPECIAL = (0.0, -0.0, 0.5, 1.0, -1.0, 2.0, 2.5, -3.0, 6.0, INF, -INF, NAN)
"""Values at which operations have kinks, poles, ties and infinities."""
FAR = (750.0, -750.0, 1e308, -1e308, 5e-324)
POINTS = 8
LARGEST_SINGLE = float(np.finfo(np.float32).max)

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
every_differentiable = pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if o.differentiable], ids=lambda operation: operation.name
)


def close(found: float, expected: float) -> bool:
    """Whether two floats are equal but for the last digits; below the smallest normal number there are none."""
    return (
        found == expected
        or (found != found and expected != expected)
        or math.isclose(found, expected, rel_tol=1e-14, abs_tol=sys.float_info.min)
    )


def sampled(operation: Operation, count: int = POINTS) -> list[tuple[float, ...]]:
    """Points inside the intervals that the operation names, the same in every run."""
    source = random.Random(operation.name)
    return [tuple(source.uniform(low, high) for low, high in operation.samples) for _ in range(count)]


def special(operation: Operation) -> list[tuple[float, ...]]:
    """Tuples of special values, of three arguments some; of two arguments or fewer all, also of values far out."""
    count = len(operation.samples)
    points = list(itertools.product(SPECIAL + FAR if count < 3 else SPECIAL, repeat=count))
    return random.Random(operation.name).sample(points, min(len(points), 300))


def columns(points: list[tuple[float, ...]], dtype: type[np.floating[Any]] = np.float64) -> list[Any]:
    """For each argument the array of its values."""
    return list(np.array(points, dtype).T)


def carriers(operation: Operation, count: int) -> list[bool]:
    """For each argument whether the operation has a derivative by it."""
    found = []
    for at in range(count):
        wanted = [i == at and operation.carries(at) for i in range(count)]
        try:
            operation.local_derivatives(0.5, (0.5,) * count, wanted)
        except NotDifferentiableError:
            found.append(False)
        else:
            found.append(wanted[at])
    return found


# ---- values ----


@every_operation
@pytest.mark.parametrize("points", [sampled, special], ids=["inside", "special"])
def test_the_value_is_that_of_each_element(operation: Operation, points: Any) -> None:
    rows = points(operation)
    values = operation(*columns(rows))
    assert isinstance(values, np.ndarray)
    assert values.dtype == np.float64
    assert values.shape == (len(rows),)
    wrong = [
        (row, value, operation(*row))
        for row, value in zip(rows, values.tolist(), strict=True)
        if not close(value, operation(*row))
    ]
    assert not wrong


@every_operation
def test_single_precision_stays(operation: Operation) -> None:
    rows = sampled(operation)
    arrays = columns(rows, np.float32)
    values = operation(*arrays)
    assert values.dtype == np.float32
    for row, value in zip(zip(*[array.tolist() for array in arrays], strict=True), values.tolist(), strict=True):
        assert math.isclose(value, operation(*row), rel_tol=1e-5, abs_tol=1e-6), row


@every_operation
def test_numbers_among_arrays_do_not_widen_them(operation: Operation) -> None:
    row = sampled(operation, 1)[0]
    for at in range(len(row)):
        arguments = [np.full((2, 1), value, np.float32) if i == at else value for i, value in enumerate(row)]
        values = operation(*arguments)
        assert values.dtype == np.float32
        assert values.shape == (2, 1)
        assert math.isclose(values[0, 0], operation(*row), rel_tol=1e-4, abs_tol=1e-5)


@every_operation
def test_a_column_is_broadcast_with_a_row(operation: Operation) -> None:
    if len(operation.samples) < 2:
        return
    rows = sampled(operation, 3)
    first, *others = columns(rows)
    values = operation(first[:, None], *others)
    assert values.shape == (3, 3)
    for (i, j), value in np.ndenumerate(values):
        assert close(float(value), operation(rows[i][0], *rows[j][1:]))


@every_operation
@pytest.mark.parametrize("shape", [(0,), (2, 0), (1, 1, 1)])
def test_shapes_are_kept(operation: Operation, shape: tuple[int, ...]) -> None:
    arguments = tuple(np.full(shape, low) for low, _ in operation.samples)
    values = operation(*arguments)
    assert values.shape == shape
    assert values.dtype == np.float64
    wanted = carriers(operation, len(arguments))
    if any(wanted):
        for partial in operation.local_derivatives(values, arguments, wanted):
            assert partial is None or np.shape(partial) in (shape, ())


@every_operation
def test_arguments_left_out_have_their_defaults(operation: Operation) -> None:
    if operation.variadic or not operation.defaults:
        return
    rows = [row[: operation.required] for row in sampled(operation)]
    values = operation(*columns(rows))
    assert all(close(value, operation(*row)) for row, value in zip(rows, values.tolist(), strict=True))


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.variadic])
def test_any_number_of_arrays(name: str, count: int) -> None:
    operation = OPERATIONS[name]
    source = random.Random(name)
    rows = [tuple(source.uniform(-2, 2) for _ in range(count)) for _ in range(POINTS)]
    check_values_and_partials(operation, rows)


def test_integers_and_truth_values_become_floats() -> None:
    assert OPERATIONS["div"](np.array([1, 2]), 4).tolist() == [0.25, 0.5]
    assert OPERATIONS["add"](np.array([True, False]), 0.5).tolist() == [1.5, 0.5]
    assert OPERATIONS["lt"](np.array([1, 2]), 1.5).dtype == np.float64


def test_signs_of_zero() -> None:
    zeros = np.array([0.0, -0.0])
    for name in ("sqrt", "floor", "round", "trunc", "sin", "tanh", "cbrt", "expm1", "asinh"):
        assert np.signbit(OPERATIONS[name](zeros)).tolist() == [False, True], name
    assert OPERATIONS["div"](1.0, zeros).tolist() == [INF, -INF]
    assert OPERATIONS["pow"](zeros, -1.0).tolist() == [INF, -INF]


def test_powers_by_a_number() -> None:
    bases = np.array(SPECIAL + FAR)
    for exponent in (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0, INF, NAN):
        check_values_and_partials(OPERATIONS["pow"], [(base, exponent) for base in bases.tolist()], at=1)


# ---- derivatives ----


def check_values_and_partials(operation: Operation, rows: list[tuple[float, ...]], at: int | None = None) -> None:
    """Value and partial derivatives by arrays against those by floats; the argument ``at`` is one number."""
    arguments = tuple(rows[0][i] if i == at else array for i, array in enumerate(columns(rows)))
    values = operation(*arguments)
    expected = [operation(*row) for row in rows]
    assert [
        (row, value) for row, value, true in zip(rows, values.tolist(), expected, strict=True) if not close(value, true)
    ] == []
    wanted = carriers(operation, len(arguments))
    if not any(wanted):
        return
    exact = np.array(expected)  # the same results, so that the rules alone are compared
    partials = operation.local_derivatives(exact, arguments, wanted)
    found = [[None] * len(rows) if p is None else np.broadcast_to(p, exact.shape).tolist() for p in partials]
    wrong = []
    for row, y, derivatives in zip(rows, expected, zip(*found, strict=True), strict=True):
        true = operation.local_derivatives(y, row, wanted)
        if not all(a is b or close_derivative(a, float(b)) for a, b in zip(derivatives, true, strict=True)):
            wrong.append((row, derivatives, true))
    assert wrong == []


def close_derivative(found: float, expected: float) -> bool:
    """Whether two derivatives are equal but for the last digits, of which a difference of large numbers loses some."""
    return close(found, expected) or math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-15)


@every_differentiable
@pytest.mark.parametrize("points", [sampled, special], ids=["inside", "special"])
def test_partials_are_those_of_each_element(operation: Operation, points: Any) -> None:
    check_values_and_partials(operation, points(operation))


@every_differentiable
def test_partials_where_one_argument_is_an_array(operation: Operation) -> None:
    values = (0.0, 0.5, -1.0, 2.0)
    count = len(operation.samples)
    if count < 2:
        return
    wanted = carriers(operation, count)
    for at, fixed in itertools.product(range(count), itertools.product(values, repeat=count - 1)):
        arguments = [*fixed[:at], np.array(values), *fixed[at:]]
        y = operation(*arguments)
        partials = operation.local_derivatives(y, tuple(arguments), wanted)
        for index, value in enumerate(values):
            row = (*fixed[:at], value, *fixed[at:])
            true = operation.local_derivatives(operation(*row), row, wanted)
            for partial, expected in zip(partials, true, strict=True):
                assert isinstance(partial, float | np.ndarray | None)
                if partial is not None:
                    found = float(np.broadcast_to(partial, y.shape)[index])
                    assert close_derivative(found, float(expected)), (row, found, expected)


@every_differentiable
def test_partials_of_single_precision(operation: Operation) -> None:
    arrays = tuple(columns(sampled(operation), np.float32))
    wanted = carriers(operation, len(arrays))
    for partial in operation.local_derivatives(operation(*arrays), arrays, wanted):
        assert partial is None or isinstance(partial, float) or partial.dtype == np.float32


def test_kinks() -> None:
    zeros = np.array([-1.0, 0.0, 1.0])
    relu, abs_, maximum = OPERATIONS["relu"], OPERATIONS["abs"], OPERATIONS["maximum"]
    assert [p.tolist() for p in relu.local_derivatives(relu(zeros), (zeros,), [True])] == [[0.0, 0.0, 1.0]]
    assert [p.tolist() for p in abs_.local_derivatives(abs_(zeros), (zeros,), [True])] == [[-1.0, 0.0, 1.0]]
    both = maximum.local_derivatives(maximum(zeros, 0.0), (zeros, 0.0), [True, True])
    assert [p.tolist() for p in both] == [[0.0, 0.5, 1.0], [1.0, 0.5, 0.0]]


def test_a_number_that_is_a_pole_gives_infinities() -> None:
    div = OPERATIONS["div"]
    a = np.array([1.0, -1.0, 0.0])
    first, second = div.local_derivatives(div(a, 0.0), (a, 0.0), [True, True])
    assert first == INF
    assert np.array_equal(second, [-INF, INF, NAN], equal_nan=True)


# ---- NumPy is loaded by arrays alone ----


def test_numbers_load_no_numpy() -> None:
    program = (
        "import sys; from gradcli.ops.catalogue import OPERATIONS as o; o['tanh'](o['pow'](2.0, 0.5));"
        "o['relu'].local_derivatives(1.0, (1.0,), [True]); assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env=ENVIRONMENT, timeout=100)


def test_an_array_and_an_exact_constant_keep_single_precision() -> None:
    """A constant of a rule is a subclass of float, which NumPy would take for float64."""
    x = np.array([0.25, 1.5], np.float32)
    for name in ("exp2", "log2", "sinc", "gelu", "mean", "deg2rad"):
        operation = OPERATIONS[name]
        y = operation(x)
        (partial,) = operation.local_derivatives(y, (x,), [True])
        assert y.dtype == np.float32, name
        assert (x * partial).dtype == np.float32, name
