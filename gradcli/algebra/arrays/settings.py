"""Settings of operations on arrays in one way of writing each, so that equal operations are one atom."""

from __future__ import annotations

from gradcli.graph.graph import Setting, Settings, Shape
from gradcli.ops.arrays.axes import axes_of, axis_of
from gradcli.ops.catalogue import STRUCTURAL


def order_of(shape: Shape, operation: str, given: dict[str, Setting]) -> Setting:
    """The axes of a transposition in their new order; None for the reverse order."""
    order = list(range(len(shape)))
    if operation == "transpose":
        first, second = axis_of(given["axis0"], shape), axis_of(given["axis1"], shape)
        order[first], order[second] = order[second], order[first]
    else:
        order = order[::-1] if given["axes"] is None else list(axes_of(given["axes"], shape))
    return None if order == list(range(len(shape)))[::-1] and len(order) > 1 else tuple(order)


def normal_settings(shape: Shape, operation: str, settings: Settings) -> Settings:
    """The settings of an operation on an array of a shape: axes from the front and in order, None for all of a reduction."""
    given = dict(settings)
    axis = given.get("axis")
    declared = STRUCTURAL[operation]
    if declared.variadic or declared.facts.adds_axis or "axis" not in given or axis is None or not shape:
        return settings
    if "keepdims" not in given:  # counted from the end where the default is the last one
        last = isinstance(axis, int) and axis % len(shape) == len(shape) - 1
        return tuple(
            (n, (-1 if last else axis % len(shape)) if n == "axis" and isinstance(axis, int) else v) for n, v in settings
        )
    axes = tuple(sorted(axes_of(axis, shape)))
    if len(axes) == len(shape):
        normal: Setting = None
    else:
        normal = axes[0] if len(axes) == 1 else axes
    return tuple((name, normal if name == "axis" else value) for name, value in settings)


def is_whole(index: Setting) -> bool:
    """Whether an index that keeps the shape keeps every element in its place."""
    entries = index if isinstance(index, tuple) else (index,)
    return all(isinstance(entry, tuple) and entry[3] in (None, 1) for entry in entries)


def joined_index(first: Setting, index: Setting) -> Setting:
    """The index of an element of a part as one index; None where the part is not all of the last axes."""
    plain = isinstance(first, tuple) and all(isinstance(entry, int) for entry in first)
    return first + index if plain and isinstance(first, tuple) and isinstance(index, tuple) else None
