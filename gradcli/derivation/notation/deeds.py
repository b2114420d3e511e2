"""What was done to an expression that was simplified: a common denominator, factors cancelled, like terms collected."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from gradcli.algebra.sums.squares import SQUARES
from gradcli.derivation.notation.expressions import ExpressionValues, is_sum, rational, reads_alike, weight
from gradcli.derivation.notation.factors import (
    LARGEST_POWER,
    alike,
    bare,
    cancel_below,
    common_factors,
    factors_collected,
    factors_of,
    is_fraction,
    is_nested_fraction,
    is_power,
    is_product,
    longest_factor,
    outermost,
    power_below,
    powers_of_one_base,
    stands_for_sum,
    sum_above,
    terms_collected,
    terms_multiplied_out,
    terms_of,
    without_order,
)
from gradcli.language.ast import Call, Conditional, Expression, Group, Name, Number, Operator, Prime, children, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.ops.catalogue import CHOICE
from gradcli.ops.declaration.constants import is_constant
from gradcli.ops.elementwise.exponential import sqrt

COMMON_DENOMINATOR = "common denominator"
ONE_FRACTION = "one fraction"
TERM_BY_TERM = "divided term by term"
CANCELLED = "factors cancelled"
LIKE_TERMS = "like terms collected"
MULTIPLIED_OUT = "multiplied out"
FACTORED = "factored"
POWERS = "powers combined"
CHOICES = "choices joined"
INTO_CHOICE = "factor taken into the choice"
NUMBERS = "numbers computed"
IDENTITIES = "functions rewritten"
REWRITTEN = "rewritten"
REORDERED = "put in order"
SQUARES_ARE_ONE = {(a, b): f"{a}² {'+' if sign > 0 else '-'} {b}² = 1" for a, (b, sign) in SQUARES.items()}

DEEDS = (
    COMMON_DENOMINATOR,
    ONE_FRACTION,
    TERM_BY_TERM,
    CANCELLED,
    MULTIPLIED_OUT,
    FACTORED,
    LIKE_TERMS,
    POWERS,
    CHOICES,
    INTO_CHOICE,
    *SQUARES_ARE_ONE.values(),
    IDENTITIES,
    NUMBERS,
    REWRITTEN,
    REORDERED,
)
"""What can be done to an expression, in the order in which it is said."""


_HELD = ("1st", "2nd")
"""What stands for the values of two functions: no names of the language."""


_LARGEST = 500
"""Nodes of two expressions up to which it is looked for the identity between them."""

_NO_SIGNS = dict.fromkeys(map(ord, "·() "))

CLOSE = 1e-9
"""How near the values of two expressions are that are equal, beside them."""


def deeds(before: Expression, after: Expression) -> list[str]:
    """What leads from one expression to a simpler one: one or more of :data:`DEEDS`."""
    old, new = list(postorder(before)), list(postorder(after))
    sums, new_sums = outermost(old, stands_for_sum), outermost(new, stands_for_sum)
    products, new_products = outermost(old, is_product), outermost(new, is_product)
    parts, whole = [longest_factor(term) for term in terms_of(before)], [longest_factor(term) for term in terms_of(after)]
    fractions = [terms for node in sums if any(map(is_fraction, terms := list(terms_of(node))))]
    found: set[str] = set()
    if len(fractions) > sum(any(map(is_fraction, terms_of(node))) for node in new_sums):
        found.add(COMMON_DENOMINATOR)
        if max(whole) < max(map(len, fractions)):  # above a common denominator there are no fewer terms, unless they are alike
            found.add(LIKE_TERMS)
    elif len(parts) == 1 < len(whole) and is_fraction(before) and parts[0] > 1:
        found.add(TERM_BY_TERM)
        if cancel_below(before):
            found.add(CANCELLED)
    elif _count(old, is_nested_fraction) > _count(new, is_nested_fraction):
        found.add(ONE_FRACTION)
    if common_factors(products) > common_factors(new_products):
        found.add(CANCELLED)
    changed = _is_changed_above(before, after)
    if len(parts) > len(whole) == 1 < whole[0] and COMMON_DENOMINATOR not in found:
        found.add(FACTORED)
    elif TERM_BY_TERM not in found:
        if changed and len(whole) == 1 < whole[0] and sum_above(after) is None:
            found.add(FACTORED)
        elif _multiplied_out(old, new):
            found.add(MULTIPLIED_OUT)
    changed = changed and TERM_BY_TERM not in found
    lowered = changed and power_below(before) > power_below(after)
    if lowered:
        found.add(CANCELLED)
    regrouped = found & {FACTORED, MULTIPLIED_OUT} or lowered or (changed and len(whole) == whole[0] == 1)
    if regrouped and terms_multiplied_out(before) > terms_multiplied_out(after):
        found.add(LIKE_TERMS)
    if alike(sums) > alike(new_sums):
        found.add(LIKE_TERMS)
    if powers_of_one_base(old, products) > powers_of_one_base(new, new_products):
        found.add(POWERS)
    if _count(old, _is_choice) > _count(new, _is_choice):
        found.add(CHOICES)
    elif _choices_of_numbers(products) > _choices_of_numbers(new_products):
        found.add(INTO_CHOICE)
    squares = _squares(before, after)
    if squares:
        found -= {LIKE_TERMS}
        found.add(squares)
    elif set(_functions(old)) - set(_functions(new)) - ({sqrt.name} if POWERS in found else set()):
        found.add(IDENTITIES)
    if _numbers_left(old, products) > _numbers_left(new, new_products):
        found.add(NUMBERS)
    return [deed for deed in DEEDS if deed in found] or [REORDERED if _leaves(old) == _leaves(new) else REWRITTEN]


def stages(before: Expression, after: Expression) -> list[tuple[Expression, list[str]]]:
    """The lines that lead from one expression to a simpler one, each with what is done in it; the last one is the simpler one.

    What is one deed is one line. Where there are several, like terms are collected first, then factors, where that is shorter.
    """
    lines: list[tuple[Expression, list[str]]] = []
    at, left = before, deeds(before, after)
    if any(isinstance(node, Prime) for node in postorder(before)):
        return [(after, left)]
    terms, factors = (terms_collected, (LIKE_TERMS,)), (factors_collected, (POWERS, ONE_FRACTION, CANCELLED, NUMBERS))
    for change, possible in (terms, factors, factors, terms):
        then = mapped(at, change) if len(left) > 1 else at
        if _differs_in_signs(then, at) or reads_alike(then, after) or weight(then) >= weight(at):
            continue
        rest = deeds(then, after)
        if len(rest) <= len(left) and rest != [REORDERED]:
            lines.append((then, [deed for deed in deeds(at, then) if deed in possible] or [possible[0]]))
            at, left = then, rest
    return [*lines, (after, left)]


def _differs_in_signs(one: Expression, other: Expression) -> bool:
    """Whether two expressions are written alike, but for signs of products and parentheses."""
    first, second = (to_text(expression, pretty=True).translate(_NO_SIGNS) for expression in (one, other))
    return first == second


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
            if math.isclose(*map(together.of, held), rel_tol=CLOSE) and not math.isclose(*map(apart.of, held), rel_tol=CLOSE):
                return told
    return None


def _held(expression: Expression, functions: tuple[str, str], inner: str) -> Expression:
    """An expression with two functions of one argument as names."""

    def change(node: Expression) -> Expression:
        called = isinstance(node, Call) and node.function in functions and to_text(node.arguments[0]) == inner
        return Name(_HELD[functions.index(node.function)]) if isinstance(node, Call) and called else node

    return mapped(expression, change)


def _leaves(nodes: list[Expression]) -> Counter[str]:
    """The names and numbers of an expression, without signs and factors 1; e is that of exp(x) as well as of e^x."""
    leaves = [to_text(node).removeprefix("-") for node in nodes if not children(node)]
    return Counter([leaf for leaf in leaves if leaf not in ("1", "e")])


def _multiplied_out(old: list[Expression], new: list[Expression]) -> bool:
    """Whether there are fewer products with sums, and a sum that was a factor of one is gone."""
    products = [node for node in old if _is_product_of_sums(node)]
    sums, left = _sums(old), _sums(new)
    factors = {without_order(operand) for node in products for operand in children(node) if stands_for_sum(operand)}
    return len(products) > _count(new, _is_product_of_sums) and any(sums[factor] > left[factor] for factor in factors)


def _sums(nodes: list[Expression]) -> Counter[frozenset[frozenset[tuple[str, str]]]]:
    """How often each sum is a term or a factor; a square has it twice."""
    found = Counter(without_order(node) for node in nodes if is_sum(node))
    for node in nodes:
        power = rational(children(node)[1]) if is_power(node) and stands_for_sum(children(node)[0]) else None
        if power is not None and power.denominator == 1 < power:
            found[without_order(children(node)[0])] += power.numerator - 1
    return found


def _is_changed_above(before: Expression, after: Expression) -> bool:
    """Whether a fraction with nothing but a sum above its line has another one there, or none."""
    total = sum_above(before)
    sums = [node for node in postorder(after) if is_sum(node)]
    return total is not None and without_order(total) not in map(without_order, sums)


def _is_product_of_sums(node: Expression) -> bool:
    """Whether a node is a product with a sum for a factor that does not cancel, or a small power of a sum."""
    if is_power(node):
        return stands_for_sum(children(node)[0]) and (rational(children(node)[1]) or 0) in range(2, LARGEST_POWER)
    if not (isinstance(node, Operator) and node.symbol == "*" and any(map(stands_for_sum, node.operands))):
        return False
    below = {bare(base) for base, _ in factors_of(node)[1]}
    return any(stands_for_sum(operand) and bare(operand) not in below for operand in node.operands)


def _numbers_left(nodes: list[Expression], products: list[Expression]) -> int:
    """Operations on numbers that have not been computed, and numbers beside another one in a product."""
    sides = [[base for base, power in side if power is None and rational(base)] for node in products for side in factors_of(node)]
    return _count(nodes, _is_sum_of_numbers) + sum(max(len(numbers) - 1, 0) for numbers in sides)


def _is_choice(node: Expression) -> bool:
    return isinstance(node, Conditional) or (isinstance(node, Call) and node.function == CHOICE)


def _choices_of_numbers(products: list[Expression]) -> int:
    """Factors that are a choice between numbers: the product of one with u can be written as a choice between multiples of u."""
    factors = [base for product in products for side in factors_of(product) for base, _ in side]
    return sum(_is_choice(base) and sum(isinstance(child, Number) for child in children(base)) == 2 for base in factors)


def _is_sum_of_numbers(node: Expression) -> bool:
    """Whether a node is an operation on numbers that has not been computed."""
    own = [child for child in children(node) if not isinstance(child, Number)]
    fraction = isinstance(node, Operator) and node.symbol == "/"
    return isinstance(node, Operator) and not own and len(node.operands) == 2 and not fraction


def _functions(nodes: list[Expression]) -> list[str]:
    return [node.function for node in nodes if isinstance(node, Call) and node.function != CHOICE]


def _count(nodes: list[Expression], test: Callable[[Expression], bool]) -> int:
    return sum(map(test, nodes))
