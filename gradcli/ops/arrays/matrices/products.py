"""Further products of vectors and matrices, and the layer of a network that is one."""

from __future__ import annotations

import math

from gradcli.graph.shapes import ShapeError, broadcast, shape_text
from gradcli.ops.arrays import torch_messages
from gradcli.ops.arrays.axes import axis_of
from gradcli.ops.arrays.costs import product_cost, weighted_cost
from gradcli.ops.arrays.matrices.matmul import matmul, product_pullback, scalar_product
from gradcli.ops.arrays.matrices.matrix import diag
from gradcli.ops.arrays.reduce import reduce_sum
from gradcli.ops.arrays.shape import permute, reshape, reshaped, summed_to, transpose
from gradcli.ops.declaration.facts import SAME, VIEW
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.typing import Any


def _bmm_shape(a: Shape, b: Shape) -> Shape:
    if len(a) != 3 or len(b) != 3 or a[0] != b[0] or a[2] != b[1]:
        raise ShapeError(f"bmm takes two stacks of as many matrices that fit, not {shape_text(a)} and {shape_text(b)}")
    return (*a[:2], b[2])


bmm = structural(
    "bmm(a, b)",
    lambda numpy, a, b: numpy.matmul(a, b),
    _bmm_shape,
    product_pullback,
    result=SAME,
    linear="a, b",
    torch="bmm: torch Tensor",
    promotes=False,
    cost=product_cost,
    torch_message=torch_messages.batches,
    doc="The products of the matrices of two stacks, one by one.",
)


def _addmm_shape(c: Shape, a: Shape, b: Shape) -> Shape:
    if len(a) != 2 or len(b) != 2 or a[1] != b[0] or broadcast(c, (a[0], b[1])) != (a[0], b[1]):
        raise ShapeError(f"addmm: {shape_text(c)} + {shape_text(a)} @ {shape_text(b)} do not fit")
    return (a[0], b[1])


addmm = structural(
    "addmm(c, a, b)",
    lambda numpy, c, a, b: c + a @ b,
    _addmm_shape,
    lambda g, y, c, a, b: [lambda: summed_to(g, shape_of(c)), *product_pullback(g, y, a, b)],
    result=SAME,
    linear="c a, c b",
    torch="addmm: torch Tensor",
    promotes=False,
    cost=lambda c, a, b: product_cost(a, b),
    doc="c + a @ b for two matrices a and b.",
)


def _linear_shape(a: Shape, weight: Shape, *bias: Shape) -> Shape:
    fits = a and len(weight) == 2 and a[-1] == weight[1] and all(one == weight[:1] for one in bias)
    if not fits:
        shapes = ", ".join(map(shape_text, (a, weight, *bias)))
        raise ShapeError(f"linear takes (..., inputs), a weight (outputs, inputs) and a bias (outputs), not {shapes}")
    return (*a[:-1], weight[0])


def _linear_pullback(g: Any, y: Any, a: Any, weight: Any, *bias: Any) -> list[Any]:
    """Those of the product of all rows of inputs with the transposed weight."""
    inputs, outputs = shape_of(a), shape_of(g)
    rows = math.prod(inputs[:-1])

    def flat() -> Any:
        return reshaped(g, (rows, outputs[-1]))

    return [
        lambda: reshaped(matmul(flat(), weight), inputs),
        lambda: matmul(transpose(flat()), reshaped(a, (rows, inputs[-1]))),
        *[lambda: summed_to(g, outputs[-1:]) for _ in bias],
    ]


def _linear_function(a: Shape, weight: Shape, *bias: Shape) -> str:
    turned = "TBackward0(1)"
    if bias:
        return (
            f"AddmmBackward0(2, 0, {turned})" if len(a) == 2 else f"ViewBackward0(AddmmBackward0(2, ViewBackward0(0), {turned}))"
        )
    if len(a) == 1:
        return f"SqueezeBackward4(MmBackward0(UnsqueezeBackward0(0), {turned}))"
    return f"MmBackward0(0, {turned})" if len(a) == 2 else f"UnsafeViewBackward0(MmBackward0(ViewBackward0(0), {turned}))"


