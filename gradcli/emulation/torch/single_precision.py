"""Logarithm, sine and cosine of eight numbers at once in single precision, rounded as PyTorch's generator has them.

The polynomials are those of Moshier's Cephes library (1992), with a fused multiplication and addition at each step.
"""

from __future__ import annotations

from gradcli.typing import Any

_LOGARITHM = (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
    -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
_LOG_2 = (-2.12194440e-4, 0.693359375)
"""ln 2, in a small part and one of few digits."""

_SINE = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COSINE = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_QUARTER = (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)
"""-π/4 in three parts, of which the first two have few digits."""


def fused(a: Any, b: Any, c: Any) -> Any:
    """a·b + c, rounded once."""
    import numpy

    return (numpy.asarray(a, "float64") * numpy.asarray(b, "float64") + numpy.asarray(c, "float64")).astype("float32")


def _polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    import numpy

    value: Any = numpy.float32(coefficients[0])
    for coefficient in coefficients[1:]:
        value = fused(value, x, numpy.float32(coefficient))
    return value


def logarithm(x: Any) -> Any:
    """The natural logarithm of positive numbers."""
    import numpy

    one, half = numpy.float32(1), numpy.float32(0.5)
    bits = x.view("int32")
    exponent = ((bits >> 23) - 0x7F).astype("float32") + one
    mantissa = ((bits & ~0x7F800000) | 0x3F000000).astype("int32").view("float32")
    small = mantissa < numpy.float32(0.5**0.5)
    exponent = exponent - small.astype("float32")
    x = (mantissa - one) + numpy.where(small, mantissa, numpy.float32(0))
    square = x * x
    value = fused(_polynomial(_LOGARITHM, x) * x, square, exponent * numpy.float32(_LOG_2[0]))
    value = fused(-square, half, value)
    return fused(exponent, numpy.float32(_LOG_2[1]), x + value)


def sine_and_cosine(x: Any) -> tuple[Any, Any]:
    """The sines and the cosines of numbers from 0 to 2π."""
    import numpy

    octant = ((x * numpy.float32(4 / numpy.pi)).astype("int32") + 1) & ~1
    turns = octant.astype("float32")
    for part in _QUARTER:
        x = fused(turns, numpy.float32(part), x)
    square = x * x
    cosine = fused(_polynomial(_COSINE, square) * square, square, -(square * numpy.float32(0.5))) + numpy.float32(1)
    sine = fused(_polynomial(_SINE, square) * square, x, x)
    straight = (octant & 2) == 0
    signs = [numpy.where(bits & 4, -1, 1).astype("float32") for bits in (octant, ~(octant - 2))]
    return signs[0] * numpy.where(straight, sine, cosine), signs[1] * numpy.where(straight, cosine, sine)
