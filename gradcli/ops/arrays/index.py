"""Parts of arrays and arrays made of parts: indexing, stacking, joining, shifting.

An index is a tuple of whole numbers, ``("slice", start, stop, step)``, None for a new axis, ``"..."`` for the axes between, and
at most one ``("list", 0, 2)`` of places of an axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays import torch_messages
from gradcli.ops.arrays.axes import axes_text, axis_of, new_shape, same_shape
from gradcli.ops.declaration.facts import SAME, VIEW
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.typing import Any

FULL: Setting = ("slice", None, None, None)
"""All of an axis: ``:``."""


def _part(a: Any, place: Setting) -> Any:
    return index(a, index=place)


def select(a: Any, axis: int, at: int) -> Any:
    """The part of an array at one place of an axis, without that axis."""
    return index(a, index=(FULL,) * axis + (at,))


def sliced(a: Any, axis: int, start: int, stop: int) -> Any:
    """The part of an array between two places of an axis."""
    return index(a, index=(*(FULL,) * axis, ("slice", start, stop, None)))


def _entries(shape: Shape, index: Setting) -> list[Setting]:
    """The entries of an index, with ``:`` in place of ``"..."``.

    Raises:
        ShapeError: There are more entries than axes.
    """
    entries: list[Setting] = list(index) if isinstance(index, tuple) else [index]
    used = sum(entry is not None and entry != "..." for entry in entries)
    if used > len(shape):
        raise ShapeError(f"an index of {used} entries does not fit the shape {shape_text(shape)} of {axes_text(len(shape))}")
    if "..." in entries:
        at = entries.index("...")
        entries[at : at + 1] = [FULL] * (len(shape) - used)
    if "..." in entries:
        raise ShapeError("an index has one '...' at most")
    if sum(map(_is_list, entries)) > 1:
        raise ShapeError("an index has one list of places at most")
    return entries


def _is_list(entry: Setting) -> bool:
    return isinstance(entry, tuple) and entry[0] == "list"


def _list_places(entry: Setting, size: int, axis: int, shape: Shape) -> list[int]:
    """The places of a list, counted from the front.

    Raises:
        ShapeError: One is out of range.
    """
    assert isinstance(entry, tuple)
    places = [place for place in entry[1:] if isinstance(place, int)]
    for place in places:
        if not -size <= place < size:
            raise ShapeError(f"the index {place} is out of range for the axis {axis} of the shape {shape_text(shape)}")
    return [place % size for place in places]


def _slice(entry: Setting) -> slice:
    assert isinstance(entry, tuple)
    start, stop, step = entry[1:]
    if isinstance(step, int) and step < 1:
        raise ShapeError(f"the step of a slice is positive, not {step}")
    return slice(start, stop, step)


def _steps(shape: Shape, index: Setting) -> list[tuple[Setting, int, Sequence[int]]]:
    """Each entry of an index with the size of its axis and the places that it takes; a new axis has size 0.

    Raises:
        ShapeError: The index does not fit the shape.
    """
    steps: list[tuple[Setting, int, Sequence[int]]] = []
    axis = 0
    for entry in _entries(shape, index):
        if entry is None:
            steps.append((entry, 0, range(1)))
            continue
        size = shape[axis]
        if _is_list(entry):
            steps.append((entry, size, _list_places(entry, size, axis, shape)))
        elif isinstance(entry, tuple):
            steps.append((entry, size, range(*_slice(entry).indices(size))))
        elif isinstance(entry, int) and -size <= entry < size:
            steps.append((entry, size, range(1)))
        else:
            raise ShapeError(f"the index {entry} is out of range for the axis {axis} of the shape {shape_text(shape)}")
        axis += 1
    return steps


def _index_shape(a: Shape, index: Setting) -> Shape:
    steps = _steps(a, index)
    used = sum(entry is not None for entry, _, _ in steps)
    return tuple([len(places) for entry, _, places in steps if not isinstance(entry, int)]) + a[used:]


def _numpy_index(shape: Shape, index: Setting) -> tuple[Any, ...]:
    """The index without its list, in whose place stands all of the axis."""
    entries = [FULL if _is_list(entry) else entry for entry in _entries(shape, index)]
    return tuple([_slice(entry) if isinstance(entry, tuple) else entry for entry in entries])


def _chosen(shape: Shape, index: Setting) -> tuple[int, list[int]] | None:
    """The axis of the result along which a list of places chooses, and those places; None where there is no list."""
    steps = [step for step in _steps(shape, index) if not isinstance(step[0], int)]
    for axis, (entry, _, places) in enumerate(steps):
        if _is_list(entry):
            return axis, list(places)
    return None


def _taken(numpy: Any, a: Any, index: Setting) -> Any:
    part = numpy.asarray(a)[_numpy_index(numpy.shape(a), index)]
    chosen = _chosen(numpy.shape(a), index)
    return part if chosen is None else numpy.take(part, numpy.array(chosen[1], dtype=int), axis=chosen[0])


def _effective(a: Shape, index: Setting) -> list[Setting]:
    """The entries for which PyTorch has a function: all but slices that take a whole axis, unless one stands alone."""
    alone = isinstance(index, tuple) and len(index) == 1
    steps = _steps(a, index) if index != ("...",) else []
    return [entry for entry, size, places in steps if alone or not isinstance(entry, tuple) or places != range(size)]


def _composed(entries: list[Setting], select: str, slice: str, new: str) -> str:
    """PyTorch's functions of entries, the first innermost."""
    function = "0"
    for entry in entries:
        if _is_list(entry):
            continue
        name = new if entry is None else slice if isinstance(entry, tuple) else select
        function = f"{name}({function})"
    return f"IndexBackward0({function})" if any(map(_is_list, entries)) else function


