"""Stationary points of rational functions times exponentials of such, with their kind, and exactly where that can be.

Such a function of log(x) and powers of x is one of t = log(x); and of any function whose derivative is such they are its zeros.

With f = p/q·exp(s/t) in lowest terms f' = ((p'q - pq')·t^2 + pq·(s't - st'))/(qt)^2·exp(s/t): its sign is that of the numerator,
whose zeros are the stationary points, and which changes its sign at those of odd multiplicity alone.
"""

from __future__ import annotations

import math
from fractions import Fraction

from gradcli.algebra.derivatives import differentiate
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
from gradcli.algebra.rational_functions import Quotient, lowest, rational_function
from gradcli.algebra.simplified import simplified_outputs
from gradcli.algebra.sums.interned import EXP, LOG
from gradcli.autodiff.passes.forward import evaluate
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Call, Expression, Name, Number, Operator, Output, Program, postorder
from gradcli.language.rewrite import mapped
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import written_out, written_sizes
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.ieee import as_float

LONGEST = 20_000
"""Operations of the expression up to which it is read."""

MINIMUM, MAXIMUM, INFLECTION = "local minimum", "local maximum", "inflection"

DIGITS = Fraction(1, 2**90)
"""How narrow the interval of a zero is from which numbers are taken."""


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
    try:
        given = rational_function(expression, variable)
    except GradcliError as error:
        if error.exit_code == ExitCode.LIMIT:
            raise
        return _of_logarithms(graph, expression, variable, error)
    return _ofrational_function(given)


def _of_logarithms(graph: Graph, expression: Expression, variable: str, error: GradcliError) -> list[Stationary]:
    """The stationary points of a function whose derivative is rational, or that is so in log(x) and powers of x.

    Raises:
        GradcliError: It is neither: the given error, or a place is none of the floats.
    """
    slope = differentiate(graph, [(graph.output, (variable,))]).expressions[0]
    try:
        steep = rational_function(slope, variable)
    except GradcliError:
        if not any(isinstance(node, Call) and node.function == LOG for node in postorder(expression)):
            raise error from None  # a power has a value at 0, which is no power of e
        try:
            of_powers = rational_function(mapped(expression, lambda node: _in_powers(node, variable)), variable)
        except GradcliError:
            raise error from None
        return [_of_power(point) for point in _ofrational_function(of_powers)]
    p, q = lowest(steep.above, steep.below)
    found = []
    for point in _at_zeros(times(p, q), Quotient(p, q, (*steep.divisors, q), steep.exponent)):
        height = as_float(evaluate(graph, {variable: point.number})[graph.output])
        exact = place = point.place
        if place is not None:
            exact = _simplified(mapped(expression, lambda node, place=place: place if _is(node, variable) else node))  # type: ignore[misc]
        if not math.isnan(height):  # the derivative goes on where the function has no value
            found.append(Stationary(point.kind, place, exact, point.number, height, point.interval))
    return found


def _is(node: Expression, variable: str) -> bool:
    return isinstance(node, Name) and node.name == variable


def _in_powers(node: Expression, variable: str) -> Expression:
    """A part of a function of x with x = e^t, t under the name of x."""
    if _is(node, variable):
        return Call(EXP, (node,))
    if not isinstance(node, Call) or len(node.arguments) != 1:
        return node
    (argument,) = node.arguments
    if node.function == LOG and isinstance(argument, Call) and argument.function == EXP:
        return argument.arguments[0]
    power = OPERATIONS[node.function].facts.power if node.function in OPERATIONS else None
    return node if power is None else Operator("^", (argument, Number(Fraction(power))))


def _of_power(point: Stationary) -> Stationary:
    """The stationary point at e^t that one at t belongs to."""
    number, low, high = (float(OPERATIONS[EXP](as_float(end))) for end in (point.number, *point.interval))
    if not 0 < number < math.inf:
        raise GradcliError("a stationary point is beyond the floats", exit_code=ExitCode.LIMIT)
    place = None if point.place is None else _times_exp(Number(1), point.place)
    near = 1 - Fraction(1, 2**50)
    interval = (
        (Fraction(1), Fraction(1)) if place == Number(1) else (Fraction(low) * near, Fraction(min(high, 2 * number)) / near)
    )
    return Stationary(point.kind, place, point.value, number, point.height, interval)


def _ofrational_function(given: Quotient) -> list[Stationary]:
    """The stationary points of a rational function times an exponential."""
    p, q = lowest(given.above, given.below)
    s, t = lowest(*given.exponent)
    function = Quotient(p, q, given.divisors, (s, t))
    slope = plus(times(_slope(p, q), times(t, t)), times(times(p, q), _slope(s, t)))
    if not slope:
        raise GradcliError("the function is constant: its derivative is 0 everywhere")
    return _at_zeros(slope, function)


def _at_zeros(slope: Polynomial, function: Quotient) -> list[Stationary]:
    """The zeros of a polynomial with the sign of a derivative as stationary points of the function, without those of divisors."""
    found: list[tuple[Zero, Stationary]] = []
    factors = square_free(primitive(slope))
    for factor, multiplicity in factors:
        for zero, exact in exact_zeros(factor):
            if not any(_is_zero(divisor, factor, zero) for divisor in function.divisors):
                found.append((zero, _point(zero, exact, multiplicity, slope, [one for one, _ in factors], function)))
    return [point for _, point in sorted(found, key=lambda pair: pair[1].number)]


def _slope(above: Polynomial, below: Polynomial) -> Polynomial:
    """The numerator of the derivative of a quotient."""
    return plus(times(derivative(above), below), times(above, derivative(below)), -1)


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
    function: Quotient,
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
