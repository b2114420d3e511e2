"""Sums of fractions, and fractions in fractions, as one fraction where that is shorter: 1/(x^2/(1 - x^2) + 1) is 1 - x^2.

What it divides by is different from 0 wherever the form is defined; what falls away of that is noted as cancelled.
"""

from __future__ import annotations

from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.spellings import shortest
from gradcli.algebra.sums.terms import ONE, Monomial, Rational
from gradcli.errors import GradcliError

_LARGE = 80
"""Operations of a form beyond which one fraction is not tried."""

_TURNS = 3


def shortest_fraction(algebra: Algebra, form: int) -> int:
    """The form, or one fraction that is shorter.

    Args:
        algebra: The forms.
        form: The form of a number.
    """
    for _ in range(_TURNS):
        if algebra.size(form) > _LARGE or not _has_fractions(algebra, form):
            break
        from gradcli.algebra.sums.arranged import arranged

        before = set(algebra.cancelled)
        try:
            found = _shorter_parts(algebra, arranged(algebra, form, "together"))
        except GradcliError:  # it would be too long
            found = form
        most = (
            algebra.size(form) if _is_nested(algebra, form) else 7 * algebra.size(form) // 8
        )  # of a rule's quotients much shorter
        if found == form or algebra.size(found) > most:
            algebra.cancelled = before
            break
        form = found
    return form


def _has_fractions(algebra: Algebra, form: int) -> bool:
    """Whether a sum divides by something, the form or one of the sums that it is made of, and none of these is 0: 1/(3 - 3)."""
    work, seen = [form], {form}
    found = False
    while work:
        terms = algebra.forms[work.pop()]
        found |= len(terms) > 1 and any(exponent < 0 for monomial, _ in terms for _, exponent in monomial)
        for monomial, _ in terms:
            for atom, _ in monomial:
                if algebra.atoms[atom].kind == "form" and (inner := algebra.arguments(atom)[0]) not in seen:
                    if not algebra.forms[inner]:
                        return False
                    seen.add(inner)
                    work.append(inner)
    return found


def _is_nested(algebra: Algebra, form: int) -> bool:
    """Whether a form divides by a sum of fractions."""
    below = [atom for monomial, _ in algebra.forms[form] for atom, e in monomial if e < 0 and algebra.atoms[atom].kind == "form"]
    return any(_has_fractions(algebra, algebra.arguments(atom)[0]) for atom in below)


def _shorter_parts(algebra: Algebra, form: int) -> int:
    """A fraction as short as what stands above and below its line can be: (sin(x)^2 + cos(x)^2 + u)/v^2 is (1 + u)/v^2."""
    terms = algebra.forms[form]
    if len(terms) != 1:
        return shortest(algebra, form)
    [(monomial, coefficient)] = terms
    above: Monomial = tuple([(atom, exponent) for atom, exponent in monomial if exponent > 0])
    below: Monomial = tuple([(atom, -exponent) for atom, exponent in monomial if exponent < 0])
    parts = [_short_product(algebra, part) for part in (above, below)]
    found = algebra.scale(parts[0], coefficient)
    if below:
        algebra.nonzero.update(
            atom for atom, _ in algebra.as_term(parts[1])[0]
        )  # as what it was made of: x of (x + 1)^2 - 1 - x^2
        found = algebra.multiply(found, algebra.power(parts[1], -1))
    return shortest(algebra, found)


def _short_product(algebra: Algebra, monomial: Monomial) -> int:
    """A product with each of its factors as short as it can be, and itself."""
    found = algebra.number(1)
    plain: dict[Monomial, Rational] = {tuple([(a, e) for a, e in monomial if algebra.atoms[a].kind != "form"]) or ONE: 1}
    for atom, exponent in monomial:
        if algebra.atoms[atom].kind == "form":
            found = algebra.multiply(found, algebra.power(shortest(algebra, algebra.arguments(atom)[0]), exponent))
    return shortest(algebra, algebra.multiply(algebra.form(plain), found))
