"""The lines that lead from an expression to a simpler one, as they are written on paper: one deed after the other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from gradcli.algebra.simplified import simplified_outputs
from gradcli.derivation.notation.expressions import is_sum, weight
from gradcli.derivation.notation.products import (
    ONE,
    Factor,
    Product,
    as_product,
    factors_collected,
    key,
    like_terms,
    multiplied_out,
    over_one_denominator,
    powers_combined,
    shared_factors,
    squares_collected,
    sum_written,
    terms_collected,
    terms_in,
)
from gradcli.derivation.notation.steps import (
    CANCELLED,
    COMMON_DENOMINATOR,
    FACTORED,
    LIKE_TERMS,
    MULTIPLIED_OUT,
    NUMBERS,
    ONE_FRACTION,
    PARENTHESES,
    POWERS,
    REORDERED,
    REWRITTEN,
    SQUARES_ARE_ONE,
    TERM_BY_TERM,
    TIMES_ZERO,
)
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Name, Operator, Output, Prime, Program, postorder
from gradcli.language.rewrite import mapped
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

LARGEST = 200
"""Nodes of an expression beyond which one does not see what was done."""

LONGER = 2
"""By how much a line may be longer than the one before in which factors are collected: (y/x)² is y²/x²."""

_OF_FACTORS = (TIMES_ZERO, POWERS, ONE_FRACTION, CANCELLED, NUMBERS)
"""What is done where the factors of a product are collected."""

Lines = Iterator[tuple[Expression, list[str]]]
"""Lines, each with what is done in it."""


def stages(before: Expression, after: Expression) -> list[tuple[Expression, list[str]]]:
    """The lines that lead from one expression to a simpler one, each with what is done in it; the last one is the simpler one.

    What is done on paper is done here, one after the other, wherever it leads to the simpler one; what is left is told apart.
    """
    lines: list[tuple[Expression, list[str]]] = []
    at, goal = before, key(after)
    nodes, more = list(postorder(before)), list(postorder(after))
    if max(len(nodes), len(more)) > LARGEST:
        return [(after, [REWRITTEN])]
    if not any(isinstance(node, Name | Prime) for node in nodes):
        return [(after, [NUMBERS])]
    if any(isinstance(node, Prime) for node in nodes):
        return [(after, _told(before, after))]
    if key(at) == goal:
        computed = [deed for deed in _told(before, after) if deed in (ONE_FRACTION, CANCELLED, NUMBERS)]
        return [(after, computed or [PARENTHESES if is_sum(after) and not is_sum(before) else REORDERED])]
    for change in _CHANGES:
        for then, done in change(at, after):
            if key(then) == goal:
                left = [deed for deed in ([] if is_sum(then) else _told(then, after)) if deed == CANCELLED and deed not in done]
                return _with_line(_with_line(lines, then, done), after, left) if left else _with_line(lines, after, done)
            if key(then) != key(at):
                lines = _with_line(lines, then, done)
                at = then
    return _with_line(lines, after, _told(at, after))


def _with_line(
    lines: list[tuple[Expression, list[str]]], line: Expression, done: list[str]
) -> list[tuple[Expression, list[str]]]:
    """The lines with one more; what is done twice is one line."""
    return [*(lines[:-1] if lines and lines[-1][1] == done else lines), (line, done)]


def _told(before: Expression, after: Expression) -> list[str]:
    """What was done, told from the two expressions."""
    from gradcli.derivation.notation.deeds import deeds

    return deeds(before, after)


def _terms(at: Expression, after: Expression) -> Lines:
    """Like terms collected, in every sum; and the squares of functions that are 1 together."""
    then = mapped(at, terms_collected)
    if weight(then) < weight(at):
        named = [[term for term in terms_in(node) if term.factors] for node in postorder(at) if is_sum(node)]
        yield then, [LIKE_TERMS if any(len(like_terms(terms)) < len(terms) for terms in named) else NUMBERS]
        at = then
    parts = _parts(at, after)
    if parts is not None:
        total, functions = squares_collected(parts[1])
        if functions is not None:
            yield _whole(parts[0], total), [SQUARES_ARE_ONE[functions]]


def _factors(at: Expression, after: Expression) -> Lines:
    """The factors of every product collected, then powers with any exponents."""
    then = mapped(at, factors_collected)
    if weight(then) <= weight(at) + LONGER and key(then) != key(at):
        yield (
            then,
            [deed for deed in _told(at, then) if deed in (TIMES_ZERO, POWERS, ONE_FRACTION, CANCELLED, NUMBERS)] or [POWERS],
        )
        at = then
    then = mapped(at, powers_combined)
    if weight(then) <= weight(at) and key(then) != key(at):
        yield then, [POWERS]


def _fractions(node: Expression) -> int:
    """How many terms of sums among its factors, or of itself, are fractions."""
    sums = [node] if is_sum(node) else [factor.base for factor in as_product(node).sums]
    return sum(bool(term.below) for total in sums for term in terms_in(total))


def _one_denominator(at: Expression, after: Expression) -> Lines:
    """Sums with fractions as one fraction, where the simpler expression has none."""
    if not _fractions(at) or _fractions(after) or is_sum(after):
        return
    found = Product(ONE if is_sum(at) else as_product(at).number)
    for factor in [Factor(at, ONE)] if is_sum(at) else as_product(at).factors:
        one = over_one_denominator(factor.base) if is_sum(factor.base) and factor.exponent.denominator == 1 else None
        inner = Product(ONE, [factor]) if one is None else one.to_power(factor.exponent.numerator)
        found = found.times(inner.factors, inner.number)
    then = found.written()
    yield then, [COMMON_DENOMINATOR]
    yield from _factors(then, after)


def _parts(at: Expression, after: Expression) -> tuple[Product, Expression] | None:
    """What stands before a sum, and the sum, of a product with one sum above the fraction line; None of any other.

    A sum that is a factor of the simpler expression as well is left alone.
    """
    if is_sum(at):
        return Product(ONE), at
    whole = as_product(at)
    sums = [factor for factor in whole.sums if factor.exponent == 1]
    if len(sums) > 1:
        kept = {key(factor.base) for factor in as_product(after).sums}
        sums = [factor for factor in sums if key(factor.base) not in kept]
    return (whole.without(sums[0]), sums[0].base) if len(sums) == 1 else None


def _whole(outside: Product, total: Expression) -> Expression:
    """A product with a sum, or with what became of it."""
    if is_sum(total):
        return outside.times([Factor(total, ONE)]).written() if outside != Product(ONE) else total
    inner = as_product(total)
    return outside.times(inner.factors, inner.number).written()


def _common(at: Expression, after: Expression) -> Lines:
    """What all terms have in common as a factor, where it is one of the simpler expression."""
    parts = _parts(at, after)
    if parts is None:
        return
    outside, total = parts
    terms = terms_in(total)
    goal, now = _exponents(as_product(after)), _exponents(outside)
    raised = {key(base.operands[0]) for base, _ in as_product(after).factors if isinstance(base, Operator) and base.symbol == "^"}
    taken = [
        factor
        for factor in shared_factors(terms)
        if (name := key(factor.base)) in raised or abs(goal[name] - now[name] - factor.exponent) < abs(goal[name] - now[name])
    ]
    rest = [term.times([Factor(base, -exponent) for base, exponent in taken]).collected() for term in terms]
    number = _content(rest, after)
    if taken or number != 1:
        total = sum_written(sorted([term.times((), 1 / number) for term in rest], key=lambda term: term.number < 0))
        then = _whole(outside.times(taken, number), total)
        yield then, [CANCELLED if CANCELLED in _told(at, then) else FACTORED]
        yield from _factors(then, after)


def _exponents(product: Product) -> dict[str, Fraction]:
    """The exponent of each base."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for base, exponent in product.factors:
        found[key(base)] += exponent
    return found


