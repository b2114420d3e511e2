"""What each rule of the grammar builds: `-> name` in ``grammar/gradcli.lark`` is the function ``name`` here.

Every function takes the values of the rule's symbols (a token is its text), and the span of text that the rule covers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import inf

from gradcli.errors import GradcliError, Span
from gradcli.language.ast import (
    Array,
    Attribute,
    Call,
    Comparison,
    Conditional,
    Ellipsis,
    Exact,
    Expression,
    Index,
    Name,
    Number,
    Operator,
    Slice,
    Text,
    Transposed,
    Tuple,
)
from gradcli.typing import Any, cast

_SYMBOLS = {"**": "^", **dict.fromkeys("·×⋅∙", "*"), **dict.fromkeys("÷∕", "/"), **dict.fromkeys("−–", "-")}
_SYMBOLS |= {"≤": "<=", "≥": ">=", "≠": "!="}
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_MINUS = str.maketrans("−–", "--")
_LOOKALIKES = str.maketrans({"µ": "μ", "Ω": "Ω"})  # micro and ohm signs are the Greek letters in another place

_HEXADECIMAL = "[xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+"

_MOST_DIGITS = 4_000
"""Digits that a literal may have, and powers of ten up to which it is exact."""


class _Keyword:
    """``name = value`` between the parentheses of a call."""

    __slots__ = ("name", "span", "value")

    def __init__(self, name: str, value: Expression, span: Span) -> None:
        self.name = name
        self.value = value
        self.span = span  # of the name


def literal(text: str) -> Exact | None:
    """The value of a number as it is written: ``2``, ``.5``, ``5.``, ``1e-3``; None where it would be too long.

    It is exact but where its exponent is out of range: then it is 0 or infinite, as in floating point.
    """
    mantissa, _, exponent = text.lower().translate(_MINUS).partition("e")
    whole, _, decimals = mantissa.partition(".")
    if len(mantissa) > _MOST_DIGITS:
        return None
    digits = int(whole + decimals or "0")
    if len(exponent) > 6 or abs(int(exponent or 0)) > _MOST_DIGITS:
        return 0 if not digits else 0.0 if exponent[0] == "-" else inf
    power = int(exponent or 0) - len(decimals)
    if power >= 0:
        return digits * int(10**power)
    value = Fraction(digits, 10**-power)
    return value.numerator if value.denominator == 1 else value


_literals: dict[str, Exact] = {}


def number(values: Sequence[Any], span: Span) -> Expression:
    text = values[0]
    value = _literals.get(text)
    if value is None:
        value = literal(text)
        if value is None:
            raise GradcliError(f"a number has at most {_MOST_DIGITS:,} digits", span)
        _literals[text] = value
    return Number(value, span)


def name(values: Sequence[Any], span: Span) -> Expression:
    return Name(identifier(values[0]), span)


def identifier(text: str) -> str:
    """The identifier in its canonical form: look-alike signs are the letters they look like."""
    return text if text.isascii() else text.translate(_LOOKALIKES)


def infix(values: Sequence[Any], span: Span) -> Expression:
    left, symbol, right = values
    return Operator(_SYMBOLS.get(symbol, symbol), (left, right), span)


def implicit_product(values: Sequence[Any], span: Span) -> Expression:
    left, right = values
    if isinstance(left, Number) and left.value == 0 and isinstance(right, Name) and re.fullmatch(_HEXADECIMAL, right.name):
        raise GradcliError(f"0{right.name} is no number of this language", span, "write it in decimal, or 0*" + right.name)
    return Operator("*", (values[0], values[1]), span)


def prefix(values: Sequence[Any], span: Span) -> Expression:
    symbol, operand = values
    return Operator(_SYMBOLS.get(symbol, symbol), (operand,), span)


def superscript(values: Sequence[Any], span: Span) -> Expression:
    base, text = values
    exponent = text.translate(_SUPERSCRIPTS)
    start = span[1] - len(text)
    power = number([exponent.lstrip("+-")], (start, span[1]))
    if exponent[0] == "-":
        power = Operator("-", (power,), (start, span[1]))
    return Operator("^", (base, power), span)


def root(values: Sequence[Any], span: Span) -> Expression:
    return Call("sqrt", (values[1],), (), span)


def factorial(values: Sequence[Any], span: Span) -> Expression:
    operand, _ = values
    if isinstance(operand, str):
        operand = number([operand], (span[0], span[0] + len(operand)))
    return Call("factorial", (operand,), (), span)


def chain(values: Sequence[Any], span: Span) -> tuple[list[str], list[Expression]]:
    left, symbol, right = values
    return [_SYMBOLS.get(symbol, symbol)], [left, right]


def longer_chain(values: Sequence[Any], span: Span) -> tuple[list[str], list[Expression]]:
    (symbols, operands), symbol, right = values
    symbols.append(_SYMBOLS.get(symbol, symbol))
    operands.append(right)
    return symbols, operands


def comparison(values: Sequence[Any], span: Span) -> Expression:
    symbols, operands = values[0]
    return Comparison(tuple(symbols), tuple(operands), span)


def conditional(values: Sequence[Any], span: Span) -> Expression:
    then, _, test, _, otherwise = values
    return Conditional(test, then, otherwise, span)


def group(values: Sequence[Any], span: Span) -> Expression:
    return cast(Expression, values[1])


def call_nothing(values: Sequence[Any], span: Span) -> Expression:
    return Call(identifier(values[0]), (), (), span)


def call(values: Sequence[Any], span: Span) -> Expression:
    function, _, arguments, _ = values
    operands: list[Expression] = []
    keywords: list[str] = []
    places: list[Span] = []
    for argument in arguments:
        if isinstance(argument, _Keyword):
            if argument.name in keywords:
                raise GradcliError(f"the argument {argument.name} is given twice", argument.span, "leave one out")
            keywords.append(argument.name)
            places.append(argument.span)
            operands.append(argument.value)
        elif keywords:
            raise GradcliError(
                "an argument without a name follows one with a name",
                argument.span,
                f"write {function}(..., {keywords[0]}=...)",
            )
        else:
            operands.append(argument)
    return Call(identifier(function), tuple(operands), tuple(keywords), span, tuple(places))


def keyword(values: Sequence[Any], span: Span) -> _Keyword:
    target, _, value = values
    if not isinstance(target, Name):
        raise GradcliError("only a name can stand before '=' in an argument", target.span, "to compare, write ==")
    return _Keyword(target.name, value, target.span)


def tuple_value(values: Sequence[Any], span: Span) -> Expression:
    items = values[1] if len(values) == 4 else (*values[1], values[3])
    return Tuple(tuple(items), span)


def array(values: Sequence[Any], span: Span) -> Expression:
    return _rectangular(Array(values[1].items, span))


def matrix(values: Sequence[Any], span: Span) -> Expression:
    rows = (*values[1], *values[2:-1])
    for row in rows:
        for item in row.items:
            if isinstance(item, Array):
                hint = "write [[1, 2], [3, 4]] or [1, 2; 3, 4]"
                raise GradcliError("rows that ';' separates have no brackets of their own", item.span, hint)
    return _rectangular(Array(rows, span))


def row(values: Sequence[Any], span: Span) -> Array:
    return Array(tuple(values[0]), span)


def another(values: Sequence[Any], span: Span) -> list[Any]:
    values[0].append(values[1])
    return cast("list[Any]", values[0])


def _rectangular(value: Array) -> Array:
    """The array, if its rows are as long as each other as far as its text shows."""
    rows = [item for item in value.items if isinstance(item, Array)]
    if rows:
        for item in value.items:
            if item is not rows[0]:
                _same_shape(rows[0], item)
    return value


def _same_shape(expected: Expression, found: Expression) -> None:
    """Compare two items of an array down their first items: each is rectangular itself."""
    while isinstance(expected, Array) and isinstance(found, Array):
        if len(expected.items) != len(found.items):
            lengths = f"{len(expected.items)} and {len(found.items)}"
            hint = f"give each row {len(expected.items)} items"
            raise GradcliError(f"the rows of an array have the same length, and these have {lengths}", found.span, hint)
        expected, found = expected.items[0], found.items[0]
    for one, other in ((expected, found), (found, expected)):
        if isinstance(one, Array) and isinstance(other, Number):
            hint = "write it in brackets to make it a row"
            raise GradcliError("the items of an array are all rows or all numbers, and this is a number", other.span, hint)


def index(values: Sequence[Any], span: Span) -> Expression:
    return Index(values[0], tuple(values[2]), span)


def slice(values: Sequence[Any], span: Span) -> Expression:
    start, stop, step = (*values[::2], None)[:3]
    return Slice(start, stop, step, span)


def ellipsis(values: Sequence[Any], span: Span) -> Expression:
    return Ellipsis(span)


def transposed(values: Sequence[Any], span: Span) -> Expression:
    return Transposed(values[0], span)


def first(values: Sequence[Any], span: Span) -> list[Any]:
    return [values[0]]


def next(values: Sequence[Any], span: Span) -> list[Any]:
    values[0].append(values[2])
    return cast("list[Any]", values[0])


def nothing(values: Sequence[Any], span: Span) -> None:
    return None


def attribute(values: Sequence[Any], span: Span) -> Expression:
    return Attribute(values[0], values[1][1:], span)


def string(values: Sequence[Any], span: Span) -> Expression:
    return Text(values[0][1:-1], span)
