"""Normal forms as expressions in the order that people write: by degree, then by name."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gradcli.algebra.forms import Monomial, Rational, coefficient_parts
from gradcli.algebra.normal import Algebra
from gradcli.language.ast import Call, Expression, Name, Number, Operator
from gradcli.language.text import to_text
from gradcli.lowering.raising import applied

_LETTERS_FIRST = {ord(digit): 0xF0000 + int(digit) for digit in "0123456789"}
"""For an order of texts in which x + w comes before x + 1."""


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
    terms = _in_order(algebra, form, expressions)
    if len(terms) > 1 and terms[0][1] < 0:  # 1 - x rather than -x + 1
        first = next((index for index, term in enumerate(terms) if term[1] > 0), 0)
        terms.insert(0, terms.pop(first))
    total: Expression | None = None
    for monomial, coefficient in terms:
        if total is None:
            opposite = algebra.opposite_factor(monomial) if coefficient < 0 and len(terms) == 1 else None
            total = _term(algebra, monomial, coefficient, expressions, opposite)
        else:
            sign, size = ("-", -coefficient) if coefficient < 0 else ("+", coefficient)
            total = Operator(sign, (total, _term(algebra, monomial, size, expressions)))
    return Number(0) if total is None else total


def _in_order(algebra: Algebra, form: int, expressions: dict[int, Expression]) -> list[tuple[Monomial, Rational]]:
    terms = algebra.forms[form]
    return sorted(terms, key=lambda term: _term_key(algebra, term[0], expressions)) if len(terms) > 1 else list(terms)


def _starts_negative(algebra: Algebra, atom: int, expressions: dict[int, Expression]) -> bool:
    """Whether the first term of a sum has a minus."""
    kind, content = algebra.atoms[atom]
    return kind == "form" and isinstance(content, tuple) and _in_order(algebra, content[0], expressions)[0][1] < 0


def _term_key(algebra: Algebra, monomial: Monomial, expressions: dict[int, Expression]) -> tuple[Any, ...]:
    degree = sum(exponent for _, exponent in monomial)
    return (not monomial, -degree, sorted((_atom_key(algebra, atom, expressions), -e) for atom, e in monomial))


def _atom_key(algebra: Algebra, atom: int, expressions: dict[int, Expression]) -> tuple[int, str]:
    """Constants before variables before functions before sums; among equals by name, then by the arguments."""
    kind, content = algebra.atoms[atom]
    if isinstance(content, tuple):
        rank = {"form": 3, "power": 4}.get(kind, 2)
        if _starts_negative(algebra, atom, expressions):  # 1 - x is where x - 1 is
            return rank, kind + to_text(_negative(algebra, atom, expressions)).translate(_LETTERS_FIRST)
        return rank, kind + ", ".join([to_text(expressions[inner]) for inner in content]).translate(_LETTERS_FIRST)
    return int(kind == "variable"), str(content)


def _term(
    algebra: Algebra, monomial: Monomial, coefficient: Rational, expressions: dict[int, Expression], opposite: int | None = None
) -> Expression:
    """A term; ``opposite`` is a factor that its minus goes into."""
    if not monomial:
        return Number(coefficient)
    above: list[Expression] = []
    below: list[Expression] = []
    factors = list(algebra.factors(monomial))
    if len(factors) > 1:
        factors.sort(key=lambda pair: _atom_key(algebra, pair[0], expressions))
    for atom, exponent in factors:
        base = _negative(algebra, atom, expressions) if atom == opposite else _atom(algebra, atom, expressions)
        (above if exponent > 0 else below).append(_power(base, exponent if exponent > 0 else -exponent))
    numerator, denominator = coefficient_parts(coefficient)
    if numerator != 1 or not above:
        above.insert(0, Number(numerator))
    if denominator != 1:
        below.insert(0, Number(denominator))
    if coefficient < 0 and opposite is None:
        head = above[0]
        above[0] = Number(-head.value) if isinstance(head, Number) else Operator("-", (head,))
    product = _product(above)
    if not below:
        return product
    return Operator("/", (product, _product(below)))


def _negative(algebra: Algebra, atom: int, expressions: dict[int, Expression]) -> Expression:
    """The opposite of a sum: b - a for a - b."""
    return _sum(algebra, algebra.scale(algebra.arguments(atom)[0], -1), expressions)


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
