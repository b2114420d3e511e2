"""What is plotted, as data that every format draws: strokes and dots over two axes, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradcli.frozen import Frozen
from gradcli.language.numbers import short_text
from gradcli.output.wrapping import wrapped
from gradcli.typing import Any

CURVE, TANGENT, CONTOUR, ARROW, POLE_LINE, PATH = "curve", "tangent", "contour", "arrow", "pole", "path"
"""What a stroke is."""

COLOURS = 6
"""How many colours and patterns strokes have; those beyond have them again, in other pairs."""

Range = tuple[float, float]


class Stroke(Frozen, eq=False):
    """Lines of one colour.

    Attributes:
        kind: What it is.
        pieces: Its connected lines, each as vectors of both coordinates.
        colour: The number of its colour.
        dash: The number of its pattern, of which 0 is solid and 2 dotted.
        label: What the legend says of it; empty for nothing.
    """

    kind: str
    pieces: Sequence[tuple[Any, Any]]
    colour: int = 0
    dash: int = 0
    label: str = ""


def coloured(number: int) -> tuple[int, int]:
    """Colour and pattern of one of several strokes: without colours the pattern tells them apart."""
    return number % COLOURS, (number + number // COLOURS) % COLOURS


class Dot(Frozen):
    """A place that stands out.

    Attributes:
        x: Where it is.
        y: Where it is.
        colour: The number of its colour.
        filled: Whether the curve has it; a place that it only comes to is a circle.
        label: What is said of it.
    """

    x: float
    y: float
    colour: int = 0
    filled: bool = True
    label: str = ""


class Chart(Frozen, eq=False):
    """A chart.

    Attributes:
        title: What it shows.
        names: What the axes are called, from left to right and upwards.
        x: The range from left to right.
        y: The range upwards.
        strokes: The lines, those that stand behind first.
        dots: The places that stand out.
        notes: What is said below, a line each.
        labels: Texts within the plot, each with its place.
        logarithmic: Whether heights are logarithms to the base 10.
    """

    title: str
    names: tuple[str, str]
    x: Range
    y: Range
    strokes: Sequence[Stroke]
    dots: Sequence[Dot] = ()
    notes: Sequence[str] = ()
    labels: Sequence[tuple[float, float, str]] = ()
    logarithmic: bool = False

    @property
    def legend(self) -> list[Stroke]:
        """The strokes that the legend names."""
        return [stroke for stroke in self.strokes if stroke.label]


def folded(notes: Sequence[str], width: int) -> list[str]:
    """Notes in lines of a width; what goes on is indented."""
    return [line for note in notes for line in wrapped(note, max(20, width), "  ")]


def ticks(ends: Range, most: int) -> list[float]:
    """Round numbers in a range, at most so many: steps of 1, 2 or 5 times a power of 10."""
    low, high = ends
    rough = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    step = next(part * power for part in (1, 2, 5, 10) if part * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(at * step, 12 - math.floor(math.log10(step))) for at in range(first, last + 1)]


def tick_text(value: float, *, logarithmic: bool = False) -> str:
    """A number beside an axis."""
    return f"1e{value:g}" if logarithmic else short_text(value + 0.0)
