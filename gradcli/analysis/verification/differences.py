"""Derivatives of a run from its values alone, along a direction: differences over a ladder of steps, and the complex step.

A central difference is off by what the function bends, which falls with the square of the step, and by rounding, which grows as
the step falls: the V. The complex step (Squire and Trapp, Using complex variables to estimate derivatives, 1998) takes no
difference, and so loses nothing; it needs functions that are analytic.
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from gradcli.algebra.equality.pair import PrimitiveBuilder
from gradcli.analysis.verification.judge import is_ends_gradient, is_of_numbers
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.lowering.builders.builder import value_of
from gradcli.lowering.builders.compaction import replay
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.facts import JUMP, KINK
from gradcli.ops.declaration.structural import shape_of
from gradcli.typing import Any

_POWERS = 13
"""Steps are powers of ten, so many, and more where what moves is smaller than 1: from there to the roundings of its size."""

_MOST = 26

_FEW = 2000
"""Nodes times variables up to which a run on numbers goes step by step: loading NumPy takes longer."""

_EPSILON = 2.0**-52

_TINY = 1e-100
"""The complex step, beside the size of what moves."""

Direction = Mapping[str, Any]
"""How each variable moves, in its shape; those that stand still are left out."""


class Differences(Frozen):
    """The differences of a run along a direction.

    Attributes:
        steps: The steps.
        values: The central difference of each step; nan where another branch is taken, or there is no value.
        extrapolated: Richardson's extrapolation of each step with the next.
        best: The step where the differences change least; None where there are none.
        off: About how far off that difference is.
        sides: The differences to both sides alone, at that step.
    """

    steps: tuple[float, ...]
    values: tuple[float, ...]
    extrapolated: tuple[float, ...]
    best: int | None
    off: float
    sides: tuple[float, float]

    @property
    def value(self) -> float:
        """The best central difference."""
        return math.nan if self.best is None else self.values[self.best]


def differences(tape: Tape, direction: Direction, cotangent: Any = 1.0) -> Differences:
    """Central differences of the output of a run along a direction, over the ladder of steps.

    Args:
        tape: The run; what is outside of what it differentiates by stands still, and so does what gradients end at.
        direction: How the variables move.
        cotangent: What the output is multiplied by, in its shape.
    """
    size = math.log10(size_of(tape, direction))
    top = math.floor(max(size, 0)) - 1
    steps = tuple([10.0**power for power in range(top, max(math.floor(size) - 1 - _POWERS, top - _MOST), -1)])
    found = _along(tape, direction, [way * step for step in steps for way in (-1, 1)], cotangent)
    values = [(high - low) / (2 * step) for low, high, step in zip(found[::2], found[1::2], steps, strict=True)]
    better = [(100 * fine - rough) / 99 for rough, fine in pairwise(values)]
    scale = _EPSILON * abs(inner(tape.value, cotangent))
    off = [(abs(a - b) + scale / step, at) for at, ((a, b), step) in enumerate(zip(pairwise(values), steps, strict=False))]
    best = min([one for one in off if math.isfinite(one[0])], default=(math.inf, None))
    low, high = (math.nan, math.nan) if best[1] is None else found[2 * best[1] : 2 * best[1] + 2]
    step = 1.0 if best[1] is None else steps[best[1]]
    return Differences(steps, tuple(values), tuple(better), best[1], best[0], (-low / step, high / step))


def size_of(tape: Tape, direction: Direction) -> float:
    """The size of what moves; 1 where that is 0."""
    largest = 0.0
    for name, moves in direction.items():
        value = tape.bindings[name]
        if type(value) is float:
            largest = max(largest, abs(value))
        else:
            largest = max(largest, float(abs(value[moves != 0]).max(initial=0.0)))
    return largest if 1e-300 < largest < math.inf else 1.0


def _along(tape: Tape, direction: Direction, offsets: Sequence[float], cotangent: Any) -> list[float]:
    """The output of a run at its point and so far off along a direction, each time from the value at the point."""
    if len(tape.graph) * len(tape.wrt) > _FEW and is_of_numbers(tape.graph):
        import numpy

        steps = numpy.array(offsets)
        with quiet():
            moved = _moved(tape, {name: tape.bindings[name] + steps * moves for name, moves in direction.items()})
            found = (moved - tape.value) * cotangent
        return numpy.broadcast_to(found, len(offsets)).tolist()  # type: ignore[no-any-return]
    results: list[float] = []
    for offset in offsets:
        with quiet(tape.graph):
            moved = _moved(tape, {name: tape.bindings[name] + offset * moves for name, moves in direction.items()})
            results.append(inner(moved - tape.value, cotangent))
    return results


def _moved(tape: Tape, point: Mapping[str, Any]) -> Any:
    """The output where some variables have other values; nan where the run would have gone another way."""
    graph = tape.graph
    ids = {graph.variables[name]: value for name, value in point.items()}
    depends = graph.dependents(*ids)
    last = {input: id for id, inputs in enumerate(graph.inputs) if depends[id] for input in inputs}
    moved: dict[int, Any] = dict(ids)
    decided: Any = True
    with quiet(graph):
        for id, inputs in enumerate(graph.inputs):
            if not inputs or not any(input in moved for input in inputs) or id in graph.detached:
                continue
            operation = graph.operations[id]
            if is_ends_gradient(operation):
                continue
            try:
                operands = [moved.get(input, tape.values[input]) for input in inputs]
                moved[id] = value_of(operation, operands, graph.settings.get(id, ()))
            except GradcliError:
                return math.nan
            if id in graph.decisions:
                taken = graph.decisions[id]
                decided = decided & ((moved[id] != 0) == taken if isinstance(taken, bool) else moved[id] == taken)
            for input in inputs:
                if last[input] == id and input != graph.output:  # a loop looks at it again
                    moved.pop(input, None)
    value: Any = moved.get(graph.output, tape.value)
    if type(decided) is bool:
        return value if decided else value * math.nan
    import numpy

    return numpy.where(decided, value, math.nan)


class Complex:
    """A run, made ready for complex steps.

    Args:
        tape: The run.

    Attributes:
        missing: The operation that is not analytic, or has no complex values here; empty where there is none.
    """

    def __init__(self, tape: Tape) -> None:
        self.missing = ""
        self._tape = tape
        builder = PrimitiveBuilder(Graph(8 * len(tape.graph) + 1000, 8 * tape.graph.max_elements))
        try:
            self._output = replay(tape.graph, builder)[tape.output].id
        except GradcliError:
            self.missing = "an operation without elements"
            return
        self._graph = builder.graph
        self._needed = self._graph.ancestors(self._output)

    def step(self, direction: Direction, cotangent: Any = 1.0) -> float | None:
        """The derivative along a direction; None where an operation is not analytic, which is then told."""
        if self.missing:
            return None
        graph = self._graph
        step = _TINY * size_of(self._tape, direction)
        names = {id: name for name, id in graph.variables.items()}
        values: list[Any] = []
        moving: list[bool] = []
        with quiet(graph):
            for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
                value: Any = None
                moves = any(moving[input] for input in inputs)
                if not self._needed[id]:
                    moves = False
                elif operation == VARIABLE:
                    value, moves = self._tape.bindings[names[id]], names[id] in direction
                    if moves:
                        value = value + 1j * step * direction[names[id]]
                elif operation == CONSTANT:
                    value = constant_value(graph.constants[id])
                elif not moves:
                    value = value_of(operation, [values[input] for input in inputs], graph.settings.get(id, ()))
                else:
                    which = [moving[input] for input in inputs]
                    if carries_nothing(operation):
                        real = [values[input].real for input in inputs]
                        real = [one if graph.shape(input) else float(one) for one, input in zip(real, inputs, strict=True)]
                        value, moves = value_of(operation, real, graph.settings.get(id, ())), False
                    else:
                        value = _analytic(operation, [values[i] for i in inputs], which, graph.settings.get(id, ()))
                        if value is None:
                            self.missing = operation
                            return None
                values.append(value)
                moving.append(moves)
            found = values[self._output]
            near = abs(found.real - self._tape.value) <= 1e-6 * abs(self._tape.value) + 1e-300
            if not (near if type(near) is bool else near.all()):
                return None  # it overflows on the way
            return inner(found.imag, cotangent) / step


def carries_nothing(name: str) -> bool:
    """Whether no gradient flows through an operation."""
    declared = OPERATIONS.get(name)
    return STRUCTURAL[name].pullback is None if declared is None else not declared.differentiable


_OPERATORS: dict[str, Callable[..., Any]] = {
    "fadd": operator.add, "fsub": operator.sub, "fmul": operator.mul, "fdiv": operator.truediv, "fneg": operator.neg, "power": pow
}  # fmt: skip
"""Of Python's complex numbers, by the functions of mpmath that declarations name."""


