"""C code of long expressions with their partials, beside CasADi's: its size, how long it takes to compile, and a call of it."""

from __future__ import annotations

import json

from contest import Contest, Count, Setting
from peers.terms import generate

VARIABLES, SEED = 50, 1
CASES = ((20_000, "-O0"), (2_000, "-O1"))
"""Terms, and an optimisation at which both compile: of CasADi's 20,000 terms gcc makes nothing at -O1 in 4,000 seconds, clang
nothing in 1,500. Ours compile there in 14 seconds (gcc -O1), 24 (gcc -O2), 11 (clang -O1) and 15 (clang -O2), and a call takes
0.10 ms in each; at -O0 0.16 ms, and CasADi's 0.47 ms. The code has 3.4 MB, CasADi's 7.7 MB."""


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload."""
    found: list[Contest | Count] = []
    for terms, optimisation in CASES:
        path = setting.write(f"c_{terms}_terms.json", json.dumps(generate(terms, VARIABLES, SEED)._asdict()))
        for what, key, target in (
            ("its size, as MB in the place of seconds", "size", 1.0),
            ("compilation", "compile", 1.0),
            ("one call", "call", 1.2),
        ):
            arguments = (key, optimisation, path)
            found.append(
                Contest(
                    f"C code: {what} of value and gradient, {terms:,} terms, {VARIABLES} variables, cc {optimisation}",
                    [setting.script("gradcli export", "c_code.py", *arguments, *setting.gradcli, needs="", timed=True)],
                    [setting.script("casadi", "c_code.py", *arguments, needs="casadi", target=target, timed=True)],
                    runs=2,
                )
            )
    return found
