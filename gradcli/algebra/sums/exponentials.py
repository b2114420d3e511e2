"""Powers of numbers in sums: 2^(n + 1) is 2·2^n, 4^n is 2^(2n), and 6^n is 2^n·3^n, so that such terms are collected."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gradcli.algebra.sums.interned import POW
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import ONE, Monomial, Rational, whole
from gradcli.ops.catalogue import OPERATIONS

_LONGEST = 512
"""Whole exponents up to which a power of a prime is taken into the coefficient."""

_LARGEST_PRIME = 1000

_LONGEST_MERGED = 8
"""The factor of an exponent up to which a power of a number is merged with others."""

_Exponents = dict[tuple[int | str, Monomial], Rational]
"""By a prime number, or e, and a monomial the rational number that it is raised to times that monomial."""


_E: dict[int | str, int] = {"e": 1}

_BASES: dict[str, dict[int | str, int]] = {
    name: _E if declared.facts.base == "e" else {int(declared.facts.base): 1}
    for name, declared in OPERATIONS.items()
    if declared.facts.base
}


def collected_exponentials(algebra: Algebra, form: int) -> int:
    """Terms that are one product of powers of numbers as one term: 2^(n + 1) - 2·2^n is 0."""
    terms = algebra.forms[form]
    if len(terms) < 2 or not any(_is_exponential(algebra, atom) for monomial, _ in terms for atom, _ in monomial):
        return form
    groups: dict[object, list[tuple[Monomial, Rational, Rational]]] = {}
    for monomial, coefficient in terms:
        key, factor = _canonical(algebra, monomial)
        groups.setdefault(key, []).append((monomial, coefficient, factor))
    if len(groups) == len(terms):
        return form
    total: list[int] = []
    for members in groups.values():
        number = sum([coefficient * Fraction(factor) for _, coefficient, factor in members], Fraction(0))
        total.append(min([algebra.form({kept: number / own}) for kept, _, own in members], key=algebra.size))
    return algebra.add(total)


def _is_exponential(algebra: Algebra, atom: int) -> bool:
    kind, content = algebra.atoms[atom]
    if kind == POW and isinstance(content, tuple):
        return algebra.rational(content[0]) is not None
    return kind in _BASES


def _canonical(algebra: Algebra, monomial: Monomial) -> tuple[object, Rational]:
    """A monomial without its rational factor, and that factor; equal products have one key."""
    exponents: _Exponents = {}
    others: list[tuple[int, Rational]] = []
    for atom, power in monomial:
        kind, content = algebra.atoms[atom]
        exponent, bases = algebra.number(1), None
        if kind == "constant" and content == "e":
            bases = _E
        elif isinstance(content, tuple) and _is_exponential(algebra, atom):
            bases, exponent = _bases(algebra, kind, content), content[-1]
        if bases is None:
            others.append((atom, power))
            continue
        for base, times in bases.items():
            for inner, coefficient in algebra.forms[exponent]:
                place = (base, inner)
                exponents[place] = whole(exponents.get(place, 0) + Fraction(coefficient) * times * power)
    factor = Fraction(1)
    for prime, inner in list(exponents):
        if inner == ONE and isinstance(prime, int):
            number = int(exponents[prime, inner])
            if abs(number) <= _LONGEST:
                factor *= Fraction(prime) ** number
                exponents[prime, inner] -= number
    return (tuple(others), frozenset((place, power) for place, power in exponents.items() if power)), factor


def _bases(algebra: Algebra, kind: str, content: tuple[int, ...]) -> dict[int | str, int] | None:
    """The primes of the base of a power, with their exponents; None of one with a large prime."""
    if kind != POW:
        return _BASES[kind]
    base = Fraction(algebra.rational(content[0]) or 0)
    found: dict[int | str, int] = {}
    for number, sign in ((base.numerator, 1), (base.denominator, -1)):
        for prime in _primes(number):
            if not prime:
                return None
            found[prime] = found.get(prime, 0) + sign
    return found


def merged_powers(algebra: Algebra, form: int) -> int:
    """Powers of numbers in a product as one, where that is shorter: 4^x/2^x is 2^x, and 2^x·3^x is 6^x."""
    parts: list[int] = []
    for monomial, coefficient in algebra.forms[form]:
        bases: dict[int, Fraction] = {}  # by an exponent without its factor
        left: dict[int, Rational] = dict(monomial)
        for atom, power in monomial:
            if algebra.atoms[atom].kind != POW or not _is_exponential(algebra, atom):
                continue
            base, (inner, factor) = algebra.rational(algebra.arguments(atom)[0]), algebra.as_term(algebra.arguments(atom)[1])
            times = Fraction(factor) * power
            if base is None or base <= 0 or times.denominator != 1 or abs(times) > _LONGEST_MERGED:
                continue
            exponent = algebra.form({inner: 1})
            bases[exponent] = bases.get(exponent, Fraction(1)) * Fraction(base) ** int(times)
            del left[atom]
        if len(monomial) - len(left) < 2:
            parts.append(algebra.form({monomial: coefficient}))
            continue
        product = algebra.form({tuple(sorted(left.items())): coefficient})
        for exponent, number in bases.items():
            if number.numerator == 1:
                number, exponent = 1 / number, algebra.scale(exponent, -1)
            if max(number.numerator, number.denominator) > _LARGEST_PRIME:
                return form
            raised = algebra.number(1) if number == 1 else algebra.raised(algebra.number(whole(number)), exponent)
            product = algebra.multiply(product, raised)
        parts.append(product)
    found = algebra.add(parts)
    return found if algebra.size(found) < algebra.size(form) else form


def _primes(number: int) -> Iterator[int]:
    """The prime factors of a number; 0 for what is left of one that is not positive or has a large prime."""
    prime = 2
    while number > 1 and prime < _LARGEST_PRIME:
        if number % prime == 0:
            yield prime
            number //= prime
        else:
            prime += 1
    if number != 1:
        yield 0
