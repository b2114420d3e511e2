"""Logarithms and exponentials of forms, and logarithms to a base by natural ones."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from gradcli.algebra.sums.declared import Apply, arithmetic, by_definition
from gradcli.algebra.sums.interned import EXP, LOG, POW
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import Monomial, Rational, content_of, divided, prime_powers, whole
from gradcli.ops.elementwise.exponential import log, log2, log10, log_base

LOGARITHMS = frozenset(one.name for one in (log, log_base, log2, log10))


def natural_logarithm(algebra: Algebra, atom: int) -> int:
    """A logarithm by natural ones of numbers that are no powers: log10(x) is log(x)/log(10), log(8) is 3·log(2); else an atom."""
    kind, arguments = algebra.atoms[atom].kind, algebra.arguments(atom)
    if kind not in LOGARITHMS:
        return algebra.of_atom(atom)
    if kind != log.name:
        found = by_definition(algebra, kind, arguments, arithmetic)
        if not all(algebra.atoms[one].kind == log.name for monomial, _ in algebra.forms[found] for one, _ in monomial):
            return found
        [(monomial, coefficient)] = algebra.forms[found]
        product = algebra.number(coefficient)
        for one, exponent in monomial:
            product = algebra.multiply(product, algebra.power(natural_logarithm(algebra, one), exponent))
        return product
    number = algebra.rational(arguments[0])
    if number is None or number <= 0 or number == 1:
        return algebra.of_atom(atom)
    above, below = Fraction(number).as_integer_ratio()
    powers = [*prime_powers(above), *[(prime, -times) for prime, times in prime_powers(below)]]
    times = gcd(*[times for _, times in powers]) * (1 if number > 1 else -1)
    root = Fraction(1)
    for prime, own in powers:
        root *= Fraction(prime) ** (own // times)
    return algebra.scale(algebra.of(log.name, algebra.number(whole(root))), times)


def power_of_logarithm(algebra: Algebra, base: int, exponent: int, apply: Apply) -> int | None:
    """b^(k·log(u)/log(b)) is u^k for a number b; None of another power."""
    terms, number = algebra.forms[exponent], algebra.rational(base)
    if number is None or number <= 0 or len(terms) != 1:
        return None
    [(monomial, coefficient)] = terms
    if not any(algebra.atoms[atom].kind in LOGARITHMS for atom, _ in monomial):
        return None
    product = algebra.number(coefficient)
    for atom, power in ((algebra.atom(LOG, (base,)), 1), *monomial):
        product = algebra.multiply(product, algebra.power(natural_logarithm(algebra, atom), power))
    left = [(atom, e) for term, _ in algebra.forms[product] for atom, e in term if algebra.atoms[atom].kind == LOG]
    if len(left) != 1 or left[0][1] != 1 or algebra.rational(algebra.arguments(left[0][0])[0]) is not None:
        return None  # 2^(log(3)/log(x)) is no simpler power
    found = apply(algebra, EXP, [product])
    return found if algebra.size(found) < algebra.size(algebra.of(POW, base, exponent)) else None


def exponential(algebra: Algebra, form: int, apply: Apply) -> int | None:
    """exp(k·log(u) + v) is u^k·exp(v): where log(u) is defined, u is positive."""
    product = algebra.number(1)
    left: dict[Monomial, Rational] = {}
    for monomial, coefficient in algebra.forms[form]:
        logarithms = [atom for atom, exponent in monomial if exponent == 1 and algebra.atoms[atom].kind == LOG]
        if len(logarithms) == 1:
            power = algebra.form({divided(monomial, {logarithms[0]: 1}): coefficient})
            raised = apply(algebra, POW, [*algebra.arguments(logarithms[0]), power])
            product = algebra.multiply(product, raised)
        else:
            left[monomial] = coefficient
    if len(left) == len(algebra.forms[form]):
        return None
    found = algebra.multiply(product, algebra.of(EXP, algebra.form(left))) if left else product
    return found if not left or algebra.size(found) <= algebra.size(algebra.of(EXP, form)) else None


def logarithm(algebra: Algebra, monomial: Monomial, coefficient: Rational, apply: Apply) -> int | None:
    """log(u^k) is k·log(u) for u > 0, so also where u^k is positive for no other u: for odd k, and for roots.

    None where it is nothing simpler.
    """
    if coefficient != 1 or len(monomial) != 1:
        return _logarithm_of_product(algebra, monomial, coefficient, apply)
    (atom, exponent), (kind, content) = monomial[0], algebra.atoms[monomial[0][0]]
    if kind == "constant" and content == "e":  # log(e^k) = k
        return algebra.number(exponent)
    if kind == POW and isinstance(content, tuple) and algebra.is_positive_form(content[0]):
        power = algebra.scale(content[1], exponent)
        return algebra.multiply(power, apply(algebra, LOG, content[:1]))
    if exponent == 1 or (exponent % 2 == 0 and not algebra.is_positive(atom)):
        return None
    base = content[0] if kind == "form" and isinstance(content, tuple) else algebra.of_atom(atom)
    return algebra.scale(apply(algebra, LOG, [base]), exponent)


def _logarithm_of_product(algebra: Algebra, monomial: Monomial, coefficient: Rational, apply: Apply) -> int | None:
    """log(exp(u)·v) is u + log(v), log(e·v) is 1 + log(v), and log(u^(k·m)·v^(k·n)) is k·log(u^m·v^n) for u, v > 0."""
    powers = {atom: e for atom, e in monomial if algebra.atoms[atom].kind == EXP or algebra.atoms[atom] == ("constant", "e")}
    if powers:
        rest = apply(algebra, LOG, [algebra.form({divided(monomial, powers): coefficient})])
        exponents = [(algebra.arguments(atom) or (algebra.number(1),), power) for atom, power in powers.items()]
        return algebra.add([rest, *[algebra.scale(inside, power) for (inside,), power in exponents]])
    factor = content_of(tuple((((atom, 1),), power) for atom, power in monomial))
    if coefficient != 1 or factor == 1 or not all(algebra.is_positive(atom) for atom, _ in monomial):
        return None
    root = algebra.form({tuple((atom, whole(power / factor)) for atom, power in monomial): 1})
    return algebra.scale(algebra.of(LOG, root), factor)
