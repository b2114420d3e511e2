"""Brackets as other programs and textbooks use them: Sin[x], D[x^3, x], POWER(x;3), max{x, 0}, 2[x + 3], (2x, 2y), <2x, 2y>."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence

from gradcli.errors import GradcliError
from gradcli.language.grammar import Token
from gradcli.language.readings.scan import refuse
from gradcli.language.readings.vocabulary import DERIVATIVE, Vocabulary

_OPENS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
_CLOSES = frozenset(_OPENS.values())
_SIGNS = {"RSQB": "[]", "RBRACE": "{}"}
_LOGIC = {"∧": ("AND", "and"), "∨": ("OR", "or"), "¬": ("NOT", "not")}
_SEPARATES = frozenset(("COMMA", "SEPARATOR", "COLON", "EQUAL", "ELLIPSIS", "DOTS"))
_OF_BLOCKS = frozenset(("FOR", "WHILE", "REPEAT", "NO_GRAD", "OTHERWISE"))
_OF_INDEX = frozenset(("NUMBER", "MINUS", "SIGN"))
_OPERATES = frozenset(("PLUS", "MINUS", "TIMES", "DIVIDE", "POWER", "NAME", "NUMBER"))
_BEFORE_FACTOR = _OPERATES | {"RPAR", "RSQB"}
_BEHIND_FACTOR = _OPERATES | {"LPAR", "LSQB", "SUPERSCRIPT"}
_COUNTS = frozenset("ijkmn")


_BASED = re.compile(r"([^\W\d_]{0,2}?)([Ll]og|ln|[JIY])(_[0-9]+|[₀-₉]+)([^\W_]*)")
"""A function with an index: letters before it, its name, the index, and what stands behind it."""


def with_bases(tokens: Sequence[Token], vocabulary: Vocabulary, known: Collection[str]) -> list[Token]:
    """The tokens with names that run on behind a logarithm and its base in pieces: xlog_2x, log₁₀x; I₀ is I_0.

    Args:
        tokens: The tokens.
        vocabulary: The functions.
        known: The names that have values.

    Raises:
        GradcliError: It is a natural logarithm with a base.
    """
    result: list[Token] = []
    for token in tokens:
        found = _BASED.fullmatch(token.text) if token.kind == "NAME" and token.text not in known else None
        if found is None:
            result.append(token)
            continue
        before, name, index, behind = found.groups()
        plain = unicodedata.normalize("NFKC", index).lstrip("_")
        if name == "ln":
            raise refuse(f"ln has the base e, and no base {plain}", token, f"write log_{plain} x")
        if vocabulary.function(f"{name}_{plain}") is None:
            head = not before and not behind and f"{name}_{plain}" in vocabulary.heads
            result.append(token._replace(text=f"{name}_{plain}") if head else token)
            continue
        start, end = token.span[0] + len(before), token.span[1] - len(behind)
        result += [Token("NAME", before, (token.span[0], start))] if before else []
        result.append(Token("NAME", f"{name}_{plain}", (start, end)))
        for piece in re.finditer("[0-9]+|[^0-9]+", behind):
            kind = "NUMBER" if piece[0].isdecimal() else "NAME"
            result.append(Token(kind, piece[0], (end + piece.start(), end + piece.end())))
    return result


def with_parentheses(tokens: Sequence[Token], vocabulary: Vocabulary, known: Collection[str]) -> list[Token]:
    """The tokens with parentheses for the brackets behind the name of a function, and commas for semicolons between arguments.

    Floors and ceilings are calls, too, and signs of logic words.

    Args:
        tokens: The tokens.
        vocabulary: The functions.
        known: The names that have values, which have parts: ``x[0]``.

    Raises:
        GradcliError: What stands in the brackets may mean two things.
    """
    result: list[Token] = []
    open: list[tuple[str, bool]] = []  # what closes, and whether it stands for a parenthesis
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        if token.kind == "OF_UNICODE":
            result += _of_unicode(token, vocabulary.fences)
            continue
        if token.kind in ("LSQB", "LBRACE") and before is not None and _is_called(before, token, vocabulary, known):
            if before.text == "D":
                result[-1] = before._replace(text=DERIVATIVE)
            elif before.text == "Log" and "COMMA" in [one.kind for one in tokens[place : place + 3]]:
                raise refuse("Log[b, x] has its base first", before, "write log(x, b)")
            elif before.text == "E":
                raise refuse("E[...] may be an expected value", before, "write E*(...) for a product")
            open.append((_OPENS[token.kind], True))
            token = Token("LPAR", "(", token.span)
        elif token.kind in _OPENS:
            open.append((_OPENS[token.kind], False))
        elif token.kind in _CLOSES and open:
            closes, called = open.pop()
            if called and closes != token.kind:
                hint = f"write '{_SIGNS[closes][1]}'"
                raise refuse(f"this '{token.text}' stands where a '{_SIGNS[closes][0]}' is open", token, hint)
            token = Token("RPAR", ")", token.span) if called else token
        elif token.text == ";" and open and (open[-1][1] or open[-1][0] == "RPAR"):
            token = Token("COMMA", ";", token.span)
        result.append(token)
    return result


def _is_called(name: Token, bracket: Token, vocabulary: Vocabulary, known: Collection[str]) -> bool:
    touches = name.kind == "NAME" and name.span[1] == bracket.span[0] and name.text not in known
    return touches and (name.text in ("D", "E") or (len(name.text) > 1 and vocabulary.function(name.text) is not None))


def _of_unicode(token: Token, fences: Mapping[str, str]) -> list[Token]:
    if token.text in _LOGIC:
        return [Token(*_LOGIC[token.text], token.span)]
    start, end = token.span
    if name := fences[token.text]:
        return [Token("NAME", name, (start, start)), Token("LPAR", "(", token.span)]
    return [Token("RPAR", ")", (start, end))]


def with_groups(tokens: Sequence[Token], known: Collection[str], notes: list[tuple[int, str]]) -> list[Token]:
    """The tokens with parentheses for brackets and braces that group: 2[x + 3], {x + [1 - y]}^2.

    Braces of blocks, arrays and indices stay. An array of one element is a group where an operation stands in it and another one
    beside it.

    Args:
        tokens: The tokens.
        known: The names that have values.
        notes: Takes what strictly is an array.
    """
    kinds = [token.kind for token in tokens]
    if "LSQB" not in kinds and "LBRACE" not in kinds:
        return list(tokens)
    blocks = not _OF_BLOCKS.isdisjoint(kinds) or any(
        kind == "IF" and (place == 0 or kinds[place - 1] in ("SEPARATOR", "LBRACE", "RBRACE")) for place, kind in enumerate(kinds)
    )
    result = list(tokens)
    opened: list[int] = []
    separated: set[int] = set()
    for place, token in enumerate(tokens):
        if token.kind in _OPENS:
            opened.append(place)
        elif token.kind in _SEPARATES and opened:
            separated.add(opened[-1])
        elif token.kind in _CLOSES and opened and _OPENS[tokens[start := opened.pop()].kind] == token.kind:
            defines = kinds[max(0, start - 2) : start] == ["RPAR", "EQUAL"]
            braces = token.kind == "RBRACE" and not blocks and not defines
            if start in separated or not (braces or (token.kind == "RSQB" and _groups(tokens, start, place, known))):
                continue
            result[start], result[place] = Token("LPAR", "(", tokens[start].span), Token("RPAR", ")", token.span)
            if braces and (start, place) == (0, len(tokens) - 1):
                notes.append((tokens[0].span[0], "{ } are read as parentheses, and not as a set"))
            if not braces:
                notes.append((tokens[start].span[0], "[ ] are read as parentheses here, and not as an array of one element"))
    return result


def _groups(tokens: Sequence[Token], start: int, end: int, known: Collection[str]) -> bool:
    """Whether brackets without commas are parentheses."""
    inside = tokens[start + 1 : end]
    before = tokens[start - 1].kind if start else ""
    if before == "NAME" and (tokens[start - 1].text in known or (inside[:1] and inside[0].kind == "LSQB")):
        return False
    behind = tokens[end + 1].kind if end + 1 < len(tokens) else ""
    if all(token.kind in _OF_INDEX or token.text in known or token.text in _COUNTS for token in inside):
        return before == "NUMBER"
    return len(inside) > 1 and (before in _BEFORE_FACTOR or behind in _BEHIND_FACTOR)


def vectors_of(tokens: Sequence[Token], norm: str) -> set[int]:
    """Where vectors begin in the text: (2x, 2y), <2x, 2y>, (1, 2, 3)·(4, 5, 6). What stands between arguments is a tuple.

    Args:
        tokens: The tokens.
        norm: The function of one vector, between whose bars no decimal stands in parentheses.

    Raises:
        GradcliError: Several of two numbers each may be decimals.
    """
    found = [(start, end) for start, end, _ in _vectors(tokens, norm)]
    if any(not _may_be_decimal(tokens[start + 1 : end]) or tokens[start - 2].text == norm for start, end in found):
        return {tokens[start].span[0] for start, _ in found}
    if len(found) > 1 and all(end == start + 4 for start, end in found):
        start, end = found[0]
        whole, decimals = tokens[start + 1].text, tokens[end - 1].text
        hint = f"write [{whole}, {decimals}] for a vector, and {whole}.{decimals} for the decimal"
        raise GradcliError("this may be a vector or a decimal", (tokens[start].span[0], tokens[end].span[1]), hint)
    return set()


def with_vectors(tokens: Sequence[Token], starts: Collection[int], norm: str, *, of_latex: bool) -> list[Token]:
    """The tokens of vectors as those of arrays.

    Args:
        tokens: The tokens.
        starts: Where vectors begin in the text.
        norm: The function of one vector.
        of_latex: Whether arrays are LaTeX's, which has no brackets for them.
    """
    result = list(tokens)
    factors: list[int] = []
    kinds = ("MATRIX", "pmatrix"), ("END_ENVIRONMENT", "pmatrix"), "ROW"
    opens, closes, comma = kinds if of_latex else (("LSQB", "["), ("RSQB", "]"), "COMMA")
    for start, end, commas in _vectors(tokens, norm) if starts else ():
        if tokens[start].span[0] in starts:
            result[start], result[end] = Token(*opens, tokens[start].span), Token(*closes, tokens[end].span)
            for place in commas:
                result[place] = Token(comma, ",", tokens[place].span)
            if start and tokens[start - 1].kind in ("NUMBER", "PI", "RPAR"):
                factors.append(start)
    for start in reversed(factors):
        result.insert(start, Token("TIMES", "*", (tokens[start].span[0], tokens[start].span[0])))
    return result


def _vectors(tokens: Sequence[Token], norm: str) -> Iterator[tuple[int, int, list[int]]]:
    """Where vectors begin and end, and their commas."""
    opened: list[tuple[int, list[int]]] = []
    outside: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind in _OPENS or token.kind == "MATRIX":
            opened.append((place, []))
        elif token.kind == "COMMA":
            (opened[-1][1] if opened else outside).append(place)
        elif opened and (token.kind in _CLOSES or token.kind == "END_ENVIRONMENT"):
            start, commas = opened.pop()
            if not commas or (tokens[start].kind, token.kind) != ("LPAR", "RPAR"):
                continue
            around = [tokens[at] for at, _ in opened]
            of_names = ("CALLED", "NAME", "FUNCTION")
            called = [tokens[at - 1].text for at in (start, *(at for at, _ in opened)) if at and tokens[at - 1].kind in of_names]
            called = called if start and tokens[start - 1].kind in of_names else [name for name in called if name != norm]
            if not called and all(one.kind == "LPAR" for one in around):
                yield start, place, commas
    if len(tokens) > 4 and outside and (tokens[0].text, tokens[-1].text) == ("<", ">"):
        yield 0, len(tokens) - 1, outside


def _may_be_decimal(tokens: Sequence[Token]) -> bool:
    """Whether each comma stands between digits, with no blank, and no digits between two of them: 2,5 + 1,5, but not 1,2,3."""
    last = -2
    for place, token in enumerate(tokens):
        if token.kind == "COMMA":
            whole, decimals = tokens[place - 1 : place], tokens[place + 1 : place + 2]
            around = [*whole, *decimals]
            digits = len(around) == 2 and all(one.kind == "NUMBER" and one.text.isdecimal() for one in around)
            if not digits or around[1].span[0] != around[0].span[1] + 1 or last == place - 2:
                return False
            last = place
    return True
