"""Many rows through one scalar graph: a file of CSV in, value and both derivatives of each row as CSV out."""

from __future__ import annotations

import csv
import io
import math
import random
from dataclasses import replace

from contest import Contest, Count, Setting

MANY = 1_000_000
FEW = 10_000
SEED = 4
PROGRAM = "h = tanh(w*x + 1); y = h*exp(-w*w) + x*w"


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload.

    A loop of PyTorch runs for a hundredth of the rows: a million would take it a hundred times as long.
    """
    return [_contest(setting, MANY, ("vmap", "batch"), runs=3), _contest(setting, FEW, ("loop", "vmap"), runs=3)]


def sums(output: str) -> list[float]:
    """The sums of values and derivatives."""
    columns = zip(*[map(float, row[1:4]) for row in list(csv.reader(io.StringIO(output)))[1:]], strict=True)
    return [math.fsum(column) for column in columns]


def _contest(setting: Setting, count: int, ways: tuple[str, ...], runs: int) -> Contest:
    draw = random.Random(SEED)
    lines = [f"{draw.uniform(-2, 2)!r},{draw.uniform(-1, 1)!r}\n" for _ in range(count)]
    rows = setting.write(f"rows_{count}.csv", "".join(["x,w\n", *lines]))
    scripts = {
        "vmap": setting.script("jax, vmap of value_and_grad", "rows_jax.py", rows, needs="jax"),
        "batch": setting.script("torch, all rows as one tensor", "rows_torch.py", rows, "batch", needs="torch"),
        "loop": setting.script("torch, a loop over the rows", "rows_torch.py", rows, "loop", needs="torch"),
    }
    return Contest(
        f"rows: {count:,} rows through a scalar graph, value and both derivatives, CSV to CSV",
        [setting.ours("run --feed", "run", "-e", PROGRAM, "--feed", rows, "--wrt", "x,w", read=sums)],
        [replace(scripts[way], read=sums) for way in ways],
        runs=runs,
    )
