"""Places at which an expression changes, found from the expression itself: kinks, jumps, and ends of its domain.

They are the special points that operations declare: the zeros of what abs, max, conditions and logarithms are taken of. Along
lines, on which one variable varies, they are solved for by inverses, however far out they lie, and what no inverse tells is
looked for by changes of sign. What is inside is searched first, so that a peak that is narrow around a kink is found from the
kink. Of two variables one is set to each of its own places in turn, and the other is solved for again: x > 50 and w < x - 50.
"""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from gradcli.algebra.equality.inverses import ordered, solved
from gradcli.algebra.equality.pair import Pair, PrimitiveBuilder, Step, pair_in
from gradcli.algebra.equality.points import SIMPLEST, Coordinate, Irrational, Point, Rational, points, rational
from gradcli.graph.graph import VARIABLE, Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise.arithmetic import mul as product
from gradcli.ops.elementwise.arithmetic import pow as power
from gradcli.ops.elementwise.arithmetic import sub as subtraction
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.algebra.equality.touching import Touching

MOST = 40
"""Steps whose zeros are looked for."""

_LINES = 4
"""Variables along which places are looked for."""

_KEPT = 6
"""Places of one variable at and beside which places of another one are looked for."""

_PAIRED = 300
"""Points with coordinates of two variables that belong together."""

_DESCENTS = 60
"""Points of which each coordinate belongs to those that were chosen before it, for three variables and more."""

_STARTS = 60
"""Points from the lowest of which least values are looked for."""

_LOWEST = 4
"""Of how many."""

_SAME = 1e-20
"""How near places are that are one."""

_MOST_LINES = 1_000
"""Lines on which places are looked for."""

_LINE_COST = 4
"""What finding the places on a line costs, in evaluations."""


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
        if declared is None or not needed[id] or not varies[id] or len(found) >= MOST or is_whole_power(graph, id):
            continue
        inputs = [Symbol(builder, input) for input in graph.inputs[id]]
        zeros = itertools.islice(declared.special_values(inputs), MOST)
        found.update(dict.fromkeys(_simple_zero(graph, builder.symbol(zero).id) for _, zero in zeros))
        if graph.operations[id] == power.name and varies[graph.inputs[id][1]]:  # 0^0 is 1
            found[graph.inputs[id][1]] = None
    longer = pair_in(graph, [*pair.roots, *[(id, id) for id in found]])
    return longer.steps, [first for first, _ in longer.ends[len(pair.roots) :]]


def _simple_zero(graph: Graph, id: int) -> int:
    """What is 0 where a node is, and changes its sign there: of (u^2 - 0) that is u."""
    while True:
        operation, inputs = graph.operations[id], graph.inputs[id]
        others = [input for input in inputs if graph.constants.get(input) != 0]
        is_power = is_whole_power(graph, id) or (operation == product.name and inputs[0] == inputs[1])
        if not others or not (is_power or (operation == subtraction.name and len(others) == 1)):
            return id
        id = others[0]


def is_whole_power(graph: Graph, id: int) -> bool:
    """Whether a node is x^n for a whole n from 0 on, a polynomial: other powers end at 0."""
    exponent = graph.constants.get(graph.inputs[id][1]) if graph.operations[id] == power.name else None
    return isinstance(exponent, int) and exponent >= 0


