"""A program as a function of columns: of arrays, frames and tables, pickled or not; each row is as it is alone."""

from __future__ import annotations

import pickle
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

import gradcli
from gradcli.autodiff.request import Request
from gradcli.errors import GradcliError

GAUSSIAN = "exp(-(x-m)^2/(2*s^2))"


def columns(count: int) -> dict[str, Any]:
    draw = numpy.random.default_rng(3)
    return {"x": draw.uniform(-2, 2, count), "m": draw.uniform(-1, 1, count), "s": draw.uniform(0.5, 2, count)}


def test_values_and_derivatives_of_columns() -> None:
    given = columns(1000)
    found = gradcli.batch_function(GAUSSIAN)({**given, "id": numpy.arange(1000)})
    x, m, s = given.values()
    y = numpy.exp(-((x - m) ** 2) / (2 * s**2))
    assert found.values["y"] == pytest.approx(y, rel=1e-14)
    assert found.grad["x"] == pytest.approx(-y * (x - m) / s**2, rel=1e-13)
    assert found.grad["s"] == pytest.approx(y * (x - m) ** 2 / s**3, rel=1e-13)
    assert (found.count, found.errors, found.absent, found.odd.any()) == (1000, {}, {}, False)


def test_a_function_survives_pickling() -> None:
    function = gradcli.batch_function("c*x*W[1]", "x, W", values={"c": 2, "W": [1.0, 3.0]}, threads=1)
    again = pickle.loads(pickle.dumps(function))
    given = {"x": [1.0, 2.0]}
    assert (again.variables, again.outputs, again.wrt) == (("x",), ("y",), ("x", "W"))
    assert again(given).values["y"].tolist() == [6.0, 12.0]
    assert again(given).grad["W"].tolist() == function(given).grad["W"].tolist() == [[0.0, 2.0], [0.0, 4.0]]


@pytest.mark.parametrize(
    "frame",
    [
        lambda given: pandas.DataFrame({**given, "v": list(given["v"])}, index=[7, 8, 9]),
        polars.DataFrame,
        lambda given: pyarrow.table({**given, "v": list(given["v"])}),
        lambda given: pyarrow.RecordBatch.from_pydict({**given, "v": list(given["v"])}),
        lambda given: pyarrow.table({**given, "v": pyarrow.FixedSizeListArray.from_arrays(given["v"].ravel(), 2)}),
    ],
)
def test_a_frame_gives_a_frame_of_the_same_kind(frame: Any) -> None:
    given = {"x": numpy.array([1.0, 2.0, 3.0]), "v": numpy.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])}
    table = frame(given)
    found = gradcli.batch_function("x*sum(v)")(table)
    assert type(found) is type(table)
    read = {name: list(found[name]) for name in ("y", "grad_v")}
    plain = [getattr(value, "as_py", lambda value=value: value)() for value in read["y"]]
    assert plain == [3.0, 14.0, 33.0]
    assert [list(getattr(row, "as_py", lambda row=row: row)()) for row in read["grad_v"]] == [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]
    assert list(getattr(found, "index", ())) == list(getattr(table, "index", ()))


def test_a_row_that_fails_has_an_error_and_no_numbers() -> None:
    function = gradcli.BatchFunction("h = x; while h > 0 { h = h*w }; h", Request(mode="static", max_steps=50))
    table = pandas.DataFrame({"x": [1.0, -1.0], "w": [1.0, 1.0]})
    found = function(table)
    assert "turns" in found["error"][0]
    assert pandas.isna(found["error"][1])
    assert numpy.isnan(found["h"][0])
    assert found["h"][1] == -1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gradcli.batch_function("x*w")({"x": [1.0]}), "no value for w"),
        (lambda: gradcli.batch_function("x*w")({"x": [1.0], "w": [1.0, 2.0]}), "columns have x 1, w 2 rows"),
        (lambda: gradcli.batch_function("x*w")({"x": ["a"], "w": [1.0]}), "the column x is no column of numbers"),
        (lambda: gradcli.batch_function("x*w", "z"), "wrt: "),
        (lambda: gradcli.batch_function("x*", "z"), "a value is missing"),
        (lambda: gradcli.batch_function("x", kernel="cuda"), "kernel is auto, numpy or c, not 'cuda'"),
        (lambda: gradcli.batch_function("x", dtype="int8"), "dtype is float64 or float32, not 'int8'"),
        (lambda: gradcli.batch_function("x", threads=0), "threads is a whole number from 1, not 0"),
        (lambda: gradcli.batch_function("x", values={"w": 1}), "w"),
        (lambda: gradcli.batch_function("x")([1.0]), "list is no table of columns"),
    ],
)
def test_what_is_wrong_is_one_error(call: Any, message: str) -> None:
    with pytest.raises(GradcliError) as caught:
        call()
    assert message in str(caught.value)
