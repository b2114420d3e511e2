"""The windows that convolutions and pooling slide over the last axes of an array."""

from __future__ import annotations

from math import prod

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays.axes import as_shape, axes_text, new_shape
from gradcli.ops.declaration.facts import SAME
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.typing import Any


def per_axis(setting: Setting, axes: int, name: str, least: int) -> Shape:
    """A setting that is one number for all axes, or one for each.

    Raises:
        ShapeError: It is neither, or too small.
    """
    numbers = as_shape(setting)
    numbers = numbers * axes if len(numbers) == 1 else numbers
    if len(numbers) != axes or min(numbers) < least:
        raise ShapeError(f"{name} is a whole number from {least} on for each of {axes_text(axes)}, not {setting}")
    return numbers


class Windows:
    """How windows lie on the last axes of an array.

    Attributes:
        sizes: The sizes of the axes.
        kernel: The sizes of a window.
        stride: How far apart windows are.
        dilation: How far apart the elements of a window are.
        padding: How many places are added before and after each axis.
        counts: How many windows there are along each axis.
    """

    def __init__(self, sizes: Shape, kernel: Shape, stride: Setting, padding: Setting, dilation: Setting) -> None:
        axes = len(kernel)
        self.sizes, self.kernel = sizes, kernel
        self.stride = per_axis(stride, axes, "stride", 1)
        self.dilation = per_axis(dilation, axes, "dilation", 1)
        self.extents = tuple([(size - 1) * step + 1 for size, step in zip(kernel, self.dilation, strict=True)])
        self.padding = self._padding(padding)
        self.padded = tuple([size + sum(pads) for size, pads in zip(sizes, self.padding, strict=True)])
        if any(extent > size for extent, size in zip(self.extents, self.padded, strict=True)):
            raise ShapeError(f"windows of the size {shape_text(self.extents)} do not fit into {shape_text(self.padded)}")
        steps = zip(self.padded, self.extents, self.stride, strict=True)
        self.counts = tuple([(size - extent) // step + 1 for size, extent, step in steps])

    def _padding(self, padding: Setting) -> list[tuple[int, int]]:
        if padding == "same":
            if max(self.stride) > 1:
                raise ShapeError("padding 'same' takes a stride of 1")
            return [((extent - 1) // 2, extent // 2) for extent in self.extents]
        return [(one, one) for one in per_axis(0 if padding == "valid" else padding, len(self.kernel), "padding", 0)]

    def elements(self, lead: int) -> int:
        """How many elements padded input and windows have together, for so many arrays over the axes."""
        return lead * (prod(self.padded) + prod(self.counts) * prod(self.kernel))

    def view(self, numpy: Any, a: Any, fill: float = 0.0) -> Any:
        """The windows of an array: its last axes are replaced by those that number windows, and then those of a window."""
        axes = len(self.kernel)
        if any(map(any, self.padding)):
            a = numpy.pad(a, [(0, 0)] * (a.ndim - axes) + self.padding, constant_values=fill)
        windows = numpy.lib.stride_tricks.sliding_window_view(a, self.extents, axis=tuple(range(-axes, 0)))
        steps = (..., *[slice(None, None, step) for step in self.stride + self.dilation])
        return windows[steps]

    def fold(self, numpy: Any, windows: Any) -> Any:
        """The array in which each element is the sum of what windows hold for it: the adjoint of ``view``."""
        axes = len(self.kernel)
        result = numpy.zeros(windows.shape[: -2 * axes] + self.padded, windows.dtype)
        for place in numpy.ndindex(*self.kernel):
            starts = [at * step for at, step in zip(place, self.dilation, strict=True)]
            spans = zip(starts, self.counts, self.stride, strict=True)
            part = (..., *[slice(start, start + (count - 1) * step + 1, step) for start, count, step in spans])
            within = (..., *place)
            result[part] += windows[within]
        inner = (..., *[slice(before, before + size) for (before, _), size in zip(self.padding, self.sizes, strict=True)])
        return result[inner]


def _of(shape: Shape, kernel_size: Setting, stride: Setting, padding: Setting, dilation: Setting) -> Windows:
    kernel = as_shape(kernel_size)
    if len(kernel) > len(shape) or min(kernel, default=0) < 1:
        raise ShapeError(f"windows of the size {kernel_size} do not slide over an array of the shape {shape_text(shape)}")
    return Windows(shape[len(shape) - len(kernel) :], kernel, kernel if stride is None else stride, padding, dilation)


def _windows_shape(a: Shape, kernel_size: Setting, fill: Setting, **places: Setting) -> Shape:
    windows = _of(a, kernel_size, **places)
    return a[: len(a) - len(windows.kernel)] + windows.counts + (prod(windows.kernel),)


def _windows(numpy: Any, a: Any, kernel_size: Setting, fill: Any, **places: Setting) -> Any:
    view = _of(a.shape, kernel_size, **places).view(numpy, a, float(fill))
    return numpy.reshape(view, _windows_shape(a.shape, kernel_size, fill, **places))


def _windows_scratch(a: Shape, kernel_size: Setting, fill: Setting = 0, **places: Setting) -> int:
    windows = _of(a, kernel_size, **places)
    return windows.elements(prod(a[: len(a) - len(windows.kernel)]))


def _fold_shape(a: Shape, shape: Setting, kernel_size: Setting, **places: Setting) -> Shape:
    target = new_shape(shape)
    taken = _windows_shape(target, kernel_size, 0, **places)
    if a != taken:
        raise ShapeError(f"the windows of an array of the shape {shape_text(target)} have the shape {shape_text(taken)}, not {a}")
    return target


def _fold(numpy: Any, a: Any, shape: Setting, kernel_size: Setting, **places: Setting) -> Any:
    windows = _of(new_shape(shape), kernel_size, **places)
    return windows.fold(numpy, numpy.reshape(a, a.shape[:-1] + windows.kernel))


windows: Structural = structural(
    "windows(a, kernel_size=1, stride=None, padding=0, dilation=1, fill=0)",
    _windows,
    _windows_shape,
    lambda g, y, a, fill, **places: [fold_windows(g, shape=shape_of(a), **places)],
    scratch=_windows_scratch,
    grad_fn="UnfoldBackward0(0)",
    moves=True,
    doc="The windows that slide over the last axes, each as a vector along a new last axis; ``fill`` stands in the padding.",
)
fold_windows: Structural = structural(
    "fold_windows(a, shape=None, kernel_size=1, stride=None, padding=0, dilation=1)",
    _fold,
    _fold_shape,
    lambda g, y, a, shape, **places: [windows(g, fill=0, **places)],
    scratch=lambda a, shape, kernel_size, **places: _windows_scratch(new_shape(shape), kernel_size, **places),
    grad_fn="UnfoldBackwardBackward0(0)",
    result=SAME,
    linear="a",
    doc="The array of a shape in which each element is the sum of what windows hold for it: the adjoint of ``windows``.",
)
