"""Wires through the channel between two ranks: which runs nearer to the upper rank, so that none lies on another.

Channel routing as for circuits (Hashimoto and Stevens, Wire routing by optimizing channel assignment within large apertures,
Design Automation Workshop, 1971). Ranks are spoken of as above and below each other, places in them as columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.frozen import Frozen


class Wire(Frozen):
    """A wire through a channel.

    Attributes:
        top: The column in which it comes from above.
        bottoms: The columns in which it leaves below.
    """

    top: int
    bottoms: tuple[int, ...]


class Trunk:
    """A piece of a wire that runs across the channel.

    Attributes:
        wire: The number of the wire.
        top: The column in which it is reached from above.
        bottoms: The columns in which it goes on below.
        above: The trunk of the same wire that it hangs on; None for the rank.
        track: How many tracks are nearer to the upper rank.
    """

    __slots__ = ("above", "bottoms", "top", "track", "wire")

    def __init__(self, wire: int, top: int, bottoms: tuple[int, ...], above: Trunk | None = None) -> None:
        self.wire = wire
        self.top = top
        self.bottoms = bottoms
        self.above = above
        self.track = -1

    @property
    def first(self) -> int:
        """The leftmost column."""
        return min(self.top, *self.bottoms)

    @property
    def last(self) -> int:
        """The rightmost column."""
        return max(self.top, *self.bottoms)


def route(wires: Sequence[Wire]) -> list[Trunk]:
    """The trunks of wires, each in a track; a wire that goes straight down has none.

    Args:
        wires: No two of them have a column in common above, nor below.
    """
    trunks = [Trunk(number, wire.top, wire.bottoms) for number, wire in enumerate(wires) if wire.bottoms != (wire.top,)]
    taken = {column for wire in wires for column in (wire.top, *wire.bottoms)}
    below = _hard(trunks)
    _break_cycles(trunks, below, taken)
    _assign_tracks(trunks, _order(trunks, below), below)
    return trunks


def _hard(trunks: Sequence[Trunk]) -> list[int | None]:
    """For each trunk the one that must lie below it: what comes down in a column must turn before another leaves in it."""
    leaving = {column: number for number, trunk in enumerate(trunks) for column in trunk.bottoms}
    found = [leaving.get(trunk.top) for trunk in trunks]
    return [None if other == number else other for number, other in enumerate(found)]


def _break_cycles(trunks: list[Trunk], below: list[int | None], taken: set[int]) -> None:
    """Wires that must lie below each other all round: one of them is parted into two trunks, joined in a column of its own."""
    state = [0] * len(trunks)
    for start in range(len(state)):
        path: list[int] = []
        at: int | None = start
        while at is not None and state[at] == 0:
            state[at] = 1
            path.append(at)
            at = below[at]
        if at is not None and state[at] == 1:
            _part(trunks, below, at, taken)
            state.append(2)
        for passed in path:
            state[passed] = 2


def _part(trunks: list[Trunk], below: list[int | None], number: int, taken: set[int]) -> None:
    """The upper part keeps the number; what had to lie above the whole, has to lie above the lower part."""
    whole = trunks[number]
    column = _free(taken, (whole.first + whole.last) // 2)
    taken.add(column)
    upper = Trunk(whole.wire, whole.top, (column,))
    lower = Trunk(whole.wire, column, whole.bottoms, above=upper)
    trunks[number] = upper
    trunks.append(lower)
    for other, under in enumerate(below):
        if under == number:
            below[other] = len(trunks) - 1
    below.append(None)


def _free(taken: set[int], near: int) -> int:
    """The free column that is nearest to a column."""
    distance = 0
    while True:
        for column in (near - distance, near + distance):
            if column >= 0 and column not in taken:
                return column
        distance += 1


def _crossings(upper: Trunk, lower: Trunk) -> int:
    """How often two wires cross, if one lies above the other."""
    down = sum(lower.first <= column <= lower.last for column in upper.bottoms)
    return down + (upper.first <= lower.top <= upper.last)


def _apart(one: Trunk, other: Trunk) -> bool:
    """Whether both may be in the same track, and be seen as two."""
    return one.last + 1 < other.first or other.last + 1 < one.first


def _order(trunks: Sequence[Trunk], below: Sequence[int | None]) -> list[int]:
    """The numbers of the trunks from above to below, as is necessary, and with few crossings."""
    count = len(trunks)
    waiting = [0] * count
    under: list[list[int]] = [[] for _ in range(count)]
    numbers = {id(trunk): number for number, trunk in enumerate(trunks)}
    for number, trunk in enumerate(trunks):
        after = below[number]
        if after is not None:
            under[number].append(after)
        if trunk.above is not None:
            under[numbers[id(trunk.above)]].append(number)
    for followers in under:
        for number in followers:
            waiting[number] += 1
    worth = [[0 if _apart(a, b) else _crossings(a, b) - _crossings(b, a) for b in trunks] for a in trunks]
    cost = [sum(row) for row in worth]
    left, order = set(range(count)), []
    while left:
        best = min((number for number in left if not waiting[number]), key=lambda number: (cost[number], number))
        left.remove(best)
        order.append(best)
        for number in under[best]:
            waiting[number] -= 1
        for number in left:
            cost[number] -= worth[number][best]
    return order


def _assign_tracks(trunks: Sequence[Trunk], order: Sequence[int], below: Sequence[int | None]) -> None:
    """Each trunk as near to the upper rank as the order allows."""
    done: list[int] = []
    for number in order:
        trunk = trunks[number]
        over = [
            trunks[other].track
            for other in done
            if below[other] == number or trunks[other] is trunk.above or not _apart(trunks[other], trunk)
        ]
        trunk.track = 1 + max(over, default=-1)
        done.append(number)
