"""The shapes that a sum can be written in, and the shortest of them: as it is, multiplied out, factored, squares collected."""

from __future__ import annotations

from fractions import Fraction

from gradcli.algebra.normal import ONE, Algebra, Monomial, Rational, Terms, content_of, whole

SQUARES: dict[str, tuple[str, Rational]] = {
    "sin": ("cos", 1),  # sin(x)^2 + cos(x)^2 = 1
    "cosh": ("sinh", -1),  # cosh(x)^2 - sinh(x)^2 = 1
}
"""Sums of squares that are 1 for every x: the first function, the second one, and the sign between them."""


def shortest(algebra: Algebra, form: int) -> int:
    """The shortest of the form itself, the form multiplied out, and the form with its common factor taken out."""
    best = form
    for candidate in (expanded(algebra, form), factored(algebra, form), collected_squares(algebra, form)):
        if algebra.size(candidate) < algebra.size(best):
            best = candidate
    return best


def expanded(algebra: Algebra, form: int, limit: int = 64) -> int:
    """Products and small powers of sums multiplied out, as long as there are not many terms."""
    total: dict[Monomial, Rational] = {}
    for monomial, coefficient in algebra.forms[form]:
        product: dict[Monomial, Rational] = {ONE: coefficient}
        for atom, exponent in monomial:
            kind, content = algebra.atoms[atom]
            factor: Terms = ((((atom, exponent),), 1),)
            times = 1
            if kind == "form" and isinstance(exponent, int) and 0 < exponent <= 4:
                assert isinstance(content, tuple)
                factor, times = algebra.forms[content[0]], exponent
            for _ in range(times):
                following: dict[Monomial, Rational] = {}
                for left, a in product.items():
                    for right, b in factor:
                        joined = algebra.joined(left, right)
                        following[joined] = following.get(joined, 0) + a * b
                product = following
                if len(product) > limit:
                    return form
        for joined, value in product.items():
            total[joined] = total.get(joined, 0) + value
        if len(total) > limit:
            return form
    return algebra.form(total)


def factored(algebra: Algebra, form: int) -> int:
    """The common factor of all terms taken out: x·a + x·b is x·(a + b)."""
    terms = algebra.forms[form]
    if len(terms) < 2:
        return form
    common = dict(terms[0][0])
    for monomial, _ in terms[1:]:
        powers = dict(monomial)
        common = {
            atom: min(exponent, powers[atom])
            for atom, exponent in common.items()
            if atom in powers and (powers[atom] > 0) == (exponent > 0)
        }
    if not common:
        return form
    content = content_of(terms)
    rest: dict[Monomial, Rational] = {}
    for monomial, coefficient in terms:
        powers = {atom: whole(exponent - common.get(atom, 0)) for atom, exponent in monomial}
        left = tuple(sorted((atom, exponent) for atom, exponent in powers.items() if exponent))
        rest[left] = rest.get(left, 0) + Fraction(coefficient) / content
    inner = shortest(algebra, algebra.add([algebra.form(rest)]))
    outer = algebra.form({tuple(sorted(common.items())): content})
    return algebra.multiply(outer, inner)


def collected_squares(algebra: Algebra, form: int) -> int:
    """k·sin(x)² + k·cos(x)² is k, and the like, wherever a sum has such a pair."""
    terms = dict(algebra.forms[form])
    for monomial, coefficient in algebra.forms[form]:
        for atom, exponent in monomial:
            kind, content = algebra.atoms[atom]
            partner = SQUARES.get(kind)
            if partner is None or exponent < 2 or not isinstance(exponent, int):
                continue
            other_kind, sign = partner
            rest = tuple((a, e - 2 * (a == atom)) for a, e in monomial if a != atom or e != 2)
            other = algebra.joined(rest, ((algebra.atom(other_kind, content), 2),))
            if monomial in terms and terms.get(other) == sign * coefficient:
                del terms[monomial], terms[other]
                terms[rest] = terms.get(rest, 0) + coefficient
    return algebra.form(terms)
