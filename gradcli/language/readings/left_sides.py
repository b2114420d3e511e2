"""How derivatives are written: on left sides of answers, f(x) = ..., y' = ..., dy/dx = ..., in expressions, in work."""

from __future__ import annotations

import re
from collections.abc import Collection

from gradcli.errors import GradcliError, Span
from gradcli.language.readings.around import NAME, NAMES, outside
from gradcli.language.readings.vocabulary import GREEK, LONGEST_PRODUCT
from gradcli.typing import NamedTuple

_D = r"(?:d|∂|\\partial\s*|\\(?:mathrm|text|operatorname)\s*(?:\{\s*d\s*\}|d)\s*|\{\s*\\rm\s+d\s*\}\s*|\\dd\s*)"
_TIMES = r"(?:\^\{?[0-9]+\}?|[²³⁴])?"
_ARGUMENT = rf"(?:\(\s*{NAMES}\s*\))?"
_ABOVE = rf"{_D}{_TIMES}\s*(?:\\?{NAME})?\s*{_ARGUMENT}"
_BELOW = rf"(?:{_D}\s*\\?{NAME}{_TIMES}\s*)+"
_QUOTIENT = rf"{_ABOVE}\s*/\s*{_BELOW}{_ARGUMENT}"
_FRACTION = rf"\\[dt]?frac\s*\{{\s*{_ABOVE}\s*\}}\s*\{{\s*{_BELOW}\}}\s*{_ARGUMENT}"
_PRIME = rf"\(?{NAME}(?:['′’]+|\^\{{\\prime\}}|''+|[″]|\^\([0-9]\))\)?\s*{_ARGUMENT}"
_LOOK = r"(?:\s|\\[!,;: ]|\\(?:left|right|q?quad)(?![a-zA-Z]))*"
_FONT = r"(?:\\(?:vec|bm|boldsymbol|math(?:bf|rm|cal))\s*\{?\s*)?"
_FUNCTION = (
    rf"{_FONT}\\?{NAME}(?:\s*\}})?{_LOOK}\({_LOOK}{NAME}(?:\s*[,;]\s*{NAME})*{_LOOK}\)|{NAME}\[\s*{NAME}_(?:\s*,\s*{NAME}_)*\s*\]"
)
_DOTTED = rf"\\d?dot\s*\{{?\s*{NAME}\s*\}}?|[^\W\d_][\u0307\u0308]|[ẋẍẏÿ]"
_SIDE = rf"(?:{_FRACTION}|{_QUOTIENT}|{_PRIME}|{_FUNCTION}|{_DOTTED}|∇\s*{NAME}\s*{_ARGUMENT})"
_OPENED = r"(?:[\s$]|\\[\[(])*"
"""What a formula in TeX begins with."""
_LEFT = re.compile(rf"{_OPENED}({_SIDE}){_LOOK}:?=(?!=){_LOOK}(?=[^\s;\n])")
_ALONE = re.compile(rf"{_OPENED}{_SIDE}[\s$;.]*")
_NAMED = re.compile(rf"{_OPENED}{NAME}\s*")
_ONE_NAME = re.compile(rf"{_OPENED}({NAME})\s*=(?!=)\s*(?=[^\s;\n])")
_DERIVATIVE = re.compile(rf"(?<![\w.]){_QUOTIENT}|{_FRACTION}")


