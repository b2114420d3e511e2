"""Places at which an expression changes, found from the expression itself: kinks, jumps, and ends of its domain.

They are the special points that operations declare: the zeros of what abs, max, conditions and logarithms are taken of. Along
lines, on which one variable varies, zeros are bracketed by changes of sign and by the least values between neighbours, and
refined by the Illinois method (Dowell and Jarratt 1971). What is inside is searched first, so that a peak that is narrow around
a kink is found from the kink.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from gradcli.algebra.equality.pair import Pair, PrimitiveBuilder, Step, pair_in
from gradcli.algebra.equality.points import Point, Rational
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.symbol import Symbol

MOST = 40
"""Steps whose zeros are looked for."""

MOST_PLACES = 24
"""Places on one line that are looked at, those nearest to 0."""

_LINES = 4
"""Variables along which places are looked for."""


def with_switches(pair: Pair) -> tuple[list[Step], list[int]]:
    """The steps of two results and of what is 0 at the special points of their operations, and which steps these are."""
    graph = pair.graph
    builder = PrimitiveBuilder(graph)
    needed = graph.ancestors(*[id for root in pair.roots for id in root])
    varies: list[bool] = []
    found: dict[int, None] = {}
    for id in range(len(needed)):
        varies.append(id in graph.variables.values() or any(varies[input] for input in graph.inputs[id]))
        declared = OPERATIONS.get(graph.operations[id])
        if declared is None or not needed[id] or not varies[id] or len(found) >= MOST:
            continue
        inputs = [Symbol(builder, input) for input in graph.inputs[id]]
        for one in declared.facts.specials:
            chosen = itertools.combinations(inputs, len(one.at)) if declared.variadic else [declared.complete(tuple(inputs))]
            found.update(dict.fromkeys(builder.symbol(one.zero(*arguments)).id for arguments in itertools.islice(chosen, MOST)))
    longer = pair_in(graph, [*pair.roots, *[(id, id) for id in found]])
    return longer.steps, [first for first, _ in longer.ends[len(pair.roots) :]]


def places(
    variables: Sequence[str],
    named: Sequence[Rational],
    values: Callable[[Point], Sequence[Any]],
    known: Sequence[Point],
    exhausted: Callable[[], bool],
) -> Iterator[Point]:
    """Points at places where an expression changes, and between them.

    Args:
        variables: Its variables.
        named: Numbers that it names.
        values: The value of each switch at a point, a number of mpmath; a float where it is undefined.
        known: Places that are known already.
        exhausted: Tells whether no more may be computed.
    """
    for variable in variables[:_LINES]:
        for base in (1, 2) if len(variables) > 1 else (1,):
            rest: Point = dict.fromkeys(variables, base)
            line = _Line(lambda t, rest=rest, variable=variable: values({**rest, variable: t}), exhausted)  # type: ignore[misc]
            own = [p[variable] for p in known if all(p[name] == base for name in variables if name != variable)]
            for coordinate in _around(line.places([Fraction(number) for number in (*named, *own)])):
                yield {**rest, variable: coordinate}


class _Line:
    """The zeros of switches along a line.

    Args:
        values: The value of each switch at a place.
        exhausted: Tells whether no more may be computed.
    """

    def __init__(self, values: Callable[[Fraction], Sequence[Any]], exhausted: Callable[[], bool]) -> None:
        self.values = values
        self.exhausted = exhausted
        self.known: dict[Fraction, Sequence[Any]] = {}

    def at(self, place: Fraction, switch: int) -> Any:
        """The value of a switch; None where it is undefined."""
        if place not in self.known:
            self.known[place] = self.values(place)
        value = self.known[place][switch]
        return None if type(value) is float else value

    def places(self, named: Sequence[Fraction]) -> list[Fraction]:
        """The places at which a switch is 0, or begins to be defined, in their order."""
        sizes = [Fraction(4**power, 64) for power in range(15)]
        grid = sorted({Fraction(0), *sizes, *[-size for size in sizes], *named})
        found: set[Fraction] = set(named)
        switches = len(self.values(Fraction(0)))
        for switch in range(switches):
            new: set[Fraction] = set()
            for left, right in itertools.pairwise(grid):
                if self.exhausted():
                    return sorted(found | new)
                new.update(self._between(left, right, switch))
            new.update(self._least(grid, switch))
            found |= new
            grid = sorted({*grid, *sorted(new, key=abs)[:MOST_PLACES]})
            for place in [place for place in self.known if place not in grid]:
                del self.known[place]
        return sorted(sorted(found, key=abs)[:MOST_PLACES])

    def _between(self, left: Fraction, right: Fraction, switch: int) -> Iterator[Fraction]:
        """The zero between two places at which the signs differ, or the end of the domain."""
        a, b = self.at(left, switch), self.at(right, switch)
        if a is not None and a == 0:
            yield left
        elif (a is None) != (b is None):
            yield _simple(*self._halved(left, right, lambda place: (self.at(place, switch) is None) == (a is None)))
        elif a is not None and b is not None and b != 0 and (a < 0) != (b < 0):
            yield self._zero(left, right, switch)

    def _halved(self, left: Fraction, right: Fraction, is_left: Callable[[Fraction], bool]) -> tuple[Fraction, Fraction]:
        for _ in range(60):
            middle = (left + right) / 2
            left, right = (middle, right) if is_left(middle) else (left, middle)
        return left, right

    def _zero(self, left: Fraction, right: Fraction, switch: int) -> Fraction:
        """The zero in a bracket: false position, the end that stays halved."""
        a, b = (_fraction(self.at(place, switch)) for place in (left, right))
        place, last = left, 0
        for count in range(80):
            place = _short((left + right) / 2 if count % 4 == 3 else (left * b - right * a) / (b - a))
            value = self.at(place, switch) if left < place < right else None
            if value is None or value == 0:
                break
            if (value < 0) == (a < 0):
                left, a = place, _fraction(value)
                b = b / 2 if last == -1 else b
                last = -1
            else:
                right, b = place, _fraction(value)
                a = a / 2 if last == 1 else a
                last = 1
            if right - left <= abs(right) / 10**45:
                break
        margin = abs(place) / 10**40
        return _simple(place - margin, place + margin)

    def _least(self, grid: Sequence[Fraction], switch: int) -> Iterator[Fraction]:
        """Zeros around a least absolute value, on both sides of which the sign is the same."""
        for left, middle, right in zip(grid, grid[1:], grid[2:], strict=False):
            values = [self.at(place, switch) for place in (left, middle, right)]
            if any(value is None or value == 0 for value in values) or len({value > 0 for value in values}) > 1:
                continue
            if abs(values[1]) >= min(abs(values[0]), abs(values[2])):
                continue
            for _ in range(24):
                if self.exhausted():
                    return
                sides = [_short((left + middle) / 2), _short((middle + right) / 2)]
                heights = [self.at(place, switch) for place in sides]
                if None in heights:
                    break
                crossed = [place for place, height in zip(sides, heights, strict=True) if (height < 0) != (values[1] < 0)]
                if crossed:
                    for inner in crossed:
                        yield from (self._zero(left, inner, switch), self._zero(inner, right, switch))
                    break
                best = min(abs(height) for height in heights)
                if best >= abs(values[1]):
                    left, right = sides
                else:
                    at = int(abs(heights[1]) == best)
                    left, middle, right = ((left, sides[0], middle), (middle, sides[1], right))[at]
                    values[1] = heights[at]


def _around(found: Sequence[Fraction]) -> Iterator[Rational]:
    """Points between neighbouring places, points beyond the first and the last one, and the places, which may be long numbers."""
    if not found:
        return
    for left, right in itertools.pairwise(found):
        for share in (Fraction(1, 2), Fraction(1, 7), Fraction(8, 9)):
            yield _decimal(left + (right - left) * share, left, right)
    for end, sign in ((found[-1], 1), (found[0], -1)):
        size = Fraction(10 ** (len(str(int(abs(end)))) - 1))
        beyond = Fraction(int(end)) + (sign if end != int(end) else 0)
        for distance in (size, 1, Fraction(1, 2), 10 * size, Fraction(7, 3), 5):
            yield beyond + sign * distance
    yield from found


def _decimal(value: Fraction, left: Fraction, right: Fraction) -> Fraction:
    """The shortest decimal near a value between two others."""
    unit = Fraction(1)
    for _ in range(400):
        short = Fraction(round(value / unit)) * unit
        if left < short < right:
            return short
        unit /= 10
    return value


def _fraction(value: Any) -> Fraction:
    """A number of mpmath as the fraction that it is."""
    sign, mantissa, exponent, _ = value._mpf_
    size = Fraction(1 << min(exponent, 4000)) if exponent > 0 else Fraction(1, 1 << min(-exponent, 4000))
    return Fraction(-int(mantissa) if sign else int(mantissa)) * size


def _short(value: Fraction) -> Fraction:
    """A value to 170 bits, so that numbers do not grow from step to step."""
    if value.denominator.bit_length() < 170 or not value:
        return value
    scale = 170 - (value.numerator.bit_length() - value.denominator.bit_length())
    unit = Fraction(1 << scale) if scale > 0 else Fraction(1, 1 << -scale)
    return Fraction(round(value * unit)) / unit


def _simple(left: Fraction, right: Fraction) -> Fraction:
    """The simplest number in a narrow bracket, which is a rational zero where there is one."""
    middle = (left + right) / 2
    for denominator in (1, 1000, 10**6, 10**12):
        near = middle.limit_denominator(denominator)
        if left <= near <= right:
            return near
    return middle
