"""What declarations claim of operations, held against their values and derivatives at random points."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy
import pytest
from definitions import definition_of
from mpmath import mp, mpf
from structural_cases import CASES
from support import same

from gradcli.analysis.properties.bounds import course_of, image, settings_course
from gradcli.errors import GradcliError
from gradcli.graph.shapes import ShapeError
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.course import Course
from gradcli.ops.declaration.facts import COUNT, EVEN, FLOAT, ODD, SAME, TRUTH, WHOLE
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural

POINTS = 40
WHOLE_NUMBERS = (-3.0, -1.0, 0.0, 1.0, 2.0, 5.0)

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
every_structural = pytest.mark.parametrize("operation", STRUCTURAL.values(), ids=lambda operation: operation.name)


def points(operation: Operation) -> Iterator[tuple[float, ...]]:
    """Random points inside the intervals of the declaration, and others anywhere."""
    source = random.Random(operation.name)
    for turn in range(POINTS):
        yield tuple([source.uniform(*interval) if turn % 2 else source.uniform(-5, 5) for interval in operation.samples])


@every_operation
def test_parity(operation: Operation) -> None:
    """In the first argument."""
    source = random.Random(operation.name)
    sign = {EVEN: 1, ODD: -1}.get(operation.facts.parity, 0)
    for _ in range(POINTS * abs(sign)):
        x, others = source.uniform(-5, 5), [source.uniform(*interval) for interval in operation.samples[1:]]
        assert same(operation(x, *others), sign * operation(-x, *others), 1e-12, 1e-14), (x, others)


@every_operation
def test_inverse(operation: Operation) -> None:
    if not operation.facts.inverse:
        return
    inverse = OPERATIONS[operation.facts.inverse]
    for (x,) in points(operation):
        y = operation(x)
        if math.isfinite(y) and definite(operation, x):
            assert same(inverse(y), x, 1e-6, 1e-9), x


@every_operation
def test_numbers_that_leave_the_other_argument_or_decide_alone(operation: Operation) -> None:
    truth = operation.facts.result == TRUTH
    for numbers, decides in ((operation.facts.neutral, False), (operation.facts.absorbing, True)):
        for at, number in enumerate(numbers):
            for other in (0.0, 1.0) if truth else (-2.5, -1.0, 0.75, 3.0):
                if number is not None:
                    assert operation(*((number, other) if at == 0 else (other, number))) == (number if decides else other)


@pytest.mark.parametrize("name", [name for name, operation in STRUCTURAL.items() if operation.facts.inverse])
def test_operations_on_arrays_that_undo_themselves(name: str) -> None:
    operation, array = STRUCTURAL[name], numpy.arange(24.0).reshape(2, 3, 4)
    assert operation.facts.inverse == name
    assert numpy.array_equal(operation(operation(array)), array)


def definite(operation: Operation, x: float) -> bool:
    """Whether the value is that of the mathematics, and not so steep or flat that rounding decides what comes back."""
    slope = operation.local_derivatives(operation(x), (x,), [True])[0]
    return 1e-6 < abs(slope) < 1e6


@every_operation
def test_range(operation: Operation) -> None:
    low, high = operation.facts.range
    values = [operation(*point) for point in points(operation)]
    assert all(low <= value <= high for value in values if math.isfinite(value))
    extremes = itertools.product((-math.inf, -1e308, -1.0, 0.0, 1.0, 1e308, math.inf), repeat=len(operation.samples))
    assert all(low <= value <= high for point in extremes if (value := operation(*point)) == value and abs(value) != math.inf)


@every_operation
def test_linear(operation: Operation) -> None:
    source = random.Random(operation.name)
    for group in operation.facts.linear:
        together = set(range(len(operation.samples))) if operation.variadic else group
        for first, second in itertools.pairwise(points(operation)):
            factor = source.uniform(-2, 2)
            second = tuple([b if at in together else a for at, (a, b) in enumerate(zip(first, second, strict=True))])
            mixed = tuple([a + factor * b if at in together else a for at, (a, b) in enumerate(zip(first, second, strict=True))])
            values = [operation(*point) for point in (first, second, mixed)]
            if all(map(math.isfinite, values)):
                assert same(values[2], values[0] + factor * values[1], 1e-9, 1e-9), (first, second)


@every_operation
def test_result(operation: Operation) -> None:
    """Of whole numbers the results are whole where their dtype is not of floating point, truth values where it is that."""
    points = itertools.product(WHOLE_NUMBERS, repeat=len(operation.samples))
    values = [value for point in points if math.isfinite(value := operation(*point))]
    if operation.facts.result == TRUTH:
        assert set(values) <= {0.0, 1.0}
    elif operation.facts.result in (COUNT, WHOLE):
        assert all(value.is_integer() for value in values)
    else:
        assert operation.facts.result in (FLOAT, SAME)


@every_operation
def test_where_there_is_no_derivative_is_declared(operation: Operation) -> None:
    """At numbers that formulas single out, a function of one argument is smooth, or says what it is there."""
    if len(operation.samples) > 1 or not operation.differentiable:
        return
    definition = definition_of(operation)
    for x in (-6.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 6.0):
        if any(special.zero(x) == 0 for special in operation.facts.specials) or not real(definition, x):
            continue
        y = operation(x)
        slopes = [float(mp.diff(definition, mpf(x), 1, direction=side)) for side in (-1, 1)]
        [found] = operation.local_derivatives(y, (x,), [True])
        assert same(slopes[0], slopes[1], 1e-6, 1e-6), f"{operation.name} has a kink at {x}"
        assert same(float(found), slopes[0], 1e-6, 1e-6), f"the derivative of {operation.name} at {x}"


def real(definition: Any, x: float) -> bool:
    """Whether a function is real and finite at a point and beside it."""
    try:
        values = [definition(mpf(x) + step) for step in (mpf("-1e-12"), 0, mpf("1e-12"))]
    except (ValueError, ZeroDivisionError):
        return False
    return all(not isinstance(value, mp.mpc) and mp.isfinite(value) for value in values)


def interval_points(source: random.Random, interval: tuple[float, float], count: int) -> list[float]:
    """Random points of an interval, its ends among them where they are finite."""
    low, high = max(interval[0], -9.0), min(interval[1], 9.0)
    low, high = (low, high) if low < high else (min(interval[1], low) - 3, high) if high < 0 else (low, low + 3)
    return [source.uniform(low, high) for _ in range(count - 2)] + [low, high]


@every_operation
def test_course(operation: Operation) -> None:
    """Convex, concave, rising and falling where it is said: in one argument, and in all together."""
    source = random.Random(operation.name)
    count = len(operation.samples)
    for varies in {(True,) * count, *(tuple(at == one for at in range(count)) for one in range(count))}:
        for turn in range(12):
            fixed = [source.uniform(*interval) if turn % 2 else float(source.randint(-3, 3)) for interval in operation.samples]
            if turn % 3 == 0 and operation.defaults:
                fixed[-len(operation.defaults) :] = operation.defaults
            known = course_of(operation, [(value, value) for value in fixed], varies)
            if known is not None:
                held_course(operation, known, fixed, varies, source)


def held_course(operation: Operation, known: Course, fixed: list[float], varies: tuple[bool, ...], source: random.Random) -> None:
    def value(point: list[float]) -> float:
        return operation(*[new if vary else old for new, old, vary in zip(point, fixed, varies, strict=True)])

    def drawn(interval: tuple[float, float]) -> list[float]:
        return [source.choice(interval_points(source, within(interval, known.defined), 8)) for _ in fixed]

    for pieces, sign in ((known.convex, 1), (known.concave, -1)):
        for piece in pieces:
            for _ in range(12):
                first, second = drawn(piece), drawn(piece)
                values = [value(point) for point in (first, [(a + b) / 2 for a, b in zip(first, second, strict=True)], second)]
                if all(map(math.isfinite, values)):
                    slack = 1e-9 * (1 + sum(map(abs, values)))
                    assert sign * (values[0] + values[2] - 2 * values[1]) >= -slack, (first, second, fixed)
    for pieces, sign in ((known.rises, 1), (known.falls, -1)):
        for piece in pieces:
            for at in [at for at, vary in enumerate(varies) if vary]:
                first = drawn(within((-5.0, 5.0), known.defined))
                low, high = sorted(interval_points(source, within(piece, known.defined), 8)[:2])
                below, above = (value([*first[:at], end, *first[at + 1 :]]) for end in (low, high))
                if math.isfinite(below) and math.isfinite(above):
                    assert sign * (above - below) >= -1e-9 * (1 + abs(above)), (first, low, high, fixed)
    if known.degree is not None:
        point = [source.uniform(-2, 2) for _ in fixed]
        scaled = operation(*[2 * new if vary else old for new, old, vary in zip(point, fixed, varies, strict=True)])
        if all(varies) or (0 not in (fixed[at] for at, vary in enumerate(varies) if not vary) and operation.symbol):
            assert same(scaled, 2.0**known.degree * value(point), 1e-9, 1e-9)


def within(interval: tuple[float, float], bounds: tuple[float, float]) -> tuple[float, float]:
    low, high = max(interval[0], bounds[0]), min(interval[1], bounds[1])
    return (low, high) if low < high else bounds


@every_operation
def test_values_between_corners_and_choices(operation: Operation) -> None:
    """``image`` takes both as bounds, and never leaves a value out, whatever is declared."""
    source = random.Random(operation.name)
    for turn in range(30):
        box = [
            sorted([source.uniform(-4, 4) if turn % 2 else source.uniform(*one) for _ in range(2)]) for one in operation.samples
        ]
        low, high = image(operation, [(a, b) for a, b in box])
        for _ in range(10):
            point = [source.choice((source.uniform(a, b), a, b)) for a, b in box]
            found = operation(*point)
            slack = 1e-9 * (1 + abs(found))
            assert not math.isfinite(found) or low - slack <= found <= high + slack, (point, low, high)
    if operation.facts.twice:
        other = OPERATIONS[operation.facts.twice]
        assert all(operation(x, x) == other(x) for x in (-2.5, 0.0, 3.0))


# ---- operations on arrays ----


def calls(operation: Structural) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """The calls of ``structural_cases.py``, on random elements; of whole numbers the first ones."""
    source = numpy.random.default_rng(7)
    for name, operands, settings, _ in CASES:
        if name == operation.name:
            shapes = [given if isinstance(given, tuple) else numpy.shape(given) for given in operands]
            whole = operation.whole(*shapes)
            yield (
                [numpy.zeros(shape) if at in whole else source.normal(size=shape) for at, shape in enumerate(shapes)],
                operation.complete(settings),
            )


def value(operation: Structural, operands: list[Any], settings: dict[str, Any]) -> Any:
    """The value of a call; None where it has none."""
    try:
        return operation(*operands, **settings)
    except (ShapeError, GradcliError):
        return None


@every_structural
def test_what_moves_moves(operation: Structural) -> None:
    if not operation.facts.moves:
        return
    for operands, settings in calls(operation):
        result = value(operation, operands, settings)
        if result is not None:
            given = numpy.concatenate([numpy.ravel(operand) for operand in operands]) if operands else numpy.zeros(0)
            constants = [number for number in settings.values() if isinstance(number, int | float)]
            assert numpy.isin(numpy.ravel(result), [*given, *constants, 0.0, 1.0]).all()


@every_structural
def test_linear_operations_on_arrays(operation: Structural) -> None:
    source = numpy.random.default_rng(8)
    for group in operation.facts.linear:
        for operands, settings in calls(operation):
            if settings.get("value") or settings.get("fill"):
                continue
            together = set(range(len(operands))) if operation.variadic else group
            whole = operation.whole(*map(numpy.shape, operands))
            others = [
                source.normal(size=numpy.shape(one)) if at in together - {*whole} else one for at, one in enumerate(operands)
            ]
            mixed = [a + 0.7 * b if at in together else a for at, (a, b) in enumerate(zip(operands, others, strict=True))]
            values = [value(operation, list(given), settings) for given in (operands, others, mixed)]
            if all(one is not None and numpy.isfinite(one).all() for one in values):
                numpy.testing.assert_allclose(values[2], values[0] + 0.7 * values[1], rtol=1e-9, atol=1e-9)


@every_structural
def test_range_and_result_of_operations_on_arrays(operation: Structural) -> None:
    low, high = operation.facts.range
    for operands, settings in calls(operation):
        result = value(operation, operands, settings)
        if result is not None and numpy.isfinite(result).all():
            assert (low <= numpy.asarray(result)).all()
            assert (numpy.asarray(result) <= high).all()
        counted = value(operation, [numpy.round(operand) for operand in operands], settings)
        if counted is not None and operation.facts.result in (COUNT, WHOLE) and numpy.isfinite(counted).all():
            assert (counted == numpy.round(counted)).all()


@pytest.mark.parametrize("operation", [one for one in OPERATIONS.values() if one.facts.steady], ids=lambda one: one.name)
def test_steady_rules_have_the_values_of_the_plain_ones(operation: Operation) -> None:
    """The second derivatives that they are for are compared with mpmath's where those of all operations are."""
    assert len(operation.facts.steady) == len([rule for rule in operation.partials if rule is not None])
    wanted = tuple(operation.carries(at) for at in range(len(operation.parameters)))
    for x in (-800.0, -40.0, -1.0, 0.0, 1.0, 40.0, 800.0):
        required = len(operation.parameters) - len(operation.defaults)
        arguments = (x, *(0.5,) * (required - 1), *operation.defaults)
        y = operation(*arguments)
        plain, steady = (operation.derivatives(wanted, again=again)(y, arguments) for again in (False, True))
        assert plain[0] == steady[0]
        assert list(steady[1]) == pytest.approx(list(plain[1]), rel=1e-12)


