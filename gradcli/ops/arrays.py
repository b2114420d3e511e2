"""The operations on arrays, which programs without arrays do without."""

from gradcli.ops import arrays_axes, arrays_index, arrays_scan, arrays_shape

__all__ = ["arrays_axes", "arrays_index", "arrays_scan", "arrays_shape"]
