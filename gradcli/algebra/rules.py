"""The rules of simplification, each with its algebra beside it and the domain on which it holds.

None of them changes a value where the original is defined. What is not a rule here is arithmetic of the normal form: like terms
and like factors are collected there.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from gradcli.algebra.normal import Algebra, Rational
from gradcli.algebra.shapes import shortest
from gradcli.language.ast import Call, Expression, Name, Number, Operator, children, postorder
from gradcli.language.parser import parse
from gradcli.ops.operation import OPERATIONS

_POWERS: dict[str, Rational] = {"sqrt": Fraction(1, 2), "rsqrt": Fraction(-1, 2), "square": 2, "reciprocal": -1}
"""Operations that are powers: sqrt(x) is x^(1/2)."""


class Rule(NamedTuple):
    """A function of a function, or of a negative, that is something simpler.

    Attributes:
        pattern: What it applies to, in the variable x.
        result: What that equals.
        holds: Where both are defined and equal.
    """

    pattern: str
    result: str
    holds: str = "every x"


RULES = (
    # a function undoes its inverse
    Rule("exp(log(x))", "x", "x > 0"),
    Rule("log(exp(x))", "x"),
    Rule("exp2(log2(x))", "x", "x > 0"),
    Rule("log2(exp2(x))", "x"),
    Rule("expm1(log1p(x))", "x", "x > -1"),
    Rule("log1p(expm1(x))", "x"),
    Rule("sin(asin(x))", "x", "-1 <= x <= 1"),
    Rule("cos(acos(x))", "x", "-1 <= x <= 1"),
    Rule("tan(atan(x))", "x"),
    Rule("sinh(asinh(x))", "x"),
    Rule("asinh(sinh(x))", "x"),
    Rule("cosh(acosh(x))", "x", "x >= 1"),
    Rule("acosh(cosh(x))", "abs(x)"),
    Rule("tanh(atanh(x))", "x", "-1 < x < 1"),
    Rule("atanh(tanh(x))", "x"),
    Rule("sigmoid(logit(x))", "x", "0 < x < 1"),
    Rule("logit(sigmoid(x))", "x"),
    Rule("erf(erfinv(x))", "x", "-1 < x < 1"),
    Rule("erfinv(erf(x))", "x"),
    # a function that has nothing left to do
    Rule("abs(abs(x))", "abs(x)"),
    Rule("sign(sign(x))", "sign(x)"),
    Rule("relu(relu(x))", "relu(x)"),
    Rule("floor(floor(x))", "floor(x)"),
    Rule("ceil(ceil(x))", "ceil(x)"),
    Rule("round(round(x))", "round(x)"),
    Rule("trunc(trunc(x))", "trunc(x)"),
    # odd functions
    Rule("sin(-x)", "-sin(x)"),
    Rule("tan(-x)", "-tan(x)", "x != pi/2 + k*pi"),
    Rule("asin(-x)", "-asin(x)", "-1 <= x <= 1"),
    Rule("atan(-x)", "-atan(x)"),
    Rule("sinh(-x)", "-sinh(x)"),
    Rule("tanh(-x)", "-tanh(x)"),
    Rule("asinh(-x)", "-asinh(x)"),
    Rule("atanh(-x)", "-atanh(x)", "-1 < x < 1"),
    Rule("erf(-x)", "-erf(x)"),
    Rule("erfinv(-x)", "-erfinv(x)", "-1 < x < 1"),
    Rule("cbrt(-x)", "-cbrt(x)"),
    Rule("sign(-x)", "-sign(x)"),
    # even functions
    Rule("cos(-x)", "cos(x)"),
    Rule("cosh(-x)", "cosh(x)"),
    Rule("abs(-x)", "abs(x)"),
    Rule("sinc(-x)", "sinc(x)"),
)


@functools.lru_cache(maxsize=1)
def _by_functions() -> dict[tuple[str, str], Expression]:
    """The result of each rule by the outer function and the inner one, or the minus, of its pattern."""
    table: dict[tuple[str, str], Expression] = {}
    for rule in RULES:
        outer = _expression(rule.pattern)
        assert isinstance(outer, Call)
        inner = outer.arguments[0]
        table[outer.function, inner.function if isinstance(inner, Call) else "-"] = _expression(rule.result)
    return table


def _expression(text: str) -> Expression:
    statement = parse(text).statements[0]
    return statement.value  # type: ignore[union-attr]


def apply_operation(algebra: Algebra, operation: str, operands: Sequence[int], *, generic: bool = False) -> int:
    """The normal form of an operation on forms. Each case has its algebra beside it."""
    values = [algebra.rational(operand) for operand in operands]
    match operation:
        case "add":
            return shortest(algebra, algebra.add(operands))
        case "sub":  # a - b = a + (-1)·b
            return shortest(algebra, algebra.add([operands[0], algebra.scale(operands[1], -1)]))
        case "neg":  # -a = (-1)·a
            return algebra.scale(operands[0], -1)
        case "mul":
            return algebra.multiply(*operands)
        case "div" if values[1] != 0:  # a/b = a·b^-1
            return algebra.multiply(operands[0], algebra.power(operands[1], -1))
        case "pow" if values[1] is not None and not (values[0] == 0 and values[1] < 0):  # a^n for a number n
            return algebra.power(operands[0], values[1])
        case "reciprocal" | "rsqrt" if values[0] == 0:
            pass
        case _ if operation in _POWERS:
            return algebra.power(operands[0], _POWERS[operation])
        case "where" if values[0] is not None:  # a if 1 else b = a
            return operands[1] if values[0] else operands[2]
        case "where" if operands[1] == operands[2]:  # a if c else a = a
            return operands[1]
        case "where" if generic and values[1] == 0 and _at_single_points(algebra, operands[0]):
            return operands[2]
        case _ if len(operands) == 1:
            simpler = _simpler(algebra, operation, operands[0])
            if simpler is not None:
                return simpler
    exact = OPERATIONS[operation].exact
    if exact is not None and None not in values and len(values) >= len(OPERATIONS[operation].parameters):
        folded = exact(*values)
        if folded is not None:
            return algebra.number(folded)
    return algebra.of_atom(algebra.atom(operation, tuple(operands)))


def _simpler(algebra: Algebra, operation: str, operand: int) -> int | None:
    """What a rule of the table makes of a function of one form; None where none applies."""
    rules = _by_functions()
    terms = algebra.forms[operand]
    if (operation, "-") in rules and terms and all(coefficient < 0 for _, coefficient in terms):
        return _instance(algebra, rules[operation, "-"], algebra.scale(operand, -1))
    atom = algebra.single_atom(operand)
    if atom is None:
        return None
    kind, content = algebra.atoms[atom]
    if operation in ("abs", "sign") and algebra.is_positive(atom):  # |x| is x, sign(x) is 1 for x > 0
        return operand if operation == "abs" else algebra.number(1)
    result = rules.get((operation, kind))
    return None if result is None or not isinstance(content, tuple) else _instance(algebra, result, content[0])


def _instance(algebra: Algebra, template: Expression, x: int) -> int:
    """The form of a rule's result for a form in the place of x."""
    forms: list[int] = []
    for node in postorder(template):
        count = len(children(node))
        operands = forms[len(forms) - count :]
        del forms[len(forms) - count :]
        if isinstance(node, Name):
            forms.append(x)
        elif isinstance(node, Number):
            forms.append(algebra.number(Fraction(node.value)))
        elif isinstance(node, Operator):
            forms.append(apply_operation(algebra, "neg", operands))
        elif isinstance(node, Call):
            forms.append(algebra.of_atom(algebra.atom(node.function, tuple(operands))))
    return forms[0]


def _at_single_points(algebra: Algebra, condition: int) -> bool:
    """Whether a condition asks for an equality, so that it holds at single points only."""
    terms = algebra.forms[condition]
    if len(terms) != 1 or len(terms[0][0]) != 1:
        return False
    kind, content = algebra.atoms[terms[0][0][0][0]]
    if kind == "logical_and" and isinstance(content, tuple):
        return any(_at_single_points(algebra, part) for part in content)
    return kind == "eq"
