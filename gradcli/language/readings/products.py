"""Products that end or begin where a power might: a number behind a factor, and letters in an exponent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from gradcli.errors import GradcliError
from gradcli.language.grammar import Token
from gradcli.language.readings.scan import refuse
from gradcli.language.readings.vocabulary import LONGEST_PRODUCT

_CLOSING = {"RPAR": "LPAR", "RBRACE": "LBRACE", "ABS_CLOSE": "ABS_OPEN"}
_GOES_ON = frozenset(("NAME", "PI", "CONSTANT", "LPAR", "ROOT", "ABS_OPEN", "FRAC", "SQRT", "FUNCTION", "CALLED", "COMMAND"))
"""Terminals with which a value begins of which a number is the coefficient."""
_UNITS = frozenset(
    [
        "cm",
        "mm",
        "km",
        "nm",
        "kg",
        "mg",
        "Hz",
        "kHz",
        "ms",
        "mL",
        "ml",
        "kN",
        "kW",
        "kJ",
        "Pa",
        "eV",
        "Nm",
        "ft",
        "mi",
        "oz",
        "mph",
        "hrs",
    ]
)

_SHORT = 100
"""Tokens of a text in which a name is looked for."""
_DEGREES = frozenset(("deg", "degree", "degrees"))
_DIFFERENCES = ("Δ", "∆", "Delta")
_ARGUMENTS = frozenset("xyzθφ")
"""What functions are taken of, mostly."""


def joined(tokens: Sequence[Token], functions: Collection[str], known: Collection[str]) -> list[Token]:
    """The tokens with what is one word in two pieces as one: arc tg x, Δ x, 45 deg.

    Args:
        tokens: The tokens.
        functions: What functions may be called.
        known: The names that have values.
    """
    result: list[Token] = []
    for token in tokens:
        before = result[-1] if result else None
        of_names = before is not None and before.kind == token.kind == "NAME" and before.text not in known
        if before is not None and of_names and before.text == "arc" and f"arc{token.text}" in functions:
            result[-1] = before._replace(text=f"arc{token.text}", span=(before.span[0], token.span[1]))
        elif before is not None and of_names and before.text in _DIFFERENCES and len(token.text) == 1:
            result[-1] = before._replace(text=f"Δ{token.text}", span=(before.span[0], token.span[1]))
        elif token.kind == "NAME" and re.fullmatch("Delta[A-Za-z]", token.text) and token.text not in known:
            result.append(token._replace(text=f"Δ{token.text[-1]}"))
        elif before is not None and before.kind == "NUMBER" and token.text in _DEGREES and token.text not in known:
            result.append(token._replace(kind="POSTFIX", text="°"))
        else:
            result.append(token)
    return result


def coefficient(before: Sequence[Token], tokens: Sequence[Token], notes: list[tuple[int, str]]) -> list[Token]:
    """The sign of a product between a factor and a number that is the coefficient of what follows: ``cos(x^2 + 1)2x``.

    Or of a number that has a power of its own: ``ln(10) 10^x``.

    A number at the end may as well be a power that lost its place, as in ``(x + 1)2``, and one behind a divisor may belong to it.

    Args:
        before: The tokens before the number.
        tokens: The number and the token behind it.
        notes: Takes what was read so.
    """
    number = tokens[0]
    closes = before[-1].kind if before else ""
    raised = closes == "SUPERSCRIPT" or (closes == "NUMBER" and len(before) > 1 and before[-2].kind == "POWER")
    follows = tokens[1].kind if len(tokens) > 1 else ""
    is_power = follows == "POWER" and (raised or closes in _CLOSING or closes in ("NAME", "PI"))  # x 10^x, 2^x 5^x
    if not is_power and (follows not in _GOES_ON or not (raised or closes in _CLOSING)):
        return []
    start = _start(before)
    if start < 0 or (start and before[start - 1].kind == "DIVIDE"):
        return []
    text = f"{number.text} behind a factor is read as one more factor; a power is written ^{number.text}"
    notes.append((number.span[0], text))
    return [Token("TIMES", "*", (number.span[0], number.span[0]))]


def arguments(tokens: Sequence[Token], place: int) -> int:
    """How many arguments stand in the parentheses at a place."""
    depth, count = 0, 1
    for token in tokens[place:]:
        depth += (token.kind == "LPAR") - (token.kind == "RPAR")
        if depth == 0:
            break
        count += depth == 1 and token.kind == "COMMA"
    return count


def _start(tokens: Sequence[Token]) -> int:
    """Where the factor begins that ends with the last token; -1 where that is not seen."""
    at = len(tokens) - 1
    while at >= 0:
        kind = tokens[at].kind
        if kind in _CLOSING:
            depth = 0
            while at >= 0:
                depth += (tokens[at].kind == kind) - (tokens[at].kind == _CLOSING[kind])
                if depth == 0:
                    break
                at -= 1
            if at > 0 and tokens[at - 1].kind == "CALLED":
                return at - 1
        elif kind == "SUPERSCRIPT":
            at -= 1
            continue
        if at > 1 and tokens[at - 1].kind == "POWER":
            at -= 2
            continue
        return -1 if kind == "FUNCTION" else at
    return -1


def exponent(before: Sequence[Token], token: Token, parts: list[Token], notes: list[tuple[int, str]]) -> list[Token]:
    """Letters in an exponent as one product: ``e^kt`` is e^(k*t). Over another base they are refused: ``x^mn``.

    Args:
        before: The tokens before the letters.
        token: The letters as they are written.
        parts: What they are read as.
        notes: Takes what was read so.

    Raises:
        GradcliError: The base is no number.
    """
    signed = len(before) > 2 and before[-1].kind in ("MINUS", "SIGN", "PLUS") and before[-2].kind == "POWER"
    base = before[-3:-2] if signed else before[-2:-1] if before and before[-1].kind == "POWER" else []
    if not base or any(part.kind not in ("NAME", "PI") for part in parts):
        return parts
    product = "*".join(part.text for part in parts)
    sign = before[-1].text if signed else ""
    raised = "(...)" if base[0].text in ")]}|" else base[0].text
    written, both = f"{raised}^{sign}{token.text}", f"{raised}^({sign}{product})"
    other = f"{raised}^{sign}{product}"
    if base[0].kind not in ("NUMBER", "EULER") and base[0].text != "e":
        raise refuse(f"{written} may be {both} or {other}", token, "write one of them")
    notes.append((base[0].span[0], f"{written} is read as {both}; to mean {other} write the sign"))
    start, end = token.span
    return [Token("LPAR", "(", (start, start + 1)), *parts, Token("RPAR", ")", (end - 1, end))]


def raised_call(tokens: Sequence[Token], place: int) -> bool:
    """Whether the name at a place has a power and then a parenthesis that touches it: f^-1(x), f²(x), f^{(n)}(x)."""
    at, depth, raised = place + 1, 0, False
    if [token.kind for token in tokens[place + 1 : place + 4]] == ["POWER", "LBRACE", "LPAR"]:
        return False  # f^{(1)}(x) has an order
    while at < len(tokens):
        token = tokens[at]
        touches = token.span[0] <= tokens[at - 1].span[1]
        if token.kind == "LPAR" and depth == 0 and raised:
            return touches
        if at == place + 1 and token.kind not in ("POWER", "SUPERSCRIPT"):
            return False
        depth += (token.kind in _CLOSING.values()) - (token.kind in _CLOSING)
        raised = depth == 0 and token.kind not in ("POWER", "MINUS", "SIGN")
        if raised and token.kind not in ("SUPERSCRIPT", "NUMBER", "NAME", *_CLOSING):
            return False
        at += 1
    return False


def seldom_meant(before: Sequence[Token], tokens: Sequence[Token], place: int, known: Collection[str]) -> list[tuple[int, str]]:
    """What is said of a token that few people mean as it is read.

    Args:
        before: The tokens before it as they are read.
        tokens: All tokens.
        place: Which one it is.
        known: The names that have values.

    Raises:
        GradcliError: A power or a product ends in a sign that stands apart, ``3x^ + 2``, or a share is asked for, ``50% x``.
    """
    token, behind = tokens[place], tokens[place + 1 : place + 2]
    if token.kind in ("PLUS", "SIGN") and token.text == "+" and before and before[-1].kind in ("PLUS", "MINUS", "SIGN"):
        return [(token.span[0], f"two signs stand side by side, {before[-1].text} +: a term may be missing between them")]
    apart = bool(behind) and behind[0].span[0] > token.span[1]
    if token.kind in ("PLUS", "MINUS", "SIGN") and apart and before and before[-1].kind == "POWER":
        raise GradcliError("an exponent is missing", (before[-1].span[0], token.span[1]), "write it behind ^")
    share = before[-1] if token.text == "%" and before and before[-1].span[1] == token.span[0] else None
    if share and share.kind == "NUMBER" and behind and (apart or behind[0].kind in _GOES_ON):
        hint = f"write {share.text}/100 for a share, and blanks around the % of a remainder"
        raise GradcliError(f"{share.text}% may be percent or a remainder", (share.span[0], token.span[1]), hint)
    touched = before[-1].text if before and before[-1].span[1] == token.span[0] else ""
    if token.text == "+" and before and before[-1].kind == "POWER":
        return [(token.span[0], "^+ is read as the sign of an exponent")]
    if token.text == "√" and touched in ("3", "4"):
        return [(before[-1].span[0], f"{touched}√ is read as a product; a root of a degree is written root(x, {touched})")]
    if token.text == "<" and behind and behind[0].kind == "MINUS" and not apart and tokens[place + 2].span[0] > behind[0].span[1]:
        return [(token.span[0], "<- is read as < and a sign; a value is assigned by =")]
    numbered = before and not touched and before[-1].kind in ("NUMBER", "NAME", "RPAR", "SUPERSCRIPT") and token.kind == "LPAR"
    if numbered and [one.kind for one in tokens[place + 1 : place + 4]] == ["NUMBER", "RPAR"]:
        return [(token.span[0], f"({tokens[place + 1].text}) is read as a factor; the number of an equation is left out")]
    if touched and token.kind == "NUMBER" and before[-1].kind == "FUNCTION" and token.text[0] == ".":
        raise GradcliError("this index has a point", (before[-1].span[0], token.span[1]), "write log(x, 2.5) for a base of 2.5")
    if touched and token.text == "!=":
        return [(token.span[0], f"!= is read as a comparison, not equal; a factorial is written {touched}! == ...")]
    if touched == "e" and token.text == "−" and not apart:
        return [(before[-1].span[0], "e− is read as a difference; a power is written e^(-x)")]
    repeated = "".join(one.text for one in tokens[place : place + 3])
    if token.kind == "LPAR" and re.fullmatch(r"[0-9]*\.[0-9]*\([0-9]+\)", touched + repeated):
        return [(before[-1].span[0], f"{touched}{repeated} is read as a product; a repeating decimal is written as a fraction")]
    if token.text == "%" and token.span[1] <= token.span[0] + len("\\%"):
        return [(token.span[0], "% is read as the remainder of a division; a share is written x/100")]
    if token.kind != "NAME" or token.text in known:
        return []
    start, name = token.span[0], token.text
    number = before[-1] if before and before[-1].kind == "NUMBER" else None
    if number is not None and name in _UNITS:
        return [(start, f"{name} is read as variables; a unit is left out")]
    number = number if number is not None and number.span[1] == start else None
    if number is not None and number.text == "0" and re.fullmatch("x[0-9a-fA-F]+(?:i[0-9]+)?", name):
        raise GradcliError(f"0{name} is no number of this language", (number.span[0], token.span[1]), "write it in decimals")
    if number is not None and name == "x10" and behind and behind[0].kind in ("POWER", "SUPERSCRIPT"):
        written = f"{number.text}{name}^..."
        hint = f"write {number.text}*10^... for a power of ten"
        raise GradcliError(f"{written} may be a power of ten or have a variable x10", (number.span[0], token.span[1]), hint)
    if any(mark in unicodedata.normalize("NFD", name) for mark in "\u0307\u0308\u20db"):
        return [(start, f"{name} is read as a variable of its own, and no derivative is taken")]
    if number is not None and name in ("O", "l", "j"):
        other = "for a complex number there is no value" if name == "j" else f"the digit is {'0' if name == 'O' else '1'}"
        return [(start, f"{number.text}{name} is read as {number.text}*{name}; {other}")]
    if (
        number is not None
        and name == "e"
        and not apart
        and [one.kind for one in tokens[place + 1 : place + 3]] == ["MINUS", "NUMBER"]
    ):
        return [
            (start, f"{number.text}e{behind[0].text} is read as a multiple of e; a power of ten is written {number.text}*10^...")
        ]
    if name[0] == "_" and touched:
        raise GradcliError("an index stands behind a letter", token.span, "write x_{1}")
    if name == "f" and apart and behind[0].kind == "NAME":
        return [(start, f"f {behind[0].text} is read as a product; the argument of a function stands in parentheses")]
    if name == "u" and behind and behind[0].kind == "LPAR" and not apart:
        return [(start, "u(...) is read as a product with the variable u; the unit step is where(t >= 0, 1, 0)")]
    if name == "x" and [one.kind for one in (*before[-1:], *behind)] == ["NAME", "NAME"] and _stands_alone(tokens, place):
        return [(start, "x is read as a variable; a product is written with *, and that of two vectors cross(u, v)")]
    return []


def _stands_alone(tokens: Sequence[Token], place: int) -> bool:
    """Whether a name stands in the text once, with blanks around it: u x v."""
    before, token, behind = tokens[place - 1 : place + 2]
    apart = before.span[1] < token.span[0] and token.span[1] < behind.span[0]
    return apart and len(tokens) <= _SHORT and [one.text for one in tokens].count(token.text) == 1


def seldom_word(token: Token, pieces: Sequence[str], functions: Collection[str]) -> list[tuple[int, str]]:
    """What is said of ex, and of a word with a function in it and none of its usual letters behind that: cost, signal.

    Args:
        token: The word.
        pieces: What it is read as, functions and letters.
        functions: What functions may be called.

    Raises:
        GradcliError: There are too many letters for a product: sinusoid, cosine.
    """
    if "e" in pieces[:-1] and all(len(piece) == 1 for piece in pieces):
        power = token.text.rpartition("e")[2]
        return [(token.span[0], f"{token.text} is read as {'*'.join(pieces)}; a power is written e^{power}")]
    last = max((place for place, piece in enumerate(pieces) if piece in functions), default=len(pieces))
    behind = pieces[last + 1 :]
    if not behind or any(piece in _ARGUMENTS or len(piece) > 1 for piece in behind):
        return []
    written = "*".join([*pieces[:last], f"{pieces[last]}({'*'.join(behind)})"])
    if len(behind) >= LONGEST_PRODUCT:
        raise refuse(
            f"{token.text} may be a word or {written}", token, "write one of them; a variable of this name needs a value"
        )
    return [(token.span[0], f"{token.text} is read as {written}; a variable of this name needs a value")]
