"""Quotients of polynomials in one variable, times exponentials of such, as they are read from an expression."""

from __future__ import annotations

import math
from fractions import Fraction

from gradcli.algebra.polynomials import Polynomial, common, divided, plus, times, value
from gradcli.algebra.sums.interned import EXP
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen
from gradcli.language.ast import Call, Expression, Group, Name, Number, Operator, children, postorder
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.ieee import as_float

MOST = 100
"""The highest degree that is worked with."""

Pair = tuple[Polynomial, Polynomial]
"""A numerator and a denominator."""


class Quotient(Frozen):
    """A rational function times the exponential of another one, and polynomials that are divided by on the way."""

    above: Polynomial
    below: Polynomial
    divisors: tuple[Polynomial, ...]
    exponent: Pair = ([], [Fraction(1)])

    def at(self, place: Fraction) -> float:
        """The value at a place."""
        above, below = self.exponent
        raised = value(above, place) / value(below, place)
        return as_float(value(self.above, place) / value(self.below, place)) * float(OPERATIONS[EXP](as_float(raised)))


def polynomial_in(expression: Expression, variable: str) -> Polynomial | None:
    """An expression as a polynomial with rational coefficients in a variable; None where it is none."""
    try:
        found = rational_function(expression, variable)
    except GradcliError:
        return None
    quotient, rest = divided(found.above, found.below)
    return None if rest or found.exponent[0] or any(len(divisor) > 1 for divisor in found.divisors) else quotient


def rational_function(expression: Expression, variable: str) -> Quotient:
    """An expression as a quotient of polynomials.

    Raises:
        GradcliError: It is none, or its coefficients are not rational.
    """
    stack: list[Quotient] = []
    one = [Fraction(1)]
    for node in postorder(expression):
        count = len(children(node))
        operands = stack[len(stack) - count :]
        del stack[len(stack) - count :]
        if isinstance(node, Number) and not isinstance(node.value, float):
            made = Quotient([Fraction(node.value)] if node.value else [], one, ())
        elif isinstance(node, Name) and node.name == variable:
            made = Quotient([Fraction(0), Fraction(1)], one, ())
        elif isinstance(node, Group):
            made = operands[0]
        elif isinstance(node, Operator) and node.symbol in "+-*/^":
            made = _applied(node.symbol, operands)
        elif isinstance(node, Name) and VALUES.get(node.name) == math.e:
            made = Quotient(one, one, (), (one, one))
        elif isinstance(node, Call) and node.function == EXP and not operands[0].exponent[0]:
            made = Quotient(one, one, operands[0].divisors, (operands[0].above, operands[0].below))
        else:
            raise _not_rational(node)
        if max(len(made.above), len(made.below)) > MOST + 1:
            raise GradcliError(f"the function has a degree of more than {MOST}", exit_code=ExitCode.LIMIT)
        stack.append(made)
    return stack[0]


def _applied(symbol: str, operands: list[Quotient]) -> Quotient:
    divisors = tuple([divisor for operand in operands for divisor in operand.divisors])
    first, *rest = operands
    if not rest:
        return Quotient([-c for c in first.above], first.below, divisors, first.exponent) if symbol == "-" else first
    [second] = rest
    a, b, c, d = first.above, first.below, second.above, second.below
    if symbol == "*":
        return Quotient(times(a, c), times(b, d), divisors, _sum(first.exponent, second.exponent))
    if symbol == "/":
        if not c:
            raise GradcliError("the function divides by 0 everywhere")
        return Quotient(times(a, d), times(b, c), (*divisors, c), _sum(first.exponent, second.exponent, -1))
    if symbol == "^":
        return _power(first, second, divisors)
    if a and c and _sum(first.exponent, second.exponent, -1)[0]:
        raise GradcliError("the terms of the function have different exponentials", hint=_HINT)
    exponent = first.exponent if a else second.exponent
    return Quotient(plus(times(a, d), times(c, b), 1 if symbol == "+" else -1), times(b, d), divisors, exponent)


def _sum(one: Pair, other: Pair, sign: int = 1) -> Pair:
    """The sum of two quotients, or the difference."""
    return lowest(plus(times(one[0], other[1]), times(other[0], one[1]), sign), times(one[1], other[1]))


def _power(base: Quotient, exponent: Quotient, divisors: tuple[Polynomial, ...]) -> Quotient:
    if base.above == base.below and base.exponent[0] and not exponent.exponent[0]:  # exp(s/t)^u
        raised = times(base.exponent[0], exponent.above), times(base.exponent[1], exponent.below)
        return Quotient(base.above, base.below, divisors, raised)
    if exponent.exponent[0] or len(exponent.above) > 1 or len(exponent.below) > 1:
        raise GradcliError("the variable stands in an exponent", hint=_HINT)
    number = (exponent.above[0] if exponent.above else Fraction(0)) / exponent.below[0]
    if number.denominator != 1:
        raise GradcliError(f"the exponent {number} is not a whole number", hint=_HINT)
    above, below = (base.above, base.below) if number >= 0 else (base.below, base.above)
    if number < 0:
        if not below:
            raise GradcliError("the function divides by 0 everywhere")
        divisors = (*divisors, below)
    times_ = abs(int(number))
    if times_ * max(len(above) - 1, len(below) - 1) > MOST or times_ > 10_000:
        raise GradcliError(f"the function has a degree of more than {MOST}", exit_code=ExitCode.LIMIT)
    found = [Fraction(1)], [Fraction(1)]
    for _ in range(times_):
        found = times(found[0], above), times(found[1], below)
    return Quotient(*found, divisors, ([number * c for c in base.exponent[0]], base.exponent[1]))


def lowest(above: Polynomial, below: Polynomial) -> Pair:
    """Numerator and denominator without what they have in common."""
    shared = common(above, below)
    return divided(above, shared)[0], divided(below, shared)[0]


_HINT = (
    "stationary points are found of polynomials and their quotients with rational coefficients, times exponentials of such, "
    "also in log(x) and powers of x, and of what has such a derivative; gradcli diff has the derivative"
)


def _not_rational(node: Expression) -> GradcliError:
    what = node.function if isinstance(node, Call) else node.name if isinstance(node, Name) else "a condition"
    return GradcliError(f"the function is not rational: it has {what}", node.span if node.span != (0, 0) else None, hint=_HINT)
