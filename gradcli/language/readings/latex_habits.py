"""LaTeX as it is typed by hand: frac{1}{x}, {x \\over y}, \\sqrt(x), \\sinx, {\\rm tg}."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from gradcli.language.grammar import Token

_FRACTION = re.compile("[dt]?frac|sqrt")
_FONTS = frozenset(("\\rm", "\\bf", "\\it", "\\sf"))
_SIGNS = ("pi", "cdot", "times")
_CLOSES = {"LPAR": "RPAR", "LBRACE": "RBRACE"}


def as_commands(tokens: Sequence[Token], commands: Collection[str], known: Collection[str]) -> list[Token]:
    """The tokens as TeX would have them, where what is typed is none of its commands.

    Args:
        tokens: The tokens as they are scanned.
        commands: The commands that may stand right before a letter: functions and Greek letters.
        known: All commands that are known.
    """
    result: list[Token] = []
    braces: list[int] = []
    places = list(tokens)
    for place, token in enumerate(places):
        follows = places[place + 1] if place + 1 < len(places) else None
        start, end = token.span
        if token.kind == "NAME" and _FRACTION.fullmatch(token.text) and follows is not None and follows.kind == "LBRACE":
            token = token._replace(kind="COMMAND", text=f"\\{token.text}")
        elif token.text == "\\sqrt" and follows is not None and follows.kind == "LPAR":
            close = _closing(places, place + 1)
            if close:
                places[place + 1], places[close] = Token("LBRACE", "{", follows.span), Token("RBRACE", "}", places[close].span)
        elif token.kind == "COMMAND" and token.text[1:] not in known and token.text[1:-1] in (*commands, *_SIGNS):
            result.append(Token("COMMAND", token.text[:-1], (start, end - 1)))
            token = Token("NAME", token.text[-1], (end - 1, end))
        elif token.text == "\\over" and braces and (close := _closing(places, place)):
            opening = result[braces[-1]]
            result.insert(braces[-1], Token("COMMAND", "\\frac", (opening.span[0], opening.span[0])))
            result.append(Token("RBRACE", "}", (start, start + 1)))
            token = Token("LBRACE", "{", (start + 1, start + 2))
        if token.kind == "LBRACE":
            if follows is not None and follows.text in _FONTS and (not result or result[-1].kind != "POWER"):
                result.append(Token("COMMAND", "\\mathrm", (start, start)))
            braces.append(len(result))
        elif token.kind == "RBRACE" and braces:
            braces.pop()
        result.append(token)
    return result


def _closing(tokens: Sequence[Token], place: int) -> int:
    """The place of what closes a bracket, or the group around a place; 0 where nothing does."""
    opens = tokens[place].kind if tokens[place].kind in _CLOSES else "LBRACE"
    depth = 0 if tokens[place].kind in _CLOSES else 1
    for at in range(place, len(tokens)):
        depth += (tokens[at].kind == opens) - (tokens[at].kind == _CLOSES[opens])
        if depth == 0:
            return at
    return 0
