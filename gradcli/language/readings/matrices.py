"""Matrices of LaTeX multiply as matrices: what stands for a product, a power and a determinant of them."""

from __future__ import annotations

from gradcli.errors import GradcliError
from gradcli.language.ast import (
    Array,
    Assignment,
    Call,
    Expression,
    Name,
    Number,
    Operator,
    Output,
    Statement,
    Transposed,
    postorder,
)
from gradcli.language.readings.vocabulary import Vocabulary
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text


def of_matrices(statement: Statement, text: str, vocabulary: Vocabulary) -> Statement:
    """A statement whose products of arrays are those of matrices.

    Args:
        statement: What was read: products of arrays are those of their elements.
        text: What was typed, which tells a dot from a cross.
        vocabulary: The functions.

    Raises:
        GradcliError: Two columns stand side by side.
    """
    if not isinstance(statement, Output | Assignment):
        return statement
    if not any(isinstance(node, Array) for node in postorder(statement.value)):
        return statement
    axes: dict[int, int] = {}
    kept: list[Expression] = []  # so that no other node gets the identity of one
    names = vocabulary.matrices

    def read(node: Expression) -> Expression:
        axis = 0
        if isinstance(node, Array):
            axis = 2 if any(isinstance(item, Array) for item in node.items) else 1
        elif isinstance(node, Operator):
            of = [axes.get(id(part), 0) for part in node.operands]
            axis = max(of)
            if node.symbol == "*" and all(of):
                node, axis = _product(node, of, text, names["columns"])
            elif node.symbol == "^" and of[0] == 2:
                node = _power(node, names["power"], names["inverse"])
        elif isinstance(node, Call) and node.function == vocabulary.absolute and axes.get(id(node.arguments[0])) == 2:
            node = Call(names["determinant"], node.arguments, (), node.span)
        axes[id(node)] = axis
        kept.append(node)
        return node

    value = mapped(statement.value, read)
    return Output(value, statement.span) if isinstance(statement, Output) else Assignment(statement.name, value, statement.span)


def _product(node: Operator, axes: list[int], text: str, cross: str) -> tuple[Expression, int]:
    """A product of matrices or columns, and how many axes it has."""
    left, right = node.operands
    between = text[left.span[1] : right.span[0]]
    if max(axes) == 1:
        if "×" in between or "\\times" in between:
            return Call(cross, node.operands, (), node.span), 1
        if not between.strip(" ()[]{}"):
            raise GradcliError("two columns have no product", node.span, r"write \cdot or \times between them")
        return Operator("@", node.operands, node.span), 0
    return Operator("@", node.operands, node.span), min(axes)


def _power(node: Operator, power: str, inverse: str) -> Expression:
    base, exponent = node.operands
    if isinstance(exponent, Name) and exponent.name == "T":
        return Transposed(base, node.span)
    if to_text(exponent) == "-1":
        return Call(inverse, (base,), (), node.span)
    return Call(power, (base, exponent), (), node.span) if isinstance(exponent, Number) else node
