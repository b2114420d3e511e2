"""The questions of a quiz, from JSON Lines: an object a line."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gradcli.cli.framework.command import Command
from gradcli.cli.framework.options import READINGS, ReadOptions
from gradcli.cli.framework.progress import doing
from gradcli.cli.framework.streams import read_text
from gradcli.cli.inputs.answers import Given
from gradcli.cli.inputs.json_file import json_value
from gradcli.cli.inputs.source import question_as_read, spell
from gradcli.cli.inputs.variables import bindings, given_at, shapes_of
from gradcli.errors import GradcliError, located, nearest
from gradcli.teaching.marking.asked_forms import FORMS
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.quiz import Asked, credit_of
from gradcli.teaching.tasks import DERIVATIVE, NUMBER, TANGENT, VALUE, task
from gradcli.typing import Any

_KEYS = ("id", "expression", "wrt", "ask", "order", "at", "points", "credit", "digits", "tol", "shape", "read", "form")
_OF_EXERCISES = ("number", "answer", "value", "difficulty", "distractors", "solution")
"""What `gradcli exercise --to jsonl` writes beside them; its point counts where a number or a tangent is asked for."""


_TOGETHER = 4_000
"""Answers that are marked at a time."""


def is_quiz(path: str | None) -> bool:
    """Whether a file has the questions of a quiz, and not one expression."""
    return path is not None and path.lower().endswith((".jsonl", ".ndjson"))


def quiz_of(path: str, credit: Mapping[str, float], options: ReadOptions) -> dict[str, Asked]:
    """The questions of a file, by their ids.

    Args:
        path: The file.
        credit: The credit for mistakes where a question has none of its own.
        options: What the call asks for: how the questions are read that do not say it themselves.

    Raises:
        GradcliError: The file cannot be read, has no questions, or one of them is wrong.
    """
    text, where = read_text(path)
    found: dict[str, Asked] = {}
    texts: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = f"{where}, line {number}"
        record = json_value(line, place)
        if not isinstance(record, dict):
            raise GradcliError(f"{place} is no JSON object", hint='write {"id": "q1", "expression": "x^2", "wrt": "x"}')
        try:
            asked = _asked(record, number, credit, options)
        except GradcliError as error:
            error.message = f"{place}: {error.message}"
            raise
        if asked.id in found:
            raise GradcliError(f"{place}: there are two questions {asked.id}", hint="give each an id of its own")
        found[asked.id] = asked
        texts.append(record["expression"])
    if not found:
        raise GradcliError(f"{where} has no questions")
    spell("\n".join(texts), options)
    return found


def foreseen(rows: Iterable[Given], quiz: Mapping[str, Asked]) -> Iterator[Given]:
    """Answers, some at a time, so that those to a question are marked together."""
    coming, done = iter(rows), 0
    while chunk := list(itertools.islice(coming, _TOGETHER)):
        by_question: dict[str, list[str]] = {}
        for one in chunk:
            by_question.setdefault(one.question, []).append(one.answer)
        for id, answers in by_question.items():
            if id in quiz and isinstance(marker := quiz[id].marker, Marker):
                marker.foresee(answers)
        yield from chunk
        done += len(chunk)
        doing("marking answers", rows=done)


def _asked(record: Mapping[str, Any], number: int, credit: Mapping[str, float], options: ReadOptions) -> Asked:
    exercise = "distractors" in record
    for key in record:
        if key not in _KEYS and not (exercise and key in _OF_EXERCISES):
            near = nearest(key, _KEYS)
            raise GradcliError(
                f"a question has no key {key}", hint=f"did you mean {near}?" if near else f"its keys: {', '.join(_KEYS)}"
            )
    expression = _of(record, "expression", str, "")
    if not expression.strip():
        raise GradcliError("the question has no expression")
    id = str(record.get("id", record.get("number", number))).strip()
    wrt = record.get("wrt", [])
    names = wrt if isinstance(wrt, list) else [wrt]
    if not all(isinstance(name, str) for name in names):
        raise GradcliError("wrt is a name, or a list of names")
    ask = _of(record, "ask", str, DERIVATIVE)
    numeric = ask in (NUMBER, VALUE, TANGENT)
    ask = DERIVATIVE if exercise and ask == NUMBER else ask
    points = _of(record, "points", (int, float), 1)
    tolerance = _of(record, "tol", (int, float), None)
    if not 0 <= points < 1e9 or not 0 <= (tolerance or 0) < 1:
        raise GradcliError("points are a number from 0 on, and tol is one from 0 to 1")
    at = None if exercise and not numeric else _point(record.get("at"), options.command)
    own = credit_of(record["credit"], "credit") if "credit" in record else credit
    names = [name.strip() for one in names for name in one.split(",") if name.strip()]
    how = {"read": _one_of(record, "read", READINGS)} if "read" in record else {}
    own_options = ReadOptions(options.command, {**options.given, "wrt": names, **how})
    with located(expression, "expression"):
        marker = task(
            question_as_read(expression, "expression", own_options, id),
            ask,
            names,
            order=_of(record, "order", int, 1),
            at=at,
            digits=_of(record, "digits", int, None),
            tolerance=tolerance,
            shapes=_shapes(record.get("shape")),
            form=_one_of(record, "form", tuple(FORMS)) if "form" in record else "",
        )
    return Asked(marker, id, ask, points, own)


def _of(record: Mapping[str, Any], key: str, kinds: Any, default: Any) -> Any:
    value = record.get(key, default)
    if value is not default and (not isinstance(value, kinds) or isinstance(value, bool)):
        raise GradcliError(f"{key} cannot be {json.dumps(value)[:40]}")
    return value


def _one_of(record: Mapping[str, Any], key: str, values: Sequence[str]) -> str:
    value: str = _of(record, key, str, "")
    if value not in values:
        raise GradcliError(f"{key} cannot be {value[:40]}", hint=f"it is one of {', '.join(values)}")
    return value


def _shapes(given: object) -> dict[str, tuple[int, ...]]:
    """Shapes, as an object or as they are written in an option."""
    if isinstance(given, dict):
        given = " ".join(
            f"{name}={','.join(map(str, sizes if isinstance(sizes, list) else [sizes]))}" for name, sizes in given.items()
        )
    if not isinstance(given, str | None):
        raise GradcliError("shape is a shape for each variable", hint='write {"A": [3, 4]} or "A=3,4"')
    return shapes_of([given]) if given else {}


def _point(given: object, command: Command[Any]) -> dict[str, float] | None:
    """A point, as an object or as it is written in an option."""
    if isinstance(given, dict):
        given = ",".join(f"{name}={value}" for name, value in given.items())
    if given is None:
        return None
    if not isinstance(given, str):
        raise GradcliError("at is a point", hint='write {"x": 2} or "x=2"')
    return dict(bindings(given_at([given]), (), None, command)[0]) or None
