"""The reciprocals of circular and hyperbolic functions, secant and its kin, and their inverses."""

from __future__ import annotations

import math

from gradcli.ops.declaration import ieee, rational
from gradcli.ops.declaration.constants import HALF_PI
from gradcli.ops.declaration.facts import END, EVEN, ODD, POLE, special
from gradcli.ops.declaration.operation import Operation, operation
from gradcli.ops.elementwise.arithmetic import abs, over
from gradcli.ops.elementwise.exponential import sqrt
from gradcli.ops.elementwise.special import POLES
from gradcli.ops.elementwise.trigonometric import ENDS, acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan, tanh
from gradcli.typing import Any

POSITIVE = (0.3, 2.5)
BEYOND_1 = (1.3, 3.0)

_FLAT = 700.0
"""From here on exp(-|x|) is half of sech(x), while cosh(x) grows beyond float64."""


def _leg(x: float) -> float:
    """sqrt(x^2 - 1), with all its digits near ±1; nan between."""
    return ieee.sqrt(math.fabs(x) - 1) * math.sqrt(math.fabs(x) + 1)


def _legs(numpy: Any, x: Any) -> Any:
    """The same of an array."""
    return numpy.sqrt(numpy.abs(x) - 1) * numpy.sqrt(numpy.abs(x) + 1)


