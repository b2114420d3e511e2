"""Formulas of code as small trees: what a line of code computes, before any language writes it.

An operation declares its value as an expression of JavaScript; that notation, of arithmetic, comparisons, choices and calls, is
read here once for all languages.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from gradcli.frozen import Frozen
from gradcli.graph.graph import Constant
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

TOKEN = re.compile(
    r"\s*(?:\{(\d+|\*)\}|((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([A-Za-z_][\w.]*)"
    r"|(===|!==|&&|\|\||<=|>=|[-+*/]=|[-+*/%<>!?:(),;={}]))"
)

_LEVELS = {"||": 1, "&&": 2, "===": 3, "!==": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
"""How tightly operators bind; all associate to the left."""


class Literal(Frozen):
    """A number: a constant of the graph, or one of a template as its text."""

    value: Constant


class Known(Frozen):
    """A name: a variable, a line before, or a constant of the notation (``Math.PI``)."""

    name: str


class Turns(Frozen):
    """A whole number that goes on with the turns of loops.

    Attributes:
        start: What it is in the first turn.
        steps: The counter of each loop that it goes on with, and by how much in each turn.
    """

    start: int
    steps: tuple[tuple[str, int], ...]


class Place(Frozen):
    """An element of an array."""

    array: str
    index: Turns


class Argument(Frozen):
    """The place of an operand of a template; ``*`` for all of them."""

    place: str


class Applied(Frozen):
    """A function or an operator of the notation with its operands; ``-`` of one is a sign, ``?`` a choice, ``!`` not."""

    function: str
    operands: tuple[Formula, ...]


Formula: TypeAlias = Literal | Known | Turns | Place | Argument | Applied


class Looped(Frozen):
    """A loop.

    Attributes:
        counter: The name of its counter, which goes from 0 on.
        count: How many turns it has.
        steps: What it does in a turn.
    """

    counter: str
    count: int
    steps: tuple[Step, ...]


Step: TypeAlias = tuple[str | Place, Formula] | Looped
"""A line, which names a value or keeps it in an array, or a loop."""


@functools.cache
def template(text: str) -> Formula:
    """What the template of an operation says, see ``Operation.javascript``.

    Raises:
        ValueError: It is not in the notation.
    """
    reader = Reader(TOKEN.findall(text))
    result = reader.choice()
    if reader.at < len(reader.tokens) or "".join(map("".join, reader.tokens)) != re.sub(r"[\s{}]", "", text):
        raise ValueError(f"{text!r} is not in the notation of formulas")
    return result


def filled(formula: Formula, operands: Sequence[Formula]) -> Formula:
    """A template with its operands. It recurs as deep as templates are nested."""
    if isinstance(formula, Argument):
        return operands[int(formula.place)]
    if not isinstance(formula, Applied):
        return formula
    if formula.operands == (Argument("*"),) and len(operands) == 1:  # the largest of one number is that number
        return Applied("Math.abs", tuple(operands)) if formula.function == "Math.hypot" else operands[0]
    inner: list[Formula] = []
    for operand in formula.operands:
        inner += operands if operand == Argument("*") else [filled(operand, operands)]
    if formula.function == "!==" and inner[1] == Literal(0) and isinstance(inner[0], Applied):
        test = inner[0]
        if test.function == "?" and test.operands[1:] == (Literal(1), Literal(0)):  # (x < y ? 1 : 0) !== 0
            return test.operands[0]
    return Applied(formula.function, tuple(inner))


def places(formula: Formula) -> list[str]:
    """The places of a template, each as often as it stands there."""
    if isinstance(formula, Argument):
        return [formula.place]
    return [place for operand in formula.operands for place in places(operand)] if isinstance(formula, Applied) else []


def functions_of(formulas: Sequence[Formula]) -> set[str]:
    """The functions and operators that formulas apply; a sign is ``-1``."""
    found: set[str] = set()
    work = list(formulas)
    while work:
        formula = work.pop()
        if isinstance(formula, Applied):
            found.add("-1" if formula.function == "-" and len(formula.operands) == 1 else formula.function)
            work += formula.operands
    return found


def size(formula: Formula) -> int:
    """How many functions and operators it applies."""
    return 1 + sum(map(size, formula.operands)) if isinstance(formula, Applied) else 0


class Reader:
    """Reads the notation by the precedence of its operators."""

    def __init__(self, tokens: Sequence[tuple[str, str, str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def sign(self) -> str:
        return self.tokens[self.at][3] if self.at < len(self.tokens) else ""

    def took(self, sign: str) -> bool:
        if self.sign() != sign:
            return False
        self.at += 1
        return True

    def choice(self) -> Formula:
        test = self.binary(1)
        if not self.took("?"):
            return test
        then = self.choice()
        self.took(":")
        return Applied("?", (test, then, self.choice()))

    def binary(self, level: int) -> Formula:
        left = self.unary()
        while (found := _LEVELS.get(self.sign(), 0)) >= level:
            operator = self.sign()
            self.at += 1
            left = Applied(operator, (left, self.binary(found + 1)))
        return left

    def unary(self) -> Formula:
        for sign in ("-", "!"):
            if self.took(sign):
                return Applied(sign, (self.unary(),))
        place, number, name, sign = self.tokens[self.at]
        self.at += 1
        if place:
            return Argument(place)
        if number:
            return Literal(float(number) if "." in number or "e" in number else int(number))
        if sign == "(":
            inner = self.choice()
            self.took(")")
            return inner
        if not self.took("("):
            return Known(name)
        operands: list[Formula] = []
        while not self.took(")"):
            operands.append(self.choice())
            self.took(",")
        return Applied(name, tuple(operands))
