"""Charts as text: eight dots a character, as Braille has them, or plain characters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from string import ascii_uppercase

from gradcli.errors import columns, said
from gradcli.output.box_drawing.canvas import Segment
from gradcli.output.plots.chart import ARROW, CONTOUR, POLE_LINE, Chart, Stroke, folded, tick_text, ticks

HEIGHT = 20
"""Lines of the plot itself."""

_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = 0x2800
_ASCII = "*+ox%@"
_ARROWS = "→↗↑↖←↙↓↘"
_ARROWS_ASCII = "><^<<<v>"
_SPARSE = 3
"""Of so many dots of the line at a pole one is drawn."""
_LETTERED = 2
"""How often the letter of a curve stands on it."""


class _Cells:
    """The cells of a plot: which dots of each are set, or what stands there, and of which colour."""

    def __init__(self, chart: Chart, width: int, ascii: bool) -> None:
        self.chart, self.width, self.ascii = chart, width, ascii
        self.across, self.down = (1, 1) if ascii else (2, 4)
        self.bits: dict[tuple[int, int], int] = {}
        self.signs: dict[tuple[int, int], str] = {}
        self.styles: dict[tuple[int, int], str] = {}
        self.drawn: dict[int, dict[tuple[int, int], None]] = {}
        self.owner: dict[tuple[int, int], Stroke] = {}
        lettered = [stroke for stroke in chart.legend if stroke.kind not in (ARROW, CONTOUR)]
        self.letters = {id(stroke): letter for stroke, letter in zip(lettered, ascii_uppercase, strict=False)}
        if ascii or len(lettered) < 2:
            self.letters = {}

    def dot(self, x: float, y: float) -> tuple[float, float]:
        """A place in dots, from the upper left corner."""
        (low, high), (bottom, top) = self.chart.x, self.chart.y
        right, below = self.width * self.across - 1, HEIGHT * self.down - 1
        share = min(2.0, max(-1.0, (top - y) / (top - bottom)))
        return (x - low) / (high - low) * right, share * below

    def draw(self, stroke: Stroke) -> None:
        if stroke.kind == ARROW:
            for xs, ys in stroke.pieces:
                (x, y), (to_x, to_y) = (self.dot(float(a), float(b)) for a, b in zip(xs, ys, strict=True))
                row, column = round(y) // self.down, round(x) // self.across
                beside = [(row, column + away) for away in (0, 1, -1, 2, -2) if 0 <= column + away < self.width]
                cell = next((one for one in beside if one not in self.bits and one not in self.signs), None)
                if cell is None:  # a contour runs along there
                    continue
                eighth = round(math.atan2((y - to_y) * (2 if self.ascii else 1), to_x - x) / (math.pi / 4)) % 8
                self.signs[cell] = (_ARROWS_ASCII if self.ascii else _ARROWS)[eighth]
                self.styles[cell] = f"colour {stroke.colour}"
            return
        period = _SPARSE if stroke.kind == POLE_LINE else 1
        for xs, ys in stroke.pieces:
            places = [self.dot(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
            steps = 0
            for (x, y), (to_x, to_y) in itertools.pairwise(places):
                count = max(1, math.ceil(max(abs(to_x - x), abs(to_y - y))))
                for step in range(count + 1):
                    if (steps + step) % period == 0:
                        self.set(x + (to_x - x) * step / count, y + (to_y - y) * step / count, stroke)
                steps += count

    def set(self, x: float, y: float, stroke: Stroke) -> None:
        at_x, at_y = round(x), round(y)
        if not (0 <= at_x < self.width * self.across and 0 <= at_y < HEIGHT * self.down):
            return
        cell = at_y // self.down, at_x // self.across
        if self.ascii:
            self.signs[cell] = _ASCII[stroke.colour] if stroke.kind not in (POLE_LINE, CONTOUR) else ".:'"[stroke.dash]
        else:
            self.bits[cell] = self.bits.get(cell, 0) | _BITS[at_y % 4][at_x % 2]
        self.styles[cell] = f"colour {stroke.colour}" if stroke.kind != POLE_LINE else "line"
        if id(stroke) in self.letters:
            self.drawn.setdefault(id(stroke), {})[cell] = None
            self.owner[cell] = stroke

    def write_letters(self, strokes: Sequence[Stroke]) -> None:
        """Put the letter of each curve on it, a part of its way apart from those of the others, so that no colour is needed."""
        for stroke in strokes:
            letter = self.letters.get(id(stroke), "")
            for part in range(_LETTERED if letter else 0):
                share = (part + (ord(letter) - ord("A") + 1) / (len(self.letters) + 1)) / _LETTERED
                free = [cell for cell in self.drawn.get(id(stroke), ()) if cell not in self.signs and self.owner[cell] is stroke]
                if free:
                    self.signs[min(free, key=lambda cell: abs(cell[1] - share * self.width))] = letter

    def row(self, row: int) -> list[Segment]:
        zero = [round(at) // size for at, size in zip(self.dot(0, 0), (self.across, self.down), strict=True)]
        segments: list[Segment] = []
        for column in range(self.width):
            cell = (row, column)
            sign = self.signs.get(cell) or (chr(_BLANK + self.bits[cell]) if cell in self.bits else "")
            if sign:
                segments.append(Segment(sign, self.styles[cell]))
            else:
                axis = (
                    ("-" if self.ascii else "┄") if row == zero[1] else ("|" if self.ascii else "┆") if column == zero[0] else " "
                )
                segments.append(Segment(axis, "line"))
        return segments


def drawn_chart(chart: Chart, *, width: int, ascii: bool = False) -> list[list[Segment]]:
    """The lines of a chart.

    Args:
        chart: What to draw.
        width: How many columns there are.
        ascii: Without signs beyond ASCII.
    """
    heights = {value: tick_text(value, logarithmic=chart.logarithmic) for value in ticks(chart.y, max(2, HEIGHT // 3))}
    margin = max([columns(text) for text in heights.values()], default=1) + 1
    cells = _Cells(chart, max(10, width - margin - 1), ascii)
    for stroke in chart.strokes:
        cells.draw(stroke)
    cells.write_letters(chart.strokes)
    for dot in chart.dots:
        x, y = cells.dot(dot.x, dot.y)
        cell = round(y) // cells.down, round(x) // cells.across
        if 0 <= cell[0] < HEIGHT and 0 <= cell[1] < cells.width and dot.y == dot.y:
            cells.signs[cell] = ("#" if dot.filled else "O") if ascii else "●" if dot.filled else "○"
            cells.styles[cell] = f"colour {dot.colour}"
    for at_x, at_y, text in chart.labels:
        x, y = cells.dot(at_x, at_y)
        row, start = round(y) // cells.down, round(x) // cells.across - len(text) // 2
        if (
            start >= 0
            and start + len(text) <= cells.width
            and not any(cells.signs.get((row, start + at), " ").isalnum() for at in range(len(text)))
        ):
            cells.signs |= {(row, start + at): sign for at, sign in enumerate(text)}
            cells.styles |= {(row, start + at): "" for at in range(len(text))}
    labels = {round(cells.dot(chart.x[0], value)[1]) // cells.down: text for value, text in heights.items()}
    edge, tick, corner, flat, below = "|++-+" if ascii else "│┤└─┴"
    lines = [
        [Segment(f"{labels.get(row, ''):>{margin - 1}} ", ""), Segment(tick if row in labels else edge, "line"), *cells.row(row)]
        for row in range(HEIGHT)
    ]
    return [*lines, *_below(chart, cells, margin, (corner, flat, below)), *_legend(chart, cells, width)]


def _below(chart: Chart, cells: _Cells, margin: int, signs: tuple[str, str, str]) -> Iterator[list[Segment]]:
    """The lower axis, and the numbers below it, as many as have room."""
    corner, flat, tick = signs
    axis, numbers = [flat] * cells.width, [" "] * (cells.width + margin + 1)
    free = 0
    for value in ticks(chart.x, max(2, cells.width // 12)):
        text, column = tick_text(value), round(cells.dot(value, chart.y[0])[0]) // cells.across
        start = min(max(0, column + margin + 1 - len(text) // 2), len(numbers) - len(text))
        if start >= free:
            axis[column] = tick
            numbers[start : start + len(text)] = text
            free = start + len(text) + 1
    yield [Segment(" " * margin, ""), Segment(corner + "".join(axis), "line")]
    yield [Segment("".join(numbers).rstrip(), "")]


def _legend(chart: Chart, cells: _Cells, width: int) -> Iterator[list[Segment]]:
    """What the strokes are, and what is said below."""
    for stroke in chart.legend:
        line = ".." if stroke.kind == CONTOUR else _ASCII[stroke.colour] * 2
        sign = ("->" if cells.ascii else "→ ") if stroke.kind == ARROW else line if cells.ascii else "⠤⠤"
        sign = sign[:-1] + cells.letters.get(id(stroke), sign[-1])
        label = said("the direction of the gradient") if stroke.kind == ARROW else stroke.label  # a sign has no length
        yield [Segment("  ", ""), Segment(sign, f"colour {stroke.colour}"), Segment(f" {label}", "")]
    for note in folded(chart.notes, width - 2):
        yield [Segment(f"  {note}", "")]


def chart_text(chart: Chart, *, ascii: bool = False, width: int = 80) -> Iterator[str]:
    """A chart as plain text; see :func:`drawn_chart`."""
    for line in drawn_chart(chart, width=width, ascii=ascii):
        yield "".join([segment.text for segment in line]).rstrip() + "\n"
