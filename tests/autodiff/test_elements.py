"""Arrays written out in elements: the value and every derivative are those of the arrays, and what cannot be is said."""

from __future__ import annotations

import re
from typing import Any

import numpy
import pytest
from structural_cases import CASES
from support import oracle

import gradcli
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.element_run import element_tape
from gradcli.autodiff.runs.program_run import outline, record, run_graph
from gradcli.derivation.nodes.chain_rule import derive
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import Graph
from gradcli.graph.verifier import verify
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL

ROWS = oracle("torch_programs.json")


def inputs(row: dict[str, Any]) -> dict[str, Any]:
    return {name: numpy.array(value) if isinstance(value, list) else value for name, value in row["inputs"].items()}


def agree(tape: Tape, run: Tape, variables: dict[str, Any]) -> None:
    """The run on elements has the value and the gradients that are expected."""
    verify(run.graph, lambda name, count: OPERATIONS[name].accepts(count), run.names)
    assert not run.graph.shapes
    found = list(run.gradient.values())
    expected = [value for array in variables.values() for value in numpy.ravel(array)]
    assert numpy.ravel(tape.value)[0] == pytest.approx(run.value, rel=1e-10, nan_ok=True)
    numpy.testing.assert_allclose([0.0 if value is None else value for value in found], expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_a_program_has_the_gradient_of_pytorch(row: dict[str, Any]) -> None:
    tape = record(parse(row["program"]), inputs(row))
    run = element_tape(tape, limit=10_000)
    assert run.value == pytest.approx(row["value"], rel=1e-10)
    agree(tape, run, {name: row["gradient"][name] for name in tape.wrt})


def weighed(name: str, operands: tuple[Any, ...], settings: dict[str, Any]) -> Tape:
    """A run of the sum of one operation's elements, each times a number."""
    source = numpy.random.default_rng(5)
    values = [source.uniform(0.5, 2.0, o) if isinstance(o, tuple) else numpy.array(o, float) for o in operands]
    named = dict(zip("abcdef", values, strict=False))
    builder = StaticBuilder(Graph(), shapes={letter: value.shape for letter, value in named.items()})
    ids = tuple([builder.variable(letter) for letter in named])
    id = builder.operation(name, ids, settings=tuple(STRUCTURAL[name].complete(settings).items()))
    shape = builder.graph.shape(id)
    if shape:
        weight = source.uniform(0.5, 2.0, shape).round(3)
        times = builder.constant(tuple_of(weight.tolist()))
        id = builder.operation("reduce_sum", (builder.operation("mul", (id, times)),), settings=STRUCTURAL["reduce_sum"].settings)
    graph = builder.graph
    graph.output, graph.outputs = id, [id]
    bindings = {letter: value if value.ndim else float(value) for letter, value in named.items()}
    return run_graph(graph, bindings, mode="static")


def tuple_of(items: Any) -> Any:
    return tuple(map(tuple_of, items)) if isinstance(items, list) else items


DIFFERENTIABLE = [case for case in CASES if STRUCTURAL[case[0]].pullback is not None]
DIFFERENTIABLE = [c for c in DIFFERENTIABLE if all(0 not in o if isinstance(o, tuple) else numpy.size(o) for o in c[1])]
BY_VALUES = {"sort", "topk", "cummax", "cummin", "reduce_median", "reduce_nanmedian", "matrix_exp"}
"""Operations that values decide about, or that have no formula: they cannot be written in elements."""
SMOOTH = [case for case in DIFFERENTIABLE if all(isinstance(o, tuple) and max(o, default=0) < 5 for o in case[1])]
SMOOTH = [case for case in SMOOTH if case[0] not in BY_VALUES and case[2].get("ord") != 0]
SPECIAL = [case for case in DIFFERENTIABLE if case not in SMOOTH]


def name_of(case: tuple[Any, ...]) -> str:
    return f"{case[0]} {case[2]}"[:60]


def agrees(case: tuple[Any, ...]) -> None:
    tape = weighed(*case[:3])
    run = element_tape(tape, limit=20_000)
    zeros = {name: numpy.zeros(numpy.shape(value)) for name, value in tape.bindings.items()}
    agree(tape, run, {name: zeros[name] if found is None else found for name, found in tape.gradient.items()})


@pytest.mark.parametrize("case", SMOOTH, ids=name_of)
def test_an_operation_has_the_gradient_of_its_array(case: tuple[Any, ...]) -> None:
    agrees(case)


@pytest.mark.parametrize("case", SPECIAL, ids=name_of)
def test_at_kinks_and_beyond_sizes_it_has_it_too_or_says_so(case: tuple[Any, ...]) -> None:
    said = refusal(case)
    if case[0] in BY_VALUES:
        assert said.endswith("cannot be written in elements")
        return
    assert not said or "element by element" in said or "of 5 rows cannot be written in elements" in said


def refusal(case: tuple[Any, ...]) -> str:
    """What is said where a case cannot be written in elements; empty where it agrees."""
    try:
        agrees(case)
    except GradcliError as error:
        return error.message
    return ""


VALUES = {"W": numpy.array([[1.0, 2.0], [3.0, 4.0]]), "x": numpy.array([1.0, 2.0]), "b": numpy.array([0.0, 1.0])}


def test_elements_are_named_after_their_places() -> None:
    run = element_tape(record(parse("L = sum((W @ x + b)^2)"), VALUES), ["W[0, 1]", "x"])
    assert run.wrt == ("W₀₁", "x₀", "x₁")
    assert run.gradient == {"W₀₁": 20.0, "x₀": 82.0, "x₁": 116.0}
    assert list(run.bindings) == ["W₀₀", "W₀₁", "W₁₀", "W₁₁", "x₀", "x₁", "b₀", "b₁"]
    assert run.names[run.output] == "L"
    assert {"a₀", "a₁", "c₀", "c₁"} <= set(run.names)
    steps = derive(run).of("W₀₁")[-1].steps
    assert [to_text(step.right, pretty=True) for step in steps][-2:] == ["2·(1·1 + 2·2 + 0)·2", "20"]


def test_long_indices_and_names_in_use_are_written_in_brackets() -> None:
    values = {"A": numpy.ones((11, 2)), "v": numpy.ones(12), "v₃": 1.0}
    run = element_tape(record(parse("sum(A) + sum(v)*v₃"), values))
    assert {"A[10, 1]", "v₁₁", "v[3]", "v₃"} <= set(run.bindings)


def test_elements_without_values() -> None:
    run = element_tape(outline(parse("sum(A @ A)"), shapes={"A": (2, 2)}))
    assert run.symbolic
    assert to_text(derive(run).derivatives["A₀₁"].expressions[0]) == "A₀₀ + 2*A₁₀ + A₁₁"


def test_classes_are_taken_from_values() -> None:
    values = {"z": numpy.array([[1.0, 2.0], [0.5, 0.1]]), "t": numpy.array([1.0, 0.0])}
    run = element_tape(record(parse("cross_entropy(z, t)"), values, ["z"]))
    assert "t₀" not in {run.names[id] for id in run.graph.ancestors(run.output) if id > 1}
    with pytest.raises(GradcliError, match="cross_entropy cannot be written in elements"):
        element_tape(outline(parse("cross_entropy(z, t)"), ["z"], shapes={"z": (2, 2), "t": (2,)}))


@pytest.mark.parametrize(
    ("program", "message", "code"),
    [
        ("sum(W @ W @ W)*sum(ones(100, 100))", "this has 10,01. numbers, and --elements ends at 2,000", ExitCode.LIMIT),
        ("W @ x + b", "the output has the shape", ExitCode.BAD_INPUT),
        ("sum(W*argmax(b))", "argmax cannot be written in elements", ExitCode.BAD_INPUT),
    ],
)
def test_what_cannot_be_written_in_elements_is_said(program: str, message: str, code: ExitCode) -> None:
    used = {name: value for name, value in VALUES.items() if re.search(rf"\b{name}\b", program)}
    with pytest.raises(GradcliError, match=message) as caught:
        element_tape(record(parse(program), used))
    assert caught.value.exit_code == code


def test_an_unknown_element_is_named() -> None:
    tape = record(parse("L = sum((W @ x + b)^2)"), VALUES)
    with pytest.raises(GradcliError, match=r"W\[2,0\]"):
        element_tape(tape, ["W[2,0]"])


def test_equal_elements_of_a_maximum_are_refused_where_the_first_has_the_gradient() -> None:
    with pytest.raises(GradcliError, match=r"for the array, and 0[.]5 element by element"):
        element_tape(record(parse("sum(max(W, axis=1))"), {"W": numpy.ones((1, 2))}))


def test_scalars_stay_what_they_are() -> None:
    tape = gradcli.record(gradcli.parse("sum(v)*c"), {"v": numpy.array([1.0, 2.0]), "c": 3.0})
    assert element_tape(tape).gradient == {"v₀": 3.0, "v₁": 3.0, "c": 3.0}
