"""Arrays in elementwise operations: one dtype for all arguments, and functions that NumPy has not.

NumPy is handed to these functions, so that it is loaded where an array is, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any

Numpy = Any
"""The module numpy; arrays are of type Any as well, since the rules that are called with them are called with numbers too."""


def is_array(value: Any) -> bool:
    """Whether a value is an array of NumPy or one of its scalars."""
    return hasattr(value, "ndim") and not isinstance(value, Symbol)


def common_dtype(numpy: Numpy, values: Sequence[Any]) -> Any:
    """The dtype of arrays among numbers of Python, which do not widen it; float64 where none has a floating point."""
    dtypes = {value.dtype for value in values if hasattr(value, "ndim")}
    dtype = dtypes.pop() if len(dtypes) == 1 else numpy.result_type(*dtypes)
    return dtype if dtype.kind == "f" else numpy.dtype(numpy.float64)


def alike(dtype: Any, values: Sequence[Any]) -> list[Any]:
    """Arrays and numbers as arrays and scalars of one dtype; division by such a scalar follows IEEE 754."""
    return [
        dtype.type(value) if not hasattr(value, "ndim") else value if value.dtype == dtype else value.astype(dtype)
        for value in values
    ]


def plain(numpy: Numpy, dtype: Any, value: Any) -> Any:
    """A partial derivative: an array of the dtype, or a float where it is the same for all elements."""
    return numpy.asarray(value, dtype) if getattr(value, "ndim", 0) else float(value)


def one_by_one(numpy: Numpy, function: Callable[..., float], values: Sequence[Any]) -> Any:
    """A function of floats, called for each element of the broadcast arrays."""
    if len(values) > 1:
        values = numpy.broadcast_arrays(*values)
    results = map(function, *[value.ravel().tolist() for value in values])
    return numpy.fromiter(results, numpy.float64, values[0].size).reshape(values[0].shape)


def folded(name: str) -> Callable[..., Any]:
    """A function of two arrays by its name in NumPy, as a function of any number of them."""

    def fold(numpy: Numpy, first: Any, *others: Any) -> Any:
        function = getattr(numpy, name)
        for other in others:
            first = function(first, other)
        return first

    return fold


def power(numpy: Numpy, a: Any, b: Any) -> Any:
    """a^b; the small integers, which derivatives of polynomials are full of, without a logarithm."""
    quick = QUICK_POWERS.get(float(b)) if b.ndim == 0 and b.dtype.kind == "f" else None
    return numpy.power(a, b, dtype="float64") if quick is None else quick(numpy, a)  # a single power is rounded once


QUICK_POWERS: dict[float, Callable[[Numpy, Any], Any]] = {
    1.0: lambda numpy, a: a,
    2.0: lambda numpy, a: a * a,
    3.0: lambda numpy, a: a * a * a,
    -1.0: lambda numpy, a: 1 / a,
    # pow(-0, 0.5) is 0 and pow(-inf, 0.5) is inf, unlike the square roots
    0.5: lambda numpy, a: numpy.where(a == -numpy.inf, numpy.inf, numpy.sqrt(a) + 0),
}


def sign(numpy: Numpy, x: Any) -> Any:
    """-1, 0 or 1; 0 for nan, for which NumPy has nan."""
    return numpy.subtract(x > 0, x < 0, dtype=x.dtype)


def sigmoid(numpy: Numpy, x: Any) -> Any:
    """1/(1 + exp(-x)); an overflow gives the 0 that is the limit."""
    return 1 / (1 + numpy.exp(-x))


def logsigmoid(numpy: Numpy, x: Any) -> Any:
    """log(sigmoid(x)), without overflow."""
    return numpy.minimum(x, 0) - numpy.log1p(numpy.exp(-numpy.abs(x)))


def softplus(numpy: Numpy, x: Any, beta: Any, threshold: Any) -> Any:
    """log(1 + exp(beta·x))/beta; x itself where beta·x is above the threshold."""
    scaled = x * beta
    return numpy.where(scaled > threshold, x, numpy.log1p(numpy.exp(scaled)) / beta)


def between(numpy: Numpy, x: Any, low: Any, high: Any) -> Any:
    """x between two bounds, of which one that is nan is none."""
    return numpy.where(x == x, numpy.fmin(numpy.fmax(x, low), high), x)


def logsumexp(numpy: Numpy, *values: Any) -> Any:
    """The logarithm of the sum of the exponentials, without overflow."""
    high = folded("maximum")(numpy, *values)
    total = sum(numpy.exp(value - high) for value in values)
    return numpy.where(numpy.isfinite(high), high + numpy.log(total), high)


def middle(numpy: Numpy, *values: Any) -> Any:
    """The median, the lower one of two in the middle; nan where any is nan."""
    ordered = numpy.sort(numpy.stack(numpy.broadcast_arrays(*values)), axis=0)  # nan last
    return numpy.where(numpy.isnan(ordered[-1]), ordered[-1], ordered[(len(values) - 1) // 2])
