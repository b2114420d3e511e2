"""The terms and factors of expressions: what is alike among them, and one for those that are."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from gradcli.derivation.notation.expressions import is_sum, product_of, rational, signed_terms, without_sign
from gradcli.language.ast import Call, Expression, Group, Name, Number, Operator, children
from gradcli.language.text import to_text
from gradcli.ops.elementwise.exponential import exp, sqrt
from gradcli.typing import NamedTuple

HALF = Operator("/", (Number(1), Number(2)))


_HALF = Fraction(1, 2)

LARGEST_POWER = 7
"""Powers of sums below this one are multiplied out."""


NUMBER = ((), ())
"""The kind of a term that is a number."""


def terms_of(node: Expression) -> Iterator[Expression]:
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


def factors_of(node: Expression) -> tuple[list[tuple[Expression, Expression | None]], list[tuple[Expression, Expression | None]]]:
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
            base, power = at.operands
            root = isinstance(base, Call) and base.function == sqrt.name
            (above if up else below).append((children(base)[0] if root else base, power))
        else:
            (above if up else below).append((at, None))
    return above, below


def bare(node: Expression) -> str:
    """What a factor is, whatever the order of its terms: x + 1 is 1 + x."""
    while isinstance(node, Group):
        node = node.content
    if isinstance(node, Operator) and node.symbol == "+" and len(node.operands) == 2:
        return " + ".join(sorted(map(to_text, node.operands)))
    return to_text(node)


def is_product(node: Expression) -> bool:
    return isinstance(node, Operator) and node.symbol in "*/"


def stands_for_sum(node: Expression) -> bool:
    while isinstance(node, Group):
        node = node.content
    return is_sum(node)


def is_fraction(node: Expression) -> bool:
    """Whether a term has something other than a number below a fraction line that does not stand above it as well."""
    above, below = factors_of(node)
    return not {bare(base) for base, _ in below if rational(base) is None} <= {bare(base) for base, _ in above}


def cancel_below(fraction: Expression) -> bool:
    """Whether a term of what stands above a fraction line has a factor that stands below it."""
    above, below = factors_of(fraction)
    divisors = {bare(base) for base, _ in below}
    terms = [term for base, _ in above if stands_for_sum(base) for term in terms_of(base)]
    return any(bare(base) in divisors for term in terms for base, _ in factors_of(term)[0])


def outermost(nodes: list[Expression], test: Callable[[Expression], bool]) -> list[Expression]:
    """The nodes of a kind that are no part of another one of it."""
    found = [node for node in nodes if test(node) and not isinstance(node, Group)]
    inner: set[int] = set()
    for node in found:
        for child in children(node):
            while isinstance(child, Group):
                child = child.content
            inner.add(id(child))
    return [node for node in found if id(node) not in inner]


def is_nested_fraction(node: Expression) -> bool:
    """Whether a fraction line stands in a product or quotient, and is not cancelled by it: 1/x/log(5), x·(1/y)."""
    nested = is_product(node) and any(isinstance(child, Operator) and child.symbol == "/" for child in children(node))
    return nested and (is_fraction(node) or not common_factors([node]))


def common_factors(products: list[Expression]) -> int:
    """Factors that stand above and below the same fraction line."""
    count = 0
    for product in products:
        above, below = ({bare(base) for base, _ in side} for side in factors_of(product))
        count += len(above & below)
    return count


def longest_factor(term: Expression) -> int:
    """The terms of the longest sum among the factors above the fraction line."""
    return max((len(list(terms_of(base))) for base, power in factors_of(term)[0] if power is None), default=1)


def without_order(node: Expression) -> frozenset[frozenset[tuple[str, str]]]:
    """What a sum and its opposite are, whatever the order of their terms."""
    terms = [(sign, to_text(term)) for sign, term in signed_terms(node)]
    opposite = [("-" if sign == "+" else "+", term) for sign, term in terms]
    return frozenset((frozenset(terms), frozenset(opposite)))


def terms_multiplied_out(node: Expression) -> int:
    """The terms of a sum when the products and small powers in it are multiplied out, and nothing is collected."""
    count = 0
    for term in terms_of(node):
        powers = [(base, Fraction(1) if power is None else rational(power)) for base, power in factors_of(term)[0]]
        sums = [
            (base, int(power)) for base, power in powers if power in range(1, LARGEST_POWER) and stands_for_sum(base) and power
        ]
        count += math.prod(terms_multiplied_out(base) ** power for base, power in sums)
    return count


def power_below(node: Expression) -> Fraction:
    """The powers below a fraction line, added."""
    total = Fraction(0)
    for base, power in factors_of(node)[1]:
        degree = Fraction(1) if power is None else rational(power) or Fraction(1)
        while is_power(base) or isinstance(base, Group):
            degree *= rational(children(base)[1]) or 1 if is_power(base) else 1
            base = children(base)[0]
        total += degree if rational(base) is None else 0
    return total


def sum_above(node: Expression) -> Expression | None:
    """The sum that stands above a fraction line with nothing else but numbers, and not below as well; None where none does."""
    above, below = factors_of(node)
    factors = [(base, power) for base, power in above if rational(base) is None]
    if not below or len(factors) != 1 or factors[0][1] is not None or not stands_for_sum(factors[0][0]):
        return None
    return None if bare(factors[0][0]) in {bare(base) for base, _ in below} else factors[0][0]


def alike(sums: list[Expression]) -> int:
    """Terms of sums that differ from another one of the sum in a number alone."""
    kinds = [Counter(map(kind, terms_of(node))) for node in sums]
    return sum(times - 1 for kind in kinds if kind.keys() != {NUMBER} for times in kind.values())


def kind(term: Expression) -> tuple[tuple[str, ...], ...]:
    """A term without its number."""
    return tuple(
        tuple(sorted(f"{bare(base)}^{'' if power is None else to_text(power)}" for base, power in side if rational(base) is None))
        for side in factors_of(term)
    )


def powers_of_one_base(nodes: list[Expression], products: list[Expression]) -> int:
    """Factors of products whose base stands there twice on one side of the fraction line, and powers of powers or products."""
    count = sum(is_power(node) and (is_power(children(node)[0]) or is_product(children(node)[0])) for node in nodes)
    for product in products:
        for side in factors_of(product):
            bases = Counter(bare(base) for base, _ in side if rational(base) is None)
            count += sum(times - 1 for times in bases.values())
    return count


def is_power(node: Expression) -> bool:
    return isinstance(node, Operator) and node.symbol in ("^", "**")


# ---- collecting them ----


class _Product(NamedTuple):
    """A product: its number, and the factors above and below its fraction line."""

    number: Fraction
    above: Sequence[Expression]
    below: Sequence[Expression]

    def written(self) -> Expression:
        """The product with the number in front, and its sign."""
        size = abs(self.number)
        above = [*([Number(size.numerator)] if size.numerator != 1 else []), *self.above] or [Number(1)]
        below = [*([Number(size.denominator)] if size.denominator != 1 else []), *self.below]
        if self.number < 0:
            first = above[0]
            above[0] = Number(-first.value) if isinstance(first, Number) else Operator("-", (first,))
        return Operator("/", (product_of(above), product_of(below))) if below else product_of(above)


def _product(node: Expression) -> _Product:
    """An expression as a product; one factor where it is none."""
    number = Fraction(1)
    sides: tuple[list[Expression], list[Expression]] = ([], [])
    work = [(node, 0)]
    while work:
        at, side = work.pop()
        value = rational(at)
        if value is not None and (value or not side):
            number = number / value if side else number * value
        elif isinstance(at, Group) and not is_sum(at.content):
            work.append((at.content, side))
        elif isinstance(at, Operator) and at.symbol == "-" and len(at.operands) == 1:
            number = -number
            work.append((at.operands[0], side))
        elif isinstance(at, Operator) and at.symbol == "*":
            work += [(operand, side) for operand in reversed(at.operands)]
        elif isinstance(at, Operator) and at.symbol == "/":
            work += [(at.operands[1], 1 - side), (at.operands[0], side)]
        else:
            sides[side].append(at)
    return _Product(number, *sides)


def terms_collected(node: Expression) -> Expression:
    """A sum with one term for those that differ in a number alone."""
    if not is_sum(node):
        return node
    terms: dict[tuple[tuple[str, ...], ...], list[tuple[Expression, _Product]]] = defaultdict(list)
    for sign, term in signed_terms(node):
        product = _product(term)
        signed = product._replace(number=-product.number) if sign == "-" else product
        kind = tuple(tuple(sorted(map(to_text, side))) for side in (product.above, product.below))
        terms[kind].append((Operator("-", (term,)) if sign == "-" else term, signed))
    if all(len(like) == 1 for like in terms.values()):
        return node
    total: Expression | None = None
    for like in terms.values():
        number = sum((product.number for _, product in like), Fraction(0))
        term = like[0][0] if len(like) == 1 else like[0][1]._replace(number=abs(number)).written()
        negative = len(like) > 1 and number < 0
        if len(like) == 1 and isinstance(term, Operator) and term.symbol == "-" and len(term.operands) == 1:
            term, negative = term.operands[0], True
        if number == 0:
            continue
        if total is None:
            total = Operator("-", (term,)) if negative else term
        else:
            total = Operator("-" if negative else "+", (total, term))
    return Number(0) if total is None else total


def factors_collected(node: Expression) -> Expression:
    """A product with one power for the factors of one base, what stands above and below the fraction line cancelled."""
    if is_sum(node):  # a + (-b) = a - b
        positive = without_sign(_ungrouped(node.operands[1]))
        return node if positive is None else Operator("-" if node.symbol == "+" else "+", (node.operands[0], positive))
    if not (isinstance(node, Operator) and node.symbol in "*/" and len(node.operands) == 2):
        return node
    product = _product(node)
    powers: dict[str, list[tuple[Expression, Expression, Fraction]]] = defaultdict(list)
    for sign, side in ((1, product.above), (-1, product.below)):
        for factor in side:
            base, exponent = _as_power(factor)
            powers[to_text(base)].append((factor, base, sign * exponent))
    above: list[Expression] = []
    below: list[Expression] = []
    for same in powers.values():
        factor, base, exponent = same[0]
        if len(same) == 1:
            (above if exponent > 0 else below).append(factor)
            continue
        exponent = sum((part for _, _, part in same), Fraction(0))
        if exponent:
            (above if exponent > 0 else below).append(_power(base, abs(exponent)))
    return _Product(product.number, above, below).written() if product.number else node


def _as_power(factor: Expression) -> tuple[Expression, Fraction]:
    """A factor as a base and a positive exponent."""
    if isinstance(factor, Operator) and factor.symbol == "^":
        exponent = rational(factor.operands[1])
        if exponent is not None and exponent > 0:
            base, inner = _as_power(_ungrouped(factor.operands[0]))
            whole = exponent.denominator == 1 or inner.denominator == 1
            return (base, inner * exponent) if whole and (inner == 1 or exponent.denominator == 1) else (factor, Fraction(1))
    if isinstance(factor, Call) and factor.function == sqrt.name:
        return _ungrouped(factor.arguments[0]), _HALF
    return _ungrouped(factor), Fraction(1)


def _ungrouped(node: Expression) -> Expression:
    while isinstance(node, Group):
        node = node.content
    return node


def _power(base: Expression, exponent: Fraction) -> Expression:
    if exponent == 1:
        return base
    if exponent == _HALF:
        return Call(sqrt.name, (base,))
    return Operator("^", (base, Number(exponent.numerator if exponent.denominator == 1 else exponent)))
