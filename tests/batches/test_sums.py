"""Sums over rows: those of the rows, in one pass, with the same bits whatever parts the rows come in."""

from __future__ import annotations

import itertools
import math
import pickle
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

import gradcli
from gradcli.data.frames import keys_of
from gradcli.data.kernels import reducer as reducer_module
from gradcli.data.kernels.array_rows import BLOCK
from gradcli.data.kernels.sums import Reduced, Sums
from gradcli.errors import GradcliError

LOGISTIC = "softplus(-t*(x@w + b))"


def data(count: int) -> dict[str, Any]:
    draw = numpy.random.default_rng(7)
    x = draw.normal(size=(count, 4))
    return {"x": x, "t": numpy.where(x[:, 0] + draw.normal(size=count) > 0, 1.0, -1.0), "g": draw.integers(0, 3, count)}


FIXED = {"w": numpy.array([0.5, -0.2, 0.1, 0.0]), "b": 0.3}


def numbers(reduced: Reduced) -> list[Any]:
    kinds = (reduced.sum, reduced.mean, reduced.grad_sum, reduced.grad_mean)
    return [numpy.asarray(value).tolist() for kind in kinds for value in kind.values()]


def test_the_loss_of_a_data_set_and_its_gradient() -> None:
    given = data(20_000)
    found = gradcli.batch_function(LOGISTIC, "w,b", values=FIXED).reduce(given)
    margin = given["t"] * (given["x"] @ FIXED["w"] + FIXED["b"])
    slope = -given["t"] / (1 + numpy.exp(margin))
    assert (found.rows, found.failed, found.keys) == (20_000, 0, None)
    assert found.sum["y"] == pytest.approx(math.fsum(numpy.log1p(numpy.exp(-margin))), rel=1e-12)
    assert found.mean["y"] == pytest.approx(found.sum["y"] / 20_000, rel=1e-15)
    assert found.grad_sum["w"] == pytest.approx([math.fsum(slope * column) for column in given["x"].T], rel=1e-10)
    assert found.grad_mean["b"] == pytest.approx(math.fsum(slope) / 20_000, rel=1e-10)


@pytest.mark.parametrize(("text", "wrt", "values"), [(LOGISTIC, "w,b", FIXED), ("exp(-t^2/2)*g + sin(t)", "t,g", {})])
@pytest.mark.parametrize("by", [None, "g"])
def test_parts_in_any_order_have_the_bits_of_the_whole(text: str, wrt: str, values: dict[str, Any], by: str | None) -> None:
    count = 11 * BLOCK + 100
    given = data(count)
    function = gradcli.batch_function(text, wrt, values=values)
    whole = function.reduce(given, by)

    def part(start: int, stop: int, sizes: int) -> Sums:
        reducer = pickle.loads(pickle.dumps(function)).reducer(start)
        for first in range(start, stop, sizes):
            rows = slice(first, min(first + sizes, stop))
            reducer.add({name: column[rows] for name, column in given.items()}, None if by is None else given[by][rows])
        found: Sums = pickle.loads(pickle.dumps(reducer.sums()))
        return found

    parts = [
        part(0, 3 * BLOCK, 5000),
        part(3 * BLOCK, 4 * BLOCK, BLOCK),
        part(4 * BLOCK, 9 * BLOCK, 77777),
        part(9 * BLOCK, count, count),
    ]
    for order in ([0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 0, 1]):
        merged = parts[order[0]]
        for at in order[1:]:
            merged = merged.merge(parts[at])
        assert numbers(merged.result()) == numbers(whole)
    with pytest.raises(GradcliError, match="added twice"):
        parts[0].merge(parts[0])
    assert len(parts[0].merge(parts[1]).nodes) <= 2  # of four blocks one node is left, or two while its pair is missing


def test_blocks_of_wide_rows_are_short_and_parts_have_the_bits_of_the_whole() -> None:
    x, g = numpy.random.default_rng(3).normal(size=(2 * BLOCK, 100)), numpy.arange(2 * BLOCK) % 3
    function = gradcli.batch_function("sum(x*x*x)", "x")
    parts = [function.reducer(first) for first in (0, BLOCK)]
    for part, rows in zip(parts, (slice(0, BLOCK), slice(BLOCK, None)), strict=True):
        part.add({"x": x[rows]}, g[rows])
        assert 2 * part._block * 8 * 201 > reducer_module.BLOCK_BYTES >= part._block * 8 * 201
    whole = function.reduce({"x": x, "g": g}, "g")
    assert numbers(parts[1].sums().merge(parts[0].sums()).result()) == numbers(whole)
    assert numpy.allclose(whole.grad_sum["x"], [3 * (x[g == key] ** 2).sum(axis=0) for key in range(3)], rtol=1e-12)


