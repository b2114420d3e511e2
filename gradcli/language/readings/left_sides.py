"""Left sides of answers, f(x) = ..., y' = ..., dy/dx = ...: they say what is answered, and are no part of the expression."""

from __future__ import annotations

import re

_NAME = r"[^\W\d_](?:_?\w+)?"
_D = r"(?:d|∂|\\partial\s*|\\mathrm\{d\}\s*)"
_TIMES = r"(?:\^\{?[0-9]+\}?|[²³⁴])?"
_ARGUMENT = rf"(?:\(\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\))?"
_QUOTIENT = rf"{_D}{_TIMES}\s*(?:{_NAME})?\s*{_ARGUMENT}\s*/\s*(?:{_D}\s*{_NAME}{_TIMES}\s*)+{_ARGUMENT}"
_BELOW = rf"(?:{_D}\s*{_NAME}{_TIMES}\s*)+"
_FRACTION = rf"\\[dt]?frac\s*\{{\s*{_D}{_TIMES}\s*(?:{_NAME})?\s*{_ARGUMENT}\s*\}}\s*\{{\s*{_BELOW}\}}\s*{_ARGUMENT}"
_PRIME = rf"\(?{_NAME}(?:['′’]+|\^\{{\\prime\}}|''+|[″]|\^\([0-9]\))\)?\s*{_ARGUMENT}"
_FUNCTION = rf"{_NAME}\(\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\)"
_SUBSCRIPT = rf"{_NAME}_\{{?{_NAME}\}}?\s*{_ARGUMENT}"
_LEFT = re.compile(rf"[\s$]*((?:{_FRACTION}|{_QUOTIENT}|{_PRIME}|{_FUNCTION}|∇\s*{_NAME}\s*{_ARGUMENT}))\s*=(?!=)\s*(?=[^\s;\n])")
_ONE_NAME = re.compile(rf"[\s$]*({_NAME})\s*=(?!=)\s*(?=[^\s;\n])")
_DERIVATIVE = re.compile(rf"(?<![\w.]){_QUOTIENT}|{_FRACTION}")


def left_side(text: str, *, names: bool) -> tuple[str, int]:
    """The left side of an answer and where its right side begins; empty text and 0 where there is none.

    Only a text of one statement is an answer. ``name = ...`` is an assignment, whose value is the same.

    Args:
        text: What was typed.
        names: Whether a plain name is a left side as well.
    """
    if "\n" in text.strip() or ";" in text.rstrip().rstrip(";").replace(r"\;", ""):
        return "", 0
    found = _LEFT.match(text) or (_ONE_NAME.match(text) if names else None)
    if found is None:
        return "", 0
    return found[1].strip(), found.end()


def derivative_asked(text: str) -> re.Match[str] | None:
    """The place of d/dx or dy/dx in an expression: it asks for a derivative, and is no quotient."""
    return _DERIVATIVE.search(text)
