"""Second derivatives through a length at 0: those of its square, and of functions of its square, are those of the squares."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from gradcli.autodiff.passes.jacobian import hessian
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import recorded
from gradcli.language.parser import parse

ZERO, ONE = numpy.zeros(2), numpy.ones(2)

LENGTHS = {
    "norm(x)": {"x": ZERO},
    "dist(x, c)": {"x": ONE, "c": ONE},
    "norm(x - c)": {"x": ONE, "c": ONE},
    "norm(x, u)": {"x": 0.0, "u": 0.0},
}

OF_SQUARE = {  # functions of r², with their derivative by r² at 0
    "r^2": 1.0,
    "r*r": 1.0,
    "square(r)": 1.0,
    "exp(-r^2)": -1.0,
    "3*r*r - r^4/2 + cos(r^2)": 3.0,
    "-(r^2)/4 + r^3": -0.25,
    "log(1 + r*r)": 1.0,
    "sqrt(1 + 2*r^2)": 1.0,
    "cos(r)": -0.5,
}


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("function", OF_SQUARE)
def test_the_second_derivative_of_a_function_of_a_squared_length(length: str, function: str) -> None:
    point: dict[str, Any] = LENGTHS[length]
    tape = recorded(parse(f"r = {length}; {function}"), Request(point, wrt=["x"]))
    found = numpy.asarray(hessian(tape).blocks["x"]["x"])
    expected = 2 * OF_SQUARE[function] * (numpy.eye(2) if numpy.shape(point["x"]) else 1.0)
    assert numpy.array_equal(found, expected)


@pytest.mark.parametrize("function", OF_SQUARE)
def test_the_second_derivative_of_a_function_of_the_square_of_hypot(function: str) -> None:
    """Its first derivative at 0 is nan in PyTorch; that of its square is x, from which the second one follows."""
    tape = recorded(parse(f"r = hypot(x, w); {function}"), Request({"x": 0.0, "w": 0.0}))
    own = 2 * OF_SQUARE[function]
    assert hessian(tape).blocks == {"x": {"x": own, "w": 0.0}, "w": {"x": 0.0, "w": own}}


def test_blocks_of_a_distance() -> None:
    tape = recorded(parse("exp(-norm(a - b)^2)"), Request({"a": ONE, "b": ONE}))
    blocks = hessian(tape).blocks
    assert numpy.array_equal(blocks["a"]["a"], -2 * numpy.eye(2))
    assert numpy.array_equal(blocks["a"]["b"], 2 * numpy.eye(2))
    assert numpy.array_equal(blocks["b"]["b"], -2 * numpy.eye(2))


def test_lengths_along_an_axis() -> None:
    tape = recorded(parse("sum(norm(A, axis=1)^2 * [1, 2])"), Request({"A": numpy.array([[0.0, 0.0], [3.0, 4.0]])}))
    found = hessian(tape).blocks["A"]["A"].reshape(4, 4)
    assert numpy.allclose(found, numpy.diag([2.0, 2.0, 4.0, 4.0]))


@pytest.mark.parametrize("square", ["std(x)^2", "std(x)*std(x)", "2*std(x)^2 - square(std(x))"])
def test_the_square_of_a_standard_deviation_is_the_variance(square: str) -> None:
    """Its second derivative is (δ - 1/n)·2/(n - 1), everywhere."""
    found = hessian(recorded(parse(square), Request({"x": numpy.ones(3)}))).blocks["x"]["x"]
    assert numpy.allclose(found, numpy.eye(3) - 1 / 3)


def test_a_length_itself_has_no_second_derivative_at_0() -> None:
    assert numpy.isnan(hessian(recorded(parse("norm(x)"), Request({"x": ZERO}))).blocks["x"]["x"]).all()


def test_the_gradient_multiplies_as_pytorch_does() -> None:
    """grad * (self / norm) in PyTorch's norm_backward, so 3/5 comes out as 0.6."""
    tape = recorded(parse("norm(x)"), Request({"x": numpy.array([3.0, 4.0])}))
    assert tape.gradient["x"].tolist() == [0.6, 0.8]
