"""Where the items of ranks stand beside each other, so that wires are short and straight: drawings of characters.

Graphlay says which stands beside which, and about where; what follows is done in whole characters.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from gradcli.output.box_drawing.ranks import Item
from gradcli.output.diagrams.diagram import Kind
from gradcli.typing import Any

FAR = 1_000_000
"""A place beyond every drawing."""


def set_places(items: Sequence[Item], gap: int) -> None:
    """Sets where items whose sizes are known begin, and where wires leave and enter them.

    Args:
        items: The items.
        gap: How far apart items of a rank are at least.
    """
    if items:
        _place(items, gap)
        _leave(items)
        _straighten(items, gap)
        _enter(items)


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
        begin = item.middle if len(ordered) < 2 else max(item.at + 1, item.middle - (len(ordered) - 1) * apart // 2)
        item.exits = {flows: begin + index * apart for index, flows in enumerate(ordered)}


def _straighten(items: Sequence[Item], gap: int) -> None:
    """Moves bends, labels and constants to where their wires are straight, as far as there is room; not labels of a fork."""
    ranks = _by_rank(items)
    room = _Room(ranks, gap)
    for rank in ranks:
        wanted = [_wanted(items, item, room) for item in rank]
        for item, want in zip(rank, wanted, strict=True):
            if want < item.at:
                _move(item, max(want, room.of(item)[0]))
        for item, want in zip(reversed(rank), reversed(wanted), strict=True):
            if want > item.at:
                _move(item, min(want, room.of(item)[1]))
    least = min(item.at for item in items)
    for item in items:
        _move(item, item.at - least)


class _Room:
    """How far items can be moved, before they come too near to others of their rank."""

    def __init__(self, ranks: Sequence[Sequence[Item]], gap: int) -> None:
        self.ranks = ranks
        self.gap = gap
        self.places = {id(item): place for rank in ranks for place, item in enumerate(rank)}

    def of(self, item: Item) -> tuple[int, int]:
        """The first and last place at which an item may begin."""
        rank, place = self.ranks[item.rank], self.places[id(item)]
        before, after = rank[place - 1] if place else None, rank[place + 1] if place + 1 < len(rank) else None
        return (
            before.at + before.across + self.gap if before else 0,
            after.at - self.gap - item.across if after else max(item.at, FAR),
        )


def _wanted(items: Sequence[Item], item: Item, room: _Room) -> int:
    """Where an item would begin if it could."""
    if item.box is not None:
        if item.box.kind is not Kind.CONSTANT or len(item.targets) != 1:
            return item.at
        target = items[item.targets[0][0]]
        return max(target.at + 1, min(item.middle, target.at + target.across - 2)) - (item.across - 1) // 2
    source, flows = item.sources[0]
    start = items[source].exits[flows]
    if item.label:
        return item.at if len(items[source].targets) > 1 else start - (item.across - 1) // 2
    first, last = 0, FAR
    while item.box is None and not item.label:  # as far down as one column is free
        least, most = room.of(item)
        if max(first, least) > min(last, most):
            break
        first, last = max(first, least), min(last, most)
        item = min((items[target] for target, _ in item.targets), key=lambda target: target.box is not None or bool(target.label))
    return max(first, min(start, last))


def _move(item: Item, at: int) -> None:
    item.exits = {flows: place + at - item.at for flows, place in item.exits.items()}
    item.at = at


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
    first, last = item.at + 1, item.at + item.across - 2
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
