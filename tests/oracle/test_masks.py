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
MEASURED = list(dict.fromkeys(row["operation"] for row in ROWS))

NORMS = oracle("torch_masks.json", "norms")

IN_PART = {"xlogy", "pow", "prelu", "prod"}
"""Operations that PyTorch masks at some zeros of a derivative, and multiplies at others; here they multiply."""


def gradients(row: dict[str, Any], place: int) -> list[float | None]:
    return [None if word is None else float(word) for word in row["gradient"][place]]


@pytest.mark.parametrize("name", MEASURED)
def test_what_is_masked(name: str) -> None:
    """A mask is declared where every zero that was measured stays zero, and nowhere else."""
    operation = OPERATIONS[name]
    stays: dict[int, set[bool]] = {}
    for row in ROWS:
        if row["operation"] == name:
            for index, handed in enumerate(zip(*[gradients(row, place) for place in range(3)], strict=True)):
                if handed[0] == 0:
                    stays.setdefault(index, set()).add(handed == (0, 0, 0))
    for index, found in stays.items():
        if name in IN_PART:
            assert not operation.masks(index)
        else:
            assert found == {operation.masks(index)}, operation.parameters


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['operation']} at {row['point']}")
def test_what_is_handed_back(row: dict[str, Any]) -> None:
    operation = OPERATIONS[row["operation"]]
    point = tuple(row["point"])
    for place, incoming in enumerate((1.0, math.inf, math.nan)):
        for index, expected in enumerate(gradients(row, place)):
            if gradients(row, 0)[index] == 0 and operation.masks(index):
                product = vjp.product(operation.name, tuple([at == index for at in range(len(point))]))
                [(_, handed)] = product(incoming, operation(*point), point, None, ())
                assert handed == expected
                arrays = [numpy.array([number, number]) for number in point]
                with quiet():
                    [(_, handed)] = product(numpy.array([incoming, 1.0]), operation(*arrays), arrays, None, ())
                assert (handed == 0).all()


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


@pytest.mark.parametrize("row", NORMS, ids=lambda row: f"{row['ord']} at {row['point']}")
def test_what_a_norm_hands_back(row: dict[str, Any]) -> None:
    """Of every order, at 0 and where one element is 0."""
    point = numpy.array(row["point"])
    for place, incoming in enumerate((1.0, math.inf, math.nan)):
        tape = gradcli.record(f"norm(x, ord={row['ord']})", {"x": point}, cotangent=incoming)
        expected = numpy.array([float(word) for word in row["gradient"][place]])
        numpy.testing.assert_allclose(tape.gradient["x"], expected, rtol=1e-14, err_msg=str(incoming))
