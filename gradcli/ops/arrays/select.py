"""Elements of an array by their places: gathering, sorting, the running maximum, the median.

A place is a whole number from 0 on, and carries no gradient. The adjoint of gathering is to add into those places.
"""

from __future__ import annotations

import math

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays import ties
from gradcli.ops.arrays.axes import axis_of, count, kept, new_shape, reduced, same_shape, whole_numbers
from gradcli.ops.arrays.extremes import shared
from gradcli.ops.arrays.shape import expanded, reshaped
from gradcli.ops.declaration.facts import NUMBERS, SAME, WHOLE, no_kernel
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.typing import Any


def _gather_shape(a: Shape, index: Shape, axis: Setting) -> Shape:
    at = axis_of(axis, a)
    if len(index) != len(a) or any(i > n for other, (i, n) in enumerate(zip(index, a, strict=True)) if other != at):
        raise ShapeError(f"places of the shape {shape_text(index)} do not fit the shape {shape_text(a)} beside the axis {axis}")
    return index


def _gather(numpy: Any, a: Any, index: Any, axis: int) -> Any:
    at = axis_of(axis, a.shape)
    places = whole_numbers(numpy, index, a.shape[at], "places")
    part = a[tuple([slice(None) if other == at else slice(size) for other, size in enumerate(places.shape)])]
    return numpy.take_along_axis(part, places, at)


gather: Structural = structural(
    "gather(a, index, axis=0)",
    _gather,
    _gather_shape,
    lambda g, y, a, index, axis: [scatter_add(g, index, shape=shape_of(a), axis=axis), None],
    grad_fn="GatherBackward0(0)",
    whole=(1,),
    moves=True,
    torch="gather(dim=axis, index=index): torch Tensor",
    torch_call="torch.gather({0}, {axis}, {1})",
    doc="The elements at places along an axis: ``a[index[i, j], j]`` along the axis 0.",
)


def _scatter_shape(a: Shape, index: Shape, shape: Setting, axis: Setting) -> Shape:
    target = new_shape(shape)
    if _gather_shape(target, index, axis) != a:
        raise ShapeError(f"values of the shape {shape_text(a)} and places of the shape {shape_text(index)} do not fit")
    return target


def _scatter(numpy: Any, a: Any, index: Any, shape: Setting, axis: int) -> Any:
    target = new_shape(shape)
    at = axis_of(axis, target)
    result = numpy.zeros(target, a.dtype)
    places: list[Any] = list(numpy.indices(a.shape, sparse=True))
    places[at] = whole_numbers(numpy, index, target[at], "places")
    numpy.add.at(result, tuple(places), a)
    return result


scatter_add: Structural = structural(
    "scatter_add(a, index, shape=None, axis=0)",
    _scatter,
    _scatter_shape,
    lambda g, y, a, index, shape, axis: [gather(g, index, axis=axis), None],
    grad_fn="ScatterAddBackward0(None, 0)",
    torch_call="torch.zeros({shape}, dtype={0}.dtype).scatter_add({axis}, {1}, {0})",
    whole=(1,),
    result=SAME,
    linear="a",
    doc="Zeros of a shape with the elements added at places along an axis: the adjoint of ``gather``.",
)


def _vector_of_places(index: Shape) -> None:
    if len(index) > 1:
        raise ShapeError(f"index_select takes a vector of places, not an array of the shape {shape_text(index)}")


def _index_select_shape(a: Shape, index: Shape, axis: Setting) -> Shape:
    _vector_of_places(index)
    at = axis_of(axis, a)
    return (*a[:at], *(index or (1,)), *a[at + 1 :])


def _index_select_pullback(g: Any, y: Any, a: Any, index: Any, axis: Setting) -> list[Any]:
    shape = shape_of(g)
    at = axis_of(axis, shape)
    places = reshaped(index, tuple([size if other == at else 1 for other, size in enumerate(shape)]))
    return [scatter_add(g, expanded(places, shape), shape=shape_of(a), axis=axis), None]


index_select = structural(
    "index_select(a, index, axis=0)",
    lambda numpy, a, index, axis: numpy.take(
        a, numpy.atleast_1d(whole_numbers(numpy, index, a.shape[axis], "places")), axis=axis
    ),
    _index_select_shape,
    _index_select_pullback,
    grad_fn="IndexSelectBackward0(0)",
    torch="index_select(dim=axis, index=index): torch Tensor",
    torch_call="torch.index_select({0}, {axis}, {1})",
    whole=(1,),
    moves=True,
    doc="The parts of an array at places of an axis, in their order; a place may come twice.",
)
take = structural(
    "take(a, index)",
    lambda numpy, a, index: numpy.take(a, whole_numbers(numpy, index, numpy.size(a), "places")),
    lambda a, index: index,
    lambda g, y, a, index: [
        reshaped(scatter_add(_flat(g), _flat(index), shape=(count(shape_of(a)),)), shape_of(a)),
        None,
    ],
    grad_fn="TakeBackward0(0)",
    whole=(1,),
    moves=True,
    torch="take: torch Tensor",
    doc="The elements at places, which are counted through all rows.",
)


