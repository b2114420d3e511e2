"""The operations on arrays, which programs without arrays do without."""

from gradcli.ops import arrays_axes, arrays_extremes, arrays_index, arrays_matmul, arrays_nn, arrays_reduce, arrays_scan, arrays_shape

__all__ = [
    "arrays_axes",
    "arrays_extremes",
    "arrays_index",
    "arrays_matmul",
    "arrays_nn",
    "arrays_reduce",
    "arrays_scan",
    "arrays_shape",
]
