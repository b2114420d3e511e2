"""Derivations on arrays: every line has the value of its adjoint, and they read as textbooks write them."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from array_lines import check_lines
from structural_cases import CASES
from support import oracle

import gradcli
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import outline, record, run_graph
from gradcli.derivation.nodes.chain_rule import derive
from gradcli.derivation.notation.steps import Derivation
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import STRUCTURAL

ROWS = oracle("torch_programs.json")


def inputs(row: dict[str, Any]) -> dict[str, Any]:
    return {name: numpy.array(value) if isinstance(value, list) else value for name, value in row["inputs"].items()}


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_each_line_has_the_value_of_its_adjoint(row: dict[str, Any], mode: str, every_step: bool) -> None:
    tape = record(parse(row["program"]), inputs(row), mode=mode)
    check_lines(tape, derive(tape, every_step=every_step))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["program"][:50])
def test_each_line_without_values_has_the_value_at_the_point_of_checks(row: dict[str, Any]) -> None:
    shapes = {name: numpy.shape(value) for name, value in inputs(row).items() if numpy.shape(value)}
    tape = outline(parse(row["program"]), shapes=shapes)
    derivation = derive(tape)
    assert not any(step.rule == "value" for equation in derivation.equations.values() for step in equation.steps)
    check_lines(tape, derivation)


def called(name: str, operands: tuple[Any, ...], settings: dict[str, Any]) -> Tape:
    """A run of one operation on named variables, with a random adjoint of its result."""
    source = numpy.random.default_rng(3)
    values = [source.uniform(0.5, 2.0, o) if isinstance(o, tuple) else numpy.array(o) for o in operands]
    named = dict(zip("abcdef", values, strict=False))
    builder = StaticBuilder(Graph(), shapes={letter: value.shape for letter, value in named.items()})
    ids = tuple([builder.variable(letter) for letter in named])
    complete = tuple(STRUCTURAL[name].complete(settings).items())
    graph = builder.graph
    graph.output = builder.operation(name, ids, settings=complete)
    graph.outputs = [graph.output]
    bindings = {letter: value if value.ndim else float(value) for letter, value in named.items()}
    shape = graph.shape(graph.output)
    return run_graph(graph, bindings, mode="static", cotangent=source.uniform(0.5, 2.0, shape) if shape else 1.0)


def empty(operands: tuple[Any, ...]) -> bool:
    """Whether an operand has no elements, so that its value does not tell its shape."""
    return any(0 in operand if isinstance(operand, tuple) else operand == [] for operand in operands)


CARRYING = [case for case in CASES if STRUCTURAL[case[0]].pullback and not empty(case[1])]


def settings_without_gradient(settings: dict[str, Any]) -> bool:
    """Whether nothing flows back: a norm of order 0 counts."""
    return settings.get("ord") == 0


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize(
    "case", [c for c in CASES if STRUCTURAL[c[0]].pullback and not empty(c[1])], ids=lambda case: f"{case[0]} {case[2]}"[:60]
)
def test_each_operation_has_lines_with_the_value_of_its_adjoints(case: tuple[Any, ...], every_step: bool) -> None:
    tape = called(*case[:3])
    derivation = derive(tape, every_step=every_step)
    assert derivation.equations or settings_without_gradient(case[2])
    check_lines(tape, derivation)
    for equation in derivation.equations.values():
        for step in (*equation.edges, *equation.steps):
            text = to_text(step.right, pretty=True)
            assert "reduce_" not in text
            assert "sum_to" not in text
            assert "slice" not in text


def lines(program: str, *, every_step: bool = False, **values: Any) -> dict[str, list[str]]:
    """The right sides of the lines of each node, with the notes of the first ones."""
    arrays = {name: numpy.array(value, float) if isinstance(value, list) else value for name, value in values.items()}
    derivation = derive(record(parse(program), arrays), every_step=every_step)
    found: dict[str, list[str]] = {}
    for equation in derivation.equations.values():
        left = to_text(equation.steps[0].left, pretty=True)
        shown = [to_text(step.right, pretty=True) for step in equation.steps]
        found[left] = [*[f"{to_text(e.left)} = {to_text(e.right, pretty=True)}" for e in equation.edges], *shown]
        found[left].append(equation.steps[0].note)
    return found


W = [[1, 2], [3, 4]]


def test_a_layer_is_in_matrix_form() -> None:
    found = lines("z = W @ x + b; L = sum(z^2)", W=W, x=[1, 2], b=[0, 0])
    assert found["∂L/∂W"][:2] == ["∂L/∂a @ xᵀ", "[10, 22] @ [1, 2]ᵀ"]
    assert found["∂L/∂x"][0] == "Wᵀ @ ∂L/∂a"
    assert found["∂L/∂b"][0] == "∂L/∂z"
    assert found["∂L/∂W"][-1] == "shape (2, 2); backward of matmul in a = W @ x"


def test_the_sum_over_broadcast_axes_is_said() -> None:
    found = lines("L = sum(A*v + c)", A=[[1, 2], [3, 4], [5, 6]], v=[1, 2], c=3.0)
    assert found["∂L/∂v"][0] == "sum(∂L/∂a·A, axis=0)"
    assert "v, of shape (2,), was broadcast to (3, 2): summed over axis 0" in found["∂L/∂v"][-1]
    assert found["∂L/∂c"][0] == "sum(∂L/∂b)"
    assert "c, a number, was broadcast to (3, 2): summed over all elements" in found["∂L/∂c"][-1]


def test_axes_of_size_one_are_kept() -> None:
    found = lines("L = sum(A*v)", A=[[[1, 2], [3, 4]]] * 3, v=[[1], [2]])
    assert found["∂L/∂v"][0] == "sum(sum(∂L/∂a·A, axis=0), axis=1, keepdims=True)"
    assert "summed over axes 0, 2" in found["∂L/∂v"][-1]


def test_parts_that_are_used_several_times_have_one_name() -> None:
    found = lines("L = sum(layer_norm(s)*t)", s=[1, 2, 4], t=[1, 0, 2])
    assert found["∂L/∂s"][0] == "u = s - mean(s, axis=0, keepdims=True)"
    assert found["∂L/∂s"][1] == "v = sqrt(mean(u², axis=0, keepdims=True) + 1e-05)"
    assert "windows" not in str(lines("L = sum(max_pool1d(X, 2))", X=[[1, 2, 3, 4]]))


def test_parts_of_arrays_are_placed() -> None:
    assert lines("v[0]*v[1] + v[-1]^2", v=[1, 2, 3, 4])["∂y/∂v"][0] == "[∂y/∂a, ∂y/∂b, 0, ∂y/∂d]"
    found = lines("L = sum(A[0, 1:]) + sum(A[:, 0])", A=[[1, 2, 3], [4, 5, 6]])
    assert found["∂L/∂A"][0] == "placed(∂L/∂a, A[0, 1:]) + placed(∂L/∂c, A[:, 0])"
    assert found["∂L/∂A"][-1].endswith("one term for each node that uses A: a = A[0, 1:], c = A[:, 0]; placed: zeros elsewhere")
    assert lines("L = v[0]*v[0]", v=[1, 2])["∂L/∂v"][0] == "[∂L/∂a + ∂L/∂b, 0]"


def test_guards_stay_where_they_matter() -> None:
    assert lines("L = norm(v)", v=[3, 4])["∂L/∂v"][0] == "v/L"
    assert lines("L = norm(v)", v=[0, 0])["∂L/∂v"][0] == "(0 if L == 0 else v/L)"


def test_every_step_has_the_rule_in_letters_that_no_node_has() -> None:
    found = lines("C = sum((A @ x)^2)", every_step=True, A=W, x=[1, 2])
    assert found["∂C/∂A"][:2] == ["dC/dB = ∂C/∂E @ Dᵀ", "∂C/∂a @ xᵀ"]


def test_equal_terms_are_one() -> None:
    assert lines("L = sum(v*v)", v=[1, 2])["∂L/∂v"][0] == "2·∂L/∂a·v"


def test_the_python_api_explains_arrays() -> None:
    program = "L = sum((W @ x)^2)"
    explanation = gradcli.explain(program, wrt=["W"], shapes={"W": (2, 2), "x": (2,)})
    assert isinstance(explanation.content, Derivation)
    (_, _, own) = explanation.content.of("W")
    assert to_text(own.steps[0].right, pretty=True) == "∂L/∂a @ xᵀ"
    by_rules = gradcli.explain(program, {"W": numpy.eye(2), "x": numpy.ones(2)}, ["W[0, 1]"], by="rules", elements=True)
    assert by_rules.tape.wrt == ("W₀₁",)
