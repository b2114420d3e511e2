"""What `gradcli grade --steps` says of lines of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.errors import visible
from gradcli.output.json import document, json_number
from gradcli.output.reports.blocks import Block, Lines
from gradcli.teaching.marking.verdicts import Line, Status, counted
from gradcli.teaching.marking.words import feedback, kinds_of
from gradcli.teaching.steps import Work
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.teaching import StepsDocument


def steps_report(work: Work, lines: Sequence[Line], level: int) -> Iterator[Block]:
    """The lines, each with what it is; the first broken one with the reason."""
    width = max((len(visible(line.text)) for line in lines), default=0)
    found = []
    for line in lines:
        found.append(f"{visible(line.text):<{width}}   {line.status.value}")
        found += [f"  {visible(told)}" for told in said(work, line, level)]
    yield Lines(found)


def said(work: Work, line: Line, level: int) -> list[str]:
    """What is told of a line."""
    if line.note:
        return [line.note]
    lines = []
    if line.status is Status.BROKEN and line.text.count("=") > 1:
        lines.append(f"at {line.part}")
    if line.marked is not None and level:
        lines += feedback(work.question, line.marked, level)
    return lines


def steps_json(work: Work, lines: Sequence[Line], level: int) -> Iterator[str]:
    """The document of `gradcli grade --steps FILE --json`."""
    question = work.question
    parts: StepsDocument = {
        "expression": work.expression,
        "wrt": question.wrt,
        "at": None if work.at is None else {name: json_number(value) for name, value in work.at.items()},
        "level": level,
        "lines": [
            {
                "line": line.number,
                "text": line.text,
                "status": line.status.value,
                "part": line.part,
                "kinds": list(kinds_of(line.marked)) if line.marked is not None and level else [],
                "feedback": said(work, line, level),
            }
            for line in lines
        ],
        "statuses": counted(lines),
        "answered": work.answered,
    }
    return document("steps", parts)
