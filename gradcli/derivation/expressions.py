"""Building and measuring the expressions of a derivation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from gradcli.graph.graph import Graph
from gradcli.language.ast import (
    Expression,
    Group,
    Name,
    Number,
    Operator,
    Output,
    Partial,
    Program,
    children,
    postorder,
)
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders import StaticBuilder
from gradcli.lowering.lower import lower


def sum_of(terms: Sequence[Expression]) -> Expression:
    """The sum of the terms; the minus of a later term is the sign before it."""
    total = terms[0] if terms else Number(0)
    for term in terms[1:]:
        if isinstance(term, Operator) and term.symbol == "-" and len(term.operands) == 1:
            total = Operator("-", (total, term.operands[0]))
        elif isinstance(term, Number) and term.value < 0:
            total = Operator("-", (total, Number(-term.value)))
        else:
            total = Operator("+", (total, term))
    return total


def product_of(factors: Sequence[Expression]) -> Expression:
    """The product of the factors, from left to right."""
    product = factors[0]
    for factor in factors[1:]:
        product = Operator("*", (product, factor))
    return product


def without_trivial(factors: Sequence[Expression]) -> Expression | None:
    """The product without factors 1; None where a factor is 0; a factor -1 becomes the sign."""
    kept: list[Expression] = []
    negative = False
    for factor in factors:
        if isinstance(factor, Number) and factor.value in (0, 1, -1):
            if factor.value == 0:
                return None
            negative ^= factor.value < 0
        else:
            kept.append(factor)
    if not kept:
        return Number(-1 if negative else 1)
    product = product_of(kept)
    return Operator("-", (product,)) if negative else product


def exact_value(expression: Expression) -> Number | None:
    """The exact value of an expression of whole numbers and fractions; None for any other."""
    if any(isinstance(node, Name | Partial) for node in postorder(expression)):
        return None
    graph = lower(Program((Output(expression),)), StaticBuilder(Graph()))
    value = graph.constants.get(graph.output)
    return Number(value) if isinstance(value, int | Fraction) else None


def operations_in(expression: Expression) -> int:
    """How many operations an expression has."""
    return sum(1 for node in postorder(expression) if children(node) and not isinstance(node, Group))


def weight(expression: Expression) -> int:
    """Operations and names: what makes an expression long to read."""
    return operations_in(expression) + sum(1 for node in postorder(expression) if isinstance(node, Name))


def replaced_names(expression: Expression, replaced: Mapping[str, Expression], *, grouped: bool = True) -> Expression:
    """The tree with names and partials replaced; a sum that takes the place of a name keeps parentheses around it."""

    def change(node: Expression) -> Expression:
        if isinstance(node, Name | Partial):
            key = node.name if isinstance(node, Name) else to_text(node, pretty=True)
            return replaced.get(key, node)
        if grouped and isinstance(node, Operator) and node.symbol in "+-" and len(node.operands) == 2:
            return Operator(node.symbol, tuple(_group(operand) for operand in node.operands))
        return node

    substituted = {id(value) for value in replaced.values()}

    def _group(operand: Expression) -> Expression:
        is_sum = isinstance(operand, Operator) and operand.symbol in "+-"
        return Group(operand) if is_sum and id(operand) in substituted else operand

    return mapped(expression, change)
