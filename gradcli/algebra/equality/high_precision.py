"""Comparison of two values at high precision, by mpmath.

Values of the mathematics that a number of 50 digits cannot hold exactly are never taken for different at once: a point where
two values differ is computed again, with twice and more digits, until it is clear what is rounding and what is not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from mpmath import mp

from gradcli.algebra.equality.pair import Kind, Outcome, Step, pair_in, together
from gradcli.algebra.equality.points import SIMPLEST, Coordinate, Irrational
from gradcli.algebra.equality.precise import (
    COMPARISONS,
    LOGICAL,
    SPECIAL,
    TOO_LARGE,
    TRUTHS,
    Computed,
    applied,
    close,
    constant_of,
    cost,
    function_at,
    number_of,
)
from gradcli.algebra.sums.terms import number_length
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import JUMP
from gradcli.ops.elementwise import arithmetic
from gradcli.ops.elementwise.exponential import sqrt
from gradcli.ops.elementwise.logic import eq, ne, where
from gradcli.typing import Any

DIGITS = 50
"""Digits of the first calculation where no constant is long."""

SPARE_DIGITS = 5
"""Digits that may be rounding; in all others two values must agree."""

_LONGEST_CONSTANT = 500
"""Digits of a constant for which digits are added to the first calculation, so that x + 1e-60 is not x."""

_MOST_DIGITS = 3000
_MOST_SPECIAL_DIGITS = 800
"""The most digits where special functions are computed, and at zeros that are searched: what mpmath needs for them grows fast."""

_KEEPS_DIGITS = frozenset((
    arithmetic.mul.name, arithmetic.div.name, arithmetic.neg.name, arithmetic.pow.name, sqrt.name, where.name, CONSTANT, VARIABLE,
))  # fmt: skip
"""Operations whose results have as many right digits as their operands."""

_ROUNDINGS = (
    frozenset(
        name
        for name, declared in OPERATIONS.items()
        if declared.required == 1
        and not declared.definition
        and declared.facts.specials
        and all(one.kind == JUMP for one in declared.facts.specials)
    )
    - TRUTHS
)
_MEETING = COMPARISONS | _ROUNDINGS | {arithmetic.add.name, arithmetic.sub.name}
"""Operations that tell whether two numbers are equal, or one is whole."""


class Numeric:
    """Steps, made ready to be computed at high precision.

    A value is a number of mpmath where it is defined. Where it is not, as the logarithm of a negative number or a division by 0,
    it is the float that gradcli computes, an infinity or nan. All that is computed from it is undefined as well, and a float,
    even where that is finite, as 1/inf is; only a choice between operands may still take one that is defined.

    Attributes:
        digits: The digits of the first calculation.
        is_special: Whether one of them is a special function, whose cost grows fast with the digits.
        evaluations: How many times the steps have been computed, in calculations of 50 digits.
    """

    def __init__(self, steps: Sequence[Step], ends: Sequence[tuple[int, int]]) -> None:
        self.steps = steps
        self.ends = ends
        self.evaluations = 0.0
        self._constants: dict[Irrational, Numeric] = {}
        lengths = [number_length(s.constant) * 302 // 1000 for s in steps if isinstance(s.constant, int | Fraction)]
        self.digits = DIGITS + max((length for length in lengths if 15 < length <= _LONGEST_CONSTANT), default=0)
        self.is_special = any(cost(step.operation) >= SPECIAL for step in steps)
        compiled: dict[tuple[str, int, bool], Computed] = {}
        self._functions: list[Computed | None] = []
        for step in steps:
            if step.operation in (CONSTANT, VARIABLE):
                self._functions.append(None)
                continue
            tests_itself = step.operation in (eq.name, ne.name) and step.inputs[0] == step.inputs[1]
            key = (step.operation, len(step.inputs), tests_itself)
            if key not in compiled:
                compiled[key] = function_at(step.operation, len(step.inputs), tests_itself=tests_itself)
            self._functions.append(compiled[key])

    def values(self, point: Mapping[str, Coordinate], digits: int) -> list[Any]:
        """The value of each step."""
        self.evaluations += max(1.0, (digits / DIGITS) ** (2 if self.is_special else 1))
        found: list[Any] = []
        rounded = _is_rounded(point)
        with mp.workdps(digits):
            for step, function in zip(self.steps, self._functions, strict=True):
                if function is not None:
                    operands = [found[input] for input in step.inputs]
                    found.append(applied(function, _met(function.operation, operands, digits) if rounded else operands))
                elif step.operation == VARIABLE:
                    found.append(self._coordinate(point[step.variable], digits))
                else:
                    found.append(constant_of(step.constant))
        return found

    def _coordinate(self, value: Coordinate, digits: int) -> Any:
        if not isinstance(value, Irrational):
            return number_of(value)
        if not isinstance(value.source, Graph):
            return value.source(digits)
        if value not in self._constants:
            last = len(value.source) - 1
            pair = pair_in(value.source, [(last, last)])
            self._constants[value] = Numeric(pair.steps, pair.ends)
        return self._constants[value].values({}, digits)[-1]

    def compare(self, point: Mapping[str, Coordinate]) -> Outcome:
        """How the two results compare at a point."""
        digits, found = self.digits, self.values(point, self.digits)
        outcomes = [self._outright(found[first], found[second], digits) for first, second in self.ends]
        most = self._most_digits(point)
        while any(outcome and outcome.kind is Kind.AGREE for outcome in outcomes) and self._loses(found, digits):
            if digits == most:  # what was lost may be all the difference
                return Outcome(Kind.UNDECIDED)
            digits = min(4 * digits, most)
            found = self.values(point, digits)
            outcomes = [self._outright(found[first], found[second], digits) for first, second in self.ends]
        open_ends = [at for at, outcome in enumerate(outcomes) if outcome is None]
        decided = self._careful(point, found, [self.ends[at] for at in open_ends], digits) if open_ends else []
        rest = iter(decided)
        return together([next(rest) if outcome is None else outcome for outcome in outcomes])

    def _most_digits(self, point: Mapping[str, Coordinate]) -> int:
        searched = any(isinstance(value, Irrational) and not isinstance(value.source, Graph) for value in point.values())
        return _MOST_SPECIAL_DIGITS if self.is_special or searched else _MOST_DIGITS

    def _loses(self, found: Sequence[Any], digits: int) -> bool:
        """Whether an operand left no trace among so many digits: that of a sum, or of tanh far out."""
        bits = (digits - 3 * SPARE_DIGITS) * 332 // 100
        for step, value in zip(self.steps, found, strict=True):
            if not step.inputs or type(value) is float:
                continue
            operands = [found[input] for input in step.inputs]
            if step.operation not in (arithmetic.add.name, arithmetic.sub.name):
                if _absorbs(step.operation, operands, value):
                    return True
            elif all(type(operand) is not float and operand for operand in operands):
                first, second = map(mp.mag, operands)
                if abs(first - second) > bits:
                    return True
        return False

    def _outright(self, a: Any, b: Any, digits: int) -> Outcome | None:
        """How two values compare where so many digits show it."""
        if a is TOO_LARGE or b is TOO_LARGE:
            return Outcome(Kind.UNDECIDED)
        if type(a) is float and type(b) is float:
            return Outcome(Kind.NEITHER)
        if type(a) is not float and type(b) is not float:
            with mp.workdps(digits):
                if abs(a - b) <= mp.mpf(10) ** (SPARE_DIGITS - digits) * max(abs(a), abs(b)):
                    return Outcome(Kind.AGREE, a, b)
        return None

    def _careful(
        self, point: Mapping[str, Coordinate], rough: Sequence[Any], ends: Sequence[tuple[int, int]], least: int
    ) -> list[Outcome]:
        """Two calculations at each of several precisions show what is rounding: it shrinks as the digits grow."""
        digits = max(least if least > self.digits else 0, *[self._digits(rough, end) for end in ends])
        found: list[Outcome | None] = [None] * len(ends)
        while None in found and digits <= self._most_digits(point):
            low, high = self.values(point, digits), self.values(point, 2 * digits)
            with mp.workdps(2 * digits):
                unclear = self._unclear(low, high, digits if _is_rounded(point) else 0)
                for at, end in enumerate(ends):
                    if found[at] is None and not (unclear[end[0]] or unclear[end[1]]):
                        found[at] = self._decided(low, high, end, digits)
            digits *= 4
        return [outcome or Outcome(Kind.UNDECIDED) for outcome in found]

    def _decided(self, low: Sequence[Any], high: Sequence[Any], end: tuple[int, int], digits: int) -> Outcome | None:
        first, second = end
        a, b = high[first], high[second]
        undefined = type(a) is float, type(b) is float
        if all(undefined):
            return Outcome(Kind.NEITHER)
        if any(undefined):
            return Outcome(Kind.ONLY_SECOND, None, b) if undefined[0] else Outcome(Kind.ONLY_FIRST, a, None)
        rough, fine = low[first] - low[second], a - b
        if fine == 0 or abs(fine) <= abs(rough) * mp.mpf(10) ** (-digits // 2):
            return Outcome(Kind.AGREE, a, b)
        lost = self._largest_cancelling(high) * mp.mpf(10) ** (SPARE_DIGITS - digits)
        return Outcome(Kind.DIFFER, a, b) if close(rough, fine) and abs(fine) > lost else None

    def _largest_cancelling(self, found: Sequence[Any]) -> Any:
        """The largest number of which digits may cancel: 1 - tanh(x)^2 is 0 where tanh(x) rounds to 1, at any two precisions."""
        largest = mp.one
        for step in self.steps:
            if step.operation not in _KEEPS_DIGITS:
                largest = max([largest, *[abs(found[input]) for input in step.inputs if type(found[input]) is not float]])
        return largest

    def _digits(self, rough: Sequence[Any], end: tuple[int, int]) -> int:
        """So many digits that a difference is not lost beside the largest number on the way."""
        largest = max((mp.mag(v) for v in rough if type(v) is not float and v), default=0)
        a, b = rough[end[0]], rough[end[1]]
        difference = a - b if type(a) is not float and type(b) is not float else mp.one
        smallest = mp.mag(difference) if difference else 0
        lost = min(largest - smallest, 10_000) * 302 // 1000
        return min(max(self.digits + 10, lost + 30), 100 if self.is_special else 1000)

    def _unclear(self, low: Sequence[Any], high: Sequence[Any], met: int) -> list[bool]:
        """Whether each step hangs on a decision that rounding made: a comparison of equal numbers, the floor of a whole one.

        Args:
            low: The values in some digits.
            high: Those in twice as many.
            met: These digits where the point was chosen because numbers are equal there, else 0.
        """
        unclear: list[bool] = []
        absorbed: list[bool] = []
        for at, (operation, inputs, _, _) in enumerate(self.steps):
            absorbed.append(any(map(absorbed.__getitem__, inputs)) or _absorbs(operation, [high[i] for i in inputs], high[at]))
            if operation == where.name:
                condition, *branches = inputs
                chosen = branches[0] if high[condition] else branches[1]
                unclear.append(unclear[condition] or unclear[chosen] or not close(low[condition], high[condition]))
                continue
            if any(map(unclear.__getitem__, inputs)):
                unclear.append(True)
            elif operation in COMPARISONS:
                (a, b), (c, d) = [low[input] for input in inputs], [high[input] for input in inputs]
                if met:
                    (a, b), (c, d) = _met(operation, [a, b], met), _met(operation, [c, d], 2 * met)
                infinite = any(type(value) is float for value in (a, b, c, d))
                unclear.append(type(a) is not type(c) or type(b) is not type(d) if infinite else not close(a - b, c - d))
            elif operation in LOGICAL:
                unclear.append(not all(close(low[input], high[input]) for input in inputs))
            elif operation in _ROUNDINGS:
                (a,), (c,) = [low[inputs[0]]], [high[inputs[0]]]
                if met:
                    (a,), (c,) = _met(operation, [a], met), _met(operation, [c], 2 * met)
                unclear.append(not close(_from_half(a), _from_half(c)))
            elif type(low[at]) is not type(high[at]):
                unclear.append(True)
            elif type(high[at]) is float:  # freshly undefined: log(0) is, unless the 0 is rounding
                alike = all(close(low[input], high[input]) for input in inputs)
                unclear.append(not alike or ((absorbed[at] and math.isinf(high[at])) or any(absorbed[i] for i in inputs)))
            else:
                unclear.append(False)
        return unclear


def _absorbs(operation: str, operands: Sequence[Any], value: Any) -> bool:
    """Whether an operand left no trace in a value: 1 + 1e-99 is 1 in 50 digits, and so is tanh(999)."""
    if type(value) is float or any(type(operand) is float for operand in operands):
        return False
    if operation in (arithmetic.add.name, arithmetic.sub.name):
        first, second = operands
        return bool((second and value == first) or (first and value == (second if operation == arithmetic.add.name else -second)))
    facts = OPERATIONS[operation].facts if operation in OPERATIONS else None
    if facts is None or not facts.inverse or value not in facts.range or operation in _KEEPS_DIGITS:
        return False
    return math.isinf(OPERATIONS[facts.inverse].forward(float(value)))


def _met(operation: str, operands: list[Any], digits: int) -> list[Any]:
    """Operands at a point that was chosen because something is equal, or whole, there: no rounding of the point may hide it."""
    if operation not in _MEETING or any(type(operand) is float for operand in operands):
        return operands
    if operation in _ROUNDINGS:
        half = mp.nint(2 * operands[0]) / 2
        return [half] if _meet(operands[0], half, digits) else operands
    a, b = operands
    if operation == arithmetic.add.name and a and _meet(a, -b, digits):
        return [a, -a]
    return [a, a] if operation != arithmetic.add.name and _meet(a, b, digits) else operands


def _is_rounded(point: Mapping[str, Coordinate]) -> bool:
    """Whether a coordinate, one that is simple, is no binary number, so that what is equal there may seem not to be."""
    parts = [value.denominator if isinstance(value, Fraction) else 1 for value in point.values()]
    simple = any(part & (part - 1) and part <= SIMPLEST for part in parts)
    return simple or any(isinstance(value, Irrational) for value in point.values())


def _meet(a: Any, b: Any, digits: int) -> bool:
    return bool(abs(a - b) <= mp.mpf(10) ** (SPARE_DIGITS - digits) * max(abs(a), abs(b)))


def _from_half(value: Any) -> Any:
    """The distance from the nearest multiple of 1/2."""
    return value if type(value) is float else value - mp.nint(2 * value) / 2
