"""Which of the bars of absolute values open and which close, and which are those of a norm."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.errors import GradcliError
from gradcli.language.grammar import Token
from gradcli.language.readings.scan import VALUE_ENDS

_OPENS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE", "MATRIX": "END_ENVIRONMENT", "CASES": "END_ENVIRONMENT"}
_CLOSES = frozenset(_OPENS.values())
_ENDS = frozenset(("COMMA", "SEPARATOR", "EQUAL", "COMPARISON", "COLON", "AND", "OR", "IF", "ELSE", "AMPERSAND", "ROW"))
_INFIX = frozenset(("PLUS", "MINUS", "TIMES", "DIVIDE", "POWER", "SUPERSCRIPT", "REMAINDER", "MATMUL", *_ENDS))


def norms(tokens: Sequence[Token], norm: str) -> list[Token]:
    """The tokens with calls in the place of double bars: ‖v‖, and ||v|| where no single bar stands.

    Args:
        tokens: The tokens.
        norm: The function that they stand for.

    Raises:
        GradcliError: One is left.
    """
    bars = [place for place, token in enumerate(tokens) if token.kind == "ABS_OPEN"]
    double = [(place, place) for place in bars if tokens[place].text in "‖∥"]
    single = [place for place in bars if tokens[place].text == "|"]
    at, alone = 0, 0
    while at + 3 < len(single):
        a, b, c, d = single[at : at + 4]
        touch = all(y == x + 1 and tokens[x].span[1] == tokens[y].span[0] for x, y in ((a, b), (c, d)))
        begins = touch and (not alone or a == 0 or tokens[a - 1].kind not in VALUE_ENDS)
        double += [(a, b), (c, d)] if begins else []
        alone += not begins
        at += 4 if begins else 1
    double.sort()
    if len(double) % 2:
        place = double[-1][0]
        raise GradcliError("this ‖ has no other to close it", tokens[place].span, "write norm(...)")
    result = list(tokens)
    for number, (first, last) in reversed(list(enumerate(double))):
        span = (tokens[first].span[0], tokens[last].span[1])
        closes = [Token("RPAR", ")", (span[1] - 1, span[1]))]
        opens = [Token("CALLED", norm, span), Token("LPAR", "(", (span[1] - 1, span[1]))]
        result[first : last + 1] = closes if number % 2 else opens
    return result


def paired(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each bar as one that opens or one that closes.

    Bars belong together within the same parentheses and between the same commas. A bar opens where no value stands before it and
    closes where none can follow; what is left is decided by there being one way only to pair them.

    Raises:
        GradcliError: There is no such way, or more than one.
    """
    result = list(tokens)
    groups: list[list[int]] = [[]]
    for place, token in enumerate(tokens):
        if token.kind in _OPENS:
            groups.append([])
        elif token.kind in _CLOSES and len(groups) > 1:
            _pair(result, groups.pop())
        elif token.kind in _ENDS:
            _pair(result, groups[-1])
            groups[-1] = []
        elif token.kind == "ABS_OPEN" and token.text == "|":
            groups[-1].append(place)
    for group in groups:
        _pair(result, group)
    return result


def _pair(tokens: list[Token], bars: Sequence[int]) -> None:
    """Decide the bars of one group: count the ways, from left to right, by how many bars are open and what the last bar was."""
    if not bars:
        return
    ways: dict[tuple[int, bool], tuple[int, tuple[object, ...] | None]] = {(0, False): (1, None)}
    for number, place in enumerate(bars):
        after_bar = number > 0 and bars[number - 1] == place - 1
        before = tokens[place - 1].kind if place else ""
        follows = tokens[place + 1].kind if place + 1 < len(tokens) else ""
        new: dict[tuple[int, bool], tuple[int, tuple[object, ...] | None]] = {}
        for (depth, opened), (count, path) in ways.items():
            value = not opened if after_bar else before in VALUE_ENDS
            if value and depth:
                _add(new, (depth - 1, False), count, (path, False))
            may_open = follows not in _CLOSES and follows not in _INFIX - {"PLUS", "MINUS"} and follows != ""
            if may_open and not (value and follows in ("PLUS", "MINUS")):
                _add(new, (depth + 1, True), count, (path, True))
        ways = new
    count, path = ways.get((0, False), (0, None))
    first = tokens[bars[0]]
    if count == 0:
        raise GradcliError("this '|' has no other to close it", first.span, "write abs(...) for the absolute value")
    if count > 1:
        span = (first.span[0], tokens[bars[-1]].span[1])
        raise GradcliError("these bars can be paired in two ways", span, "write abs(...), or * between two factors")
    for place in reversed(bars):
        assert path is not None
        rest, opens = path
        if not opens:
            tokens[place] = Token("ABS_CLOSE", "|", tokens[place].span)
        path = rest  # type: ignore[assignment]


def _add(
    ways: dict[tuple[int, bool], tuple[int, tuple[object, ...] | None]],
    key: tuple[int, bool],
    count: int,
    path: tuple[object, ...],
) -> None:
    before = ways.get(key, (0, None))
    ways[key] = (min(2, before[0] + count), before[1] or path)
