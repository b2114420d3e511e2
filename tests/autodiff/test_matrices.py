"""Jacobians, Hessians and products with them: against PyTorch, against each other, and by how many passes."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy
import pytest
from support import oracle

import gradcli
from gradcli.autodiff.passes import jacobian as module
from gradcli.autodiff.passes.jacobian import METHODS, hessian, jacobian, vjp
from gradcli.autodiff.passes.tangent import jvp, tangents_of
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record
from gradcli.errors import ExitCode, GradcliError
from gradcli.language.parser import parse

ROWS = oracle("torch_matrices.json")
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
each_scalar = pytest.mark.parametrize(
    "row", [row for row in ROWS if row["hessian"] is not None], ids=lambda row: row["program"][:50]
)
MODES = pytest.mark.parametrize("mode", ["dynamic", "static"])


def arrays(values: dict[str, Any]) -> dict[str, Any]:
    return {name: numpy.array(value) if isinstance(value, list) else value for name, value in values.items()}


def run(row: dict[str, Any], mode: str = "dynamic") -> Tape:
    return record(parse(row["program"]), arrays(row["inputs"]), mode=mode)


def close(found: Any, expected: Any) -> None:
    assert numpy.shape(found) == numpy.shape(expected)
    numpy.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)


@MODES
@each_row
def test_the_jacobian_is_that_of_pytorch_in_both_modes(row: dict[str, Any], mode: str) -> None:
    tape = run(row, mode)
    output = tape.names[tape.output]
    for by in METHODS:
        found = jacobian(tape, by=by)
        for name, expected in row["jacobian"].items():
            close(found.blocks[output][name], expected)


@MODES
@each_row
def test_the_products_with_vectors_are_those_of_pytorch(row: dict[str, Any], mode: str) -> None:
    tape = run(row, mode)
    direction = arrays(row["direction"])
    close(jvp(tape, direction), row["tangent"])
    cotangent = numpy.random.default_rng(1).normal(size=numpy.shape(row["value"]))
    pulled = vjp(tape, cotangent if cotangent.ndim else float(cotangent))
    forward = numpy.sum(cotangent * jvp(tape, direction))
    assert forward == pytest.approx(sum(numpy.sum(pulled[name] * direction[name]) for name in direction))


@MODES
@each_scalar
def test_the_hessian_is_that_of_pytorch(row: dict[str, Any], mode: str) -> None:
    found = hessian(run(row, mode))
    for first, parts in row["hessian"].items():
        for second, expected in parts.items():
            close(found.blocks[first][second], expected)


PASSES = [
    ("x*w; x + w; x - w", {"x": 2.0, "w": 3.0}, "forward", 2, "forward mode: 2 inputs, 3 outputs"),
    ("x*w; x + w", {"x": 2.0, "w": 3.0}, "reverse", 2, "reverse mode: 2 inputs, 2 outputs"),
    ("x*w", {"x": 2.0, "w": 3.0}, "reverse", 1, "reverse mode: 2 inputs, 1 output"),
    ("c*v", {"c": 2.0, "v": numpy.ones(3)}, "reverse", 3, "reverse mode: 4 inputs, 3 outputs"),
    ("expand(c, 2, 5)", {"c": 2.0}, "forward", 1, "forward mode: 1 input, 10 outputs"),
]


@pytest.mark.parametrize(("program", "values", "mode", "passes", "reason"), PASSES)
def test_the_mode_with_fewer_passes_is_taken(program: str, values: Any, mode: str, passes: int, reason: str) -> None:
    tape = record(parse(program), values)
    with (
        mock.patch.object(module, "pushforward", wraps=module.pushforward) as forward,
        mock.patch.object(module, "backward_from", wraps=module.backward_from) as reverse,
    ):
        found = jacobian(tape)
    assert (found.mode, found.passes, found.reason) == (mode, passes, reason)
    assert (forward.call_count, reverse.call_count) == ((passes, 0) if mode == "forward" else (0, passes))


def test_several_outputs_are_rows_of_one_jacobian() -> None:
    tape = record(parse("x*w; u = x + 1; sum([u, w]*2)"), {"x": 2.0, "w": 3.0})
    found = jacobian(tape)
    assert list(found.blocks.values()) == [{"x": 3.0, "w": 2.0}, {"x": 2.0, "w": 2.0}]
    assert found.outputs == {tape.names[id]: () for id in tape.graph.outputs}


def test_blocks_of_numbers_are_floats_and_what_does_not_depend_is_zero() -> None:
    tape = record(parse("x^2; w"), {"x": 2.0, "w": 3.0})
    for by in METHODS:
        blocks = jacobian(tape, by=by).blocks
        assert [list(row.values()) for row in blocks.values()] == [[4.0, 0.0], [0.0, 1.0]]
        assert all(isinstance(block, float) for row in blocks.values() for block in row.values())
    assert hessian(tape, ["x", "w"]).blocks == {"x": {"x": 0.0, "w": 0.0}, "w": {"x": 0.0, "w": 0.0}}


def test_wrt_chooses_the_variables() -> None:
    tape = record(parse("A @ x"), {"A": numpy.eye(2), "x": numpy.ones(2)}, ["x"], needs_cotangent=False)
    assert tape.gradient == {"x": None}
    assert list(jacobian(tape).blocks["y"]) == ["x"]
    assert list(jacobian(tape, ["A"]).blocks["y"]) == ["A"]
    assert set(vjp(tape, numpy.ones(2), ["A", "x"])) == {"A", "x"}
    for call in (jacobian, hessian):
        with pytest.raises(GradcliError, match="no variable z"):
            call(record(parse("x^2"), {"x": 1.0}), ["z"])


def test_a_hessian_of_one_element_is_that_of_a_number() -> None:
    values = {"v": numpy.array([1.0, 2.0])}
    whole = hessian(record(parse("sum(v^3)"), values)).blocks["v"]["v"]
    kept = hessian(record(parse("sum(v^3, keepdims=True)"), values)).blocks["v"]["v"]
    numpy.testing.assert_array_equal(whole, [[6, 0], [0, 12]])
    numpy.testing.assert_array_equal(kept, whole)


def test_single_precision_stays_single() -> None:
    tape = record(parse("tanh(A @ x)"), {"A": numpy.eye(2), "x": numpy.array([0.1, 0.2])}, dtype="float32")
    single = numpy.dtype("float32")
    assert jvp(tape, {"x": numpy.ones(2)}).dtype == single
    for by in METHODS:
        assert jacobian(tape, by=by).blocks["y"]["x"].dtype == single
    assert record(parse("exp(x)"), {"x": 0.1}, dtype="float32").value == jvp(
        record(parse("exp(x)"), {"x": 0.1}, dtype="float32"), {"x": 1.0}
    )


def test_what_stands_still_has_no_tangent_and_an_output_that_does_has_zeros() -> None:
    tape = record(parse("a = x^2; v*w"), {"x": 2.0, "v": numpy.ones(2), "w": 1.0})
    found = tangents_of(tape, {"x": 1.0})
    assert [tape.names[id] for id, tangent in enumerate(found.nodes) if tangent is not None] == ["x", "a"]
    numpy.testing.assert_array_equal(jvp(tape, {"x": 1}), [0, 0])


def test_a_direction_must_fit() -> None:
    tape = record(parse("sum(v)*x"), {"v": numpy.ones(2), "x": 1.0})
    with pytest.raises(GradcliError, match=r"the tangent of v has the shape \(3,\), and v the shape \(2,\)"):
        jvp(tape, {"v": numpy.ones(3)})
    with pytest.raises(GradcliError, match="--tangent z: the expression has no variable z"):
        jvp(tape, {"z": 1.0})
    with pytest.raises(GradcliError, match=r"the cotangent has the shape \(2,\), and the output \(\)"):
        vjp(tape, numpy.ones(2))
    with pytest.raises(GradcliError, match="not by sideways"):
        jacobian(tape, by="sideways")


def test_a_hessian_is_that_of_a_number() -> None:
    with pytest.raises(GradcliError, match=r"a Hessian is that of a number, and the output has the shape \(2,\)"):
        hessian(record(parse("v^2"), {"v": numpy.ones(2)}))


@pytest.mark.parametrize("call", [jacobian, hessian])
def test_a_matrix_beyond_the_limit_is_refused_before_any_pass(call: Any) -> None:
    tape = record(parse("v^2" if call is jacobian else "sum(v^2)"), {"v": numpy.ones(11)})
    with (
        mock.patch.object(module, "pushforward", side_effect=AssertionError),
        mock.patch.object(module, "backward_from", side_effect=AssertionError),
        pytest.raises(GradcliError, match="would have 11 by 11 elements, more than 100") as caught,
    ):
        call(tape, max_elements=100)
    assert caught.value.exit_code == ExitCode.LIMIT


def test_they_are_part_of_the_python_api() -> None:
    tape = gradcli.record(gradcli.parse("x^2*w"), {"x": 2.0, "w": 3.0})
    assert gradcli.jvp(tape, {"x": 1.0}) == 12.0
    assert gradcli.vjp(tape, 2.0) == {"x": 24.0, "w": 8.0}
    assert gradcli.jacobian(tape).blocks == {"y": {"x": 12.0, "w": 4.0}}
    assert gradcli.hessian(tape).blocks == {"x": {"x": 6.0, "w": 4.0}, "w": {"x": 4.0, "w": 0.0}}


def test_a_long_chain_has_no_recursion() -> None:
    program = "y = x;" + "y = y*1.0001;" * 20_000 + "y"
    tape = record(parse(program), {"x": 1.0})
    assert jvp(tape, {"x": 1.0}) == pytest.approx(1.0001**20_000)


@pytest.mark.parametrize(
    ("text", "second"),  # by mpmath with 600 digits: 1.5e-347, 1.9e-174, -1.5e-347, -5.7e-174, 2.1e-347 and 2
    [
        ("log(cosh(x))", 0), ("log(exp(x) + 1)", 0), ("log(sinh(x))", 0), ("log(abs(exp(x) - 3))", 0), ("log2(cosh(x))", 0),
        ("log(cosh(x))^2", 2),
    ],
)  # fmt: skip
def test_a_quotient_whose_square_leaves_the_range_has_its_second_derivative(text: str, second: float) -> None:
    found = hessian(record(parse(text), {"x": 400.0})).blocks["x"]["x"]
    assert found == pytest.approx(second, abs=1e-15)
