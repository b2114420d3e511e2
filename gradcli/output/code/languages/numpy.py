"""NumPy: arguments are numbers, or arrays of one shape."""

from __future__ import annotations

from gradcli.output.code.on_arrays import on_arrays

LANGUAGE = on_arrays("numpy", "NumPy, with SciPy's special functions", "np")
