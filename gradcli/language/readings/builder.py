"""What the rules of a reading build beside those of the strict language, and the notes on what could be grouped otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import gcd

from gradcli.errors import GradcliError, Span
from gradcli.language import builder as strict
from gradcli.language import statement_builder
from gradcli.language.ast import Array, Call, Comparison, Conditional, Expression, Name, Number, Operator, Statement, postorder
from gradcli.language.grammar import Rule
from gradcli.language.readings.cases import leave_nothing
from gradcli.language.readings.vocabulary import Vocabulary
from gradcli.language.text import to_text
from gradcli.typing import Any

_LONGEST_SHOWN = 60

_WHOLE = frozenset("kmn")
"""Letters of whole numbers, which stand in exponents more often than behind them: x^2n."""

Build = Callable[[Sequence[Any], Span], Any]


@lru_cache(maxsize=8)
def _functions_of(names: tuple[str | None, ...]) -> tuple[list[tuple[int, str]], list[Build | None]]:
    """Which rules a builder has methods for, and the functions of the others."""
    known = {**vars(strict), **vars(statement_builder)}
    own = [(at, name) for at, name in enumerate(names) if name is not None and hasattr(Builder, name)]
    return own, [None if name is None else known.get(name) for name in names]


class Builder:
    """The functions of the rules, for one text.

    Args:
        vocabulary: The functions.
        text: What was typed.
        notes: Takes what can mean two things, with its place.
    """

    def __init__(self, vocabulary: Vocabulary, text: str, notes: list[tuple[int, str]]) -> None:
        self._vocabulary = vocabulary
        self._text = text
        self._notes = notes
        self._grouped: dict[int, Expression] = {}  # kept, so that no other node gets the identity of one
        self._bare: dict[int, Expression] = {}
        self._rooted: dict[int, Expression] = {}
        self._factorials: dict[int, Expression] = {}
        self._vulgar: dict[int, Expression] = {}

    def functions(self, rules: Sequence[Rule]) -> list[Build | None]:
        """The function of each rule; None for a rule that passes its symbol on."""
        own, found = _functions_of(tuple(rule.builds for rule in rules))
        found = found.copy()
        for at, name in own:
            found[at] = getattr(self, name)
        return found

    # ---- products and what they may be taken for ----

    def group(self, values: Sequence[Any], span: Span) -> Expression:
        content: Expression = values[1]
        self._grouped[id(content)] = content
        return content

    def infix(self, values: Sequence[Any], span: Span) -> Expression:
        left, _, right = values
        result = strict.infix(values, span)
        if isinstance(result, Operator) and result.symbol in ("*", "/"):
            if id(left) in self._bare and id(right) not in self._bare and not isinstance(right, Call):
                argument = self._argument(left)
                inside = to_text(Operator(result.symbol, (argument, right)))
                self._note(span, f"{to_text(result)}; to mean {self._name(left)}({inside}) write the parentheses")
            elif result.symbol == "/" and id(left) not in self._grouped and _exponent_may_go_on(left, right):
                other = Operator("^", (left.operands[0], Operator("/", (left.operands[1], right))))
                self._note(span, f"({to_text(left)})/{to_text(right)}; {to_text(other)} is written with parentheses")
        return result

    def implicit_product(self, values: Sequence[Any], span: Span) -> Expression:
        left, right = values
        if isinstance(left, Number) and id(right) in self._vulgar and float(left.value).is_integer():
            return self._mixed(left, right, span)
        result = strict.implicit_product(values, span)
        if id(left) in self._grouped:
            return result
        if isinstance(right, Comparison):
            self._note(span, f"{to_text(result)}, a product; a condition is left out")
        if id(right) in self._factorials:
            of_both = Call(self._vocabulary.factorial, (Operator("*", (left, self._argument(right))),), ())
            self._note(span, f"{to_text(result)}; {to_text(of_both)} is written with parentheses")
        if isinstance(left, Operator) and left.symbol == "/" and len(left.operands) == 2:
            other = Operator("/", (left.operands[0], Operator("*", (left.operands[1], right))))
            self._note(span, f"{_shown(result, left)}; {to_text(other)} is written with parentheses")
        elif isinstance(left, Operator) and left.symbol == "^":
            base, exponent = left.operands
            of_number = isinstance(base, Number) or (isinstance(base, Name) and base.name == "e")
            blank = self._text[right.span[0] - 1 : right.span[0]].isspace()
            apart = isinstance(exponent, Name) and (blank or isinstance(right, Call))
            whole = isinstance(exponent, Number) and isinstance(right, Name) and right.name in _WHOLE
            if self._ends_openly(exponent) and not apart and (of_number or whole):
                other = Operator("^", (base, Operator("*", (exponent, right))))
                self._note(span, f"{to_text(result)}; {to_text(other)} is written with parentheses")
        elif id(left) in self._rooted:
            inside = to_text(Operator("*", (self._argument(left), right)))
            self._note(span, f"{to_text(result)}; the root of {inside} is written with parentheses")
        return result

    def superscript(self, values: Sequence[Any], span: Span) -> Expression:
        base, raised = values
        if (name := raised.lstrip("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹")) and raised:
            letter: Expression = Name(unicodedata.normalize("NFKC", name), span)
            digits = raised.removesuffix(name)
            if digits.strip("⁺⁻"):
                number = strict.superscript([base, digits], span)
                assert isinstance(number, Operator)
                letter = Operator("*", (number.operands[1], letter), span)
            elif digits == "⁻":
                letter = Operator("-", (letter,), span)
            result: Expression = Operator("^", (base, letter), span)
        else:
            result = strict.superscript(values, span)
        if id(values[0]) in self._rooted and isinstance(result, Operator):
            inside = to_text(Operator("^", (self._argument(values[0]), result.operands[1])))
            self._note(span, f"{to_text(result)}; the root of {inside} is written with parentheses")
        return result

    def array(self, values: Sequence[Any], span: Span) -> Expression:
        result = strict.array(values, span)
        if isinstance(result, Array) and len(result.items) == 1 and not isinstance(result.items[0], Array):
            self._note(span, "an array of one element; expressions are grouped by ( )")
        return result

    def _ends_openly(self, exponent: Expression) -> bool:
        """Whether an exponent is a number, a name or the opposite of one, and in no parentheses: more may have been meant."""
        if id(exponent) in self._grouped:
            return False
        if isinstance(exponent, Operator) and len(exponent.operands) == 1:
            exponent = exponent.operands[0]
        return isinstance(exponent, Number) or (isinstance(exponent, Name) and id(exponent) not in self._grouped)

    def definition(self, values: Sequence[Any], span: Span) -> Statement:
        target, _, value = values
        joined = isinstance(value, Operator) and value.symbol in ("and", "or")
        if isinstance(target, Name) and joined and any(isinstance(part, Number) for part in value.operands):
            raise GradcliError("this may be two equations, or a condition", span, "write one expression")
        return statement_builder.definition(values, span)

    # ---- functions without parentheses ----

    def apply(self, function: str, argument: Expression, span: Span) -> Expression:
        """A function of one argument; ``log_3`` is the logarithm to the base 3."""
        name, _, base = function.partition("_")
        if base and name == self._vocabulary.natural:
            of_base: Expression = Number(int(base), span) if base.isdecimal() else Name(base, span)
            return Operator("/", (Call(name, (argument,), (), span), Call(name, (of_base,), (), span)), span)
        return Call(function, (argument,), (), span)

    def bare(self, values: Sequence[Any], span: Span) -> Expression:
        function, argument = values
        result = self.apply(function, argument, span)
        self._bare[id(result)] = result
        self._note_reach(result, function, argument, span)
        return result

    def bare_power(self, values: Sequence[Any], span: Span) -> Expression:
        function, _, exponent, argument = values
        applied = self.apply(function, argument, span)
        result = Operator("^", (applied, exponent), span)
        if not (isinstance(exponent, Number) and exponent.value in (2, 3, 4, 5, 6)):
            self._note(span, f"{to_text(result)}, the power of the value")
        self._bare[id(result)] = result
        self._note_reach(result, function, argument, span)
        return result

    def bare_superscript(self, values: Sequence[Any], span: Span) -> Expression:
        function, raised, argument = values
        start = self._text.find(raised, span[0])
        exponent = self.superscript([Number(0, span), raised], (start, start + len(raised)))
        assert isinstance(exponent, Operator)
        return self.bare_power([function, "^", exponent.operands[1], argument], span)

    def signed_number(self, values: Sequence[Any], span: Span) -> Expression:
        return strict.prefix([values[0], strict.number([values[1]], span)], span)

    def _note_reach(self, result: Expression, function: str, argument: Expression, span: Span) -> None:
        """Say how far a function reaches where its argument is a product with a blank before its last factor."""
        if isinstance(argument, Operator) and argument.symbol == "*" and id(argument) not in self._grouped:
            left, right = argument.operands
            start = right.span[0]
            if id(right) in self._grouped:
                start = self._text.rfind("(", 0, start)
            known = function in self._vocabulary.inverses or function.startswith(self._vocabulary.natural)
            at_once = isinstance(left, Number) and not known
            apart = self._text[start - 1 : start].isspace() or id(right) in self._grouped
            if at_once or (apart and not isinstance(left, Number)):
                other = Operator("*", (self.apply(function, left, span), right))
                self._note(span, f"{to_text(result)}; to mean {to_text(other)} write parentheses")

    def call(self, values: Sequence[Any], span: Span) -> Expression:
        found = strict.call(values, span)
        assert isinstance(found, Call)
        first, *more = found.arguments
        over = more[0].name if len(more) == 3 and isinstance(more[0], Name) else ""
        if found.function == "sum" and any(isinstance(node, Name) and node.name == over for node in postorder(first)):
            raise GradcliError("a sum over a range is no value here", span, "write the terms, or a program with a loop")
        if "_" in found.function and len(found.arguments) == 1 and found.function.startswith(f"{self._vocabulary.natural}_"):
            return self.apply(found.function, found.arguments[0], span)
        return found

    def _name(self, node: Expression) -> str:
        base = node.operands[0] if isinstance(node, Operator) else node
        return base.function if isinstance(base, Call) else self._vocabulary.natural

    def _argument(self, node: Expression) -> Expression:
        while isinstance(node, Operator):
            node = node.operands[0]
        return node.arguments[0] if isinstance(node, Call) else node

    # ---- atoms ----

    def absolute(self, values: Sequence[Any], span: Span) -> Expression:
        return Call(self._vocabulary.absolute, (values[1],), (), span)

    def root(self, values: Sequence[Any], span: Span) -> Expression:
        result: Expression = Call(self._vocabulary.cube_root, (values[1],), (), span)
        if values[0] == "√":
            result = strict.root(values, span)
        elif values[0] in ("∜", "⁴√"):
            result = Call(self._vocabulary.root, (values[1], Number(4, span)), (), span)
        if id(values[1]) not in self._grouped:
            self._rooted[id(result)] = result
        return result

    def percent_constant(self, values: Sequence[Any], span: Span) -> Expression:
        return Name(values[0][1:], span)

    def degrees(self, values: Sequence[Any], span: Span) -> Expression:
        if values[1] == "!":
            result = Call(self._vocabulary.factorial, (values[0],), (), span)
            self._factorials[id(result)] = result
            return result
        return Operator("/", (Operator("*", (values[0], Name("pi", span)), span), Number(180, span)), span)

    def vulgar(self, values: Sequence[Any], span: Span) -> Expression:
        above, _, below = unicodedata.normalize("NFKC", values[0]).partition("\N{FRACTION SLASH}")
        result = Operator("/", (Number(int(above), span), Number(int(below), span)), span)
        self._grouped[id(result)] = result
        return result

    def mixed(self, values: Sequence[Any], span: Span) -> Expression:
        whole = strict.number([values[0]], span)
        return self._mixed(whole, self.vulgar([values[1]], span), span)

    def _mixed(self, whole: Expression, part: Expression, span: Span) -> Expression:
        result = Operator("+", (whole, part), span)
        self._note(span, f"{to_text(result)}, a mixed number; a product is written with its sign")
        self._grouped[id(result)] = result
        return result

    # ---- LaTeX ----

    def fraction(self, values: Sequence[Any], span: Span) -> Expression:
        if values[0].endswith("binom"):
            return Call(self._vocabulary.binomial, (values[1], values[2]), (), span)
        above, below = values[1:]
        result = Operator("/", (above, below), span)
        self._grouped[id(result)] = result
        if isinstance(above, Number) and isinstance(below, Number) and 0 < above.value < below.value:
            self._vulgar[id(result)] = result
        return result

    def digit(self, values: Sequence[Any], span: Span) -> Expression:
        if len(values[0]) > 1:
            raise GradcliError(f"LaTeX takes one digit of {values[0]} here", span, f"write {{{values[0]}}}")
        return strict.number(values, span)

    def radical(self, values: Sequence[Any], span: Span) -> Expression:
        return strict.root(values, span)

    def radical_of(self, values: Sequence[Any], span: Span) -> Expression:
        degree, content = values[2], values[4]
        if isinstance(degree, Number) and degree.value == 2:
            return strict.root(["", content], span)
        if isinstance(degree, Number) and degree.value == 3:
            return Call(self._vocabulary.cube_root, (content,), (), span)
        return Call(self._vocabulary.root, (content, degree), (), span)

    def matrix_of_rows(self, values: Sequence[Any], span: Span) -> Expression:
        rows = values[1]
        if len({len(row) for row in rows}) > 1:
            raise GradcliError("the rows of a matrix have the same length", span, "write & between the items of each")
        if all(len(row) == 1 for row in rows):
            return Array(tuple(row[0] for row in rows), span)
        return Array(tuple(Array(tuple(row), span) for row in rows), span)

    def case(self, values: Sequence[Any], span: Span) -> tuple[Expression, Expression | None]:
        return values[0], values[-1] if isinstance(values[-1], Expression) else None

    def cases(self, values: Sequence[Any], span: Span) -> Expression:
        rows = values[1]
        *first, (last, otherwise) = rows
        tests = [test for _, test in rows if test is not None]
        if len(tests) == len(rows) > 1 and leave_nothing(tests):
            otherwise = None
        if otherwise is not None or not first or any(test is None for _, test in first):
            raise GradcliError("the last case says nothing of the rest", span, r"end with & \text{otherwise}")
        result = last
        for value, test in reversed(first):
            result = Conditional(test, value, result, span)
        return result  # type: ignore[no-any-return]

    # ---- notes ----

    def _note(self, span: Span, reading: str) -> None:
        typed = " ".join(self._text[span[0] : span[1]].split())
        if len(typed) <= _LONGEST_SHOWN and len(reading) <= 3 * _LONGEST_SHOWN:
            self._notes.append((span[0], f"{typed} is read as {reading}"))
        else:
            self._notes.append((span[0], f"what begins with {typed[:20]} can be grouped in two ways: parentheses make it clear"))


def _shown(result: Expression, left: Expression) -> str:
    """A product with the parentheses that show its grouping."""
    assert isinstance(result, Operator)
    right = result.operands[1]
    raised = not isinstance(right, Operator) or right.symbol == "^"
    return f"({to_text(left)})*{to_text(right)}" if raised else f"({to_text(left)})*({to_text(right)})"


def _exponent_may_go_on(power: Expression, below: Expression) -> bool:
    """Whether an exponent was hardly meant to end before a division: x^1/n, which nobody would write, and x^2/3, x^-3/2."""
    if not (isinstance(power, Operator) and power.symbol == "^"):
        return False
    exponent = power.operands[1]
    if isinstance(exponent, Operator) and len(exponent.operands) == 1:
        exponent = exponent.operands[0]
    if not isinstance(exponent, Number):
        return False
    if exponent.value == 1 or not isinstance(below, Number):
        return exponent.value == 1
    whole = exponent.value == int(exponent.value) and below.value == int(below.value)
    return whole and below.value > 1 and gcd(int(exponent.value), int(below.value)) == 1
