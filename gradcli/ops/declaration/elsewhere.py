"""What other libraries give for derivatives at kinks and ends, as measured: float64, reverse mode."""

from __future__ import annotations

import json
import os
from typing import Any


def elsewhere() -> Any:
    """The versions of the libraries, and for each operation the derivative by its first argument that each gives.

    They are at 0; of a maximum with equal operands, of a clamp at either bound, of a norm of zeros.
    """
    with open(os.path.join(os.path.dirname(__file__), "kinks.json"), encoding="utf-8") as file:
        return json.load(file)
