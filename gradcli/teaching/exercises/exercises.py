"""An exercise: an expression with its right answer, and wrong ones whose reasons are known."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.language.parser import parse
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.marking.words import place, right_text, solution
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.places import TERMS
from gradcli.teaching.question import Question, values_of
from gradcli.teaching.wrong_answers.orders import numbers_of, wrong_derivative
from gradcli.teaching.wrong_answers.rules import by_kind
from gradcli.typing import NamedTuple, TypeVar

WRONG = 4
"""Wrong answers that an exercise has at least."""

MOST_WRONG = 5

LONGEST = 70
_SMALL = (1, 2, -1, 3, -2, 4, 5)
_BANDS = (3.0, 5.5, 8.0, 11.0)

Item = TypeVar("Item")


class Source:
    """Whole numbers that look random, by the generator splitmix64 (Steele, Lea and Flood, 2014)."""

    _MASK = 2**64 - 1

    def __init__(self, seed: int) -> None:
        self.state = seed & self._MASK

    def below(self, bound: int) -> int:
        """A number from 0 to ``bound - 1``."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & self._MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & self._MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & self._MASK
        return (mixed ^ (mixed >> 31)) % bound

    def one_of(self, items: Sequence[Item]) -> Item:
        """One of some things."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """The same things in another order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in items]


class Difficulty(NamedTuple):
    """How difficult an exercise is.

    Attributes:
        paths: Paths from the variable to the result.
        depth: Operations on the longest of them.
        operations: What its operations weigh.
        chains: Chains of functions within products and quotients.
        shared: Values that are used more than once.
        score: log2(paths) + depth + operations + chains + shared.
        band: From 1 to 5.
    """

    paths: int
    depth: int
    operations: float
    chains: int
    shared: int
    score: float
    band: int


class Distractor(NamedTuple):
    """A wrong answer.

    Attributes:
        answer: It.
        kind: The kind of mistake that makes it.
        says: What is wrong.
        place: Where.
        value: Its value at the point of the exercise.
    """

    answer: str
    kind: str
    says: str
    place: str
    value: float


class Exercise(Frozen, eq=False):
    """An exercise.

    Attributes:
        expression: What is to be differentiated.
        wrt: By which variable.
        answer: The right answer.
        point: A point of small numbers at which right and wrong answers differ.
        value: The right answer there.
        distractors: Wrong answers, of different kinds.
        solution: The lines of a way to the right answer.
        difficulty: How difficult it is.
    """

    expression: str
    wrt: str
    answer: str
    point: Mapping[str, int]
    value: float
    distractors: Sequence[Distractor]
    solution: Sequence[str]
    difficulty: Difficulty


def exercise(expression: str, wrt: str, source: Source, band: int = 0, least: int = WRONG) -> Exercise | None:
    """The exercise of an expression; None where it has too few wrong answers, or none that is short.

    Args:
        expression: The expression.
        wrt: The variable to differentiate by.
        source: What is chosen by.
        band: How difficult it has to be; 0 for any difficulty.
        least: How many wrong answers it has at least.
    """
    try:
        marker = Marker(expression, wrt)
        if band and difficulty(marker.question).band != band:
            return None
        answer = right_text(marker.question)
        if not answer or ";" in answer or len(answer) > LONGEST or marker.mark(answer).verdict is not Verdict.RIGHT:
            return None
        wrong = wrong_derivatives(marker, source)
        found = _parted(marker.question, answer, [text for text, _, _ in wrong])
    except GradcliError:
        return None
    if found is None:
        return None
    point, value, values = found
    distractors = [
        Distractor(text, kind, MISTAKES[kind].says, where, own)
        for (text, kind, where), own in zip(wrong, values, strict=True)
        if own != value
    ]
    if len(distractors) < least:
        return None
    chosen = _both_sides(distractors, value)
    lines = solution(marker.question)
    return Exercise(expression, wrt, answer, point, value, chosen, lines, difficulty(marker.question))


def joined(parts: Sequence[Exercise]) -> Exercise:
    """Several exercises as one, whose expression is a list; what is asked for of it, and so its answers, is said elsewhere."""
    names = dict.fromkeys(name for one in parts for name in one.point)
    hardest = max((one.difficulty for one in parts), key=lambda own: own.score)
    expression = f"[{', '.join(one.expression for one in parts)}]"
    point = dict(zip(names, _SMALL, strict=False))
    return Exercise(expression, parts[0].wrt, "", point, math.nan, (), (), hardest)


