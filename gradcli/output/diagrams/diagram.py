"""A graph to be drawn, as data: boxes with lines of text and arrows with labels, which each format draws in its own way.

Nodes are told apart by their kind, which formats show by shape as well as by colour, so that a drawing can be read in black and
white too.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence

from gradcli.frozen import Frozen, replace
from gradcli.output.listing import Link

TITLE_COLUMNS = 48
"""Characters of a title that are drawn; the whole text stands in the tooltip, where a format has one."""


class Kind(enum.Enum):
    """What a box stands for, each with a shape of its own."""

    VARIABLE = "variable"
    CONSTANT = "constant"
    OPERATION = "operation"
    OUTPUT = "output"
    FUNCTION = "function"  # of the backward pass
    ACCUMULATE = "accumulate"  # fills .grad of a leaf
    BROKEN = "broken"  # an operation whose operands do not fit
    OMITTED = "omitted"  # nodes that are not drawn


MEANINGS = {
    Kind.VARIABLE: "variable",
    Kind.CONSTANT: "constant",
    Kind.OPERATION: "operation",
    Kind.OUTPUT: "output",
    Kind.FUNCTION: "backward function",
    Kind.ACCUMULATE: "fills .grad of a leaf",
    Kind.BROKEN: "shapes do not fit",
    Kind.OMITTED: "not drawn",
}
"""What a legend says of each kind."""

MARK = "✗"
"""Stands before an operation whose operands do not fit."""


class Line(Frozen):
    """A line of text in a box.

    Attributes:
        role: ``title``, ``value``, ``adjoint``, ``fact`` or ``error``.
        text: The text.
    """

    role: str
    text: str


class Box(Frozen):
    """A node of a drawing.

    Attributes:
        id: Unique in the diagram; letters and digits alone.
        kind: What it stands for.
        lines: What is written into it, the title first.
        flows: Whether a gradient flows through it.
        tooltip: Everything that is known of it, a fact a line.
        node: The id in its graph, or of the node that it belongs to; -1 for what is not drawn.
    """

    id: str
    kind: Kind
    lines: tuple[Line, ...]
    flows: bool = False
    tooltip: tuple[str, ...] = ()
    node: int = -1

    @property
    def name(self) -> str:
        """The name that its title begins with."""
        return self.lines[0].text.partition(" = ")[0]


class Arrow(Frozen):
    """An edge of a drawing.

    Attributes:
        source: The id of the box that it comes from.
        target: The id of the box that it goes to.
        label: What is written at it; empty for nothing.
        flows: Whether a gradient flows along it; None where that is not asked, as in a gradient graph.
        link: The edge of the graph that it stands for, if any.
        broken: Whether its source does not fit its target.
    """

    source: str
    target: str
    label: str = ""
    flows: bool | None = False
    link: Link | None = None
    broken: bool = False


class Part(ABC):
    """A graph of a diagram, made box by box and arrow by arrow, however large it is.

    Attributes:
        title: What it shows; empty where it is the only one.
        shown: How many of its nodes are drawn.
        total: How many it has.
    """

    title: str = ""
    shown: int = 0
    total: int = 0

    @abstractmethod
    def boxes(self) -> Iterator[Box]:
        """The boxes, in the order of evaluation."""

    @abstractmethod
    def arrows(self) -> Iterator[Arrow]:
        """The arrows, each after the boxes that it joins."""


SHOWN = {"values": "value", "adjoints": "adjoint", "facts": "fact", "derivatives": "label"}
"""What a drawing has beside names, and the role of its lines; derivatives are the labels of arrows."""

CONSTANTS = "constants"


class Chosen(Part):
    """A graph without some of what stands in it.

    Args:
        part: The whole of it.
        roles: The roles of the lines that are left out; ``label`` for what is written at arrows.
        constants: Whether constants are left out.
    """

    def __init__(self, part: Part, roles: Collection[str], *, constants: bool) -> None:
        self.part = part
        self.roles = roles
        self.constants = constants
        self.title, self.shown, self.total = part.title, part.shown, part.total

    def boxes(self) -> Iterator[Box]:
        for box in self.part.boxes():
            if not (self.constants and box.kind is Kind.CONSTANT):
                yield replace(box, lines=tuple([line for line in box.lines if line.role not in self.roles]))

    def arrows(self) -> Iterator[Arrow]:
        left_out = {box.id for box in self.part.boxes() if box.kind is Kind.CONSTANT} if self.constants else set()
        for arrow in self.part.arrows():
            if arrow.source not in left_out:
                yield replace(arrow, label="") if "label" in self.roles and not arrow.broken else arrow


class Diagram(Frozen):
    """What is drawn.

    Attributes:
        title: The expression, or what else the drawing shows.
        parts: The graphs, from top to bottom.
        direction: ``LR`` from left to right, ``TB`` from top to bottom.
    """

    title: str
    parts: Sequence[Part]
    direction: str = "LR"

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of boxes that occur, in the order of a legend."""
        found = {box.kind for part in self.parts for box in part.boxes()}
        return [kind for kind in Kind if kind in found]


def without(drawing: Diagram, parts: Collection[str]) -> Diagram:
    """A drawing without some of what :data:`SHOWN` names, and of constants."""
    roles = {role for name, role in SHOWN.items() if name in parts}
    if not parts:
        return drawing
    return replace(drawing, parts=[Chosen(part, roles, constants=CONSTANTS in parts) for part in drawing.parts])


def shortened(text: str, columns: int) -> str:
    """The text, cut in the middle where it is long."""
    if len(text) <= columns:
        return text
    half = (columns - 1) // 2
    return f"{text[: columns - 1 - half]}…{text[-half:]}"
