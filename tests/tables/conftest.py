"""Tests of formats that need an extra are not collected where it is not installed."""

from __future__ import annotations

from table_files import HAS_EXTRAS

collect_ignore = [] if HAS_EXTRAS else ["test_columns.py", "test_stores.py"]
