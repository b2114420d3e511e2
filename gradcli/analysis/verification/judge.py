"""Values and gradients at high precision, which judge those of a run.

They come from the values of operations alone: the derivative of each operation is a central difference of 75 digits, of which
nearly 50 are right, and the chain rule is applied by a loop of its own. So no rule of a derivative judges itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from mpmath import mp

from gradcli.algebra.equality.operations import Computed, at_high_precision
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.facts import POLE
from gradcli.ops.declaration.ieee import as_float
from gradcli.ops.declaration.operation import Operation
from gradcli.typing import Any

DIGITS = 50
_STEP = 83
"""The power of 2 by which the step of a difference is smaller than what moves, with as many bits more for its values."""

_SIDE = 56
"""The same for the slope on one side of a point."""

_CERTAIN = 30
"""Digits of the value of an operation, over the size of an operand, that a difference shows."""

_FAR = 2000
"""The power of 2 that no float has."""

_SUMMED = 143
"""The power of 2 below which, beside what it is a sum of, an adjoint is 0 but for the error of differences: 43 digits."""

_SHRINKS = 20
"""The power of 2 by which a difference at 0 shrinks that is the error of its step alone, when its step shrinks by 2 to the 30."""


class Judged(Frozen, eq=False):
    """A run at high precision.

    Attributes:
        values: The value of each node: a number of mpmath, or a float where there is none.
        adjoints: The derivative of the output by each node; None where none is known.
        sizes: For each node the sum of the absolute values of what its derivative is a sum of; None likewise.
        partials: For each node its derivatives by operands, each with the place of the operand; floats.
        conditions: For each node by what its operation multiplies relative errors of its operands; None where that is unknown.
    """

    values: list[Any]
    adjoints: list[Any]
    sizes: list[Any]
    partials: list[Sequence[tuple[int, float]]]
    conditions: list[float | None]


def is_ends_gradient(name: str) -> bool:
    """Whether an operation exists to end gradients: it is linear, and declares no derivative."""
    declared = OPERATIONS.get(name)
    return declared is not None and not declared.differentiable and bool(declared.facts.linear)


def is_of_numbers(graph: Graph) -> bool:
    """Whether a graph has numbers alone, and elementwise operations."""
    return not graph.shapes and all(name in OPERATIONS or name in (VARIABLE, CONSTANT) for name in graph.operations)


def value_of(graph: Graph, point: Mapping[str, Any]) -> float:
    """The value of a graph of numbers at high precision."""
    with mp.workdps(DIGITS):
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
    with mp.workdps(DIGITS):
        values = _forward(graph, point)
        adjoints: list[Any] = [None] * len(graph)
        sizes: list[Any] = [None] * len(graph)
        conditions: list[float | None] = [None] * len(graph)
        local: list[Sequence[tuple[int, float]]] = [()] * len(graph)
        for id, seed in seeds.items():
            adjoints[id] = mp.mpf(seed)
            sizes[id] = abs(adjoints[id])
        for id in range(max(seeds), -1, -1):
            adjoint, inputs = adjoints[id], graph.inputs[id]
            if adjoint is None or not inputs or not needs[id] or id in graph.detached:
                continue
            operands = [values[input] for input in inputs]
            found = partials(graph.operations[id], values[id], operands, [needs[input] for input in inputs])
            local[id] = [(index, as_float(partial)) for index, partial in found]
            conditions[id] = _condition(as_float(values[id]), [as_float(operand) for operand in operands], local[id])
            for index, partial in found:
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
            if adjoint is not None and type(adjoint) is not float and abs(adjoint) <= mp.ldexp(size, -_SUMMED):
                adjoints[id] = mp.zero
    return Judged(values, adjoints, sizes, local, conditions)


def _condition(y: float, operands: Sequence[float], found: Sequence[tuple[int, float]]) -> float | None:
    """Σ |xᵢ·∂y/∂xᵢ| / |y| (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 1.6)."""
    moved = sum(abs(operands[index] * partial) for index, partial in found)
    condition = moved / abs(y) if y else math.inf if moved else 0.0
    return None if condition != condition else condition


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


def partials(operation: str, y: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> list[tuple[int, Any]]:
    """The derivatives of an operation by its wanted operands, as pairs of index and number; nan where there is none.

    Args:
        operation: Its name.
        y: Its value.
        operands: The operands, numbers of mpmath; floats where they are undefined.
        wanted: For each operand whether its derivative is.
    """
    declared = OPERATIONS[operation]
    compute = at_high_precision(operation, len(operands))
    near = min(map(mp.mag, _to_poles(declared, operands)), default=_FAR)
    found: list[tuple[int, Any]] = []
    for index, want in enumerate(wanted):
        if not want or not declared.derivable(index):
            continue
        place = 0 if declared.variadic else index
        group = next((group for group in declared.facts.linear if place in group), None)
        if group is not None:
            moved = [
                mp.mpf(at == index) if (declared.variadic or at in group) else operand for at, operand in enumerate(operands)
            ]
            found.append((index, compute(moved)))
        else:
            found.append((index, _difference(compute, operands, index, near)))
    return found


def _to_poles(declared: Operation, operands: Sequence[Any]) -> Iterator[float]:
    """How far operands are from the poles of an operation."""
    point = [as_float(operand) for operand in operands]
    for special in declared.facts.specials:
        if special.kind == POLE and all(map(math.isfinite, point)):
            off = abs(float(special.zero(*point)))
            if 0 < off < math.inf:
                yield off


def _difference(compute: Computed, operands: Sequence[Any], index: int, near: int) -> Any:
    """A central difference, whose error is 50 digits below the scale on which the operation bends.

    Beside a pole an operation bends on the scale of its distance, given as a power of 2. Beside 0 it may bend on the scale of 1,
    as the cosine does: there are digits for that as well. At 0 the error is all that a difference has where the derivative is 0,
    as of x^3: it falls with the step.
    """
    operand = operands[index]
    if any(type(one) is float for one in operands):
        return math.nan
    size = min(mp.mag(operand or 1), near)

    def central(step: Any) -> Any:
        low, high = [compute([*operands[:index], operand + way, *operands[index + 1 :]]) for way in (-step, step)]
        return math.nan if type(low) is float or type(high) is float else (high - low) / (2 * step)

    with mp.workprec(mp.prec + _STEP + 2 * max(0, -size)):
        step = mp.ldexp(1, size - _STEP)
        found = central(step)
        if operand or not found or type(found) is float:
            return found
        nearer = central(mp.ldexp(step, -30))
        return mp.zero if type(nearer) is not float and abs(nearer) < mp.ldexp(abs(found), -_SHRINKS) else found


def uncertain(y: Any, operand: Any) -> float:
    """How far off the difference of an operation may be because its value has 50 digits only."""
    if type(y) is float or type(operand) is float:
        return 0.0
    return float(abs(y) / abs(operand or 1) * mp.mpf(10) ** -_CERTAIN)


def slopes(graph: Graph, point: Mapping[str, Any], direction: Mapping[str, float], output: int) -> tuple[Any, Any]:
    """The slopes of a node on the two sides along a direction; infinite where the value jumps, nan where it is undefined.

    Args:
        graph: The graph, as for :func:`judged`.
        point: The value of each variable.
        direction: How each variable moves; the others stand still.
        output: The node.
    """
    with mp.workdps(DIGITS):
        at = {name: precise(value) for name, value in point.items()}
        size = max([abs(value) for name, value in at.items() if name in direction and type(value) is not float], default=1)
        here = _forward(graph, at)[output]

        def slope(step: Any) -> float:
            moved = {name: value + step * mp.mpf(direction[name]) if name in direction else value for name, value in at.items()}
            there = _forward(graph, moved)[output]
            return math.nan if type(there) is float or type(here) is float else float((there - here) / step)

        step = mp.ldexp(1, mp.mag(size or 1) - _SIDE)
        found = []
        for way in (-1, 1):
            near, nearer, nearest = [slope(way * mp.ldexp(step, -30 * closer)) for closer in range(3)]
            grows = abs(nearer - near) > _STEEP * (1 + abs(near)) and 2 * abs(nearest - nearer) > abs(nearer - near)
            found.append(math.copysign(math.inf, nearest) if grows else near)
        return found[0], found[1]


_STEEP = 1e-6
"""By what a slope has to grow each time that the step shrinks to be infinite, be it as slowly as a logarithm."""