@every_structural
def test_views_share_memory_and_reshapes_keep_the_order(operation: Structural) -> None:
    if not operation.facts.view and not operation.facts.reshapes:
        return
    for operands, settings in calls(operation):
        array = numpy.asarray(operands[0])
        result = operation.forward(numpy, array, **operation.complete(settings))
        takes_places = any(isinstance(entry, tuple) and entry[0] == "list" for entry in settings.get("index") or ())
        if array.size and result.ndim and not takes_places:
            assert numpy.shares_memory(result, array)
        if operation.facts.reshapes:
            assert numpy.array_equal(result.ravel(), array.ravel())


@every_structural
def test_definitions_of_operations_on_arrays(operation: Structural) -> None:
    if operation.definition is None:
        return
    for operands, settings in calls(operation):
        value = operation(*operands, **settings)
        if all(map(numpy.size, operands)) and numpy.all(numpy.isfinite(value)):
            assert numpy.allclose(value, operation.definition(*operands, **operation.complete(settings)), 1e-9, 1e-9), settings


@every_operation
def test_roots_and_steps(operation: Operation) -> None:
    facts = operation.facts
    for x in (-1.7, -0.4, 0.3, 2.6):
        if facts.odd_root is not None:
            others = [3] * (len(operation.parameters) - 1)
            assert operation(x**3, *others) == pytest.approx(x, 1e-12)
            assert facts.odd_root(*others) == 3
        if facts.step is not None:
            assert operation(x + 1) == pytest.approx(facts.step(x) * operation(x), 1e-12)