def _index_function(a: Shape, index: Setting) -> str:
    entries = _effective(a, index)
    return _composed(entries, "SelectBackward0", "SliceBackward0", "UnsqueezeBackward0") if entries else "AliasBackward0(0)"


def _put_function(a: Shape, shape: Setting, index: Setting) -> str:
    entries = _effective(new_shape(shape), index)[::-1]
    return (
        _composed(entries, "SelectBackwardBackward0", "SliceBackwardBackward0", "SqueezeBackward1")
        if entries
        else "AliasBackward0(0)"
    )


def _put_shape(a: Shape, shape: Setting, index: Setting) -> Shape:
    target = new_shape(shape)
    place = _index_shape(target, index)
    if a != place:
        raise ShapeError(
            f"the place {index} in the shape {shape_text(target)} has the shape {shape_text(place)}, not {shape_text(a)}"
        )
    return target


def _put(numpy: Any, a: Any, shape: Setting, index: Setting) -> Any:
    target = new_shape(shape)
    result = numpy.zeros(target, numpy.asarray(a).dtype)
    chosen = _chosen(target, index)
    if chosen is not None:  # a place that is chosen twice gets the sum
        axis, places = chosen
        whole = numpy.zeros(result[_numpy_index(target, index)].shape, result.dtype)
        numpy.add.at(whole, (*(slice(None),) * axis, numpy.array(places, dtype=int)), a)
        a = whole
    result[_numpy_index(target, index)] = a
    return result


index: Structural = structural(
    "index(a, index=None)",
    _taken,
    _index_shape,
    lambda g, y, a, index: [index_put(g, shape=shape_of(a), index=index)],
    grad_fn=_index_function,
    spellings=(),
    moves=True,
    view=VIEW,
    doc="A part of an array: ``a[0]``, ``a[:, 1:3]``, ``a[None]``.",
)
index_put: Structural = structural(
    "index_put(a, shape=None, index=None)",
    _put,
    _put_shape,
    lambda g, y, a, shape, index: [_part(g, index)],
    grad_fn=_put_function,
    result=SAME,
    linear="a",
    course="rises",
    doc="Zeros of a shape with an array put into a part of them: the adjoint of indexing.",
)


def _stack_shape(*arrays: Shape, axis: Setting) -> Shape:
    for array in arrays:
        if array != arrays[0]:
            raise ShapeError(f"arrays of the shapes {shape_text(arrays[0])} and {shape_text(array)} cannot be stacked")
    at = axis_of(axis, (*arrays[0], 1))
    return (*arrays[0][:at], len(arrays), *arrays[0][at:])


def _unstacked(g: Any, y: Any, *arrays: Any, axis: Setting) -> list[Any]:
    at = axis_of(axis, shape_of(g))
    return [partial(select, g, at, place) for place in range(len(arrays))]


stack = structural(
    "stack(a, ..., axis=0)",
    lambda numpy, *arrays, axis: numpy.stack(arrays, axis),
    _stack_shape,
    _unstacked,
    grad_fn="StackBackward0(*)",
    moves=True,
    torch="stack: torch",
    tensorflow="stack(values, axis=0) stack: top",
    torch_message=torch_messages.stacked,
    adds_axis=True,
    doc="Arrays of one shape, or numbers, along a new axis.",
)


def _cat_shape(*arrays: Shape, axis: Setting) -> Shape:
    at = axis_of(axis, arrays[0])
    for array in arrays:
        if len(array) != len(arrays[0]) or array[:at] + array[at + 1 :] != arrays[0][:at] + arrays[0][at + 1 :]:
            raise ShapeError(
                f"arrays of the shapes {shape_text(arrays[0])} and {shape_text(array)} do not join along the axis {axis}"
            )
    return (*arrays[0][:at], sum([array[at] for array in arrays]), *arrays[0][at + 1 :])


def _parts(g: Any, y: Any, *arrays: Any, axis: Setting) -> list[Any]:
    at = axis_of(axis, shape_of(g))
    parts: list[Any] = []
    start = 0
    for array in arrays:
        stop = start + shape_of(array)[at]
        parts.append(partial(sliced, g, at, start, stop))
        start = stop
    return parts


cat = structural(
    "cat(a, ..., axis=0)",
    lambda numpy, *arrays, axis: numpy.concatenate(arrays, axis),
    _cat_shape,
    _parts,
    grad_fn="CatBackward0(*)",
    spellings=("cat", "concat", "concatenate"),
    moves=True,
    torch="cat: torch; concat: torch; concatenate: torch",
    tensorflow="concat(values, axis) concat: top",
    torch_message=lambda shapes, settings: torch_messages.joined(shapes, settings["axis"]),
    doc="Arrays one after the other along an axis.",
)


def _shift(numpy: Any, a: Any, axis: Setting, steps: int, fill: float) -> Any:
    at = axis_of(axis, a.shape)
    size = a.shape[at]
    before, after = min(max(steps, 0), size), min(max(-steps, 0), size)
    lead = (slice(None),) * at
    to, source = (*lead, slice(before, size - after)), (*lead, slice(after, size - before))
    result = numpy.full_like(a, fill)
    result[to] = a[source]
    return result


shift: Structural = structural(
    "shift(a, axis=-1, steps=1, fill=0)",
    _shift,
    same_shape,
    lambda g, y, a, axis, steps, fill: [shift(g, axis=axis, steps=-steps, fill=0)],
    grad_fn="ConstantPadNdBackward0(0)",
    moves=True,
    doc="The elements moved along an axis, those at the end dropped, a number in the places that become free.",
)
