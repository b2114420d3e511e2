"""Stationary points of rational functions times exponentials of such, with their kind, and exactly where that can be.

With f = p/q·exp(s/t) in lowest terms f' = ((p'q - pq')·t^2 + pq·(s't - st'))/(qt)^2·exp(s/t): its sign is that of the numerator,
whose zeros are the stationary points, and which changes its sign at those of odd multiplicity alone.
"""

from __future__ import annotations

import math
from fractions import Fraction

from gradcli.algebra.polynomials import (
    Polynomial,
    Zero,
    common,
    count_zeros,
    derivative,
    divided,
    exact_zeros,
    plus,
    primitive,
    square_free,
    times,
    value,
)
from gradcli.algebra.simplified import simplified_outputs
from gradcli.algebra.sums.interned import EXP
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Call, Expression, Group, Name, Number, Operator, Output, Program, children, postorder
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import written_out, written_sizes
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.ieee import as_float

MOST = 100
"""The highest degree that is worked with."""

LONGEST = 20_000
"""Operations of the expression up to which it is read."""

MINIMUM, MAXIMUM, INFLECTION = "local minimum", "local maximum", "inflection"

DIGITS = Fraction(1, 2**90)
"""How narrow the interval of a zero is from which numbers are taken."""


_Pair = tuple[Polynomial, Polynomial]
"""A numerator and a denominator."""


class Stationary(Frozen):
    """A stationary point.

    Attributes:
        kind: ``local minimum``, ``local maximum``, or ``inflection`` where the derivative is 0 and keeps its sign.
        place: Where it is, exactly; None where that is no rational number and no root of a quadratic equation.
        value: The value of the function there; None where it is not known exactly.
        number: The place as a number.
        height: The value as a number.
        interval: Two numbers with the place and no other one between them; the same number twice where it is rational.
    """

    kind: str
    place: Expression | None
    value: Expression | None
    number: float
    height: float
    interval: tuple[Fraction, Fraction]


class _Quotient(Frozen):
    """A rational function times the exponential of another one, and polynomials that are divided by on the way."""

    above: Polynomial
    below: Polynomial
    divisors: tuple[Polynomial, ...]
    exponent: _Pair = ([], [Fraction(1)])

    def at(self, place: Fraction) -> float:
        """The value at a place."""
        above, below = self.exponent
        raised = value(above, place) / value(below, place)
        return as_float(value(self.above, place) / value(self.below, place)) * float(OPERATIONS[EXP](as_float(raised)))


def stationary_points(graph: Graph, variable: str) -> list[Stationary]:
    """The stationary points of a graph's output, in ascending order.

    Args:
        graph: A static graph of numbers in one variable.
        variable: The variable.

    Raises:
        GradcliError: It is no rational function with rational coefficients, it is constant, or its degree is too high.
    """
    if written_sizes(graph)[graph.output] > LONGEST:
        raise GradcliError("the expression is too long", exit_code=ExitCode.LIMIT)
    names = {id: name for name, id in graph.variables.items()}
    expression = written_out(graph, graph.output, [names.get(id, "") for id in range(len(graph))])
    given = _rational(expression, variable)
    p, q = _lowest(given.above, given.below)
    s, t = _lowest(*given.exponent)
    function = _Quotient(p, q, given.divisors, (s, t))
    slope = plus(times(_slope(p, q), times(t, t)), times(times(p, q), _slope(s, t)))
    if not slope:
        raise GradcliError("the function is constant: its derivative is 0 everywhere")
    found: list[tuple[Zero, Stationary]] = []
    factors = square_free(primitive(slope))
    for factor, multiplicity in factors:
        for zero, exact in exact_zeros(factor):
            if not any(_is_zero(divisor, factor, zero) for divisor in function.divisors):
                found.append((zero, _point(zero, exact, multiplicity, slope, [one for one, _ in factors], function)))
    return [point for _, point in sorted(found, key=lambda pair: pair[1].number)]


def _lowest(above: Polynomial, below: Polynomial) -> _Pair:
    """Numerator and denominator without what they have in common."""
    shared = common(above, below)
    return divided(above, shared)[0], divided(below, shared)[0]


