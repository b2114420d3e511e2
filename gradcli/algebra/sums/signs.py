"""What is known of the signs of forms: x^2 + 1 is positive, |x| is not negative, and x - 1 is not 0 where x > 1 is assumed."""

from __future__ import annotations

import functools
from fractions import Fraction
from math import inf, prod

from gradcli.algebra.sums.interned import ABS, APART, LOG, POW, Interned
from gradcli.algebra.sums.terms import ONE, Monomial, Rational, Terms, whole
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import POLE
from gradcli.ops.declaration.ieee import as_float
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions

_NEVER_0 = frozenset(name for name, one in OPERATIONS.items() if one.facts.squares.endswith("-") or one.facts.step is not None)
"""Functions whose square is 1 more than another square, sec, csc, cosh, coth, and gamma functions."""

_BOUNDED = range(1, 65)
"""The powers of variables whose bounds follow from those of the variables."""

_MOST_SQUARES = 8
"""Squares in a sum that are completed."""


class Signs(Interned):
    """Interned forms, and which of them are positive, not negative, or different from 0 wherever they are defined.

    Args:
        assume: What is assumed of variables; None for nothing.

    Attributes:
        assume: What is assumed of variables.
        nonzero: Atoms that may be taken as different from 0, so that x/x is 1: what a function divides by, or takes the
            logarithm of, is different from 0 wherever the function is defined.
    """

    def __init__(self, assume: Assumptions | None = None) -> None:
        super().__init__()
        self.assume = assume or None
        self.nonzero: set[int] = set()
        self._positive_atoms: set[int] = set()
        self._nonzero_atoms: set[int] = set()

    def note_sign(self, atom: int) -> None:
        """Note whether an atom that is new is positive, or different from 0."""
        kind, content = self.atoms[atom]
        value = self.value_of_atom(atom)
        if self._is_positive(kind, content) or (value is not None and value > APART):
            self._positive_atoms.add(atom)
        if kind in _NEVER_0 or (value is not None and value < -APART) or (self.assume and self._is_nonzero(kind, content)):
            self._nonzero_atoms.add(atom)

    def is_positive(self, atom: int) -> bool:
        """Whether an atom is known to be positive wherever it is defined."""
        return atom in self._positive_atoms

    def is_nonzero(self, atom: int) -> bool:
        """Whether an atom is known to be different from 0 wherever it is defined."""
        return atom in self._positive_atoms or atom in self._nonzero_atoms

    def is_nonzero_form(self, form: int) -> bool:
        """Whether a form is known to be different from 0 wherever it is defined: x^2 + 1, 1/x, and x - 2 for x != 2."""
        terms = self.forms[form]
        if len(terms) == 1:
            return all(exponent < 0 or self.is_nonzero(atom) for atom, exponent in terms[0][0])
        if self.is_positive_form(form) or self.is_positive_form(self._opposite(form)):
            return True
        one = self.only_zero(form)
        return one is not None and self.assume is not None and not self.assume.of(one[0]).has(one[1])

    def only_zero(self, form: int) -> tuple[str, Fraction] | None:
        """The variable and its value where a form is 0, x and -c/k for k·x + c; None of any other form."""
        one = _single_variable(self.forms[form])
        name = "" if one is None else self._name(one[0])
        return None if one is None or not name else (name, -Fraction(one[2]) / one[1])

    def is_positive_form(self, form: int) -> bool:
        """Whether a form is known to be positive wherever it is defined: x^2 + 1, exp(x)·|x| + 2, and x - 1 for x > 1."""
        terms = self.forms[form]
        if self._has_no_negative_term(terms) and any(all(self.is_nonzero(a) for a, _ in monomial) for monomial, _ in terms):
            return True
        if (value := self.value(form)) is not None:
            return bool(value > APART * max([abs(as_float(coefficient)) for _, coefficient in terms], default=0))
        least = self._least(terms) or least_of_quadratic(terms)
        return least is not None and (least[0] > 0 or (least[0] == 0 and least[1]))

    def is_not_negative(self, form: int) -> bool:
        """Whether a form is known not to be negative: x^2, |x| + w^4, and x - 1 for x >= 1."""
        terms = self.forms[form]
        if self._has_no_negative_term(terms):
            return True
        least = self._least(terms) or least_of_quadratic(terms)
        return least is not None and least[0] >= 0

    def is_not_0_nor_negative(self, form: int) -> bool:
        """Whether a product is known not to be negative, and may be taken as different from 0."""
        terms = self.forms[form]
        return len(terms) == 1 and self.is_not_negative(form) and all(atom in self.nonzero for atom, _ in terms[0][0])

    def has_a_sign(self, form: int) -> bool:
        """Whether a form is known not to change its sign."""
        return self.is_not_negative(form) or self.is_not_negative(self._opposite(form))

    def is_multiple_of_logarithm(self, form: int) -> bool:
        """Whether a form is a small multiple of the logarithm of a number, whose exponential is a number, or a root of one."""
        if len(self.forms[form]) != 1:
            return False
        [(monomial, number)] = self.forms[form]
        is_logarithm = len(monomial) == 1 and monomial[0][1] == 1 and self.atoms[monomial[0][0]].kind == LOG
        return is_logarithm and self.value(form) is not None and 2 % Fraction(number).denominator == 0 and -20 <= number <= 20

    def is_integer_form(self, form: int) -> bool:
        """Whether a form is a polynomial in integers with integers as coefficients."""
        return all(Fraction(c).denominator == 1 and self._is_integer(monomial) for monomial, c in self.forms[form])

    def _is_integer(self, monomial: Monomial) -> bool:
        assume = self.assume
        if assume is None:
            return not monomial
        return all(isinstance(e, int) and e > 0 and assume.of(self._name(atom)).integer for atom, e in monomial)

    def _name(self, atom: int) -> str:
        """The name of a variable; empty for what is none, of which nothing is assumed in particular."""
        kind, content = self.atoms[atom]
        return str(content) if kind == "variable" else ""

    def _opposite(self, form: int) -> int:
        return self.form({monomial: -c for monomial, c in self.forms[form]})

    def _has_no_negative_term(self, terms: Terms) -> bool:
        """Whether all terms are known not to be negative."""
        for monomial, coefficient in terms:
            sign = 1 if coefficient > 0 else -1
            for atom, exponent in monomial:
                sign *= self._sign(atom, exponent)
            if sign <= 0:
                return False
        return True

    def _sign(self, atom: int, exponent: Rational) -> int:
        """1 for a power that is known not to be negative, -1 for one that is known not to be positive, and else 0.

        A power with an even denominator is defined for no negative base.
        """
        if exponent % 2 == 0 or (isinstance(exponent, Fraction) and exponent.denominator % 2 == 0):
            return 1
        kind, content = self.atoms[atom]
        if self.is_positive(atom) or _is_nowhere_negative(kind):
            return 1
        if not self.assume:
            return 0
        if kind == "variable":
            fact = self.assume.of(str(content))
            return 1 if fact.low is not None and fact.low >= 0 else -1 if fact.high is not None and fact.high <= 0 else 0
        if kind == "form" and isinstance(content, tuple):
            return 1 if self.is_not_negative(content[0]) else -1 if self.is_not_negative(self._opposite(content[0])) else 0
        return 0

    def _least(self, terms: Terms) -> tuple[Rational, bool] | None:
        """A lower bound of a sum, and whether it is not reached; None where there is none."""
        total: Rational = 0
        is_open = False
        for monomial, coefficient in terms:
            bound = self._least_of_term(monomial, coefficient)
            if bound is None:
                return None
            total += bound[0]
            is_open |= bound[1]
        return total, is_open

    def _least_of_term(self, monomial: Monomial, coefficient: Rational) -> tuple[Rational, bool] | None:
        """A lower bound of a term, and whether it is not reached: of 2·x^2 what is assumed of x says, of 3·sin(x) the sine."""
        if monomial == ONE:
            return coefficient, False
        if self.assume and all(e in _BOUNDED and self._name(atom) for atom, e in monomial):
            facts = [self.assume.of(self._name(atom)).raised(int(e)) for atom, e in monomial]
            ends = [(one.low, one.open_low) if coefficient > 0 else (one.high, one.open_high) for one in facts]
            known = [end for end, _ in ends if end is not None]
            if len(known) == len(ends) and (len(ends) == 1 or all(one.low is not None and one.low >= 0 for one in facts)):
                total = coefficient * prod(known)
                return total, any(is_open for _, is_open in ends) if total else (0, False) not in ends
        if len(monomial) == 1 and monomial[0][1] == 1:
            declared = OPERATIONS.get(self.atoms[monomial[0][0]].kind)
            end = declared.facts.range[coefficient < 0] if declared else inf
            if end and float(end).is_integer():
                return coefficient * int(end), False
        sign = 1 if coefficient > 0 else -1
        for atom, exponent in monomial:
            sign *= self._sign(atom, exponent)
        return (0, False) if sign > 0 else None

    def _is_positive(self, kind: str, content: str | float | tuple[int, ...]) -> bool:
        if isinstance(content, tuple):
            if kind in ("form", "power", POW):  # b^u is positive for b > 0
                return self.is_positive_form(content[0])
            return _is_everywhere_positive(kind) or (kind == ABS and bool(self.assume) and self.is_nonzero_form(content[0]))
        if isinstance(content, float):
            return content > 0
        if kind == "constant":
            return content != "nan"
        return self.assume is not None and self.assume.of(str(content)).is_positive

    def _is_nonzero(self, kind: str, content: str | float | tuple[int, ...]) -> bool:
        if isinstance(content, tuple):
            return kind in ("form", "power", POW) and self.is_nonzero_form(content[0])
        return kind == "variable" and self.assume is not None and self.assume.of(str(content)).is_nonzero


