"""Exercises as records: for programs, and for `gradcli grade` and other tools that read JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from gradcli.output.json import document, json_number
from gradcli.teaching.exercises import Exercise
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.teaching import ExerciseRecord, ExercisesDocument


def exercise_record(number: int, one: Exercise) -> ExerciseRecord:
    """An exercise as a record."""
    how = one.difficulty
    return {
        "number": number,
        "expression": one.expression,
        "wrt": one.wrt,
        "answer": one.answer,
        "at": dict(one.point),
        "value": json_number(one.value),
        "difficulty": {
            "band": how.band,
            "score": how.score,
            "paths": how.paths,
            "depth": how.depth,
            "operations": how.operations,
            "chains": how.chains,
        },
        "distractors": [
            {
                "answer": wrong.answer,
                "kind": wrong.kind,
                "says": wrong.says,
                "place": wrong.place,
                "value": json_number(wrong.value),
            }
            for wrong in one.distractors
        ],
        "solution": list(one.solution),
    }


def exercise_lines(found: Sequence[Exercise]) -> Iterator[str]:
    """An exercise a line."""
    for number, one in enumerate(found, 1):
        yield json.dumps(exercise_record(number, one), ensure_ascii=False, allow_nan=False) + "\n"


def exercises_json(seed: int, found: Sequence[Exercise]) -> Iterator[str]:
    """The document of `gradcli exercise --json`."""
    parts: ExercisesDocument = {
        "seed": seed,
        "exercises": [exercise_record(number, one) for number, one in enumerate(found, 1)],
    }
    return document("exercise", parts)
