"""Roundings, remainders and transferred signs, whose values jump."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable

from gradcli.ops.declaration import ieee
from gradcli.ops.declaration.facts import JUMP, KINK, NUMBERS, ODD, POLE, SAME, by_side, no_kernel, special
from gradcli.ops.declaration.operation import Operation, operation
from gradcli.ops.elementwise.arithmetic import abs, sign
from gradcli.ops.elementwise.logic import eq, lt, where
from gradcli.typing import Any

_AT_INTEGERS = special(JUMP, lambda x: x - round(x), 1)
_OF_QUOTIENT = (special(JUMP, lambda a, b: a / b - round(a / b), 3, 1.5), special(POLE, lambda a, b: b, 1, 0))


def _rounding(name: str, value: Callable[[float], int], doc: str, **others: Any) -> Operation:
    """A rounding to integers, with what is declared of it beside what most have."""
    return operation(
        f"{name}(x)",
        ieee.whole(value),
        (lambda y, x: 0,),
        exact=value,
        result=SAME,
        masks="x",
        torch=f"{name}: torch Tensor",
        course="rises",
        doc=doc,
        **{"array": name, "domain": "x not an integer", "samples": ((1.1, 1.9),), "specials": (_AT_INTEGERS,), **others},
    )


floor = _rounding(
    "floor",
    math.floor,
    "The largest integer that is not larger.",
    latex=r"\left\lfloor {0} \right\rfloor",
    javascript="Math.floor({0})",
    precise="floor",
    tensorflow="floor Floor: tf",
    sympy="floor",
    takes=(NUMBERS, no_kernel("floor_vml_cpu")),
)
ceil = _rounding(
    "ceil",
    math.ceil,
    "The smallest integer that is not smaller.",
    latex=r"\left\lceil {0} \right\rceil",
    javascript="Math.ceil({0})",
    precise="ceil",
    tensorflow="ceil Ceil: tf",
    sympy="ceiling",
)
round: Operation = _rounding(
    "round",
    builtins.round,
    "The nearest integer; halves go to the even one.",
    domain="x not halfway between integers",
    samples=((1.6, 2.4),),
    specials=(special(JUMP, lambda x: x - trunc(x) - sign(x) / 2, 0.5),),
    javascript="roundHalfEven({0})",
    array="rint",
    precise="nint",
    parity=ODD,
    tensorflow="round Round: tf",
    sympy="(floor({0} + Rational(1, 2)) - Piecewise((1, Eq(Mod({0} + Rational(1, 2), 2), 1)), (0, True)))",
)
trunc: Operation = _rounding(
    "trunc",
    math.trunc,
    "The integer part, rounded towards 0.",
    javascript="Math.trunc({0})",
    definition=lambda x: where(lt(x, 0), ceil(x), floor(x)),
    parity=ODD,
    sympy="sign({0})*floor(Abs({0}))",
)
frac = operation(
    "frac(x)",
    lambda x: x - ieee.whole(math.trunc)(x),
    (lambda y, x: 1,),
    exact=lambda x: x - math.trunc(x),
    domain="x not an integer",
    samples=((1.1, 1.9),),
    definition=lambda x: x - trunc(x),
    parity=ODD,
    range=(-1, 1),
    specials=(_AT_INTEGERS,),
    torch="frac: torch Tensor",
    doc="What is left of the number without its integer part.",
)
remainder = operation(
    "remainder(a, b)",
    ieee.remainder,
    (lambda y, a, b: 1, lambda y, a, b: -floor_divide(a, b)),
    exact=lambda a, b: a % b if b else None,
    symbol="%",
    spellings=("mod",),
    grad_fn={"tt": "RemainderBackward1(0, 1)", "tn": "RemainderBackward0(0)", "nt": "RemainderBackward1(None, 1)"},
    javascript="remainder({0}, {1})",
    array="remainder",
    domain="a/b not an integer",
    samples=((1.1, 1.8), (2.1, 3.0)),
    definition=lambda a, b: a - b * floor(a / b),
    result=SAME,
    specials=_OF_QUOTIENT,
    torch="remainder: torch Tensor",
    doc="Remainder of a division, with the sign of the divisor.",
)
fmod = operation(
    "fmod(a, b)",
    ieee.fmod,
    (lambda y, a, b: 1, lambda y, a, b: -trunc(a / b)),
    grad_fn={"tt": "FmodBackward1(0, 1)", "tn": "FmodBackward0(0)", "nt": "FmodBackward1(None, 1)"},
    javascript="{0} % {1}",
    array="fmod",
    domain="a/b not an integer",
    samples=((3.1, 3.8), (2.1, 3.0)),
    definition=lambda a, b: a - b * trunc(a / b),
    result=SAME,
    specials=_OF_QUOTIENT,
    torch="fmod: torch Tensor",
    doc="Remainder of a division, with the sign of the dividend.",
)
floor_divide: Operation = operation(
    "floor_divide(a, b)",
    ieee.floor_divide,
    (lambda y, a, b: 0, lambda y, a, b: 0),
    grad_fn={"tt": "DivBackward2(0, 1)", "tn": "DivBackward2(0, None)", "nt": "DivBackward2(None, 1)"},
    javascript="floorDivide({0}, {1})",
    array="floor_divide",
    domain="a/b not an integer",
    samples=((3.1, 3.8), (2.1, 3.0)),
    definition=lambda a, b: floor(a / b),
    result=SAME,
    specials=_OF_QUOTIENT,
    torch="floor_divide: torch Tensor",
    course=lambda a, b: by_side(b, "rises", "falls"),
    torch_call="torch.div({0}, {1}, rounding_mode='floor')",
    doc="Quotient rounded down to an integer.",
)
copysign = operation(
    "copysign(a, b)",
    math.copysign,
    (lambda y, a, b: where(eq(a, 0), 0, y / a), lambda y, a, b: 0),
    grad_fn={"tt": "CopysignBackward0(0, 1)", "tn": "CopysignBackward1(0)"},
    javascript="copySign({0}, {1})",
    array="copysign",
    domain="a ≠ 0, b ≠ 0",
    samples=((0.2, 2.0), (0.2, 2.0)),
    definition=lambda a, b: where(lt(b, 0), -abs(a), abs(a)),
    masks="b",
    specials=(special(KINK, lambda a, b: a, 0, 1), special(JUMP, lambda a, b: b, 1, 0)),
    torch="copysign: torch Tensor",
    course=lambda a, b: "rises" if a else by_side(b, "convex; falls to 0; rises from 0", "concave; rises to 0; falls from 0"),
    doc="The size of a with the sign of b.",
)
