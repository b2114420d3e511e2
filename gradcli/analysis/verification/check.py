"""A gradient held against differences, the complex step and high precision, and where it parts from them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence

from mpmath import mp

from gradcli.analysis.points import Met, array_points, special_points
from gradcli.analysis.verification.accumulation import accumulated
from gradcli.analysis.verification.differences import (
    Complex,
    Direction,
    differences,
    inner,
    sides,
    size_of,
    unit,
)
from gradcli.analysis.verification.digits import ROUNDINGS, digits_of, is_saturated, node_digits
from gradcli.analysis.verification.findings import LOST, RIGHT, ROUNDED, UNCLEAR, WRONG, Component, Verification
from gradcli.analysis.verification.judge import DIGITS, Judged, is_of_numbers, judged, slopes
from gradcli.analysis.verification.rules import faults
from gradcli.autodiff.passes.tape import Tape, all_finite
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import graph_run
from gradcli.errors import GradcliError
from gradcli.lowering.elements.expansion import in_elements
from gradcli.ops.declaration.facts import END, JUMP, KINK, POLE
from gradcli.ops.declaration.ieee import as_float
from gradcli.typing import Any

TOLERANCE = 1e-6
"""How far off a derivative may be, beside its size, that is right."""

MOST = 50
"""Variables up to which each has differences of its own."""

_WORK = 4_000_000
"""Nodes times variables up to which each has differences of its own."""

_MOST_ELEMENTS = 8
"""Elements of an array up to which each has differences of its own."""

_TINIEST = 1e-300
"""What a derivative may be off where floats lose digits by their range."""

_NEIGHBOURS = 4
"""Points beside the run's, and by how many roundings each is off, among which a derivative with no right digit may be right."""

_NEAR = 2**20
"""Roundings by which a run may be beside a special point that is told."""

_RANDOM = 3
"""Random directions in place of the elements of an array, or of many variables."""


class NotFiniteError(GradcliError):
    """The value of a run is not finite, so there is no gradient to check."""


Rerun = Callable[[Mapping[str, Any]], Tape]


def verify(tape: Tape, rerun: Rerun, *, seed: int = 0) -> Verification:
    """Check the gradient of a run.

    Args:
        tape: The run, forward and backward.
        rerun: Runs the same program at other values.
        seed: Chooses random directions.

    Raises:
        NotFiniteError: The value of the run is not finite.
    """
    if not all_finite(tape.value):
        raise NotFiniteError(
            "the value is not finite there, so there is no gradient to check",
            hint="choose another point; gradcli why tells where it begins",
        )
    epsilon = 2.0**-23 if tape.dtype == "float32" else 2.0**-52
    cotangent: Any = tape.adjoints[tape.output]
    cotangent = 1.0 if cotangent is None else cotangent
    plain = _in_numbers(tape)
    judge = None
    if plain is not None:
        judge = judged(plain.graph, plain.bindings, {plain.output: _seed(cotangent)}, plain.requires_grad)
    met = list(special_points(tape, epsilon * _NEAR))
    wrong = list(faults(tape, {one.id for one in met if one.is_at(epsilon)}, judge if plain is tape else None))
    sums = list(accumulated(tape, epsilon))
    faulty = bool(wrong) or not all(one.agrees for one in sums)
    if plain is not None and plain is not tape:  # operations on arrays have theirs in what they are made of
        met = [one for one in met if one.id in tape.graph.decisions] + list(special_points(plain, epsilon * _NEAR))
    at = [one for one in met if one.is_at(epsilon)]
    complex_steps = Complex(tape)
    components: list[Component] = []
    for name, direction in _directions(tape, seed):
        components.append(_component(name, direction, tape, plain, judge, cotangent, complex_steps, at, faulty, rerun, epsilon))
    nodes = list(node_digits(plain, judge, epsilon)) if plain is not None and judge is not None else []
    arrays = list(array_points(tape, epsilon * _NEAR))
    judge_digits = DIGITS if judge is None else judge.digits
    return Verification(tape, plain, components, wrong, sums, met, nodes, complex_steps.missing, [], arrays, judge_digits)


