"""How a descent went, and why: the step against the curvature.

Along an eigenvector of the Hessian with the eigenvalue λ, plain gradient descent multiplies the distance from the minimum of a
parabola by 1 - lr·λ at each step: it goes past the minimum from lr = 1/λ on, and away from it from lr = 2/λ on. With momentum μ
that is lr = 2(1 + μ)/λ (Polyak 1964), after Nesterov 2(1 + μ)/(λ(1 + 2μ)).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from gradcli.analysis.descent.methods import OPTIMISERS, Step
from gradcli.analysis.descent.objective import Objective
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.language.numbers import short_text
from gradcli.typing import Any

CONVERGED, DIVERGES, OSCILLATES, UNBOUNDED, SLOW, STUCK = (
    "converged",
    "diverges",
    "oscillates",
    "unbounded",
    "descends",
    "stopped",
)

_SMALL = 1e-6
"""The largest element of a gradient that counts as 0, beside the one at the start where that is larger than 1."""

_LAST = 20
"""Steps at the end that tell how it goes."""

_OFTEN = 0.7
"""The share of these steps that turn back."""

_AT_KINKS = 0.3
"""The share of them about a kink, on whose two sides slopes are of different sizes."""

_SHORT = 0.1
"""lr times the curvature below which a step covers so small a part of the way that lr is called small."""

_STEEP = 20.0
"""Largest over smallest curvature from which on that is why a descent is slow."""


class Verdict(Frozen):
    """How a descent went.

    Attributes:
        kind: In a word.
        reason: Why, a sentence; empty where there is nothing to say.
        limit: The learning rate from which on it diverges, as the curvature at the last point says; None where that is not known.
        curvatures: The least and the largest curvature there; None where they are not known.
    """

    kind: str
    reason: str
    limit: float | None = None
    curvatures: tuple[float, float] | None = None


def verdict(objective: Objective, taken: Sequence[Step], name: str, lr: float | None, most: int) -> Verdict:
    """How a descent went.

    Args:
        objective: What is made small.
        taken: Its steps, the start first.
        name: The optimiser.
        lr: Its learning rate.
        most: How many steps it was to take.
    """
    import numpy

    first, last = taken[0], taken[-1]
    finite = [step for step in taken if math.isfinite(step.value) and numpy.isfinite(step.gradient).all()]
    if not finite:
        return Verdict(DIVERGES, "the value or the gradient is not finite at the start")
    steepest = [float(abs(step.gradient).max()) for step in finite]
    if len(finite) == len(taken) and steepest[-1] <= _SMALL * max(1.0, steepest[0]):
        return _converged(objective, last)
    lost = len(finite) < len(taken) or (last.value > first.value and steepest[-1] > steepest[0])
    at = _looked_at(objective, finite, lost=lost)
    limit, curved = _limit(at, name), None if at is None else (float(at[0]), float(at[-1]))
    if len(finite) < len(taken) and (left := _left_domain(objective, taken)):
        return Verdict(DIVERGES, left, None, curved)
    if lost:
        return Verdict(DIVERGES, _too_long(objective, finite, lr, limit, curved, name), limit, curved)
    if last.value < first.value and curved is not None and _falls_faster(finite) and _has_no_end(objective, last):
        return Verdict(UNBOUNDED, "the value falls faster and faster: there is no minimum on this way", limit, curved)
    if _turns(finite, curved):
        return Verdict(OSCILLATES, _back_and_forth(lr, limit, curved, name), limit, curved)
    if OPTIMISERS[name].rule is None:
        if curved is not None and curved[1] <= 0:
            return Verdict(UNBOUNDED, "the function bends down here, and a search along it finds no end", limit, curved)
        if len(taken) > most:
            return Verdict(SLOW, "the gradient is not 0 yet, and more steps go on", limit, curved)
        return Verdict(STUCK, "no step along its direction leads lower, and the gradient is not 0", limit, curved)
    begun = objective.curvatures(first.point)
    steep = float(begun[-1]) if begun is not None and len(begun) else None
    return Verdict(SLOW, _slowly(lr, curved, steep, name), limit, curved)


def _converged(objective: Objective, last: Step) -> Verdict:
    curvatures = objective.curvatures(last.point)
    if curvatures is None or not len(curvatures):
        return Verdict(CONVERGED, "the gradient is 0 here")
    low, high = float(curvatures[0]), float(curvatures[-1])
    small = 1e-9 * max(abs(low), abs(high))
    if low < -small:
        kind = "a saddle" if high > small else "a maximum"
        return Verdict(
            CONVERGED,
            f"the gradient is 0 here, but this is {kind}: the curvature is {short_text(low)} in a direction",
            None,
            (low, high),
        )
    kind = "a minimum" if low > small else "a minimum or a flat place"
    return Verdict(CONVERGED, f"the gradient is 0 here, {kind}", None, (low, high))


def _looked_at(objective: Objective, finite: Sequence[Step], *, lost: bool) -> Any:
    """The curvatures at the end, or, where the way was lost, at the place where the steps began to grow."""
    step = finite[-1]
    if lost:
        step = min(finite, key=lambda one: one.value)
    found = objective.curvatures(step.point)
    return found if found is not None and len(found) else None


def _limit(curvatures: Any, name: str) -> float | None:
    """The learning rate from which on a descent diverges."""
    if curvatures is None or curvatures[-1] <= 0 or OPTIMISERS[name].torch != "SGD":
        return None
    numbers = OPTIMISERS[name].numbers
    momentum = numbers["momentum"]
    return float(2 * (1 + momentum) / (curvatures[-1] * (1 + 2 * momentum if numbers["nesterov"] else 1)))


def _formula(name: str) -> str:
    """The same in letters."""
    return {"momentum": "2(1 + μ)/λ", "nesterov": "2(1 + μ)/(λ(1 + 2μ))"}.get(name, "2/λ")


def _too_long(
    objective: Objective,
    finite: Sequence[Step],
    lr: float | None,
    limit: float | None,
    curved: tuple[float, float] | None,
    name: str,
) -> str:
    if limit is not None and curved is not None and lr is not None and lr > limit:
        bound = f"{_formula(name)} = {short_text(limit)}"
        return f"lr = {short_text(lr)} is more than {bound}, {_where(curved[1])}: each step overshoots more"
    if curved is not None and curved[1] <= 0:
        if _has_no_end(objective, min(finite, key=lambda one: one.value)):
            return "the function bends down here, and has no minimum on this way"
        return "the function bends down here and up again farther on, and a step goes past its minimum: lr is too long there"
    return "the steps lead to where the function is larger, or has no value"


def _left_domain(objective: Objective, taken: Sequence[Step]) -> str:
    """That a step led to where there is no value; empty where numbers have grown beyond their range instead."""
    at = next((at for at, step in enumerate(taken) if math.isnan(step.value)), 0)
    step = taken[at]
    if not at or not math.isfinite(taken[at - 1].value) or not float(abs(step.point).max()) < _LARGE:
        return ""
    place = ", ".join(
        f"{name} = {short_text(value)}" for name, value in [*zip(objective.labels, map(float, step.point), strict=True)][:3]
    )
    return f"step {at} leads to {place}, where the function has no value: a smaller lr, or a start farther in, stays within"


_LARGE = 1e100
"""Coordinates from which on a descent has run away, whatever its value is."""


def _where(curvature: float) -> str:
    return f"where λ = {short_text(curvature)} is the largest curvature"


def _back_and_forth(lr: float | None, limit: float | None, curved: tuple[float, float] | None, name: str) -> str:
    if lr is None:
        return "steps turn back again and again"
    rate = short_text(lr)
    if curved is not None and curved[1] < 1e-12:
        return "the slope does not get smaller towards a kink, so that steps keep their length and go over it: lr has to shrink"
    if limit is not None and curved is not None and name == "gd":
        where = _where(curved[1])
        if abs(lr - limit) <= 1e-9 * limit:
            return f"lr = {rate} is 2/λ, {where}: each step goes as far past the minimum as it was away"
        if lr > limit / 2:
            return (
                f"lr = {rate} is between 1/λ = {short_text(limit / 2)} and 2/λ = {short_text(limit)}, {where}: "
                "each step goes past the minimum"
            )
        return "steps turn back again and again: the curvature is larger on the way than here"
    if name in ("adam", "rmsprop"):
        return f"steps are about lr = {rate} long however small the gradient is, and go past the minimum: lr has to shrink"
    if OPTIMISERS[name].numbers.get("momentum"):
        return "momentum carries the steps past the minimum, and back"
    return "steps turn back again and again"


def _slowly(lr: float | None, curved: tuple[float, float] | None, steep: float | None, name: str) -> str:
    """Why the gradient is not 0 yet, by the curvatures at the end and the largest one at the start."""
    if curved is None or lr is None:
        return "the gradient is not 0 yet, and more steps go on"
    low, high = curved
    if low < -1e-9 * abs(high):
        return "the function bends down in a direction here, as on the way from a saddle or a maximum, and more steps go on"
    if low > 0 and high / low > _STEEP and OPTIMISERS[name].torch == "SGD":
        return (
            f"the largest curvature, {short_text(high)}, is {short_text(high / low)} times the least: lr is bounded by the one "
            f"({_formula(name)} = {short_text(_limit(curved, name))}), and the other takes many steps"
        )
    if name == "gd" and high > 0 and steep is not None and lr * high < _SHORT:
        largest = max(high, steep)
        if lr * largest < _SHORT:
            return f"lr = {short_text(lr)} is small: 1/λ = {short_text(1 / largest)} of the largest curvature would be faster"
        if steep > high:
            return (
                f"the function grows flat on the way, and steps short: the largest curvature falls from {short_text(steep)} to"
                f" {short_text(high)}"
            )
    return "the gradient is not 0 yet, and more steps go on"


def _turns(finite: Sequence[Step], curved: tuple[float, float] | None) -> bool:
    """Whether steps turn back again and again at the end; about a kink, where nothing bends up, often is enough."""
    moves = [after.point - before.point for before, after in itertools.pairwise(finite[-_LAST - 2 :])]
    if len(moves) < 4:
        return False
    back = [float(first @ second) < 0 for first, second in itertools.pairwise(moves)]
    if len(moves) < _LAST and all(back[-2:]):
        return True
    bends_up = curved is None or curved[1] > 0
    return sum(back) >= (_OFTEN if bends_up else _AT_KINKS) * len(back)


def _falls_faster(finite: Sequence[Step]) -> bool:
    falls = [before.value - after.value for before, after in itertools.pairwise(finite[-_LAST - 1 :])]
    return len(falls) > 3 and all(after > before > 0 for before, after in itertools.pairwise(falls))


def _has_no_end(objective: Objective, step: Step) -> bool:
    """Whether the value falls against the gradient as far as numbers go, ever farther steps after each other."""
    scale = max(1.0, float(abs(step.point).max()))
    value, direction = step.value, -step.gradient * (scale / max(float(abs(step.gradient).max()), 1e-300))
    for distance in (10.0**power for power in range(-3, 7)):
        try:
            following = objective.at(step.point + distance * direction)[0]
        except GradcliError:
            return False
        if following == -math.inf:
            return True
        if not following < value:  # nan as well
            return False
        value = following
    return True
