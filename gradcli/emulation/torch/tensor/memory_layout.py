"""Where the elements of a tensor lie in memory: its strides, and whether a result is a view of it or a copy."""

from __future__ import annotations

from gradcli.emulation.torch.tensor.memory import Step, TensorMemory
from gradcli.ops.catalogue import operation_named
from gradcli.ops.declaration.facts import VIEW, VIEW_OR_COPY
from gradcli.typing import Any

NOT_COMPATIBLE = (
    "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous "
    "subspaces). Use .reshape(...) instead."
)


def layout(tensor: TensorMemory) -> Any:
    """An array of NumPy whose strides are those of the tensor; its elements are all the same byte."""
    chain = []
    while tensor.parent is not None and tensor.arranged is None:
        chain.append(tensor)
        tensor = tensor.parent
    arranged = tensor.arranged if tensor.parent is not None else _contiguous(tensor.shape)
    for one in reversed(chain):
        assert one.step is not None
        arranged = one.arranged = _through(arranged, one.step, one.shape)
    return arranged


def _contiguous(shape: tuple[int, ...]) -> Any:
    import numpy
    from numpy.lib.stride_tricks import as_strided

    strides = [1]
    for size in reversed(shape[1:]):
        strides.append(strides[-1] * max(size, 1))
    return as_strided(numpy.zeros(1, "int8"), shape, strides[::-1] if shape else ())


def _through(arranged: Any, step: Step, shape: tuple[int, ...]) -> Any:
    import numpy

    operation = operation_named(step.operation)
    if operation.facts.view == VIEW_OR_COPY:
        return _reshaped(arranged, shape)
    return operation.forward(numpy, arranged, **dict(step.settings)) if operation.facts.view else arranged


def _reshaped(arranged: Any, shape: tuple[int, ...]) -> Any:
    """The layout in another shape; None where the elements would have to be copied."""
    from numpy.lib.stride_tricks import as_strided

    if not arranged.size:
        return _contiguous(shape)
    strides: list[int] = []
    sizes = [size for size in arranged.shape if size != 1]
    steps = [step for size, step in zip(arranged.shape, arranged.strides, strict=True) if size != 1]
    block: list[int] = []  # runs of axes that are one stretch of memory: their sizes, and the stride of the last
    ends: list[int] = []
    for size, step in zip(sizes, steps, strict=True):
        if block and ends[-1] == size * step:
            block[-1] *= size
            ends[-1] = step
        else:
            block.append(size)
            ends.append(step)
    left, step = (block.pop(), ends.pop()) if block else (1, 1)
    for size in reversed(shape):
        if size != 1 and left == 1 and block:
            left, step = block.pop(), ends.pop()
        if left % size:
            return None
        strides.append(step)
        left //= size
        step *= size
    return as_strided(arranged, shape, strides[::-1]) if left == 1 and not block else None


def is_contiguous(tensor: TensorMemory) -> bool:
    """Whether its elements lie in memory in their order."""
    wanted = _contiguous(tensor.shape).strides
    found = layout(tensor)
    return not found.size or all(size == 1 or a == b for size, a, b in zip(tensor.shape, found.strides, wanted, strict=True))


def shares(tensor: TensorMemory, operation: str, shape: tuple[int, ...]) -> bool:
    """Whether the result of an operation on a tensor is a view of it."""
    view = operation_named(operation).facts.view
    return view == VIEW or (view == VIEW_OR_COPY and (tensor.parent is None or _reshaped(layout(tensor), shape) is not None))