def _is_nowhere_negative(operation: str) -> bool:
    declared = OPERATIONS.get(operation)
    return declared is not None and declared.facts.nonnegative


def _single_variable(terms: Terms) -> tuple[int, Rational, Rational] | None:
    """The atom, the coefficient and the number of k·a + c; None of another sum."""
    parts = dict(terms)
    number = parts.pop(ONE, 0)
    [(monomial, factor), *others] = parts.items() or [(ONE, 0)]
    return None if others or len(monomial) != 1 or monomial[0][1] != 1 else (monomial[0][0], factor, number)


def least_of_quadratic(terms: Terms) -> tuple[Rational, bool] | None:
    """The least value of a sum of squares, and that it is reached: 3/4 of x^2 + x + 1; None of what is no sum of squares.

    Squares are completed atom by atom, which leaves a number (Lagrange's reduction of a quadratic form). Where atoms depend on
    each other the least value is a lower bound.
    """
    squared = [monomial[0][0] for monomial, c in terms if len(monomial) == 1 and monomial[0][1] == 2 and c > 0]
    if not squared or len(terms) < 3 or len(squared) > _MOST_SQUARES:
        return None
    place = {atom: at for at, atom in enumerate(squared)}
    end = len(squared)
    matrix: list[list[Rational]] = [[0] * (end + 1) for _ in range(end + 1)]
    for monomial, coefficient in terms:
        atoms = [atom for atom, exponent in monomial for _ in range(int(exponent) if exponent in (1, 2) else 3)]
        if len(atoms) > 2 or any(atom not in place for atom in atoms):
            return None
        i, j = sorted([*[place[atom] for atom in atoms], end, end][:2])
        matrix[i][j] = matrix[j][i] = coefficient if i == j else Fraction(coefficient) / 2
    for at in range(end):
        pivot = matrix[at][at]
        if pivot < 0 or (not pivot and any(matrix[at][at + 1 :])):
            return None
        for row in range(at + 1, end + 1) if pivot else ():
            factor = Fraction(matrix[row][at]) / pivot
            matrix[row] = [own - factor * other for own, other in zip(matrix[row], matrix[at], strict=True)]
    return whole(matrix[end][end]), False


@functools.cache
def _is_everywhere_positive(operation: str) -> bool:
    """Whether an operation has positive values alone: those of exp, which are not negative, and of which log takes no 0."""
    declared = OPERATIONS.get(operation)
    if declared is None or not declared.facts.nonnegative:
        return False
    inverse = OPERATIONS.get(declared.facts.inverse)
    without_0 = inverse is not None and any(s.kind == POLE and s.at == (0,) for s in inverse.facts.specials)
    return declared.facts.range[0] > 0 or without_0
