"""Products of vectors and matrices."""

from __future__ import annotations

from math import prod

from gradcli.graph.shapes import ShapeError, broadcast, shape_text
from gradcli.ops.arrays import torch_messages
from gradcli.ops.arrays.costs import product_cost
from gradcli.ops.arrays.shape import squeeze, summed_to, transpose, unsqueeze
from gradcli.ops.declaration.facts import SAME
from gradcli.ops.declaration.structural import Shape, Structural, shape_of, structural
from gradcli.typing import Any


def _scalar_shape(a: Shape, b: Shape) -> Shape:
    if len(a) != 1 or a != b:
        raise ShapeError(f"the dot product takes two vectors of one length, not {shape_text(a)} and {shape_text(b)}")
    return ()


def scalar_product(name: str, grad_fn: str, doc: str, latex: str = "") -> Structural:
    """The scalar product of two vectors, by a name that PyTorch has for it."""
    return structural(
        f"{name}(a, b)",
        lambda numpy, a, b: numpy.dot(a, b),
        _scalar_shape,
        lambda g, y, a, b: [lambda: g * b, lambda: g * a],
        grad_fn=grad_fn,
        result=SAME,
        linear="a, b",
        torch=f"{name}: torch Tensor",
        promotes=False,
        doc=doc,
        latex=latex,
    )


dot = scalar_product("dot", "DotBackward0(0, 1)", "Dot product of two vectors.", r"{0}^{{\top}} {{\,}} {1}")


def _outer_shape(a: Shape, b: Shape) -> Shape:
    if (len(a), len(b)) != (1, 1):
        raise ShapeError(f"the outer product takes two vectors, not {shape_text(a)} and {shape_text(b)}")
    return a + b


outer: Structural = structural(
    "outer(a, b)",
    lambda numpy, a, b: numpy.outer(a, b),
    _outer_shape,
    lambda g, y, a, b: [lambda: matmul(g, b), lambda: matmul(transpose(g), a)],
    grad_fn="MulBackward0(ViewBackward0(0), 1)",
    result=SAME,
    linear="a, b",
    torch="outer: torch Tensor",
    torch_message=torch_messages.vectors,
    doc="Outer product of two vectors: the matrix of all products of their elements.",
    latex=r"{0} \otimes {1}",
)


def _lifted(a: Shape, b: Shape) -> tuple[Shape, Shape]:
    """The shapes as those of matrices: a vector is a row on the left, a column on the right."""
    return ((1, *a) if len(a) == 1 else a), ((*b, 1) if len(b) == 1 else b)


def _matmul_shape(a: Shape, b: Shape) -> Shape:
    if not a or not b:
        raise ShapeError(f"a matrix product takes vectors and matrices, not {shape_text(a)} and {shape_text(b)}; numbers have *")
    left, right = _lifted(a, b)
    if left[-1] != right[-2]:
        raise ShapeError(f"the first has rows of {left[-1]} elements, and the second columns of {right[-2]}")
    rows = left[-2:-1] if len(a) > 1 else ()
    columns = right[-1:] if len(b) > 1 else ()
    return broadcast(left[:-2], right[:-2]) + rows + columns


def product_pullback(g: Any, y: Any, a: Any, b: Any) -> list[Any]:
    """The adjoints of the factors of a product of vectors, matrices or stacks of them."""
    ranks = (len(shape_of(a)), len(shape_of(b)))
    if ranks == (1, 1):
        return [lambda: g * b, lambda: g * a]
    if ranks == (2, 1):
        return [lambda: outer(g, b), lambda: matmul(transpose(a), g)]
    if ranks == (1, 2):
        return [lambda: matmul(b, g), lambda: outer(a, g)]
    return _matrices_pullback(g, a, b)


def _matrices_pullback(g: Any, a: Any, b: Any) -> list[Any]:
    """Ā = ḡ·Bᵀ and B̄ = Aᵀ·ḡ, a vector as a matrix with one row or column, and summed over what was broadcast."""
    row, column = len(shape_of(a)) == 1, len(shape_of(b)) == 1
    adjoint = unsqueeze(g, axis=-2) if row else unsqueeze(g, axis=-1) if column else g
    shapes = _lifted(shape_of(a), shape_of(b))

    def first() -> Any:
        found = summed_to(matmul(adjoint, transpose(unsqueeze(b, axis=1) if column else b)), shapes[0])
        return squeeze(found, axis=0) if row else found

    def second() -> Any:
        found = summed_to(matmul(transpose(unsqueeze(a, axis=0) if row else a), adjoint), shapes[1])
        return squeeze(found, axis=1) if column else found

    return [first, second]


def _matmul_function(a: Shape, b: Shape) -> str:
    """PyTorch's functions: products of stacks of matrices are folded into one product, or are one of ``bmm``."""
    if len(a) < 3 and len(b) < 3:
        return _FUNCTIONS[len(a), len(b)]
    one_stack = len(a) == len(b) == 3 and (a[0] == 1) != (b[0] == 1)
    if len(b) < 3 or (one_stack and b[0] == 1):
        right = "SqueezeBackward1(1)" if len(b) == 3 else "1"
        return f"UnsafeViewBackward0({'Mv' if len(b) == 1 else 'Mm'}Backward0(ViewBackward0(0), {right}))"
    if len(a) < 3 or (one_stack and a[0] == 1):
        rows = _copied("TransposeBackward0(1)", prod(b[:-2]) == 1)
        if len(a) == 1:
            return f"UnsafeViewBackward0(MvBackward0({rows}, 0))"
        left = "SqueezeBackward1(0)" if len(a) == 3 else "0"
        return f"CloneBackward0(TransposeBackward0(UnsafeViewBackward0(MmBackward0({rows}, TBackward0({left})))))"
    stack = broadcast(a[:-2], b[:-2])
    return f"UnsafeViewBackward0(BmmBackward0({_stacked(0, a[:-2], stack)}, {_stacked(1, b[:-2], stack)}))"


_FUNCTIONS = {
    (1, 1): "DotBackward0(0, 1)",
    (2, 2): "MmBackward0(0, 1)",
    (2, 1): "MvBackward0(0, 1)",
    (1, 2): "SqueezeBackward4(MmBackward0(UnsqueezeBackward0(0), 1))",
}


def _stacked(operand: int, own: Shape, stack: Shape) -> str:
    """The functions by which a stack of matrices gets the length of another."""
    if (1,) * (len(stack) - len(own)) + own == stack:
        return f"ViewBackward0(ExpandBackward0({operand}))"
    return _copied(f"ExpandBackward0({operand})", prod(own) == 1)


def _copied(function: str, one: bool) -> str:
    """The functions of a reshape of what does not lie in order in memory; one matrix needs no copy."""
    return f"ReshapeAliasBackward0({function})" if one else f"UnsafeViewBackward0(CloneBackward0({function}))"


matmul: Structural = structural(
    "matmul(a, b)",
    lambda numpy, a, b: numpy.matmul(a, b),
    _matmul_shape,
    product_pullback,
    grad_fn=_matmul_function,
    spellings=("matmul", "mm", "mv"),
    symbol="@",
    result=SAME,
    linear="a, b",
    torch="matmul: torch Tensor linalg; mm: torch Tensor; mv: torch Tensor",
    tensorflow="matmul(a, b, transpose_a=False, transpose_b=False) MatMul: tf",
    promotes=False,
    cost=product_cost,
    doc="Product of matrices, of a matrix and a vector, of two vectors; stacks of matrices are broadcast.",
)
