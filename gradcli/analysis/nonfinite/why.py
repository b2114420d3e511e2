"""Why a value or a gradient is what it is: everything that the other modules find of a run, in one record."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.analysis.nonfinite.cancellation import Cancelled, cancellation
from gradcli.analysis.nonfinite.mending import Mend, mend_of
from gradcli.analysis.nonfinite.missing import UNDERFLOW, Missing, missing_gradients
from gradcli.analysis.nonfinite.origins import Way, backward_ways, forward_way
from gradcli.analysis.nonfinite.paths import Course, courses_of
from gradcli.analysis.nonfinite.units import Unit, idle_units
from gradcli.analysis.nonfinite.verified import exact_value
from gradcli.autodiff.passes.tape import Tape, all_finite
from gradcli.frozen import Frozen

COURSES = 2
"""Variables of which the course of the gradient is followed."""

NAMED = 8
"""Intermediate nodes with a name whose ``.grad`` is spoken of."""


class Why(Frozen, eq=False):
    """Why a run has the value and the gradient that it has.

    Attributes:
        tape: The run.
        forward: From where the value stops being finite to the output; None for a finite one.
        exact: The value without rounding and overflow, where the one of the run is not finite, and the same in six digits: nan
            where there is none; None where that is not known.
        backward: For each variable whose derivative is not finite the way to it.
        behind: For each node at which a backward way begins, and whose value is not finite, where that comes from.
        missing: Why variables get no gradient, or 0.
        unretained: The nodes with a name, among those that a gradient arrives at, whose ``.grad`` is None: no leaves.
        courses: Where the gradient vanishes or explodes.
        units: The functions that let hardly any gradient through.
        lost: The digits that a finite run loses where numbers cancel; None where nothing is to be told.
        mend: A program that is finite and keeps its digits; None where none was found, or nothing is to be mended.
    """

    tape: Tape
    forward: Way | None
    exact: tuple[float, str] | None
    backward: Mapping[str, Way]
    behind: Mapping[int, Way]
    missing: Mapping[str, Missing]
    unretained: tuple[int, ...]
    courses: tuple[Course, ...]
    units: tuple[Unit, ...]
    lost: Cancelled | None
    mend: Mend | None

    @property
    def finite(self) -> bool:
        """Whether value and gradient are."""
        return self.forward is None and not self.backward


def why_of(tape: Tape) -> Why:
    """Why a run has the value and the gradient that it has.

    Args:
        tape: The run, with values.
    """
    forward = forward_way(tape, tape.output)
    backward = backward_ways(tape)
    origins = {way.origin.node for way in backward.values()} if forward is None else set()
    behind = {node: way for node in origins if (way := _behind(tape, node)) is not None}
    missing = missing_gradients(tape)
    odd = forward is not None or bool(backward)
    lost = cancellation(tape) if forward is None and not backward else None
    return Why(
        tape,
        forward,
        exact_value(tape) if forward is not None else None,
        backward,
        behind,
        missing,
        tuple([id for id in tape.graph.given_names if _is_unretained(tape, id)][:NAMED]),
        tuple(courses_of(tape, _worth_following(tape, missing))),
        tuple(idle_units(tape)),
        lost,
        mend_of(tape, lost) if odd or (lost is not None and lost.is_lossy) else None,
    )


def _behind(tape: Tape, node: int) -> Way | None:
    """Where the value of a node, or else of an operand of it, stops being finite."""
    for id in (node, *tape.graph.inputs[node]):
        way = forward_way(tape, id)
        if way is not None:
            return way
    return None


def _is_unretained(tape: Tape, id: int) -> bool:
    return id != tape.output and tape.adjoints[id] is not None and tape.requires_grad[id] and tape.grad(id) is None


def _worth_following(tape: Tape, missing: Mapping[str, Missing]) -> list[str]:
    """The first variables to which a finite gradient arrives, or one that was lost because it is small."""
    found: list[str] = []
    for name in tape.wrt:
        adjoint = tape.adjoints[tape.graph.variables[name]]
        arrives = adjoint is not None and all_finite(adjoint)
        if arrives and (name not in missing or missing[name].kind == UNDERFLOW) and len(found) < COURSES:
            found.append(name)
    return found
