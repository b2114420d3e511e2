"""The records of marked answers and of kinds of mistakes."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gradcli.output.schemas.vocabulary import Also, Bindings, Count, Number, Row
from gradcli.teaching.marking.verdicts import Verdict


class ReasonRecord(TypedDict):
    """A reason for a wrong answer."""

    kind: Annotated[str, "The kind of mistake, two joined by +; see gradcli mistakes. Empty without a reason and below level 1."]
    place: Annotated[str, "Where it was made; empty for the whole answer, and below level 2."]
    reason: Annotated[str, "What is wrong, in words."]


_Others = TypedDict("_Others", {"or": Annotated[list[ReasonRecord], "Reasons that are nearly as likely."]})


class PointRecord(TypedDict):
    """Where a wrong answer differs."""

    bindings: Bindings
    answer: Number
    right: Annotated[Number | None, "Null below level 4."]


class AnswerRecord(ReasonRecord, _Others):
    """A marked answer, with its likeliest reason."""

    row: Row
    by: Annotated[str, "Who gave it; empty where nothing says it."]
    question: Annotated[str, "The id of the question in a quiz; empty outside."]
    answer: str
    read_as: Annotated[str | None, "How it was read; null where it was not."]
    verdict: Annotated[str, Also(enum=[verdict.value for verdict in Verdict])]
    score: Annotated[float, "The points that it gets: 1 for a right answer, where the question says nothing else."]
    part: Annotated[str, "Of an answer of several parts the one that the reasons are about; empty for the whole."]
    certainty: Annotated[str | None, Also(enum=["certain", "likely", "weak", None])]
    feedback: Annotated[list[str], "What may be told at this level, a sentence each."]
    point: PointRecord | None
    note: Annotated[str, "Why it is unreadable or undecided, or how else it could be read; empty for nothing."]


class MistakeCount(TypedDict):
    """How often a kind of mistake was made."""

    kind: str
    count: Count
    by: Annotated[list[str], "Who made it, where that is known."]


class GradeDocument(TypedDict):
    """What `gradcli grade --json` writes."""

    expression: str
    ask: Annotated[str, "What was asked for: derivative, value, gradient, hessian, jacobian, adjoint:NAME."]
    wrt: str
    order: Count
    at: Bindings | None
    level: Count
    right: Annotated[str | None, "The right answer; null below level 4, and where it takes several lines."]
    answers: list[AnswerRecord]
    verdicts: Annotated[dict[str, Count], "How many answers have each verdict."]
    mistakes: Annotated[list[MistakeCount], "Those of the likeliest reasons, the most frequent first."]
    hidden: Annotated[list[str], "Mistakes that give the right number at the point of the question."]


class QuestionRecord(TypedDict):
    """A question of a quiz, with its answers."""

    id: str
    points: float
    grades: GradeDocument


class ScoreRecord(TypedDict):
    """The points that somebody has."""

    by: str
    score: float


class QuizDocument(TypedDict):
    """What `gradcli grade -f QUIZ.jsonl --json` writes."""

    level: Count
    points: Annotated[float, "Those of all questions."]
    questions: list[QuestionRecord]
    scores: Annotated[list[ScoreRecord], "Of everybody; of several answers to a question the last one counts."]
    unmatched: Annotated[list[AnswerRecord], "Answers to questions that the quiz does not have."]
    mistakes: Annotated[list[MistakeCount], "Those of all answers, the most frequent first."]


class LineRecord(TypedDict):
    """A line of work."""

    line: Row
    text: str
    status: Annotated[str, Also(enum=["right", "broken here", "follows", "right by chance", "unreadable"])]
    part: Annotated[str, "The part behind an equals sign that decides it; empty where the line is right."]
    kinds: Annotated[list[str], "The kinds of mistake of the first broken line, those of its likeliest reason."]
    feedback: list[str]


class StepsDocument(TypedDict):
    """What `gradcli grade --steps FILE --json` writes."""

    expression: str
    wrt: str
    at: Bindings | None
    level: Count
    lines: list[LineRecord]
    statuses: Annotated[dict[str, Count], "How many lines have each status."]
    answered: Annotated[bool, "Whether a line says what the derivative is that is asked for."]


class DifficultyRecord(TypedDict):
    """How difficult an exercise is, and what that is made of."""

    band: Annotated[Count, "From 1 to 5."]
    score: float
    paths: Count
    depth: Count
    operations: float
    chains: Count
    shared: Count


class DistractorRecord(TypedDict):
    """A wrong answer of an exercise."""

    answer: str
    kind: str
    says: str
    place: str
    value: Annotated[Number | None, "Its value at the point of the exercise; null where no derivative is asked for."]


class ExerciseRecord(TypedDict):
    """An exercise."""

    number: Row
    expression: str
    ask: Annotated[str, "What is asked for; number is the derivative at the point."]
    wrt: str | list[str]
    answer: str
    at: Annotated[dict[str, int], "A point at which right and wrong answers differ."]
    value: Annotated[Number | None, "The derivative there; null where something else is asked for."]
    difficulty: DifficultyRecord
    distractors: list[DistractorRecord]
    solution: list[str]


class ExercisesDocument(TypedDict):
    """What `gradcli exercise --json` writes."""

    seed: Count
    exercises: list[ExerciseRecord]


class GuessRecord(TypedDict):
    """A number that was asked for, and what was answered."""

    phase: Annotated[str, Also(enum=["value", "adjoint"])]
    name: str
    hint: Annotated[str, "What a value is made of; empty for an adjoint."]
    guess: Annotated[str | None, "Null where nothing was answered."]
    value: Number
    right: bool
    note: Annotated[str, "What went wrong, where that can be told; empty for nothing."]
    unread: Annotated[list[str], "Lines before the guess that are no number; they count for nothing."]


class PredictDocument(TypedDict):
    """What `gradcli predict --json` writes."""

    expression: str
    bindings: Bindings
    guesses: list[GuessRecord]
    right: Count
    asked: Count


class MistakeRecord(TypedDict):
    """A kind of mistake."""

    kind: str
    says: str
    rule: str


class MistakesDocument(TypedDict):
    """What `gradcli mistakes --json` writes."""

    mistakes: list[MistakeRecord]


class WrongAnswerRecord(TypedDict):
    """A wrong answer, and the mistakes that make it."""

    answer: Annotated[str | None, "Null where it takes several lines, or is known as numbers alone."]
    kinds: Annotated[list[str], "The likeliest first."]
    places: Annotated[list[str], "Where each is made; empty for the whole answer."]
    value: Annotated[Number | None, "Its value at the point; null without one."]


class WrongAnswersDocument(TypedDict):
    """What `gradcli mistakes EXPRESSION --json` writes."""

    expression: str
    wrt: str
    order: Count
    at: Bindings | None
    right: str
    answers: list[WrongAnswerRecord]
    equal: Annotated[list[list[Count]], "Answers that are equal at the point, by their places from 0."]
    hidden: Annotated[list[Count], "Answers that are right at the point, by their places from 0."]


class TurnRecord(TypedDict):
    """An exercise that was practised, and what was answered."""

    level: Count
    expression: str
    wrt: str
    right_answer: str
    answer: Annotated[str | None, "Null where none was given."]
    right: bool
    kinds: Annotated[list[str], "The kinds of mistake of its likeliest reason."]
    feedback: list[str]
    unread: Annotated[list[str], "Lines before the answer that could not be read; they count for nothing."]
    tries: Annotated[list[str], "Wrong answers before it."]


class PracticeDocument(TypedDict):
    """What `gradcli practice --json` writes."""

    seed: Count
    level: Annotated[Count, "The one that was reached."]
    turns: list[TurnRecord]
    right: Count
    asked: Count
