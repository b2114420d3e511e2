"""Every operation at its special points and close to them: value, first and second derivative; and the second one far out.

What is right comes from mpmath, at as many digits as it takes to stand 1e-12 beside a point: derivatives of the definition. At a
kink the derivative is one of those of its sides, or between them, or 0; what PyTorch has there is measured: see test_kinks.py.
Beside a point, a derivative is right if it is that of arguments a few units in the last place away.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import pytest
from definitions import definition_of
from mpmath import mp, mpf
from support import run, same

from gradcli.autodiff.passes.jacobian import hessian
from gradcli.autodiff.runs.program_run import record
from gradcli.language.parser import parse
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import END, JUMP, KINK, POLE, REMOVABLE, Special
from gradcli.ops.declaration.operation import EVERYWHERE, NotDifferentiableError, Operation

DISTANCES = (1.5e-12, 1e-9, 1e-6, 1e-3)
"""PyTorch's cross entropy divides by 1e-12 at least."""

DIGITS = 80
ULPS = 2.0**-50

FAR_OUT = [sign * size for size in (1.3, 10.25, 19.75, 40.25, 100.25) for sign in (1, -1)]
TAIL_DIGITS, LEAST = 110, 1e-95
"""What stands 1e-87 beside 1, as tanh(100), is seen."""

FARTHER, MORE_DIGITS, LEAST_OF_ALL = (700.25, -700.25), 330, 1e-300

SPECIALS = [(operation, special) for operation in OPERATIONS.values() for special in operation.facts.specials]
each_special = pytest.mark.parametrize(
    ("operation", "special"), SPECIALS, ids=lambda one: one.name if isinstance(one, Operation) else f"{one.kind} at {one.at}"
)


def moving(operation: Operation, point: tuple[float, ...]) -> list[int]:
    """The arguments that there is a derivative by."""
    found = []
    for at in range(len(point)):
        try:
            if operation.carries(at):
                operation.local_derivatives(operation(*point), point, [index == at for index in range(len(point))])
                found.append(at)
        except NotDifferentiableError:
            continue
    return found


def beside(point: tuple[float, ...], at: int, distance: float) -> tuple[float, ...]:
    return (*point[:at], point[at] + distance, *point[at + 1 :])


def near(operation: Operation, special: Special) -> Iterator[tuple[float, ...]]:
    """The points beside a special point that are not special themselves: each argument moves alone, to both sides."""
    point = tuple(map(float, special.at))
    for at in moving(operation, point):
        for distance in DISTANCES:
            moved = [beside(point, at, distance), beside(point, at, -distance)]
            yield from [one for one in moved if special.zero(*operation.complete(one)) != 0]


def derivative(
    definition: Callable[..., Any], point: tuple[Any, ...], at: int, order: int, direction: int = 0, digits: int = DIGITS
) -> Any:
    """A derivative by one argument at high precision; nan where there is none that is real."""

    def along(value: Any) -> Any:
        return definition(*[value if index == at else mpf(argument) for index, argument in enumerate(point)])

    with mp.workdps(digits):
        try:
            found = along(mpf(point[at]))
            if order and not (isinstance(found, mp.mpc) and found.imag):
                found = mp.diff(along, mpf(point[at]), order, direction=direction)
        except (ValueError, ZeroDivisionError, TypeError):
            return mp.nan
        return mp.nan if isinstance(found, mp.mpc) and found.imag else mp.re(found)


def found_at(operation: Operation, point: tuple[float, ...], at: int) -> tuple[float, float, float]:
    """Value, first and second derivative as a run has them."""
    names = [f"x{index}" for index in range(len(point))]
    tape = run(f"{operation.name}({', '.join(names)})", dict(zip(names, point, strict=True)), [names[at]])
    first, second = tape.gradient[names[at]], hessian(tape).blocks[names[at]][names[at]]
    assert isinstance(first, float)
    assert isinstance(second, float)
    assert isinstance(tape.value, float)
    return tape.value, first, second


@each_special
def test_beside(operation: Operation, special: Special) -> None:
    definition = definition_of(operation)
    for point in near(operation, special):
        for at in moving(operation, point):
            found = found_at(operation, point, at)
            for order, number in enumerate(found):
                expected = derivative(definition, point, at, order)
                if not mp.isfinite(expected):
                    continue
                slack = 1e-11
                if special.kind == KINK:  # what is small beside it is a difference of the arguments
                    slack += 1e-15 / float(abs(special.zero(*operation.complete(point)))) ** max(order, 1)
                if math.isclose(number, float(expected), rel_tol=1e-9, abs_tol=slack):
                    continue
                for index, argument in enumerate(point):  # how much the number changes with the last digits of an argument
                    for step in (-ULPS, ULPS):
                        moved = derivative(definition, beside(point, index, abs(argument) * step), at, order)
                        slack += float(abs(moved - expected)) if mp.isfinite(moved) else math.inf
                wrong = (point, at, order, number, float(expected))
                assert math.isclose(number, float(expected), rel_tol=1e-9, abs_tol=slack), wrong


OWN = [operation for operation in OPERATIONS.values() if operation.differentiable and not operation.facts.torch]
OWN.remove(OPERATIONS["gelu_tanh"])  # PyTorch's gelu(approximate="tanh")


