"""Fractions whose numerator and denominator have a polynomial in common: (x^2 - 1)/(x - 1) is x + 1, x^3/x^2 is x.

What is cancelled is different from 0 wherever the original is defined; the result has a value there as well, so it is said.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from gradcli.algebra.polynomials import common
from gradcli.algebra.sums.domains import is_power_of
from gradcli.algebra.sums.factors import factors, is_linear, quotient
from gradcli.algebra.sums.generators import expanded, lowered, polynomials
from gradcli.algebra.sums.interned import ABS
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import ONE, Common, Monomial, Polynomial, Rational, whole
from gradcli.ops.catalogue import OPERATIONS

_MOST_TERMS = 64
_DEPTH = 8
"""Fractions in fractions that are looked through."""
"""Terms of polynomials that are divided, and steps of a division."""

_ROOM = 2_000
"""Terms that are multiplied out to see what is 0 where."""

_HIGHEST = 100
"""The degree beyond which no common divisor is looked for."""


def common_cancelled(algebra: Algebra, form: int) -> int:
    """Products in a sum with the polynomials cancelled that stand above and below and are known to be different from 0."""
    for _ in range(_DEPTH if algebra.nonzero else 0):
        terms = algebra.forms[form]
        parts = [_cancelled_term(algebra, monomial, coefficient) for monomial, coefficient in terms]
        if all(part is None for part in parts):
            break
        form = algebra.add([algebra.form({term[0]: term[1]}) if p is None else p for p, term in zip(parts, terms, strict=True)])
    return form


def may_cancel(algebra: Algebra) -> bool:
    """Whether anything in the forms so far could be cancelled by what is different from 0."""
    pairs = {pair for terms in algebra.forms for monomial, _ in terms for pair in _pairs(algebra, monomial)}
    kept_apart = any(atom.kind == "power" for atom in algebra.atoms)  # x·(1/x)
    inside = (atom.content[0] for atom in algebra.atoms if atom.kind == "sign" and isinstance(atom.content, tuple))
    kept_apart = kept_apart or any(map(algebra.is_not_0_nor_negative, inside))  # sign(sqrt(x))
    return kept_apart or any(_common(algebra, _content(algebra, high), _content(algebra, low)) for low, high in pairs)


def _pairs(algebra: Algebra, monomial: Monomial) -> list[tuple[int, int]]:
    """What a product divides by and is different from 0, each with what it may have in common with; one of them is a sum."""
    below = [atom for atom, exponent in monomial if exponent < 0 and isinstance(exponent, int)]
    below = [atom for atom in below if atom in algebra.nonzero or algebra.is_nonzero(atom)]
    if not below:
        return []
    above = [atom for atom, exponent in monomial if isinstance(exponent, int) and exponent > 0]
    kinds = algebra.atoms
    return [(low, high) for low in below for high in above if "form" in (kinds[low].kind, kinds[high].kind)]


def _cancelled_term(algebra: Algebra, monomial: Monomial, coefficient: Rational) -> int | None:
    """A product with a polynomial cancelled; None where there is none."""
    for low, high in _pairs(algebra, monomial):
        found = _common(algebra, _content(algebra, high), _content(algebra, low))
        if found is None:
            continue
        (inside, _) = algebra.as_term(found.divisor)
        algebra.nonzero.update(atom for part in (found.divisor, found.below) for atom, _ in algebra.as_term(part)[0])
        algebra.cancelled.update(atom for atom, _ in inside if not algebra.is_nonzero(atom))
        powers = tuple((atom, e - (atom == high) + (atom == low)) for atom, e in monomial)
        rest = algebra.settled(tuple((atom, e) for atom, e in powers if e), coefficient)
        ratio = algebra.multiply(found.above, algebra.power(found.below, -1))
        return algebra.multiply(rest, ratio)
    return None


def _content(algebra: Algebra, atom: int) -> int:
    """The sum that an atom stands for, or the atom itself as a form."""
    return algebra.arguments(atom)[0] if algebra.atoms[atom].kind == "form" else algebra.of_atom(atom)


def _zero_with(algebra: Algebra, atom: int) -> int:
    """What is 0 where an atom is: u of |u|."""
    return algebra.arguments(atom)[0] if algebra.atoms[atom].kind == ABS else _content(algebra, atom)


def _common(algebra: Algebra, above: int, below: int) -> Common | None:
    """What two polynomials have in common; None where that is a number, or is not found."""
    if (above, below) not in algebra.common:
        algebra.common[above, below] = _found_common(algebra, above, below)
    return algebra.common[above, below]


def _found_common(algebra: Algebra, above: int, below: int) -> Common | None:
    found = polynomials(algebra, [_opened(algebra, above), _opened(algebra, below)])
    if found is None:
        return None
    (high, low), generators = found
    if (rest := _divided(algebra, high, low)) is not None:
        return Common(below, generators.form(rest), algebra.number(1))
    if (rest := _divided(algebra, low, high)) is not None:
        return Common(above, algebra.number(1), generators.form(rest))
    divisor = _shared(high, low)
    parts = [None if divisor is None else _divided(algebra, polynomial, divisor) for polynomial in (high, low)]
    if divisor is None or parts[0] is None or parts[1] is None:
        return None
    least = generators.least([parts[1]])  # (exp(x) + 1)/exp(x) is 1 + exp(-x)
    return Common(generators.form(divisor), *[generators.form(lowered(part, least)) for part in parts if part is not None])


def _opened(algebra: Algebra, form: int) -> int:
    """A form multiplied out, the sums in it as well."""
    for _ in range(_DEPTH):
        before, form = form, expanded(algebra, form)
        if form == before:
            break
    return form


def _divided(algebra: Algebra, polynomial: Polynomial, divisor: Polynomial) -> Polynomial | None:
    """The quotient of two polynomials; None where something is left, or it is long, or the divisor is a number."""
    if not any(max(divisor)):
        return None
    found = quotient(polynomial, divisor, most=_MOST_TERMS)
    algebra.room -= len(divisor) * (1 + len(found or ()))
    return found


def _shared(high: Polynomial, low: Polynomial) -> Polynomial | None:
    """A common divisor of two polynomials: the greatest of those in one variable, or an irreducible factor of the second one."""
    used = {place for at in (*high, *low) for place, e in enumerate(at) if e}
    if is_linear(high) or is_linear(low):  # neither divides the other
        return None
    if max((e for at in (*high, *low) for e in at), default=0) > _HIGHEST:
        return None
    if len(used) == 1:
        [place] = used
        rows = [[one.get(at, Fraction(0)) for at in _powers(one, place)] for one in (high, low)]
        found = common(*rows)
        (at,) = (next(iter(high)),)
        return {_with(at, place, e): c for e, c in enumerate(found) if c} if len(found) > 1 else None
    return next((part for part, _ in factors(low)[1] if quotient(high, part) is not None), None)


def _powers(polynomial: Polynomial, place: int) -> list[tuple[int, ...]]:
    """The powers of one variable up to the degree of a polynomial in it."""
    at = next(iter(polynomial))
    return [_with(at, place, e) for e in range(max(at[place] for at in polynomial) + 1)]


def _with(at: tuple[int, ...], place: int, exponent: int) -> tuple[int, ...]:
    return (*at[:place], exponent, *at[place + 1 :])


def conditions(algebra: Algebra, form: int, divisors: Collection[int] = (), known: Collection[int] = ()) -> list[tuple[int, int]]:
    """What has to be different for a form to be the original, as pairs of forms: ``x`` and 1 for x != 1.

    What the form divides by itself need not be said.

    Args:
        algebra: The algebra.
        form: The form.
        divisors: The atoms that the original divides by, beside those that were cancelled.
        known: Forms that are said to be positive already.
    """
    stated = _divisors(algebra, form)
    lost = {atom for atom in algebra.cancelled.union(divisors) - stated if not is_power_of(algebra, atom, known)}
    if not lost:
        return []
    algebra.room = _ROOM
    own, inside = (
        [part for atom in atoms for part in _irreducible(algebra, _numerator(algebra, _zero_with(algebra, atom)))]
        for atoms in (stated, lost)
    )
    known = {*own, *[part for one in known for part in _irreducible(algebra, one)]}
    found: dict[tuple[int, int], None] = {}
    for one in sorted(set(inside), key=lambda one: (-len(algebra.forms[one]), one)):
        if one not in known and not algebra.is_nonzero_form(one) and algebra.value(one) is None:
            known.add(one)
            found[_difference(algebra, one)] = None
    return list(found)


def _irreducible(algebra: Algebra, form: int) -> list[int]:
    """The factors of a polynomial, each with coprime coefficients; the form itself where it is none, or is long."""
    found = polynomials(algebra, [_opened(algebra, form)])
    if found is None or max((e for at in found[0][0] for e in at), default=_HIGHEST + 1) > _HIGHEST:
        return [form]
    parts = [found[1].form(part) for part, _ in factors(found[0][0])[1]]
    single = [algebra.forms[part][0][0] for part in parts if len(algebra.forms[part]) == 1]  # sqrt(x) is 0 where x is
    return [
        *[part for part in parts if len(algebra.forms[part]) > 1],
        *[algebra.of_atom(atom) for monomial in single for atom, _ in monomial],
    ]


def _numerator(algebra: Algebra, form: int) -> int:
    """What is above the line of a sum of fractions, which is 0 where the sum is: x + 1 of 1/x + 1."""
    for _ in range(_DEPTH):
        least: dict[int, Rational] = {}
        for monomial, _ in algebra.forms[form]:
            for atom, exponent in monomial:
                least[atom] = min(least.get(atom, 0), exponent)
        below = {atom: exponent for atom, exponent in least.items() if exponent < 0}
        if not below or len(algebra.forms[form]) == 1:
            break
        terms: dict[Monomial, Rational] = {}
        for monomial, coefficient in algebra.forms[form]:
            powers = dict(monomial)
            powers.update((atom, whole(powers.get(atom, 0) - exponent)) for atom, exponent in below.items())
            terms[tuple(sorted((atom, exponent) for atom, exponent in powers.items() if exponent))] = coefficient
        form = algebra.settled_sum(terms)
    return form


def difference_from_zero(algebra: Algebra, form: int) -> list[tuple[int, int]]:
    """What has to be different for a form not to be 0, as pairs of forms, one for each factor that may be 0."""
    inside, _ = algebra.as_factor(form)
    factors = [atom for atom, exponent in inside if exponent > 0 and not algebra.is_positive(atom)]
    return [_difference(algebra, _content(algebra, atom)) for atom in factors]


def _difference(algebra: Algebra, form: int) -> tuple[int, int]:
    """Two forms of which one is not the other where a form is not 0: x and 1 for 2·x - 2, x and 4 for sqrt(x) - 2."""
    for _ in range(_DEPTH):
        terms = dict(algebra.forms[form])
        number = terms.pop(ONE, 0)
        if len(terms) != 1 or len(next(iter(terms))) != 1:
            break
        [(((atom, exponent),), factor)] = terms.items()
        value: Rational | None = whole(-Fraction(number) / factor)
        if (
            exponent == 1
            and len(algebra.arguments(atom)) == 1
            and (value := _argument(algebra.atoms[atom].kind, value)) is not None
        ):
            form = algebra.add([*algebra.arguments(atom), algebra.number(-value)])
        elif exponent == 1:
            return algebra.of_atom(atom), algebra.number(-Fraction(number) / factor)
        elif Fraction(exponent).numerator == 1 and value is not None and value >= 0:  # sqrt(x) - 2
            form = algebra.add([algebra.of_atom(atom), algebra.number(-(Fraction(value) ** int(1 / Fraction(exponent))))])
        else:
            break
    terms = dict(algebra.forms[form])
    linear = [(monomial[0][0], factor) for monomial, factor in terms.items() if len(monomial) == 1 and monomial[0][1] == 1]
    if len(linear) == len(terms) == 2 and linear[0][1] == -linear[1][1]:
        return algebra.of_atom(linear[0][0]), algebra.of_atom(linear[1][0])
    return form, algebra.number(0)


def _argument(kind: str, value: Rational | None) -> Rational | None:
    """The only number at which a function has a value, by its inverse: 1 of log for 0; None where that is none that is known."""
    declared = OPERATIONS.get(kind)
    inverse = OPERATIONS.get(declared.facts.inverse) if declared is not None and declared.facts.inverse else None
    found = inverse.exact(value) if inverse is not None and inverse.exact is not None and value is not None else None
    return found if found is not None and declared is not None and declared.exact and declared.exact(found) == value else None


def _divisors(algebra: Algebra, form: int) -> set[int]:
    """The atoms that a form and the forms inside it divide by."""
    found: set[int] = set()
    work, seen = [form], {form}
    while work:
        at = work.pop()
        for monomial, _ in algebra.forms[at]:
            found.update(atom for atom, exponent in algebra.factors(monomial) if exponent < 0)
        inner = [one for one in algebra.inner(at) if one not in seen]
        seen.update(inner)
        work += inner
    return found
