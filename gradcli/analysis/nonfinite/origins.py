"""Where numbers stop being finite: the first node of the forward pass, the first edge of the backward pass.

Both are found in one walk over the graph. Of arrays one element is followed: the first that is not finite.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from gradcli.autodiff.passes.contributions import Contribution, contributions
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape, all_finite
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.facts import POLE
from gradcli.typing import Any

Place = tuple[int, ...]
"""The index of an element; empty for a number."""

INPUT, DOMAIN, POINT, OVERFLOW, INDETERMINATE = "input", "domain", "pole", "overflow", "indeterminate"
ZERO_TIMES, SLOPE, UNDEFINED, SUM = "zero times infinity", "infinite slope", "undefined slope", "sum"


class Origin(Frozen):
    """Where something that is not finite begins.

    Attributes:
        node: The node: forward the one whose value it is, backward the one that hands it back.
        source: Backward the operand that it is handed to; None forward.
        argument: Backward which argument of the node that operand is.
        kind: Forward ``input`` (a variable or a constant), ``domain`` (nan of finite operands), ``pole`` (infinite at a point),
            ``overflow`` or ``indeterminate`` (infinite operands). Backward ``zero times infinity``, ``infinite slope``,
            ``undefined slope``, ``overflow`` or ``sum``.
        place: The element of the node.
        value: What it is.
        operands: Forward the values of the operands; backward the adjoint and the local derivative, or of a sum its two terms.
    """

    node: int
    source: int | None
    argument: int
    kind: str
    place: Place
    value: float
    operands: tuple[float | None, ...]


class Way(Frozen):
    """The nodes from an origin on, each with its value: forward to the output, backward to a variable.

    Attributes:
        origin: Where it begins.
        nodes: The nodes.
        numbers: For each its value, or its adjoint; of an array the first element that is not finite.
    """

    origin: Origin
    nodes: tuple[int, ...]
    numbers: tuple[float, ...]


def element(value: Any, place: Place) -> float:
    """An element of a value that broadcasts to the shape that the place is of."""
    if not getattr(value, "ndim", 0):
        return float(value)
    own = place[len(place) - value.ndim :] if len(place) >= value.ndim else ()
    if len(own) < value.ndim:
        return odd_element(value)[1]
    return float(value[tuple([at if size > 1 else 0 for at, size in zip(own, value.shape, strict=True)])])


def odd_element(value: Any) -> tuple[Place, float]:
    """The first element that is not finite, and its place; of a finite array the one of the largest magnitude."""
    if not getattr(value, "ndim", 0):
        return (), float(value)
    import numpy

    with quiet():
        ranks = numpy.where(numpy.isfinite(value), numpy.abs(value), math.inf)
    if not ranks.size:
        return (), 0.0
    place = tuple(map(int, numpy.unravel_index(int(ranks.argmax()), ranks.shape)))
    return place, float(value[place])


# ---- forward ----


def forward_way(tape: Tape, output: int) -> Way | None:
    """From the first node that is not finite, of those that make a node so, to that; None for one that is finite."""
    graph = tape.graph
    if all_finite(tape.values[output]):
        return None
    places = {output: odd_element(tape.values[output])[0]}
    onwards: dict[int, int] = {}
    first = output
    for id in range(output, -1, -1):
        if id not in places:
            continue
        causes = [] if graph.operations[id] in (VARIABLE, CONSTANT) else list(_causes(tape, id, places[id]))
        first = first if causes else id
        for input, place in causes:
            if input not in places:
                places[input], onwards[input] = place, id
    nodes = [first]
    while nodes[-1] in onwards:
        nodes.append(onwards[nodes[-1]])
    numbers = [element(tape.values[id], places[id]) for id in nodes]
    return Way(_forward_origin(tape, first, places[first]), tuple(nodes), tuple(numbers))


def _causes(tape: Tape, id: int, place: Place) -> Iterator[tuple[int, Place]]:
    """The operands that are not finite and make an element of a node so, each with its element."""
    inputs = tape.graph.inputs[id]
    if tape.graph.operations[id] not in OPERATIONS:
        for input in inputs:
            if not all_finite(tape.values[input]):
                yield input, odd_element(tape.values[input])[0]
        return
    operands = [element(tape.values[input], place) for input in inputs]
    odd = [at for at, operand in enumerate(operands) if not math.isfinite(operand)]
    for at in [at for at in odd if _matters(tape, id, operands, at)] or odd:
        shape = tape.graph.shape(inputs[at])
        own = place[len(place) - len(shape) :] if len(shape) <= len(place) else ()
        yield inputs[at], tuple([one if size > 1 else 0 for one, size in zip(own, shape, strict=True)])


def _matters(tape: Tape, id: int, operands: Sequence[float], at: int) -> bool:
    """Whether a node has another value where an operand is an ordinary number: what is not chosen does not matter."""
    operation = OPERATIONS[tape.graph.operations[id]]
    changed = list(operands)
    changed[at] = 0.5
    before, after = operation(*operands), operation(*changed)
    return not (before == after or (before != before and after != after))


def _forward_origin(tape: Tape, id: int, place: Place) -> Origin:
    graph = tape.graph
    value = element(tape.values[id], place)
    if graph.operations[id] in (VARIABLE, CONSTANT):
        return Origin(id, None, 0, INPUT, place, value, ())
    elementwise = graph.operations[id] in OPERATIONS
    values = [tape.values[input] for input in graph.inputs[id]]
    operands = [element(one, place) if elementwise else odd_element(one)[1] for one in values]
    return Origin(id, None, 0, _forward_kind(graph.operations[id], operands, value), place, value, tuple(operands))


def _forward_kind(operation: str, operands: Sequence[float], value: float) -> str:
    if not all(map(math.isfinite, operands)):
        return INDETERMINATE
    if operation in OPERATIONS and any(
        one.kind == POLE and len(one.at) == len(operands) and one.zero(*operands) == 0
        for one in OPERATIONS[operation].facts.specials
    ):
        return POINT
    if value == value and operation in OPERATIONS and 0 in operands:  # 0^-1
        return POINT
    return DOMAIN if value != value else OVERFLOW


# ---- backward ----


def backward_ways(tape: Tape) -> dict[str, Way]:
    """For each variable whose derivative is not finite the way from the first edge where something is not finite to it."""
    if all(adjoint is None or all_finite(adjoint) for adjoint in tape.gradient.values()):
        return {}
    first: dict[int, Contribution] = {}
    for one in contributions(tape):
        if one.source not in first and not all_finite(one.after):
            first[one.source] = one
    origins: dict[int, Origin] = {}
    found: dict[str, Way] = {}
    for name in tape.wrt:
        id = tape.graph.variables[name]
        if id not in first:  # what the backward pass begins with is not finite
            continue
        nodes = [id]
        while (target := first[nodes[-1]].target) in first:
            nodes.append(target)
        last = first[nodes[-1]]
        if last.source not in origins:
            origins[last.source] = _backward_origin(tape, last)
        nodes.reverse()
        numbers = [odd_element(tape.adjoints[id])[1] for id in nodes]
        found[name] = Way(origins[last.source], tuple(nodes), tuple(numbers))
    return found


def _backward_origin(tape: Tape, edge: Contribution) -> Origin:
    graph = tape.graph
    if all_finite(edge.value):  # two finite numbers, whose sum is not
        place, value = odd_element(edge.after)
        before = 0.0 if edge.before is None else element(edge.before, place)
        return Origin(edge.target, edge.source, edge.argument, SUM, place, value, (before, element(edge.value, place)))
    adjoint: Any = tape.adjoints[edge.target]
    local: Any = None if graph.operations[edge.target] in STRUCTURAL else tape.local_values(edge.target)[edge.argument]
    if local is None:
        place, value = odd_element(edge.value)
        return Origin(edge.target, edge.source, edge.argument, UNDEFINED, place, value, (odd_element(adjoint)[1], None))
    with quiet(graph):
        place, value = odd_element(adjoint * local)
    g, slope = element(adjoint, place), element(local, place)
    if math.isfinite(value):  # only their sum over what was broadcast is not
        return Origin(edge.target, edge.source, edge.argument, OVERFLOW, place, odd_element(edge.value)[1], (g, slope))
    kind = UNDEFINED if slope != slope else OVERFLOW if math.isfinite(slope) else SLOPE if g else ZERO_TIMES
    return Origin(edge.target, edge.source, edge.argument, kind, place, value, (g, slope))
