"""Forms that a right answer may have to have: multiplied out, in factors, as one fraction, without decimals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from gradcli.errors import GradcliError
from gradcli.language.ast import Expression, Group, Number, Operator, Output, Program, postorder
from gradcli.teaching.question import graph_of


def lacks_form(value: Expression, form: str) -> str:
    """What an expression lacks of a form, as a sentence; empty where it has it.

    Args:
        value: The expression.
        form: One of :data:`FORMS`.
    """
    has, lacking = FORMS[form]
    return "" if has(value) else lacking


def _plain(value: Expression) -> Expression:
    """An expression without parentheses and signs around it."""
    while isinstance(value, Group) or (isinstance(value, Operator) and len(value.operands) == 1):
        value = value.content if isinstance(value, Group) else value.operands[0]
    return value


def _symbol(value: Expression) -> str:
    """The sign between the operands of an expression, + of a difference as well; empty where it has none."""
    value = _plain(value)
    symbol = value.symbol if isinstance(value, Operator) else ""
    return "+" if symbol == "-" else symbol


def _leaves(value: Expression, symbols: str) -> Iterator[Expression]:
    """What some signs join: the terms of a sum by +, the factors of a product by * and /, and by ^ their bases."""
    open_ends = [value]
    while open_ends:
        value = _plain(open_ends.pop())
        if isinstance(value, Operator) and _symbol(value) in symbols:
            open_ends += value.operands[: 1 if value.symbol == "^" else 2]
        else:
            yield value


def _arranged(value: Expression, form: str) -> Expression | None:
    """An expression in a form; None where it is too long for it."""
    from gradcli.algebra.simplified import simplified_outputs

    try:
        return simplified_outputs(graph_of(Program((Output(value),))), shape=form).expressions[0]
    except GradcliError:
        return None


def _is_expanded(value: Expression) -> bool:
    """No factor is a sum, and there are no more terms than there have to be."""
    terms = list(_leaves(value, "+"))
    if any(_symbol(factor) == "+" for term in terms for factor in _leaves(_numerator(term), "*^")):
        return False
    best = _arranged(value, "expanded")
    return best is None or len(terms) <= len(list(_leaves(best, "+")))


def _numerator(value: Expression) -> Expression:
    value = _plain(value)
    return value.operands[0] if isinstance(value, Operator) and value.symbol == "/" else value


def _is_factored(value: Expression) -> bool:
    """No factor is a sum that has factors."""
    sums = [factor for factor in _leaves(value, "*/^") if _symbol(factor) == "+"]
    return all(best is None or _symbol(best) in ("+", "") for best in (_arranged(one, "factored") for one in sums))


def _is_fraction(value: Expression) -> bool:
    """Nothing is divided within a sum, within what is divided, or twice."""
    parts: list[Expression] = []
    divided = 0
    for factor in map(_plain, _leaves(value, "*")):
        own = isinstance(factor, Operator) and factor.symbol == "/"
        parts += factor.operands if isinstance(factor, Operator) and own else [factor]
        divided += own
    powers = [node for part in parts for node in postorder(part) if isinstance(node, Operator) and node.symbol == "^"]
    inside = [one for part in parts for one in _leaves(part, "*^+")]
    return divided < 2 and not any(_symbol(one) == "/" for one in inside) and not any(_is_negative(one) for one in powers)


def _is_negative(power: Operator) -> bool:
    """Whether an exponent has a minus before it."""
    exponent = power.operands[1]
    exponent = exponent.content if isinstance(exponent, Group) else exponent
    return isinstance(exponent, Operator) and len(exponent.operands) == 1


def _is_exact(value: Expression) -> bool:
    """No number is written with decimals."""
    values = [node.value for node in postorder(value) if isinstance(node, Number)]
    return all(isinstance(one, int) or (isinstance(one, Fraction) and one.denominator == 1) for one in values)


FORMS: dict[str, tuple[Callable[[Expression], bool], str]] = {
    "expanded": (_is_expanded, "it is not multiplied out, with like terms collected"),
    "factored": (_is_factored, "it is not in factors"),
    "together": (_is_fraction, "it is not one fraction"),
    "exact": (_is_exact, "it has decimals, and exact numbers are asked for"),
}
"""The forms, each with how it is told, and what is said where it is not there."""
