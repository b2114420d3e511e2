"""Gradients of operations on arrays as text: read back and computed, they are those that PyTorch measured.

The expression is ``sum(g*op(a, b, c))`` with the cotangent g, so that its gradient is the vector-Jacobian product.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from commandline import command

import gradcli
from gradcli.autodiff.passes.forward import evaluate
from gradcli.graph.graph import Graph
from gradcli.language.ast import Name
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import applied_to_arrays
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import STRUCTURAL

ROWS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data" / "torch_structural.json").read_text("utf-8"))["rows"]
NAMES = "abc"

KINKS = {
    "sort",
    "topk",
    "cummax",
    "cummin",
    "reduce_median",
    "reduce_nanmedian",
    "dist",
    "reduce_norm",
    "reduce_std",
    "reduce_max",
    "reduce_min",
    "reduce_amax",
    "reduce_amin",
    "max_pool1d",
    "max_pool2d",
}
"""Operations without a second derivative at points of the rows."""


def settings_of(value: Any) -> Any:
    """Settings from JSON: lists are tuples."""
    return tuple(map(settings_of, value)) if isinstance(value, list) else value


def array(value: Any) -> Any:
    result = numpy.array(value, dtype=float)
    return float(result) if result.ndim == 0 else result


def is_finite(row: dict[str, Any]) -> bool:
    """Whether the row has a gradient, and all of its numbers are finite; lengths that are 0 have one by convention alone."""
    if row["gradient"] is None or "shapes" in row:  # the numbers of empty arrays do not tell their shapes
        return False
    zero_length = row["operation"] in ("reduce_norm", "reduce_std", "dist") and not numpy.all(array(row["value"]) > 0)
    parts = [row["value"], *row["inputs"], *[part for part in row["gradient"] if part is not None]]
    return not zero_length and all(bool(numpy.all(numpy.abs(array(part)) < 100)) for part in parts)


def expression(row: dict[str, Any]) -> str:
    """``sum(g*op(a, b, c))`` as text."""
    operation = STRUCTURAL[row["operation"]]
    settings = operation.complete({name: settings_of(value) for name, value in row["settings"].items()})
    operands = [Name(name) for name, _ in zip(NAMES, row["inputs"], strict=False)]
    return f"sum(g*({to_text(applied_to_arrays(row['operation'], operands, tuple(settings.items())))}))"


def values_of(row: dict[str, Any]) -> dict[str, Any]:
    return {**dict(zip(NAMES, map(array, row["inputs"]), strict=False)), "g": array(row["cotangent"])}


def shapes_of(values: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    return {name: numpy.shape(value) for name, value in values.items()}


def gradient_text(text: str, name: str, values: dict[str, Any]) -> str:
    program = gradcli.parse(text)
    return program_text(gradcli.diff(program, name, shapes=shapes_of(values)).program(), "; ")


def value_of(text: str, values: dict[str, Any]) -> Any:
    """The value of a program, read from its text."""
    graph = lower(gradcli.parse(text), StaticBuilder(Graph(), shapes=shapes_of(values)))
    return evaluate(graph, values)[graph.output]


def agree(actual: Any, expected: Any, tolerance: float) -> bool:
    expected = numpy.asarray(expected)
    return numpy.shape(actual) == expected.shape and numpy.allclose(actual, expected, rtol=tolerance, atol=tolerance)


FINITE = [row for row in ROWS if is_finite(row)]
each_row = pytest.mark.parametrize("row", FINITE, ids=[f"{at}-{row['operation']}" for at, row in enumerate(FINITE)])


@each_row
def test_the_gradient_as_text_is_that_of_pytorch(row: dict[str, Any]) -> None:
    text, values = expression(row), values_of(row)
    for name, expected in zip(NAMES, row["gradient"], strict=False):
        if expected is not None:
            found = gradient_text(text, name, values)
            assert agree(value_of(found, values), expected, 2e-9), found


@each_row
def test_the_second_derivative_is_the_difference_of_the_first(row: dict[str, Any]) -> None:
    if row["operation"] in KINKS:
        return
    values = values_of(row)
    first = gradient_text(expression(row), "a", values)
    direction = numpy.random.default_rng(3).normal(size=numpy.shape(values["a"]))
    values["u"] = direction if direction.ndim else float(direction)
    second = gradient_text(f"sum(u*({first}))", "a", values)
    step = 1e-5
    ahead, behind = (value_of(first, {**values, "a": values["a"] + sign * step * direction}) for sign in (1, -1))
    expected = (numpy.asarray(ahead) - behind) / (2 * step)
    assert agree(value_of(second, values), expected, 1e-6), second


def test_a_long_hessian_is_in_named_lines_that_compute_it() -> None:
    """The Hessian of log(det(A·Aᵀ + I)), whose gradient is 2·(A·Aᵀ + I)⁻¹·A."""
    text = "log(det(A @ A.T + eye(3)))"
    point = numpy.random.default_rng(5).normal(size=(3, 4))

    def gradient(at: Any) -> Any:
        return 2 * numpy.linalg.solve(at @ at.T + numpy.eye(3), at)

    code, out, _ = command(["diff", text, "--shape", "A=3,4", "--hessian"])
    assert code == 0
    assert len(out) < 10_000
    rows = [line for line in out.splitlines() if line.startswith("[")]
    lines = [line for line in out.splitlines() if " = " in line]
    assert len(rows) == 12
    step = 1e-5
    for at in (0, 6, 11):
        values = json.dumps(point.tolist())
        program = "; ".join([*lines, rows[at]])
        _, found, _ = command(["run", "-e", program, "--A", values, "-q", "--no-grad"])
        moved = numpy.zeros(12)
        moved[at] = step
        expected = (gradient(point + moved.reshape(3, 4)) - gradient(point - moved.reshape(3, 4))) / (2 * step)
        numpy.testing.assert_allclose(json.loads(found), expected.reshape(-1), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("expression", "derivative"),
    [
        ("softmax([a, b, c])[0]", "softmax([a, b, c])[0]*(1 - softmax([a, b, c])[0])"),
        ("softmax([a, b, c])[1]", "-softmax([a, b, c])[0]*softmax([a, b, c])[1]"),
        ("cross_entropy([a, b, c], 1)", "softmax([a, b, c])[0]"),
        ("-log(softmax([a, b, c])[1])", "softmax([a, b, c])[0]"),
        ("sum(softmax([a, b])*[1, 2])", "softmax([a, b])[0]*(1 - sum(softmax([a, b])*[1, 2]))"),
    ],
)
def test_one_element_of_a_gradient_is_written_with_elements_alone(expression: str, derivative: str) -> None:
    """As courses write it: the derivative of softmax is s_i·([i = j] - s_j), that of cross-entropy s_j - [j = target]."""
    assert command(["diff", expression, "--wrt", "a"])[1].strip() == derivative
