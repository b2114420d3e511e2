"""Exercises for programs of courses: questions of PrairieLearn, a notebook of nbgrader, and cards of Anki."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from gradcli.errors import label, said
from gradcli.output.quizzes.wording import Posed, formula, posed
from gradcli.teaching.exercises.exercises import Exercise
from gradcli.teaching.tasks import DERIVATIVE, NUMBER, TANGENT, VALUE

# ---- PrairieLearn ----

_QUESTION = """\
<pl-question-panel>{{{params.question}}}</pl-question-panel>
<pl-number-input answers-name="derivative" comparison="relabs" rtol="0" atol="{{params.tolerance}}"></pl-number-input>
<pl-submission-panel>{{feedback.derivative}}</pl-submission-panel>
<pl-answer-panel>{{{params.solution}}}</pl-answer-panel>
"""

_SERVER = '''\
"""A number; known wrong ones have their reason as feedback."""

QUESTION = {question!r}
SOLUTION = {solution!r}
RIGHT = {right}
TOLERANCE = {tolerance:.3g}
WRONG = {wrong!r}


def generate(data):
    data["params"].update(question=QUESTION, solution=SOLUTION, tolerance=TOLERANCE)
    data["correct_answers"]["derivative"] = RIGHT


def grade(data):
    given = data["submitted_answers"].get("derivative")
    for number, reason in WRONG:
        if isinstance(given, (int, float)) and abs(given - number) <= TOLERANCE:
            data["feedback"]["derivative"] = reason
'''


def prairielearn(found: Sequence[Exercise], *, ask: str = NUMBER) -> Iterator[tuple[str, str]]:
    """Folders of questions of PrairieLearn, which ask for numbers and compare them with those of the mistakes."""
    from uuid import NAMESPACE_URL, uuid5

    for at, one in enumerate(posed(found, ask), 1):
        own = str(uuid5(NAMESPACE_URL, f"gradcli:{one.text}"))
        folder = f"exercise-{at}-{own[:8]}"
        told = {
            "uuid": own,
            "title": one.text,
            "topic": said("Differentiation"),
            "tags": ["gradcli"],
            "type": "v3",
            "singleVariant": True,
        }
        wrong = [(float(wrong.answer), wrong.feedback) for wrong in one.wrong]
        yield f"{folder}/info.json", json.dumps(told, ensure_ascii=False, indent=2) + "\n"
        yield f"{folder}/question.html", _QUESTION
        yield (
            f"{folder}/server.py",
            _SERVER.format(
                question=one.html, solution=one.solution, right=float(one.answer), tolerance=one.tolerance, wrong=wrong
            ),
        )


# ---- nbgrader ----

_CHECK = """\
import subprocess

question = {question!r}
command = ["gradcli", "grade", question, {options}, "--for", "student", "--", str(answer_{number})]
done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
assert done.returncode == 0, done.stdout + done.stderr
"""


def nbgrader(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """A notebook for nbgrader. The tests call gradcli and hold no answers; the solutions are cut out where it is released."""
    cells: list[dict[str, object]] = []
    for number, one in enumerate(posed(found, ask), 1):
        lead = f"**{number}.** {label(one.tex_lead)}$${formula(one.expression)}$$"
        cells.append({"cell_type": "markdown", "id": f"question-{number}", "metadata": {}, "source": lead})
        solution = f"### BEGIN SOLUTION\nanswer_{number} = {one.made.right!r}\n### END SOLUTION"
        cells.append(_code(f"answer-{number}", solution, locked=False))
        options = ", ".join(f'"{option}"' for option in _options(one))
        check = _CHECK.format(question=one.expression, options=options, number=number)
        cells.append(_code(f"test-{number}", check, locked=True))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    yield json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _options(one: Posed) -> Iterator[str]:
    """The options of gradcli grade for a question."""
    point = one.exercise.point
    yield from ("--wrt", one.exercise.wrt if one.ask in (DERIVATIVE, NUMBER) else ",".join(point))
    if one.ask not in (DERIVATIVE, NUMBER):
        yield from ("--ask", one.ask)
    if one.ask in (NUMBER, VALUE, TANGENT):
        yield from ("--at", ",".join(f"{name}={value}" for name, value in point.items()))


def _code(name: str, source: str, *, locked: bool) -> dict[str, object]:
    """A cell: a locked one is a test and worth a point, another one holds the answer."""
    told = {"grade": locked, "grade_id": name, "locked": locked, "schema_version": 3, "solution": not locked, "task": False}
    own = {"nbgrader": told | ({"points": 1} if locked else {})}
    return {"cell_type": "code", "execution_count": None, "id": name, "metadata": own, "outputs": [], "source": source}


# ---- Anki ----


def anki(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """A file that Anki imports as text: a card a line, with HTML in two fields."""
    yield f"#separator:tab\n#html:true\n#notetype:Basic\n#deck:{said('Derivatives')}\n#columns:Front\tBack\n"
    for one in posed(found, ask):
        answer = one.shown(one.answer)
        wrong = "".join(f"<li>{one.shown(wrong.answer)}: {escape(wrong.feedback)}</li>" for wrong in one.wrong)
        yield f"{one.html}\t<p>{answer}</p>{one.solution}<p>{said('Not:')}</p><ul>{wrong}</ul>\n"
