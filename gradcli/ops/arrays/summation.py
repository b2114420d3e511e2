"""Sums of floats in the order in which PyTorch adds, so that they agree with it to the last digit.

PyTorch adds along contiguous elements in as many lanes as a vector register holds, each in four sums side by side, and carries
sums of 16 and more terms up through four levels, which keeps the rounding error small (cascade summation; Higham, The accuracy of
floating point summation, 1993, section 3). The order is that of a processor with AVX2: 8 lanes of float32, 4 of float64. Others,
and PyTorch itself from 32,768 elements on, where it shares the work among threads, may differ in the last digit.
"""

from __future__ import annotations

from gradcli.ops.arrays.axes import axes_of
from gradcli.ops.declaration.structural import Setting
from gradcli.typing import Any

_LANES = {"float32": 8, "float64": 4}
_SIDE_BY_SIDE = 4
_LEVELS = 4


def total(numpy: Any, a: Any, axis: Setting, keepdims: bool = False) -> Any:
    """The sum of the elements along some axes.

    Args:
        numpy: The module.
        a: An array of any shape.
        axis: The axes, as of ``numpy.sum``; None for all.
        keepdims: Whether the axes are kept with size 1.
    """
    a = numpy.asarray(a)
    if a.dtype.name not in _LANES or not a.ndim or not a.size:
        return numpy.sum(a, axis=axis, keepdims=keepdims)
    axes = sorted(axes_of(axis, a.shape))
    if not axes:
        return numpy.sum(a, axis=axis, keepdims=keepdims)
    kept = [1 if at in axes else size for at, size in enumerate(a.shape)]
    shape = kept if keepdims else [size for at, size in enumerate(a.shape) if at not in axes]
    long = [at for at, size in enumerate(a.shape) if size > 1]
    places = [place for place, at in enumerate(long) if at in axes]
    if places and places[-1] - places[0] >= len(places):
        found = _apart(numpy, a.reshape([a.shape[at] for at in long]), places)
    elif axes[-1] - axes[0] >= len(axes):  # with axes of size 1 between
        found = total(numpy, a.reshape([a.shape[at] for at in long]), tuple(places)) if places else a
    elif a.flags.f_contiguous and not a.flags.c_contiguous:  # the order is that of the memory
        found = _along(numpy, a.T, a.ndim - 1 - axes[-1], len(axes)).T
    else:
        found = _along(numpy, numpy.ascontiguousarray(a), axes[0], len(axes))
    return found.reshape(shape) if shape else found.reshape(-1)[0]


def _apart(numpy: Any, a: Any, axes: list[int]) -> Any:
    """The sum along axes with others between: along the last neighbours among them, and these sums one after the other."""
    inner = next(at for at, place in enumerate(axes) if axes[-1] - place == len(axes) - 1 - at)
    others = [at for at in range(a.ndim) if at not in axes]
    length = int(numpy.prod([a.shape[at] for at in axes[inner:]]))
    rows = numpy.ascontiguousarray(a.transpose([*others, *axes])).reshape(-1, length)
    sums = _of_rows(numpy, rows, _LANES[a.dtype.name]) if axes[-1] == a.ndim - 1 else _side_by_side(numpy, rows)
    return numpy.add.accumulate(sums.reshape(*[a.shape[at] for at in others], -1), axis=-1)[..., -1]


def _along(numpy: Any, a: Any, first: int, count: int) -> Any:
    """The sum of a contiguous array along neighbouring axes, in the shape of the others."""
    before, after = a.shape[:first], a.shape[first + count :]
    length = int(numpy.prod(a.shape[first : first + count], dtype=int))
    ways, columns = int(numpy.prod(before, dtype=int)), int(numpy.prod(after, dtype=int))
    whole = a.reshape(ways, length, columns)
    lanes = _LANES[a.dtype.name]
    if columns == 1:
        found = _of_rows(numpy, whole[:, :, 0], lanes)
    else:
        wide = _SIDE_BY_SIDE * (lanes if columns >= lanes else 1)
        cut = columns // wide * wide
        found = numpy.concatenate([_cascade(numpy, whole[:, :, :cut]), _side_by_side(numpy, whole[:, :, cut:])], axis=1)
    return found.reshape((*before, *after))


def _of_rows(numpy: Any, rows: Any, lanes: int) -> Any:
    """The sum of each row: its lanes, then what is left over, then the lanes one after the other."""
    ways, length = rows.shape
    if length < lanes:
        return _side_by_side(numpy, rows)
    cut = length // lanes * lanes
    parts = _side_by_side(numpy, rows[:, :cut].reshape(ways, cut // lanes, lanes))
    found = numpy.zeros(ways, rows.dtype)
    for column in (*rows[:, cut:].T, *parts.T):
        found = found + column
    return found


def _side_by_side(numpy: Any, a: Any) -> Any:
    """The sum along the second axis, four sums side by side."""
    cut = a.shape[1] // _SIDE_BY_SIDE * _SIDE_BY_SIDE
    parts = _cascade(numpy, a[:, :cut].reshape(len(a), cut // _SIDE_BY_SIDE, _SIDE_BY_SIDE, *a.shape[2:]))
    found = parts[:, 0]
    for at in range(cut, a.shape[1]):
        found = found + a[:, at]
    for part in range(1, _SIDE_BY_SIDE):
        found = found + parts[:, part]
    return found


def _cascade(numpy: Any, a: Any) -> Any:
    """The sum along the second axis, one after the other; every so many are carried to the next level."""
    length = a.shape[1]
    power = max(4, (max(length, 1) - 1).bit_length() // _LEVELS)
    step = 1 << power
    sums = [numpy.zeros((len(a), *a.shape[2:]), a.dtype) for _ in range(_LEVELS)]
    for at in range(length):
        sums[0] = sums[0] + a[:, at]
        done = at + 1
        if done % step == 0:
            for level in range(1, _LEVELS):
                sums[level] = sums[level] + sums[level - 1]
                sums[level - 1] = numpy.zeros_like(sums[0])
                if done & ((step - 1) << (level * power)):
                    break
    for level in range(1, _LEVELS):
        sums[0] = sums[0] + sums[level]
    return sums[0]
