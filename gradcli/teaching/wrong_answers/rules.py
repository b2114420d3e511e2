"""Which wrong derivative each kind of mistake makes of an operation: formulas in the numbers of a node.

A formula gets the :class:`~gradcli.teaching.places.Place` and the derivatives of the operands, which may be wrong themselves:
arrays of variants by points. Those of functions of one varying operand are written once for all operations; what only one has
stands by it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy

from gradcli.ops.declaration.operation import Operation
from gradcli.ops.elementwise import activations, arithmetic, exponential, extremes, reciprocal, trigonometric
from gradcli.teaching.places import TERMS, Place, value_at
from gradcli.teaching.rewriting import of_rewriting
from gradcli.typing import Any

Formula = Callable[[Place, Sequence[Any]], Any]


def formulas(place: Place) -> Iterator[tuple[str, Formula]]:
    """The wrong derivatives of a node, each with its kind."""
    varying = place.varying
    name = place.operation.name
    if name in TERMS:
        yield from _terms(place)
        return
    if len(varying) == 1:
        yield from _of_one_operand(place, varying[0])
    elif len(varying) > 1 and name not in _OF_TWO:
        for at in varying:
            yield "graph.path_lost", without([at])
    if place.operation in (extremes.maximum, extremes.minimum) and varying:
        yield "choice.other_branch", _of_other_branch
    if place.operation is activations.relu:
        yield "choice.other_branch", lambda place, d: (1 - place.p[0]) * d[0]
        yield "choice.other_branch", lambda place, d: d[0]
    yield from of_rewriting(place)
    key = _OF_TWO if len(varying) > 1 else _OF_FIRST if varying == [0] else _OF_SECOND
    yield from key.get(name, ())


def _of_other_branch(place: Place, d: Sequence[Any]) -> Any:
    (at, *_) = place.varying
    other = d[1 - at] if d[1 - at] is not None else 0.0
    return (1 - place.p[at]) * d[at] + place.p[at] * other


def without(lost: Collection[int]) -> Formula:
    """The derivative of a node without some of its operands."""
    return lambda place, d: sum(place.p[at] * d[at] for at in place.varying if at not in lost)


# ---- sums ----


def _terms(place: Place) -> Iterator[tuple[str, Formula]]:
    for at, derivative in enumerate(place.right):
        if derivative is None:
            if len(place.u) > 1:
                yield "const.kept", _with(at, lambda p, u, d: p * u)
            continue
        if len(place.varying) > 1 or len(place.u) < 2 or (at and TERMS[place.operation.name] < 0):  # no minus comes of x + 3
            yield "sum.sign", _with(at, lambda p, u, d: -p * d)
        yield "value.term_not_differentiated", _with(at, lambda p, u, d: p * u)
        if len(place.varying) > 1:
            yield "sum.term_lost", _with(at, lambda p, u, d: 0.0 * d)
    if len(place.varying) > 1:
        yield "graph.paths_multiplied", lambda place, d: TERMS[place.operation.name] * d[0] * d[1]


def _with(changed: int, term: Callable[[Any, Any, Any], Any]) -> Formula:
    """The sum of the right terms, but one."""

    def formula(place: Place, d: Sequence[Any]) -> Any:
        signs = (1.0, TERMS[place.operation.name]) if len(place.u) > 1 else (-1.0,)
        total: Any = 0.0
        for at, (sign, own) in enumerate(zip(signs, d, strict=True)):
            if at == changed:
                total = total + term(sign, place.u[at], 0.0 if own is None else own)
            elif own is not None:
                total = total + sign * own
        return total

    return formula


# ---- functions of one varying operand: the chain rule ----

_KIN = (
    (trigonometric.sin, trigonometric.cos, trigonometric.tan),
    (trigonometric.asin, trigonometric.acos, trigonometric.atan),
    (trigonometric.sinh, trigonometric.cosh, trigonometric.tanh),
    (trigonometric.asinh, trigonometric.acosh, trigonometric.atanh),
    (exponential.exp, exponential.log),
    (trigonometric.tan, reciprocal.sec),
    (reciprocal.cot, reciprocal.csc),
)
"""Functions that are taken for each other."""

ANGLES = {own.name: at == 0 for at in (0, 1) for own in _KIN[at]}
"""Functions of an angle, and those that give one: whether the angle is what goes in."""

_INVERSES = {inverse: own for at in (0, 2) for own, inverse in zip(_KIN[at], _KIN[at + 1], strict=True)}
"""Inverse functions, which are written sin^-1 as well: each with the function that it is the inverse of."""

_CO = (
    (trigonometric.tan, reciprocal.cot),
    (reciprocal.sec, reciprocal.csc),
    (trigonometric.tanh, reciprocal.coth),
    (reciprocal.sech, reciprocal.csch),
)
"""Functions and their co-functions, which are taken for each other with either sign."""

_PARALLEL = (
    (trigonometric.sin, trigonometric.sinh),
    (trigonometric.cos, trigonometric.cosh),
    (trigonometric.tan, trigonometric.tanh),
    (trigonometric.asin, trigonometric.acos, trigonometric.asinh, trigonometric.acosh),
    (trigonometric.atan, trigonometric.atanh),
)
"""Circular functions with their hyperbolic ones, whose derivatives are taken for each other with either sign."""


def _kin(operation: Operation) -> list[tuple[Operation, float]]:
    """Functions of which the derivative stands in the place of that of an operation, each with a sign."""
    kin = [(kin, 1.0) for family in _KIN if operation in family for kin in family if kin is not operation]
    parallel = [other for pair in (*_PARALLEL, *_CO) if operation in pair for other in pair if other is not operation]
    inverse = [own if operation is other else other for other, own in _INVERSES.items() if operation in (other, own)]
    return [*kin, *[(other, 1.0) for other in inverse], *[(other, sign) for other in parallel for sign in (1.0, -1.0)]]


def _of_one_operand(place: Place, at: int) -> Iterator[tuple[str, Formula]]:
    operation = place.operation
    if not (operation is arithmetic.mul or (operation is arithmetic.div and at == 0)):
        if operation not in _WITHOUT_SIGN:
            yield "table.sign", lambda place, d: -place.p[at] * d[at]
        elif operation is arithmetic.pow and at == 0 and (place.u[1] < 0).all():
            yield "power.sign", lambda place, d: -place.p[at] * d[at]
        if not place.leaf[at]:
            yield "chain.no_inner", lambda place, d: place.p[at] + 0 * d[at]
            yield "chain.outer_at_x", lambda place, d: value_at(place.operation, place, at, place.x)[1] * d[at]
            yield "chain.inner_ignored", lambda place, d: value_at(place.operation, place, at, place.x)[1] + 0 * d[at]
            yield "chain.inner_not_differentiated", lambda place, d: place.p[at] * place.u[at] + 0 * d[at]
            yield "chain.outer_at_inner_derivative", lambda place, d: value_at(place.operation, place, at, d[at])[1]
            yield "chain.outer_at_inner_derivative", lambda place, d: value_at(place.operation, place, at, d[at])[1] * d[at]
            yield "chain.function_of_derivative", lambda place, d: value_at(place.operation, place, at, d[at])[0]
            yield "chain.outer_not_differentiated", lambda place, d: place.y * d[at]
            yield "chain.inner_divided", lambda place, d: place.p[at] / d[at]
            yield "chain.inner_twice", lambda place, d: place.p[at] * d[at] ** 2
            yield "chain.inner_added", lambda place, d: place.p[at] + d[at]
            yield "chain.misread", lambda place, d: value_at(place.operation, place, at, place.x)[1] * place.u[at] + 0 * d[at]
            yield "chain.inner_only", lambda place, d: d[at]
        if operation is not arithmetic.pow:
            yield "chain.outer_kept", lambda place, d: place.y * place.p[at] * d[at]
    for other, sign in _kin(operation):
        yield "table.swap", _of_kin(other, at, 1, sign)
    for family in (*_KIN, *_CO):
        for other in family if operation in family else ():
            if other is not operation:
                yield "table.function", _of_kin(other, at, 0, 1.0)
            yield "table.function", _of_kin(other, at, 0, -1.0)
    if operation in _INVERSES:
        yield "table.reciprocal", _of_inverse(_INVERSES[operation], at)
        inner = place.below[at]
        if inner is not None and inner.factor is not None:  # the derivative has the square of what is inside
            yield "const.factor_not_raised", lambda place, d: value_at(operation, place, at, _less_squared(place, at))[1] * d[at]


_WITHOUT_SIGN = (arithmetic.pow, arithmetic.div, exponential.exp, exponential.log, exponential.sqrt)
"""Operations whose derivative has no minus of its own, or one of its rule."""


def _less_squared(place: Place, at: int) -> Any:
    """What has the square c·v² where the argument is c·v."""
    inner = place.below[at]
    assert inner is not None
    return place.u[at] / inner.factor**0.5


def _of_inverse(own: Operation, at: int) -> Formula:
    """The derivative of the reciprocal of a function."""

    def formula(place: Place, d: Sequence[Any]) -> Any:
        value, derivative = value_at(own, place, at, place.u[at])
        return -derivative / value**2 * d[at]

    return formula


def _of_kin(other: Operation, at: int, order: int, sign: float) -> Formula:
    """Value or derivative of another function in the place of the derivative."""
    return lambda place, d: sign * value_at(other, place, at, place.u[at])[order] * d[at]


# ---- what single operations have ----

Two = tuple[str, Formula]


def _power(exponent: Callable[[Any], Any], factor: Callable[[Any], Any]) -> Formula:
    """factor(n)·u^exponent(n)·u'."""
    return lambda place, d: factor(place.u[1]) * place.u[0] ** exponent(place.u[1]) * d[0]


