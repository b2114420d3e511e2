"""Formulas: what is typeset is well formed, for every operation and however deep, and no writer knows an operation by name."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import gradcli.output.formulas
from gradcli.language.ast import Call, Conditional, Expression, Name, Number, Operator, Transposed
from gradcli.language.parser import parse
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural
from gradcli.output.formulas.latex import to_latex
from gradcli.output.formulas.mathml import to_mathml

X, W = Name("x"), Name("w_1")
OPERANDS: list[Expression] = [
    X,
    W,
    Number(-2),
    Number(1e20),
    Operator("+", (X, W)),
    Operator("-", (X,)),
    Operator("^", (X, Number(2))),
    Call("exp", (X,)),
    Conditional(X, W, Number(0)),
    Transposed(X),
]


def calls() -> list[tuple[str, int]]:
    """A spelling of each operation, and each number of arguments up to four."""
    declared = [(operation.name, operation) for operation in OPERATIONS.values()]
    declared += [(operation.spellings[0], operation) for operation in STRUCTURAL.values() if operation.spellings]
    return [(name, count) for name, operation in declared for count in range(5) if operation.accepts(count)]


def check(expression: Expression) -> None:
    """Both formats of an expression are well formed."""
    latex = to_latex(expression)
    assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}")
    assert latex.count(r"\left") - latex.count(r"\left\l") == len(re.findall(r"\\right(?!\\r)", latex)) or r"\left\l" in latex
    assert not re.search(r"\^\{[^{}]*\}\^|_\{[^{}]*\}_", latex), latex
    mathml = ElementTree.fromstring(f"<math>{to_mathml(expression)}</math>")
    for element in mathml.iter():
        if element.tag in ("mfrac", "msup", "msub", "mroot"):
            assert len(element) == 2


TEMPLATES = [one for one in (*OPERATIONS.values(), *STRUCTURAL.values()) if one.latex and not one.variadic and one.parameters]


@pytest.mark.parametrize("declared", TEMPLATES, ids=lambda declared: declared.name)
def test_each_operand_stands_as_often_as_the_declaration_says(declared: Operation | Structural) -> None:
    names = [Name(letter) for letter in "ξηζχκμ"][: len(declared.parameters)]
    written = to_mathml(Call(declared.name, tuple(names)))
    said = declared.latex.format(*[name.name for name in names])
    for name in names:
        assert written.count(name.name) == said.count(name.name)


@pytest.mark.parametrize(("name", "count"), calls())
def test_every_operation_is_well_formed(name: str, count: int) -> None:
    for at in range(len(OPERANDS)):
        call = Call(name, tuple(OPERANDS[(at + place) % len(OPERANDS)] for place in range(count)))
        for expression in (call, Operator("^", (call, Number(2))), Operator("*", (Number(2), call)), Transposed(call)):
            check(expression)


@pytest.mark.parametrize(
    ("text", "latex", "mathml"),
    [
        ("asin(x)", r"\arcsin\left(x\right)", "arcsin"),
        ("log2(x)", r"\log_{2}\left(x\right)", "<msub><mi>log</mi><mrow><mn>2</mn></mrow></msub>"),
        ("sigmoid(x)", r"\sigma\left(x\right)", "<mi>σ</mi>"),
        ("rsqrt(x)", r"\frac{1}{\sqrt{x}}", "<mfrac><mn>1</mn><msqrt><mi>x</mi></msqrt></mfrac>"),
        ("add(x, w)*2", r"\left(x + w\right) \cdot 2", "<mo>+</mo>"),
        ("(1e20)^2", r"\left(1 \cdot 10^{20}\right)^{2}", "<mn>20</mn>"),
        ("where(x, 1, 2) + 1", r"\text{if } x", "<mtext>if </mtext>"),
        ("inv(A)", "A^{-1}", "<msup><mi>A</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup>"),
    ],
)
def test_one_template_serves_both(text: str, latex: str, mathml: str) -> None:
    statement = parse(text).statements[-1]
    value = getattr(statement, "value", X)
    assert latex in to_latex(value)
    assert mathml in to_mathml(value)


def test_deep_formulas_take_no_recursion() -> None:
    expression: Expression = X
    for _ in range(5_000):
        expression = Operator("/", (Call("sin", (Operator("+", (expression, W)),)), X))
    assert to_latex(expression).count(r"\frac") == 5_000
    assert to_mathml(expression).count("<mfrac>") == 5_000


def test_writers_know_no_operation_by_name() -> None:
    names = {*OPERATIONS, *STRUCTURAL}
    for path in Path(gradcli.output.formulas.__path__[0]).glob("*.py"):
        literals = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
        assert not names & {text for text in literals if isinstance(text, str)}, path.name
