"""C code of a long expression with its partials, beside CasADi's: how long it takes to compile, and a call of it."""

from __future__ import annotations

import json

from contest import Contest, Count, Setting
from peers.terms import generate

TERMS, VARIABLES, SEED = 500, 50, 1
"""Not the 20,000 terms of the other workload: CasADi's one function of those takes compilers more than nine minutes."""


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload."""
    path = setting.write("c_terms.json", json.dumps(generate(TERMS, VARIABLES, SEED)._asdict()))
    return [
        Contest(
            f"C code: {what} of value and gradient, {TERMS:,} terms, {VARIABLES} variables, cc -O1",
            [setting.script("gradcli export", "c_code.py", key, path, *setting.gradcli, needs="", timed=True)],
            [setting.script("casadi", "c_code.py", key, path, needs="casadi", target=target, timed=True)],
            runs=2,
        )
        for what, key, target in (("compilation", "compile", 1.0), ("one call", "call", 1.2))
    ]
