"""Repetition in a sequence of steps: turns that do the same, with operands that go on by the same amount from turn to turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from math import prod

from gradcli.frozen import Frozen
from gradcli.typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from fractions import Fraction
    from typing import TypeAlias

    Number = TypeVar("Number", int, Fraction)

FEWEST = 3
"""Turns of a loop: of two everything goes on evenly."""

_SAVED = 20
"""Steps that a loop spares at least: short code is read more easily in straight lines."""

_SHORTEST, _GRAM, _CANDIDATES = 8, 8, 8
"""Turns that are sought first, steps that begin one, and how many places that begin likewise are tried as the next."""


class Loop(Frozen, eq=False):
    """Steps that are done over and over.

    Attributes:
        start: The first step of the first turn.
        period: How many steps a turn has, those of inner loops counted in each turn.
        count: How many turns there are.
        body: The first turn: its steps, by number, and its loops.
    """

    start: int
    period: int
    count: int
    body: tuple[Item, ...]


Item: TypeAlias = int | Loop


class _Piece:
    """A step or a loop while larger loops are sought: what all turns have alike, and numbers that go on evenly."""

    __slots__ = ("item", "key", "length", "places")

    def __init__(self, item: Item, key: int, places: tuple[int, ...], length: int) -> None:
        self.item, self.key, self.places, self.length = item, key, places, length


def with_loops(steps: Sequence[tuple[Hashable, tuple[int, ...]]]) -> tuple[Item, ...]:
    """A sequence of steps with its repetitions as loops, in each other where inner ones repeat.

    Args:
        steps: For each step what it does, and numbers: the steps that it uses, or places of other tables.

    Returns:
        Steps, by number, and loops, in the order of the steps.
    """
    known: dict[Hashable, int] = {}
    pieces = [_Piece(at, known.setdefault(key, len(known)), places, 1) for at, (key, places) in enumerate(steps)]
    longest, like = _SHORTEST, _alike(pieces)
    while longest < _SHORTEST * len(pieces):  # short turns first: longer ones have loops in them
        shorter = _pass(pieces, known, longest, like)
        if len(shorter) < len(pieces):
            pieces, like = shorter, _alike(shorter)
        else:
            longest *= _SHORTEST
    return tuple([piece.item for piece in pieces])


def _alike(pieces: Sequence[_Piece]) -> list[Sequence[int]]:
    """For each piece those behind it that begin likewise, and once more as far behind; the next one first."""
    grams: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for at in range(len(pieces)):
        length, end = 0, at
        while length < _GRAM and end < len(pieces):
            length += pieces[end].length
            end += 1
        grams[tuple([piece.key for piece in pieces[at:end]])].append(at)
    found: list[Sequence[int]] = [()] * len(pieces)
    for places in grams.values():
        among = {*places}
        for number, at in enumerate(places):
            found[at] = [one for one in places[number + 1 : number + 1 + _CANDIDATES] if 2 * one - at in among]
    return found


def _pass(pieces: Sequence[_Piece], known: dict[Hashable, int], longest: int, like: Sequence[Sequence[int]]) -> list[_Piece]:
    """Pieces of which those that repeat, in turns of a length up to the longest, have become one."""
    found: list[_Piece] = []
    at = 0
    while at < len(pieces):
        for period in [other - at for other in like[at] if other - at <= longest]:
            turns = _turns(pieces, at, period)
            if turns and (turns - 1) * sum([piece.length for piece in pieces[at : at + period]]) >= _SAVED:
                found.append(_loop(pieces, at, period, turns, known))
                at += period * turns
                break
        else:
            found.append(pieces[at])
            at += 1
    return found


def _turns(pieces: Sequence[_Piece], start: int, period: int) -> int:
    """How many turns of some pieces there are; 0 for fewer than a loop has."""
    at, last = start, len(pieces) - 2 * period
    while at < last:
        one, two, three = pieces[at], pieces[at + period], pieces[at + 2 * period]
        if not one.key == two.key == three.key:
            break
        if any(c - b != b - a for a, b, c in zip(one.places, two.places, three.places, strict=True)):
            break
        at += 1
    turns = (at - start) // period + 2
    return turns if turns >= FEWEST else 0


def _loop(pieces: Sequence[_Piece], start: int, period: int, count: int, known: dict[Hashable, int]) -> _Piece:
    """The piece of a loop: numbers go on from turn to turn as they do in every repetition of it."""
    turn, second = pieces[start : start + period], pieces[start + period : start + 2 * period]
    length = sum([piece.length for piece in turn])
    first = turn[0].item if isinstance(turn[0].item, int) else turn[0].item.start
    places = tuple([place for piece in turn for place in piece.places])
    then = [place for piece in second for place in piece.places]
    key = (count, tuple([piece.key for piece in turn]), tuple([b - a for a, b in zip(places, then, strict=True)]))
    loop = Loop(first, length, count, tuple([piece.item for piece in turn]))
    return _Piece(loop, known.setdefault(key, len(known)), places, length * count)


def evenly(values: Sequence[Number], counts: Sequence[int]) -> tuple[Number, list[Number]] | None:
    """Numbers of all turns of loops in each other, as one number and how it goes on with each loop; None where it does not so.

    Args:
        values: The numbers, of the innermost loop one after the other.
        counts: How many turns each loop has, the outermost first.
    """
    start, steps, found = values[0], [], [values[0]]
    for at, count in enumerate(counts):
        steps.append(values[prod(counts[at + 1 :])] - start)
        found = [one + turn * steps[-1] for one in found for turn in range(count)]
    return (start, steps) if found == [*values] else None


class Plan:
    """Where the results of steps are kept: those of a turn that only it uses by names, others in an array.

    Args:
        uses: For each step the steps that it uses.
        items: Steps and loops.
        results: Steps that are used at the end.

    Attributes:
        loops: For each step of a first turn, or of no loop, the loops around it, the outermost first.
        kept: Those whose results are in the array.
        size: The length of the array.
    """

    def __init__(self, uses: Sequence[Sequence[int]], items: Sequence[Item], results: Sequence[int]) -> None:
        self.uses = uses
        self.loops: dict[int, tuple[Loop, ...]] = {}
        work: list[tuple[Item, tuple[Loop, ...]]] = [(item, ()) for item in items]
        while work:
            item, around = work.pop()
            if isinstance(item, int):
                self.loops[item] = around
            else:
                work += [(inner, (*around, item)) for inner in item.body]
        self.home = [0] * len(uses)
        for step in self.loops:
            for turn in self.turns(step):
                self.home[turn] = step
        self.kept = {home for home in map(self.home.__getitem__, results) if self.loops[home]}
        for step in self.loops:
            for at in range(len(uses[step])):
                if not self.in_turn(step, at):
                    self.kept |= {self.home[used] for used in self._used(step, at)}
        self.size = 0
        self._places = [*range(len(uses))]
        for step, home in enumerate(self.home):
            self._places[step] = self.size
            self.size += home in self.kept
        try:
            for step in self.loops:
                for at in range(len(uses[step])):
                    self.place(step, at)
        except ValueError:  # what is kept beside it does not go on as the steps do: each step has a place
            self._places, self.size = [*range(len(uses))], len(uses)

    def turns(self, step: int) -> list[int]:
        """What a step of a first turn is in all turns."""
        found = [step]
        for loop in self.loops[step]:
            found = [one + turn * loop.period for one in found for turn in range(loop.count)]
        return found

    def counts(self, step: int) -> list[int]:
        """How many turns the loops around a step have."""
        return [loop.count for loop in self.loops[step]]

    def in_turn(self, step: int, at: int) -> bool:
        """Whether what a step uses is always of the same turn, or of no loop."""
        used = self.uses[step][at]
        around, own = self.loops[step], self.loops.get(used)
        if own is None or own != around[: len(own)]:
            return False
        places = self._used(step, at)
        steps = [places[prod(self.counts(step)[level + 1 :])] - used for level in range(len(around))]
        return steps == [loop.period for loop in own] + [0] * (len(around) - len(own))

    def place(self, step: int, at: int | None = None) -> tuple[int, list[int]]:
        """The place in the array of what a step uses, or of its result: in the first turn, and how it goes on with each loop.

        Raises:
            ValueError: It does not go on evenly.
        """
        used = self.turns(step) if at is None else self._used(step, at)
        found = evenly([self._places[one] for one in used], self.counts(step))
        if found is None:
            raise ValueError("the places of an operand do not go on evenly")
        return found

    def result(self, step: int) -> tuple[int, list[int]]:
        """The place in the array of the result of a step of any turn."""
        return self._places[step], []

    def _used(self, step: int, at: int) -> list[int]:
        return [self.uses[turn][at] for turn in self.turns(step)]
