"""What is assumed of variables, as one record: an interval for each, numbers that it is not, and whether it is an integer."""

from __future__ import annotations

import math
from fractions import Fraction

from gradcli.frozen import Frozen

Rational = int | Fraction


class Fact(Frozen):
    """The real numbers that a variable may be.

    Attributes:
        low: The least, or what all are larger than; None for no bound.
        high: The largest, or what all are smaller than; None for no bound.
        open_low: Whether it is not ``low`` itself.
        open_high: Whether it is not ``high`` itself.
        without: Numbers between the bounds that it is not, either.
        integer: Whether it is an integer.
    """

    low: Rational | None = None
    high: Rational | None = None
    open_low: bool = False
    open_high: bool = False
    without: tuple[Rational, ...] = ()
    integer: bool = False

    # ---- what follows ----

    @property
    def is_empty(self) -> bool:
        """Whether no number is left."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))

    @property
    def is_finite(self) -> bool:
        """Whether it can be finitely many numbers only."""
        return self.low is not None and self.high is not None and (self.integer or self.low == self.high)

    @property
    def is_nonzero(self) -> bool:
        """Whether it is not 0."""
        return not self.has(0)

    @property
    def is_positive(self) -> bool:
        """Whether it is larger than 0."""
        return self.low is not None and self.low >= 0 and self.is_nonzero

    def has(self, value: Rational) -> bool:
        """Whether it may be a number."""
        above = self.low is None or value > self.low or (value == self.low and not self.open_low)
        below = self.high is None or value < self.high or (value == self.high and not self.open_high)
        return above and below and value not in self.without and (not self.integer or Fraction(value).denominator == 1)

    def raised(self, exponent: int) -> Fact:
        """What a positive whole power of it may be: between 0 and 1 for the square of what lies between -1 and 1."""
        low, high = (self.low, self.open_low), (self.high, self.open_high)
        if exponent % 2 == 0 and (self.low is None or self.low < 0):
            opposite = None if self.low is None else -self.low, self.open_low
            if self.high is not None and self.high <= 0:
                low, high = (-self.high, self.open_high), opposite
            else:
                bounded = None not in (opposite[0], self.high)
                low, high = (
                    (0, False),
                    max(opposite, high, key=lambda end: (end[0] or 0, not end[1])) if bounded else (None, False),
                )
        least, most = [None if end is None else end**exponent for end, _ in (low, high)]
        return Fact(low=least, high=most, open_low=low[1], open_high=high[1])

    def both(self, other: Fact) -> Fact:
        """What is left where another fact is known as well; of an integer the bounds are integers that it may be."""
        low, open_low = max(
            ((fact.low, fact.open_low) for fact in (self, other) if fact.low is not None), default=(None, False), key=_sort_key
        )
        high, open_high = min(
            ((fact.high, not fact.open_high) for fact in (self, other) if fact.high is not None),
            default=(None, True),
            key=_sort_key,
        )
        open_high = not open_high
        integer = self.integer or other.integer
        without = set(self.without) | set(other.without)
        if low in without:
            open_low = True
        if high in without:
            open_high = True
        if integer:
            if low is not None:
                low, open_low = (math.floor(low) + 1 if open_low else math.ceil(low)), False
                while low in without:
                    low += 1
            if high is not None:
                high, open_high = (math.ceil(high) - 1 if open_high else math.floor(high)), False
                while high in without:
                    high -= 1
        inner = Fact(low, high, True, True)
        return Fact(low, high, open_low, open_high, tuple(sorted(filter(inner.has, without))), integer)

    # ---- numbers that it may be ----

    def fitted(self, value: Rational) -> Rational | None:
        """A number that it may be: the value itself, or one that is found from it; None where that is none, either."""
        if self.has(value):
            return value
        size = abs(Fraction(value))
        found: Rational
        step: Rational = math.floor(size) if self.integer else size
        if self.low is not None and self.high is not None:
            share = size - math.floor(size) or Fraction(1, 2)
            found = self.low + (self.high - self.low) * share
            found = math.floor(found) if self.integer else found
        elif self.low is not None:
            found = self.low + step
        elif self.high is not None:
            found = self.high - step
        else:
            found = step
        return found if self.has(found) else None

    def nth(self, number: int) -> Rational:
        """Different numbers between the bounds for the numbers from 1 on; of a finite range also some beyond it."""
        if self.low is not None and self.high is not None and not self.integer:
            return self.low + (self.high - self.low) * Fraction(number, number + 1)
        if self.low is not None:
            return self.low + number
        return number if self.high is None else self.high - number


def _sort_key(bound: tuple[Rational | None, bool]) -> tuple[Rational, bool]:
    return bound[0] or 0, bound[1]


ANY = Fact()


class Assumptions(Frozen):
    """What is assumed of variables.

    Attributes:
        every: What is assumed of those that ``each`` does not name.
        each: All that is assumed of these.
        text: The same in words: ``x > 0, n integer``, or ``positive`` for every variable.
    """

    every: Fact = ANY
    each: tuple[tuple[str, Fact], ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return self.every != ANY or bool(self.each)

    @property
    def phrase(self) -> str:
        """The same as a part of a sentence: ``positive variables``."""
        return ", ".join([part if " " in part else f"{part} variables" for part in self.text.split(", ")])

    def of(self, name: str) -> Fact:
        """What is assumed of a variable."""
        return next((fact for known, fact in self.each if known == name), self.every)


NOTHING = Assumptions()

POSITIVE = Assumptions(Fact(0, open_low=True), (), "positive")
"""Every variable is positive."""