@pytest.mark.parametrize("operation", OWN, ids=lambda operation: operation.name)
def test_every_digit(operation: Operation) -> None:
    """What PyTorch has is computed as there; the others lose no digits beside special points, far out, and at their samples."""
    definition = definition_of(operation)
    rows = [point for special in operation.facts.specials for point in near(operation, special)]
    rows += [tuple(share * low + (1 - share) * high for low, high in operation.samples) for share in (0.1, 0.4, 0.7)]
    rows += [(size,) for size in (*FAR_OUT, *FARTHER, 716.5, -716.5) if len(operation.samples) == 1]
    for point in rows:
        expected = derivative(definition, point, 0, 0, digits=MORE_DIGITS)
        if mp.isfinite(expected) and abs(expected) < mpf(2) ** 1023:
            value, unit = operation(*point), math.ulp(float(expected))
            assert abs(mpf(value) - expected) <= 16 * unit, (point, value, float(expected))


@each_special
def test_at_the_point(operation: Operation, special: Special) -> None:
    """The kinds: smooth; two slopes, of which the derivative is one, or between, or 0; no slope, where it says nothing wrong."""
    definition = definition_of(operation)
    point = tuple(map(float, special.at))
    for at in moving(operation, point):
        value, first, second = found_at(operation, point, at)
        if special.kind == REMOVABLE:
            expected = [float(derivative(definition, point, at, order)) for order in range(3)]
            assert same(value, expected[0], 1e-12)
            assert same(first, expected[1], 1e-12, 1e-14)
            assert same(second, expected[2], 1e-9, 1e-11) or (math.isnan(expected[2]) or abs(expected[2]) > 1e10)
        else:
            sides = [
                float(slope)
                for distance in (-1e-30, 1e-30)
                if mp.isfinite(slope := derivative(definition, exactly_beside(point, at, distance), at, 1))
            ]
            if not sides:
                continue
            low, high = min(sides), max(sides)
            assert not math.isfinite(first) or min(low, 0) - 1e-9 <= first <= max(high, 0) + 1e-9, (first, sides)
            assert special.kind != KINK or math.isfinite(value)


def exactly_beside(point: tuple[float, ...], at: int, distance: float) -> tuple[Any, ...]:
    with mp.workdps(DIGITS):
        return (*point[:at], mpf(point[at]) + mpf(distance), *point[at + 1 :])


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_special_points_are_declared(operation: Operation) -> None:
    """An operation that is not smooth everywhere says where; what is 0 at a special point is 0 at the one that is named."""
    chooses = None in operation.partials  # by an argument that carries no gradient
    assert operation.domain == EVERYWHERE or operation.facts.specials or not operation.differentiable or chooses
    for special in operation.facts.specials:
        assert special.kind in (KINK, JUMP, REMOVABLE, END, POLE)
        assert len(special.at) >= operation.required
        assert abs(special.zero(*operation.complete(special.at))) < 1e-9


@pytest.mark.parametrize("text", ["norm(x0, x1)", "hypot(x0, x1)"])
def test_a_length_has_no_second_derivative_at_0(text: str) -> None:
    """PyTorch 2.13.0 has nan for lengths."""
    blocks = hessian(run(text, {"x0": 0.0, "x1": 0.0})).blocks
    assert all(math.isnan(number) for row in blocks.values() for number in row.values() if isinstance(number, float))


@pytest.mark.parametrize("text", ["norm(v)", "dist(v, [0, 0])"])
def test_a_length_of_an_array_has_no_second_derivative_at_0(text: str) -> None:
    tape = record(parse(text), {"v": numpy.zeros(2)})
    assert numpy.isnan(hessian(tape).blocks["v"]["v"]).all()


@pytest.mark.parametrize("text", ["std(v)", "std(v[0], v[1])", "std([v[0], v[0]])", "std(v)*v[1]"])
def test_a_deviation_of_equal_numbers_has_a_second_derivative_of_0(text: str) -> None:
    """PyTorch 2.13.0 masks the derivative there."""
    assert not hessian(record(parse(text), {"v": numpy.ones(2)})).blocks["v"]["v"].any()


@pytest.mark.parametrize("operation", [one for one in OPERATIONS.values() if one.differentiable], ids=lambda one: one.name)
def test_second_derivatives_keep_their_digits_far_out(operation: Operation) -> None:
    """Where functions are flat or straight the digits are mpmath's; first derivatives are PyTorch's: 1 - tanh(20)^2 is 0.

    Statistics of several arguments are sums and differences of them, and right to the rounding of those.
    """
    definition = definition_of(operation)
    middles = [(low + high) / 2 for low, high in operation.samples] if not operation.variadic else [0.5, 0.6]
    places = [(x, TAIL_DIGITS, LEAST) for x in FAR_OUT]
    if operation.facts.tails or operation.facts.steady:
        places += [(x, MORE_DIGITS, LEAST_OF_ALL) for x in FARTHER]
    for at, (x, digits, least) in itertools.product(range(len(middles)), places):
        point = (*middles[:at], x, *middles[at + 1 :])
        if at not in moving(operation, point) or any(one.zero(*point) == 0 for one in operation.facts.specials):
            continue
        value, _, second = found_at(operation, point, at)
        expected = float(derivative(definition, point, at, 2, digits=digits)) if not math.isnan(value) else math.nan
        slack = 1e-14 if operation.variadic else least
        assert not math.isfinite(expected) or math.isclose(second, expected, rel_tol=1e-8, abs_tol=slack), (point, expected)
