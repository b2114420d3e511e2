"""Forms as arithmetic uses them: interned sums of terms, their signs, their sums, and how long each is when it is written out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor, prod

from gradcli.algebra.sums.interned import Atom
from gradcli.algebra.sums.signs import Signs
from gradcli.algebra.sums.terms import (
    LONG_NUMBER,
    ONE,
    Monomial,
    Rational,
    Terms,
    coefficient_parts,
    number_length,
    prime_powers,
    whole,
)
from gradcli.graph.graph import Shape
from gradcli.ops.catalogue import STACK, STRUCTURAL, TURN
from gradcli.ops.declaration.rational import power as exact_power
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions

NOTATION = frozenset({"form", STACK, TURN})
"""What is not counted as an operation: parentheses, the brackets of a literal, the T of a transpose."""

_HALF = Fraction(1, 2)

_PI = Atom("constant", "pi")


class Forms(Signs):
    """The interned atoms and forms of one calculation, with their signs, sums and sizes.

    Args:
        assume: What is assumed of variables; None for nothing.
    """

    def __init__(self, assume: Assumptions | None = None) -> None:
        super().__init__(assume)
        self._sizes: dict[int, int] = {}

    def size(self, form: int) -> int:
        """How many operations the form takes when it is written out."""
        known = self._sizes.get(form)
        if known is not None:
            return known
        for at in self.inside_out(form, self._sizes):
            self._sizes[at] = self._own_size(at)
        return self._sizes[form]

    def add(self, forms: Iterable[int]) -> int:
        """The sum, like terms collected."""
        total: dict[Monomial, Rational] = {}
        for form in forms:
            for monomial, coefficient in self.forms[form]:
                inner = self._bare_sum(monomial)
                if inner is None:
                    total[monomial] = total.get(monomial, 0) + coefficient
                else:  # a + k·(b + c) = a + k·b + k·c
                    for inside, factor in self.forms[inner]:
                        total[inside] = total.get(inside, 0) + coefficient * factor
        return self.form(total)

    def _bare_sum(self, monomial: Monomial) -> int | None:
        """The form that a monomial consists of, where it is nothing else."""
        if len(monomial) == 1 and monomial[0][1] == 1:
            kind, content = self.atoms[monomial[0][0]]
            if kind == "form" and isinstance(content, tuple):
                return content[0]
        return None

    def scale(self, form: int, factor: Rational) -> int:
        """A rational multiple."""
        if factor == 1:
            return form
        return self._interned(tuple([(m, whole(c * factor)) for m, c in self.forms[form]]) if factor else ())

    def power_of_number(self, value: Rational, exponent: Rational) -> int:
        """A power of a number; of a root the part that is rational stands before it: 8^(1/2) is 2·2^(1/2)."""
        exact = exact_power(value, exponent)
        if exact is not None or (value == 0 and exponent > 0):
            return self.number(exact or 0)
        if value <= 0 or isinstance(exponent, int) or exact_power(value, int(exponent)) is None:
            return self.of_atom(self.atom("form", (self.number(value),)), exponent)
        outside, monomial = Fraction(1), dict[int, Rational]()
        for part, power in zip(Fraction(value).as_integer_ratio(), (exponent, -exponent), strict=True):
            for prime, times in prime_powers(part):  # 1/sqrt(2) is sqrt(2)/2
                rest = power * times - floor(power * times)
                outside = outside * Fraction(prime) ** floor(power * times)
                if rest:
                    monomial[self.atom("form", (self.number(prime),))] = whole(rest)
        return self.form({tuple(sorted(monomial.items())): outside})

    def _own_size(self, form: int) -> int:
        terms = self.forms[form]
        total = max(0, len(terms) - 1)
        for monomial, coefficient in terms:
            total += number_length(coefficient) // LONG_NUMBER
            if monomial == ONE:
                continue
            if self._is_angle(monomial):
                total += int(coefficient not in (1, -1))
                continue
            factors = self.factors(monomial)
            above = sum([exponent > 0 for _, exponent in factors])
            numerator, denominator = (1, 1) if coefficient in (1, -1) else coefficient_parts(coefficient)
            roots = [exponent for atom, exponent in factors if self.is_root_of_number(atom, exponent)]
            if roots:  # sqrt(6)/2 is a number
                numerator = denominator = 1
                total -= 2 * (len(roots) - len(set(roots)))
            total += above + (numerator != 1 or not above) - 1 + len(factors) - above + (denominator != 1)
            for atom, exponent in factors:
                kind, content = self.atoms[atom]
                total += 0 if exponent in (1, -1) else exponent_cost(exponent)
                if isinstance(content, tuple):
                    total += sum([self._sizes[inner] for inner in content]) + self._own_operations(kind, content)
        return total + self._leading_sign(terms)

    def _is_angle(self, monomial: Monomial) -> bool:
        """Whether a monomial is pi: 2·pi/3 is a number."""
        return len(monomial) == 1 and monomial[0][1] == 1 and self.atoms[monomial[0][0]] == _PI

    def _own_operations(self, kind: str, content: tuple[int, ...]) -> int:
        """How many operations an atom is itself; one on literals counts each of their elements."""
        if kind in NOTATION:
            return 0
        own = len(content) - 1 if kind == "matmul" else 1
        if not self.shapes:
            return own
        return own + literal_cost(kind, [self.shape(form) if self.is_literal(form) else None for form in content])

    def _leading_sign(self, terms: Terms) -> int:
        """1 where a minus stands first that no number takes in: -x, but not -2*x, and x - 1 for -(1 - x)."""
        if not terms or any(coefficient > 0 for _, coefficient in terms):
            return 0
        monomial, coefficient = max(terms, key=lambda term: sum(exponent for _, exponent in term[0]))
        if self._is_angle(monomial) or Fraction(coefficient).numerator != -1 or not any(exponent > 0 for _, exponent in monomial):
            return 0
        return int(len(terms) > 1 or self.opposite_factor(monomial) is None)

    def opposite_factor(self, monomial: Monomial) -> tuple[int, Rational] | None:
        """A factor that takes in a minus at no cost: a difference, -(a - b) = b - a; None where there is none."""
        for atom, exponent in monomial:
            if self.atoms[atom].kind == "form" and exponent % 2 == 1:
                signs = {coefficient > 0 for _, coefficient in self.forms[self.arguments(atom)[0]]}
                if len(signs) == 2:
                    return atom, exponent
        return None


def exponent_cost(exponent: Rational) -> int:
    """What a power counts: sqrt(x) and x^2 one operation, x^(3/2) two."""
    return 1 if isinstance(exponent, int) or exponent in (_HALF, -_HALF) else 2


def literal_cost(operation: str, literals: Sequence[Shape | None]) -> int:
    """What an operation counts more that adds and multiplies elements of literals.

    Args:
        operation: The operation.
        literals: The shapes of its operands, None for one that is no literal.
    """
    known = [shape for shape in literals if shape is not None]
    if operation not in STRUCTURAL or not any(known) or len(known) < len(literals):
        return 0
    return sum(map(prod, known))
