"""Sums of products in a normal form: like terms and like factors stand together, with exact rational coefficients.

A *form* is a sum of terms; a term is a rational coefficient times a monomial; a monomial is a product of atoms to rational
powers; an atom is a variable, a named constant, a function of forms, or a form of several terms. Atoms and forms are interned
and known by small integers, so that equal ones are found at once and shared ones are stored once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from gradcli.ops.rational import power as exact_power

Rational = int | Fraction
Monomial = tuple[tuple[int, Rational], ...]
"""Pairs of an atom and its exponent, by ascending atom; the empty monomial is 1."""

Terms = tuple[tuple[Monomial, Rational], ...]
"""Pairs of a monomial and its coefficient, which is not 0; the empty sum is 0."""

ONE: Monomial = ()


class Atom(NamedTuple):
    """An indivisible factor.

    ``kind`` is ``variable``, ``constant``, ``number`` (a float that is not exact), ``form``, or the name of an operation;
    ``content`` is the name, the number, the form, or the forms of the arguments.
    """

    kind: str
    content: str | float | tuple[int, ...]


class Algebra:
    """The interned atoms and forms of one calculation.

    Attributes:
        atoms: The atoms by their ids.
        forms: The forms by their ids.
        nonzero: Atoms that may be taken as different from 0, so that x/x is 1: what a function divides by, or takes the
            logarithm of, is different from 0 wherever the function is defined.
    """

    def __init__(self) -> None:
        self.atoms: list[Atom] = []
        self.forms: list[Terms] = []
        self.nonzero: set[int] = set()
        self._atom_ids: dict[Atom, int] = {}
        self._form_ids: dict[Terms, int] = {}
        self._sizes: dict[int, int] = {}

    # ---- interning ----

    def atom(self, kind: str, content: str | float | tuple[int, ...]) -> int:
        """The id of an atom."""
        key = Atom(kind, repr(content) if isinstance(content, float) else content)
        id = self._atom_ids.get(key)
        if id is None:
            id = self._atom_ids[key] = len(self.atoms)
            self.atoms.append(Atom(kind, content))
        return id

    def form(self, terms: Mapping[Monomial, Rational]) -> int:
        """The id of a sum of terms; terms with the coefficient 0 fall away."""
        key = tuple(sorted((monomial, _whole(c)) for monomial, c in terms.items() if c))
        id = self._form_ids.get(key)
        if id is None:
            id = self._form_ids[key] = len(self.forms)
            self.forms.append(key)
        return id

    def number(self, value: Rational) -> int:
        """The form of a rational number."""
        return self.form({ONE: value})

    def of_atom(self, atom: int, exponent: Rational = 1) -> int:
        """The form of one atom."""
        return self.form({((atom, exponent),): 1})

    def rational(self, form: int) -> Rational | None:
        """The value of a form that is a rational number."""
        terms = self.forms[form]
        if not terms:
            return 0
        return terms[0][1] if len(terms) == 1 and terms[0][0] == ONE else None

    # ---- arithmetic ----

    def add(self, forms: Iterable[int]) -> int:
        """The sum: like terms collected, in the shortest of the shapes that :meth:`shortest` tries."""
        return self.shortest(self._sum(forms))

    def _sum(self, forms: Iterable[int]) -> int:
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
        return self.form({monomial: coefficient * factor for monomial, coefficient in self.forms[form]})

    def multiply(self, left: int, right: int) -> int:
        """The product. A sum of several terms stays one factor, unless the other factor is a number."""
        for a, b in ((left, right), (right, left)):
            value = self.rational(a)
            if value is not None:
                return self.scale(b, value)
        (left_monomial, left_factor), (right_monomial, right_factor) = self._as_term(left), self._as_term(right)
        return self.form({self._join(left_monomial, right_monomial): left_factor * right_factor})

    def _as_term(self, form: int) -> tuple[Monomial, Rational]:
        """A form as one term; a sum of several terms becomes an atom, its rational content taken out."""
        terms = self.forms[form]
        if len(terms) == 1:
            return terms[0]
        content = _content(terms)
        return ((self.atom("form", (self.scale(form, Fraction(1) / content),)), 1),), content

    def _join(self, left: Monomial, right: Monomial) -> Monomial:
        """The product of two monomials: x^a·x^b is x^(a + b), unless that would hide a division by 0."""
        powers = dict(left)
        for atom, exponent in right:
            before = powers.get(atom, 0)
            if before * exponent < 0 and atom not in self.nonzero:
                atom = self.atom("power", (self.of_atom(atom, exponent),))  # x·(1/x) is left alone
                before, exponent = powers.get(atom, 0), 1
            powers[atom] = _whole(before + exponent)
        return tuple(sorted((atom, exponent) for atom, exponent in powers.items() if exponent))

    def power(self, form: int, exponent: Rational) -> int:
        """A rational power: (a·b)^n is a^n·b^n, and (a^m)^n is a^(m·n), for integers n only."""
        exponent = _whole(exponent)
        if exponent == 1:
            return form
        if exponent == 0:
            return self.number(1)
        value = self.rational(form)
        if value is not None:
            exact = exact_power(value, exponent)
            if exact is not None:
                return self.number(exact)
            return self.of_atom(self.atom("form", (form,)), exponent)
        monomial, coefficient = self._as_term(form)
        if isinstance(exponent, int):
            raised = tuple((atom, _whole(e * exponent)) for atom, e in monomial)
            return self.form({raised: Fraction(coefficient) ** exponent})
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
            return self.of_atom(monomial[0][0], exponent)
        return self.of_atom(self.atom("form", (form,)), exponent)

    # ---- the shortest shape ----

    def shortest(self, form: int) -> int:
        """The shortest of the form itself, the form multiplied out, and the form with its common factor taken out."""
        best = form
        for candidate in (self.expanded(form), self.factored(form)):
            if self.size(candidate) < self.size(best):
                best = candidate
        return best

    def expanded(self, form: int, limit: int = 64) -> int:
        """Products and small powers of sums multiplied out, as long as there are not many terms."""
        total: dict[Monomial, Rational] = {}
        for monomial, coefficient in self.forms[form]:
            product: dict[Monomial, Rational] = {ONE: coefficient}
            for atom, exponent in monomial:
                kind, content = self.atoms[atom]
                factor: Terms = ((((atom, exponent),), 1),)
                times = 1
                if kind == "form" and isinstance(exponent, int) and 0 < exponent <= 4:
                    assert isinstance(content, tuple)
                    factor, times = self.forms[content[0]], exponent
                for _ in range(times):
                    following: dict[Monomial, Rational] = {}
                    for left, a in product.items():
                        for right, b in factor:
                            joined = self._join(left, right)
                            following[joined] = following.get(joined, 0) + a * b
                    product = following
                    if len(product) > limit:
                        return form
            for joined, value in product.items():
                total[joined] = total.get(joined, 0) + value
            if len(total) > limit:
                return form
        return self.form(total)

    def factored(self, form: int) -> int:
        """The common factor of all terms taken out: x·a + x·b is x·(a + b)."""
        terms = self.forms[form]
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
        content = _content(terms)
        rest: dict[Monomial, Rational] = {}
        for monomial, coefficient in terms:
            powers = {atom: _whole(exponent - common.get(atom, 0)) for atom, exponent in monomial}
            left = tuple(sorted((atom, exponent) for atom, exponent in powers.items() if exponent))
            rest[left] = rest.get(left, 0) + Fraction(coefficient) / content
        inner = self.shortest(self._sum([self.form(rest)]))
        outer = self.form({tuple(sorted(common.items())): content})
        return self.multiply(outer, inner)

    def size(self, form: int) -> int:
        """How many operations the form takes when it is written out."""
        known = self._sizes.get(form)
        if known is not None:
            return known
        work = [form]
        while work:
            at = work[-1]
            below = [inner for inner in self.inner(at) if inner not in self._sizes]
            if below:
                work.extend(below)
                continue
            work.pop()
            self._sizes[at] = self._own_size(at)
        return self._sizes[form]

    def inner(self, form: int) -> list[int]:
        """The forms inside the atoms of a form."""
        inner: list[int] = []
        for monomial, _ in self.forms[form]:
            for atom, _ in monomial:
                content = self.atoms[atom].content
                if isinstance(content, tuple):
                    inner.extend(content)
        return inner

    def _own_size(self, form: int) -> int:
        terms = self.forms[form]
        total = max(0, len(terms) - 1)
        for monomial, coefficient in terms:
            if monomial == ONE:
                continue
            total += len(monomial) - 1 + (coefficient not in (1, -1)) + (coefficient < 0 and len(terms) == 1)
            for atom, exponent in monomial:
                kind, content = self.atoms[atom]
                total += exponent not in (1, -1)
                if isinstance(content, tuple):
                    total += sum(self._sizes[inner] for inner in content) + (kind not in ("form", "power"))
        return total


def _whole(value: Rational) -> Rational:
    """The rational number as an integer where it is one."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _content(terms: Terms) -> Fraction:
    """The positive rational factor that leaves coprime integer coefficients."""
    coefficients = [Fraction(coefficient) for _, coefficient in terms]
    return Fraction(gcd(*[c.numerator for c in coefficients]), lcm(*[c.denominator for c in coefficients]))
