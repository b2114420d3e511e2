"""Values and gradients at high precision, which judge those of a run.

They come from the values of operations alone: the derivative of each operation is a central difference of 50 digits, of which
about 30 are right, and the chain rule is applied by a loop of its own. So no rule of a derivative judges itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mpmath import mp

from gradcli.algebra.equality.operations import Computed, at_high_precision
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.ieee import as_float

DIGITS = 50
_STEP = 17
"""The exponent of the step of a difference, beside the size of what moves."""

_CERTAIN = 30
"""Digits of the value of an operation, over the size of an operand, that a difference shows."""


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
            found.append((index, _difference(compute, operands, index)))
    return found


def _difference(compute: Computed, operands: Sequence[Any], index: int) -> Any:
    """A central difference, whose error is 34 digits below the scale on which the operation bends."""
    operand = operands[index]
    if any(type(one) is float for one in operands):
        return math.nan
    step = mp.ldexp(1, mp.mag(operand or 1) - _STEP * 10 // 3)
    low, high = [compute([*operands[:index], operand + way, *operands[index + 1 :]]) for way in (-step, step)]
    return math.nan if type(low) is float or type(high) is float else (high - low) / (2 * step)


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

        step = mp.ldexp(1, mp.mag(size or 1) - _STEP * 10 // 3)
        found = []
        for way in (-1, 1):
            near, nearer = slope(way * step), slope(way * mp.ldexp(step, -30))
            found.append(math.copysign(math.inf, nearer) if abs(nearer) > 100 * abs(near) + _STEEP else near)
        return found[0], found[1]


_STEEP = 1e-6
"""Below it a slope that grows as the step shrinks is rounding."""