def _linear(numpy: Any, a: Any, weight: Any, *bias: Any) -> Any:
    result = a @ weight.T
    return result + bias[0] if bias else result


linear = structural(
    "linear(a, weight, bias)",
    _linear,
    _linear_shape,
    _linear_pullback,
    grad_fn=_linear_function,
    optional=1,
    result=SAME,
    linear="a bias, weight bias",
    torch="linear: F",
    promotes=False,
    cost=weighted_cost,
    doc="A layer of a network: a @ weight.T + bias, where the weight has a row for each output.",
)


vdot = scalar_product("vdot", "VdotBackward0(0, 1)", "Dot product of two vectors, as ``dot``.")
inner = scalar_product(
    "inner", "ViewBackward0(DotBackward0(PermuteBackward0(0), PermuteBackward0(1)))", "Inner product of two vectors, as ``dot``."
)


def _cross_shape(a: Shape, b: Shape, axis: Setting) -> Shape:
    shape = broadcast(a, b)
    if len(a) != len(b) or a[axis_of(axis, a)] != 3 or b[axis_of(axis, b)] != 3:
        raise ShapeError(f"a cross product takes vectors of 3 elements, not {shape_text(a)} and {shape_text(b)}")
    return shape


cross: Structural = structural(
    "cross(a, b, axis=-1)",
    lambda numpy, a, b, axis: numpy.cross(a, b, axis=axis),
    _cross_shape,
    lambda g, y, a, b, axis: [
        lambda: summed_to(cross(b, g, axis=axis), shape_of(a)),
        lambda: summed_to(cross(g, a, axis=axis), shape_of(b)),
    ],
    grad_fn="LinalgCrossBackward0(0, 1)",
    result=SAME,
    linear="a, b",
    torch="cross(dim=axis): linalg torch Tensor",
    doc="Cross product of vectors of three elements.",
)


def _ranks_alike(a: Shape, b: Shape) -> tuple[Shape, Shape]:
    rank = max(len(a), len(b))
    return (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b


def _kron_pullback(g: Any, y: Any, a: Any, b: Any) -> list[Any]:
    """Each axis of the result is split into the place in a and the place in b."""
    first, second = _ranks_alike(shape_of(a), shape_of(b))
    rank = len(first)
    split = reshape(g, shape=tuple([size for pair in zip(first, second, strict=True) for size in pair]))
    blocks = permute(split, axes=(*range(0, 2 * rank, 2), *range(1, 2 * rank, 2)))

    def along(other: Any, shape: Shape, axes: range) -> Any:
        return reduce_sum(blocks * reshaped(other, shape), axis=tuple(axes))

    return [
        lambda: reshaped(along(b, (1,) * rank + second, range(rank, 2 * rank)), shape_of(a)),
        lambda: reshaped(along(a, first + (1,) * rank, range(rank)), shape_of(b)),
    ]


kron = structural(
    "kron(a, b)",
    lambda numpy, a, b: numpy.kron(a, b),
    lambda a, b: tuple([p * q for p, q in zip(*_ranks_alike(a, b), strict=True)]),
    _kron_pullback,
    grad_fn="UnsafeViewBackward0(MulBackward0(UnsafeViewBackward0(0), UnsafeViewBackward0(1)))",
    result=SAME,
    linear="a, b",
    torch="kron: torch Tensor",
    doc="Kronecker product: the second array times each element of the first, in its place.",
)


def _diagonal_shape(a: Shape, offset: Setting) -> Shape:
    if len(a) != 2:
        raise ShapeError(f"diagonal takes a matrix, not an array of the shape {shape_text(a)}")
    return diag.shape(a, offset=offset)


diagonal = structural(
    "diagonal(a, offset=0)",
    lambda numpy, a, offset: numpy.diagonal(a, offset),
    _diagonal_shape,
    lambda g, y, a, offset: list(diag.pullback(g, y, a, offset=offset)) if diag.pullback else [],
    moves=True,
    torch="diagonal: torch Tensor",
    view=VIEW,
    doc="The diagonal of a matrix.",
)
