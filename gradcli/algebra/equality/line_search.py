"""Zeros along a line that no inverse tells, by brackets in which the sign changes.

They are refined by the Illinois method (Dowell and Jarratt 1971).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from mpmath import mp

from gradcli.algebra.equality.points import SIMPLEST
from gradcli.algebra.equality.precise import as_fraction, is_too_large, number_of
from gradcli.algebra.equality.touching import Touching, lowest
from gradcli.typing import Any

MOST_PLACES = 24
"""Zeros that are looked between, those nearest to 0."""

_FAR = tuple(Fraction(10) ** power for power in (-30, -20, -12, -9, -6, -4, 8, 10, 12, 16, 20, 30, 50, 100))
"""Sizes beyond those that are looked at closely."""


_KNOWN_DIGITS = 30
"""Digits of a zero that are right when it is refined, at least."""

_ROUNDS = 60
"""Steps of the secant method, which doubles the digits with every two."""


class LineSearch:
    """The zeros of switches along a line.

    Args:
        values: The value of each switch at a place, to so many digits where a number of them is given.
        count: How many switches there are.
        exhausted: Tells whether no more may be computed.
    """

    def __init__(self, values: Callable[..., Sequence[Any]], count: int, exhausted: Callable[[], bool]) -> None:
        self.values = values
        self.count = count
        self.exhausted = exhausted
        self.known: dict[Fraction, Sequence[Any]] = {}

    def at(self, place: Fraction, switch: int) -> Any:
        """The value of a switch; None where it has none, or none that can be computed."""
        if place not in self.known:
            self.known[place] = self.values(place)
        value = self.known[place][switch]
        return None if type(value) is float else value

    def places(self, named: Sequence[Fraction]) -> dict[Fraction, int | None]:
        """The places at which a switch is 0, in their order, with that switch; with None those where one begins to be defined."""
        sizes = [*[Fraction(4**power, 64) for power in range(15)], *_FAR]
        grid = sorted({Fraction(0), *sizes, *[-size for size in sizes], *named})
        found: dict[Fraction, int | None] = dict.fromkeys(named)
        for switch in range(self.count):
            new: dict[Fraction, int | None] = {}
            for left, right in itertools.pairwise(grid):
                if self.exhausted():
                    return dict(sorted({**new, **found}.items()))
                new.update(self._between(left, right, switch))
            new.update(self._least(grid, switch))
            found = {**new, **found}
            kept = {*grid, *sorted(new, key=abs)[:MOST_PLACES]}
            grid = sorted(kept)
            self.known = {place: values for place, values in self.known.items() if place in kept}
        return {place: found[place] for place in sorted(sorted(found, key=abs)[:MOST_PLACES])}

    def _between(self, left: Fraction, right: Fraction, switch: int) -> Iterator[tuple[Fraction, int | None]]:
        """The zero between two places at which the signs differ, or the end of the domain."""
        a, b = self.at(left, switch), self.at(right, switch)
        if a is not None and a == 0:
            yield left, None
        elif (a is None) != (b is None):
            if any(is_too_large(self.known[place][switch]) for place in (left, right)):
                return
            yield simplest(*self._halved(left, right, lambda place: (self.at(place, switch) is None) == (a is None))), None
        elif a is not None and b is not None and b != 0 and (a < 0) != (b < 0):
            yield self._zero(left, right, switch), switch

    def _halved(self, left: Fraction, right: Fraction, is_left: Callable[[Fraction], bool]) -> tuple[Fraction, Fraction]:
        for _ in range(60):
            middle = (left + right) / 2
            left, right = (middle, right) if is_left(middle) else (left, middle)
        return left, right

    def _zero(self, left: Fraction, right: Fraction, switch: int) -> Fraction:
        """The zero in a bracket: false position, the end that stays halved."""
        a, b = (as_fraction(self.at(place, switch)) for place in (left, right))
        place, last = left, 0
        for count in range(80):
            if (least := min(abs(left), abs(right))) * 16 < max(abs(left), abs(right)) and left * right > 0:
                place = _middle(least, max(abs(left), abs(right))) * (1 if left > 0 else -1)
            else:
                place = _short((left + right) / 2 if count % 4 == 3 else (left * b - right * a) / (b - a))
            value = self.at(place, switch) if left < place < right else None
            if value is None or value == 0:
                break
            if (value < 0) == (a < 0):
                left, a = place, as_fraction(value)
                b = b / 2 if last == -1 else b
                last = -1
            else:
                right, b = place, as_fraction(value)
                a = a / 2 if last == 1 else a
                last = 1
            if right - left <= abs(right) / 10**45:
                break
        margin = abs(place) / 10**40
        return simplest(place - margin, place + margin)

    def _least(self, grid: Sequence[Fraction], switch: int) -> Iterator[tuple[Fraction, int | None]]:
        """Zeros around a least absolute value, on both sides of which the sign is the same, and at it, as of (x*exp(x) - 1)^2."""
        for left, middle, right in zip(grid, grid[1:], grid[2:], strict=False):
            values = [self.at(place, switch) for place in (left, middle, right)]
            if any(value is None or value == 0 for value in values) or len({value > 0 for value in values}) > 1:
                continue
            if abs(values[1]) >= min(abs(values[0]), abs(values[2])):
                continue
            sign = 1 if values[1] > 0 else -1
            function = functools.partial(_alone, self.values, switch, sign)
            found = lowest(function, mp.matrix([number_of(middle)]), self.exhausted)
            place = as_fraction(found.place[0]) if found else left
            if not found or not left < place < right:
                continue
            if not found.touching:
                yield from ((self._zero(*ends, switch), switch) for ends in ((left, place), (place, right)))
                continue
            margin = max(abs(place) / 10**40, Fraction(1, 10**45))
            yield simplest(place - margin, place + margin), switch


def _alone(values: Callable[..., Sequence[Any]], switch: int, sign: int, place: Any, digits: int) -> Any:
    """The value of one switch, or its opposite, at a place."""
    return sign * values(place[0], digits)[switch]


def _middle(small: Fraction, large: Fraction) -> Fraction:
    """A power of 2 between two numbers of very different sizes."""
    exponents = [value.numerator.bit_length() - value.denominator.bit_length() for value in (small, large)]
    return Fraction(2) ** (sum(exponents) // 2)


def _short(value: Fraction) -> Fraction:
    """A value to 170 bits, so that numbers do not grow from step to step."""
    if value.denominator.bit_length() < 170 or not value:
        return value
    scale = 170 - (value.numerator.bit_length() - value.denominator.bit_length())
    unit = Fraction(1 << scale) if scale > 0 else Fraction(1, 1 << -scale)
    return Fraction(round(value * unit)) / unit


def simplest(left: Fraction, right: Fraction) -> Fraction:
    """The simplest number in a narrow bracket, which is a rational zero where there is one."""
    middle = (left + right) / 2
    for denominator in (1, 1000, 10**6, SIMPLEST):
        near = middle.limit_denominator(denominator)
        if left <= near <= right:
            return near
    return middle


def refined(values: Callable[[Any, int], Sequence[Any]], switch: int, near: Fraction) -> Callable[[int], Any]:
    """What gives a zero of a switch to any number of digits, by the secant method, or as its least value where it keeps its sign.

    Args:
        values: The value of each switch at a number of mpmath, computed in so many digits.
        switch: The switch.
        near: The zero.
    """
    known: dict[int, Any] = {}
    with mp.workdps(100):
        start = number_of(near)
        step = (abs(start) or 1) * mp.mpf(10) ** -_KNOWN_DIGITS
        sides = [values(at, 100)[switch] for at in (start - step, start + step)]
    if float not in map(type, sides) and (sides[0] < 0) == (sides[1] < 0):
        touching = Touching(functools.partial(_alone, values, switch, 1 if sides[0] > 0 else -1), mp.matrix([start]))
        return lambda digits: touching.place(digits + 5)[0]

    def zero(digits: int) -> Any:
        if digits not in known:
            with mp.workdps(digits + 20):
                place = number_of(near)
                before = place + step
                there = values(before, digits + 20)[switch]
                for _ in range(_ROUNDS):
                    here = values(place, digits + 20)[switch]
                    if float in (type(here), type(there)) or here == there or abs(here) > abs(there):
                        break
                    before, place, there = place, place - here * (place - before) / (here - there), here
                    if abs(place - before) <= abs(place) * mp.mpf(10) ** -(digits + 10):
                        break
                known[digits] = place
        return known[digits]

    return zero