def _in_numbers(tape: Tape) -> Tape | None:
    """The run on numbers; None where it is large, or has operations that are not written out."""
    graph = tape.graph
    if is_of_numbers(graph):
        return tape
    try:
        elements = in_elements(graph, tape.names, tape.bindings)
        values = elements.values(tape.bindings)
        chosen = [one for name in tape.wrt for one in elements.names.get(name, ()) if one in elements.graph.variables]
        return graph_run(elements.graph, Request(values, chosen, "static", tape.dtype))
    except GradcliError:
        return None


def _directions(tape: Tape, seed: int) -> Iterator[tuple[str, Direction]]:
    """The directions to check: each variable and element, or random ones where there are many."""
    graph = tape.graph
    source = random.Random(seed)
    many = len(tape.wrt) > MOST or len(tape.wrt) * len(graph) > _WORK

    def signs(shape: Sequence[int]) -> Any:
        if not shape:
            return source.choice((-1.0, 1.0))
        import numpy

        return numpy.array([source.choice((-1.0, 1.0)) for _ in range(math.prod(shape))]).reshape(shape)

    if many:
        for turn in range(_RANDOM):
            yield f"direction {turn + 1}", {name: signs(graph.shape(graph.variables[name])) for name in tape.wrt}
        return
    for name in tape.wrt:
        shape = graph.shape(graph.variables[name])
        if math.prod(shape) > _MOST_ELEMENTS:
            for turn in range(_RANDOM):
                yield f"{name}, direction {turn + 1}", {name: signs(shape)}
        elif not shape:
            yield name, {name: 1.0}
        else:
            import numpy

            for place in numpy.ndindex(*shape):
                yield f"{name}[{', '.join(map(str, place))}]", {name: unit(shape, place)}


def _component(
    name: str,
    direction: Direction,
    tape: Tape,
    plain: Tape | None,
    judge: Judged | None,
    cotangent: Any,
    complex_steps: Complex,
    at: Sequence[Met],
    faulty: bool,
    rerun: Rerun,
    epsilon: float,
) -> Component:
    gradient = tape.full_gradient
    own = sum(inner(gradient[one], moves) for one, moves in direction.items())
    moves = direction if plain is None or plain is tape else _element_moves(tape, plain, direction)
    reference, size = _judged(plain, judge, moves)
    size = size if len(moves) > 1 or reference == 0 else 0.0  # what is lost in a sum of random signs is no loss of a derivative
    found = differences(tape, direction, cotangent)
    complex_step = complex_steps.step(direction, cotangent)
    held = reference if reference is not None else complex_step if complex_step is not None else found.value
    uncertain = 0.0 if reference is not None or complex_step is not None else 10 * found.off
    off = 0.0 if own == held else abs(own - held)
    digits = digits_of(off, max(abs(held), size))
    tolerance = max(TOLERANCE, ROUNDINGS * epsilon)
    right = off <= tolerance * abs(held) + ROUNDINGS * epsilon * size + uncertain + _TINIEST
    verdict, both = RIGHT if right else WRONG, None
    here = _moved(at, direction, tape) + _moved(at, moves, plain if plain is not tape else None)
    if here and not (right and reference is not None and all(one.kind == POLE for one in here)):
        both = _slopes(tape, plain, direction, moves, cotangent, rerun)
        verdict = _at_special(own, both, here, right, tolerance)
        both = None if verdict == RIGHT else both
    elif math.isnan(own) and reference is None and all(map(math.isnan, _slopes(tape, plain, direction, moves, cotangent, rerun))):
        verdict, both = END, (math.nan, math.nan)  # as of a negative base by its exponent
    elif not right and math.isfinite(own):
        low, high = beside = _slopes(tape, plain, direction, moves, cotangent, rerun) if reference is None else (held, held)
        if abs(high - low) > 1e-3 * max(abs(low), abs(high)) and not faulty:
            verdict, both = KINK, beside
        elif not math.isfinite(held) or (reference is None and uncertain > 0.1 * abs(held)):
            verdict = UNCLEAR
        elif not faulty and reference is not None and plain is not None:
            near = digits >= 1 or _is_of_a_neighbour(own, plain, cotangent, moves, reference, epsilon)
            moved = off * size_of(tape, direction) <= ROUNDINGS * epsilon * abs(inner(tape.value, cotangent))
            near = near or (moved and judge is not None and is_saturated(plain, judge, epsilon))
            verdict = ROUNDED if near else LOST
    return Component(name, direction, own, None if both else reference, found, complex_step, digits, verdict, both)


