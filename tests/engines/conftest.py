"""Tests of an engine are not collected where it is not installed: `pip install '.[dask]'`, `'.[ray]'`."""

from __future__ import annotations

from importlib.util import find_spec

LIBRARIES = {"test_dask.py": "distributed", "test_ray.py": "ray"}

collect_ignore = [name for name, library in LIBRARIES.items() if find_spec(library) is None]
