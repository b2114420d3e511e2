"""Somebody else's gradient, held against the one that was checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy

from gradcli.analysis.verification.judge import is_of_numbers, judged, value_of
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import recorded
from gradcli.errors import GradcliError, UnknownVariableError, located
from gradcli.frozen import Frozen
from gradcli.language.numbers import short_text
from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.ops.declaration.structural import shape_of
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.words import feedback
from gradcli.typing import Any

_TOLD = 4
"""How much is told of where an expression parts from the derivative: all, since its value stands beside."""

Slopes = Mapping[tuple[str, tuple[int, ...]], tuple[float, float]]
"""The slopes on both sides of a kink, by the name of a variable and the place of an element."""

_LAST_DIGITS = 4 * 2.0**-52


class Stated(Frozen):
    """A derivative that somebody gives.

    Attributes:
        name: The variable, or the element.
        value: What is given for it; of an array the element that is furthest off.
        right: The derivative.
        agrees: Whether they agree.
        reasons: Where they part, as far as the graph tells.
    """

    name: str
    value: float
    right: float
    agrees: bool
    reasons: Sequence[str]


def held_against(
    tapes: Sequence[Tape],
    given: Mapping[str, Any],
    text: str,
    tolerance: float,
    beside: Sequence[Tape] = (),
    exact: Sequence[Mapping[str, Any]] = (),
    slopes: Sequence[Slopes] = (),
) -> list[Stated]:
    """Derivatives that somebody gives, each beside the right one at the first point where they part, or else at the first.

    Args:
        tapes: The runs, whose gradients were checked.
        exact: The gradient of each where it is known better than by the run: numbers are held against that. An expression loses
            digits as the run does, so it may agree with either.
        slopes: For each run the slopes on both sides where it is at a kink: what is between them is right.
        beside: Runs at points beside that of the only one, at which an expression of the variables has to hold as well.
        given: For each variable the text of an expression, or for one run a number, or an array of its shape.
        text: The source text of the runs.
        tolerance: How far off they may be, beside the size of the right one.

    Raises:
        GradcliError: A name is none of a variable, an expression cannot be read, a shape is another, or numbers are given for
            several points.
    """
    numbers = [name for name, one in given.items() if not isinstance(one, str)]
    if numbers and len(tapes) > 1:
        raise GradcliError(
            f"--gradient has numbers for {', '.join(numbers)}, which hold at one point", hint="give each variable a value"
        )
    found: dict[str, Stated] = {}
    formulas = {name for name, one in given.items() if beside and isinstance(one, str) and free_names(parse(one))}
    for at, tape in enumerate((*tapes, *beside)):
        further = at >= len(tapes)
        left = {name: one for name, one in given.items() if name not in found or found[name].agrees}
        left = {name: one for name, one in left.items() if name in formulas} if further else left
        known = exact[at] if at < len(exact) else {}
        sides = slopes[at] if at < len(slopes) else {}
        for name, stated in _at(tape, left, text, tolerance, known, sides, beside=further, several=len(tapes) > 1).items():
            if name not in found or not stated.agrees:
                found[name] = stated
    return list(found.values())


def _at(
    tape: Tape,
    given: Mapping[str, Any],
    text: str,
    tolerance: float,
    exact: Mapping[str, Any],
    slopes: Slopes,
    *,
    beside: bool,
    several: bool,
) -> dict[str, Stated]:
    """Derivatives that somebody gives for a run, each beside the right one.

    Args:
        tape: The run, whose gradient was checked.
        given: For each variable a number, an array of its shape, or the text of an expression.
        text: The source text of the run.
        tolerance: How far off they may be, beside the size of the right one.
        exact: The derivatives, where they are known better than by the run.
        slopes: The slopes on both sides of kinks.
        beside: Whether the run is beside the point that is asked for.
        several: Whether the run is one of several that are asked for.

    Raises:
        GradcliError: A name is none of a variable, an expression cannot be read, or a shape is another.
    """
    found: dict[str, Stated] = {}
    for name, one in given.items():
        if name not in tape.wrt:
            raise UnknownVariableError(name, list(tape.wrt), f"--gradient {name}: ")
        right: Any = exact.get(name, tape.full_gradient[name])
        value: Any = one
        if isinstance(one, str):
            with located(one, f"--gradient {name}"):
                formula = recorded(parse(one), Request(tape.bindings, (), spare=tape.bindings))
                value = formula.value
        if shape_of(value) != shape_of(right):
            raise GradcliError(
                f"--gradient {name} has the shape {shape_of(value)}, and {name} the shape {shape_of(right)}",
                hint="give it the shape of the variable",
            )
        with quiet():
            off = numpy.where(numpy.equal(value, right), 0.0, numpy.abs(numpy.asarray(value) - right))
        finite = numpy.isfinite(right)
        allowed = numpy.maximum(tolerance * numpy.abs(numpy.where(finite, right, 0.0)), _rounding(tape, name))
        wrong = numpy.where(finite, ~(off <= allowed), ~(numpy.isnan(value) & numpy.isnan(right)) & (off != 0))
        if isinstance(one, str) and free_names(parse(one)):
            own: Any = tape.full_gradient[name]
            with quiet():
                wrong &= ~(
                    numpy.abs(numpy.asarray(value) - own) <= numpy.maximum(tolerance * numpy.abs(own), _rounding(tape, name))
                )
            if wrong.any() and is_of_numbers(formula.graph) and is_of_numbers(tape.graph):  # or the digits of both were lost
                value, right = value_of(formula.graph, tape.bindings), _precise(tape, name, right)
                off = numpy.abs(numpy.asarray(value) - right)
                wrong = ~(off <= tolerance * numpy.abs(right))
        kinks = {element: sides for (other, element), sides in slopes.items() if other == name}
        wrong = numpy.asarray(wrong)  # of one number it is no array any more
        for element, sides in kinks.items():
            wrong[element] &= not min(sides) <= numpy.asarray(value)[element] <= max(sides)
        place = numpy.unravel_index(int(numpy.argmax(numpy.where(wrong, numpy.nan_to_num(off, nan=numpy.inf), -1))), off.shape)
        label = f"{name}[{', '.join(map(str, place))}]" if place else name
        agrees = not wrong.any()
        reasons = [] if agrees or place or kinks else _reasons(tape, name, one, text)
        reasons += [
            _subgradients(*sides, float(numpy.asarray(right)[element])) for element, sides in kinks.items() if element == place
        ]
        if (beside or several) and not agrees:
            at = ", ".join(f"{other} = {short_text(number)}" for other, number in tape.bindings.items())
            reasons = [f"right at the point, wrong beside it: at {at}" if beside else f"they part at {at}", *reasons]
        found[name] = Stated(label, float(numpy.asarray(value)[place]), float(numpy.asarray(right)[place]), agrees, reasons)
    return found


def _subgradients(low: float, high: float, taken: float) -> str:
    bounds = short_text(min(low, high)), short_text(max(low, high))
    if low == high:
        return f"the slope is {bounds[0]} on both sides; PyTorch takes {short_text(taken)}"
    return f"at a kink any number from {bounds[0]} to {bounds[1]} is a subgradient; PyTorch takes {short_text(taken)}"


def _precise(tape: Tape, name: str, otherwise: float) -> float:
    """A derivative at high precision; that of the run where there is none."""
    seeds = {tape.output: tape.adjoints[tape.output] or 0.0}
    adjoint = judged(tape.graph, tape.bindings, seeds, tape.requires_grad).adjoints[tape.graph.variables[name]]
    return otherwise if adjoint is None or type(adjoint) is float else float(adjoint)


def _rounding(tape: Tape, name: str) -> float:
    """What a derivative may be off where it is 0 but for rounding: last digits of the output over the size of the variable."""
    size = float(numpy.max(numpy.abs(numpy.nan_to_num(numpy.asarray(tape.value, float), posinf=0.0, neginf=0.0)), initial=0.0))
    return _LAST_DIGITS * size / max(1.0, float(numpy.max(numpy.abs(tape.bindings[name]), initial=0.0)))


def _reasons(tape: Tape, name: str, given: Any, text: str) -> list[str]:
    """Where a wrong derivative parts from the right one, as grading tells it; nothing where no mistake is known to give it."""
    try:
        one_number = not isinstance(given, str) or not free_names(parse(given))
        marker = Marker(text, name, at={one: float(value) for one, value in tape.bindings.items()} if one_number else None)
        marked = marker.mark(given if isinstance(given, str) else repr(given))
        return list(feedback(marker.question, marked, _TOLD)) if marked.reasons or marked.note else []
    except (GradcliError, TypeError):  # arrays, or a program that is no question
        return []


def numbers_by_name(tape: Tape, numbers: Any) -> dict[str, Any]:
    """Numbers of a file, one for each element of the variables, in the order that the run differentiates by.

    Raises:
        GradcliError: There are fewer or more.
    """
    shapes = {name: tape.graph.shape(tape.graph.variables[name]) for name in tape.wrt}
    sizes = [int(numpy.prod(shape, dtype=int)) for shape in shapes.values()]
    flat = numpy.asarray(numbers, float).ravel()
    if flat.size != sum(sizes):
        raise GradcliError(f"--gradient has {flat.size:,} numbers, and the variables {', '.join(shapes)} have {sum(sizes):,}",
                           hint="give a number for each element, variable by variable, or say --wrt")  # fmt: skip
    parts = numpy.split(flat, numpy.cumsum(sizes)[:-1])
    return {
        name: part.reshape(shape) if shape else float(part[0]) for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }
