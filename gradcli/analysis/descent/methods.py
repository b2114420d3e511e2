"""The optimisers: each takes a point with its value and gradient, and gives the next one.

How far to go along a direction the strong Wolfe conditions say: the value falls by a share of what the slope promises, and the
slope becomes flatter (Nocedal and Wright, Numerical Optimization, second edition, algorithms 3.5 and 3.6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gradcli.analysis.descent.objective import Objective
from gradcli.autodiff.optimisers import adam, rmsprop, sgd
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.typing import Any

FALL = 1e-4
"""The share of the fall that the slope promises, c₁."""

FLATTER = 0.9
"""The share of the slope that may be left, c₂."""

_DOUBLINGS = 60
_HALVINGS = 60


def strong_wolfe(along: Callable[[float], tuple[float, float, Any]], value: float, slope: float, first: float = 1.0) -> Any:
    """A step along a direction that leads down.

    Args:
        along: For a step the value, the slope along the direction, and what else is known there.
        value: The value at the step 0.
        slope: The slope there, which is negative.
        first: The step that is tried first.

    Returns:
        The step, and what ``along`` gives there; None where no step is found, as where the function falls without end.
    """

    def falls(step: float, found: float) -> bool:
        return found <= value + FALL * step * slope

    before = (0.0, value, slope)
    step = first
    for count in range(_DOUBLINGS):
        found = along(step)
        if not falls(step, found[0]) or (count and found[0] >= before[1]):
            return _zoom(along, before, (step, found[0], found[1]), value, slope)
        if abs(found[1]) <= -FLATTER * slope:
            return step, found
        if found[1] >= 0:
            return _zoom(along, (step, found[0], found[1]), before, value, slope)
        before = (step, found[0], found[1])
        step *= 2
    return None


def _zoom(along: Callable[[float], tuple[float, float, Any]], low: Any, high: Any, value: float, slope: float) -> Any:
    """A step between two, of which the first falls most: by the parabola through it, halved where that leads nowhere."""
    for _ in range(_HALVINGS):
        width = high[0] - low[0]
        bend = high[1] - low[1] - low[2] * width
        step = low[0] - low[2] * width * width / (2 * bend) if bend > 0 else low[0] + width / 2
        inner = abs(step - low[0]) / abs(width) if width else 0.0
        if not 0.1 <= inner <= 0.9:
            step = low[0] + width / 2
        found = along(step)
        if not found[0] <= value + FALL * step * slope or found[0] >= low[1]:
            high = (step, found[0], found[1])
            continue
        if abs(found[1]) <= -FLATTER * slope:
            return step, found
        if found[1] * width >= 0:
            high = low
        low = (step, found[0], found[1])
    return (low[0], along(low[0])) if low[0] else None


ENOUGH = 1e-9
"""Elements of the gradient below which methods that search along a direction stop."""


class Step(Frozen, eq=False):
    """A step.

    Attributes:
        number: How many steps lead here.
        point: The parameters, a vector.
        value: The value there.
        gradient: The gradient there, a vector.
    """

    number: int
    point: Any
    value: float
    gradient: Any


class Optimiser(Frozen):
    """An optimiser.

    Attributes:
        lr: The learning rate where none is given; None for an optimiser that searches for its steps.
        numbers: The other numbers of its rule, by PyTorch's names.
        torch: The class of torch.optim that does the same; empty for none.
        rule: Its rule; None for one that needs more than the gradient.
    """

    lr: float | None
    numbers: dict[str, Any]
    torch: str = ""
    rule: Callable[..., tuple[Any, Any]] | None = None


_PLAIN = {"momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False, "maximize": False}
OPTIMISERS: dict[str, Optimiser] = {
    "gd": Optimiser(0.1, _PLAIN, "SGD", sgd),
    "momentum": Optimiser(0.1, {**_PLAIN, "momentum": 0.9}, "SGD", sgd),
    "nesterov": Optimiser(0.1, {**_PLAIN, "momentum": 0.9, "nesterov": True}, "SGD", sgd),
    "adam": Optimiser(0.1, {"betas": (0.9, 0.999), "eps": 1e-8}, "Adam", adam),
    "rmsprop": Optimiser(0.01, {"alpha": 0.99, "eps": 1e-8}, "RMSprop", rmsprop),
    "newton": Optimiser(1.0, {}),
    "bfgs": Optimiser(None, {}),
    "line-search": Optimiser(None, {}),
}
"""The optimisers by name, with the numbers that PyTorch has where nothing is said."""


def steps(objective: Objective, name: str, lr: float | None, most: int) -> Iterator[Step]:
    """The steps of an optimiser, the start first, as they are taken.

    They end after so many, where something is not finite, and where a method that searches finds nothing lower.

    Args:
        objective: What is made small.
        name: The optimiser.
        lr: Its learning rate; None for one that has none.
        most: How many steps to take.
    """
    import numpy

    optimiser = OPTIMISERS[name]
    numbers, state = {**optimiser.numbers, "lr": lr}, None
    searching = {"newton": _newton, "bfgs": _bfgs, "line-search": _steepest}.get(name)
    point = objective.start
    value, gradient = objective.at(point)
    for number in range(most + 1):
        yield Step(number, point, value, gradient)
        if number == most or not (numpy.isfinite(value) and numpy.isfinite(gradient).all()):
            return
        with numpy.errstate(all="ignore"):
            if optimiser.rule is not None:
                point, state = optimiser.rule(point, gradient, state, numbers)
                value, gradient = objective.at(point)
                continue
            assert searching is not None
            if abs(gradient).max() <= ENOUGH:
                return
            found = searching(objective, point, value, gradient, state, lr)
        if found is None:
            return
        point, value, gradient, state = found


def _newton(objective: Objective, point: Any, value: float, gradient: Any, state: Any, lr: Any) -> Any:
    """x - lr·H⁻¹·g, which of a parabola is its lowest point."""
    import numpy

    matrix = objective.hessian(point)
    try:
        step = numpy.linalg.solve(matrix, gradient)
    except numpy.linalg.LinAlgError:
        raise GradcliError(
            "Newton's method needs a Hessian that can be inverted, and here it is singular", hint="--optimizer bfgs"
        ) from None
    point = point - lr * step
    return (point, *objective.at(point), None)


def _steepest(objective: Objective, point: Any, value: float, gradient: Any, state: Any, lr: Any) -> Any:
    """Down the gradient, as far as a search along it says; the first step tried is twice the one before."""
    found = _along(objective, point, value, gradient, -gradient, 1.0 if state is None else 2 * state)
    if found is None:
        return None
    step, (value, _, (point, gradient)) = found
    return point, value, gradient, step


def _bfgs(objective: Objective, point: Any, value: float, gradient: Any, state: Any, lr: Any) -> Any:
    """Down an estimate of the inverse Hessian, which every step makes better (Broyden, Fletcher, Goldfarb and Shanno 1970)."""
    import numpy

    unit = numpy.eye(len(point))
    inverse = unit if state is None else state
    first = min(1.0, 1 / abs(gradient).sum()) if state is None else 1.0
    found = _along(objective, point, value, gradient, -inverse @ gradient, first)
    if found is None and state is not None:
        inverse, found = unit, _along(objective, point, value, gradient, -gradient, first)
    if found is None:
        return None
    _, (value, _, (new, changed)) = found
    s, y = new - point, changed - gradient
    bend = float(y @ s)
    if bend > 1e-14 * float(y @ y) ** 0.5 * float(s @ s) ** 0.5:
        if state is None:  # of the size of the curvature, before the first change (Nocedal and Wright, equation 6.20)
            inverse = unit * bend / float(y @ y)
        part = unit - numpy.outer(s, y) / bend
        inverse = part @ inverse @ part.T + numpy.outer(s, s) / bend
    return new, value, changed, inverse


def _along(objective: Objective, point: Any, value: float, gradient: Any, direction: Any, first: float) -> Any:
    """The step that a search along a direction finds; None where there is none."""
    slope = float(gradient @ direction)
    if not slope < 0:
        return None

    def along(step: float) -> tuple[float, float, Any]:
        there = point + step * direction
        found, changed = objective.at(there)
        return found, float(changed @ direction), (there, changed)

    return strong_wolfe(along, value, slope, first)
