"""Determinants and inverses of literal matrices: exact, of numbers by elimination, of small ones of forms by cofactors."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import whole

_ROWS = 3
"""Rows up to which the determinant of a matrix of forms is written out."""


def determinant(algebra: Algebra, elements: list[int]) -> list[int] | None:
    """The determinant of a matrix, row by row; None of a large one that is not of numbers."""
    rows = _rows(elements)
    numbers = _numbers(algebra, rows)
    if numbers is not None:
        return [algebra.number(whole(_eliminated(numbers)))]
    return [_by_cofactors(algebra, rows)] if len(rows) <= _ROWS else None


def cofactors(algebra: Algebra, elements: list[int]) -> list[int] | None:
    """The cofactors of a small matrix, row by row."""
    rows = _rows(elements)
    if len(rows) > _ROWS:
        return None
    found: list[int] = []
    for at in range(len(rows)):
        for place in range(len(rows)):
            minor = [[*row[:place], *row[place + 1 :]] for index, row in enumerate(rows) if index != at]
            value = _by_cofactors(algebra, minor) if minor else algebra.number(1)
            found.append(value if (at + place) % 2 == 0 else algebra.scale(value, -1))
    return found


def inverse(algebra: Algebra, elements: list[int]) -> list[int] | None:
    """The inverse of a matrix of numbers; None of any other one, and of a singular one."""
    numbers = _numbers(algebra, _rows(elements))
    if numbers is None:
        return None
    size = len(numbers)
    wide = [[*row, *[Fraction(int(at == place)) for place in range(size)]] for at, row in enumerate(numbers)]
    if _eliminated(wide) == 0:
        return None
    return [algebra.number(whole(value)) for row in wide for value in row[size:]]


def _rows(elements: list[int]) -> list[list[int]]:
    size = isqrt(len(elements))
    return [elements[start : start + size] for start in range(0, len(elements), size)]


def _numbers(algebra: Algebra, rows: list[list[int]]) -> list[list[Fraction]] | None:
    values = [[algebra.rational(form) for form in row] for row in rows]
    known = [[Fraction(value) for value in row if value is not None] for row in values]
    return known if all(len(row) == len(rows) for row in known) else None


def _eliminated(rows: list[list[Fraction]]) -> Fraction:
    """Gauss-Jordan elimination in place; gives the determinant of the first columns, 0 where it stopped."""
    size = len(rows)
    result = Fraction(1)
    for at in range(size):
        pivot = next((row for row in range(at, size) if rows[row][at]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != at:
            rows[at], rows[pivot] = rows[pivot], rows[at]
            result = -result
        head = rows[at][at]
        result *= head
        rows[at] = [value / head for value in rows[at]]
        for row in range(size):
            if row != at and rows[row][at]:
                factor = rows[row][at]
                rows[row] = [value - factor * above for value, above in zip(rows[row], rows[at], strict=True)]
    return result


def _by_cofactors(algebra: Algebra, rows: list[list[int]]) -> int:
    """Along the first row; as deep as there are rows, of which there are few."""
    if len(rows) == 1:
        return rows[0][0]
    total: list[int] = []
    for at, head in enumerate(rows[0]):
        minor = [[*row[:at], *row[at + 1 :]] for row in rows[1:]]
        term = algebra.multiply(head, _by_cofactors(algebra, minor))
        total.append(term if at % 2 == 0 else algebra.scale(term, -1))
    return algebra.add(total)
