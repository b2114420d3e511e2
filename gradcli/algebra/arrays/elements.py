"""The elements of arrays as forms: of literals, in which exact arithmetic is done, and of small arrays of variables."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import prod

from gradcli.algebra.arrays.exact import cofactors, determinant
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import Rational, whole
from gradcli.graph.graph import Settings, Shape
from gradcli.ops.catalogue import INDEX, OPERATIONS, STACK, STRUCTURAL
from gradcli.typing import Any

FEW = 64
"""Elements up to which arrays are written element by element."""

BY_COFACTORS = {"det": determinant, "cofactor": cofactors}
"""Operations on matrices of up to three rows that are written out by cofactors."""

SMALL_MATRICES = ((1, 1), (2, 2), (3, 3))


def on_elements(operation: str, shapes: Sequence[Shape], settings: Settings) -> bool:
    """Whether an operation adds, multiplies and moves elements alone: what it does to numbers it does to forms."""
    declared = STRUCTURAL.get(operation)
    if declared is None or declared.facts.rational or declared.facts.multilinear:
        return declared is not None
    facts, whole_operands = declared.facts, declared.whole(*shapes)
    linear = {at for group in facts.linear for at in group} if facts.linear else set()
    carrying = range(len(declared.parameters)) if declared.variadic else range(len(shapes))
    covered = bool(carrying) and all(at in linear or at in whole_operands for at in carrying)
    return (facts.moves or covered) and _runs(operation, tuple(shapes), settings)


@functools.lru_cache(maxsize=4096)
def _runs(operation: str, shapes: tuple[Shape, ...], settings: Settings) -> bool:
    """Whether what computes an operation takes numbers that are no floats."""
    import numpy

    declared = STRUCTURAL[operation]
    whole_operands = declared.whole(*shapes)
    operands = [numpy.zeros(shape, int if at in whole_operands else object) for at, shape in enumerate(shapes)]
    try:
        declared.forward(numpy, *operands, **dict(settings))
    except (TypeError, AttributeError, ValueError, LookupError):
        return False
    return True


class Entry:
    """An element: a form with arithmetic, as NumPy asks for it of the objects in an array."""

    __slots__ = ("algebra", "form")

    def __init__(self, algebra: Algebra, form: int) -> None:
        self.algebra = algebra
        self.form = form

    def __add__(self, other: Any) -> Entry:
        return Entry(self.algebra, self.algebra.add([self.form, form_of(self.algebra, other)]))

    def __mul__(self, other: Any) -> Entry:
        return Entry(self.algebra, self.algebra.multiply(self.form, form_of(self.algebra, other)))

    def __truediv__(self, other: float) -> Entry:
        return Entry(self.algebra, self.algebra.scale(self.form, Fraction(1) / Fraction(other)))

    __radd__ = __add__
    __rmul__ = __mul__


def form_of(algebra: Algebra, value: Any) -> int:
    """The form of an entry, alone or in an array without axes, or of a number."""
    if hasattr(value, "ndim"):
        value = value.item()
    return value.form if isinstance(value, Entry) else algebra.number(whole(Fraction(float(value))))


class Elements:
    """The elements of forms, each found once, those of inner forms first.

    Args:
        algebra: The algebra of the forms.
        apply: Applies an elementwise operation to forms.
        sums_stay: Whether numbers that are made of arrays stay as they are: sum(x), not x[0] + x[1].
    """

    def __init__(self, algebra: Algebra, apply: Callable[[Algebra, str, list[int]], int], *, sums_stay: bool = False) -> None:
        self.algebra = algebra
        self.apply = apply
        self.sums_stay = sums_stay
        self.found: dict[int, Any] = {}

    def forms(self, form: int) -> list[int]:
        """The elements of a form in their order, the last axis first."""
        return [form_of(self.algebra, entry) for entry in self.of(form).ravel()]

    def of(self, form: int) -> Any:
        """An array of NumPy with an entry for each element of a form."""
        for at in self.algebra.inside_out(form, self.found, self._below):
            self.found[at] = self._sum(at)
        return self.found[form]

    def moved(self, operation: str, form: int, settings: Settings) -> Any:
        """The entries of a form where an operation moves them, of which it takes one or some."""
        import numpy

        return STRUCTURAL[operation].forward(numpy, self.of(form), **dict(settings))

    def _below(self, form: int) -> Iterator[int]:
        for monomial, _ in self.algebra.forms[form]:
            for atom, _ in monomial:
                if self._is_open(atom):
                    yield from self.algebra.arguments(atom)

    def _is_open(self, atom: int) -> bool:
        """Whether the elements of an atom follow from those of its arguments."""
        algebra = self.algebra
        kind, content = algebra.atoms[atom]
        if not isinstance(content, tuple) or (atom not in algebra.shapes and (kind in OPERATIONS or self.sums_stay)):
            return False
        if kind in BY_COFACTORS:
            return algebra.shape(content[0]) in SMALL_MATRICES
        if not self._has_arrays(atom) or any(prod(algebra.shape(inner)) > FEW for inner in content):
            return False
        if kind in OPERATIONS or kind in ("form", "power"):
            return True
        if kind == "matmul":  # of any number of factors
            return True
        shapes = [algebra.shape(inner) for inner in content]
        return on_elements(kind, shapes, algebra.settings.get(atom, ())) and self._places(kind, content) is not None

    def _places(self, kind: str, content: Sequence[int]) -> dict[int, Any] | None:
        """The operands that are whole numbers, as arrays of these; None where one is not known."""
        import numpy

        shapes = [self.algebra.shape(form) for form in content]
        found: dict[int, Any] = {}
        for at in STRUCTURAL[kind].whole(*shapes):
            elements = Elements(self.algebra, self.apply).forms(content[at])
            values = [self.algebra.rational(form) for form in elements]
            if any(not isinstance(value, int) for value in values):
                return None
            found[at] = numpy.array(values, int).reshape(shapes[at])
        return found

    def _has_arrays(self, atom: int) -> bool:
        return atom in self.algebra.shapes or any(map(self.algebra.shape, self.algebra.arguments(atom)))

    def _sum(self, form: int) -> Any:
        import numpy

        algebra = self.algebra
        total = numpy.full(algebra.shape(form), 0, dtype=object)
        for monomial, coefficient in algebra.forms[form]:
            term: Any = numpy.full((), Entry(algebra, algebra.number(coefficient)), dtype=object)
            for atom, exponent in monomial:
                term = numpy.multiply(term, self._power(numpy, atom, exponent))
            total = numpy.add(total, term)
        return numpy.asarray(total, dtype=object)

    def _power(self, numpy: Any, atom: int, exponent: Rational) -> Any:
        if not self._has_arrays(atom):
            return Entry(self.algebra, self.algebra.of_atom(atom, exponent))
        found = numpy.asarray(self._atom(numpy, atom), dtype=object)
        if exponent == 1:
            return found
        raised = [Entry(self.algebra, self.algebra.power(form_of(self.algebra, one), exponent)) for one in found.ravel()]
        return filled(numpy, raised, found.shape)

    def _atom(self, numpy: Any, atom: int) -> Any:
        algebra = self.algebra
        kind, content = algebra.atoms[atom]
        shape = algebra.shapes.get(atom, ())
        if not self._is_open(atom) or not isinstance(content, tuple):
            whole_array = algebra.of_atom(atom)
            if not shape:
                return Entry(algebra, whole_array)
            return filled(numpy, [Entry(algebra, part(algebra, whole_array, at)) for at in numpy.ndindex(*shape)], shape)
        operands = [self.found[inner] for inner in content]
        if kind in ("form", "power"):
            return operands[0]
        if kind == "matmul":
            return functools.reduce(numpy.matmul, operands)
        if kind in BY_COFACTORS:
            exact = BY_COFACTORS[kind](algebra, [form_of(algebra, one) for one in operands[0].ravel()])
            assert exact is not None
            return filled(numpy, [Entry(algebra, one) for one in exact], shape)
        if kind in STRUCTURAL:
            whole = self._places(kind, content) or {}
            operands = [whole.get(at, operand) for at, operand in enumerate(operands)]
            return STRUCTURAL[kind].forward(numpy, *operands, **dict(algebra.settings.get(atom, ())))
        columns = [operand.ravel() for operand in numpy.broadcast_arrays(*operands)]
        found = [
            Entry(algebra, self.apply(algebra, kind, [form_of(algebra, one) for one in row]))
            for row in zip(*columns, strict=True)
        ]
        return filled(numpy, found, shape)


def filled(numpy: Any, values: list[Any], shape: Shape) -> Any:
    """An array of objects."""
    result = numpy.empty(len(values), dtype=object)
    result[:] = values
    return result.reshape(shape)


def part(algebra: Algebra, form: int, place: tuple[int, ...]) -> int:
    """An element of a form that is not known element by element: ``x[0]``."""
    settings: Settings = (("index", tuple(map(int, place))),)
    return algebra.of_atom(algebra.atom(INDEX, (form,), settings, ()))


def literal(algebra: Algebra, forms: list[int], shape: Shape) -> int:
    """An array written element by element."""
    for axis in range(len(shape) - 1, -1, -1):
        size = shape[axis]
        rows = [forms[start : start + size] for start in range(0, len(forms), size)]
        forms = [row_of(algebra, row) for row in rows]
    return forms[0]


def row_of(algebra: Algebra, row: list[int]) -> int:
    """The array of some forms of one shape along a new first axis."""
    atom = algebra.atom(STACK, tuple(row), (("axis", 0),), (len(row), *algebra.shape(row[0])))
    if all(map(algebra.is_literal, row)):
        algebra.literals.add(atom)
    return algebra.of_atom(atom)
