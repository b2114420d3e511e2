"""A canvas of characters: lines that join, fork and cross, and texts above them, each piece with a style."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence

from gradcli.typing import NamedTuple

UP, RIGHT, DOWN, LEFT = 1, 2, 4, 8
"""The directions in which a line leaves a cell, as bits."""

LIGHT = " ╵╶└╷│┌├╴┘─┴┐┤┬┼"
"""The sign of each set of directions."""
HEAVY = " ╹╺┗╻┃┏┣╸┛━┻┓┫┳╋"
DASHED = " ╵╶└╷┆┌├╴┘┄┴┐┤┬┼"
ASCII_SOLID = " |-+||++-+-+++++"
ASCII_DASHED = " :.+::++.+.+++++"


class Segment(NamedTuple):
    """A piece of a line of text.

    Attributes:
        text: What is written.
        style: What it is; empty for blanks.
    """

    text: str
    style: str


class Wire(NamedTuple):
    """What a line belongs to: lines of one wire join where they meet, those of two cross.

    Attributes:
        number: Tells it from others.
        flows: Whether a gradient flows along it, so that it is heavy, or not, so that it is dashed; None where that is not asked.
        broken: Whether it leads to what it does not fit.
    """

    number: int
    flows: bool | None
    broken: bool = False

    @property
    def style(self) -> str:
        """The style of its lines."""
        return "error" if self.broken else "flow" if self.flows else "line"


class Canvas:
    """Cells by row and column, from 0.

    Args:
        ascii: Without signs beyond ASCII.
    """

    def __init__(self, ascii: bool = False) -> None:
        solid, heavy, dashed = (ASCII_SOLID, ASCII_SOLID, ASCII_DASHED) if ascii else (LIGHT, HEAVY, DASHED)
        self.signs: dict[bool | None, str] = {None: solid, True: heavy, False: dashed}
        self._lines: dict[tuple[int, int], dict[Wire, int]] = {}
        self._texts: dict[tuple[int, int], tuple[str, str]] = {}

    def line(self, wire: Wire, points: Sequence[tuple[int, int]]) -> None:
        """Draws a line along the axes.

        Args:
            wire: What it belongs to.
            points: Its corners, as rows and columns.
        """
        for (row, column), (to_row, to_column) in itertools.pairwise(points):
            down, right = _sign(to_row - row), _sign(to_column - column)
            ahead, back = (DOWN, UP) if down > 0 else (UP, DOWN) if down else (RIGHT, LEFT) if right > 0 else (LEFT, RIGHT)
            while (row, column) != (to_row, to_column):
                self._join((row, column), wire, ahead)
                row, column = row + down, column + right
                self._join((row, column), wire, back)

    def text(self, row: int, column: int, text: str, style: str) -> None:
        """Writes over whatever is there."""
        for sign in text:
            width = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
            if unicodedata.combining(sign) and (row, column - 1) in self._texts:
                before, before_style = self._texts[row, column - 1]
                self._texts[row, column - 1] = (before + sign, before_style)
                continue
            self._texts[row, column] = (sign, style)
            if width == 2:
                self._texts[row, column + 1] = ("", style)
            column += width

    def lines(self) -> list[list[Segment]]:
        """The lines from above, without blanks at their ends."""
        cells: dict[int, dict[int, tuple[str, str]]] = {}
        for (row, column), wires in self._lines.items():
            cells.setdefault(row, {})[column] = self._crossing(wires)
        for (row, column), cell in self._texts.items():
            cells.setdefault(row, {})[column] = cell
        return [_segments(cells.get(row, {})) for row in range(max(cells, default=-1) + 1)]

    def _join(self, cell: tuple[int, int], wire: Wire, direction: int) -> None:
        wires = self._lines.setdefault(cell, {})
        wires[wire] = wires.get(wire, 0) | direction

    def _crossing(self, wires: dict[Wire, int]) -> tuple[str, str]:
        """Where two wires cross, the one that runs up and down passes over the other, so that no junction is seen."""
        wire = max(wires, key=lambda wire: bin(wires[wire] & (UP | DOWN)).count("1"))
        return self.signs[wire.flows][wires[wire]], wire.style


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _segments(cells: dict[int, tuple[str, str]]) -> list[Segment]:
    """The cells of a line, neighbours of one style together; blanks belong to what stands before them."""
    found: list[tuple[list[str], str]] = []
    end = 0
    for column in sorted(cells):
        text, style = cells[column]
        if column > end:
            found = found or [([], "")]
            found[-1][0].append(" " * (column - end))
        if not found or (found[-1][1] != style and text != " "):
            found.append(([], style))
        found[-1][0].append(text)
        end = column + 1
    return [Segment("".join(texts), style) for texts, style in found]
