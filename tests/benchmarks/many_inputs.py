"""Many inputs: the product of 10,000 and of 100,000 variables, and all partials in one reverse pass."""

from __future__ import annotations

import json
import random

from contest import Contest, Count, Setting

SIZES = (10_000, 100_000)
SEED = 3


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload, and the count that says whether the work is linear."""
    return [*(_contest(setting, size) for size in SIZES), Count("many inputs: work for ten times as many", "linearity.py")]


def _contest(setting: Setting, size: int) -> Contest:
    draw = random.Random(SEED)
    names = [f"x{i}" for i in range(size)]
    source = setting.write(f"product_{size}.txt", "*".join(names))
    values = setting.write(f"product_{size}.json", json.dumps({name: draw.uniform(0.999, 1.001) for name in names}))
    return Contest(
        f"many inputs: the product of {size:,} variables and its {size:,} partials",
        [setting.ours("-q", "eval", "-f", source, "--bindings", values, "-q")],
        [
            setting.script("torch, loop", "product_torch.py", values, "loop", needs="torch"),
            setting.script("casadi, loop", "product_casadi.py", values, needs="casadi"),
            setting.script("autograd, loop", "product_autograd.py", values, "loop", needs="autograd"),
            setting.script("torch, one operation", "product_torch.py", values, "whole", needs="torch"),
            setting.script("autograd, one operation", "product_autograd.py", values, "whole", needs="autograd"),
        ],
    )
