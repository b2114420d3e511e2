"""Functions of a square matrix: powers, the exponential, the logarithm of the determinant."""

from __future__ import annotations

import math
from collections.abc import Callable

from gradcli.graph.shapes import ShapeError
from gradcli.ops.arrays import in_elements, torch_messages
from gradcli.ops.arrays.costs import cubic_cost
from gradcli.ops.arrays.index import cat, index
from gradcli.ops.arrays.matrices.matmul import matmul
from gradcli.ops.arrays.matrices.matrix import det, inv, invertible, per_matrix, square_matrix
from gradcli.ops.arrays.shape import transpose
from gradcli.ops.declaration.facts import SAME
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.ops.elementwise.arithmetic import abs
from gradcli.ops.elementwise.exponential import log
from gradcli.ops.elementwise.logic import eq, where
from gradcli.typing import Any


def _logdet(numpy: Any, a: Any) -> Any:
    sign, logarithm = numpy.linalg.slogdet(a)
    return numpy.where(sign < 0, numpy.nan, logarithm)


def _logarithm_of_det(name: str, forward: Callable[..., Any], grad_fn: str, doc: str, torch: str = "") -> Structural:
    return structural(
        f"{name}(a)",
        forward,
        lambda a: square_matrix(a)[:-2],
        lambda g, y, a: [per_matrix(where(eq(y, y), g, 0)) * transpose(inv(a))],
        grad_fn=grad_fn,
        torch=torch,
        torch_call="" if torch else "torch.linalg.slogdet({0}).logabsdet",
        cost=cubic_cost,
        definition=lambda a: log(abs(det(a)) if name == "logabsdet" else det(a)),
        doc=doc,
    )


logabsdet = _logarithm_of_det(
    "logabsdet",
    lambda numpy, a: numpy.linalg.slogdet(a)[1],
    "LinalgSlogdetBackward0(0)",
    "Logarithm of the absolute value of the determinant: the second result of torch.linalg.slogdet.",
)
logdet = _logarithm_of_det(
    "logdet",
    _logdet,
    "WhereBackward0(None, LinalgSlogdetBackward0(0))",
    "Logarithm of the determinant, nan where that is negative.",
    "logdet: torch Tensor",
)

MOST_FACTORS = 1000
"""The largest power of a matrix; its gradient has a product for each factor."""


def _power_shape(a: Shape, n: Setting) -> Shape:
    if isinstance(n, bool) or not isinstance(n, int) or abs(n) > MOST_FACTORS:
        raise ShapeError(f"the power of a matrix is a whole number up to {MOST_FACTORS:,}, not {n}")
    return square_matrix(a)


def _power_pullback(g: Any, y: Any, a: Any, n: int) -> list[Any]:
    """The sum over the factors: each has the transposed product of those before it, g, and that of those after it."""
    if n < 0:
        inverse = inv(a)
        by_inverse = _power_pullback(g, y, inverse, -n)[0]
        turned = transpose(inverse)
        return [-matmul(matmul(turned, by_inverse), turned)]
    if n == 0:
        return [g * 0]
    turned = transpose(a)
    total = g
    right = turned
    for _ in range(n - 1):  # total is the sum for one factor less
        total = matmul(turned, total) + matmul(g, right)
        right = matmul(right, turned)
    return [total]


def _power_function(a: Shape, n: int) -> str:
    """PyTorch's functions: products by squaring, the lowest bit first."""
    base = "0" if n >= 0 else "LinalgInvExBackward0(0)"
    factors = abs(n)
    if factors == 0:
        return "CopyBackwards(CloneBackward0(0), None)"
    if factors == 1:
        return f"CloneBackward0({base})" if n > 0 else base

    def product(left: str, right: str) -> str:
        if len(a) == 2:
            return f"MmBackward0({left}, {right})"
        stack = "UnsafeViewBackward0(BmmBackward0(ViewBackward0(ExpandBackward0({})), ViewBackward0(ExpandBackward0({}))))"
        return stack.format(left, right)

    if factors == 3:
        return product(product(base, base), base)
    square, result = base, ""
    while factors:
        if factors % 2:
            result = product(result, square) if result else square
        factors //= 2
        square = product(square, square) if factors else square
    return result


matrix_power = structural(
    "matrix_power(a, n=1)",
    invertible(lambda numpy, a, n: numpy.linalg.matrix_power(a, n)),
    _power_shape,
    _power_pullback,
    grad_fn=_power_function,
    result=SAME,
    torch="matrix_power(n=n): linalg torch Tensor",
    cost=cubic_cost,
    torch_message=torch_messages.square("matrix_power"),
    in_elements=in_elements.matrix_power,
    doc="The product of n equal matrices, for a negative n of their inverses.",
)


def _matrix_exp(numpy: Any, a: Any) -> Any:
    """Taylor's series of a/2^s, squared s times (Moler and Van Loan, Nineteen dubious ways, 2003, method 3)."""
    size = numpy.abs(a).sum(axis=-1).max(initial=0.0)
    halvings = max(0, math.ceil(math.log2(size)) + 2) if 0 < size < math.inf else 0
    scaled = a / 2.0**halvings
    result = term = numpy.broadcast_to(numpy.eye(a.shape[-1], dtype=a.dtype), a.shape)
    for number in range(1, 19):
        term = term @ scaled / number
        result = result + term
    for _ in range(halvings):
        result = result @ result
    return result.astype(a.dtype)


def _matrix_exp_pullback(g: Any, y: Any, a: Any) -> list[Any]:
    """The corner of the exponential of [[aᵀ, g], [0, aᵀ]] (Al-Mohy and Higham, 2009, equation 1.2)."""
    size = shape_of(a)[-1]
    turned = transpose(a)
    top = cat(turned, g, axis=-1)
    bottom = cat(turned * 0, turned, axis=-1)
    corner = ("...", ("slice", 0, size, None), ("slice", size, 2 * size, None))
    return [index(matrix_exp(cat(top, bottom, axis=-2)), index=corner)]


matrix_exp: Structural = structural(
    "matrix_exp(a)",
    _matrix_exp,
    square_matrix,
    _matrix_exp_pullback,
    grad_fn="LinalgMatrixExpBackward0(0)",
    torch="matrix_exp: torch Tensor",
    cost=cubic_cost,
    doc="Exponential of a square matrix: 1 + a + a @ a/2 + ...",
)
