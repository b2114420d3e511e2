"""Exercises as quizzes of learning platforms: multiple choice, each wrong answer with the reason as its feedback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from gradcli.output.reports.exercises import asked, formula
from gradcli.teaching.exercises import Exercise

RIGHT = "right"

_GIFT = str.maketrans({sign: f"\\{sign}" for sign in "\\~=#{}:"})


def gift(found: Sequence[Exercise]) -> Iterator[str]:
    """Moodle's GIFT; see its documentation, "GIFT format"."""
    for number, one in enumerate(found, 1):
        yield f"::exercise {number}::{asked(one).translate(_GIFT)} {{\n"
        yield f"\t={one.answer.translate(_GIFT)}#{RIGHT}\n"
        for wrong in one.distractors:
            yield f"\t~{wrong.answer.translate(_GIFT)}#{f'{wrong.says} [{wrong.kind}]'.translate(_GIFT)}\n"
        yield "}\n\n"


def moodle(found: Sequence[Exercise]) -> Iterator[str]:
    """Moodle XML; see its documentation, "Moodle XML format"."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
    for number, one in enumerate(found, 1):
        yield '  <question type="multichoice">\n'
        yield f"    <name><text>exercise {number}</text></name>\n"
        mathematics = "\\(" + escape(formula(one.expression)) + "\\)"
        yield f"    {_html('questiontext', f'<p>Differentiate by {one.wrt}:</p><p>{mathematics}</p>')}\n"
        steps = "".join(f"<li>{escape(line)}</li>" for line in one.solution)
        yield f"    {_html('generalfeedback', f'<ul>{steps}</ul>')}\n"
        yield "    <defaultgrade>1</defaultgrade>\n    <single>true</single>\n    <shuffleanswers>true</shuffleanswers>\n"
        yield "    <answernumbering>abc</answernumbering>\n"
        yield _choice(one.answer, 100, RIGHT)
        for wrong in one.distractors:
            yield _choice(wrong.answer, 0, f"{wrong.says} [{wrong.kind}]")
        yield "  </question>\n"
    yield "</quiz>\n"


def _choice(answer: str, fraction: int, feedback: str) -> str:
    text = escape(escape(answer))  # as HTML, within XML
    return (
        f'    <answer fraction="{fraction}" format="html"><text>{text}</text>\n'
        f"      {_html('feedback', escape(feedback))}\n    </answer>\n"
    )


def _html(name: str, html: str) -> str:
    return f'<{name} format="html"><text>{escape(html)}</text></{name}>'
