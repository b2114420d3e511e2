"""Exponentials, logarithms and roots."""

from __future__ import annotations

import math

from gradcli.ops.declaration import ieee, rational
from gradcli.ops.declaration.constants import LN2, LN10, fraction
from gradcli.ops.declaration.facts import END, KINK, ODD, POLE, by_side, special
from gradcli.ops.declaration.operation import EACH, OPERATIONS, Operation, operation
from gradcli.ops.elementwise.logic import both, either, eq, le, lt, where

ANYWHERE = (-2.0, 2.0)
POSITIVE = (0.3, 2.5)

exp = operation(
    "exp(x)",
    ieee.exp,
    (lambda y, x: y,),
    exact=rational.only(0, 1),
    latex=r"e^{{{0}}}",
    javascript="Math.exp({0})",
    array="exp",
    precise="exp",
    inverse="log",
    range=(0, math.inf),
    torch="exp: torch Tensor",
    tensorflow="exp Exp: tf",
    sympy="exp",
    quizzes="exp",
    base="e",
    course="convex rises",
    doc="The exponential function.",
)
exp2 = operation(
    "exp2(x)",
    ieee.exp2,
    (lambda y, x: y * LN2,),
    exact=lambda x: rational.power(2, x),
    latex=r"2^{{{0}}}",
    array="exp2",
    definition=lambda x: 2**x,
    inverse="log2",
    range=(0, math.inf),
    torch="exp2: torch Tensor special",
    base="2",
    course="convex rises",
    doc="Two to the power of x.",
)
expm1 = operation(
    "expm1(x)",
    ieee.expm1,
    (lambda y, x: y + 1,),
    exact=rational.only(0, 0),
    javascript="Math.expm1({0})",
    array="expm1",
    definition=lambda x: exp(x) - 1,
    tails=(lambda y, x: exp(x),),
    inverse="log1p",
    range=(-1, math.inf),
    torch="expm1: torch Tensor special",
    course="convex rises",
    doc="exp(x) - 1, accurate near 0.",
)
log = operation(
    "log(x)",
    ieee.log,
    (lambda y, x: 1 / x,),
    spellings=("ln",),
    exact=rational.only(1, 0),
    latex=r"\ln\left({0}\right)",
    javascript="Math.log({0})",
    array="log",
    domain="x > 0",
    samples=(POSITIVE,),
    precise="log",
    inverse="exp",
    specials=(special(POLE, lambda x: x, 0),),
    torch="log: torch Tensor",
    tensorflow="log Log: tf",
    sympy="log",
    quizzes="log ln ln",
    course="concave rises; defined from 0",
    doc="The natural logarithm.",
)


def _log_base(x: float, base: float) -> float:
    found = ieee.divide(ieee.log(x), ieee.log(base))
    near = round(found) if abs(found) < 1100 else 0
    return float(near) if near and ieee.power(base, near) == x else found


