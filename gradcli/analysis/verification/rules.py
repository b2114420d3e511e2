"""Whether each node of a run hands back what it has to: derivatives by rules against derivatives by values alone.

A gradient is right where every node's part of it is. So a rule that is wrong is found at the node that it spoils, and a run of
any size is checked by as many steps as it has nodes, whatever the number of variables.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from mpmath import mp

from gradcli.algebra.equality.operations import at_high_precision
from gradcli.analysis.verification.judge import DIGITS, Judged, precise
from gradcli.analysis.verification.judge import value_of as exact_value
from gradcli.analysis.verification.partials import Places, moving_together, partials, uncertain
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops import vjp
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.ieee import as_float
from gradcli.ops.declaration.operation import NotDifferentiableError, Operation
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any

WRONG = 1e-7
"""How far a rule in float64 may be off, beside the size of the derivative, that is right but for rounding."""

_TINIEST = 1e-300
"""Below which floats lose digits by their range."""

_MORE_DIGITS = 8 * DIGITS
"""Digits with which a rule is computed that disagrees in floats."""

_ELEMENTS = 8
"""Elements of an array at which a rule is tried."""

_LARGE, _LARGE_OF_ARRAYS = 30.0, 1e6
"""Elements up to which operations are tried by differences: elementwise ones on arrays, and those of arrays."""

_STEPS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
_WRONG_ON_ARRAYS = 1e-7
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
        places = moving_together(inputs, tape.requires_grad)
        if declared is None or type(tape.values[id]) is not float:
            if declared is not None:
                yield from _in_elements(declared, id, tape, operands, places, epsilon)
            yield from _on_arrays(id, tape, operands, wanted, epsilon)
        elif adjoint:
            known = judge.partials[id] if judge else ()
            yield from _of_numbers(declared, id, tape.values[id], operands, places, epsilon, known)


def _of_numbers(
    declared: Operation,
    id: int,
    y: Any,
    operands: Sequence[Any],
    places: Sequence[Places],
    epsilon: float,
    known: Sequence[tuple[int, float]] = (),
) -> Iterator[Fault]:
    """The faults of a rule among numbers, at the operands that the run has."""
    if not all(map(math.isfinite, (y, *operands))):
        return
    groups = [group for together in places if (group := tuple(filter(declared.derivable, together)))]
    moving = {at for group in groups for at in group}
    rules = declared.local_derivatives(y, tuple(operands), [at in moving for at in range(len(operands))])
    found = {group[0]: float(sum([rules[at] for at in group])) for group in groups}
    if known and all(abs(found[first] - partial) <= WRONG * abs(partial) for first, partial in known):
        return
    with mp.workdps(DIGITS):
        exact = [precise(operand) for operand in operands]
        for group, (first, partial) in zip(groups, partials(declared.name, exact, groups), strict=True):
            if type(partial) is float:
                continue
            right, own = as_float(partial), found[first]
            off = abs(own - right)
            if own == right or off <= WRONG * abs(right) + uncertain(precise(y), exact[first]) + _TINIEST:
                continue
            written = _written(declared, group, exact)
            if written == right or abs(written - right) <= WRONG * abs(right) + _TINIEST:
                continue  # the rule is right, and floats lose it
            yield Fault(id, first, own, right)


def _written(declared: Operation, group: Places, operands: Sequence[Any]) -> float:
    """The same at high precision, where nothing is lost or overflows that the rules do not lose themselves."""
    builder = StaticBuilder(Graph())
    names = [f"x{at}" for at in range(len(operands))]
    symbols = [Symbol(builder, builder.variable(name, (0, 0))) for name in names]
    y = Symbol(builder, builder.variable("y", (0, 0)))
    found = declared.local_derivatives(y, tuple(symbols), [at in group for at in range(len(operands))])
    builder.graph.output = builder.symbol(sum([found[at] for at in group])).id
    with mp.workdps(_MORE_DIGITS):
        exact = at_high_precision(declared.name, len(operands))(operands)
    return exact_value(builder.graph, {"y": exact, **dict(zip(names, operands, strict=True))}, _MORE_DIGITS)


def _in_elements(
    declared: Operation, id: int, tape: Tape, operands: Sequence[Any], places: Sequence[Places], epsilon: float
) -> Iterator[Fault]:
    """The faults of a rule at some elements of its arrays, as among numbers."""
    import numpy

    arrays = numpy.broadcast_arrays(tape.values[id], *operands)
    flat = [array.reshape(-1) for array in arrays]
    count = len(flat[0])
    for place in _some(range(count)):
        y, *numbers = [float(array[place]) for array in flat]
        yield from _of_numbers(declared, id, y, numbers, places, epsilon)


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
        direction = numpy.array([source.uniform(-1, 1) for _ in range(numpy.size(operand))]).reshape(shapes[index])
        moving = numpy.abs(operand)
        still = ~(moving <= (_LARGE if operation in OPERATIONS else _LARGE_OF_ARRAYS))  # beside large ones steps are too long
        direction, moving = numpy.where(still, 0.0, direction), numpy.where(still, 0.0, moving)
        size = float(numpy.max(moving, initial=0.0)) or 1.0
        if operation in OPERATIONS:  # each element stays on its side of a pole, however small it is beside others
            direction = direction * numpy.where(operand == 0, 1.0, moving / size)
        with quiet():
            rounding = _ROUNDINGS * epsilon * float(numpy.sum(numpy.abs(adjoint * tape.values[id]))) / size

        def product(step: float, direction: Any, index: int = index, operand: Any = operand) -> float:
            with quiet():
                moved = operand + step * direction
                arguments = [moved if at == index else other for at, other in enumerate(operands)]
                arguments = [one if shapes[at] else float(one) for at, one in enumerate(arguments)]
                return float(numpy.sum(adjoint * (value_of(operation, arguments, settings) - tape.values[id])) / step)

        found = _along(own, direction, size, rounding, product, tape.dtype)
        for place in _some(numpy.flatnonzero(direction)) if found is None else ():  # at a kink, where others may be smooth
            alone = numpy.zeros(numpy.size(operand))
            alone[place] = 1.0
            found = _along(own, alone.reshape(shapes[index]), size, rounding, product, tape.dtype) or found
        if found:
            yield Fault(id, index, *found)


def _some(places: Any) -> Iterator[int]:
    """A few of the places of an array, spread over it."""
    for at in sorted({round(at * (len(places) - 1) / max(1, _ELEMENTS - 1)) for at in range(_ELEMENTS)} if len(places) else ()):
        yield int(places[at])


def _along(
    own: Any, direction: Any, size: float, rounding: float, product: Callable[[float, Any], float], dtype: str
) -> tuple[float, float] | tuple[()] | None:
    """What a rule gives along a direction and what differences of values give, where these are apart; None at a kink."""
    import numpy

    with quiet():
        left = float(numpy.sum(own * direction))
        terms = float(numpy.sum(numpy.abs(own * direction)))
    sides = [(product(-step * size, direction), product(step * size, direction)) for step in _STEPS]
    means = [(low + high) / 2 for low, high in sides]
    off, right = min((abs(left - mean), mean) for mean in means)
    apart = min(abs(high - low) for low, high in sides)
    settled = min(abs(a - b) for a, b in pairwise(means))
    scale = max(terms, abs(right))
    if not math.isfinite(scale) or not math.isfinite(off) or apart > 1e-4 * scale + rounding:
        return None
    return (left, right) if off > (_WRONG_ON_ARRAYS if dtype == "float64" else 1e-2) * scale + 10 * settled + rounding else ()
