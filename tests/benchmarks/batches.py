"""Columns of many rows, kernels alone: a Gaussian and its three partials, and the loss and gradient of a logistic regression.

Each program times its own repeats on columns that it has made already, in memory, and prints the median. Beside them stands what
memory allows: a copy of as many bytes as go in and out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from contest import Contest, Count, Entry, Setting

ROWS = 1_000_000
SAMPLES = 10_000_000
FEATURES = 20
REPEATS = {"gaussian": 9, "logistic": 3}

_LIBRARIES = {
    "gaussian": (("jax", "jax, jit"), ("numpy", "NumPy by hand"), ("numexpr", "numexpr"), ("torch", "torch, autograd")),
    "logistic": (("sklearn", "scikit-learn, one pass"), ("torch", "torch, autograd"), ("numpy", "NumPy by hand")),
}
_MODULES = {"sklearn": "sklearn", "jax": "jax", "torch": "torch", "numexpr": "numexpr", "numpy": "jax"}


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload."""
    return [
        _contest(setting, "gaussian", ROWS, f"batches: {ROWS:,} rows, a Gaussian and its three partials, the kernel alone"),
        _contest(
            setting,
            "logistic",
            SAMPLES,
            f"batches: logistic regression, {SAMPLES:,} rows of {FEATURES}, loss and gradient in one pass",
        ),
    ]


def _contest(setting: Setting, work: str, rows: int, title: str) -> Contest:
    own = Path(__file__).with_name("own") / "batch.py"
    size = (str(rows), str(FEATURES), str(REPEATS[work]))
    kernels = ("c", "numpy") if work == "gaussian" else ("numpy",)
    ours = [Entry(f"gradcli, {kernel}", [sys.executable, str(own), work, kernel, *size], timed=True) for kernel in kernels]
    peers = [
        setting.script(
            name,
            "batch.py",
            work,
            library,
            *size,
            needs=_MODULES[library],
            target=1.0 if library != "numpy" else None,
            timed=True,
        )
        for library, name in _LIBRARIES[work]
    ]
    peers.append(setting.script("memory: a copy of the bytes", "batch.py", work, "copy", *size, needs="jax", timed=True))
    return Contest(title, ours, peers, runs=3)
