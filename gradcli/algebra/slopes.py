"""What the difference quotients of a function say of its derivative at a point where a formula does not tell.

Two quotients with tiny steps that agree are the derivative from that side. Where they grow evenly, or faster, as the steps
shrink, it is infinite; where they do neither, there is none.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from mpmath import mp

from gradcli.algebra.equality.high_precision import Numeric
from gradcli.algebra.equality.precise import TOO_LARGE
from gradcli.language.numbers import number_text
from gradcli.ops.declaration.ieee import as_float
from gradcli.typing import Any, NamedTuple

DIGITS = (60, 120, 240, 480, 960)
"""Digits of calculations; two that agree in a float64 decide, unless both are 0, which may be all that rounding leaves."""

_STEPS = (40, 60)
"""Two negative powers of 10 as the steps of difference quotients, which agree where there is a derivative."""

_FURTHER = (80, 100, 120)
"""Further ones, which show whether they grow."""

_EVENLY = 0.9
"""Growth from step to step that is no less than this share of that before; what shrinks is less than it."""

_HIGHEST_ORDER = 8
"""The highest order of difference quotients."""

_AGREED = 1e-15

_WORDS = ("left", "right")

AT_A_KINK, CONVENTION = "no derivative", "a convention, PyTorch's"
"""What the value of a formula is where the function has another slope on each side: none, or a number that is chosen."""


class ValueAt(NamedTuple):
    """A value at a point.

    Attributes:
        value: A number, or an array.
        note: What it is where it is not simply the value of the formula; empty where it is.
    """

    value: Any
    note: str = ""


class Side(NamedTuple):
    """What comes from one side.

    Attributes:
        value: A number of mpmath; an infinity where it grows without end, nan where it settles on nothing, None where the
            function is undefined.
    """

    value: Any

    @property
    def is_number(self) -> bool:
        return self.value is not None and type(self.value) is not float

    @property
    def is_infinite(self) -> bool:
        return type(self.value) is float and math.isinf(self.value)


class Slopes:
    """A function at a point.

    Args:
        numeric: The steps.
        function: The step of the function.
        point: The point.
    """

    def __init__(self, numeric: Numeric, function: int, point: Mapping[str, Fraction]) -> None:
        self.numeric = numeric
        self.function = function
        self.point = point

    def value(self, formula: int, shown: Any, by: Sequence[str]) -> ValueAt:
        """The value of a formula, the derivative of the function by some variables, and what is to be said of it.

        Args:
            formula: The step of the formula.
            shown: Its value.
            by: The variables.
        """
        plain = ValueAt(as_float(shown))
        here = self.numeric.values(self.point, 2 * DIGITS[0])[self.function]
        if here is TOO_LARGE:
            return plain._replace(note="the value of the function is too large to be computed")
        if type(here) is float:
            return self.limit(formula, by, plain)
        if len(by) > _HIGHEST_ORDER:
            return plain
        sides: list[Side] = []
        for order in range(1, len(by) + 1):
            sides = [self.quotient(by[:order], sign) for sign in (-1, 1)]
            if any(side.value is None for side in sides):
                return self.at_end(by[order - 1], plain, sides)
            if any(not side.is_number for side in sides):
                return self.steep(by[order - 1], plain, sides, order == len(by))
            if not agree(sides[0].value, sides[1].value):
                numbers = [number_text(as_float(side.value)) for side in sides]
                what = "the derivative" if order == len(by) else f"the derivative of order {order}"
                kind = AT_A_KINK if plain.value != plain.value else CONVENTION
                return ValueAt(plain.value, f"{kind}: {what} is {numbers[0]} from the left and {numbers[1]} from the right")
        if type(shown) is float:
            return ValueAt(as_float(sides[0].value), "the limit, as the formula has no value there")
        if not agree(sides[0].value, shown):
            number = number_text(plain.value)
            return ValueAt(as_float(sides[0].value), f"the function's; that of the branch taken there is {number}")
        return plain

    def steep(self, name: str, plain: ValueAt, sides: Sequence[Side], is_last: bool) -> ValueAt:
        """What is said where a quotient grows without end, or settles on nothing."""
        kind = AT_A_KINK if plain.value != plain.value else CONVENTION
        if any(self.jumps(name, sign) for sign in (-1, 1)):
            return plain._replace(note=f"{kind}: the function jumps there")
        if kind != AT_A_KINK:
            kind = "the formula's, there is no derivative"
        values = [side.value for side in sides]
        if not any(value != value for value in values):
            if is_last and values[0] == values[1]:  # a vertical tangent
                same = plain.value == values[0]
                return plain if same else ValueAt(values[0], f"the function's; that of the formula is {number_text(plain.value)}")
            numbers = [number_text(as_float(value)) for value in values]
            return plain._replace(note=f"{kind}: it is {numbers[0]} from the left and {numbers[1]} from the right")
        where = [word for word, value in zip(_WORDS, values, strict=True) if value != value]
        sides_text = "" if len(where) == 2 else f" from the {where[0]}"
        return plain._replace(note=f"{kind}: the difference quotients settle on no number{sides_text}")

    def at_end(self, name: str, plain: ValueAt, sides: Sequence[Side]) -> ValueAt:
        """What is said where the function ends, though it has a value at the end."""
        for sign, side, word in zip((-1, 1), sides, _WORDS, strict=True):
            if side.value is not None and side.value == side.value and self.is_defined(self.beside(name, sign)):
                same = side.is_number and agree(side.value, plain.value)
                value = plain.value if same else as_float(side.value)
                return ValueAt(value, f"the limit from the {word}, as the function ends there")
        if not any(self.is_defined(self.beside(name, sign)) for sign in (-1, 1)):
            return plain._replace(note="no derivative: the function has no real value beside the point")
        return plain

    def jumps(self, name: str, sign: int) -> bool:
        """Whether the function has another limit on a side than its value; a steep one comes nearer with each step."""
        points = [self.point, *[self.moved(name, sign * Fraction(1, 10**digits)) for digits in _STEPS]]
        here, *beside = [self.at(self.function, point) for point in points]
        if any(type(value) is float for value in (here, *beside)):
            return False
        far, near = [abs(value - here) for value in beside]
        return bool(near > _AGREED * max(1, abs(here)) and near > far / 2)

    def limit(self, formula: int, by: Sequence[str], plain: ValueAt) -> ValueAt:
        """The limit of a formula where the function has no value itself, along the variable of its last derivative."""
        nothing = plain._replace(note="the function has no real value there")
        for names in dict.fromkeys(((by[-1],), tuple(self.point))):  # or all at once: y + sin(x)/x at x = 0 by y
            near = [self.along(names, sign * Fraction(1, 10 ** _STEPS[0])) for sign in (-1, 1)]
            defined = [self.is_defined(point) for point in near]
            if any(defined):
                break
        else:
            return nothing
        sides = [self.side(lambda step: self.at(formula, self.along(names, step)), sign) for sign in (-1, 1)]
        if all(defined):
            first, second = sides
            if not first.is_number or not second.is_number or not agree(first.value, second.value):
                return nothing
            if self.depends_on_the_way(formula, first.value):
                return nothing
            if not self.comes_together(names):
                return ValueAt(math.nan, "no derivative: the function jumps there")
            return ValueAt(as_float(first.value), "the limit, as the function has no value there")
        at = defined.index(True)
        side = sides[at]
        if not (side.is_number or side.is_infinite) or (len(self.point) > 1 and self.depends_on_the_way(formula, side.value)):
            return nothing
        return ValueAt(as_float(side.value), f"the limit from the {_WORDS[at]}, as the function ends there")

    def comes_together(self, names: Sequence[str]) -> bool:
        """Whether the function has one limit from both sides."""
        values = [self.at(self.function, self.along(names, sign * Fraction(1, 10 ** _STEPS[1]))) for sign in (-1, 1)]
        return not any(type(value) is float for value in values) and agree(*values)

    def depends_on_the_way(self, formula: int, end: Any) -> bool:
        """Whether a formula of several variables comes to another value along another one of them, or along all at once.

        Along one alone it may be undefined, as what is 0/0 at x = 0 is along y.
        """
        step = Fraction(1, 10 ** _STEPS[1])
        if len(self.point) == 1:
            return False
        ways = [*[self.moved(name, step) for name in self.point], self.along(tuple(self.point), step)]
        found = [self.at(formula, way) for way in ways]
        return type(found[-1]) is float or any(type(value) is not float and not agree(value, end) for value in found)

    def quotient(self, by: Sequence[str], sign: int) -> Side:
        """The one-sided difference quotient of the function as its steps shrink."""
        counts = {name: by.count(name) for name in by}
        weights = [
            (
                shifts,
                math.prod(math.comb(n, shift) * (-1) ** (n - shift) for n, shift in zip(counts.values(), shifts, strict=True)),
            )
            for shifts in itertools.product(*[range(count + 1) for count in counts.values()])
        ]

        def value(step: Fraction) -> Any:
            power = len(str(step.denominator)) - 1
            digits = power * (len(by) + 1) + DIGITS[3]  # numerators over powers of the step cancel
            with mp.workdps(digits):
                total = mp.zero
                for shifts, weight in weights:
                    moved = {name: self.point[name] + shift * step for name, shift in zip(counts, shifts, strict=True)}
                    found = self.numeric.values({**self.point, **moved}, digits)[self.function]
                    if type(found) is float:
                        return found
                    total += found * weight
                return total * mp.mpf(10) ** (power * len(by)) * sign ** len(by)

        return self.side(value, sign)

    def side(self, value: Callable[[Fraction], Any], sign: int) -> Side:
        """What a value that hangs on a step comes to as the step shrinks."""
        found: list[Any] = []
        for power in (*_STEPS, *_FURTHER):
            found.append(value(sign * Fraction(1, 10**power)))
            if type(found[-1]) is float:
                return Side(None)
            if len(found) > 1 and agree(*found[-2:]) and not shrinks(found):
                return Side(without_noise(found[-1]))
        changes = [b - a for a, b in itertools.pairwise(found)]
        if shrinks(changes):  # as 3 + x^0.1 does: Aitken's extrapolation leaves out what shrinks evenly
            ends = [
                end - last**2 / (last - before)
                for end, (before, last) in zip(found[2:], itertools.pairwise(changes), strict=True)
            ]
            if agree(*ends[-2:]):
                return Side(without_noise(ends[-1]))
        if shrinks(found):
            return Side(mp.zero)
        growth = [abs(b) - abs(a) for a, b in itertools.pairwise(found)]
        signs = {bool(one > 0) for one in found}
        if len(signs) == 1 and growth[0] > 0 and all(b >= _EVENLY * a for a, b in itertools.pairwise(growth)):
            return Side(math.inf if signs == {True} else -math.inf)
        return Side(math.nan)

    def is_defined(self, point: Mapping[str, Fraction]) -> bool:
        """Whether the function has a value."""
        return type(self.numeric.values(point, 2 * DIGITS[0])[self.function]) is not float

    def beside(self, name: str, sign: int) -> dict[str, Fraction]:
        return self.moved(name, sign * Fraction(1, 10 ** _STEPS[0]))

    def moved(self, name: str, by: Fraction) -> dict[str, Fraction]:
        return {**self.point, name: self.point[name] + by}

    def along(self, names: Sequence[str], by: Fraction) -> dict[str, Fraction]:
        return {**self.point, **{name: self.point[name] + by for name in names}}

    def at(self, step: int, point: Mapping[str, Fraction]) -> Any:
        """The value of a step."""
        return value_at(self.numeric, step, point)


def value_at(numeric: Numeric, step: int, point: Mapping[str, Fraction]) -> Any:
    """The value of a step, with so many digits that more do not change it, and that 1 + 1e-60 is not 1."""
    last: float | None = None
    own = max((len(str(value.denominator)) for value in point.values()), default=0)
    for digits in [digits for digits in DIGITS if digits > 1.5 * own] or DIGITS[-1:]:
        value = numeric.values(point, digits)[step]
        rounded = as_float(value)
        if type(value) is float or (rounded == last and rounded):
            break
        last = rounded
    return value


def without_noise(value: Any) -> Any:
    """A limit that was computed from values beside it: what is smaller than the steps is 0."""
    return value * 0 if abs(value) < mp.mpf(10) ** -_STEPS[0] else value


def shrinks(values: Sequence[Any]) -> bool:
    """Whether values come nearer to 0 at each step, as sqrt(x)·log(x) does at 0."""
    return all(b and abs(b) < _EVENLY * abs(a) for a, b in itertools.pairwise(values))


def agree(a: Any, b: Any) -> bool:
    """Whether two numbers are one but for what steps of difference quotients leave."""
    return bool(abs(a - b) <= _AGREED * max(1, abs(a), abs(b)))
