"""Circular and hyperbolic functions and their inverses."""

from __future__ import annotations

import math

from gradcli.ops.declaration import ieee, rational
from gradcli.ops.declaration.constants import DEGREE, PI, RADIAN
from gradcli.ops.declaration.operation import Operation, operation
from gradcli.ops.elementwise.exponential import sqrt
from gradcli.ops.elementwise.logic import eq, where

ANYWHERE = (-2.0, 2.0)
INSIDE = (-0.8, 0.8)

sin = operation(
    "sin(x)",
    ieee.guarded(math.sin),
    (lambda y, x: cos(x),),
    exact=rational.only(0, 0),
    grad_fn="SinBackward0",
    latex=r"\sin\left({0}\right)",
    javascript="Math.sin({0})",
    array="sin",
    samples=(ANYWHERE,),
    precise="sin",
    doc="Sine of an angle in radians.",
)
cos: Operation = operation(
    "cos(x)",
    ieee.guarded(math.cos),
    (lambda y, x: -sin(x),),
    exact=rational.only(0, 1),
    grad_fn="CosBackward0",
    latex=r"\cos\left({0}\right)",
    javascript="Math.cos({0})",
    array="cos",
    samples=(ANYWHERE,),
    precise="cos",
    doc="Cosine of an angle in radians.",
)
tan = operation(
    "tan(x)",
    ieee.guarded(math.tan),
    (lambda y, x: 1 + y * y,),
    exact=rational.only(0, 0),
    grad_fn="TanBackward0",
    latex=r"\tan\left({0}\right)",
    javascript="Math.tan({0})",
    array="tan",
    domain="x ≠ π/2 + kπ",
    samples=((-1.2, 1.2),),
    precise="tan",
    doc="Tangent of an angle in radians.",
)
asin = operation(
    "asin(x)",
    ieee.guarded(math.asin),
    (lambda y, x: 1 / sqrt(1 - x * x),),
    spellings=("arcsin",),
    exact=rational.only(0, 0),
    grad_fn="AsinBackward0",
    latex=r"\arcsin\left({0}\right)",
    javascript="Math.asin({0})",
    array="arcsin",
    domain="-1 < x < 1",
    samples=(INSIDE,),
    precise="asin",
    doc="Inverse sine, in radians.",
)
acos = operation(
    "acos(x)",
    ieee.guarded(math.acos),
    (lambda y, x: -1 / sqrt(1 - x * x),),
    spellings=("arccos",),
    exact=rational.only(1, 0),
    grad_fn="AcosBackward0",
    latex=r"\arccos\left({0}\right)",
    javascript="Math.acos({0})",
    array="arccos",
    domain="-1 < x < 1",
    samples=(INSIDE,),
    precise="acos",
    doc="Inverse cosine, in radians.",
)
atan = operation(
    "atan(x)",
    math.atan,
    (lambda y, x: 1 / (1 + x * x),),
    spellings=("arctan",),
    exact=rational.only(0, 0),
    grad_fn="AtanBackward0",
    latex=r"\arctan\left({0}\right)",
    javascript="Math.atan({0})",
    array="arctan",
    samples=(ANYWHERE,),
    precise="atan",
    doc="Inverse tangent, in radians.",
)
atan2 = operation(
    "atan2(a, b)",
    math.atan2,
    (
        lambda y, a, b: where(eq(a * a + b * b, 0), 0, b / (a * a + b * b)),
        lambda y, a, b: where(eq(a * a + b * b, 0), 0, -a / (a * a + b * b)),
    ),
    spellings=("arctan2",),
    grad_fn="Atan2Backward0",
    javascript="Math.atan2({0}, {1})",
    array="arctan2",
    domain="b > 0 or a ≠ 0",
    samples=(ANYWHERE, (0.3, 2.0)),
    precise="atan2",
    doc="Angle of the point with abscissa b and ordinate a, in radians.",
)
sinh = operation(
    "sinh(x)",
    ieee.guarded(math.sinh, ieee.odd_overflow),
    (lambda y, x: cosh(x),),
    exact=rational.only(0, 0),
    grad_fn="SinhBackward0",
    latex=r"\sinh\left({0}\right)",
    javascript="Math.sinh({0})",
    array="sinh",
    samples=(ANYWHERE,),
    precise="sinh",
    doc="Hyperbolic sine.",
)
cosh: Operation = operation(
    "cosh(x)",
    ieee.guarded(math.cosh, ieee.overflow),
    (lambda y, x: sinh(x),),
    exact=rational.only(0, 1),
    grad_fn="CoshBackward0",
    latex=r"\cosh\left({0}\right)",
    javascript="Math.cosh({0})",
    array="cosh",
    samples=(ANYWHERE,),
    precise="cosh",
    doc="Hyperbolic cosine.",
)
tanh = operation(
    "tanh(x)",
    math.tanh,
    (lambda y, x: 1 - y * y,),
    exact=rational.only(0, 0),
    grad_fn="TanhBackward0",
    latex=r"\tanh\left({0}\right)",
    javascript="Math.tanh({0})",
    array="tanh",
    samples=(ANYWHERE,),
    precise="tanh",
    doc="Hyperbolic tangent.",
)
asinh = operation(
    "asinh(x)",
    math.asinh,
    (lambda y, x: 1 / sqrt(x * x + 1),),
    spellings=("arcsinh",),
    exact=rational.only(0, 0),
    grad_fn="AsinhBackward0",
    latex=r"\operatorname{{arsinh}}\left({0}\right)",
    javascript="Math.asinh({0})",
    array="arcsinh",
    samples=(ANYWHERE,),
    precise="asinh",
    doc="Inverse hyperbolic sine.",
)
acosh = operation(
    "acosh(x)",
    ieee.guarded(math.acosh),
    (lambda y, x: 1 / sqrt(x * x - 1),),
    spellings=("arccosh",),
    exact=rational.only(1, 0),
    grad_fn="AcoshBackward0",
    latex=r"\operatorname{{arcosh}}\left({0}\right)",
    javascript="Math.acosh({0})",
    array="arccosh",
    domain="x > 1",
    samples=((1.3, 3.0),),
    precise="acosh",
    doc="Inverse hyperbolic cosine.",
)
atanh = operation(
    "atanh(x)",
    ieee.guarded(math.atanh, lambda x: math.copysign(math.inf, x) if math.fabs(x) == 1 else math.nan),
    (lambda y, x: 1 / (1 - x * x),),
    spellings=("arctanh",),
    exact=rational.only(0, 0),
    grad_fn="AtanhBackward0",
    latex=r"\operatorname{{artanh}}\left({0}\right)",
    javascript="Math.atanh({0})",
    array="arctanh",
    domain="-1 < x < 1",
    samples=(INSIDE,),
    precise="atanh",
    doc="Inverse hyperbolic tangent.",
)
sinc = operation(
    "sinc(x)",
    lambda x: 1.0 if x == 0 else ieee.guarded(math.sin)(math.pi * x) / (math.pi * x),
    (lambda y, x: where(eq(x, 0), 0, (cos(x * PI) - y) / x),),
    exact=rational.only(0, 1),
    grad_fn="SincBackward0",
    array="sinc",
    samples=((0.2, 1.8),),
    definition=lambda x: where(eq(x, 0), 1, sin(x * PI) / (x * PI)),
    doc="sin(πx)/(πx), which is 1 at 0.",
)
deg2rad = operation(
    "deg2rad(x)",
    math.radians,
    (lambda y, x: DEGREE,),
    grad_fn="Deg2RadBackward0",
    array="deg2rad",
    samples=(ANYWHERE,),
    definition=lambda x: x * DEGREE,
    doc="Degrees to radians.",
)
rad2deg = operation(
    "rad2deg(x)",
    math.degrees,
    (lambda y, x: RADIAN,),
    grad_fn="Rad2DegBackward0",
    array="rad2deg",
    samples=(ANYWHERE,),
    definition=lambda x: x * RADIAN,
    doc="Radians to degrees.",
)
