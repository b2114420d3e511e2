"""What was done to an expression that became another one: told from what it has of, and what the other one no longer has."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from gradcli.derivation.notation.expressions import ExpressionValues, is_sum, rational, weight
from gradcli.derivation.notation.products import as_product, is_arithmetic, key, kind, like_terms, multiplied_out, terms_in
from gradcli.derivation.notation.steps import (
    CANCELLED,
    CHOICES,
    COMMON_DENOMINATOR,
    DEEDS,
    FACTORED,
    IDENTITIES,
    INTO_CHOICE,
    LIKE_TERMS,
    MULTIPLIED_OUT,
    NUMBERS,
    ONE_FRACTION,
    POWERS,
    REORDERED,
    REWRITTEN,
    ROOTS,
    SQUARES_ARE_ONE,
    TERM_BY_TERM,
    TIMES_ZERO,
)
from gradcli.language.ast import Call, Conditional, Expression, Group, Name, Number, Operator, children, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.ops.catalogue import CHOICE
from gradcli.ops.declaration.constants import is_constant
from gradcli.ops.elementwise.arithmetic import abs as absolute
from gradcli.ops.elementwise.exponential import exp, sqrt

_HELD = ("1st", "2nd")
"""What stands for the values of two functions: no names of the language."""


_LARGEST = 500
"""Nodes of two expressions up to which it is looked for the identity between them."""

CLOSE = 1e-9
"""How near the values of two expressions are that are equal, beside them."""


Nodes = list[Expression]


def deeds(before: Expression, after: Expression) -> list[str]:
    """What leads from one expression to another: one or more of :data:`DEEDS`."""
    old, new = list(postorder(before)), list(postorder(after))
    found = {deed for deed, count in COUNTED if count(old) > count(new)}
    sums_as_factors = _count(new, _is_product_of_sums) > _count(old, _is_product_of_sums) and weight(after) < weight(before)
    if sums_as_factors or (is_sum(before) and not is_sum(after) and as_product(after).sums and COMMON_DENOMINATOR not in found):
        found.add(FACTORED)
        kept = {base for bases in _sums_above(new) for base in bases}
        if any(len(bases - kept) > 1 for bases in _sums_above(old)):  # two factors of one product, neither of which is left
            found.add(MULTIPLIED_OUT)
    if MULTIPLIED_OUT in found and any(
        out and len(like_terms(out)) < len(out) for out in map(multiplied_out, filter(is_sum, old))
    ):
        found.add(LIKE_TERMS)
    smaller = math.prod(_numbers(before)[0]) > math.prod(_numbers(after)[0])
    if _is_quotient(before) and smaller and NUMBERS not in found and not isinstance(after, Number):
        found.add(CANCELLED)  # a sum below is even, once it is multiplied out
    if set(_functions(new)) - set(_functions(old)) == {absolute.name} and _count(old, _is_root):
        found.add(ROOTS)
    squares = _squares(before, after)
    if squares:
        found = (found - {LIKE_TERMS, MULTIPLIED_OUT, FACTORED}) | {squares}
    elif set(_functions(old)) - set(_functions(new)):
        found = (found - {CANCELLED, LIKE_TERMS} if isinstance(after, Number) else found) | {IDENTITIES}
    if not found - {NUMBERS} and _count(old, _is_quotient) < _count(new, _is_quotient):
        found.add(TERM_BY_TERM)
    return [deed for deed in DEEDS if deed in found] or [REORDERED if key(before) == key(after) else REWRITTEN]


def _products(nodes: Nodes) -> Nodes:
    """The products that are no part of another one."""
    inner = {id(child) for node in nodes if _is_product(node) for child in map(_bare, children(node)) if _is_product(child)}
    return [node for node in nodes if _is_product(node) and id(node) not in inner]


def _sides(node: Expression) -> tuple[Counter[str], Counter[str]]:
    """The bases above and below a fraction line."""
    factors = as_product(node).factors
    above, below = ([key(base) for base, exponent in factors if (exponent > 0) == up] for up in (True, False))
    return Counter(above), Counter(below)


def _sums_above(nodes: Nodes) -> list[set[str]]:
    """For each product the sums among its factors above the fraction line."""
    return [
        {key(base) for base, exponent in as_product(node).factors if exponent > 0 and is_sum(base)} for node in _products(nodes)
    ]


def _cancelling(nodes: Nodes) -> int:
    """Factors that stand above and below the same fraction line, numbers too."""
    count = 0
    for node in _products(nodes):
        above, below = _sides(node)
        upper, lower = _numbers(node)
        for factor in as_product(node).factors:
            (upper if factor.exponent > 0 else lower).append(_content(factor.base))
        count += len(above & below) + (math.gcd(math.prod(upper), math.prod(lower)) > 1)
    return count


def _content(base: Expression) -> int:
    """The whole number that all terms of a sum have as a factor."""
    numbers = [term.number for term in terms_in(base)] if is_sum(base) else []
    return math.gcd(*[number.numerator for number in numbers]) if all(n.denominator == 1 for n in numbers) and numbers else 1


def _repeated(nodes: Nodes) -> int:
    """Factors whose base stands there twice on one side of a fraction line, and powers of powers or products."""
    count = sum(_is_power(node) and (_is_power(base := _bare(children(node)[0])) or _is_product(base)) for node in nodes)
    return count + sum(times - 1 for node in _products(nodes) for side in _sides(node) for times in side.values())


def _numbers(node: Expression) -> tuple[list[int], list[int]]:
    """The whole numbers above and below the fraction line of a product."""
    sides: tuple[list[int], list[int]] = ([], [])
    work = [(node, 0)]
    while work:
        at, side = work.pop()
        number = rational(at)
        if number is not None and number.denominator != 1 and "/" not in to_text(at):  # 0.5
            sides[side].append(1)
        elif number is not None:
            sides[side].append(abs(number.numerator))
            sides[1 - side].extend([number.denominator] * (number.denominator != 1))
        elif _is_product(at) or isinstance(at, Group) or (is_arithmetic(at) and not is_sum(at)):
            below = isinstance(at, Operator) and at.symbol == "/"
            work += [(child, side if not index or not below else 1 - side) for index, child in enumerate(children(at))]
    return sides


def _computable(nodes: Nodes) -> int:
    """Operations on numbers that have not been computed, and numbers beside another one in a product."""
    beside = sum(max(len(side) - 1, 0) for node in _products(nodes) for side in _numbers(node))
    return beside + _count(nodes, _is_of_numbers)


def _is_of_numbers(node: Expression) -> bool:
    """Whether a node is an operation or a function of numbers; a fraction is a number."""
    own = children(node)
    is_fraction = isinstance(node, Operator) and (node.symbol == "/" or len(own) == 1)
    return (
        isinstance(node, Operator | Call) and bool(own) and not is_fraction and all(rational(child) is not None for child in own)
    )


def _alike(nodes: Nodes) -> int:
    """Terms of sums that differ from another one of the sum in a number alone."""
    inner = {id(child) for node in nodes if is_sum(node) for child in map(_bare, children(node)) if is_sum(child)}
    sums = [terms_in(node) for node in nodes if is_sum(node) and id(node) not in inner]
    kinds = [Counter(kind(term) for term in terms if term.factors) for terms in sums]
    return sum(times - 1 for each in kinds for times in each.values())


def _fractions(nodes: Nodes) -> int:
    """Sums with fractions as terms."""
    return sum(is_sum(node) and any(term.below for term in terms_in(node)) for node in nodes)


def _is_nested_fraction(node: Expression) -> bool:
    """Whether a fraction line stands in a product or quotient: 1/x/log(5), x·(1/y)."""
    return _is_product(node) and any(map(_is_quotient, map(_bare, children(node))))


def _is_product_of_sums(node: Expression) -> bool:
    """Whether a node is a product with a sum for a factor that does not cancel, or a small power of a sum."""
    if not isinstance(node, Operator) or node.symbol not in "*^" or len(node.operands) == 1:
        return False
    bases = node.operands if node.symbol == "*" else node.operands[:1]
    return any(map(is_sum, map(_bare, bases)))


def _factors_that_choose(nodes: Nodes) -> int:
    """Factors that are a choice: the product of one with u can be written as a choice; one of two numbers counts twice."""
    factors = [factor.base for node in _products(nodes) for factor in as_product(node).factors if _is_choice(factor.base)]
    return sum(1 + (sum(isinstance(child, Number) for child in children(base)) == 2) for base in factors)


def _squares(before: Expression, after: Expression) -> str | None:
    """The identity of squares that makes two expressions equal, as sin² + cos² = 1 does; None where they need none, or more.

    With the two functions of u as independent numbers they differ then, and are equal with any two that the identity relates.
    """
    nodes = [*postorder(before), *postorder(after)]
    if len(nodes) > _LARGEST or not all(isinstance(node, Call | Operator | Name | Number | Group) for node in nodes):
        return None
    names = sorted({node.name for node in nodes if isinstance(node, Name) and not is_constant(node.name)})
    point = {name: 0.3 + 0.17 * place for place, name in enumerate(names)}
    called = {(node.function, to_text(node.arguments[0])) for node in nodes if isinstance(node, Call) and node.arguments}
    for pair, told in SQUARES_ARE_ONE.items():
        for inner in [inner for function, inner in sorted(called) if function == pair[0] and (pair[1], inner) in called]:
            held = [_held(expression, pair, inner) for expression in (before, after)]
            related = [ExpressionValues({}).of(Call(function, (Number(0.7),))) for function in pair]
            together = ExpressionValues({**point, **dict(zip(_HELD, related, strict=True))})
            apart = ExpressionValues({**point, **dict(zip(_HELD, (0.43, 0.91), strict=True))})
            equal = [math.isclose(*map(values.of, held), rel_tol=CLOSE, abs_tol=CLOSE) for values in (together, apart)]
            if equal == [True, False]:
                return told
    return None


def _held(expression: Expression, functions: tuple[str, str], inner: str) -> Expression:
    """An expression with two functions of one argument as names."""

    def change(node: Expression) -> Expression:
        called = isinstance(node, Call) and node.function in functions and to_text(node.arguments[0]) == inner
        return Name(_HELD[functions.index(node.function)]) if isinstance(node, Call) and called else node

    return mapped(expression, change)


def _is_choice(node: Expression) -> bool:
    return isinstance(node, Conditional) or (isinstance(node, Call) and node.function == CHOICE)


def _is_product(node: Expression) -> bool:
    return isinstance(node, Operator) and node.symbol in "*/"


def _is_quotient(node: Expression) -> bool:
    return isinstance(node, Operator) and node.symbol == "/"


def _is_times_zero(node: Expression) -> bool:
    """Whether a node is a product that a factor makes 0."""
    return _is_product(node) and not as_product(node).number


def _is_root(node: Expression) -> bool:
    return isinstance(node, Call) and node.function == sqrt.name


def _is_power(node: Expression) -> bool:
    return isinstance(node, Operator) and node.symbol == "^"


def _bare(node: Expression) -> Expression:
    """A node without parentheses."""
    while isinstance(node, Group):
        node = node.content
    return node


def _functions(nodes: Nodes) -> list[str]:
    return [node.function for node in nodes if isinstance(node, Call) and node.function not in (CHOICE, sqrt.name, exp.name)]


def _count(nodes: Nodes, test: Callable[[Expression], bool]) -> int:
    return sum(map(test, nodes))


COUNTED: tuple[tuple[str, Callable[[Nodes], int]], ...] = (
    (COMMON_DENOMINATOR, _fractions),
    (ONE_FRACTION, lambda nodes: _count(nodes, _is_nested_fraction)),
    (CANCELLED, _cancelling),
    (MULTIPLIED_OUT, lambda nodes: _count(nodes, _is_product_of_sums)),
    (LIKE_TERMS, _alike),
    (TIMES_ZERO, lambda nodes: _count(nodes, _is_times_zero)),
    (POWERS, _repeated),
    (CHOICES, lambda nodes: _count(nodes, _is_choice)),
    (INTO_CHOICE, _factors_that_choose),
    (NUMBERS, _computable),
)
"""What an expression has less of when each is done."""
