"""The operations on arrays, which programs without arrays do without."""

from gradcli.ops import (
    arrays_axes,
    arrays_conv,
    arrays_create,
    arrays_extremes,
    arrays_index,
    arrays_losses,
    arrays_matmul,
    arrays_matrix,
    arrays_nn,
    arrays_pool,
    arrays_reduce,
    arrays_scan,
    arrays_shape,
    arrays_windows,
)

__all__ = [
    "arrays_axes",
    "arrays_conv",
    "arrays_create",
    "arrays_extremes",
    "arrays_index",
    "arrays_losses",
    "arrays_matmul",
    "arrays_matrix",
    "arrays_nn",
    "arrays_pool",
    "arrays_reduce",
    "arrays_scan",
    "arrays_shape",
    "arrays_windows",
]