@every_operation
def test_powers_bases_and_half_turns(operation: Operation) -> None:
    facts = operation.facts
    if facts.power is None and not facts.base and not facts.half_turn:
        return
    for (x,) in points(operation):
        if facts.power is not None and x > 0:
            assert operation(x) == pytest.approx(x**facts.power)
        if facts.base:
            assert operation(x) == pytest.approx({"e": math.e, "2": 2.0}[facts.base] ** x)
        if facts.half_turn:
            assert operation(x + math.pi) == pytest.approx(facts.half_turn * operation(x), 1e-9, 1e-9)


@every_structural
def test_degrees_multilinear_operations_and_arrays_of_settings(operation: Structural) -> None:
    facts = operation.facts
    for operands, settings in calls(operation):
        result = value(operation, operands, settings)
        if result is None or not numpy.isfinite(result).all():
            continue
        if facts.rational:
            assert not operands
            assert (8 * result == numpy.round(8 * result)).all()
        if facts.degree is not None and settings.get("ord") != 0:
            factor = (2.5 if facts.nonnegative else -2.5) ** facts.degree(numpy.shape(operands[0]))
            scaled = operation(numpy.asarray(operands[0]) * -2.5, *operands[1:], **settings)
            numpy.testing.assert_allclose(scaled, factor * result, rtol=1e-9)
        if facts.multilinear:
            first = numpy.asarray(operands[0])
            doubled = numpy.where(numpy.arange(first.size).reshape(first.shape) == first.size // 2, 2 * first, first)
            found = operation(doubled, **settings)
            assert (numpy.isclose(found, result) | numpy.isclose(found, 2 * result)).all()


@every_structural
def test_courses_of_operations_on_arrays(operation: Structural) -> None:
    """In the first operand, or in all where there are several; what moves elements and is linear rises."""
    source = numpy.random.default_rng(5)
    for operands, settings in calls(operation):
        known = settings_course(operation, settings)
        whole = operation.whole(*map(numpy.shape, operands))
        rising = (operation.facts.moves and operation.facts.linear) or (known is not None and known.rises)
        others = [one if at in whole else source.normal(size=numpy.shape(one)) for at, one in enumerate(operands)]
        steps = [numpy.zeros(numpy.shape(one)) if at in whole else abs(a - b) for at, (one, a, b) in enumerate(
            zip(operands, operands, others, strict=True)
        )]  # fmt: skip
        points = [operands, [(a + b) / 2 for a, b in zip(operands, others, strict=True)], others]
        upper = value(operation, [a + step for a, step in zip(operands, steps, strict=True)], settings)
        values = [value(operation, list(point), settings) for point in points]
        if any(one is None or not numpy.isfinite(one).all() for one in (*values, upper)):
            continue
        first, middle, second = values
        for pieces, sign in ((known.convex, 1), (known.concave, -1)) if known else ():
            if pieces:
                assert numpy.all(sign * (first + second - 2 * middle) >= -1e-9), settings
        if rising:
            assert numpy.all(upper - first >= -1e-9), settings
        if known is not None and known.falls:
            assert numpy.all(upper - first <= 1e-9), settings


def test_operations_without_a_value_somewhere_say_so() -> None:
    """They have none, or none that is finite, for zeros and no epsilon."""
    for operation in STRUCTURAL.values():
        if not operation.facts.total:
            operands, settings = next(calls(operation))
            zeros = [numpy.zeros(numpy.shape(one)) for one in operands]
            found = value(operation, zeros, {**settings, **({"eps": 0.0} if "eps" in settings else {})})
            assert found is None or not numpy.isfinite(found).all(), operation.name
