"""What is written as LaTeX, or as MathML, is read back: the value is the same at random points."""

from __future__ import annotations

import math
import random
import re

import numpy
import pytest
from corpus import ANYWHERE, CORPUS, Example

from gradcli.autodiff.runs.program_run import record
from gradcli.errors import GradcliError
from gradcli.language.ast import Output, Program
from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.words import read
from gradcli.output.formulas.latex import to_latex
from gradcli.output.formulas.mathml import to_mathml

POINTS = 3
OF_AN_ORDER = re.compile(r"\b(?:iv|sinc_derivative)\(")
"""Functions of an order, which stands where others write an index or a derivative of this order: refused."""


def _values(program: Program, point: dict[str, float]) -> list[float]:
    try:
        value = record(program, point, wrt=[]).value
    except GradcliError:
        return []
    return list(value.ravel()) if hasattr(value, "ravel") else [value]


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or (math.isnan(one) and math.isnan(other))


WRITERS = {"latex": to_latex, "mathml": lambda value: f"<math>{to_mathml(value)}</math>"}


@pytest.mark.parametrize("how", WRITERS)
@pytest.mark.parametrize("example", CORPUS, ids=lambda example: example.text[:60])
def test_what_is_written_is_read_back(example: Example, how: str) -> None:
    program = parse(example.text)
    statement = program.statements[-1]
    assert isinstance(statement, Output)
    names = [name for name in free_names(program) if name not in VALUES]
    text = WRITERS[how](statement.value)
    if OF_AN_ORDER.search(example.text):
        with pytest.raises(GradcliError, match="may be"):
            read(text, how=how, known=names)
        return
    again = read(text, how=how, known=names)
    source = random.Random(example.text)
    for _ in range(POINTS):
        point = {name: source.uniform(*example.intervals.get(name, ANYWHERE)) for name in names}
        expected, found = _values(program, point), _values(again.program, point)
        same = len(expected) == len(found) and all(map(_same, expected, found))
        assert same, (text, again.read_as, point, expected, found)


@pytest.mark.parametrize("how", WRITERS)
@pytest.mark.parametrize("name", [name for name, one in STRUCTURAL.items() if not one.latex and not one.symbol])
def test_operations_on_arrays_are_read_back(name: str, how: str) -> None:
    text = f"{name}(A, axis=0) + {name}((A + B).T)"
    statement = parse(text).statements[-1]
    assert isinstance(statement, Output)
    assert read(WRITERS[how](statement.value), how=how, known=["A", "B"]).read_as == text


ARRAYS = (
    "A @ x", "A*B", "A @ B @ x", "inv(A) @ x", "[x[0], 2]", "[1, 2; 3, 4] @ x", "[a, b] @ [1, 2]", "[a, b] @ A", "x @ A",
    "A.T @ x", "A[0, 1]", "x[0] + x[1]", "A[1]", "A[:, 0]", "sum(A @ x - y)", "outer(x, y)", "dot(x, y)", "2*A @ x",
    "(A + B) @ x", "(A @ x)^2", "x @ y", "A @ x*y", "norm(A @ x)", "det(A)*inv(A) @ y", "solve(A, y)", "A.T.T",
    "[[1, 2]] @ A", "-(A @ x)", "A @ (x + y)", "A @ (B*a)", "(A*B) @ x", "x.T @ A @ x",
)  # fmt: skip
VALUES_OF_ARRAYS = {
    "A": [[1.0, 2.0], [-3.0, 5.0]],
    "B": [[0.5, 1.0], [2.0, -1.0]],
    "x": [2.0, 7.0],
    "y": [-1.0, 3.0],
    "a": 3.0,
    "b": 4.0,
}


@pytest.mark.parametrize("how", WRITERS)
@pytest.mark.parametrize("text", ARRAYS)
def test_arrays_are_read_back(text: str, how: str) -> None:
    program = parse(text)
    statement = program.statements[-1]
    assert isinstance(statement, Output)
    again = read(WRITERS[how](statement.value), how=how, known=VALUES_OF_ARRAYS)
    found = []
    for one in (program, again.program):
        names = free_names(one)
        values = {name: numpy.array(value) for name, value in VALUES_OF_ARRAYS.items() if name in names}
        found.append(numpy.asarray(record(one, values, wrt=[]).value))
    assert found[0].shape == found[1].shape
    assert numpy.allclose(*found), again.read_as
