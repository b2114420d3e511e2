"""Numbers with roots: circular functions at known angles, roots that come out of roots, denominators without roots."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from fractions import Fraction

from gradcli.algebra.sums.generators import expanded
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import ONE, Monomial, Rational, divided, prime_powers, whole
from gradcli.language.ast import Call, Expression, Number, Operator, children, postorder
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.rational import square_root
from gradcli.ops.elementwise.exponential import sqrt
from gradcli.ops.elementwise.trigonometric import acos, asin, atan, cos, sin, tan

_HALF = Fraction(1, 2)

_SQUARED_SINES: dict[Rational, tuple[Rational, Rational, int]] = {
    0: (0, 0, 1),
    Fraction(1, 12): (_HALF, Fraction(-1, 4), 3),
    Fraction(1, 10): (Fraction(3, 8), Fraction(-1, 8), 5),
    Fraction(1, 8): (_HALF, Fraction(-1, 4), 2),
    Fraction(1, 6): (Fraction(1, 4), 0, 1),
    Fraction(1, 5): (Fraction(5, 8), Fraction(-1, 8), 5),
    Fraction(1, 4): (_HALF, 0, 1),
}
"""sin(k·pi)^2 as a + b·sqrt(c), by k, for the angles up to 45 degrees at which it is one."""

_SQUARED_SINES |= {_HALF - angle: (1 - a, -b, c) for angle, (a, b, c) in _SQUARED_SINES.items()}  # sin^2 + cos^2 = 1

_QUARTERS = {sin.name: (1, cos.name), cos.name: (-1, sin.name)}
"""What a function is where a quarter of a turn is added: cos(x + pi/2) = -sin(x)."""

_MOST_TIMES = 4
"""Sums of roots are taken out of denominators up to this power."""


# ---- circular functions ----


def at_angle(algebra: Algebra, function: str, turns: Rational) -> int | None:
    """sin, cos or tan of turns·pi; None at other angles, and where the tangent has no value."""
    sine, cosine = _sine(turns), _sine(turns + _HALF)  # cos(x) = sin(x + pi/2)
    if sine is None or cosine is None or (function == tan.name and not cosine[0]):
        return None
    if function == tan.name:
        return algebra.scale(_root(algebra, _tangent(*sine[1])), sine[0] * cosine[0])
    sign, square = cosine if function == cos.name else sine
    return algebra.scale(_root(algebra, square), sign)


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


_Square = tuple[Rational, Rational, int]


def _sine(turns: Rational) -> tuple[int, _Square] | None:
    """The sign of sin(turns·pi), and its square."""
    half_turns, within = divmod(Fraction(turns), 1)
    square = _SQUARED_SINES.get(min(within, 1 - within))
    return None if square is None else ((-1) ** int(half_turns) * (square[0] != 0), square)


def _tangent(a: Rational, b: Rational, c: int) -> _Square:
    """The square of a tangent from that of the sine, s/(1 - s)."""
    norm = Fraction((1 - a) ** 2 - b * b * c)
    return (a * (1 - a) + b * b * c) / norm, b / norm, c


def _form(algebra: Algebra, square: _Square) -> int:
    a, b, c = square
    return algebra.add([algebra.number(a), algebra.scale(algebra.power(algebra.number(c), _HALF), b)])


def _root(algebra: Algebra, square: _Square) -> int:
    form = _form(algebra, square)
    found = denested(algebra, form)
    return algebra.power(form, _HALF) if found is None else found


@functools.cache
def _squares(function: str) -> dict[_Square, Rational]:
    """The angles of the first quarter by the square of a function."""
    angles = _SQUARED_SINES.items()
    if function == atan.name:
        return {_tangent(*square): angle for angle, square in angles if angle != _HALF}
    return {square: angle for angle, square in angles}


def angle_of(algebra: Algebra, function: str, form: int) -> int | None:
    """asin, acos or atan of a number with roots, where that is a known angle."""
    value = algebra.value(form)
    square = _as_square(algebra, expanded(algebra, algebra.power(form, 2)))
    if value is None or square is None or not _is_made_of_roots(algebra, form):
        return None
    angle = _squares(atan.name if function == atan.name else asin.name).get(square)
    if angle is None:
        return None
    turns = angle if value >= 0 else -angle
    turns = _HALF - turns if function == acos.name else turns  # acos(x) = pi/2 - asin(x)
    return algebra.scale(algebra.of_atom(algebra.atom("constant", "pi")), turns)


def angle_of_point(algebra: Algebra, ordinate: int, abscissa: int) -> int | None:
    """atan2 of numbers with roots, where that is a known angle."""
    height, width = algebra.value(ordinate), algebra.value(abscissa)
    if height is None or width is None or height == width == 0:
        return None
    half = algebra.scale(algebra.of_atom(algebra.atom("constant", "pi")), _HALF if height >= 0 else -_HALF)
    if algebra.rational(abscissa) == 0:
        return half
    slope = algebra.multiply(ordinate, algebra.power(abscissa, -1))
    angle = slope if algebra.rational(ordinate) == 0 else angle_of(algebra, atan.name, slope)
    return angle if angle is None or width > 0 else algebra.add([angle, algebra.scale(half, 2)])


def _as_square(algebra: Algebra, form: int) -> _Square | None:
    """A number as a + b·sqrt(c); None of another form."""
    terms = dict(algebra.forms[form])
    number = terms.pop(ONE, 0)
    if not terms:
        return number, 0, 1
    [(monomial, factor), *others] = terms.items()
    square = algebra.rational(algebra.power(algebra.form({monomial: 1}), 2))
    if others or square is None or not isinstance(square, int):
        return None
    return number, factor, square


def _is_made_of_roots(algebra: Algebra, form: int) -> bool:
    factors = [factor for monomial, _ in algebra.forms[form] for factor in monomial]
    return all(algebra.is_root_of_number(*factor) or algebra.atoms[factor[0]].kind == "form" for factor in factors)


# ---- roots of sums, and sums of roots below ----


def denested(algebra: Algebra, form: int) -> int | None:
    """The root of a number a + b·sqrt(c) as a sum of roots: that of 3 + 2·sqrt(2) is sqrt(2) + 1; None where there is none."""
    square = _as_square(algebra, form) if len(algebra.forms[form]) < 3 else None
    if square is None or not square[1]:
        return None
    a, b, c = square
    norm = square_root(a * a - b * b * c)  # sqrt(a + b·sqrt(c)) = sqrt((a + n)/2) ± sqrt((a - n)/2) for n^2 = a^2 - b^2·c
    if norm is None or a <= 0:
        return None
    one, other = (algebra.power(algebra.number(Fraction(a + n) / 2), _HALF) for n in (norm, -norm))
    return algebra.add([one, algebra.scale(other, 1 if b > 0 else -1)])


def rationalized(algebra: Algebra, form: int) -> int:
    """Numbers with a sum of roots below as numbers without: 1/(1 + sqrt(2)) is sqrt(2) - 1."""
    return algebra.add([_rational_below(algebra, monomial, coefficient) for monomial, coefficient in algebra.forms[form]])


def _rational_below(algebra: Algebra, monomial: Monomial, coefficient: Rational) -> int:
    for atom, exponent in monomial:
        if algebra.atoms[atom].kind != "form" or exponent not in range(-_MOST_TIMES, 0):
            continue
        [below] = algebra.arguments(atom)
        terms = algebra.forms[below]
        if len(terms) != 2 or not all(algebra.is_root_of_number(one, e) for roots, _ in terms for one, e in roots):
            continue
        conjugate = algebra.form({terms[0][0]: terms[0][1], terms[1][0]: -Fraction(terms[1][1])})
        norm = algebra.rational(expanded(algebra, algebra.multiply(conjugate, below)))
        if norm:
            above = algebra.form({divided(monomial, {atom: exponent}): whole(coefficient * Fraction(norm) ** int(exponent))})
            return expanded(algebra, algebra.multiply(above, algebra.power(conjugate, -int(exponent))))
    return algebra.form({monomial: coefficient})


# ---- real roots of an odd degree ----


def odd_root(algebra: Algebra, operation: str, operands: Sequence[int], degree: int) -> int | None:
    """The real root of a product, whose powers of the degree come out: cbrt(8·x^3·y) is 2·x·cbrt(y); None where none do."""
    monomial, coefficient = algebra.as_term(operands[0])
    if not coefficient:
        return algebra.number(0)
    powers = {atom: int(e / degree) if isinstance(e, int) else 0 for atom, e in monomial}
    outside = Fraction(1)
    for part, sign in zip(Fraction(coefficient).as_integer_ratio(), (1, -1), strict=True):
        for prime, times in prime_powers(abs(part)):
            outside *= Fraction(prime) ** (sign * (times // degree))
    inside = Fraction(abs(Fraction(coefficient)) / outside**degree)
    left = tuple([(atom, e - degree * powers[atom]) for atom, e in monomial if e != degree * powers[atom]])
    if coefficient < 0 or outside != 1 or left != monomial:
        taken = tuple([(atom, times) for atom, times in powers.items() if times])
        rest = algebra.form({left: whole(inside)})
        root = rest if rest == algebra.number(1) else algebra.of(operation, rest, *operands[1:])
        return algebra.multiply(algebra.settled(taken, outside if coefficient > 0 else -outside), root)
    return None


ROOMIER = 4
"""Operations that a number without a root below a fraction line may have more than one with it."""


def divides_by_root(expression: Expression) -> bool:
    """Whether a number in an expression is divided by a root of one, or is a root of a fraction: 1/sqrt(2), sqrt(2/3)."""
    constant: dict[int, bool] = {}
    for node in postorder(expression):
        below = children(node)
        constant[id(node)] = isinstance(node, Number) or (bool(below) and all(constant[id(one)] for one in below))
        if not constant[id(node)] or isinstance(node, Number):
            continue
        if _is_root(node) and _is_fraction(below[0]):
            return True
        if isinstance(node, Operator) and node.symbol == "/" and _is_root(below[1]):
            return True
    return False


def _is_root(node: Expression) -> bool:
    """Whether a node is a square root, or a power with a fraction for its exponent."""
    power = isinstance(node, Operator) and node.symbol == "^" and _is_fraction(node.operands[1])
    return power or (isinstance(node, Call) and node.function == sqrt.name)


def _is_fraction(node: Expression) -> bool:
    if isinstance(node, Number):
        return isinstance(node.value, Fraction) and node.value.denominator > 1
    return isinstance(node, Operator) and node.symbol == "/"
