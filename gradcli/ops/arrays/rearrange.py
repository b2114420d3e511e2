"""Elements in another order, repeated, or with others around them: flip, roll, pad, repeat."""

from __future__ import annotations

from functools import partial
from math import prod

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays import torch_messages
from gradcli.ops.arrays.axes import as_shape, axes_of, axis_of, new_shape
from gradcli.ops.arrays.index import sliced
from gradcli.ops.arrays.reduce import reduce_sum
from gradcli.ops.arrays.shape import permute, reshape, reshaped
from gradcli.ops.declaration.facts import VIEW
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.typing import Any


def _flip_shape(a: Shape, axis: Setting) -> Shape:
    axes_of(axis, a)
    return a


flip: Structural = structural(
    "flip(a, axis=None)",
    lambda numpy, a, axis: numpy.flip(a, axis),
    _flip_shape,
    lambda g, y, a, axis: [flip(g, axis=axis)],
    moves=True,
    torch="flip(dims=axis): torch Tensor",
    torch_call=lambda a, axis: f"torch.flip({{0}}, {tuple(range(len(a)))})" if axis is None else "",
    doc="The elements in the reverse order along some axes, or along all.",
)


def _roll_shape(a: Shape, shifts: Setting, axis: Setting) -> Shape:
    steps = as_shape(shifts)
    axes = as_shape(axis) if axis is not None else steps
    if len(steps) != len(axes) or (axis is None and len(steps) != 1):
        raise ShapeError(f"shifts {shifts} along the axes {axis}: they are not as many")
    if axis is not None:
        axes_of(axis, a)
    return a


def _roll(numpy: Any, a: Any, shifts: Setting, axis: Any) -> Any:
    axes = as_shape(axis) if axis is not None else (0,)
    flat = a if axis is not None else numpy.reshape(a, -1)
    steps = [step % max(flat.shape[at], 1) for step, at in zip(as_shape(shifts), axes, strict=True)]
    return numpy.roll(flat, steps, axes).reshape(a.shape)


def _opposite(setting: Setting) -> Setting:
    numbers = tuple([-number for number in as_shape(setting)])
    return numbers if isinstance(setting, tuple) else numbers[0]


roll: Structural = structural(
    "roll(a, shifts=1, axis=None)",
    _roll,
    _roll_shape,
    lambda g, y, a, shifts, axis: [roll(g, shifts=_opposite(shifts), axis=axis)],
    moves=True,
    torch="roll(shifts=shifts, dims=axis): torch Tensor",
    doc="The elements moved along an axis, those at the end to its front; of all elements in their order where no axis is named.",
)


def _around(a: Shape, widths: Setting) -> list[tuple[int, int]]:
    """What is put before and after each axis; the widths begin with the last axis, as in PyTorch."""
    numbers = as_shape(widths)
    if len(numbers) % 2 or len(numbers) > 2 * len(a):
        raise ShapeError(f"the widths {widths} are not two for each of some last axes of the shape {shape_text(a)}")
    pairs = [(numbers[at], numbers[at + 1]) for at in range(0, len(numbers), 2)]
    return [(0, 0)] * (len(a) - len(pairs)) + pairs[::-1]


def _pad_shape(a: Shape, widths: Setting, value: Setting) -> Shape:
    sizes = tuple([size + sum(pair) for size, pair in zip(a, _around(a, widths), strict=True)])
    if min(sizes, default=0) < 0:
        raise ShapeError(f"the widths {widths} leave less than nothing of the shape {shape_text(a)}")
    return sizes


def _pad(numpy: Any, a: Any, widths: Setting, value: float) -> Any:
    around = _around(a.shape, widths)
    inner = a[tuple([slice(max(-low, 0), size - max(-high, 0)) for size, (low, high) in zip(a.shape, around, strict=True)])]
    return numpy.pad(inner, [(max(low, 0), max(high, 0)) for low, high in around], constant_values=value)


pad: Structural = structural(
    "pad(a, widths=None, value=0)",
    _pad,
    _pad_shape,
    lambda g, y, a, widths, value: [pad(g, widths=_opposite(widths), value=0)],
    grad_fn="ConstantPadNdBackward0(0)",
    moves=True,
    torch="pad(pad=widths): F",
    doc="The array with a number around it; widths are before and after the last axis, then the one before it, and so on.",
)


def _times(a: Shape, times: Setting) -> tuple[Shape, Shape]:
    """How often each axis is repeated, and the shape with as many axes."""
    numbers = new_shape(times)
    rank = max(len(numbers), len(a))
    return (1,) * (rank - len(numbers)) + numbers, (1,) * (rank - len(a)) + a


def _repeat_pullback(g: Any, y: Any, a: Any, times: Setting) -> list[Any]:
    """The sum over the copies: each axis is split into number of the copy and place in it."""
    numbers, shape = _times(shape_of(a), times)
    split = reshape(g, shape=tuple([size for pair in zip(numbers, shape, strict=True) for size in pair]))
    return [reshaped(reduce_sum(split, axis=tuple(range(0, 2 * len(shape), 2))), shape_of(a))]


def _repeat_shape(a: Shape, times: Setting) -> Shape:
    return tuple([number * size for number, size in zip(*_times(a, times), strict=True)])


