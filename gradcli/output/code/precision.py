"""Languages in single precision, and with functions that other files do not see."""

from __future__ import annotations

import math
from functools import cache

from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.language.numbers import number_text
from gradcli.lowering.builders.builder import shortest_single
from gradcli.ops.declaration.constants import constant_value
from gradcli.output.code.language import SINGLE, Language, Single
from gradcli.output.code.library import Statements
from gradcli.output.code.loops import Loops
from gradcli.typing import TypeVar

Words = TypeVar("Words", Statements, Loops)


@cache
def in_single(language: Language) -> Language:
    """A language in single precision.

    Raises:
        GradcliError: It has none.
    """
    single = language.single
    if single is None:
        raise GradcliError(f"{language.about} computes in double precision alone", hint="leave --dtype out")
    return replace(
        language,
        dtype=SINGLE,
        real=single.real,
        calls={function: single.text(template) for function, template in language.calls.items()},
        whole=single.whole,
        decimal=single.decimal,
        infinity=single.infinity or language.infinity,
        nan=single.nan or language.nan,
        statements=_changed(language.statements, single),
        loops=_changed(language.loops, single),
    )


def _changed(words: Words | None, single: Single) -> Words | None:
    """A record of templates in single precision."""
    return words and type(words)(*[single.text(getattr(words, name)) for name in words.__match_args__])


def of_its_file(language: Language) -> Language:
    """A language whose functions other files do not see.

    Raises:
        GradcliError: It has no such.
    """
    if language.linkage is None:
        raise GradcliError(f"--static is of C, Rust and JavaScript, not of {language.about}", hint="leave --static out")
    return replace(language, linkage=(language.linkage[1],) * 2)


def check_range(graph: Graph) -> None:
    """Check that the constants of a graph are numbers of single precision.

    Raises:
        GradcliError: One would be infinite there, or 0.
    """
    for constant in graph.constants.values():
        value = constant_value(constant)
        if isinstance(value, float) and value and math.isfinite(value):
            single = shortest_single(value)
            if single == 0 or math.isinf(single):
                raise GradcliError(f"{number_text(value)} is beyond single precision", hint="leave --dtype out")
