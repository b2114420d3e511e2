"""Arithmetic: sums, products, powers, and what leaves a number as it is: a copy, and one at which gradients end.

In every rule ``y`` is the result, so that it is not computed again; the arguments follow under their own names.
"""

from __future__ import annotations

import builtins
import math
import operator

from gradcli.ops.declaration import ieee, on_arrays, rational
from gradcli.ops.declaration.facts import (
    COUNT,
    DECIMALS,
    END,
    EVEN,
    INVERTING,
    JUMP,
    KINK,
    NUMBERS,
    ODD,
    POLE,
    SAME,
    no_kernel,
    special,
)
from gradcli.ops.declaration.operation import Operation, operation
from gradcli.ops.declaration.symbol import divide
from gradcli.ops.elementwise.exponential import log
from gradcli.ops.elementwise.logic import both, eq, ge, gt, lt, where

ANYWHERE = (-2.0, 2.0)
POSITIVE = (0.3, 2.5)

Bounds = tuple[float, float] | None
"""The interval of an argument; None of one that varies."""


def over(a: Bounds) -> str:
    """The course of a/x in x, and of what runs as 1/x does."""
    if a is None or a[0] < 0 < a[1]:
        return ""
    return "convex falls from 0; concave falls to 0" if a[0] >= 0 else "concave rises from 0; convex rises to 0"


def power_course(a: Bounds, b: Bounds) -> str:
    """The course of a^b in one of the two."""
    if a is not None and b is None:
        return "" if a[0] < 0 else "convex rises" if a[0] >= 1 else "convex falls" if a[1] <= 1 else "convex"
    if a is not None or b is None:
        return ""
    low, high = b
    if low == high and builtins.abs(low) >= 2**53:
        return ""  # a float that large does not say whether the exponent is even
    if low != high or not float(low).is_integer():
        start = "defined from 0; " if low == high else ""
        if low >= 1:
            return f"{start}convex rises from 0"
        return start + ("convex falls from 0" if high <= 0 else "concave rises from 0" if low >= 0 and high <= 1 else "")
    exponent = int(low)
    even = exponent % 2 == 0
    if exponent in (0, 1):
        return f"convex concave rises; degree {exponent}"
    if exponent < 0:
        return "convex falls from 0; convex rises to 0" if even else over((1, 1))
    return ("convex; falls to 0; rises from 0" if even else "rises; concave to 0; convex from 0") + f"; degree {exponent}"


