"""Operations that arrange the elements of one array anew: broadcasting, reshaping, exchanging axes."""

from __future__ import annotations

from math import prod

from gradcli.graph.shapes import ShapeError, broadcast, shape_text
from gradcli.ops.arrays import in_elements, torch_messages
from gradcli.ops.arrays.axes import as_shape, axes_of, axes_text, axis_of, kept, new_shape, resolved
from gradcli.ops.arrays.summation import total
from gradcli.ops.declaration.facts import COUNT, VIEW, VIEW_OR_COPY
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.typing import Any


def expanded(a: Any, shape: Shape) -> Any:
    """The operation ``expand``, or the operand itself where it has the shape."""
    return a if shape_of(a) == shape else expand(a, shape=shape)


def summed_to(a: Any, shape: Shape) -> Any:
    """The operation ``sum_to``, or the operand itself where it has the shape."""
    return a if shape_of(a) == shape else sum_to(a, shape=shape)


def reshaped(a: Any, shape: Shape) -> Any:
    """The operation ``reshape``, or the operand itself where it has the shape."""
    return a if shape_of(a) == shape else reshape(a, shape=shape)


def spread(a: Any, shape: Shape, axis: Setting) -> Any:
    """What a reduction of a shape left, repeated along the axes that it reduced."""
    return expanded(a if shape_of(a) == () else reshaped(a, kept(shape, axis)), shape)


def _expand_shape(a: Shape, shape: Setting) -> Shape:
    target = new_shape(shape)
    if len(a) > len(target) or broadcast(a, target) != target:
        raise ShapeError(f"the shape {shape_text(a)} does not expand to {shape_text(target)}")
    return target


def _sum_to_shape(a: Shape, shape: Setting) -> Shape:
    target = new_shape(shape)
    if len(target) > len(a) or broadcast(target, a) != a:
        raise ShapeError(f"the shape {shape_text(target)} does not broadcast to {shape_text(a)}, so that is not summed to it")
    return target


def _sum_to(numpy: Any, a: Any, shape: Setting) -> Any:
    target = as_shape(shape)
    sizes = numpy.shape(a)
    lead = len(sizes) - len(target)
    axes = tuple([at for at, size in enumerate(sizes) if at < lead or target[at - lead] != size])
    return numpy.reshape(total(numpy, a, axes), target)


def _sum_to_function(a: Shape, shape: Setting) -> str:
    return "SumBackward1(0)" if len(a) == len(as_shape(shape)) else "ViewBackward0(SumBackward1(0))"


expand: Structural = structural(
    "expand(a, shape=None)",
    lambda numpy, a, shape: numpy.broadcast_to(a, as_shape(shape)),
    _expand_shape,
    lambda g, y, a, shape: [summed_to(g, shape_of(a))],
    spellings=("expand", "broadcast_to"),
    moves=True,
    torch="expand: Tensor; broadcast_to: torch Tensor",
    torch_call="{0}.expand({shape})",
    view=VIEW,
    torch_message=lambda shapes, settings: torch_messages.expanded(shapes[0], list(settings["shape"])),
    doc="The array, repeated along new axes and along axes of size 1 to have a shape.",
)
sum_to: Structural = structural(
    "sum_to(a, shape=None)",
    _sum_to,
    _sum_to_shape,
    lambda g, y, a, shape: [expanded(g, shape_of(a))],
    grad_fn=_sum_to_function,
    spellings=("sum_to", "sum_to_size"),
    result=COUNT,
    linear="a",
    torch="sum_to_size: Tensor",
    torch_call="{0}.sum_to_size({shape})",
    in_elements=in_elements.sum_to,
    course="rises",
    doc="The sum over the axes along which a shape is broadcast to that of the array: the adjoint of broadcasting.",
)
reshape: Structural = structural(
    "reshape(a, shape=None)",
    lambda numpy, a, shape: numpy.reshape(a, resolved(numpy.shape(a), shape)),
    resolved,
    lambda g, y, a, shape: [reshape(g, shape=shape_of(a))],
    grad_fn="ViewBackward0(0)",
    spellings=("reshape", "view"),
    moves=True,
    torch="reshape(shape=shape): torch Tensor; view: Tensor",
    tensorflow="reshape(tensor, shape) Reshape: top",
    view=VIEW_OR_COPY,
    reshapes=True,
    doc="The elements in their order in another shape; -1 stands for the size that the others leave.",
)


def _flat(a: Shape, start_axis: Setting, end_axis: Setting) -> Shape:
    if not a:
        return (1,)
    start, end = axis_of(start_axis, a), axis_of(end_axis, a)
    if start > end:
        raise ShapeError(f"of the shape {shape_text(a)} the axis {start_axis} comes after the axis {end_axis}")
    return (*a[:start], prod(a[start : end + 1]), *a[end + 1 :])


