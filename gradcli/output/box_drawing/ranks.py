"""A part of a diagram in ranks, for drawings of characters: every wire leads from one rank to the next.

An arrow over several ranks passes a bend in each rank between; a label has a place of its own in the rank before its target, so
that no label can lie on anything else. The arrows of a box leave it as one wire, which forks, where gradients are summed; those
along which none flows, as another.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.output.diagrams.diagram import Arrow, Box, Kind, Part

End = tuple[int, bool | None]
"""The number of an item, and whether a gradient flows along the wire that ends there, as in :class:`Arrow`."""


class Item:
    """What stands in a rank: a box, a label, or the bend of a wire.

    Attributes:
        rank: Its rank, from 0.
        box: The box, if it is one.
        label: The text of the label, if it is one.
        flows: Whether a gradient flows along the wire that it is in, if it is no box.
        broken: Whether it is the label of an arrow to what its source does not fit.
        tree: The item at which its wire begins.
        across: How much room it takes across the ranks.
        along: How much room it takes along them.
        at: Where it begins across the ranks.
        targets: The items of the next rank that its wires lead to; one that takes two arguments from it, twice.
        exits: The places across the ranks at which its wires leave.
        sources: The items of the rank before that wires come from.
        entries: The places across the ranks at which they arrive.
    """

    __slots__ = (
        "across", "along", "at", "box", "broken", "entries", "exits", "flows", "label", "rank", "sources", "targets", "tree",
    )  # fmt: skip

    def __init__(
        self,
        rank: int,
        box: Box | None = None,
        *,
        label: str = "",
        flows: bool | None = None,
        broken: bool = False,
        tree: int = -1,
    ) -> None:
        self.rank = rank
        self.box = box
        self.label = label
        self.flows = flows
        self.broken = broken
        self.tree = tree
        self.across = 1
        self.along = self.at = 0
        self.targets: list[End] = []
        self.exits: dict[bool | None, int] = {}
        self.sources: list[End] = []
        self.entries: list[int] = []

    @property
    def middle(self) -> int:
        """Its middle across the ranks."""
        return self.at + (self.across - 1) // 2


def ranked(part: Part) -> list[Item]:
    """The items of a part: its boxes, followed by the labels and bends."""
    boxes, arrows = list(part.boxes()), list(part.arrows())
    numbers = {box.id: number for number, box in enumerate(boxes)}
    ends = [(numbers[arrow.source], numbers[arrow.target]) for arrow in arrows]
    ranks = _ranks(boxes, arrows, ends)
    items = [Item(rank, box, tree=number) for number, (rank, box) in enumerate(zip(ranks, boxes, strict=True))]
    passing: dict[tuple[int, bool | None, int], int] = {}

    def join(source: int, target: int, flows: bool | None) -> None:
        items[source].targets.append((target, flows))
        items[target].sources.append((source, flows))

    def reach(source: int, rank: int, flows: bool | None) -> int:
        """The bend, or the box itself, in which a wire of a box passes a rank."""
        last = source
        for between in range(items[source].rank + 1, rank + 1):
            key = (source, flows, between)
            if key not in passing:
                passing[key] = len(items)
                items.append(Item(between, flows=flows, tree=source))
                join(last, passing[key], flows)
            last = passing[key]
        return last

    for arrow, (source, target) in zip(arrows, ends, strict=True):
        before = items[target].rank - 1
        if arrow.label:
            label = len(items)
            items.append(Item(before, label=arrow.label, flows=arrow.flows, broken=arrow.broken, tree=label))
            join(reach(source, before - 1, arrow.flows), label, arrow.flows)
            join(label, target, arrow.flows)
        else:
            join(reach(source, before, arrow.flows), target, arrow.flows)
    return items


def _ranks(boxes: Sequence[Box], arrows: Sequence[Arrow], ends: Sequence[tuple[int, int]]) -> list[int]:
    """The rank of each box, as early as its inputs allow, and those with few inputs as late as their users allow.

    Between boxes there is a rank of labels, where any arrow has one; constants may stand in it.
    """
    step = 2 if any(arrow.label for arrow in arrows) else 1
    loose = [box.kind is Kind.CONSTANT for box in boxes]
    into: list[list[tuple[int, int]]] = [[] for _ in boxes]
    out: list[list[tuple[int, int]]] = [[] for _ in boxes]
    for arrow, (source, target) in zip(arrows, ends, strict=True):
        length = 1 if loose[source] and not arrow.label else step
        into[target].append((source, length))
        out[source].append((target, length))
    ranks = [0] * len(boxes)
    for number in range(len(boxes)):  # a source stands before its target
        ranks[number] = max((ranks[source] + length for source, length in into[number] if not loose[source]), default=0)
    for number in reversed(range(len(boxes))):
        if out[number] and (loose[number] or len(into[number]) < len(out[number])):
            ranks[number] = min(ranks[target] - length for target, length in out[number])
    used = set(ranks) | {ranks[target] - 1 for arrow, (_, target) in zip(arrows, ends, strict=True) if arrow.label}
    dense = {rank: index for index, rank in enumerate(sorted(used))}
    return [dense[rank] for rank in ranks]
