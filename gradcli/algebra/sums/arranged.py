"""Forms as one of the shapes that are asked for by name: multiplied out, factored, over one denominator, in partial fractions.

A form is a quotient of two polynomials in its atoms; of an atom with fractional powers, such as x in sqrt(x), in its root.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from operator import add, ge, sub

from gradcli.algebra.sums.factors import factors, product
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.quotients import Factors, Fractions, united
from gradcli.algebra.sums.terms import Polynomial
from gradcli.errors import ExitCode, GradcliError

_MOST_UNKNOWNS = 80
"""Of partial fractions: what they take grows with the third power."""


def arranged(algebra: Algebra, form: int, shape: str) -> int:
    """A form in another shape; what falls away is noted as cancelled.

    Args:
        algebra: The forms.
        form: The form of a number.
        shape: One of ``SHAPES``.

    Raises:
        GradcliError: There are too many terms, or the shape is for expressions in one variable and this is none.
    """
    return SHAPES[shape](Fractions(algebra, form), form)


def where_zero(algebra: Algebra, form: int, zero: int) -> int:
    """A form where another is 0, if that makes it shorter: -x^2/y^3 - 1/y is -25/y^3 where x^2 + y^2 - 25 is 0.

    Each term of the other in turn is put in the place of the rest, in the numerator over one denominator.
    """
    fractions, other = Fractions(algebra, form), Fractions(algebra, zero)
    if not set(other.atoms) <= set(fractions.atoms):
        return form
    places = [other.atoms.index(atom) if atom in other.atoms else -1 for atom in fractions.atoms]
    if any(place >= 0 and other.roots[place] != own for place, own in zip(places, fractions.roots, strict=True)):
        return form
    factors_above, below = fractions.quotient(form)
    above = fractions.product(factors_above)
    zeros = other.product(other.quotient(zero).above)
    divisor = {tuple([at[p] if p >= 0 else 0 for p in places]): c for at, c in zeros.items()}
    best = form
    for leading in divisor:
        rest = _rest(above, divisor, leading) if any(leading) else None
        if rest is not None:
            found = fractions.over(Fraction(1), [(rest, 1)], below) if rest else algebra.number(0)
            best = min(best, found, key=algebra.size)
    return best


def _rest(polynomial: Polynomial, divisor: Polynomial, leading: tuple[int, ...]) -> Polynomial | None:
    """What is left where no term is a multiple of a term of the divisor; None where that takes long."""
    rest = dict(polynomial)
    for _ in range(_MOST_UNKNOWNS):
        at = next((at for at in rest if all(map(ge, at, leading))), None)
        if at is None:
            return rest
        factor = rest[at] / divisor[leading]
        for exponents, coefficient in divisor.items():
            place = tuple([own + one - most for own, one, most in zip(at, exponents, leading, strict=True)])
            rest[place] = rest.get(place, Fraction(0)) - factor * coefficient
        rest = {place: c for place, c in rest.items() if c}
    return None


# ---- the shapes ----


def _expanded(fractions: Fractions, form: int) -> int:
    """Every product of sums multiplied out; what is divided by stays below each term."""
    parts = [
        fractions.over(c, [({at: Fraction(1)}, 1)], term.below)
        for term in fractions.terms(form)
        for at, c in fractions.product(term.above).items()
    ]
    return fractions.algebra.add(parts)


def _together(fractions: Fractions, form: int) -> int:
    """One fraction."""
    found = fractions.quotient(form)
    above = fractions.product(found.above)
    if not found.below:
        below = lcm(*[c.denominator for c in above.values()])
        if below == 1:
            return fractions.form(above)
        return fractions.over(Fraction(1, below), [({at: c * below for at, c in above.items()}, 1)], [])
    return fractions.over(Fraction(1), [(above, 1)], found.below)


def _factored(fractions: Fractions, form: int) -> int:
    """A product of polynomials that are irreducible over the rationals, over others."""
    found = fractions.quotient(form)
    if not all(polynomial for polynomial, _ in found.above):
        return fractions.algebra.number(0)
    number = Fraction(1)
    above: Factors = []
    for polynomial, times in found.above:
        content, parts = factors(polynomial)
        number *= content**times
        above = united(above, [(part, own * times) for part, own in parts], add)
    return fractions.over(number, above, found.below)


def _apart(fractions: Fractions, form: int) -> int:
    """A polynomial, and fractions whose denominators are powers of irreducible polynomials, of lower degree above."""
    found = fractions.quotient(form)
    whole_above = fractions.product(found.above)
    if not found.below:
        return fractions.form(whole_above)
    used = {place for at in (*whole_above, *[at for part, _ in found.below for at in part]) for place, e in enumerate(at) if e}
    if len(used) != 1:
        raise GradcliError(
            "partial fractions are of an expression in one variable",
            hint="choose together or factored",
        )
    [place] = used
    below = fractions.product(found.below)
    high, low = _degree(whole_above, place), _degree(below, place)
    unknowns: list[tuple[Polynomial, list[tuple[Polynomial, int]], Polynomial]] = []
    for power in range(max(high - low + 1, 0)):
        unit = _power_of(fractions, place, power)
        unknowns.append((product(unit, below), [], unit))
    for part, times in found.below:
        for own in range(1, times + 1):
            rest = fractions.product(united(found.below, [(part, own)], sub))
            for power in range(_degree(part, place)):
                unit = _power_of(fractions, place, power)
                unknowns.append((product(unit, rest), [(part, own)], unit))
    if len(unknowns) > _MOST_UNKNOWNS:
        raise GradcliError(
            f"these partial fractions would have more than {_MOST_UNKNOWNS} numbers to be found",
            hint="leave --form out",
            exit_code=ExitCode.LIMIT,
        )
    values = _solved([column for column, _, _ in unknowns], whole_above)
    groups: dict[int, tuple[Polynomial, Factors]] = {}
    for (_, parts, unit), value in zip(unknowns, values, strict=True):
        key = next((at for at, (_, known) in groups.items() if known == parts), len(groups))
        above, _ = groups.setdefault(key, ({}, parts))
        if value:
            above.update(dict.fromkeys(unit, value))
    forms = [
        fractions.over(Fraction(1), [(above, 1)], parts) if parts else fractions.form(above)
        for above, parts in groups.values()
        if above
    ]
    return fractions.algebra.add(forms)


def _degree(polynomial: Polynomial, place: int) -> int:
    return max((at[place] for at in polynomial), default=0)


def _power_of(fractions: Fractions, place: int, power: int) -> Polynomial:
    return {tuple([power * (index == place) for index in range(len(fractions.atoms))]): Fraction(1)}


def _solved(columns: Sequence[Polynomial], right: Polynomial) -> list[Fraction]:
    """The multiples of polynomials whose sum is another one, by elimination; there is one solution."""
    places = sorted({at for column in (*columns, right) for at in column})
    rows = [[column.get(at, Fraction(0)) for column in columns] + [right.get(at, Fraction(0))] for at in places]
    for index in range(len(columns)):
        pivot = next(at for at in range(index, len(rows)) if rows[at][index])
        rows[index], rows[pivot] = rows[pivot], rows[index]
        rows[index] = [c / rows[index][index] for c in rows[index]]
        for at, row in enumerate(rows):
            if at != index and row[index]:
                rows[at] = [c - row[index] * own for c, own in zip(row, rows[index], strict=True)]
    return [rows[index][-1] for index in range(len(columns))]


SHAPES: dict[str, Callable[[Fractions, int], int]] = {
    "expanded": _expanded,
    "factored": _factored,
    "together": _together,
    "apart": _apart,
}
