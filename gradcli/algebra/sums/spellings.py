"""The shapes that a sum can be written in, and the shortest of them: multiplied out, factored, squares and choices collected."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from gradcli.algebra.sums.generators import expanded, polynomial_root
from gradcli.algebra.sums.interned import POW
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.squares import PARTNERS, collected_squares
from gradcli.algebra.sums.terms import ONE, Monomial, Rational, common_monomial, content_of, divided
from gradcli.errors import GradcliError
from gradcli.ops.catalogue import CHOICE, OPERATIONS

_POWERS = frozenset((POW, *[name for name, operation in OPERATIONS.items() if operation.facts.base]))
"""Functions that are powers of a number, or may be."""

SEVERAL_TERMS = 12
"""Terms beyond which a factor that only some have in common is not looked for."""


SEARCHED = 2_000
"""Terms that one search may look at. Each sum of a graph begins one, so that all of them together grow as the graph does."""

_LARGE = 80
"""Operations of a form beyond which one fraction is not tried."""

_TURNS = 3


def shortest(algebra: Algebra, form: int) -> int:
    """The shortest of the form itself, its other shapes, and the shapes of those, as far as a search of limited size finds it."""
    algebra.room = SEARCHED
    found = _searched(algebra, form)
    algebra.spelled[form, len(algebra.nonzero)] = found
    return found


def _searched(algebra: Algebra, form: int) -> int:
    """The shortest shape that the room of the search at work is enough for; what was found before is not looked for again."""
    known = len(algebra.nonzero)  # more can be cancelled then
    found = algebra.spelled.get((form, known))
    if found is not None:
        return found
    best = _with_exponentials_collected(algebra, form)
    kinds = algebra.kinds(best)
    shorter = True
    while shorter and algebra.room > 0:
        shorter = False
        for shape, needed in _SHAPES:
            algebra.room -= 1 + len(algebra.forms[best])
            if needed is not None and needed.isdisjoint(kinds):
                continue
            candidate = shape(algebra, best)
            if candidate != best and algebra.size(candidate) < algebra.size(best):
                best, shorter, kinds = candidate, True, algebra.kinds(candidate)
    if algebra.room > 0:
        algebra.spelled[form, known] = algebra.spelled[best, known] = best
    return best


def with_identities(algebra: Algebra, form: int) -> int:
    """Functions written by shorter ones, where that is asked for."""
    if not algebra.identities:
        return form
    from gradcli.algebra.sums import identities

    return identities.with_identities(algebra, form)


def cancelled(algebra: Algebra, form: int) -> int:
    """Fractions with common polynomials cancelled, where something may be."""
    if not algebra.nonzero or not any(e < 0 for monomial, _ in algebra.forms[form] for _, e in monomial):
        return form
    from gradcli.algebra.sums.cancellation import common_cancelled

    return common_cancelled(algebra, form)


def _with_exponentials_collected(algebra: Algebra, form: int) -> int:
    """The form with terms that differ by a rational factor alone, such as 2^(n + 1) and 2^n, as one."""
    if len(algebra.forms[form]) < 2 or _POWERS.isdisjoint(algebra.kinds(form)):
        return form
    from gradcli.algebra.sums.exponentials import collected_exponentials

    return collected_exponentials(algebra, form)


def factored(algebra: Algebra, form: int) -> int:
    """The common factor of all terms taken out: x·a + x·b is x·(a + b)."""
    terms = algebra.forms[form]
    common = common_monomial(terms) if len(terms) > 1 else {}
    if not common:
        return form
    content = content_of(terms)
    rest: dict[Monomial, Rational] = {}
    for monomial, coefficient in terms:
        left = divided(monomial, common)
        rest[left] = rest.get(left, 0) + Fraction(coefficient) / content
    inner = _searched(algebra, algebra.settled_sum(rest))
    root = polynomial_root(algebra, inner) if len(rest) > 2 else None
    if root is not None:  # x·(x + 1)^2
        inner = algebra.power(root, 2)
    return algebra.multiply(algebra.form({tuple(sorted(common.items())): content}), inner)


def _rationalized(algebra: Algebra, form: int) -> int:
    """Numbers with a sum of roots below as numbers without, where something divides by a sum."""
    if not any(e < 0 and algebra.atoms[atom].kind == "form" for monomial, _ in algebra.forms[form] for atom, e in monomial):
        return form
    from gradcli.algebra.sums.surds import rationalized

    return rationalized(algebra, form)


def grouped(algebra: Algebra, form: int) -> int:
    """A factor that some terms have in common taken out of these: x·a + x·b + c is x·(a + b) + c."""
    terms = algebra.forms[form]
    if not 2 < len(terms) <= SEVERAL_TERMS:
        return form
    best = form
    for atom in dict.fromkeys(atom for monomial, _ in terms for atom, _ in monomial):
        if algebra.room <= 0:
            break
        inside = {monomial: c for monomial, c in terms if any(a == atom for a, _ in monomial)}
        powers = {exponent for monomial in inside for a, exponent in monomial if a == atom}
        if 1 < len(inside) < len(terms) and (
            len(powers) == 1 or len(terms) > SEVERAL_TERMS // 3
        ):  # x^2 + x·y + y^2 stays a polynomial
            outside = algebra.form({monomial: c for monomial, c in terms if monomial not in inside})
            candidate = algebra.add([factored(algebra, algebra.form(inside)), outside])
            if algebra.size(candidate) < algebra.size(best):
                best = candidate
    return best


def collected_choices(algebra: Algebra, form: int) -> int:
    """Choices by one condition as one choice: k·(a if c else b) + l·(u if c else v) is (k·a + l·u if c else k·b + l·v)."""
    best = form
    terms = algebra.forms[form]
    where: dict[int, list[int]] = {}
    for index, (monomial, _) in enumerate(terms):
        for condition in {algebra.condition(atom) for atom, exponent in monomial if exponent > 0} - {None}:
            assert condition is not None
            where.setdefault(condition, []).append(index)
    for condition, indices in where.items():
        if len(indices) > 1:
            inside = algebra.form(dict(terms[index] for index in indices))
            outside = algebra.add([form, algebra.scale(inside, -1)])
            branches = [_with_common_factor(algebra, algebra.under(inside, condition, branch)) for branch in (1, 2)]
            candidate = algebra.add([algebra.choice(condition, *branches), outside])
            if algebra.size(candidate) < algebra.size(best):
                best = candidate
    return best


def _with_common_factor(algebra: Algebra, form: int) -> int:
    """The shorter of a sum and its terms' common factor times the rest."""
    monomial, coefficient = algebra.as_factor(form)
    apart = algebra.settled(monomial, coefficient)
    return apart if algebra.size(apart) < algebra.size(form) else form


