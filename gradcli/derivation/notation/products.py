"""Expressions as products and sums of products, and what one does with them on paper: collect, combine, cancel, factor."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from gradcli.algebra.sums.squares import SQUARES
from gradcli.derivation.notation.expressions import is_sum, product_of, rational, signed_terms, sum_of
from gradcli.language.ast import Call, Expression, Group, Name, Number, Operator, Partial, Prime, children
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.ops.elementwise.exponential import exp, sqrt
from gradcli.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TypeGuard

HALF, ONE = Fraction(1, 2), Fraction(1)

LARGEST_POWER = 7
"""Powers of sums below this one are multiplied out."""

MOST_TERMS = 40
"""Terms up to which a sum of products is multiplied out."""


class Factor(NamedTuple):
    """A factor of a product: a base and its exponent, negative below the fraction line."""

    base: Expression
    exponent: Fraction

    def written(self) -> Expression:
        """The factor above the fraction line, whatever the sign of its exponent."""
        size = abs(self.exponent)
        if size == 1:
            return self.base
        if size == HALF:
            return Call(sqrt.name, (self.base,))
        whole = size.denominator == 1
        power = Number(size.numerator) if whole else Operator("/", (Number(size.numerator), Number(size.denominator)))
        return Operator("^", (self.base, power))


def _place(factor: Factor) -> int:
    """Where a factor stands in a product: names before functions, sums behind them, derivatives last."""
    base = factor.base
    while isinstance(base, Operator) and base.symbol == "^":
        base = base.operands[0]
    if isinstance(base, Prime | Partial) or (isinstance(base, Name) and base.name.endswith("'")):
        return 3
    return 0 if isinstance(base, Name) else 2 if is_sum(base) or isinstance(base, Group) else 1


class Product(NamedTuple):
    """A product: its number, and its factors."""

    number: Fraction
    factors: Sequence[Factor] = ()

    @property
    def above(self) -> list[Factor]:
        """The factors above the fraction line."""
        return [factor for factor in self.factors if factor.exponent > 0]

    @property
    def below(self) -> list[Factor]:
        """The factors below the fraction line."""
        return [factor for factor in self.factors if factor.exponent < 0]

    @property
    def sums(self) -> list[Factor]:
        """The factors that are sums."""
        return [factor for factor in self.factors if is_sum(factor.base)]

    def written(self) -> Expression:
        """The product with the number in front, and its sign."""
        size = abs(self.number)
        if not size:
            return Number(0)
        upper, lower = ([factor.written() for factor in sorted(side, key=_place)] for side in (self.above, self.below))
        above = [*([Number(size.numerator)] if size.numerator != 1 else []), *upper]
        below = [*([Number(size.denominator)] if size.denominator != 1 else []), *lower]
        above = above or [Number(1)]
        if self.number < 0 and not self.factors and below:
            return Operator("-", (Operator("/", (above[0], below[0])),))
        if self.number < 0:
            first = above[0]
            above[0] = Number(-first.value) if isinstance(first, Number) else Operator("-", (first,))
        return Operator("/", (product_of(above), product_of(below))) if below else product_of(above)

    def times(self, factors: Iterable[Factor], number: Fraction = ONE) -> Product:
        """The product with more factors."""
        return Product(self.number * number, (*self.factors, *factors))

    def to_power(self, power: int) -> Product:
        """A whole power of the product, negative too."""
        return Product(self.number**power, [Factor(base, exponent * power) for base, exponent in self.factors])

    def without(self, factor: Factor) -> Product:
        """The product without one of its factors."""
        return Product(self.number, [other for other in self.factors if other is not factor])

    def collected(self, *, across: bool = True) -> Product:
        """The product with one power for the factors of one base; on either side of the fraction line, or across it as well."""
        powers: dict[tuple[str, bool], list[Factor]] = defaultdict(list)
        for factor in self.factors:
            powers[key(factor.base), across or factor.exponent > 0].append(factor)
        merged = [Factor(same[0].base, sum((each.exponent for each in same), Fraction(0))) for same in powers.values()]
        return Product(self.number, [factor for factor in merged if factor.exponent])


def as_product(node: Expression, *, through_powers: bool = False) -> Product:
    """An expression as a product; one factor where it is none.

    Args:
        node: The expression.
        through_powers: Whether a power of a product is one of powers: (2x)² is 4·x².
    """
    number = ONE
    factors: list[Factor] = []
    work = [(node, ONE)]
    while work:
        at, power = work.pop()
        whole = power.denominator == 1
        value = rational(at)
        if value is not None and (value or power > 0) and (abs(power) == 1 or (through_powers and whole)):
            number *= value**power.numerator
        elif isinstance(at, Group):
            work.append((at.content, power))
        elif (
            isinstance(at, Operator) and at.symbol in "-*/" and not is_sum(at) and (abs(power) == 1 or (through_powers and whole))
        ):
            if at.symbol == "-":
                number *= Fraction(-1) ** power.numerator
            last = -power if at.symbol == "/" else power
            work += [(at.operands[-1], last), *((first, power) for first in reversed(at.operands[:-1]))]
        elif isinstance(at, Operator) and at.symbol == "^" and whole and (exponent := rational(at.operands[1])):
            work.append((at.operands[0], power * exponent))
        elif isinstance(at, Call) and at.function == sqrt.name and whole:
            work.append((at.arguments[0], power * HALF))
        else:
            factors.append(Factor(at, power))
    return Product(number, factors)


def terms_in(node: Expression) -> list[Product]:
    """The terms of a sum, one of any other expression."""
    return [as_product(term).times((), Fraction(-1 if sign == "-" else 1)) for sign, term in signed_terms(node)]


def key(node: Expression) -> str:
    """What an expression is, whatever the order of its terms and factors: x + 1 is 1 + x."""
    return _closed(mapped(node, _keyed))


def _keyed(node: Expression) -> Expression:
    """A node whose operands have been replaced by what they are: a name, but for arithmetic whose order does not matter."""
    if isinstance(node, Group):
        return node.content
    if isinstance(node, Call):
        if node.function == sqrt.name:
            return Operator("^", (_named(node.arguments[0]), Number(HALF)))
        called = ", ".join(map(_closed, node.arguments))
        return Name(f"e^({called})" if node.function == exp.name else f"{node.function}({called})")
    if isinstance(node, Operator) and node.symbol == "^":
        base, exponent = node.operands
        power = rational(exponent)
        if not power:
            return Name(f"{_closed(base)}^({_closed(exponent)})")
        if not is_sum(base) or power.denominator != 1:
            return Operator("^", (_named(base), exponent))
        named = _unsigned(base)
        positive = Operator("^", (named.operands[0] if isinstance(named, Operator) else named, exponent))
        return Operator("-", (positive,)) if isinstance(named, Operator) and power.numerator % 2 else positive
    if isinstance(node, Operator) and node.symbol in "*/":
        return Operator(
            node.symbol, tuple([_unsigned(operand) if _is_any_sum(operand) else operand for operand in node.operands])
        )
    return node if is_arithmetic(node) or isinstance(node, Name | Number) else Name(to_text(node))


def _is_any_sum(node: Expression) -> bool:
    """Whether it is a sum, or the opposite of one."""
    return is_sum(node) or (isinstance(node, Operator) and node.symbol == "-" and is_sum(node.operands[0]))


def _unsigned(node: Expression) -> Expression:
    """A sum as a factor by a name, behind a minus where its opposite has one: 1 - x is -(x - 1)."""
    positive = node if is_sum(node) else children(node)[0]
    one, other = _closed(positive), _closed(Operator("-", (positive,)))
    name = Name(f"({min(one, other)})")
    return name if (one <= other) == (positive is node) else Operator("-", (name,))


def is_arithmetic(node: Expression) -> TypeGuard[Operator]:
    """Whether a node is a sum, a product, a quotient, or an opposite."""
    return isinstance(node, Operator) and node.symbol in "+-*/"


def _named(node: Expression) -> Expression:
    return node if isinstance(node, Name) else Name(f"({_closed(node)})")


def _closed(node: Expression) -> str:
    return " + ".join(sorted(f"{term.number}*{'*'.join(_factor_keys(term))}" for term in terms_in(node)))


def _factor_keys(term: Product) -> list[str]:
    """The factors of a term whose operands have been replaced by names, in order."""
    return sorted(f"{to_text(base)}^{exponent}" for base, exponent in term.factors)


def powers_combined(node: Expression) -> Expression:
    """A product with one power for those of one base whatever the exponents: x·x^n is x^(n + 1), e^a·e^b is e^(a + b)."""
    if not (isinstance(node, Operator) and node.symbol in "*/" and len(node.operands) == 2):
        return node
    product = as_product(node)
    exponents: dict[str, list[tuple[Factor, Expression, Expression]]] = defaultdict(list)
    for factor in product.factors:
        base, exponent = _symbolic(factor.base)
        exponents[key(base)].append((factor, base, as_product(exponent).times((), factor.exponent).written()))
    factors: list[Factor] = []
    for same in exponents.values():
        if len(same) == 1 or all(rational(exponent) is not None for _, _, exponent in same):
            factors += [factor for factor, _, _ in same]
        else:
            numbers_last = sorted([exponent for _, _, exponent in same], key=lambda exponent: rational(exponent) is not None)
            total = terms_collected(sum_of(numbers_last))
            base = same[0][1]
            natural = isinstance(base, Name) and base.name == "e"
            power = Call(exp.name, (total,)) if natural else Operator("^", (base, total))
            factors += [] if total == Number(0) else [Factor(power, ONE)]
    return node if len(factors) == len(product.factors) else product._replace(factors=factors).written()


def _symbolic(node: Expression) -> tuple[Expression, Expression]:
    """A factor as a base and an exponent, which may be any expression."""
    if isinstance(node, Call) and node.function == exp.name:
        return Name("e"), node.arguments[0]
    if isinstance(node, Operator) and node.symbol == "^":
        base, exponent = node.operands
        return base, exponent
    return node, Number(1)


def squares_collected(node: Expression) -> tuple[Expression, tuple[str, str] | None]:
    """A sum in which sin(u)² + cos(u)² is 1, or such squares of other functions; and the functions, None where there are none."""
    terms = terms_in(node) if is_sum(node) else []
    for first, (second, sign) in SQUARES.items():
        for one in terms:
            for factor in one.factors:
                base = factor.base
                if factor.exponent == 2 and isinstance(base, Call) and base.function == first:
                    rest = one.without(factor)
                    other = rest.times([Factor(Call(second, base.arguments), Fraction(2))], Fraction(sign))
                    for term in terms:
                        if term.number == other.number and kind(term) == kind(other):
                            kept = [rest if each is one else each for each in terms if each is not term]
                            return sum_written(like_terms(kept)), (first, second)
    return node, None


def kind(term: Product) -> tuple[str, ...]:
    """What like terms have in common."""
    return tuple(sorted(f"{key(factor.base)}^{factor.exponent}" for factor in term.factors))


def like_terms(terms: Iterable[Product]) -> list[Product]:
    """The terms with one for those that differ in a number alone."""
    alike: dict[tuple[str, ...], list[Product]] = defaultdict(list)
    for term in terms:
        alike[kind(term)].append(term)
    found = [same[0]._replace(number=sum((term.number for term in same), Fraction(0))) for same in alike.values()]
    return [term for term in found if term.number]


def sum_written(terms: Sequence[Product]) -> Expression:
    """The sum of terms."""
    return sum_of([term.written() for term in terms])


def terms_collected(node: Expression) -> Expression:
    """A sum with one term for those that differ in a number alone."""
    if not is_sum(node):
        return node
    terms = terms_in(node)
    collected = like_terms(terms)
    return node if len(collected) == len(terms) else sum_written(collected)


def factors_collected(node: Expression) -> Expression:
    """A product with one power for the factors of one base, what stands above and below the fraction line cancelled."""
    if is_sum(node):  # a + (-b) = a - b
        return sum_of(node.operands) if node.symbol == "+" else node
    power = rational(node.operands[1]) if isinstance(node, Operator) and node.symbol == "^" else None
    if (isinstance(node, Operator) and node.symbol in "*/") or (power is not None and power.denominator == 1 < power):
        return as_product(node, through_powers=True).collected().written()
    return node


def over_one_denominator(total: Expression) -> Product | None:
    """A sum with fractions as one fraction; None where nothing but numbers stands below its terms."""
    terms = terms_in(total)
    divisors: dict[str, Factor] = {}
    for term in terms:
        for base, exponent in term.collected().below:
            known = divisors.get(key(base))
            if known is None or known.exponent > exponent:
                divisors[key(base)] = Factor(base, exponent)
    if not divisors:
        return None
    number = math.lcm(*[term.number.denominator for term in terms])
    missing = [Factor(base, -exponent) for base, exponent in divisors.values()]
    above = [term.times(missing, Fraction(number)).collected() for term in terms]
    return Product(Fraction(1, number), [*as_product(sum_written(above)).factors, *divisors.values()])


def shared_factors(terms: Sequence[Product]) -> list[Factor]:
    """What all terms have above the fraction line."""
    powers = [{key(base): Factor(base, exponent) for base, exponent in term.collected().above} for term in terms]
    shared = set[str].intersection(*map(set, powers))
    return [
        Factor(factor.base, min(each[name].exponent for each in powers)) for name, factor in powers[0].items() if name in shared
    ]


def multiplied_out(total: Expression) -> list[Product] | None:
    """The terms of a sum without sums as factors above the fraction line; None where they are many, or powers are high."""
    found: list[Product] = []
    for term in terms_in(total):
        parts = [Product(term.number)]
        for base, exponent in term.factors:
            inner, times = [Product(ONE, [Factor(base, exponent)])], 1
            if is_sum(base) and exponent > 0:
                if exponent.denominator != 1 or exponent >= LARGEST_POWER:
                    return None
                inner, times = terms_in(base), exponent.numerator
            for _ in range(times):
                parts = [part.times(each.factors, each.number) for part in parts for each in inner]
                if len(parts) > MOST_TERMS:
                    return None
        found += [part.collected() for part in parts]
    return found
