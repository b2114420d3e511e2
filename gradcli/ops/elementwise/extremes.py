"""Minimum, maximum and clamping. PyTorch shares the gradient among equal arguments."""

from __future__ import annotations

import math

from gradcli.ops.declaration import ieee, on_arrays
from gradcli.ops.declaration.facts import KINK, SAME, special
from gradcli.ops.declaration.operation import operation
from gradcli.ops.elementwise.logic import both, eq, ge, gt, le, lt, ne, where
from gradcli.typing import Any

LOW = (-2.0, -0.5)
HIGH = (0.5, 2.0)

LARGEST = 1.7976931348623157e308
"""The largest float64."""

maximum = operation(
    "maximum(a, b)",
    ieee.largest,
    exact=lambda *xs: max(xs),
    partials=(
        lambda y, a, b: where(eq(a, b), 0.5, where(lt(a, b), 0, 1)),
        lambda y, a, b: where(eq(a, b), 0.5, where(gt(a, b), 0, 1)),
    ),
    spellings=("max",),
    latex=r"\max\left({0}, {1}\right)",
    javascript="Math.max({0}, {1})",
    array="maximum",
    domain="a ≠ b",
    samples=(LOW, HIGH),
    precise=ieee.largest,
    result=SAME,
    masks="a b",
    specials=(special(KINK, lambda a, b: a - b, 1, 1),),
    torch="maximum: torch Tensor; max: torch Tensor",
    tensorflow="maximum Maximum: tf",
    sympy="Max",
    course="convex rises",
    chooses="a b",
    doc="The larger of two numbers; equal ones share the gradient.",
)
minimum = operation(
    "minimum(a, b)",
    ieee.smallest,
    exact=lambda *xs: min(xs),
    partials=(
        lambda y, a, b: where(eq(a, b), 0.5, where(gt(a, b), 0, 1)),
        lambda y, a, b: where(eq(a, b), 0.5, where(lt(a, b), 0, 1)),
    ),
    spellings=("min",),
    latex=r"\min\left({0}, {1}\right)",
    javascript="Math.min({0}, {1})",
    array="minimum",
    domain="a ≠ b",
    samples=(LOW, HIGH),
    precise=ieee.smallest,
    result=SAME,
    masks="a b",
    specials=(special(KINK, lambda a, b: a - b, 1, 1),),
    torch="minimum: torch Tensor; min: torch Tensor",
    tensorflow="minimum Minimum: tf",
    sympy="Min",
    course="concave rises",
    chooses="a b",
    doc="The smaller of two numbers; equal ones share the gradient.",
)


def shares(y: Any, *arguments: Any) -> list[Any]:
    """1/k for each of the k arguments that equal the result, 0 for the others."""
    equal = [eq(argument, y) for argument in arguments]
    ties = equal[0]
    for tie in equal[1:]:
        ties = ties + tie
    return [where(tie, 1 / ties, 0) for tie in equal]


