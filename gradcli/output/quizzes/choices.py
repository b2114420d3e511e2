"""Quizzes of Moodle without plugins: multiple choice, or numbers, each wrong answer with the reason as its feedback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape

from gradcli.errors import said
from gradcli.output.quizzes.wording import posed
from gradcli.teaching.exercises.exercises import Exercise
from gradcli.teaching.tasks import DERIVATIVE

_GIFT = str.maketrans({sign: f"\\{sign}" for sign in "\\~=#{}:"})


def gift(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """Moodle's GIFT; see its documentation, "GIFT format". The mark of HTML holds for answers and feedback as well."""
    for one in posed(found, ask):
        number = one.tolerance > 0
        tolerance = f":{_plain(f'{one.tolerance:.3g}')}" if number else ""
        yield f"::{one.title.translate(_GIFT)}::[html]{one.html.translate(_GIFT)} {{{'#' if number else ''}\n"
        written = _plain if number else one.shown
        yield f"\t={written(one.answer).translate(_GIFT)}{tolerance}#{said('right')}\n"
        for wrong in one.wrong:
            text = written(wrong.answer).translate(_GIFT) + tolerance
            yield f"\t{'=%0%' if number else '~'}{text}#{escape(wrong.feedback).translate(_GIFT)}\n"
        yield "}\n\n"


def _plain(number: str) -> str:
    """A number without an exponent, which GIFT does not know."""
    return format(Decimal(number), "f")


def moodle(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """Moodle XML; see its documentation, "Moodle XML format"."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
    for one in posed(found, ask):
        yield f'  <question type="{"numerical" if one.tolerance else "multichoice"}">\n'
        yield f"    <name><text>{escape(one.title)}</text></name>\n"
        yield f"    {_html('questiontext', one.html)}\n    {_html('generalfeedback', one.solution)}\n"
        yield "    <defaultgrade>1</defaultgrade>\n"
        if not one.tolerance:
            yield "    <single>true</single>\n    <shuffleanswers>true</shuffleanswers>\n"
            yield "    <answernumbering>abc</answernumbering>\n"
        yield _answer(one.shown(one.answer), 100, said("right"), one.tolerance)
        for wrong in one.wrong:
            yield _answer(one.shown(wrong.answer), 0, wrong.feedback, one.tolerance)
        yield "  </question>\n"
    yield "</quiz>\n"


def _answer(answer: str, fraction: int, feedback: str, tolerance: float) -> str:
    format = "html" if not tolerance else "moodle_auto_format"
    wide = f"\n      <tolerance>{tolerance:.3g}</tolerance>" if tolerance else ""
    return (
        f'    <answer fraction="{fraction}" format="{format}"><text>{escape(answer, quote=False)}</text>{wide}\n'
        f"      {_html('feedback', escape(feedback))}\n    </answer>\n"
    )


def _html(name: str, html: str) -> str:
    return f'<{name} format="html"><text>{escape(html)}</text></{name}>'
