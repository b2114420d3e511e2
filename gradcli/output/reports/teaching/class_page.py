"""The marks of a class as one self-contained page: how many answers are right, which mistakes were made, and every answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from gradcli.errors import said, spoken, visible
from gradcli.language.numbers import short_text
from gradcli.language.program_text import beginning
from gradcli.output.reports.teaching.grading import Graded, scores_of, unread_of, wrong_of
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.marking.words import feedback
from gradcli.teaching.quiz import Asked
from gradcli.teaching.tasks import DERIVATIVE

_LONG = 200
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
body { color: #1b1f24; background: #fff; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
code { font: 0.95em ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.6rem; }
th { border-bottom: 2px solid #888; } td { border-bottom: 1px solid #ddd; }
.bar { display: block; height: 1rem; min-width: 2px; background: #4a78b5; }
.number { text-align: right; width: 4rem; } .bars { width: 40%; }
.right { color: #17692f; } .wrong { color: #a3261f; } .undecided, .unreadable { color: #7a5200; }
@media (prefers-color-scheme: dark) {
  body { color: #e3e6ea; background: #16191d; } td { border-color: #3a3f45; } .bar { background: #7fa6da; }
  .right { color: #79cf92; } .wrong { color: #f08e86; } .undecided, .unreadable { color: #e2b866; }
}
"""


def class_page(questions: Sequence[Asked], graded: Sequence[Graded], level: int) -> Iterator[str]:
    """The page, piece by piece. It loads nothing from elsewhere, and runs nothing.

    Args:
        questions: The questions, of which there is mostly one.
        graded: The answers.
        level: How much is told.
    """
    titles = {asked.id: _title(asked) for asked in questions}
    title = next(iter(titles.values())) if len(titles) == 1 else said(f"A quiz of {len(titles)} questions")
    yield f'<!DOCTYPE html>\n<html lang="{spoken().language}">\n<head>\n<meta charset="utf-8">\n<title>{_safe(title)}</title>\n'
    yield '<meta name="viewport" content="width=device-width">\n'
    yield f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{_safe(title)}</h1>\n"
    verdicts = Counter(one.marked.verdict for one in graded)
    people = {Verdict.UNREADABLE: ", ".join(unread_of(graded))}
    given = [verdict for verdict in Verdict if verdicts[verdict]]
    rows = [(spoken().word(verdict.value), verdicts[verdict], "", people.get(verdict, "")) for verdict in given]
    yield from _histogram(said(f"{len(graded)} answers"), rows)
    if level and (found := wrong_of(graded)):
        yield from _histogram(
            said("Mistakes"), [(said(says), own["count"], own["kind"], ", ".join(own["by"])) for own, says in found]
        )
    if len(titles) > 1:
        rights = [sum(one.marked.score for one in graded if one.asked is asked) for asked in questions]
        rows = [(f"{asked.id}: {titles[asked.id]}", right, "", "") for asked, right in zip(questions, rights, strict=True)]
        yield from _histogram(said("Right answers"), rows)
        total = sum(asked.points for asked in questions)
        yield from _histogram(
            said(f"Points of {short_text(total)}"), [(own["by"], own["score"], "", "") for own in scores_of(graded)]
        )
    heads = "".join(f"<th>{name}</th>" for name in map(said, ("answered by", "answer", "verdict", "what is said")))
    yield f"<h2>{said('Answers')}</h2>\n<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    for one in graded:
        told = "<br>".join(_safe(said(line)) for line in feedback(one.asked.marker.question, one.marked, level))
        verdict = one.marked.verdict.value
        who = ", ".join(filter(None, (one.by or str(one.row), one.asked.id)))
        yield f"<tr><td>{_safe(who)}</td><td><code>{_safe(beginning(one.marked.answer, _LONG))}</code></td>"
        yield f'<td class="{verdict}">{spoken().word(verdict)}</td><td>{told}</td></tr>\n'
    yield "</tbody>\n</table>\n</body>\n</html>\n"


def _title(asked: Asked) -> str:
    question = asked.marker.question
    if asked.ask != DERIVATIVE:
        return said(f"{asked.ask.capitalize()} of {' '.join(question.expression.split())}")
    return said(f"Derivative of {' '.join(question.expression.split())} by {question.wrt}")


def _histogram(title: str, rows: Sequence[tuple[str, float, str, str]]) -> Iterator[str]:
    """Bars of equal scale, each with its number, what it counts, and who is in it."""
    most = max((count for _, count, _, _ in rows), default=1) or 1
    yield f"<h2>{_safe(title)}</h2>\n<table>\n<tbody>\n"
    for label, count, kind, people in rows:
        yield f"<tr><td>{_safe(label)}{f' <code>{_safe(kind)}</code>' if kind else ''}"
        yield f'{f"<br><small>{_safe(people)}</small>" if people else ""}</td><td class="number">{short_text(count)}</td>'
        yield f'<td class="bars"><span class="bar" style="width: {100 * count / most:.1f}%"></span></td></tr>\n'
    yield "</tbody>\n</table>\n"


def _safe(text: str) -> str:
    """Text from outside as text in the page."""
    return escape(visible(text))
