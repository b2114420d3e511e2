"""Building and measuring the expressions of a derivation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
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
from gradcli.language.numbers import number_text
from gradcli.language.rewrite import joined, mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import forward_of, value_at
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.expressions import Expressions
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.declaration.constants import constant_value
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeGuard


def sum_of(terms: Sequence[Expression]) -> Expression:
    """The sum of the terms; the minus of a later term is the sign before it."""
    total = terms[0] if terms else Number(0)
    for term in terms[1:]:
        positive = without_sign(term)
        total = Operator("+", (total, term)) if positive is None else Operator("-", (total, positive))
    return total


def is_sum(node: Expression) -> TypeGuard[Operator]:
    """Whether an expression is a sum or a difference."""
    return isinstance(node, Operator) and node.symbol in "+-" and len(node.operands) == 2


def signed_terms(expression: Expression) -> Iterator[tuple[str, Expression]]:
    """The terms of a sum, also of those inside it and in parentheses, each with its sign, in order."""
    work = [("+", expression)]
    while work:
        sign, node = work.pop()
        if isinstance(node, Group):
            work.append((sign, node.content))
        elif is_sum(node):
            left, right = node.operands
            work += [("+" if sign == node.symbol else "-", right), (sign, left)]
        elif _is_opposite_of_sum(node):
            work.append(("-" if sign == "+" else "+", node.operands[0]))
        else:
            yield sign, node


def _is_opposite_of_sum(node: Expression) -> TypeGuard[Operator]:
    """Whether it is a minus before a sum in parentheses."""
    if not isinstance(node, Operator) or node.symbol != "-" or len(node.operands) > 1:
        return False
    [inner] = node.operands
    while isinstance(inner, Group):
        inner = inner.content
    return is_sum(inner)


def without_sign(term: Expression) -> Expression | None:
    """What a minus at the beginning of a product or quotient stands before; None where it begins with none: -c/x² is c/x²."""
    spine: list[Operator] = []
    while isinstance(term, Operator) and term.symbol in "*/":
        spine.append(term)
        term = term.operands[0]
    if isinstance(term, Operator) and term.symbol == "-" and len(term.operands) == 1:
        positive = term.operands[0]
    elif isinstance(term, Number) and term.value < 0:
        positive = Number(-term.value)
    else:
        return None
    for outer in reversed(spine):
        positive = Operator(outer.symbol, (positive, *outer.operands[1:]))
    return positive


def reads_alike(one: Expression, other: Expression) -> bool:
    """Whether two expressions are written alike, as -(a*b) and (-a)*b are: -a·b."""
    return to_text(one, pretty=True) == to_text(other, pretty=True)


def product_of(factors: Sequence[Expression]) -> Expression:
    """The product of the factors, from left to right."""
    return joined("*", factors)


def without_trivial(factors: Sequence[Expression]) -> Expression | None:
    """The product without factors 1, quotients as one, signs in front; None where a factor is 0.

    Its numbers are multiplied where that gives a whole number: 1/2·(2a) is a.
    """
    above: list[Expression] = []
    below: list[Expression] = []
    negative = False
    for factor in factors:
        positive = without_sign(factor) if isinstance(factor, Operator) else None
        if positive is not None:
            factor, negative = positive, not negative
        upper, lower = _as_quotient(factor)
        below += lower
        if isinstance(upper, Number) and upper.value in (0, 1, -1):
            if upper.value == 0 and not lower:
                return None
            negative ^= upper.value < 0
            above += [upper] if upper.value == 0 else []
        else:
            above.append(upper)
    above, below = _multiplied(above, below)
    if negative:
        above[:1] = [_negative(above[0])] if above else [Number(-1)]
    product = product_of(above) if above else Number(1)
    return Operator("/", (product, product_of(below))) if below else product


def computes(factors: Sequence[Expression]) -> bool:
    """Whether numbers are multiplied in :func:`without_trivial`."""
    quotients = [_as_quotient(without_sign(factor) or factor) for factor in factors]
    sides = [upper for upper, _ in quotients], [factor for _, lower in quotients for factor in lower]
    return _multiplied(*sides) != sides


def is_quotient(factor: Expression) -> bool:
    """Whether something stands below a fraction line in a factor: in -1/2·x it does, and not in 0.5x."""
    return bool(_as_quotient(without_sign(factor) or factor)[1])


def _as_quotient(factor: Expression) -> tuple[Expression, list[Expression]]:
    """What stands above a fraction line, and what below, if there is one."""
    if isinstance(factor, Number) and isinstance(factor.value, Fraction) and "/" in number_text(factor.value):
        return Number(factor.value.numerator), [Number(factor.value.denominator)]
    if isinstance(factor, Operator) and factor.symbol == "/":
        return factor.operands[0], [factor.operands[1]]
    return factor, []


def _multiplied(above: list[Expression], below: list[Expression]) -> tuple[list[Expression], list[Expression]]:
    """The factors above and below a fraction line with one whole number for those in them, where they make one."""
    upper, lower = _with_numbers(above), _with_numbers(below)
    number, divisor = (math.prod([value for value, _ in side], start=Fraction(1)) for side in (upper, lower))
    if not number or not divisor or (all(value.denominator == 1 for value, _ in upper) and divisor == 1):
        return above, below
    result = number / divisor
    if result.denominator != 1:
        return above, below
    whole: list[Expression] = [Number(result.numerator)] if result != 1 else []
    return whole + [rest for _, rest in upper if rest is not None], [rest for _, rest in lower if rest is not None]


def _with_numbers(factors: list[Expression]) -> list[tuple[Fraction, Expression | None]]:
    """Each factor as a number and the rest of it."""
    found: list[tuple[Fraction, Expression | None]] = []
    for factor in factors:
        first, rest = factor.operands if _is_product(factor) else (factor, None)
        exact = isinstance(first, Number) and not isinstance(first.value, float)
        found.append((Fraction(first.value), rest) if isinstance(first, Number) and exact else (Fraction(1), factor))
    return found


def _is_product(node: Expression) -> TypeGuard[Operator]:
    return isinstance(node, Operator) and node.symbol == "*" and len(node.operands) == 2


def _negative(factor: Expression) -> Expression:
    return Number(-factor.value) if isinstance(factor, Number) else Operator("-", (factor,))


class ExpressionValues:
    """The values of expressions of numbers.

    Args:
        names: The value of each name; more may come while expressions are evaluated, and none may change.
    """

    def __init__(self, names: Mapping[str, float]) -> None:
        self._names = names
        self._graph = Graph()
        self._walk = Expressions(Program(()), StaticBuilder(self._graph), names)
        self._values: list[float] = []

    def of(self, expression: Expression) -> float:
        """The value of an expression; constants fold exactly, as in a static graph."""
        id = self._walk.expression(expression)
        graph, values = self._graph, self._values
        variables = {id: name for name, id in graph.variables.items() if id >= len(values)}
        for at in range(len(values), len(graph)):
            operation, inputs = graph.operations[at], graph.inputs[at]
            if operation == VARIABLE:
                values.append(self._names[variables[at]])
            elif operation == CONSTANT:
                values.append(constant_value(graph.constants[at]))
            elif graph.shapes or operation in STRUCTURAL:
                values.append(value_at(graph, at, values))
            else:
                values.append(forward_of(operation, len(inputs))(*[values[input] for input in inputs]))
        return values[id]


def exact_value(expression: Expression) -> Number | None:
    """The exact value of an expression of whole numbers and fractions; None for any other."""
    if any(isinstance(node, Name | Partial) for node in postorder(expression)):
        return None
    if isinstance(expression, Number):
        return expression if isinstance(expression.value, int | Fraction) else None
    graph = lower(Program((Output(expression),)), StaticBuilder(Graph()))
    value = graph.constants.get(graph.output)
    return Number(value) if isinstance(value, int | Fraction) else None


def rational(node: Expression) -> Fraction | None:
    """The value of a whole number, a decimal, or a fraction of two; None for anything else."""
    if isinstance(node, Number):
        return None if isinstance(node.value, float) else Fraction(node.value)
    if isinstance(node, Operator) and node.symbol == "-" and len(node.operands) == 1:
        inner = rational(node.operands[0])
        return None if inner is None else -inner
    if isinstance(node, Operator) and node.symbol == "/":
        above, below = node.operands
        if (
            isinstance(above, Number)
            and isinstance(below, Number)
            and isinstance(above.value, int)
            and isinstance(below.value, int)
        ):
            return Fraction(above.value, below.value) if below.value else None
    return None


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
        if grouped and is_sum(node):
            return Operator(node.symbol, tuple(_group(operand) for operand in node.operands))
        return node

    substituted = {id(value) for value in replaced.values()}

    def _group(operand: Expression) -> Expression:
        signed = isinstance(operand, Operator) and operand.symbol in "+-"
        return Group(operand) if signed and id(operand) in substituted else operand

    return mapped(expression, change)
