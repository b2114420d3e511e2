"""Exercises made from a number: expressions of an asked size, with wrong answers whose reasons are known. The same number
gives the same exercises on every machine: only whole numbers are drawn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy

from gradcli.errors import ExitCode, GradcliError, nearest
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.language.ast import Array, Call, Expression, Name, Number, Operator, Output, Program
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.language.rewrite import mapped
from gradcli.language.statements import expressions, free_names
from gradcli.language.text import to_text
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import is_constant
from gradcli.ops.declaration.operation import Operation
from gradcli.teaching.marking import Marker
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.orders import numbers_of, wrong_derivative
from gradcli.teaching.places import TERMS
from gradcli.teaching.question import Question, values_of
from gradcli.teaching.rules import by_kind
from gradcli.teaching.verdicts import Verdict
from gradcli.teaching.words import place, right_line, right_text
from gradcli.typing import NamedTuple, TypeVar

WRONG = 4
"""Wrong answers that an exercise has at least."""

MOST_WRONG = 5

_TRIES = 80
_TRIES_FOR_A_BAND = 400
_LONGEST = 70
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
        score: log2(paths) + depth + operations + chains.
        band: From 1 to 5.
    """

    paths: int
    depth: int
    operations: float
    chains: int
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


class Wanted(NamedTuple):
    """What kind of exercises is asked for.

    Attributes:
        paths: Paths from the variable to the result, that is, how often it stands there.
        depth: Operations on the longest path.
        operations: The names of the operations.
        variables: The variables, of which the first is the one to differentiate by.
        band: How difficult they are, from 1 to 5, whatever paths and depth make them so; 0 where paths and depth say it.
        usable: Whether one of them will do; None where each will.
    """

    paths: int
    depth: int
    operations: Sequence[str]
    variables: Sequence[str]
    band: int = 0
    usable: Callable[[Exercise], bool] | None = None


def exercises(seed: int, count: int, wanted: Wanted) -> Iterator[Exercise]:
    """Exercises, all different.

    Args:
        seed: The number that they are made from.
        count: How many.
        wanted: What kind of exercises.

    Raises:
        GradcliError: An operation does not exist, or there are no such exercises.
    """
    operations = [_operation(name) for name in wanted.operations]
    known: set[str] = set()
    for number in range(count):
        source = Source(seed * 1_000_003 + number * 7_919 + 1)
        for _ in range(_TRIES_FOR_A_BAND if wanted.band else _TRIES):
            size = wanted._replace(paths=1 + source.below(4), depth=1 + source.below(7)) if wanted.band else wanted
            expression = _drawn(source, size, operations)
            text = None if expression is None else to_text(expression)
            if text is None or text in known or len(text) > _LONGEST:
                continue
            known.add(text)
            found = exercise(text, wanted.variables[0], source, wanted.band)
            if found is None or (found.difficulty.paths, found.difficulty.depth) != (size.paths, size.depth):
                continue
            if wanted.usable is None or wanted.usable(found):
                yield found
                break
        else:
            raise GradcliError(
                f"only {number} such exercises were found: with {WRONG} wrong answers that can be told apart",
                hint="more --ops, or another --band" if wanted.band else "more --ops, --paths or --depth make more of them",
                exit_code=ExitCode.LIMIT,
            )


def from_template(template: str, wrt: str, choices: Mapping[str, Sequence[int]], seed: int, count: int) -> Iterator[Exercise]:
    """Exercises that differ in the numbers of a template.

    Args:
        template: An expression with names for numbers.
        wrt: The variable to differentiate by.
        choices: For each of these names the numbers that it may be.
        seed: The number that they are made from.
        count: How many; fewer where there are no more.

    Raises:
        GradcliError: The template is wrong, or a name is not in it.
    """
    program = parse(template)
    for name in choices:
        if name not in free_names(program):
            raise GradcliError(f"the template has no name {name}", hint=f"its names: {', '.join(free_names(program))}")
    total = math.prod(map(len, choices.values()))
    order = Source(seed).shuffled(range(min(total, 10_000)))
    found = 0
    for at in order:
        if found == count:
            return
        numbers = {}
        for name, values in choices.items():
            at, which = divmod(at, len(values))
            numbers[name] = values[which]
        made = _of_results(_filled(program, numbers), wrt, Source(seed * 1_000_003 + found))
        if made is not None:
            found += 1
            yield made
    if not found:
        raise GradcliError(
            f"the template has no exercise with {WRONG} wrong answers that can be told apart",
            hint="give it other numbers, or more operations",
        )


def _of_results(expression: str, wrt: str, source: Source) -> Exercise | None:
    """The exercise of an expression, or of the list of expressions that it is."""
    *before, last = parse(expression).statements
    value = expressions(last)[0]
    if before or not isinstance(value, Array):
        return exercise(expression, wrt, source)
    parts: list[Exercise] = []
    for item in value.items:
        names = [name for name in free_names(Program((Output(item),))) if not is_constant(name)]
        by = wrt if wrt in names or not names else names[0]
        one = exercise(to_text(item), by, source, least=0)
        if one is None:
            return None
        parts.append(one)
    return joined(parts)


def joined(parts: Sequence[Exercise]) -> Exercise:
    """Several exercises as one, whose expression is a list; what is asked for of it, and so its answers, is said elsewhere."""
    names = dict.fromkeys(name for one in parts for name in one.point)
    hardest = max((one.difficulty for one in parts), key=lambda own: own.score)
    expression = f"[{', '.join(one.expression for one in parts)}]"
    point = dict(zip(names, _SMALL, strict=False))
    return Exercise(expression, parts[0].wrt, "", point, math.nan, (), (), hardest)


