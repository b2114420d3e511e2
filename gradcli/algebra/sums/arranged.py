"""Forms as one of the shapes that are asked for by name: multiplied out, factored, over one denominator, in partial fractions.

A form is a quotient of two polynomials in its atoms; of an atom with fractional powers, such as x in sqrt(x), in its root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import lcm
from operator import ge

from gradcli.algebra.sums.factors import Polynomial, factors, product, quotient
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import Monomial, Rational, whole
from gradcli.errors import ExitCode, GradcliError
from gradcli.typing import NamedTuple

_MOST_TERMS = 2_000
_MOST_BITS = 50_000
"""Of a coefficient of a power."""

_MOST_UNKNOWNS = 80
"""Of partial fractions: what they take grows with the third power."""

_OPENED = ("form", "power")

_Factors = list[tuple[Polynomial, int]]


class _Quotient(NamedTuple):
    """A product of powers of polynomials over one of powers of irreducible polynomials; only sums are multiplied out."""

    above: _Factors
    below: _Factors


def arranged(algebra: Algebra, form: int, shape: str) -> int:
    """A form in another shape; what falls away is noted as cancelled.

    Args:
        algebra: The forms.
        form: The form of a number.
        shape: One of ``SHAPES``.

    Raises:
        GradcliError: There are too many terms, or the shape is for expressions in one variable and this is none.
    """
    return SHAPES[shape](_Fractions(algebra, form), form)


class _Fractions:
    """Forms as quotients of polynomials in the atoms of one form."""

    def __init__(self, algebra: Algebra, form: int) -> None:
        self.algebra = algebra
        self.order = self._sums(form)
        exponents: dict[int, int] = {}
        for one in self.order:
            for monomial, _ in algebra.forms[one]:
                for atom, exponent in monomial:
                    if not self._is_opened(atom, exponent):
                        exponents[atom] = lcm(exponents.get(atom, 1), Fraction(exponent).denominator)
        self.atoms = sorted(exponents)
        self.roots = [exponents[atom] for atom in self.atoms]
        self.one: Polynomial = {(0,) * len(self.atoms): Fraction(1)}

    def _is_opened(self, atom: int, exponent: Rational) -> bool:
        opened = self.algebra.atoms[atom].kind in _OPENED and isinstance(exponent, int)
        return opened and self.algebra.rational(self.algebra.arguments(atom)[0]) is None  # 2^(10^12) is a number of its own

    def _sums(self, form: int) -> list[int]:
        """The form and the sums in it that are opened, those inside first."""
        order: list[int] = []
        work, seen = [form], {form}
        while work:
            at = work.pop()
            order.append(at)
            for monomial, _ in self.algebra.forms[at]:
                for atom, exponent in monomial:
                    if self._is_opened(atom, exponent):
                        inner = self.algebra.arguments(atom)[0]
                        if inner in seen:
                            order.remove(inner) if inner in order else None
                            work = [one for one in work if one != inner]
                        seen.add(inner)
                        work.append(inner)
        return order[::-1]

    def checked(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial, unless it is too long.

        Raises:
            GradcliError: It is.
        """
        if len(polynomial) > _MOST_TERMS:
            raise self._too_long()
        return polynomial

    def _too_long(self) -> GradcliError:
        message = f"this has more than {_MOST_TERMS:,} terms when it is multiplied out, or very long numbers"
        return GradcliError(message, hint="leave --form out", exit_code=ExitCode.LIMIT)

    def power(self, polynomial: Polynomial, exponent: int) -> Polynomial:
        """A power of a polynomial, by squares.

        The nth power of what has two terms or more has more than n (Hajós's lemma: a zero of order n takes n + 1 terms).

        Raises:
            GradcliError: It has too many terms, or coefficients.
        """
        size = max((c.numerator.bit_length() + c.denominator.bit_length() - 2 for c in polynomial.values()), default=0)
        if (len(polynomial) > 1 and exponent > _MOST_TERMS) or size * exponent > _MOST_BITS:
            raise self._too_long()
        found, square = self.one, polynomial
        while exponent:
            if exponent % 2:
                found = self.checked(product(found, square))
            exponent //= 2
            if exponent:
                square = self.checked(product(square, square))
        return found

    def variable(self, atom: int, exponent: Rational) -> Polynomial:
        """A power of an atom, which is not negative."""
        place = self.atoms.index(atom)
        unit = [0] * len(self.atoms)
        unit[place] = int(exponent * self.roots[place])
        return {tuple(unit): Fraction(1)}

    def quotient(self, form: int) -> _Quotient:
        """A form as a quotient of which nothing can be cancelled."""
        return self.total(self.terms(form))

    def terms(self, form: int) -> list[_Quotient]:
        """The terms of a form as such quotients."""
        known: dict[int, _Quotient] = {}
        for one in self.order[:-1]:
            known[one] = self.total(self._term(monomial, c, known) for monomial, c in self.algebra.forms[one])
        return [self._term(monomial, c, known) for monomial, c in self.algebra.forms[form]]

    def _term(self, monomial: Monomial, coefficient: Rational, known: dict[int, _Quotient]) -> _Quotient:
        above: _Factors = []
        below: _Factors = []
        number = Fraction(coefficient)
        for atom, exponent in monomial:
            if self._is_opened(atom, exponent):
                inside = known[self.algebra.arguments(atom)[0]]
                high, low = inside.above, inside.below
            else:
                high, low = [(self.variable(atom, abs(Fraction(exponent))), 1)], []
                exponent = 1 if exponent > 0 else -1
            times = abs(int(exponent))
            if exponent < 0:
                high, low = low, high
            above = _united(above, [(part, own * times) for part, own in high], _sum)
            for polynomial, own in low:
                content, parts = factors(polynomial)
                number /= content ** (own * times)
                below = _united(below, [(part, power * own * times) for part, power in parts], _sum)
        return self._cancelled([(self.constant(number), 1), *above], below)

    def constant(self, number: Fraction) -> Polynomial:
        """A number as a polynomial."""
        return dict.fromkeys(self.one, number) if number else {}

    def total(self, parts: Iterable[_Quotient]) -> _Quotient:
        """The sum of quotients, over the least common denominator; what all terms have in common stays a factor of it."""
        above: _Factors = [({}, 1)]
        below: _Factors = []
        for at, part in enumerate(parts):
            if at == 0 or not all(polynomial for polynomial, _ in above):
                above, below = part
                continue
            common = _united(below, part.below, max)
            shared = _united(above, part.above, min)
            sums = [
                self.product(_united(own.above, shared, _difference) + _united(common, own.below, _difference))
                for own in (_Quotient(above, below), part)
            ]
            sum = {at: sums[0].get(at, Fraction(0)) + sums[1].get(at, Fraction(0)) for at in {**sums[0], **sums[1]}}
            sum = {at: c for at, c in sum.items() if c}
            above, below = self._cancelled([*shared, (sum, 1)], common) if sum else ([({}, 1)], [])
        return _Quotient(above, below)

    def product(self, parts: _Factors) -> Polynomial:
        """The product of powers of polynomials."""
        total = self.one
        for part, times in parts:
            total = self.checked(product(total, self.power(part, times)))
        return total

    def _cancelled(self, above: _Factors, below: _Factors) -> _Quotient:
        left: _Factors = []
        for part, times in below:
            work, above = above, []
            while work:
                polynomial, own = work.pop()
                rest = quotient(polynomial, part) if times else None
                if rest is None:
                    above = _united(above, [(polynomial, own)], _sum)
                    continue
                used = min(times, own)
                times -= used
                work += [(rest, used)] + ([(polynomial, own - used)] if own > used else [])
                (monomial, _) = self.algebra.as_term(self.form(part))
                self.algebra.cancelled.update(atom for atom, _ in monomial if not self.algebra.is_nonzero(atom))
            left += [(part, times)] if times else []
        return _Quotient(above, left)

    # ---- back to forms ----

    def form(self, polynomial: Polynomial) -> int:
        """A polynomial as a form."""
        terms: dict[Monomial, Rational] = {}
        for exponents, c in polynomial.items():
            powers = zip(self.atoms, exponents, self.roots, strict=True)
            terms[tuple([(atom, whole(Fraction(e, root))) for atom, e, root in powers if e])] = whole(c)
        return self.algebra.form(terms)

    def over(self, number: Fraction, above: _Factors, below: _Factors) -> int:
        """A number times powers of polynomials over others, each a factor of its own."""
        monomial: dict[int, Rational] = {}
        for sign, parts in ((1, above), (-1, below)):
            for part, times in parts:
                inside, content = self.algebra.as_term(self.form(part))
                number *= Fraction(content) ** (sign * times)
                for atom, exponent in inside:
                    monomial[atom] = whole(monomial.get(atom, 0) + sign * times * exponent)
        ordered = tuple(sorted((atom, exponent) for atom, exponent in monomial.items() if exponent))
        plain = len(ordered) == 1 and ordered[0][1] == 1 and number == 1  # a sum that is no factor stands without parentheses
        found = self.algebra.form({ordered: number})
        return self.algebra.add([found]) if plain else found