def _flat(a: Any) -> Any:
    return reshaped(a, (count(shape_of(a)),))


def _embedding_shape(index: Shape, weight: Shape) -> Shape:
    if len(weight) != 2:
        raise ShapeError(f"the weight of an embedding is a matrix, not an array of the shape {shape_text(weight)}")
    return index + weight[1:]


def _embedding_pullback(g: Any, y: Any, index: Any, weight: Any) -> list[Any]:
    shape = (count(shape_of(index)), shape_of(weight)[1])
    places = expanded(reshaped(index, (shape[0], 1)), shape)
    return [None, scatter_add(reshaped(g, shape), places, shape=shape_of(weight))]


embedding = structural(
    "embedding(index, weight)",
    lambda numpy, index, weight: weight[whole_numbers(numpy, index, weight.shape[0], "rows")],
    _embedding_shape,
    _embedding_pullback,
    grad_fn="EmbeddingBackward0(1)",
    whole=(0,),
    moves=True,
    linear="weight",
    torch="embedding: F",
    doc="For each number that row of a matrix.",
)


def _argsort(numpy: Any, a: Any, axis: int, descending: bool) -> Any:
    if descending:  # nan first, and equal elements in their order
        backward = numpy.flip(numpy.argsort(numpy.flip(a, axis), axis=axis, kind="stable"), axis)
        return (a.shape[axis] - 1 - backward).astype(a.dtype)
    return numpy.argsort(a, axis=axis, kind="stable").astype(a.dtype)


argsort: Structural = structural(
    "argsort(a, axis=-1, descending=False)",
    _argsort,
    same_shape,
    None,
    result=WHOLE,
    range=(0, math.inf),
    torch="argsort: torch Tensor",
    torch_call="torch.argsort({0}, stable=True, dim={axis}, descending={descending})",
    doc="The places of the elements along an axis in the order of their size, equal ones in theirs; it carries no gradient.",
)


def _sort(numpy: Any, a: Any, axis: int, descending: bool) -> Any:
    return numpy.take_along_axis(a, _argsort(numpy, a, axis, descending).astype(int), axis)


sort = structural(
    "sort(a, axis=-1, descending=False)",
    _sort,
    same_shape,
    lambda g, y, a, axis, descending: [
        scatter_add(g, argsort(a, axis=axis, descending=descending), shape=shape_of(a), axis=axis)
    ],
    result=SAME,
    torch="sort(dim=axis, descending=descending): torch Tensor",
    torch_call="torch.sort({0}, {axis}, descending={descending}).values",
    specials=ties.EQUAL,
    course="rises",
    doc="The elements along an axis in the order of their size.",
)


def _topk_shape(a: Shape, k: Setting, axis: Setting, largest: Setting) -> Shape:
    at = axis_of(axis, a)
    if not isinstance(k, int) or not 0 <= k <= a[at]:
        raise ShapeError(f"topk takes 0 to {a[at]} elements of the shape {shape_text(a)} along the axis {axis}, not {k}")
    return (*a[:at], k, *a[at + 1 :])


argtopk: Structural = structural(
    "argtopk(a, k=1, axis=-1, largest=True)",
    lambda numpy, a, k, axis, largest: numpy.take(_argsort(numpy, a, axis, largest), range(k), axis=axis),
    _topk_shape,
    None,
    result=WHOLE,
    range=(0, math.inf),
    torch_call="torch.topk({0}, {k}, {axis}, largest={largest}).indices",
    doc="The places of the k largest elements along an axis, the largest first; it carries no gradient.",
)
topk = structural(
    "topk(a, k=1, axis=-1, largest=True)",
    lambda numpy, a, k, axis, largest: numpy.take(_sort(numpy, a, axis, largest), range(k), axis=axis),
    _topk_shape,
    lambda g, y, a, axis, **settings: [scatter_add(g, argtopk(a, axis=axis, **settings), shape=shape_of(a), axis=axis)],
    result=SAME,
    torch="topk(k=k, dim=axis, largest=largest): torch Tensor",
    torch_call="torch.topk({0}, {k}, {axis}, largest={largest}).values",
    course="rises",
    doc="The k largest elements along an axis, the largest first; the smallest ones with largest=False.",
)


