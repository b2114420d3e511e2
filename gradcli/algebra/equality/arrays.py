"""Comparison of expressions in arrays: their shapes, their normal forms, and their values at points.

A common normal form is a proof. Small arrays are compared element by element, as numbers are. The values of large ones are
compared in double precision, so that agreement is evidence and no proof, and only a difference that no rounding explains is
taken for one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import prod

from gradcli.algebra.arrays.expanded import multiplied_out
from gradcli.algebra.arrays.forms import fitted
from gradcli.algebra.assumptions.facts import ANY, POSITIVE, Assumptions
from gradcli.algebra.derivatives import with_output
from gradcli.algebra.equality.elements import equal_elements
from gradcli.algebra.equality.pair import Kind, Outcome, Pair
from gradcli.algebra.equality.verdict import Equality, Method, Verdict, Witness
from gradcli.algebra.simplify import TOO_LONG, normal_forms
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.spellings import shortest
from gradcli.autodiff.passes.forward import evaluate
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph, Shape
from gradcli.language.numbers import short_text
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.operation import EVERYWHERE
from gradcli.ops.elementwise.arithmetic import div, pow
from gradcli.typing import Any

DIGITS = 9
"""Digits in which values agree."""

_POINTS = 40
_FEWEST_POINTS = 5
_ELEMENTS = 2_000_000
"""Elements of variables that are filled for all points together."""

_MANY = 1_000
"""Elements beyond which an array is filled by NumPy."""

_WHOLE = 10
"""Points of small whole numbers, before those of random numbers."""

_WIDTHS = (1.0, 3.0, 0.5, 1e-3, 30.0, 1e3)
"""The largest numbers at random points, in turn."""

_SHOWN = 3
"""Points of each kind that are kept of a difference of domains."""

_NEAR = 10.0**-DIGITS
_FAR = 1e-5
"""Relative differences of values that agree, and of values that differ; what lies between is left undecided."""

_ROUNDING = 1e-12
"""A difference that is so small beside the numbers that it is computed from may be what rounding left of 0."""

_FORM_LIMIT = 1_000


def equal_arrays(pair: Pair, plain: Graph, outputs: tuple[int, int], start: Equality) -> Equality:
    """Compare two expressions of which one, or a part of one, is an array.

    Args:
        pair: Both of them, operations written out by their definitions.
        plain: Both of them as they are, in one graph.
        outputs: The two results in that.
        start: What is known already.
    """
    shapes = [pair.graph.shape(output) for output in pair.outputs]
    start = replace(start, shapes=(shapes[0], shapes[1]), everywhere=_is_total(plain, outputs))
    if shapes[0] != shapes[1]:
        return replace(start, verdict=Verdict.DIFFERENT, method=Method.SHAPES, proof=True, everywhere=False)
    if pair.outputs[0] == pair.outputs[1]:
        return replace(start, everywhere=True)

    def same_form() -> bool:
        graphs = ((plain, outputs), (pair.graph, pair.outputs))
        return any(_same_form(graph, ends, start.assume) for graph, ends in graphs)

    in_numbers = equal_elements(plain, outputs, start, same_form)
    if in_numbers is not None:
        return in_numbers
    parts = [with_output(plain, output) for output in outputs]
    found = _sampled(parts, pair.variables, replace(start, method=Method.DOUBLE, proof=False))
    return replace(found, method=Method.NORMAL_FORM, proof=True) if found and same_form() else found


def _is_total(graph: Graph, outputs: tuple[int, int]) -> bool:
    """Whether all operations are defined for all operands."""
    needed = graph.ancestors(*outputs)
    for node in graph:
        operation = node.operation
        if not needed[node.id] or operation in (VARIABLE, CONSTANT):
            continue
        if operation == div.name:
            divisor = graph.constants.get(node.inputs[1])
            if not isinstance(divisor, int | Fraction) or divisor == 0:
                return False
        elif operation == pow.name:
            exponent = graph.constants.get(node.inputs[1])
            if not isinstance(exponent, int) or exponent < 0:
                return False
        elif operation in OPERATIONS:
            if OPERATIONS[operation].domain != EVERYWHERE:
                return False
        elif operation in STRUCTURAL and not STRUCTURAL[operation].facts.total:
            return False
    return True


# ---- normal forms ----


def _same_form(graph: Graph, outputs: tuple[int, int], assume: Assumptions) -> bool:
    """Whether two nodes have one normal form."""
    algebra = Algebra(assume, invertible=True)  # where one is not, its inverse is undefined, which the values show
    forms = normal_forms(graph, algebra, ends=outputs, limit=_FORM_LIMIT)
    first, second = (forms[output] for output in outputs)
    if TOO_LONG in (first, second):
        return False
    shape = graph.shape(outputs[0])
    if fitted(algebra, first, shape) == fitted(algebra, second, shape):
        return True
    difference = algebra.add([first, algebra.scale(second, -1)])
    for _ in range(2):  # what one walk brings together, the next one multiplies out
        difference = shortest(algebra, multiplied_out(algebra, difference, proof=True))
        if algebra.rational(difference) == 0:
            return True
    return False


# ---- values ----


def _sampled(parts: Sequence[Graph], variables: Sequence[str], start: Equality) -> Equality:
    tally: dict[Kind, int] = dict.fromkeys(Kind, 0)
    domain: dict[Kind, list[Witness]] = {Kind.ONLY_FIRST: [], Kind.ONLY_SECOND: []}
    open_point: Witness | None = None
    for at, point in enumerate(_points(parts[0], _POINTS if variables else 1, start.assume)):
        outcome = _compared(parts, point, random=at >= _WHOLE)
        tally[outcome.kind] += 1
        if outcome.kind is Kind.DIFFER:
            found = replace(
                start, verdict=Verdict.DIFFERENT, points=tally[Kind.AGREE] + 1, counterexample=_witness(point, outcome)
            )
            return replace(found, agree_if_positive=0 if start.assume else _agreements(parts, variables))
        if outcome.kind is Kind.UNDECIDED and outcome.first is not None and open_point is None:
            open_point = _witness(point, outcome)
        if outcome.kind in domain and len(domain[outcome.kind]) < _SHOWN:
            domain[outcome.kind].append(_witness(point, outcome))
    found = replace(
        start,
        points=tally[Kind.AGREE],
        digits=DIGITS,
        only_first=tally[Kind.ONLY_FIRST],
        only_second=tally[Kind.ONLY_SECOND],
        neither=tally[Kind.NEITHER],
        undecided=tally[Kind.UNDECIDED],
        domain=(*domain[Kind.ONLY_FIRST], *domain[Kind.ONLY_SECOND]),
    )
    if not found.points and open_point is not None:  # rounding alone would give 0 somewhere
        return replace(found, verdict=Verdict.DIFFERENT, counterexample=open_point)
    if not found.points:
        return replace(found, verdict=Verdict.NOWHERE)
    return found if found.same_domain else replace(found, verdict=Verdict.WHERE_DEFINED)


def _agreements(parts: Sequence[Graph], variables: Sequence[str]) -> int:
    """At how many points with positive variables both agree; 0 where they differ at one."""
    points = enumerate(_points(parts[0], _POINTS // 2, POSITIVE)) if variables else []
    kinds = [_compared(parts, point, random=at >= _WHOLE).kind for at, point in points]
    return 0 if Kind.DIFFER in kinds else kinds.count(Kind.AGREE)


def _points(graph: Graph, count: int, assume: Assumptions) -> Iterator[dict[str, Any]]:
    """Small whole numbers first, then random numbers of several sizes; the same in every run."""
    import numpy

    source = random.Random("gradcli equal")

    def filled(name: str, shape: Shape, kind: int) -> Any:
        fact = assume.of(name)
        numbers = drawn(shape, kind, positive=fact.is_positive)
        if fact in (ANY, POSITIVE.every):
            return numbers
        fitted = [fact.fitted(Fraction(float(number))) for number in numpy.ravel(numbers)]
        values = [float(fact.nth(1) if number is None else number) for number in fitted]
        return numpy.array(values).reshape(shape) if shape else values[0]

    def drawn(shape: Shape, kind: int, *, positive: bool) -> Any:
        size = prod(shape)
        width = 1.0 if kind < _WHOLE else _WIDTHS[kind % len(_WIDTHS)]
        lowest = 0.05 if positive or (kind >= _WHOLE and kind // len(_WIDTHS) % 2) else -1.0
        if size > _MANY:
            return numpy.random.default_rng(kind).uniform(lowest, 1.0, shape) * width
        if kind < _WHOLE:
            numbers = [float(source.randint(1 if positive else -2, 3)) for _ in range(size)]
        else:
            numbers = [source.uniform(lowest, 1.0) * width for _ in range(size)]
        return numpy.array(numbers).reshape(shape) if shape else numbers[0]

    elements = sum(prod(graph.shape(id)) for id in graph.variables.values())
    for kind in range(min(count, max(_FEWEST_POINTS, _ELEMENTS // max(elements, 1)))):
        yield {name: filled(name, graph.shape(id), kind) for name, id in graph.variables.items()}


def _compared(parts: Sequence[Graph], point: dict[str, Any], *, random: bool) -> Outcome:
    """How both compare at a point. At a random one an infinity is a number beyond float64, at a simple one a division by 0."""
    import numpy

    found = [_value(part, point) for part in parts]
    values = [value for value, _ in found]
    defined = [value is not None for value in values]
    if random and any(largest == math.inf for _, largest in found):
        return Outcome(Kind.UNDECIDED)
    if not all(defined):
        kind = Kind.ONLY_FIRST if defined[0] else Kind.ONLY_SECOND if defined[1] else Kind.NEITHER
        return Outcome(kind, *values)
    first, second = map(numpy.asarray, values)
    scale = max(float(numpy.max(numpy.abs(value), initial=0.0)) for value in (first, second))
    distance = float(numpy.max(numpy.abs(first - second), initial=0.0))
    if distance <= _NEAR * scale:
        return Outcome(Kind.AGREE, *values)
    cancelled = distance <= _ROUNDING * max(largest for _, largest in found)
    return Outcome(Kind.DIFFER if distance > _FAR * scale and not cancelled else Kind.UNDECIDED, *values)


def _value(part: Graph, point: dict[str, Any]) -> tuple[Any, float]:
    """The value of a graph's output, None where it has none as a singular matrix has no inverse, and the largest number in it."""
    import numpy

    try:
        values = evaluate(part, {name: point[name] for name in part.variables})
    except GradcliError:
        return None, 0.0
    value = values[part.output]
    largest = max(float(numpy.max(numpy.abs(one), initial=0.0)) for one in values)
    return (value if bool(numpy.all(numpy.isfinite(value))) else None), largest


def _witness(point: dict[str, Any], outcome: Outcome) -> Witness:
    first, second = outcome.first, outcome.second
    texts = ["undefined" if value is None else short_text(value) for value in (first, second)]
    return Witness(point, first, second, texts[0], texts[1])
