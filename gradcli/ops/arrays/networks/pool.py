"""Pooling: the largest element or the mean of each window. The first of equal elements has the gradient."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays.axes import axes_text
from gradcli.ops.arrays.extremes import first
from gradcli.ops.arrays.networks.windows import fold_windows, per_axis, windows
from gradcli.ops.arrays.shape import expand, unsqueeze
from gradcli.ops.declaration.facts import SAME
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.ops.declaration.symbol import Builder
from gradcli.ops.elementwise.reductions import amax
from gradcli.typing import Any

LEAST = "-inf"
"""What stands in the padding of a maximum."""


def _shape(a: Shape, axes: int, kernel_size: Setting, stride: Setting, padding: Setting) -> Shape:
    if len(a) not in (axes + 1, axes + 2):
        raise ShapeError(
            f"pooling over {axes_text(axes)} takes an array of {axes + 1} or {axes + 2} axes, not of the shape {shape_text(a)}"
        )
    kernel = per_axis(kernel_size, axes, "kernel_size", 1)
    for pad, size in zip(per_axis(padding, axes, "padding", 0), kernel, strict=True):
        if 2 * pad > size:
            raise ShapeError(f"the padding {padding} is more than half of the window {kernel_size}")
    return windows.shape(a, kernel_size=kernel, stride=stride, padding=padding, dilation=1, fill=0)[:-1]


def _scratch(a: Shape, axes: int, kernel_size: Setting, stride: Setting, padding: Setting) -> int:
    kernel = per_axis(kernel_size, axes, "kernel_size", 1)
    assert windows.scratch is not None
    return windows.scratch(a, kernel_size=kernel, stride=stride, padding=padding, dilation=1)


def _pool(
    name: str,
    axes: int,
    forward: Callable[..., Any],
    pullback: Callable[..., Any],
    grad_fn: str,
    doc: str,
    backward: str,
    **known: Any,
) -> Structural:
    def value(numpy: Any, a: Any, kernel_size: Setting, **places: Setting) -> Any:
        return forward(a, dict(kernel_size=per_axis(kernel_size, axes, "kernel_size", 1), **places))

    def adjoint(g: Any, y: Any, a: Any, kernel_size: Setting, **places: Setting) -> list[Any]:
        return [pullback(g, y, a, dict(kernel_size=per_axis(kernel_size, axes, "kernel_size", 1), **places))]

    return structural(
        f"{name}(a, kernel_size=1, stride=None, padding=0)",
        value,
        lambda a, **settings: _shape(a, axes, **settings),
        adjoint,
        scratch=lambda a, kernel_size, stride, padding: _scratch(a, axes, kernel_size, stride, padding),
        grad_fn=f"SqueezeBackward1({grad_fn}(UnsqueezeBackward0(0)))" if axes == 1 else f"{grad_fn}(0)",
        result=SAME,
        doc=doc,
        backward=backward,
        **known,
    )


def _largest(a: Any, places: dict[str, Any]) -> Any:
    return windows(a, fill=LEAST, **places).max(axis=-1)


def _largest_in_elements(axes: int) -> Callable[..., Any]:
    def largest(builder: Builder, a: Any, kernel_size: Setting, **places: Setting) -> Any:
        import numpy

        kernel = per_axis(kernel_size, axes, "kernel_size", 1)
        held = windows.forward(numpy, a, kernel_size=kernel, fill="-inf", dilation=1, **places)
        result = numpy.empty(held.shape[:-1], object)
        for place in numpy.ndindex(result.shape):
            result[place] = builder.apply(amax.name, [item for item in held[place] if not isinstance(item, float)])
        return result

    return largest


def _largest_pullback(g: Any, y: Any, a: Any, places: dict[str, Any]) -> Any:
    held = windows(a, fill=LEAST, **places)
    return fold_windows(first(g, y, held, -1)[0], shape=shape_of(a), **places)


def _average(a: Any, places: dict[str, Any]) -> Any:
    held = windows(a, **places)
    return held.sum(axis=-1) / held.shape[-1]


def _average_pullback(g: Any, y: Any, a: Any, places: dict[str, Any]) -> Any:
    held = windows.shape(shape_of(a), **windows.complete(places))
    return fold_windows(expand(unsqueeze(g / held[-1], axis=-1), shape=held), shape=shape_of(a), **places)


def _max_pool(axes: int, over: str) -> Structural:
    name = f"max_pool{axes}d"
    return _pool(
        name,
        axes,
        _largest,
        _largest_pullback,
        "MaxPool2DWithIndicesBackward0",
        f"The largest element of each window over the last {over}.",
        "each adjoint goes to the largest element of its window",
        course="convex rises",
        in_elements=_largest_in_elements(axes),
        torch=f"{name}(kernel_size=kernel_size): torch F",
    )


def _avg_pool(axes: int, over: str, torch: str) -> Structural:
    name = f"avg_pool{axes}d"
    return _pool(
        name,
        axes,
        _average,
        _average_pullback,
        "AvgPool2DBackward0",
        f"The mean of each window over the last {over}, the padding counted as zeros.",
        "each adjoint is shared out evenly over its window",
        linear="a",
        course="rises",
        torch=f"{name}(kernel_size=kernel_size): {torch}",
    )


max_pool1d, max_pool2d = _max_pool(1, "axis"), _max_pool(2, "two axes")
avg_pool1d, avg_pool2d = _avg_pool(1, "axis", "torch F"), _avg_pool(2, "two axes", "F")
