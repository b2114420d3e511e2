"""Where a curve bends sharply, jumps, ends or is infinite: at the special points of its operations, and of those of its slope.

Candidates are the zeros of what abs, conditions, quotients and logarithms are taken of. Inverses give some exactly; the others
show as changes of sign, or as least values, on a fine grid, and are bisected, all at once. What a curve does at a candidate
is told by its values at either side, in forty digits, at distances that shrink.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from gradcli.algebra.equality.high_precision import Numeric
from gradcli.algebra.equality.inverses import solved
from gradcli.algebra.equality.pair import Pair
from gradcli.algebra.equality.points import rational
from gradcli.algebra.equality.precise import as_fraction
from gradcli.algebra.equality.thresholds import with_switches
from gradcli.analysis.sampling.functions import primitive_pair, vectors_of
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import END, JUMP, KINK, POLE, REMOVABLE
from gradcli.ops.declaration.ieee import as_float
from gradcli.typing import Any

GRID = 8_192
"""Places at which signs are compared."""

MOST = 200
"""Candidates that are looked at, those nearest to the middle."""

_WORK = 20_000
"""Candidates times operations, at most: each is computed a dozen times in many digits."""

_NOTHING = 1e-13
"""What a least value that is 0 may be off, beside the largest one."""

_HALVINGS = 64
_DIGITS = 40
_STEPS = tuple(Fraction(1, 10**power) for power in (4, 6, 8, 10, 12))
"""Distances from a candidate, beside the width of the range: farther than its own error, nearer than can be seen."""

_VISIBLE = 1e-6
"""How far apart values are at least that count as apart, beside their size; in PyTorch, softplus has a kink of 1e-9 at 20."""

_EVENLY = 0.8
"""Growth from step to step that is no less than this share of that before: what grows so, grows without end."""

VERTICAL, OSCILLATION = "vertical", "oscillation"

_GRID_WORK = 2**27
"""Places of the grid times operations, at most; of one that is computed number by number each counts so many times."""

_ONE_BY_ONE = 50_000
_LEAST_GRID = 512


class Mark(Frozen):
    """What a curve does at a place.

    Attributes:
        kind: ``kink``, ``jump``, ``pole``, ``end``, ``vertical`` where the slope is infinite at both sides,
            ``removable`` where one value alone is missing, or another, ``oscillation`` where it has neither value nor limit.
        place: The place.
        left: The value that it comes to from the left; an infinity, or None where it has none.
        right: The same from the right.
        value: The value at the place itself; None where it has none.
    """

    kind: str
    place: float
    left: float | None
    right: float | None
    value: float | None


def marks(
    graph: Graph, variable: str, fixed: Mapping[str, float], low: float, high: float
) -> tuple[list[list[Mark]], int, float | None]:
    """The marks of curves, how many candidates were too many to look at, and how near two may be to be seen as one, where the
    grid had to be coarse.

    Args:
        graph: A graph whose outputs are the curves, then the slope of each.
        variable: The variable that varies.
        fixed: The value of each other one.
        low: The least value of the variable.
        high: The largest.
    """
    pair = primitive_pair(graph)
    rest = {name: Fraction(value) for name, value in fixed.items()}
    grid = _grid(pair)
    places, unseen = _candidates(pair, variable, fixed, rest, (low, high), grid)
    count = len(graph.outputs) // 2
    ends = [first for first, _ in pair.ends]
    numeric = Numeric(pair.steps, pair.ends)
    width = Fraction(high) - Fraction(low)
    found: list[list[Mark]] = [[] for _ in range(count)]
    for place in places:
        exact = Fraction(place)

        def values(at: Fraction) -> list[Any]:
            values = numeric.values({**rest, variable: at}, _DIGITS)
            return [values[end] for end in ends]

        here = values(exact)
        sides = [[values(exact + sign * width * step) for step in _STEPS] for sign in (-1, 1)]
        for at in range(count):
            left, right = ([[row[end] for row in side] for end in (at, at + count)] for side in sides)
            mark = _mark(place, here[at], left, right)
            if mark is not None:
                found[at].append(mark)
    return found, unseen, (high - low) / grid if grid < GRID else None


def _grid(pair: Pair) -> int:
    """At how many places signs are compared: fewer of what takes long."""
    work = sum(
        _ONE_BY_ONE if operation in OPERATIONS and OPERATIONS[operation].array is None else 1 for operation, _, _, _ in pair.steps
    )
    return min(GRID, max(_LEAST_GRID, _GRID_WORK // work // _LEAST_GRID * _LEAST_GRID))


def _mark(place: float, here: Any, left: Sequence[Sequence[Any]], right: Sequence[Sequence[Any]]) -> Mark | None:
    """What a curve does at a place, from its values and its slopes at either side."""
    value = None if type(here) is float else float(here)
    a, b = (_limit(side[0]) for side in (left, right))
    if value is not None:
        a, b = (
            value if limit is not None and not _apart([here, here], side[0]) else limit for limit, side in ((a, left), (b, right))
        )
    if a is None and b is None:
        return None
    if math.inf in (a, b) or -math.inf in (a, b):
        return Mark(POLE, place, a, b, value)
    if a != a or b != b:  # it settles on nothing
        return Mark(OSCILLATION, place, None, None, None) if value is None else None
    if a is None or b is None:
        return Mark(END, place, a, b, value)
    if _apart(left[0], right[0]):
        return Mark(JUMP, place, a, b, value)
    if value is None or value not in (a, b):
        return Mark(REMOVABLE, place, a, b, value)
    slopes = [_limit(side[1]) for side in (left, right)]
    if slopes[0] == slopes[1] and slopes[0] in (math.inf, -math.inf):
        return Mark(VERTICAL, place, a, b, value)
    if slopes[0] is not None and slopes[1] is not None and slopes[0] != slopes[1] and _apart(left[1], right[1]):
        return Mark(KINK, place, a, b, value)
    return None


def _limit(values: Sequence[Any]) -> float | None:
    """What values come to as the distance shrinks; None where they are undefined, nan where they settle on nothing."""
    if any(type(value) is float for value in values):
        return None
    growth = [after - before for before, after in itertools.pairwise(values)]
    pairs = list(itertools.pairwise(growth))
    if all(after * before > 0 and abs(after) >= _EVENLY * abs(before) for before, after in pairs) and abs(values[-1]) > abs(
        values[0]
    ):
        return math.inf if values[-1] > 0 else -math.inf
    if any(abs(after) > abs(before) and abs(after) > _VISIBLE * abs(values[-1]) for before, after in pairs):
        return math.nan
    return float(values[-1] + growth[-1] / 99)  # as if it grew by its distance, which shrinks to a hundredth


def _apart(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """Whether values at both sides stay apart as the distance shrinks."""
    before, last = abs(right[-2] - left[-2]), abs(right[-1] - left[-1])
    return bool(last > _EVENLY * before and last > _VISIBLE * max(map(abs, (*left, *right))))


def _candidates(
    pair: Pair, variable: str, fixed: Mapping[str, float], rest: Mapping[str, Fraction], ends: tuple[float, float], grid: int
) -> tuple[list[float], int]:
    """Where switches are 0, or a curve is infinite, in their order, and how many more there are."""
    import numpy

    steps, switches = with_switches(pair)
    low, high = ends
    exact = [as_float(rational(place)) for place in solved(steps, switches, variable, rest, exact=False).zeros]
    found = [place for place in exact if low <= place <= high]
    of_switches = vectors_of(steps, switches)
    of_curves = vectors_of(pair.steps, [first for first, _ in pair.ends[: len(pair.ends) // 2]])

    crossed, touched = _zeros(lambda places: of_switches({**fixed, variable: places}), ends, grid)
    with numpy.errstate(all="ignore"):
        crossed += _zeros(
            lambda places: [1 / value for value in of_curves({**fixed, variable: places})], ends, grid, touching=False
        )[0]
    numeric = Numeric(steps, ())
    for place, at in touched:
        crossed.append(_touching(numeric, switches[at], variable, rest, Fraction(place), Fraction(high) - Fraction(low)))
    near = (high - low) * 1e-9
    for place in crossed:
        if low <= place <= high and all(abs(place - other) > near for other in found):
            found.append(place)
    middle = (low + high) / 2
    most = max(4, min(MOST, _WORK // len(steps)))
    return sorted(sorted(found, key=lambda place: abs(place - middle))[:most]), max(0, len(found) - most)


def _touching(
    numeric: Numeric, switch: int, variable: str, rest: Mapping[str, Fraction], place: Fraction, width: Fraction
) -> float:
    """A zero on both sides of which the sign is the same, from a place near it: the least value of parabolas."""
    for distance in (width / 10**6, width / 10**10, width / 10**14):
        near = (place - distance, place, place + distance)
        a, b, c = (numeric.values({**rest, variable: at}, _DIGITS)[switch] for at in near)
        if float in map(type, (a, b, c)) or a - 2 * b + c == 0:
            break
        place += distance / 2 * as_fraction((a - c) / (a - 2 * b + c))
    return float(place)


def _zeros(
    computed: Callable[[Any], list[Any]], ends: tuple[float, float], parts: int, *, touching: bool = True
) -> tuple[list[float], list[tuple[float, int]]]:
    """Zeros on a grid: changes of sign and ends of the domain, and least absolute values that are 0, each with which it is of.

    Args:
        computed: The values at places.
        ends: The ends of the grid.
        parts: How many steps it has.
        touching: Whether least absolute values are looked for.
    """
    import numpy

    grid = numpy.linspace(*ends, parts + 1)
    table = numpy.array(computed(grid), dtype=float).reshape(-1, len(grid))
    crossed: list[float] = []
    for values in table:
        zeros = grid[values == 0]
        crossed += zeros.tolist() if len(zeros) < MOST else []

    def at(rows: Any, places: Any) -> Any:
        """The value of one function at each place: all are computed there together."""
        return numpy.array(computed(places))[rows, numpy.arange(len(places))]

    def signs(values: Any) -> Any:
        return numpy.where(numpy.isnan(values), 2.0, numpy.sign(values))

    sign = signs(table)
    rows, changes = _first((sign[:, :-1] != sign[:, 1:]) & (sign[:, :-1] != 0) & (sign[:, 1:] != 0))
    left, right, of_left = grid[changes], grid[changes + 1], sign[rows, changes]
    for _ in range(_HALVINGS if len(rows) else 0):
        middle = (left + right) / 2
        same = signs(at(rows, middle)) == of_left
        left, right = numpy.where(same, middle, left), numpy.where(same, right, middle)
    crossed += right.tolist()
    if not touching:
        return crossed, []
    size = abs(table)
    rows, least = _first((size[:, 1:-1] < size[:, :-2]) & (size[:, 1:-1] < size[:, 2:]) & (sign[:, :-2] == sign[:, 2:]))
    left, right = grid[least], grid[least + 2]
    for _ in range(_HALVINGS if len(rows) else 0):  # thirds of the bracket, of which that with the least value is kept
        first, second = left + (right - left) / 3, right - (right - left) / 3
        lower = abs(at(rows, first)) < abs(at(rows, second))
        left, right = numpy.where(lower, left, first), numpy.where(lower, second, right)
    if not len(rows):
        return crossed, []
    middle = (left + right) / 2
    largest = numpy.where(numpy.isfinite(size), size, 0).max(axis=1)
    near = abs(at(rows, middle)) < _NOTHING * largest[rows]
    return crossed, list(zip(middle[near].tolist(), rows[near].tolist(), strict=True))


def _first(where: Any) -> tuple[Any, Any]:
    """The rows and the places that are true, of each row the first ones."""
    import numpy

    rows, places = numpy.nonzero(where)
    starts = numpy.searchsorted(rows, rows)
    kept = numpy.arange(len(rows)) - starts < MOST
    return rows[kept], places[kept]
