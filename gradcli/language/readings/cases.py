"""Whether cases leave nothing over, so that the last needs no 'otherwise'."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from gradcli.language.ast import Comparison, Expression, Name, Number, Operator
from gradcli.language.text import to_text

_HOLDS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def leave_nothing(tests: Sequence[Expression]) -> bool:
    """Whether each number meets one of the tests at least: comparisons of one variable with numbers, or with one expression."""
    compared = [test for test in tests if isinstance(test, Comparison)]
    if len(compared) < len(tests):
        return False
    names = [{part.name for part in test.operands if isinstance(part, Name)} for test in compared]
    for variable in set.intersection(*names):
        bounds = {
            to_text(part): part
            for test in compared
            for part in test.operands
            if not (isinstance(part, Name) and part.name == variable)
        }
        values = {text: _number(part) for text, part in bounds.items()}
        if len(bounds) == 1:
            values = dict.fromkeys(bounds, Fraction(0))
        if bounds and None not in values.values() and _met_everywhere(compared, variable, values):
            return True
    return False


def _met_everywhere(tests: Sequence[Comparison], variable: str, values: dict[str, Fraction | None]) -> bool:
    bounds = sorted({value for value in values.values() if value is not None})
    points = [bounds[0] - 1, *bounds, *((a + b) / 2 for a, b in pairwise(bounds)), bounds[-1] + 1]
    return all(any(_holds(test, {**values, variable: point}) for test in tests) for point in points)


def _holds(test: Comparison, values: dict[str, Fraction | None]) -> bool:
    numbers = [value for part in test.operands if (value := values[to_text(part)]) is not None]
    return all(_HOLDS[symbol](*pair) for symbol, pair in zip(test.symbols, pairwise(numbers), strict=True))


def _number(expression: Expression) -> Fraction | None:
    """The number that a bound is: 2, -2, 1/2."""
    if isinstance(expression, Number):
        return Fraction(expression.value)
    if not isinstance(expression, Operator):
        return None
    parts = [_number(part) for part in expression.operands]
    if expression.symbol == "-" and len(parts) == 1 and parts[0] is not None:
        return -parts[0]
    if expression.symbol == "/" and parts[0] is not None and parts[1]:
        return parts[0] / parts[1]
    return None
