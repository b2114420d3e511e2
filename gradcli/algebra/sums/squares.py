"""Square roots of polynomials: x^2 + 2·x + 1 is the square of x + 1."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gradcli.algebra.sums.forms import Forms
from gradcli.algebra.sums.terms import Rational
from gradcli.ops.declaration.rational import square_root

_MOST_TERMS = 64

_Exponents = tuple[int, ...]
_Polynomial = dict[_Exponents, Rational]


def polynomial_root(forms: Forms, form: int) -> int | None:
    """A polynomial in the atoms of a form whose square is the form; None where there is none.

    The root is found term by term from the leading one, as a decimal root is found digit by digit: with the terms p so far, the
    leading term of the rest is twice the leading term of p times the next one.
    """
    terms = forms.forms[form]
    atoms = sorted({atom for monomial, _ in terms for atom, _ in monomial})
    if not 3 <= len(terms) <= _MOST_TERMS:
        return None
    rest: _Polynomial = {}
    for monomial, coefficient in terms:
        powers = dict(monomial)
        exponents = [powers.get(atom, 0) for atom in atoms]
        if not all(isinstance(exponent, int) and exponent >= 0 for exponent in exponents):
            return None
        rest[tuple(map(int, exponents))] = coefficient
    leading = max(rest)
    size = square_root(rest.pop(leading))
    if size is None or any(exponent % 2 for exponent in leading):
        return None
    first = tuple([exponent // 2 for exponent in leading])
    root: _Polynomial = {first: size}
    while rest:
        at = max(rest)
        step = tuple([exponent - own for exponent, own in zip(at, first, strict=True)])
        if min(step) < 0 or step in root or len(root) > len(terms):
            return None
        following = {step: Fraction(rest[at]) / (2 * size)}
        for part, factor in ((root, 2), (following, 1)):  # (p + t)^2 = p^2 + 2·p·t + t^2
            _subtract(rest, part, following, factor)
        root.update(following)
    return forms.form(
        {tuple((atom, e) for atom, e in zip(atoms, exponents, strict=True) if e): c for exponents, c in root.items()}
    )


def _subtract(rest: _Polynomial, left: Mapping[_Exponents, Rational], right: Mapping[_Exponents, Rational], factor: int) -> None:
    """Subtract the product of two polynomials, times a factor."""
    for a, one in left.items():
        for b, other in right.items():
            at = tuple([i + j for i, j in zip(a, b, strict=True)])
            rest[at] = rest.get(at, 0) - factor * one * other
            if not rest[at]:
                del rest[at]
