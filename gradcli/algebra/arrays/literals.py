"""Exact arithmetic on literals: [1, 2] + [3, 4] is [4, 6], and det([x, y; z, w]) is w*x - y*z."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod

from gradcli.algebra.arrays.elements import FEW, Elements, form_of, literal, on_elements
from gradcli.algebra.arrays.exact import cofactors, determinant, inverse
from gradcli.algebra.arrays.products import single
from gradcli.algebra.sums.declared import is_number, number_form
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.rules import apply_operation
from gradcli.algebra.sums.terms import Rational
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph, Settings, Shape
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.elements.expansion import ElementBuilder, expanded_outputs
from gradcli.ops.catalogue import STACK, STRUCTURAL
from gradcli.typing import Any

_NODES = 2_000
"""The largest graph of numbers that an operation on literals is written out in."""

_SHOWN = 16
"""Elements up to which zeros with a part put into them are written element by element."""


def elementwise(algebra: Algebra, form: int) -> int:
    """The form, or the shorter one of a literal that exact arithmetic makes of it: [1, 2] + [3, 4] = [4, 6]."""
    shape = algebra.shape(form)
    if not shape or not 0 < prod(shape) <= FEW or not algebra.is_literal(form) or single(algebra, form)[0] == STACK:
        return form
    written = literal(algebra, Elements(algebra, apply_operation).forms(form), shape)
    return written if algebra.size(written) <= algebra.size(form) else form


def literal_or(algebra: Algebra, operation: str, operands: Sequence[int], settings: Settings, shape: Shape, found: int) -> int:
    """What exact arithmetic makes of literals, where that is not longer than what was found."""
    if not 0 < prod(shape) <= FEW or any(prod(algebra.shape(operand)) > FEW for operand in operands):
        return found
    element = not shape and len(operands) == 1 and STRUCTURAL[operation].facts.moves  # needs few of the others
    if shape and not all(_is_known(algebra, operand) for operand in operands):
        return found
    if operation not in _EXACT and not on_elements(operation, list(map(algebra.shape, operands)), settings):
        return _in_numbers(algebra, operation, operands, settings, shape, found)
    shown = operation == "index_put" and prod(shape) <= _SHOWN
    literals = [atom for operand in operands for atom in _atoms(algebra, operand) if atom in algebra.literals]
    if not operands or not (shown or element or literals):
        return found
    elements = Elements(algebra, apply_operation, sums_stay=element)
    if operation in _EXACT:
        exact = _EXACT[operation](algebra, [elements.forms(operand) for operand in operands], settings)
        if exact is None:
            return found
        values = exact
    elif element:
        values = [form_of(algebra, elements.moved(operation, operands[0], settings))]
    else:
        atom = algebra.atom(operation, tuple(operands), settings, shape)
        values = elements.forms(algebra.of_atom(atom))
    written = literal(algebra, values, shape)
    return written if shown or algebra.size(written) <= algebra.size(found) else found


def _in_numbers(algebra: Algebra, operation: str, operands: Sequence[int], settings: Settings, shape: Shape, found: int) -> int:
    """What an operation on literals of numbers is, written out in numbers: var([1, 2, 3]) is 1, softmax([0, 0]) is [1/2, 1/2]."""
    builder, numbers = StaticBuilder(Graph()), ElementBuilder(Graph(_NODES))
    inputs: list[int] = []
    for operand in operands:
        values = list(map(algebra.rational, Elements(algebra, apply_operation).forms(operand)))
        if not values or None in values:
            return found
        rows: list[Any] = values
        for size in reversed(algebra.shape(operand)):
            rows = [tuple(rows[at : at + size]) for at in range(0, len(rows), size)]
        inputs.append(builder.constant(rows[0]))
    try:
        ([ends], _) = expanded_outputs(builder.graph, [builder.operation(operation, tuple(inputs), NOWHERE, settings)], numbers)
    except GradcliError:  # it cannot be written in numbers
        return found
    forms: list[int] = []
    for id, (name, below) in enumerate(zip(numbers.graph.operations, numbers.graph.inputs, strict=True)):
        constant = numbers.graph.constants.get(id)
        known = constant is not None
        forms.append(
            number_form(algebra, constant, apply_operation)
            if known
            else apply_operation(algebra, name, [forms[at] for at in below])
        )
    written = literal(algebra, [forms[end] for end in ends], shape)
    shorter = algebra.size(written) <= algebra.size(found)
    if any(value is not None and value != value for value in [algebra.value(forms[end]) for end in ends]):
        return found  # what has no value gets none
    return written if shorter or all(is_number(algebra, forms[end]) for end in ends) else found


def _is_known(algebra: Algebra, form: int) -> bool:
    """Whether the elements of a form are written without an index: of literals, numbers, ones, eye(n)."""
    arrays = [atom for atom in _atoms(algebra, form) if atom in algebra.shapes]
    return all(atom in algebra.literals or algebra.atoms[atom].kind in ("ones", "zeros", "eye") for atom in arrays)


def _atoms(algebra: Algebra, form: int) -> list[int]:
    return [atom for monomial, _ in algebra.forms[form] for atom, _ in monomial]


def _extreme(choose: Callable[..., Rational]) -> Callable[[Algebra, list[list[int]], Settings], list[int] | None]:
    def exact(algebra: Algebra, operands: list[list[int]], settings: Settings) -> list[int] | None:
        values = [value for form in operands[0] if (value := algebra.rational(form)) is not None]
        complete = len(values) == len(operands[0]) and dict(settings).get("axis") is None
        return [algebra.number(choose(values))] if complete else None

    return exact


def _length(algebra: Algebra, operands: list[list[int]], settings: Settings) -> list[int] | None:
    """The square root of the sum of the squares."""
    if dict(settings)["axis"] is not None or dict(settings)["ord"] != 2:
        return None
    total = algebra.add([algebra.power(form, 2) for form in operands[0]])
    return [algebra.power(total, Fraction(1, 2))]


_EXACT: dict[str, Callable[[Algebra, list[list[int]], Settings], list[int] | None]] = {
    "det": lambda algebra, operands, settings: determinant(algebra, operands[0]),
    "cofactor": lambda algebra, operands, settings: cofactors(algebra, operands[0]),
    "inv": lambda algebra, operands, settings: inverse(algebra, operands[0]),
    "reduce_norm": _length,
    **dict.fromkeys(("reduce_max", "reduce_amax"), _extreme(max)),
    **dict.fromkeys(("reduce_min", "reduce_amin"), _extreme(min)),
}
"""Exact arithmetic on the elements of literals, for operations that do more than add and multiply; None where there is none."""
