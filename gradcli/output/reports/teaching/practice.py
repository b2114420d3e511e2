"""What `gradcli practice` says."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.errors import visible
from gradcli.output.json import document
from gradcli.teaching.exercises.practice import TRIES, Again, Posed, Practice, Turn, score
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.marking.words import STUDENT, feedback, kinds_of
from gradcli.teaching.question import program_with_names
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.teaching import PracticeDocument


HOW = "An empty line shows the answer, ? gives a hint, quit or Ctrl-D ends."
"""What may be typed beside an answer."""


def question(posed: Posed) -> str:
    """What is asked."""
    return f"level {posed.level}: y = {posed.exercise.expression}, dy/d{posed.exercise.wrt} ="


def told(posed: Posed, found: Again | Turn, *, typed: bool) -> str:
    """Lines on an answer, or on what is none; where it was typed behind the question, without this."""
    marked = found.marked
    if isinstance(found, Turn) and not found.right and len(found.tries) + 1 < TRIES:
        marked = None  # an empty line asked for the answer
    if isinstance(found, Again) and marked is None:
        parts = program_with_names(posed.exercise.expression).split("\n")
        lines = ["", f"  it is made of {', '.join(parts)}", f"  {HOW}"]
    elif isinstance(found, Again) and marked is not None:
        if marked.verdict is Verdict.UNREADABLE:
            lines = [f"unreadable, once more: {visible(marked.note)}"]
            lines += [f"  at character {marked.column}"] if marked.column else []
        else:
            lines = [f"{marked.verdict.value}, once more"]
            lines += [f"  {visible(line)}" for line in feedback(posed.marker.question, marked, found.level)]
    elif isinstance(found, Turn) and found.right:
        lines = ["right"]
    else:
        said = [] if marked is None else [f"  {visible(line)}" for line in feedback(posed.marker.question, marked, STUDENT)]
        lines = ["" if marked is None else marked.verdict.value, *said, f"  it is {posed.exercise.answer}"]
    if typed:
        return "\n".join(f"  {line}" for line in lines if line) + "\n"
    answer = visible(marked.answer) if marked is not None else "?"
    head = f"level {posed.level}: y = {posed.exercise.expression}, dy/d{posed.exercise.wrt} = {answer}"
    return "\n".join([f"{head}   {lines[0]}".rstrip(), *lines[1:]]) + "\n"


def practice_json(practice: Practice) -> Iterator[str]:
    """The document of `gradcli practice --json`."""
    right, total = score(practice.turns)
    parts: PracticeDocument = {
        "seed": practice.seed,
        "level": practice.level,
        "turns": [
            {
                "level": turn.posed.level,
                "expression": turn.posed.exercise.expression,
                "wrt": turn.posed.exercise.wrt,
                "right_answer": turn.posed.exercise.answer,
                "answer": None if turn.marked is None else turn.marked.answer,
                "right": turn.right,
                "kinds": [] if turn.marked is None else list(kinds_of(turn.marked)),
                "feedback": [] if turn.marked is None else feedback(turn.posed.marker.question, turn.marked, STUDENT),
                "unread": list(turn.unread),
                "tries": [one.answer for one in turn.tries],
            }
            for turn in practice.turns
        ],
        "right": right,
        "asked": total,
    }
    return document("practice", parts)
