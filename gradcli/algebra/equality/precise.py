"""One operation at high precision: what mpmath computes of it, what is undefined, what is too large, and what it costs."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction

from mpmath import mp

from gradcli.algebra.equality.points import Rational
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.lowering.builders.builder import forward_of
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.facts import TRUTH
from gradcli.ops.declaration.ieee import as_float
from gradcli.ops.elementwise import arithmetic, special
from gradcli.ops.elementwise.exponential import log, sqrt
from gradcli.ops.elementwise.logic import either, where
from gradcli.ops.elementwise.trigonometric import acosh, asinh, atan
from gradcli.typing import Any, NamedTuple

SPECIAL = 100
"""What a special function costs, in sums."""

MOST_BITS = 4096
"""The largest binary exponent of an argument: exp(exp(exp(10))) has an exponent that no memory holds."""

_TAMES = frozenset(one.name for one in (log, sqrt, atan, asinh, acosh, arithmetic.abs))
"""Operations that take numbers of any size: log(exp(1e16)) is 1e16."""

TOO_LARGE = float("nan")
"""Stands for a value that is too large to compute; known by identity."""

_FASTER: dict[str, Callable[..., Any]] = {
    "fadd": operator.add,
    "fsub": operator.sub,
    "fmul": operator.mul,
    "fdiv": operator.truediv,
    "fneg": operator.neg,
}
"""Operators that do what functions of mpmath do."""

TRUTHS = frozenset(name for name, declared in OPERATIONS.items() if declared.facts.result == TRUTH and not declared.definition)
COMPARISONS = frozenset(name for name in TRUTHS if OPERATIONS[name].facts.specials)
LOGICAL = TRUTHS - COMPARISONS


class Computed(NamedTuple):
    """How an operation is computed.

    Attributes:
        operation: Its name.
        compute: From numbers of mpmath.
        is_arithmetic: Whether it takes numbers of any size.
        is_choice: Whether it compares its operands or chooses one; it may then be defined where one of them is not.
        tests_itself: Whether its operands are one node: b == b asks whether b is defined.
        plain: From floats.
    """

    operation: str
    compute: Callable[..., Any]
    is_arithmetic: bool
    is_choice: bool
    tests_itself: bool
    plain: Callable[..., float]


def _power(base: Any, exponent: Any) -> Any:
    """A power: by the logarithm where multiplying as often as a huge whole exponent says would take long."""
    if base <= 0 or mp.mag(exponent) < 64:
        return mp.power(base, exponent)
    with mp.workprec(mp.prec + mp.mag(exponent)):
        found = mp.exp(exponent * mp.log(base))
    return +found


_OWN = {"power": _power}
"""What is computed in another way than mpmath does."""


def function_at(operation: str, count: int, *, tests_itself: bool) -> Computed:
    """How an operation of so many operands is computed."""
    precise, plain = OPERATIONS[operation].precise, forward_of(operation, count)
    if isinstance(precise, str):
        faster = _FASTER.get(precise)
        is_arithmetic = faster is not None or operation in _TAMES
        return Computed(operation, faster or _OWN.get(precise) or getattr(mp, precise), is_arithmetic, False, tests_itself, plain)
    assert precise is not None, f"{operation} has neither a definition nor a precise value"
    is_choice = precise.__module__ != special.__name__
    return Computed(operation, precise, True, is_choice, tests_itself, plain)


def applied(function: Computed, operands: Sequence[Any]) -> Any:
    """The value of an operation: a number of mpmath, or a float where it is undefined."""
    if function.is_choice:
        return _choice(function, operands)
    for operand in operands:
        if type(operand) is float:
            return TOO_LARGE if operand is TOO_LARGE else function.plain(*map(as_float, operands))
        if not function.is_arithmetic and mp.mag(operand) > MOST_BITS:
            return TOO_LARGE
    try:
        value = function.compute(*operands)
    except OverflowError:
        return TOO_LARGE
    except (ZeroDivisionError, ValueError, mp.NoConvergence):
        value = None
    if type(value) is mp.mpf:
        _, mantissa, exponent, _ = value._mpf_
        if mantissa or not exponent:
            return value
    plain = function.plain(*map(as_float, operands))
    return plain if math.isinf(plain) else math.nan


def _choice(function: Computed, operands: Sequence[Any]) -> Any:
    """The value of a choice or a comparison. Infinities can be compared; what another undefined value decides is undefined."""
    operation = function.operation
    if operation == where.name:
        condition = operands[0]
        chosen = operands[1] if condition else operands[2]
        if type(condition) is not float or condition is TOO_LARGE:
            return TOO_LARGE if condition is TOO_LARGE else chosen
        return as_float(chosen)
    if any(operand is TOO_LARGE for operand in operands):
        return TOO_LARGE
    value = function.compute(*operands)
    if operation in LOGICAL:
        decides = operation == either.name  # true or x is true, false and x is false, whatever x is
        settled = any(type(operand) is not float and bool(operand) == decides for operand in operands)
        undefined = any(type(operand) is float for operand in operands) and not (settled and len(operands) > 1)
        return float(value) if undefined else mp.mpf(value)
    if operation in COMPARISONS:
        undefined = not function.tests_itself and any(type(o) is float and not math.isinf(o) for o in operands)
        return float(value) if undefined else mp.mpf(value)
    return value


def cost(operation: str) -> float:
    """What an operation costs at 50 digits, in sums."""
    if operation in (CONSTANT, VARIABLE):
        return 1
    precise = OPERATIONS[operation].precise
    if not isinstance(precise, str):
        return SPECIAL if precise is not None and precise.__module__ == special.__name__ else 2
    return 1 if precise in _FASTER else SPECIAL if precise in ("erf", "erfc", "erfinv", "digamma") else 5


def number_of(value: Rational) -> Any:
    """A rational number as one of mpmath."""
    return mp.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mp.mpf(value)


def constant_of(value: Any) -> Any:
    """A constant of a graph as a number of mpmath, or a float that is not finite."""
    if isinstance(value, int | Fraction):
        return number_of(value)
    if value in ("pi", "e", "tau"):
        return {"pi": +mp.pi, "e": +mp.e, "tau": 2 * mp.pi}[value]
    number = constant_value(value)
    return mp.mpf(number) if math.isfinite(number) else number


def close(a: Any, b: Any) -> bool:
    """Whether values of two precisions are one number: they agree in ten digits, which rounding alone would not."""
    if type(a) is float or type(b) is float:
        return type(a) is type(b) and (a == b or a != a)
    return bool(abs(a - b) <= max(abs(a), abs(b)) * mp.mpf(10) ** -10)


def as_fraction(value: Any) -> Fraction:
    """A number of mpmath as the fraction that it is."""
    sign, mantissa, exponent, _ = value._mpf_
    size = Fraction(1 << min(exponent, 4000)) if exponent > 0 else Fraction(1, 1 << min(-exponent, 4000))
    return Fraction(-int(mantissa) if sign else int(mantissa)) * size


def is_too_large(value: Any) -> bool:
    """Whether a value is not known, since it is too large to compute."""
    return value is TOO_LARGE
