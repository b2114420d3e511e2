"""What LaTeX's commands stand for, and how they are typed by hand: frac{1}{x}, {x \\over y}, \\sqrt(x), \\sinx, {\\rm tg}."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from gradcli.language.grammar import Token

_LOOKS = (
    "quad qquad thinspace medspace thickspace negthinspace negmedspace negthickspace "
    "displaystyle textstyle space limits nolimits left right middle mleft mright boxed underline"
)
_SIZES = "big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr"
NOTHING = frozenset((*",;:!>()[] ", *_LOOKS.split(), *_SIZES.split()))
"""Commands that change how a formula looks, and not what it means."""

_TABLE = r"""
TIMES *          cdot times ast star odot
MATMUL ⊗         otimes
DIVIDE /         div
FRAC .           frac dfrac tfrac cfrac binom dbinom tbinom
SQRT .           sqrt
COMPARISON <=    le leq leqslant
COMPARISON >=    ge geq geqslant
COMPARISON !=    ne neq
COMPARISON <     lt langle
COMPARISON >     gt rangle
AND and          land wedge
OR or            lor vee
NOT not          lnot neg
PI π             pi
NAME inf         infty
NAME T           top intercal
NAME τ           tau
LPAR (           { lbrace
RPAR )           } rbrace
ABS_OPEN .       lvert
ABS_CLOSE .      rvert
REMAINDER %      bmod %
POSTFIX °        degree
ABS_OPEN ‖       lVert rVert Vert |
ROW .            \
"""
_LINES = [line.split() for line in _TABLE.strip().splitlines()]
SIGNS = {command: (kind, sign.strip(".")) for kind, sign, *commands in _LINES for command in commands}
"""The token of a command."""

ARROWS = frozenset(("vec", "overrightarrow"))
BOLD = ARROWS | {"mathbf", "boldsymbol", "bm", "textbf"}
WORDS = BOLD | {"operatorname", "mathrm", "mathit", "mathsf", "text", "textrm", "textit", "mathop"}
_ACCENTS = "hat,widehat,bar,tilde,widetilde,dot,ddot"
ACCENTS = {name: name.removeprefix("wide") for name in _ACCENTS.split(",")}
"""Signs on a letter, and what is written behind its name for them."""
COLOURS = frozenset(("color", "textcolor"))

_FRACTION = re.compile("[dt]?frac|sqrt")
_FONTS = frozenset(("\\rm", "\\bf", "\\it", "\\sf"))
_BEFORE_LETTERS = ("pi", "cdot", "times")
_RAISED = dict.fromkeys(("\\circ", "\\degree", "°"), ("POSTFIX", "°")) | {"\\prime": ("PRIMES", "'")}
_NONE = Token("", "", (0, 0))
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
    places = _raised_signs(tokens)
    for place, token in enumerate(places):
        follows = places[place + 1] if place + 1 < len(places) else None
        start, end = token.span
        if [one.text for one in places[place : place + 3]] == ["{", "\\,", "}"]:  # a product of matrices, as it is written here
            token, places[place + 1], places[place + 2] = Token("MATMUL", "@", (start, end + 3)), _NONE, _NONE
        if token is _NONE:
            continue
        if (
            token.kind == "NAME"
            and _FRACTION.fullmatch(token.text)
            and follows is not None
            and follows.kind in ("LBRACE", "LSQB")
        ):
            token = token._replace(kind="COMMAND", text=f"\\{token.text}")
        elif token.text == "\\sqrt" and follows is not None and follows.kind == "LPAR":
            close = _closing(places, place + 1)
            if close:
                places[place + 1], places[close] = Token("LBRACE", "{", follows.span), Token("RBRACE", "}", places[close].span)
        elif token.kind == "COMMAND" and token.text[1:] not in known and token.text[1:-1] in (*commands, *_BEFORE_LETTERS):
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


def _raised_signs(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a sign in the place of a power that is none: 30^\\circ, f^{\\prime}."""
    result: list[Token] = []
    place = 0
    while place < len(tokens):
        texts = [token.text for token in tokens[place : place + 4]]
        sign, used = (texts[2], 4) if texts[1:2] == ["{"] and texts[3:] == ["}"] else (texts[1] if len(texts) > 1 else "", 2)
        if texts[0] == "^" and sign in _RAISED:
            kind, text = _RAISED[sign]
            result.append(Token(kind, text, (tokens[place].span[0], tokens[place + used - 1].span[1])))
            place += used
        else:
            result.append(tokens[place])
            place += 1
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
