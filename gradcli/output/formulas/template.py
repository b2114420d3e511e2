"""The templates of operations as boxes. They are written in LaTeX, which everybody who declares an operation knows."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from gradcli.output.formulas import boxes
from gradcli.output.formulas.boxes import COMMANDS, NOTHING, THIN, applied, fenced, row, subscript

_TOKEN = re.compile(r"\{(\d+)\}|(\{\{|\}\}|\\[A-Za-z]+|\\.|\d+|\S|\s+)")
_CHARACTERS = {command: character for character, command in COMMANDS.items() if command} | {r"\rVert": "‖"}
_MARKS = ("⊤", "∞", "!")
_NAMED = boxes.Function | boxes.Symbol | boxes.Subscript | boxes.Superscript
"""What is a function where a fence follows it directly."""

_OPENING, _CLOSING = "{{", "}}"


@functools.cache
def _tokens(template: str) -> tuple[str, ...]:
    """The tokens of a template; a place is its number behind a #."""
    return tuple(f"#{place}" if place else token for place, token in _TOKEN.findall(template))


def from_template(template: str, operands: Sequence[boxes.Box], free: Sequence[boxes.Box]) -> boxes.Box:
    r"""A template with its operands.

    Args:
        template: In LaTeX, with ``{0}``, ``{1}``, ... for the operands and braces of LaTeX doubled: ``\frac{{1}}{{{0}}}``.
        operands: The operands where something encloses them.
        free: The same where they stand free, beside something else or as the base of a power.
    """
    return _Reader(_tokens(template), operands, free).row()


def _separates(box: boxes.Box) -> bool:
    """Whether what stands beside a box leaves it apart."""
    return isinstance(box, boxes.Word) or (isinstance(box, boxes.Sign) and box.place == "comma")


class _Reader:
    """Reads a template from left to right; it recurs as deep as the template of a declaration is nested."""

    def __init__(self, tokens: Sequence[str], operands: Sequence[boxes.Box], free: Sequence[boxes.Box]) -> None:
        self.tokens = tokens
        self.operands = operands
        self.free = free
        self.at = 0

    def _next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def row(self, *ends: str) -> boxes.Box:
        """What stands until an end, which is taken."""
        parts: list[boxes.Box] = []
        places: dict[int, int] = {}
        spaced = False
        while self.at < len(self.tokens):
            token = self._next()
            if token in ends:
                break
            if token.isspace():
                spaced = bool(parts)
                continue
            if token.startswith("#"):
                raised = self._peek() in ("^", "_")
                box = (self.free if raised else self.operands)[int(token[1:])]
            elif token in ("^", "_"):
                base, script = parts.pop(), self._argument()
                places.pop(len(parts), None)
                box = boxes.Superscript(base, script) if token == "^" else subscript(base, script)
                spaced = False
            else:
                box = self._box(token, first=not parts)
            if (
                spaced
                and parts
                and not isinstance(box, boxes.Sign | boxes.Word)
                and not isinstance(parts[-1], boxes.Sign | boxes.Word)
            ):
                parts.append(boxes.Sign(NOTHING))
            spaced = False
            if token == r"\left" and parts and isinstance(parts[-1], _NAMED):
                box = applied(parts.pop(), box)
            if token.startswith("#"):
                places[len(parts)] = int(token[1:])
            parts.append(box)
        for at, place in places.items():
            if not all(map(_separates, parts[max(at - 1, 0) : at] + parts[at + 1 : at + 2])):
                parts[at] = self.free[place]
        return row(*parts)

    def _argument(self) -> boxes.Box:
        """What stands between braces, or one token."""
        token = self._next()
        return self.row(_CLOSING) if token == _OPENING else self._box(token)

    def _box(self, token: str, *, first: bool = True) -> boxes.Box:
        match token:
            case "{{":
                inside = self.row(_CLOSING)
                return boxes.Sign(THIN) if inside == boxes.Sign("·", "prefix") else inside  # {\,} is a product of matrices
            case r"\left":
                left = self._sign()
                content = self.row(r"\right")
                return fenced(content, left, self._sign())
            case "(":
                return fenced(self.row(")"))
            case r"\frac":
                return boxes.Fraction(self._argument(), self._argument())
            case r"\sqrt":
                degree = None
                if self._peek() == "[":
                    self._next()
                    degree = self.row("]")
                return boxes.Root(self._argument(), degree)
            case r"\binom":
                return boxes.Binomial(self._argument(), self._argument())
            case r"\operatorname":
                return boxes.Function(self._text())
            case r"\text":
                return boxes.Word(self._text())
            case r"\begin":
                return self._cases()
        sign = _CHARACTERS.get(token, token)
        if sign in _MARKS:
            return boxes.Sign(sign, "mark")
        if token.isdigit():
            return boxes.Digits(token)
        if sign.isalpha() and (len(sign) == 1):
            return boxes.Symbol(sign)
        if token.startswith("\\") and sign == token:
            return boxes.Function(token[1:], command=True)
        return boxes.Sign(sign, "comma" if sign == "," else "prefix" if first else "infix")

    def _sign(self) -> str:
        token = self._next()
        return _CHARACTERS.get(token, token)

    def _text(self) -> str:
        """The text between braces."""
        self._next()
        texts: list[str] = []
        while (token := self._next()) != _CLOSING:
            texts.append(token)
        return "".join(texts)

    def _cases(self) -> boxes.Box:
        self._text()  # the name of the environment
        rows: list[list[boxes.Box]] = [[]]
        while True:
            rows[-1].append(self.row("&", r"\\", r"\end"))
            match self.tokens[self.at - 1]:
                case r"\\":
                    rows.append([])
                case r"\end":
                    self._text()
                    return boxes.Cases(tuple(map(tuple, rows)))