def _quotient(numerator: Callable[[Any, Any, Any, Any], Any], denominator: Callable[[Any, Any], Any]) -> Formula:
    """A formula in u, v, u', v' over one in u, v."""

    def formula(place: Place, d: Sequence[Any]) -> Any:
        (u, v), (du, dv) = place.u, [0.0 if own is None else own for own in d]
        return numerator(u, v, du, dv) / denominator(u, v)

    return formula


def _product(term: Callable[[Any, Any, Any, Any], Any]) -> Formula:
    return _quotient(term, lambda u, v: 1.0)


_POWER_OF_CONSTANT: list[Two] = [
    ("power.no_factor", _power(lambda n: n - 1, lambda n: 1.0)),
    ("power.no_lower", _power(lambda n: n, lambda n: n)),
    ("power.lower_twice", _power(lambda n: n - 2, lambda n: n)),
    ("power.raised", _power(lambda n: n + 1, lambda n: n)),
    ("power.subtracted", _power(lambda n: 1 - n, lambda n: n)),
    ("power.sign", _power(lambda n: abs(n) - 1, lambda n: n)),
    ("power.factor_lowered", _power(lambda n: n - 1, lambda n: n - 1)),
    ("power.factor_lowered", _power(lambda n: n, lambda n: n - 1)),
    ("power.divided", _power(lambda n: n - 1, lambda n: 1 / n)),
    ("value.integrated", _power(lambda n: n + 1, lambda n: 1 / (n + 1))),
    ("power.as_exponential", lambda place, d: place.y * exponential.log(place.u[0]) + 0 * d[0]),
]
_EXPONENTIAL: list[Two] = [
    ("power.on_exponential", lambda place, d: place.u[1] * place.u[0] ** (place.u[1] - 1) * d[1]),
    ("power.on_exponential", lambda place, d: place.u[1] * place.u[0] ** (place.u[1] - 1) + 0 * d[1]),
    ("power.on_exponential", lambda place, d: place.u[0] ** (place.u[1] - 1) * d[1]),
    ("table.exp_no_log", lambda place, d: place.y * d[1]),
    ("table.exp_divided", lambda place, d: place.y / exponential.log(place.u[0]) * d[1]),
    ("table.exp_of_exponent", lambda place, d: place.y * exponential.log(place.u[1]) * d[1]),
]
_NUMERATORS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "": lambda u, v, du, dv: du * v - u * dv,
    "quotient.plus": lambda u, v, du, dv: du * v + u * dv,
    "quotient.reversed": lambda u, v, du, dv: u * dv - du * v,
}
_DENOMINATORS: dict[str, Callable[[Any, Any], Any]] = {
    "": lambda u, v: v * v,
    "quotient.no_square": lambda u, v: v,
    "quotient.square_of_numerator": lambda u, v: u * u,
    "quotient.no_denominator": lambda u, v: 1.0,
}
QUOTIENT_RULE = _quotient(_NUMERATORS[""], lambda u, v: v**2)
"""The rule as it is written in lessons."""