max_ = operation(
    "max(x, ...)",
    ieee.largest,
    (shares,),
    exact=lambda *xs: max(xs),
    grad_fn="MaxBackward1(StackBackward0(*))",
    javascript="Math.max({*})",
    array=on_arrays.folded("maximum"),
    domain="one largest argument",
    samples=(LOW, (-0.3, 0.3), HIGH),
    precise=ieee.largest,
    result=SAME,
    masks="x",
    specials=(special(KINK, lambda a, b: a - b, 1, 1),),
    torch="max: torch Tensor",
    sympy="Max",
    course="convex rises",
    chooses="x",
    doc="The largest of any number of arguments; equal ones share the gradient.",
)
min_ = operation(
    "min(x, ...)",
    ieee.smallest,
    (shares,),
    exact=lambda *xs: min(xs),
    grad_fn="MinBackward1(StackBackward0(*))",
    javascript="Math.min({*})",
    array=on_arrays.folded("minimum"),
    domain="one smallest argument",
    samples=(LOW, (-0.3, 0.3), HIGH),
    precise=ieee.smallest,
    result=SAME,
    masks="x",
    specials=(special(KINK, lambda a, b: a - b, 1, 1),),
    torch="min: torch Tensor",
    sympy="Min",
    course="concave rises",
    chooses="x",
    doc="The smallest of any number of arguments; equal ones share the gradient.",
)
fmax = operation(
    "fmax(a, b)",
    lambda a, b: a if a >= b or b != b else b,
    (
        lambda y, a, b: where(ge(a, b), 1, where(ne(b, b), 1, 0)),
        lambda y, a, b: where(ge(a, b), 0, where(ne(b, b), 0, 1)),
    ),
    array="fmax",
    domain="a ≠ b",
    samples=(LOW, HIGH),
    definition=lambda a, b: where(ne(a, a), b, where(ne(b, b), a, maximum(a, b))),
    result=SAME,
    masks="a b",
    specials=(special(KINK, lambda a, b: a - b, 1, 1),),
    torch="fmax: torch Tensor",
    course="convex rises",
    chooses="a b",
    skips_nan=True,
    doc="The larger of two numbers; one that is not nan, if any.",
)
fmin = operation(
    "fmin(a, b)",
    lambda a, b: a if a <= b or b != b else b,
    (
        lambda y, a, b: where(le(a, b), 1, where(ne(b, b), 1, 0)),
        lambda y, a, b: where(le(a, b), 0, where(ne(b, b), 0, 1)),
    ),
    array="fmin",
    domain="a ≠ b",
    samples=(LOW, HIGH),
    definition=lambda a, b: where(ne(a, a), b, where(ne(b, b), a, minimum(a, b))),
    result=SAME,
    masks="a b",
    specials=(special(KINK, lambda a, b: a - b, 1, 1),),
    torch="fmin: torch Tensor",
    course="concave rises",
    chooses="a b",
    skips_nan=True,
    doc="The smaller of two numbers; one that is not nan, if any.",
)
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
    tensorflow="clip_by_value clip_by_value: tf",
    sympy="Min(Max({0}, {1}), {2})",
    course=lambda x, low, high: f"rises; convex to {high[0]}; concave from {low[1]}" if low and high else "rises",
    doc="x between two bounds; at a bound the derivative is 1.",
)
clamp_min = operation(
    "clamp_min(x, min)",
    ieee.largest,
    (lambda y, x, low: where(ge(x, low), 1, 0), lambda y, x, low: where(lt(x, low), 1, 0)),
    grad_fn={"tt": "ClampMinBackward1(0, 1)", "tn": "ClampMinBackward0(0)"},
    array="maximum",
    domain="x ≠ min",
    samples=(HIGH, LOW),
    definition=lambda x, low: maximum(x, low),
    result=SAME,
    masks="x min",
    specials=(special(KINK, lambda x, low: x - low, 1, 1),),
    torch="clamp_min: torch Tensor",
    course="convex rises",
    chooses="x min",
    doc="x, or the bound where x is below it.",
)
clamp_max = operation(
    "clamp_max(x, max)",
    ieee.smallest,
    (lambda y, x, high: where(le(x, high), 1, 0), lambda y, x, high: where(gt(x, high), 1, 0)),
    grad_fn={"tt": "ClampMaxBackward1(0, 1)", "tn": "ClampMaxBackward0(0)"},
    array="minimum",
    domain="x ≠ max",
    samples=(LOW, HIGH),
    definition=lambda x, high: minimum(x, high),
    result=SAME,
    masks="x max",
    specials=(special(KINK, lambda x, high: x - high, 1, 1),),
    torch="clamp_max: torch Tensor",
    course="concave rises",
    chooses="x max",
    doc="x, or the bound where x is above it.",
)
nan_to_num = operation(
    "nan_to_num(x)",
    lambda x: 0.0 if x != x else min(max(x, -LARGEST), LARGEST),
    (lambda y, x: where(both(gt(x, -math.inf), lt(x, math.inf)), 1, 0),),
    array="nan_to_num",
    definition=lambda x: where(ne(x, x), 0, clamp(x, -LARGEST, LARGEST)),
    result=SAME,
    torch="nan_to_num: torch Tensor",
    doc="x, with 0 for nan and the largest float for infinity.",
)
