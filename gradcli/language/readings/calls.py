"""Calls and vectors as other programs and textbooks write them: Sin[x], D[x^3, x], POWER(x;3), (2x, 2y), <2x, 2y>."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from gradcli.language.grammar import Token
from gradcli.language.readings.scan import refuse
from gradcli.language.readings.vocabulary import DERIVATIVE

_OPENS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
_CLOSES = frozenset(_OPENS.values())


def with_parentheses(tokens: Sequence[Token], function: Callable[[Token], str | None], known: Collection[str]) -> list[Token]:
    """The tokens with parentheses for the brackets behind the name of a function, and commas for semicolons between arguments.

    Args:
        tokens: The tokens.
        function: The function that a name means; None where it means none.
        known: The names that have values, which have parts: ``x[0]``.

    Raises:
        GradcliError: What stands in the brackets may mean two things.
    """
    result: list[Token] = []
    open: list[str] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        if token.kind == "LSQB" and before is not None and _is_called(before, token, function, known):
            if before.text == "D":
                result[-1] = before._replace(text=DERIVATIVE)
            elif before.text == "Log" and "COMMA" in [one.kind for one in tokens[place : place + 3]]:
                raise refuse("Log[b, x] has its base first", before, "write log(x, b)")
            elif before.text == "E":
                raise refuse("E[...] may be an expected value", before, "write E*(...) for a product")
            open.append("RPAR")
            token = Token("LPAR", "(", token.span)
        elif token.kind in _OPENS:
            open.append(_OPENS[token.kind])
        elif token.kind in _CLOSES and open:
            kind = open.pop()
            token = Token(kind, ")", token.span) if kind == "RPAR" and token.kind == "RSQB" else token
        elif token.text == ";" and open[-1:] == ["RPAR"]:
            token = Token("COMMA", ";", token.span)
        result.append(token)
    return result


def _is_called(name: Token, bracket: Token, function: Callable[[Token], str | None], known: Collection[str]) -> bool:
    touches = name.kind == "NAME" and name.span[1] == bracket.span[0] and name.text not in known
    return touches and (name.text in ("D", "E") or (len(name.text) > 1 and function(name) is not None))


def as_array(tokens: Sequence[Token], *, of_latex: bool) -> list[Token]:
    """The tokens of a vector as those of an array, where the whole is one: (2x, 2y), <2x, 2y>.

    Args:
        tokens: The tokens.
        of_latex: Whether arrays are LaTeX's, which has no brackets for them.
    """
    if len(tokens) < 5:
        return list(tokens)
    ends = [(token.kind, token.text) for token in (tokens[0], tokens[-1])]
    if ends not in ([("LPAR", "("), ("RPAR", ")")], [("COMPARISON", "<"), ("COMPARISON", ">")]):
        return list(tokens)
    depth, commas = 0, []
    for place, token in enumerate(tokens[1:-1], 1):
        depth += (token.kind in _OPENS) - (token.kind in _CLOSES)
        if depth < 0:
            return list(tokens)
        if depth == 0 and token.kind == "COMMA":
            commas.append(place)
    if not commas:
        return list(tokens)
    result = list(tokens)
    first, last = result[0].span, result[-1].span
    result[0], result[-1] = Token("LSQB", "[", first), Token("RSQB", "]", last)
    for place in commas:
        result[place] = Token("ROW" if of_latex else "COMMA", ",", result[place].span)
    if of_latex:
        result[0], result[-1] = Token("MATRIX", "pmatrix", first), Token("END_ENVIRONMENT", "pmatrix", last)
    return result
