"""A part of a diagram in ranks, for drawings of characters: every wire leads from one rank to the next.

An arrow over several ranks passes a bend in each rank between; a label has a place of its own in the rank before its target, so
that no label can lie on anything else. The arrows of a box leave it as one wire, which forks, where gradients are summed; those
along which none flows, as another.
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


End = tuple[int, bool | None]
"""The number of an item, and whether a gradient flows along the wire that ends there, as in :class:`Arrow`."""


@dataclass(slots=True)
class Item:
    """What stands in a rank: a box, a label, or the bend of a wire.

    Attributes:
        rank: Its rank, from 0.
        box: The box, if it is one.
        label: The text of the label, if it is one.
        flows: Whether a gradient flows along the wire that it is in, if it is no box.
        tree: The item at which its wire begins.
        across: How much room it takes across the ranks.
        along: How much room it takes along them.
        at: Where it begins across the ranks.
        targets: The items of the next rank that its wires lead to; one that takes two arguments from it, twice.
        exits: The places across the ranks at which its wires leave.
        sources: The items of the rank before that wires come from.
        entries: The places across the ranks at which they arrive.
    """

    rank: int
    box: Box | None = None
    label: str = ""
    flows: bool | None = None
    tree: int = -1
    across: int = 1
    along: int = 0
    at: int = 0
    targets: list[End] = field(default_factory=list)
    exits: dict[bool | None, int] = field(default_factory=dict)
    sources: list[End] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)

    @property
    def middle(self) -> int:
        """Its middle across the ranks."""
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
        _leave(items)
        _straighten(items, gap)
        _enter(items)
    return items


def _items(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> list[Item]:
    """The boxes, followed by the labels and bends."""
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
            items.append(Item(before, label=arrow.label, flows=arrow.flows, tree=label))
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


def _place(items: Sequence[Item], gap: int) -> None:
    """Sets where items begin; those of a rank stand apart by the gap at least."""
    import graphlay

    request = {
        "nodes": [
            {"key": str(number), "size": {"width": item.across, "height": 2}, "shape": "box", "rank": {"fixed": item.rank}}
            for number, item in enumerate(items)
        ],
        "edges": [{"source": number, "target": target} for number, item in enumerate(items) for target, _ in item.targets],
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


def _leave(items: Sequence[Item]) -> None:
    """Sets where wires leave boxes: in the middle, two of them beside it."""
    for item in items:
        ends: dict[bool | None, list[int]] = {}
        for target, flows in item.targets:
            ends.setdefault(flows, []).append(items[target].middle)
        ordered = sorted(ends, key=lambda flows: sum(ends[flows]) / len(ends[flows]))
        apart = 4 if item.across > 10 else 1
        for index, flows in enumerate(ordered):
            item.exits[flows] = item.middle + (2 * index - len(ordered) + 1) * apart // 2


def _straighten(items: Sequence[Item], gap: int) -> None:
    """Moves bends, labels and constants to where their wires are straight, as far as there is room; not labels of a fork."""
    for rank in _by_rank(items):
        wanted = [_wanted(items, item) for item in rank]
        for index, item in enumerate(rank):
            if wanted[index] < item.at:
                least = rank[index - 1].at + rank[index - 1].across + gap if index else 0
                _move(item, max(wanted[index], least))
        for index, item in reversed(list(enumerate(rank))):
            if wanted[index] > item.at:
                most = rank[index + 1].at - gap - item.across if index + 1 < len(rank) else wanted[index]
                _move(item, min(wanted[index], most))


def _move(item: Item, at: int) -> None:
    item.exits = {flows: place + at - item.at for flows, place in item.exits.items()}
    item.at = at


def _wanted(items: Sequence[Item], item: Item) -> int:
    """Where an item would begin if it could."""
    if item.box is not None:
        if item.box.kind is not Kind.CONSTANT or len(item.targets) != 1:
            return item.at
        target = items[item.targets[0][0]]
        return max(target.at + 1, min(item.middle, target.at + target.across - 2)) - (item.across - 1) // 2
    source, flows = item.sources[0]
    forks = len(items[source].targets) > 1
    return item.at if item.label and forks else items[source].exits[flows] - (item.across - 1) // 2


def _by_rank(items: Sequence[Item]) -> list[list[Item]]:
    """The items of each rank, in their order across it."""
    ranks: list[list[Item]] = [[] for _ in range(1 + max(item.rank for item in items))]
    for item in sorted(items, key=lambda item: item.at):
        ranks[item.rank].append(item)
    return ranks


def _enter(items: Sequence[Item]) -> None:
    """Sets where wires arrive: straight from their source where that is possible."""
    ranks = _by_rank(items)
    for index, rank in enumerate(ranks):
        leaving = [place for item in ranks[index - 1] for place in item.exits.values()] if index else []
        for item in rank:
            item.sources.sort(key=lambda end: items[end[0]].exits[end[1]])
            wanted = [items[source].exits[flows] for source, flows in item.sources]
            if wanted:
                item.entries = _clear(_entries(item, wanted), wanted, leaving, item)
            if item.box is None:
                item.exits = {item.flows: item.entries[0]}


def _entries(item: Item, wanted: Sequence[int]) -> list[int]:
    """The places at which wires arrive, given those from which they come."""
    count = len(wanted)
    first, last = item.at + 1, item.at + max(1, item.across - 2)
    if item.box is None:
        return [wanted[0] if first <= wanted[0] <= last else item.middle]
    apart = max(1, min(3, (last - first) // count))
    slots = [item.at + (item.across * (2 * index + 1) - 1) // (2 * count) for index in range(count)]
    places = [want if first <= want <= last else slot for want, slot in zip(wanted, slots, strict=True)]
    for index in range(count):
        places[index] = max(places[index], places[index - 1] + apart if index else first)
    for index in reversed(range(count)):
        places[index] = min(places[index], places[index + 1] - apart if index + 1 < count else last)
    return places


def _clear(places: Sequence[int], wanted: Sequence[int], leaving: Sequence[int], item: Item) -> list[int]:
    """The same, moved a little where another wire would come down next to one, or above it."""
    found = list(places)
    for index, (place, want) in enumerate(zip(places, wanted, strict=True)):
        others = [other for other in leaving if other != want]
        beside = [*found[:index], *found[index + 1 :]]
        for near in (place, place - 1, place + 1, place - 2, place + 2):
            inside = item.at < near < item.at + item.across - 1
            if place != want and inside and all(abs(near - o) > 1 for o in others) and all(abs(near - b) > 1 for b in beside):
                found[index] = near
                break
    return found
