"""A long expression: 0.55 MB of text, 20,000 terms over 50 variables, value and all 50 partials."""

from __future__ import annotations

import json

from contest import Contest, Count, Setting, json_numbers
from peers.terms import generate, text

TERMS, VARIABLES, SEED = 20_000, 50, 1


def contests(setting: Setting) -> list[Contest | Count]:
    """The contest of this workload.

    SymEngine stands in it twice: parsing the text, as gradcli does, and fed by a loop without parsing, as PyTorch and CasADi.
    """
    terms = generate(TERMS, VARIABLES, SEED)
    expression = text(terms)
    source = setting.write("long.txt", expression)
    data = setting.write("long_terms.json", json.dumps(terms._asdict()))
    bindings = setting.write("long.json", json.dumps({f"x{i}": value for i, value in enumerate(terms.values)}))
    call = ["eval", "-f", source, "--bindings", bindings, "--wrt", ",".join(f"x{i}" for i in range(VARIABLES))]
    return [
        Contest(
            f"long expression: {len(expression) / 1e6:.2f} MB, {TERMS:,} terms, {VARIABLES} variables, value and gradient",
            [setting.ours("-q", *call, "-q"), setting.ours("--json", *call, "--json", read=json_numbers)],
            [
                setting.script(
                    "symengine, parsing", "long_symbolic.py", "symengine", data, source, needs="symengine", target=1.0
                ),
                setting.script("symengine, fed", "long_symbolic.py", "symengine", data, needs="symengine"),
                setting.script("casadi, fed", "long_casadi.py", data, needs="casadi", target=1.0),
                setting.script("torch, fed", "long_torch.py", data, needs="torch", target=1.0),
                setting.script("sympy, fed", "long_symbolic.py", "sympy", data, needs="sympy", target=1.0),
            ],
            seconds=2.0,
            megabytes=500,
        )
    ]
