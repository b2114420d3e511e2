"""Values of derivatives at a point: of the formulas that stand beside them, computed with as many digits as it takes.

Where a formula has no value because it divides 0 by 0, the limit is its value. At kinks and jumps of the function the derivative
of a formula is a convention, PyTorch's; whether there is a derivative, and which, the one-sided difference quotients of the
function tell.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from gradcli.algebra.derivatives import differentiate
from gradcli.algebra.equality.elements import PrimitiveElements
from gradcli.algebra.equality.high_precision import Numeric
from gradcli.algebra.equality.pair import pair_in
from gradcli.algebra.equality.thresholds import with_switches
from gradcli.algebra.jacobian import element_names
from gradcli.algebra.simplified import Simplified
from gradcli.algebra.slopes import AT_A_KINK, CONVENTION, DIGITS, Slopes, ValueAt, value_at
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import graph_run
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph, Shape
from gradcli.language.ast import Output, Program
from gradcli.language.numbers import number_text
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.elements.expansion import expanded_outputs
from gradcli.lowering.programs.lower import lower
from gradcli.ops.declaration.ieee import as_float
from gradcli.typing import Any

_APART = 1e-6
"""How far a backward pass is from the exact derivative where rounding has made another number of it, relative to them or to 1."""

_NODES = 20_000
"""The largest graph of numbers whose values are computed so."""


def values_at(
    function: Graph,
    simplified: Simplified,
    requests: Sequence[tuple[str, ...]],
    bindings: Mapping[str, Any],
    of: Sequence[tuple[int, int]] = (),
) -> list[ValueAt] | None:
    """The values of derivatives of a function at a point.

    Args:
        function: The graph of the function.
        simplified: The derivatives.
        requests: For each the variables, or elements ``x[0]`` of these, that it is a derivative by; none for the function itself.
        bindings: The values of the variables.
        of: For each the output of the function, and the place of its element, that it is a derivative of; left out, its output.

    Returns:
        The value of each; None where they cannot be written in numbers, or are too large.
    """
    numbers = [number for value in bindings.values() for number in (value.ravel() if hasattr(value, "ravel") else [value])]
    if not all(map(math.isfinite, numbers)):
        return None
    of = of or [(function.output, 0)] * len(requests)
    if not simplified.expressions:  # the derivatives by an array without elements
        return []
    try:
        return _Point(function, simplified, bindings, list(dict.fromkeys(output for output, _ in of))).values(requests, of)
    except GradcliError:
        return None


class _Point:
    def __init__(self, function: Graph, simplified: Simplified, bindings: Mapping[str, Any], outputs: Sequence[int]) -> None:
        shapes: dict[str, Shape] = {name: function.shape(id) for name, id in function.variables.items()}
        self.function, self.bindings = function, bindings
        self.variables = shapes
        whole = StaticBuilder(Graph(_NODES), shapes=shapes)
        symbols = replay(function, whole)
        program = Program((*simplified.definitions, *[Output(expression) for expression in simplified.expressions]))
        graph = lower(program, whole, shapes)
        formulas = graph.outputs[-len(simplified.expressions) :]
        ends_of = [symbols[output].id for output in outputs]
        builder = PrimitiveElements(Graph(_NODES))
        found, names = expanded_outputs(graph, [*ends_of, *formulas], builder)
        self.shapes = [graph.shape(formula) for formula in formulas]
        self.elements = {
            one: own for name, owns in names.items() for one, own in zip(element_names(name, shapes[name]), owns, strict=True)
        }
        self.point: dict[str, Fraction] = {}
        for name, owns in names.items():
            flat = bindings[name].ravel().tolist() if hasattr(bindings[name], "ravel") else [bindings[name]]
            self.point |= dict(zip(owns, map(Fraction, flat), strict=True))
        pair = pair_in(builder.graph, [(id, id) for ids in found for id in ids])
        rest = iter([first for first, _ in pair.ends])
        steps = [list(itertools.islice(rest, len(ids))) for ids in found]
        self.functions, self.formulas = dict(zip(outputs, steps, strict=False)), steps[len(outputs) :]
        self.pair = pair
        self.numeric = Numeric(pair.steps, pair.ends)

    def values(self, requests: Sequence[tuple[str, ...]], of: Sequence[tuple[int, int]]) -> list[ValueAt]:
        """The value of each formula.

        Args:
            requests: The variables, or their elements, that each is a derivative by.
            of: The output, and the place of its element, that each is a derivative of.
        """
        special = self.is_special()
        results: list[ValueAt] = []
        for request, (output, place), formula, shape in zip(requests, of, self.formulas, self.shapes, strict=True):
            function = self.functions[output]
            by = [self.elements[name] for name in request if name in self.elements]
            known = place < len(function) and len(by) == len(request) and not shape
            each: list[Sequence[str]] = [by if known else ()] * len(formula)
            if shape and len(request) == 1 and len(function) == 1 and self.variables[request[0]] == shape:
                each = [(self.elements[name],) for name in element_names(request[0], shape)]
            found = [self.value(at, function, place, names, special=special) for at, names in zip(formula, each, strict=True)]
            if output == self.function.output and len(request) == len(function) == 1:
                found = self.with_conventions(found, request[0])
            if not shape:
                results.append(found[0])
                continue
            import numpy

            notes = [one.note for one in found if one.note]
            results.append(ValueAt(numpy.array([one.value for one in found]).reshape(shape), notes[0] if notes else ""))
        return results

    def value(self, formula: int, function: Sequence[int], place: int, by: Sequence[str], *, special: bool) -> ValueAt:
        """The value of a formula, the derivative of an element of a function by variables; none where these are not known."""
        shown = value_at(self.numeric, formula, self.point)
        if not by:
            return ValueAt(as_float(shown))
        slopes = Slopes(self.numeric, function[place], self.point)
        if special or type(shown) is float or not slopes.is_defined(self.point):
            return slopes.value(formula, shown, by)
        return ValueAt(as_float(shown))

    def with_conventions(self, found: Sequence[ValueAt], name: str) -> list[ValueAt]:
        """The derivatives by a variable, or an element, beside those of the backward pass.

        Where the formula is 0/0 at a kink they are those of the backward pass, as of a norm at 0, if it has any; where rounding
        parts the two, as of logsumexp([x, x]) at 1e16, that is said.
        """
        variable = name.partition("[")[0]
        gradient = self.backward[variable]
        flat = gradient.ravel().tolist() if hasattr(gradient, "ravel") else [gradient]
        names = element_names(variable, self.variables[variable])
        chosen = [flat[names.index(name)]] if len(found) == 1 and name in names else flat
        return [self.beside(one, own) for one, own in zip(found, chosen, strict=True)]

    @staticmethod
    def beside(one: ValueAt, own: float) -> ValueAt:
        """A derivative beside that of the backward pass."""
        if one.value != one.value and own == own and one.note.startswith(AT_A_KINK):
            return ValueAt(own, one.note.replace(AT_A_KINK, CONVENTION, 1))
        apart = abs(one.value - own) > _APART * max(1, abs(one.value), abs(own))
        if one.note or not apart or not math.isfinite(own):
            return one
        return one._replace(note=f"exact; the backward pass, which rounds as PyTorch does, gives {number_text(own)}")

    @functools.cached_property
    def backward(self) -> Mapping[str, Any]:
        """The gradient of the backward pass."""
        return graph_run(self.function, Request(dict(self.bindings))).full_gradient

    def is_special(self) -> bool:
        """Whether something is 0 or undefined here that decides on the function or on a formula."""
        steps, switches = with_switches(self.pair)
        numeric = Numeric(steps, self.pair.ends)
        at = numeric.values(self.point, DIGITS[0])
        return any(type(at[switch]) is float or at[switch] == 0 for switch in switches)


def not_smooth(
    graph: Graph, requests: Sequence[tuple[str, ...]], values: Mapping[str, Any], of: Sequence[tuple[int, int]] = ()
) -> str:
    """What is to be said of the derivatives of a graph at a point where they are not simply those of its formulas.

    Args:
        graph: A graph of numbers.
        requests: By what it is differentiated.
        values: The point.
        of: Of which outputs; left out, of its output.

    Returns:
        A sentence; empty where there is nothing to say.
    """
    outputs = [output for output, _ in of] or [graph.output] * len(requests)
    found = differentiate(graph, list(zip(outputs, requests, strict=True)))
    at_point = values_at(graph, found, requests, values, of)
    for request, (value, note) in zip(requests, at_point or (), strict=False):
        by = " and ".join(dict.fromkeys(request))
        note = note.rpartition(": ")[2]
        if re.search("function ends there", note) and math.isinf(value):
            return f"the function ends there, and the derivative by {by} is infinite"
        if re.search("function ends there", note):
            return "the function ends there"
        if sides := re.fullmatch("(?:the derivative|it) is (.+) from the left and (.+) from the right", note):
            return f"the derivative by {by} is {sides[1]} from the left and {sides[2]} from the right"
        if note:
            return note
        if value != value:
            return f"the derivative by {by} is undefined there"
        if math.isinf(value):
            return f"the derivative by {by} is infinite there"
    return ""
