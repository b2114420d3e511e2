"""Decimal commas, 1,5 where no list can be meant, and digits in groups, 10 000."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from gradcli.errors import GradcliError
from gradcli.language.grammar import Token

_GROUPS = re.compile("[1-9][0-9]{0,2}(?:[0-9]{3})*")
_OPEN = frozenset(("LPAR", "LSQB", "LBRACE", "ABS_OPEN"))
_CLOSE = frozenset(("RPAR", "RSQB", "RBRACE", "ABS_CLOSE"))


def in_groups(tokens: Sequence[Token], notes: list[tuple[int, str]]) -> list[Token]:
    """The tokens with one number in place of groups of three digits, ``10 000``; in an array they are items.

    Args:
        tokens: The tokens.
        notes: Takes what was read so.
    """
    result: list[Token] = []
    arrays = 0
    for token in tokens:
        arrays += (token.kind == "LSQB") - (token.kind == "RSQB")
        before = result[-1] if result else None
        raised = len(result) > 1 and result[-2].kind in ("POWER", "FRAC", "SQRT")
        if before is None or before.kind != token.kind or token.kind != "NUMBER" or arrays or raised:
            result.append(token)
        elif _GROUPS.fullmatch(before.text) and re.fullmatch(r"[0-9]{3}(?:\.[0-9]*)?", token.text):
            result[-1] = Token("NUMBER", before.text + token.text, (before.span[0], token.span[1]))
            notes.append((before.span[0], f"the digits {before.text} {token.text} are read as {result[-1].text}"))
        else:
            result.append(token)
    return result


def with_points(
    tokens: Sequence[Token],
    single: Collection[str],
    either: Collection[str],
    vectors: Collection[int],
    notes: list[tuple[int, str]],
) -> list[Token]:
    """The tokens with a decimal in place of two numbers with a comma between them and no blank.

    Between the arguments of a function of several, and in an array, a comma separates.

    Args:
        tokens: The tokens.
        single: The functions of one argument.
        either: Those of them that take more as well.
        vectors: Where parentheses of vectors begin in the text.
        notes: Takes what was read so.

    Raises:
        GradcliError: The comma may also group digits.
    """
    result: list[Token] = []
    lists = [False]
    by_semicolon = _by_semicolon(tokens)
    for place, token in enumerate(tokens):
        if token.kind in _OPEN:
            before = result[-1] if result else None
            called = before is not None and before.kind == "CALLED" and before.text not in single
            separates = (called or token.span[0] in vectors) and place not in by_semicolon
            lists.append(token.kind == "LSQB" or (token.kind == "LPAR" and separates) or (lists[-1] and token.kind == "LBRACE"))
        elif token.kind in _CLOSE and len(lists) > 1:
            lists.pop()
        if token.kind == "NUMBER" and not lists[-1] and len(result) > 1 and _touch(result[-2], result[-1], token):
            whole, comma = result[-2], result[-1]
            both = f"{whole.text}{comma.text}{token.text}"
            span = (whole.span[0], token.span[1])
            if re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", both):
                point, grouped = both.replace(",", "."), both.replace(",", "")
                raise GradcliError(f"{both} may be {point} or {grouped}", span, "write one of them")
            if len(result) > 3 and result[-3].kind == "LPAR" and result[-4].kind == "CALLED" and result[-4].text in either:
                function = result[-4].text
                message = f"{both} may be the decimal {both.replace(',', '.')} or two arguments of {function}"
                raise GradcliError(message, span, f"write {both.replace(',', '.')}, or {both.replace(',', ', ')} with a blank")
            if re.fullmatch(r"[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?", both):
                point, listed = both.replace(",", "."), both.replace(",", ", ")
                notes.append((span[0], f"{both} is read as the decimal {point}; a list is written [{listed}]"))
                result[-2:] = [Token("NUMBER", both.replace(",", "."), span)]
                continue
        result.append(token)
    return result


def _by_semicolon(tokens: Sequence[Token]) -> set[int]:
    """The places of the parentheses in which semicolons separate, so that commas are decimal."""
    found: set[int] = set()
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind in _OPEN:
            opened.append(place)
        elif token.kind in _CLOSE and opened:
            opened.pop()
        elif token.kind == "COMMA" and token.text == ";" and opened:
            found.add(opened[-1])
    return found


def _touch(whole: Token, comma: Token, decimals: Token) -> bool:
    return whole.kind == "NUMBER" and comma.text == "," and whole.span[1] == comma.span[0] and comma.span[1] == decimals.span[0]