_QUOTIENTS: list[Two] = [
    *[(above, _quotient(numerator, _DENOMINATORS[""])) for above, numerator in _NUMERATORS.items() if above],
    *[(below, _quotient(_NUMERATORS[""], denominator)) for below, denominator in _DENOMINATORS.items() if below],
    ("quotient.quotient_of_derivatives", lambda place, d: (place.u[0] if d[0] is None else d[0]) / d[1]),
    ("quotient.upside_down", _quotient(_NUMERATORS["quotient.reversed"], _DENOMINATORS["quotient.square_of_numerator"])),
    ("quotient.product", _quotient(_NUMERATORS["quotient.plus"], _DENOMINATORS["quotient.no_denominator"])),
]
_TWICE_IN_QUOTIENTS = [
    ((above, below), _quotient(numerator, denominator))
    for above, numerator in _NUMERATORS.items()
    for below, denominator in _DENOMINATORS.items()
    if above and below
]
_QUOTIENTS_OF_TWO: list[Two] = [
    ("quotient.only_first", _quotient(lambda u, v, du, dv: du, lambda u, v: v)),
    ("quotient.only_second", _quotient(lambda u, v, du, dv: -u * dv, lambda u, v: v * v)),
    ("quotient.factor_lost", _quotient(lambda u, v, du, dv: du * v - dv, lambda u, v: v * v)),
    ("quotient.factor_lost", _quotient(lambda u, v, du, dv: du - u * dv, lambda u, v: v * v)),
    ("quotient.derivative_lost", _quotient(lambda u, v, du, dv: du * v - u + 0 * dv, lambda u, v: v * v)),
    ("quotient.derivative_lost", _quotient(lambda u, v, du, dv: v - u * dv + 0 * du, lambda u, v: v * v)),
    ("quotient.swapped", _quotient(lambda u, v, du, dv: u * du - v * dv, lambda u, v: v * v)),
    ("algebra.cancelled", _quotient(lambda u, v, du, dv: du - u * dv, lambda u, v: v)),
    ("algebra.cancelled", _quotient(lambda u, v, du, dv: du * v - u, lambda u, v: v)),
]


