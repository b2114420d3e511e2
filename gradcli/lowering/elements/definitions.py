"""What operations on arrays are in terms of numbers, where their way of computing is not their definition.

They are called with the builder of numbers, then as the operations themselves are: with arrays of NumPy, whose elements are
symbols here, and with settings by name.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from gradcli.ops.arrays.axes import as_shape, axes_of, kept, reduced
from gradcli.ops.arrays.nn import reduce_losses
from gradcli.ops.arrays.windows import per_axis, windows
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.structural import Setting
from gradcli.ops.declaration.symbol import Builder

Definition = Callable[..., Any]

DEFINITIONS: dict[str, Definition] = {}
"""By the name of the operation."""


def _defined(*names: str) -> Callable[[Definition], Definition]:
    def declare(definition: Definition) -> Definition:
        DEFINITIONS.update(dict.fromkeys(names, definition))
        return definition

    return declare


def elementwise(builder: Builder, operation: str, *arrays: Any) -> Any:
    """An operation on numbers, for each element of arrays that are broadcast."""
    import numpy

    arrays = tuple(numpy.broadcast_arrays(*[numpy.asarray(array, object) for array in arrays]))
    result = numpy.empty(arrays[0].shape, object)
    for place in numpy.ndindex(result.shape):
        result[place] = builder.apply(operation, [array[place] for array in arrays])
    return result


def _exp(builder: Builder, a: Any) -> Any:
    return elementwise(builder, "exp", a)


def _sum(a: Any, axis: Any, keepdims: Any = False) -> Any:
    import numpy

    return numpy.asarray(numpy.sum(a, axis=axis, keepdims=keepdims), object)


@_defined("sum_to")
def _sum_to(builder: Builder, a: Any, shape: Setting) -> Any:
    target = as_shape(shape)
    new, same = len(a.shape) - len(target), zip(target, a.shape[len(a.shape) - len(target) :], strict=True)
    kept_axes = [new + at for at, (size, before) in enumerate(same) if size != before]
    return _sum(a, (*range(new), *kept_axes)).reshape(target)


@_defined("softmax")
def _softmax(builder: Builder, a: Any, axis: int) -> Any:
    powers = _exp(builder, a)
    return powers / _sum(powers, axis, True)


@_defined("log_softmax")
def _log_softmax(builder: Builder, a: Any, axis: int) -> Any:
    return a - elementwise(builder, "log", _sum(_exp(builder, a), axis, True))


@_defined("reduce_logsumexp")
def _logsumexp(builder: Builder, a: Any, axis: Setting, keepdims: bool) -> Any:
    return elementwise(builder, "log", _sum(_exp(builder, a), axis, keepdims))


@_defined("cross_entropy")
def _cross_entropy(builder: Builder, a: Any, target: Any, reduction: Setting) -> Any:
    import numpy

    at = min(a.ndim - 1, 1)
    logarithms = _log_softmax(builder, a, at)
    if numpy.shape(target) == a.shape:
        losses = numpy.asarray(-_sum(logarithms * target, at), object)
        return reduce_losses(numpy, losses, losses.size, reduction)
    return STRUCTURAL["nll_loss"].forward(numpy, logarithms, target, reduction)


def _folded(operation: str) -> Definition:
    """An operation on any number of numbers, over some axes."""

    def fold(builder: Builder, a: Any, axis: Setting, keepdims: bool) -> Any:
        import numpy

        result = numpy.empty(kept(a.shape, axis), object)
        axes = axes_of(axis, a.shape)
        for place in numpy.ndindex(result.shape):
            part = a[tuple([slice(None) if at in axes else one for at, one in enumerate(place)])]
            result[place] = builder.apply(operation, part.ravel().tolist())
        return result.reshape(reduced(a.shape, axis, keepdims))

    return fold


for _name in ("max", "min"):
    DEFINITIONS[f"reduce_{_name}"] = DEFINITIONS[f"reduce_a{_name}"] = _folded(f"a{_name}")


@_defined("max_pool1d", "max_pool2d")
def _max_pool(builder: Builder, a: Any, kernel_size: Setting, stride: Setting, padding: Setting, *, axes: int) -> Any:
    import numpy

    places = {"stride": stride, "padding": padding, "dilation": 1}
    held = windows.forward(numpy, a, kernel_size=per_axis(kernel_size, axes, "kernel_size", 1), fill="-inf", **places)
    result = numpy.empty(held.shape[:-1], object)
    for place in numpy.ndindex(result.shape):
        result[place] = builder.apply("amax", [item for item in held[place] if not isinstance(item, float)])
    return result


@_defined("det")
def _det(builder: Builder, a: Any) -> Any:
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


@_defined("inv")
def _inv(builder: Builder, a: Any) -> Any:
    """The transposed matrix of the cofactors, divided by the determinant."""
    import numpy

    return numpy.swapaxes(_cofactors(builder, a), -1, -2) / numpy.asarray(_det(builder, a), object)[..., None, None]


@_defined("cofactor")
def _cofactors(builder: Builder, a: Any) -> Any:
    """The determinants of what is left without a row and a column, with alternating signs."""
    import numpy

    size = a.shape[-1]
    result = numpy.empty(a.shape, object)
    for row, column in numpy.ndindex(size, size):
        minor = numpy.delete(numpy.delete(a, row, -2), column, -1)
        found = _det(builder, minor) if size > 1 else numpy.asarray(1, object)
        result[..., row, column] = -found if (row + column) % 2 else found
    return result


@_defined("solve")
def _solve(builder: Builder, a: Any, b: Any) -> Any:
    if b.ndim == 1 or b.shape != a.shape[:-1]:
        return _inv(builder, a) @ b
    return (_inv(builder, a) @ b[..., None])[..., 0]


@_defined("reduce_norm")
def _norm(builder: Builder, a: Any, axis: Setting, keepdims: bool, ord: Setting) -> Any:
    import numpy

    if ord == 2:
        return STRUCTURAL["reduce_norm"].forward(numpy, a, axis=axis, keepdims=keepdims, ord=ord)
    sizes = elementwise(builder, "abs", a)
    if ord in ("inf", "-inf"):
        return _folded("amax" if ord == "inf" else "amin")(builder, sizes, axis, keepdims)
    if ord == 0:
        return _sum(elementwise(builder, "ne", a, 0), axis, keepdims)
    if ord == 1:
        return _sum(sizes, axis, keepdims)
    total = _sum(elementwise(builder, "pow", sizes, ord), axis, keepdims)
    return elementwise(builder, "pow", total, 1 / float(str(ord)))


@_defined("dist")
def _dist(builder: Builder, a: Any, b: Any, ord: Setting) -> Any:
    return _norm(builder, a - b, None, False, ord)


@_defined("cosine_similarity")
def _cosine(builder: Builder, a: Any, b: Any, axis: int, eps: Any) -> Any:
    import numpy

    a, b = numpy.broadcast_arrays(a, b)
    lengths = [elementwise(builder, "clamp_min", _norm(builder, x, axis, True, 2), eps) for x in (a, b)]
    return _sum(a / lengths[0] * (b / lengths[1]), axis)


@_defined("logcumsumexp")
def _logcumsumexp(builder: Builder, a: Any, axis: int) -> Any:
    import numpy

    return elementwise(builder, "log", numpy.cumsum(_exp(builder, a), axis))


@_defined("logabsdet")
def _logabsdet(builder: Builder, a: Any) -> Any:
    return elementwise(builder, "log", elementwise(builder, "abs", _det(builder, a)))


@_defined("logdet")
def _logdet(builder: Builder, a: Any) -> Any:
    return elementwise(builder, "log", _det(builder, a))


@_defined("matrix_power")
def _matrix_power(builder: Builder, a: Any, n: int) -> Any:
    import numpy

    result = numpy.broadcast_to(numpy.eye(a.shape[-1]), a.shape)
    for _ in range(abs(n)):
        result = result @ (a if n > 0 else _inv(builder, a))
    return result


def mean_of(loss: str) -> Definition:
    """The mean over all elements of a loss of numbers, or as the setting ``reduction`` has it."""

    def mean(builder: Builder, *arrays: Any, reduction: Setting) -> Any:
        import numpy

        values = elementwise(builder, loss, *OPERATIONS[loss].complete(arrays))
        return reduce_losses(numpy, values, values.size, reduction)

    return mean
