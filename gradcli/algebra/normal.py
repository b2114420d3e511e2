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

POSITIVE = frozenset({"exp", "exp2", "cosh", "sigmoid", "softplus"})
"""Operations whose value is positive wherever it is defined."""

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

    Args:
        positive: Whether every variable may be taken as positive.

    Attributes:
        atoms: The atoms by their ids.
        forms: The forms by their ids.
        nonzero: Atoms that may be taken as different from 0, so that x/x is 1: what a function divides by, or takes the
            logarithm of, is different from 0 wherever the function is defined.
    """

    def __init__(self, *, positive: bool = False) -> None:
        self.atoms: list[Atom] = []
        self.forms: list[Terms] = []
        self.nonzero: set[int] = set()
        self.positive = positive
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
        key = tuple(sorted((monomial, whole(c)) for monomial, c in terms.items() if c))
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

    def single_atom(self, form: int) -> int | None:
        """The atom that a form consists of; None where it is anything else."""
        terms = self.forms[form]
        if len(terms) == 1 and terms[0][1] == 1 and len(terms[0][0]) == 1 and terms[0][0][0][1] == 1:
            return terms[0][0][0][0]
        return None

    def is_positive(self, atom: int) -> bool:
        """Whether an atom is known to be positive wherever it is defined."""
        kind, content = self.atoms[atom]
        if kind == "constant":
            return content not in ("nan",)
        return kind in POSITIVE or (self.positive and kind == "variable")

    # ---- arithmetic ----

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
        return self.form({monomial: coefficient * factor for monomial, coefficient in self.forms[form]})

    def multiply(self, left: int, right: int) -> int:
        """The product. A sum of several terms stays one factor, unless the other factor is a number."""
        for a, b in ((left, right), (right, left)):
            value = self.rational(a)
            if value is not None:
                return self.scale(b, value)
        (left_monomial, left_factor), (right_monomial, right_factor) = self.as_term(left), self.as_term(right)
        monomial, factor = self.joined(left_monomial, right_monomial), left_factor * right_factor
        return self._powers_merged(monomial, factor)

    def _powers_merged(self, monomial: Monomial, factor: Rational) -> int:
        """The term with powers of one base as one power: b^u·b^v is b^(u + v), and exp(u)·exp(v) is exp(u + v)."""
        groups: dict[tuple[str, int], list[tuple[int, Rational]]] = {}
        for atom, exponent in monomial:
            kind, content = self.atoms[atom]
            if kind in ("pow", "exp") and isinstance(content, tuple):
                groups.setdefault((kind, content[0] if kind == "pow" else -1), []).append((atom, exponent))
        powers = dict(monomial)
        merged: list[int] = []
        for (kind, base), members in groups.items():
            base_atom = self.single_atom(base) if kind == "pow" else None
            if len(members) == 1 and base_atom not in powers:
                continue
            total = self.number(powers.pop(base_atom, 0)) if base_atom is not None else self.number(0)
            for atom, exponent in members:
                del powers[atom]
                inner = self.atoms[atom].content
                assert isinstance(inner, tuple)
                total = self.add([total, self.scale(inner[-1], exponent)])
            whole_exponent = self.rational(total)
            if kind == "exp":
                merged.append(self.number(1) if whole_exponent == 0 else self.of_atom(self.atom("exp", (total,))))
            elif whole_exponent is not None:
                merged.append(self.power(base, whole_exponent))
            else:
                merged.append(self.of_atom(self.atom("pow", (base, total))))
        result = self.form({tuple(sorted(powers.items())): factor})
        for form in merged:
            (left, a), (right, b) = self.as_term(result), self.as_term(form)
            result = self.form({self.joined(left, right): a * b})
        return result

    def as_term(self, form: int) -> tuple[Monomial, Rational]:
        """A form as one term; a sum of several terms becomes an atom, its rational content taken out."""
        terms = self.forms[form]
        if len(terms) == 1:
            return terms[0]
        content = content_of(terms)
        primitive = self.scale(form, Fraction(1) / content)
        opposite = self.scale(primitive, -1)
        if Atom("form", (primitive,)) not in self._atom_ids and Atom("form", (opposite,)) in self._atom_ids:
            primitive, content = opposite, -content  # b - a after a - b is -(a - b)
        return ((self.atom("form", (primitive,)), 1),), content

    def joined(self, left: Monomial, right: Monomial) -> Monomial:
        """The product of two monomials: x^a·x^b is x^(a + b), unless that would hide a division by 0."""
        powers = dict(left)
        for atom, exponent in right:
            before = powers.get(atom, 0)
            if before * exponent < 0 and atom not in self.nonzero and not self.is_positive(atom):
                atom = self.atom("power", (self.of_atom(atom, exponent),))  # x·(1/x) is left alone
                before, exponent = powers.get(atom, 0), 1
            powers[atom] = whole(before + exponent)
        return tuple(sorted((atom, exponent) for atom, exponent in powers.items() if exponent))

    def power(self, form: int, exponent: Rational) -> int:
        """A rational power: (a·b)^n is a^n·b^n, and (a^m)^n is a^(m·n), for integers n only."""
        exponent = whole(exponent)
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
        monomial, coefficient = self.as_term(form)
        if isinstance(exponent, int):
            raised = tuple((atom, whole(e * exponent)) for atom, e in monomial)
            return self.form({raised: Fraction(coefficient) ** exponent})
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
            return self.of_atom(monomial[0][0], exponent)
        together = self.of_atom(self.atom("form", (form,)), exponent)
        apart = self._root(monomial, coefficient, exponent)
        return together if apart is None or self.size(apart) > self.size(together) else apart

    def _root(self, monomial: Monomial, coefficient: Rational, exponent: Fraction) -> int | None:
        """A fractional power of a product, factor by factor: (c·p^a·x^(2k))^r is c^r·p^(a·r)·|x|^(2k·r) for c, p > 0.

        None where a factor may be negative.
        """
        scale = exact_power(coefficient, exponent) if coefficient > 0 else None
        result = self.number(1 if scale is None else scale)
        if coefficient <= 0:
            return None
        if scale is None:
            result = self.of_atom(self.atom("form", (self.number(coefficient),)), exponent)
        for atom, power in monomial:
            raised = whole(power * exponent)
            if self.is_positive(atom) or (power % 2 == 0 and isinstance(raised, int) and raised % 2 == 0):
                factor = self.of_atom(atom, raised)
            elif power % 2 == 0:
                factor = self.of_atom(self.atom("abs", (self.of_atom(atom),)), raised)
            else:
                return None
            result = self.multiply(result, factor)
        return result

    # ---- size ----

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


def whole(value: Rational) -> Rational:
    """The rational number as an integer where it is one."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def content_of(terms: Terms) -> Fraction:
    """The positive rational factor that leaves coprime integer coefficients."""
    coefficients = [Fraction(coefficient) for _, coefficient in terms]
    return Fraction(gcd(*[c.numerator for c in coefficients]), lcm(*[c.denominator for c in coefficients]))