add = operation(
    "add(a, b)",
    operator.add,
    (lambda y, a, b: 1, lambda y, a, b: 1),
    exact=operator.add,
    symbol="+",
    grad_fn={"tt": "AddBackward0(0, 1)", "tn": "AddBackward0(0, None)", "nt": "AddBackward0(1, None)"},
    javascript="{0} + {1}",
    array="add",
    precise="fadd",
    result=SAME,
    linear="a b",
    torch="add: torch Tensor",
    tensorflow="add Add: tf",
    neutral=(0, 0),
    course="rises",
    corners=True,
    doc="Sum of two numbers.",
)
sub = operation(
    "sub(a, b)",
    operator.sub,
    (lambda y, a, b: 1, lambda y, a, b: -1),
    exact=operator.sub,
    symbol="-",
    grad_fn={"tt": "SubBackward0(0, 1)", "tn": "SubBackward0(0, None)", "nt": "RsubBackward1(1)"},
    javascript="{0} - {1}",
    array="subtract",
    precise="fsub",
    result=SAME,
    linear="a b",
    torch="sub: torch Tensor; subtract: torch Tensor",
    tensorflow="subtract Sub: tf",
    neutral=(None, 0),
    corners=True,
    doc="Difference of two numbers.",
)
mul = operation(
    "mul(a, b)",
    operator.mul,
    (lambda y, a, b: b, lambda y, a, b: a),
    exact=operator.mul,
    symbol="*",
    grad_fn={"tt": "MulBackward0(0, 1)", "tn": "MulBackward0(0, None)", "nt": "MulBackward0(1, None)"},
    javascript="{0} * {1}",
    array="multiply",
    precise="fmul",
    result=SAME,
    linear="a, b",
    torch="mul: torch Tensor; multiply: torch Tensor",
    tensorflow="multiply Mul: tf",
    neutral=(1, 1),
    absorbing=(0, 0),
    corners=True,
    twice="square",
    doc="Product of two numbers.",
)
div = operation(
    "div(a, b)",
    divide,
    (lambda y, a, b: 1 / b, lambda y, a, b: -(a / b) / b),
    exact=rational.quotient,
    symbol="/",
    grad_fn={
        "tt": "DivBackward0(0, 1)",
        "tn": "DivBackward0(0, None)",
        "nt": "MulBackward0(ReciprocalBackward0(1), None)",
    },
    javascript="{0} / {1}",
    array="divide",
    domain="b ≠ 0",
    samples=(ANYWHERE, POSITIVE),
    precise="fdiv",
    linear="a",
    specials=(special(POLE, lambda a, b: b, 1, 0),),
    torch="div: torch Tensor; divide: torch Tensor; true_divide: torch Tensor",
    tensorflow="divide truediv: tf; truediv truediv: tf; div div: tf",
    neutral=(None, 1),
    absorbing=(0, None),
    corners=True,
    course=lambda a, b: over(a),
    doc="Quotient of two numbers.",
)
neg = operation(
    "neg(a)",
    operator.neg,
    (lambda y, a: -1,),
    exact=operator.neg,
    symbol="-",
    javascript="-{0}",
    array="negative",
    precise="fneg",
    result=SAME,
    linear="a",
    parity=ODD,
    inverse="neg",
    torch="neg: torch Tensor; negative: torch Tensor",
    tensorflow="negative Neg: tf",
    takes=(NUMBERS, f"Negation, the `-` operator, on a bool tensor{INVERTING}"),
    course="falls",
    corners=True,
    doc="The number with the other sign.",
)
pow: Operation = operation(
    "pow(a, b)",
    ieee.power,
    (
        lambda y, a, b: where(eq(b, 0), 0, b * pow(a, b - 1)),
        lambda y, a, b: where(both(eq(a, 0), ge(b, 0)), 0, y * log(a)),
    ),
    exact=rational.power,
    symbol="^",
    spellings=("power",),
    grad_fn={"tt": "PowBackward1(0, 1)", "tn": "PowBackward0(0)", "nt": "PowBackward2(1)"},
    javascript="power({0}, {1})",
    array=on_arrays.power,
    domain="a > 0, or a ≠ 0 and b an integer",
    samples=(POSITIVE, ANYWHERE),
    precise="power",
    result=SAME,
    masks={"a": lambda incoming, derivative, a, b: eq(b, 0)},
    specials=(special(END, lambda a, b: a, 0, 1.5),),
    torch="pow: torch Tensor",
    tensorflow="pow Pow: tf",
    neutral=(None, 1),
    course=power_course,
    doc="Power of a base to an exponent.",
)
square = operation(
    "square(x)",
    lambda x: x * x,
    (lambda y, x: 2 * x,),
    exact=lambda x: x * x,
    grad_fn="PowBackward0",
    latex=r"{0}^{{2}}",
    array="square",
    definition=lambda x: x * x,
    result=COUNT,
    parity=EVEN,
    range=(0, math.inf),
    torch="square: torch Tensor",
    tensorflow="square Square: tf",
    power=2,
    course="convex; degree 2; falls to 0; rises from 0",
    doc="Second power.",
)
reciprocal = operation(
    "reciprocal(x)",
    lambda x: divide(1.0, x),
    (lambda y, x: -y * y,),
    exact=lambda x: rational.quotient(1, x),
    latex=r"\frac{{1}}{{{0}}}",
    array="reciprocal",
    domain="x ≠ 0",
    samples=(POSITIVE,),
    definition=lambda x: 1 / x,
    parity=ODD,
    inverse="reciprocal",
    specials=(special(POLE, lambda x: x, 0),),
    torch="reciprocal: torch Tensor",
    tensorflow="reciprocal Reciprocal: tf",
    power=-1,
    course=over((1, 1)),
    doc="One divided by the number.",
)
abs = operation(
    "abs(x)",
    math.fabs,
    (lambda y, x: sign(x),),
    exact=builtins.abs,
    latex=r"\left|{0}\right|",
    javascript="Math.abs({0})",
    array="absolute",
    domain="x ≠ 0",
    samples=((0.2, 2.0),),
    precise="fabs",
    result=SAME,
    radial=True,
    parity=EVEN,
    range=(0, math.inf),
    specials=(special(KINK, lambda x: x, 0),),
    torch="abs: torch Tensor; absolute: torch Tensor",
    tensorflow="abs Abs: tf",
    sympy="Abs",
    quizzes="abs",
    takes=(NUMBERS, no_kernel("abs_cpu")),
    course="convex; falls to 0; rises from 0",
    doc="Absolute value; at 0 the derivative is 0.",
)
sign: Operation = operation(
    "sign(x)",
    lambda x: float((x > 0) - (x < 0)),
    (lambda y, x: 0,),
    spellings=("sgn",),
    exact=lambda x: (x > 0) - (x < 0),
    javascript="sign({0})",
    array=on_arrays.sign,
    domain="x ≠ 0",
    samples=((0.2, 2.0),),
    definition=lambda x: where(gt(x, 0), 1, where(lt(x, 0), -1, 0)),
    result=SAME,
    masks="x",
    parity=ODD,
    range=(-1, 1),
    specials=(special(JUMP, lambda x: x, 0),),
    torch="sign: torch Tensor; sgn: torch Tensor",
    tensorflow="sign Sign: tf",
    sympy="sign",
    quizzes="signum sign sgn",
    course="rises",
    doc="-1, 0 or 1 by the sign of the number.",
)
lerp = operation(
    "lerp(a, b, weight)",
    lambda a, b, weight: a + weight * (b - a) if math.fabs(weight) < 0.5 else b - (b - a) * (1 - weight),
    (lambda y, a, b, weight: 1 - weight, lambda y, a, b, weight: weight, lambda y, a, b, weight: b - a),
    grad_fn={"": "LerpBackward1(0, 1, 2)", **dict.fromkeys(("ttn", "ntn", "tnn"), "LerpBackward0(0, 1)")},
    javascript="Math.abs({2}) < 0.5 ? {0} + {2} * ({1} - {0}) : {1} - ({1} - {0}) * (1 - {2})",
    array=lambda n, a, b, weight: n.where(n.abs(weight) < 0.5, a + weight * (b - a), b - (b - a) * (1 - weight)),
    definition=lambda a, b, weight: a + weight * (b - a),
    linear="a b",
    torch="lerp: torch Tensor",
    takes=(DECIMALS, no_kernel("lerp_kernel_scalar")),
    promotes=False,
    corners=True,
    doc="Linear interpolation from a to b.",
)
addcmul = operation(
    "addcmul(x, a, b)",
    lambda x, a, b: x + a * b,
    (lambda y, x, a, b: 1, lambda y, x, a, b: b, lambda y, x, a, b: a),
    definition=lambda x, a, b: x + a * b,
    result=SAME,
    linear="x a, x b",
    torch="addcmul: torch Tensor",
    corners=True,
    doc="x + a·b in one operation.",
)
clone = operation(
    "clone(x)",
    lambda x: x,
    (lambda y, x: 1,),
    definition=lambda x: x,
    exact=lambda x: x,
    latex=r"\operatorname{{clone}}\left({0}\right)",
    javascript="{0}",
    array=lambda numpy, x: x,
    result=SAME,
    linear="x",
    inverse="clone",
    torch="clone: torch Tensor",
    tensorflow="identity(input) Identity: tf",
    course="rises",
    doc="x itself, as a node of its own.",
)
detach = operation(
    "detach(x)",
    lambda x: x,
    (),
    exact=lambda x: x,
    precise=lambda x: +x,
    spellings=("stop_gradient",),
    latex=r"\operatorname{{detach}}\left({0}\right)",
    javascript="{0}",
    array=lambda numpy, x: x,
    result=SAME,
    linear="x",
    torch="detach: torch Tensor",
    tensorflow="stop_gradient(input) StopGradient: tf",
    course="rises",
    doc="x itself, through which no gradient flows.",
)