def _analytic(name: str, operands: Sequence[Any], moving: Sequence[bool], settings: Any) -> Any:
    """The value of an operation at complex operands, where it is analytic in those that move; None where it is not.

    So are functions of mpmath that Python or NumPy has as well, with neither kinks nor jumps, and what is linear, or moves
    elements.
    """
    declared = OPERATIONS.get(name)
    if declared is None:
        known = STRUCTURAL[name].facts
        places = {0 if STRUCTURAL[name].variadic else at for at, moves in enumerate(moving) if moves}
        analytic = known.multilinear or any(places <= group for group in known.linear)
        import numpy

        return STRUCTURAL[name].forward(numpy, *map(numpy.asarray, operands), **dict(settings)) if analytic else None
    if any(special.kind in (KINK, JUMP) for special in declared.facts.specials):
        return None
    places = {at for at, moves in enumerate(moving) if moves}
    linear = any(places <= group for group in declared.facts.linear)
    if declared.array is None or not (linear or isinstance(declared.precise, str)):
        return None
    complete = declared.complete(tuple(operands))
    function: Callable[..., Any] | None = _OPERATORS.get(str(declared.precise), declared.forward if linear else None)
    function = getattr(cmath, str(declared.precise), function)
    if function is not None and all(type(one) in (float, complex) for one in complete):
        try:
            return function(*complete)
        except (ArithmeticError, ValueError):
            return complex(math.nan, math.nan)
    import numpy

    arrays = list(map(numpy.asarray, complete))
    try:
        if isinstance(declared.array, str):
            return getattr(numpy, declared.array)(*arrays)
        return declared.array(numpy, *arrays)
    except TypeError:
        return None


