"""Rewriting that a person does in passing: zeros and ones drop out, numbers are computed, signs and numbers move to the front."""

from __future__ import annotations

from fractions import Fraction

from gradcli.derivation.notation.expressions import is_sum, rational, without_sign
from gradcli.derivation.notation.products import as_product, is_arithmetic
from gradcli.language.ast import Expression, Group, Number, Operator, postorder
from gradcli.language.text import to_text

ZERO, ONE = Number(0), Number(1)


def tidy(expression: Expression) -> Expression:
    """The expression without terms 0 and factors 1, equal to it where it is defined; arguments of functions stay as they are."""
    results: list[Expression] = []
    for node in postorder(expression, _below):
        count = len(_below(node))
        operands = tuple(results[len(results) - count :])
        del results[len(results) - count :]
        results.append(_ordered(_tidied(Operator(node.symbol, operands))) if isinstance(node, Operator) and count else node)
    return results[0]


def _ordered(node: Expression) -> Expression:
    """A product as one writes it: one fraction line, its number in front, names before functions, one power of each."""
    return as_product(node).collected(across=False).written() if is_arithmetic(node) and not is_sum(node) else node


def _below(node: Expression) -> tuple[Expression, ...]:
    return node.operands if isinstance(node, Operator) else ()


def _tidied(node: Expression) -> Expression:
    if not isinstance(node, Operator):
        return node
    numbers = [rational(operand) for operand in node.operands]
    match node.symbol, node.operands:
        case "-", (a,):
            return _negative(a)
        case (("+" | "-" as symbol), (a, b)):
            return _sum(symbol, a, b, *numbers)
        case "*", (a, b):
            return _product(a, b, *numbers)
        case "/", (a, b):
            return _quotient(a, b, *numbers)
        case "^", (a, b) if numbers[1] == 1:  # a^1 = a
            return a
    return node


def _written(value: Fraction, *like: Expression) -> Expression:
    """A number as its operands are written: a fraction of two numbers, or a decimal."""
    if value.denominator == 1:
        return Number(value.numerator)
    if any(isinstance(operand, Number) and isinstance(operand.value, Fraction) for operand in like):
        return Number(value)
    size = Operator("/", (Number(abs(value.numerator)), Number(value.denominator)))
    return Operator("-", (size,)) if value < 0 else size


def _negative(a: Expression) -> Expression:
    if isinstance(a, Number):
        return Number(-a.value)
    inner = without_sign(a)
    return Operator("-", (a,)) if inner is None else inner  # -(-a) = a


def _sum(symbol: str, a: Expression, b: Expression, x: Fraction | None, y: Fraction | None) -> Expression:
    if x is not None and y is not None:
        return _written(x + y if symbol == "+" else x - y, a, b)
    if y == 0:  # a + 0 = a
        return a
    if x == 0:  # 0 - b = -b
        return b if symbol == "+" else _negative(b)
    inner = without_sign(b)
    if inner is not None:  # a + (-b) = a - b
        return Operator("-" if symbol == "+" else "+", (a, inner))
    together = _like(symbol, a, b)
    if together is not None:
        return together
    if is_sum(a) and is_sum(b):  # (w + 1) + (x + w) keeps both parentheses
        a = Group(a)
    return Operator(symbol, (a, b))


def _like(symbol: str, a: Expression, b: Expression) -> Expression | None:
    """Two like terms as one: 2·u + u = 3·u; None where they are not alike."""
    (k, u), (m, v) = _split(a), _split(b)
    if type(u) is not type(v) or is_sum(u) or is_sum(v) or to_text(u) != to_text(v):
        return None
    return _tidied(Operator("*", (_written(k + m if symbol == "+" else k - m), u)))


def _split(term: Expression) -> tuple[Fraction, Expression]:
    """A term as a number times the rest."""
    if isinstance(term, Operator) and term.symbol == "*":
        number = rational(term.operands[0])
        if number is not None:
            return number, term.operands[1]
    return Fraction(1), term


def _product(a: Expression, b: Expression, x: Fraction | None, y: Fraction | None) -> Expression:
    if x == 0 or y == 0:  # 0·a = 0
        return ZERO
    if x is not None and y is not None:
        return _written(x * y, a, b)
    if x == 1:  # 1·b = b
        return b
    if y == 1:
        return a
    if x == -1:
        return _negative(b)
    if y == -1:
        return _negative(a)
    for one, other in ((a, b), (b, a)):
        inner = without_sign(one)
        if inner is not None and rational(one) is None:  # (-a)·b = -(a·b)
            return _negative(_tidied(Operator("*", (inner, other) if one is a else (other, inner))))
    if y is not None:  # a·2 = 2·a
        return _tidied(Operator("*", (b, a)))
    if x is not None and isinstance(b, Operator) and b.symbol == "*" and len(b.operands) == 2:
        y = rational(b.operands[0])
        if y is not None:  # 2·(3·a) = 6·a
            return _tidied(Operator("*", (_written(x * y, a, b.operands[0]), b.operands[1])))
    if isinstance(b, Operator) and b.symbol == "/" and rational(b.operands[0]) == 1:  # a·(1/b) = a/b
        return Operator("/", (a, b.operands[1]))
    return Operator("*", (a, b))


def _quotient(a: Expression, b: Expression, x: Fraction | None, y: Fraction | None) -> Expression:
    if x == 0 and y != 0:  # 0/b = 0
        return ZERO
    if y == 1:  # a/1 = a
        return a
    if x is not None and y:
        value = x / y
        return Number(value.numerator) if value.denominator == 1 else Operator("/", (a, b))
    number, rest = _split(a)
    if y and number % y == 0:  # 4·u/2 = 2·u
        return _tidied(Operator("*", (_written(number / y), rest)))
    inner = without_sign(a)
    if inner is not None:  # (-a)/b = -(a/b)
        return _negative(Operator("/", (inner, b)))
    return Operator("/", (a, b))