def _sum(own: int, other: int) -> int:
    return own + other


def _difference(own: int, other: int) -> int:
    return own - other


def _united(left: _Factors, right: _Factors, exponent: Callable[[int, int], int]) -> _Factors:
    """Powers of the polynomials of two products, with an exponent from the two that each has; 0 falls away."""
    both = [part for part, _ in left] + [part for part, _ in right if all(part != own for own, _ in left)]
    pairs = [(part, exponent(_times(left, part), _times(right, part))) for part in both]
    return [(part, times) for part, times in pairs if times]


def _times(parts: _Factors, wanted: Polynomial) -> int:
    return next((times for part, times in parts if part == wanted), 0)


def where_zero(algebra: Algebra, form: int, zero: int) -> int:
    """A form where another is 0, if that makes it shorter: -x^2/y^3 - 1/y is -25/y^3 where x^2 + y^2 - 25 is 0.

    Each term of the other in turn is put in the place of the rest, in the numerator over one denominator.
    """
    fractions, other = _Fractions(algebra, form), _Fractions(algebra, zero)
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


def _expanded(fractions: _Fractions, form: int) -> int:
    """Every product of sums multiplied out; what is divided by stays below each term."""
    parts = [
        fractions.over(c, [({at: Fraction(1)}, 1)], term.below)
        for term in fractions.terms(form)
        for at, c in fractions.product(term.above).items()
    ]
    return fractions.algebra.add(parts)


