"""The other readings of a text: where a factor, an exponent or an argument may take in what follows it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence

from gradcli.language.ast import Call, Expression, Name, Number, Operator, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.typing import NamedTuple

_MOST = 8
"""Places that are read otherwise one by one."""


def natural_note(typed: str) -> str:
    """What is said of a logarithm without a base, as it was typed."""
    return f"{typed} is read as the natural logarithm; that to the base 10 is written log_10 x"


def log_note(call: Call, typed: str) -> list[tuple[int, str]]:
    """What is said of a call of a logarithm, as it was typed, with its place; nothing of one that says what it is."""
    of, *base = call.arguments
    if len(base) == 1:
        return [(call.span[0], f"{typed} is read as the logarithm of {to_text(of)} to the base {to_text(base[0])}")]
    word = typed.lstrip("\\")[: len(call.function)]
    return [(call.span[0], natural_note(word))] if word.lower() == call.function else []


class Otherwise(NamedTuple):
    """A place of a text that may mean something else: what was read is then a part of it with another last factor.

    Attributes:
        read: What was read: e^2*x.
        part: The part that stays but for its last factor.
        last: That factor.
        instead: What stands in its place: e^(2*x).
    """

    read: Expression
    part: Expression
    last: Expression
    instead: Expression

    def meant(self) -> Expression:
        """What may have been meant."""
        return mapped(self.part, lambda node: self.instead if node is self.last else node)


def otherwise(value: Expression, places: Sequence[Otherwise]) -> list[Expression]:
    """The other readings of an expression: each place alone, and all together.

    Args:
        value: What was read.
        places: The places of its text that may mean something else.
    """
    choices = [[place] for place in places[:_MOST]] + ([list(places)] if len(places) > 1 else [])
    found = []
    for chosen in choices:
        meant = {id(place.read): place.meant() for place in chosen}
        other = mapped(value, lambda node, meant=meant: meant.get(id(node), node))  # type: ignore[misc]
        if other is not value:
            found.append(other)
    return [*found, *_over_sums(value)]


def _over_sums(value: Expression) -> Iterator[Expression]:
    """What a sum may mean where the line of a fraction in it is longer: 2x/(x^2+1), written 2x/x^2+1."""
    signs, terms = [""], [value]
    while isinstance(first := terms[0], Operator) and first.symbol in ("+", "-") and len(first.operands) == 2:
        signs[:1], terms[:1] = ["", first.symbol], first.operands
        if len(terms) > _MOST:
            return

    def added(start: Expression, low: int, high: int) -> Expression:
        for sign, term in zip(signs[low:high], terms[low:high], strict=True):
            start = Operator(sign, (start, term))
        return start

    count = len(terms)
    for at, term in enumerate(terms if count > 1 and any(isinstance(node, Name) for node in postorder(value)) else ()):
        if isinstance(term, Operator) and term.symbol == "/":
            above, below = term.operands
            before = added(terms[0], 1, at) if at else None
            wide = above if before is None else Operator(signs[at], (before, above))
            ways = [(above, added(below, at + 1, count), count, before), (wide, below, at + 1, None)]
            ways.append((wide, added(below, at + 1, count), count, None))
            for upper, lower, end, ahead in ways:
                whole: Expression = Operator("/", (upper, lower))
                yield added(whole if ahead is None else Operator(signs[at], (ahead, whole)), end, count)


def ended(
    argument: Expression, grouped: Container[int], may_end: Callable[[Expression, Expression], bool]
) -> tuple[Expression, list[Expression]] | None:
    """The shortest part of an argument without parentheses that it may be, and the factors behind it: -x of -x y.

    Args:
        argument: What was read as the argument.
        grouped: The identities of what stands in parentheses.
        may_end: Whether it may end between two factors.
    """
    signs: list[str] = []
    while isinstance(argument, Operator) and len(argument.operands) == 1 and id(argument) not in grouped:
        signs.append(argument.symbol)
        argument = argument.operands[0]
    factors: list[Expression] = []
    found: tuple[Expression, list[Expression]] | None = None
    while isinstance(argument, Operator) and argument.symbol == "*" and id(argument) not in grouped:
        argument, right = argument.operands
        factors.append(right)
        if may_end(argument, right):
            found = argument, factors[::-1]
    if found is None:
        return None
    shortest, behind = found
    for sign in reversed(signs):
        shortest = Operator(sign, (shortest,))
    return shortest, behind


def over_both(call: Call, right: Expression, text: str) -> Call | None:
    """A call of two factors in parentheses, where its name stands apart from a sum and another stands behind: ln (x+1)(x-1).

    Args:
        call: What was read as a factor.
        right: The other factor.
        text: What was typed.
    """
    (argument, *more) = call.arguments or (call,)
    name = text[call.span[0] : call.span[1]].partition("(")[0].replace("\\left", "")
    if more or not isinstance(argument, Operator) or text[right.span[0] - 1 : right.span[0]] != "(":
        return None
    if not name.endswith((" ", "\\,")) and not (name.startswith("\\") and argument.symbol in ("+", "-")):
        return None
    return Call(call.function, (Operator("*", (argument, right)),), ())


def grouping_shown(result: Expression, left: Expression) -> str:
    """A product with the parentheses that show its grouping."""
    assert isinstance(result, Operator)
    right = result.operands[1]
    raised = not isinstance(right, Operator) or right.symbol == "^"
    return f"({to_text(left)})*{to_text(right)}" if raised else f"({to_text(left)})*({to_text(right)})"


def is_whole(above: Expression, below: Expression) -> bool:
    """Whether a fraction is a whole number, which nobody writes as one: x^2/2 is not x^(2/2)."""
    return isinstance(above, Number) and isinstance(below, Number) and below.value != 0 and above.value % below.value == 0


def is_first_power(node: Operator) -> bool:
    """Whether it is x^1, which nobody would write, or x^-1: the exponent was hardly meant to end there."""
    exponent = node.operands[1]
    if isinstance(exponent, Operator) and len(exponent.operands) == 1:
        exponent = exponent.operands[0]
    return isinstance(exponent, Number) and exponent.value == 1
