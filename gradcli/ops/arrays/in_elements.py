"""What operations on arrays are in terms of numbers, where their way of computing is not their definition.

They are called with the builder of numbers, then as the operations themselves are: with arrays of NumPy, whose elements are
symbols here, and with settings by name.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from gradcli.graph.graph import Settings
from gradcli.ops.arrays.axes import as_shape, axes_of, kept, reduced
from gradcli.ops.declaration.operation import OPERATIONS, Operation
from gradcli.ops.declaration.structural import DECLARED, Setting
from gradcli.ops.declaration.symbol import Builder, Symbol
from gradcli.typing import Any

InElements = Callable[..., Any]


def elements_of(builder: Builder, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Any:
    """The elements of an operation on arrays of elements.

    What ``in_elements`` of its declaration says comes first, then its definition in other operations, then its way of computing.

    Args:
        builder: What builds the elements.
        operation: The operation.
        operands: Arrays of elements, or of numbers.
        settings: Its settings.
    """
    if operation in OPERATIONS:
        return elementwise(builder, OPERATIONS[operation], *operands)
    import numpy

    declared = DECLARED[operation]
    if declared.in_elements is not None:
        return declared.in_elements(builder, *operands, **dict(settings))
    if declared.definition is None:
        return declared.forward(numpy, *operands, **dict(settings))
    arrays = _Arrays(builder)
    return arrays.array(declared.definition(*map(arrays.symbol, operands), **dict(settings)))


class _Arrays:
    """Builds arrays of elements where definitions build nodes.

    Args:
        elements: What builds the elements.
    """

    def __init__(self, elements: Builder) -> None:
        self.elements = elements
        self.arrays: list[Any] = []

    def symbol(self, array: Any) -> Symbol:
        """What stands for an array."""
        self.arrays.append(array)
        return Symbol(self, len(self.arrays) - 1)

    def array(self, operand: Any) -> Any:
        """The array that a symbol stands for, or a number as an array."""
        import numpy

        return self.arrays[operand.id] if isinstance(operand, Symbol) else numpy.asarray(operand, object)

    def shape(self, id: int) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.arrays[id].shape
        return shape

    def apply(self, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Symbol:
        import numpy

        found = elements_of(self.elements, operation, list(map(self.array, operands)), settings)
        return self.symbol(numpy.asarray(found, object))


def elementwise(builder: Builder, operation: Operation, *arrays: Any) -> Any:
    """An operation on numbers, for each element of arrays that are broadcast."""
    import numpy

    arrays = tuple(numpy.broadcast_arrays(*[numpy.asarray(array, object) for array in arrays]))
    result = numpy.empty(arrays[0].shape, object)
    for place in numpy.ndindex(result.shape):
        result[place] = builder.apply(operation.name, [array[place] for array in arrays])
    return result


def sum_to(builder: Builder, a: Any, shape: Setting) -> Any:
    """Sums over what was broadcast."""
    import numpy

    target = as_shape(shape)
    new, same = len(a.shape) - len(target), zip(target, a.shape[len(a.shape) - len(target) :], strict=True)
    kept_axes = [new + at for at, (size, before) in enumerate(same) if size != before]
    return numpy.asarray(numpy.sum(a, axis=(*range(new), *kept_axes)), object).reshape(target)


def folded(operation: Operation) -> InElements:
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


def matrix_power(builder: Builder, a: Any, n: int) -> Any:
    """A product of matrices."""
    import numpy

    result = numpy.broadcast_to(numpy.eye(a.shape[-1]), a.shape)
    for _ in range(abs(n)):
        result = result @ (a if n > 0 else inv(builder, a))
    return result
