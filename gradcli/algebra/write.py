"""Normal forms as expressions in the order that people write: by degree, then by name."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gradcli.algebra.normal import Algebra, Monomial, Rational
from gradcli.language.ast import Call, Expression, Name, Number, Operator
from gradcli.lowering.raising import applied


def written(algebra: Algebra, form: int) -> Expression:
    """A form as an expression in the order that people write: by degree, then by name, ``2*w + x + 1``."""
    expressions: dict[int, Expression] = {}
    work = [form]
    while work:
        at = work[-1]
        below = [inner for inner in algebra.inner(at) if inner not in expressions]
        if below:
            work.extend(below)
            continue
        work.pop()
        expressions[at] = _sum(algebra, at, expressions)
    return expressions[form]


def _sum(algebra: Algebra, form: int, expressions: dict[int, Expression]) -> Expression:
    terms = sorted(algebra.forms[form], key=lambda term: _term_key(algebra, term[0]))
    total: Expression | None = None
    if len(terms) > 1 and terms[0][1] < 0:  # 1 - x rather than -x + 1
        first = next((index for index, term in enumerate(terms) if term[1] > 0), 0)
        terms.insert(0, terms.pop(first))
    for monomial, coefficient in terms:
        if total is None:
            total = _term(algebra, monomial, coefficient, expressions)
        else:
            sign, size = ("-", -coefficient) if coefficient < 0 else ("+", coefficient)
            total = Operator(sign, (total, _term(algebra, monomial, size, expressions)))
    return Number(0) if total is None else total


def _term_key(algebra: Algebra, monomial: Monomial) -> tuple[Any, ...]:
    degree = sum(exponent for _, exponent in monomial)
    return (not monomial, -degree, sorted(_atom_key(algebra, atom) for atom, _ in monomial))


def _atom_key(algebra: Algebra, atom: int) -> tuple[int, str, int]:
    """Constants before variables before functions before sums; among equals by name."""
    kind, content = algebra.atoms[atom]
    rank = {"constant": 0, "number": 0, "variable": 1, "form": 3, "power": 4}.get(kind, 2)
    return (rank, str(content) if rank < 2 else kind, atom)


def _term(algebra: Algebra, monomial: Monomial, coefficient: Rational, expressions: dict[int, Expression]) -> Expression:
    if not monomial:
        return Number(coefficient)
    above: list[Expression] = []
    below: list[Expression] = []
    for atom, exponent in sorted(monomial, key=lambda pair: _atom_key(algebra, pair[0])):
        base = _atom(algebra, atom, expressions)
        (above if exponent > 0 else below).append(_power(base, exponent if exponent > 0 else -exponent))
    size = abs(Fraction(coefficient))
    if size.numerator != 1 or not above:
        above.insert(0, Number(size.numerator))
    if size.denominator != 1:
        below.insert(0, Number(size.denominator))
    if coefficient < 0:
        head = above[0]
        above[0] = Operator("-", (head,))
    product = _product(above)
    if not below:
        return product
    return Operator("/", (product, _product(below)))


def _product(factors: Sequence[Expression]) -> Expression:
    product = factors[0]
    for factor in factors[1:]:
        product = Operator("*", (product, factor))
    return product


def _power(base: Expression, exponent: Rational) -> Expression:
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return Call("sqrt", (base,))
    if isinstance(exponent, Fraction):
        return Operator("^", (base, Operator("/", (Number(exponent.numerator), Number(exponent.denominator)))))
    return Operator("^", (base, Number(exponent)))


def _atom(algebra: Algebra, atom: int, expressions: dict[int, Expression]) -> Expression:
    kind, content = algebra.atoms[atom]
    if kind in ("variable", "constant"):
        assert isinstance(content, str)
        return Name(content)
    if kind == "number":
        assert isinstance(content, float)
        return Number(content)
    assert isinstance(content, tuple)
    if kind in ("form", "power"):
        return expressions[content[0]]
    return applied(kind, [expressions[inner] for inner in content])