def _by_itself(place: Place, d: Sequence[Any]) -> Any:
    """u·u' for c·u, where c is no number: the operands are swapped."""
    (at,) = place.varying
    return place.u[at] * d[at] if numpy.ptp(place.u[1 - at]) else numpy.nan + 0 * d[at]


def _sign_of_factor(place: Place) -> Any:
    (at,) = place.varying
    return numpy.sign(place.u[1 - at])


_CONSTANT_FACTOR: list[Two] = [
    ("const.factor_lost", lambda place, d: next(own for own in d if own is not None)),
    ("const.factor_lost", lambda place, d: _sign_of_factor(place) * next(own for own in d if own is not None)),
    ("const.factor_zero", lambda place, d: 0 * next(own for own in d if own is not None)),
]

_OF_TWO: dict[str, list[Two]] = {
    arithmetic.mul.name: [
        ("product.product_of_derivatives", _product(lambda u, v, du, dv: du * dv)),
        ("product.only_first", _product(lambda u, v, du, dv: du * v + 0 * dv)),
        ("product.only_second", _product(lambda u, v, du, dv: u * dv + 0 * du)),
        ("product.swapped", _product(lambda u, v, du, dv: u * du + v * dv)),
        ("product.sum_of_derivatives", _product(lambda u, v, du, dv: du + dv)),
        ("product.factor_lost", _product(lambda u, v, du, dv: du * v + dv)),
        ("product.factor_lost", _product(lambda u, v, du, dv: du + u * dv)),
        ("product.not_differentiated", _product(lambda u, v, du, dv: du * v + u * v)),
        ("product.not_differentiated", _product(lambda u, v, du, dv: u * v + u * dv)),
        ("product.derivative_lost", _product(lambda u, v, du, dv: du * v + u + 0 * dv)),
        ("product.derivative_lost", _product(lambda u, v, du, dv: v + u * dv + 0 * du)),
        ("product.both_or_none", _product(lambda u, v, du, dv: du * dv + u * v)),
        ("product.minus", _product(lambda u, v, du, dv: du * v - u * dv)),
        ("product.minus", _product(lambda u, v, du, dv: u * dv - du * v)),
    ],
    arithmetic.div.name: [*_QUOTIENTS, *_QUOTIENTS_OF_TWO],
    arithmetic.pow.name: [
        ("power.on_exponential", lambda place, d: place.u[1] * place.u[0] ** (place.u[1] - 1) * d[0] + 0 * d[1]),
        ("power.on_exponential", lambda place, d: place.u[1] * place.u[0] ** (place.u[1] - 1) + 0 * d[0] + 0 * d[1]),
        ("power.as_exponential", lambda place, d: place.y * exponential.log(place.u[0]) * d[1] + 0 * d[0]),
    ],
}
"""Mistakes where both operands vary."""


def _nearly(*slopes: Callable[[Any, Any], Any]) -> list[Two]:
    """Derivatives that are formulas in the value, and in the argument, much like that of the table."""
    return [("table.formula", lambda place, d, slope=slope: slope(place.y, place.u[0]) * d[0]) for slope in slopes]  # type: ignore[misc]


