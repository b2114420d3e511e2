"""The rules of calculus as a table, and how a rule is filled in: u, v, c and n are its letters, D is the derivative."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from itertools import chain, count

from gradcli.derivation.notation.expressions import product_of, sum_of
from gradcli.derivation.notation.prose import Equal
from gradcli.derivation.notation.tidy import ONE
from gradcli.language.ast import Call, Expression, Name, Operator, Prime, children
from gradcli.language.parser import parse_expression
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.typing import NamedTuple


class Rule(NamedTuple):
    """A rule of calculus. In its two sides u and v depend on the variable, c and n do not, and D is the derivative.

    Attributes:
        name: Its name.
        left: What it differentiates.
        right: The derivative.
    """

    name: str
    left: str
    right: str


SUM = Rule("sum rule", "u + v", "D(u) + D(v)")
DIFFERENCE = Rule("difference rule", "u - v", "D(u) - D(v)")
NEGATIVE = Rule("constant-multiple rule", "-u", "-D(u)")
MULTIPLE = Rule("constant-multiple rule", "c*u", "c*D(u)")
MULTIPLE_RIGHT = Rule("constant-multiple rule", "u*c", "D(u)*c")
FRACTION = Rule("constant-multiple rule", "u/c", "D(u)/c")
PRODUCT = Rule("product rule", "u*v", "D(u)*v + u*D(v)")
QUOTIENT = Rule("quotient rule", "u/v", "(D(u)*v - u*D(v))/v^2")
RECIPROCAL = Rule("quotient rule, constant numerator", "c/v", "-(c*D(v)/v^2)")
POWER = Rule("power rule", "u^n", "n*u^(n - 1)*D(u)")
EXPONENTIAL = Rule("exponential rule", "c^v", "c^v*log(c)*D(v)")
NATURAL = Rule("exponential rule", "e^v", "e^v*D(v)")
LOGARITHMIC = Rule("logarithmic differentiation", "u^v", "u^v*(D(v)*log(u) + v*(D(u)/u))")
CHOICE = Rule("choice rule", "where(c, u, v)", "where(c, D(u), D(v))")
CONSTANT_RULE = Rule("constant rule", "c", "0")
IDENTITY = Rule("identity rule", "u", "1")


class Chosen(NamedTuple):
    """A rule and what it is applied to.

    Attributes:
        name: What it is called here.
        rule: The rule; None where it was made for the case at hand.
        left: What it differentiates, in letters.
        right: The derivative, in letters; D is the derivative.
        operands: The nodes that the letters stand for.
    """

    name: str
    rule: Rule | None
    left: Expression
    right: Expression
    operands: dict[str, int]

    @classmethod
    def of(cls, rule: Rule, operands: dict[str, int]) -> Chosen:
        """A rule of the table."""
        return cls(rule.name, rule, read_rule(rule.left), read_rule(rule.right), operands)


read_rule = functools.lru_cache(maxsize=64)(parse_expression)


BY_LOGARITHMS = (
    (read_rule("log(u^v)"), read_rule("v*log(u)"), "logarithms of both sides, for a positive base"),
    (read_rule("D(u^v)/u^v"), read_rule("D(v*log(u))"), "both sides differentiated"),
    (read_rule("D(u^v)/u^v"), read_rule("D(v)*log(u) + v*(D(u)/u)"), "product rule and derivative of log"),
)
"""The steps that lead to the derivative of u^v: left side, right side, and what is done."""


def cancelled(expression: Expression, base: Expression) -> Expression:
    """The expression with u/u as 1, for the base u of a logarithm, which is positive."""
    text = to_text(base)

    def change(node: Expression) -> Expression:
        quotient = isinstance(node, Operator) and node.symbol == "/"
        return ONE if quotient and [to_text(operand) for operand in children(node)] == [text, text] else node

    return mapped(expression, change)


def primed_letter(letter: str) -> Expression:
    return Call("D", (Name(letter),))


def times_inner(derivative: Expression, prime: Expression) -> Expression:
    """The local derivative times the inner one: 1/u·u' is u'/u."""
    if derivative == ONE:
        return prime
    if isinstance(derivative, Operator) and derivative.symbol == "/" and derivative.operands[0] == ONE:
        return Operator("/", (prime, derivative.operands[1]))
    return product_of([derivative, prime])


def filled(
    template: Expression, operands: Mapping[str, Expression], derivatives: Mapping[str, Expression] | None = None
) -> Expression:
    """A rule with parts in the places of its letters.

    Args:
        template: One side of the rule.
        operands: The part for each letter.
        derivatives: The derivative of each part; None for the part with a prime.
    """

    def fill(node: Expression) -> Expression:
        if isinstance(node, Name):
            return operands.get(node.name, node)
        if isinstance(node, Call) and node.function == "D":
            return Prime(node.arguments[0])
        return node

    if derivatives is None:
        return mapped(template, fill)

    def known(node: Expression) -> Expression:
        if isinstance(node, Call) and node.function == "D" and isinstance(node.arguments[0], Name):
            return Name(node.arguments[0].name + "'")
        return node

    primed = {f"{letter}'": derivative for letter, derivative in derivatives.items()}
    operands = {**operands, **primed}
    return mapped(mapped(template, known), fill)


_FURTHER = {"u": "fpF", "v": "gqG", "c": "kmC", "n": "kmN"}
"""What stands for a letter that the expression uses itself."""


def letters_for(letters: Iterable[str], used: set[str]) -> dict[str, Expression]:
    """The letters of a rule as they are shown: none that the expression uses itself."""
    chosen: dict[str, Expression] = {}
    taken = set(used)
    for letter in letters:
        numbered = (f"{letter}{index}" for index in count(1))
        name = next(candidate for candidate in chain([letter, *_FURTHER.get(letter, "")], numbered) if candidate not in taken)
        taken.add(name)
        chosen[letter] = Name(name)
    return chosen


_DOTS = Name("…")
MANY_SUMMANDS = Equal(Prime(sum_of([Name("u1"), Name("u2"), _DOTS])), sum_of([Prime(Name("u1")), Prime(Name("u2")), _DOTS]))
"""The sum rule for many terms."""
