"""Whether a polynomial of degree 2 is convex or concave: by its Hessian, which is constant, decided in rational numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradcli.algebra.derivatives import differentiate
from gradcli.analysis.properties.composition import DOWN, UP, Run
from gradcli.derivation.notation.expressions import rational
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph

MOST = 12
"""Variables up to which a Hessian is looked at."""


def constant_hessian(graph: Graph, variables: Sequence[str]) -> list[list[Fraction]] | None:
    """The Hessian of the output where all its entries are rational numbers; None where they are not, or are too many.

    Args:
        graph: A graph of numbers.
        variables: The rows and columns.
    """
    if not 0 < len(variables) <= MOST:
        return None
    pairs = [(row, column) for row in range(len(variables)) for column in range(row + 1)]
    try:
        found = differentiate(graph, [(graph.output, (variables[row], variables[column])) for row, column in pairs])
    except GradcliError:
        return None
    matrix = [[Fraction(0)] * len(variables) for _ in variables]
    for (row, column), entry in zip(pairs, found.expressions, strict=True):
        number = rational(entry)
        if number is None:
            return None
        matrix[row][column] = matrix[column][row] = number
    return matrix


def definiteness(matrix: Sequence[Sequence[Fraction]]) -> tuple[bool, bool]:
    """Whether a symmetric matrix is positive semidefinite, and whether it is negative semidefinite.

    By L·D·Lᵀ, without a rounding (Golub and Van Loan, Matrix Computations, 4th ed., section 4.2.8): it is positive semidefinite
    where no pivot is negative, and below each that is 0 the whole column is.
    """
    return _semidefinite(matrix), _semidefinite([[-entry for entry in row] for row in matrix])


def _semidefinite(matrix: Sequence[Sequence[Fraction]]) -> bool:
    left = [list(row) for row in matrix]
    for at in range(len(left)):
        pivot = left[at][at]
        if pivot < 0 or (pivot == 0 and any(left[row][at] for row in range(at + 1, len(left)))):
            return False
        for row in range(at + 1, len(left)) if pivot else ():
            share = left[row][at] / pivot
            for column in range(at, len(left)):
                left[row][column] -= share * left[at][column]
    return True


def of_hessian(run: Run, matrix: Sequence[Sequence[Fraction]]) -> Run:
    """How a polynomial of degree 2 runs, of which composition rules say nothing."""
    upwards, downwards = definiteness(matrix)
    if upwards and downwards:  # it is affine, and what cancels is not seen by the rules
        return run
    word = "positive semidefinite" if upwards else "negative semidefinite" if downwards else "indefinite"
    bend = UP if upwards else DOWN if downwards else 0
    rule = f"its Hessian is constant and {word}"
    return run._replace(bend=bend, rule=rule, neither=not bend)
