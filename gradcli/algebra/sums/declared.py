"""Operations on forms by what they declare: closed forms at rational arguments, and definitions where these say it shorter."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from gradcli.algebra.sums.forms import NOTATION
from gradcli.algebra.sums.interned import APART, lie_apart, value_of
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.surds import angle_of_point
from gradcli.graph.graph import Settings, Shape
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import exact
from gradcli.ops.declaration.facts import JUMP, KINK, POLE, TRUTH
from gradcli.ops.declaration.symbol import Exact, Symbol
from gradcli.ops.elementwise.arithmetic import add, div
from gradcli.ops.elementwise.trigonometric import atan2
from gradcli.typing import Any

Apply = Callable[[Algebra, str, Sequence[int]], int]
"""What gives the form of an operation on forms."""


def arithmetic(algebra: Algebra, operation: str, operands: Sequence[int]) -> int:
    """The form of a sum, a quotient, or a function as it stands: what gives forms where no rule need be used."""
    if operation == add.name:
        return algebra.add(operands)
    if operation == div.name:
        return algebra.multiply(operands[0], algebra.power(operands[1], -1))
    return algebra.of(operation, *operands)


def number_form(algebra: Algebra, value: Any, apply: Apply) -> int:
    """The form of a number, a named constant, or a constant of a rule."""
    if isinstance(value, Exact):
        if value.operation:
            return apply(algebra, value.operation, [number_form(algebra, argument, apply) for argument in value.arguments])
        value = value.arguments[0]
    if isinstance(value, str):
        return algebra.of_atom(algebra.atom("constant", value))
    number = exact(value)
    if isinstance(number, float):
        return algebra.of_atom(algebra.atom("number", number))
    return algebra.number(number)


class _Forms:
    """A builder whose symbols stand for forms, so that rules of declarations give forms."""

    def __init__(self, algebra: Algebra, apply: Apply) -> None:
        self.algebra = algebra
        self._apply = apply

    def form(self, value: Any) -> int:
        """The form of a number, a constant of a rule, or a symbol."""
        if isinstance(value, Symbol):
            return value.id
        return number_form(self.algebra, value, self._apply)

    def apply(self, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Symbol:
        ids = list(map(self.form, operands))
        truth = self._truth(operation, ids)
        return Symbol(self, self._apply(self.algebra, operation, ids) if truth is None else self.algebra.number(truth))

    def _truth(self, operation: str, ids: Sequence[int]) -> int | None:
        """What a comparison of numbers gives that are far from each other, as pi and 0 are."""
        if OPERATIONS[operation].facts.result != TRUTH or len(ids) != 2:
            return None
        a, b = map(self.algebra.value, ids)
        if a is None or b is None or not abs(a - b) > APART * max(1.0, abs(a), abs(b)):
            return None
        return int(OPERATIONS[operation].forward(a, b))

    def shape(self, id: int) -> Shape:
        return self.algebra.shape(id)


def declared_form(algebra: Algebra, operation: str, operands: Sequence[int], apply: Apply) -> int | None:
    """What an operation on forms is by its declaration; None where that says nothing simpler.

    Args:
        algebra: The forms.
        operation: The operation, which has a name of its own: sums and products are forms already.
        operands: The forms of its arguments; those that are left out have their defaults.
        apply: What gives the form of an operation on forms.
    """
    declared = OPERATIONS[operation]
    missing = len(declared.parameters) - len(operands)
    if declared.variadic or missing > len(declared.defaults):
        return None
    plain, known = algebra.of(operation, *operands), any(algebra.value(operand) is not None for operand in operands)
    left_out = declared.defaults[len(declared.defaults) - missing :]
    operands = [*operands, *[number_form(algebra, value, apply) for value in left_out]]
    forms = _Forms(algebra, apply)
    values = [algebra.rational(operand) for operand in operands]
    if declared.facts.closed is not None and any(value is not None for value in values):
        given = [Symbol(forms, operand) if value is None else value for operand, value in zip(operands, values, strict=True)]
        found = declared.facts.closed(*given)
        return None if found is None else forms.form(found)
    if declared.definition is None or not known:
        return None
    found = by_definition(algebra, operation, operands, apply)
    value = algebra.value(found)
    if value is not None and not math.isfinite(value):
        return None
    size = min(algebra.size(found), algebra.size(algebra.scale(found, -1)))
    if size <= algebra.size(plain) or is_number(algebra, found):  # log(x, e) = log(x), sec(pi/3) = 2
        return found
    return None


def chosen(algebra: Algebra, operation: str, operands: Sequence[int]) -> int | None:
    """What an operation makes of numbers where rounding does not matter; None elsewhere.

    It is the operand that is chosen, as pi in max(pi, 3), or its negative, as in abs(3 - pi), or a whole number, made of all that
    are near, as in floor(pi).
    """
    declared = OPERATIONS[operation]
    changes = {one.kind for one in declared.facts.specials}
    numbers = [number for operand in operands if (number := algebra.value(operand)) is not None and math.isfinite(number)]
    if len(numbers) < len(operands) or not changes or not changes <= {KINK, JUMP}:
        return None
    if operation == atan2.name:
        return angle_of_point(algebra, *operands)
    if len(numbers) > 1:
        if declared.accepts(len(numbers)) and all(lie_apart(*pair) for pair in itertools.combinations(numbers, 2)):
            value = value_of(operation, numbers)
            return next((operand for operand, number in zip(operands, numbers, strict=True) if number == value), None)
        return None
    [number] = numbers
    gap = APART * max(1.0, abs(number))
    points = [number + side * gap for side in (-1, 0, 1)] if gap < 1e-3 else []
    near = [value_of(operation, [point]) for point in points]
    for sign in (1, -1):
        if near and near == [sign * point for point in points]:
            return algebra.scale(operands[0], sign)
    [value, *others] = set(near) or [None, None]
    return None if others or value is None or value % 1 != 0 else algebra.number(int(value))


def by_definition(algebra: Algebra, operation: str, operands: Sequence[int], apply: Apply) -> int:
    """The form of an operation by its definition, which it has."""
    forms = _Forms(algebra, apply)
    definition = OPERATIONS[operation].definition
    assert definition is not None
    return forms.form(definition(*[Symbol(forms, operand) for operand in operands]))


def declared_step(algebra: Algebra, operation: str, operand: int) -> int:
    """What an operation is multiplied by where 1 is added to its argument."""
    forms = _Forms(algebra, arithmetic)
    step = OPERATIONS[operation].facts.step
    assert step is not None
    return forms.form(step(Symbol(forms, operand)))


def zeros_at_poles(algebra: Algebra, operation: str, operand: int, apply: Apply) -> list[int]:
    """What is 0 where a function of a form has a pole, as it declares."""
    forms = _Forms(algebra, apply)
    specials = [one for one in OPERATIONS[operation].facts.specials if one.kind == POLE]
    return list(dict.fromkeys(forms.form(one.zero(Symbol(forms, operand))) for one in specials))


def is_number(algebra: Algebra, form: int) -> bool:
    """Whether a form is made of rational numbers, roots, and named constants alone."""
    work = [form]
    while work:
        for monomial, _ in algebra.forms[work.pop()]:
            for atom, _ in monomial:
                kind, content = algebra.atoms[atom]
                if isinstance(content, tuple) and kind not in NOTATION and kind != "power":
                    return False
                if kind in ("variable", "number"):
                    return False
                work.extend(algebra.arguments(atom))
    return True


def is_function(operation: str) -> bool:
    """Whether an operation is written as a function, and is none of the powers."""
    declared = OPERATIONS.get(operation)
    return declared is not None and not declared.symbol and declared.facts.power is None


def has_functions(algebra: Algebra, form: int) -> bool:
    """Whether a form has functions in it."""
    work, seen = [form], {form}
    while work:
        at = work.pop()
        if any(map(is_function, algebra.kinds(at))):
            return True
        inner = [one for one in algebra.inner(at) if one not in seen]
        seen.update(inner)
        work += inner
    return False
