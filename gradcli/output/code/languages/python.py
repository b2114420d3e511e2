"""Python and its own library."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Iterator, Sequence
from textwrap import indent

from gradcli.output.code.language import ENCLOSED, Language, Written
from gradcli.output.code.library import Statements
from gradcli.output.code.loops import Loops
from gradcli.output.code.notation import OPERATORS, calls, elementary, heading, returned, words

_OPERATORS = {
    **OPERATORS,
    "?": (1, "{1} if {0} else {2}"),
    "||": (2, "{0} or {1}"),
    "&&": (3, "{0} and {1}"),
    "!": (ENCLOSED, "(not ({0}))"),
}


def layout(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in heading(language, written))
    body = "".join(f"    {name} = {language.real}({name})\n" for name in written.routine.arguments if language.real)
    body += language.body(lines, "    ")
    body += f"    return {returned(results, written)}\n"
    texts = "".join([body, *helpers])
    for module, line in (("math.", "import math"), ("np.", "import numpy as np"), ("jnp.", "import jax.numpy as jnp")):
        if f" {module}" in texts.replace("(", " ").replace("[", " ").replace("-", " "):
            yield f"{line}\n"
    if "special." in texts:
        yield "from jax.scipy import special\n" if language.name == "jax" else "from scipy import special\n"
    yield from (f"\n\n{helper}\n" for helper in helpers)
    yield f"\n\ndef {written.name}({', '.join(written.routine.arguments)}):\n{body}"


def main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    rows = ", ".join(f"({', '.join(point)},)" if point else "()" for point in points)
    program = (
        "def flat(found):\n    for one in found:\n"
        "        if isinstance(one, (list, tuple)):\n            yield from flat(one)\n        else:\n            yield one\n\n"
        f"for point in [{rows}]:\n    for number in flat([{written.name}(*point)]):\n        print(repr(float(number)))\n"
    )
    return f"\n\nif __name__ == '__main__':\n{indent(program, '    ')}"


LOOPS = Loops(
    line="{name} = {text}",
    store="{place} = {text}",
    array="{name} = [0.0] * {size}",
    table="{name} = [{items}]",
    loop="for {counter} in range({count}):",
)
WORDS = words("math np jnp special float min max abs round range") | {*keyword.kwlist, *keyword.softkwlist}

LANGUAGE = Language(
    "python",
    "Python",
    (".py",),
    {
        **elementary("{name}({operands})"),
        **calls(
            """
            /             divide({0}, {1})
            %             fmod({0}, {1})
            Math.cbrt     real_root({0}, 3)
            Math.abs      abs({0})
            Math.max      maximum({0}, {1})
            Math.min      minimum({0}, {1})
            Math.atan     math.atan({0})
            Math.atan2    math.atan2({0}, {1})
            Math.asinh    math.asinh({0})
            Math.tanh     math.tanh({0})
            Math.hypot    math.hypot({*})
            Math.PI       math.pi
            power         power({0}, {1})
            copySign      math.copysign({0}, {1})
            logSumExp     log_add_exp({0}, {1})
            median        median({*})
            erf           math.erf({0})
            erfc          math.erfc({0})
            """
        ),
        "Math.SQRT2": "math.sqrt(2)",
    },
    _OPERATORS,
    "gradcli.output.code:functions.python",
    WORDS,
    "{}",
    "math.inf",
    "math.nan",
    "#",
    layout,
    main,
    ((sys.executable, "{file}"),),
    statements=Statements(
        head="def {name}({parameters}):",
        parameter="{name}",
        first="{name} = {value}",
        then="{name} = {value}",
        test="if {test}:",
        otherwise="else:",
        loop="while {test}:",
        result="return {value}",
        leave="break",
        end="",
    ),
    loops=LOOPS,
)
