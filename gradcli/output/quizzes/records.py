"""Exercises as records: for programs, and for `gradcli grade` and other tools that read JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from gradcli.output.json import document, json_number
from gradcli.output.quizzes.wording import Posed, posed
from gradcli.teaching.exercises.exercises import Exercise
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.tasks import DERIVATIVE, NUMBER
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.teaching import ExerciseRecord, ExercisesDocument


def exercise_record(number: int, asked: Posed) -> ExerciseRecord:
    """An exercise as a record."""
    one, how = asked.exercise, asked.exercise.difficulty
    known = {wrong.kind: wrong for wrong in one.distractors} if asked.ask in (DERIVATIVE, NUMBER) else {}
    return {
        "number": number,
        "expression": asked.expression,
        "ask": asked.ask,
        "wrt": one.wrt if asked.ask in (DERIVATIVE, NUMBER) else list(one.point),
        "answer": asked.made.right,
        "at": dict(one.point),
        "value": json_number(one.value) if known else None,
        "difficulty": {
            "band": how.band,
            "score": how.score,
            "paths": how.paths,
            "depth": how.depth,
            "operations": how.operations,
            "chains": how.chains,
            "shared": how.shared,
        },
        "distractors": [
            {
                "answer": answer,
                "kind": kind,
                "says": MISTAKES[kind].says,
                "place": known[kind].place if kind in known else "",
                "value": json_number(known[kind].value) if kind in known else None,
            }
            for answer, kind in asked.made.wrong
        ],
        "solution": list(asked.made.solution),
    }


def exercise_lines(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """An exercise a line."""
    for number, one in enumerate(posed(found, ask), 1):
        yield json.dumps(exercise_record(number, one), ensure_ascii=False, allow_nan=False) + "\n"


def exercises_json(seed: int, found: Sequence[Exercise], ask: str) -> Iterator[str]:
    """The document of `gradcli exercise --json`."""
    parts: ExercisesDocument = {
        "seed": seed,
        "exercises": [exercise_record(number, one) for number, one in enumerate(posed(found, ask), 1)],
    }
    return document("exercise", parts)
