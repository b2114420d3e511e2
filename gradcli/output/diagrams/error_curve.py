"""The V of truncation and rounding as SVG: the error of a difference against its step, both on logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from gradcli.errors import said
from gradcli.frozen import Frozen
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.diagrams.theme import Theme

_WIDTH, _HEIGHT = 560, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 20, 44, 48
_LOWEST = -16
"""The smallest error that is drawn, as a power of ten."""


class Curve(Frozen):
    """The errors of differences.

    Attributes:
        title: What the derivative is.
        steps: The steps.
        errors: The error of the central difference of each, beside the derivative.
        extrapolated: The same of Richardson's extrapolation; of one step fewer.
        best: The step that is marked.
    """

    title: str
    steps: Sequence[float]
    errors: Sequence[float]
    extrapolated: Sequence[float]
    best: int | None


def error_curve(curve: Curve) -> Iterator[str]:
    """The pieces of an SVG document."""
    from gradcli.output.diagrams.theme import DARK, LIGHT

    title, steps, errors = said(curve.title), curve.steps, curve.errors
    powers = [math.log10(step) for step in steps]
    low, high = math.floor(min(powers)), math.ceil(max(powers))
    top = max(0, *[math.ceil(math.log10(error)) for error in errors if 0 < error < math.inf], 0)

    def across(power: float) -> float:
        return _LEFT + (power - low) / max(1, high - low) * (_WIDTH - _LEFT - _RIGHT)

    def down(error: float) -> float:
        power = max(_LOWEST, math.log10(error)) if error > 0 else _LOWEST
        return _TOP + (top - power) / (top - _LOWEST) * (_HEIGHT - _TOP - _BOTTOM)

    def line(values: Sequence[float], kind: str) -> str:
        points = [f"{across(x):.1f},{down(y):.1f}" for x, y in zip(powers, values, strict=False) if math.isfinite(y)]
        return f'<polyline class="{kind}" points="{" ".join(points)}"/>\n'

    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="11">\n<title>{escape(title)}</title>\n<style>\n{_rules(LIGHT)}'
        f"@media (prefers-color-scheme: dark) {{\n{_rules(DARK)}}}\n</style>\n"
        f'<rect class="paper" width="{_WIDTH}" height="{_HEIGHT}"/>\n'
        f'<text x="{_LEFT}" y="24" font-size="14">{escape(title)}</text>\n'
    )
    for power in range(low, high + 1, 2):
        x = across(power)
        yield f'<path class="grid" d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/><text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 16}"'
        yield f' text-anchor="middle">1e{power}</text>\n'
    for power in range(_LOWEST, top + 1, 4):
        y = down(10.0**power)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/><text x="{_LEFT - 6}" y="{y + 4:.1f}"'
        yield f' text-anchor="end">1e{power}</text>\n'
    yield f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 10}" text-anchor="middle">{said("step size")}</text>\n'
    yield line(curve.extrapolated, "better") + line(errors, "error")
    for at, (x, y) in enumerate(zip(powers, errors, strict=True)):
        if math.isfinite(y):
            radius, words = 5 if at == curve.best else 2.5, f"step {steps[at]:.0e}, error {y:.0e}"
            yield f'<circle class="error" cx="{across(x):.1f}" cy="{down(y):.1f}" r="{radius}">'
            yield f"<title>{said(f'{words}; the best step' if at == curve.best else words)}</title></circle>\n"
    yield f'<text class="of-error" x="{_WIDTH - _RIGHT}" y="{_TOP - 6}" text-anchor="end">{said("central difference")}</text>\n'
    yield f'<text class="of-better" x="{_WIDTH - _RIGHT - 130}" y="{_TOP - 6}" text-anchor="end">Richardson</text>\n</svg>\n'


def _rules(theme: Theme) -> str:
    return (
        f".paper {{ fill: {theme.paper} }} text {{ fill: {theme.ink} }} .grid {{ stroke: {theme.faint}; stroke-opacity: .3 }}\n"
        f"polyline {{ fill: none; stroke-width: 1.5 }} polyline.error {{ stroke: {theme.flow} }} "
        f"polyline.better {{ stroke: {theme.faint}; stroke-dasharray: 4 3 }}\n"
        f"circle.error, .of-error {{ fill: {theme.flow} }} .of-better {{ fill: {theme.faint} }}\n"
    )