log_base = operation(
    "log_base(x, base)",
    _log_base,
    (lambda y, x, base: 1 / (x * log(base)), lambda y, x, base: -y / (base * log(base))),
    spellings=("log",),
    written="log",
    exact=rational.logarithm_to,
    latex=r"\log_{{{1}}}\left({0}\right)",
    javascript="Math.log({0}) / Math.log({1})",
    domain="x > 0, base > 0 and base ≠ 1",
    samples=(POSITIVE, (1.5, 4.5)),
    definition=lambda x, base: log(x) / log(base),
    specials=(
        special(POLE, lambda x, base: x, 0, 2),
        special(POLE, lambda x, base: base - 1, 2, 1),
        special(END, lambda x, base: base, 2, 0),
    ),
    course=lambda x, base: by_side(base, "concave rises; defined from 0", "convex falls; defined from 0", 1),
    sympy="log",
    doc="The logarithm of x to a base.",
)
log2 = operation(
    "log2(x)",
    ieee.guarded(math.log2, ieee.logarithm_outside),
    (lambda y, x: 1 / (x * LN2),),
    exact=rational.logarithm(2),
    latex=r"\log_{{2}}\left({0}\right)",
    javascript="Math.log2({0})",
    array="log2",
    domain="x > 0",
    samples=(POSITIVE,),
    definition=lambda x: log(x) / LN2,
    inverse="exp2",
    specials=(special(POLE, lambda x: x, 0),),
    torch="log2: torch Tensor",
    course="concave rises; defined from 0",
    doc="Logarithm to the base 2.",
)
log10 = operation(
    "log10(x)",
    ieee.guarded(math.log10, ieee.logarithm_outside),
    (lambda y, x: 1 / (x * LN10),),
    exact=rational.logarithm(10),
    latex=r"\log_{{10}}\left({0}\right)",
    javascript="Math.log10({0})",
    array="log10",
    domain="x > 0",
    samples=(POSITIVE,),
    definition=lambda x: log(x) / LN10,
    specials=(special(POLE, lambda x: x, 0),),
    torch="log10: torch Tensor",
    course="concave rises; defined from 0",
    doc="Logarithm to the base 10.",
)
log1p = operation(
    "log1p(x)",
    ieee.log1p,
    (lambda y, x: 1 / (1 + x),),
    exact=rational.only(0, 0),
    javascript="Math.log1p({0})",
    array="log1p",
    domain="x > -1",
    samples=((-0.7, 2.0),),
    definition=lambda x: log(1 + x),
    inverse="expm1",
    specials=(special(POLE, lambda x: x + 1, -1),),
    torch="log1p: torch Tensor special",
    tensorflow="log1p Log1p: tf",
    course="concave rises; defined from -1",
    doc="log(1 + x), accurate near 0.",
)
sqrt = operation(
    "sqrt(x)",
    ieee.sqrt,
    (lambda y, x: 1 / (2 * y),),
    exact=rational.square_root,
    latex=r"\sqrt{{{0}}}",
    javascript="Math.sqrt({0})",
    array="sqrt",
    domain="x > 0",
    samples=(POSITIVE,),
    precise="sqrt",
    inverse="square",
    range=(0, math.inf),
    specials=(special(END, lambda x: x, 0),),
    torch="sqrt: torch Tensor",
    tensorflow="sqrt Sqrt: tf",
    sympy="sqrt",
    quizzes="sqrt",
    power=0.5,
    course="concave rises; defined from 0",
    doc="The square root.",
)
rsqrt = operation(
    "rsqrt(x)",
    lambda x: ieee.divide(1.0, ieee.sqrt(x)),
    (lambda y, x: -y * y * y / 2,),
    latex=r"\frac{{1}}{{\sqrt{{{0}}}}}",
    domain="x > 0",
    samples=(POSITIVE,),
    definition=lambda x: 1 / sqrt(x),
    range=(0, math.inf),
    specials=(special(POLE, lambda x: x, 0),),
    torch="rsqrt: torch Tensor",
    tensorflow="rsqrt Rsqrt: tf",
    power=-0.5,
    course="convex falls; defined from 0",
    doc="One divided by the square root.",
)
cbrt = operation(
    "cbrt(x)",
    ieee.cube_root,
    (lambda y, x: 1 / (3 * y * y),),
    exact=rational.cube_root,
    latex=r"\sqrt[3]{{{0}}}",
    javascript="Math.cbrt({0})",
    array="cbrt",
    domain="x ≠ 0",
    samples=(POSITIVE,),
    definition=lambda x: where(lt(x, 0), -((-x) ** fraction(1, 3)), x ** fraction(1, 3)),
    parity=ODD,
    specials=(special(KINK, lambda x: x, 0),),
    odd_root=lambda: 3,
    sympy="real_root({0}, 3)",
    course="rises; convex to 0; concave from 0",
    doc="The real cube root. PyTorch has no cube root; the grad_fn name follows its pattern.",
)


def _course_of_root(n: float) -> str:
    odd = "rises; convex to 0; concave from 0" if n % 2 == 1 else ""
    return odd or f"{'concave' if n >= 1 else 'convex'} rises; defined from 0"


