"""What operations are where something is assumed of variables: |x| is -x for x < 0, sin(n·pi) is 0 for an integer n."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from fractions import Fraction

from gradcli.algebra.sums.declared import Apply
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import Monomial, Rational, divided
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.elementwise.extremes import maximum, minimum


def assumed_form(algebra: Algebra, operation: str, operands: Sequence[int], apply: Apply) -> int | None:
    """What an operation on forms is by what is assumed; None where that says nothing.

    Args:
        algebra: The forms.
        operation: The operation.
        operands: The forms of its arguments.
        apply: What gives the form of an operation on forms.
    """
    declared = OPERATIONS.get(operation)
    if declared is None:
        return None
    if len(operands) == 2 and declared.symbol in _SYMBOLS:
        truth = _compared(algebra, declared.symbol, operands)
        return None if truth is None else algebra.number(truth)
    if len(operands) == 2 and operation in _LARGER:
        larger = _compared(algebra, ">=", operands)
        return None if larger is None else operands[larger ^ _LARGER[operation]]
    if len(operands) == 1 and declared.facts.half_turn:
        return _without_turns(algebra, operation, operands[0], apply)
    if len(operands) == 1 and _keeps_integers(operation) and algebra.is_integer_form(operands[0]):
        return operands[0]
    if len(operands) == len(declared.parameters) and declared.definition is not None and not algebra.shape(operands[0]):
        return _defined(algebra, operation, operands, apply)
    return None


def _defined(algebra: Algebra, operation: str, operands: Sequence[int], apply: Apply) -> int | None:
    """What the definition of an operation gives where it is shorter: relu(x) is x for x > 0."""
    from gradcli.algebra.sums.declared import by_definition

    found = by_definition(algebra, operation, operands, apply)
    return found if algebra.size(found) < algebra.size(algebra.of(operation, *operands)) else None


@functools.cache
def _keeps_integers(operation: str) -> bool:
    """Whether an operation of one argument rounds: it gives integers, and of these themselves."""
    exact = OPERATIONS[operation].exact
    if exact is None:
        return False
    values = [exact(value) for value in (*range(-4, 5), Fraction(7, 3), Fraction(-7, 3))]
    return values[:9] == [*range(-4, 5)] and all(value is not None and Fraction(value).denominator == 1 for value in values)


_SYMBOLS = ("<", "<=", ">", ">=", "==", "!=")

_LARGER = {maximum.name: True, minimum.name: False}


def _without_turns(algebra: Algebra, operation: str, form: int, apply: Apply) -> int | None:
    """sin(u + n·pi) is (-1)^n·sin(u), cos(u + n·pi) is (-1)^n·cos(u), tan(u + n·pi) is tan(u), for integers n."""
    pi = algebra.atom("constant", "pi")
    turns: dict[Monomial, Rational] = {}
    left: dict[Monomial, Rational] = {}
    for monomial, coefficient in algebra.forms[form]:
        rest = divided(monomial, {pi: 1}) if dict(monomial).get(pi) == 1 else ()
        if rest and algebra.is_integer_form(algebra.form({rest: coefficient})):
            turns[rest] = coefficient
        else:
            left[monomial] = coefficient
    if not turns:
        return None
    rest_value = apply(algebra, operation, [algebra.form(left)])
    if OPERATIONS[operation].facts.half_turn == 1:
        return rest_value
    found = algebra.multiply(algebra.raised(algebra.number(-1), algebra.form(turns)), rest_value)
    return found if algebra.size(found) <= algebra.size(algebra.of(operation, form)) else None


def _compared(algebra: Algebra, symbol: str, operands: Sequence[int]) -> int | None:
    """What a comparison of polynomials in variables gives for all that these may be; None where that is not known."""
    difference = algebra.add([operands[0], algebra.scale(operands[1], -1)])
    atoms = {atom for form in operands for monomial, _ in algebra.forms[form] for atom, e in monomial}
    if any(algebra.atoms[atom].kind != "variable" for atom in atoms):  # others may have no value somewhere
        return None
    opposite = algebra.scale(difference, -1)
    known: dict[str, bool] = {}
    if algebra.is_not_negative(difference):
        known |= {">=": True, "<": False}
    if algebra.is_not_negative(opposite):
        known |= {"<=": True, ">": False}
    if algebra.is_positive_form(difference):
        known |= {">": True, "<=": False}
    if algebra.is_positive_form(opposite):
        known |= {"<": True, ">=": False}
    if algebra.forms[difference] and algebra.is_nonzero_form(difference):
        known |= {"!=": True, "==": False}
    return None if symbol not in known else int(known[symbol])
