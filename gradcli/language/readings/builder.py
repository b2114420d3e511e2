"""What the rules of a reading build beside those of the strict language, and the notes on what could be grouped otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from gradcli.errors import GradcliError, Span
from gradcli.language import builder as strict
from gradcli.language import statement_builder
from gradcli.language.ast import Array, Call, Comparison, Conditional, Expression, Name, Number, Operator, Statement, postorder
from gradcli.language.grammar import Rule
from gradcli.language.readings.cases import leave_nothing
from gradcli.language.readings.otherwise import Otherwise, ended, grouping_shown, is_first_power, is_whole, log_note, over_both
from gradcli.language.readings.vocabulary import Vocabulary
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeGuard

_LONGEST_SHOWN = 60
_DOTS = ("·", "⋅", "∙", "×", "*")
_WHOLE = frozenset("kmn")
"""Letters of whole numbers, which stand in exponents more often than behind them: x^2n."""

_EXPONENTS = frozenset(((2, 3), (3, 2), (4, 3), (5, 2), (5, 3), (3, 4)))
"""Fractions that often are exponents."""

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
        of_latex: Whether it is LaTeX, where no power stands behind a power.

    Attributes:
        others: The places that may mean something else.
    """

    def __init__(self, vocabulary: Vocabulary, text: str, notes: list[tuple[int, str]], *, of_latex: bool) -> None:
        self._vocabulary = vocabulary
        self._of_latex = of_latex
        self._text = text
        self._notes = notes
        self.others: list[Otherwise] = []
        self._grouped: dict[int, Expression] = {}  # kept, so that no other node gets the identity of one
        self._bare: dict[int, Expression] = {}
        self._rooted: dict[int, Expression] = {}
        self._factorials: dict[int, Expression] = {}
        self._vulgar: dict[int, Expression] = {}
        self._implied: dict[int, Expression] = {}  # in parentheses that nobody wrote

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
        if self._text[span[0]].isalnum():
            self._implied[id(content)] = content
        return content

    def infix(self, values: Sequence[Any], span: Span) -> Expression:
        left, sign, right = values
        result = strict.infix(values, span)
        between = self._text[left.span[1] : right.span[0]].strip()
        if isinstance(left, Array) and isinstance(right, Array) and between in _DOTS and self._text[left.span[0]] == "[":
            self._note(span, "a product element by element; write @ for the dot product, cross(a, b) for the cross product")
        last = self._last(left)
        if not isinstance(result, Operator) or id(last) in self._grouped:
            return result
        typed = (last.span[0], span[1])
        near = not self._text[left.span[1] : left.span[1] + 1].isspace()
        if result.symbol in ("*", "/") and id(last) in self._bare and id(right) not in self._bare and not isinstance(right, Call):
            inside = Operator(result.symbol, (self._argument(last), right))
            read = to_text(Operator(result.symbol, (last, right)))
            self._note(typed, f"{read}; to mean {self._name(last)}({to_text(inside)}) write the parentheses")
            meant = mapped(last, lambda node: inside if node is self._argument(last) else node)
            self._other(result, left, last, meant)
        elif result.symbol == "/" and _is_power(last) and (isinstance(right, Number) or is_first_power(last)):
            other = Operator("^", (last.operands[0], Operator("/", (last.operands[1], right))))
            if is_first_power(last) or (near and self._may_go_on(last, right)):
                divided = isinstance(left, Operator) and left.symbol == "/"
                whole = Otherwise(result, left, last, other).meant() if divided else other
                shown, typed = (left, span) if divided else (last, typed)
                self._note(typed, f"({to_text(shown)})/{to_text(right)}; {to_text(whole)} is written with parentheses")
            if self._ends_openly(last.operands[1]) and not is_whole(last.operands[1], right):
                self._other(result, left, last, other)
        elif result.symbol in ("+", "-") and near and isinstance(right, Number) and isinstance(last, Call):
            argument = self._argument(last)
            apart = id(last) in self._bare and self._text[argument.span[0] - 1].isspace()
            if (apart or id(last) in self._rooted) and isinstance(argument, Name):
                meant = mapped(last, lambda node: Operator(sign, (node, right)) if node is self._argument(last) else node)
                self._note(typed, f"{to_text(Operator(sign, (last, right)))}; {to_text(meant)} is written with parentheses")
        elif result.symbol in ("+", "-") and isinstance(right, Number) and near and _is_power(last):
            base, exponent = last.operands
            if self._ends_openly(exponent) and not isinstance(exponent, Number):
                self._other(result, left, last, Operator("^", (base, Operator(result.symbol, (exponent, right)))))
        elif result.symbol == "^":
            self._of_power(result, span)
        return result

    def _of_power(self, result: Operator, span: Span) -> None:
        """Note a root with a power behind it, and keep the other reading of letters in an exponent: e^kt."""
        base, exponent = result.operands
        if self._of_latex and _is_power(exponent) and id(exponent) not in self._grouped:
            raise GradcliError("LaTeX sets no power behind a power", span, "write a^{b^c}, or {a^b}^c")
        if id(base) in self._rooted:
            self._note_root(result, base, Operator("^", (self._argument(base), exponent)), span)
        if id(exponent) in self._factorials and id(exponent) not in self._grouped:
            self._note(span, f"{to_text(base)}^({to_text(exponent)})")
        product = exponent.operands[0] if isinstance(exponent, Operator) and len(exponent.operands) == 1 else exponent
        if id(product) in self._implied:
            first = product
            while isinstance(first, Operator):
                first = first.operands[0]
            power = Operator("^", (base, first if product is exponent else Operator("-", (first,))))
            self.others.append(Otherwise(result, product, first, power))

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
        if isinstance(left, Call) and id(right) in self._grouped and (both := over_both(left, right, self._text)):
            self._note(span, f"{to_text(result)}; to mean {to_text(both)} write parentheses around all of it")
            self.others.append(Otherwise(result, result, result, both))
        divided = isinstance(left, Operator) and left.symbol == "/"
        if isinstance(left, Operator) and divided and len(left.operands) == 2:
            other: Expression = Operator("/", (left.operands[0], Operator("*", (left.operands[1], right))))
            self._note(span, f"{grouping_shown(result, left)}; {to_text(other)} is written with parentheses")
            self.others.append(Otherwise(result, result, result, other))
        last = self._last(left)
        if id(last) in self._grouped:
            return result
        typed = (last.span[0], span[1])
        if _is_power(last):
            base, exponent = last.operands
            of_number = isinstance(base, Number) or (isinstance(base, Name) and base.name == "e")
            blank = self._text[right.span[0] - 1 : right.span[0]].isspace()
            apart = isinstance(exponent, Name) and (blank or isinstance(right, Call))
            whole = (
                isinstance(exponent, Number) and isinstance(right, Name) and (right.name in _WHOLE or to_text(base) == right.name)
            )
            if self._ends_openly(exponent) and not apart and (of_number or whole):
                other = Operator("^", (base, Operator("*", (exponent, right))))
                if not divided:
                    self._note(typed, f"{to_text(Operator('*', (last, right)))}; {to_text(other)} is written with parentheses")
                self._other(result, left, last, other)
        elif id(last) in self._rooted:
            other = Operator("*", (self._argument(last), right))
            self._note_root(Operator("*", (last, right)), last, other, typed)
        return result

    def superscript(self, values: Sequence[Any], span: Span) -> Expression:
        base, raised = values
        name = raised.lstrip("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
        result = self._raised(base, raised.removesuffix(name), name, span) if name else strict.superscript(values, span)
        if id(values[0]) in self._rooted and isinstance(result, Operator):
            self._note_root(result, values[0], Operator("^", (self._argument(values[0]), result.operands[1])), span)
        return result

    def _raised(self, base: Expression, number: str, name: str, span: Span) -> Expression:
        """A power whose raised signs end with a letter: e⁻²ˣ."""
        exponent: Expression = Name(unicodedata.normalize("NFKC", name), span)
        if number.strip("⁺⁻"):
            power = strict.superscript([base, number], span)
            assert isinstance(power, Operator)
            exponent = Operator("*", (power.operands[1], exponent), span)
        elif number == "⁻":
            exponent = Operator("-", (exponent,), span)
        return Operator("^", (base, exponent), span)

    def _note_root(self, result: Expression, root: Expression, inside: Expression, span: Span) -> None:
        """Say that a root ends before what follows it."""
        self._note(span, f"{to_text(result)}; the root of {to_text(inside)} is written with parentheses")

    def _last(self, node: Expression) -> Expression:
        """The last factor or divisor of a product, down to what a sign or a power stands on."""
        while isinstance(node, Operator) and id(node) not in self._grouped and id(node) not in self._bare:
            if len(node.operands) > 1 and node.symbol not in ("*", "/"):
                break
            node = node.operands[-1]
        return node

    def _other(self, result: Expression, left: Expression, last: Expression, other: Expression) -> None:
        """Keep what else a text may mean whose last factor takes in what follows."""
        self.others.append(Otherwise(result, left, last, other))

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

    def _may_go_on(self, power: Operator, right: Expression) -> bool:
        """Whether a number behind a power and a slash may belong to the exponent: x^2/3, but not x^2/2 nor x²/3."""
        base, exponent = power.operands
        if "^" not in self._text[slice(*power.span)] or id(exponent) in self._grouped:
            return False
        signed = isinstance(exponent, Operator) and len(exponent.operands) == 1  # e^-x/2, e^x/2, x^pi/2
        if signed or (isinstance(exponent, Name) and {"e", "pi", "π"} & {to_text(base), exponent.name}):
            return True
        return tuple([part.value for part in (exponent, right) if isinstance(part, Number)]) in _EXPONENTS

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
        if base and name == self._vocabulary.natural and function not in self._vocabulary.functions:
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
        """Say how far a function reaches where its argument is a product before one of whose factors it may end."""
        ends = ended(argument, self._grouped, lambda left, right: self._may_end(function, left, right))
        if ends is not None:
            applied = self.apply(function, ends[0], span)
            if isinstance(result, Operator) and result.symbol == "^":
                applied = Operator("^", (applied, result.operands[1]))
            for factor in ends[1]:
                applied = Operator("*", (applied, factor))
            self._note(span, f"{to_text(result)}; to mean {to_text(applied)} write parentheses")
            self.others.append(Otherwise(result, result, result, applied))

    def _may_end(self, function: str, left: Expression, right: Expression) -> bool:
        """Whether a function may end between two factors: a blank stands there, or they are more than letters and numbers."""
        known = function in self._vocabulary.inverses or function.startswith(self._vocabulary.natural)
        names = {node.name for node in postorder(left) if isinstance(node, Name)}
        if not names - self._vocabulary.constants - {"π"}:
            # sin 2x, sin 2 x, sin 2πt, and \sin\frac{1}{2}x
            return (isinstance(left, Number) and not known) or (self._of_latex and id(left) in self._grouped)
        between = self._text[left.span[1] : right.span[0]]
        apart = any(sign.isspace() or sign == "\\" for sign in between) or id(right) in self._grouped
        plain = isinstance(right, Name) and right.name not in names and not (isinstance(left, Operator) and left.symbol != "*")
        return apart or not plain or isinstance(left, Call)

    def call(self, values: Sequence[Any], span: Span) -> Expression:
        found = strict.call(values, span)
        assert isinstance(found, Call)
        first, *more = found.arguments
        over = more[0].name if len(more) == 3 and isinstance(more[0], Name) else ""
        if found.function == "sum" and any(isinstance(node, Name) and node.name == over for node in postorder(first)):
            raise GradcliError("a sum over a range is no value here", span, "write the terms, or a program with a loop")
        based = found.function.startswith(f"{self._vocabulary.natural}_") and found.function not in self._vocabulary.functions
        if based and len(found.arguments) == 1:
            return self.apply(found.function, found.arguments[0], span)
        if found.function == self._vocabulary.natural:
            self._notes += log_note(found, self._text[span[0] : span[1]])
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
            found = Call(self._vocabulary.factorial, (values[0],), (), span)
            self._factorials[id(found)] = found
            return found
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
        return self.root(["√", values[1]], span)

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


def _is_power(node: Expression) -> TypeGuard[Operator]:
    return isinstance(node, Operator) and node.symbol == "^"
