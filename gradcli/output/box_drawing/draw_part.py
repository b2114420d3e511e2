"""One graph of a diagram, drawn in characters: its boxes rank by rank, its wires channel by channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.errors import columns
from gradcli.output.box_drawing import canvas, channels
from gradcli.output.box_drawing.canvas import Canvas, Segment
from gradcli.output.box_drawing.channels import Trunk, route
from gradcli.output.box_drawing.positions import set_places
from gradcli.output.box_drawing.ranks import End, Item, ranked
from gradcli.output.diagrams.diagram import MARK, Box, Kind, Part
from gradcli.output.reports.blocks import Style
from gradcli.typing import NamedTuple


class Border(NamedTuple):
    """The signs of a border.

    Attributes:
        corners: Upper left, upper right, lower left, lower right.
        sides: Across and down.
        ports: Where a wire leaves: below, light and heavy, and on the right, light and heavy.
    """

    corners: str
    sides: str
    ports: str


BORDERS = {
    Kind.VARIABLE: Border("╭╮╰╯", "─│", "┬┰├┝"),
    Kind.OPERATION: Border("┌┐└┘", "─│", "┬┰├┝"),
    Kind.OUTPUT: Border("╔╗╚╝", "═║", "╤╤╟╟"),
    Kind.FUNCTION: Border("┏┓┗┛", "━┃", "┯┳┠┣"),
    Kind.ACCUMULATE: Border("╒╕╘╛", "═│", "╤╤├┝"),
    Kind.BROKEN: Border("┏┓┗┛", "╍╏", "┯┳┠┣"),
    Kind.OMITTED: Border("┌┐└┘", "┄┆", "┬┰├┝"),
}
"""Constants have none: they stand in parentheses."""

ASCII_BORDERS = {
    Kind.VARIABLE: Border("..''", "-|", "++++"),
    Kind.OPERATION: Border("++++", "-|", "++++"),
    Kind.OUTPUT: Border("####", "=#", "++##"),
    Kind.FUNCTION: Border("/\\\\/", "-|", "++++"),
    Kind.ACCUMULATE: Border("/\\\\/", "=|", "++++"),
    Kind.BROKEN: Border("XXXX", "xx", "++++"),
    Kind.OMITTED: Border("....", ".:", "++++"),
}


class Heads(NamedTuple):
    """The heads of an arrow.

    Attributes:
        right: Its head to the right.
        down: Its head downwards.
        sample: A short arrow, for a legend.
    """

    right: str
    down: str
    sample: str


ARROWS = {True: Heads("▶", "▼", "━▶"), False: Heads("▷", "▽", "┄▷"), None: Heads("▶", "▼", "─▶")}
"""By whether a gradient flows."""
BROKEN_HEADS = {False: Heads(MARK, MARK, f"┄{MARK}"), True: Heads("X", "X", ".X")}
"""The heads of what does not fit, without and with ASCII alone."""
ASCII_ARROWS = {True: Heads(">", "v", "->"), False: Heads(">", "v", ".>"), None: Heads(">", "v", "->")}


def borders(ascii: bool) -> Mapping[Kind, Border]:
    """The borders of the kinds of boxes that have one."""
    return ASCII_BORDERS if ascii else BORDERS


class Spaces(NamedTuple):
    """Lengths along the ranks, and across them, in characters.

    Attributes:
        gap: Between the items of a rank.
        lead: Between a rank and the first track of the channel after it.
        pitch: From one track to the next.
        tail: After the last track, where the next rank has boxes, so that there is room for an arrow.
        label_tail: The same, where the next rank has none.
        least: The length of a channel that joins boxes.
    """

    gap: int
    lead: int
    pitch: int
    tail: int
    label_tail: int
    least: int


DOWNWARDS = Spaces(gap=3, lead=0, pitch=1, tail=1, label_tail=1, least=2)
RIGHTWARDS = Spaces(gap=1, lead=1, pitch=2, tail=2, label_tail=1, least=3)


class PartDrawing:
    """A part of a diagram on a canvas of its own.

    Args:
        part: The part.
        direction: ``LR`` or ``TB``.
        ascii: Without signs beyond ASCII.
    """

    def __init__(self, part: Part, direction: str, ascii: bool) -> None:
        self.right = direction == "LR"
        self.ascii = ascii
        self.canvas = Canvas(ascii)
        self.borders = borders(ascii)
        self.arrows = ASCII_ARROWS if ascii else ARROWS
        self.spaces = RIGHTWARDS if self.right else DOWNWARDS
        self.items = ranked(part)
        for item in self.items:
            item.across, item.along = self.size(item)
        set_places(self.items, self.spaces.gap)
        self.ranks: list[list[int]] = [[] for _ in range(1 + max((item.rank for item in self.items), default=-1))]
        for number, item in enumerate(self.items):
            self.ranks[item.rank].append(number)
        self.begins = [0] * len(self.items)
        self.draw()

    def lines(self) -> list[list[Segment]]:
        """The drawing."""
        return self.canvas.lines()

    # ---- sizes ----

    def size(self, item: Item) -> tuple[int, int]:
        """The room that an item takes across the ranks and along them."""
        if item.box is None:
            width = columns(self.styled(item.label))
            return (1, width + 2 * bool(width)) if self.right else (max(width, 1), min(width, 1))
        width = max(columns(line) for _, line in self.written(item.box))
        if item.box.kind is Kind.CONSTANT:
            return (1, width) if self.right else (width, 1)
        height = len(item.box.lines) + 2
        wires = max(len(item.sources), len({flows for _, flows in item.targets}))
        if self.right:
            return max(height, wires + 2), width + 4
        return max(width + 4, 3 * wires + 1) | 1, height

    def written(self, box: Box) -> list[tuple[str, str]]:
        """The lines in a box: their style, and what they say."""
        lines = [(line.role, self.styled(line.text)) for line in box.lines]
        return [(box.kind.value, f"({line})") for _, line in lines] if box.kind is Kind.CONSTANT else lines

    def styled(self, text: str) -> str:
        """A text in the signs that may be used."""
        return Style(self.ascii).text(text)

    # ---- drawing ----

    def draw(self) -> None:
        """Draws everything: wires first, boxes and labels above them."""
        start = 0
        routes = []
        for rank in self.ranks:
            thick = max(self.items[number].along for number in rank)
            for number in rank:
                along = self.items[number].along
                self.begins[number] = start + (thick - along) // 2 if along else start
            wires = [(number, flows) for number in rank for flows in self.items[number].exits]
            trunks = route(
                [
                    channels.Wire(self.items[wire[0]].exits[wire[1]], tuple(sorted(at for at, _ in self.arrivals(wire))))
                    for wire in wires
                ]
            )
            routes.append((wires, trunks, start + thick))
            start += thick + self.channel_length(rank, trunks)
        for wires, trunks, end in routes:
            self.draw_wires(wires, trunks, end + self.spaces.lead)
        for number, item in enumerate(self.items):
            row, column = self.cell(self.begins[number], item.at)
            if item.box is not None:
                self.draw_box(item, item.box, row, column)
            elif item.label:
                label = self.styled(item.label)
                style = "error" if item.broken else "label" if item.flows else "faint"
                self.canvas.text(row, column, f" {label} " if self.right else label, style)

    def channel_length(self, rank: Sequence[int], trunks: Sequence[Trunk]) -> int:
        """How far apart a rank and the next are."""
        spaces = self.spaces
        targets = [self.items[target] for number in rank for target, _ in self.items[number].targets]
        to_box = any(target.box is not None for target in targets)
        tracks = 1 + max((trunk.track for trunk in trunks), default=-1)
        length = (spaces.lead + (tracks - 1) * spaces.pitch + 1 if tracks else 0) + (spaces.tail if to_box else spaces.label_tail)
        from_box = any(self.items[number].box is not None and self.items[number].targets for number in rank)
        return max(length, spaces.least) if to_box and from_box else length

    def arrivals(self, wire: End) -> list[tuple[int, int]]:
        """The places across at which a wire reaches the next rank, with the items that are there."""
        return [
            (place, target)
            for target in dict.fromkeys(target for target, flows in self.items[wire[0]].targets if flows is wire[1])
            for source, place in zip(self.items[target].sources, self.items[target].entries, strict=True)
            if source == wire
        ]

    def draw_wires(self, wires: Sequence[End], trunks: Sequence[Trunk], first: int) -> None:
        """Draws the wires from one rank to the next.

        Args:
            wires: Where they begin.
            trunks: Their trunks.
            first: The place along of the first track.
        """
        for index, (number, flows) in enumerate(wires):
            item = self.items[number]
            wire = canvas.Wire(item.tree, flows, item.broken)
            start = lowest = self.begins[number] + max(0, item.along - 1)
            for trunk in (trunk for trunk in trunks if trunk.wire == index):
                lowest = first + trunk.track * self.spaces.pitch
                above = start if trunk.above is None else first + trunk.above.track * self.spaces.pitch
                self.draw_line(wire, (above, trunk.top), (lowest, trunk.top))
                self.draw_line(wire, (lowest, trunk.first), (lowest, trunk.last))
            for place, target in self.arrivals((number, flows)):
                end = self.begins[target]
                self.draw_line(wire, (lowest, place), (end, place))
                if self.items[target].box is not None:
                    heads = BROKEN_HEADS[self.ascii] if item.broken else self.arrows[flows]
                    self.canvas.text(*self.cell(end - 1, place), heads.right if self.right else heads.down, wire.style)

    def draw_line(self, wire: canvas.Wire, begin: tuple[int, int], end: tuple[int, int]) -> None:
        """Draws a piece of a wire, from a place along and across to another."""
        self.canvas.line(wire, [self.cell(*begin), self.cell(*end)])

    def draw_box(self, item: Item, box: Box, row: int, column: int) -> None:
        """Draws a box with its border, and the mark at which its wire leaves."""
        style = box.kind.value
        width, height = (item.along, item.across) if self.right else (item.across, item.along)
        written = self.written(box)
        border = self.borders.get(box.kind)
        if border is not None:
            across, down = border.sides[0], border.sides[1]
            self.canvas.text(row, column, border.corners[0] + across * (width - 2) + border.corners[1], style)
            for line in range(row + 1, row + height - 1):
                self.canvas.text(line, column, down + " " * (width - 2) + down, style)
            self.canvas.text(row + height - 1, column, border.corners[2] + across * (width - 2) + border.corners[3], style)
            end = (column if self.right else row) + item.along - 1
            for flows, place in item.exits.items():
                port = border.ports[2 * self.right + (flows is True)]
                self.canvas.text(*self.cell(end, place), port, style)
        top = row + (height - len(written)) // 2
        for line, (role, text) in enumerate(written, top):
            self.canvas.text(line, column + (width - columns(text)) // 2, text, role)

    def cell(self, along: int, across: int) -> tuple[int, int]:
        """The row and column of a place."""
        return (across, along) if self.right else (along, across)