sec = operation(
    "sec(x)",
    lambda x: ieee.divide(1.0, cos.forward(x)),
    (lambda y, x: y * tan(x),),
    exact=rational.only(0, 1),
    latex=r"\sec\left({0}\right)",
    javascript="1 / Math.cos({0})",
    domain="x ≠ π/2 + kπ",
    samples=((-1.2, 1.2),),
    definition=lambda x: 1 / cos(x),
    parity=EVEN,
    course=f"convex from {-math.pi / 2} to {math.pi / 2}; falls from {-math.pi / 2} to 0; rises from 0 to {math.pi / 2}",
    squares="tan -",
    specials=(special(POLE, lambda x: cos(x), math.pi / 2),),
    sympy="sec",
    doc="Secant of an angle in radians, 1/cos(x).",
)
csc: Operation = operation(
    "csc(x)",
    lambda x: ieee.divide(1.0, sin.forward(x)),
    (lambda y, x: -(y * cot(x)),),
    spellings=("cosec",),
    latex=r"\csc\left({0}\right)",
    javascript="1 / Math.sin({0})",
    domain="x ≠ kπ",
    samples=(POSITIVE,),
    definition=lambda x: 1 / sin(x),
    parity=ODD,
    course=f"convex from 0 to {math.pi}; concave from {-math.pi} to 0; falls from 0 to {math.pi / 2};"
    f" rises from {math.pi / 2} to {math.pi}; falls from {-math.pi / 2} to 0; rises from {-math.pi} to {-math.pi / 2}",
    squares="cot -",
    specials=(special(POLE, lambda x: sin(x), 0),),
    sympy="csc",
    doc="Cosecant of an angle in radians, 1/sin(x).",
)
cot: Operation = operation(
    "cot(x)",
    lambda x: ieee.divide(1.0, tan.forward(x)),
    (lambda y, x: -(csc(x) * csc(x)),),
    latex=r"\cot\left({0}\right)",
    javascript="1 / Math.tan({0})",
    array=lambda numpy, x: 1 / numpy.tan(x),
    domain="x ≠ kπ",
    samples=(POSITIVE,),
    definition=lambda x: cos(x) / sin(x),
    parity=ODD,
    course=f"falls from 0 to {math.pi}; falls from {-math.pi} to 0; convex from 0 to {math.pi / 2};"
    f" concave from {-math.pi / 2} to 0",
    specials=(special(POLE, lambda x: sin(x), 0),),
    sympy="cot",
    doc="Cotangent of an angle in radians, cos(x)/sin(x).",
)
asec = operation(
    "asec(x)",
    lambda x: math.atan2(_leg(x), math.copysign(1.0, x)),
    (lambda y, x: 1 / (abs(x) * sqrt(x * x - 1)),),
    spellings=("arcsec",),
    exact=rational.only(1, 0),
    latex=r"\operatorname{{arcsec}}\left({0}\right)",
    javascript="Math.acos(1 / {0})",
    array=lambda numpy, x: numpy.arctan2(_legs(numpy, x), numpy.copysign(1, x)),
    domain="x < -1 or x > 1",
    samples=(BEYOND_1,),
    definition=lambda x: acos(1 / x),
    inverse="sec",
    range=(0, math.pi),
    specials=ENDS,
    sympy="asec",
    course="rises concave from 1; rises convex to -1",
    doc="Inverse secant, in radians between 0 and π.",
)
acsc = operation(
    "acsc(x)",
    lambda x: math.copysign(math.atan2(1.0, _leg(x)), x),
    (lambda y, x: -1 / (abs(x) * sqrt(x * x - 1)),),
    spellings=("arccsc", "acosec", "arccosec"),
    latex=r"\operatorname{{arccsc}}\left({0}\right)",
    javascript="Math.asin(1 / {0})",
    array=lambda numpy, x: numpy.copysign(numpy.arctan2(1, _legs(numpy, x)), x),
    domain="x < -1 or x > 1",
    samples=(BEYOND_1,),
    definition=lambda x: asin(1 / x),
    parity=ODD,
    inverse="csc",
    range=(-math.pi / 2, math.pi / 2),
    specials=ENDS,
    sympy="acsc",
    course="falls convex from 1; falls concave to -1",
    doc="Inverse cosecant, in radians between -π/2 and π/2.",
)
acot = operation(
    "acot(x)",
    lambda x: math.atan2(1.0, x),
    (lambda y, x: -1 / (1 + x * x),),
    spellings=("arccot",),
    latex=r"\operatorname{{arccot}}\left({0}\right)",
    javascript="Math.atan2(1, {0})",
    array=lambda numpy, x: numpy.arctan2(1, x),
    definition=lambda x: HALF_PI - atan(x),
    inverse="cot",
    range=(0, math.pi),
    sympy="(pi/2 - atan({0}))",
    course="falls; concave to 0; convex from 0",
    doc="Inverse cotangent, in radians between 0 and π; where others have it between -π/2 and π/2 it jumps at 0.",
)
sech = operation(
    "sech(x)",
    lambda x: 2 * math.exp(-math.fabs(x)) if math.fabs(x) > _FLAT else 1 / math.cosh(x),
    (lambda y, x: -(y * tanh(x)),),
    exact=rational.only(0, 1),
    latex=r"\operatorname{{sech}}\left({0}\right)",
    javascript="1 / Math.cosh({0})",
    array=lambda numpy, x: numpy.where(numpy.abs(x) > _FLAT, 2 * numpy.exp(-numpy.abs(x)), 1 / numpy.cosh(x)),
    definition=lambda x: 1 / cosh(x),
    parity=EVEN,
    squares="tanh +",
    range=(0, 1),
    sympy="sech",
    course="rises to 0; falls from 0",
    doc="Hyperbolic secant, 1/cosh(x).",
)
csch: Operation = operation(
    "csch(x)",
    lambda x: math.copysign(2 * math.exp(-math.fabs(x)), x) if math.fabs(x) > _FLAT else ieee.divide(1.0, math.sinh(x)),
    (lambda y, x: -(y * coth(x)),),
    spellings=("cosech",),
    latex=r"\operatorname{{csch}}\left({0}\right)",
    javascript="1 / Math.sinh({0})",
    array=lambda numpy, x: numpy.where(numpy.abs(x) > _FLAT, numpy.copysign(2 * numpy.exp(-numpy.abs(x)), x), 1 / numpy.sinh(x)),
    domain="x ≠ 0",
    samples=(POSITIVE,),
    definition=lambda x: 1 / sinh(x),
    parity=ODD,
    inverse="acsch",
    specials=(special(POLE, lambda x: x, 0),),
    sympy="csch",
    course=over((1, 1)),
    doc="Hyperbolic cosecant, 1/sinh(x).",
)
coth: Operation = operation(
    "coth(x)",
    lambda x: math.copysign(1 + ieee.divide(2.0, ieee.expm1(2 * math.fabs(x))), x),
    (lambda y, x: -(csch(x) * csch(x)),),
    latex=r"\coth\left({0}\right)",
    javascript="1 / Math.tanh({0})",
    array=lambda numpy, x: 1 / numpy.tanh(x),
    domain="x ≠ 0",
    samples=(POSITIVE,),
    definition=lambda x: 1 / tanh(x),
    parity=ODD,
    squares="csch -",
    inverse="acoth",
    specials=(special(POLE, lambda x: x, 0),),
    sympy="coth",
    course=over((1, 1)),
    doc="Hyperbolic cotangent, 1/tanh(x).",
)
asech = operation(
    "asech(x)",
    # sinh(y/2)^2 = (cosh(y) - 1)/2 loses no digits near x = 1
    lambda x: 2 * math.asinh(ieee.sqrt(ieee.divide(1 - x, 2 * x))),
    (lambda y, x: -1 / (x * sqrt(1 - x * x)),),
    spellings=("arcsech",),
    exact=rational.only(1, 0),
    latex=r"\operatorname{{arsech}}\left({0}\right)",
    javascript="2 * Math.asinh(Math.sqrt((1 - {0}) / (2 * {0})))",
    array=lambda numpy, x: 2 * numpy.arcsinh(numpy.sqrt((1 - x) / (2 * x))),
    domain="0 < x < 1",
    samples=((0.1, 0.9),),
    definition=lambda x: acosh(1 / x),
    inverse="sech",
    range=(0, math.inf),
    specials=(special(POLE, lambda x: x, 0), special(END, lambda x: x - 1, 1)),
    sympy="asech",
    course="falls; defined from 0 to 1; convex to 0.7071; concave from 0.7072",
    doc="Inverse hyperbolic secant.",
)
acsch = operation(
    "acsch(x)",
    lambda x: math.asinh(ieee.divide(1.0, x)),
    (lambda y, x: -1 / (abs(x) * sqrt(1 + x * x)),),
    spellings=("arccsch",),
    latex=r"\operatorname{{arcsch}}\left({0}\right)",
    javascript="Math.asinh(1 / {0})",
    domain="x ≠ 0",
    samples=(POSITIVE,),
    definition=lambda x: asinh(1 / x),
    parity=ODD,
    inverse="csch",
    specials=(special(POLE, lambda x: x, 0),),
    sympy="acsch",
    course=over((1, 1)),
    doc="Inverse hyperbolic cosecant.",
)
acoth = operation(
    "acoth(x)",
    lambda x: math.copysign(ieee.log1p(ieee.divide(2.0, math.fabs(x) - 1)) / 2, x),
    (lambda y, x: 1 / (1 - x * x),),
    spellings=("arccoth",),
    latex=r"\operatorname{{arcoth}}\left({0}\right)",
    javascript="Math.atanh(1 / {0})",
    array=lambda numpy, x: numpy.copysign(numpy.log1p(2 / (numpy.abs(x) - 1)) / 2, x),
    domain="x < -1 or x > 1",
    samples=(BEYOND_1,),
    definition=lambda x: atanh(1 / x),
    parity=ODD,
    inverse="coth",
    specials=POLES,
    sympy="acoth",
    course="falls convex from 1; falls concave to -1",
    doc="Inverse hyperbolic cotangent.",
)
