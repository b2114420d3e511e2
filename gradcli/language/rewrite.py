"""Making trees of trees: rewriting them, operands first, without recursion, and joining them."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence

from gradcli.language.ast import (
    Array,
    Attribute,
    Call,
    Comparison,
    Conditional,
    Expression,
    Group,
    Index,
    Operator,
    Prime,
    Slice,
    Transposed,
    Tuple,
    children,
    postorder,
)


def mapped(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The tree with ``change`` applied to every node, operands before what uses them."""
    results: list[Expression] = []
    for node in postorder(expression):
        before = children(node)
        if before:
            operands = tuple(results[-len(before) :])
            del results[-len(before) :]
            if not all(map(operator.is_, operands, before)):
                node = _with_children(node, operands)
        results.append(change(node))
    return results[0]


def joined(symbol: str, operands: Sequence[Expression]) -> Expression:
    """The operands with an operator between them, from left to right: a*b*c."""
    return functools.reduce(lambda left, right: Operator(symbol, (left, right)), operands)


def _with_children(node: Expression, operands: tuple[Expression, ...]) -> Expression:
    if isinstance(node, Operator):
        return Operator(node.symbol, operands, node.span)
    if isinstance(node, Comparison):
        return Comparison(node.symbols, operands, node.span)
    if isinstance(node, Call):
        return Call(node.function, operands, node.keywords, node.span, node.keyword_spans)
    if isinstance(node, Conditional):
        then, test, otherwise = operands
        return Conditional(test, then, otherwise, node.span)
    if isinstance(node, Group):
        return Group(operands[0], node.span)
    if isinstance(node, Prime):
        return Prime(operands[0], node.span)
    if isinstance(node, Array):
        return Array(operands, node.span)
    if isinstance(node, Tuple):
        return Tuple(operands, node.span)
    if isinstance(node, Index):
        return Index(operands[0], operands[1:], node.span)
    if isinstance(node, Slice):
        present = iter(operands)
        start, stop, step = (None if bound is None else next(present) for bound in (node.start, node.stop, node.step))
        return Slice(start, stop, step, node.span)
    if isinstance(node, Transposed):
        return Transposed(operands[0], node.span)
    if isinstance(node, Attribute):
        return Attribute(operands[0], node.name, node.span)
    return node
