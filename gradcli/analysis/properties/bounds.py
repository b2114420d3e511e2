"""Bounds of values by interval arithmetic: from the bounds of the variables those of every node.

Moore, Interval Analysis (1966), chapter 3: an operation that rises or falls is bounded by its values at the ends, one that is
affine in each argument by those at the corners. Values are float64 and are not rounded outwards.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from gradcli.algebra.assumptions.facts import Assumptions
from gradcli.graph.graph import CONSTANT, VARIABLE, Constant, Graph
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.course import EVERYWHERE, Course, Interval, course
from gradcli.ops.declaration.facts import POLE, REMOVABLE
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any

MOST_CORNERS = 3
"""Arguments of an operation up to which its values at all corners are looked at."""

MOST_ELEMENTS = 1_000_000
"""Elements of an operand up to which an operation on arrays is computed at the ends."""


def bounds_of(graph: Graph, assumptions: Assumptions, known: Mapping[int, Interval] | None = None) -> list[Interval]:
    """The interval of the values of each node, of an array that of all its elements.

    Args:
        graph: The graph.
        assumptions: What is known of the variables.
        known: The intervals of variables, by their ids, in place of what is assumed of them.
    """
    names = {id: name for name, id in graph.variables.items()}
    found: list[Interval] = []
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if known is not None and id in known:
            found.append(known[id])
        elif operation == VARIABLE:
            fact = assumptions.of(names[id])
            found.append(
                (-math.inf if fact.low is None else float(fact.low), math.inf if fact.high is None else float(fact.high))
            )
        elif operation == CONSTANT:
            found.append(_of_constant(graph.constants[id]))
        elif operation in OPERATIONS:
            intervals = [found[input] for input in inputs]
            if OPERATIONS[operation].facts.skips_nan and any(graph.inputs[input] for input in inputs):
                found.append(_chosen(OPERATIONS[operation], intervals))
            else:
                found.append(image(OPERATIONS[operation], intervals, len(set(inputs)) < len(inputs)))
        elif (declared := STRUCTURAL.get(operation)) is not None:
            found.append(_of_arrays(graph, id, declared, [found[input] for input in inputs]))
        else:
            found.append(EVERYWHERE)
    return found


def _of_constant(value: Constant) -> Interval:
    flat = constant_value(value)
    if hasattr(flat, "min"):
        return (float(flat.min()), float(flat.max())) if flat.size else EVERYWHERE
    return EVERYWHERE if flat != flat else (flat, flat)


def image(operation: Operation, arguments: Sequence[Interval], same: bool = False) -> Interval:
    """An interval that has all values of an operation on numbers between bounds.

    Args:
        operation: The operation.
        arguments: The interval of each argument.
        same: Whether two of the arguments are the same number.
    """
    facts = operation.facts
    if same and facts.twice and len(arguments) == 2:
        return image(OPERATIONS[facts.twice], arguments[:1])
    found = facts.range
    if facts.chooses:
        found = _both(found, _chosen(operation, arguments))
    known = course_of(operation, arguments, [True] * len(arguments))
    if all(low == high for low, high in arguments):
        return _both(found, _hull([_value(operation, [low for low, _ in arguments])]))
    if facts.corners and len(arguments) <= MOST_CORNERS and not has_pole(operation, arguments):
        corners = list(itertools.product(*map(_ends, arguments)))
        return _both(found, _finite(operation, corners, _hull([_corner(operation, point) for point in corners])))
    varying = [at for at, (low, high) in enumerate(arguments) if low != high]
    if len(varying) == 1:
        known = course_of(operation, arguments, [at in varying for at in range(len(arguments))]) or known
    points = None if known is None else _extremes(arguments, varying, known)
    values = [_value(operation, point) for point in points or ()]
    if not values or any(value != value for value in values) or any(map(math.isinf, values[1:-1])):
        return found
    return _both(found, _finite(operation, points or (), _hull(values)))


def _finite(operation: Operation, points: Sequence[Sequence[float]], hull: Interval) -> Interval:
    """The interval of values at points of which floats have lost some: those that overflow are finite, and so are those of which
    nothing is left not 0."""
    low, high = min(hull[0], sys.float_info.max), max(hull[1], -sys.float_info.max)
    if low == high == 0:
        from mpmath import mpf

        from gradcli.algebra.equality.operations import at_high_precision

        exact = at_high_precision(operation.name, len(points[0]))
        found = [exact(list(map(mpf, point))) for point in points if all(map(math.isfinite, point))]
        low, high = -_LEAST * any(one < 0 for one in found), _LEAST * any(one > 0 for one in found)
    return low, high


_LEAST = 5e-324


def _chosen(operation: Operation, arguments: Sequence[Interval]) -> Interval:
    """The interval of the arguments one of which an operation is."""
    taken = [one for at, one in enumerate(arguments) if (0 if operation.variadic else at) in operation.facts.chooses]
    return min(low for low, _ in taken), max(high for _, high in taken)


def _extremes(arguments: Sequence[Interval], varying: Sequence[int], known: Course) -> list[list[float]] | None:
    """The points at which an operation is largest and smallest, from those at one end to those at the other, or none."""
    if len(varying) == 1:
        [at] = varying
        places = _breaks(_both(arguments[at], known.defined), known) or ()
        return [[*[low for low, _ in arguments[:at]], place, *[low for low, _ in arguments[at + 1 :]]] for place in places]
    trends = [trend(known, interval) for interval in arguments]
    if not all(trends):
        return None
    ends = list(map(_ends, arguments))
    return [[one[end if sign > 0 else 1 - end] for one, sign in zip(ends, trends, strict=True)] for end in (0, 1)]


def _breaks(interval: Interval, known: Course) -> list[float] | None:
    """The ends of an interval, and the points between at which rising becomes falling; None where neither is known somewhere."""
    low, high = interval
    if low > high:
        return None
    points, at = [low], low
    while at < high:
        ends = [end for start, end in (*known.rises, *known.falls) if start <= at < end]
        if not ends:
            return None
        at = min(max(ends), high)
        points.append(at)
    return [*points[:-1], _ends((low, points[-1]))[1]]


def trend(known: Course, interval: Interval) -> int:
    """1 where an operation rises between bounds of an argument, -1 where it falls, 0 where that is not known."""
    inner = _both(interval, known.defined)
    if any(low <= inner[0] and inner[1] <= high for low, high in known.rises):
        return 1
    return -1 if any(low <= inner[0] and inner[1] <= high for low, high in known.falls) else 0


def course_of(operation: Operation, arguments: Sequence[Interval], varies: Sequence[bool]) -> Course | None:
    """How an operation on numbers runs in the arguments that vary; None where nothing is known.

    Args:
        operation: The operation.
        arguments: The interval of each argument.
        varies: For each whether it varies.
    """
    declared = operation.facts.course
    if isinstance(declared, str):
        return course(declared) if declared else None
    given: list[Interval | None] = [None if vary else one for one, vary in zip(arguments, varies, strict=True)]
    missing = len(operation.parameters) - len(given)
    if missing > 0:
        given += [(value, value) for value in operation.defaults[-missing:]]
    text = declared(*given)
    return course(text) if text else None


def has_pole(operation: Operation, arguments: Sequence[Interval]) -> bool:
    """Whether an operation may have a pole between bounds of its arguments."""
    return any(low < 0 < high or low == high == 0 for low, high in _zeros(operation, arguments, lambda kind: kind == POLE))


def touches_special(operation: Operation, arguments: Sequence[Interval]) -> bool:
    """Whether an operation may have a point between bounds of its arguments where it is not smooth."""
    return any(low <= 0 <= high for low, high in _zeros(operation, arguments, lambda kind: kind != REMOVABLE))


def _zeros(operation: Operation, arguments: Sequence[Interval], wanted: Callable[[str], bool]) -> Iterator[Interval]:
    """The intervals of what is 0 at the special points of an operation, of some kinds."""
    arithmetic = Intervals()
    symbols = [arithmetic.symbol(one) for one in arguments]
    yield from (arithmetic.interval(zero) for special, zero in operation.special_values(symbols) if wanted(special.kind))


class Intervals:
    """Computes with intervals where rules compute with numbers: a builder whose symbols are intervals.

    Attributes:
        found: The interval of each symbol.
    """

    def __init__(self) -> None:
        self.found: list[Interval] = []

    def symbol(self, interval: Interval) -> Symbol:
        """The symbol of an interval."""
        self.found.append(interval)
        return Symbol(self, len(self.found) - 1)

    def interval(self, value: Any) -> Interval:
        """The interval of a symbol or a number."""
        return self.found[value.id] if isinstance(value, Symbol) else (float(value), float(value))

    def apply(self, operation: str, operands: Sequence[Any], settings: tuple[tuple[str, Any], ...] = ()) -> Symbol:
        """The symbol of an operation on symbols and numbers."""
        return self.symbol(image(OPERATIONS[operation], [self.interval(operand) for operand in operands]))

    def shape(self, id: int) -> tuple[int, ...]:
        """They are numbers."""
        return ()


def _ends(interval: Interval) -> Interval:
    """Its ends; a 0 at the upper end is what is left of it, and one at the lower end what is right of it."""
    low, high = interval
    return low + 0.0, -0.0 if high == 0 and low < 0 else high


def _value(operation: Operation, point: Sequence[float]) -> float:
    return float(operation(*point))


_HUGE = 1e308


def _corner(operation: Operation, point: Sequence[float]) -> float:
    """The value at a corner; where that is 0·inf or inf - inf it is 0, or infinite as at huge numbers, or else nan."""
    value = _value(operation, point)
    if value == value:
        return value
    value = _value(operation, [max(-_HUGE, min(_HUGE, one)) for one in point])
    return 0.0 if value == 0 else math.copysign(math.inf, value) if abs(value) > 1 else math.nan


def _hull(values: Sequence[float]) -> Interval:
    known = [value for value in values if value == value]
    return (min(known), max(known)) if known else EVERYWHERE


def _both(first: Interval, second: Interval) -> Interval:
    low, high = max(first[0], second[0]), min(first[1], second[1])
    return (low, high) if low <= high else first


def settings_course(declared: Structural, settings: Mapping[str, Any]) -> Course | None:
    """How an operation on arrays runs in its operands; None where nothing is known."""
    text = declared.facts.course
    if not isinstance(text, str):
        text = text(**settings)
    return course(text) if text else None


def _of_arrays(graph: Graph, id: int, declared: Structural, operands: Sequence[Interval]) -> Interval:
    """That of an operation on arrays: where it rises it is computed at the lower and at the upper bounds."""
    settings, shapes = dict(graph.settings.get(id, ())), [graph.shape(input) for input in graph.inputs[id]]
    known = settings_course(declared, settings)
    positive = (declared.facts.moves and declared.facts.linear) or (known is not None and known.rises)
    if not positive or declared.whole(*shapes) or not operands or sum(map(math.prod, shapes)) > MOST_ELEMENTS:
        return declared.facts.range
    import numpy

    ends = []
    for end in (0, 1):
        value = numpy.asarray(
            declared(*[numpy.full(shape, one[end]) for shape, one in zip(shapes, operands, strict=True)], **settings)
        )
        if not value.size or numpy.isnan(value).any():
            return declared.facts.range
        ends.append(float(value.min() if end == 0 else value.max()))
    return _both(declared.facts.range, (ends[0], ends[1]))