def _content(terms: Sequence[Product], after: Expression) -> Fraction:
    """The number that is taken out of terms so that a sum of the simpler expression is left; 1 where none does it."""
    wanted = {key(factor.base) for factor in as_product(after).sums}
    numbers = [term.number for term in terms]
    divisor = Fraction(math.gcd(*[n.numerator for n in numbers]), math.lcm(*[n.denominator for n in numbers]))
    for number in (divisor, -divisor):
        if key(sum_written([term.times((), 1 / number) for term in terms])) in wanted:
            return number
    return ONE


def _sums(at: Expression, after: Expression) -> Lines:
    """A sum multiplied out, its like terms collected, where this leads on."""
    parts = _parts(at, after)
    if parts is None:
        return
    outside, total = parts
    inner = {key(factor.base) for term in terms_in(total) for factor in term.sums if factor.exponent > 0}
    kept = {key(factor.base) for whole in as_product(after).sums for term in terms_in(whole.base) for factor in term.sums}
    out = multiplied_out(total) if inner - kept else None
    if out is None:
        return
    terms = like_terms(out)
    then = _whole(outside, sum_written(_by_degree(terms)))
    goal = multiplied_out(after)
    same = goal is not None and key(sum_written(like_terms(goal))) == key(then)
    same = same or squares_collected(sum_written(terms))[1] is not None
    fewest = max([len(terms_in(factor.base)) for factor in as_product(after).sums], default=1)
    if same or key(then) == key(after) or _below(after) != _below(at) or len(terms) <= fewest:
        yield then, [MULTIPLIED_OUT, *([LIKE_TERMS] if len(terms) < len(out) else [])]