def _together(fractions: _Fractions, form: int) -> int:
    """One fraction."""
    found = fractions.quotient(form)
    above = fractions.product(found.above)
    if not found.below:
        below = lcm(*[c.denominator for c in above.values()])
        if below == 1:
            return fractions.form(above)
        return fractions.over(Fraction(1, below), [({at: c * below for at, c in above.items()}, 1)], [])
    return fractions.over(Fraction(1), [(above, 1)], found.below)


def _factored(fractions: _Fractions, form: int) -> int:
    """A product of polynomials that are irreducible over the rationals, over others."""
    found = fractions.quotient(form)
    if not all(polynomial for polynomial, _ in found.above):
        return fractions.algebra.number(0)
    number = Fraction(1)
    above: _Factors = []
    for polynomial, times in found.above:
        content, parts = factors(polynomial)
        number *= content**times
        above = _united(above, [(part, own * times) for part, own in parts], _sum)
    return fractions.over(number, above, found.below)


def _apart(fractions: _Fractions, form: int) -> int:
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
            rest = fractions.product(_united(found.below, [(part, own)], _difference))
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
    groups: dict[int, tuple[Polynomial, _Factors]] = {}
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


def _power_of(fractions: _Fractions, place: int, power: int) -> Polynomial:
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


SHAPES: dict[str, Callable[[_Fractions, int], int]] = {
    "expanded": _expanded,
    "factored": _factored,
    "together": _together,
    "apart": _apart,
}
