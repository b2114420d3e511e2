"""What comes of rewriting a formula wrongly: of the function, its constant factors, powers, functions in each other; of the
answer, its parentheses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gradcli.ops.elementwise import arithmetic, exponential
from gradcli.teaching.places import TERMS, Place, right_rule, value_at
from gradcli.typing import Any

_OF_NUMBERS = (arithmetic.mul, arithmetic.div, arithmetic.add, arithmetic.sub, arithmetic.neg)


def of_rewriting(place: Place) -> Iterator[tuple[str, Callable[[Place, Sequence[Any]], Any]]]:
    """The wrong derivatives of a node, each with its kind."""
    operation, varying = place.operation, place.varying
    if not place.below:
        return
    if len(varying) > 1 and place.factor is not None:
        yield "const.factor_lost", lambda place, d: right_rule(place, d) / place.factor
    exponent, at = _exponent(place), 1 if operation is arithmetic.div else 0
    below = place.below[at] if at < len(place.below) else None
    if exponent is not None and below is not None:
        if below.factor is not None:
            yield "const.factor_not_raised", lambda place, d: right_rule(place, d) * _factor(place, at) ** (1 - _exponent(place))
        if below.operation.name in TERMS and len(below.u) > 1 and operation is not arithmetic.div:
            yield "algebra.power_of_sum", _with_powers
    if operation is arithmetic.div and below is not None and below.operation.name in TERMS and len(below.u) > 1:
        yield "algebra.power_of_sum", _over_squares
    if len(varying) == 1 and operation not in _OF_NUMBERS:
        inner = place.below[varying[0]]
        if inner is not None and inner.operation.name in TERMS and len(inner.u) > 1:
            yield "algebra.power_of_sum", _of_terms
            yield "algebra.power_of_sum", _of_all_terms
        inside = inner is not None and inner.operation not in (*_OF_NUMBERS, operation)
        if inside and inner is not None and len(inner.varying) == 1:
            yield "chain.misread", _turned_round


def _exponent(place: Place) -> Any:
    """The exponent, where a node is a power that is constant; a denominator has -1."""
    if place.operation is arithmetic.pow and place.varying == [0]:
        return place.u[1]
    if place.operation is exponential.sqrt:
        return 0.5
    return -1.0 if place.operation is arithmetic.div and 1 in place.varying else None


def _factor(place: Place, at: int) -> Any:
    below = place.below[at]
    return 1.0 if below is None or below.factor is None else below.factor


def _terms(place: Place) -> Iterator[tuple[float, Any, Any, Place | None]]:
    """The terms of the sum below: sign, value, derivative, numbers."""
    (at,) = place.varying
    open_ends: list[tuple[float, Any, Any, Place | None]] = [(1.0, place.u[at], place.right[at], place.below[at])]
    while open_ends:
        sign, value, derivative, own = open_ends.pop()
        if own is None or own.operation.name not in TERMS:
            yield sign, value, derivative, own
            continue
        signs = (sign, sign * TERMS[own.operation.name]) if len(own.u) > 1 else (-sign,)
        open_ends += zip(signs, own.u, own.right, own.below, strict=True)


def _of_terms(place: Place, d: Sequence[Any]) -> Any:
    """f(u + v) is taken for f(u) + f(v), and that is differentiated."""
    (at,) = place.varying

    def slope(value: Any) -> Any:
        return value_at(place.operation, place, at, value)[1]

    terms = [
        sign * (own / _root(value, below) / 2 if place.operation is exponential.sqrt else slope(value) * own)
        for sign, value, own, below in _terms(place)
        if own is not None
    ]
    return sum(terms[1:], terms[0]) + 0 * d[at]


def _of_all_terms(place: Place, d: Sequence[Any]) -> Any:
    """The same with constants as if they varied: 1/x + 1/3 for log(x + 3)."""
    (at,) = place.varying
    terms = [
        sign * value_at(place.operation, place, at, value)[1] * (1.0 if own is None else own)
        for sign, value, own, _ in _terms(place)
    ]
    return sum(terms[1:], terms[0]) + 0 * d[at]


def _over_squares(place: Place, d: Sequence[Any]) -> Any:
    """The square of the denominator in the quotient rule is taken term by term."""
    below = place.below[1]
    assert below is not None
    (first, last), sign = below.u, TERMS[below.operation.name]
    return right_rule(place, d) * place.u[1] ** 2 / (first**2 + sign * last**2)


def _with_powers(place: Place, d: Sequence[Any]) -> Any:
    """The power in the right derivative is taken term by term."""
    if place.operation is exponential.sqrt:
        roots = [sign * _root(value, below) for sign, value, _, below in _terms(place)]
        return 0.5 / sum(roots[1:], roots[0]) * d[0]
    n = _exponent(place)
    powers = [sign * value ** (n - 1) for sign, value, _, _ in _terms(place)]
    return n * sum(powers[1:], powers[0]) * d[0]


def _root(value: Any, below: Place | None) -> Any:
    """The root of a term, of a square as it is written: x for x^2."""
    if below is not None and below.operation is arithmetic.pow and below.varying == [0]:
        return below.u[0] ** (below.u[1] / 2)
    return value**0.5


def _turned_round(place: Place, d: Sequence[Any]) -> Any:
    """The derivative of g(f(v)) in the place of that of f(g(v))."""
    (at,) = place.varying
    inner = place.below[at]
    assert inner is not None
    (own,) = inner.varying
    value, derivative = value_at(place.operation, place, at, inner.u[own])
    return value_at(inner.operation, inner, own, value)[1] * derivative * inner.right[own] + 0 * d[at]


def wrong_values(place: Place) -> Iterator[tuple[str, Any]]:
    """The wrong values of a node, each with its kind."""
    operation, u = place.operation, place.u
    if operation.name in TERMS and len(u) > 1:
        yield "value.sign", u[0] - TERMS[operation.name] * u[1]
    if operation in (arithmetic.mul, arithmetic.neg):
        for at, below in enumerate(place.below):
            if below is not None and below.operation is arithmetic.pow:
                factor = -1.0 if operation is arithmetic.neg else u[1 - at]
                yield "value.factor_in_power", (factor * below.u[0]) ** below.u[1]
    if operation is arithmetic.pow:
        yield "value.power_as_product", u[0] * u[1]
    yield from without_parentheses(place)


def without_parentheses(place: Place) -> Iterator[tuple[str, Any]]:
    """The values of a node where parentheses around a sum in it are left out, or a factor reaches one term of it alone."""
    kind, operation = "algebra.parentheses", place.operation
    factors = list(_factors(place)) if operation is arithmetic.mul else []
    before: Any = 1.0
    for factor, below in factors:
        for first, last, value in _sums(below):
            behind = place.y / value / before
            yield kind, before * behind * first + last
            yield kind, before * first + last * behind
            yield kind, before * first + before * last * behind
        before = before * factor
    for at, below in enumerate(place.below):
        for first, last, _ in _sums(below):
            if operation is arithmetic.pow and at == 0:
                sign = 1.0 if below is None else TERMS[below.operation.name]
                yield "algebra.power_of_sum", first ** place.u[1] + sign * (sign * last) ** place.u[1]
                yield kind, first + sign * (sign * last) ** place.u[1]
            elif operation is arithmetic.pow:
                yield kind, place.u[0] ** first + last
            elif operation in (arithmetic.sub, arithmetic.neg) and at == len(place.u) - 1:
                yield kind, (place.u[0] if at else 0.0) - first + last


def _sums(below: Place | None) -> Iterator[tuple[Any, Any, Any]]:
    """The terms of a sum of two, the second with its sign, and the sum; nothing of what is none."""
    if below is not None and below.operation.name in TERMS and len(below.u) == 2:
        first, last = below.u
        yield first, TERMS[below.operation.name] * last, below.y


def _factors(place: Place) -> Iterator[tuple[Any, Place | None]]:
    """The factors of a product in their order, each with its numbers where it has operands."""
    open_ends: list[tuple[Any, Place | None]] = [(place.y, place)]
    while open_ends:
        value, own = open_ends.pop()
        if own is not None and own.operation is arithmetic.mul:
            open_ends += reversed(list(zip(own.u, own.below, strict=True)))
        else:
            yield value, own
