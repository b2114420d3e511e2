"""Minimum, maximum and clamping. PyTorch shares the gradient among equal arguments."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from gradcli.ops.declaration import ieee, on_arrays
from gradcli.ops.declaration.facts import KINK, SAME, special
from gradcli.ops.declaration.operation import Intervals, Operation, operation
from gradcli.ops.elementwise.logic import both, either, eq, ge, gt, le, lt, ne, where
from gradcli.typing import Any

Value = Callable[..., Any]

LOW = (-2.0, -0.5)
HIGH = (0.5, 2.0)

LARGEST = 1.7976931348623157e308
"""The largest float64."""


def _of_two(name: str, value: Value, exact: Value, loses: Operation, wins: Operation, bends: str, doc: str) -> Operation:
    """The larger or the smaller one of two numbers."""
    short = name[:3]
    return operation(
        f"{name}(a, b)",
        value,
        (
            lambda y, a, b: where(eq(a, b), 0.5, where(loses(a, b), 0, 1)),
            lambda y, a, b: where(eq(a, b), 0.5, where(wins(a, b), 0, 1)),
        ),
        exact=exact,
        spellings=(short,),
        latex=rf"\{short}\left({{0}}, {{1}}\right)",
        javascript=f"Math.{short}({{0}}, {{1}})",
        array=name,
        domain="a ≠ b",
        samples=(LOW, HIGH),
        precise=value,
        result=SAME,
        masks="a b",
        specials=(special(KINK, lambda a, b: a - b, 1, 1),),
        torch=f"{name}: torch Tensor; {short}: torch Tensor",
        tensorflow=f"{name} {name.title()}: tf",
        sympy=short.title(),
        course=f"{bends} rises",
        chooses="a b",
        doc=doc,
    )


maximum = _of_two("maximum", ieee.largest, max, lt, gt, "convex", "The larger of two numbers; equal ones share the gradient.")
minimum = _of_two("minimum", ieee.smallest, min, gt, lt, "concave", "The smaller of two numbers; equal ones share the gradient.")


def is_result(argument: Any, y: Any) -> Any:
    """Whether an argument is the result; of a result that is nan each nan is."""
    return either(eq(argument, y), both(ne(argument, argument), ne(y, y)))


def shares(y: Any, *arguments: Any) -> list[Any]:
    """1/k for each of the k arguments that are the result, 0 for the others."""
    hits = [is_result(argument, y) for argument in arguments]
    return [where(hit, 1 / sum(hits[1:], hits[0]), 0) for hit in hits]


def _evenly(y: Any, *arguments: Any) -> list[Any]:
    """As ``shares``, but where the result is nan no argument equals it, and the derivative is nan, as in PyTorch."""
    hits = [eq(argument, y) for argument in arguments]
    return [hit / sum(hits[1:], hits[0]) for hit in hits]


def extreme(name: str, which: str, samples: Intervals, doc: str, *, masks: str = "") -> Operation:
    """The largest or the smallest one of any number of arguments: ``which`` is ``max`` or ``min``."""
    largest = which == "max"
    value = ieee.largest if largest else ieee.smallest
    return operation(
        f"{name}(x, ...)",
        value,
        (shares if masks else _evenly,),
        exact=lambda *xs: max(xs) if largest else min(xs),
        grad_fn=f"{name.title()}Backward{int(name == which)}(StackBackward0(*))",
        javascript=f"Math.{which}({{*}})",
        array=on_arrays.folded(f"{which}imum"),
        domain=f"one {'largest' if largest else 'smallest'} argument",
        samples=samples,
        precise=value,
        result=SAME,
        masks=masks,
        specials=(special(KINK, lambda a, b: a - b, 1, 1),),
        torch=f"{name}: torch Tensor",
        sympy=which.title(),
        course=f"{'convex' if largest else 'concave'} rises",
        chooses="x",
        doc=doc,
    )


_AMONG = (LOW, (-0.3, 0.3), HIGH)

extreme("max", "max", _AMONG, "The largest of any number of arguments; equal ones share the gradient.", masks="x")
extreme("min", "min", _AMONG, "The smallest of any number of arguments; equal ones share the gradient.", masks="x")


def _of_numbers(name: str, wins: Operation, test: Value, ordinary: Operation, bends: str, doc: str) -> Operation:
    """The larger or the smaller one of two numbers, where nan is no number."""
    return operation(
        f"{name}(a, b)",
        lambda a, b: a if test(a, b) or b != b else b,
        (
            lambda y, a, b: where(wins(a, b), 1, where(ne(b, b), 1, 0)),
            lambda y, a, b: where(wins(a, b), 0, where(ne(b, b), 0, 1)),
        ),
        array=name,
        domain="a ≠ b",
        samples=(LOW, HIGH),
        definition=lambda a, b: where(ne(a, a), b, where(ne(b, b), a, ordinary(a, b))),
        result=SAME,
        masks="a b",
        specials=(special(KINK, lambda a, b: a - b, 1, 1),),
        torch=f"{name}: torch Tensor",
        course=f"{bends} rises",
        chooses="a b",
        skips_nan=True,
        doc=doc,
    )


fmax = _of_numbers("fmax", ge, operator.ge, maximum, "convex", "The larger of two numbers; one that is not nan, if any.")
fmin = _of_numbers("fmin", le, operator.le, minimum, "concave", "The smaller of two numbers; one that is not nan, if any.")
clamp = operation(
    "clamp(x, min=-inf, max=inf)",
    lambda x, low, high: ieee.smallest(ieee.largest(x, low), high),
    (
        lambda y, x, low, high: where(both(ge(x, low), le(x, high)), 1, 0),
        lambda y, x, low, high: where(both(lt(x, low), lt(low, high)), 1, 0),
        lambda y, x, low, high: where(both(gt(x, high), le(low, high)), 1, where(gt(low, high), 1, 0)),
    ),
    spellings=("clip",),
    grad_fn={
        "": "ClampBackward1(0)",
        **dict.fromkeys(("tt", "nt"), "ClampBackward0(0, 1, None)"),
        **dict.fromkeys(("ttt", "ttn", "tnt", "ntt", "ntn", "nnt"), "ClampBackward0(0, 1, 2)"),
    },
    array="clip",
    domain="x ≠ min, x ≠ max",
    samples=((-0.4, 0.4), LOW, HIGH),
    definition=lambda x, low, high: minimum(maximum(x, low), high),
    result=SAME,
    masks="x min max",
    specials=(
        special(KINK, lambda x, low, high: x - low, -1, -1, 2),
        special(KINK, lambda x, low, high: x - high, 2, -1, 2),
    ),
    torch="clamp: torch Tensor; clip: torch Tensor",
    tensorflow="clip_by_value(t, clip_value_min, clip_value_max) clip_by_value: tf",
    sympy="Min(Max({0}, {1}), {2})",
    course=lambda x, low, high: f"rises; convex to {high[0]}; concave from {low[1]}" if low and high else "rises",
    doc="x between two bounds; at a bound the derivative is 1.",
)


def _bounded(bound: str, value: Value, ordinary: Operation, inside: Operation, outside: Operation, doc: str) -> Operation:
    """A number with a bound on one side."""
    title, samples = f"Clamp{bound.title()}Backward", (HIGH, LOW) if bound == "min" else (LOW, HIGH)
    return operation(
        f"clamp_{bound}(x, {bound})",
        value,
        (lambda y, x, end: where(inside(x, end), 1, 0), lambda y, x, end: where(outside(x, end), 1, 0)),
        grad_fn={"tt": f"{title}1(0, 1)", "tn": f"{title}0(0)"},
        array=ordinary.name,
        domain=f"x ≠ {bound}",
        samples=samples,
        definition=lambda x, end: ordinary(x, end),
        result=SAME,
        masks=f"x {bound}",
        specials=(special(KINK, lambda x, end: x - end, 1, 1),),
        torch=f"clamp_{bound}: torch Tensor",
        course=ordinary.known["course"],
        chooses=f"x {bound}",
        doc=doc,
    )


clamp_min = _bounded("min", ieee.largest, maximum, ge, lt, "x, or the bound where x is below it.")
clamp_max = _bounded("max", ieee.smallest, minimum, le, gt, "x, or the bound where x is above it.")
nan_to_num = operation(
    "nan_to_num(x)",
    lambda x: 0.0 if x != x else min(max(x, -LARGEST), LARGEST),
    (lambda y, x: where(both(gt(x, -math.inf), lt(x, math.inf)), 1, 0),),
    array="nan_to_num",
    definition=lambda x: where(ne(x, x), 0, clamp(x, -LARGEST, LARGEST)),
    result=SAME,
    torch="nan_to_num: torch Tensor",
    course="rises",
    doc="x, with 0 for nan and the largest float for infinity.",
)
