"""Points: kinks, jumps, poles and ends of domains that a run meets, as operations declare them; random points of a domain."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from gradcli.algebra.assumptions.facts import Assumptions
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.frozen import Frozen
from gradcli.graph.graph import Shape
from gradcli.ops.arrays.ties import rows
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.facts import REMOVABLE, Special
from gradcli.ops.declaration.operation import Operation
from gradcli.typing import Any

ROUNDING = 8
"""Roundings by which a node may be beside a special point, and still be at it."""


_ANYWHERE = 0.7
"""A number that is special by itself nowhere."""


class Met(Frozen, eq=False):
    """A special point that a node is at, or near.

    Attributes:
        tape: The run.
        id: The node.
        kind: ``kink``, ``jump``, ``end`` or ``pole``.
        at: The point as the operation declares it: a number for each argument.
        distance: How far off it is: the value of what is 0 there, the smallest of an array.
        size: By how much roundings of its operands move that, over the size of a rounding.
    """

    tape: Tape
    id: int
    kind: str
    at: tuple[float, ...]
    distance: float
    size: float

    def is_at(self, epsilon: float) -> bool:
        """Whether the node is at the point, but for rounding."""
        return self.distance <= ROUNDING * epsilon * self.size


def special_points(tape: Tape, within: float) -> Iterator[Met]:
    """The special points that a run is at, or near, of nodes that depend on what it differentiates by.

    Args:
        tape: The run.
        within: How near, beside the size of the numbers.
    """
    graph = tape.graph
    depends = graph.dependents(*[graph.variables[name] for name in tape.wrt])
    leads = graph.ancestors(graph.output, *graph.decisions)
    for id, (name, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        declared = OPERATIONS.get(name)
        if declared is None or not declared.facts.specials or not (depends[id] and leads[id]):
            continue
        alike = len(inputs) > 1 and len(set(inputs)) == 1  # max(x, x) is x
        operands = [tape.values[input] for input in inputs]
        for special in declared.facts.specials:
            if special.kind != REMOVABLE and not (alike and _is_always(declared, special, len(inputs))):
                distance, size = _nearest(declared, special, tape.values[id], operands)
                if distance <= within * size:
                    yield Met(tape, id, special.kind, special.at, distance, size)


def _is_always(declared: Operation, special: Special, count: int) -> bool:
    """Whether a point is met wherever all operands are one number."""
    some = [_ANYWHERE] * (len(special.at) if declared.variadic else count)
    return bool(special.zero(*declared.complete(tuple(some))) == 0)


def array_points(tape: Tape, within: float) -> Iterator[Met]:
    """Operations on arrays at equal elements, or at zeros, where rules choose; see ``special_points``."""
    graph = tape.graph
    depends = graph.dependents(*[graph.variables[name] for name in tape.wrt])
    for id, (name, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        specials = STRUCTURAL[name].facts.specials if name in STRUCTURAL else ()
        if not specials or not depends[id]:
            continue
        import numpy

        values = numpy.asarray(tape.values[inputs[0]], float)
        along = rows(values, dict(graph.settings.get(id, ())).get("axis"))
        size = float(numpy.max(numpy.abs(values), initial=1e-300))
        for special in specials:
            distance = min([special.zero(row) for row in along], default=math.inf)
            if distance <= within * size:
                yield Met(tape, id, special.kind, special.at, distance, size)


def _nearest(declared: Operation, special: Special, y: Any, operands: Sequence[Any]) -> tuple[float, float]:
    """How near operands are to a special point, and their size; of arrays where that is nearest."""
    values = declared.complete(tuple(operands))
    if all(type(value) is float for value in values):
        points = [values]
        if declared.variadic and len(values) > 2:  # where two operands that give the value meet
            points = [pair for pair in pairwise(sorted(values)) if y in pair]
        found = [_distance(special, point) for point in points]
        return min(found, default=(math.inf, 1.0), key=lambda one: one[0] / one[1])
    if declared.variadic and len(values) > 2:
        return math.inf, 1.0
    import numpy

    with quiet():
        distances = numpy.abs(numpy.asarray(special.zero(*values), float))
        sizes = numpy.broadcast_to(_moved_by_rounding(special, values), distances.shape)
        shares = numpy.where(numpy.isnan(distances), math.inf, distances / sizes)
    if not shares.size:
        return math.inf, 1.0
    place = int(shares.argmin())
    return float(shares.ravel()[place] * sizes.ravel()[place]), float(sizes.ravel()[place])


def _distance(special: Special, point: Sequence[float]) -> tuple[float, float]:
    try:
        distance = abs(float(special.zero(*point)))
        size = float(_moved_by_rounding(special, point))
    except (ArithmeticError, ValueError):
        return math.inf, 1.0
    return (math.inf if distance != distance else distance), size


def _moved_by_rounding(special: Special, values: Sequence[Any]) -> Any:
    """By how much what is 0 at a special point moves with relative errors of the operands: a - b by |a| + |b|, a by |a|."""
    here, size = special.zero(*values), 1e-300
    for at in range(len(values)):
        moved = special.zero(*[one * (1 + _SHIFT) if at == index else one for index, one in enumerate(values)]) - here
        size = size + abs(moved) / _SHIFT
    return size


_SHIFT = 2.0**-40


_REGIONS = ((0.3, 1.9), (-1.9, -0.3), (0.05, 0.95), (1.1, 4.7))
"""Where numbers are sought of which nothing is known: one region after the other, logarithms and arcs find theirs among them."""


def random_points(shapes: Mapping[str, Shape], assume: Assumptions, seed: int) -> Iterator[dict[str, Any]]:
    """Random points of variables, without an end.

    Args:
        shapes: The shape of each variable.
        assume: What is assumed of them: bounds, signs, whole numbers.
        seed: The same one gives the same points.
    """
    source = random.Random(seed)
    at = 0
    while True:
        low, high = _REGIONS[at % len(_REGIONS)]
        point: dict[str, Any] = {}
        for name, shape in shapes.items():
            fact = assume.of(name)
            bounds = low, high
            if fact.low is not None or fact.high is not None:
                least = float(fact.low) if fact.low is not None else None
                most = float(fact.high) if fact.high is not None else None
                bounds = (most - 3 if least is None else least), (least + 3 if most is None else most)  # type: ignore[operator]

            def number(bounds: tuple[float, float] = bounds, whole: bool = fact.integer) -> float:
                value = source.uniform(*bounds)
                return float(round(value)) if whole else value

            if not shape:
                point[name] = number()
                continue
            import numpy

            point[name] = numpy.array([number() for _ in range(math.prod(shape))]).reshape(shape)
        yield point
        at += 1
