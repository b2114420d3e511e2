"""What PyTorch says where the shapes of operands do not fit."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emulation.python.values import Raised
from gradcli.graph.graph import Shape
from gradcli.graph.shapes import ShapeError, broadcast
from gradcli.ops.catalogue import OPERATIONS, of_operator
from gradcli.ops.elementwise.rounding import floor_divide

_AS_EXPRESSIONS_HAVE_THEM = ("+", "-", "*", "/", "%", "@", "<", "<=", ">", ">=", "==", "!=")
_OTHERWISE = {"**": "^", "&": "and", "|": "or"}

OPERATORS = {
    **{symbol: of_operator(symbol, 2) for symbol in _AS_EXPRESSIONS_HAVE_THEM},
    **{symbol: of_operator(ours, 2) for symbol, ours in _OTHERWISE.items()},
    "//": floor_divide.name,
}
"""The operations that Python's operators mean."""

_PRODUCTS = OPERATORS["@"], "dot"
"""The products of which PyTorch speaks in the same words."""


def _check_product(a: Shape, b: Shape) -> None:
    if len(a) == 1 and len(b) == 1 and a != b:
        raise Raised(
            "RuntimeError",
            f"inconsistent tensor size, expected tensor [{a[0]}] and src [{b[0]}] to have the same number of elements, "
            f"but got {a[0]} and {b[0]} elements respectively",
        )
    if not a or not b:
        raise Raised("RuntimeError", f"both arguments to matmul need to be at least 1D, but they are {len(a)}D and {len(b)}D")
    if len(a) == 2 and len(b) == 1 and a[1] != b[0]:
        raise Raised("RuntimeError", f"size mismatch, got input ({a[0]}), mat ({a[0]}x{a[1]}), vec ({b[0]})")
    if len(b) == 2 and len(a) in (1, 2) and a[-1] != b[0]:
        rows = a[0] if len(a) == 2 else 1
        raise Raised("RuntimeError", f"mat1 and mat2 shapes cannot be multiplied ({rows}x{a[-1]} and {b[0]}x{b[1]})")


def check_ranks(name: str, shapes: Sequence[Shape]) -> None:
    """Check how many axes the operands of a function have, of which PyTorch speaks in its own words."""
    ranks = [len(shape) for shape in shapes]
    if name == "t" and ranks[0] > 2:
        raise Raised("RuntimeError", f"t() expects a tensor with <= 2 dimensions, but self is {ranks[0]}D")
    if len(ranks) < 2:
        return
    if name == "mm" and ranks[:2] != [2, 2]:
        raise Raised("RuntimeError", f"{'self' if ranks[0] != 2 else 'mat2'} must be a matrix")
    if name == "mv" and ranks[:2] != [2, 1]:
        raise Raised("RuntimeError", f"vector + matrix @ vector expected, got 1, {ranks[0]}, {ranks[1]}")
    if name == "dot" and ranks[:2] != [1, 1]:
        raise Raised("RuntimeError", f"1D tensors expected, but got {ranks[0]}D and {ranks[1]}D tensors")
    if name == "bmm" and ranks[:2] != [3, 3]:
        raise Raised("RuntimeError", f"{'batch1' if ranks[0] != 3 else 'batch2'} must be a 3D tensor")


def check_shapes(operation: str, shapes: Sequence[Shape]) -> None:
    """Check the shapes of operands of which PyTorch speaks in its own words."""
    if operation == OPERATORS["@"] and len(shapes) == 2 and min(map(len, shapes)) > 2:
        shapes = [shape[:-2] for shape in shapes]
    elif operation in _PRODUCTS and len(shapes) == 2:
        _check_product(*shapes)
        return
    elif operation.removeprefix("mean_") not in OPERATIONS:  # the losses of elements and their means are broadcast alike
        return
    known: Shape = ()
    for shape in shapes:
        _check_pair(known, shape)
        known = broadcast(known, shape)


def _check_pair(a: Shape, b: Shape) -> None:
    try:
        broadcast(a, b)
    except ShapeError:
        rank = max(len(a), len(b))
        sizes = list(zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True))
        axis = next(at for at in range(rank - 1, -1, -1) if sizes[at][0] != sizes[at][1] and 1 not in sizes[at])
        raise Raised(
            "RuntimeError",
            f"The size of tensor a ({sizes[axis][0]}) must match the size of tensor b ({sizes[axis][1]}) "
            f"at non-singleton dimension {axis}",
        ) from None