_BY = r"[^\W\d_](?:_?[A-Za-z0-9]+)?"
_OPERATOR = re.compile(
    rf"(?<![\w.])(?:{_D}(?P<times>{_TIMES})\s*/\s*{_D}\s*(?P<by>{_BY}){_TIMES}"
    rf"|\\[dt]?frac\s*\{{\s*{_D}(?P<above>{_TIMES})\s*\}}\s*\{{\s*{_D}\s*(?P<below>\\?{_BY}){_TIMES}\s*\}})"
    r"(?P<opens>\s*(?:\\(?:left|[bB]igg?l?)\s*)?[(\[])?"
)
_VALUE = re.compile(rf"(?!\s*{_D}\s*[^\W\d_])\s*(?:-\s*)?[\w\\√|]")
_APART = re.compile(r"\S\s*[-+−–±=,;<>≤≥]|\\(?:pm|mp|[lg]eq?|n?eq?|right|end)(?![a-zA-Z])|\n")
OF_FUNCTION = re.compile(
    rf"(?<![\w.]){_D}\s?({NAME})\s*/\s*{_D}\s?({NAME})"
    rf"|\\[dt]?frac\s*\{{\s*{_D}\s*({NAME})\s*\}}\s*\{{\s*{_D}\s*({NAME})\s*\}}"
)
"""The derivative of one name by another: dy/dx, or as a fraction of LaTeX."""
PRIME = re.compile(rf"(?<![\w.])({NAME})\s?['′](?!['′])(?:\s*\(\s*({NAMES})\s*\))?")
"""A derivative with a prime, and the variables behind it."""
OF_VARIABLES = re.compile(rf"({NAME})\s*\(\s*({NAMES})\s*\)")
_OF_PARENTHESES = re.compile(rf"(?:(?<![\w.]){_D}\s*/\s*{_D}\s*({NAME})\s*)(?=[(\[])|[)\]]\s?['′’](?!['′’])")
_PRIMED = re.compile(r"\)\s?(['′’″]+|\^\{?(?:\s*\\prime)+\s*\}?)")
_POWER = re.compile(r"\s*(?:\^|\*\*)\s*(?:-?\w+|\([^()]*\)|\{[^{}]*\})|[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_SUPERSCRIPTS = str.maketrans("²³⁴", "234")


class Asked(NamedTuple):
    """A derivative inside an expression: d/dx(...), or ``whole`` where it is that of all that follows: d/dx x^2.

    One with a prime, (x^2)', has an empty ``by``, and its parentheses close at ``end``.
    """

    span: Span
    by: str
    order: int
    whole: bool = False
    end: int = 0


_BEGINS_TERM = re.compile(r"\s*[\w(|√]")
_ITEM = re.compile(r"[(\[]?(?:\d{1,3}|[^\W\d_])[)\].]?")
"""The number, or the letter, of an item."""
_WORDS = re.compile(r"[^\W\d_]+")


def derivatives_inside(text: str, start: int) -> list[Asked]:
    """The places of d/dx before a parenthesis, from a place on, and of one that begins a text of one product."""
    found: list[Asked] = []
    for one in _OPERATOR.finditer(text, start):
        times = (one["times"] or one["above"] or "").translate(_SUPERSCRIPTS).strip("^{}")
        span = (one.start(), one.start("opens") if one["opens"] else one.end())
        whole = not one["opens"] and bool(_VALUE.match(text, one.end()))
        if one["opens"] or (whole and not (text[start : one.start()].strip(" $") or _APART.search(outside(text[one.end() :])))):
            found.append(Asked(span, one["by"] or one["below"], int(times or 1), whole))
    return found


def primed_parentheses(text: str, start: int) -> tuple[list[Asked], str]:
    """The derivatives of what stands in parentheses before a prime, (x^2 sin x)', and the text with blanks for the primes.

    Args:
        text: What was typed.
        start: Where it begins.

    Raises:
        GradcliError: The parentheses are those of a function.
    """
    found: list[Asked] = []
    for one in _PRIMED.finditer(text, start):
        closes, primes = one.start(), one[1]
        opens = _partner(text, closes)
        if opens < start:
            continue
        if re.search(r"[^\W\d]\Z", text[start:opens]) and not text[start:opens].endswith("\\left"):
            hint = "write d/dx(f(x)) for a derivative"
            raise GradcliError("this prime may be of the function or of its value", (one.start(1), one.end(1)), hint)
        order = primes.count("\\prime") or sum(2 if sign in '″"' else sign in "'′’" for sign in primes)
        found.append(Asked((opens, opens), "", order, end=closes))
    return found, _PRIMED.sub(lambda one: ")" + " " * (len(one[0]) - 1), text) if found else text


def left_side(text: str, *, names: bool, functions: Collection[str] = ()) -> tuple[str, int]:
    """The left side of an answer and where its right side begins; empty text and 0 where there is none.

    Only a text of one statement is an answer. ``name = ...`` is an assignment, whose value is the same.

    Args:
        text: What was typed.
        names: Whether a plain name is a left side as well.
        functions: What functions are called: log(y) = ... is an equation, and gamma(x) = ... names a value.
    """
    if "\n" in text.strip() or ";" in outside(text).rstrip().rstrip(";").replace(r"\;", ""):
        return "", 0
    found = _LEFT.match(text) or (_ONE_NAME.match(text) if names else None)
    if found is None or _called(found[1]) in functions:
        return "", 0
    return found[1].strip(), found.end()


def _called(left: str) -> str:
    """The name before a parenthesis, where it is more than a letter."""
    name = left.partition("(")[0].strip(" \\")
    return "" if len(name) < 2 or name in GREEK else name


def derivative_on_left(text: str) -> str:
    """The derivative that stands on the left side of an answer, y' or dy/dx; empty where none does."""
    left, _ = left_side(text, names=False)
    return "" if re.fullmatch(_FUNCTION, left) else left


def is_left_side(text: str, *, names: bool, functions: Collection[str] = ()) -> bool:
    """Whether a text is what stands on the left of an answer, f(x), y' or dy/dx, or a plain name where that is one as well.

    Args:
        text: The text.
        names: Whether a plain name is.
        functions: What functions are called: sin(x) is a value.
    """
    alone = _ALONE.fullmatch(text) and _called(text.strip(" $;.")) not in functions
    return bool(alone or (names and _NAMED.fullmatch(text)))


def divides(text: str, at: int, functions: Collection[str], known: Collection[str]) -> bool:
    """Whether a colon of a text stands between two terms and divides: 2x:(x^2 + 1), but not x: 2, a): 2, Answer 3: 2.

    Args:
        text: The text.
        at: The place of the colon.
        functions: What functions may be called.
        known: The names that have values.
    """
    before = re.split(r"[=,;:≈⇒→>]", text[:at])[-1].strip()
    if not (re.search(r"[\w)|²³]$", before) and _BEGINS_TERM.match(text, at + 1)) or is_left_side(before, names=False):
        return False
    labels = text[at + 1] == " " and text[at - 1] != " "
    if (labels and _ITEM.fullmatch(before)) or (_NAMED.fullmatch(before) and (before not in known or "," in text)):
        return False
    words = [word for word in _WORDS.findall(before) if word not in known]
    return all(any(name in word for name in functions if len(name) > 1) for word in words if len(word) > LONGEST_PRODUCT)


def derivative_asked(text: str, known: Collection[Span]) -> Span | None:
    """The place of d/dx or dy/dx in an expression: it asks for a derivative, and is no quotient.

    Args:
        text: What was typed.
        known: The places of those that are read.
    """
    for found in _DERIVATIVE.finditer(text):
        if not any(start <= found.start() < end for start, end in known):
            return found.span()
    return None


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