flatten = structural(
    "flatten(a, start_axis=0, end_axis=-1)",
    lambda numpy, a, **axes: numpy.reshape(a, _flat(numpy.shape(a), **axes)),
    _flat,
    lambda g, y, a, start_axis, end_axis: [reshaped(g, shape_of(a))],
    grad_fn="ViewBackward0(0)",
    spellings=("flatten", "ravel"),
    moves=True,
    torch="flatten: torch Tensor; ravel: torch Tensor",
    view=VIEW_OR_COPY,
    reshapes=True,
    doc="The elements in their order along one axis in place of several.",
)


def _squeezed(a: Shape, axis: Setting) -> Shape:
    axes = axes_of(axis, a)
    return tuple([size for at, size in enumerate(a) if at not in axes or size != 1])


def _squeeze_function(a: Shape, axis: Setting) -> str:
    return f"SqueezeBackward{0 if axis is None else 1 if isinstance(axis, int) else 2}(0)"


squeeze = structural(
    "squeeze(a, axis=None)",
    lambda numpy, a, axis: numpy.reshape(a, _squeezed(numpy.shape(a), axis)),
    _squeezed,
    lambda g, y, a, axis: [reshaped(g, shape_of(a))],
    grad_fn=_squeeze_function,
    moves=True,
    torch="squeeze: torch Tensor",
    tensorflow="squeeze(input, axis=None) Squeeze: top",
    view=VIEW,
    reshapes=True,
    doc="The array without its axes of size 1, or without those of them that are named.",
)


def _unsqueezed(a: Shape, axis: Setting) -> Shape:
    at = axis_of(axis, (*a, 1))
    return (*a[:at], 1, *a[at:])


unsqueeze = structural(
    "unsqueeze(a, axis=0)",
    lambda numpy, a, axis: numpy.reshape(a, _unsqueezed(numpy.shape(a), axis)),
    _unsqueezed,
    lambda g, y, a, axis: [reshape(g, shape=shape_of(a))],
    moves=True,
    torch="unsqueeze(dim=axis): torch Tensor",
    tensorflow="expand_dims(input, axis) ExpandDims: top",
    view=VIEW,
    adds_axis=True,
    reshapes=True,
    doc="The array with a new axis of size 1.",
)


def _order(a: Shape, axes: Setting) -> Shape:
    """The axes of the array in their new order."""
    if axes is None:
        return tuple(range(len(a)))[::-1]
    order = axes_of(axes, a)
    if len(order) != len(a):
        raise ShapeError(f"the axes {axes} are not an order of the {axes_text(len(a))} of the shape {shape_text(a)}")
    return order


def _back(order: Shape) -> Shape:
    """The order that undoes one."""
    return tuple(sorted(range(len(order)), key=order.__getitem__))


permute: Structural = structural(
    "permute(a, axes=None)",
    lambda numpy, a, axes: numpy.transpose(a, _order(numpy.shape(a), axes)),
    lambda a, axes: tuple([a[at] for at in _order(a, axes)]),
    lambda g, y, a, axes: [permute(g, axes=_back(_order(shape_of(a), axes)))],
    moves=True,
    torch="permute(dims=axes): torch Tensor",
    torch_call=lambda a, axes: f"torch.permute({{0}}, {tuple(range(len(a)))[::-1]})" if axes is None else "",
    tensorflow="transpose(a, perm=None) transpose: top",
    view=VIEW,
    torch_message=torch_messages.permuted,
    doc="The axes in another order, without one in the reverse order: ``M.T`` of a matrix.",
)


def _exchanged(a: Shape, axis0: Setting, axis1: Setting) -> Shape:
    """The order of the axes when two change places."""
    first, second = axis_of(axis0, a), axis_of(axis1, a)
    return tuple([second if at == first else first if at == second else at for at in range(len(a))])


transpose: Structural = structural(
    "transpose(a, axis0=-2, axis1=-1)",
    lambda numpy, a, **axes: numpy.transpose(a, _exchanged(numpy.shape(a), **axes)),
    lambda a, axis0, axis1: tuple([a[at] for at in _exchanged(a, axis0, axis1)]),
    lambda g, y, a, axis0, axis1: [transpose(g, axis0=axis0, axis1=axis1)],
    spellings=("transpose", "swapaxes"),
    moves=True,
    torch="transpose(dim0=axis0, dim1=axis1): torch Tensor; swapaxes: torch Tensor",
    view=VIEW,
    inverse="transpose",
    doc="Two axes change places, the last two where none are named: the transposes of a stack of matrices.",
)
