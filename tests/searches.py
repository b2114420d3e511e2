"""How many random cases Hypothesis tries: a few, the same ones in every run, and more of them where somebody waits for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

TIMES = float(os.environ.get("GRADCLI_SEARCH", "1"))
"""``GRADCLI_SEARCH=20`` searches through twenty times as many cases, by hand after a change of what they are about."""


def examples(count: int) -> Callable[[Any], Any]:
    """So many random cases, the same in every run, without a limit on time."""
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    count = max(1, round(count * TIMES))
    return settings(deadline=None, derandomize=True, database=None, max_examples=count, suppress_health_check=slow)