class Places:
    """Points at places where expressions change, and between them.

    Args:
        pair: The expressions.
        named: Numbers that they name.
        known: Places that are known already.
        budget: How many times the expressions may be computed for the search; 0 for exact numbers alone, which need no mpmath.
        most_lines: On how many lines places are looked for.

    Attributes:
        unsolved: How many switches had to be looked for along lines, since no inverse gives all of their zeros.
    """

    def __init__(
        self, pair: Pair, named: Sequence[Rational], known: Sequence[Point], budget: float, most_lines: int = _MOST_LINES
    ) -> None:
        self.variables = pair.variables
        self.named = [Fraction(number) for number in named]
        self.known = known
        self.budget = budget
        self.lines = min(most_lines, _MOST_LINES)
        self.spent = 0.0
        self.steps, self.switches = with_switches(pair)
        self._open: set[int] = set()

    @property
    def unsolved(self) -> int:
        return len(self._open)

    def points(self) -> Iterator[Point]:
        """The points: along each variable, then those of two variables together, then of all."""
        if not self.switches or not self.variables:
            return
        lines: dict[str, list[Coordinate]] = {}
        for variable in self.variables[:_LINES]:
            for base in (1, 2) if len(self.variables) > 1 else (1,):
                rest: Point = dict.fromkeys(self.variables, base)
                around = _around(self.line(variable, rest, named=True))
                if variable not in lines:
                    lines[variable] = _cells(self.line(variable, rest))
                yield from ({**rest, variable: coordinate} for coordinate in around)
        if len(lines) > 1:
            yield from itertools.islice(self.pairs(lines), _PAIRED)
            if self.budget:
                yield from self.touched()
        if len(self.variables) > 2:
            yield from self.descents()

    def line(self, variable: str, rest: Point, *, named: bool = False) -> list[Coordinate]:
        """The places along a line, in their order.

        Args:
            variable: The variable that varies.
            rest: The values of the others.
            named: Whether numbers that the expressions name count as places, and what no inverse tells is looked for.
        """
        if self.exhausted():
            return []
        self.lines -= 1
        self.spent += _LINE_COST
        zeros, still_open = solved(self.steps, self.switches, variable, rest, exact=not self.budget)
        if not named:
            return ordered(zeros)
        own = [p[variable] for p in self.known if all(p[name] == rest[name] for name in self.variables if name != variable)]
        near = [*self.named, *own]
        found: list[Coordinate] = [*zeros, *near]
        if self.budget and still_open:
            from gradcli.algebra.equality.high_precision import DIGITS, Numeric
            from gradcli.algebra.equality.line_search import LineSearch, refined

            self._open.update(still_open)
            steps, places = _leading_to(self.steps, still_open)
            numeric = Numeric(steps, ())

            def values(place: Any, digits: int = DIGITS) -> list[Any]:
                self.spent += digits / DIGITS
                at = numeric.values({**rest, variable: place}, digits)
                return [at[switch] for switch in places]

            search = LineSearch(values, len(still_open), self.exhausted)
            for place, switch in search.places(sorted({Fraction(rational(place)) for place in (*near, *zeros)})).items():
                if switch is None or (place.denominator <= SIMPLEST and search.at(place, switch) == 0):
                    found.append(place)
                else:  # of x*exp(x) - 1, which is 0 at no rational number
                    found.append(Irrational("", place, refined(values, switch, place)))
        return ordered(found)

    def exhausted(self) -> bool:
        """Whether no more may be computed."""
        return self.lines <= 0 or 0 < self.budget < self.spent

    def pairs(self, lines: Mapping[str, Sequence[Coordinate]]) -> Iterator[Point]:
        """For two variables: of one the coordinates that are known, and with each of them the places of the other."""
        each = [self.pair(first, second, lines[first]) for first, second in itertools.permutations(lines, 2)]
        for row in itertools.zip_longest(*each):
            yield from filter(None, row)

    def pair(self, first: str, second: str, coordinates: Sequence[Coordinate]) -> Iterator[Point]:
        for coordinate in coordinates:
            if self.exhausted():
                return
            rest: Point = {**dict.fromkeys(self.variables, 1), first: coordinate}
            for other in _cells(self.line(second, rest)):
                yield {**rest, second: other}

    def touched(self) -> Iterator[Point]:
        """Points at which a switch of several variables is 0 but keeps its sign, and those at which several are 0 together."""
        depends: list[set[str]] = []
        for step in self.steps:
            depends.append({step.variable} if step.operation == VARIABLE else set().union(*[depends[at] for at in step.inputs]))
        most = min(self.budget, self.spent + self.budget / 4)
        for count in range(1, min(len(self.variables), _LINES) + 1):
            for switches in itertools.combinations(self.switches, count):
                names = sorted(set().union(*[depends[switch] for switch in switches]))
                if len(names) >= max(2, count) and (count == 1 or any(len(depends[switch]) > 1 for switch in switches)):
                    yield from self.least(switches, names, lambda: self.spent > most)

    def least(self, switches: Sequence[int], names: Sequence[str], exhausted: Callable[[], bool]) -> Iterator[Point]:
        """Points of some variables where the size of a switch is least, or that of several, as a vector.

        They are those at which it is 0, or of another sign than at the start.
        """
        from mpmath import mp

        from gradcli.algebra.equality.high_precision import DIGITS, Numeric
        from gradcli.algebra.equality.line_search import simplest
        from gradcli.algebra.equality.precise import as_fraction, number_of
        from gradcli.algebra.equality.touching import lowest

        steps, places = _leading_to(self.steps, switches)
        numeric, rest = Numeric(steps, ()), dict.fromkeys(self.variables, 1)

        def function(place: Sequence[Any], digits: int = DIGITS, sign: int = 1) -> Any:
            self.spent += digits / DIGITS * len(steps) / len(self.steps)
            at = numeric.values({**rest, **dict(zip(names, place, strict=True))}, digits)
            values = [at[switch] for switch in places]
            if len(values) == 1 or float in map(type, values):
                return sign * values[0]
            return sum(value * value for value in values)

        starts = [
            mp.matrix([number_of(rational(value)) for value in point.values()])
            for point in itertools.islice(points(names), _STARTS)
        ]
        heights = [(function(start), at) for at, start in enumerate(starts)]
        known: list[Any] = []
        for sign in (1, -1):
            above = sorted((sign * height, at) for height, at in heights if type(height) is not float and sign * height > 0)
            for _, start in above[:_LOWEST]:
                found = lowest(functools.partial(function, sign=sign), starts[start], exhausted)
                if found is None or any(mp.norm(found.place - place) < _SAME for place in known):
                    continue
                known.append(found.place)
                point: Point = dict(rest)
                for at, (name, value) in enumerate(zip(names, found.place, strict=True)):
                    near = as_fraction(value)
                    margin = max(abs(near) / 10**40, Fraction(1, 10**45))
                    simple = simplest(near - margin, near + margin)
                    point[name] = simple
                    if found.touching and simple.denominator > SIMPLEST:
                        point[name] = Irrational("", near, functools.partial(_coordinate, found.touching, at))
                yield point

    def descents(self) -> Iterator[Point]:
        """Points found one variable after the other, in any order; the same in every run."""
        source = random.Random("places")
        for _ in range(_DESCENTS):
            point: Point = dict.fromkeys(self.variables, 1)
            for name in source.sample(self.variables, min(len(self.variables), _LINES)):
                if self.exhausted():
                    return
                cells = _cells(self.line(name, point))
                if cells:
                    point[name] = source.choice(cells)
            yield point