def _filled(program: Program, numbers: Mapping[str, int]) -> str:
    def change(node: Expression) -> Expression:
        if not (isinstance(node, Name) and node.name in numbers):
            return node
        value = numbers[node.name]
        return Number(value) if value >= 0 else Operator("-", (Number(-value),))

    lines = [line for line in program.statements if isinstance(line, Output) or hasattr(line, "value")]
    return "\n".join(program_text(Program((_with_value(line, mapped(line.value, change)),))) for line in lines)


def _with_value(line, value: Expression):  # type: ignore[no-untyped-def]
    return Output(value) if isinstance(line, Output) else type(line)(line.name, value)


# ---- expressions ----


def _operation(name: str) -> Operation:
    found = OPERATIONS.get(name)
    if found is None or not found.differentiable or found.required > 2 or _nowhere(found):
        usable = [own for own, one in OPERATIONS.items() if one.differentiable and one.required <= 2 and not _nowhere(one)]
        near = nearest(name, usable)
        what = "is no operation" if found is None else "is none that exercises are made of"
        raise GradcliError(f"{name} {what}", hint=f"did you mean {near}?" if near else "gradcli ops lists them")
    return found


def _nowhere(operation: Operation) -> bool:
    """Whether no derivative goes through an operation."""
    return not any(operation.derivable(at) for at in range(operation.required))


def _drawn(source: Source, wanted: Wanted, operations: Sequence[Operation]) -> Expression | None:
    """An expression of the asked size, or of another one."""
    x = wanted.variables[0]
    joining = [one for one in operations if one.required == 2 and one.symbol and one.symbol != "^"]
    parts: list[tuple[Expression, int, str]] = [(Name(x), 0, "") for _ in range(wanted.paths)]
    if len(parts) > 1 and not joining:
        return None
    spare = max(0, wanted.depth - (wanted.paths - 1).bit_length())
    for at in range(len(parts)):
        for _ in range(source.below(spare + 1)):
            parts[at] = _wrapped(source, parts[at], wanted, operations)
    while len(parts) > 1:
        first, second = parts.pop(source.below(len(parts))), parts.pop(source.below(len(parts)))
        one = source.one_of(joining)
        if first[0] == second[0] and one.symbol != "*":  # x + x, x/x
            return None
        parts.append((Operator(one.symbol, (first[0], second[0])), max(first[1], second[1]) + 1, one.name))
    found = parts[0]
    while found[1] < wanted.depth:
        before = found[1]
        found = _wrapped(source, found, wanted, operations)
        if found[1] == before:
            return None
    return found[0] if found[1] == wanted.depth else None


def _wrapped(
    source: Source, part: tuple[Expression, int, str], wanted: Wanted, operations: Sequence[Operation]
) -> tuple[Expression, int, str]:
    """A part within one more operation: a function, or one with a number or another variable."""
    inner, depth, last = part
    usable = [one for one in operations if one.name != last or one.required == 1]
    if not usable:
        return part
    one = source.one_of(usable)
    if one.required == 1:
        body: Expression = Operator(one.symbol, (inner,)) if one.symbol else Call(one.name, (inner,))
        return body, depth + 1, one.name
    others = wanted.variables[1:]
    number: Expression = Number(2 + source.below(4))
    if one.symbol == "^" or not one.symbol:
        number = Number(2 + source.below(3))
    elif others and source.below(2):
        number = Name(source.one_of(others))
    operands = (number, inner) if one.symbol in ("*", "-") else (inner, number)
    body = Operator(one.symbol, operands) if one.symbol else Call(one.name, operands)
    return body, depth + 1, one.name


# ---- one exercise ----


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
        if not answer or ";" in answer or len(answer) > _LONGEST or marker.mark(answer).verdict is not Verdict.RIGHT:
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
        if text is None or len(text) > _LONGEST or text in found or text == "0":
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


def solution(question: Question) -> list[str]:
    """The values within, then, where a derivative is asked for, that of each by the variable."""
    from gradcli.lowering.node_expressions import node_expression

    graph = question.graph
    names, right = question.names, question.derivatives[question.wrt]
    inner = [id for id, operation in enumerate(graph.operations) if operation not in (VARIABLE, CONSTANT)]
    named = [f"{names[id]} = {to_text(node_expression(graph, id, names))}" for id in inner]
    derived = []
    for id in inner if question.order else ():
        line = right_line(question, id) if right[id] is not None else ""
        by = [input for input in dict.fromkeys(graph.inputs[id]) if right[input] is not None]
        if line and any(graph.operations[input] != VARIABLE for input in by):
            local = "d" if len(by) == 1 and question.d == "d" else "∂"
            terms = [
                f"{local}{names[id]}/{local}{names[input]}·{question.d}{names[input]}/{question.d}{question.wrt}"
                if graph.operations[input] != VARIABLE
                else f"∂{names[id]}/∂{names[input]}|" + ",".join(names[other] for other in by if other != input)
                for input in by
            ]
            left, _, formula = line.partition(" = ")
            line = f"{left} = {' + '.join(terms)} = {formula}"
        derived.append(line)
    return [*named, *filter(None, derived)]


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
    score = math.log2(max(1, paths[output])) + depths[output] + weight + chains
    band = 1 + sum(score > bound for bound in _BANDS)
    return Difficulty(paths[output], depths[output], weight, chains, round(score, 3), band)
