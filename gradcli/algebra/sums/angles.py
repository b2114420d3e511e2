"""Exact values of circular functions at the angles whose sine, cosine or tangent is one square root, and their inverses."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import Rational
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.elementwise.trigonometric import cos, sin

_HALF = Fraction(1, 2)

_SQUARED_SINES: dict[Rational, Rational] = {
    0: 0,
    Fraction(1, 6): Fraction(1, 4),
    Fraction(1, 4): _HALF,
    Fraction(1, 3): Fraction(3, 4),
    _HALF: 1,
}
"""sin(k·pi)^2 by k, for the angles of the first quarter at which it is a rational number: 0, 30, 45, 60 and 90 degrees."""

_QUARTERS = {sin.name: (1, cos.name), cos.name: (-1, sin.name)}
"""What a function is where a quarter of a turn is added: cos(x + pi/2) = -sin(x)."""

_ANGLES = {square: angle for angle, square in _SQUARED_SINES.items()}


def at_angle(algebra: Algebra, function: str, turns: Rational) -> int | None:
    """sin, cos or tan of turns·pi; None at other angles, and where the tangent has no value."""
    if function == "tan":
        sine, cosine = _sine(turns), _sine(turns + _HALF)
        if sine is None or cosine is None or not cosine[1]:
            return None
        (sign, square), (other, below) = sine, cosine
        return _root(algebra, sign * other, square / Fraction(below))
    found = _sine(turns + _HALF if function == "cos" else turns)  # cos(x) = sin(x + pi/2)
    return None if found is None else _root(algebra, *found)


def without_turns(algebra: Algebra, function: str, form: int) -> tuple[int, str, int]:
    """A function of an angle without the half turns, and the quarter of one, that are added to it: sign, function, and angle."""
    terms = dict(algebra.forms[form])
    pi = ((algebra.atom("constant", "pi"), 1),)
    if pi not in terms:
        return 1, function, form
    turns = Fraction(terms[pi])
    whole_turns = turns.numerator // turns.denominator if turns.denominator == 1 or function in _QUARTERS else 0
    sign = OPERATIONS[function].facts.half_turn ** (whole_turns % 2)
    if turns - whole_turns == _HALF and function in _QUARTERS:
        own, function = _QUARTERS[function]
        sign *= own
    elif turns.denominator != 1:
        return 1, function, form
    del terms[pi]
    return sign, function, algebra.form(terms)


def _sine(turns: Rational) -> tuple[int, Rational] | None:
    """The sign of sin(turns·pi), and its square."""
    half_turns, within = divmod(Fraction(turns), 1)
    square = _SQUARED_SINES.get(min(within, 1 - within))
    return None if square is None else ((-1) ** int(half_turns), square)


def _root(algebra: Algebra, sign: int, square: Rational) -> int:
    return algebra.scale(algebra.power(algebra.number(square), _HALF), sign)


def _arcsine(square: Rational, sign: int) -> Rational | None:
    angle = _ANGLES.get(square)
    return None if angle is None else sign * angle


def _arccosine(square: Rational, sign: int) -> Rational | None:  # acos(x) = pi/2 - asin(x)
    angle = _ANGLES.get(square)
    return None if angle is None else _HALF - sign * angle


def _arctangent(square: Rational, sign: int) -> Rational | None:  # tan(a)^2 = t is sin(a)^2 = t/(1 + t)
    angle = _ANGLES.get(square / Fraction(1 + square))
    return None if angle is None else sign * angle


_INVERSES: dict[str, Callable[[Rational, int], Rational | None]] = {"asin": _arcsine, "acos": _arccosine, "atan": _arctangent}


def angle_of(algebra: Algebra, function: str, form: int) -> int | None:
    """asin, acos or atan of a number whose square is rational, where that is a known angle."""
    terms = algebra.forms[form]
    square = None if len(terms) > 1 else algebra.rational(algebra.power(form, 2))
    if square is None or any(exponent.denominator != 2 for monomial, _ in terms for _, exponent in monomial):
        return None
    turns = _INVERSES[function](square, 1 if not terms or terms[0][1] > 0 else -1)
    return None if turns is None else algebra.scale(algebra.of_atom(algebra.atom("constant", "pi")), turns)