def _coordinate(touching: Touching, at: int, digits: int) -> Any:
    return touching.place(digits + 5)[at]


def _leading_to(steps: Sequence[Step], ends: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The steps that lead to some of them, and where these are among them."""
    needed = set(ends)
    for at in range(len(steps) - 1, -1, -1):
        if at in needed:
            needed.update(steps[at].inputs)
    new = {at: place for place, at in enumerate(sorted(needed))}
    leading = [steps[at]._replace(inputs=tuple([new[input] for input in steps[at].inputs])) for at in new]
    return leading, [new[end] for end in ends]


def _cells(places: Sequence[Coordinate]) -> list[Coordinate]:
    """Some of the places on a line, evenly, each with a point on either side of it."""
    if not places:
        return []
    if len(places) > _KEPT:
        places = [places[at * (len(places) - 1) // (_KEPT - 1)] for at in range(_KEPT)]
    near = [Fraction(rational(place)) for place in places]
    between = [_decimal((left + right) / 2, left, right) for left, right in itertools.pairwise(near)]
    ends = [_beyond(near[0], -1), _beyond(near[-1], 1)]
    return ordered([*places, *between, *ends])


def _beyond(end: Fraction, sign: int) -> Fraction:
    """A whole number that is farther out."""
    return Fraction(int(end) + sign * max(1, abs(int(end)) // 2))


def _around(found: Sequence[Coordinate]) -> Iterator[Coordinate]:
    """Points between neighbouring places, points beyond the first and the last one, and the places, which may be long numbers."""
    if not found:
        return
    near = [Fraction(rational(place)) for place in found]
    for left, right in itertools.pairwise(near):
        for share in (Fraction(1, 2), Fraction(1, 7), Fraction(8, 9)):
            yield _decimal(left + (right - left) * share, left, right)
    for end, sign in ((near[-1], 1), (near[0], -1)):
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
