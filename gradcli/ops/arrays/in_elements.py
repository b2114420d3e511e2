"""What operations on arrays are in terms of numbers, where their way of computing is not their definition.

They are called with the builder of numbers, then as the operations themselves are: with arrays of NumPy, whose elements are
symbols here, and with settings by name.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from gradcli.ops.arrays.axes import as_shape, axes_of, kept, reduced
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Setting
from gradcli.ops.declaration.symbol import Builder
from gradcli.ops.elementwise import arithmetic
from gradcli.ops.elementwise.exponential import exp, log, sqrt
from gradcli.ops.elementwise.extremes import clamp_min
from gradcli.ops.elementwise.logic import ne
from gradcli.ops.elementwise.reductions import amax, amin

Definition = Callable[..., Any]


def elementwise(builder: Builder, operation: Operation, *arrays: Any) -> Any:
    """An operation on numbers, for each element of arrays that are broadcast."""
    import numpy

    arrays = tuple(numpy.broadcast_arrays(*[numpy.asarray(array, object) for array in arrays]))
    result = numpy.empty(arrays[0].shape, object)
    for place in numpy.ndindex(result.shape):
        result[place] = builder.apply(operation.name, [array[place] for array in arrays])
    return result


def _exp(builder: Builder, a: Any) -> Any:
    return elementwise(builder, exp, a)


def _log(builder: Builder, a: Any) -> Any:
    return elementwise(builder, log, a)


def _sum(a: Any, axis: Any, keepdims: Any = False) -> Any:
    import numpy

    return numpy.asarray(numpy.sum(a, axis=axis, keepdims=keepdims), object)


def sum_to(builder: Builder, a: Any, shape: Setting) -> Any:
    """Sums over what was broadcast."""
    target = as_shape(shape)
    new, same = len(a.shape) - len(target), zip(target, a.shape[len(a.shape) - len(target) :], strict=True)
    kept_axes = [new + at for at, (size, before) in enumerate(same) if size != before]
    return _sum(a, (*range(new), *kept_axes)).reshape(target)


def softmax(builder: Builder, a: Any, axis: int) -> Any:
    """The exponentials, divided by their sum."""
    powers = _exp(builder, a)
    return powers / _sum(powers, axis, True)


def log_softmax(builder: Builder, a: Any, axis: int) -> Any:
    """Logarithms of softmax."""
    return a - _log(builder, _sum(_exp(builder, a), axis, True))


def logsumexp(builder: Builder, a: Any, axis: Setting, keepdims: bool) -> Any:
    """The logarithm of the sum of exponentials."""
    return _log(builder, _sum(_exp(builder, a), axis, keepdims))


def folded(operation: Operation) -> Definition:
    """An operation on any number of numbers, over some axes."""

    def fold(builder: Builder, a: Any, axis: Setting, keepdims: bool) -> Any:
        import numpy

        result = numpy.empty(kept(a.shape, axis), object)
        axes = axes_of(axis, a.shape)
        for place in numpy.ndindex(result.shape):
            part = a[tuple([slice(None) if at in axes else one for at, one in enumerate(place)])]
            result[place] = builder.apply(operation.name, part.ravel().tolist())
        return result.reshape(reduced(a.shape, axis, keepdims))

    return fold


def det(builder: Builder, a: Any) -> Any:
    """The sum over all permutations of the columns (Leibniz)."""
    import numpy

    size = a.shape[-1]
    total: Any = 0
    for columns in itertools.permutations(range(size)):
        inversions = sum(left > right for left, right in itertools.combinations(columns, 2))
        product = a[..., 0, columns[0]]
        for row in range(1, size):
            product = product * a[..., row, columns[row]]
        total = total - product if inversions % 2 else total + product
    return numpy.asarray(total, object)


def inv(builder: Builder, a: Any) -> Any:
    """The transposed matrix of the cofactors, divided by the determinant."""
    import numpy

    return numpy.swapaxes(cofactors(builder, a), -1, -2) / numpy.asarray(det(builder, a), object)[..., None, None]


def cofactors(builder: Builder, a: Any) -> Any:
    """The determinants of what is left without a row and a column, with alternating signs."""
    import numpy

    size = a.shape[-1]
    result = numpy.empty(a.shape, object)
    for row, column in numpy.ndindex(size, size):
        minor = numpy.delete(numpy.delete(a, row, -2), column, -1)
        found = det(builder, minor) if size > 1 else numpy.asarray(1, object)
        result[..., row, column] = -found if (row + column) % 2 else found
    return result


def solve(builder: Builder, a: Any, b: Any) -> Any:
    """The inverse times the right side."""
    if b.ndim == 1 or b.shape != a.shape[:-1]:
        return inv(builder, a) @ b
    return (inv(builder, a) @ b[..., None])[..., 0]


def norm(builder: Builder, a: Any, axis: Setting, keepdims: bool, ord: Setting) -> Any:
    """The length of an order."""
    if ord == 2:
        return elementwise(builder, sqrt, _sum(a * a, axis, keepdims))
    sizes = elementwise(builder, arithmetic.abs, a)
    if ord in ("inf", "-inf"):
        return folded(amax if ord == "inf" else amin)(builder, sizes, axis, keepdims)
    if ord == 0:
        return _sum(elementwise(builder, ne, a, 0), axis, keepdims)
    if ord == 1:
        return _sum(sizes, axis, keepdims)
    total = _sum(elementwise(builder, arithmetic.pow, sizes, ord), axis, keepdims)
    return elementwise(builder, arithmetic.pow, total, 1 / float(str(ord)))


def dist(builder: Builder, a: Any, b: Any, ord: Setting) -> Any:
    """The length of the difference."""
    return norm(builder, a - b, None, False, ord)


def cosine(builder: Builder, a: Any, b: Any, axis: int, eps: Any) -> Any:
    """The product of two directions."""
    import numpy

    a, b = numpy.broadcast_arrays(a, b)
    lengths = [elementwise(builder, clamp_min, norm(builder, x, axis, True, 2), eps) for x in (a, b)]
    return _sum(a / lengths[0] * (b / lengths[1]), axis)


def logcumsumexp(builder: Builder, a: Any, axis: int) -> Any:
    """Logarithms of running sums of exponentials."""
    import numpy

    return _log(builder, numpy.cumsum(_exp(builder, a), axis))


def logabsdet(builder: Builder, a: Any) -> Any:
    """The logarithm of the size of the determinant."""
    return _log(builder, elementwise(builder, arithmetic.abs, det(builder, a)))


def logdet(builder: Builder, a: Any) -> Any:
    """The logarithm of the determinant."""
    return _log(builder, det(builder, a))


def matrix_power(builder: Builder, a: Any, n: int) -> Any:
    """A product of matrices."""
    import numpy

    result = numpy.broadcast_to(numpy.eye(a.shape[-1]), a.shape)
    for _ in range(abs(n)):
        result = result @ (a if n > 0 else inv(builder, a))
    return result
