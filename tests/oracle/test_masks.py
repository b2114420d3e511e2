"""Operations that PyTorch masks hand back exactly 0 where their derivative is 0, whatever comes in: an infinity, or nan."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest
from support import oracle, run

import gradcli
from gradcli.autodiff.passes.jacobian import hessian
from gradcli.autodiff.passes.reverse import quiet
from gradcli.ops import vjp
from gradcli.ops.catalogue import OPERATIONS

ROWS = oracle("torch_masks.json")
NORMS = oracle("torch_masks.json", "norms")

SILENT = oracle("torch_masks.json", "silent")


def gradients(row: dict[str, Any], place: int) -> list[float | None]:
    return [None if word is None else float(word) for word in row["gradient"][place]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['operation']} at {row['point']}")
def test_what_is_handed_back(row: dict[str, Any]) -> None:
    """Where a derivative is 0: zeros that stay zero are masks, and others become nan."""
    operation = OPERATIONS[row["operation"]]
    point = tuple(row["point"])
    for place, incoming in enumerate((1.0, math.inf, math.nan)):
        for index, expected in enumerate(gradients(row, place)):
            if gradients(row, 0)[index] == 0 and operation.carries(index):
                product = vjp.product(operation.name, tuple([at == index for at in range(len(point))]))
                [(_, handed)] = product(incoming, operation(*point), point, None, ())
                numpy.testing.assert_array_equal(handed, expected)
                arrays = [numpy.array([number, number]) for number in point]
                with quiet():
                    [(_, handed)] = product(numpy.array([incoming, 1.0]), operation(*arrays), arrays, None, ())
                numpy.testing.assert_array_equal(handed, [expected, 0])


@pytest.mark.parametrize("row", SILENT, ids=lambda row: f"{row['operation']} at {row['point']}")
def test_what_is_handed_back_of_nothing(row: dict[str, Any]) -> None:
    """Of the incoming gradient 0, where a derivative is not finite: mostly nan, and 0 where PyTorch has a product of its own."""
    operation, point = OPERATIONS[row["operation"]], tuple(row["point"])
    for index, expected in enumerate(row["gradient"]):
        if expected is not None and operation.carries(index):
            [(_, handed)] = vjp.product(operation.name, tuple([at == index for at in range(len(point))]))(
                0.0, operation(*point), point, None, ()
            )
            numpy.testing.assert_array_equal(handed, float(expected))


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize(
    ("text", "x", "first", "second"),
    [
        ("sqrt(relu(x))", -1.0, 0.0, 0.0),
        ("sqrt(clamp(x, 0, 1))", -2.0, 0.0, 0.0),
        ("sqrt(maximum(x, 0))", -1.0, 0.0, 0.0),
        ("log(floor(x))", 0.5, 0.0, 0.0),
        ("where(x > 0, sqrt(relu(x)), x^3)", 2.0, 8**-0.5, -(2**-1.5) / 4),
        ("sqrt(relu(x)) + x^2", -3.0, -6.0, 2.0),
    ],
)
def test_an_infinite_adjoint_ends_at_a_mask(text: str, x: float, first: float, second: float, mode: str) -> None:
    """In PyTorch 2.13.0: torch.sqrt(torch.relu(x)) at -1 has the gradient 0 and the second derivative 0."""
    tape = run(text, {"x": x}, mode=mode)
    assert tape.gradient["x"] == pytest.approx(first, rel=1e-12)
    assert hessian(tape).blocks["x"]["x"] == pytest.approx(second, rel=1e-12)


@pytest.mark.parametrize("text", ["elu(x)", "elu(x, 2)", "selu(x)", "celu(x, 2)", "huber_loss(x, -1)", "smooth_l1_loss(x, 1)"])
def test_the_second_derivative_where_the_first_has_a_kink(text: str) -> None:
    """PyTorch 2.13.0 has 0 there, by automatic differentiation of the gradient."""
    assert hessian(run(text, {"x": 0.0})).blocks["x"]["x"] == 0


@pytest.mark.parametrize("text", ["acosh(0*x)", "log(0*x)*0", "rsqrt(0*x)", "x*silu(0*x)"])
def test_where_a_derivative_is_none_the_next_is_none(text: str) -> None:
    """In PyTorch 2.13.0 the first and the second derivative of each are nan at -1, or inf*0 is: no 0 stands for it."""
    tape = run(text, {"x": -1.0 if "silu" not in text else math.nan})
    assert math.isnan(tape.gradient["x"])
    assert math.isnan(hessian(tape).blocks["x"]["x"])


@pytest.mark.parametrize(
    ("text", "expected"), [("max(x, w, z)", [0.5, 0.5, 0]), ("median(x, w, z)", [0.5, 0.5, 0]), ("amax(x, w, z)", [math.nan] * 3)]
)
def test_extremes_among_nan(text: str, expected: list[float]) -> None:
    """In PyTorch 2.13.0 of torch.stack([x, w, z]): the nan share the gradient, and amax hands back nan."""
    tape = run(text, {"x": math.nan, "w": math.nan, "z": 1.0})
    numpy.testing.assert_array_equal(list(tape.gradient.values()), expected)


@pytest.mark.parametrize("row", NORMS, ids=lambda row: f"{row['ord']} at {row['point']}")
def test_what_a_norm_hands_back(row: dict[str, Any]) -> None:
    """Of every order, at 0 and where one element is 0."""
    point = numpy.array(row["point"])
    for place, incoming in enumerate((1.0, math.inf, math.nan)):
        tape = gradcli.record(f"norm(x, ord={row['ord']})", {"x": point}, cotangent=incoming)
        expected = numpy.array([float(word) for word in row["gradient"][place]])
        numpy.testing.assert_allclose(tape.gradient["x"], expected, rtol=1e-14, err_msg=str(incoming))
