"""What simplification of arrays keeps, tried on random expressions: value, shape and length; and what equality says of both."""

from __future__ import annotations

from typing import Any

import numpy
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from searches import examples

import gradcli
from gradcli.autodiff.passes.forward import evaluate
from gradcli.graph.graph import Graph
from gradcli.language.program_text import program_text
from gradcli.language.statements import free_names
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

SHAPES = {"A": (2, 2), "B": (2, 2), "C": (2, 3), "x": (2,), "y": (2,), "z": (3,), "c": (), "k": ()}

checked = examples(100)


def binary(sign: str, left: Any, right: Any) -> Any:
    return st.builds(lambda a, b: f"({a} {sign} {b})", left, right)


def call(name: str, *operands: Any) -> Any:
    return st.builds(lambda *texts: f"{name}({', '.join(texts)})", *operands)


def _expressions(depth: int) -> tuple[Any, Any, Any]:
    """Numbers, vectors of two elements and matrices of two rows, so many operations deep."""
    number = st.sampled_from(["c", "k", "2", "-1", "3", "0", "1"])
    vector = st.sampled_from(["x", "y", "[c, 1]", "[1, 2]", "ones(2)", "zeros(2)", "A[0]", "B[:, 1]", "(C @ z)"])
    matrix = st.sampled_from(["A", "B", "eye(2)", "[1, 2; 3, 4]", "[c, x[0]; 1, k]", "zeros(2, 2)", "(C @ C.T)", "diag(x)"])
    for _ in range(depth):
        numbers, vectors, matrices = number, vector, matrix
        number = st.one_of(
            *[binary(sign, numbers, numbers) for sign in "+-*"],
            *[call(name, vectors) for name in ("sum", "mean", "norm", "prod")],
            *[call(name, matrices) for name in ("sum", "trace", "det", "norm")],
            binary("@", vectors, vectors),
            call("dot", vectors, vectors),
            st.builds(lambda v: f"({v})[1]", vectors),
            st.builds(lambda m: f"({m})[0, 1]", matrices),
            numbers,
        )
        vector = st.one_of(
            *[binary(sign, vectors, vectors) for sign in "+-*"],
            binary("*", numbers, vectors),
            binary("+", vectors, numbers),
            binary("@", matrices, vectors),
            binary("@", vectors, matrices),
            st.builds(lambda m: f"sum({m}, axis=0)", matrices),
            st.builds(lambda m: f"mean({m}, axis=1)", matrices),
            st.builds(lambda m: f"({m})[1]", matrices),
            call("diag", matrices),
            call("softmax", vectors),
            vectors,
        )
        matrix = st.one_of(
            *[binary(sign, matrices, matrices) for sign in "+-*@"],
            binary("*", numbers, matrices),
            binary("*", matrices, vectors),
            st.builds(lambda m: f"({m}).T", matrices),
            call("outer", vectors, vectors),
            call("diag", vectors),
            call("tril", matrices),
            st.builds(lambda a, b: f"[{a}, {b}]", vectors, vectors),
            st.builds(lambda m: f"reshape(flatten({m}), 2, 2)", matrices),
            matrices,
        )
    return number, vector, matrix


numbers, vectors, matrices = _expressions(3)


def point(seed: int) -> dict[str, Any]:
    source = numpy.random.default_rng(seed)
    return {
        name: source.uniform(-1.5, 1.5, shape) if shape else float(source.uniform(-1.5, 1.5)) for name, shape in SHAPES.items()
    }


def value_of(text: str, values: dict[str, Any]) -> Any:
    graph = lower(gradcli.parse(text), StaticBuilder(Graph(), shapes=SHAPES))
    return evaluate(graph, values)[graph.output]


def agree(actual: Any, expected: Any, tolerance: float) -> bool:
    scale = max(1.0, float(numpy.max(numpy.abs(expected))))
    return numpy.shape(actual) == numpy.shape(expected) and numpy.allclose(actual, expected, rtol=0, atol=tolerance * scale)


