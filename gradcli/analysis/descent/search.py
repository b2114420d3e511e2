"""How far to go along a direction: a step that satisfies the strong Wolfe conditions.

The value falls by a share of what the slope promises, and the slope becomes flatter (Nocedal and Wright, Numerical Optimization,
second edition, algorithms 3.5 and 3.6).
"""

from __future__ import annotations

from collections.abc import Callable

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
