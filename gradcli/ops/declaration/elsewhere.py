"""What other libraries give for derivatives at kinks and ends, as measured: float64, reverse mode."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

from gradcli.typing import Any


def elsewhere() -> Any:
    """The versions of the libraries, and for each operation, at each of its points, the derivative by its first argument that
    each gives; a library that has no such operation is left out. Measured by ``tests/measure_kinks.py``."""
    with open(os.path.join(os.path.dirname(__file__), "kinks.json"), encoding="utf-8") as file:
        return json.load(file)


def elsewhere_at(operation: str, at: Sequence[float]) -> Mapping[str, str]:
    """The derivative that each library gives at a point of an operation; empty where none was measured."""
    found: Mapping[str, str] = elsewhere()["derivatives"].get(operation, {}).get(", ".join(f"{one:g}" for one in at), {})
    return found
