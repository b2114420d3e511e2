"""Why a derivative is 0 or does not arrive at all: the edges at which every path to the variable ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.autodiff.passes.contributions import Contribution, contributions
from gradcli.autodiff.passes.reverse import carries
from gradcli.autodiff.passes.tape import Tape
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONTROL
from gradcli.ops.catalogue import CHOICE, OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.facts import KINK, level
from gradcli.ops.declaration.operation import Operation
from gradcli.typing import Any

NOT_ASKED, UNUSED, DETACHED, NO_DERIVATIVE, NO_COTANGENT = "not asked", "unused", "detached", "no derivative", "no cotangent"
NOT_CHOSEN, FLAT, STEP, FACTOR, ROUNDED, LEVEL, CANCELS = "not chosen", "flat", "step", "factor", "rounded", "level", "cancels"
UNDERFLOW = "underflow"

LISTED = 5
"""Edges that are named."""

VARIABLES = 20
"""Variables of which it is said."""


class Stop(Frozen):
    """An edge at which a gradient ends.

    Attributes:
        kind: Why: a gradient does not go that way (``detached``, ``no derivative``), or the factor is 0: the operand is not
            chosen, the function is flat there or a step, the other factor is 0, the derivative rounds to 0 (``rounded``) or is
            0 at this point (``level``), or the product of two small numbers rounds to 0 (``underflow``).
        node: The node that hands back.
        source: The operand that gets nothing.
        argument: Which argument that is.
    """

    kind: str
    node: int
    source: int
    argument: int


class Missing(Frozen):
    """Why a variable gets no gradient, or 0.

    Attributes:
        kind: ``not asked``, ``unused``, ``no cotangent``, ``cancels``, or the kind of the stops.
        stops: The edges at which all paths to it end; the first of them.
        count: How many there are.
    """

    kind: str
    stops: tuple[Stop, ...] = ()
    count: int = 0


def missing_gradients(tape: Tape) -> dict[str, Missing]:
    """Why variables get no gradient, or 0 in every element; those that get one are left out."""
    graph = tape.graph
    found: dict[str, Missing] = {}
    zero: list[str] = []
    asked = set(tape.wrt)
    for name, id in graph.variables.items():
        adjoint = tape.adjoints[id]
        if len(found) + len(zero) == VARIABLES:
            break
        if name not in asked:
            found[name] = Missing(NOT_ASKED)
        elif adjoint is not None:
            zero += [] if has_nonzero(adjoint) else [name]
        elif not tape.depends_on(name):
            found[name] = Missing(UNUSED)
        else:
            stops = list(_cuts(tape, id))
            lacks = not stops or (graph.shape(tape.output) and tape.requires_grad[tape.output])
            found[name] = Missing(NO_COTANGENT) if lacks else _of(stops)
    if zero:
        edges, handed = _zero_edges(tape)
        for name in zero:
            depends = graph.dependents(graph.variables[name])
            ended = [edge for edge in edges if depends[edge.source]]
            cancels = graph.variables[name] in handed or not ended
            stops = [Stop(_kind(tape, edge), edge.target, edge.source, edge.argument) for edge in ended[:LISTED]]
            found[name] = Missing(CANCELS) if cancels else Missing(stops[0].kind, tuple(stops), len(ended))
    return found


def _of(stops: Sequence[Stop]) -> Missing:
    return Missing(stops[0].kind, tuple(stops[:LISTED]), len(stops))


def has_nonzero(value: Any) -> bool:
    """Whether a number, or any element of an array, is not 0."""
    return bool(value.any()) if hasattr(value, "any") else value != 0


def _cuts(tape: Tape, variable: int) -> Iterator[Stop]:
    """The edges at which no gradient goes back to a variable, of those that lead to the output, nearest to it first."""
    graph = tape.graph
    leads = graph.ancestors(tape.output)
    reached = [False] * len(graph)
    reached[variable] = True
    for id, inputs in enumerate(graph.inputs):
        if not leads[id]:
            continue
        for argument, input in enumerate(inputs):
            if not reached[input]:
                continue
            if id in graph.detached:
                yield Stop(DETACHED, id, input, argument)
            elif carries(graph, id, argument):
                reached[id] = True
            else:
                kind = DETACHED if graph.operations[id] not in CONTROL and _copies(tape, id) else NO_DERIVATIVE
                yield Stop(kind, id, input, argument)


def _copies(tape: Tape, id: int) -> bool:
    """Whether a node only cuts its one operand off: it has its value."""
    inputs = tape.graph.inputs[id]
    operation = OPERATIONS.get(tape.graph.operations[id])
    if len(inputs) != 1 or operation is None or operation.differentiable:
        return False
    return bool(operation(1.25) == 1.25 and operation(-0.5) == -0.5)


def _zero_edges(tape: Tape) -> tuple[list[Contribution], set[int]]:
    """The edges that hand 0 back although something else came in, and the nodes that are handed anything else, of all paths."""
    ended: list[Contribution] = []
    handed: set[int] = set()
    for one in contributions(tape):
        if has_nonzero(one.value):
            handed.add(one.source)
        elif has_nonzero(tape.adjoints[one.target]):
            ended.append(one)
    return ended, handed


def _kind(tape: Tape, edge: Contribution) -> str:
    """Why what an edge hands back is 0 in every element."""
    id, argument = edge.target, edge.argument
    graph = tape.graph
    name, inputs = graph.operations[id], graph.inputs[id]
    if name in STRUCTURAL:
        return NOT_CHOSEN if STRUCTURAL[name].facts.moves else LEVEL
    operation = OPERATIONS[name]
    facts = operation.facts
    if not graph.shapes and has_nonzero(tape.local_values(id)[argument]):
        return UNDERFLOW
    others = [input for at, input in enumerate(inputs) if at != argument]
    if any(argument in group and len(group) == 1 for group in facts.linear) and any(
        not has_nonzero(tape.values[o]) for o in others
    ):
        return FACTOR
    if len(inputs) == 1 and _constant_zero(operation):
        return STEP
    if facts.specials and all(special.kind == KINK for special in facts.specials):
        alone = all(other in graph.constants for other in others)
        return (FLAT if _nearby(tape, id, argument) else LEVEL) if alone else NOT_CHOSEN
    if name == CHOICE or level in facts.masks.values():
        return NOT_CHOSEN
    return ROUNDED if all(other in graph.constants for other in others) and _nearby(tape, id, argument) else LEVEL


def _constant_zero(operation: Operation) -> bool:
    """Whether the derivative is 0 everywhere, as that of a floor is."""
    (low, high), *_ = operation.samples
    points = [(low + (high - low) * part,) for part in (0.13, 0.57, 0.91)]
    return all(operation.local_derivatives(operation(*point), point, (True,))[0] == 0 for point in points)


def _nearby(tape: Tape, id: int, argument: int) -> bool:
    """Whether a derivative is 0 around the point too, so that it was rounded to that, and not at the point alone."""
    operation = OPERATIONS[tape.graph.operations[id]]
    values = [tape.values[input] for input in tape.graph.inputs[id]]
    numbers = [float(value.flat[0]) if getattr(value, "size", 0) else value for value in values]
    if not all(isinstance(number, float) for number in numbers):
        return False
    numbers[argument] += 1e-3 * max(1.0, abs(numbers[argument]))
    wanted = [at == argument for at in range(len(numbers))]
    return bool(operation.local_derivatives(operation(*numbers), tuple(numbers), wanted)[argument] == 0)
