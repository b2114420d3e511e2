"""What `gradcli practice` says."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.errors import visible
from gradcli.output.json import document
from gradcli.teaching.practice import Posed, Practice, Turn, score
from gradcli.teaching.verdicts import Marked
from gradcli.teaching.words import STUDENT, feedback, kinds_of
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.teaching import PracticeDocument


def question(posed: Posed) -> str:
    """What is asked."""
    return f"level {posed.level}: y = {posed.exercise.expression}, dy/d{posed.exercise.wrt} ="


def told(posed: Posed, found: Marked | Turn, *, typed: bool) -> str:
    """Lines on an answer, or on what is none; where it was typed behind the question, without this."""
    marked = found.marked if isinstance(found, Turn) else found
    if not isinstance(found, Turn):
        lines = [f"unreadable, once more: {visible(found.note)}"]
    elif found.right:
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
            }
            for turn in practice.turns
        ],
        "right": right,
        "asked": total,
    }
    return document("practice", parts)
