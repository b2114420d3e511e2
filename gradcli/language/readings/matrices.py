"""Matrices and vectors multiply as such: what stands for a product, a power and a determinant of them."""

from __future__ import annotations

from collections.abc import Mapping

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
from gradcli.language.parser import parse_expression
from gradcli.language.readings.vocabulary import Vocabulary
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text


def of_matrices(statement: Statement, text: str, vocabulary: Vocabulary, bold: Mapping[str, int]) -> Statement:
    """A statement whose products of arrays are those of matrices.

    Args:
        statement: What was read: products of arrays are those of their elements.
        text: What was typed, which tells a dot from a cross.
        vocabulary: The functions.
        bold: Names of columns, and of matrices, with how many axes they have.

    Raises:
        GradcliError: Two columns stand side by side.
    """
    if not isinstance(statement, Output | Assignment):
        return statement
    value = mapped(statement.value, _part)
    statement = (
        Output(value, statement.span) if isinstance(statement, Output) else Assignment(statement.name, value, statement.span)
    )
    signs = ("\\top", "\\otimes", "\\,", "@")
    if not (bold or any(sign in text for sign in signs)) and not any(
        isinstance(node, Array) for node in postorder(statement.value)
    ):
        return statement
    axes: dict[int, int] = {}
    rows: set[int] = set()  # columns that are transposed, and their products with matrices
    kept: list[Expression] = []  # so that no other node gets the identity of one
    names = vocabulary.matrices

    def read(node: Expression) -> Expression:
        axis = 0
        if isinstance(node, Array):
            axis = 2 if any(isinstance(item, Array) for item in node.items) else 1
        elif isinstance(node, Name) and node.name in bold:
            axis = bold[node.name]
        elif isinstance(node, Operator):
            of = [axes.get(id(part), 0) for part in node.operands]
            axis = max(of)
            if node.symbol == "⊗":
                node, axis = Call(names["pairs"], node.operands, (), node.span), 2
            elif node.symbol == "@":
                node, axis = (
                    Operator("@", tuple([_inverse(part, names["inverse"]) for part in node.operands]), node.span),
                    min(of),
                )
        if isinstance(node, Operator) and node.symbol in ("*", "@") and _is_outer(node, of, rows):
            column, row_vector = node.operands
            assert isinstance(row_vector, Transposed)
            node, axis = Call(names["pairs"], (column, row_vector.target), (), node.span), 2
        elif isinstance(node, Operator):
            if node.symbol == "*" and max(of) and min(of) == 0 and _may_be_array(node, text, bold):
                hint = r"write \mathbf{x} for a vector, and \cdot before a number"
                raise GradcliError("this may be a product with a vector or a number", node.span, hint)
            if node.symbol == "*" and all(of):
                row = id(node.operands[0]) in rows
                node, axis = _product(node, of, text, names["columns"], row=row)
                rows.update([id(node)] if row and axis else [])
            elif node.symbol == "^" and (of[0] or "\\top" in text[slice(*node.span)][-7:]):
                node = _power(node, of[0], names["power"], names["inverse"])
                rows.update([id(node)] if isinstance(node, Transposed) and axis == 1 else [])
        elif isinstance(node, Call) and node.function == vocabulary.absolute and axes.get(id(node.arguments[0])):
            function = "determinant" if axes[id(node.arguments[0])] == 2 else "length"
            node = Call(names[function], node.arguments, (), node.span)
        axes[id(node)] = axis
        kept.append(node)
        return node

    value = mapped(statement.value, read)
    return Output(value, statement.span) if isinstance(statement, Output) else Assignment(statement.name, value, statement.span)


def _is_outer(node: Operator, axes: list[int], rows: set[int]) -> bool:
    """Whether it is the product of a column with a transposed one: x y^T."""
    left, right = node.operands[0], node.operands[-1]
    matrix = axes[0] == 2 or id(left) in rows or (isinstance(left, Name) and left.name[0].isupper())
    return isinstance(right, Transposed) and id(right) in rows and not matrix


def _part(node: Expression) -> Expression:
    """A part of an array whose index was read with its name: A[0, 1]."""
    return parse_expression(node.name) if isinstance(node, Name) and "[" in node.name else node


def _inverse(node: Expression, inverse: str) -> Expression:
    """A factor of a product of matrices, in which a power of -1 is an inverse."""
    if not isinstance(node, Operator):
        return node
    if node.symbol == "*":
        left, right = node.operands
        return Operator("*", (left, _inverse(right, inverse)), node.span)
    is_inverse = node.symbol == "^" and to_text(node.operands[1]) == "-1"
    return Call(inverse, (node.operands[0],), (), node.span) if is_inverse else node


def _may_be_array(node: Operator, text: str, bold: Mapping[str, int]) -> bool:
    """Whether a matrix that is known by its transpose alone stands before a letter without a sign: X^\\top y."""
    left, right = node.operands
    apart = not text[left.span[1] : right.span[0]].strip(" ()[]{}\\,")
    return (
        apart
        and isinstance(right, Name)
        and right.name not in bold
        and right.name.isascii()
        and "\\top" in text
        and "\\mathbf" not in text
    )


def _product(node: Operator, axes: list[int], text: str, cross: str, *, row: bool) -> tuple[Expression, int]:
    """A product of matrices or columns, and how many axes it has."""
    left, right = node.operands
    between = text[left.span[1] : right.span[0]]
    crossed = "×" in between or "\\times" in between
    if crossed and (max(axes) == 1 or (isinstance(left, Name) and isinstance(right, Name))):
        return Call(cross, node.operands, (), node.span), 1
    if max(axes) == 1:
        if not row and between.strip(" ()[]{}") in ("", "*"):
            raise GradcliError("two columns have no product", node.span, r"write \cdot or \times between them")
        return Operator("@", node.operands, node.span), 0
    return Operator("@", node.operands, node.span), min(axes)


def _power(node: Operator, axes: int, power: str, inverse: str) -> Expression:
    base, exponent = node.operands
    if isinstance(exponent, Name) and exponent.name == "T":
        return Transposed(base, node.span)
    if axes == 1:
        raise GradcliError(
            "a vector has no power", node.span, "write its product with itself, or the name without a sign for a vector"
        )
    if to_text(exponent) == "-1":
        return Call(inverse, (base,), (), node.span)
    return Call(power, (base, exponent), (), node.span) if isinstance(exponent, Number) else node
