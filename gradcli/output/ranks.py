"""A part of a diagram in ranks, for drawings of characters: every wire leads from one rank to the next.

An arrow over several ranks passes a bend in each rank between; a label has a place of its own in the rank before its target, so
that no label can lie on anything else. All arrows of a box leave it as one wire, which forks: that is where gradients are summed.
Which box stands beside which, and where, graphlay says.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradcli.output.diagram import Arrow, Box, Kind, Part

Size = tuple[int, int]
"""How much room something takes across the ranks and along them, in characters."""


@dataclass(slots=True)
class Item:
    """What stands in a rank: a box, a label, or the bend of a wire.

    Attributes:
        rank: Its rank, from 0.
        box: The box, if it is one.
        label: The text of the label, if it is one.
        flows: Whether a gradient flows through it.
        tree: The item at which its wire begins.
        across: How much room it takes across the ranks.
        along: How much room it takes along them.
        at: Where it begins across the ranks.
        targets: The items of the next rank that its wire leads to; one that takes two arguments from it, twice.
        entries: The places across the ranks at which wires arrive, in the order of the places.
        sources: The items that they come from, in the same order.
    """

    rank: int
    box: Box | None = None
    label: str = ""
    flows: bool = False
    tree: int = -1
    across: int = 1
    along: int = 0
    at: int = 0
    targets: list[int] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)

    @property
    def middle(self) -> int:
        """The place across the ranks at which its wire leaves."""
        if self.box is None and self.entries:
            return self.entries[0]
        return self.at + (self.across - 1) // 2


def ranked(part: Part, box_size: Callable[[Box, int], Size], label_size: Callable[[str], Size], gap: int) -> list[Item]:
    """The items of a part in their places.

    Args:
        part: The part.
        box_size: The room that a box takes, given the number of arrows into it.
        label_size: The room that a label takes.
        gap: How far apart items of a rank are at least.
    """
    boxes, arrows = list(part.boxes()), list(part.arrows())
    items = _items(boxes, arrows)
    for item in items:
        if item.box is not None:
            item.across, item.along = box_size(item.box, len(item.sources))
        elif item.label:
            item.across, item.along = label_size(item.label)
    if items:
        _place(items, gap)
        _straighten(items, gap)
        _enter(items)
    return items


def _items(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> list[Item]:
    """The boxes, followed by the labels and bends."""
    numbers = {box.id: number for number, box in enumerate(boxes)}
    ends = [(numbers[arrow.source], numbers[arrow.target]) for arrow in arrows]
    ranks = _ranks(boxes, arrows, ends)
    items = [Item(rank, box, flows=box.flows, tree=number) for number, (rank, box) in enumerate(zip(ranks, boxes, strict=True))]
    passing: dict[tuple[int, int], int] = {}

    def add(source: int, item: Item) -> int:
        items.append(item)
        items[source].targets.append(len(items) - 1)
        item.sources.append(source)
        return len(items) - 1

    def reach(source: int, rank: int) -> int:
        """The bend, or the box itself, in which the wire of a box passes a rank."""
        last = source
        for between in range(items[source].rank + 1, rank + 1):
            if (source, between) not in passing:
                passing[source, between] = add(last, Item(between, flows=flows[source], tree=source))
            last = passing[source, between]
        return last

    flows = [False] * len(boxes)
    for arrow, (source, _) in zip(arrows, ends, strict=True):
        flows[source] |= arrow.flows
    for arrow, (source, target) in zip(arrows, ends, strict=True):
        before = items[target].rank - 1
        if arrow.label:
            last = add(reach(source, before - 1), Item(before, label=arrow.label, flows=arrow.flows))
            items[last].tree = last
        else:
            last = reach(source, before)
        items[last].targets.append(target)
        items[target].sources.append(last)
    for number in range(len(boxes)):
        items[number].flows = flows[number]
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


def _place(items: Sequence[Item], gap: int) -> None:
    """Sets where items begin; those of a rank stand apart by the gap at least."""
    import graphlay

    request = {
        "nodes": [
            {"key": str(number), "size": {"width": item.across, "height": 2}, "shape": "box", "rank": {"fixed": item.rank}}
            for number, item in enumerate(items)
        ],
        "edges": [{"source": number, "target": target} for number, item in enumerate(items) for target in item.targets],
    }
    options: dict[str, Any] = {
        "direction": "topbottom",
        "spacing": {
            "layer_gap": 2,
            "node_gap": gap,
            "dummy_gap": gap,
            "port_gap": 1,
            "port_stroke_clear": 0,
            "stub": 0,
            "bundle_lane_gap": 0,
            "isolated_gap": gap,
        },
        "routing": {"style": "orthogonal", "lane_gap": 1},
        "coords": {"branch_style": "symmetric"},
    }
    nodes = graphlay.layout(request, options=options).raw["nodes"]
    for item, node in zip(items, nodes, strict=True):
        item.at = int((node["center"]["x"] - item.across / 2 + 0.5) // 1)
    for rank in _by_rank(items):
        for before, after in itertools.pairwise(rank):
            after.at = max(after.at, before.at + before.across + gap)
    least = min(item.at for item in items)
    for item in items:
        item.at -= least


def _straighten(items: Sequence[Item], gap: int) -> None:
    """Moves bends, and labels of wires that do not fork, below where their wire comes from, as far as there is room."""
    for rank in _by_rank(items):
        for index, item in enumerate(rank):
            if item.box is not None or (item.label and len(items[item.sources[0]].targets) > 1):
                continue
            wanted = items[item.sources[0]].middle - (item.across - 1) // 2
            if index:
                wanted = max(wanted, rank[index - 1].at + rank[index - 1].across + gap)
            if index + 1 < len(rank):
                wanted = min(wanted, rank[index + 1].at - gap - item.across)
            item.at = max(0, wanted)


def _by_rank(items: Sequence[Item]) -> list[list[Item]]:
    """The items of each rank, in their order across it."""
    ranks: list[list[Item]] = [[] for _ in range(1 + max(item.rank for item in items))]
    for item in sorted(items, key=lambda item: item.at):
        ranks[item.rank].append(item)
    return ranks


def _enter(items: Sequence[Item]) -> None:
    """Sets where wires arrive: straight from their source where that is possible."""
    for rank in _by_rank(items):
        for item in rank:
            item.sources.sort(key=lambda source: items[source].middle)
            item.entries = _entries(item, [items[source].middle for source in item.sources])


def _entries(item: Item, wanted: Sequence[int]) -> list[int]:
    if item.box is None:
        inside = item.at < wanted[0] < item.at + item.across - 1
        return [wanted[0] if inside else item.at + (item.across - 1) // 2]
    first, last, count = item.at + 1, item.at + item.across - 2, len(wanted)
    if item.box.kind is Kind.CONSTANT or not count:
        return [item.middle] * count
    apart = max(1, min(3, (last - first) // count))
    slots = [item.at + (item.across * (2 * index + 1) - 1) // (2 * count) for index in range(count)]
    places = [want if first <= want <= last else slot for want, slot in zip(wanted, slots, strict=True)]
    for index in range(count):
        lowest = places[index - 1] + apart if index else first
        places[index] = max(places[index], lowest)
    for index in reversed(range(count)):
        highest = places[index + 1] - apart if index + 1 < count else last
        places[index] = min(places[index], highest)
    return places