_OF_FIRST: dict[str, list[Two]] = {
    arithmetic.mul.name: [*_CONSTANT_FACTOR, ("product.swapped", _by_itself)],
    arithmetic.div.name: [
        *_CONSTANT_FACTOR,
        ("const.factor_inverted", _quotient(lambda u, v, du, dv: du * v, lambda u, v: 1.0)),
    ],
    arithmetic.pow.name: _POWER_OF_CONSTANT,
    exponential.exp.name: [
        ("power.on_exponential", lambda place, d: place.u[0] * exponential.exp(place.u[0] - 1) * d[0]),
        ("power.on_exponential", lambda place, d: place.u[0] * exponential.exp(place.u[0] - 1) + 0 * d[0]),
        ("table.exp_of_exponent", lambda place, d: place.y * exponential.log(place.u[0]) * d[0]),
    ],
    activations.sigmoid.name: _nearly(
        lambda y, u: y * (1 + y), lambda y, u: 1 - y * y, lambda y, u: 1 - y, lambda y, u: u * (1 - u)
    ),
    trigonometric.tanh.name: _nearly(
        lambda y, u: 1 + y * y, lambda y, u: 1 - y, lambda y, u: 1 + y, lambda y, u: y * (1 - y), lambda y, u: 1 - u * u
    ),
    activations.softplus.name: _nearly(
        lambda y, u: 1 / (1 + exponential.exp(u)), lambda y, u: exponential.exp(u), lambda y, u: 1 / (1 + exponential.exp(u)) - 1
    ),
    trigonometric.tan.name: _nearly(lambda y, u: 1 - y * y, lambda y, u: 1 + y, lambda y, u: 1 + u * u),
    exponential.log.name: [
        ("table.log", lambda place, d: place.u[0] * place.y * d[0]),
        ("table.log", lambda place, d: d[0] / place.y),
        ("table.log", lambda place, d: place.u[0] * d[0]),
        ("table.log", lambda place, d: d[0]),
    ],
    exponential.log2.name: [("table.log_base", lambda place, d: d[0] / place.u[0])],
    exponential.log10.name: [("table.log_base", lambda place, d: d[0] / place.u[0])],
    exponential.sqrt.name: [
        ("power.no_factor", lambda place, d: 2 * place.p[0] * d[0]),
        ("power.no_lower", lambda place, d: place.y / 2 * d[0]),
        ("power.lower_twice", lambda place, d: place.p[0] * d[0] / place.u[0]),
        ("power.divided", lambda place, d: 4 * place.p[0] * d[0]),
        ("table.root", lambda place, d: 2 * place.y * d[0]),
        ("table.root", lambda place, d: d[0] / 2),
        ("table.root", lambda place, d: -place.p[0] * d[0] / place.u[0]),
    ],
}
"""Mistakes where the first operand alone varies."""

_OF_SECOND: dict[str, list[Two]] = {
    arithmetic.mul.name: [*_CONSTANT_FACTOR, ("product.swapped", _by_itself)],
    arithmetic.div.name: [
        *[one for one in _QUOTIENTS if one[0] not in ("quotient.plus", "quotient.reversed")],  # 0 ± u·v' is a sign, as u·v^-1 has
        ("power.sign", lambda place, d: -place.p[1] * d[1]),
        ("const.factor_lost", lambda place, d: -d[1] / place.u[1] ** 2),
        ("value.integrated", lambda place, d: place.u[0] * exponential.log(numpy.abs(place.u[1])) + 0 * d[1]),
    ],
    arithmetic.pow.name: _EXPONENTIAL,
}
"""Mistakes where the second operand alone varies."""


def by_kind(places: Mapping[int, Place]) -> dict[str, dict[int, Formula]]:
    """For each kind of mistake the nodes at which it can be made, each with its first formula."""
    found: dict[str, dict[int, Formula]] = {}
    for id, place in places.items():
        for kind, formula in formulas(place):
            found.setdefault(kind, {}).setdefault(id, formula)
    linear = {id: _unchanged for id, place in places.items() if place.operation is arithmetic.mul and any(place.leaf)}
    if _NO_LOWER in found:
        found[_NO_LOWER].update({id: one for id, one in linear.items() if len(places[id].varying) == 1})  # x is x^1
    return found


_NO_LOWER = "power.no_lower"


def _unchanged(place: Place, d: Sequence[Any]) -> Any:
    return place.y


def two_at_once(place: Place) -> Iterator[tuple[tuple[str, str], Formula]]:
    """The derivatives of a node with two mistakes at it."""
    if place.operation is arithmetic.div and 1 in place.varying:
        yield from _TWICE_IN_QUOTIENTS
    if len(place.varying) != 1 or place.leaf[place.varying[0]]:
        return
    for kind, formula in formulas(place):
        if not kind.startswith("chain."):
            yield ("chain.no_inner", kind), _without_inner(formula)


def _without_inner(formula: Formula) -> Formula:
    return lambda place, d: formula(place, [None if one is None else numpy.ones_like(one) for one in d])
