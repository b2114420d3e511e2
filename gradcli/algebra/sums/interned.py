"""Interned sums of terms: what is stored once and known by a number.

A *form* is a sum of terms; a term is a rational coefficient times a monomial; a monomial is a product of atoms to rational
powers; an atom is a variable, a named constant, a function of forms, or a form of several terms. Atoms and forms are interned
and known by small integers, so that equal ones are found at once and shared ones are stored once.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from math import copysign, inf, isfinite, nan, prod

from gradcli.algebra.sums.terms import ONE, Monomial, Rational, Terms, whole
from gradcli.graph.graph import Settings, Shape
from gradcli.graph.shapes import broadcast
from gradcli.ops.catalogue import CHOICE, OPERATIONS
from gradcli.ops.declaration.constants import VALUES, constant_value
from gradcli.ops.elementwise import arithmetic, exponential
from gradcli.typing import NamedTuple

ABS, EXP, LOG, POW = arithmetic.abs.name, exponential.exp.name, exponential.log.name, arithmetic.pow.name
"""Operations that arithmetic on forms knows: |u|, e^u, its inverse, and u^v for a v that is no number."""

APART = 1e-9
"""How far apart, beside their size, two numbers are that rounding did not make different."""


class Atom(NamedTuple):
    """An indivisible factor.

    ``kind`` is ``variable``, ``constant``, ``number`` (a float that is not exact), ``form``, ``power`` (a power that is kept
    apart from others of its base), or the name of an operation; ``content`` is the name, the number, the form, or the forms of
    the arguments. A product of several matrices is one atom ``matmul`` with all of them.
    """

    kind: str
    content: str | float | tuple[int, ...]


class Interned:
    """The interned atoms and forms of one calculation.

    Attributes:
        atoms: The atoms by their ids.
        forms: The forms by their ids.
        shapes: The shape of each atom that is an array; sums and products of atoms are broadcast.
        settings: The settings of each atom whose operation has some.
        depth: How many rules of arrays are at work on what other rules gave.
        choices_of_0: The atoms that are 0 under a condition, or unless it holds.
        literals: The atoms that are arrays written element by element, ``[x, 1]``, and elementwise functions of these.
    """

    def __init__(self) -> None:
        self.atoms: list[Atom] = []
        self.forms: list[Terms] = []
        self.shapes: dict[int, Shape] = {}
        self.settings: dict[int, Settings] = {}
        self.depth = 0
        self.choices_of_0: set[int] = set()
        self.literals: set[int] = set()
        self._form_shapes: dict[int, Shape] = {}
        self._atom_values: dict[int, float] = {}
        self.endless: set[int] = set()  # atoms that are infinite or have no value, whatever their variables are
        self._form_values: dict[int, float | None] = {}
        self._atom_ids: dict[Atom | tuple[Atom, Settings], int] = {}
        self._form_ids: dict[Terms, int] = {}

    # ---- interning ----

    def atom(self, kind: str, content: str | float | tuple[int, ...], settings: Settings = (), shape: Shape | None = None) -> int:
        """The id of an atom.

        Args:
            kind: See :class:`Atom`.
            content: See :class:`Atom`.
            settings: The settings of its operation.
            shape: Its shape; None for that to which its arguments are broadcast.
        """
        plain = Atom(kind, repr(content) if isinstance(content, float) else content)
        key = (plain, settings) if settings else plain
        id = self._atom_ids.get(key)
        if id is None:
            id = self._atom_ids[key] = len(self.atoms)
            self.atoms.append(Atom(kind, content))
            value = self._atom_value(kind, content)
            if value is not None:
                self._atom_values[id] = value
            if self._is_endless(kind, content, value):
                self.endless.add(id)
            self.note_sign(id)
            if kind == CHOICE and 0 in [self.rational(branch) for branch in self.arguments(id)[1:]]:
                self.choices_of_0.add(id)
            if settings:
                self.settings[id] = settings
            if shape or self.shapes:
                self._note_shape(id, shape)
        return id

    def note_sign(self, atom: int) -> None:
        """Note what is known of the sign of an atom that is new; forms by themselves know nothing."""

    def _note_shape(self, atom: int, shape: Shape | None) -> None:
        if shape is None:
            inner = self.arguments(atom)
            shape = broadcast(*map(self.shape, inner))
            if shape and all(map(self.is_literal, inner)):
                self.literals.add(atom)
        if shape:
            self.shapes[atom] = shape

    def has_atom(self, kind: str, content: tuple[int, ...]) -> bool:
        """Whether an atom is in use."""
        return Atom(kind, content) in self._atom_ids

    def form(self, terms: Mapping[Monomial, Rational]) -> int:
        """The id of a sum of terms; terms with the coefficient 0 fall away."""
        key = [(monomial, whole(c)) for monomial, c in terms.items() if c]
        if len(key) > 1:
            key.sort()
        return self._interned(tuple(key))

    def _interned(self, terms: Terms) -> int:
        """The id of a sum of terms that are in order."""
        id = self._form_ids.get(terms)
        if id is None:
            id = self._form_ids[terms] = len(self.forms)
            self.forms.append(terms)
        return id

    def number(self, value: Rational) -> int:
        """The form of a rational number."""
        return self._interned(((ONE, whole(value)),) if value else ())

    def of_atom(self, atom: int, exponent: Rational = 1) -> int:
        """The form of one atom."""
        return self._interned(((((atom, exponent),), 1),))

    def of(self, operation: str, *operands: int) -> int:
        """The form of an operation on forms."""
        return self.of_atom(self.atom(operation, operands))

    # ---- what a form is ----

    def shape(self, form: int) -> Shape:
        """The shape to which the atoms of a form are broadcast; empty for a number."""
        if not self.shapes:
            return ()
        shape = self._form_shapes.get(form)
        if shape is None:
            own = [self.shapes[atom] for monomial, _ in self.forms[form] for atom, _ in monomial if atom in self.shapes]
            shape = self._form_shapes[form] = broadcast(*own)
        return shape

    def is_literal(self, form: int) -> bool:
        """Whether all arrays of a form are written element by element; so are numbers."""
        return all(a in self.literals for monomial, _ in self.forms[form] for a, _ in monomial if a in self.shapes)

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

    def is_root_of_number(self, atom: int, exponent: Rational) -> bool:
        """Whether a power of an atom is a root of a positive rational number."""
        kind, content = self.atoms[atom]
        if kind != "form" or isinstance(exponent, int) or not isinstance(content, tuple):
            return False
        return (self.rational(content[0]) or 0) > 0

    def odd_root(self, atom: int) -> int:
        """The degree of the real root that an atom is, 3 of cbrt(x); 0 of any other atom."""
        return self.degree_of_root(self.atoms[atom].kind, self.arguments(atom))

    def degree_of_root(self, operation: str, operands: Sequence[int]) -> int:
        """The degree of the real root that an operation on forms is; 0 of any other operation."""
        declared = OPERATIONS.get(operation)
        if declared is None or declared.facts.odd_root is None:
            return 0
        return declared.facts.odd_root(*map(self.rational, operands[1:]))

    def kinds(self, form: int) -> set[str]:
        """The kinds of the atoms of a form."""
        return {self.atoms[atom].kind for monomial, _ in self.forms[form] for atom, _ in monomial}

    def inner(self, form: int) -> list[int]:
        """The forms inside the atoms of a form."""
        inner: list[int] = []
        for monomial, _ in self.forms[form]:
            for atom, _ in monomial:
                inner.extend(self.arguments(atom))
        return inner

    def inside_out(self, form: int, known: Container[int], inner: Callable[[int], Iterable[int]] | None = None) -> Iterator[int]:
        """A form and those inside it that are not known yet, each after those inside it; what is given is to be made known.

        Args:
            form: The form; it comes last.
            known: The forms that are known.
            inner: The forms inside a form which the walk goes down to; None for all.
        """
        inner = inner or self.inner
        work = [form]
        while work:
            at = work[-1]
            below = [one for one in inner(at) if one not in known]
            work.extend(below)
            if not below:
                work.pop()
                if at not in known:
                    yield at

    def arguments(self, atom: int) -> tuple[int, ...]:
        """The forms inside an atom."""
        content = self.atoms[atom].content
        return content if isinstance(content, tuple) else ()

    def factors(self, monomial: Monomial) -> Monomial:
        """The atoms of a monomial with their exponents, those kept apart from others of their base as well."""
        if not any(self.atoms[atom].kind == "power" for atom, _ in monomial):
            return monomial
        found: list[tuple[int, Rational]] = []
        for atom, exponent in monomial:
            if self.atoms[atom].kind == "power":
                found += [(base, power * exponent) for base, power in self.forms[self.arguments(atom)[0]][0][0]]
            else:
                found.append((atom, exponent))
        return tuple(found)

    # ---- values ----

    def value(self, form: int) -> float | None:
        """The value of a form that has no variable, as a float; nan of one that has no value, whatever its variables are."""
        if form in self._form_values:
            return self._form_values[form]
        known = [self._atom_values.get(atom) for monomial, _ in self.forms[form] for atom, _ in monomial]
        total: float | None = None
        if any(value != value for value in known if value is not None):
            total = nan
        elif None not in known:
            raised = OPERATIONS[POW].forward
            total = 0.0
            for monomial, coefficient in self.forms[form]:
                total += prod(
                    [raised(self._atom_values[a], constant_value(e)) for a, e in monomial], start=constant_value(coefficient)
                )
        self._form_values[form] = total
        return total

    def limit(self, form: int) -> float | None:
        """As :meth:`value`; infinite or 0 of what is so, or has no value, whatever its variables are: x·inf, x/inf."""
        value = self.value(form)
        if value is not None or not self.endless:
            return value
        found: list[float] = []
        for monomial, coefficient in self.forms[form]:
            above = {exponent > 0 for atom, exponent in monomial if atom in self.endless}
            if above:
                found.append(nan if len(above) > 1 else copysign(inf, coefficient) if True in above else 0.0)
        if any(found):
            return sum(found)
        return 0.0 if found and len(self.forms[form]) == 1 else None

    def _is_endless(self, kind: str, content: str | float | tuple[int, ...], value: float | None) -> bool:
        """Whether an atom is infinite or has no value, whatever its variables are: log(0), x/0, (x + inf) as a factor."""
        if not isinstance(content, tuple):
            return value is not None and not isfinite(value)
        if kind in ("form", "power"):
            limit = self.limit(content[0])
            return limit is not None and not isfinite(limit)
        if value is not None:  # exp(1000) is too large for a float64, and a number
            return not isfinite(value) and all(abs(self.value(form) or 0) <= 1 for form in content)
        if kind != arithmetic.div.name or self.forms[content[1]]:
            return False
        return not any(atom in self.choices_of_0 for monomial, _ in self.forms[content[0]] for atom, _ in monomial)

    def value_of_atom(self, atom: int) -> float | None:
        """The value of an atom that has no variable."""
        return self._atom_values.get(atom)

    def _atom_value(self, kind: str, content: str | float | tuple[int, ...]) -> float | None:
        if isinstance(content, tuple):
            inner = [self.value(form) for form in content]
            if kind in ("form", "power"):
                return inner[0]
            return value_of(kind, inner)
        if isinstance(content, float):
            return content
        return VALUES[content] if kind == "constant" else None


def lie_apart(one: float | None, other: float | None) -> bool:
    """Whether two numbers are so far from each other that rounding does not matter to which is the larger one."""
    if one is None or other is None or not isfinite(one) or not isfinite(other):
        return False
    return abs(one - other) > APART * max(1.0, abs(one), abs(other))


def value_of(operation: str, operands: Sequence[float | None]) -> float | None:
    """The value of an operation on numbers; None where one is not known, and nan where it has no value near these numbers.

    A choice may have a value where an operand that it does not take has none.
    """
    declared = OPERATIONS.get(operation)
    if declared is None:
        return None
    known = [operand for operand in operands if operand is not None]
    if any(operand != operand for operand in known) and not _hides(operation, len(operands)):
        return nan
    if len(known) < len(operands):
        return None
    for near in (1.0, 1 - 1e-12, 1 + 1e-12):  # acos(1.0000000000000002) may be what rounding made of acos(1)
        value = declared.forward(*declared.complete(tuple([operand * near for operand in known])))
        if value == value:
            return value
    return nan


@functools.cache
def _hides(operation: str, count: int) -> bool:
    """Whether an operation may have a value where an operand has none, as a choice that does not take it."""
    declared = OPERATIONS[operation]
    rows = itertools.islice(itertools.product((nan, 0.0, 1.0), repeat=count), 3**6)
    values = [declared.forward(*declared.complete(row)) for row in rows if any(value != value for value in row)]
    return any(value == value for value in values)
