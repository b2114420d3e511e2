"""How a function runs, by composition rules: affine, convex or concave, rising or falling, a polynomial of which degree.

The rules are those of disciplined convex programming (Grant, Boyd and Ye, Disciplined convex programming, 2006, section 3): a
convex operation that rises of convex operands is convex, one that falls of concave operands is, a sum of convex ones is, and so
on. What an operation is stands in its declaration; where no rule applies nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from gradcli.algebra.assumptions.facts import NOTHING as NOTHING_ASSUMED
from gradcli.analysis.properties.bounds import Intervals, bounds_of, course_of, settings_course, trend
from gradcli.graph.graph import Graph, Settings
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL, spelling
from gradcli.ops.declaration.course import Course, Interval, inside
from gradcli.ops.declaration.facts import POLE
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import NamedTuple

UP, DOWN, BOTH = 1, 2, 3
"""Of the bend convex, concave, and affine; of the trend rising, falling, and constant: bits, of which 0 says nothing."""

UNKNOWN = "unknown"
NEITHER = "neither convex nor concave"

LARGEST_DEGREE = 10**18


class Run(NamedTuple):
    """How a node runs in some variables.

    Attributes:
        bend: ``UP`` of a convex one, ``DOWN`` of a concave one, ``BOTH`` of an affine one, 0 where nothing is known.
        trend: ``UP`` where it nowhere falls in any of the variables, ``DOWN`` where it nowhere rises.
        degree: The most that the degree of a polynomial can be; None where it is none, or nothing is known.
        least: The least degree of its terms that is certain.
        rule: Which rule says so.
        varies: Whether it depends on the variables.
        neither: Whether it is certainly neither convex nor concave.
    """

    bend: int
    trend: int
    degree: int | None
    least: int
    rule: str
    varies: bool = True
    neither: bool = False

    @property
    def kind(self) -> str:
        """Constant, linear, affine, convex, concave, neither convex nor concave, or unknown."""
        if not self.varies:
            return "constant"
        if self.bend == BOTH:
            return "linear" if self.degree == 1 and self.least >= 1 else "affine"
        return {UP: "convex", DOWN: "concave"}.get(self.bend, NEITHER if self.neither else UNKNOWN)

    @property
    def movement(self) -> str:
        """Constant, increasing, decreasing, or unknown."""
        return {BOTH: "constant", UP: "increasing", DOWN: "decreasing"}.get(self.trend, UNKNOWN)


FIXED = Run(BOTH, BOTH, 0, 0, "depends on none of the variables", varies=False)
VARIABLE_ITSELF = Run(BOTH, UP, 1, 1, "a variable")
NOTHING = Run(0, 0, None, 0, "")


def runs_of(
    graph: Graph, variables: Mapping[int, Run] | Collection[int], bounds: Sequence[Interval], needed: Sequence[bool]
) -> list[Run]:
    """How each node runs in some variables, the others held fixed; an array is what all its elements are.

    Args:
        graph: The graph.
        variables: The ids of the variables; or of what stands for more than a variable, with how each runs.
        bounds: The interval of each node.
        needed: The nodes to look at; of the others it is said that they are fixed.
    """
    found = [FIXED] * len(graph)
    for id in variables:
        found[id] = variables[id] if isinstance(variables, Mapping) else VARIABLE_ITSELF
    varying = graph.dependents(*variables)
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if not varying[id] or not needed[id] or not inputs:
            continue
        if operation in OPERATIONS:
            declared: Operation | Structural = OPERATIONS[operation]
            if len(inputs) == 2 and inputs[0] == inputs[1] and declared.facts.twice:
                declared, inputs = OPERATIONS[declared.facts.twice], inputs[:1]
        elif operation in STRUCTURAL:
            declared = STRUCTURAL[operation]
        else:
            found[id] = NOTHING
            continue
        if _has_no_value(declared, inputs, varying, bounds):
            found[id] = NOTHING._replace(rule=f"{spelling(operation)} has no finite value")
            continue
        if isinstance(declared, Structural) and declared.definition and not (declared.facts.course or declared.facts.linear):
            found[id] = _written_out(declared, graph, id, found, bounds)
            continue
        operands, intervals = tuple([found[input] for input in inputs]), tuple([bounds[input] for input in inputs])
        found[id] = _run(declared, operands, intervals, graph.settings.get(id, ()))
    return found


def _written_out(declared: Structural, graph: Graph, id: int, found: Sequence[Run], bounds: Sequence[Interval]) -> Run:
    """How an operation on arrays runs by its definition, of which the declaration says nothing."""
    assert declared.definition is not None
    names = {input: f"x{input}" for input in graph.inputs[id]}
    builder = StaticBuilder(Graph(), shapes={name: graph.shape(input) for input, name in names.items()})
    operands = {input: builder.variable(name) for input, name in names.items()}
    settings = dict(graph.settings.get(id, ()))
    output = declared.definition(*[Symbol(builder, operands[input]) for input in graph.inputs[id]], **settings)
    inner = builder.graph
    between = bounds_of(inner, NOTHING_ASSUMED, {operands[input]: bounds[input] for input in operands})
    seeds = {own: found[input] for input, own in operands.items() if found[input].varies}
    run: Run = runs_of(inner, seeds, between, [True] * len(inner))[output.id]
    return run._replace(rule=f"{spelling(declared.name)}, written out: {run.rule}")


_SOME = ((0.7, 1.3), (1.9, 0.4))
"""Numbers that are special nowhere."""


def _has_no_value(
    declared: Operation | Structural, inputs: Sequence[int], varying: Sequence[bool], bounds: Sequence[Interval]
) -> bool:
    """Whether an operation is infinite or undefined whatever its operands that vary are, as a division by 0 is."""
    fixed = {at: bounds[input] for at, input in enumerate(inputs) if not varying[input] and bounds[input][0] == bounds[input][1]}
    if any(abs(one[0]) == math.inf for one in fixed.values()):
        return True
    if not fixed or not isinstance(declared, Operation) or declared.variadic:
        return False
    for special in declared.facts.specials:
        points = [[fixed[at][0] if at in fixed else some[at % 2] for at in range(len(inputs))] for some in _SOME]
        if special.kind == POLE and all(special.zero(*declared.complete(tuple(point))) == 0 for point in points):
            return True
    return False


class _Applied:
    """An operation on operands of which it is known how they run.

    Attributes:
        declared: The operation.
        operands: How each operand runs.
        intervals: The bounds of each.
        settings: Its settings, of an operation on arrays.
        varying: The operands that vary.
        course: How the operation runs in these; None where nothing is known.
        group: The arguments, by index, in which it is linear, where all that vary are among them; None where they are not.
        signs: For each operand that varies 1 where the operation rises in it, -1 where it falls, 0 where that is not known.
    """

    def __init__(
        self, declared: Operation | Structural, operands: Sequence[Run], intervals: Sequence[Interval], settings: Settings
    ) -> None:
        self.declared, self.operands, self.intervals, self.settings = declared, operands, intervals, dict(settings)
        self.varying = [at for at, operand in enumerate(operands) if operand.varies]
        if isinstance(declared, Operation):
            self.course = course_of(declared, intervals, [operand.varies for operand in operands])
            if declared.facts.skips_nan and any(operands[at].degree is None for at in self.varying):
                self.course = None  # only polynomials have a value everywhere for certain
        else:
            self.course = settings_course(declared, self.settings)
        self.group = next((group for group in declared.facts.linear if all(self.index(at) in group for at in self.varying)), None)
        self.signs = self.signs_found()

    def index(self, at: int) -> int:
        """The index of the parameter that an operand stands for."""
        return 0 if self.declared.variadic else at

    @property
    def fills(self) -> bool:
        """Whether it fills places with a number other than 0."""
        return any(self.settings.get(name) for name in ("value", "fill"))

    def signs_found(self) -> dict[int, int]:
        declared = self.declared
        found = {at: trend(self.course, self.intervals[at]) if self.course else 0 for at in self.varying}
        if all(found.values()):
            return found
        if not isinstance(declared, Operation):
            return dict.fromkeys(found, 1) if declared.facts.moves and self.group is not None else found
        linear = frozenset().union(*declared.facts.linear)
        if declared.variadic or not all(at in linear for at in self.varying):
            return found
        arithmetic = Intervals()
        symbols = tuple([arithmetic.symbol(one) for one in self.intervals])
        wanted = tuple([operand.varies and declared.carries(at) for at, operand in enumerate(self.operands)])
        indices, partials = declared.derivatives(wanted)(arithmetic.symbol((-1e308, 1e308)), symbols)
        for at, partial in zip(indices, partials, strict=True):
            low, high = arithmetic.interval(partial)
            found[at] = found[at] or (1 if low >= 0 else -1 if high <= 0 else 0)
        return found

    def handed(self, bits: Sequence[int]) -> int:
        """What an operation that rises or falls in each operand makes of bits of these."""
        found = BOTH
        for at in self.varying:
            found &= _turned(bits[at], self.signs[at])
        return found


def _turned(bits: int, sign: int) -> int:
    if sign > 0 or bits == BOTH:
        return bits
    return 0 if sign == 0 else (0, DOWN, UP)[bits]


@lru_cache(maxsize=50_000)
def _run(declared: Operation | Structural, operands: tuple[Run, ...], intervals: tuple[Interval, ...], settings: Settings) -> Run:
    """How the result of an operation runs; most nodes of a long graph are like some other."""
    applied = _Applied(declared, operands, intervals, settings)
    varying = applied.varying
    bends = [operand.bend for operand in operands]
    movement = applied.handed([operand.trend for operand in operands])
    degree, least = _degree(applied)
    name = spelling(declared.name)
    kinds = " and ".join(sorted({_KINDS[operands[at].bend] for at in varying}))
    if applied.group is not None:
        bend = BOTH if degree is not None and degree <= 1 else applied.handed(bends)
        rule = f"{name} is linear" if movement else _nothing_said(applied, name)
        rule = f"{name} is linear, of {kinds} operands" if bend else rule
        return Run(bend, movement, degree, least, rule)
    bend, said = 0, []
    course = applied.course
    if course is not None:
        inner = [_within(applied.intervals[at], course) for at in varying]
        for pieces, upwards, word in ((course.convex, UP, "convex"), (course.concave, DOWN, "concave")):
            fits = all(bends[at] == BOTH or _turned(bends[at], applied.signs[at]) & upwards for at in varying)
            if fits and all(inside(one, pieces) for one in inner):
                bend |= upwards
                said.append(word if inside(course.defined, pieces) else f"{word} between the bounds")
    if bend:
        signs = {applied.signs[at] for at in varying}
        moves = {1: " and rises", -1: " and falls"}.get(signs.pop(), "") if len(signs) == 1 else ""
        rule = f"{name} is {' and '.join(said)}{moves}, of {kinds} operands"
        aside = [what for place, what in course.aside if any(low <= place <= high for low, high in inner)] if course else []
        return Run(bend, movement, degree, least, f"{rule}, but for {' and '.join(aside)}" if aside else rule)
    if degree is not None:
        return Run(BOTH if degree <= 1 else 0, movement, degree, least, f"{name} of polynomials")
    return Run(0, movement, None, 0, f"{name} rises or falls in its operands" if movement else _nothing_said(applied, name))


def _nothing_said(applied: _Applied, name: str) -> str:
    """Why no rule applies."""
    if any(applied.operands[at].bend == 0 for at in applied.varying):
        return f"no rule for {name} of operands of which nothing is known"
    if applied.group is not None:
        return f"{name} of operands that bend different ways"
    if applied.course is None or not (applied.course.convex or applied.course.concave):
        return f"no rule says how {name} bends"
    return f"{name} bends both ways between these bounds, or otherwise than its operands"


_KINDS = ("unknown", "convex", "concave", "affine")


def _within(interval: Interval, course: Course) -> Interval:
    low, high = max(interval[0], course.defined[0]), min(interval[1], course.defined[1])
    return (low, high) if low <= high else interval


def _degree(applied: _Applied) -> tuple[int | None, int]:
    """The most that the degree can be, and the least of any term."""
    operands = applied.operands
    degrees = [operands[at].degree for at in applied.varying]
    known = [degree for degree in degrees if degree is not None]
    if len(known) < len(degrees):
        return None, 0
    if applied.group is not None:
        least = (
            0
            if applied.fills
            else min(operand.least for at, operand in enumerate(operands) if applied.index(at) in applied.group)
        )
        return max(known), least
    linear = applied.declared.facts.linear
    if linear and not applied.declared.variadic and all(any(at in group for group in linear) for at in applied.varying):
        apart = all(len(group) == 1 for group in linear)
        return _limited(sum(known)), sum(operands[at].least for at in applied.varying) if apart else 0
    course = applied.course
    if course is not None and course.degree is not None:
        fixed = len(operands) > len(applied.varying) and not isinstance(applied.declared.facts.course, str)
        return _limited(course.degree * max(known)), course.degree * min(
            operand.least for operand in operands if operand.varies or not fixed
        )
    return None, 0


def _limited(degree: int) -> int | None:
    return degree if degree <= LARGEST_DEGREE else None
