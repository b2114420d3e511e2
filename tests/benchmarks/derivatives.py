"""Exact derivatives: of textbook expressions, of many inputs, of shared subexpressions, of deep ones; as text and at a point.

Symbolica is not among the peers: without a licence it prints a notice and runs restricted.
"""

from __future__ import annotations

import json
import random

from contest import Contest, Count, Entry, Setting

_X = "0.7"

_TEXTBOOK = [
    "3*x^4 - 2*x^3 + x - 7",
    "(x^2 + 1)*(x^3 - 2*x)",
    "(2*x + 1)^5*(x - 3)^4",
    "(x^2 + 1)/(x - 1)",
    "x/(x^2 + 1)",
    "1/(x^2 + x + 1)",
    "x*sqrt(1 - x^2)",
    "x/sqrt(x^2 + 1)",
    "sqrt(x + sqrt(x))",
    "x*exp(-x^2)",
    "exp(-x)*sin(2*x)",
    "exp(exp(x))",
    "(exp(x) - 1)/(exp(x) + 1)",
    "x*log(x) - x",
    "log(x)/x",
    "log(x + sqrt(x^2 + 1))",
    "log((1 + x)/(1 - x))",
    "x^x",
    "x^sin(x)",
    "sin(x)*cos(x)",
    "sin(x)/(1 + cos(x))",
    "x*tan(x)",
    "sin(cos(tan(x)))",
    "x^2*sin(1/x)",
    "x*asin(x) + sqrt(1 - x^2)",
    "x*atan(x)",
    "x*tanh(x)",
    "log(cosh(x))",
    "exp(-x^2/2)/sqrt(2*pi)",
    "1/(1 + exp(-x))",
    "log(1 + exp(x))",
    "x^3/(exp(x) - 1)",
    "x*erf(x) + exp(-x^2)/sqrt(pi)",
]
"""Expressions that SymPy and SymEngine read as they are."""

_SIZE = 2_000
_DEEP = 10_000


def derivative_values(output: str) -> list[float]:
    """The values of the document of `gradcli diff --json`."""
    return [derivative["value"] for derivative in json.loads(output)["derivatives"]]


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload. Peers write each derivative out; gradcli writes lines that the derivatives share."""
    draw = random.Random(5)
    names = [f"x{index}" for index in range(_SIZE)]
    book = setting.write("textbook.txt", "; ".join(_TEXTBOOK))
    product = setting.write("product.txt", "*".join(names))
    values = setting.write("product.json", json.dumps({name: draw.uniform(0.99, 1.01) for name in names}))
    sines = setting.write("diff_sines.txt", "\n".join(["y = x", *["y = y + sin(y)/1000"] * 40]))
    nested = setting.write("diff_nested.txt", "sin(" * _DEEP + "x" + ")" * _DEEP)
    at = ("--at", f"x={_X}")
    return [
        Contest(
            f"derivatives of {len(_TEXTBOOK)} textbook expressions",
            [_ours(setting, book, "--jacobian", *at)],
            _peers(setting, "textbook", book, _X, target=1.0),
        ),
        Contest(
            f"derivatives: the product of {_SIZE:,} variables by each of them",
            [_ours(setting, product, "--bindings", values)],
            _peers(setting, "product", values, target=1.0),
        ),
        Contest(
            "derivatives: y = y + sin(y)/1000, 40 times",
            [_ours(setting, sines, *at)],
            _peers(setting, "sines", "40", _X, target=1.0),
        ),
        Contest(
            f"derivatives: {_DEEP:,} nested sines",
            [_ours(setting, nested, *at)],
            _peers(setting, "nested", str(_DEEP), _X, target=1.0),
        ),
    ]


def _ours(setting: Setting, source: str, *arguments: str) -> Entry:
    return setting.ours("diff", "diff", "-f", source, *arguments, "--json", read=derivative_values)


def _peers(setting: Setting, *arguments: str, target: float) -> list[Entry]:
    return [
        setting.script(module, "diff_symbolic.py", module, *arguments, needs=module, target=target)
        for module in ("symengine", "sympy")
    ]