repeat = structural(
    "repeat(a, times=None)",
    lambda numpy, a, times: numpy.tile(a, new_shape(times)),
    _repeat_shape,
    _repeat_pullback,
    spellings=("repeat", "tile"),
    moves=True,
    torch="repeat: Tensor; tile: torch Tensor",
    torch_call=lambda a, times: (
        "{0}.repeat({times})" if len(as_shape(times)) >= len(a) else f"torch.tile({{0}}, {as_shape(times)})"
    ),
    doc="The array so many times along each of its last axes: ``repeat(v, 2, 3)`` is a matrix with v three times in both rows.",
)


def _interleave_shape(a: Shape, times: Setting, axis: Setting) -> Shape:
    if isinstance(times, bool) or not isinstance(times, int) or times < 0:
        raise ShapeError(f"the number of repetitions is a whole number, not {times}")
    if axis is None:
        return (times * prod(a),)
    at = axis_of(axis, a)
    return (*a[:at], times * a[at], *a[at + 1 :])


def _interleave_pullback(g: Any, y: Any, a: Any, times: int, axis: Setting) -> list[Any]:
    shape = shape_of(a)
    flat = shape if axis is not None else (prod(shape),)
    at = axis_of(0 if axis is None else axis, flat)
    split = reshape(g, shape=(*flat[: at + 1], times, *flat[at + 1 :]))
    return [reshaped(reduce_sum(split, axis=at + 1), shape)]


def _interleave_function(a: Shape, times: Setting, axis: Setting) -> str:
    flat = "0" if axis is not None or len(a) == 1 else "ViewBackward0(0)"
    return f"ViewBackward0(CloneBackward0(ExpandBackward0(UnsqueezeBackward0({flat}))))"


repeat_interleave = structural(
    "repeat_interleave(a, times=1, axis=None)",
    lambda numpy, a, times, axis: numpy.repeat(a, times, axis),
    _interleave_shape,
    _interleave_pullback,
    grad_fn=_interleave_function,
    moves=True,
    torch="repeat_interleave(repeats=times): torch Tensor",
    doc="Each element so many times in a row along an axis, or of all elements in their order where no axis is named.",
)


def _moved(a: Shape, source: Setting, destination: Setting) -> Shape:
    """The order of the axes when some of them move to other places."""
    sources, targets = axes_of(source, a), axes_of(destination, a)
    if len(sources) != len(targets):
        raise ShapeError(f"the axes {source} do not move to {destination}: they are not as many")
    order = [at for at in range(len(a)) if at not in sources]
    for target, at in sorted(zip(targets, sources, strict=True)):
        order.insert(target, at)
    return tuple(order)


movedim = structural(
    "movedim(a, source=0, destination=-1)",
    lambda numpy, a, source, destination: numpy.moveaxis(a, source, destination),
    lambda a, source, destination: tuple([a[at] for at in _moved(a, source, destination)]),
    lambda g, y, a, source, destination: [
        permute(g, axes=tuple([_moved(shape_of(a), source, destination).index(at) for at in range(len(shape_of(a)))]))
    ],
    grad_fn="PermuteBackward0(0)",
    spellings=("movedim", "moveaxis"),
    moves=True,
    torch="movedim(source=source, destination=destination): torch Tensor; moveaxis: torch Tensor",
    view=VIEW,
    doc="Some axes moved to other places, the others in their order.",
)


def _glued(name: str, axis: int, rank: int, doc: str) -> Structural:
    """``cat`` along an axis of arrays that get as many axes as it needs."""

    def lifted(shape: Shape) -> Shape:
        return (1,) * (rank - len(shape)) + shape

    def along(shapes: list[Shape]) -> int:
        return 0 if len(shapes[0]) == 1 else axis

    def shape(*arrays: Shape) -> Shape:
        shapes = [lifted(array) for array in arrays]
        at = along(shapes)
        for one in shapes:
            if len(one) != len(shapes[0]) or one[:at] + one[at + 1 :] != shapes[0][:at] + shapes[0][at + 1 :]:
                raise ShapeError(f"arrays of the shapes {shape_text(arrays[0])} and {shape_text(one)} do not join")
        return (*shapes[0][:at], sum([one[at] for one in shapes]), *shapes[0][at + 1 :])

    def pullback(g: Any, y: Any, *arrays: Any) -> list[Any]:
        shapes = [lifted(shape_of(array)) for array in arrays]
        at, start = along(shapes), 0
        parts: list[Any] = []

        def part(start: int, size: int, shape: Shape) -> Any:
            return reshaped(sliced(g, at, start, start + size), shape)

        for array, one in zip(arrays, shapes, strict=True):
            parts.append(partial(part, start, one[at], shape_of(array)))
            start += one[at]
        return parts

    def function(*arrays: Shape) -> str:
        words = ["ViewBackward0" if not array else "UnsqueezeBackward0" if len(array) < rank else "" for array in arrays]
        return f"CatBackward0({', '.join(f'{word}({at})' if word else str(at) for at, word in enumerate(words))})"

    return structural(
        f"{name}(a, ...)",
        lambda numpy, *arrays: getattr(numpy, name)(arrays),
        shape,
        pullback,
        grad_fn=function,
        moves=True,
        torch=f"{name}: torch",
        torch_message=lambda shapes, settings: torch_messages.joined(shapes, axis),
        doc=doc,
    )


hstack = _glued("hstack", 1, 1, "Vectors one after the other, or matrices side by side.")
vstack = _glued("vstack", 0, 2, "Vectors or matrices one below the other.")