def wrong_derivatives(marker: Marker, source: Source) -> list[tuple[str, str, str]]:
    """Wrong answers to a question, each with its kind and place: what the marker itself says of them.

    Args:
        marker: The question.
        source: What is chosen by among those that are as likely.
    """
    question = marker.question
    numbers = numbers_of(question.graph, question.wrt, question.point)
    places = [(kind, node, formula) for kind, by in by_kind(numbers.places).items() for node, formula in by.items()]
    places = sorted(source.shuffled(places), key=lambda one: MISTAKES[one[0]].cost)
    found: dict[str, tuple[str, str, str]] = {}
    kinds: set[str] = set()
    for kind, node, formula in places:
        if kind in kinds:
            continue
        text = wrong_derivative(numbers, question.wrt, {node: formula})
        if text is None or len(text) > LONGEST or text in found or text == "0":
            continue
        marked = marker.mark(text)
        if marked.verdict is Verdict.WRONG and marked.reasons and marked.reasons[0].kind == kind:
            kinds.add(kind)
            found[text] = (text, kind, place(question, marked.reasons[0].slips[0], 2))
            if len(found) > MOST_WRONG + 1:
                break
    return list(found.values())


def _parted(question: Question, answer: str, wrong: Sequence[str]) -> tuple[dict[str, int], float, list[float]] | None:
    """A point of small numbers at which most of the answers differ, the value of the right one there, and of the wrong ones."""
    names = list(question.point)
    grid = list(itertools.islice(itertools.product(_SMALL, repeat=len(names)), 400))
    points = {name: numpy.array([float(row[at]) for row in grid]) for at, name in enumerate(names)}
    right = values_of(parse(answer), points)
    others = [values_of(parse(text), points) for text in wrong]
    best: tuple[int, int] | None = None
    for at in range(len(grid)):
        if not math.isfinite(right[at]) or right[at] == 0 or abs(right[at]) > 1e6:
            continue
        own = [float(vector[at]) for vector in others]
        different = {round(value, 9) for value in own if math.isfinite(value)} - {round(float(right[at]), 9)}
        if best is None or len(different) > best[0]:
            best = (len(different), at)
    if best is None:
        return None
    at = best[1]
    values = [float(vector[at]) for vector in others]
    values = [value if math.isfinite(value) else math.inf for value in values]
    return dict(zip(names, grid[at], strict=True)), float(right[at]), values


def _both_sides(wrong: Sequence[Distractor], value: float) -> list[Distractor]:
    """Some wrong answers: first one of each family, and where it can be on both sides of the right one."""
    families: dict[str, list[Distractor]] = {}
    for one in wrong:
        families.setdefault(one.kind.partition(".")[0], []).append(one)
    turns = [own[turn] for turn in range(len(wrong)) for own in families.values() if turn < len(own)]
    chosen = turns[:MOST_WRONG]
    for above in (True, False):
        if not any((one.value > value) is above for one in chosen):
            chosen[-1:] = [one for one in turns if (one.value > value) is above][:1] or chosen[-1:]
    return chosen


def difficulty(question: Question) -> Difficulty:
    """How difficult the question is, from its graph."""
    graph = question.graph
    right = question.derivatives[question.wrt]
    paths, depths = [0] * len(graph), [0] * len(graph)
    weight, chains = 0.0, 0
    for id, inputs in enumerate(graph.inputs):
        if id == graph.variables.get(question.wrt):
            paths[id] = 1
        if not inputs or right[id] is None:
            continue
        paths[id] = sum(paths[input] for input in inputs)
        depths[id] = 1 + max(depths[input] for input in inputs if right[input] is not None)
        own = question.places[id]
        if own.operation.name in TERMS:
            continue
        both = len(own.varying) > 1
        weight += 1.5 if both else 1.0 if not own.operation.symbol else 0.5
        chains += both and any(depths[input] > 1 for input in inputs)
    output = graph.output
    uses = Counter(input for inputs in graph.inputs for input in inputs if graph.inputs[input])
    shared = sum(count > 1 for count in uses.values())
    score = math.log2(max(1, paths[output])) + depths[output] + weight + chains + shared
    band = 1 + sum(score > bound for bound in _BANDS)
    return Difficulty(paths[output], depths[output], weight, chains, shared, round(score, 3), band)
