"""Every elementwise operation on arrays that are broadcast: values, gradients of order 1 and 2, double and single precision.

They are compared with what PyTorch was measured to give (``measure_elementwise.py``), and with finite differences.
"""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from support import oracle, unmeasured

from gradcli.autodiff.passes.gradient import gradient_of
from gradcli.autodiff.passes.reverse import backward, requires_grad
from gradcli.autodiff.runs.program_run import record
from gradcli.language.parser import parse
from gradcli.ops.arrays.networks.losses import LOSSES
from gradcli.ops.catalogue import OPERATIONS

ROWS = oracle("torch_elementwise.json")

ROUGH_IN_PYTORCH = {"i1", "digamma", "polygamma", "lgamma", "erfinv", "std", "norm", "softplus"}
"""Functions that PyTorch computes to fewer digits in single precision, by series or in double steps."""

ULP = 2.0**-23
"""The distance of neighbouring numbers of single precision near 1."""

modes = pytest.mark.parametrize("mode", ["dynamic", "static"])
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["operation"])
each_gradient = pytest.mark.parametrize(
    "row", [row for row in ROWS if any(g is not None for g in row["gradient"])], ids=lambda row: row["operation"]
)


def value(data: Any) -> Any:
    result = numpy.array(data, dtype=float)
    return result if result.ndim else float(result)


def inputs(row: dict[str, Any]) -> dict[str, Any]:
    return {f"x{at}": value(data) for at, data in enumerate(row["inputs"])}


def call(row: dict[str, Any]) -> str:
    """The operation on variables, by its name; losses of the elements without their mean."""
    name = row["operation"]
    reduction = ", reduction=none" if name in LOSSES else ""
    return f"{name}({', '.join(inputs(row))}{reduction})"


def wrt(row: dict[str, Any]) -> list[str]:
    """The variables by which PyTorch has a derivative."""
    return [name for name, gradient in zip(inputs(row), row["gradient"], strict=True) if gradient is not None]


def measured(row: dict[str, Any], what: str) -> dict[str, Any]:
    return {name: value(data) for name, data in zip(inputs(row), row[what], strict=True) if data is not None}


def test_each_row_is_of_an_operation() -> None:
    """One that is not measured has no row; ``measure_elementwise.py`` adds it."""
    measured = [row["operation"] for row in ROWS]
    assert len(measured) == len(set(measured))
    assert set(measured) == set(OPERATIONS) - unmeasured()


@modes
@each_row
def test_value_and_gradient(row: dict[str, Any], mode: str) -> None:
    tape = record(parse(call(row)), inputs(row), wrt(row), mode=mode, cotangent=value(row["cotangent"]))
    numpy.testing.assert_allclose(tape.value, value(row["value"]), rtol=1e-12, atol=1e-14)
    for name, expected in measured(row, "gradient").items():
        found = tape.gradient[name]
        found = numpy.zeros(numpy.shape(expected)) if found is None else found
        assert numpy.shape(found) == numpy.shape(expected)
        rough = row["operation"] == "digamma"  # PyTorch's trigamma has nine digits: see test_registry for its value
        numpy.testing.assert_allclose(found, expected, rtol=1e-9 if rough else 1e-11, atol=1e-13)


def second(row: dict[str, Any]) -> dict[str, Any]:
    """The gradient of what the gradient gives in the directions, by a backward pass on the gradient graph."""
    tape = record(parse(f"sum(c*{call(row)})"), {"c": value(row["cotangent"]), **inputs(row)}, wrt(row))
    gradient = gradient_of(tape)
    assert gradient.values is not None
    total = {name: numpy.zeros(numpy.shape(at)) for name, at in inputs(row).items()}
    for name, direction in zip(inputs(row), row["directions"], strict=True):
        id = gradient.nodes.get(name)
        if id is None:
            continue
        graph = gradient.graph
        graph.output = id
        needs = requires_grad(graph, [graph.variables[variable] for variable in wrt(row) if variable in graph.variables])
        adjoints = backward(graph, gradient.values, needs, value(direction))
        for variable in wrt(row):
            adjoint = adjoints[graph.variables[variable]] if variable in graph.variables else None
            total[variable] = total[variable] + (0.0 if adjoint is None else adjoint)
    return total


@each_gradient
def test_the_second_derivatives_are_those_of_pytorch(row: dict[str, Any]) -> None:
    found = second(row)
    for name, expected in measured(row, "second").items():
        numpy.testing.assert_allclose(found[name], expected, rtol=1e-9, atol=1e-11)


def moved(row: dict[str, Any], step: float) -> dict[str, Any]:
    """The inputs, a step further in the directions."""
    directions = zip(inputs(row).items(), row["directions"], strict=True)
    return {name: at + step * value(direction) if name in wrt(row) else at for (name, at), direction in directions}


@each_gradient
def test_the_gradients_are_those_of_finite_differences(row: dict[str, Any]) -> None:
    """Order 1 by differences of the value, order 2 by differences of the gradient."""
    program, names, cotangent = parse(call(row)), wrt(row), value(row["cotangent"])
    here = record(program, inputs(row), names, cotangent=cotangent)
    ahead, behind = [record(program, moved(row, step), names, cotangent=cotangent) for step in (1e-5, -1e-5)]
    directions = {name: value(direction) for name, direction in zip(inputs(row), row["directions"], strict=True)}
    slope = sum(numpy.sum(here.gradient[name] * directions[name]) for name in names if here.gradient[name] is not None)
    assert numpy.sum(cotangent * (ahead.value - behind.value)) / 2e-5 == pytest.approx(slope, rel=1e-7, abs=1e-8)
    curvature = second(row)
    for name in names:
        if here.gradient[name] is not None:
            difference = (ahead.gradient[name] - behind.gradient[name]) / 2e-5
            numpy.testing.assert_allclose(difference, curvature[name], rtol=1e-6, atol=1e-7)


@each_row
def test_single_precision(row: dict[str, Any]) -> None:
    """Values and gradients are of single precision, and those of PyTorch but for the last digits."""
    tape = record(parse(call(row)), inputs(row), wrt(row), dtype="float32", cotangent=numpy.float32(value(row["cotangent"])))
    ulps = 64 if row["operation"] in ROUGH_IN_PYTORCH else 16
    assert isinstance(tape.value, numpy.ndarray)
    assert tape.value.dtype == numpy.float32
    expected = value(row["value32"])
    numpy.testing.assert_allclose(tape.value, expected, rtol=ulps * ULP, atol=ulps * ULP * numpy.abs(expected).max() / 8)
    for name, data in zip(inputs(row), row["gradient32"], strict=False):
        found = tape.gradient.get(name)
        if data is not None and found is not None:
            assert isinstance(found, float) or found.dtype == numpy.float32
            scale = max(1.0, float(numpy.abs(value(data)).max()))
            numpy.testing.assert_allclose(found, value(data), rtol=ulps * ULP, atol=ulps * ULP * scale)
