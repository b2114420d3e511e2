"""What `gradcli mistakes` says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.language.numbers import short_text
from gradcli.output.json import document, json_number
from gradcli.output.reports.blocks import Block, Lines, Table
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.words import place, right_text
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.written_mistakes import Written, together
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.teaching import MistakesDocument, WrongAnswersDocument

_NO_TEXT = "(no short formula)"


def kinds_report() -> Iterator[Block]:
    """The kinds of mistakes."""
    rows = [[kind, mistake.says] for kind, mistake in MISTAKES.items()]
    yield Table("Mistakes that gradcli grade finds", ["kind", "what is wrong"], rows, wide=frozenset({"what is wrong"}))


def kinds_json() -> Iterator[str]:
    """The document of `gradcli mistakes --json`."""
    parts: MistakesDocument = {
        "mistakes": [
            {"kind": kind, "says": own.says, "rule": own.rule.format(y="y", u="u", v="v", x="x", dy="∂y/∂x", du="∂u/∂x")}
            for kind, own in MISTAKES.items()
        ]
    }
    return document("mistakes", parts)


def here_report(marker: Marker, written: Sequence[Written]) -> Iterator[Block]:
    """The wrong answers to a question; at its point those that are equal there.

    Args:
        marker: The question.
        written: The answers.
    """
    question = marker.question
    yield Lines([f"right: {right_text(question)}"])
    rows = []
    for number, one in enumerate(written, 1):
        kinds = list(dict.fromkeys(slip.kind for slip in one.slips))
        value = [] if one.value is None else [short_text(one.value)]
        rows.append([str(number), one.answer or _NO_TEXT, *value, ", ".join(kinds), place(question, one.slips[0])])
    point = "" if marker.at is None else "at " + ", ".join(f"{name} = {short_text(value)}" for name, value in marker.at.items())
    columns = ["", "answer", *filter(None, [point]), "mistakes", "place of the first"]
    yield Table("Wrong answers", columns, rows, frozenset({"", point}), frozenset({"answer", "mistakes", "place of the first"}))
    if marker.at is not None:
        groups, hidden = together(written, float(question.right[-1]))
        lines = [f"equal there: {', '.join(str(at + 1) for at in group)}" for group in groups]
        if hidden:
            lines.append(f"right there: {', '.join(str(at + 1) for at in hidden)}")
        yield Lines(lines or ["all of them can be told apart there"])


def here_json(marker: Marker, written: Sequence[Written]) -> Iterator[str]:
    """The document of `gradcli mistakes EXPRESSION --json`; the arguments are those of :func:`here_report`."""
    question = marker.question
    groups, hidden = together(written, float(question.right[-1])) if marker.at is not None else ([], [])
    parts: WrongAnswersDocument = {
        "expression": question.expression,
        "wrt": question.wrt,
        "order": question.order,
        "at": None if marker.at is None else {name: json_number(value) for name, value in marker.at.items()},
        "right": right_text(question),
        "answers": [
            {
                "answer": one.answer,
                "kinds": [slip.kind for slip in one.slips],
                "places": [place(question, slip) for slip in one.slips],
                "value": None if one.value is None else json_number(one.value),
            }
            for one in written
        ],
        "equal": groups,
        "hidden": hidden,
    }
    return document("wrong-answers", parts)