def _judged(plain: Tape | None, judge: Judged | None, moves: Mapping[str, float]) -> tuple[float | None, float]:
    """The judge's derivative along a direction, and the size of what it is a sum of."""
    if plain is None or judge is None:
        return None, 0.0
    total, size = mp.zero, mp.zero
    with mp.workdps(judge.digits):
        for name, step in moves.items():
            id = plain.graph.variables[name]
            adjoint = judge.adjoints[id]
            if type(adjoint) is float:
                return None, 0.0
            if adjoint is not None:
                total += adjoint * step
                size += abs((adjoint or judge.sizes[id]) * step)
        return as_float(total if abs(total) > size * judge.error else mp.zero), as_float(size)


def _is_of_a_neighbour(
    own: float, plain: Tape, cotangent: Any, moves: Mapping[str, float], reference: float, epsilon: float
) -> bool:
    """Whether a derivative is right at a point within roundings of this one, as beside a minimum: its backward error is small.

    Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 1.5.
    """
    source, reach = random.Random(0), 0.0
    for _ in range(_NEIGHBOURS):
        point = {name: value * (1 + source.choice((-1, 1)) * _NEIGHBOURS * epsilon) for name, value in plain.bindings.items()}
        there = _judged(plain, judged(plain.graph, point, {plain.output: _seed(cotangent)}, plain.requires_grad), moves)[0]
        reach = max(reach, 0.0 if there is None else abs(there - reference))
    return abs(own - reference) <= reach


def _seed(cotangent: Any) -> float:
    return cotangent if type(cotangent) is float else float(cotangent.ravel()[0])


def _element_moves(tape: Tape, plain: Tape, direction: Direction) -> dict[str, float]:
    """A direction in the elements of the run on numbers."""
    elements = in_elements(tape.graph, tape.names, tape.bindings)
    moves: dict[str, float] = {}
    for name, steps in direction.items():
        flat = [steps] if type(steps) is float else steps.ravel().tolist()
        moves |= dict(zip(elements.names.get(name, ()), flat, strict=False))
    return {name: step for name, step in moves.items() if name in plain.graph.variables}


def _moved(at: Sequence[Met], direction: Direction, tape: Tape | None) -> list[Met]:
    """Those of the special points of a run whose nodes move along a direction."""
    mine = [one for one in at if one.tape is tape]
    if tape is None or not mine:
        return []
    moves = tape.graph.dependents(*[tape.graph.variables[name] for name in direction])
    return [one for one in mine if moves[one.id]]


def _slopes(
    tape: Tape, plain: Tape | None, direction: Direction, moves: Mapping[str, float], cotangent: Any, rerun: Rerun
) -> tuple[float, float]:
    """The slopes on both sides of a special point, as exactly as can be."""
    if tape.graph.decisions:

        def along(step: float) -> float:
            try:
                there = rerun({name: tape.bindings[name] + step * change for name, change in direction.items()})
            except GradcliError:
                return math.nan
            return inner(there.value - tape.value, cotangent)

        return sides(tape, direction, cotangent, along)
    if plain is None or type(cotangent) is not float:
        return sides(tape, direction, cotangent, None)
    low, high = slopes(plain.graph, plain.bindings, moves, plain.output)
    return low * cotangent, high * cotangent


def _at_special(own: float, both: tuple[float, float], here: Sequence[Met], right: bool, tolerance: float) -> str:
    low, high = both
    kinds = {one.kind for one in here}
    if math.isfinite(low) and math.isfinite(high):
        alike = abs(high - low) <= 1e-4 * max(abs(low), abs(high)) + 1e-9
        close = abs(own - (low + high) / 2) <= 1e-4 * max(abs(low), abs(high)) + 1e-9
        if (alike and (close or right)) or kinds != {POLE}:
            return RIGHT if alike and (close or right) else KINK
    if (math.isnan(low) or math.isnan(high)) and kinds != {POLE}:
        return JUMP if JUMP in kinds else END
    return next((kind for kind in (JUMP, POLE) if kind in kinds), KINK)
