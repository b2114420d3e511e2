"""Whether each node of a run hands back what it has to: derivatives by rules against derivatives by values alone.

A gradient is right where every node's part of it is. So a rule that is wrong is found at the node that it spoils, and a run of
any size is checked by as many steps as it has nodes, whatever the number of variables.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mpmath import mp

from gradcli.analysis.verification.judge import DIGITS, Judged, partials, precise, uncertain
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.frozen import Frozen
from gradcli.ops import vjp
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.ieee import as_float
from gradcli.ops.declaration.operation import NotDifferentiableError, Operation
from gradcli.typing import Any

WRONG = 1e-7
"""How far a rule in float64 may be off, beside the size of the derivative, that is right but for rounding."""

_SENSITIVE = 16
"""How many times what a rule changes by a rounding of its arguments it may be off."""

_ELEMENTS = 8
"""Elements of an array at which a rule is tried."""

_STEPS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
_WRONG_ON_ARRAYS = 1e-5
_ROUNDINGS = 1e4
"""Roundings of the value of an operation on arrays, over the size of an operand, below which a derivative is not judged."""


class Fault(Frozen):
    """A node whose rule gives another derivative than its values have.

    Attributes:
        id: The node.
        argument: The place of the operand.
        found: What the rule gives.
        right: What the values give.
    """

    id: int
    argument: int
    found: float
    right: float


def faults(tape: Tape, special: Sequence[int] | set[int], judge: Judged | None) -> Iterator[Fault]:
    """The nodes of a run that hand back something wrong, from the output back.

    Args:
        tape: The run, forward and backward.
        special: Nodes at kinks, jumps, poles and ends, where no derivative is right or wrong.
        judge: The same run at high precision, where it is one on numbers: what agrees with it needs no closer look.
    """
    graph = tape.graph
    epsilon = 2.0**-23 if tape.dtype == "float32" else 2.0**-52
    for id in range(len(graph) - 1, -1, -1):
        adjoint, inputs = tape.adjoints[id], graph.inputs[id]
        if adjoint is None or not inputs or not tape.requires_grad[id] or id in special:
            continue
        wanted = [tape.requires_grad[input] and vjp.carries(graph.operations[id], at, [graph.shape(i) for i in inputs])
                  for at, input in enumerate(inputs)]  # fmt: skip
        declared = OPERATIONS.get(graph.operations[id])
        if not any(wanted):
            continue
        operands = [tape.values[input] for input in inputs]
        if declared is None or type(tape.values[id]) is not float:
            if declared is not None:
                yield from _in_elements(declared, id, tape, operands, wanted, epsilon)
            yield from _on_arrays(id, tape, operands, wanted, epsilon)
        elif adjoint:
            yield from _of_numbers(declared, id, tape.values[id], operands, wanted, epsilon, judge.partials[id] if judge else ())


def _of_numbers(
    declared: Operation,
    id: int,
    y: Any,
    operands: Sequence[Any],
    wanted: Sequence[bool],
    epsilon: float,
    known: Sequence[tuple[int, float]] = (),
) -> Iterator[Fault]:
    """The faults of a rule among numbers, at the operands that the run has."""
    wanted = [want and declared.derivable(at) for at, want in enumerate(wanted)]
    if not all(map(math.isfinite, (y, *operands))):
        return
    found = declared.local_derivatives(y, tuple(operands), wanted)
    if known and all(abs(found[index] - partial) <= WRONG * abs(partial) for index, partial in known):
        return
    with mp.workdps(DIGITS):
        exact = [precise(operand) for operand in operands]
        for index, partial in partials(declared.name, precise(y), exact, wanted):
            if type(partial) is float:
                continue
            right, own = as_float(partial), float(found[index])
            off = abs(own - right)
            if own == right or off <= WRONG * abs(right) + uncertain(precise(y), exact[index]) + 1e-300:
                continue
            if off <= _SENSITIVE * _sensitivity(declared, y, operands, index, wanted, epsilon):
                continue
            yield Fault(id, index, own, right)


def _sensitivity(
    declared: Operation, y: float, operands: Sequence[float], index: int, wanted: Sequence[bool], epsilon: float
) -> float:
    """How much a rule changes where its arguments are rounded otherwise: what is lost in it is no fault of the rule."""
    only = [want and at == index for at, want in enumerate(wanted)]

    def rule(place: int, way: float) -> float:
        moved = tuple([operand * way if at == place else operand for at, operand in enumerate(operands)])
        return float(declared.local_derivatives(y * way if place < 0 else y, moved, only)[index])

    base = rule(0, 1.0)
    changes = [0.0]
    for roundings in (-epsilon, epsilon):
        for place in range(-1, len(operands)):
            near, far = (abs(rule(place, 1 + times * roundings) - base) for times in (1, 3))
            if abs(far - near) > 1e-2 * near:  # else it is a jump, as of a rule that compares its arguments
                changes += [near, far]
    return max(filter(math.isfinite, changes))


def _in_elements(
    declared: Operation, id: int, tape: Tape, operands: Sequence[Any], wanted: Sequence[bool], epsilon: float
) -> Iterator[Fault]:
    """The faults of a rule at some elements of its arrays, as among numbers."""
    import numpy

    arrays = numpy.broadcast_arrays(tape.values[id], *operands)
    flat = [array.reshape(-1) for array in arrays]
    count = len(flat[0])
    for place in sorted({round(at * (count - 1) / max(1, _ELEMENTS - 1)) for at in range(_ELEMENTS)} if count else ()):
        y, *numbers = [float(array[place]) for array in flat]
        yield from _of_numbers(declared, id, y, numbers, wanted, epsilon)


def _on_arrays(id: int, tape: Tape, operands: Sequence[Any], wanted: Sequence[bool], epsilon: float) -> Iterator[Fault]:
    """The adjoint identity ⟨g, J·v⟩ = ⟨Jᵀ·g, v⟩ for a random v, where J·v comes from differences of values."""
    import numpy

    graph = tape.graph
    operation, settings, adjoint = graph.operations[id], graph.settings.get(id, ()), tape.adjoints[id]
    shapes = [graph.shape(input) for input in graph.inputs[id]]
    from gradcli.lowering.builders.builder import value_of

    source = random.Random(id)
    try:
        with quiet():
            handed = dict(vjp.product(operation, tuple(wanted))(adjoint, tape.values[id], operands, shapes, settings))
    except NotDifferentiableError:
        return
    for index, own in handed.items():
        operand = operands[index]
        size = float(numpy.max(numpy.abs(operand), initial=0.0)) or 1.0
        direction = numpy.array([source.uniform(-1, 1) for _ in range(numpy.size(operand))]).reshape(shapes[index])
        if operation in OPERATIONS:  # each element stays on its side of a pole, however small it is beside others
            direction = direction * numpy.where(operand == 0, 1.0, numpy.abs(operand) / size)
        with quiet():
            left = float(numpy.sum(own * direction))
            terms = float(numpy.sum(numpy.abs(own * direction)))
            rounding = _ROUNDINGS * epsilon * float(numpy.sum(numpy.abs(adjoint * tape.values[id]))) / size

        def product(step: float, way: int, index: int = index, direction: Any = direction, operand: Any = operand) -> float:
            with quiet():
                moved = operand + way * step * direction
                arguments = [moved if at == index else other for at, other in enumerate(operands)]
                arguments = [one if shapes[at] else float(one) for at, one in enumerate(arguments)]
                return float(numpy.sum(adjoint * (value_of(operation, arguments, settings) - tape.values[id])) / (way * step))

        sides = [(product(step * size, -1), product(step * size, 1)) for step in _STEPS]
        means = [(low + high) / 2 for low, high in sides]
        off, right = min((abs(left - mean), mean) for mean in means)
        apart = min(abs(high - low) for low, high in sides)
        settled = min(abs(a - b) for a, b in pairwise(means))
        scale = max(terms, abs(right))
        if not math.isfinite(scale) or not math.isfinite(off) or apart > 1e-4 * scale + rounding:
            continue  # a kink, or no value
        if off > (_WRONG_ON_ARRAYS if tape.dtype == "float64" else 1e-2) * scale + 10 * settled + rounding:
            yield Fault(id, index, left, right)
