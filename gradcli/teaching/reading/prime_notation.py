"""How derivatives are written in lines of work: ∂y/∂a, y', f'(x), (x^2)', d/dx(x^2)."""

from __future__ import annotations

import re

from gradcli.errors import Span

NAME = r"[^\W\d_]\w*"
_D = r"(?:d|∂)"
DIFFERENTIAL_QUOTIENT = re.compile(rf"(?<![\w.]){_D}\s?({NAME})\s*/\s*{_D}\s?({NAME})")
FRACTION = re.compile(rf"\\[dt]?frac\s*\{{\s*{_D}\s*({NAME})\s*\}}\s*\{{\s*{_D}\s*({NAME})\s*\}}")
PRIME = re.compile(rf"(?<![\w.])({NAME})\s?['′](?!['′])(?:\s*\(\s*({NAME}(?:\s*,\s*{NAME})*)\s*\))?")
OF_VARIABLES = re.compile(rf"({NAME})\s*\(\s*({NAME}(?:\s*,\s*{NAME})*)\s*\)")
_OF_PARENTHESES = re.compile(rf"(?:(?<![\w.]){_D}\s*/\s*{_D}\s*({NAME})\s*)(?=[(\[])|[)\]]\s?['′’](?!['′’])")


_POWER = re.compile(r"\s*(?:\^|\*\*)\s*(?:-?\w+|\([^()]*\)|\{[^{}]*\})|[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")


def in_parentheses(text: str, wrt: str) -> tuple[Span, str] | None:
    """The first derivative of what stands in parentheses: its place, and what stands in them; None where there is none.

    Args:
        text: A line.
        wrt: The variable.
    """
    found = _OF_PARENTHESES.search(text)
    if found is None or found[1] not in (None, wrt):
        return None
    behind = found[1] is None
    at = found.start() if behind else found.end()
    other = _partner(text, at)
    opened, closed = sorted((at, other))
    if other < 0:
        return None
    if not behind and (power := _POWER.match(text, closed + 1)):  # d/dx (x^2 + 1)^5 is of all of it
        return (found.start(), power.end()), text[opened : power.end()]
    return ((opened, found.end()) if behind else (found.start(), closed + 1)), text[opened + 1 : closed]


def _partner(text: str, at: int) -> int:
    """The place of the bracket that belongs to the one at a place; -1 without one."""
    step = 1 if text[at] in "([" else -1
    depth = 0
    while 0 <= at < len(text):
        depth += (text[at] in "([") - (text[at] in ")]")
        if depth == 0:
            return at
        at += step
    return -1
