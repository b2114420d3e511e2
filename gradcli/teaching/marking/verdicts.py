"""Answers with their verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.language.ast import Expression
from gradcli.language.text import to_text
from gradcli.teaching.question import Question
from gradcli.teaching.wrong_answers.diagnosis import Reason
from gradcli.typing import Any


class Verdict(Enum):
    """What an answer is."""

    RIGHT = "right"
    OTHER_FORM = "right in another form"
    WRONG = "wrong"
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"


class Marked(Frozen, eq=False):
    """An answer with its verdict.

    Attributes:
        answer: The answer as it was given.
        verdict: What it is.
        read_as: How it was read; None where it could not be.
        reasons: Why it is wrong, the likeliest reason first; empty where none was found.
        point: Where it is wrong the first point at which it differs: the value of each variable; None else.
        values: The value of the answer and the right one there.
        at_points: The values of a wrong answer at the points of the question; None where they are not known.
        note: Why it is unreadable or undecided, what it lacks of a form, where it is not defined, or how else it could be read;
            empty for nothing.
        at_one_point: Whether it was compared as a number at one point alone.
        question: The question that the reasons are about; None for that of the marker.
        part: Which part of an answer of several they are about; empty for the whole.
        one_number: Whether another number in one place would make it right, so that any reason may be a slip in that number.
        column: Where it cannot be read, from 1; 0 where no place is known.
        right: The right answer as a line of its own, where it is not that of the question; empty else.
    """

    answer: str
    verdict: Verdict
    read_as: str | None = None
    reasons: tuple[Reason, ...] = ()
    point: Mapping[str, float] | None = None
    values: tuple[float, float] | None = None
    at_points: Any = None
    note: str = ""
    at_one_point: bool = False
    question: Question | None = None
    part: str = ""
    right: str = ""
    one_number: bool = False
    column: int = 0

    @property
    def score(self) -> int:
        """1 for a right answer, in whatever form, 0 for any other."""
        return int(self.verdict in (Verdict.RIGHT, Verdict.OTHER_FORM))


def with_note(marked: Marked, note: str) -> Marked:
    """A marked answer of which something more is to be said."""
    return replace(marked, note="; ".join(filter(None, [marked.note, note]))) if note else marked


def read_otherwise(marked: Marked, others: Sequence[Expression], judged: Callable[[Expression], Marked]) -> Marked:
    """A wrong answer with what is to be said where its text may mean something else, and that would be right.

    Args:
        marked: The answer, marked as it was read.
        others: What else its text may mean.
        judged: Marks one of these.
    """
    for other in others if marked.verdict is Verdict.WRONG else ():
        try:
            right = judged(other).score
        except GradcliError:
            continue  # it has no value, and is not right
        if right:
            note = f"as it was read it is wrong; {to_text(other)} would be right"
            return replace(marked, reasons=(), point=None, values=None, part="", note=note)
    return marked


def unreadable(answer: str, error: GradcliError) -> Marked:
    """What cannot be read, or has no value that can be compared."""
    note = "it is too large" if error.exit_code == ExitCode.LIMIT else error.message
    place = error.position if len(error.source or "") == len(answer) else None  # the same text, perhaps with blanks in it
    return Marked(answer, Verdict.UNREADABLE, note=note, column=place[1] if place else 0)


class Status(Enum):
    """What a part of a line is."""

    RIGHT = "right"
    BROKEN = "broken here"
    FOLLOWS = "follows"
    CHANCE = "right by chance"
    UNREADABLE = "unreadable"

    @property
    def rank(self) -> int:
        """How much is wrong: the worst part decides about a line."""
        return _RANKS.index(self)


class Line(Frozen, eq=False):
    """A line of work.

    Attributes:
        number: Its place in the text, from 1.
        text: What stands there.
        status: What it is.
        part: The part behind an equals sign that decides it; empty where the whole is right.
        marked: The first broken line, marked as an answer to the question that it answers; None else.
        note: Why it is unreadable, or how it is meant.
    """

    number: int
    text: str
    status: Status
    part: str = ""
    marked: Marked | None = None
    note: str = ""


_RANKS = (Status.RIGHT, Status.CHANCE, Status.FOLLOWS, Status.BROKEN, Status.UNREADABLE)


def counted(lines: Sequence[Line]) -> dict[str, Any]:
    """How many lines there are of each status."""
    return {status.value: sum(line.status is status for line in lines) for status in Status}
