"""The long expression: a sum of terms over many variables, as text and as calls of a peer's functions."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, NamedTuple


class Terms(NamedTuple):
    """The expression.

    Attributes:
        terms: For each term its kind, its coefficient, and the indices of its two variables.
        values: The value of each variable.
    """

    terms: list[tuple[int, float, int, int]]
    values: list[float]


TEXTS = (
    "{c}*x{i}*sin(x{i}*x{j})",
    "{c}*x{i}^2/(1 + x{j}^2)",
    "{c}*exp(-x{i})*x{j}^3",
    "{c}*(x{i} - x{j})^2*x{j}",
)
"""The kinds of terms; :func:`term` computes the same."""


def term(kind: int, c: float, a: Any, b: Any, sin: Callable[[Any], Any], exp: Callable[[Any], Any]) -> Any:
    """A term, of whatever ``a`` and ``b`` are."""
    if kind == 0:
        return c * a * sin(a * b)
    if kind == 1:
        return c * a**2 / (1 + b**2)
    if kind == 2:
        return c * exp(-a) * b**3
    return c * (a - b) ** 2 * b


def generate(count: int, variables: int, seed: int) -> Terms:
    """Draw the terms."""
    draw = random.Random(seed)
    terms: list[tuple[int, float, int, int]] = []
    for _ in range(count):
        i, j = draw.sample(range(variables), 2)
        terms.append((draw.randrange(len(TEXTS)), round(draw.uniform(0.001, 0.01), 6), i, j))
    return Terms(terms, [round(draw.uniform(0.5, 1.5), 6) for _ in range(variables)])


def text(terms: Terms) -> str:
    """The expression as text."""
    return " + ".join(TEXTS[kind].format(c=c, i=i, j=j) for kind, c, i, j in terms.terms)


def load(path: str) -> Terms:
    """Read the expression from a JSON file."""
    with open(path, encoding="utf-8") as file:
        return Terms(**json.load(file))
