"""Comparison of two values at high precision, by mpmath.

Values of the mathematics that a number of 50 digits cannot hold exactly are never taken for different at once: a point where
two values differ is computed again, with twice and more digits, until it is clear what is rounding and what is not.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from mpmath import mp

from gradcli.algebra.equality_graph import Kind, Outcome, Step
from gradcli.algebra.equality_points import Rational
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.lowering.builders import forward_of
from gradcli.ops import OPERATIONS
from gradcli.ops.constants import constant_value

DIGITS = 50
"""Digits of the first calculation."""

AGREED_DIGITS = 45
"""Leading digits in which two values must agree."""

_MOST_DIGITS = 3000
_MOST_BITS = 4096
"""The largest binary exponent of an argument: exp(exp(exp(10))) has an exponent that no memory holds."""

_TOO_LARGE = float("nan")
"""Stands for a value that is too large to compute; known by identity."""

_FASTER: dict[str, Callable[..., Any]] = {
    "fadd": operator.add,
    "fsub": operator.sub,
    "fmul": operator.mul,
    "fdiv": operator.truediv,
    "fneg": operator.neg,
}
"""Operators that do what functions of mpmath do."""

_COMPARISONS = frozenset(("lt", "le", "gt", "ge", "eq", "ne"))
_LOGICAL = frozenset(("logical_and", "logical_or", "logical_not"))
_ROUNDINGS = frozenset(("floor", "ceil", "round"))


class Numeric:
    """Steps, made ready to be computed at high precision.

    A value is a number of mpmath, or a float that is infinite or nan where the expression is undefined: a logarithm of a negative
    number, a division by 0. Such a value makes all that is computed from it undefined, apart from choices and comparisons, which
    treat it as the operations on floats do.

    Attributes:
        evaluations: How many times the steps have been computed, in calculations of 50 digits.
    """

    def __init__(self, steps: Sequence[Step], first: int, second: int) -> None:
        self.steps = steps
        self.first = first
        self.second = second
        self.evaluations = 0.0
        compiled: dict[tuple[str, int], _Function] = {}
        self._functions: list[_Function | None] = []
        for step in steps:
            if step.operation in (CONSTANT, VARIABLE):
                self._functions.append(None)
                continue
            key = (step.operation, len(step.inputs))
            if key not in compiled:
                compiled[key] = _function(*key)
            self._functions.append(compiled[key])

    def values(self, point: Mapping[str, Rational], digits: int) -> list[Any]:
        """The value of each step."""
        self.evaluations += max(1.0, digits / DIGITS)
        found: list[Any] = []
        with mp.workdps(digits):
            for step, function in zip(self.steps, self._functions, strict=True):
                if function is not None:
                    found.append(_apply(function, [found[input] for input in step.inputs]))
                elif step.operation == VARIABLE:
                    found.append(_number(point[step.variable]))
                else:
                    found.append(_constant(step.constant))
        return found

    def compare(self, point: Mapping[str, Rational]) -> Outcome:
        """How the two results compare at a point."""
        found = self.values(point, DIGITS)
        a, b = found[self.first], found[self.second]
        if a is _TOO_LARGE or b is _TOO_LARGE:
            return Outcome(Kind.UNDECIDED)
        if type(a) is float and type(b) is float:
            return Outcome(Kind.NEITHER)
        if type(a) is not float and type(b) is not float:
            with mp.workdps(DIGITS):
                if abs(a - b) <= mp.mpf(10) ** -AGREED_DIGITS * max(abs(a), abs(b)):
                    return Outcome(Kind.AGREE, a, b)
        return self._careful(point, found)

    def _careful(self, point: Mapping[str, Rational], rough: Sequence[Any]) -> Outcome:
        """Two calculations at each of several precisions show what is rounding: it shrinks as the digits grow."""
        digits = self._digits(rough)
        while digits <= _MOST_DIGITS:
            low, high = self.values(point, digits), self.values(point, 2 * digits)
            with mp.workdps(2 * digits):
                if not self._unclear(low, high):
                    decided = self._decided(low, high, digits)
                    if decided is not None:
                        return decided
            digits *= 4
        return Outcome(Kind.UNDECIDED)

    def _decided(self, low: Sequence[Any], high: Sequence[Any], digits: int) -> Outcome | None:
        a, b = high[self.first], high[self.second]
        undefined = type(a) is float, type(b) is float
        if all(undefined):
            return Outcome(Kind.NEITHER)
        if any(undefined):
            return Outcome(Kind.ONLY_SECOND, None, b) if undefined[0] else Outcome(Kind.ONLY_FIRST, a, None)
        rough, fine = low[self.first] - low[self.second], a - b
        if fine == 0 or abs(fine) <= abs(rough) * mp.mpf(10) ** (-digits // 2):
            return Outcome(Kind.AGREE, a, b)
        return Outcome(Kind.DIFFER, a, b) if _close(rough, fine) else None

    def _digits(self, rough: Sequence[Any]) -> int:
        """So many digits that a difference is not lost beside the largest number on the way."""
        largest = max((mp.mag(v) for v in rough if type(v) is not float and v), default=0)
        a, b = rough[self.first], rough[self.second]
        difference = a - b if type(a) is not float and type(b) is not float else mp.one
        smallest = mp.mag(difference) if difference else 0
        return int(min(max(60, (largest - smallest) * 0.302 + 30), 500))

    def _unclear(self, low: Sequence[Any], high: Sequence[Any]) -> bool:
        """Whether a result hangs on a decision that rounding made: a comparison of equal numbers, the floor of a whole one."""
        unclear: list[bool] = []
        for at, (operation, inputs, _, _) in enumerate(self.steps):
            if operation == "where":
                condition, *branches = inputs
                chosen = branches[0] if high[condition] else branches[1]
                unclear.append(unclear[condition] or unclear[chosen] or not _close(low[condition], high[condition]))
                continue
            if any(map(unclear.__getitem__, inputs)):
                unclear.append(True)
            elif operation in _COMPARISONS:
                (a, b), (c, d) = [low[input] for input in inputs], [high[input] for input in inputs]
                infinite = any(type(value) is float for value in (a, b, c, d))
                unclear.append(type(a) is not type(c) or type(b) is not type(d) if infinite else not _close(a - b, c - d))
            elif operation in _LOGICAL:
                unclear.append(not all(_close(low[input], high[input]) for input in inputs))
            elif operation in _ROUNDINGS:
                unclear.append(not _close(_from_half(low[inputs[0]]), _from_half(high[inputs[0]])))
            elif type(low[at]) is not type(high[at]):
                unclear.append(True)
            elif type(high[at]) is float:  # freshly undefined: log(0) is, unless the 0 is rounding
                unclear.append(not all(_close(low[input], high[input]) for input in inputs))
            else:
                unclear.append(False)
        return unclear[self.first] or unclear[self.second]


class _Function(NamedTuple):
    """How an operation is computed.

    Attributes:
        compute: From numbers of mpmath.
        is_arithmetic: Whether it takes numbers of any size.
        takes_all: Whether it takes operands that are undefined, as a choice does.
        plain: From floats; where mathematics has no value, this says whether it is an infinity.
        chooses: Whether the first operand chooses one of the others.
    """

    compute: Callable[..., Any]
    is_arithmetic: bool
    takes_all: bool
    plain: Callable[..., float]
    chooses: bool


def _function(operation: str, count: int) -> _Function:
    precise, plain = OPERATIONS[operation].precise, forward_of(operation, count)
    if isinstance(precise, str):
        faster = _FASTER.get(precise)
        return _Function(faster or getattr(mp, precise), faster is not None, False, plain, False)
    assert precise is not None, f"{operation} has neither a definition nor a precise value"
    return _Function(precise, True, True, plain, operation == "where")


def _apply(function: _Function, operands: Sequence[Any]) -> Any:
    """The value of an operation: a number of mpmath, or a float that is not finite."""
    for operand in operands:
        if type(operand) is float:
            if operand is _TOO_LARGE and not function.chooses:
                return _TOO_LARGE
            if not function.takes_all:
                return math.nan
        elif not function.is_arithmetic and mp.mag(operand) > _MOST_BITS:
            return _TOO_LARGE
    try:
        value = function.compute(*operands)
    except OverflowError:
        return _TOO_LARGE
    except (ZeroDivisionError, ValueError, mp.NoConvergence):
        value = None
    if type(value) is mp.mpf:
        _, mantissa, exponent, _ = value._mpf_
        if mantissa or not exponent:
            return value
    elif isinstance(value, int | float):  # a truth value, or one of the operands
        return mp.mpf(value) if math.isfinite(value) else value
    if any(type(operand) is float for operand in operands):
        return math.nan
    plain = function.plain(*map(_float, operands))
    return plain if math.isinf(plain) else math.nan


def cost(operation: str) -> float:
    """What an operation costs at 50 digits, in sums."""
    if operation in (CONSTANT, VARIABLE):
        return 1
    precise = OPERATIONS[operation].precise
    if not isinstance(precise, str):
        return 2 if OPERATIONS[operation].exact or precise is None else 100
    return 1 if precise in _FASTER else 100 if precise in ("erf", "erfc", "erfinv", "digamma") else 5


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _number(value: Rational) -> Any:
    return mp.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mp.mpf(value)


def _constant(value: Any) -> Any:
    if isinstance(value, int | Fraction):
        return _number(value)
    if value in ("pi", "e", "tau"):
        return {"pi": +mp.pi, "e": +mp.e, "tau": 2 * mp.pi}[value]
    number = constant_value(value)
    return mp.mpf(number) if math.isfinite(number) else number


def _close(a: Any, b: Any) -> bool:
    """Whether values of two precisions are one number: they agree in ten digits, which rounding alone would not."""
    if type(a) is float or type(b) is float:
        return type(a) is type(b) and (a == b or a != a)
    return bool(abs(a - b) <= max(abs(a), abs(b)) * mp.mpf(10) ** -10)


def _from_half(value: Any) -> Any:
    """The distance from the nearest multiple of 1/2."""
    return value if type(value) is float else value - mp.nint(2 * value) / 2