def _below(node: Expression) -> dict[str, Fraction]:
    return _exponents(Product(ONE, as_product(node).below))


def _term_by_term(at: Expression, after: Expression) -> Lines:
    """Products with a sum as sums, where the simpler expression is a sum."""
    if not is_sum(after):
        return
    terms: list[Product] = []
    parted = divided = False
    for term in terms_in(at) if is_sum(at) else [as_product(at)]:
        parts = _parts(term.written(), after)
        if parts is None or parts[0] == Product(ONE) or (is_sum(at) and not term.below):
            terms.append(term)
            continue
        outside, total = parts
        terms += [outside.times(each.factors, each.number) for each in terms_in(total)]
        parted, divided = True, divided or bool(outside.below)
    if parted:
        then = sum_written(terms)
        yield then, [TERM_BY_TERM if divided else MULTIPLIED_OUT]
        yield from _factors(then, after)


def _factored(at: Expression, after: Expression) -> Lines:
    """Sums as products of polynomials, where these are what is left, or what they have in common in a fraction cancels."""
    whole = as_product(at)
    if is_sum(after) or (_below(after) == _below(at) and len(as_product(after).sums) < 2):
        return
    found = Product(whole.number)
    for factor in whole.factors:
        polynomial = is_sum(factor.base) and factor.exponent.denominator == 1 and _is_polynomial(factor.base)
        inner = _polynomial_factors(factor.base).to_power(factor.exponent.numerator) if polynomial else Product(ONE, [factor])
        found = found.times(inner.factors, inner.number)
    then = found.collected()
    if key(then.written()) == key(after):
        if key(found.written()) != key(at):  # 3·(x - 2·y)/(3·y) cancels as it is written
            yield found.written(), [CANCELLED if CANCELLED in _told(at, found.written()) else FACTORED]
        yield then.written(), [CANCELLED]


def _by_degree(terms: Sequence[Product]) -> list[Product]:
    """Terms in the order of their degree, the highest first."""
    return sorted(terms, key=lambda term: -sum(exponent for _, exponent in term.factors))


def _is_polynomial(node: Expression) -> bool:
    """Whether it is a polynomial in names, with numbers as coefficients."""
    terms = terms_in(node)
    factors = [factor for term in terms for factor in term.factors]
    return all(isinstance(base, Name) and exponent > 0 and exponent.denominator == 1 for base, exponent in factors)


def _polynomial_factors(polynomial: Expression) -> Product:
    """The factors of a polynomial over the rationals."""
    graph = lower(Program((Output(polynomial),)), StaticBuilder(Graph()))
    return as_product(simplified_outputs(graph, shape="factored").expressions[0])


_CHANGES = (
    _terms,
    _factors,
    _terms,
    _one_denominator,
    _terms,
    _common,
    _terms,
    _sums,
    _terms,
    _common,
    _term_by_term,
    _terms,
    _factored,
    _factors,
)
"""What is tried, in this order."""
