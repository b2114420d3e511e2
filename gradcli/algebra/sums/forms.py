"""Interned sums of terms: what is stored once and known by a number, what of it is positive, and how long it is.

A *form* is a sum of terms; a term is a rational coefficient times a monomial; a monomial is a product of atoms to rational
powers; an atom is a variable, a named constant, a function of forms, or a form of several terms. Atoms and forms are interned
and known by small integers, so that equal ones are found at once and shared ones are stored once.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import nan, prod

from gradcli.algebra.sums.terms import LONG_NUMBER, ONE, Monomial, Rational, Terms, coefficient_parts, number_length, whole
from gradcli.graph.graph import Settings, Shape
from gradcli.graph.shapes import broadcast
from gradcli.ops.catalogue import CHOICE, OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.constants import VALUES, constant_value
from gradcli.ops.declaration.facts import POLE
from gradcli.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions

ABS, EXP, LOG, POW = "abs", "exp", "log", "pow"
"""Operations that arithmetic on forms knows: |u|, e^u, its inverse, and u^v for a v that is no number."""

NOTATION = frozenset({"form", "stack", "permute"})
"""What is not counted as an operation: parentheses, the brackets of a literal, the T of a transpose."""


class Atom(NamedTuple):
    """An indivisible factor.

    ``kind`` is ``variable``, ``constant``, ``number`` (a float that is not exact), ``form``, ``power`` (a power that is kept
    apart from others of its base), or the name of an operation; ``content`` is the name, the number, the form, or the forms of
    the arguments. A product of several matrices is one atom ``matmul`` with all of them.
    """

    kind: str
    content: str | float | tuple[int, ...]


_PI = Atom("constant", "pi")


class Forms:
    """The interned atoms and forms of one calculation.

    Args:
        assume: What is assumed of variables; None for nothing.

    Attributes:
        atoms: The atoms by their ids.
        forms: The forms by their ids.
        assume: What is assumed of variables.
        shapes: The shape of each atom that is an array; sums and products of atoms are broadcast.
        settings: The settings of each atom whose operation has some.
        depth: How many rules of arrays are at work on what other rules gave.
        choices_of_0: The atoms that are 0 under a condition, or unless it holds.
        literals: The atoms that are arrays written element by element, ``[x, 1]``, and elementwise functions of these.
    """

    def __init__(self, assume: Assumptions | None = None) -> None:
        self.atoms: list[Atom] = []
        self.forms: list[Terms] = []
        self.assume = assume or None
        self.shapes: dict[int, Shape] = {}
        self.settings: dict[int, Settings] = {}
        self.depth = 0
        self.choices_of_0: set[int] = set()
        self.literals: set[int] = set()
        self._form_shapes: dict[int, Shape] = {}
        self._positive_atoms: set[int] = set()
        self._nonzero_atoms: set[int] = set()
        self._atom_values: dict[int, float] = {}
        self._form_values: dict[int, float | None] = {}
        self._atom_ids: dict[Atom | tuple[Atom, Settings], int] = {}
        self._form_ids: dict[Terms, int] = {}
        self._sizes: dict[int, int] = {}

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
            if self._is_positive(kind, content):
                self._positive_atoms.add(id)
            if self.assume and self._is_nonzero(kind, content):
                self._nonzero_atoms.add(id)
            value = self._atom_value(kind, content)
            if value is not None:
                self._atom_values[id] = value
            if kind == CHOICE and 0 in [self.rational(branch) for branch in self.arguments(id)[1:]]:
                self.choices_of_0.add(id)
            if settings:
                self.settings[id] = settings
            if shape or self.shapes:
                self._note_shape(id, shape)
        return id

    def _note_shape(self, atom: int, shape: Shape | None) -> None:
        if shape is None:
            inner = self.arguments(atom)
            shape = broadcast(*map(self.shape, inner))
            if shape and all(map(self.is_literal, inner)):
                self.literals.add(atom)
        if shape:
            self.shapes[atom] = shape

    def has_atom(self, kind: str, content: tuple[int, ...], settings: Settings = ()) -> bool:
        """Whether an atom is in use."""
        plain = Atom(kind, content)
        return ((plain, settings) if settings else plain) in self._atom_ids

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

    def _atom_value(self, kind: str, content: str | float | tuple[int, ...]) -> float | None:
        if isinstance(content, tuple):
            inner = [self.value(form) for form in content]
            if kind in ("form", "power"):
                return inner[0]
            return value_of(kind, inner)
        if isinstance(content, float):
            return content
        return VALUES[content] if kind == "constant" else None

    # ---- signs ----

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
        one = _single_variable(terms)  # k·x + c is 0 at x = -c/k alone
        return (
            one is not None and self.assume is not None and not self.assume.of(self._name(one[0])).has(-Fraction(one[2]) / one[1])
        )

    def is_positive_form(self, form: int) -> bool:
        """Whether a form is known to be positive wherever it is defined: x^2 + 1, exp(x)·|x| + 2, and x - 1 for x > 1."""
        terms = self.forms[form]
        if self._has_no_negative_term(terms) and any(all(self.is_nonzero(a) for a, _ in monomial) for monomial, _ in terms):
            return True
        least = self._least(terms)
        return least is not None and (least[0] > 0 or (least[0] == 0 and least[1]))

    def is_not_negative(self, form: int) -> bool:
        """Whether a form is known not to be negative: x^2, |x| + w^4, and x - 1 for x >= 1."""
        terms = self.forms[form]
        if self._has_no_negative_term(terms):
            return True
        least = self._least(terms)
        return least is not None and least[0] >= 0

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
        """A lower bound of a sum of multiples of variables, and whether it is not reached; None where there is none."""
        if not self.assume:
            return None
        total: Rational = 0
        is_open = False
        for monomial, coefficient in terms:
            if monomial == ONE:
                total += coefficient
                continue
            [(atom, exponent), *others] = monomial
            if others or exponent != 1 or self.atoms[atom].kind != "variable":
                return None
            fact = self.assume.of(self._name(atom))
            bound = fact.low if coefficient > 0 else fact.high
            if bound is None:
                return None
            total += coefficient * bound
            is_open |= fact.open_low if coefficient > 0 else fact.open_high
        return total, is_open

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

    # ---- size ----

    def size(self, form: int) -> int:
        """How many operations the form takes when it is written out."""
        known = self._sizes.get(form)
        if known is not None:
            return known
        for at in self.inside_out(form, self._sizes):
            self._sizes[at] = self._own_size(at)
        return self._sizes[form]

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
            total += above + (numerator != 1 or not above) - 1 + len(factors) - above + (denominator != 1)
            for atom, exponent in factors:
                kind, content = self.atoms[atom]
                total += exponent not in (1, -1)
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


def _is_nowhere_negative(operation: str) -> bool:
    declared = OPERATIONS.get(operation)
    return declared is not None and declared.facts.nonnegative


def _single_variable(terms: Terms) -> tuple[int, Rational, Rational] | None:
    """The atom, the coefficient and the number of k·a + c; None of another sum."""
    parts = dict(terms)
    number = parts.pop(ONE, 0)
    [(monomial, factor), *others] = parts.items() or [(ONE, 0)]
    return None if others or len(monomial) != 1 or monomial[0][1] != 1 else (monomial[0][0], factor, number)


@functools.cache
def _is_everywhere_positive(operation: str) -> bool:
    """Whether an operation has positive values alone: those of exp, which are not negative, and of which log takes no 0."""
    declared = OPERATIONS.get(operation)
    if declared is None or not declared.facts.nonnegative:
        return False
    inverse = OPERATIONS.get(declared.facts.inverse)
    without_0 = inverse is not None and any(s.kind == POLE and s.at == (0,) for s in inverse.facts.specials)
    return declared.facts.range[0] > 0 or without_0


@functools.cache
def _hides(operation: str, count: int) -> bool:
    """Whether an operation may have a value where an operand has none, as a choice that does not take it."""
    declared = OPERATIONS[operation]
    rows = itertools.islice(itertools.product((nan, 0.0, 1.0), repeat=count), 3**6)
    values = [declared.forward(*declared.complete(row)) for row in rows if any(value != value for value in row)]
    return any(value == value for value in values)


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
