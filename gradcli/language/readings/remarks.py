"""What stands around a formula, and is no part of it: labels, what it follows from, conditions, remarks, names of modules."""

from __future__ import annotations

import re

from gradcli.errors import GradcliError
from gradcli.language.readings.around import FOLLOWS, NAME, NAMES, RELATION, outside
from gradcli.language.readings.left_sides import is_left_side

_ARROW = re.compile(
    rf"\s*(?:{NAME}\s*:?=\s*|{NAME}\s*:\s*)?"
    rf"(?:lambda\s+{NAMES}\s*:(?!=)|(?:{NAMES}|\(\s*{NAMES}\s*\))\s*(?:->|→|↦|=>|\\mapsto(?![a-zA-Z])|\\to(?![a-zA-Z])))\s*(?=\S)"
)
"""A function of Maple, Python, JavaScript or a textbook: f := x -> x^2."""
_LABEL = re.compile(r"\s*(?:[^\W\d_]{2,}|[\u4e00-\u9fff])(?:[ \t]+[^\W\d_]+)*\s*:(?!=)\s*(?=\S)")
_THEREFORE = re.compile(r"(?<![<])=>|⇒|⟹|\\(?:implies|[Rr]ightarrow|Longrightarrow|therefore)(?![a-zA-Z])|∴")
_EQUAL = re.compile(r"(?<![<>=!:])=(?!=)")
_JOINED = re.compile(r"[,;:]|(?<!\w)(?:and|or)(?!\w)|\\(?:land|lor|wedge|vee|quad|qquad)(?![a-zA-Z])")
_GAP = r"(?:[\s,;.]|\\[,;: ]|\\q?quad(?![a-zA-Z]))"
_TAIL = re.compile(rf"{_GAP}+(?:by\s+the|{'|'.join(FOLLOWS)})(?![\w(=])|{_GAP}*(?:其中|当|因为)")
_CONDITION = re.compile(rf"{_GAP}*,{_GAP}*(?=[^,=]*(?:{RELATION})[\s=]*[^\s>])")
_PROSE = re.compile(rf"(?<![^\W\d_])(?:the|by|rule|simplified|is|as|from|{'|'.join(FOLLOWS)})(?![^\W\d_])")
_REMARK = re.compile(r"(?:\s|\\[,;: ]|\\q?quad(?![a-zA-Z]))+\(([^()]*)\)\s*$")
_TEXT = re.compile(r"\\(?:text|textrm|mbox|mathrm)\s*\{(\s*[^\W\d_]*\s[^{}\\]*)\}")
_MODULES = re.compile(r"(?<![\w.])(?:np|numpy|math|Math|sympy|sp|torch|jnp|tf)\.(?=[A-Za-z])")
_LOOP = re.compile(rf"\s*for\s+{NAME}\s+in(?!\w)")
_UNIT = re.compile(r"(?<=[\w)])\s+((?:[kcm]?m/(?:s|h|min)(?:\^2|²)?|kg|[kcm]m|k?Hz)\.?\s*$)")
_OPERATORS = ("", *"+-−–*·×/^=(<>|&,")
"""What no formula ends with, and the beginning."""
_NOTHING = re.compile(r"\s*[nN]/[aA]\s*\.?\s*")


def without_modules(text: str) -> str:
    """A text with blanks in the place of np. and Math. before a function; as long as it was."""
    return _MODULES.sub(lambda found: " " * len(found[0]), text)


def without_remarks(text: str, notes: list[tuple[int, str]]) -> str:
    """A text of one statement with blanks in the place of what is no part of its formula; as long as it was.

    Args:
        text: What was typed.
        notes: Takes what is left out.

    Raises:
        GradcliError: It says that there is no formula.
    """
    if _NOTHING.fullmatch(text):
        raise GradcliError("this says that there is no answer", (0, len(text)), "for a quotient write N / A with blanks")
    if "\n" in text.strip() or ";" in outside(text).rstrip().rstrip(";").replace(r"\;", ""):
        return text
    if "\\begin" not in text:
        text = _TEXT.sub(lambda found: found[1].rjust(len(found[0]) - 1) + " ", text)
    text = re.sub(r"^(\s*)=(?!=)", r"\1 ", text)
    if (found := _ARROW.match(text)) or (found := _LABEL.match(text)):
        text = _without(text, found.start(), found.end(), notes)
    text = _without_tail(_last_statement(text, notes), notes)
    if found := _UNIT.search(text):
        notes.append((found.start(1), f"{found[1].strip()} is read as variables; a unit is left out"))
    return re.sub(r"(?<=[\w)\]}])\s*:=", lambda found: "=".rjust(len(found[0])), text, count=1)


def _last_statement(text: str, notes: list[tuple[int, str]]) -> str:
    """Of statements that follow from each other the last one, and of sides that are equal to a name the last one."""
    steps = [found for found in _THEREFORE.finditer(outside(text)) if text[found.end() :].strip()]
    if steps:
        text = _without(text, 0, steps[-1].end(), notes)
    plain = outside(text)
    equal = [found.start() for found in _EQUAL.finditer(plain)]
    if not equal or _JOINED.search(plain.rstrip(" ;")):
        return text
    named = is_left_side(text[: equal[0]], names=len(equal) > 1)
    if named and len(equal) > 1:
        return _without(text, equal[0] + 1, equal[-1] + 1, notes)
    if len(equal) == 1 and not named and is_left_side(text[equal[0] + 1 :], names=False):
        return _without(text, equal[0], len(text), notes)
    return text


def _without_tail(text: str, notes: list[tuple[int, str]]) -> str:
    """A text without the condition, or the remark, at its end."""
    if "\\begin" in text:
        return text
    while (found := _REMARK.search(text)) and text[: found.start()].strip():
        if not (re.search(r"∈|\\in(?![a-zA-Z])", found[1]) or _PROSE.search(found[1])):
            break
        text = _without(text, found.start(), len(text), notes)
    plain = outside(text)
    found = _TAIL.search(plain) or _CONDITION.search(plain)
    if found is None or text[: found.start()].rstrip()[-1:] in _OPERATORS or _LOOP.match(text, found.start()):
        return text
    return _without(text, found.start(), len(text), notes)


def _without(text: str, start: int, end: int, notes: list[tuple[int, str]]) -> str:
    left_out = text[start:end].strip(" ,;")
    notes.append((start, f"{left_out} is left out"))
    return text[:start] + " " * (end - start) + text[end:]
