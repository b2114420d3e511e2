"""Axes and shapes as the operations on arrays name them: negative axes, several axes, sizes to be found."""

from __future__ import annotations

from math import prod

from gradcli.errors import GradcliError
from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.declaration.structural import Setting, Shape
from gradcli.typing import Any


def same_shape(a: Shape, axis: Setting, **settings: Setting) -> Shape:
    """The shape of an operation along an axis that keeps it.

    Raises:
        ShapeError: The shape has no such axis.
    """
    axis_of(axis, a)
    return a


def axes_text(count: int) -> str:
    """A number of axes in words: ``1 axis``, ``2 axes``."""
    return f"{count} {'axis' if count == 1 else 'axes'}"


def axis_of(axis: Setting, shape: Shape) -> int:
    """One axis, counted from the front.

    Raises:
        ShapeError: The shape has no such axis.
    """
    if not isinstance(axis, int):
        raise ShapeError(f"an axis of the shape {shape_text(shape)} is a whole number, not {axis}")
    if not -len(shape) <= axis < len(shape):
        raise ShapeError(f"the shape {shape_text(shape)} has no axis {axis}")
    return axis % len(shape)


def axes_of(axis: Setting, shape: Shape) -> Shape:
    """The axes that a reduction sums over, counted from the front: all for None, else one or several.

    Raises:
        ShapeError: The shape has no such axis, or one is named twice.
    """
    if axis is None:
        return tuple(range(len(shape)))
    axes = tuple([axis_of(one, shape) for one in (axis if isinstance(axis, tuple) else (axis,))])
    if len(set(axes)) < len(axes):
        raise ShapeError(f"the axes {axis} of the shape {shape_text(shape)} name one axis twice")
    return axes


def kept(shape: Shape, axis: Setting) -> Shape:
    """The shape with 1 in place of the sizes of some axes."""
    axes = axes_of(axis, shape)
    return tuple([1 if at in axes else size for at, size in enumerate(shape)])


def reduced(shape: Shape, axis: Setting = None, keepdims: Setting = False) -> Shape:
    """The shape that a reduction leaves."""
    axes = axes_of(axis, shape)
    return kept(shape, axis) if keepdims else tuple([size for at, size in enumerate(shape) if at not in axes])


def count(shape: Shape, axis: Setting = None) -> int:
    """How many elements a reduction makes one of."""
    return prod([shape[at] for at in axes_of(axis, shape)])


def as_shape(shape: Setting) -> Shape:
    """A setting as a shape; a number is the size of a vector.

    Raises:
        ShapeError: It is none.
    """
    sizes = shape if isinstance(shape, tuple) else (shape,)
    whole = tuple([size for size in sizes if isinstance(size, int) and not isinstance(size, bool)])
    if len(whole) < len(sizes):
        raise ShapeError(f"a shape consists of whole numbers, not {shape}")
    return whole


def new_shape(shape: Setting) -> Shape:
    """A setting as the shape of an array to make.

    Raises:
        ShapeError: It is none.
    """
    sizes = as_shape(shape)
    if any(size < 0 for size in sizes):
        raise ShapeError(f"the shape {shape_text(sizes)} has a negative size")
    return sizes


def resolved(a: Shape, shape: Setting) -> Shape:
    """The shape to which an array is reshaped, with the size in place of a -1.

    Raises:
        ShapeError: The numbers of elements differ.
    """
    sizes = as_shape(shape)
    known = prod([size for size in sizes if size != -1])
    if sizes.count(-1) == 1 and known > 0 and prod(a) % known == 0:
        sizes = tuple([prod(a) // known if size == -1 else size for size in sizes])
    if min(sizes, default=0) < 0 or prod(sizes) != prod(a):
        raise ShapeError(f"the shape {shape_text(a)} has {prod(a)} elements and cannot become {shape_text(sizes)}")
    return sizes


def whole_numbers(numpy: Any, values: Any, count: int, what: str) -> Any:
    """Classes or places as whole numbers.

    Args:
        values: The numbers as floats.
        count: How many there are, counted from 0.
        what: What messages call them.

    Raises:
        GradcliError: One is not among those that there are.
    """
    numbers = numpy.asarray(values)
    right = (numbers == numpy.floor(numbers)) & (numbers >= 0) & (numbers < count)
    if not numpy.all(right):
        wrong = float(numbers[~right].flat[0])
        raise GradcliError(f"{wrong:g} is not one of the {count} {what}", hint=f"{what} are 0 to {count - 1}" if count else "")
    return numbers.astype(int)
