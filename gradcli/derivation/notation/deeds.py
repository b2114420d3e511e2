"""What was done to an expression that was simplified: a common denominator, factors cancelled, like terms collected."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator

from gradcli.algebra.sums.spellings import SQUARES
from gradcli.derivation.notation.expressions import ExpressionValues, is_sum, rational, signed_terms
from gradcli.language.ast import Call, Conditional, Expression, Group, Name, Number, Operator, children, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.ops.catalogue import CHOICE
from gradcli.ops.declaration.constants import is_constant
from gradcli.ops.elementwise.exponential import exp, sqrt

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


HALF = Operator("/", (Number(1), Number(2)))

_HELD = ("1st", "2nd")
"""What stands for the values of two functions: no names of the language."""

_LARGEST = 500
"""Nodes of two expressions up to which it is looked for the identity between them."""

CLOSE = 1e-9
"""How near the values of two expressions are that are equal, beside them."""


def deeds(before: Expression, after: Expression) -> list[str]:
    """What leads from one expression to a simpler one: one or more of :data:`DEEDS`."""
    old, new = list(postorder(before)), list(postorder(after))
    sums, new_sums = _outermost(old, _is_sum), _outermost(new, _is_sum)
    products, new_products = _outermost(old, _is_product), _outermost(new, _is_product)
    parts, whole = [_longest_factor(term) for term in _terms(before)], [_longest_factor(term) for term in _terms(after)]
    fractions = [terms for node in sums if any(map(_is_fraction, terms := list(_terms(node))))]
    found: set[str] = set()
    if len(fractions) > sum(any(map(_is_fraction, _terms(node))) for node in new_sums):
        found.add(COMMON_DENOMINATOR)
        if max(whole) < max(map(len, fractions)):  # above a common denominator there are no fewer terms, unless they are alike
            found.add(LIKE_TERMS)
    elif len(parts) == 1 < len(whole) and _is_fraction(before) and parts[0] > 1:
        found.add(TERM_BY_TERM)
        if _cancel_below(before):
            found.add(CANCELLED)
    elif _count(old, _is_nested_fraction) > _count(new, _is_nested_fraction):
        found.add(ONE_FRACTION)
    if _common_factors(products) > _common_factors(new_products):
        found.add(CANCELLED)
    if len(parts) > len(whole) == 1 < whole[0] and COMMON_DENOMINATOR not in found:
        found.add(FACTORED)
        if whole[0] < sum(parts):
            found.add(LIKE_TERMS)
    elif TERM_BY_TERM not in found and _multiplied_out(old, new):
        found.add(MULTIPLIED_OUT)
        if _terms_multiplied_out(before) > _terms_multiplied_out(after):
            found.add(LIKE_TERMS)
    if _alike(sums) > _alike(new_sums):
        found.add(LIKE_TERMS)
    if _powers_of_one_base(old, products) > _powers_of_one_base(new, new_products):
        found.add(POWERS)
    if _count(old, _is_choice) > _count(new, _is_choice):
        found.add(CHOICES)
    elif _choices_of_numbers(products) > _choices_of_numbers(new_products):
        found.add(INTO_CHOICE)
    squares = _squares(before, after)
    if squares:
        found.add(squares)
    elif set(_functions(old)) - set(_functions(new)):
        found.add(IDENTITIES)
    if _numbers_left(old, products) > _numbers_left(new, new_products):
        found.add(NUMBERS)
    return [deed for deed in DEEDS if deed in found] or [REORDERED if _leaves(old) == _leaves(new) else REWRITTEN]


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
    """The names and numbers of an expression."""
    return Counter([to_text(node) for node in nodes if not children(node)])


def _terms(node: Expression) -> Iterator[Expression]:
    """The terms of a sum, without their signs and parentheses."""
    work = [node]
    while work:
        at = work.pop()
        if isinstance(at, Group):
            work.append(at.content)
        elif isinstance(at, Operator) and at.symbol in "+-":
            work.extend(reversed(at.operands))
        else:
            yield at


def _factors(node: Expression) -> tuple[list[tuple[Expression, Expression | None]], list[tuple[Expression, Expression | None]]]:
    """The factors above and below the fraction line of a product, each with its exponent where it has one."""
    above: list[tuple[Expression, Expression | None]] = []
    below: list[tuple[Expression, Expression | None]] = []
    work = [(node, True)]
    while work:
        at, up = work.pop()
        if isinstance(at, Group):
            work.append((at.content, up))
        elif isinstance(at, Operator) and at.symbol == "-" and len(at.operands) == 1:
            work.append((at.operands[0], up))
        elif isinstance(at, Operator) and at.symbol == "*":
            work += [(operand, up) for operand in reversed(at.operands)]
        elif isinstance(at, Operator) and at.symbol == "/":
            work += [(at.operands[1], not up), (at.operands[0], up)]
        elif isinstance(at, Call) and at.function == sqrt.name:
            (above if up else below).append((at.arguments[0], HALF))
        elif isinstance(at, Call) and at.function == exp.name:
            (above if up else below).append((Name("e"), at.arguments[0]))
        elif isinstance(at, Operator) and at.symbol in ("^", "**"):
            (above if up else below).append((at.operands[0], at.operands[1]))
        else:
            (above if up else below).append((at, None))
    return above, below


def _bare(node: Expression) -> str:
    """What a factor is, whatever the order of its terms: x + 1 is 1 + x."""
    while isinstance(node, Group):
        node = node.content
    if isinstance(node, Operator) and node.symbol == "+" and len(node.operands) == 2:
        return " + ".join(sorted(map(to_text, node.operands)))
    return to_text(node)


def _is_product(node: Expression) -> bool:
    return isinstance(node, Operator) and node.symbol in "*/"


def _is_sum(node: Expression) -> bool:
    while isinstance(node, Group):
        node = node.content
    return is_sum(node)


def _is_fraction(node: Expression) -> bool:
    """Whether a term has something other than a number below a fraction line that does not stand above it as well."""
    above, below = _factors(node)
    return not {_bare(base) for base, _ in below if rational(base) is None} <= {_bare(base) for base, _ in above}


def _cancel_below(fraction: Expression) -> bool:
    """Whether a term of what stands above a fraction line has a factor that stands below it."""
    above, below = _factors(fraction)
    divisors = {_bare(base) for base, _ in below}
    terms = [term for base, _ in above if _is_sum(base) for term in _terms(base)]
    return any(_bare(base) in divisors for term in terms for base, _ in _factors(term)[0])


def _outermost(nodes: list[Expression], test: Callable[[Expression], bool]) -> list[Expression]:
    """The nodes of a kind that are no part of another one of it."""
    found = [node for node in nodes if test(node) and not isinstance(node, Group)]
    inner: set[int] = set()
    for node in found:
        for child in children(node):
            while isinstance(child, Group):
                child = child.content
            inner.add(id(child))
    return [node for node in found if id(node) not in inner]


def _is_nested_fraction(node: Expression) -> bool:
    """Whether a fraction line stands in a product or quotient, and is not cancelled by it: 1/x/log(5), x·(1/y)."""
    nested = _is_product(node) and any(isinstance(child, Operator) and child.symbol == "/" for child in children(node))
    return nested and (_is_fraction(node) or not _common_factors([node]))


def _common_factors(products: list[Expression]) -> int:
    """Factors that stand above and below the same fraction line."""
    count = 0
    for product in products:
        above, below = ({_bare(base) for base, _ in side} for side in _factors(product))
        count += len(above & below)
    return count


def _longest_factor(term: Expression) -> int:
    """The terms of the longest sum among the factors above the fraction line."""
    return max((len(list(_terms(base))) for base, power in _factors(term)[0] if power is None), default=1)


def _multiplied_out(old: list[Expression], new: list[Expression]) -> bool:
    """Whether there are fewer products with sums, and a sum that was a factor of one is gone."""
    products = [node for node in old if _is_product_of_sums(node)]
    sums, left = (Counter(_without_order(node) for node in nodes if is_sum(node)) for nodes in (old, new))
    factors = {_without_order(operand) for node in products for operand in children(node) if _is_sum(operand)}
    return len(products) > _count(new, _is_product_of_sums) and any(sums[factor] > left[factor] for factor in factors)


def _without_order(node: Expression) -> frozenset[frozenset[tuple[str, str]]]:
    """What a sum and its opposite are, whatever the order of their terms."""
    terms = [(sign, to_text(term)) for sign, term in signed_terms(node)]
    opposite = [("-" if sign == "+" else "+", term) for sign, term in terms]
    return frozenset((frozenset(terms), frozenset(opposite)))


def _terms_multiplied_out(node: Expression) -> int:
    """The terms of a sum when the products in it are multiplied out, and nothing is collected."""
    above = [[base for base, power in _factors(term)[0] if power is None] for term in _terms(node)]
    return sum(math.prod(_terms_multiplied_out(base) for base in bases if _is_sum(base)) for bases in above)


def _is_product_of_sums(node: Expression) -> bool:
    """Whether a node is a product with a sum for a factor that does not cancel."""
    if not (isinstance(node, Operator) and node.symbol == "*" and any(map(_is_sum, node.operands))):
        return False
    below = {_bare(base) for base, _ in _factors(node)[1]}
    return any(_is_sum(operand) and _bare(operand) not in below for operand in node.operands)


def _alike(sums: list[Expression]) -> int:
    """Terms of sums that differ from another one of the sum in a number alone."""
    kinds = [Counter(map(_kind, _terms(node))) for node in sums]
    return sum(times - 1 for kind in kinds if kind.keys() != {_NUMBER} for times in kind.values())


_NUMBER = ((), ())
"""The kind of a term that is a number."""


def _kind(term: Expression) -> tuple[tuple[str, ...], ...]:
    """A term without its number."""
    return tuple(
        tuple(
            sorted(f"{_bare(base)}^{'' if power is None else to_text(power)}" for base, power in side if rational(base) is None)
        )
        for side in _factors(term)
    )


def _powers_of_one_base(nodes: list[Expression], products: list[Expression]) -> int:
    """Factors of products whose base stands there twice on one side of the fraction line, and powers of powers or products."""
    count = sum(_is_power(node) and (_is_power(children(node)[0]) or _is_product(children(node)[0])) for node in nodes)
    for product in products:
        for side in _factors(product):
            bases = Counter(_bare(base) for base, _ in side if rational(base) is None)
            count += sum(times - 1 for times in bases.values())
    return count


def _numbers_left(nodes: list[Expression], products: list[Expression]) -> int:
    """Operations on numbers that have not been computed, and numbers beside another one in a product."""
    sides = [[base for base, power in side if power is None and rational(base)] for node in products for side in _factors(node)]
    return _count(nodes, _is_sum_of_numbers) + sum(max(len(numbers) - 1, 0) for numbers in sides)


def _is_power(node: Expression) -> bool:
    return isinstance(node, Operator) and node.symbol in ("^", "**")


def _is_choice(node: Expression) -> bool:
    return isinstance(node, Conditional) or (isinstance(node, Call) and node.function == CHOICE)


def _choices_of_numbers(products: list[Expression]) -> int:
    """Factors that are a choice between numbers: the product of one with u can be written as a choice between multiples of u."""
    factors = [base for product in products for side in _factors(product) for base, _ in side]
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