def test_partitions_that_begin_anywhere_are_nodes_of_their_own() -> None:
    given = data(9_000)
    function = gradcli.batch_function(LOGISTIC, "w", values=FIXED)
    ends = [0, 1000, 2500, 9000]
    parts = []
    for number, (start, stop) in enumerate(itertools.pairwise(ends)):
        reducer = function.reducer()
        reducer.add({name: column[start:stop] for name, column in given.items()})
        parts.append(reducer.sums().partition(number))
    one, other = parts[0].merge(parts[1]).merge(parts[2]), parts[2].merge(parts[0].merge(parts[1]))
    assert numbers(one.result()) == numbers(other.result())
    assert one.result().sum["y"] == pytest.approx(function.reduce(given).sum["y"], rel=1e-13)
    with pytest.raises(GradcliError, match="begin at multiples"):
        function.reducer(1000)


@pytest.mark.parametrize("table", [lambda given: given, pandas.DataFrame, polars.DataFrame, pyarrow.table])
@pytest.mark.parametrize("keys", [[2, 1, 2, 1, 1], ["b", "a", "b", "a", None], [10, None, 9, None, 10]])
def test_groups(table: Any, keys: Any) -> None:
    given = {"x": numpy.arange(5.0), "k": keys}
    found = gradcli.batch_function("x^2").reduce(table(given), "k")
    expected: dict[Any, list[float]] = {}
    for key, x in zip(keys, given["x"], strict=True):
        expected.setdefault(key, []).append(x)
    groups = sorted(expected, key=lambda key: (key is None, key))
    assert found.keys.tolist() == groups
    assert found.rows.tolist() == [len(expected[key]) for key in groups]
    assert found.sum["y"].tolist() == [sum(x * x for x in expected[key]) for key in groups]
    assert found.grad_mean["x"].tolist() == pytest.approx([sum(2 * x for x in expected[k]) / len(expected[k]) for k in groups])


def test_whole_numbers_beside_rows_without_a_group_stay_exact() -> None:
    keys = [2**60 + 1, None, 2**60, None, 2**60 + 1]
    reducer = gradcli.batch_function("x^2").reducer()
    reducer.add({"x": numpy.arange(2.0)}, keys_of(pyarrow.table({"k": [None, None]}), "k"))
    reducer.add({"x": numpy.arange(5.0)}, keys_of(pyarrow.table({"k": keys}), "k"))
    found = reducer.sums().result()
    assert (found.keys.tolist(), found.rows.tolist()) == ([2**60, 2**60 + 1, None], [1, 2, 4])
    assert found.sum["y"].tolist() == [4, 16, 11]


def test_rows_that_fail_do_not_count() -> None:
    given = {"A": numpy.array([numpy.eye(2), numpy.ones((2, 2)), 2 * numpy.eye(2)]), "k": numpy.array([1, 1, 2])}
    function = gradcli.batch_function("trace(inv(A))")
    found, by = function.reduce(given), function.reduce(given, "k")
    assert (found.rows, found.failed, found.sum["y"]) == (2, 1, 3.0)
    assert (by.rows.tolist(), by.failed, by.sum["y"].tolist()) == ([1, 1], 1, [2.0, 1.0])


def test_no_rows_have_the_sum_0() -> None:
    found = gradcli.batch_function("x^2").reduce({"x": numpy.array([])})
    assert (found.rows, found.sum["y"]) == (0, 0.0)
    assert math.isnan(found.mean["y"])


def test_what_is_wrong_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GradcliError, match="there is no column k to group by"):
        gradcli.batch_function("x^2").reduce({"x": [1.0]}, "k")
    from gradcli.data.kernels import sums

    monkeypatch.setattr(sums, "MOST_GROUPS", 3)
    monkeypatch.setattr(reducer_module, "BLOCK", 2)
    with pytest.raises(GradcliError, match="more than 3 groups"):
        gradcli.batch_function("x^2").reduce({"x": numpy.arange(8.0), "k": numpy.arange(8)}, "k")


def test_products_are_contracted_and_rows_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given = data(3 * BLOCK)
    function = gradcli.batch_function(LOGISTIC, "w", values=FIXED)
    function.reduce(given)
    seen = []
    (kernel,) = function._array_kernels.values()
    assert kernel is not None
    compute = kernel.compute
    monkeypatch.setattr(kernel, "compute", lambda columns, skipped=(): seen.append(compute(columns, skipped)) or seen[-1])
    function.reduce(given)
    assert len(seen) == 3
    for found in seen:
        assert not [
            id
            for id in found
            if kernel.graph.shape(id) == (4,) and id not in kernel.known and id not in kernel.graph.variables.values()
        ]
