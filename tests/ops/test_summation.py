"""Sums against PyTorch's, to the last digit."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
from measure_sums import terms
from support import oracle

from gradcli.ops.arrays.summation import total


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sums_are_those_of_pytorch_to_the_last_digit(dtype: str) -> None:
    rows = [row for row in oracle("torch_sums.json") if row["dtype"] == dtype]
    assert len(rows) > 50
    for row in rows:
        found = total(numpy, terms(tuple(row["shape"]), dtype), tuple(row["axes"]))
        assert numpy.ravel(found).tolist() == row["sum"], row["shape"]


@pytest.mark.parametrize("axes", [None, 0, 1, 2, -1, (0, 2), (1, 2), (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
def test_sums_of_numbers_that_are_not_rounded_are_numpys(axes: object, keepdims: bool, order: str) -> None:
    a = numpy.asarray(numpy.arange(60.0).reshape(3, 4, 5), order=order)
    expected = numpy.sum(a, axis=axes, keepdims=keepdims)
    found = total(numpy, a, axes, keepdims)
    assert numpy.shape(found) == numpy.shape(expected)
    assert numpy.array_equal(found, expected)


def test_long_sums_lose_little() -> None:
    a = terms((20_001,), "float64")
    exact = sum(map(Fraction, a.tolist()))
    assert abs(Fraction(float(total(numpy, a, None))) - exact) < Fraction(1, 10**10)


def test_sums_of_nothing_and_of_zeros() -> None:
    assert total(numpy, numpy.zeros((0, 3)), 0).tolist() == [0, 0, 0]
    assert numpy.copysign(1, total(numpy, numpy.array([-0.0, -0.0]), None)) == 1
    assert total(numpy, numpy.array([1, 2]), None) == 3