def sides(tape: Tape, direction: Direction, cotangent: Any, along: Callable[[float], float] | None) -> tuple[float, float]:
    """The slopes to both sides along a direction, in float64; infinite where the value jumps, or rises like a root.

    Args:
        tape: The run.
        direction: How the variables move.
        cotangent: What the output is multiplied by.
        along: How much the output changes so far off; None where the run goes the same way there.
    """
    size = size_of(tape, direction)
    steps = [way * share * size for way in (-1, 1) for share in (1e-5, 5e-6, 1e-8)]
    found = _along(tape, direction, steps, cotangent) if along is None else list(map(along, steps))
    slopes = [change / step for change, step in zip(found, steps, strict=True)]

    def slope(rough: float, fine: float, finest: float) -> float:
        return math.copysign(math.inf, finest) if abs(finest) > 10 * abs(rough) + 1e-5 else 2 * fine - rough

    left, right = slope(*slopes[:3]), slope(*slopes[3:])
    return left, right


def unit(shape: Sequence[int], place: tuple[int, ...]) -> Any:
    """The direction along one element: 1 for a number."""
    if not shape:
        return 1.0
    import numpy

    found = numpy.zeros(shape)
    found[place] = 1.0
    return found


def inner(a: Any, b: Any) -> float:
    """The inner product of two values of one shape."""
    if type(a) is float and type(b) is float:
        return a * b
    import numpy

    assert shape_of(a) == shape_of(b)
    with quiet():
        return float(numpy.sum(a * b))
