"""What `gradcli grade` and `gradcli mistakes` say."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from gradcli.errors import said, visible
from gradcli.language.numbers import short_text
from gradcli.language.program_text import beginning
from gradcli.output.json import document, encoder, json_number, list_json, object_json
from gradcli.output.reports.blocks import Block, Lines, Table
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Marked, Verdict
from gradcli.teaching.marking.words import (
    LEVELS,
    STUDENT,
    certainty,
    feedback,
    in_words,
    kinds_of,
    missing,
    place,
    right_text,
    solution,
)
from gradcli.teaching.mistakes import MISTAKES
from gradcli.typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from gradcli.output.schemas.teaching import (
        AnswerRecord,
        MistakeCount,
        ReasonRecord,
        ScoreRecord,
    )
    from gradcli.teaching.numbers import Vector
    from gradcli.teaching.question import Question
    from gradcli.teaching.quiz import Asked
    from gradcli.teaching.tasks import AnyMarker
    from gradcli.teaching.wrong_answers.diagnosis import Reason

_ENCODE = encoder()
_LONG = 60
_PEOPLE = 6
_REMEMBERED = 20_000
_DERIVATION_NODES = 100
"""Nodes up to which a derivation is written: each has a line with its derivative, which is longer than the one before."""
_SAID_ONCE = 60
"""A longer reason is said once, and later that it is the same."""


class Graded(NamedTuple):
    """A marked answer, and where it came from.

    Attributes:
        row: Its place, from 1.
        by: Who gave it; empty where nothing says it.
        marked: The verdict.
        columns: All that stood in its row, to be passed through.
        asked: The question that it answers.
    """

    row: int
    by: str
    marked: Marked
    columns: dict[str, str]
    asked: Asked

    @property
    def score(self) -> float:
        """The points that it gets."""
        return self.asked.score(self.marked)


def grade_report(questions: Sequence[Asked], graded: Sequence[Graded], level: int) -> Iterator[Block]:
    """The blocks of `gradcli grade`: each answer with what may be told, then what the answers have in common."""
    told: dict[tuple[str, ...], Graded] = {}
    for one in graded:
        who = ", ".join(filter(None, (one.by, one.asked.id)))
        head = f"{visible(who)}{': ' if who else ''}{visible(beginning(one.marked.answer, _LONG))}   {one.marked.verdict.value}"
        if one.score not in (0, one.asked.points):
            head += f", {short_text(one.score)} of {short_text(one.asked.points)}"
        said = tuple(feedback(one.asked.marker.question, one.marked, level))
        first = told.setdefault(said, one)
        if level > STUDENT and sum(map(len, said)) > _SAID_ONCE and first is not one:
            said = (f"the same is to be said as of {first.by or f'answer {first.row}'}",)
        yield Lines([head, *[f"  {visible(line)}" for line in said]])
    if len(graded) > 1:
        verdicts = Counter(one.marked.verdict for one in graded)
        rows = [[verdict.value, str(verdicts[verdict])] for verdict in Verdict if verdicts[verdict]]
        yield Table("Verdicts", ["verdict", "answers"], rows, numeric=frozenset({"answers"}))
        if unread := unread_of(graded):
            yield Lines([f"Not read: {', '.join(map(visible, unread))}"])
        if questions[0].id:
            yield from _scores(questions, graded)
        elif any(one.score not in (0, one.asked.points) for one in graded):
            points, whole = (sum(values) for values in zip(*((one.score, one.asked.points) for one in graded), strict=True))
            yield Lines([f"Points: {short_text(points)} of {short_text(whole)}"])
        if level and (found := wrong_of(graded)):
            lines = [[own["kind"], str(own["count"]), _people(own["by"]), says] for own, says in found]
            yield Table("Mistakes", ["kind", "answers", "by", "says"], lines, frozenset({"answers"}), frozenset({"says", "by"}))
    if level >= LEVELS and len(questions) == 1 and any(one.marked.verdict is Verdict.WRONG for one in graded):
        yield from _derivation(questions[0])
    for asked in questions if level else ():
        if asked.marker.at is not None and (hidden := hidden_kinds(asked.marker)):
            point = f"The point of {asked.id}" if asked.id else "This point"
            yield Lines([f"{point} does not tell the right answer from these mistakes: {', '.join(hidden)}"])


def _derivation(asked: Asked) -> Iterator[Block]:
    """The derivative node by node, where one derivative by a chain rule is asked for."""
    if not isinstance(asked.marker, Marker):
        return
    count = len(asked.marker.question.graph)
    if count > _DERIVATION_NODES:
        yield Lines([f"The derivation is left out, since the function has {count:,} nodes; `gradcli explain` has it."])
    elif len(lines := solution(asked.marker.question)) > 2:
        yield Lines(["Derivation", *[f"  {visible(line)}" for line in lines]])


def _scores(questions: Sequence[Asked], graded: Sequence[Graded]) -> Iterator[Block]:
    """How each question was answered, and how many points everybody has."""
    rows = []
    for asked in questions:
        own = [one for one in graded if one.asked is asked]
        average = sum(one.score for one in own) / max(1, len(own))
        right = sum(one.marked.score for one in own)
        rows.append([visible(asked.id), str(len(own)), str(right), short_text(round(average, 4)), short_text(asked.points)])
    numbers = frozenset({"answers", "right", "average", "points"})
    yield Table("Questions", ["question", "answers", "right", "average", "points"], rows, numeric=numbers)
    if people := scores_of(graded):
        total = short_text(sum(asked.points for asked in questions))
        rows = [[visible(own["by"]), short_text(own["score"]), total] for own in people]
        yield Table("Points", ["by", "points", "of"], rows, numeric=frozenset({"points", "of"}))


def scores_of(graded: Iterable[Graded]) -> list[ScoreRecord]:
    """The points of everybody, in the order in which they come. The last answer to a question counts."""
    scores: dict[str, dict[str, float]] = {}
    for one in graded:
        if one.by:
            scores.setdefault(one.by, {})[one.asked.id] = one.score
    return [{"by": by, "score": round(sum(own.values()), 9)} for by, own in scores.items()]


def hidden_kinds(marker: AnyMarker) -> list[str]:
    """The kinds of single mistakes that give the right number at the point of the question."""
    return sorted({reason.kind for reason in marker.hidden_at_the_point() if len(reason.slips) == 1})


def mistakes_of(graded: Iterable[Graded]) -> list[MistakeCount]:
    """How often each kind was made, the most frequent first."""
    counts: Counter[str] = Counter()
    people: dict[str, list[str]] = {}
    for one in graded:
        for kind in kinds_of(one.marked):
            counts[kind] += 1
            if one.by:
                people.setdefault(kind, []).append(one.by)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"kind": kind, "count": count, "by": list(dict.fromkeys(people.get(kind, [])))} for kind, count in ordered]


def wrong_of(graded: Sequence[Graded]) -> list[tuple[MistakeCount, str]]:
    """How often each kind was made, with what is said of it; last the wrong answers that no known mistake gives."""
    found = [(own, MISTAKES[own["kind"]].says) for own in mistakes_of(graded)]
    others = [one.by for one in graded if one.marked.verdict is Verdict.WRONG and not kinds_of(one.marked)]
    if others:
        by = list(dict.fromkeys(filter(None, others)))
        found.append(({"kind": "", "count": len(others), "by": by}, "no known mistake gives it"))
    return found


def summary(graded: Sequence[Graded], lines: bool) -> Iterator[str]:
    """The mistakes of a class: a record a line, or as CSV where it is not in lines."""
    if not lines:
        yield _csv_line(["kind", "answers", "by", "says"])
    for own, says in wrong_of(graded):
        if lines:
            yield _ENCODE({**own, "says": says}) + "\n"
        else:
            yield _csv_line([own["kind"], str(own["count"]), *map(_harmless, ["; ".join(own["by"]), said(says)])])


def unread_of(graded: Iterable[Graded]) -> list[str]:
    """Whose answers could not be read, or which ones, where nothing says who gave them."""
    unread = (one for one in graded if one.marked.verdict is Verdict.UNREADABLE)
    return list(dict.fromkeys(one.by or f"answer {one.row}" for one in unread))


def _people(names: Sequence[str]) -> str:
    shown = ", ".join(map(visible, names[:_PEOPLE]))
    return f"{shown}, … {len(names) - _PEOPLE} more" if len(names) > _PEOPLE else shown


def _reason_record(question: Question, reason: Reason, level: int, lacking: Sequence[Vector]) -> ReasonRecord:
    places = [place(question, slip, level, lacking) for slip in reason.slips] if level >= 2 else []
    words = in_words(question, reason, level, lacking)
    return {"kind": reason.kind, "place": "; ".join(filter(None, places)), "reason": words}


def answer_record(one: Graded, level: int) -> AnswerRecord:
    """An answer as a record; what is beyond the level is left out."""
    marked = one.marked
    question = marked.question or one.asked.marker.question
    point = None
    if marked.point is not None and marked.values is not None and level >= 1:
        bindings = {name: json_number(value) for name, value in marked.point.items()}
        own, right = map(json_number, marked.values)
        point = {"bindings": bindings, "answer": own, "right": right if level >= 4 else None}
    lacking = missing(question, marked)
    reasons = [_reason_record(question, reason, level, lacking) for reason in (marked.reasons if level else ())]
    first: ReasonRecord = reasons[0] if reasons else {"kind": "", "place": "", "reason": ""}
    return {
        "row": one.row,
        "by": one.by,
        "question": one.asked.id,
        "answer": marked.answer,
        "read_as": marked.read_as,
        "verdict": marked.verdict.value,
        "score": one.score,
        "part": marked.part,
        **first,
        "or": reasons[1:],
        "certainty": certainty(marked) if level >= 1 else None,
        "feedback": feedback(question, marked, level),
        "point": point,  # type: ignore[typeddict-item]
        "note": marked.note,
    }


def grade_json(asked: Asked, graded: Sequence[Graded], level: int) -> Iterator[str]:
    """The document of `gradcli grade --json`."""
    return document("grade", _grades(asked, graded, level))


def _grades(asked: Asked, graded: Sequence[Graded], level: int) -> dict[str, Any]:
    """The parts of a :class:`~gradcli.output.schemas.teaching.GradeDocument`, the answers as a stream."""
    marker = asked.marker
    question = marker.question
    verdicts = Counter(one.marked.verdict for one in graded)
    return {
        "expression": question.expression,
        "ask": asked.ask,
        "wrt": question.wrt,
        "order": question.order,
        "at": None if marker.at is None else {name: json_number(value) for name, value in marker.at.items()},
        "level": level,
        "right": _right(marker) if level >= 4 else None,
        "answers": list_json(_ENCODE(answer_record(one, level)) for one in graded),
        "verdicts": {verdict.value: verdicts[verdict] for verdict in Verdict},
        "mistakes": mistakes_of(graded) if level else [],
        "hidden": hidden_kinds(marker) if level else [],
    }


def quiz_json(questions: Sequence[Asked], graded: Sequence[Graded], level: int) -> Iterator[str]:
    """The document of `gradcli grade --json` for the questions of a quiz."""
    own: dict[int, list[Graded]] = {id(asked): [] for asked in questions}
    unmatched: list[Graded] = []
    for one in graded:
        own.get(id(one.asked), unmatched).append(one)

    def question(asked: Asked) -> str:
        parts = {"id": asked.id, "points": asked.points, "grades": object_json(_grades(asked, own[id(asked)], level), _ENCODE)}
        return "".join(object_json(parts, _ENCODE))

    parts = {
        "level": level,
        "points": sum(asked.points for asked in questions),
        "questions": list_json(map(question, questions)),
        "scores": scores_of(graded),
        "unmatched": [answer_record(one, level) for one in unmatched],
        "mistakes": mistakes_of(graded) if level else [],
    }
    return document("quiz", parts)


def _right(marker: AnyMarker) -> str:
    return right_text(marker.question) if isinstance(marker, Marker) else marker.right_text()


def grade_lines(graded: Iterable[Graded], level: int) -> Iterator[str]:
    """A record a line, each as soon as it is there."""
    for one in graded:
        yield _ENCODE(answer_record(one, level)) + "\n"


_OWN = ("verdict", "score", "kind", "place", "feedback", "read_as")


def grade_csv(graded: Iterable[Graded], level: int) -> Iterator[str]:
    """The rows as they came, with the verdict behind them; a column of the same name gets the ending ``_gradcli``."""
    names: list[str] = []
    said: dict[int, tuple[Marked, list[str]]] = {}  # equal answers are one mark; kept, so that no other gets its identity
    for one in graded:
        if not names:
            names = list(one.columns)
            yield _csv_line(map(_harmless, [*names, *[f"{own}_gradcli" if own in names else own for own in _OWN]]))
        known = said.get(id(one.marked))
        if known is None:
            known = (one.marked, [_harmless(cell) for cell in _own_cells(one, level)])
            if len(said) < _REMEMBERED:
                said[id(one.marked)] = known
        yield _csv_line([*[_harmless(one.columns.get(name, "")) for name in names], *known[1]])


def _own_cells(one: Graded, level: int) -> list[str]:
    record: Any = answer_record(one, level)
    return [
        record["verdict"],
        short_text(record["score"]),
        record["kind"],
        record["place"],
        "; ".join(record["feedback"]),
        record["read_as"] or "",
    ]


_FORMULA = re.compile(r"[=+\-@\x00-\x1f'＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe says that it is text. Plain numbers stay numbers."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


class _Echo:
    """A file whose writer gives back each row as text."""

    def write(self, text: str) -> str:
        return text


_ROWS = csv.writer(_Echo(), lineterminator="\n")


def _csv_line(cells: Iterable[str]) -> str:
    line: str = _ROWS.writerow(cells)  # what the file's write returns
    return line
