"""Values and gradients at high precision, which judge those of a run.

They come from the values of operations alone: the derivative of each operation is a central difference, and the chain rule is
applied by a loop of its own. So no rule of a derivative judges itself. Digits that cancel on the way are counted, and where few
are left the run is computed with more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mpmath import mp

from gradcli.algebra.equality.operations import Computed, at_high_precision
from gradcli.algebra.equality.pair import PrimitiveBuilder
from gradcli.algebra.equality.precise import SPECIAL, cost
from gradcli.analysis.verification.partials import Places, moving_together, partials
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.ieee import as_float
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any

DIGITS = 50
"""Digits of the first calculation."""

_MORE = 3
"""How many times as many each further calculation has, where too many cancel."""

_MOST, _MOST_SPECIAL = 1350, 150
"""The most digits, x - sin(x) at 1e-300 needs 600 to be other than 0; and where special functions are computed."""

_MOST_WORK = 2_000_000
"""The most digits times nodes."""

_CERTAIN = 64
"""Bits of each number on the way that have to be right."""

_MANY = 16
"""Operands of an operation that each get a value of the operation for its derivative."""

_PER_OPERAND = 100
"""The most nodes by operand of a definition."""

_SIDE = 56
"""The power of 2 by which the step of a slope on one side is smaller than what moves."""

_ERROR = 23
"""Bits of an adjoint, beside what it is a sum of, that are the error of differences."""


class Judged(Frozen, eq=False):
    """A run at high precision.

    Attributes:
        values: The value of each node: a number of mpmath, or a float where there is none.
        adjoints: The derivative of the output by each node; None where none is known.
        sizes: For each node the sum of the absolute values of what its derivative is a sum of; None likewise.
        partials: For each node its derivatives by operands, each with the place of the operand; floats.
        conditions: For each node by what its operation multiplies relative errors of its operands; None where that is unknown.
        digits: The digits that it was computed with.
    """

    values: list[Any]
    adjoints: list[Any]
    sizes: list[Any]
    partials: list[Sequence[tuple[int, float]]]
    conditions: list[float | None]
    digits: int

    @property
    def error(self) -> Any:
        """The share of what it is a sum of that an adjoint may be off."""
        return mp.ldexp(1, _ERROR - round(self.digits * _BITS))


_BITS = math.log2(10)


def is_ends_gradient(name: str) -> bool:
    """Whether an operation exists to end gradients: it is linear, and declares no derivative."""
    declared = OPERATIONS.get(name)
    return declared is not None and not declared.differentiable and bool(declared.facts.linear)


def is_of_numbers(graph: Graph) -> bool:
    """Whether a graph has numbers alone, and elementwise operations."""
    return not graph.shapes and all(name in OPERATIONS or name in (VARIABLE, CONSTANT) for name in graph.operations)


def value_of(graph: Graph, point: Mapping[str, Any], digits: int = DIGITS) -> float:
    """The value of a graph of numbers at high precision; ``point`` as for :func:`judged`."""
    with mp.workdps(digits):
        return as_float(_forward(graph, point)[graph.output])


def judged(graph: Graph, point: Mapping[str, Any], seeds: Mapping[int, Any], needs: Sequence[bool]) -> Judged:
    """Run a graph of numbers at high precision, forward and backward.

    Constants are the floats that the run has for them.

    Args:
        graph: The graph, of elementwise operations on numbers.
        point: The value of each variable: a float, or a number of mpmath.
        seeds: The adjoint of each node to begin with.
        needs: For each node whether a gradient flows through it.
    """
    most = min(_MOST_WORK // len(graph), _MOST_SPECIAL if _is_special(graph) else _MOST)
    digits = DIGITS
    while True:
        with mp.workdps(digits):
            found = _run(graph, point, seeds, needs, digits)
            if digits * _MORE > most or _lost(graph, found, seeds) <= mp.prec - _CERTAIN:
                return found
        digits *= _MORE


def _is_special(graph: Graph) -> bool:
    return any(name in OPERATIONS and cost(name) >= SPECIAL for name in set(graph.operations))


def _run(graph: Graph, point: Mapping[str, Any], seeds: Mapping[int, Any], needs: Sequence[bool], digits: int) -> Judged:
    values = _forward(graph, point)
    adjoints: list[Any] = [None] * len(graph)
    sizes: list[Any] = [None] * len(graph)
    conditions: list[float | None] = [None] * len(graph)
    local: list[Sequence[tuple[int, float]]] = [()] * len(graph)
    found = Judged(values, adjoints, sizes, local, conditions, digits)
    for id, seed in seeds.items():
        adjoints[id] = mp.mpf(seed)
        sizes[id] = abs(adjoints[id])
    for id in range(max(seeds), -1, -1):
        adjoint, inputs = adjoints[id], graph.inputs[id]
        if adjoint is None or not inputs or not needs[id] or id in graph.detached:
            continue
        operands = [values[input] for input in inputs]
        parts = _partials(graph.operations[id], operands, moving_together(inputs, needs), digits)
        local[id] = [(index, as_float(partial)) for index, partial in parts]
        conditions[id] = _condition(values[id], operands, parts)
        for index, partial in parts:
            input = inputs[index]
            known = adjoints[input]
            if type(adjoint) is float or type(partial) is float:
                if adjoint:
                    adjoints[input] = sizes[input] = math.nan
            elif type(known) is not float:
                term = adjoint * partial
                adjoints[input] = term if known is None else known + term
                size = sizes[id] * abs(partial)
                sizes[input] = size if known is None else sizes[input] + size
    for id, (adjoint, size) in enumerate(zip(adjoints, sizes, strict=True)):
        if adjoint is not None and type(adjoint) is not float and abs(adjoint) <= size * found.error:
            adjoints[id] = mp.zero
    return found


def _partials(operation: str, operands: Sequence[Any], wanted: Sequence[Places], digits: int) -> list[tuple[int, Any]]:
    """The derivatives of an operation; of many operands by the chain rule through its definition, not one value for each."""
    if len(operands) > _MANY and OPERATIONS[operation].definition is not None and float not in map(type, operands):
        builder = PrimitiveBuilder(Graph(_PER_OPERAND * len(operands)))
        symbols = [Symbol(builder, builder.variable(f"x{at}", (0, 0))) for at in range(len(operands))]
        output = builder.operation(operation, tuple([symbol.id for symbol in symbols]))
        point = {f"x{at}": operand for at, operand in enumerate(operands)}
        with mp.workdps(2 * digits):
            found = _run(builder.graph, point, {output: 1}, [True] * len(builder.graph), 2 * digits)
            adjoints = [found.adjoints[symbol.id] or mp.zero for symbol in symbols]
            if float not in map(type, adjoints):
                return [(together[0], mp.fsum([adjoints[at] for at in together])) for together in wanted]
    return partials(operation, operands, wanted)


def _condition(y: Any, operands: Sequence[Any], found: Sequence[tuple[int, Any]]) -> float | None:
    """Σ |xᵢ·∂y/∂xᵢ| / |y| (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 1.6)."""
    if any(type(one) is float for one in (y, *operands, *[partial for _, partial in found])):
        return None
    moved = sum(abs(operands[index] * partial) for index, partial in found)
    return as_float(moved / abs(y)) if y else math.inf if moved else 0.0


def _lost(graph: Graph, found: Judged, seeds: Mapping[int, Any]) -> float:
    """The most bits that a number on the way of a run has lost; what is exact, as a variable is, loses none.

    Relative errors, in roundings, go forward by the condition of each operand, and backward into sums of terms of some size.
    """
    values = found.values
    errors: list[float] = [0.0] * len(graph)
    for id, inputs in enumerate(graph.inputs):
        y = values[id]
        if inputs and type(y) is not float:
            before = [errors[input] for input in inputs]
            if any(before) or not (_adds(graph.operations[id]) and _fits([values[input] for input in inputs])):
                errors[id] = 1.0
                for index, partial in found.partials[id]:
                    if before[index] and partial and (operand := values[inputs[index]]):
                        errors[id] += before[index] * (as_float(abs(operand * partial / y)) if y else math.inf)
    back: list[float] = [0.0] * len(graph)
    most = 1.0
    for id in range(max(seeds), -1, -1):
        adjoint, size, inputs = found.adjoints[id], found.sizes[id], graph.inputs[id]
        if adjoint is None or type(adjoint) is float:
            continue
        if back[id]:  # so far the error of the sum; now beside the sum
            back[id] = as_float(back[id] * size / abs(adjoint)) if adjoint else math.inf if size else 0.0
        most = max(most, errors[id], back[id])
        own = max([1.0, errors[id], *[errors[input] for input in inputs]]) if inputs and not _adds(graph.operations[id]) else 0.0
        for index, partial in found.partials[id]:
            if partial:
                back[inputs[index]] = max(back[inputs[index]], back[id] + own)
    return math.log2(most)


def _fits(operands: Sequence[Any]) -> bool:
    """Whether the sum of exact numbers, of few more bits than floats, is one that the digits hold."""
    sizes = [mp.mag(one) for one in operands if type(one) is not float and one]
    return bool(max(sizes, default=0) - min(sizes, default=0) < mp.prec - 2 * _CERTAIN)


def _adds(operation: str) -> bool:
    """Whether an operation is linear in all its arguments at once: of exact numbers it is exact, and so are its derivatives."""
    declared = OPERATIONS[operation]
    return any(len(group) == (1 if declared.variadic else declared.required) for group in declared.facts.linear)


def _forward(graph: Graph, point: Mapping[str, Any]) -> list[Any]:
    names = {id: name for name, id in graph.variables.items()}
    values: list[Any] = []
    functions: dict[tuple[str, int], Computed] = {}
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if operation == VARIABLE:
            values.append(precise(point[names[id]]))
        elif operation == CONSTANT:
            values.append(precise(constant_value(graph.constants[id])))
        else:
            key = operation, len(inputs)
            function = functions.get(key)
            if function is None:
                function = functions[key] = at_high_precision(*key)
            values.append(function([values[input] for input in inputs]))
    return values


def precise(value: Any) -> Any:
    """A float as a number of mpmath; one that is not finite stays a float."""
    return mp.mpf(value) if type(value) is not float or math.isfinite(value) else value


def slopes(graph: Graph, point: Mapping[str, Any], direction: Mapping[str, float], output: int) -> tuple[Any, Any]:
    """The slopes of a node on the two sides along a direction; infinite where the value jumps, nan where it is undefined.

    Args:
        graph: The graph, as for :func:`judged`.
        point: The value of each variable.
        direction: How each variable moves; the others stand still.
        output: The node.
    """
    at = {name: precise(value) for name, value in point.items()}
    size = max([abs(value) for name, value in at.items() if name in direction and type(value) is not float], default=1)
    scale = mp.mag(size or 1)
    with mp.workprec(round(DIGITS * _BITS) + max(scale, 0)):  # so that all steps are those between neighbouring whole numbers
        here = _forward(graph, at)[output]

        def slope(step: Any) -> float:
            moved = {name: value + step * mp.mpf(direction[name]) if name in direction else value for name, value in at.items()}
            there = _forward(graph, moved)[output]
            return math.nan if type(there) is float or type(here) is float else float((there - here) / step)

        step = mp.ldexp(1, min(scale, 0) - _SIDE)
        found = []
        for way in (-1, 1):
            near, nearer, nearest = [slope(way * mp.ldexp(step, -30 * closer)) for closer in range(3)]
            grows = abs(nearer - near) > _STEEP * (1 + abs(near)) and 2 * abs(nearest - nearer) > abs(nearer - near)
            found.append(math.copysign(math.inf, nearest) if grows else near)
        return found[0], found[1]


_STEEP = 1e-6
"""By what a slope has to grow each time that the step shrinks to be infinite, be it as slowly as a logarithm."""