def collected_powers(algebra: Algebra, form: int) -> int:
    """The least of the powers b^u, b^(u+1), ... taken out of a sum: k·b^(u+1) + l·b^u is b^u·(k·b + l)."""
    powers: dict[tuple[int, int], list[tuple[int, Rational]]] = {}
    for monomial, _ in algebra.forms[form]:
        for atom, exponent in monomial:
            kind, content = algebra.atoms[atom]
            if kind == POW and exponent == 1 and isinstance(content, tuple):
                number = dict(algebra.forms[content[1]]).get(ONE, 0)
                rest = algebra.add([content[1], algebra.number(-number)])
                powers.setdefault((content[0], rest), []).append((atom, number))
    replaced: dict[int, tuple[Monomial, Rational]] = {}
    for (base, _), found in powers.items():
        least, number = min(found, key=lambda pair: pair[1])
        for atom, higher in found:
            if higher != number and Fraction(higher - number).denominator == 1:
                raised, coefficient = algebra.as_term(algebra.power(base, higher - number))
                replaced[atom] = algebra.joined(((least, 1),), raised), coefficient
    if not replaced:
        return form
    total: dict[Monomial, Rational] = {}
    for monomial, coefficient in algebra.forms[form]:
        product: Monomial = ()
        for atom, exponent in monomial:
            factor, number = replaced.get(atom, (((atom, exponent),), 1))
            product, coefficient = algebra.joined(product, factor), coefficient * number
        total[product] = total.get(product, 0) + coefficient
    terms = algebra.forms[algebra.form(total)]
    common = common_monomial(terms)
    if not any(algebra.atoms[atom].kind == POW for atom in common):
        return form
    rest = algebra.settled_sum({divided(monomial, common): c for monomial, c in terms})
    (outer, a), (inner, b) = (tuple(sorted(common.items())), 1), algebra.as_term(_searched(algebra, rest))
    return algebra.settled(algebra.joined(outer, inner), a * b)


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
    if len(algebra.kinds(form) & PARTNERS.keys()) < 2:
        return form
    from gradcli.algebra.sums.identities import with_quotients

    return with_quotients(algebra, form)


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


_SUM = frozenset(("form",))

_SHAPES: tuple[tuple[Callable[[Algebra, int], int], frozenset[str] | None], ...] = (
    (factored, None),
    (expanded, _SUM),
    (collected_squares, frozenset((*PARTNERS, "form"))),
    (collected_choices, frozenset((CHOICE,))),
    (collected_powers, frozenset((POW,))),
    (grouped, None),
    (cancelled, _SUM),
    (_rationalized, _SUM),
    (with_identities, frozenset((*OPERATIONS, "form"))),
)
"""The shapes, each with the kinds of atoms of which it needs one; None for any."""
