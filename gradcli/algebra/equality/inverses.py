"""Where an expression has a given value, along a line on which one variable varies: by the inverses of its operations.

From a step and its target one goes down to the variable: a + b = t is a = t - b, exp(a) = t is a = log(t) by the inverse that is
declared, abs(a) = t is a = t and a = -t. What is found is a constant expression, log(2) or exp(30) + 1, however far out it is. A
point that is none, as where the target of a square is negative, does no harm.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from gradcli.algebra.equality.pair import PrimitiveBuilder, Step, pair_in
from gradcli.algebra.equality.points import Coordinate, Irrational
from gradcli.errors import GradcliError
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import NOWHERE
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import written_out, written_sizes
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import fraction
from gradcli.ops.declaration.facts import EVEN, TRUTH
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise import arithmetic
from gradcli.ops.elementwise.arithmetic import abs
from gradcli.ops.elementwise.exponential import log, sqrt
from gradcli.typing import NamedTuple

_NODES = 200_000
"""The largest graph of constants of one line."""

_MOST_VALUES = 6
"""Values of a part that is constant by pieces, such as floor(x), that are tried together."""

_MOST_TARGETS = 64
"""Steps down from one target; a product of many factors has a zero for each."""

_LONGEST = 12
"""Operations up to which a coordinate is written as an expression."""

_WHOLE = (0, 1, -1, 2, -2)
"""Values of an operation whose results are whole numbers."""

_LARGEST_EXPONENT = 3000
"""The largest binary exponent of a coordinate."""


class Solved(NamedTuple):
    """The zeros of switches along a line.

    Attributes:
        zeros: Values of the variable.
        open: The switches that could not be solved, or of which there may be more zeros.
    """

    zeros: list[Coordinate]
    open: list[int]


def solved(
    steps: Sequence[Step], switches: Sequence[int], variable: str, rest: Mapping[str, Coordinate], *, exact: bool
) -> Solved:
    """Where switches are 0 along the line of one variable.

    Args:
        steps: The steps.
        switches: Those whose zeros are asked for.
        variable: The variable.
        rest: The values of the others.
        exact: Whether only rational numbers are asked for, which needs no mpmath.
    """
    line = _Line(steps, variable, rest)
    try:
        line.fix()
        found: dict[int, None] = {}
        open_switches = [switch for switch in switches if not line.descend(switch, found)]
        return Solved(_coordinates(line.builder.graph, list(found), exact=exact), open_switches)
    except GradcliError:  # more nodes than there may be
        return Solved([], list(switches))


class _Line:
    """Steps of which one variable varies.

    Attributes:
        values: For each step the nodes of the values that it may have, where it is constant by pieces; None where it varies.
        jumps: The steps that have several such values, since they jump, as floor(x) does.
    """

    def __init__(self, steps: Sequence[Step], variable: str, rest: Mapping[str, Coordinate]) -> None:
        self.steps = steps
        self.variable = variable
        self.rest = rest
        self.builder = PrimitiveBuilder(Graph(_NODES))
        self.builder.identities = True
        self.values: list[list[int] | None] = []
        self.jumps: set[int] = set()
        self.zero = self.builder.constant(0)

    def fix(self) -> None:
        """Find what does not vary."""
        builder = self.builder
        for operation, inputs, constant, name in self.steps:
            known: list[int] | None
            if operation == VARIABLE:
                known = None if name == self.variable else [_node(builder, self.rest[name])]
            elif operation == CONSTANT:
                known = [builder.constant(constant)]
            else:
                operands = [self.values[input] for input in inputs]
                given = [operand for operand in operands if operand is not None]
                if (len(given) < len(operands) and _by_pieces(operation)) or not self.jumps.isdisjoint(inputs):
                    self.jumps.add(len(self.values))
                if len(given) == len(operands):
                    combined = itertools.islice(itertools.product(*given), _MOST_VALUES * 2)
                    known = list(dict.fromkeys(builder.operation(operation, ids) for ids in combined))[:_MOST_VALUES]
                elif _by_pieces(operation):
                    whole = (0, 1) if OPERATIONS[operation].facts.result == TRUTH else _WHOLE
                    known = [builder.constant(value) for value in whole]
                else:
                    known = None
            self.values.append(known)

    def descend(self, switch: int, found: dict[int, None]) -> bool:
        """Find where a step is 0; whether that is all.

        Args:
            switch: The step.
            found: Where the nodes of the zeros are added.
        """
        work, complete, targets = [(switch, self.zero)], True, 0
        while work:
            at, target = work.pop()
            if self.values[at] is not None and at not in self.jumps:
                continue
            if self.steps[at].operation == VARIABLE:
                found[target] = None
                continue
            targets += 1
            below = self.below(self.steps[at], target)
            if below is None or targets > _MOST_TARGETS:
                complete = False
                continue
            work += below
            complete = complete and not _has_more(self.steps[at].operation)
        return complete

    def below(self, step: Step, target: int) -> list[tuple[int, int]] | None:
        """What operands have to be for an operation to have a value; None where that is not known."""
        operation, inputs = step.operation, step.inputs
        varying = [place for place, input in enumerate(inputs) if self.values[input] is None]
        varying = varying or [place for place, input in enumerate(inputs) if input in self.jumps]
        declared = OPERATIONS[operation]
        if declared.facts.moves or _chooses(operation):
            return [(inputs[place], target) for place in varying]
        goal = Symbol(self.builder, target)
        if len(inputs) == 1 and _by_pieces(operation):  # where it comes to the value, and leaves it
            return [(inputs[0], (goal + fraction(half, 2)).id) for half in range(-2, 3)]
        if len(inputs) == 1:
            return [(inputs[0], id) for id in self.undone(declared, goal)] or None
        if len(varying) == 1 and len(inputs) == 2:
            place = varying[0]
            others = self.values[inputs[1 - place]]
            assert others is not None
            each = [_solve(operation, place, goal, Symbol(self.builder, other)) for other in others]
            return None if None in each else [(inputs[place], s.id) for symbols in each for s in symbols or ()]
        if operation == arithmetic.mul.name and inputs[0] == inputs[1]:
            root = sqrt(goal)
            return [(inputs[0], id) for id in dict.fromkeys((root.id, (-root).id, self.zero))]
        if target == self.zero:  # a product is 0 where a factor is
            return [(input, target) for place, input in enumerate(inputs) if frozenset((place,)) in declared.facts.linear] or None
        return None

    def undone(self, operation: Operation, goal: Symbol) -> list[int]:
        """The operands from which an operation of one operand makes a value, and the middle of an even one."""
        found: list[Symbol] = []
        undo = operation.facts.inverse or _one_sided().get(operation.name, "")
        if undo:
            found.append(self.builder.apply(undo, (goal,)))
        elif operation.facts.parity == EVEN and operation.exact is not None:  # an absolute value
            found.append(goal)
        if operation.facts.parity == EVEN:
            found += [-symbol for symbol in found]
            found.append(Symbol(self.builder, self.zero))
        return list(dict.fromkeys(symbol.id for symbol in found))


@cache
def _one_sided() -> dict[str, str]:
    """For operations that are undone on one side only the one that they undo: sin(asin(t)) is t."""
    return {declared.facts.inverse: name for name, declared in OPERATIONS.items() if declared.facts.inverse}


@cache
def _by_pieces(operation: str) -> bool:
    """Whether an operation is constant but for jumps: its derivative is 0, or there is none."""
    declared = OPERATIONS[operation]
    if not declared.partials:
        return True
    rule = declared.partials[0]
    symbols = [Symbol(PrimitiveBuilder(Graph()), 0)] * (1 + len(declared.parameters))
    return declared.required == 1 and rule is not None and type(value := rule(*symbols)) is int and value == 0


@cache
def _chooses(operation: str) -> bool:
    """Whether the value is that of an operand: a maximum, a choice."""
    declared = OPERATIONS[operation]
    return (any(one.kind == "kink" for one in declared.facts.specials) and declared.required > 1) or None in declared.partials


@cache
def _has_more(operation: str) -> bool:
    """Whether an operation may have a value at more places than its inverse tells."""
    declared = OPERATIONS[operation]
    return (
        operation in _one_sided()
        and not declared.facts.inverse
        and declared.facts.range != (declared.facts.range[0], float("inf"))
    )


def _solve(operation: str, place: int, goal: Symbol, other: Symbol) -> list[Symbol] | None:
    """The operand at a place that makes an operation on it and another one a value; None where that is not known."""
    builder = goal.builder
    known = builder.graph.constants.get(other.id)  # type: ignore[attr-defined]
    match operation, place:
        case arithmetic.add.name, _:
            return [goal - other]
        case arithmetic.sub.name, 0:
            return [goal + other]
        case arithmetic.sub.name, 1:
            return [other - goal]
        case arithmetic.mul.name, _:
            return [] if known == 0 else [goal / other]
        case arithmetic.div.name, 0:
            return [goal * other]
        case arithmetic.div.name, 1:
            return [other / goal]
        case arithmetic.pow.name, 0 if known is not None and not isinstance(known, int):
            return [goal ** (1 / other)]
        case arithmetic.pow.name, 0 if isinstance(known, int) and known:
            size = abs(goal)
            root = sqrt(size) if known in (2, -2) else size ** fraction(1, known if known > 0 else -known)
            root = 1 / root if known < 0 else root
            return [root, -root, 0 * goal] if known % 2 == 0 else [root, -root]
        case arithmetic.pow.name, 1:
            return [log(goal) / log(other)]
        case _:
            return None


def _node(builder: PrimitiveBuilder, value: Coordinate) -> int:
    """The node of a coordinate."""
    if not isinstance(value, Irrational):
        return builder.constant(value)
    if not isinstance(value.source, Graph):
        return builder.constant(value.near)
    ids: list[int] = []
    for node in value.source:
        known = node.operation == CONSTANT
        ids.append(
            builder.constant(value.source.constants[node.id])
            if known
            else builder.operation(node.operation, tuple([ids[input] for input in node.inputs]))
        )
    return ids[-1]


def _coordinates(graph: Graph, ids: Sequence[int], *, exact: bool) -> list[Coordinate]:
    """The values of nodes without variables."""
    constants = {id: graph.constants[id] for id in ids if id in graph.constants}
    found: list[Coordinate] = [value for value in constants.values() if not isinstance(value, str | float | tuple)]
    others = [id for id in ids if id not in constants or isinstance(constants[id], str)]
    if exact or not others:
        return found
    from gradcli.algebra.equality.high_precision import DIGITS, Numeric
    from gradcli.algebra.equality.line_search import simplest
    from gradcli.algebra.equality.precise import as_fraction

    pair = pair_in(graph, [(id, id) for id in others])
    values = Numeric(pair.steps, pair.ends).values({}, DIGITS)
    sizes = written_sizes(graph)
    for id, (end, _) in zip(others, pair.ends, strict=True):
        value = values[end]
        if type(value) is float or not value or not -_LARGEST_EXPONENT < value._mpf_[2] + value._mpf_[3] < _LARGEST_EXPONENT:
            continue
        near = as_fraction(value)
        margin = near / 10 ** (DIGITS - 5)
        simple = simplest(*sorted((near - margin, near + margin)))
        if simple != near:  # exp(log(5)), or 64^(1/3)
            found.append(simple)
            continue
        text = to_text(written_out(graph, id, [""] * len(graph))) if sizes[id] <= _LONGEST else ""
        found.append(Irrational(text, near, _alone(graph, id)))
    return found


def _alone(graph: Graph, id: int) -> Graph:
    """The graph of one node and what it needs."""
    needed = graph.ancestors(id)
    result, new = Graph(_NODES), dict[int, int]()
    for node in graph:
        if needed[node.id]:
            if node.id in graph.constants:
                new[node.id] = result.constant(graph.constants[node.id], NOWHERE)
            else:
                new[node.id] = result.append(node.operation, tuple([new[input] for input in node.inputs]), NOWHERE)
    return result


def ordered(coordinates: Iterator[Coordinate] | Sequence[Coordinate]) -> list[Coordinate]:
    """Coordinates in their order, each once."""
    nearest: dict[object, Coordinate] = {}
    for coordinate in coordinates:
        nearest.setdefault(coordinate.near if isinstance(coordinate, Irrational) else coordinate, coordinate)
    return [coordinate for _, coordinate in sorted(nearest.items(), key=lambda item: item[0])]  # type: ignore[arg-type,return-value]
