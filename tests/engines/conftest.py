"""Tests of an engine are not collected where it is not installed: `pip install '.[dask]'`, `'.[ray]'`, `'.[spark]'` with Java."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

LIBRARIES = {
    "test_dask.py": "distributed",
    "test_duckdb.py": "duckdb",
    "test_ray.py": "ray",
    "test_spark.py": "pyspark" if shutil.which("java") else "java",
}

collect_ignore = [name for name, library in LIBRARIES.items() if find_spec(library) is None]
