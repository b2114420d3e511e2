"""Forms as quotients of two polynomials in their atoms; of an atom with fractional powers, such as x in sqrt(x), in its root."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import lcm
from operator import add, sub

from gradcli.algebra.sums.factors import factors, product, quotient
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import Monomial, Polynomial, Rational, whole
from gradcli.errors import ExitCode, GradcliError
from gradcli.typing import NamedTuple

_MOST_TERMS = 2_000
_MOST_BITS = 50_000
"""Of a coefficient of a power."""

_OPENED = ("form", "power")

Factors = list[tuple[Polynomial, int]]


class Quotient(NamedTuple):
    """A product of powers of polynomials over one of powers of irreducible polynomials; only sums are multiplied out."""

    above: Factors
    below: Factors


class Fractions:
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

    def quotient(self, form: int) -> Quotient:
        """A form as a quotient of which nothing can be cancelled."""
        return self.total(self.terms(form))

    def terms(self, form: int) -> list[Quotient]:
        """The terms of a form as such quotients."""
        known: dict[int, Quotient] = {}
        for one in self.order[:-1]:
            known[one] = self.total(self._term(monomial, c, known) for monomial, c in self.algebra.forms[one])
        return [self._term(monomial, c, known) for monomial, c in self.algebra.forms[form]]

    def _term(self, monomial: Monomial, coefficient: Rational, known: dict[int, Quotient]) -> Quotient:
        above: Factors = []
        below: Factors = []
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
            above = united(above, [(part, own * times) for part, own in high], add)
            for polynomial, own in low:
                content, parts = factors(polynomial)
                number /= content ** (own * times)
                below = united(below, [(part, power * own * times) for part, power in parts], add)
        return self._cancelled([(self.constant(number), 1), *above], below)

    def constant(self, number: Fraction) -> Polynomial:
        """A number as a polynomial."""
        return dict.fromkeys(self.one, number) if number else {}

    def total(self, parts: Iterable[Quotient]) -> Quotient:
        """The sum of quotients, over the least common denominator; what all terms have in common stays a factor of it."""
        above: Factors = [({}, 1)]
        below: Factors = []
        for at, part in enumerate(parts):
            if at == 0 or not all(polynomial for polynomial, _ in above):
                above, below = part
                continue
            common = united(below, part.below, max)
            shared = united(above, part.above, min)
            sums = [
                self.product(united(own.above, shared, sub) + united(common, own.below, sub))
                for own in (Quotient(above, below), part)
            ]
            sum = {at: sums[0].get(at, Fraction(0)) + sums[1].get(at, Fraction(0)) for at in {**sums[0], **sums[1]}}
            sum = {at: c for at, c in sum.items() if c}
            above, below = self._cancelled([*shared, (sum, 1)], common) if sum else ([({}, 1)], [])
        return Quotient(above, below)

    def product(self, parts: Factors) -> Polynomial:
        """The product of powers of polynomials."""
        total = self.one
        for part, times in parts:
            total = self.checked(product(total, self.power(part, times)))
        return total

    def _cancelled(self, above: Factors, below: Factors) -> Quotient:
        left: Factors = []
        for part, times in below:
            work, above = above, []
            while work:
                polynomial, own = work.pop()
                rest = quotient(polynomial, part) if times else None
                if rest is None:
                    above = united(above, [(polynomial, own)], add)
                    continue
                used = min(times, own)
                times -= used
                work += [(rest, used)] + ([(polynomial, own - used)] if own > used else [])
                (monomial, _) = self.algebra.as_term(self.form(part))
                self.algebra.cancelled.update(atom for atom, _ in monomial if not self.algebra.is_nonzero(atom))
            left += [(part, times)] if times else []
        return Quotient(above, left)

    # ---- back to forms ----

    def form(self, polynomial: Polynomial) -> int:
        """A polynomial as a form."""
        terms: dict[Monomial, Rational] = {}
        roots = list(zip(self.atoms, self.roots, strict=True))
        for exponents, c in polynomial.items():
            powers = zip(self.atoms, exponents, self.roots, strict=True)
            terms[tuple([(atom, whole(Fraction(e, root))) for atom, e, root in powers if e])] = whole(c)
        numbers = any(root > 1 and self.algebra.is_root_of_number(atom, Fraction(1, root)) for atom, root in roots)
        return self.algebra.settled_sum(terms) if numbers else self.algebra.form(terms)

    def over(self, number: Fraction, above: Factors, below: Factors) -> int:
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


def united(left: Factors, right: Factors, exponent: Callable[[int, int], int]) -> Factors:
    """Powers of the polynomials of two products, with an exponent from the two that each has; 0 falls away."""
    both = [part for part, _ in left] + [part for part, _ in right if all(part != own for own, _ in left)]
    pairs = [(part, exponent(times_of(left, part), times_of(right, part))) for part in both]
    return [(part, times) for part, times in pairs if times]


def times_of(parts: Factors, wanted: Polynomial) -> int:
    return next((times for part, times in parts if part == wanted), 0)