def _slope(above: Polynomial, below: Polynomial) -> Polynomial:
    """The numerator of the derivative of a quotient."""
    return plus(times(derivative(above), below), times(above, derivative(below)), -1)


def polynomial_in(expression: Expression, variable: str) -> Polynomial | None:
    """An expression as a polynomial with rational coefficients in a variable; None where it is none."""
    try:
        found = _rational(expression, variable)
    except GradcliError:
        return None
    quotient, rest = divided(found.above, found.below)
    return None if rest or found.exponent[0] or any(len(divisor) > 1 for divisor in found.divisors) else quotient


def _is_zero(divisor: Polynomial, factor: Polynomial, zero: Zero) -> bool:
    """Whether a polynomial is 0 at a zero of another one."""
    if zero.low == zero.high:
        return not value(divisor, zero.low)
    shared = common(divisor, factor)  # without multiple zeros, as the factor is
    return len(shared) > 1 and (value(shared, zero.low) > 0) != (value(shared, zero.high) > 0)


def _point(
    zero: Zero,
    exact: Fraction | Polynomial | None,
    multiplicity: int,
    slope: Polynomial,
    factors: list[Polynomial],
    function: _Quotient,
) -> Stationary:
    rises = value(slope, _behind(zero, factors)) > 0
    kind = INFLECTION if multiplicity % 2 == 0 else MINIMUM if rises else MAXIMUM
    p, q, (s, t) = function.above, function.below, function.exponent
    if isinstance(exact, Fraction):
        height = _times_exp(Number(value(p, exact) / value(q, exact)), Number(value(s, exact) / value(t, exact)))
        return Stationary(kind, Number(exact), height, as_float(exact), function.at(exact), (exact, exact))
    interval = zero.low, zero.high
    nothing = _is_zero(p, zero.polynomial, zero)
    zero.narrow(DIGITS * max(Fraction(1), abs(zero.middle)))
    middle = zero.middle
    number, height_number = as_float(middle), 0.0 if nothing else function.at(middle)
    if exact is None:
        return Stationary(kind, None, Number(0) if nothing else None, number, height_number, interval)
    place = _number([Fraction(0), Fraction(1)], [Fraction(1)], exact, middle)
    height = _times_exp(_number(p, q, exact, middle), _number(s, t, exact, middle))
    return Stationary(kind, place, height, number, height_number, interval)


def _times_exp(factor: Expression, exponent: Expression) -> Expression:
    """A number times the exponential of another one."""
    if exponent == Number(0):
        return factor
    raised = Name("e") if exponent == Number(1) else Call(EXP, (exponent,))
    return _simplified(Operator("*", (factor, raised)))


def _behind(zero: Zero, factors: list[Polynomial]) -> Fraction:
    """A place behind a zero, with no zero of any factor between it and that one."""
    width = zero.high - zero.low or Fraction(1)
    while True:
        high = zero.high if zero.high > zero.low else zero.low + width
        others = 0
        for factor in factors:
            own = factor is zero.polynomial or factor == zero.polynomial
            low = zero.low if zero.high > zero.low or not own else zero.low - width
            if not value(factor, high) or not value(factor, low):
                others += 1
            else:
                others += count_zeros(factor, low, high) - int(own)
        if not others:
            return high
        width /= 2
        zero.refine()


def _number(p: Polynomial, q: Polynomial, quadratic: Polynomial, near: Fraction) -> Expression:
    """The value of p/q at the root r of x^2 + bx + c that a number is near to: u + v*r, where r = -b/2 + sqrt(b^2/4 - c) or -."""
    c, b, _ = quadratic
    (k, m), (s, t) = _line(p, quadratic), _line(q, quadratic)
    norm = s * s - s * t * b + t * t * c  # (s + t·r)·(s - t·b - t·r)
    u, v = k * (s - t * b) + m * t * c, m * (s - t * b) - k * t + m * t * b
    first, second = (u - v * b / 2) / norm, v / norm
    if near < -b / 2:
        second = -second
    root = Operator("^", (Number(b * b / 4 - c), Number(Fraction(1, 2))))
    term: Expression = Operator("*", (Number(abs(second)), root))
    if not first:
        total: Expression = Operator("-", (term,)) if second < 0 else term
    else:
        total = Operator("-" if second < 0 else "+", (Number(first), term))
    return _simplified(total)