def _root(x: float, n: float) -> float:
    odd = n % 2 == 1
    if x < 0 and not odd:
        return math.nan
    y = ieee.power(math.fabs(x) if odd else x, ieee.divide(1.0, n)) if n else math.nan
    if 1 < abs(n) <= 64 and n != 2 and 0 < y < math.inf:
        power = ieee.power(y, n)
        if power not in (0, math.inf):
            y -= y * (power - abs(x)) / power / n  # one step of Newton's method makes the last digit right
    return -y if odd and (x < 0 or (x == 0 and math.copysign(1, x) < 0)) else y


root: Operation = operation(
    "root(x, n)",
    _root,
    (
        lambda y, x, n: OPERATIONS["pow"](y, 1 - n) / n,
        lambda y, x, n: where(both(eq(x, 0), lt(0, n)), 0, -y * log(x) / (n * n)),
    ),
    spellings=("nthroot", "surd", "real_root"),
    exact=rational.root,
    latex=r"\sqrt[{1}]{{{0}}}",
    javascript="realRoot({0}, {1})",
    array=EACH,
    domain="x > 0, or x ≠ 0 and n odd",
    samples=(POSITIVE, (1.5, 4.5)),
    definition=lambda x, n: where(
        eq(n, 0),
        math.nan,
        where(
            eq(OPERATIONS["remainder"](n, 2), 1),
            where(lt(x, 0), -((-x) ** (1 / n)), x ** (1 / n)),
            where(lt(x, 0), math.nan, x ** (1 / n)),
        ),
    ),
    specials=(special(KINK, lambda x, n: x, 0, 3), special(POLE, lambda x, n: n, 1, 0)),
    course=lambda x, n: "" if not n or n[0] != n[1] or n[0] <= 0 else _course_of_root(n[0]),
    odd_root=lambda n: n if isinstance(n, int) and n > 0 and n % 2 else 0,
    sympy="real_root",
    doc="The n-th root of x, real for negative x and odd n; the derivative by n is that for x > 0.",
)
logaddexp = operation(
    "logaddexp(a, b)",
    ieee.logaddexp,
    (lambda y, a, b: OPERATIONS["sigmoid"](a - b), lambda y, a, b: OPERATIONS["sigmoid"](b - a)),
    latex=r"\ln\left(e^{{{0}}} + e^{{{1}}}\right)",
    javascript="logAddExp({0}, {1})",
    array="logaddexp",
    definition=lambda a, b: log(exp(a) + exp(b)),
    torch="logaddexp: torch Tensor",
    course="convex rises",
    doc="log(exp(a) + exp(b)) without overflow.",
)
xlogy = operation(
    "xlogy(a, b)",
    lambda a, b: 0.0 if a == 0 and b == b else a * ieee.log(b),
    (lambda y, a, b: where(both(eq(a, 0), le(b, 0)), 0, log(b)), lambda y, a, b: a / b),
    grad_fn={"tt": "XlogyBackward0(0, 1)", "tn": "XlogyBackward2(0)", "nt": "XlogyBackward1(1)"},
    domain="b > 0",
    samples=(ANYWHERE, POSITIVE),
    definition=lambda a, b: where(both(eq(a, 0), eq(b, b)), 0, a * log(b)),
    masks={"a": lambda incoming, derivative, a, b: either(both(eq(a, 0), le(b, 0)), both(eq(incoming, 0), eq(b, b)))},
    specials=(special(END, lambda a, b: b, 0, 0),),
    course=lambda a, b: (
        by_side(b, "convex concave rises", "convex concave falls", 1) or by_side(a, "concave rises from 0", "convex falls from 0")
    ),
    torch="xlogy: torch Tensor special",
    doc="a·log(b), which is 0 where a is 0.",
)
logit = operation(
    "logit(x)",
    lambda x: ieee.log(ieee.divide(x, 1 - x)),
    (lambda y, x: 1 / (x * (1 - x)),),
    domain="0 < x < 1",
    samples=((0.1, 0.9),),
    definition=lambda x: log(x / (1 - x)),
    inverse="sigmoid",
    specials=(special(POLE, lambda x: x, 0), special(POLE, lambda x: x - 1, 1)),
    torch="logit: torch Tensor special",
    course="rises; defined from 0 to 1; concave to 0.5; convex from 0.5",
    doc="log(x/(1 - x)), the inverse of sigmoid; where it is nan the derivative is that of the formula, and in PyTorch nan.",
)