def _running(name: str, numpy_name: str, grad_fn: str, word: str) -> Structural:
    """The running maximum or minimum; of equal elements the last has the gradient, as in PyTorch."""

    def value(numpy: Any, a: Any, axis: int) -> Any:
        return getattr(numpy, numpy_name).accumulate(a, axis=axis)

    def places(numpy: Any, a: Any, axis: int) -> Any:
        numbers = numpy.arange(a.shape[axis], dtype=a.dtype).reshape([-1] + [1] * (a.ndim - 1 - axis % a.ndim))
        hits = (a == value(numpy, a, axis)) | numpy.isnan(a)
        return numpy.maximum.accumulate(numpy.where(hits, numbers, 0), axis=axis)

    where_ = structural(
        f"arg{name}(a, axis=-1)",
        places,
        same_shape,
        None,
        result=WHOLE,
        torch_call=f"torch.{name}({{0}}, {{axis}}).indices",
        doc=f"The place of the {word} element up to each place of an axis, the last of equal ones; it carries no gradient.",
    )
    return structural(
        f"{name}(a, axis=-1)",
        value,
        same_shape,
        lambda g, y, a, axis: [scatter_add(g, where_(a, axis=axis), shape=shape_of(a), axis=axis)],
        grad_fn=grad_fn,
        result=SAME,
        torch=f"{name}(dim=axis): torch Tensor",
        torch_call=f"torch.{name}({{0}}, {{axis}}).values",
        specials=ties.EQUAL,
        course="convex rises" if name == "cummax" else "concave rises",
        doc=f"The {word} element up to each place of an axis; the last of equal ones has the gradient.",
    )


cummax = _running("cummax", "maximum", "CummaxBackward0(0)", "largest")
cummin = _running("cummin", "minimum", "CumminBackward0(0)", "smallest")


def _median_place(numpy: Any, a: Any, axis: Setting, keepdims: bool, skip: bool) -> Any:
    moved = numpy.reshape(a, -1) if axis is None else numpy.moveaxis(a, axis, -1)
    order = numpy.argsort(moved, axis=-1, kind="stable")
    missing = numpy.isnan(moved).sum(axis=-1, keepdims=True)
    size = moved.shape[-1]
    middle = numpy.maximum((size - missing - 1) // 2, 0)
    if not skip:  # a nan is the median; nan stand at the end
        middle = numpy.where(missing > 0, size - missing, middle)
    places = numpy.take_along_axis(order, middle, -1)[..., 0].astype(a.dtype)
    return places.reshape(kept(a.shape, axis)) if keepdims else places


def _median_shape(a: Shape, axis: Setting, keepdims: Setting) -> Shape:
    if isinstance(axis, tuple):
        raise ShapeError(f"a median is taken along one axis or of all elements, not along {axis}")
    if count(a, axis) == 0 and axis is not None:
        raise ShapeError(f"an array of the shape {shape_text(a)} has no elements to compare")
    return reduced(a, axis, keepdims)


def _median(name: str, skip: bool, doc: str) -> Structural:
    place = structural(
        f"arg{name}(a, axis=None, keepdims=False)",
        lambda numpy, a, axis, keepdims: _median_place(numpy, a, axis, keepdims, skip),
        _median_shape,
        None,
        result=WHOLE,
        torch_call=lambda a, axis, keepdims: (
            f"torch.{name}({{0}}, {{axis}}, keepdim={{keepdims}}).indices" if axis is not None else ""
        ),
        doc=f"The place of the {name}, the first of equal elements; it carries no gradient.",
    )

    def value(numpy: Any, a: Any, axis: Setting, keepdims: bool) -> Any:
        if numpy.size(a) == 0 and axis is None:
            return numpy.full(reduced(a.shape, axis, keepdims), numpy.nan)
        places = _median_place(numpy, a, axis, True, skip).astype(int)
        chosen = numpy.take(a, places) if axis is None else numpy.take_along_axis(a, places, axis)
        return chosen.reshape(reduced(a.shape, axis, keepdims))

    def pullback(g: Any, y: Any, a: Any, axis: Setting, keepdims: Setting) -> list[Any]:
        if axis is None:
            return shared(g, y, a, axis, keepdims)
        shape = kept(shape_of(a), axis)
        return [scatter_add(reshaped(g, shape), place(a, axis=axis, keepdims=True), shape=shape_of(a), axis=axis)]

    return structural(
        f"reduce_{name}(a, axis=None, keepdims=False)",
        value,
        _median_shape,
        pullback,
        grad_fn=lambda a, axis, keepdims: f"{name.capitalize()}Backward{int(axis is not None)}(0)",
        result=SAME,
        takes=("", "") if skip else (NUMBERS, no_kernel("median_cpu")),
        torch=f"{name}: torch Tensor",
        torch_call=lambda a, axis, keepdims: (
            "" if axis is None else f"torch.{name}({{0}}, {{axis}}, keepdim={{keepdims}}).values"
        ),
        specials=ties.MIDDLE,
        doc=doc,
    )


reduce_median = _median(
    "median",
    False,
    "The element in the middle, the lower one of two; equal ones share the gradient, along an axis the first has it.",
)
reduce_nanmedian = _median("nanmedian", True, "The median of the elements that are not nan.")
