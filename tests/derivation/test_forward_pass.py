"""The derivation of tangents: every line has the value of its tangent, in the order of evaluation."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from array_lines import line_value
from support import oracle

from gradcli.autodiff.passes.tangent import tangents_of
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record
from gradcli.derivation.nodes.forward_pass import derive_tangents, dotted
from gradcli.language.ast import Expression, Name, Partial, postorder
from gradcli.language.parser import parse
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.ops.catalogue import STRUCTURAL

ROWS = oracle("torch_matrices.json")

SCALARS = [
    ("(x+w)*(w+1)", {"x": 2.0, "w": 1.0}, {"w": 1.0}),
    ("(x+w)*(w+1)", {"x": 2.0, "w": 1.0}, {"x": 3.0, "w": -0.5}),
    ("x*x*x", {"x": 1.5}, {"x": 2.0}),
    ("x^x + sin(x)*log(x)", {"x": 1.5}, {"x": 1.0}),
    ("x - w/x", {"x": 2.0, "w": 3.0}, {"x": 1.0, "w": 1.0}),
    ("relu(x)*w + max(x, w, 3)", {"x": 2.0, "w": 3.5}, {"x": 1.0, "w": 1.0}),
    ("erf(x)*pi", {"x": 0.3}, {"x": 1.0}),
    ("a = exp(x); where(x > 0, a, w)", {"x": 1.0, "w": 2.0}, {"x": 1.0, "w": 5.0}),
]


def arrays(values: dict[str, Any]) -> dict[str, Any]:
    return {name: numpy.array(value) if isinstance(value, list) else value for name, value in values.items()}


def check(tape: Tape, direction: dict[str, Any]) -> None:
    """Each line, computed from values, tangents and local derivatives, is the tangent of its node."""
    tangents = tangents_of(tape, direction)
    environment: dict[str, Any] = {}
    for id, name in enumerate(tape.names):
        environment[name] = tape.values[id]
        if tangents.nodes[id] is not None:
            environment[dotted(name)] = tangents.nodes[id]
    ids = {name: id for id, name in enumerate(tape.names)}

    def number(node: Expression) -> Expression:
        if isinstance(node, Partial):
            output, key = ids[node.output], to_text(node, pretty=True)
            edges = zip(tape.graph.inputs[output], tape.local_values(output), strict=True)
            environment[key] = sum(value for input, value in edges if input == ids[node.input] and value is not None)
            return Name(key)
        return node

    equations = derive_tangents(tape, tangents)
    assert equations
    assert equations[-1].node == tape.output
    assert [equation.node for equation in equations] == sorted(equation.node for equation in equations)
    for equation in equations:
        for step in equation.steps[:-1]:
            named = any(isinstance(node, Partial) for node in postorder(step.right))
            if named and tape.graph.operations[equation.node] in STRUCTURAL:
                continue  # a long product of a matrix and a tangent has a name, and is not written out
            expected = tangents.nodes[equation.node]
            found = line_value(mapped(step.right, number), environment, numpy.shape(expected))
            numpy.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
        assert step.left == Name(dotted(tape.names[equation.node]))


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize(("program", "values", "direction"), SCALARS)
def test_each_line_has_the_value_of_its_tangent(program: str, values: Any, direction: Any, mode: str) -> None:
    check(record(parse(program), values, mode=mode), direction)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_each_line_on_arrays_has_the_value_of_its_tangent(row: dict[str, Any]) -> None:
    check(record(parse(row["program"]), arrays(row["inputs"])), arrays(row["direction"]))


def lines(program: str, values: dict[str, Any], direction: dict[str, Any]) -> list[str]:
    tape = record(parse(program), values)
    return [
        f"{to_text(step.left, pretty=True)} = {to_text(step.right, pretty=True)}"
        for equation in derive_tangents(tape, tangents_of(tape, direction))
        for step in equation.steps
    ]


def test_the_worked_example_in_forward_order() -> None:
    assert lines("(x+w)*(w+1)", {"x": 2.0, "w": 1.0}, {"w": 1.0}) == [
        "ȧ = ∂a/∂w·ẇ",
        "ȧ = ẇ",
        "ȧ = 1",
        "ḃ = ∂b/∂w·ẇ",
        "ḃ = ẇ",
        "ḃ = 1",
        "ẏ = ∂y/∂a·ȧ + ∂y/∂b·ḃ",
        "ẏ = b·ȧ + a·ḃ",
        "ẏ = 2·1 + 3·1",
        "ẏ = 5",
    ]


def test_matrices_keep_their_notation() -> None:
    values = {"W": numpy.eye(2), "x": numpy.array([1.0, 2.0]), "b": numpy.zeros(2)}
    moved = {"W": numpy.ones((2, 2)), "x": numpy.ones(2), "b": numpy.ones(2)}
    found = lines("z = W @ x + b; L = sum(z)", values, moved)
    assert found[0] == "ȧ = Ẇ @ x + W @ ẋ"
    assert found[-2:] == ["L̇ = sum(ż)", "L̇ = 10"]


def test_nodes_that_stand_still_or_lead_nowhere_have_no_equation() -> None:
    assert lines("a = x^2; b = w + 1; c = x + 1; y = b*c", {"x": 2.0, "w": 1.0}, {"x": 1.0})[0].startswith("ċ")


def test_a_dot_stands_over_the_first_letter() -> None:
    assert [dotted(name) for name in ("x", "w1", "loss", "θ", "v")] == ["ẋ", "ẇ1", "l̇oss", "θ̇", "v̇"]
