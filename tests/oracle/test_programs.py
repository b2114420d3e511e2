"""Programs on arrays have the values, gradients and backward graphs that PyTorch was measured to give."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from support import oracle

from gradcli.autodiff.passes.gradient import gradient_of
from gradcli.autodiff.runs.program_run import record
from gradcli.language.parser import parse

ROWS = oracle("torch_programs.json")


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_a_program(row: dict[str, Any], mode: str) -> None:
    inputs = {name: numpy.array(value) if isinstance(value, list) else value for name, value in row["inputs"].items()}
    tape = record(parse(row["program"]), inputs, mode=mode)
    assert tape.value == pytest.approx(row["value"], rel=1e-10)
    for name, expected in row["gradient"].items():
        numpy.testing.assert_allclose(tape.gradient[name], expected, rtol=1e-10, atol=1e-12)
    assert tape.chain(tape.output) == row["chain"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_the_gradient_graph_computes_the_same(row: dict[str, Any]) -> None:
    inputs = {name: numpy.array(value) if isinstance(value, list) else value for name, value in row["inputs"].items()}
    gradient = gradient_of(record(parse(row["program"]), inputs))
    assert gradient.values is not None
    for name, expected in row["gradient"].items():
        id = gradient.nodes[name]
        assert id is not None
        numpy.testing.assert_allclose(gradient.values[id], expected, rtol=1e-10, atol=1e-12)
