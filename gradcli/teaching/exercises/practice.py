"""Exercises one after the other: harder after two right answers, and at the kind of mistake that was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.teaching.exercises.exercise_sets import Wanted, exercises
from gradcli.teaching.exercises.exercises import Exercise
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Marked, Verdict
from gradcli.teaching.marking.words import kinds_of

IN_A_ROW = 2
"""So many answers that are right at once lead to the next level."""

TRIES = 3
"""So many answers to an exercise are marked before it is shown."""

HINTS = ("?", "help", "hint")
"""Lines that ask for help."""

_LEVELS = ("add,mul,pow", "add,mul,pow,sin", "add,mul,div,sin,exp", "mul,div,sin,exp", "mul,div,pow,sin,exp,log")
"""The operations of each level, which is the band of its exercises."""

LEVELS = len(_LEVELS)

_DRAWS = 6


class Posed(Frozen, eq=False):
    """An exercise that is asked.

    Attributes:
        exercise: The exercise.
        level: Its level, from 1.
        marker: What marks answers to it.
    """

    exercise: Exercise
    level: int
    marker: Marker


class Again(Frozen, eq=False):
    """What is said before an exercise is asked again.

    Attributes:
        marked: The line, marked; None where it asked for a hint.
        level: How much is told of it.
    """

    marked: Marked | None
    level: int = 0


class Turn(Frozen, eq=False):
    """An exercise, and what was answered.

    Attributes:
        posed: The exercise.
        marked: The answer; None where none was given.
        unread: Lines before it that could not be read: they count for nothing, and the exercise was asked again.
        tries: Wrong answers before it.
    """

    posed: Posed
    marked: Marked | None
    unread: tuple[str, ...] = ()
    tries: tuple[Marked, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.marked is not None and self.marked.verdict is Verdict.RIGHT


class Practice:
    """What was practised, and what comes next.

    Args:
        seed: The number that the exercises are made from.
        level: The level to begin with.
    """

    def __init__(self, seed: int, level: int) -> None:
        self.seed = seed
        self.level = level
        self.turns: list[Turn] = []
        self._drawn = 0
        self._known: set[str] = set()
        self._kind: str | None = None

    def posed(self) -> Posed:
        """The next exercise: one in which the last mistake can be made again, where one is found soon.

        Raises:
            GradcliError: There are no more exercises of this level.
        """
        first: Posed | None = None
        for _ in range(_DRAWS):
            found = self._draw()
            if first is None or (self._kind is not None and _has(found.marker, self._kind)):
                first = found
            if self._kind is None or _has(first.marker, self._kind):
                break
        assert first is not None
        self._known.add(first.exercise.expression)
        return first

    def _draw(self) -> Posed:
        wanted = Wanted(1, 1, _LEVELS[self.level - 1].split(","), ["x"], band=self.level)
        for _ in range(10 * _DRAWS):
            self._drawn += 1
            (exercise,) = exercises(self.seed * 9_973 + self._drawn, 1, wanted)
            if exercise.expression not in self._known:
                return Posed(exercise, self.level, Marker(exercise.expression, exercise.wrt))
        raise GradcliError(f"there are no more exercises of level {self.level}", hint="another --seed or --level has others")

    def answered(self, posed: Posed, lines: Callable[[], str | None]) -> Iterator[Again | Turn]:
        """What is to be said of the lines of an answer: of each that cannot be read that it is so, of each wrong one but the last
        of three a hint, each time more, then of the one that counts.

        Args:
            posed: The exercise.
            lines: Gives the next line; None, or an empty one, for no answer.
        """
        unread: list[str] = []
        tries: list[Marked] = []
        while (text := lines()) is not None and text.strip():
            if text.strip().lower() in HINTS:
                yield Again(None)
                continue
            marked = posed.marker.mark(text)
            if marked.verdict is Verdict.UNREADABLE:
                unread.append(text)
                yield Again(marked)
                continue
            tries.append(marked)
            if marked.verdict is Verdict.RIGHT or len(tries) == TRIES:
                break
            yield Again(marked, len(tries))
        turn = Turn(posed, tries[-1] if tries else None, tuple(unread), tuple(tries[:-1]))
        self._learn(turn)
        yield turn

    def _learn(self, turn: Turn) -> None:
        self.turns.append(turn)
        first = next(iter(turn.tries), turn.marked)
        if not turn.right or turn.tries:
            self._kind = kinds_of(first)[0] if first is not None and first.reasons else None
            return
        if self._kind is not None and _has(turn.posed.marker, self._kind):
            self._kind = None
        last = self.turns[-IN_A_ROW:]
        if len(last) == IN_A_ROW and all(one.right and not one.tries and one.posed.level == self.level for one in last):
            self.level = min(LEVELS, self.level + 1)


def _has(marker: Marker, kind: str) -> bool:
    """Whether a mistake can be made in an exercise."""
    return any(slip.kind == kind for slips in marker.table.slips if len(slips) == 1 for slip in slips)


def score(turns: Sequence[Turn]) -> tuple[int, int]:
    """How many answers are right, and how many exercises were asked."""
    return sum(turn.right for turn in turns), len(turns)
