"""Forms as polynomials in what they are made of: x of x^2 + 1, its root of x - sqrt(x), exp(x) of exp(2·x) - 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from operator import sub

from gradcli.algebra.sums.interned import EXP, POW
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import ONE, Monomial, Polynomial, Rational, Terms, content_of, whole
from gradcli.ops.declaration.rational import square_root

MANY_TERMS = 64
"""Terms beyond which sums are not multiplied out, nor looked at as polynomials."""

_Key = tuple[int | str, ...]


class Generators:
    """What forms are polynomials in.

    Args:
        algebra: The forms.
        powers: Atoms with the exponents that they have: those that differ by a rational exponent share a generator.
    """

    def __init__(self, algebra: Algebra, powers: Iterable[tuple[int, Rational]]) -> None:
        self.algebra = algebra
        units: dict[_Key, Fraction] = {}
        for atom, exponent in powers:
            key, multiple = self._key(atom, exponent)
            size = abs(multiple)
            if len(key) == 1:  # x^2 is a power of x
                size = Fraction(1, size.denominator)
            units[key] = _common_unit(units.get(key, size), size)
        self.keys = sorted(units, key=lambda key: (len(key), key))
        self.units = [units[key] for key in self.keys]
        self._places = {key: place for place, key in enumerate(self.keys)}

    def __len__(self) -> int:
        return len(self.keys)

    def _key(self, atom: int, exponent: Rational) -> tuple[_Key, Fraction]:
        """What an atom to a power is a power of, and its exponent: of exp(2·x)^3 exp(x), and 6."""
        kind, content = self.algebra.atoms[atom]
        if kind not in (EXP, POW) or not isinstance(content, tuple):
            return (atom,), Fraction(exponent)
        factor = content_of(self.algebra.forms[content[-1]])
        return (kind, *content[:-1], self.algebra.scale(content[-1], 1 / factor)), factor * exponent

    def place(self, atom: int, exponent: Rational) -> tuple[int, int]:
        """The generator of which an atom to a power is one, and the exponent."""
        key, multiple = self._key(atom, exponent)
        place = self._places[key]
        return place, int(multiple / self.units[place])

    def polynomial(self, form: int) -> Polynomial | None:
        """A form as a polynomial; None where an exponent is negative that is not one of exp(x), which is never 0."""
        found: Polynomial = {}
        for monomial, coefficient in self.algebra.forms[form]:
            exponents = [0] * len(self.keys)
            for atom, exponent in monomial:
                place, own = self.place(atom, exponent)
                exponents[place] += own
            if any(e < 0 and key[0] != EXP for e, key in zip(exponents, self.keys, strict=True)):
                return None
            found[tuple(exponents)] = found.get(tuple(exponents), Fraction(0)) + Fraction(coefficient)
        return {at: c for at, c in found.items() if c}

    def least(self, polynomials: Sequence[Polynomial]) -> list[int]:
        """The least exponents of what is an exponential, and 0 of anything else."""
        places = zip(self.keys, *[at for one in polynomials for at in one], strict=True)
        return [min(exponents) if key[0] == EXP else 0 for key, *exponents in places]

    def form(self, polynomial: Polynomial) -> int:
        """A polynomial as a form; exponentials may have negative exponents."""
        terms: dict[Monomial, Rational] = {}
        for exponents, c in polynomial.items():
            powers = [self._power(place, e) for place, e in enumerate(exponents) if e]
            terms[tuple(sorted(powers))] = whole(c)
        numbers = any(len(key) == 1 and self._is_number(key) for key in self.keys)
        return self.algebra.settled_sum(terms) if numbers else self.algebra.form(terms)

    def _is_number(self, key: _Key) -> bool:
        """Whether a generator is a root of a number, whose powers are numbers."""
        kind, content = self.algebra.atoms[int(key[0])]
        return kind == "form" and isinstance(content, tuple) and self.algebra.rational(content[0]) is not None

    def _power(self, place: int, exponent: int) -> tuple[int, Rational]:
        key, unit = self.keys[place], self.units[place]
        if len(key) == 1:
            return int(key[0]), whole(exponent * unit)
        kind, *base, primitive = key
        return self.algebra.atom(str(kind), (*map(int, base), self.algebra.scale(int(primitive), exponent * unit))), 1


def _common_unit(left: Fraction, right: Fraction) -> Fraction:
    """The largest number of which two are multiples."""
    return Fraction(gcd(left.numerator, right.numerator), lcm(left.denominator, right.denominator))


def polynomials(algebra: Algebra, forms: Sequence[int]) -> tuple[list[Polynomial], Generators] | None:
    """Forms as polynomials in what they are made of together, all times one power of exp(x) where one has exp(-x).

    None where one is no polynomial, is 0, or is long.
    """
    if any(not 0 < len(algebra.forms[form]) <= MANY_TERMS for form in forms):
        return None
    generators = Generators(algebra, [pair for form in forms for monomial, _ in algebra.forms[form] for pair in monomial])
    found = [polynomial for form in forms if (polynomial := generators.polynomial(form))]
    if len(found) < len(forms):
        return None
    least = [min(0, e) for e in generators.least(found)]
    return [lowered(one, least) if any(least) else one for one in found], generators


def lowered(polynomial: Polynomial, by: Sequence[int]) -> Polynomial:
    """A polynomial divided by powers of what it is made of."""
    return {tuple(map(sub, at, by)): c for at, c in polynomial.items()}


def polynomial_root(algebra: Algebra, form: int) -> int | None:
    """A polynomial whose square is the form; None where there is none.

    The root is found term by term from the leading one, as a decimal root is found digit by digit: with the terms p so far, the
    leading term of the rest is twice the leading term of p times the next one.
    """
    terms = algebra.forms[form]
    found = polynomials(algebra, [form]) if len(terms) > 2 else None
    if found is None:
        return None
    [rest], generators = found
    if rest != generators.polynomial(form):
        return None
    leading = max(rest)
    size = square_root(rest.pop(leading))
    if size is None or any(exponent % 2 for exponent in leading):
        return None
    first = tuple([exponent // 2 for exponent in leading])
    root: Polynomial = {first: Fraction(size)}
    while rest:
        at = max(rest)
        step = tuple([exponent - own for exponent, own in zip(at, first, strict=True)])
        if min(step) < 0 or step in root or len(root) > len(terms):
            return None
        following = Fraction(rest[at]) / (2 * size)
        for place, c in (*[(place, 2 * c) for place, c in root.items()], (step, following)):  # (p + t)^2 = p^2 + 2·p·t + t^2
            both = tuple([i + j for i, j in zip(place, step, strict=True)])
            rest[both] = rest.get(both, Fraction(0)) - c * following
            if not rest[both]:
                del rest[both]
        root[step] = following
    return generators.form(root)


def expanded(algebra: Algebra, form: int) -> int:
    """Products and small powers of sums multiplied out, as long as there are not many terms."""
    terms = algebra.forms[form]
    if not any(_is_opened(algebra, atom, exponent) for monomial, _ in terms for atom, exponent in monomial):
        return form
    total: dict[Monomial, Rational] = {}
    for monomial, coefficient in terms:
        product: dict[Monomial, Rational] = {ONE: coefficient}
        for atom, exponent in monomial:
            content = algebra.atoms[atom].content
            factor: Terms = ((((atom, exponent),), 1),)
            times = 1
            if _is_opened(algebra, atom, exponent):
                assert isinstance(content, tuple)
                assert isinstance(exponent, int)
                factor, times = algebra.forms[content[0]], exponent
            for _ in range(times):
                algebra.room -= len(product) * len(factor)
                if algebra.room < 0:
                    return form
                following: dict[Monomial, Rational] = {}
                for left, a in product.items():
                    for right, b in factor:
                        joined = algebra.joined(left, right)
                        following[joined] = following.get(joined, 0) + a * b
                product = following
                if len(product) > MANY_TERMS:
                    return form
        for joined, value in product.items():
            total[joined] = total.get(joined, 0) + value
        if len(total) > MANY_TERMS:
            return form
    result = algebra.form(total)
    if result == form:
        return form
    return algebra.settled_sum(dict(algebra.forms[result]))


def _is_opened(algebra: Algebra, atom: int, exponent: Rational) -> bool:
    """Whether a power is one of a sum that is multiplied out."""
    return algebra.atoms[atom].kind == "form" and isinstance(exponent, int) and 0 < exponent <= 4
