"""Operations on matrices: diagonals and triangles, determinants, inverses, systems of equations."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.errors import GradcliError
from gradcli.graph.shapes import ShapeError, broadcast, shape_text
from gradcli.ops.arrays import in_elements, torch_messages
from gradcli.ops.arrays.costs import cubic_cost
from gradcli.ops.arrays.index import index_put
from gradcli.ops.arrays.matrices.matmul import matmul
from gradcli.ops.arrays.reduce import reduce_sum
from gradcli.ops.arrays.shape import expand, summed_to, transpose, unsqueeze
from gradcli.ops.declaration.facts import COUNT, DECIMALS
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.typing import Any

_LAST_TWO: Setting = (-2, -1)


def _matrices(a: Shape) -> Shape:
    if len(a) < 2:
        raise ShapeError(f"this takes a matrix, not an array of the shape {shape_text(a)}")
    return a


def square_matrix(a: Shape) -> Shape:
    """The shape itself.

    Raises:
        ShapeError: It is not that of a square matrix, or of a stack of such.
    """
    if len(a) < 2 or a[-1] != a[-2]:
        raise ShapeError(f"this takes a square matrix, not an array of the shape {shape_text(a)}")
    return a


def _diagonal(a: Shape, offset: int) -> tuple[int, int, int]:
    """The row and the column in which a diagonal of a matrix begins, and its length."""
    row, column = max(-offset, 0), max(offset, 0)
    return row, column, max(min(a[0] - row, a[1] - column), 0)


def _diag_shape(a: Shape, offset: int) -> Shape:
    if len(a) not in (1, 2):
        raise ShapeError(f"diag takes a vector or a matrix, not an array of the shape {shape_text(a)}")
    return (a[0] + abs(offset),) * 2 if len(a) == 1 else (_diagonal(a, offset)[2],)


def _diag_pullback(g: Any, y: Any, a: Any, offset: int) -> list[Any]:
    shape = shape_of(a)
    return [diag(g, offset=offset) if len(shape) == 1 else _on_diagonal(g, shape, offset)]


def _on_diagonal(a: Any, shape: Shape, offset: int) -> Any:
    """A vector as a diagonal of a matrix of a shape, zeros elsewhere."""
    row, column, length = _diagonal(shape, offset)
    place = (("slice", row, row + length, None), ("slice", column, column + length, None))
    return index_put(diag(a), shape=shape, index=place)


diag: Structural = structural(
    "diag(a, offset=0)",
    lambda numpy, a, offset: numpy.diag(a, offset),
    _diag_shape,
    _diag_pullback,
    grad_fn=lambda a, offset: "DiagEmbedBackward0(0)" if len(a) == 1 else "DiagonalBackward0_copy(0)",
    moves=True,
    torch="diag(diagonal=offset): torch Tensor",
    torch_message=lambda shapes, settings: f"diag(): Supports 1D or 2D tensors. Got {len(shapes[0])}D",
    doc="The matrix with a vector as its diagonal; of a matrix the diagonal.",
)


def _trace_shape(a: Shape) -> Shape:
    if len(a) != 2:
        raise ShapeError(f"trace takes a matrix, not an array of the shape {shape_text(a)}")
    return ()


trace = structural(
    "trace(a)",
    lambda numpy, a: numpy.trace(a, dtype=a.dtype),
    _trace_shape,
    lambda g, y, a: [_on_diagonal(expand(g, shape=(min(shape_of(a)),)), shape_of(a), 0)],
    result=COUNT,
    linear="a",
    torch="trace: torch Tensor",
    torch_message=lambda shapes, settings: f"trace: expected a matrix, but got tensor with dim {len(shapes[0])}",
    course="rises",
    doc="Sum of the diagonal of a matrix.",
)


def _triangle(name: str, grad_fn: str, doc: str) -> Structural:
    def pullback(g: Any, y: Any, a: Any, diagonal: Setting) -> list[Any]:
        return [declared(g, diagonal=diagonal)]

    declared = structural(
        f"{name}(a, diagonal=0)",
        lambda numpy, a, diagonal: getattr(numpy, name)(a, diagonal),
        lambda a, diagonal: _matrices(a),
        pullback,
        grad_fn=grad_fn,
        moves=True,
        torch=f"{name}: torch Tensor",
        torch_message=lambda shapes, settings: f"{name}: input tensor must have at least 2 dimensions",
        doc=doc,
    )
    return declared


tril = _triangle("tril", "TrilBackward0(0)", "The matrix with zeros above a diagonal.")
triu = _triangle("triu", "TriuBackward0(0)", "The matrix with zeros below a diagonal.")


def per_matrix(a: Any) -> Any:
    """A number for each matrix as an array that broadcasts with the matrices."""
    return unsqueeze(unsqueeze(a, axis=-1), axis=-1) if shape_of(a) else a


det = structural(
    "det(a)",
    lambda numpy, a: numpy.linalg.det(a),
    lambda a: square_matrix(a)[:-2],
    lambda g, y, a: [per_matrix(g) * cofactor(a)],
    grad_fn="LinalgDetBackward0(0)",
    torch="det: torch Tensor linalg",
    takes=(DECIMALS, "linalg.det: Expected a floating point or complex tensor as input. Got {}"),
    cost=cubic_cost,
    torch_message=torch_messages.square("det"),
    in_elements=in_elements.det,
    degree=lambda a: a[-1] if a else 1,
    doc="Determinant of a square matrix; the gradient is right for singular ones too, where PyTorch's is 0.",
)


def _cofactor(numpy: Any, a: Any) -> Any:
    size = a.shape[-1]
    small: dict[int, Callable[[Any, Any], Any]] = {1: lambda numpy, a: numpy.ones_like(a), 2: _cofactor2, 3: _cofactor3}
    return small.get(size, _cofactor_of_many)(numpy, a)


def _cofactor2(numpy: Any, a: Any) -> Any:
    result = numpy.flip(a, (-2, -1)).copy()
    result[..., [0, 1], [1, 0]] *= -1
    return result


def _cofactor3(numpy: Any, a: Any) -> Any:
    """Each row is the cross product of the two rows after it."""
    return numpy.cross(numpy.roll(a, -1, -2), numpy.roll(a, -2, -2))


def _cofactor_of_many(numpy: Any, a: Any) -> Any:
    """By the singular values: u·diag(s)·v has the cofactors ±u·diag(products of the others)·v."""
    u, s, v = numpy.linalg.svd(a)
    others = numpy.prod(numpy.where(numpy.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]), axis=-1, dtype=a.dtype)
    sign = numpy.linalg.det(u) * numpy.linalg.det(v)
    return sign[..., None, None] * ((u * others[..., None, :]) @ v)


def _cofactor_pullback(g: Any, y: Any, a: Any) -> list[Any]:
    """The derivative in the direction of g, since cofactors are a gradient, whose derivative is symmetric.

    Cofactors of at most three rows are polynomials of degree two, for which a central difference is exact; those of more rows
    are y = det(a)·b with b the transposed inverse, so that their matrix must not be singular.
    """
    if shape_of(a)[-1] <= 3:
        return [(cofactor(a + g) - cofactor(a - g)) / 2]
    b = transpose(inv(a))
    return [reduce_sum(b * g, axis=_LAST_TWO, keepdims=True) * y - matmul(matmul(y, transpose(g)), b)]


cofactor: Structural = structural(
    "cofactor(a)",
    _cofactor,
    square_matrix,
    _cofactor_pullback,
    grad_fn="CofactorBackward(0)",  # PyTorch has none
    cost=cubic_cost,
    in_elements=in_elements.cofactors,
    doc="The matrix of the cofactors of a square matrix: the gradient of its determinant.",
)


def invertible(forward: Callable[..., Any]) -> Callable[..., Any]:
    """A function of NumPy that has no value for a singular matrix."""

    def value(numpy: Any, *arguments: Any, **settings: Setting) -> Any:
        try:
            return forward(numpy, *arguments, **settings)
        except numpy.linalg.LinAlgError:
            raise GradcliError("the matrix is singular, it has no inverse") from None

    return value


def _inv_pullback(g: Any, y: Any, a: Any) -> list[Any]:
    transposed = transpose(y)
    return [-matmul(matmul(transposed, g), transposed)]


inv = structural(
    "inv(a)",
    invertible(lambda numpy, a: numpy.linalg.inv(a)),
    square_matrix,
    _inv_pullback,
    grad_fn="LinalgInvExBackward0(0)",
    torch="inv: linalg; inverse: torch Tensor",
    takes=(DECIMALS, "linalg.inv: Expected a floating point or complex tensor as input. Got {}"),
    cost=cubic_cost,
    in_elements=in_elements.inv,
    degree=lambda a: -1,
    total=False,
    doc="Inverse of a square matrix.",
    latex=r"{0}^{{-1}}",
)


def _vector(a: Shape, b: Shape) -> bool:
    """Whether the right-hand side is a vector for each matrix, as PyTorch decides it."""
    return len(b) == 1 or b == a[:-1]


def _solve_shape(a: Shape, b: Shape) -> Shape:
    square_matrix(a)
    vector = _vector(a, b)
    right = (*b, 1) if vector else b
    if len(right) < 2 or right[-2] != a[-1]:
        raise ShapeError(f"a system with the matrix {shape_text(a)} does not take the right-hand side {shape_text(b)}")
    result = broadcast(a[:-2], right[:-2]) + right[-2:]
    return result[:-1] if vector else result


def _solve(numpy: Any, a: Any, b: Any) -> Any:
    if _vector(numpy.shape(a), numpy.shape(b)):
        return numpy.linalg.solve(a, b[..., None])[..., 0]
    return numpy.linalg.solve(a, b)


def _solve_pullback(g: Any, y: Any, a: Any, b: Any) -> list[Any]:
    """b̄ solves the transposed system for ḡ, and Ā = -b̄·yᵀ."""
    adjoint = solve(transpose(a), g)

    def first() -> Any:
        vector = _vector(shape_of(a), shape_of(b))
        found = unsqueeze(adjoint, axis=-1) * unsqueeze(y, axis=-2) if vector else matmul(adjoint, transpose(y))
        return summed_to(-found, shape_of(a))

    return [first, lambda: summed_to(adjoint, shape_of(b))]


solve: Structural = structural(
    "solve(a, b)",
    invertible(_solve),
    _solve_shape,
    _solve_pullback,
    grad_fn="LinalgSolveExBackward0(0, 1)",
    torch="solve: linalg",
    linear="b",
    cost=cubic_cost,
    in_elements=in_elements.solve,
    total=False,
    doc="The x with a·x = b, for a vector or the columns of a matrix b.",
)