@checked
@given(st.one_of(numbers, vectors, matrices))
def test_simplification_keeps_value_and_shape(text: str) -> None:
    found = program_text(gradcli.simplify(gradcli.parse(text), shapes=SHAPES).program(), "; ")
    for seed in (1, 2):
        values = point(seed)
        expected = value_of(text, values)
        assume(bool(numpy.all(numpy.isfinite(expected))))
        assert agree(value_of(found, values), expected, 1e-8), found


@checked
@given(numbers, st.sampled_from(["A", "x", "c"]))
def test_a_gradient_is_that_of_finite_differences(text: str, name: str) -> None:
    found = program_text(gradcli.diff(gradcli.parse(text), name, shapes=SHAPES).program(), "; ")
    values = point(4)
    direction = numpy.random.default_rng(9).normal(size=SHAPES[name])
    step = 1e-5
    ahead, behind = (
        value_of(text, {**values, name: values[name] + sign * step * (direction if SHAPES[name] else float(direction))})
        for sign in (1, -1)
    )
    slope = (ahead - behind) / (2 * step)
    gradient = value_of(found, values)
    assume(bool(numpy.all(numpy.isfinite(gradient))) and abs(value_of(text, values)) < 1e4)  # a length of 0 has none
    assert numpy.shape(gradient) == SHAPES[name]
    assert abs(float(numpy.sum(gradient * direction)) - slope) <= 1e-5 * max(1.0, abs(slope), abs(ahead)), found


@examples(40)
@given(st.one_of(numbers, vectors, matrices))
def test_an_expression_equals_its_simplified_form(text: str) -> None:
    used = {name: SHAPES[name] for name in free_names(gradcli.parse(text))}
    found = gradcli.equal(text, program_text(gradcli.simplify(gradcli.parse(text), shapes=SHAPES).program(), "; "), shapes=used)
    assert found or not found.points, found


MATRICES = (
    ("A.T @ (A @ x - y)", {"A": (3, 4), "x": (4, 1), "y": (3, 1)}),
    ("(A @ B).T @ C + B.T @ A.T @ C", {"A": (3, 2), "B": (2, 4), "C": (3, 2)}),
    ("A @ (B + C) - A @ C", {"A": (2, 3), "B": (3, 2), "C": (3, 2)}),
    ("(A @ B @ C).T", {"A": (2, 3), "B": (3, 2), "C": (2, 2)}),
    ("2*A @ B - A @ B/2", {"A": (2, 3), "B": (3, 2)}),
)


def test_products_of_matrices_are_those_of_sympy() -> None:
    """SymPy's matrices of symbols, entry by entry, against the elements of the simplified expression."""
    for text, shapes in MATRICES:
        symbols = {
            name: sympy.Matrix(*shape, lambda i, j, name=name: sympy.Symbol(f"{name}_{i}_{j}")) for name, shape in shapes.items()
        }
        found = program_text(gradcli.simplify(gradcli.parse(text), shapes=shapes).program(), "; ")
        both = [_matrix(source, symbols) for source in (text, found)]
        assert sympy.expand(both[0] - both[1]) == sympy.zeros(*both[0].shape), found


def _matrix(text: str, symbols: dict[str, Any]) -> Any:
    """An expression of products, sums and transposes in SymPy's matrices."""
    graph = lower(gradcli.parse(text), StaticBuilder(Graph(), shapes={name: matrix.shape for name, matrix in symbols.items()}))
    names = {id: name for name, id in graph.variables.items()}
    operations = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "neg": lambda a: -a,
        "mul": lambda a, b: a * b,
        "div": lambda a, b: a / b,
        "matmul": lambda a, b: a * b,
        "permute": lambda a: a.T,
    }
    values: list[Any] = []
    for node in graph:
        if node.operation == "variable":
            values.append(symbols[names[node.id]])
        elif node.operation == "constant":
            values.append(sympy.Rational(str(graph.constants[node.id])))
        else:
            values.append(operations[node.operation](*[values[input] for input in node.inputs]))
    return values[graph.output]