def _simplified(expression: Expression) -> Expression:
    return simplified_outputs(lower(Program((Output(expression),)), StaticBuilder(Graph()))).expressions[0]


def _line(p: Polynomial, quadratic: Polynomial) -> tuple[Fraction, Fraction]:
    """The rest of a polynomial by a quadratic one."""
    rest = [*divided(p, quadratic)[1], Fraction(0), Fraction(0)]
    return rest[0], rest[1]


def _rational(expression: Expression, variable: str) -> _Quotient:
    """An expression as a quotient of polynomials.

    Raises:
        GradcliError: It is none, or its coefficients are not rational.
    """
    stack: list[_Quotient] = []
    one = [Fraction(1)]
    for node in postorder(expression):
        count = len(children(node))
        operands = stack[len(stack) - count :]
        del stack[len(stack) - count :]
        if isinstance(node, Number) and not isinstance(node.value, float):
            made = _Quotient([Fraction(node.value)] if node.value else [], one, ())
        elif isinstance(node, Name) and node.name == variable:
            made = _Quotient([Fraction(0), Fraction(1)], one, ())
        elif isinstance(node, Group):
            made = operands[0]
        elif isinstance(node, Operator) and node.symbol in "+-*/^":
            made = _applied(node.symbol, operands)
        elif isinstance(node, Name) and VALUES.get(node.name) == math.e:
            made = _Quotient(one, one, (), (one, one))
        elif isinstance(node, Call) and node.function == EXP and not operands[0].exponent[0]:
            made = _Quotient(one, one, operands[0].divisors, (operands[0].above, operands[0].below))
        else:
            raise _not_rational(node)
        if max(len(made.above), len(made.below)) > MOST + 1:
            raise GradcliError(f"the function has a degree of more than {MOST}", exit_code=ExitCode.LIMIT)
        stack.append(made)
    return stack[0]


def _applied(symbol: str, operands: list[_Quotient]) -> _Quotient:
    divisors = tuple([divisor for operand in operands for divisor in operand.divisors])
    first, *rest = operands
    if not rest:
        return _Quotient([-c for c in first.above], first.below, divisors, first.exponent) if symbol == "-" else first
    [second] = rest
    a, b, c, d = first.above, first.below, second.above, second.below
    if symbol == "*":
        return _Quotient(times(a, c), times(b, d), divisors, _sum(first.exponent, second.exponent))
    if symbol == "/":
        if not c:
            raise GradcliError("the function divides by 0 everywhere")
        return _Quotient(times(a, d), times(b, c), (*divisors, c), _sum(first.exponent, second.exponent, -1))
    if symbol == "^":
        return _power(first, second, divisors)
    if a and c and _sum(first.exponent, second.exponent, -1)[0]:
        raise GradcliError("the terms of the function have different exponentials", hint=_HINT)
    exponent = first.exponent if a else second.exponent
    return _Quotient(plus(times(a, d), times(c, b), 1 if symbol == "+" else -1), times(b, d), divisors, exponent)


def _sum(one: _Pair, other: _Pair, sign: int = 1) -> _Pair:
    """The sum of two quotients, or the difference."""
    return _lowest(plus(times(one[0], other[1]), times(other[0], one[1]), sign), times(one[1], other[1]))


def _power(base: _Quotient, exponent: _Quotient, divisors: tuple[Polynomial, ...]) -> _Quotient:
    if base.above == base.below and base.exponent[0] and not exponent.exponent[0]:  # exp(s/t)^u
        raised = times(base.exponent[0], exponent.above), times(base.exponent[1], exponent.below)
        return _Quotient(base.above, base.below, divisors, raised)
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
    return _Quotient(*found, divisors, ([number * c for c in base.exponent[0]], base.exponent[1]))


_HINT = (
    "stationary points are found of polynomials and their quotients with rational coefficients, times exponentials of such; "
    "gradcli diff has the derivative"
)


def _not_rational(node: Expression) -> GradcliError:
    what = node.function if isinstance(node, Call) else node.name if isinstance(node, Name) else "a condition"
    return GradcliError(f"the function is not rational: it has {what}", node.span if node.span != (0, 0) else None, hint=_HINT)
