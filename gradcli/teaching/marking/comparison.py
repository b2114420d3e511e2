"""Whether an answer is right where its values at the points do not tell: by many digits, or as a whole."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Set
from fractions import Fraction
from functools import lru_cache

import numpy

from gradcli.autodiff.passes.reverse import quiet
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Program
from gradcli.language.numbers import short_text
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.ops.declaration.ieee import as_float
from gradcli.teaching.marking.verdicts import Marked, Verdict
from gradcli.teaching.numbers import forward, node_partials, node_values
from gradcli.teaching.question import Question, derivative_of, values_of
from gradcli.teaching.wrong_answers.diagnosis import reason_of
from gradcli.typing import Any

EXACT = 1e-9
NEAR = 1e-6
"""How far off values may be, beside their size, that are equal; and those that may be equal but for rounding."""

DECIMALS = 1e-3
"""How far off a number may be, beside its size, that is written with decimals: people write three digits."""

_ELSEWHERE = "where the function has no value it is another derivative than the right answer"
WITHOUT_VALUE = "it has no value where the right answer has one"
"""What is said of an answer that is defined nowhere, or nowhere where that would be asked for."""

_PRECISE = 3
_OTHER_NUMBERS = (-20, 101)
_MOST_NUMBERS = 24
_DECIMAL = re.compile(r"-?[0-9]*\.[0-9]+")


def compared(question: Question, answer: str, read_as: str, program: Program, *, changes: bool) -> Marked:
    """The verdict of a whole comparison, for answers that points do not settle.

    Of those that do not change between them their values of many digits at some of them are enough.

    Args:
        question: The question.
        answer: The answer as it was given.
        read_as: How it was read.
        program: What it says.
        changes: Whether it, or the question, may change between the points.
    """
    from gradcli.algebra.equality.equal import equal
    from gradcli.algebra.equality.verdict import Verdict as Equal

    if not changes and _agree_precisely(program, parse(_right_text(question)), question):
        return Marked(answer, Verdict.RIGHT, read_as)
    right, own = _right_text(question), program_text(program)
    found = equal(right, own)
    if found.verdict is Equal.DIFFERENT:
        witness = found.counterexample
        if witness is not None and not _is_defined(question, witness.point):
            inside = [f"{text} + 0*({question.expression})" for text in (f"({right})", f"({own})")]
            if equal(*inside):
                return Marked(answer, Verdict.RIGHT, read_as, note=_ELSEWHERE)
        if witness is None:
            return Marked(answer, Verdict.WRONG, read_as)
        point = {name: as_float(value) for name, value in witness.point.items()}
        if not all(map(math.isfinite, point.values())):
            return Marked(answer, Verdict.WRONG, read_as)
        return _different_at(question, answer, read_as, program, point)
    if found.verdict in (Equal.NOWHERE, Equal.ISOLATED):
        return Marked(answer, Verdict.WRONG, read_as, note=WITHOUT_VALUE)
    return Marked(answer, Verdict.RIGHT if found else Verdict.UNDECIDED, read_as, note="" if found else found.verdict.value)


def _is_defined(question: Question, point: Mapping[str, Any]) -> bool:
    """Whether the function has a value at a point; also where it, or its derivative, takes several lines."""
    if "\n" in f"{_right_text(question)}{question.expression}" or len(parse(question.expression).statements) > 1:
        return True
    given = {**dict.fromkeys(question.point, numpy.ones(1)), **{name: numpy.array([as_float(at)]) for name, at in point.items()}}
    return bool(numpy.isfinite(values_of(parse(question.expression), given)).all())


def is_right_at(question: Question, program: Program, point: Mapping[str, float]) -> bool:
    """Whether an answer that no float holds is the right number at a point all the same: exp(800)/exp(799)."""
    from gradcli.algebra.equality.equal import equal

    given = "".join(f"{name} = {value!r}\n" for name, value in point.items())
    return bool(equal(given + _right_text(question), given + program_text(program)))


def _different_at(question: Question, answer: str, read_as: str, program: Program, point: Mapping[str, float]) -> Marked:
    """The verdict on an answer that was right at all points but one that was searched for."""
    around = _around({**dict.fromkeys(question.point, 1.0), **point})
    own, right = values_of(program, around), values_of(parse(_right_text(question)), around)
    values = (float(own[0]), float(right[0]))
    if not all(map(numpy.isfinite, values)):
        return Marked(answer, Verdict.WRONG, read_as, point=point)
    if not (off_by(own[1:], right[1:]) <= EXACT).all():  # as 2.0000001 is off 2 everywhere
        return Marked(answer, Verdict.WRONG, read_as, point=point, values=values)
    if numpy.ptp(right[1:]) > 1e-3 * max(
        1e-3, numpy.max(numpy.abs(right))
    ):  # a kink: there is no derivative there, but a convention
        at = ", ".join(f"{name} = {short_text(value)}" for name, value in point.items())
        own, usual = map(short_text, values)
        note = f"at {at}, where there is a kink, it is {own}, and {usual} is what programs take"
        return Marked(answer, Verdict.RIGHT, read_as, note=note)
    return Marked(answer, Verdict.WRONG, read_as, (reason_of("answer.single_point"),), point, values)


def one_number_off(question: Question, graph: Graph, given: Mapping[int, Any], idle: Set[int]) -> Any:
    """In the place of which of its numbers another small whole one makes an answer right; -1 for none. What nobody writes there,
    0 or a factor 1, does not count.

    Args:
        question: The question.
        graph: The graph of the answer, with a node for each of its numbers.
        given: The numbers; of several answers columns, and there is an element for each of them in what is returned.
        idle: Those that stand where a 1 does nothing.
    """
    columns = {id: numpy.reshape(numpy.asarray(own, float), (-1, 1, 1)) for id, own in given.items()}
    found = numpy.full(max((len(own) for own in columns.values()), default=1), -1)
    last = {name: vector[-1:] for name, vector in question.point.items()}
    with quiet():
        for id in list(given)[:_MOST_NUMBERS]:
            others = numpy.array([one for one in range(*_OTHER_NUMBERS) if one and not (one == 1 and id in idle)], float)
            first = node_values(graph, last, {**columns, id: others[:, None]})[graph.output]
            near = numpy.broadcast_to(off_by(first, question.right[-1:], question.terms) <= NEAR, (len(found), len(others), 1))
            at, which, _ = numpy.nonzero(near & (found < 0)[:, None, None])
            if len(at):
                tried = {other: own[at if len(own) > 1 else at * 0, :, 0] for other, own in columns.items()}
                values = node_values(graph, question.point, {**tried, id: others[which, None]})[graph.output]
                off = off_by(numpy.broadcast_to(values, (len(at), question.count)), question.right, question.terms)
                found[at[(off <= EXACT).all(axis=1)]] = id
    return found


def may_be_integral(question: Question, values: Any) -> Any:
    """Whether the values of an answer differ between two points by the integral of the function, as far as that is known.

    Args:
        question: The question.
        values: The values at the points, or a row of them for each answer.
    """
    if (area := question.area) is None:
        return numpy.ones(numpy.shape(values)[:-1], bool)
    first, last, whole = area
    with quiet():
        return numpy.abs(values[..., last] - values[..., first] - whole) <= NEAR * (abs(whole) + numpy.abs(values[..., last]))


def integrated(question: Question, graph: Graph, numbers: Mapping[int, Any]) -> Any:
    """Whether the derivative of an answer is what was to be differentiated; of several answers where the numbers are columns.

    Args:
        question: The question.
        graph: The graph of the answer.
        numbers: The values of constants that are not those of the graph.
    """
    with quiet():
        values = node_values(graph, question.point, numbers)
        slope = forward(graph, node_partials(graph, values), question.wrt)[graph.output]
        return numpy.bool_(False) if slope is None else (off_by(slope, question.value) <= EXACT).all(axis=-1)


@lru_cache(maxsize=200)
def _right_text(question: Question) -> str:
    return program_text(derivative_of(question.function, question.wrt) if question.order else question.function)


def _agree_precisely(first: Program, second: Program, question: Question) -> bool:
    """Whether two programs have the same 45 digits at some points at which they agree as floats."""
    from gradcli.algebra.equality.high_precision import Numeric
    from gradcli.algebra.equality.pair import Kind, pair_of

    try:
        pair = pair_of((first, second), (("", "answer"), ("", "question")), Graph(), {})
        numeric = Numeric(pair.steps, pair.ends)
        points = [
            {name: Fraction(float(vector[at])) for name, vector in question.point.items()}
            for at in range(min(_PRECISE, question.count))
        ]
        return all(numeric.compare(point).kind is Kind.AGREE for point in points)
    except GradcliError:
        return False


def off_by(values: Any, right: Any, terms: float = 0.0) -> Any:
    """How far off values are, beside their size, or beside that of the terms whose sum the right ones are."""
    with numpy.errstate(all="ignore"):
        least = max(1e-6 * numpy.max(numpy.abs(right), initial=1e-300), 1e-5 * terms if numpy.isfinite(terms) else 0.0, 1e-300)
        return numpy.abs(values - right) / numpy.maximum(numpy.maximum(numpy.abs(values), numpy.abs(right)), least)


def _around(point: Mapping[str, float]) -> dict[str, Any]:
    """A point, and others very near to it, on all sides."""
    steps = {}
    for index, (name, value) in enumerate(point.items()):
        turns = numpy.arange(1, 9)
        away = numpy.cos(2.39996 * turns * (index + 1) + index) * 1e-7 * max(1e-3, abs(value))
        steps[name] = numpy.concatenate([[value], value + away])
    return steps


def has_decimals(read_as: str) -> bool:
    """Whether an answer is a number that is written with decimals."""
    return _DECIMAL.fullmatch(read_as) is not None


def rounding(read_as: str, own: float, right: float) -> str:
    """What is said of the right number, rounded to the digits that were written; empty of others."""
    digits = len(read_as.rpartition(".")[2]) if has_decimals(read_as) else 0
    if digits < 2 or abs(own - right) > 0.5000001 * 10.0**-digits:
        return ""
    return f"it is the right number, rounded to {digits} digits behind the point"
