"""The backward pass told edge by edge leads to the adjoints of the backward pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest

from gradcli.autodiff.passes.contributions import contributions
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record
from gradcli.graph.graph import CONSTANT
from gradcli.language.parser import parse

EXAMPLES = Path(__file__).parents[2] / "examples"


def network(name: str, dtype: str = "float64") -> Tape:
    """An example, run at its values."""
    values = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    bindings = {key: numpy.array(value, float) for key, value in values.items()}
    return record(parse((EXAMPLES / f"{name}.grad").read_text("utf-8")), bindings, dtype=dtype)


def expression(text: str, **bindings: Any) -> Tape:
    return record(parse(text), bindings)


TAPES = {
    "perceptron": lambda: network("perceptron"),
    "lenet": lambda: network("lenet"),
    "float32": lambda: network("perceptron", "float32"),
    "numbers": lambda: expression("(x+w)*(w+1)*x", x=2.0, w=1.0),
    "broadcast": lambda: expression("sum(s*A + v)", s=2.0, A=numpy.eye(3), v=numpy.arange(3.0)),
    "twice": lambda: expression("sum(A @ A + A*A)", A=numpy.arange(4.0).reshape(2, 2)),
    "a condition": lambda: expression("sum(where(v > 1, v*v, 2))", v=numpy.arange(3.0)),
    "no gradient": lambda: expression("argmax(v)", v=numpy.arange(3.0)),
}


@pytest.mark.parametrize("name", TAPES)
def test_the_sums_are_the_adjoints(name: str) -> None:
    tape = TAPES[name]()
    sums: dict[int, Any] = {tape.output: tape.adjoints[tape.output]}
    for found in contributions(tape):
        assert (found.before is None) == (found.source not in sums)
        assert numpy.shape(found.value) == tape.graph.shape(found.source)
        if found.before is not None:
            assert numpy.array_equal(found.before, sums[found.source])
        sums[found.source] = found.after
    for id, adjoint in enumerate(tape.adjoints):
        if tape.requires_grad[id] and tape.graph.operations[id] != CONSTANT and adjoint is not None:
            assert numpy.array_equal(sums[id], adjoint), tape.names[id]
