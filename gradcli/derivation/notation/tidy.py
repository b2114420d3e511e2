"""Rewriting that a person does in passing: zeros and ones drop out, numbers are computed, signs and numbers move to the front."""

from __future__ import annotations

from fractions import Fraction

from gradcli.derivation.notation.expressions import is_sum, rational, without_sign
from gradcli.derivation.notation.products import Product, as_product, is_arithmetic, kind
from gradcli.language.ast import Expression, Group, Number, Operator, postorder

ZERO, ONE = Number(0), Number(1)


def tidy(expression: Expression) -> Expression:
    """The expression without terms 0 and factors 1, equal to it where it is defined; arguments of functions stay as they are."""
    results: list[Expression] = []
    for node in postorder(expression, _below):
        count = len(_below(node))
        operands = tuple(results[len(results) - count :])
        del results[len(results) - count :]
        results.append(_tidied(Operator(node.symbol, operands)) if isinstance(node, Operator) and count else node)
    return results[0]


def _below(node: Expression) -> tuple[Expression, ...]:
    return node.operands if isinstance(node, Operator) else ()


def _tidied(node: Operator) -> Expression:
    if is_sum(node):
        return _sum(node.symbol, *node.operands)
    if is_arithmetic(node):  # one fraction line, the number in front, names before functions, one power of each on either side
        return as_product(node).collected(across=False).written()
    power = node.symbol == "^" and rational(node.operands[1]) == 1  # a^1 = a
    return node.operands[0] if power else node


def _sum(symbol: str, a: Expression, b: Expression) -> Expression:
    x, y = rational(a), rational(b)
    if x is not None and y is not None:
        return _number(x + y if symbol == "+" else x - y, a, b)
    if y == 0:  # a + 0 = a
        return a
    if x == 0:  # 0 - b = -b
        return b if symbol == "+" else as_product(Operator("-", (b,))).written()
    inner = without_sign(b)
    if inner is not None:  # a + (-b) = a - b
        return Operator("-" if symbol == "+" else "+", (a, inner))
    if not (is_sum(a) or is_sum(b)) and kind(one := as_product(a)) == kind(other := as_product(b)):  # 2·u + u = 3·u
        return one._replace(number=one.number + other.number if symbol == "+" else one.number - other.number).written()
    if is_sum(a) and is_sum(b):  # (w + 1) + (x + w) keeps both parentheses
        a = Group(a)
    return Operator(symbol, (a, b))


def _number(value: Fraction, *like: Expression) -> Expression:
    """A number as its operands are written: a fraction of two numbers, or a decimal."""
    decimal = any(isinstance(operand, Number) and isinstance(operand.value, Fraction) for operand in like)
    return Number(value) if decimal and value.denominator != 1 else Product(value).written()
