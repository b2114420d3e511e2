"""Programs of arrays: all rows at once give what each row gives alone, and W @ x with a column x is one product."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import gradcli
from gradcli.data.batches import Batch
from gradcli.data.kernels import array_rows

DRAW = numpy.random.default_rng(2)
ROWS = 40
COLUMNS = {
    "x": DRAW.normal(size=(ROWS, 3)),
    "A": DRAW.normal(size=(ROWS, 3, 3)),
    "t": DRAW.normal(size=ROWS),
    "c": DRAW.integers(0, 4, ROWS),
}
FIXED = {
    "W": DRAW.normal(size=(4, 3)),
    "w": DRAW.normal(size=3),
    "b": 0.5,
    "V": DRAW.normal(size=(2, 4)),
    "u": DRAW.normal(size=4),
}

PROGRAMS = [
    "softplus(-t*(x@w + b))",
    "sum(tanh(W@x + u)^2)*t",
    "mse_loss(V@relu(W@x), [1, 2])",
    "cross_entropy(W@x, c)",
    "x[0]*x[1] + max(x) + norm(x) + sum(x[0:2]*x[1:])",
    "logsumexp(softmax(x)*cumsum(x)) + det(A)*mean(A[0]) + sum(A.T@A, axis=0)[1] + std(x)",
    "x@A@x + sum(A@x) + sum(x@A) + sum(A@A) + sum(outer(x, x)*A) + trace(inv(A))",
    "h = W@x; y = sum(where(h > 0, h, h*b)); output y, h",
    "sum(reshape(A, 9)[2:5]*x) + sum(A.T*x) + prod(x) + sum(flip(x)*w) + min(A)",
    "sum(sqrt(x)) + max(x[0], t, 0)",
]


def alone(function: Any, given: dict[str, Any]) -> Batch:
    """Each row by itself."""
    parts = {name: numpy.asarray(given[name], "float64") for name in function.variables}
    found: Batch = function._one_by_one(function._prepared(parts), parts, len(parts[function.variables[0]]))
    return found


def assert_close(found: Batch, expected: Batch, tolerance: float = 1e-12) -> None:
    assert (found.count, found.errors.keys()) == (expected.count, expected.errors.keys())
    for name, column in expected.columns().items():
        assert found.columns()[name].shape == column.shape, name
        assert numpy.allclose(found.columns()[name], column, rtol=tolerance, atol=tolerance, equal_nan=True), name
    assert found.odd.tolist() == expected.odd.tolist()
    assert {name: rows.tolist() for name, rows in found.absent.items()} == {
        n: rows.tolist() for n, rows in expected.absent.items()
    }


@pytest.mark.parametrize("text", PROGRAMS)
def test_all_rows_at_once_are_each_row_alone(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    free = gradcli.batch_function(text).variables
    function = gradcli.batch_function(text, values={name: FIXED[name] for name in free if name in FIXED})
    expected = alone(function, COLUMNS)
    monkeypatch.setattr(gradcli.BatchFunction, "_one_by_one", lambda *given: pytest.fail("a row ran by itself"))
    assert_close(function(COLUMNS), expected)
    monkeypatch.setattr(array_rows, "BLOCK", 7)
    assert_close(gradcli.batch_function(text, values=function.values, threads=3)(COLUMNS), expected)


def test_single_precision() -> None:
    function = gradcli.batch_function(PROGRAMS[0], values={"w": FIXED["w"], "b": 0.5}, dtype="float32")
    found = function(COLUMNS)
    assert found.values["y"].dtype == numpy.float32
    assert_close(found, alone(function, COLUMNS), 1e-5)


def test_a_product_of_a_matrix_and_a_column_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    function = gradcli.batch_function("sum(W@x)", "W", values={"W": FIXED["W"]})
    kernel = array_rows.array_kernel(function._prepared({"x": COLUMNS["x"]}), ("x",), function.values, ("W",))
    assert kernel is not None
    assert kernel.loops == 0
    calls = []
    multiply = numpy.matmul
    monkeypatch.setattr(numpy, "matmul", lambda *given: (calls.append(1), multiply(*given))[1])
    kernel.compute({"x": COLUMNS["x"]})
    assert len(calls) == 1


def test_a_singular_row_is_an_error_and_the_others_are_not() -> None:
    given = {"A": COLUMNS["A"][:5].copy()}
    given["A"][2] = 1
    found = gradcli.batch_function("sum(inv(A))")(given)
    assert list(found.errors) == [2]
    assert numpy.isfinite(found.values["y"][[0, 1, 3, 4]]).all()
    assert numpy.isnan(found.grad["A"][2]).all()


def test_branches_run_row_by_row() -> None:
    function = gradcli.batch_function("if t > 0 { y = sum(x) } else { y = prod(x) }")
    found = function(COLUMNS)
    positive = COLUMNS["t"] > 0
    assert found.values["y"] == pytest.approx(numpy.where(positive, COLUMNS["x"].sum(axis=1), COLUMNS["x"].prod(axis=1)))
    assert (found.absent["t"]).all()
