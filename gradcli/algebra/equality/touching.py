"""Zeros at which a function keeps its sign, and places where several are 0 together: least values, by Newton's method.

Each step is damped by the length of the gradient, with which it converges fast even along a valley (Fan and Yuan 2005).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from mpmath import mp

from gradcli.typing import Any, NamedTuple

_STEPS = 40
"""Steps from one start."""

_DAMPINGS = 8
"""How often a step is damped more, each time ten times as much."""

_DIGITS = 17
"""Digits of a place that is looked for."""

Function = Callable[[Any, int], Any]
"""Its value at a place, a vector of mpmath, in so many digits; a float where it is undefined."""


class Course(NamedTuple):
    """A function near a place: its value, its gradient and its Hessian matrix."""

    value: Any
    gradient: Any
    hessian: Any

    @classmethod
    def of(cls, function: Function, place: Any, digits: int) -> Course | None:
        """By differences that have so many digits; None where the function is not defined around the place."""
        count, sizes = len(place), [max(abs(at), mp.one) * mp.mpf(10) ** -digits for at in place]

        def moved(*moves: tuple[int, int]) -> Any:
            at = place.copy()
            for i, sign in moves:
                at[i] += sign * sizes[i]
            return function(at, 3 * digits)

        value, above, below = moved(), [moved((i, 1)) for i in range(count)], [moved((i, -1)) for i in range(count)]
        both = {(i, j): moved((i, 1), (j, 1)) for i, j in itertools.combinations(range(count), 2)}
        if float in map(type, (value, *above, *below, *both.values())):
            return None
        hessian = mp.diag([(above[i] - 2 * value + below[i]) / sizes[i] ** 2 for i in range(count)])
        for (i, j), at_both in both.items():
            hessian[i, j] = hessian[j, i] = (at_both - above[i] - above[j] + value) / (sizes[i] * sizes[j])
        return cls(value, mp.matrix([(above[i] - below[i]) / (2 * sizes[i]) for i in range(count)]), hessian)

    def step(self, damping: Any = 1) -> Any:
        """The step to the least value, the shorter the more it is damped; None where there is none."""
        try:
            damped = self.hessian + damping * mp.norm(self.gradient) * mp.eye(len(self.gradient))
            return mp.lu_solve(damped, -self.gradient)
        except ZeroDivisionError:
            return None


class Touching:
    """A place at which a function has a least value, to any number of digits.

    Args:
        function: The function.
        near: The place, nearly.
    """

    def __init__(self, function: Function, near: Any) -> None:
        self.function = function
        self._known = {0: near}

    def place(self, digits: int) -> Any:
        """The place to so many digits, or to as many as can be found."""
        if digits not in self._known:
            place = self._known[max(known for known in self._known if known < digits)]
            with mp.workdps(3 * digits + 30):
                for _ in range(_STEPS):
                    course = Course.of(self.function, place, digits + 5)
                    step = course and course.step()
                    if step is None:
                        break
                    place = place + step
                    if _is_short(step, place, digits):
                        break
            self._known[digits] = place
        return self._known[digits]


class Lowest(NamedTuple):
    """A place where a function is 0 or negative.

    Attributes:
        place: A vector of mpmath.
        touching: What gives the place to any number of digits where the function is 0; None where it is negative.
    """

    place: Any
    touching: Touching | None


def lowest(function: Function, start: Any, exhausted: Callable[[], bool]) -> Lowest | None:
    """Where a function that is positive at the start has a least value of 0, or a place where it is negative.

    Args:
        function: The function.
        start: The place where the search begins.
        exhausted: Tells whether no more may be computed.

    Returns:
        None where none is found.
    """
    place, damping = start, mp.one
    with mp.workdps(3 * _DIGITS):
        for _ in range(_STEPS):
            course = None if exhausted() else Course.of(function, place, _DIGITS)
            if course is None:
                return None
            if course.value < 0:
                return Lowest(place, None)
            for _ in range(_DAMPINGS):
                step = course.step(damping)
                value = function(place + step, 3 * _DIGITS) if step else 0.0
                if type(value) is not float and value < course.value:
                    break
                damping = 10 * damping
            else:
                break
            place, damping = place + step, damping / 10
            if _is_short(step, place, _DIGITS):
                break
        touching = Touching(function, place)
        value = function(touching.place(3 * _DIGITS), 9 * _DIGITS)
        touches = type(value) is not float and abs(value) < mp.mpf(10) ** (-5 * _DIGITS)
        return Lowest(touching.place(3 * _DIGITS), touching) if touches else None


def _is_short(step: Any, place: Any, digits: int) -> bool:
    return all(abs(a) <= max(abs(b), 1) * mp.mpf(10) ** -digits for a, b in zip(step, place, strict=True))
