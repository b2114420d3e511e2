"""Values of derivatives at a point: of the formulas that stand beside them, computed with as many digits as it takes.

Where a formula has no value because it divides 0 by 0, the limit is its value. At kinks and jumps of the function the derivative
of a formula is a convention, PyTorch's; whether there is a derivative, and which, the one-sided difference quotients of the
function tell.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from mpmath import mp

from gradcli.algebra.derivatives import Simplified
from gradcli.algebra.equality.elements import PrimitiveElements
from gradcli.algebra.equality.high_precision import Numeric
from gradcli.algebra.equality.pair import pair_in
from gradcli.algebra.equality.thresholds import with_switches
from gradcli.algebra.jacobian import element_names
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph, Shape
from gradcli.language.ast import Output, Program
from gradcli.language.numbers import number_text
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.elements.expansion import expanded_outputs
from gradcli.lowering.programs.lower import lower

_NODES = 20_000
"""The largest graph of numbers whose values are computed so."""

_DIGITS = (60, 120, 240, 480)
"""Digits of calculations; two that agree in a float64 decide."""

_STEPS = (40, 60)
"""Two negative powers of 10 as the steps of difference quotients, which agree where there is a derivative."""

_HIGHEST_ORDER = 8
"""The highest order of difference quotients."""

_AGREED = 1e-15


class ValueAt(NamedTuple):
    """A value at a point.

    Attributes:
        value: A number, or an array.
        note: What it is where it is not simply the value of the formula; empty where it is.
    """

    value: Any
    note: str = ""


def values_at(
    function: Graph, simplified: Simplified, requests: Sequence[tuple[str, ...]], bindings: Mapping[str, Any]
) -> list[ValueAt] | None:
    """The values of derivatives of a function's output at a point.

    Args:
        function: The graph of the function.
        simplified: The derivatives.
        requests: For each the variables, or elements ``x[0]`` of these, that it is a derivative by; none for the function itself.
        bindings: The values of the variables.

    Returns:
        The value of each; None where they cannot be written in numbers, or are too large.
    """
    numbers = [number for value in bindings.values() for number in (value.ravel() if hasattr(value, "ravel") else [value])]
    if not all(map(math.isfinite, numbers)):
        return None
    if not simplified.expressions:  # the derivatives by an array without elements
        return []
    try:
        return _Point(function, simplified, bindings).values(requests)
    except GradcliError:
        return None


class _Point:
    def __init__(self, function: Graph, simplified: Simplified, bindings: Mapping[str, Any]) -> None:
        shapes: dict[str, Shape] = {name: function.shape(id) for name, id in function.variables.items()}
        self.variables = shapes
        whole = StaticBuilder(Graph(_NODES), shapes=shapes)
        symbols = replay(function, whole)
        program = Program((*simplified.definitions, *[Output(expression) for expression in simplified.expressions]))
        graph = lower(program, whole, shapes)
        outputs = [symbols[function.output].id, *graph.outputs[-len(simplified.expressions) :]]
        builder = PrimitiveElements(Graph(_NODES))
        found, names = expanded_outputs(graph, outputs, builder)
        self.shapes = [graph.shape(output) for output in outputs[1:]]
        self.elements = {
            one: own for name, owns in names.items() for one, own in zip(element_names(name, shapes[name]), owns, strict=True)
        }
        self.point: dict[str, Fraction] = {}
        for name, owns in names.items():
            flat = bindings[name].ravel().tolist() if hasattr(bindings[name], "ravel") else [bindings[name]]
            self.point |= dict(zip(owns, map(Fraction, flat), strict=True))
        ends = [(id, id) for ids in found for id in ids]
        pair = pair_in(builder.graph, ends)
        places = [first for first, _ in pair.ends]
        self.function = places[: len(found[0])]
        rest = iter(places[len(found[0]) :])
        self.formulas = [list(itertools.islice(rest, len(ids))) for ids in found[1:]]
        self.pair = pair
        self.numeric = Numeric(pair.steps, pair.ends)

    def values(self, requests: Sequence[tuple[str, ...]]) -> list[ValueAt]:
        """The value of each formula."""
        special = self.is_special()
        results: list[ValueAt] = []
        for request, formula, shape in zip(requests, self.formulas, self.shapes, strict=True):
            by = [self.elements[name] for name in request if name in self.elements]
            known = len(self.function) == 1 and len(by) == len(request) and not shape
            each: list[Sequence[str]] = [by if known else ()] * len(formula)
            if shape and len(request) == 1 and len(self.function) == 1 and self.variables[request[0]] == shape:
                each = [(self.elements[name],) for name in element_names(request[0], shape)]
            found = [self.value(at, names, special=special) for at, names in zip(formula, each, strict=True)]
            if not shape:
                results.append(found[0])
                continue
            import numpy

            notes = [one.note for one in found if one.note]
            results.append(ValueAt(numpy.array([one.value for one in found]).reshape(shape), notes[0] if notes else ""))
        return results

    def is_special(self) -> bool:
        """Whether something is 0 or undefined here that decides on the function or on a formula."""
        steps, switches = with_switches(self.pair)
        numeric = Numeric(steps, self.pair.ends)
        at = numeric.values(self.point, _DIGITS[0])
        return any(type(at[switch]) is float or at[switch] == 0 for switch in switches)

    def value(self, formula: int, by: Sequence[str], *, special: bool) -> ValueAt:
        """The value of a formula, the derivative of the function by some variables; none where these are not known."""
        shown = self.at(formula, self.point)
        plain = ValueAt(as_float(shown))
        if not by or not (special or type(shown) is float):
            return plain
        if not self.is_defined(self.point):
            return self.limit(formula, by, plain)
        if len(by) > _HIGHEST_ORDER:
            return plain
        sides: list[Any] = [None, None]
        for order in range(1, len(by) + 1):
            sides = [self.quotient(by[:order], sign) for sign in (-1, 1)]
            if None in sides:
                return self.at_end_or_jump(by[order - 1], plain, sides)
            if not agree(*sides):
                numbers = [number_text(as_float(side)) for side in sides]
                what = "the derivative" if order == len(by) else f"the derivative of order {order}"
                kind = "no derivative" if plain.value != plain.value else "a convention, PyTorch's"
                return ValueAt(plain.value, f"{kind}: {what} is {numbers[0]} from the left and {numbers[1]} from the right")
        if type(shown) is float:
            return ValueAt(as_float(sides[0]), "the limit, as the formula has no value there")
        if not agree(sides[0], shown):
            return ValueAt(as_float(sides[0]), f"the function's; that of the branch taken there is {number_text(plain.value)}")
        return plain

    def at_end_or_jump(self, name: str, plain: ValueAt, sides: Sequence[Any]) -> ValueAt:
        """What is said where a side has no difference quotient: the function ends there, or it jumps, or it is steep."""
        near = [self.moved(name, sign * Fraction(1, 10 ** _STEPS[0])) for sign in (-1, 1)]
        defined = [self.is_defined(point) for point in near]
        if all(defined):
            if not any(self.jumps(name, sign) for sign in (-1, 1)):
                return plain
            kind = "no derivative" if plain.value != plain.value else "a convention, PyTorch's"
            return plain._replace(note=f"{kind}: the function jumps there")
        for side, is_defined, word in zip(sides, defined, ("left", "right"), strict=True):
            if is_defined and side is not None:
                value = plain.value if agree(side, plain.value) else as_float(side)
                return ValueAt(value, f"the limit from the {word}, as the function ends there")
        return plain

    def jumps(self, name: str, sign: int) -> bool:
        """Whether the function has another limit on a side than its value; a steep one comes nearer with each step."""
        points = [self.point, *[self.moved(name, sign * Fraction(1, 10**digits)) for digits in _STEPS]]
        here, *beside = [self.at(self.function[0], point) for point in points]
        far, near = [abs(value - here) for value in beside]
        return bool(near > _AGREED * max(1, abs(here)) and near > far / 2)

    def limit(self, formula: int, by: Sequence[str], plain: ValueAt) -> ValueAt:
        """The limit of a formula where the function has no value itself, along the variable of its last derivative."""
        ends: list[Any] = []
        values: list[Any] = []
        for sign in (-1, 1):
            near = [self.at(formula, self.moved(by[-1], sign * Fraction(1, 10**digits))) for digits in _STEPS]
            if any(type(value) is float for value in near) or not agree(*near):
                return plain
            ends.append(near[1])
            values.append(self.at(self.function[0], self.moved(by[-1], sign * Fraction(1, 10 ** _STEPS[1]))))
        if not agree(*ends) or self.depends_on_the_way(formula, ends[0]):
            return plain
        if any(type(value) is float for value in values) or not agree(*values):
            return ValueAt(math.nan, "no derivative: the function jumps there")
        return ValueAt(as_float(without_noise(ends[0])), "the limit, as the function has no value there")

    def depends_on_the_way(self, formula: int, end: Any) -> bool:
        """Whether a formula of several variables comes to another value along another one of them, or along all at once."""
        step = Fraction(1, 10 ** _STEPS[1])
        if len(self.point) == 1:
            return False
        ways = [self.moved(name, step) for name in self.point]
        ways.append({name: value + step for name, value in self.point.items()})
        found = [self.at(formula, way) for way in ways]
        return any(type(value) is float or not agree(value, end) for value in found)

    def quotient(self, by: Sequence[str], sign: int) -> Any:
        """The one-sided difference quotient of the function; None where it has no limit, or the function is undefined."""
        counts = {name: by.count(name) for name in by}
        found: list[Any] = []
        for power in _STEPS:
            digits = power * (len(by) + 1) + _DIGITS[0]
            step = sign * Fraction(1, 10**power)
            with mp.workdps(digits):
                total = mp.zero
                for shifts in itertools.product(*[range(count + 1) for count in counts.values()]):
                    moved = {name: self.point[name] + shift * step for name, shift in zip(counts, shifts, strict=True)}
                    value = self.numeric.values({**self.point, **moved}, digits)[self.function[0]]
                    if type(value) is float:
                        return None
                    weights = [
                        math.comb(n, shift) * (-1) ** (n - shift) for n, shift in zip(counts.values(), shifts, strict=True)
                    ]
                    total += value * math.prod(weights)
                found.append(total * mp.mpf(10) ** (power * len(by)) * sign ** len(by))
        return without_noise(found[1]) if agree(*found) else None

    def is_defined(self, point: Mapping[str, Fraction]) -> bool:
        """Whether the function has a value."""
        return type(self.numeric.values(point, 2 * _DIGITS[0])[self.function[0]]) is not float

    def moved(self, name: str, by: Fraction) -> dict[str, Fraction]:
        return {**self.point, name: self.point[name] + by}

    def at(self, step: int, point: Mapping[str, Fraction]) -> Any:
        """The value of a step, with so many digits that more do not change it."""
        last: float | None = None
        for digits in _DIGITS:
            value = self.numeric.values(point, digits)[step]
            rounded = as_float(value)
            if type(value) is float or rounded == last:
                break
            last = rounded
        return value


def as_float(value: Any) -> float:
    """The nearest float64."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def without_noise(value: Any) -> Any:
    """A limit that was computed from values beside it: what is smaller than the steps is 0."""
    return value * 0 if abs(value) < mp.mpf(10) ** -_STEPS[0] else value


def agree(a: Any, b: Any) -> bool:
    """Whether two numbers are one but for what steps of difference quotients leave."""
    return bool(abs(a - b) <= _AGREED * max(1, abs(a), abs(b)))
