"""Python and its own library."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Iterator, Sequence
from textwrap import indent

from gradcli.output.code.language import Language, Written
from gradcli.output.code.notation import OPERATORS, calls, elementary, heading, nested, words

_OPERATORS = {
    **OPERATORS,
    "?": (1, "{1} if {0} else {2}"),
    "||": (2, "{0} or {1}"),
    "&&": (3, "{0} and {1}"),
}
SCIPY = calls(
    """
        erf       special.erf({0})
        erfc      special.erfc({0})
        erfinv    special.erfinv({0})
        gamma     special.gamma({0})
        lgamma    special.gammaln({0})
        digamma   special.digamma({0})
        polygamma special.polygamma({0}, {1})
        beta      special.beta({0}, {1})
        binomial  special.binom({0}, {1})
        expint    special.exp1({0})
        ei        special.expi({0})
        besselI   special.iv({0}, {1})
    """
)


def layout(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in heading(language, written))
    body = "".join(f"    {name} = {text}\n" for name, text in lines)
    value = f"{results[0]}, {nested(results[1:], written.shape, '[', ']')}" if written.shape else results[0]
    body += f"    return {value}\n"
    texts = "".join([body, *helpers])
    for module, line in (("math.", "import math"), ("np.", "import numpy as np"), ("jnp.", "import jax.numpy as jnp")):
        if f" {module}" in texts.replace("(", " ").replace("[", " ").replace("-", " "):
            yield f"{line}\n"
    if "special." in texts:
        yield "from jax.scipy import special\n" if language.name == "jax" else "from scipy import special\n"
    yield from (f"\n\n{helper}\n" for helper in helpers)
    yield f"\n\ndef {written.name}({', '.join(written.routine.arguments)}):\n{body}"


def main(written: Written, points: Sequence[Sequence[float]]) -> str:
    rows = ", ".join(f"({', '.join(map(repr, point))},)" if point else "()" for point in points)
    program = (
        "def flat(found):\n    for one in found:\n"
        "        if isinstance(one, (list, tuple)):\n            yield from flat(one)\n        else:\n            yield one\n\n"
        f"for point in [{rows}]:\n    for number in flat([{written.name}(*point)]):\n        print(repr(float(number)))\n"
    )
    return f"\n\nif __name__ == '__main__':\n{indent(program, '    ')}"


WORDS = words("math np jnp special float min max abs round") | {*keyword.kwlist, *keyword.softkwlist}

LANGUAGE = Language(
    "python",
    "Python",
    (".py",),
    {
        **elementary("math.{name}({operands})"),
        **SCIPY,
        **calls(
            """
            Math.cbrt  cbrt({0})
            Math.abs   abs({0})
            Math.max   max({*})
            Math.min   min({*})
            Math.floor float(math.floor({0}))
            Math.ceil  float(math.ceil({0}))
            Math.trunc float(math.trunc({0}))
            Math.hypot math.hypot({*})
            Math.PI    math.pi
            """
        ),
        "Math.SQRT2": "math.sqrt(2)",
        **calls(
            """
            %             math.fmod({0}, {1})
            power         math.pow({0}, {1})
            copySign      math.copysign({0}, {1})
            roundHalfEven float(round({0}))
            remainder     (({0}) % ({1}))
            floorDivide   (({0}) // ({1}))
            logSigmoid    log_sigmoid({0})
            logAddExp     log_add_exp({0}, {1})
            logSumExp     log_add_exp({0}, {1})
            realRoot      real_root({0}, {1})
            median        median({*})
            erf           math.erf({0})
            erfc          math.erfc({0})
            gamma         math.gamma({0})
            lgamma        math.lgamma({0})
            """
        ),
    },
    _OPERATORS,
    "gradcli.output.code:functions.python",
    WORDS | words("sign sigmoid bounded softplus log_sigmoid log_add_exp real_root median cbrt"),
    "{}",
    "math.inf",
    "math.nan",
    "#",
    layout,
    main,
    ((sys.executable, "{file}"),),
)
